"""Figures that can be read and are most likely wrong: out of scale, falling, not adding up.

Nothing is refused or changed here. A doubt names what was seen and what to look at; the thresholds are
rows of ``data/rules/suspect.yaml``, each with its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from emergency.domain.level.metric import metric_name
from emergency.texts import N_, Message

# Kind of doubt -> what it is called.
KINDS: Mapping[str, str] = {
    "average": N_("Average per report out of scale"),
    "falls": N_("A figure to date that falls"),
    "parts": N_("Parts that do not add up"),
    "counted": N_("Entered otherwise than counted"),
    "floor": N_("A part larger than its whole"),
    "unreadable": N_("A figure that cannot be read"),
}

VERY_LARGE = N_("more than {most} {currency} for one claim: another unit, or the total of a list?")
HUNDREDTHS = 100  # amounts are kept so, of every currency


@dataclass(frozen=True)
class Thresholds:
    """Where a figure becomes doubtful.

    Attributes:
        average_most, average_least: currency -> whole units for one report.
        median_factor: an amount this many times the median of its line, or this small a part of it.
        median_of: as many amounts of a line must stand in the chunk for a median to mean anything.
        one_most: currency -> whole units for one amount of one claim.
        report_days: a report this many days after the loss.
        parts_share: how far parts may lie off their total, as a share of it.
        never_fall: metrics that count to date.
        floors: metric -> metric it is part of, and so the least that one can be.
        sources: row of the file -> where its line is drawn from.
    """

    average_most: Mapping[str, int]
    average_least: Mapping[str, int]
    median_factor: int
    median_of: int
    one_most: Mapping[str, int]
    report_days: int
    parts_share: Decimal
    never_fall: frozenset[str]
    sources: Mapping[str, str]
    floors: Mapping[str, str] = field(default_factory=dict)

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


def apart_doubt(metric: str, apart: tuple[Any, Any], which: str) -> Doubt:
    """A whole and later or earlier parts that come to more; ``which`` counts: ``whole`` or ``parts``."""
    text = (
        N_("{what}: the total says {total}, earlier parts come to {sum}; the total is newer and counts")
        if which == "whole"
        else N_("{what}: the total says {total}, newer parts come to {sum}, which counts")
    )
    gaps = {"what": metric_name(metric), "total": _number(apart[0]), "sum": _number(apart[1])}
    return Doubt("parts", metric, Message(text, gaps))


def counted_doubt(metric: str, said: Any, counted: Any, source: str, *, said_counts: bool) -> Doubt:
    """An entered figure beside another that our own claims come to; both numbers, and which of them counts."""
    text = (
        N_("{metric}: {source} says {said}, our own claims come to {counted}; what {source} says counts")
        if said_counts
        else N_("{metric}: {source} says {said}, our own claims come to {counted}, which counts")
    )
    gaps = {"metric": metric_name(metric), "source": source, "said": _number(said), "counted": _number(counted)}
    return Doubt("counted", metric, Message(text, gaps))


def floor_doubt(part: str, some: Any, whole: str, total: Any) -> Doubt:
    """A part that is larger than its whole: eight insured dead of two dead."""
    text = N_("{part} {some} is more than {whole} {total}, of which it is a part; counted is {some}, ask both sources")
    gaps = {"part": metric_name(part), "some": _number(some), "whole": metric_name(whole), "total": _number(total)}
    return Doubt("floor", whole, Message(text, gaps))


def unreadable(metric: str, value: Any, source: str) -> Doubt:
    text = N_("{metric}: “{found}” cannot be read and is left out; enter it again ({source})")
    gaps = {"metric": metric_name(metric), "found": str(value)[:80], "source": source}
    return Doubt("unreadable", metric, Message(text, gaps))


def _number(value: Any) -> str:
    value = Decimal(str(value))
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,}"
