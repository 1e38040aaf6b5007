"""Where a figure becomes doubtful: ``data/rules/suspect.yaml`` → `Thresholds`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from emergency.domain.suspect import Thresholds
from emergency.library import rule_file
from emergency.library.faults import Fault, FileFaults
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "suspect/1.0"
ROWS: Mapping[str, tuple[str, ...]] = {
    "average_per_report": ("most", "least"),
    "amount_from_median": ("factor", "at_least"),
    "one_amount": ("most",),
    "report_after_loss": ("days",),
    "parts_from_total": ("share",),
    "never_fall": ("metrics",),
    "floor_of": ("parts",),
}


def load_suspect(path: Path) -> Thresholds:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = rule_file.load(path, FORMAT, _faults, ROWS)
    raw = document.value
    try:
        return Thresholds(
            average_most=raw["average_per_report"]["most"],
            average_least=raw["average_per_report"]["least"],
            median_factor=raw["amount_from_median"]["factor"],
            median_of=raw["amount_from_median"]["at_least"],
            one_most=raw["one_amount"]["most"],
            report_days=raw["report_after_loss"]["days"],
            parts_share=Decimal(str(raw["parts_from_total"]["share"])),
            never_fall=frozenset(raw["never_fall"]["metrics"]),
            sources={row: raw[row]["source"] for row in ROWS},
            floors=raw["floor_of"]["parts"],
        )
    except ValueError as error:
        fault = document.fault((), Message("{cause}", {"cause": str(error)}))
        raise FileFaults(document.path, [fault]) from error


def _faults(document: Document) -> Iterator[Fault]:
    for row, wanted in ROWS.items():
        yield from _row(document, row, document.value.get(row), wanted)


def _row(document: Document, row: str, one: Any, wanted: tuple[str, ...]) -> Iterator[Fault]:
    if not isinstance(one, dict) or set(one) != {*wanted, "source"}:
        fields = ", ".join((*wanted, "source"))
        yield document.fault((row,), Message("{row} needs {fields}", {"row": row, "fields": fields}))
        return
    yield from rule_file.source_faults(document, (row, "source"), one)
    for name in wanted:
        if not _fits(name, one[name]):
            message = Message("{found} will not do: see data/rules/suspect.yaml as shipped", {"found": str(one[name])})
            yield document.fault((row, name), message)


def _fits(name: str, value: Any) -> bool:
    if name in ("most", "least"):
        return isinstance(value, dict) and all(_number(v) for v in value.values())
    if name == "metrics":
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if name == "parts":
        return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    if name == "share":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return _number(value)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
