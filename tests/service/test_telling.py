"""Who an act is told to hears of it by the channels of the contact list; a drill tells nobody outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.service import callouts, clock_watch, outbox, reporting, slot_course, turn_over, watch
from emergency.service import organisation as posts
from emergency.service.context import Context, ExerciseNotifier, FixedClock
from emergency.service.records import messages
from emergency.service.response import activate, record_fact
from emergency.service.telling import tell
from emergency.service.words_contacts import take_contacts
from emergency.store import incidents, plans
from emergency.texts import Message
from tests.notify.receivers import Letters, Posts, post_office, web

FLOOD = "FLOOD-1"
CONTACTS = """id,role,name,channel,address
1,planning,Ana,mail,ana@house.example
1,planning,Ana,chat,ana
2,state-director,Bo,mail,bo@house.example
3,logistics,Chen,sms,+1555
H-1,adjuster,Houston 1,mail,h1@house.example
"""


@pytest.fixture
def letters():  # type: ignore[no-untyped-def]
    with post_office() as found:
        yield found


@pytest.fixture
def chats():  # type: ignore[no-untyped-def]
    with web() as found:
        yield found


@pytest.fixture
def house(ctx: Context, flood: Incident, letters: Letters, chats: Posts, tmp_path: Path) -> Context:
    """A live workspace with mail and a chat group on the loopback, no text messages, and a contact list."""
    path = tmp_path / "channels.yaml"
    path.write_text(
        "format: channels/1.0\nchannels:\n"
        f"  mail: {{kind: smtp, host: 127.0.0.1, port: {letters.port}, from: desk@house.example, security: none}}\n"
        f'  chat: {{kind: webhook, url: "{chats.address}"}}\n'
        f'  staff: {{kind: webhook, url: "{chats.address}"}}\n'
    )
    return with_contacts(as_kind(ctx, "live", path))


def as_kind(ctx: Context, kind: str, path: Path) -> Context:
    notifier = ExerciseNotifier() if kind == "drill" else ctx.notifier
    content = replace(ctx.content, channels=path)
    return replace(ctx, profile=replace(ctx.profile, kind=kind), content=content, notifier=notifier)


def with_contacts(ctx: Context) -> Context:
    take_contacts(ctx, CONTACTS.encode(), "contacts.csv")
    return ctx


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(hours=hours)))


def sent(ctx: Context, key: str) -> dict[str, tuple[str, ...]]:
    """Channel -> addresses of a message, which has left."""
    outbox.send_queued(ctx)
    rows = [d for d in outbox.deliveries(ctx) if d["event_key"].startswith(key)]
    assert rows and all(d["state"] == "sent" for d in rows)
    return {d["channel"]: d["recipients"] for d in rows}


def active(ctx: Context, level: int) -> Context:
    with ctx.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(ctx, connection, before, level, {"incident": FLOOD, "level": level}, {})
    return ctx


def commit_plan(ctx: Context) -> None:
    cell = {"cell_id": "c", "incident": FLOOD, "region": "48201", "line": "home"}
    with ctx.store.write() as connection:
        body = {"cells": [cell], "assignments": []}
        plan = plans.add_draft(
            connection, shift="2017-08-29", based_on=None, created=ctx.now(), actor="chen", body=body
        )
        slots = [{"adjuster_id": "H-1", "region": "48201", "minutes": 30, "shift": "2017-08-29"}]
        slot_course.tell_slots(ctx, connection, f"plan/{plan}", turn_over.CALL_OUT, plan, slots)


def ask_for_level_two(ctx: Context) -> None:
    record_fact(ctx, "casualties.insured_deaths", 5, incident_id=FLOOD, source="county")
    watch.keep_up(ctx)


def run_into_a_clock(ctx: Context) -> None:
    clock_watch.clock_chores(later(active(ctx, 2), 3))


def call_somebody_out(ctx: Context) -> None:
    active(ctx, 3)
    callouts.call_out(ctx, FLOOD, "planning", ("Ana",))


def publish_a_situation_report(ctx: Context) -> None:
    with ctx.store.write() as connection:
        reporting._give_out(ctx, connection, {"report_id": "R-1", "text": "Situation\n12 claims"})


ACTS: dict[str, tuple[Callable[[Context], None], str, dict[str, tuple[str, ...]]]] = {
    "a level to confirm": (ask_for_level_two, f"{FLOOD}/level/", {"mail": ("bo@house.example",)}),
    "a call-out": (call_somebody_out, "call/", {"mail": ("ana@house.example",), "chat": ("ana",)}),
    "a plan": (commit_plan, "plan/", {"mail": ("h1@house.example",)}),
    "a situation report": (
        publish_a_situation_report,
        "report/",
        {
            "mail": ("ana@house.example", "bo@house.example", "h1@house.example"),
            "chat": ("ana",),
            "sms": ("+1555",),
        },
    ),
}


@pytest.mark.parametrize("what", ACTS)
def test_what_the_console_has_to_say_leaves_by_the_channels_of_those_it_is_for(
    house: Context, letters: Letters, chats: Posts, what: str
) -> None:
    act, key, expected = ACTS[what]
    act(house)
    assert sent(house, key) == expected
    to = {address for one in letters.envelopes for address in one.rcpt_tos}
    assert to == set(expected["mail"])
    assert len(chats.bodies) == ("chat" in expected)


def test_an_alarm_of_a_clock_goes_to_whoever_hands_the_report_in_and_the_rest_to_the_house(
    house: Context, letters: Letters, chats: Posts
) -> None:
    run_into_a_clock(house)
    assert sent(later(house, 3), "clock/")["mail"] == ("ana@house.example",)
    assert "staff" in sent(later(house, 3), "clock/"), "the commander is on no list: the house's own channel"


def test_the_holder_of_a_post_is_told_rather_than_whoever_the_list_has_under_it(house: Context) -> None:
    active(house, 3)
    posts.appoint(house, FLOOD, "planning", "Bo")
    with house.store.write() as connection:
        subject = Message("Rest is due")
        tell(house, connection, "rest/1", "planning", subject, subject, incident_id=FLOOD)
        assert not tell(house, connection, "rest/1", "planning", subject, subject, incident_id=FLOOD)
    assert sent(house, "rest/1") == {"mail": ("bo@house.example",)}


def test_without_a_contact_list_it_goes_to_the_house_s_own_channel_or_the_folder(house: Context, chats: Posts) -> None:
    with house.store.write() as connection:
        tell(house, connection, "rest/1", "nobody on it", Message("Rest is due"), Message("Rest is due"))
    assert sent(house, "rest/1") == {"staff": ()} and len(chats.bodies) == 1
    bare = replace(house, content=replace(house.content, channels=None))
    with bare.store.write() as connection:
        tell(bare, connection, "rest/2", "nobody on it", Message("Rest is due"), Message("Rest is due"))
    sent(bare, "rest/2")
    assert [d["carried_by"] for d in outbox.deliveries(bare) if d["event_key"] == "rest/2"] == ["folder"]


@pytest.mark.parametrize("what", ACTS)
def test_in_a_drill_all_of_it_stays_in_its_own_outbox_and_is_marked(
    house: Context, letters: Letters, chats: Posts, what: str
) -> None:
    drill = as_kind(house, "drill", house.content.channels or Path())
    act, key, expected = ACTS[what]
    act(drill)
    assert sent(drill, key) == expected, "as it would go, seen by the trainer"
    assert letters.envelopes == [] and chats.bodies == []
    assert {d["carried_by"] for d in outbox.deliveries(drill)} == {"folder"}
    assert all("【演练】" in m["subject"] and "【演练】" in m["text"] for m in messages(drill))
