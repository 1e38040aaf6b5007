"""Several evaluators and the machine on the same objectives: how far they agree, and where they do not.

Bands are P, S, M, U; one step apart is near, two or more is a disagreement to be talked over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

BANDS = ("P", "S", "M", "U")
# From so many jointly rated objectives on a kappa says something; before that only agreement is told.
LEAST_FOR_KAPPA = 8
PROVISIONAL_STEPS = 2
LEAST_EVALUATORS = 2  # of one nobody can say how far others would agree (house rule, 2026-11)


@dataclass(frozen=True)
class Settled:
    """What was agreed on when an objective had been talked over, why, and who put it down."""

    band: str
    reason: str
    by: str


@dataclass(frozen=True)
class Rated:
    """One objective with the bands it was given. by: evaluator -> band; machine None = not rated.

    late: of those who rated when the results were open; shown, and left out of every figure.
    """

    objective: str
    by: Mapping[str, str]
    machine: str | None
    late: Mapping[str, str] = field(default_factory=dict)
    settled: Settled | None = None

    def __post_init__(self) -> None:
        wrong = [band for band in (*self.by.values(), *self.late.values()) if band not in BANDS]
        if wrong:
            raise ValueError(f"objective {self.objective}: band {wrong[0]!r} is not one of {', '.join(BANDS)}")

    @property
    def spread(self) -> int:
        """Steps between the best and the gravest evaluator; 0 with fewer than two."""
        places = [BANDS.index(band) for band in self.by.values()]
        return max(places) - min(places) if places else 0

    @property
    def panel(self) -> str | None:
        """The median of the evaluators, the graver of two middle ones; None where nobody rated."""
        places = sorted(BANDS.index(band) for band in self.by.values())
        return BANDS[places[len(places) // 2]] if places else None

    @property
    def from_machine(self) -> int:
        """Steps between what stands and the machine; 0 where one of them is missing."""
        if self.result is None or self.machine not in BANDS:
            return 0
        return abs(BANDS.index(self.result) - BANDS.index(str(self.machine)))

    @property
    def provisional(self) -> bool:
        """Evaluators so far apart that the objective is to be talked over, and has not been yet."""
        return self.spread >= PROVISIONAL_STEPS and self.settled is None

    @property
    def result(self) -> str | None:
        """What stands: the band agreed on, else the panel's."""
        return self.panel if self.settled is None else self.settled.band


@dataclass(frozen=True)
class Agreement:
    """Over all pairs of evaluators. joint: pairs of ratings of the same objective; shares None without any.

    kappa: quadratic-weighted, of two evaluators with at least `LEAST_FOR_KAPPA` objectives rated by both.
    """

    joint: int
    same: float | None
    near: float | None
    kappa: float | None


def agreement(rated: Sequence[Rated]) -> Agreement:
    pairs = [
        (BANDS.index(a), BANDS.index(b))
        for one in rated
        for a, b in combinations([one.by[name] for name in sorted(one.by)], 2)
    ]
    if not pairs:
        return Agreement(0, None, None, None)
    steps = [abs(a - b) for a, b in pairs]
    same, near = sum(s == 0 for s in steps) / len(steps), sum(s <= 1 for s in steps) / len(steps)
    two = len({name for one in rated for name in one.by}) == 2
    return Agreement(len(pairs), same, near, kappa(pairs) if two and len(pairs) >= LEAST_FOR_KAPPA else None)


def kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968); None where both always gave one and the same band."""
    count = len(BANDS)
    seen = np.zeros((count, count))
    for a, b in pairs:
        seen[a, b] += 1
    places = np.arange(count)
    weights = (places[:, None] - places[None, :]) ** 2
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / len(pairs)
    by_chance = float((weights * expected).sum())
    return None if by_chance == 0 else 1.0 - float((weights * seen).sum()) / by_chance
