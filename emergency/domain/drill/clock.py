"""The clock of a workspace: where drill time stands when the wall clock says so.

A clock is a value. Running, pausing, changing speed and jumping each give a
new clock; nothing ticks. Live work uses no such clock, a drill uses a running
one, and a demo of a past event uses one that stands still.

Exactness: wall instants are whole microseconds and speeds whole thousandths,
so a position is a whole number of nanoseconds of drill time and no sequence of
acts loses a fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

MICROSECOND = timedelta(microseconds=1)
NANOSECONDS = 1_000_000_000
SLOWEST, FASTEST = 0.001, 100_000.0


@dataclass(frozen=True)
class DrillClock:
    """Drill time as a function of wall time.

    start: the drill instant at offset zero.
    offset_ns: the offset held while paused, or reached at ``running_since``.
    speed_thousandths: drill microseconds per 1,000 wall microseconds.
    running_since: the wall instant from which the offset grows; None = paused.
    """

    start: datetime
    offset_ns: int = 0
    speed_thousandths: int = 1000
    running_since: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("start", "running_since"):
            instant = getattr(self, name)
            if instant is not None and instant.utcoffset() is None:
                raise ValueError(f"{name} {instant} has no time zone; give one, for example +08:00 or UTC")
        if self.offset_ns < 0:
            raise ValueError(f"offset_ns {self.offset_ns} lies before the start; an offset is 0 or more")
        if self.speed_thousandths < 1:
            raise ValueError("speed must be 0.001 or more; to stop the clock, pause it")

    @property
    def paused(self) -> bool:
        return self.running_since is None

    @property
    def speed(self) -> float:
        return self.speed_thousandths / 1000

    def offset_at(self, wall: datetime) -> timedelta:
        """Drill time since start, floored to microseconds, at a wall instant."""
        return MICROSECOND * (self._offset_ns_at(wall) // 1000)

    def offset_s(self, wall: datetime) -> int:
        """The same in whole seconds, floored."""
        return self._offset_ns_at(wall) // NANOSECONDS

    def now(self, wall: datetime) -> datetime:
        """The drill instant, in UTC, at a wall instant."""
        return self.start.astimezone(UTC) + self.offset_at(wall)

    def wall_at(self, offset: timedelta) -> datetime | None:
        """The first wall instant at which the offset is reached.

        None where the clock is paused short of it; the moment it began to run
        where it has been passed already.
        """
        missing_ns = (offset // MICROSECOND) * 1000 - self.offset_ns
        if self.running_since is None:
            return None
        wall_us = -(-max(0, missing_ns) // self.speed_thousandths)
        return self.running_since + MICROSECOND * wall_us

    def _offset_ns_at(self, wall: datetime) -> int:
        if self.running_since is None:
            return self.offset_ns
        # A wall clock set back must not pull drill time back behind the last act.
        elapsed_us = max(0, (wall - self.running_since) // MICROSECOND)
        return self.offset_ns + elapsed_us * self.speed_thousandths

    def to_json(self) -> dict[str, Any]:
        since = self.running_since
        return {
            "start": self.start.isoformat(),
            "offset_ns": self.offset_ns,
            "speed_thousandths": self.speed_thousandths,
            "running_since": None if since is None else since.isoformat(),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> DrillClock:
        since = row["running_since"]
        return cls(
            start=datetime.fromisoformat(row["start"]),
            offset_ns=int(row["offset_ns"]),
            speed_thousandths=int(row["speed_thousandths"]),
            running_since=None if since is None else datetime.fromisoformat(since),
        )


def ready(start: datetime, speed: float = 1) -> DrillClock:
    """A clock that stands at its start and waits for `resume`."""
    return DrillClock(start=start, speed_thousandths=thousandths(speed))


def standing_at(instant: datetime) -> DrillClock:
    """A clock that stands still at an instant: the time of a demo of a past event."""
    return DrillClock(start=instant)


def start(clock: DrillClock, wall: datetime) -> DrillClock:
    """STARTEX: run a clock that has not moved yet.

    Raises:
        ValueError: the clock has left its start already; resume it instead.
    """
    if not clock.paused or clock.offset_ns:
        raise ValueError("this clock has been started already; pause and resume it instead")
    return resume(clock, wall)


def pause(clock: DrillClock, wall: datetime) -> DrillClock:
    """Stand still. Pausing a paused clock changes nothing."""
    return replace(clock, offset_ns=clock._offset_ns_at(wall), running_since=None)


def resume(clock: DrillClock, wall: datetime) -> DrillClock:
    """Run on from where it stands. Resuming a running clock changes nothing."""
    return replace(clock, running_since=wall) if clock.paused else clock


def set_speed(clock: DrillClock, wall: datetime, speed: float) -> DrillClock:
    """Run faster or slower from now on; what has passed stays as it was."""
    return replace(_anchored(clock, wall), speed_thousandths=thousandths(speed))


def jump(clock: DrillClock, wall: datetime, to: timedelta) -> DrillClock:
    """Go forward to an offset at once; running stays running, paused stays paused.

    Raises:
        ValueError: the offset lies in the past; what was sent cannot be unsent.
    """
    here = _anchored(clock, wall)
    target_ns = (to // MICROSECOND) * 1000
    # Offsets are shown in whole microseconds; a jump to what is shown now is no jump back.
    if target_ns < here.offset_ns // 1000 * 1000:
        raise ValueError(
            f"the clock stands at {clock.offset_at(wall)}; it jumps forward only, and {to} lies behind it"
        )
    return replace(here, offset_ns=max(target_ns, here.offset_ns))


def thousandths(speed: float) -> int:
    """A speed as whole thousandths.

    Raises:
        ValueError: not between 0.001 and 100,000, or finer than a thousandth.
    """
    exact = Fraction(str(speed)) * 1000
    if not SLOWEST <= speed <= FASTEST or exact.denominator != 1:
        raise ValueError(f"speed {speed} is not allowed; give 0.001 to 100000 with at most three decimals")
    return int(exact)


def _anchored(clock: DrillClock, wall: datetime) -> DrillClock:
    """The same motion, described from this wall instant on."""
    if clock.running_since is None:
        return clock
    # Keep the later anchor if the wall clock was set back.
    since = max(wall, clock.running_since)
    return replace(clock, offset_ns=clock._offset_ns_at(since), running_since=since)
