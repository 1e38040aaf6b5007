"""What is shown of a minute afterwards is what was shown at that minute, whatever has happened since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from emergency.bootstrap import Running
from emergency.domain.incident import Incident
from emergency.service import compound, joining, placing
from emergency.service import incident_correction as correction
from emergency.service.alerts import in_force, receive
from emergency.service.allocation import propose
from emergency.service.cat_code import set_cat_code
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.dispatching import commit, withdraw
from emergency.service.grading import confirm_level
from emergency.service.importing import receive as receive_claims
from emergency.service.incident_report import Report, report
from emergency.service.lookback import as_known, first_minute, known_links, looking_back
from emergency.service.response import record_fact, tasks
from emergency.service.side_by_side import beside
from emergency.service.situation import situation
from emergency.service.tasks import complete_task, reopen_task
from emergency.store import incidents
from tests.intake.alerts.messages import area, cap, info
from tests.service.conftest import NOON
from tests.service.worlds import claims

FLOOD = "FLOOD-1"
HARRIS = area(SAME="048201")


def shown(ctx: Context) -> dict[str, Any]:
    """What the Situation room shows, without what people looked up since."""
    found = situation(ctx, FLOOD)
    known = found.incident
    return {
        "level": known.response_level if known else None,
        "cause": known.cause if known else None,
        "open incident": bool(known and known.is_open),
        "code": known.cat_code if known else None,
        "confirmed": known.confirmed_at if known else None,
        "proposed": found.evaluation.proposed if found.evaluation else None,
        "figures": (found.open, found.overdue, found.unlocated, found.estimated_minor, found.last_hour),
        "regions": [(r.code, r.open, r.estimated_minor, r.assigned) for r in found.regions],
        "late tasks": [n.title.values["count"] for n in found.needs if n.kind == "task"],
        "alerts": [a.event for a in in_force(ctx)],
        "company": [(b.incident.incident_id, b.open_claims) for b in beside(ctx, FLOOD)] if known else [],
    }


def acts_of(ctx: Context) -> list[Callable[[Context], object]]:
    """What happens hour after hour; each changes something of what is shown."""
    seen: dict[str, Any] = {}

    def joined(now: Context) -> None:
        seen["joined"] = joining.join(now, FLOOD, joining.Rule(NOON - timedelta(days=2), now.now(), ("48201",))).seq

    def placed(now: Context) -> None:
        waiting, _ = placing.queue(now)
        seen["placed"] = placing.place_in(now, [w.claim_id for w in waiting], "48167").seq

    def planned(now: Context) -> None:
        seen["plan"] = commit(now, propose(now).plan_id)["plan_id"]

    def fixed(now: Context) -> None:
        version = situation(now, FLOOD).incident.version  # type: ignore[union-attr]
        correction.correct(now, FLOOD, version, cause="levee")

    def first_task(now: Context) -> str:
        return str(next(t for t in tasks(now, FLOOD) if t["state"] == "open")["task_id"])

    def linked(now: Context) -> None:
        other = report(now, Report("system_failure", {"en": "Outage"}, now.now()))
        compound.link(now, other.incident_id, FLOOD)

    def took_over(now: Context) -> None:
        child = next(iter(compound.links(now)))
        compound.take_over(now, child)

    lost = claims("48167", 2, prefix="LOST").assign(region_given=None)
    over = "nws@example.org,A-1,2017-08-29T08:00:00-05:00"
    cancel = cap("A-2", kind="Cancel", sent="2017-08-29T15:00:00-05:00", references=over, infos="")
    paid = claims("48201", 2, minor=400_000).assign(status="paid")
    return [
        lambda now: receive_claims(now, claims("48201", 6), source="s", incident_id=FLOOD),
        lambda now: receive_claims(now, claims("48201", 3, prefix="FREE"), source="s", incident_id=None),
        lambda now: receive_claims(now, lost, source="s", incident_id=FLOOD),
        lambda now: correction.confirm(now, FLOOD),
        joined,
        lambda now: confirm_level(now, FLOOD, 3, reason="to be safe"),
        lambda now: receive_claims(now, paid, source="s", incident_id=FLOOD),
        placed,
        lambda now: record_fact(now, "casualties.insured_deaths", 12, incident_id=FLOOD, source="hospital"),
        planned,
        lambda now: confirm_level(now, FLOOD, 2, reason="graver"),
        fixed,
        lambda now: complete_task(now, FLOOD, first_task(now), "done by phone"),
        lambda now: receive(now, cap("A-1", infos=info("Flood Warning", areas=HARRIS)), "a.cap"),
        lambda now: receive(now, cancel, "b.cap"),
        lambda now: set_cat_code(now, FLOOD, "CAT-19"),
        linked,
        took_over,
        lambda now: withdraw(now, seen["plan"]),
        lambda now: joining.undo(now, seen["joined"]),
        lambda now: placing.undo(now, seen["placed"]),
    ]


@pytest.fixture
def world(ctx: Context, flood: Incident) -> Context:
    return ctx


def at(ctx: Context, instant: datetime) -> Context:
    return replace(ctx, clock=FixedClock(instant))


def test_every_minute_is_shown_afterwards_as_it_was_shown_then(world: Context) -> None:
    told: list[tuple[datetime, dict[str, Any]]] = [(NOON, shown(at(world, NOON)))]
    for hour, act in enumerate(acts_of(world), start=1):
        then = at(world, NOON + timedelta(minutes=20 * hour))
        act(then)
        told.append((then.now(), shown(then)))
    assert len({repr(what) for _, what in told}) > 15, "nearly every act changes what is shown"
    now = at(world, told[-1][0] + timedelta(hours=1))
    for minute, what in told:
        assert shown(looking_back(now, minute)) == what, minute.isoformat()


def test_a_task_opened_again_was_done_before(world: Context) -> None:
    confirm_level(world, FLOOD, 2, reason="to be safe")
    one, two = (at(world, NOON + timedelta(hours=h)) for h in (1, 2))
    first = str(next(t for t in tasks(world, FLOOD) if t["state"] == "open")["task_id"])
    complete_task(one, FLOOD, first, "by phone")
    before = shown(at(world, NOON + timedelta(minutes=90)))
    reopen_task(two, FLOOD, first)
    assert shown(looking_back(two, NOON + timedelta(minutes=90))) == before


def test_an_incident_is_not_known_before_it_was_opened(world: Context) -> None:
    past = looking_back(world, NOON - timedelta(minutes=1))
    assert situation(past, FLOOD).incident is None
    with world.store.read() as connection:
        assert known_links(past, connection) == {}


def test_closed_and_opened_again(world: Context) -> None:
    one, two = (at(world, NOON + timedelta(hours=h)) for h in (1, 2))
    correction.withdraw(one, FLOOD, "a mistake")
    correction.restore(two, FLOOD)
    for minutes, is_open in ((30, True), (90, False), (150, True)):
        past = looking_back(at(world, NOON + timedelta(hours=9)), NOON + timedelta(minutes=minutes))
        with world.store.read() as connection:
            incident = incidents.get(connection, FLOOD)
            assert incident is not None
            assert as_known(past, connection, incident).is_open is is_open


def test_nothing_can_be_done_while_looking_back(world: Context) -> None:
    past = looking_back(at(world, NOON + timedelta(hours=1)), NOON)
    with pytest.raises(Refused, match="return to now to act"):
        correction.confirm(past, FLOOD)
    with pytest.raises(Refused, match="return to now to act"):
        confirm_level(past, FLOOD, 3, reason="to be safe")
    with pytest.raises(Refused, match="has not come yet"):
        looking_back(world, NOON + timedelta(minutes=1))


def test_the_slider_begins_with_the_incident_or_the_first_act(
    world: Context, flood: Incident, running: Running
) -> None:
    assert first_minute(world, flood) == flood.occurred_at
    live = running.context("live", Actor("chen"))
    assert first_minute(live, None) is None
