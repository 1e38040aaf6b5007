"""Level rules as they stand in a ``*.levels.yaml``: rows of thresholds by incident type.

Level 1 (Ⅰ) is the gravest. A rule set gives one of two values: the company's
own *response level* (一级/二级/三级响应) or the regulator's *event class*
(特别重大/重大/较大). They are never mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from emergency.domain.level.condition import Condition, Facts
from emergency.domain.level.metric import comparable, number, scale_of, unit_of
from emergency.texts import N_, Message

LEVELS = (1, 2, 3)
VALUES = ("response", "class")
COMBINATIONS = ("any", "two_of")
ROW_OPS = ("ge", "gt", "le", "lt")
SCALABLE = ("money", "claims")
GRAVEST_BEFORE_IMPACT = 2  # a forecast or a warning proposes Ⅱ at most; Ⅰ is declared by a person

LEVEL_MARK: Mapping[int, str] = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}
RESPONSE_NAME: Mapping[int, str] = {
    1: N_("Level Ⅰ response"),
    2: N_("Level Ⅱ response"),
    3: N_("Level Ⅲ response"),
}
CLASS_NAME: Mapping[int, str] = {1: N_("Particularly major"), 2: N_("Major"), 3: N_("Fairly major")}

Threshold = int | float | str


@dataclass(frozen=True)
class Floor:
    """An absolute minimum on another metric, so that a tiny branch does not trip on a ratio."""

    metric: str
    thresholds: Mapping[int, int | float]


@dataclass(frozen=True)
class Row:
    """One indicator: the value of `metric` at which each level begins.

    Attributes:
        number: place among the rows of its incident type, 1 first.
        thresholds: level -> value; a level may be left out, not all three.
        floor: minimum on another metric, by level.
        requires: condition without which the row does not count.
        pre_event: a warning or forecast; never gives more than Ⅱ.
        source: where the figures come from; empty only for a house rule.
        house_rule, date: our own judgement, and since when.
        line: line in the file, 0 where there is none.
    """

    metric: str
    op: str
    thresholds: Mapping[int, Threshold]
    number: int = 1
    floor: Floor | None = None
    requires: Condition | None = None
    pre_event: bool = False
    source: str = ""
    house_rule: bool = False
    date: str = ""
    line: int = 0

    def __post_init__(self) -> None:
        if self.op not in ROW_OPS:
            raise ValueError(f"{self.metric}: op {self.op!r} is not one of {', '.join(ROW_OPS)}")
        if not self.thresholds or not set(self.thresholds) <= set(LEVELS):
            raise ValueError(f"{self.metric}: give thresholds for at least one of the levels 1, 2, 3")
        if self.pre_event and 1 in self.thresholds:
            raise ValueError(f"{self.metric}: a pre-event row gives level 2 at most; take out level 1")
        if not self.monotone():
            raise ValueError(f"{self.metric}: thresholds must grow graver from level 3 to level 1")

    @property
    def calibrated(self) -> bool:
        """Whether the thresholds rest on a source; a house rule is a default, to be calibrated (默认值，待校准)."""
        return bool(self.source)

    def monotone(self) -> bool:
        """Whether every graver level lies strictly further than the milder one."""
        return monotone(self.metric, self.thresholds, falling=self.op in ("le", "lt"))


def monotone(metric: str, thresholds: Mapping[int, Threshold], falling: bool = False) -> bool:
    """Whether the thresholds go strictly up (down if falling) from level 3 over 2 to 1.

    Raises:
        FactError: a threshold is not on the metric's scale.
    """
    values = [comparable(metric, thresholds[level]) for level in sorted(thresholds, reverse=True)]
    if falling:
        values.reverse()
    return all(milder < graver for milder, graver in pairwise(values))


@dataclass(frozen=True)
class Modifier:
    """While `when` holds every threshold is multiplied by `factor` (below 1 = more sensitive)."""

    when: Condition
    factor: float

    def __post_init__(self) -> None:
        if self.factor <= 0:
            raise ValueError(f"a modifier's factor {self.factor} must lie above 0")


@dataclass(frozen=True)
class Linkage:
    """A neighbour region at `ratio` of a threshold may be raised together; scope adjacent or none."""

    ratio: float = 0.8
    scope: str = "none"


@dataclass(frozen=True)
class ReportingClock:
    """Deadlines in seconds by report kind; those named in `strive` are targets (力争), the others limits.

    Attributes:
        every_s: report kind -> seconds to the next of its series; a kind left out is made once.
        origins: report kind -> what it counts from; discovery where nothing is said.
        source: where the deadlines come from; house rules say so with their date.
        number: place among the rows of the file, 1 first; 0 where it was not read from a file.
    """

    when: Condition
    deadlines_s: Mapping[str, int]
    strive: tuple[str, ...] = ()
    every_s: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    number: int = 0


@dataclass(frozen=True)
class RuleSet:
    """A whole rule file.

    Attributes:
        value: ``response`` (the company's level) or ``class`` (the regulator's).
        jurisdiction: codes it holds for (``CN``, ``CN-410000``), or ``("*",)``.
        currency: ISO 4217 code its money thresholds are in, whole units.
        combine: ``any`` indicator proposes a level, or ``two_of`` must agree.
        scale: unit (money, claims) -> factor on thresholds, for the company's size.
        types: incident type -> rows.
        sha256: of the file's bytes, "" where it was not read from a file.
        path: file name for citing, "" likewise.
    """

    id: str
    version: str
    types: Mapping[str, tuple[Row, ...]]
    value: str = "response"
    jurisdiction: tuple[str, ...] = ("*",)
    currency: str = "CNY"
    combine: str = "any"
    linkage: Linkage = Linkage()
    scale: Mapping[str, float] = field(default_factory=dict)
    modifiers: tuple[Modifier, ...] = ()
    reporting: tuple[ReportingClock, ...] = ()
    title: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        for what, found, allowed in (
            ("value", {self.value}, VALUES),
            ("combine", {self.combine}, COMBINATIONS),
            ("scale", set(self.scale), SCALABLE),
        ):
            if not found <= set(allowed):
                raise ValueError(f"rules {self.id}: {what} {sorted(found)} is not among {', '.join(allowed)}")
        if any(factor <= 0 for factor in self.scale.values()):
            raise ValueError(f"rules {self.id}: scale factors must lie above 0")

    def factor(self, facts: Facts) -> Decimal:
        """What the modifiers that hold make of a threshold, multiplied together."""
        factor = Decimal(1)
        for modifier in self.modifiers:
            if modifier.when.holds(facts):
                factor *= Decimal(str(modifier.factor))
        return factor

    def effective(self, row: Row, factor: Decimal) -> Mapping[int, Decimal | str]:
        """The row's thresholds for this company and this moment; ordinal ones are never scaled."""
        if scale_of(row.metric):
            return {level: str(value) for level, value in row.thresholds.items()}
        # A factor below 1 makes a rising indicator trip earlier; a falling one must then trip higher.
        factor = factor if row.op in ("ge", "gt") else 1 / factor
        factor *= self._size(row.metric)
        return {level: number(row.metric, value) * factor for level, value in row.thresholds.items()}

    def floors(self, row: Row) -> Mapping[int, Decimal]:
        """The row's absolute minimums by level; modifiers do not touch them, the company's size does."""
        if row.floor is None:
            return {}
        metric, size = row.floor.metric, self._size(row.floor.metric)
        return {level: number(metric, value) * size for level, value in row.floor.thresholds.items()}

    def _size(self, metric: str) -> Decimal:
        return Decimal(str(self.scale.get(unit_of(metric), 1)))

    def metrics(self) -> frozenset[str]:
        """Every metric the rules read."""
        found: set[str] = {name for modifier in self.modifiers for name in modifier.when.metrics()}
        for row in (row for rows in self.types.values() for row in rows):
            found.add(row.metric)
            found |= {row.floor.metric} if row.floor else set()
            found |= row.requires.metrics() if row.requires else set()
        return frozenset(found)


