"""Worlds of a few claims and people, where every visit can be timed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.drill.fifo import NEVER, Shift, serve
from emergency.domain.drill.measures import KNOWN_METRICS, measure, outages
from emergency.domain.drill.world import (
    HOUR,
    FieldPerson,
    FieldRules,
    Posting,
    PublishedPlan,
    SeatChange,
    TrueClaims,
    World,
    play,
    stays,
)

MOTOR = frozenset({"motor"})
ROUND_THE_CLOCK = FieldRules(visit_minutes={"motor": 60, "property": 120}, duty_from_s=0, duty_until_s=24 * HOUR)


def claims(*rows: tuple[float, str, str]) -> TrueClaims:
    hours, regions, lines = zip(*rows, strict=True)
    return TrueClaims(
        np.array([int(h * HOUR) for h in hours], np.int64),
        np.array(regions, object),
        np.array(lines, object),
    )


def surveyed_hours(world: World) -> list[float]:
    return [s / HOUR if s != NEVER else float("inf") for s in play(world).surveyed_s.tolist()]


def world(arrived: TrueClaims, *people: FieldPerson, **more: object) -> World:
    return World(arrived, people, **{"end_s": 12 * HOUR, "rules": ROUND_THE_CLOCK, **more})  # type: ignore[arg-type]


ANNA = FieldPerson("anna", "A", MOTOR)
BO = FieldPerson("bo", "B", frozenset({"motor", "property"}))


def test_one_surveyor_works_through_claims_in_order_of_arrival() -> None:
    arrived = claims((0, "A", "motor"), (0.5, "A", "motor"), (5, "A", "motor"))
    assert surveyed_hours(world(arrived, ANNA)) == [1, 2, 6]


def test_two_surveyors_share_the_queue() -> None:
    arrived = claims((0, "A", "motor"), (0, "A", "motor"), (0, "A", "motor"))
    assert surveyed_hours(world(arrived, ANNA, FieldPerson("ann", "A", MOTOR))) == [1, 1, 2]


def test_nobody_surveys_what_they_have_no_skill_for_or_where_they_are_not() -> None:
    arrived = claims((0, "A", "property"), (0, "C", "motor"))
    assert surveyed_hours(world(arrived, ANNA, BO)) == [float("inf")] * 2


def test_someone_with_two_lines_takes_what_has_waited_longest() -> None:
    arrived = claims((0, "B", "property"), (0.5, "B", "motor"), (1, "B", "property"))
    assert surveyed_hours(world(arrived, BO)) == [2, 3, 5]


def test_the_one_with_fewer_lines_is_asked_first() -> None:
    arrived = claims((1, "B", "motor"), (1, "B", "property"))
    assert surveyed_hours(world(arrived, BO, FieldPerson("cy", "B", MOTOR))) == [2, 3]


def test_a_posting_counts_from_publication_plus_travel() -> None:
    arrived = claims((0, "A", "motor"), (0, "B", "motor"))
    plan = PublishedPlan(1 * HOUR, (Posting("anna", "B", "motor", travel_minutes=90),))
    # The claim at home is done before leaving at 1:00; the other waits for arrival at 2:30.
    assert surveyed_hours(world(arrived, ANNA, plans=(plan,))) == [1, 3.5]


def test_no_visit_is_begun_that_cannot_be_finished_before_leaving() -> None:
    arrived = claims((0.5, "A", "motor"))
    plan = PublishedPlan(1 * HOUR, (Posting("anna", "B", "motor"),))
    assert surveyed_hours(world(arrived, ANNA, plans=(plan,))) == [float("inf")]


def test_being_confirmed_in_place_makes_no_journey() -> None:
    plan = PublishedPlan(HOUR, (Posting("anna", "A", "motor", travel_minutes=500),))
    assert len(stays(world(claims((0, "A", "motor")), ANNA, plans=(plan,)))) == 1


def test_nobody_works_while_they_are_away() -> None:
    anna = FieldPerson("anna", "A", MOTOR, away=((HOUR // 2, 2 * HOUR), (4 * HOUR, None)))
    here = world(claims((0, "A", "motor"), (2, "A", "motor"), (3, "A", "motor")), anna)
    assert [(stay.from_s / HOUR, stay.until_s / HOUR) for stay in stays(here)] == [(0, 0.5), (2, 4)]
    assert surveyed_hours(here) == [3, 4, float("inf")]  # a visit of one hour fits only between two absences


def test_visits_lie_inside_the_hours_of_duty() -> None:
    rules = FieldRules(visit_minutes={"motor": 60}, duty_from_s=8 * HOUR, duty_until_s=10 * HOUR)
    arrived = claims((0, "A", "motor"), (0, "A", "motor"), (0, "A", "motor"))
    # Drill time 0 is six in the morning; duty is 2:00 to 4:00 of drill time, then the next day.
    found = surveyed_hours(world(arrived, ANNA, rules=rules, midnight_s=6 * HOUR))
    assert found == [3, 4, 27]


def test_first_calls_wait_for_seats_wherever_they_are() -> None:
    rules = FieldRules(visit_minutes={"motor": 60}, contact_minutes=60)
    arrived = claims((0, "A", "motor"), (0, "B", "motor"), (0, "A", "motor"))
    seats = (SeatChange(0, 1), SeatChange(int(1.5 * HOUR), 2))
    work = play(world(arrived, rules=rules, seats=seats))
    assert (work.contacted_s / HOUR).tolist() == [1, 2, 2.5]
    assert measure("claims.contacted_within_2h", world(arrived, rules=rules, seats=seats), work) == 2 / 3


def test_claims_after_the_end_are_not_part_of_the_drill() -> None:
    assert len(play(world(claims((0, "A", "motor"), (12, "A", "motor")), ANNA)).claims) == 1


def test_a_claim_just_before_the_end_is_judged_because_the_field_works_on() -> None:
    here = world(claims((11.9, "A", "motor")), ANNA)
    assert measure("claims.surveyed_within_24h", here, play(here)) == 1


def test_unmet_hours_count_waiting_work_once_for_every_hour_it_waits() -> None:
    # One surveyor, three one-hour claims at 0: two hours open after the first hour, one after the second.
    here = world(claims((0, "A", "motor"), (0, "A", "motor"), (0, "A", "motor")), ANNA)
    assert measure("demand.unmet_person_hours", here, play(here)) == 2 + 1


def test_notices_are_lost_between_the_outage_and_the_manual_log() -> None:
    changes = [
        (600, "system.core_claims", "down"),
        (1800, "manual_fnol", "on"),
        (7200, "system.core_claims", "up"),
    ]
    assert outages(changes, 9999) == ((600, 1800),)
    here = world(claims((0.1, "A", "motor"), (0.2, "A", "motor"), (0.5, "A", "motor")), outages=((600, 1800),))
    assert measure("claims.lost", here, play(here)) == 1


def test_an_outage_nobody_ends_lasts_until_the_end() -> None:
    assert outages([(600, "system.core_claims", "down")], 7200) == ((600, 7200),)
    assert outages([(0, "manual_fnol", "on"), (600, "system.core_claims", "down")], 7200) == ()


def test_an_unknown_metric_is_refused_by_name() -> None:
    here = world(claims((0, "A", "motor")))
    with pytest.raises(ValueError, match="claims.happiness"):
        measure("claims.happiness", here, play(here))
    assert "claims.happiness" not in KNOWN_METRICS


def test_without_claims_there_is_no_share() -> None:
    empty = TrueClaims(np.array([], np.int64), np.array([], object), np.array([], object))
    assert measure("claims.surveyed_within_24h", world(empty), play(world(empty))) is None


def test_a_plan_that_posts_a_stranger_is_refused() -> None:
    with pytest.raises(ValueError, match="zoe"):
        world(claims((0, "A", "motor")), ANNA, plans=(PublishedPlan(0, (Posting("zoe", "A", "motor"),)),))


JOBS = st.lists(st.tuples(st.integers(0, 200), st.sampled_from("xy")), max_size=25)
SHIFTS = st.lists(st.tuples(st.integers(0, 150), st.integers(1, 200), st.sampled_from(["x", "y", "xy"])), max_size=5)
SECONDS = {"x": 10, "y": 25}


@given(JOBS, SHIFTS)
@settings(deadline=None)
def test_every_visit_is_whole_and_nobody_does_two_at_once(
    jobs: list[tuple[int, str]], raw: list[tuple[int, int, str]]
) -> None:
    jobs.sort(key=lambda job: job[0])
    shifts = [Shift(begin, begin + length, frozenset(lines)) for begin, length, lines in raw]
    done = serve([at for at, _ in jobs], [line for _, line in jobs], shifts, SECONDS)
    taken = [(d - SECONDS[line], d, at, line) for d, (at, line) in zip(done.tolist(), jobs, strict=True) if d != NEVER]
    assert all(begin >= at for begin, _, at, _ in taken)
    for begin, *_ in taken:
        at_once = sum(b <= begin < e for b, e, _, _ in taken)
        assert at_once <= sum(s.from_s <= begin < s.until_s for s in shifts)
    for line in "xy":  # first in, first out
        ends = [d for d, (_, its) in zip(done.tolist(), jobs, strict=True) if its == line]
        assert ends == sorted(ends)


@given(JOBS, st.integers(1, 6), st.integers(0, 100))
@settings(deadline=None)
def test_one_more_worker_never_makes_any_job_of_a_single_line_later(
    jobs: list[tuple[int, str]], workers: int, begin: int
) -> None:
    arrival = sorted(at for at, _ in jobs)
    shifts = [Shift(begin, 10_000, frozenset("x"))] * workers
    few = serve(arrival, ["x"] * len(arrival), shifts, SECONDS)
    more = serve(arrival, ["x"] * len(arrival), [*shifts, shifts[0]], SECONDS)
    assert (more <= few).all()
