"""What a claim is held against as it comes in: where its points can lie, and what looks wrong though it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from emergency.domain.suspect import HUNDREDTHS, VERY_LARGE, Thresholds
from emergency.texts import N_, Message

_DAY_US = 86_400_000_000
# A point may lie a little outside the outlines: in a harbour, on a ship.
_MARGIN_DEGREES = 0.5
Positions = np.ndarray[Any, Any]
EXCHANGED = Message("the point lies in the area only with longitude and latitude exchanged: they were exchanged")


@dataclass(frozen=True)
class Checks:
    """What the reader cannot know from the file; nothing is checked where it is None.

    Attributes:
        bounds: west, south, east, north of the region set, degrees.
        currencies: codes there is a rate for.
        thresholds: where a figure becomes doubtful.
    """

    bounds: tuple[float, float, float, float] | None = None
    currencies: frozenset[str] | None = None
    thresholds: Thresholds | None = None

    def exchanged(self, lon: Positions, lat: Positions) -> Positions:
        """Points that lie in the area only with their two numbers exchanged; bool."""
        if self.bounds is None:
            return np.zeros(len(lon), dtype=bool)
        return ~self._inside(lon, lat) & self._inside(lat, lon)

    def _inside(self, lon: Positions, lat: Positions) -> Positions:
        west, south, east, north = self.bounds or (-180.0, -90.0, 180.0, 90.0)
        m = _MARGIN_DEGREES
        return (lon >= west - m) & (lon <= east + m) & (lat >= south - m) & (lat <= north + m)


@dataclass(frozen=True)
class Oddity:
    """Rows of one chunk that look wrong: a claim column to name, a flag's code and note, positions."""

    column: str
    code: str
    note: Message
    where: Positions


def oddities(
    values: dict[str, Any], zone: str, thresholds: Thresholds, policy: dict[str, Positions]
) -> Iterator[Oddity]:
    """What looks wrong in a chunk of claims.

    Args:
        values: claim columns by position.
        zone: of times written as a day alone.
        policy: policy_from and policy_until in microseconds, NaN where unknown.
    """
    loss, told = _floats(values["loss_at"]), _floats(values["reported_at"])
    # A report known by its day alone is taken to its end: it may have come at any hour.
    told = np.where(_midnight(told, zone), told + _DAY_US - 1, told)
    yield Oddity("reported_at", "report_before_loss", Message(N_("reported before it happened")), _at(told < loss))
    late = told - loss > thresholds.report_days * _DAY_US
    text = Message(N_("reported more than {days} days after the loss"), {"days": thresholds.report_days})
    yield Oddity("reported_at", "report_long_after", text, _at(late))
    if "policy_from" in policy:
        early = loss < policy["policy_from"]
        yield Oddity("loss_at", "before_policy", Message(N_("the loss lies before the policy began")), _at(early))
    if "policy_until" in policy:
        ended = loss >= policy["policy_until"] + _DAY_US
        yield Oddity("loss_at", "after_policy", Message(N_("the loss lies after the policy ended")), _at(ended))
    yield from _out_of_line(values, thresholds)
    yield from _very_large(values, thresholds)


def _out_of_line(values: dict[str, Any], thresholds: Thresholds) -> Iterator[Oddity]:
    """Amounts off the median of their line by the factor between 元 and 万元."""
    amounts = _floats(values["estimated_minor"])
    good = amounts > 0
    if not good.any():
        return
    groups = pd.Series(amounts).where(good).groupby(pd.Series(values["line"]).fillna(""))
    enough = (groups.transform("count") >= thresholds.median_of).to_numpy()
    median = groups.transform("median").to_numpy()
    factor = thresholds.median_factor
    for code, off, text in (
        ("far_above", amounts > median * factor, N_("more than {factor} times the median of its line: 元 for 万元?")),
        ("far_below", amounts * factor < median, N_("less than 1/{factor} of the median of its line: 万元 for 元?")),
    ):
        where = _at(good & enough & off)
        yield Oddity("estimated_minor", code, Message(text, {"factor": f"{factor:,}"}), where)


def _very_large(values: dict[str, Any], thresholds: Thresholds) -> Iterator[Oddity]:
    """Amounts that one claim hardly comes to, whatever the others are."""
    for column in ("estimated_minor", "paid_minor"):
        amounts = _floats(values[column])
        if not (amounts > min(thresholds.one_most.values(), default=0) * HUNDREDTHS).any():
            continue
        currency = pd.Series(values["currency"]).astype("string")
        for code, most in thresholds.one_most.items():
            large = (amounts > most * HUNDREDTHS) & (currency == code).fillna(False).to_numpy(dtype=bool)
            gaps = {"most": f"{most:,}", "currency": code}
            yield Oddity(column, "very_large", Message(VERY_LARGE, gaps), _at(large))


def _floats(column: Any) -> Positions:
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _midnight(instants: Positions, zone: str) -> Positions:
    """Instants that are the first moment of a local day; few columns hold many, so all are looked at."""
    found = np.zeros(len(instants), dtype=bool)
    known = ~np.isnan(instants)
    if known.any():
        local = pd.DatetimeIndex(pd.to_datetime(instants[known].astype(np.int64), unit="us", utc=True)).tz_convert(zone)
        found[known] = np.asarray(local == local.normalize())
    return found


def _at(found: Positions) -> Positions:
    return np.flatnonzero(found)
