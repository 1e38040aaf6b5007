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
        asked_us: since when it is asked for; of a series that a plan asks for, what fell due before is nobody's.
            None where it counts from its origin whenever it came to apply, as everything the regulator is owed.
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
    asked_us: int | None = None

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
        started_us: moves only to an earlier discovery; due_us is started_us plus the span.
        since_us: when it began to apply; after due_us where a graver class came too late for it.
        superseded_by: id of the shorter clock in force instead.
        met_by: the report that met it; missed_us: given up on, as the next of the series is due.
        lifted_us: no longer owed, as the incident ended before it was due and was not reopened until then.
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
Pause = tuple[int, int]  # (ended_us, resumed_us): a response that ended and was opened again


def reconcile(
    kept: Iterable[Clock],
    wanted: Iterable[Deadline],
    starts: Mapping[str, int | None],
    handed: Mapping[Series, Sequence[Handed]],
    now_us: int,
    ended_us: int | None = None,
    pauses: Sequence[Pause] = (),
) -> tuple[Clock, ...]:
    """All clocks as they stand now: those kept, those that begin, what was met, what was missed.

    Args:
        kept: clocks of earlier moments; none of them is lost, and none is started later.
        wanted: what the rules ask for now.
        starts: origin -> instant, None where it has not come.
        handed: (to, kind) -> reports handed in until now, corrections left out.
        ended_us: when the response ended; a series then stops.
        pauses: earlier ends that were taken back, in order: a series goes on from the second instant, and what is
            owed after an end is owed anew after the next.

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
        found += _Run(clocks, deadlines, starts, now_us, ended_us, pauses).through(reports)
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
        pauses: Sequence[Pause],
    ) -> None:
        self.numbers: dict[int, list[Clock]] = {}
        for clock in kept:
            self.numbers.setdefault(clock.number, []).append(clock)
        self.wanted, self.starts, self.now_us, self.ended_us = wanted, starts, now_us, ended_us
        self.pauses = list(pauses)

    def through(self, reports: Sequence[Handed]) -> list[Clock]:
        if self._counts_from_the_end():
            self._after_each_end(list(reports))
        else:
            self._one_after_another(list(reports))
        return [clock for clocks in self.numbers.values() for clock in clocks]

    def _counts_from_the_end(self) -> bool:
        ends = {self.ended_us, *(ended for ended, _ in self.pauses)}
        begun = any(c.started_us in ends and not c.every_s for c in self.numbers.get(1, ()))
        return begun or any(d.origin == "stand_down" for d in self.wanted)

    def _one_after_another(self, left: list[Handed]) -> None:
        number, start = 1, None
        while clocks := self._met_too(number) if self._is_past(number) else self._laid_out(number, start):
            self.numbers[number] = clocks
            start = self._settled(number, left)
            if start is None:
                return
            number += 1

    def _after_each_end(self, left: list[Handed]) -> None:
        """Owed once after every end; a reopening lifts what was not handed in until then, and asks for it anew."""
        number = 1
        for ended, resumed in self.pauses:
            before = [h for h in left if h.at_us < resumed]
            left = left[len(before) :]
            clocks = self.numbers.get(number, ())
            if any(c.started_us == ended for c in clocks):
                self.numbers[number] = [_met(c, before[0]) if before else _ended(c, resumed) for c in clocks]
                number += 1
        known = self.numbers.get(number, [])
        clocks = known if self.ended_us is None or self._is_past(number) else self._laid_out(number, self.ended_us)
        if clocks:
            self.numbers[number] = [_met(c, left[0]) for c in clocks] if left else clocks

    def _met_too(self, number: int) -> list[Clock]:
        """What was handed in meets a shorter deadline that is asked for later, where it was in time for it as well; a
        report that was in time when it was handed in does not become late afterwards."""
        clocks = list(self.numbers.get(number, ()))
        met = next((c for c in clocks if c.in_force and c.met_us is not None and not c.every_s), None)
        if met is None or number > 1:
            return clocks
        for deadline in sorted(self.wanted, key=lambda d: (d.within_s, d.strive)):
            new = replace(_begun(deadline, number, met.started_us, self.now_us), met_us=met.met_us, met_by=met.met_by)
            if met.met_us is not None and met.met_us <= new.due_us and deadline.origin != "stand_down":
                clocks = _with(clocks, new)
        return clocks

    def _is_past(self, number: int) -> bool:
        """Handed in, or over before it was: no rule asks for anything more of this number."""
        return any(
            c.met_us is not None or c.missed_us is not None or c.lifted_us is not None
            for c in self.numbers.get(number, ())
        )

    def _laid_out(self, number: int, start: int | None) -> list[Clock]:
        """The clocks of one number, shorter ones added; a start once taken is kept."""
        clocks = list(self.numbers.get(number, ()))
        if number == 1:
            clocks = [self._since_discovery(c) for c in clocks]
        for deadline in sorted(self._asked(number), key=lambda d: (d.within_s, d.strive)):
            began = clocks[0].started_us if clocks else self.starts.get(deadline.origin) if start is None else start
            if began is not None:
                clocks = _with(clocks, _begun(deadline, number, _first_asked(deadline, began), self.now_us))
        return clocks

    def _since_discovery(self, clock: Clock) -> Clock:
        """Whoever knew earlier had less time: a limit moves to an earlier discovery, and never to a later one."""
        spans = [(d.within_s, d.strive) for d in self.wanted if d.origin == "discovery" and d.asked_us is None]
        found = self.starts.get("discovery") if (clock.within_s, clock.strive) in spans and clock.waits else None
        return clock if found is None or found >= clock.started_us else replace(clock, started_us=found)

    def _asked(self, number: int) -> Sequence[Deadline]:
        """What is asked for this number of the series; a class that fell does not end a series that runs."""
        if number == 1:
            return self.wanted
        if again := [d for d in self.wanted if d.origin == "stand_down"]:
            return again
        # Where the next number begins anew, all of it was asked for; a pace that is new counts from when it was.
        new = not self.numbers.get(number)
        series = [
            replace(d, within_s=d.every_s, asked_us=None if new else d.asked_us) for d in self.wanted if d.every_s
        ]
        return series or [_again(c) for c in self.numbers.get(number - 1, ()) if c.in_force and c.every_s]

    def _settled(self, number: int, left: list[Handed]) -> int | None:
        """Mark one number as met, missed or open; the start of the next number, None where none follows."""
        clocks = self.numbers[number]
        last = max(c.due_us for c in clocks if c.in_force)
        every_us = max(c.every_s for c in clocks if c.in_force) * SECOND_US
        ended, resumed = self._next_pause(min(c.started_us for c in clocks)) if every_us else (None, None)
        until = left[0].at_us if left else self.now_us
        if every_us and until >= last + every_us and (ended is None or last + every_us <= ended):
            self.numbers[number] = [_missed(c, last + every_us) for c in clocks]
            return last
        if left and (resumed is None or left[0].at_us < resumed):
            report = left.pop(0)
            self.numbers[number] = [_met(c, report) for c in clocks]
            if not every_us:
                return None
            return report.at_us if ended is None or report.at_us < ended else self._resumed()
        if ended is not None and resumed is not None and last > resumed:
            # Ending and reopening gains nobody time and takes nothing away: a limit that still lies ahead stands.
            self.pauses.pop(0)
            self.numbers[number] = [_stands(c, resumed) for c in clocks]
            return self._settled(number, left)
        if ended is not None and self.now_us >= ended:
            self.numbers[number] = [_ended(c, ended) for c in clocks]
            return self._resumed()
        return None

    def _next_pause(self, start_us: int) -> tuple[int | None, int | None]:
        """The first end after a start, with when it was taken back."""
        while self.pauses and self.pauses[0][1] <= start_us:
            self.pauses.pop(0)
        return self.pauses[0] if self.pauses else (self.ended_us, None)

    def _resumed(self) -> int | None:
        """Where a series goes on after the pause it has come to; None where the end was not taken back."""
        return self.pauses.pop(0)[1] if self.pauses else None


def _first_asked(deadline: Deadline, start_us: int) -> int:
    """Where a series starts, so that its first report comes due after it is asked for."""
    late_us = (deadline.asked_us or 0) - (start_us + deadline.within_s * SECOND_US)
    if deadline.asked_us is None or not deadline.every_s or late_us < 0:
        return start_us
    every_us = deadline.every_s * SECOND_US
    return start_us + (late_us // every_us + 1) * every_us


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


def _stands(clock: Clock, resumed_us: int) -> Clock:
    """Once the end is taken back: what comes due after that is owed as before."""
    return replace(clock, lifted_us=None) if clock.due_us > resumed_us else clock


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
