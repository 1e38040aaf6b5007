"""Event tags that figures suggest: a person confirms each, for a tag starts a clock of the regulator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.level.condition import Condition
from emergency.domain.level.metric import FactError


@dataclass(frozen=True)
class TagRule:
    """One row of ``data/rules/tags.yaml``: where the condition holds, the tag is suggested; source in zh and en."""

    tag: str
    when: Condition
    source: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.when.join or not self.tag or not all(self.source.get(key, "").strip() for key in ("zh", "en")):
            raise ValueError("a tag rule is one comparison, a tag and its source")


@dataclass(frozen=True)
class Suggestion:
    """A tag nobody has set yet, and the figure that speaks for it."""

    tag: str
    metric: str
    value: Any
    threshold: Any
    source: Mapping[str, str]


def suggested(rules: Iterable[TagRule], facts: Mapping[str, Any], decided: Sequence[str]) -> tuple[Suggestion, ...]:
    """The tags that figures speak for, each by the first row that holds.

    Args:
        decided: tags somebody has already set or set aside.
    """
    found: dict[str, Suggestion] = {}
    for rule in rules:
        if rule.tag not in decided and rule.tag not in found and _holds(rule.when, facts):
            metric = rule.when.metric
            found[rule.tag] = Suggestion(rule.tag, metric, facts[metric], rule.when.value, rule.source)
    return tuple(found.values())


def _holds(when: Condition, facts: Mapping[str, Any]) -> bool:
    try:
        return when.holds(facts) is True
    except FactError:
        return False  # the doubts name a figure that cannot be read