@dataclass(frozen=True)
class Override:
    """A playbook's own row: a condition that yields a level beside the rule file's."""

    level: int
    when: Condition
    pre_event: bool = False

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"override level {self.level!r} is not one of 1, 2, 3")
        if self.pre_event and self.level < GRAVEST_BEFORE_IMPACT:
            raise ValueError("a pre-event override gives level 2 at most; take out pre_event or write level 2")


def covers(rules: RuleSet, jurisdiction: str) -> bool:
    """Whether the rules hold in a place: ``CN-410000`` is covered by ``CN`` and ``*``, ``US-TX`` by ``*``."""
    return any(code in ("*", jurisdiction) or jurisdiction.startswith(code + "-") for code in rules.jurisdiction)


def level_name(value: str, level: int | None) -> Message:
    """The level in words: “Level Ⅱ response” for a response level, “Major” for an event class."""
    if level is None:
        return Message("No response level reached") if value == "response" else Message("No class reached")
    return Message(RESPONSE_NAME[level] if value == "response" else CLASS_NAME[level])


def reporting_clocks(rules: RuleSet, level: int | None, tags: Iterable[str] = ()) -> tuple[ReportingClock, ...]:
    """The clocks that run for an incident of this level (or class) that wears these tags."""
    value = "class" if rules.value == "class" else "level"
    facts = {value: level, "event.tag": tuple(tags)}
    return tuple(clock for clock in rules.reporting if clock.when.holds(facts))
