"""Acts written down by hand: only those that no room does, never past a room's own checks."""

from __future__ import annotations

import pytest

from emergency.domain.act import ACTS
from emergency.domain.incident import Incident
from emergency.service import by_hand
from emergency.service.context import Context, Refused
from emergency.service.records import journal_entries, messages
from emergency.texts import Message, speaker


def test_every_act_is_done_by_a_room_or_by_hand() -> None:
    assert set(by_hand.ROOMS) | set(by_hand.WANTED) == set(ACTS)
    assert not set(by_hand.ROOMS) & set(by_hand.WANTED)


@pytest.mark.parametrize("action", sorted(by_hand.ROOMS))
def test_what_a_room_checks_is_not_recorded_past_it(ctx: Context, flood: Incident, action: str) -> None:
    before = len(journal_entries(ctx, 1000))
    body = {"audience": "customers", "text": "free words", "name": "fast_lane", "role": "commander", "person": "x"}
    with pytest.raises(Refused) as told:
        by_hand.record(ctx, flood.incident_id, action, body)
    message = told.value.args[0]
    assert isinstance(message, Message)
    assert "页面" in speaker("zh_CN")(message)
    assert len(journal_entries(ctx, 1000)) == before
    assert not messages(ctx)


@pytest.mark.parametrize("action", sorted(by_hand.WANTED))
def test_an_act_without_its_words_is_refused_in_the_readers_language(
    ctx: Context, flood: Incident, action: str
) -> None:
    with pytest.raises(Refused) as told:
        by_hand.record(ctx, flood.incident_id, action, {"text": " ", "regions": [], "lob": "", "to": ""})
    assert speaker("zh_CN")(told.value.args[0]).startswith("请填写")


def test_a_failover_is_an_entry_with_who_and_what(ctx: Context, flood: Incident) -> None:
    seq = by_hand.record(ctx, flood.incident_id, "system.failover", {"text": "standby took over at 03:10"})
    entry = next(e for e in journal_entries(ctx, 1000) if e.seq == seq)
    assert (entry.action, entry.subject, entry.actor) == ("system.failover", flood.incident_id, ctx.actor.id)
    assert entry.facts()["text"] == "standby took over at 03:10"
