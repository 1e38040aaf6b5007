"""Who can be sent out in a shift and who cannot, with the reason: status, turn, rest, days in a row.

The figures are rows of ``data/rules/staffing.yaml``, each with its source.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from emergency.texts import N_, Message

ORIGINS: Mapping[str, str] = {
    "own": N_("own staff"),
    "external": N_("external"),
    "mutual_aid": N_("mutual aid"),
}
STATUSES: Mapping[str, str] = {
    "available": N_("available"),
    "resting": N_("resting"),
    "off": N_("off duty"),
}


@dataclass(frozen=True)
class Pattern:
    """Days on and off in turn, or weekdays.

    days: one mark for each day of the cycle, True = works. A cycle of ``weekly`` patterns begins on Monday,
    others on the person's own first day.
    """

    name: str
    title: Mapping[str, str]
    days: tuple[bool, ...]
    weekly: bool
    source: str

    def __post_init__(self) -> None:
        if not any(self.days):
            raise ValueError(f"pattern {self.name} has no working day; mark at least one with 1")
        if self.weekly and len(self.days) != 7:
            raise ValueError(f"pattern {self.name} is weekly and must have 7 days, Monday first")

    def works(self, day: date, first: date | None) -> bool:
        """Whether a day is a working day; a turn without a first day counts from the first day of the calendar."""
        start = 0 if self.weekly else (first.toordinal() if first else 0)
        number = day.weekday() if self.weekly else day.toordinal() - start
        return self.days[number % len(self.days)]


@dataclass(frozen=True)
class StaffingRules:
    """How long people may be sent out. ``sources``: where each figure comes from.

    longest_way: travel to a place in one shift; days_in_a_row: shifts on consecutive days.
    """

    longest_way: timedelta
    days_in_a_row: int
    patterns: Mapping[str, Pattern]
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.days_in_a_row < 1:
            raise ValueError("days_in_a_row must be 1 or more; else nobody could be sent out")


@dataclass(frozen=True)
class Standing:
    """What is known of one person on the day of a shift.

    worked: earlier days on which the person held a slot; released_at: end of the last one; spent: the state
    (released, declined) in which this shift has ended for them already, or empty.
    """

    status: str = "available"
    pattern: str = ""
    pattern_from: date | None = None
    rest_until: datetime | None = None
    lent_until: date | None = None
    worked: Collection[date] = ()
    released_at: datetime | None = None
    spent: str = ""


def why_not(one: Standing, day: date, now: datetime, rules: StaffingRules, rest: timedelta) -> Message | None:
    """Why a person is not to be sent out in the shift of a day; None where nothing speaks against it.

    Args:
        rest: due between being released and the next call-out.
    """
    if one.spent:
        return Message(
            N_("released from this shift already; free again from the next one")
            if one.spent == "released"
            else N_("said that they cannot come in this shift")
        )
    if one.status != "available":
        return Message(N_("status today: {status}"), {"status": Message(STATUSES.get(one.status, one.status))})
    if one.lent_until is not None and one.lent_until < day:
        return Message(N_("was lent until {day} only"), {"day": one.lent_until.isoformat()})
    return _resting(one, now, rest) or _off_shift(one, day, rules)


def _resting(one: Standing, now: datetime, rest: timedelta) -> Message | None:
    if one.rest_until is not None and one.rest_until > now:
        return Message(N_("rests until {time}"), {"time": one.rest_until})
    if one.released_at is not None and one.released_at + rest > now:
        gaps = {"time": one.released_at + rest, "hours": int(rest.total_seconds() // 3600)}
        return Message(N_("rests until {time}: {hours} h after being released"), gaps)
    return None


def _off_shift(one: Standing, day: date, rules: StaffingRules) -> Message | None:
    pattern = rules.patterns.get(one.pattern)
    if pattern is not None and not pattern.works(day, one.pattern_from):
        return Message(N_("off shift today: {pattern}"), {"pattern": pattern.title})
    row = days_in_a_row(one.worked, day)
    if row >= rules.days_in_a_row:
        return Message(N_("has worked {n} days in a row; one day of rest is due"), {"n": row})
    return None


def days_in_a_row(worked: Collection[date], day: date) -> int:
    """How many days before a day were worked without a gap."""
    found, before = 0, day - timedelta(days=1)
    while before in worked:
        found, before = found + 1, before - timedelta(days=1)
    return found

