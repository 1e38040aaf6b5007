"""Runs against runs: whether something improved, said only where the interval of the difference leaves no doubt.

Several runs on each side are compared seed by seed where both sides played the same seeds, else as two samples; both
by Student's t, which stays honest with few runs. Two single runs are compared action by action by resampling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from emergency.domain.drill.words import DIMENSIONS
from emergency.texts import N_, Message

FIGURES = ("overall", "timeliness", "accuracy", "effectiveness")
FIGURE_NAMES: Mapping[str, str] = {
    "overall": N_("Overall"),
    **DIMENSIONS,
    "timeliness.actions": N_("Timeliness, action by action"),
}
LEVEL = 0.95
LEAST_RUNS = 5  # on each side; with fewer the points are shown and no word is said (house rule, 2026-11)
LEAST_ACTIONS = 5
RESAMPLES = 2000
SEED = 20261101  # of the resampling, fixed so that the same runs give the same interval
LEAST_FOR_TREND, LEAST_FOR_LIMITS = 5, 8
XMR = 2.66  # of the mean moving range (Shewhart's individuals chart)
VERDICTS: Mapping[str, str] = {
    "improved": N_("improved"),
    "declined": N_("got worse"),
    "unclear": N_("no clear difference"),
    "few": N_("too few to tell"),
}


@dataclass(frozen=True)
class Change:
    """One figure on both sides. low, high: of the difference, at 95 %; None where too few were compared.

    basis: seeds (paired), samples (unpaired) or actions (two single runs). count: pairs, or the smaller side.
    """

    figure: str
    before: float | None
    after: float | None
    low: float | None
    high: float | None
    basis: str
    count: int

    @property
    def difference(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`; improved and declined only where the interval leaves 0 out."""
        if self.low is None or self.high is None:
            return "few"
        return "improved" if self.low > 0 else "declined" if self.high < 0 else "unclear"


