"""What may be wrong with a claim that a feed sends, beyond what the form of the request forbids."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from emergency.domain.instant import to_us
from emergency.domain.suspect import HUNDREDTHS, VERY_LARGE, Thresholds
from emergency.texts import N_, Message

Row = Mapping[str, Any]

# A sender's clock may run ahead a little; a notice must not be lost for that.
AHEAD_US = 5 * 60 * 1_000_000
EARLIEST_US = to_us(datetime(1900, 1, 1, tzinfo=UTC))
DAY_US = 86_400_000_000
LARGEST_MINOR = 10**15
FOREIGN = N_("the workspace counts in {home}; an amount in {currency} counts at the house's rate of the day")
NO_RATE = N_("the house has no rate for {currency}: add one to data/rules/rates.csv, or send its own currency")
TEXTS = ("report_no", "policy_no", "cause", "place", "region_given")
# One search in C for each text: this stands in the path of every claim over HTTP.
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be used: the field, a code for programs, words for people."""

    field: str
    code: str
    message: Message


def checked(rows: Sequence[Row], now_us: int, currencies: Collection[str]) -> dict[int, tuple[Fault, ...]]:
    """Faults by row, only of rows that have some.

    Args:
        currencies: those the house has a rate for.
    """
    found = ((i, tuple(_faults(row, now_us, currencies))) for i, row in enumerate(rows))
    return {i: faults for i, faults in found if faults}


def _faults(row: Row, now_us: int, currencies: Collection[str]) -> Iterator[Fault]:
    if not row["report_no"].strip():
        yield Fault("report_no", "missing", Message(N_("a claim needs its report number")))
    for name in TEXTS:
        if CONTROL.search(row.get(name) or ""):
            yield Fault(name, "control_character", Message(N_("holds control characters; send plain text")))
    for name in ("loss_at", "reported_at"):
        yield from _instant(name, row.get(name), now_us)
    for name in ("estimated_minor", "paid_minor"):
        yield from _amount(name, row.get(name))
    if (currency := row.get("currency")) is not None and currency not in currencies:
        yield Fault("currency", "unknown_currency", Message(NO_RATE, {"currency": currency}))
    yield from _point(row.get("lon"), row.get("lat"))


def _instant(name: str, at_us: int | None, now_us: int) -> Iterator[Fault]:
    if at_us is None:
        return
    if at_us > now_us + AHEAD_US:
        yield Fault(name, "in_future", Message(N_("lies in the future; is the offset right?")))
    elif at_us < EARLIEST_US:
        yield Fault(name, "too_early", Message(N_("lies before 1900; is the year right?")))


def _amount(name: str, minor: int | None) -> Iterator[Fault]:
    if minor is None:
        return
    if abs(minor) > LARGEST_MINOR:
        yield Fault(name, "too_large", Message(N_("is too large for one claim; amounts are in minor units")))
    elif minor < 0 and name == "estimated_minor":
        yield Fault(name, "negative", Message(N_("an estimate is never below zero")))


def _point(lon: float | None, lat: float | None) -> Iterator[Fault]:
    """Degrees that are none. Half a point is no fault: the claim is taken, and waits for a place."""
    if lon is not None and lat is not None and abs(lon) <= 90 < abs(lat) <= 180:
        yield Fault("lat", "exchanged", Message(N_("lon and lat seem to be exchanged; lon comes first")))
        return
    for name, value, limit in (("lon", lon, 180), ("lat", lat, 90)):
        if value is not None and abs(value) > limit:
            yield Fault(name, "off_the_globe", Message(N_("lies off the globe; send degrees in WGS84")))


def flagged(rows: Sequence[Row], thresholds: Thresholds, currency: str) -> dict[int, list[Fault]]:
    """What looks wrong about rows that can be read, by row; the same tests as of a file, of one batch.

    An amount is held against the median of its line where the batch has enough of them.

    Args:
        currency: of rows that name none.
    """
    by_line: dict[str, list[int]] = {}
    for row in rows:
        if (row.get("estimated_minor") or 0) > 0:
            by_line.setdefault(row["line"], []).append(row["estimated_minor"])
    medians = {line: median(some) for line, some in by_line.items() if len(some) >= thresholds.median_of}
    found = {
        i: [
            *_times(row, thresholds),
            *_scale(row, medians, thresholds),
            *_very_large(row, thresholds, currency),
            *_foreign(row, currency),
        ]
        for i, row in enumerate(rows)
    }
    return {i: flags for i, flags in found.items() if flags}


def _times(row: Row, thresholds: Thresholds) -> Iterator[Fault]:
    loss_us, told_us = row.get("loss_at"), row.get("reported_at")
    if loss_us is None or told_us is None:
        return
    if told_us < loss_us:
        yield Fault("reported_at", "report_before_loss", Message(N_("reported before it happened")))
    elif told_us - loss_us > thresholds.report_days * DAY_US:
        text = N_("reported more than {days} days after the loss")
        yield Fault("reported_at", "report_long_after", Message(text, {"days": thresholds.report_days}))


def _foreign(row: Row, home: str) -> Iterator[Fault]:
    currency = row.get("currency") or home
    if currency != home:
        yield Fault("currency", "foreign_currency", Message(FOREIGN, {"currency": currency, "home": home}))


def _very_large(row: Row, thresholds: Thresholds, currency: str) -> Iterator[Fault]:
    currency = row.get("currency") or currency
    most = thresholds.one_most.get(currency)
    for name in ("estimated_minor", "paid_minor"):
        if most is not None and (row.get(name) or 0) > most * HUNDREDTHS:
            gaps = {"most": f"{most:,}", "currency": currency}
            yield Fault(name, "very_large", Message(VERY_LARGE, gaps))


def _scale(row: Row, medians: Mapping[str, float], thresholds: Thresholds) -> Iterator[Fault]:
    """An amount off the median of its line by the factor between a currency's two ways of writing."""
    middle, amount, factor = medians.get(row.get("line", "")), row.get("estimated_minor") or 0, thresholds.median_factor
    if middle is None or amount <= 0:
        return
    gaps = {"factor": f"{factor:,}"}
    if amount > middle * factor:
        text = N_("more than {factor} times the median of its line: 元 for 万元?")
        yield Fault("estimated_minor", "far_above", Message(text, gaps))
    elif amount * factor < middle:
        text = N_("less than 1/{factor} of the median of its line: 万元 for 元?")
        yield Fault("estimated_minor", "far_below", Message(text, gaps))
