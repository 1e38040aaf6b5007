"""Facts become a level, with the reasons: which row, which value, which threshold, how far to the next.

The engine proposes; a person confirms. Nothing here decides alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from emergency.domain.level.condition import Facts, reaches
from emergency.domain.level.indicator import NO_LEVEL, Distance, Indicator, forced, read, step_beyond
from emergency.domain.level.metric import comparable, scale_of
from emergency.domain.level.rules import LEVELS, Override, RuleSet
from emergency.texts import Message


@dataclass(frozen=True)
class Grade:
    """A proposed level and its trace.

    Attributes:
        rules, version, sha256, path: the file that was applied.
        value: ``response`` or ``class``.
        level: 1, 2, 3 or None (none reached).
        decided_by: the first row in file order that gives this level.
        to_next: the closest step to a graver level; None at level 1 or where nothing is known.
        indicators: all rows, in file order, then the overrides that hold.
        note: said where the rules have no rows for this incident type.
    """

    rules: str
    version: str
    sha256: str
    incident_type: str
    level: int | None
    decided_by: Indicator | None
    to_next: Distance | None
    indicators: tuple[Indicator, ...]
    value: str = "response"
    path: str = ""
    note: Message | None = None

    def steps(self) -> tuple[Distance, ...]:
        """Every way to a graver level, closest first: “¥6.2 M or 2 deaths to Ⅱ”."""
        return _steps(self.indicators)


def grade(rules: RuleSet, incident_type: str, facts: Facts, overrides: Iterable[Override] = ()) -> Grade:
    """The level these rules give to these facts.

    Args:
        facts: metric -> value; missing or None = unknown, 0 = zero. Money is in
            whole units of the rules' currency.
        incident_type: of a type the rules have no rows for, the level is None and ``note`` says so.
        overrides: a playbook's own conditions, counted beside the rows.

    Raises:
        FactError: a fact that is not of its metric's kind.
    """
    factor = rules.factor(facts)
    readings = [read(rules, row, facts, factor) for row in rules.types.get(incident_type, ())]
    by_playbook = [one for override in overrides if (one := forced(override, facts))]
    proposed = _combined([reading.level or NO_LEVEL for reading in readings], rules.combine)
    level = min([proposed, *(reading.level or NO_LEVEL for reading in by_playbook)])
    indicators = (*(replace(reading, step=step_beyond(reading, level)) for reading in readings), *by_playbook)
    missing = Message("{rules} has no rows for this type of incident", {"rules": rules.id})
    return Grade(
        rules=rules.id,
        version=rules.version,
        sha256=rules.sha256,
        incident_type=incident_type,
        level=None if level == NO_LEVEL else level,
        decided_by=_decisive(indicators, level),
        to_next=_closest(indicators, level, rules.combine),
        indicators=indicators,
        value=rules.value,
        path=rules.path,
        note=None if incident_type in rules.types else missing,
    )


def _combined(levels: Sequence[int], combine: str) -> int:
    """The gravest level (any), or the gravest that two indicators reach."""
    gravest = sorted(levels)
    place = 0 if combine == "any" else 1
    return gravest[place] if len(gravest) > place else NO_LEVEL


def _decisive(indicators: Sequence[Indicator], level: int) -> Indicator | None:
    return next((one for one in indicators if one.level == level), None)


def _closest(indicators: Sequence[Indicator], level: int, combine: str) -> Distance | None:
    """Under ``two_of`` the level changes when the second indicator arrives, so the second closest counts."""
    beyond = sum(one.row is not None and (one.level or NO_LEVEL) < level for one in indicators)
    place = 0 if combine == "any" or beyond else 1
    steps = _steps(indicators)
    return steps[place] if len(steps) > place else None


def _steps(indicators: Sequence[Indicator]) -> tuple[Distance, ...]:
    steps = [one.step for one in indicators if one.step]
    return tuple(sorted(steps, key=lambda step: step.ratio))


# Stepping down and joining ------------------------------------------------------------------------


def still_near(indicators: Iterable[Indicator], level: int, ratio: float = 0.8) -> tuple[Indicator, ...]:
    """The indicators at `ratio` or more of the threshold at which they enter a level.

    They hold a level that is to be stepped down from; in a neighbour region they
    are what makes joint activation worth offering. A row that could not raise the
    level now, because its `requires` is not known to hold, holds nothing either;
    nor does one clearly under its floor.
    """
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is not one of 1, 2, 3")
    return tuple(one for one in indicators if one.value is not None and _near(one, level, Decimal(str(ratio))))


def may_step_down(indicators: Sequence[Indicator], current_level: int, ratio: float = 0.8) -> bool:
    """Whether every known indicator lies below `ratio` of its entry threshold, and at least one is known."""
    known = any(one.value is not None for one in indicators)
    return known and not still_near(indicators, current_level, ratio)


def _near(reading: Indicator, level: int, ratio: Decimal) -> bool:
    entries = [one for one in reading.thresholds if one <= level]
    if reading.row is None:  # an override is on the list only while its condition holds
        return bool(entries)
    if not entries or not reading.applies:
        return False
    entry, op = max(entries), reading.row.op
    here, there = (
        comparable(reading.metric, reading.value),
        comparable(reading.metric, reading.thresholds[entry]),
    )
    if scale_of(reading.metric):  # eighty per cent of a colour means nothing: below it, or not
        return reaches(op, here, there)
    bound = there * ratio if op in ("ge", "gt") else there / ratio
    return reaches(op, here, bound) and not _under_floor(reading, entry, ratio)


def _under_floor(reading: Indicator, level: int, ratio: Decimal) -> bool:
    if level not in reading.floor or reading.floor_value is None or reading.row is None or not reading.row.floor:
        return False
    metric = reading.row.floor.metric
    here, there = comparable(metric, reading.floor_value), comparable(metric, reading.floor[level])
    return bool(here < there * ratio)
