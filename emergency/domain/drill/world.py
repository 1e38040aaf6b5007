"""The field as it would have been: who was where, and when each claim was seen.

A drill has no real customers, so its effect is worked out: true claims arrive
at known seconds, people are where the published plans put them, and every
claim waits its turn (first in, first out per region and line). The same
arithmetic plays the plans of a team, of nobody, and of hindsight, which makes
their results comparable claim by claim.

All times are whole seconds of drill time (offset zero = start). A visit lies
wholly inside one stay and one day's duty: nobody begins a visit that cannot be
finished before leaving or before the end of duty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from emergency.domain.drill.fifo import NEVER, Seconds, Shift, serve

HOUR, DAY = 3600, 86_400

# house rule, 2026-11: a day of ten duty hours is worth 40 motor, 8 property, 7.5 farm or 5 injury visits,
# the productivity our playbooks ask staff by; the other lines are set beside the nearest of these.
VISIT_MINUTES: Mapping[str, int] = {
    "motor": 15,
    "home": 60,
    "health": 60,
    "property": 75,
    "agriculture": 80,
    "engineering": 120,
    "marine": 120,
    "liability": 120,
    "personal_injury": 120,
}


@dataclass(frozen=True)
class FieldRules:
    """How fast the field works. Every default is a house rule and may be replaced per drill.

    visit_minutes: one survey visit by line, the drive between two visits included.
    contact_minutes: one first call; 5 = the 12 calls an hour our playbooks plan with.
    duty_from_s, duty_until_s: survey duty, seconds after local midnight; calls are taken round the clock.
    run_out_hours: how long the field works on after ENDEX with the plan then in force.
    """

    visit_minutes: Mapping[str, int] = field(default_factory=lambda: dict(VISIT_MINUTES))
    contact_minutes: int = 5
    duty_from_s: int = 8 * HOUR
    duty_until_s: int = 18 * HOUR
    run_out_hours: int = 72

    def __post_init__(self) -> None:
        if not 0 <= self.duty_from_s < self.duty_until_s <= DAY:
            raise ValueError("duty must begin before it ends, both between 0 and 86400 s after midnight")
        short = sorted(line for line, minutes in self.visit_minutes.items() if minutes < 1)
        if short or self.contact_minutes < 1:
            raise ValueError(
                f"a visit and a call take at least 1 minute; check {short or ['contact_minutes']}"
            )

    @property
    def duty_hours(self) -> float:
        return (self.duty_until_s - self.duty_from_s) / HOUR


@dataclass(frozen=True)
class FieldPerson:
    """Someone who surveys claims. ``lines`` are the lines of business they may survey.

    away: spans of seconds, in order, in which they are not there at all; an open end is None.
    """

    id: str
    base_region: str
    lines: frozenset[str]
    away: tuple[tuple[int, int | None], ...] = ()


@dataclass(frozen=True)
class Posting:
    """One person sent to one region for one line, ``travel_minutes`` away."""

    person: str
    region: str
    line: str
    travel_minutes: int = 0


@dataclass(frozen=True)
class PublishedPlan:
    """Postings that take effect together. People it does not name stay where they are."""

    published_s: int
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class SeatChange:
    """From this second on, so many seats take first calls."""

    at_s: int
    seats: int


@dataclass(frozen=True, eq=False)
class TrueClaims:
    """The noise-free claims: no duplicates, true region and line, sorted by arrival second."""

    arrival_s: Seconds
    region: npt.NDArray[np.object_]
    line: npt.NDArray[np.object_]

    def __post_init__(self) -> None:
        if not len(self.arrival_s) == len(self.region) == len(self.line):
            raise ValueError("arrival_s, region and line must be equally long, one entry per claim")
        if np.any(np.diff(self.arrival_s) < 0):
            raise ValueError("claims must be sorted by arrival_s; sort all three columns together")

    def __len__(self) -> int:
        return len(self.arrival_s)

    def before(self, end_s: int) -> TrueClaims:
        count = int(np.searchsorted(self.arrival_s, end_s, side="left"))
        return TrueClaims(self.arrival_s[:count], self.region[:count], self.line[:count])


@dataclass(frozen=True, eq=False)
class World:
    """Everything that decides when each claim is seen.

    midnight_s: local time of day at offset zero, in seconds (08:00 = 28800).
    end_s: ENDEX. Claims arriving at or after it are not part of the drill.
    outages: half-open spans of seconds in which notices of loss had nowhere to go.
    committed: people and goods committed by kind, summed over published plans.
    """

    claims: TrueClaims
    people: tuple[FieldPerson, ...]
    end_s: int
    plans: tuple[PublishedPlan, ...] = ()
    seats: tuple[SeatChange, ...] = ()
    outages: tuple[tuple[int, int], ...] = ()
    committed: Mapping[str, int] = field(default_factory=dict)
    midnight_s: int = 0
    rules: FieldRules = field(default_factory=FieldRules)

    def __post_init__(self) -> None:
        known = {person.id for person in self.people}
        if len(known) != len(self.people):
            raise ValueError("two people in the field share one id; give each their own")
        strangers = sorted({p.person for plan in self.plans for p in plan.postings} - known)
        if strangers:
            raise ValueError(f"a plan posts {', '.join(strangers[:3])}, who are not in the field's roster")
        unknown = sorted(set(self.claims.line) - set(self.rules.visit_minutes))
        if unknown:
            raise ValueError(f"no visit_minutes for line {', '.join(unknown)}; add them to the field's rules")

    @property
    def horizon_s(self) -> int:
        return self.end_s + self.rules.run_out_hours * HOUR


@dataclass(frozen=True)
class Stay:
    """One person's presence in one region: from arrival until leaving, for these lines."""

    person: str
    region: str
    lines: frozenset[str]
    from_s: int
    until_s: int


