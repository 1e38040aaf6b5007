"""A condition on facts: one comparison, or several joined by all, any and not.

There is no expression language on purpose: a condition is safe to load, can be
compared line by line, and is edited by people who do not program.

Facts are a mapping from metric to value. A metric that is missing or None is
*unknown*, which is not the same as zero: a comparison with an unknown value is
neither true nor false (None), and joins follow that three-valued logic.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emergency.domain.level.metric import comparable, metric_name
from emergency.texts import N_, Message

Value = int | float | Decimal | str | bool | None
Facts = Mapping[str, Any]

OPS = ("ge", "gt", "le", "lt", "eq", "ne", "in")
JOINS = ("all", "any", "not")


@dataclass(frozen=True)
class Condition:
    """Either a comparison (metric, op, value) or a join of other conditions.

    Attributes:
        metric: name of the fact compared, empty for a join.
        op: one of OPS, empty for a join.
        value: number, text or truth value; for ``in`` a tuple of them.
        join: ``all``, ``any`` or ``not``; empty for a comparison.
        parts: the joined conditions; exactly one for ``not``.
    """

    metric: str = ""
    op: str = ""
    value: Any = None
    join: str = ""
    parts: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if self.join:
            self._check_join()
        elif not self.metric or self.op not in OPS:
            raise ValueError(f"a comparison needs a metric and one of {', '.join(OPS)}, not {self.op!r}")
        elif (self.op == "in") != isinstance(self.value, tuple):
            raise ValueError(f"{self.metric}: 'in' takes a tuple of values, the other comparisons take one")

    def _check_join(self) -> None:
        if self.join not in JOINS or self.metric or self.op:
            raise ValueError(f"a join is one of {', '.join(JOINS)} and compares nothing itself")
        if not self.parts or (self.join == "not" and len(self.parts) != 1):
            raise ValueError(f"{self.join!r} joins {'one condition' if self.join == 'not' else 'one or more'}")

    def holds(self, facts: Facts) -> bool | None:
        """True, False, or None where the facts do not tell.

        Raises:
            FactError: a fact is not of the kind its metric asks for.
        """
        if not self.join:
            return _compare(self, facts)
        found = [part.holds(facts) for part in self.parts]
        if self.join == "not":
            return None if found[0] is None else not found[0]
        decisive = self.join == "any"
        if decisive in found:
            return decisive
        return None if None in found else not decisive

    def comparisons(self) -> Iterator[Condition]:
        """Every comparison inside, in the order written."""
        if not self.join:
            yield self
        for part in self.parts:
            yield from part.comparisons()

    def metrics(self) -> frozenset[str]:
        return frozenset(leaf.metric for leaf in self.comparisons())


def _compare(leaf: Condition, facts: Facts) -> bool | None:
    found = facts.get(leaf.metric)
    if found is None:
        return None
    if leaf.op == "in":
        return _among(leaf, found)
    here, there = comparable(leaf.metric, found), comparable(leaf.metric, leaf.value)
    if leaf.op in ("eq", "ne"):
        return bool(here == there) is (leaf.op == "eq")
    return bool(reaches(leaf.op, here, there))


def _among(leaf: Condition, found: Any) -> bool:
    """An incident may wear several tags: one of them in the list is enough."""
    several = isinstance(found, Collection) and not isinstance(found, str)
    wanted = {comparable(leaf.metric, value) for value in leaf.value}
    return any(comparable(leaf.metric, value) in wanted for value in (found if several else [found]))


def reaches(op: str, here: Any, there: Any) -> bool:
    """Whether ``here op there`` for the four orderings; ge and le include the bound (以上 is inclusive)."""
    if op == "ge":
        return bool(here >= there)
    if op == "gt":
        return bool(here > there)
    if op == "le":
        return bool(here <= there)
    return bool(here < there)


SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "=", "ne": "≠", "in": "∈"}


def words(condition: Condition) -> Message:
    """The condition as a message: “Policies in the footprint ≥ 1000”."""
    if not condition.join:
        value = ", ".join(map(str, condition.value)) if condition.op == "in" else condition.value
        gaps = {"metric": metric_name(condition.metric), "sign": SIGNS[condition.op], "value": value}
        return Message("{metric} {sign} {value}", gaps)
    if condition.join == "not":
        return Message("not ({part})", {"part": words(condition.parts[0])})
    sentence = N_("{left} and {right}") if condition.join == "all" else N_("{left} or {right}")
    spoken = words(condition.parts[0])
    for part in condition.parts[1:]:
        spoken = Message(sentence, {"left": spoken, "right": words(part)})
    return spoken
