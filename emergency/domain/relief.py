"""Relief measures: what claims handling eases for customers after a disaster, and who may enable what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emergency.domain.claim import LINES
from emergency.domain.level.rules import LEVELS
from emergency.domain.playbook import Activation, Text, holds_in

COSTS = ("advances", "small_paid", "claims")
KINDS = ("relief", "procedure")
STATES = ("in_force", "ended", "restored", "undone")
# In the file's authority: whoever the playbook lets confirm that level.
AUTHORITY = "authority"


@dataclass(frozen=True)
class ReliefMeasure:
    """One measure as the file has it.

    Attributes:
        kind: ``relief`` for customers, ``procedure`` for how the house works meanwhile.
        changes: what it changes in the handling of claims.
        text: what customers are told, to begin with.
        authority: level -> roles that may enable it, AUTHORITY among them.
        limit_minor: currency -> minor units per claim to begin with; empty where it has no limit.
        lines: lines it is for to begin with; empty for every line.
        lasts_s: planned end, seconds after its start.
        cost: one of COSTS, how its cost is counted.
    """

    id: str
    kind: str
    name: Text
    changes: Text
    text: Text
    authority: Mapping[int, tuple[str, ...]]
    lasts_s: int
    cost: str
    source: str
    limit_minor: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"measure {self.id}: kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.cost not in COSTS:
            raise ValueError(f"measure {self.id}: cost {self.cost!r} is not one of {', '.join(COSTS)}")
        if strange := sorted(set(self.lines) - set(LINES)):
            raise ValueError(f"measure {self.id}: line {strange[0]!r} is not one of {', '.join(LINES)}")
        if set(self.authority) != set(LEVELS) or not all(self.authority.values()):
            raise ValueError(f"measure {self.id}: say for level 1, 2 and 3 who may enable it")
        if self.lasts_s <= 0:
            raise ValueError(f"measure {self.id}: it lasts at least a second")
        for what in (self.name, self.changes, self.text):
            if not (what.get("zh") and what.get("en")):
                raise ValueError(f"measure {self.id}: every text stands in Chinese and in English")


@dataclass(frozen=True)
class ReliefMeasures:
    """The whole file; ``remind_before_s``: people are reminded so long before a planned end."""

    measures: Mapping[str, ReliefMeasure]
    remind_before_s: int


def who_may(
    measure: ReliefMeasure, level: int | None, commander: str, activation: Activation | None = None
) -> tuple[str, ...]:
    """Roles that may enable a measure at a level, the nearest first; before any level as at level Ⅲ.

    Whoever commands always may, and the authority of that level or of a graver one.
    """
    at = level or max(LEVELS)
    tiers = activation.authority if activation else {}
    above = [tiers[tier] for tier in range(at, 0, -1) if tier in tiers]
    named: list[str] = []
    for role in measure.authority[at]:
        named += above[:1] if role == AUTHORITY else [role]
    return tuple(dict.fromkeys((*named, commander, *above)))


def in_scope(region: str | None, line: str, regions: Iterable[str], lines: Iterable[str]) -> bool:
    """Whether a claim there and of that line falls under a measure; empty regions or lines take in all."""
    regions, lines = tuple(regions), tuple(lines)
    placed = not regions or (region is not None and any(holds_in(code, region) for code in regions))
    return placed and (not lines or line in lines)
