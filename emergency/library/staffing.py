"""Who may be sent out, for how long, and in which turns people work: ``data/rules/staffing.yaml`` → `StaffingRules`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from emergency.domain.staffing import Pattern, StaffingRules
from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.reading import seconds
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "staffing-rules/1.0"
ROWS = ("longest_way", "days_in_a_row", "patterns")
PATTERN = {"title", "days", "weekly", "source"}


def load_staffing_rules(path: Path) -> StaffingRules:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    raw = rule_file.load(path, FORMAT, _faults, ROWS).value
    return StaffingRules(
        longest_way=timedelta(seconds=seconds(raw["longest_way"]["span"])),
        days_in_a_row=raw["days_in_a_row"]["count"],
        patterns={name: _pattern(name, one) for name, one in raw["patterns"].items()},
        sources={row: raw[row]["source"] for row in ROWS[:2]},
    )


def _pattern(name: str, raw: Mapping[str, Any]) -> Pattern:
    return Pattern(name, raw["title"], tuple(mark == "1" for mark in raw["days"]), raw["weekly"], raw["source"])


def _faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    for row in ROWS:
        if not isinstance(raw.get(row), dict) or (row != "patterns" and not str(raw[row].get("source") or "").strip()):
            yield document.fault((row,), Message("{row} needs a value and its source", {"row": row}))
            return
    yield from _figures(document, raw)
    for name, one in raw["patterns"].items():
        yield from _pattern_faults(document, str(name), one)


def _figures(document: Document, raw: Mapping[str, Any]) -> Iterator[Fault]:
    yield from rule_file.span_faults(document, ("longest_way", "span"), raw["longest_way"].get("span"))
    yield from rule_file.count_faults(document, ("days_in_a_row", "count"), raw["days_in_a_row"].get("count"), least=1)


def _pattern_faults(document: Document, name: str, one: Any) -> Iterator[Fault]:
    at = ("patterns", name)
    if not isinstance(one, dict) or set(one) != PATTERN or not isinstance(one["title"], dict):
        yield document.fault(at, Message("{row} needs title, days, weekly and source", {"row": name}))
        return
    days, weekly = one["days"], one["weekly"]
    if not isinstance(days, str) or set(days) - {"0", "1"} or "1" not in days or (weekly and len(days) != 7):
        text = "found {found}; allowed: 1 and 0 for each day, 7 of them in a weekly turn"
        yield document.fault((*at, "days"), Message(text, {"found": str(days)}))
    yield from rule_file.source_faults(document, at, one)
