"""Two incidents at once: what is owed for the one is not hidden by looking at the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.service import compound, ending
from emergency.service.context import Actor, Context, FixedClock
from emergency.service.grading import confirm_level, evaluate
from emergency.service.owed import gravest, owed_everywhere, reports_beside
from emergency.service.response import open_incident, perform, record_fact
from emergency.service.stand_down import reopen, stand_down

NOON = datetime.fromisoformat("2017-08-28T12:00:00-05:00")


@pytest.fixture
def two(ctx: Context, flood: Incident) -> Context:
    """A flood discovered at noon, class Ⅱ; an outage discovered an hour later, an internal report owed at level Ⅲ."""
    henan = replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",))
    open_incident(ctx, henan)
    hour = NOON + timedelta(hours=1)
    other = replace(henan, incident_id="OUTAGE", kind="system_failure", perils=(), title={"en": "Outage", "zh": "中断"})
    open_incident(ctx, replace(other, occurred_at=hour, discovered_at=hour))
    found = later(replace(ctx, profile=replace(ctx.profile, currency="CNY")), 1.5)
    record_fact(
        found, "industry.payout.property_estimated", 60_000_000, incident_id="HENAN", source="provincial bureau"
    )
    record_fact(found, "outage.one_province_minutes", 45, incident_id="OUTAGE", source="it duty")
    return found


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(NOON + timedelta(hours=hours)))


def shown(ctx: Context, incident_id: str) -> list[tuple[str, str, str]]:
    """(incident, addressee, kind) of what the head of every room shows while an incident is looked at."""
    found = gravest(owed_everywhere(ctx, evaluate(ctx, incident_id)), incident_id)
    return [(one.incident.incident_id, one.clock.clock.to, one.clock.kind) for one in found]


@pytest.mark.parametrize("linked", [False, True])
def test_whichever_incident_is_looked_at_the_gravest_clock_of_each_addressee_is_shown(
    two: Context, linked: bool
) -> None:
    if linked:
        compound.link(two, "OUTAGE", "HENAN")
    expected = [("HENAN", "regulator", "first"), ("OUTAGE", "internal", "internal")]
    assert shown(two, "OUTAGE") == shown(two, "HENAN") == expected


def test_what_is_overdue_comes_before_what_is_due_tomorrow_whoever_it_is_owed_to(two: Context) -> None:
    assert shown(later(two, 2.5), "HENAN")[0] == ("HENAN", "regulator", "first")
    handed = later(two, 1.9)
    perform(handed, "HENAN", "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "郑州"}})
    assert shown(later(two, 3.5), "HENAN") == [("OUTAGE", "internal", "internal"), ("HENAN", "regulator", "follow_up")]


def test_the_page_of_an_incident_shows_its_own_countdown_though_others_are_graver(two: Context) -> None:
    record_fact(two, "casualties.insured_deaths", 3, incident_id="HENAN", source="coroner")
    assert shown(two, "OUTAGE") == [
        ("HENAN", "internal", "internal"),
        ("HENAN", "regulator", "first"),
        ("OUTAGE", "internal", "internal"),
    ]
    assert shown(two, "HENAN") == shown(two, "OUTAGE")[:2]


def test_the_reports_beside_are_counted_once_each_over_all_incidents(two: Context) -> None:
    found = owed_everywhere(two)
    reports = {(one.incident.incident_id, one.clock.kind) for one in found}
    assert reports == {("HENAN", "first"), ("HENAN", "follow_up"), ("OUTAGE", "internal")}
    assert reports_beside(found, gravest(found)) == (1, 0), "the follow-up"
    late = later(two, 30)
    found = owed_everywhere(late)
    assert reports_beside(found, gravest(found)) == (1, 1)


def test_what_the_regulator_is_owed_after_an_end_stays_in_sight_and_what_ended_does_not(two: Context) -> None:
    boss = replace(two, actor=Actor("chen", "Chen Yu", "hq-commander"))
    stand_down(boss, "HENAN", "the water has gone")
    stand_down(boss, "OUTAGE", "it runs again")
    after = owed_everywhere(later(boss, 2))
    assert {(one.incident.incident_id, one.clock.kind) for one in after} == {("HENAN", "first"), ("HENAN", "final")}


def test_a_response_that_is_over_says_when_and_by_whom_and_one_never_begun_says_nothing(
    two: Context, known: Callable[[Context, str], Incident]
) -> None:
    assert ending.ended_by(two, known(two, "HENAN")) is None
    boss = replace(two, actor=Actor("chen", "Chen Yu", "hq-commander"))
    confirm_level(boss, "HENAN", 2, reason="the dyke is weak")
    assert ending.ended_by(boss, known(boss, "HENAN")) is None
    over = later(boss, 3)
    stand_down(over, "HENAN", "the water has gone")
    ended = ending.ended_by(over, known(over, "HENAN"))
    assert ended is not None
    assert (ended.since, ended.actor) == (over.now(), "chen")
    back = later(boss, 4)
    reopen(back, "HENAN", "the river rises")
    assert ending.ended_by(back, known(back, "HENAN")) is None


@pytest.fixture
def known() -> Callable[[Context, str], Incident]:
    return lambda ctx, incident_id: evaluate(ctx, incident_id).incident
