"""Where a figure becomes doubtful: ``data/rules/suspect.yaml`` → `Thresholds`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from emergency.domain.suspect import Thresholds
from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "suspect/1.0"
ROWS: Mapping[str, tuple[str, ...]] = {
    "average_per_report": ("most", "least"),
    "amount_from_median": ("factor", "at_least"),
    "report_after_loss": ("days",),
    "parts_from_total": ("share",),
    "never_fall": ("metrics",),
}


def load_suspect(path: Path) -> Thresholds:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = strict_yaml.load(path)
    faults = list(_faults(document))
    if faults:
        raise FileFaults(document.path, faults)
    raw = document.value
    try:
        return Thresholds(
            average_most=raw["average_per_report"]["most"],
            average_least=raw["average_per_report"]["least"],
            median_factor=raw["amount_from_median"]["factor"],
            median_of=raw["amount_from_median"]["at_least"],
            report_days=raw["report_after_loss"]["days"],
            parts_share=Decimal(str(raw["parts_from_total"]["share"])),
            never_fall=frozenset(raw["never_fall"]["metrics"]),
            sources={row: raw[row]["source"] for row in ROWS},
        )
    except ValueError as error:
        fault = document.fault((), Message("{cause}", {"cause": str(error)}))
        raise FileFaults(document.path, [fault]) from error


def _faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        yield document.fault(("format",), Message("the first line is {format}", {"format": f"format: {FORMAT}"}))
        return
    for row in sorted(set(raw) - {"format", "version", *ROWS}):
        yield document.fault(
            (row,), Message("found {found}; allowed: {allowed}", {"found": row, "allowed": ", ".join(ROWS)})
        )
    for row, wanted in ROWS.items():
        yield from _row(document, row, raw.get(row), wanted)


def _row(document: Document, row: str, one: Any, wanted: tuple[str, ...]) -> Iterator[Fault]:
    if not isinstance(one, dict) or set(one) != {*wanted, "source"}:
        fields = ", ".join((*wanted, "source"))
        yield document.fault((row,), Message("{row} needs {fields}", {"row": row, "fields": fields}))
        return
    if not str(one["source"]).strip():
        yield document.fault((row, "source"), Message("the source is missing; say where the figure is from"))
    for name in wanted:
        if not _fits(name, one[name]):
            message = Message("{found} will not do: see data/rules/suspect.yaml as shipped", {"found": str(one[name])})
            yield document.fault((row, name), message)


def _fits(name: str, value: Any) -> bool:
    if name in ("most", "least"):
        return isinstance(value, dict) and all(_number(v) for v in value.values())
    if name == "metrics":
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if name == "share":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return _number(value)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