def compare(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Every figure of two groups of runs, each ``{"seed", "score"}`` with a kept score."""
    found = [_change(figure, before, after) for figure in FIGURES]
    if len(before) == len(after) == 1:
        found += [_by_action("timeliness", before[0]["score"], after[0]["score"])]
    return tuple(found)


def _change(figure: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Change:
    one, two = _by_seed(figure, before), _by_seed(figure, after)
    shared = sorted(one.keys() & two.keys())
    paired = len(shared) == len(one) == len(two) and len(one) == len(before)
    old, new = np.array([one[s] for s in sorted(one)]), np.array([two[s] for s in sorted(two)])
    count = min(len(old), len(new))
    low, high = (None, None) if count < LEAST_RUNS else paired_interval(new - old) if paired else interval(old, new)
    means = [round(float(side.mean()), 1) if len(side) else None for side in (old, new)]
    return Change(figure, means[0], means[1], low, high, "seeds" if paired else "samples", count)


def _by_seed(figure: str, runs: Sequence[Mapping[str, Any]]) -> dict[Any, float]:
    """Seed -> value; runs of one seed count each for itself, so a second one gets a name of its own."""
    found: dict[Any, float] = {}
    for place, run in enumerate(runs):
        value = run["score"].get(figure)
        if value is not None:
            key = (run["seed"], 0) if (run["seed"], 0) not in found else (run["seed"], place)
            found[key] = float(value)
    return found


def paired_interval(differences: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float]:
    """95 % interval of the mean difference of pairs."""
    if np.ptp(differences) == 0:
        return float(differences[0]), float(differences[0])
    found = stats.ttest_1samp(differences, 0.0).confidence_interval(LEVEL)
    return float(found.low), float(found.high)


def interval(
    before: np.ndarray[Any, np.dtype[np.float64]], after: np.ndarray[Any, np.dtype[np.float64]]
) -> tuple[float, float]:
    """95 % interval of the difference of two means, variances not taken for equal (Welch)."""
    if np.ptp(before) == 0 and np.ptp(after) == 0:
        same = float(after[0] - before[0])
        return same, same
    found = stats.ttest_ind(after, before, equal_var=False).confidence_interval(LEVEL)
    return float(found.low), float(found.high)


def _by_action(figure: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    """Two single runs, paired by expected action, weighted as the script weights them."""
    old = {e["id"]: e for e in before["expectations"] if not e["void"] and e[figure] is not None}
    new = {e["id"]: e for e in after["expectations"] if not e["void"] and e[figure] is not None}
    shared = [name for name in old if name in new]
    weight = np.array([float(old[name]["weight"]) for name in shared])
    one, two = (np.array([float(side[name][figure]) for name in shared]) for side in (old, new))
    if not shared:
        return Change(f"{figure}.actions", None, None, None, None, "actions", 0)
    means = [round(float(np.average(side, weights=weight)), 1) for side in (one, two)]
    low, high = resampled(two - one, weight) if len(shared) >= LEAST_ACTIONS else (None, None)
    return Change(f"{figure}.actions", means[0], means[1], low, high, "actions", len(shared))


def resampled(
    differences: np.ndarray[Any, np.dtype[np.float64]], weight: np.ndarray[Any, np.dtype[np.float64]]
) -> tuple[float, float]:
    """95 % percentile interval of the weighted mean difference over `RESAMPLES` resamples."""
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(0, len(differences), (RESAMPLES, len(differences)))
    means = (differences[drawn] * weight[drawn]).sum(axis=1) / weight[drawn].sum(axis=1)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)


# Shares, times and trends -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """How many of how many, with its 95 % interval after Wilson; None without any."""

    hits: int
    count: int
    low: float | None
    high: float | None


def on_time(score: Mapping[str, Any]) -> Share:
    """Expected actions done in their time."""
    counted = [e for e in score["expectations"] if not e["void"]]
    hits = sum(e["timeliness"] == 100 for e in counted)
    if not counted:
        return Share(0, 0, None, None)
    found = stats.binomtest(hits, len(counted)).proportion_ci(LEVEL, method="wilson")
    return Share(hits, len(counted), float(found.low), float(found.high))


def median_time_s(score: Mapping[str, Any], end_s: int) -> float | None:
    """Median time to act by Kaplan and Meier, missed actions censored at the end; None where half never acted."""
    counted = [e for e in score["expectations"] if not e["void"] and e["delivered_s"] is not None]
    if not counted:
        return None
    acted = [float(e["taken_s"]) for e in counted if e["taken_s"] is not None]
    missed = [float(max(0, end_s - e["delivered_s"])) for e in counted if e["taken_s"] is None]
    if not acted:
        return None
    curve = stats.ecdf(stats.CensoredData(uncensored=acted, right=missed)).sf
    below = curve.quantiles[curve.probabilities <= 0.5]
    return float(below[0]) if len(below) else None


@dataclass(frozen=True)
class Trend:
    """Points of runs in order of time. slope: points per run (Theil and Sen) with its interval, from 5 runs on.

    limits: where a run is out of the ordinary (individuals chart), from 8 runs on.
    """

    values: tuple[float, ...]
    slope: float | None
    low: float | None
    high: float | None
    limits: tuple[float, float] | None

    @property
    def verdict(self) -> str:
        if self.low is None or self.high is None:
            return "few"
        return "improved" if self.low > 0 else "declined" if self.high < 0 else "unclear"


def trend(values: Sequence[float]) -> Trend:
    found = tuple(float(v) for v in values)
    if len(found) < LEAST_FOR_TREND:
        return Trend(found, None, None, None, None)
    line = stats.theilslopes(found, np.arange(len(found)), LEVEL)
    limits = None
    if len(found) >= LEAST_FOR_LIMITS:
        middle, reach = float(np.mean(found)), XMR * float(np.mean(np.abs(np.diff(found))))
        limits = (middle - reach, middle + reach)
    return Trend(found, float(line.slope), float(line.low_slope), float(line.high_slope), limits)


def verdict_words(verdict: str) -> Message:
    return Message(VERDICTS[verdict])
