"""The two yardsticks of effectiveness: nobody moves, and everybody moves knowing what comes.

Both are played on the identical claims, so a score between them means "share
of what could be gained". Neither is a theory: each is a run of the same field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from emergency.domain.allocation.pool import Adjuster, Assignment, Cell
from emergency.domain.allocation.travel import Travel
from emergency.domain.drill.measures import measure
from emergency.domain.drill.scoring import OutcomeValue
from emergency.domain.drill.script import Outcome
from emergency.domain.drill.world import (
    HOUR,
    FieldPerson,
    Fieldwork,
    Posting,
    PublishedPlan,
    SeatChange,
    World,
    play,
)

SHIFT_S = 12 * HOUR  # house rule, 2026-11: dispatch is done twice a day
LOOKAHEADS = (1, 2, 4)  # shifts of true demand that hindsight is shown


@dataclass(frozen=True)
class Need:
    """Person-shifts a region needs for a line: claims on hand and, in hindsight, those to come."""

    region: str
    line: str
    claims: int
    slots: int


# Who goes where for one shift: the second it begins, where everyone is, what is needed.
Dispatch = Callable[[int, Mapping[str, str], Sequence[Need]], Sequence[Posting]]


def baseline_world(played: World, outages: Sequence[tuple[int, int]]) -> World:
    """The same claims and people with no act at all: all stay home, seats as at STARTEX.

    outages: the spans without any manual log or failover.
    """
    at_start = tuple(change for change in played.seats if change.at_s <= 0)
    return replace(played, plans=(), seats=at_start, outages=tuple(outages), committed={})


def hindsight_world(
    played: World,
    dispatch: Dispatch,
    seats: int | Sequence[SeatChange],
    lookahead_shifts: int = 1,
    shift_s: int = SHIFT_S,
) -> World:
    """The same claims and people, dispatched every shift on the true demand of the coming shifts.

    It is dispatched anew whenever somebody comes or goes, and nobody is sent who is not there.

    seats: all seats that could be opened, as people for them come and go; in hindsight they are open from the
        start, and the manual log is kept from the first second of an outage.
    lookahead_shifts: shifts of arrivals the dispatcher is shown; 0 = only what is on hand, the
        demand anyone could have known at that moment.
    """
    at_start = max((change.seats for change in played.seats if change.at_s <= 0), default=0)
    could = (SeatChange(0, seats),) if isinstance(seats, int) else tuple(seats)
    opened = tuple(SeatChange(one.at_s, max(one.seats, at_start)) for one in could)
    world = replace(played, plans=(), outages=(), committed={}, seats=opened)
    for begin in dispatch_times(played, shift_s):
        needs = needed(world, play(world), begin, begin + lookahead_shifts * shift_s)
        postings = tuple(dispatch(begin, whereabouts(world, begin), needs))
        if postings:
            world = replace(world, plans=(*world.plans, PublishedPlan(begin, postings)))
    posted = {posting.person for plan in world.plans for posting in plan.postings}
    most = max((one.seats for one in could), default=0)
    return replace(world, committed={"surveyor": len(posted), "fnol_agent": most})


def dispatch_times(world: World, shift_s: int) -> list[int]:
    """The beginning of every shift, and every second at which somebody comes or goes."""
    turns = {second for person in world.people for span in person.away for second in span if second is not None}
    return sorted({*range(0, world.end_s, shift_s), *(second for second in turns if 0 < second < world.end_s)})


def engine_world(played: World, dispatch: Dispatch, shift_s: int = SHIFT_S) -> World:
    """The same claims, people and seats, dispatched by the engine every shift on what was on hand by then.

    A fixed habit and no optimum: who plans at better moments does better than this.
    """
    found = hindsight_world(played, dispatch, 0, lookahead_shifts=0, shift_s=shift_s)
    committed = {**played.committed, "surveyor": found.committed["surveyor"]}
    return replace(found, seats=played.seats, outages=played.outages, committed=committed)


def needed(world: World, work: Fieldwork, now_s: int, known_until_s: int) -> list[Need]:
    """Open claims now and those arriving until a second, as person-shifts by region and line."""
    open_or_coming = (work.surveyed_s > now_s) & (work.claims.arrival_s <= max(now_s, known_until_s))
    rows = np.flatnonzero(open_or_coming)
    counts = Counter((str(work.claims.region[row]), str(work.claims.line[row])) for row in rows)
    per_day = world.rules.duty_hours * 60
    return [
        Need(region, line, count, -(-count * world.rules.visit_minutes[line] // int(per_day)))
        for (region, line), count in sorted(counts.items())
    ]


def whereabouts(world: World, now_s: int) -> dict[str, str]:
    """person -> the region they are in or on their way to; nobody who is not there at that second."""
    found = {person.id: person.base_region for person in world.people}
    for plan in sorted(world.plans, key=lambda plan: plan.published_s):
        if plan.published_s <= now_s:
            found.update({posting.person: posting.region for posting in plan.postings})
    gone = {person.id for person in world.people if is_away(person.away, now_s)}
    return {person: region for person, region in found.items() if person not in gone}


def is_away(spans: Iterable[tuple[int, int | None]], now_s: int) -> bool:
    """Whether a second lies in one of these spans of absence; their beginning counts, their end does not."""
    return any(begin <= now_s and (end is None or now_s < end) for begin, end in spans)


def compare(
    outcomes: Iterable[Outcome],
    played: World,
    baseline: World,
    hindsights: Sequence[World],
    engine: World | None = None,
) -> dict[str, OutcomeValue]:
    """Each outcome's metric as played, with nobody moving, and at its best.

    The oracle is the best of hindsight, of what was played and of the baseline:
    a team that beats the dispatcher moves the yardstick and gets 100, not more.
    So is the engine twice a day where it is given: nobody who knows more does worse.
    """
    known = () if engine is None else (engine,)
    worlds = (played, baseline, *hindsights, *known)
    works = [play(world) for world in worlds]
    found = {}
    for outcome in outcomes:
        values = [measure(outcome.metric, world, work) for world, work in zip(worlds, works, strict=True)]
        judged = [value for value in values if value is not None]
        best = max if outcome.better == "higher" else min
        oracle = best(judged) if judged else None
        found[outcome.id] = OutcomeValue(values[0], values[1], oracle, values[-1] if known else None)
    return found


class Allocate(Protocol):
    """The engine that answers "who goes where" in live work, in play and in hindsight."""

    def __call__(self, pool: Sequence[Adjuster], cells: Sequence[Cell], travel: Travel) -> _Plan: ...


class _Plan(Protocol):
    @property
    def assignments(self) -> Sequence[Assignment]: ...


def dispatch_with(
    allocate: Allocate,
    pool: Sequence[Adjuster],
    travel: Travel,
    priorities: Mapping[str, int] | None = None,
    licence_of: Callable[[str], str] = lambda region: "",
) -> Dispatch:
    """A dispatcher that asks the allocation engine once a shift.

    Everyone has one slot a shift and sets out from where they are. ``priorities``: line -> 1 (most
    urgent) to 9, 5 where it is not named. ``licence_of``: the licence a region asks for, "" = none.
    """
    by_id = {adjuster.adjuster_id: adjuster for adjuster in pool}
    urgent = priorities or {}

    def dispatch(now_s: int, where: Mapping[str, str], needs: Sequence[Need]) -> list[Posting]:
        ready = [replace(by_id[p], base_region=region, slots=1) for p, region in where.items() if p in by_id]
        asked = {f"{need.region}/{need.line}": need for need in needs}
        cells = [
            Cell(id, "drill", n.region, n.line, licence_of(n.region), n.slots, urgent.get(n.line, 5))
            for id, n in asked.items()
        ]
        if not ready or not cells:
            return []
        plan = allocate(ready, cells, travel)
        return [
            Posting(a.adjuster_id, asked[a.cell_id].region, asked[a.cell_id].line, a.minutes) for a in plan.assignments
        ]

    return dispatch


def field_people(pool: Sequence[Adjuster]) -> tuple[FieldPerson, ...]:
    """The pool as the field sees it: skills are the lines a person may survey."""
    return tuple(FieldPerson(a.adjuster_id, a.base_region, a.skills) for a in pool)
