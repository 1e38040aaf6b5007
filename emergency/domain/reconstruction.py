"""Claims of a past disaster, drawn so that they agree with published figures about it.

The published figures are counts by county and day of loss, quantiles of what was later paid,
and how flood reports arrived hour by hour. What is drawn agrees with them; a single drawn
claim is nobody's, and every screen that shows one has to say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

PROBABILITIES = (0.10, 0.25, 0.50, 0.75, 0.90)
POOLED = "ALL"
# A county's own quantiles from fewer sampled claims say less than the pooled ones (house rule, 2026-11).
SMALLEST_SAMPLE = 10
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
# The largest sum the flood programme insures: building and contents of a business, 500,000 USD each.
LARGEST_MINOR = 100_000_000


@dataclass(frozen=True)
class DailyCounts:
    """Claims by county and day of loss; six columns of equal length.

    Attributes:
        county: region codes; a state's code where the county is unknown.
        day_start_us, day_end_us: the local day of loss as UTC microseconds, end excluded.
        claims: how many, at least 1.
        lon, lat: mean position of that day's claims, degrees; NaN where unknown.
    """

    county: tuple[str, ...]
    day_start_us: tuple[int, ...]
    day_end_us: tuple[int, ...]
    claims: tuple[int, ...]
    lon: tuple[float, ...]
    lat: tuple[float, ...]

    def __post_init__(self) -> None:
        columns = (self.county, self.day_start_us, self.day_end_us, self.claims, self.lon, self.lat)
        if len({len(c) for c in columns}) != 1:
            raise ValueError(f"columns of different length: {[len(c) for c in columns]}")
        if any(n < 1 for n in self.claims):
            raise ValueError("a count below 1: leave out days without claims")
        if any(a >= b for a, b in zip(self.day_start_us, self.day_end_us, strict=True)):
            raise ValueError("a day must end after it starts")
        keys = list(zip(self.county, self.day_start_us, strict=True))
        if len(set(keys)) != len(keys):
            raise ValueError("a county has two counts for one day; add them up first")

    @property
    def total(self) -> int:
        return sum(self.claims)


@dataclass(frozen=True)
class PaidQuantiles:
    """What was paid at the PROBABILITIES, in minor units, rising; and how many claims say so."""

    sample_claims: int
    minor: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.minor) != len(PROBABILITIES):
            raise ValueError(f"{len(self.minor)} quantiles given, {len(PROBABILITIES)} expected: {PROBABILITIES}")
        if self.minor[0] <= 0 or list(self.minor) != sorted(self.minor):
            raise ValueError(f"quantiles {self.minor} must be positive and rising")


@dataclass(frozen=True)
class ArrivalCurve:
    """How many reports came in each hour; hours follow one another without gaps."""

    hour_start_us: tuple[int, ...]
    reports: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.hour_start_us) != len(self.reports):
            raise ValueError("hours and reports must be equally many")
        steps = set(np.diff(self.hour_start_us).tolist())
        if steps - {HOUR_US}:
            raise ValueError("the hours of an arrival curve must follow one another without gaps")
        if min(self.reports, default=0) < 0 or sum(self.reports) <= 0:
            raise ValueError("reports must not be negative, and some hour must have one")


class Place(Protocol):
    """Draws ``n`` positions in a county around a centre; longitudes and latitudes in degrees."""

    def __call__(
        self, code: str, lon: float, lat: float, n: int, dice: np.random.Generator, /
    ) -> tuple[Floats, Floats]: ...


@dataclass(frozen=True)
class _Day:
    county: str
    start_us: int
    end_us: int
    claims: int
    lon: float
    lat: float


def reconstruct(
    counts: DailyCounts,
    quantiles: Mapping[str, PaidQuantiles],
    curve: ArrivalCurve,
    *,
    seed: int,
    place: Place,
    line: str = "property",
    cause: str = "flood",
    currency: str = "USD",
) -> Columns:
    """Draw one claim for each counted one.

    What is assumed, beyond the figures:

    - a loss falls anywhere in its day with equal chance;
    - reports arrive as the curve does, whatever the county: of the hours at or after the loss,
      each with a chance in proportion to its reports. The curve counts calls to a city, not to
      an insurer, so it stands for the order of things and not for anybody's phone line;
    - the first estimate is what was later paid. Between two quantiles the logarithm rises
      evenly; below the lowest and above the highest the neighbouring slope goes on, up to
      LARGEST_MINOR. Within a county amounts are spread evenly over the distribution, so its
      quantiles come out as published;
    - a county without quantiles, or with fewer than SMALLEST_SAMPLE claims behind them, has
      the pooled ones;
    - where in the county a claim lies is illustrative (``place``); a claim whose county is
      unknown has no position;
    - how it was reported is unknown.

    Args:
        quantiles: county → quantiles, with the pooled ones under POOLED.
        seed: the same seed gives the same columns, in whatever order the rows are given.

    Returns:
        Columns named as in CLAIM_COLUMNS without ``row``, each of shape (counts.total,), sorted
        by time of report. Missing values are None.
    """
    days = sorted(_days(counts), key=lambda d: (d.county, d.start_us))
    parts = [_day(day, curve, seed, place) for day in days]
    drawn = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    drawn["estimated_minor"] = np.concatenate(
        [_amounts(county, n, quantiles, seed) for county, n in _totals(days).items()]
    )
    order = np.lexsort((drawn["estimated_minor"], drawn["loss_at"], drawn["region_given"], drawn["reported_at"]))
    return _whole({name: column[order] for name, column in drawn.items()}, line, cause, currency)


def _days(counts: DailyCounts) -> Iterator[_Day]:
    rows = zip(
        counts.county, counts.day_start_us, counts.day_end_us, counts.claims, counts.lon, counts.lat, strict=True
    )
    return (_Day(*row) for row in rows)


def _totals(days: list[_Day]) -> dict[str, int]:
    found: dict[str, int] = {}
    for day in days:
        found[day.county] = found.get(day.county, 0) + day.claims
    return found


def _dice(seed: int, county: str, day_us: int = 0) -> np.random.Generator:
    """Dice of their own for each county and day, so that no row's luck hangs on another's."""
    return np.random.default_rng([seed, crc32(county.encode()), day_us // SECOND_US])


def _day(day: _Day, curve: ArrivalCurve, seed: int, place: Place) -> Columns:
    dice = _dice(seed, day.county, day.start_us)
    seconds = dice.integers(0, (day.end_us - day.start_us) // SECOND_US, day.claims, dtype=np.int64)
    loss = day.start_us + seconds * SECOND_US
    reported = reported_at(loss, curve, dice.random(day.claims))
    if math.isnan(day.lon) or math.isnan(day.lat):
        lon = lat = np.full(day.claims, np.nan)
    else:
        lon, lat = place(day.county, day.lon, day.lat, day.claims, dice)
    county = np.full(day.claims, day.county, dtype=f"<U{len(day.county)}")
    return {"region_given": county, "loss_at": loss, "reported_at": reported, "lon": lon, "lat": lat}


def reported_at(loss_us: Ints, curve: ArrivalCurve, luck: Floats) -> Ints:
    """When losses are reported, by the part of the curve that lies at or after each.

    Args:
        loss_us: UTC microseconds, shape (n,).
        luck: numbers from 0 up to 1, shape (n,).

    Returns:
        UTC microseconds, shape (n,), whole seconds where later than the loss, never before it.
        A loss after the whole curve is reported at once.
    """
    edges = np.append(curve.hour_start_us, curve.hour_start_us[-1] + HOUR_US).astype(float)
    risen = np.concatenate([[0.0], np.cumsum(curve.reports, dtype=float)])
    already = np.interp(loss_us, edges, risen)
    wanted = already + luck * (risen[-1] - already)
    hour = np.clip(np.searchsorted(risen, wanted, side="right") - 1, 0, len(curve.reports) - 1)
    part = (wanted - risen[hour]) / np.maximum(np.asarray(curve.reports)[hour], 1)
    found = (edges[hour] + part * HOUR_US).astype(np.int64) // SECOND_US * SECOND_US
    return np.where(already < risen[-1], np.maximum(found, loss_us), loss_us)


def _amounts(county: str, n: int, quantiles: Mapping[str, PaidQuantiles], seed: int) -> Ints:
    dice = _dice(seed, county)
    luck = (dice.permutation(n) + dice.random(n)) / n
    return amount_minor(luck, own_or_pooled(county, quantiles))


def own_or_pooled(county: str, quantiles: Mapping[str, PaidQuantiles]) -> PaidQuantiles:
    """The county's quantiles where enough claims stand behind them, else the pooled ones."""
    own = quantiles.get(county)
    return own if own is not None and own.sample_claims >= SMALLEST_SAMPLE else quantiles[POOLED]


