"""One row of a rule file read against the facts: what it gives, why, and how far it is from more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from emergency.domain.level.condition import Facts, Value, reaches, words
from emergency.domain.level.metric import comparable, metric_name, scale_of
from emergency.domain.level.rules import GRAVEST_BEFORE_IMPACT, LEVEL_MARK, Override, Row, RuleSet
from emergency.texts import Message

Number = int | float
FORECAST = "forecast."  # metrics of what has not happened yet
NO_LEVEL = 4  # milder than every level; keeps comparisons plain


@dataclass(frozen=True)
class Distance:
    """How far a known value is from a graver level.

    Attributes:
        level: the level that would be reached.
        metric, value, threshold: the value now and the one needed; `metric` is the
            row's own or its floor's, whichever is further away.
        distance: absolute, in the metric's unit; steps on the scale for an ordinal.
        ratio: distance relative to the threshold, 0 = there.
        row: number of the row.
    """

    level: int
    metric: str
    value: Value
    threshold: Number | str
    distance: Number
    ratio: float
    row: int


@dataclass(frozen=True)
class Indicator:
    """One row read against the facts.

    Attributes:
        row: the row of the rule file; None for a playbook's override.
        value: the fact, None where unknown.
        level: what this row alone gives.
        threshold: the threshold of that level, None where no level is reached.
        step: the way to the next graver level of the whole grade, where there is one.
        thresholds: level -> threshold in force (after size and modifiers).
        floor: level -> minimum in force on the floor's metric; floor_value: its fact.
        applies: whether the row's `requires` holds; None = unknown.
        note: why the row does not count, or counts for less.
    """

    row: Row | None
    metric: str
    value: Value
    level: int | None = None
    threshold: Number | str | None = None
    step: Distance | None = None
    thresholds: Mapping[int, Number | str] = field(default_factory=dict)
    floor: Mapping[int, Number] = field(default_factory=dict)
    floor_value: Value = None
    applies: bool | None = True
    note: Message | None = None

    @property
    def next_level(self) -> int | None:
        return self.step.level if self.step else None

    @property
    def next_threshold(self) -> Number | str | None:
        return self.step.threshold if self.step else None

    @property
    def distance(self) -> Number | None:
        return self.step.distance if self.step else None

    @property
    def ratio(self) -> float | None:
        return self.step.ratio if self.step else None


# One row ------------------------------------------------------------------------------------------


def read(rules: RuleSet, row: Row, facts: Facts, factor: Decimal) -> Indicator:
    value = facts.get(row.metric)
    applies = row.requires.holds(facts) if row.requires else True
    thresholds, floor = rules.effective(row, factor), rules.floors(row)
    floor_value = facts.get(row.floor.metric) if row.floor else None
    reading = Indicator(
        row=row,
        metric=row.metric,
        value=value,
        thresholds={level: plain(threshold) for level, threshold in thresholds.items()},
        floor={level: plain_number(minimum) for level, minimum in floor.items()},
        floor_value=floor_value,
        applies=applies,
    )
    reached = [level for level in sorted(thresholds) if _reached(reading, level)]
    # Rows are checked on loading; this keeps the promise for rows built elsewhere, and for every forecast.
    if row.pre_event or row.metric.startswith(FORECAST):
        reached = [max(level, GRAVEST_BEFORE_IMPACT) for level in reached]
    allowed = [level for level in reached if applies and _floor_met(reading, level)]
    level = allowed[0] if allowed else None
    return replace(
        reading,
        level=level,
        threshold=reading.thresholds[level] if level else None,
        note=_note(reading, row, reached, level, factor),
    )


def _reached(reading: Indicator, level: int) -> bool:
    if reading.row is None or reading.value is None or level not in reading.thresholds:
        return False
    metric = reading.metric
    here, there = comparable(metric, reading.value), comparable(metric, reading.thresholds[level])
    return reaches(reading.row.op, here, there)


def _floor_met(reading: Indicator, level: int) -> bool:
    """An unknown floor is not met: without it a ratio of a handful of claims would raise an alarm."""
    if level not in reading.floor:
        return True
    if reading.floor_value is None or reading.row is None or reading.row.floor is None:
        return False
    metric = reading.row.floor.metric
    return bool(comparable(metric, reading.floor_value) >= comparable(metric, reading.floor[level]))


def _note(reading: Indicator, row: Row, reached: Sequence[int], level: int | None, factor: Decimal) -> Message | None:
    if reading.value is None:
        return Message("not known")
    if reached and not reading.applies and row.requires:
        return Message("does not count: needs {condition}", {"condition": words(row.requires)})
    if reached and row.floor and reached[0] != level:
        gaps = {
            "metric": metric_name(row.floor.metric),
            "minimum": reading.floor[reached[0]],
            "mark": LEVEL_MARK[reached[0]],
        }
        return Message("level {mark} also needs {metric} of {minimum} or more", gaps)
    if factor != 1 and not scale_of(row.metric):
        return Message("thresholds × {factor} at present", {"factor": plain_number(factor)})
    return None


def forced(override: Override, facts: Facts) -> Indicator | None:
    """The override as an indicator, named by the first comparison in it that holds."""
    if not override.when.holds(facts):
        return None
    leaf = next((one for one in override.when.comparisons() if one.holds(facts)), None)
    if leaf is None:  # only negations hold
        leaf = next(override.when.comparisons())
    note = Message("by the playbook: {condition}", {"condition": words(override.when)})
    return Indicator(
        row=None,
        metric=leaf.metric,
        value=facts.get(leaf.metric),
        level=override.level,
        threshold=leaf.value,
        thresholds={override.level: leaf.value},
        note=note,
    )


# The way to the next level ------------------------------------------------------------------------


def step_beyond(reading: Indicator, level: int) -> Distance | None:
    """From a known value to the mildest of the row's levels that is graver than the grade."""
    row = reading.row
    graver = [one for one in reading.thresholds if one < level]
    if row is None or reading.value is None or not reading.applies or not graver:
        return None
    target = max(graver)
    if (reading.level or NO_LEVEL) <= target:
        return None
    gaps = [] if _reached(reading, target) else [_gap(row, reading.metric, reading.value, reading.thresholds, target)]
    if not _floor_met(reading, target) and row.floor:
        if reading.floor_value is None:
            return None
        gaps.append(_gap(row, row.floor.metric, reading.floor_value, reading.floor, target))
    return max(gaps, key=lambda gap: gap.ratio)


def _gap(row: Row, metric: str, value: Any, thresholds: Mapping[int, Any], level: int) -> Distance:
    threshold = thresholds[level]
    here, there = comparable(metric, value), comparable(metric, threshold)
    distance = abs(there - here)
    return Distance(
        level=level,
        metric=metric,
        value=value if isinstance(value, str) else plain_number(here),
        threshold=threshold,
        distance=plain_number(distance),
        ratio=float(distance / (abs(there) or 1)),
        row=row.number,
    )


def plain(value: Decimal | str) -> Number | str:
    return value if isinstance(value, str) else plain_number(value)


def plain_number(value: Decimal) -> Number:
    """An int where it is whole, else the nearest float; for screens and JSON."""
    return int(value) if value == value.to_integral_value() else float(value)
