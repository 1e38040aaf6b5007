"""Figures that can be read and are most likely wrong: out of scale, falling, not adding up.

Nothing is refused or changed here. A doubt names what was seen and what to look at; the thresholds are
rows of ``data/rules/suspect.yaml``, each with its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from emergency.texts import N_, Message

# Kind of doubt -> what it is called.
KINDS: Mapping[str, str] = {
    "average": N_("Average per report out of scale"),
    "falls": N_("A figure to date that falls"),
    "parts": N_("Parts that do not add up"),
}


@dataclass(frozen=True)
class Thresholds:
    """Where a figure becomes doubtful.

    Attributes:
        average_most, average_least: currency -> whole units for one report.
        median_factor: an amount this many times the median of its line, or this small a part of it.
        median_of: as many amounts of a line must stand in the chunk for a median to mean anything.
        report_days: a report this many days after the loss.
        parts_share: how far parts may lie off their total, as a share of it.
        never_fall: metrics that count to date.
        sources: row of the file -> where its line is drawn from.
    """

    average_most: Mapping[str, int]
    average_least: Mapping[str, int]
    median_factor: int
    median_of: int
    report_days: int
    parts_share: Decimal
    never_fall: frozenset[str]
    sources: Mapping[str, str]

    def __post_init__(self) -> None:
        for currency, most in self.average_most.items():
            if most <= self.average_least.get(currency, 0):
                raise ValueError(f"{currency}: the most for one report must lie above the least")
        if self.median_factor < 2 or self.median_of < 3 or self.report_days < 1 or not 0 <= self.parts_share < 1:
            raise ValueError("factor is 2 or more, at_least 3 or more, days 1 or more, share from 0 to below 1")


@dataclass(frozen=True)
class Doubt:
    """Something to look at; ``kind`` is a key of KINDS, ``where`` names figure and place for programs."""

    kind: str
    where: str
    message: Message


@dataclass(frozen=True)
class Reading:
    """One figure at an instant, as a source gave it.

    Attributes:
        metric: what is counted.
        place: region code, empty = everywhere.
        at_us: the instant it holds for, microseconds UTC.
    """

    metric: str
    place: str
    source: str
    at_us: int
    value: Decimal


def average(reports: int, amount: Decimal, currency: str, thresholds: Thresholds, where: str = "") -> Doubt | None:
    """Money for one report out of any scale we know; None where it is within, or cannot be judged.

    Args:
        amount: whole units of the currency.
    """
    most = thresholds.average_most.get(currency)
    if most is None or reports <= 0 or amount <= 0:
        return None
    each = amount / reports
    least = thresholds.average_least.get(currency, 0)
    if least <= each <= most:
        return None
    text = N_("{amount} {currency} from {reports} reports is {each} a report; expected are {least} to {most}")
    gaps = {
        "amount": f"{amount:,.0f}",
        "currency": currency,
        "reports": f"{reports:,}",
        "each": f"{each:,.0f}",
        "least": f"{least:,}",
        "most": f"{most:,}",
    }
    return Doubt("average", where, Message(text, gaps))


def falling(readings: Iterable[Reading], thresholds: Thresholds, names: Mapping[str, Message]) -> list[Doubt]:
    """Figures to date that are smaller than the one before, of the same metric and place.

    Of two sources each is held against itself; one that comes after another source's larger figure is
    held against that, too: both count the same thing.

    Args:
        names: metric -> what it is called; a metric without a name speaks for itself.
    """
    counted = [r for r in readings if r.metric in thresholds.never_fall]
    found = []
    for _, group in groupby(sorted(counted, key=_series), key=lambda r: (r.metric, r.place)):
        before: Reading | None = None
        for reading in group:
            if before is not None and reading.value < before.value:
                found.append(_falls(before, reading, names))
            before = reading
    return found


def _series(reading: Reading) -> tuple[str, str, int]:
    return reading.metric, reading.place, reading.at_us


def _falls(before: Reading, now: Reading, names: Mapping[str, Message]) -> Doubt:
    name = names.get(now.metric, Message("{metric}", {"metric": now.metric}))
    gaps = {"metric": name, "before": _number(before.value), "now": _number(now.value), "source": now.source}
    same = before.source == now.source
    text = (
        N_("{metric} falls from {before} to {now}, though it counts to date; ask {source}")
        if same
        else N_(
            "{metric} falls from {before} to {now}, though it counts to date; the sources differ, {source} is last"
        )
    )
    return Doubt("falls", f"{now.metric}@{now.place}", Message(text, gaps))


def parts(
    total: Decimal, of: Sequence[Decimal], thresholds: Thresholds, what: Message, where: str = ""
) -> Doubt | None:
    """Parts that come to something else than their total; None where they fit or there are none.

    Args:
        of: every part of it; parts that are missing are the caller's to know.
    """
    if not of or total <= 0:
        return None
    together = sum(of, Decimal(0))
    if abs(together - total) <= total * thresholds.parts_share:
        return None
    text = N_("{what}: the parts come to {sum}, the total says {total}")
    return Doubt("parts", where, Message(text, {"what": what, "sum": _number(together), "total": _number(total)}))


def _number(value: Decimal) -> str:
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,}"
