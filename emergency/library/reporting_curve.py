"""How fast an event is reported: ``data/rules/reporting.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from emergency.domain.allocation.ahead import ReportingCurve
from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.reading import seconds
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "reporting/1.0"
ROWS = ("within", "curves")
PARTS = {"kinds", "points", "source"}


@dataclass(frozen=True)
class Reporting:
    """Curves by kind of incident; a kind without one has nothing said about what is still to come.

    Attributes:
        within: how far a plan looks ahead.
        sources: kind -> where its curve is from.
    """

    within: timedelta
    curves: Mapping[str, ReportingCurve]
    sources: Mapping[str, str]


def load_reporting(path: Path) -> Reporting:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    raw = rule_file.load(path, FORMAT, _faults, ROWS).value
    curves, sources = {}, {}
    for one in raw["curves"]:
        for kind in one["kinds"]:
            curves[kind] = ReportingCurve(tuple((int(h), int(share)) for h, share in one["points"]))
            sources[kind] = one["source"]
    return Reporting(timedelta(seconds=seconds(raw["within"]["span"])), curves, sources)


def _faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    within = raw.get("within")
    if not isinstance(within, dict) or set(within) != {"span", "source"} or not str(within["source"]).strip():
        yield document.fault(("within",), Message("{row} needs a value and its source", {"row": "within"}))
    else:
        yield from rule_file.span_faults(document, ("within", "span"), within["span"])
    if not isinstance(raw.get("curves"), list):
        yield document.fault(("curves",), Message("{row} needs a value and its source", {"row": "curves"}))
        return
    kinds: set[str] = set()
    for at, one in enumerate(raw["curves"]):
        yield from _curve_faults(document, at, one, kinds)


def _curve_faults(document: Document, at: int, one: object, kinds: set[str]) -> Iterator[Fault]:
    where = ("curves", at)
    if not isinstance(one, dict) or set(one) != PARTS or not str(one["source"]).strip():
        yield document.fault(where, Message("{row} needs a value and its source", {"row": "curves"}))
        return
    for kind in one["kinds"] if isinstance(one["kinds"], list) else ():
        if kind in kinds:
            yield document.fault(
                (*where, "kinds"), Message("{kind} has two curves; one of them must go", {"kind": kind})
            )
        kinds.add(kind)
    try:
        ReportingCurve(tuple((int(hours), int(share)) for hours, share in one["points"]))
    except (TypeError, ValueError):
        text = Message("points are pairs [hours, permille], both rising, the last at 1000 permille")
        yield document.fault((*where, "points"), text)
