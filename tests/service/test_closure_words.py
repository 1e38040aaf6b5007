"""Closure conditions as they are read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from emergency.console.rooms.stand_down import _typed as typed
from emergency.domain.figure_value import value_fault
from emergency.service.closure import Line, closure
from emergency.service.context import Context, Refused
from emergency.service.feed_facts import Figure, take_figure
from emergency.service.response import perform, record_fact
from emergency.texts import speaker
from tests.service.test_stand_down import FLOOD, incident
from tests.service.test_stand_down import boss as boss


def test_the_time_of_an_entered_figure_is_told_as_the_reader_writes_it(boss: Context) -> None:
    line = closure(boss, incident(boss)).missing[0]
    record_fact(boss, line.metric, 3, incident_id=FLOOD, source="the duty manager")
    said = next(one.source for one in closure(boss, incident(boss)).lines if one.metric == line.metric)
    here = boss.now().astimezone(ZoneInfo(boss.profile.timezone))
    assert speaker("en")(said) == f"the duty manager, {here.day} {here:%b %Y %H:%M}"
    assert "月" in speaker("zh_CN")(said) and "-0" not in speaker("zh_CN")(said)


FINAL = "regulator.final_report"


def condition(ctx: Context, metric: str) -> Line:
    return next(one for one in closure(ctx, incident(ctx)).lines if one.metric == metric)


def test_a_final_report_is_handed_in_and_never_typed(boss: Context) -> None:
    perform(boss, FLOOD, "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "Harris"}})
    record_fact(boss, FINAL, "submitted", incident_id=FLOOD, source="the duty manager, by phone")
    line = condition(boss, FINAL)
    assert line.met is False and speaker("zh_CN")(line.source) == "尚未报送；请到“报送”办理"
    with pytest.raises(Refused) as told:
        take_figure(boss, Figure(FINAL, "submitted", "the duty manager", FLOOD))
    assert "由系统自行掌握" in speaker("zh_CN")(told.value.args[0])


def test_what_the_console_knows_itself_is_not_asked_for(boss: Context) -> None:
    perform(boss, FLOOD, "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "Harris"}})
    found = closure(boss, incident(boss))
    asked = {one.metric for one in found.to_enter}
    assert asked and FINAL not in asked
    assert FINAL in {one.metric for one in found.missing if one.room is not None}


def test_the_words_of_a_value_are_listed_and_taken_in_the_language_of_the_reader() -> None:
    fault = value_fault("data.leak_stopped", "stopped")
    assert fault is not None and speaker("zh_CN")(fault.message).endswith("是、否")
    assert [typed(one) for one in ("是", "否", "yes", "No", "已报送", "1,200", "0.5")] == [
        "yes",
        "no",
        "yes",
        "no",
        "submitted",
        1200,
        0.5,
    ]


def test_a_comma_that_parts_no_thousands_is_not_read_away() -> None:
    assert [typed(text) for text in ("1,200", "１，２００", "1,200.5", "1,00", "1e3", "1_000")] == [
        1200,
        1200,
        1200.5,
        "1,00",
        "1e3",
        "1_000",
    ]
