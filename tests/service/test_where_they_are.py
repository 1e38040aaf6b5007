"""Four of Houston are sent to Galveston; who arrived and was not released starts the next day's plan from there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emergency.domain.incident import Incident
from emergency.service import allocation, dispatching, moving, reserve, slot_course
from emergency.service.context import Context
from emergency.service.importing import receive
from emergency.service.planning import solved_again, why
from emergency.service.records import journal_entries
from emergency.service.staff import roster_now
from emergency.store import plans
from tests.service.worlds import claims

HARRIS, GALVESTON = "48201", "48167"
At = Callable[[Context, str], Context]


@pytest.fixture
def there(ctx: Context, flood: Incident) -> Context:
    """Plan 1 sends all four to Galveston; H-1 and H-2 arrive, H-3 is on the way, H-4 arrives and is released."""
    receive(ctx, claims(GALVESTON, 60), source="s", incident_id=flood.incident_id)
    dispatching.commit(ctx, allocation.propose(ctx).plan_id)
    _enter(ctx, "arrive", "H-1", "H-2", "H-4")
    _enter(ctx, "release", "H-4")
    return ctx


def _enter(ctx: Context, act: str, *people: str) -> None:
    seen = {c.adjuster_id: c.version for c in slot_course.courses(ctx, 1)}
    slot_course.enter(ctx, 1, act, {who: seen[who] for who in people})


def stored(ctx: Context, plan_id: int) -> dict:
    with ctx.store.read() as connection:
        found = plans.get(connection, plan_id)
    assert found is not None
    return found


def test_who_is_on_site_stays_without_a_drive_and_the_others_set_out_from_their_base(there: Context, at: At) -> None:
    tomorrow = at(there, "2017-08-30T12:00:00-05:00")
    draft = allocation.propose(tomorrow)
    ways = {a.adjuster_id: a.minutes for a in draft.plan.assignments}
    assert (ways["H-1"], ways["H-2"]) == (0, 0)
    assert ways["H-3"] > 30
    assert ways["H-4"] == ways["H-3"], "whoever was released went home"
    assert draft.plan.moves == (), "they stand where they stood"
    assert stored(tomorrow, draft.plan_id)["body"]["here"] == {"H-1": GALVESTON, "H-2": GALVESTON}


def test_leaving_costs_the_way_from_where_they_are_and_the_explanation_says_so(
    there: Context, flood: Incident, at: At
) -> None:
    tomorrow = at(there, "2017-08-30T12:00:00-05:00")
    receive(tomorrow, claims(HARRIS, 8), source="s", incident_id=flood.incident_id)
    draft = allocation.propose(tomorrow)
    body = stored(tomorrow, draft.plan_id)
    told = [str(m) for m in why(tomorrow, body, "H-1")]
    assert told[0] == "H-1 is on site in Galveston, TX and sets out from there."
    assert told[1].startswith("H-1 is 0 min from Galveston")
    again = solved_again(tomorrow, body)
    assert again.cost == draft.plan.cost
    cell = next(c.cell_id for c in draft.cells if c.region == HARRIS)
    (way,) = [minutes for who, minutes in moving.able(tomorrow, body, ["H-1"], cell) if who == "H-1"]
    there_and_then = [minutes for who, minutes in moving.able(tomorrow, body, ["H-3"], cell)]
    assert way > 30 and there_and_then == [0], "H-3 is at home in Harris"
    dispatching.commit(tomorrow, draft.plan_id)
    acts = [e.facts() for e in journal_entries(tomorrow) if e.action == "allocation.commit"]
    (act,) = [a for a in acts if a["plan"] == draft.plan_id]
    assert all(people == [] for people in act["violations"].values()), "the way counts from where they are"


def test_a_plan_is_asked_about_as_it_was_made_also_after_somebody_was_released(there: Context, at: At) -> None:
    tomorrow = at(there, "2017-08-30T12:00:00-05:00")
    draft = allocation.propose(tomorrow)
    _enter(tomorrow, "release", "H-1")
    assert solved_again(tomorrow, stored(tomorrow, draft.plan_id)).cost == draft.plan.cost


def test_rest_is_kept_on_site_as_at_home(there: Context, at: At) -> None:
    """H-1 is released at noon of the second day and rests; H-2 has worked six days in a row on the seventh."""
    second = at(there, "2017-08-30T12:00:00-05:00")
    _enter(second, "release", "H-1")
    afternoon = at(there, "2017-08-30T14:00:00-05:00")
    assert "rests until" in str(roster_now(afternoon).out["H-1"])
    for day in range(30, 36):
        text = f"2017-08-{day}" if day < 32 else f"2017-09-{day - 31:02}"
        now = at(there, f"{text}T12:00:00-05:00")
        if "H-2" in roster_now(now).out:
            break
        dispatching.commit(now, allocation.propose(now).plan_id)
    assert (text, str(roster_now(now).out["H-2"])) == (
        "2017-09-04",
        "has worked 6 days in a row; one day of rest is due",
    )


def test_the_reserve_of_a_region_is_filled_by_those_based_there_and_not_by_those_who_are_there(
    there: Context, at: At
) -> None:
    tomorrow = at(there, "2017-08-30T12:00:00-05:00")
    reserve.hold_back(tomorrow, HARRIS, 4, "the next storm")
    plan = allocation.propose(tomorrow).plan
    assert {a.cell_id for a in plan.assignments} == {f"reserve/{HARRIS}"}
    reserve.hold_back(tomorrow, HARRIS, 0, "it went by")
    reserve.hold_back(tomorrow, GALVESTON, 2, "the next storm")
    plan = allocation.propose(tomorrow).plan
    assert [s.cell_id for s in plan.shortages if s.cell_id.startswith("reserve")] == [f"reserve/{GALVESTON}"]


def _at(ctx: Context) -> dict[str, str]:
    return {row["adjuster_id"]: row["here"] for row in roster_now(ctx).ready if row["here"]}


@pytest.fixture
def sent_on(there: Context, flood: Incident, at: At) -> tuple[Context, int]:
    """Also H-3 has arrived in Galveston; of the three who are there, two are called to Harris in the afternoon."""
    _enter(there, "arrive", "H-3")
    afternoon = at(there, "2017-08-29T14:00:00-05:00")
    receive(afternoon, claims(HARRIS, 60), source="s", incident_id=flood.incident_id)
    draft = allocation.propose(afternoon)
    cell = next(c.cell_id for c in draft.cells if c.region == HARRIS)
    draft = moving.move(afternoon, draft.plan_id, f"region/{GALVESTON}", cell, 2)
    dispatching.commit(afternoon, draft.plan_id)
    return afternoon, draft.plan_id


def test_a_call_to_another_place_moves_nobody_until_they_have_arrived_there(
    sent_on: tuple[Context, int], at: At
) -> None:
    now, plan_id = sent_on
    everyone = {"H-1": GALVESTON, "H-2": GALVESTON, "H-3": GALVESTON}
    assert _at(now) == everyone, "called elsewhere, and still there"
    courses = {c.adjuster_id: c for c in slot_course.courses(now, plan_id) if c.region == HARRIS}
    first, second = sorted(courses)
    slot_course.enter(now, plan_id, "acknowledge", {first: courses[first].version})
    slot_course.enter(now, plan_id, "decline", {second: courses[second].version})
    next_day = at(now, "2017-08-30T12:00:00-05:00")
    assert _at(next_day) == everyone, "who is on the way, and who will not go, is where they were"
    slot_course.enter(now, plan_id, "arrive", {first: courses[first].version + 1})
    assert _at(next_day) == {**everyone, first: HARRIS}


def test_who_was_released_from_the_next_place_is_at_home_and_who_is_taken_back_stays(
    sent_on: tuple[Context, int], at: At
) -> None:
    now, plan_id = sent_on
    first = min(c.adjuster_id for c in slot_course.courses(now, plan_id) if c.region == HARRIS)

    def version() -> dict[str, int]:
        return {c.adjuster_id: c.version for c in slot_course.courses(now, plan_id) if c.adjuster_id == first}

    next_day = at(now, "2017-08-30T12:00:00-05:00")
    slot_course.enter(now, plan_id, "arrive", version())
    slot_course.take_back(now, plan_id, version())
    assert _at(next_day)[first] == GALVESTON, "they had not arrived after all"
    slot_course.enter(now, plan_id, "arrive", version())
    slot_course.enter(at(now, "2017-08-29T18:00:00-05:00"), plan_id, "release", version())
    assert first not in _at(next_day) and first not in roster_now(next_day).out
    slot_course.take_back(now, plan_id, version())
    assert _at(next_day)[first] == HARRIS


def test_the_body_of_a_later_plan_counts_everybody_who_stands_somewhere(sent_on: tuple[Context, int]) -> None:
    now, _ = sent_on
    draft = allocation.propose(now)
    assert sorted(stored(now, draft.plan_id)["body"]["here"]) == ["H-1", "H-2", "H-3"]
    assert all(a.minutes == 0 for a in draft.plan.assignments if f"/{GALVESTON}/" in a.cell_id)


def test_who_was_called_back_and_is_sent_nowhere_is_home_by_the_next_shift(there: Context, at: At) -> None:
    dispatching.withdraw(there, 1)
    assert _at(there) == {"H-1": GALVESTON, "H-2": GALVESTON}, "today they are still there"
    assert _at(at(there, "2017-08-30T12:00:00-05:00")) == {}
