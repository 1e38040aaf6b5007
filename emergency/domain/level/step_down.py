"""Down one step, and only after it has been calm for the hold: every indicator clearly below the level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emergency.domain.level.grading import may_step_down, still_near
from emergency.domain.level.indicator import Indicator


@dataclass(frozen=True)
class StepDown:
    """When a level may be stepped down from, and what holds it.

    Attributes:
        level: the level in force.
        to: one step milder; None from Ⅲ.
        since: since when it has been calm; None while it is not.
        possible_at: when the hold is over; None while something holds the level.
        holders: indicators at `ratio` or more of the level's entry threshold.
        nothing_known: no indicator is known, so nobody can say that it is calm.
    """

    level: int
    to: int | None
    since: datetime | None
    possible_at: datetime | None
    holders: tuple[Indicator, ...]
    nothing_known: bool = False

    def possible(self, now: datetime) -> bool:
        return self.possible_at is not None and now >= self.possible_at


def milder(level: int) -> int | None:
    """One step down; None below Ⅲ."""
    return level + 1 if level < 3 else None


def calm_since(
    before: datetime | None, indicators: Sequence[Indicator], level: int, ratio: float, now: datetime
) -> datetime | None:
    """Since when every indicator has been below `ratio` of the level's thresholds, by one more look.

    Args:
        before: since when it was calm at the look before; None where it was not.
    """
    if not may_step_down(indicators, level, ratio):
        return None
    return now if before is None or before > now else before


def step_down(
    level: int, since: datetime | None, indicators: Sequence[Indicator], hold_s: int, ratio: float
) -> StepDown:
    """What can be said of stepping down from a level now; whatever holds it now wins over an earlier calm."""
    holders = still_near(indicators, level, ratio)
    known = any(one.value is not None for one in indicators)
    if holders or not known:
        since = None
    possible_at = None if since is None else since + timedelta(seconds=hold_s)
    return StepDown(level, milder(level), since, possible_at, holders, not known)