@dataclass(frozen=True, eq=False)
class Fieldwork:
    """What came of it, one entry per claim before ENDEX; NEVER where nobody came."""

    claims: TrueClaims
    surveyed_s: Seconds
    contacted_s: Seconds


def play(world: World) -> Fieldwork:
    """Work the field from the start until the end of the run-out."""
    claims = world.claims.before(world.end_s)
    surveyed = np.full(len(claims), NEVER, np.int64)
    shifts: dict[str, list[Shift]] = defaultdict(list)
    for stay in stays(world):
        shifts[stay.region].extend(_shifts(stay, world))
    for region in sorted(set(claims.region)):
        here = np.flatnonzero(claims.region == region)
        lines = [str(line) for line in claims.line[here]]
        seconds = {line: world.rules.visit_minutes[line] * 60 for line in set(lines)}
        surveyed[here] = serve(claims.arrival_s[here].tolist(), lines, shifts[region], seconds)
    return Fieldwork(claims, surveyed, _contacts(claims, world))


def stays(world: World) -> list[Stay]:
    """Where each person is: home first, then each posting from publication plus travel."""
    calls: dict[str, list[tuple[int, Posting]]] = defaultdict(list)
    for plan in sorted(world.plans, key=lambda plan: plan.published_s):
        for posting in plan.postings:
            calls[posting.person].append((plan.published_s, posting))
    found: list[Stay] = []
    for person in sorted(world.people, key=lambda person: person.id):
        for stay in _stays_of(person, calls[person.id], world.horizon_s):
            found.extend(_while_there(stay, person.away))
    return found


def _stays_of(person: FieldPerson, calls: Sequence[tuple[int, Posting]], horizon_s: int) -> Iterable[Stay]:
    region, lines, since = person.base_region, person.lines, 0
    for published_s, posting in calls:
        if (posting.region, frozenset({posting.line})) == (region, lines):
            continue  # confirmed where they are: no journey, no break
        if published_s > since:
            yield Stay(person.id, region, lines, since, published_s)
        # Turned back on the road: the new journey still ends travel minutes after the new order.
        stays_put = posting.region == region
        region, lines = posting.region, frozenset({posting.line}) & person.lines
        since = max(since, published_s) if stays_put else published_s + posting.travel_minutes * 60
    if horizon_s > since:
        yield Stay(person.id, region, lines, since, horizon_s)


def _while_there(stay: Stay, away: Sequence[tuple[int, int | None]]) -> Iterable[Stay]:
    """What is left of a stay outside the spans of absence."""
    since = stay.from_s
    for begin, end in away:
        if since < min(begin, stay.until_s):
            yield replace(stay, from_s=since, until_s=min(begin, stay.until_s))
        since = max(since, NEVER if end is None else end)
    if since < stay.until_s:
        yield replace(stay, from_s=since)


def _shifts(stay: Stay, world: World) -> Iterable[Shift]:
    """A stay cut into the daily spans of duty."""
    day = -world.midnight_s
    while day < stay.until_s:
        begin = max(stay.from_s, day + world.rules.duty_from_s)
        end = min(stay.until_s, day + world.rules.duty_until_s)
        if begin < end and stay.lines:
            yield Shift(begin, end, stay.lines)
        day += DAY


def _contacts(claims: TrueClaims, world: World) -> Seconds:
    """First calls: one queue for the whole country, any seat, any hour."""
    call = {"call": world.rules.contact_minutes * 60}
    seats = [Shift(begin, end, frozenset(call)) for begin, end in _seat_spans(world)]
    return serve(claims.arrival_s.tolist(), ["call"] * len(claims), seats, call)


def _seat_spans(world: World) -> Iterable[tuple[int, int]]:
    open_since: list[int] = []
    for change in sorted(world.seats, key=lambda change: change.at_s):
        while len(open_since) < change.seats:
            open_since.append(change.at_s)
        while len(open_since) > change.seats:
            yield open_since.pop(), change.at_s
    yield from ((since, world.horizon_s) for since in open_since)
