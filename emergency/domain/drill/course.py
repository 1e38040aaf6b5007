"""The course of a drill that people play: its clock, where it stands, and what becomes of time nobody kept.

A course is a value; every act and every look gives a new one. Whoever keeps time looks again and again and
leaves the wall instant of the look. Where the looks break off – a server was killed, a machine slept – the
clock stands where it was last seen, and the director says what shall become of the time in between:

catch up: time went on; what was due in it comes now, all at once and in order.
shift: time stood; everything comes that much later by the wall.
skip: time went on; what was due in it is struck out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from emergency.domain.drill import clock as clocks
from emergency.domain.drill import step
from emergency.domain.drill.clock import DrillClock
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.step import DrillState

ANSWERS = ("catch_up", "shift", "skip")
# house rule, 2026-11: another process found time not kept for five seconds, or the same one for a minute.
# Within one process a step may take seconds; a new process means that the old one is gone.
GAP_SECONDS, SLEEP_SECONDS = 5, 60


@dataclass(frozen=True)
class Gap:
    """Time that nobody kept: wall instants of the last look before it and of the look that found it."""

    since: datetime
    found: datetime


@dataclass(frozen=True)
class Course:
    """Where a drill stands.

    started: STARTEX was given. floor_s: nothing is delivered as of an earlier second, because those were jumped
    over or slept through. beat: the wall instant of the last look. gap: the director is asked.
    """

    clock: DrillClock
    state: DrillState = field(default_factory=DrillState)
    started: bool = False
    floor_s: int = 0
    beat: datetime | None = None
    gap: Gap | None = None

    @property
    def running(self) -> bool:
        return self.started and not self.clock.paused


def start(course: Course, wall: datetime) -> Course:
    """STARTEX.

    Raises:
        ValueError: it was given already.
    """
    return replace(course, clock=clocks.start(course.clock, wall), started=True, beat=wall)


def pause(course: Course, wall: datetime) -> Course:
    return replace(course, clock=clocks.pause(_going(course).clock, wall), beat=wall)


def resume(course: Course, wall: datetime) -> Course:
    return replace(course, clock=clocks.resume(_going(course).clock, wall), beat=wall)


def set_speed(course: Course, wall: datetime, speed: float) -> Course:
    """Also before STARTEX."""
    return replace(course, clock=clocks.set_speed(course.clock, wall, speed))


def jump(course: Course, wall: datetime, to_s: int) -> Course:
    """Go forward to a second of drill time; what was due on the way comes there, in order.

    Raises:
        ValueError: it lies behind.
    """
    moved = clocks.jump(_going(course).clock, wall, timedelta(seconds=to_s))
    return replace(course, clock=moved, floor_s=max(course.floor_s, to_s), beat=wall)


def _going(course: Course) -> Course:
    if not course.started:
        raise ValueError("the drill has not been started yet")
    if course.gap is not None:
        raise ValueError("first say what shall become of the time nobody kept")
    return course


# Keeping time ---------------------------------------------------------------------------------------


def look(course: Course, wall: datetime, *, same_keeper: bool) -> Course:
    """Somebody keeps time: all is well, or a gap is found and the clock stands where it was last seen."""
    if not course.running or course.gap is not None:
        return replace(course, beat=wall)
    patience = SLEEP_SECONDS if same_keeper else GAP_SECONDS
    if course.beat is None or wall - course.beat < timedelta(seconds=patience):
        return replace(course, beat=wall if course.beat is None else max(wall, course.beat))
    stands = clocks.pause(course.clock, course.beat)
    return replace(course, clock=stands, gap=Gap(course.beat, wall), beat=wall)


def missed(script: DrillScript, course: Course, wall: datetime) -> tuple[str, ...]:
    """Injects with a time that would have come in the gap, in order of their time."""
    until_s = would_be(course, wall).offset_s(wall)
    due = [i for i in script.injects if i.at_s is not None and course.state.at_s < i.at_s <= until_s]
    waiting = [i for i in due if i.id not in course.state.fired and i.id not in course.state.skipped]
    return tuple(i.id for i in sorted(waiting, key=lambda i: i.at_s or 0))


def would_be(course: Course, wall: datetime) -> DrillClock:
    """The clock as it would run now, had time been kept."""
    if course.gap is None:
        return course.clock
    slept_us = max(0, (wall - course.gap.since) // clocks.MICROSECOND)
    offset_ns = course.clock.offset_ns + slept_us * course.clock.speed_thousandths
    return replace(course.clock, offset_ns=offset_ns, running_since=wall)


def answer(script: DrillScript, course: Course, wall: datetime, how: str) -> Course:
    """The director says what becomes of the gap: catch_up, shift or skip; time runs on.

    Raises:
        ValueError: there is no gap, or another word.
    """
    if course.gap is None:
        raise ValueError("no time is missing; there is nothing to catch up with")
    if how not in ANSWERS:
        raise ValueError(f"say {', '.join(ANSWERS)}, not {how!r}")
    if how == "shift":
        return replace(course, clock=clocks.resume(course.clock, wall), gap=None, beat=wall)
    state = course.state
    if how == "skip":
        state = replace(state, skipped=state.skipped | set(missed(script, course, wall)))
    clock = would_be(course, wall)
    floor_s = max(course.floor_s, clock.offset_s(wall))
    return replace(course, clock=clock, state=state, floor_s=floor_s, gap=None, beat=wall)


# Moving on ------------------------------------------------------------------------------------------


def now_s(script: DrillScript, course: Course, wall: datetime) -> int:
    """The second of drill time, ENDEX at most."""
    return min(course.clock.offset_s(wall), script.clock.duration_s)


def next_step(script: DrillScript, course: Course, wall: datetime) -> int | None:
    """The second up to which the drill is to be played next; None where it has been played up to now.

    Each moment the script names is a step of its own, so that an inject bears its own second however late
    somebody looks; conditions on claims and acts are asked at every look.
    """
    if not course.started or course.gap is not None:
        return None
    now = now_s(script, course, wall)
    if course.state.at_s >= now:
        return None
    moment = step.next_s(script, course.state)
    return now if moment is None else min(max(moment, course.floor_s), now)