def amount_minor(luck: Floats, quantiles: PaidQuantiles) -> Ints:
    """The amount at each probability: the inverse of the distribution the quantiles describe."""
    known = np.log(np.asarray(quantiles.minor, dtype=float))
    at = np.asarray(PROBABILITIES)
    slopes = np.diff(known) / np.diff(at)
    ends_at = np.concatenate([[0.0], at, [1.0]])
    ends = np.concatenate([[known[0] - slopes[0] * at[0]], known, [known[-1] + slopes[-1] * (1 - at[-1])]])
    # Whole units of the currency: a first estimate has no cents.
    whole = np.rint(np.exp(np.interp(luck, ends_at, ends)) / 100).astype(np.int64) * 100
    bounded: Ints = np.clip(whole, 100, LARGEST_MINOR)
    return bounded


def _whole(drawn: Columns, line: str, cause: str, currency: str) -> Columns:
    n = len(drawn["loss_at"])
    same = {"line": line, "cause": cause, "channel": "unknown", "currency": currency, "status": "reported"}
    unknown = ("policy_no", "place", "paid_minor", "injured", "dead")
    numbers = np.array([f"R-{i:06d}" for i in range(1, n + 1)], dtype=object)
    return {
        "report_no": numbers,
        **drawn,
        "region_given": drawn["region_given"].astype(object),
        **{name: np.full(n, value, dtype=object) for name, value in same.items()},
        **{name: np.full(n, None, dtype=object) for name in unknown},
    }
