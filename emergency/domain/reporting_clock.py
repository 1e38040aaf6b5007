"""Reporting clocks: what is owed to whom until when, as it came to be owed.

A clock is a deadline that began to run. It keeps the start it began with; a graver class adds a
shorter clock from that same start, and the longer one stays in the history as superseded. Nothing
here ever makes a limit later: what was owed at noon is owed at one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

REGULATOR, INTERNAL, CADENCE = "regulator", "internal", "cadence"
# Where a deadline counts from; ``previous`` is the report before it in a series.
ORIGINS = ("discovery", "occurrence", "activation", "impact", "stand_down")
STATES = ("running", "target_passed", "overdue", "in_time", "late", "missed", "superseded", "lifted")
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Deadline:
    """What a rule asks for at this moment.

    Attributes:
        to: ``regulator``, ``internal`` or ``cadence`` (situation reports).
        kind: phone, first, follow_up, final, internal, situation.
        within_s: seconds from the origin.
        strive: a target (力争); otherwise a limit (不迟于).
        every_s: 0 for a report made once, else seconds from one report of the series to the next.
        rules, row: the file that owns the deadline, ``id@version``, and the row in it, 1 first.
        cause: what asks for it: ``class:2``, ``level:1`` or ``tag:siege``.
        source: where the figure comes from.
    """

    to: str
    kind: str
    within_s: int
    strive: bool = False
    origin: str = "discovery"
    every_s: int = 0
    rules: str = ""
    row: int = 0
    cause: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.within_s <= 0 or self.every_s < 0:
            raise ValueError(f"deadline {self.kind}: spans must lie above 0")
        if self.origin not in ORIGINS:
            raise ValueError(f"deadline {self.kind}: origin {self.origin!r} is not one of {', '.join(ORIGINS)}")


@dataclass(frozen=True)
class Clock:
    """A deadline that runs or ran; instants in microseconds UTC.

    Attributes:
        number: place in its series, 1 for a report made once.
        started_us: never changes; due_us is started_us plus the span.
        since_us: when it began to apply; after due_us where a graver class came too late for it.
        superseded_by: id of the shorter clock in force instead.
        met_by: the report that met it; missed_us: given up on, as the next of the series is due.
        lifted_us: no longer owed, as the incident ended before it was due.
    """

    to: str
    kind: str
    number: int
    started_us: int
    within_s: int
    strive: bool
    since_us: int
    every_s: int = 0
    rules: str = ""
    row: int = 0
    cause: str = ""
    source: str = ""
    superseded_us: int | None = None
    superseded_by: str = ""
    met_us: int | None = None
    met_by: str = ""
    missed_us: int | None = None
    lifted_us: int | None = None

    @property
    def id(self) -> str:
        return f"{self.to}.{self.kind}.{self.number}.{self.within_s}.{'target' if self.strive else 'limit'}"

    @property
    def due_us(self) -> int:
        return self.started_us + self.within_s * SECOND_US

    @property
    def in_force(self) -> bool:
        return self.superseded_us is None

    @property
    def waits(self) -> bool:
        """Somebody still has to hand something in."""
        return self.in_force and self.met_us is None and self.missed_us is None and self.lifted_us is None

    def state(self, now_us: int) -> str:
        """One of STATES. A report on the very instant it is due is in time (不迟于)."""
        if not self.in_force:
            return "superseded"
        if self.met_us is not None:
            return "in_time" if self.met_us <= self.due_us else "late"
        if self.missed_us is not None:
            return "missed"
        if self.lifted_us is not None:
            return "lifted"
        if now_us <= self.due_us:
            return "running"
        return "target_passed" if self.strive else "overdue"


@dataclass(frozen=True)
class Handed:
    """A report that was handed in: when, and its number or journal entry."""

    at_us: int
    by: str


Series = tuple[str, str]


def reconcile(
    kept: Iterable[Clock],
    wanted: Iterable[Deadline],
    starts: Mapping[str, int | None],
    handed: Mapping[Series, Sequence[Handed]],
    now_us: int,
    ended_us: int | None = None,
) -> tuple[Clock, ...]:
    """All clocks as they stand now: those kept, those that begin, what was met, what was missed.

    Args:
        kept: clocks of earlier moments; none of them is lost or restarted.
        wanted: what the rules ask for now.
        starts: origin -> instant, None where it has not come.
        handed: (to, kind) -> reports handed in until now, corrections left out.
        ended_us: when the response ended; a series then stops.

    Returns:
        Soonest due first.
    """
    series: dict[Series, tuple[list[Clock], list[Deadline]]] = {}
    for clock in kept:
        series.setdefault((clock.to, clock.kind), ([], []))[0].append(clock)
    for deadline in wanted:
        series.setdefault((deadline.to, deadline.kind), ([], []))[1].append(deadline)
    found: list[Clock] = []
    for key, (clocks, deadlines) in series.items():
        reports = sorted((h for h in handed.get(key, ()) if h.at_us <= now_us), key=lambda h: h.at_us)
        found += _Run(clocks, deadlines, starts, now_us, ended_us).through(reports)
    return tuple(sorted(found, key=lambda c: (c.due_us, c.strive, c.id)))


class _Run:
    """One series of reports (or a single report) gone through from its first number to the one open now."""

    def __init__(
        self,
        kept: Sequence[Clock],
        wanted: Sequence[Deadline],
        starts: Mapping[str, int | None],
        now_us: int,
        ended_us: int | None,
    ) -> None:
        self.numbers: dict[int, list[Clock]] = {}
        for clock in kept:
            self.numbers.setdefault(clock.number, []).append(clock)
        self.wanted, self.starts, self.now_us, self.ended_us = wanted, starts, now_us, ended_us

    def through(self, reports: Sequence[Handed]) -> list[Clock]:
        number, left = 1, list(reports)
        start: int | None = None
        while True:
            was_met = any(c.met_us is not None for c in self.numbers.get(number, ()))
            clocks = self.numbers.get(number, []) if was_met else self._laid_out(number, start)
            if not clocks:
                break
            self.numbers[number] = clocks
            start = self._settled(number, left)
            if start is None or (self.ended_us is not None and start >= self.ended_us):
                break
            number += 1
        return [clock for clocks in self.numbers.values() for clock in clocks]

    def _laid_out(self, number: int, start: int | None) -> list[Clock]:
        """The clocks of one number, shorter ones added; a start once taken is kept."""
        clocks = list(self.numbers.get(number, ()))
        for deadline in sorted(self._asked(number), key=lambda d: (d.within_s, d.strive)):
            began = clocks[0].started_us if clocks else start if number > 1 else self.starts.get(deadline.origin)
            if began is not None:
                clocks = _with(clocks, _begun(deadline, number, began, self.now_us))
        return clocks

    def _asked(self, number: int) -> Sequence[Deadline]:
        """What is asked for this number of the series; a class that fell does not end a series that runs."""
        if number == 1:
            return self.wanted
        series = [replace(d, within_s=d.every_s) for d in self.wanted if d.every_s]
        return series or [_again(c) for c in self.numbers.get(number - 1, ()) if c.in_force and c.every_s]

    def _settled(self, number: int, left: list[Handed]) -> int | None:
        """Mark one number as met, missed or open; the start of the next number, None where none follows."""
        clocks = self.numbers[number]
        last = max(c.due_us for c in clocks if c.in_force)
        every_us = max(c.every_s for c in clocks if c.in_force) * SECOND_US
        until = left[0].at_us if left else self.now_us
        if every_us and until >= last + every_us and not self._over(last + every_us):
            self.numbers[number] = [_missed(c, last + every_us) for c in clocks]
            return last
        if left:
            report = left.pop(0)
            self.numbers[number] = [_met(c, report) for c in clocks]
            return report.at_us if every_us else None
        if self.ended_us is not None and every_us and self.now_us >= self.ended_us:
            self.numbers[number] = [_ended(c, self.ended_us) for c in clocks]
        return None

    def _over(self, instant_us: int) -> bool:
        return self.ended_us is not None and instant_us > self.ended_us


def _begun(deadline: Deadline, number: int, start_us: int, now_us: int) -> Clock:
    return Clock(
        to=deadline.to,
        kind=deadline.kind,
        number=number,
        started_us=start_us,
        within_s=deadline.within_s,
        strive=deadline.strive,
        since_us=now_us,
        every_s=deadline.every_s,
        rules=deadline.rules,
        row=deadline.row,
        cause=deadline.cause,
        source=deadline.source,
    )


def _again(clock: Clock) -> Deadline:
    return Deadline(
        clock.to,
        clock.kind,
        clock.every_s,
        clock.strive,
        every_s=clock.every_s,
        rules=clock.rules,
        row=clock.row,
        cause=clock.cause,
        source=clock.source,
    )


def _with(clocks: list[Clock], new: Clock) -> list[Clock]:
    """The clocks with one more where it is shorter than what is in force.

    A limit stands above targets: one as early makes a target needless, a target never replaces a limit.
    """
    alive = [c for c in clocks if c.in_force]
    if any(c.due_us <= new.due_us and (not c.strive or new.strive) for c in alive):
        return clocks
    replaced = {c.id for c in alive if c.due_us >= new.due_us and (c.strive or not new.strive)}
    return [replace(c, superseded_us=new.since_us, superseded_by=new.id) if c.id in replaced else c for c in clocks] + [
        new
    ]


def _met(clock: Clock, report: Handed) -> Clock:
    if not clock.in_force:
        return clock
    return replace(clock, met_us=report.at_us, met_by=report.by, missed_us=None, lifted_us=None)


def _missed(clock: Clock, at_us: int) -> Clock:
    if not clock.in_force or clock.missed_us is not None:
        return clock
    return replace(clock, missed_us=at_us)


def _ended(clock: Clock, at_us: int) -> Clock:
    """At the end of a response: what was due by then is missed, what was not is no longer owed."""
    if not clock.waits:
        return clock
    return replace(clock, missed_us=at_us) if clock.due_us < at_us else replace(clock, lifted_us=at_us)


def as_of(clock: Clock, now_us: int) -> Clock | None:
    """The clock as it was known at an instant; None where it had not begun to apply."""
    if clock.since_us > now_us:
        return None
    if clock.superseded_us is not None and clock.superseded_us > now_us:
        clock = replace(clock, superseded_us=None, superseded_by="")
    if clock.met_us is not None and clock.met_us > now_us:
        clock = replace(clock, met_us=None, met_by="")
    if clock.missed_us is not None and clock.missed_us > now_us:
        clock = replace(clock, missed_us=None)
    if clock.lifted_us is not None and clock.lifted_us > now_us:
        clock = replace(clock, lifted_us=None)
    return clock
