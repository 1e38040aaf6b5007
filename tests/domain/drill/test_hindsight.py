"""Two yardsticks on the same claims: nobody moves, and everybody moves knowing what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, TravelTable, allocate
from emergency.domain.drill.hindsight import (
    Need,
    baseline_world,
    compare,
    dispatch_with,
    engine_world,
    field_people,
    hindsight_world,
    is_away,
    needed,
    whereabouts,
)
from emergency.domain.drill.scoring import score_outcome
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
)
from tests.domain.drill.scripts import outcome

MOTOR = frozenset({"motor"})
RULES = FieldRules(visit_minutes={"motor": 60}, duty_from_s=0, duty_until_s=24 * HOUR)
PEOPLE = tuple(FieldPerson(f"p{n}", "A", MOTOR) for n in range(3))
K = outcome("K1", metric="claims.surveyed_within_12h", target="oracle", floor="baseline")


def storm(at: Sequence[int], **more: Any) -> World:
    """Claims in B, where nobody lives; three people live in A, two hours away."""
    claims = TrueClaims(
        np.array(sorted(at), np.int64), np.full(len(at), "B", object), np.full(len(at), "motor", object)
    )
    return World(claims, PEOPLE, **{"end_s": 36 * HOUR, "rules": RULES, **more})


def send_the_first(at_s: int, where: Mapping[str, str], needs: Sequence[Need]) -> list[Posting]:
    """As many as are needed, by name, each two hours on the road unless already there."""
    calls = [need for need in needs for _ in range(need.slots)]
    return [
        Posting(person, need.region, need.line, 0 if where[person] == need.region else 120)
        for person, need in zip(sorted(where), calls, strict=False)
    ]


def test_the_baseline_is_the_same_claims_with_nobody_moving() -> None:
    played = storm(
        [0],
        plans=(PublishedPlan(0, (Posting("p0", "B", "motor", 120),)),),
        seats=(SeatChange(0, 2), SeatChange(60, 9)),
    )
    base = baseline_world(played, outages=[(0, 60)])
    assert play(played).surveyed_s.tolist() == [3 * HOUR]
    assert (base.plans, base.seats, base.outages) == ((), (SeatChange(0, 2),), ((0, 60),))
    assert base.claims is played.claims


def test_need_is_counted_in_shifts_of_ten_hours_or_what_the_rules_say() -> None:
    world = storm([0] * 25 + [20 * HOUR] * 5)
    work = play(world)
    assert needed(world, work, 0, 0) == [Need("B", "motor", 25, 2)]
    assert needed(world, work, 0, 24 * HOUR) == [Need("B", "motor", 30, 2)]


def test_hindsight_sends_people_before_the_claims_come() -> None:
    world = storm([6 * HOUR] * 30)
    ahead = hindsight_world(world, send_the_first, seats=5)
    knowable = hindsight_world(world, send_the_first, seats=5, lookahead_shifts=0)
    assert play(ahead).surveyed_s.min() == 7 * HOUR
    assert play(knowable).surveyed_s.min() == 15 * HOUR, "sent with the shift at 12:00, two hours on the road"
    assert ahead.committed == {"surveyor": 2, "fnol_agent": 5}


def test_people_are_where_they_were_last_sent() -> None:
    plans = (
        PublishedPlan(0, (Posting("p0", "B", "motor"),)),
        PublishedPlan(HOUR, (Posting("p0", "C", "motor"),)),
    )
    assert whereabouts(storm([0], plans=plans), 60)["p0"] == "B"
    assert whereabouts(storm([0], plans=plans), HOUR)["p0"] == "C"


def test_a_played_plan_is_scored_between_the_yardsticks() -> None:
    late = storm([0] * 40, plans=(PublishedPlan(8 * HOUR, (Posting("p0", "B", "motor", 120),)),))
    base, ahead = baseline_world(late, ()), hindsight_world(late, send_the_first, seats=0)
    value = compare([K], late, base, [ahead])["K1"]
    # Alone from 10:00 one finishes 2 of 40 by 12:00; two sent at once from 2:00 finish 20.
    assert (value.played, value.baseline, value.oracle) == (2 / 40, 0, 20 / 40)
    assert score_outcome(K, value).points == 10


def test_the_engine_twice_a_day_is_one_more_play_of_the_same_claims() -> None:
    nobody = storm([0] * 40, seats=(SeatChange(0, 2),), outages=((0, 60),), committed={"fnol_agent": 2})
    known = engine_world(nobody, send_the_first)
    assert (known.seats, known.outages) == (nobody.seats, nobody.outages), "only people are sent otherwise"
    assert known.committed == {"fnol_agent": 2, "surveyor": 2}, "40 visits of an hour: two people"
    value = compare([K], nobody, baseline_world(nobody, ()), [], known)["K1"]
    assert value.engine == value.oracle == 20 / 40, "all are on hand from the start; two finish ten each by 12:00"


def test_a_team_that_beats_the_dispatcher_moves_the_yardstick() -> None:
    everyone = PublishedPlan(0, tuple(Posting(p.id, "B", "motor", 120) for p in PEOPLE))
    played = storm([0] * 40, plans=(everyone,))
    value = compare([K], played, baseline_world(played, ()), [hindsight_world(played, send_the_first, 0)])["K1"]
    assert value.played == value.oracle
    assert score_outcome(K, value).points == 100


def test_the_allocation_engine_is_the_dispatcher() -> None:
    pool = [Adjuster(person.id, "A", MOTOR, frozenset()) for person in PEOPLE]
    dispatch = dispatch_with(allocate, pool, TravelTable({("A", "B"): 120, ("B", "A"): 120}))
    assert field_people(pool) == PEOPLE
    played = storm([0] * 40)
    ahead = hindsight_world(played, dispatch, seats=0)
    assert ahead.plans[0].postings[0].travel_minutes == 120
    value = compare([K], played, baseline_world(played, ()), [ahead])["K1"]
    # Forty hours of work are two shifts of 24 duty hours: two people, there at 2:00, ten visits each by 12:00.
    assert (value.played, value.oracle) == (0, 20 / 40)


def test_nobody_is_asked_when_there_is_nothing_to_do() -> None:
    dispatch = dispatch_with(allocate, [], TravelTable({}))
    assert hindsight_world(storm([]), dispatch, seats=0).plans == ()


@given(
    st.lists(st.integers(0, 36 * HOUR - 1), max_size=30),
    st.lists(st.tuples(st.integers(0, 36 * HOUR), st.integers(0, 2), st.sampled_from("AB")), max_size=4),
    st.sampled_from(["higher", "lower"]),
)
@settings(deadline=None, max_examples=40)
def test_whatever_is_played_the_oracle_is_at_least_as_good(
    at: list[int], sent: list[tuple[int, int, str]], better: str
) -> None:
    plans = tuple(PublishedPlan(s, (Posting(f"p{n}", region, "motor", 60),)) for s, n, region in sent)
    played = storm(at, plans=plans)
    metric = "claims.surveyed_within_12h" if better == "higher" else "demand.unmet_person_hours"
    asked = outcome("K1", metric=metric, target="oracle", floor="baseline", better=better)
    value = compare([asked], played, baseline_world(played, ()), [hindsight_world(played, send_the_first, 3)])["K1"]
    if value.played is None or value.baseline is None or value.oracle is None:
        assert not at
        return
    best = max if better == "higher" else min
    assert best(value.oracle, value.played, value.baseline) == value.oracle


def test_who_is_not_there_is_not_sent_and_who_goes_is_replaced_at_once() -> None:
    """p0 leaves after two hours, p1 comes after four: one is needed all the time."""
    people = (
        FieldPerson("p0", "A", MOTOR, away=((2 * HOUR, None),)),
        FieldPerson("p1", "A", MOTOR, away=((0, 4 * HOUR),)),
        FieldPerson("p2", "A", MOTOR),
    )
    world = replace(storm([0, 5 * HOUR], end_s=12 * HOUR), people=people)
    asked: dict[int, list[str]] = {}

    def dispatch(at_s: int, where: Mapping[str, str], needs: Sequence[Need]) -> list[Posting]:
        asked[at_s] = sorted(where)
        return send_the_first(at_s, where, needs)

    found = hindsight_world(world, dispatch, seats=0)
    assert asked == {0: ["p0", "p2"], 2 * HOUR: ["p2"], 4 * HOUR: ["p1", "p2"]}
    assert [(plan.published_s, plan.postings[0].person) for plan in found.plans] == [
        (0, "p0"), (2 * HOUR, "p2"), (4 * HOUR, "p1"),
    ]  # fmt: skip
    engine = engine_world(world, dispatch)
    assert all(not is_away(person.away, plan.published_s) for plan in engine.plans for posting in plan.postings
               for person in people if person.id == posting.person)  # fmt: skip


def test_seats_in_hindsight_follow_the_people_who_are_there() -> None:
    played = storm([0], seats=(SeatChange(0, 3),))
    found = hindsight_world(played, send_the_first, [SeatChange(0, 8), SeatChange(HOUR, 2), SeatChange(2 * HOUR, 5)])
    # Three stand at STARTEX, and play never goes below them.
    assert found.seats == (SeatChange(0, 8), SeatChange(HOUR, 3), SeatChange(2 * HOUR, 5))
    assert found.committed["fnol_agent"] == 8
