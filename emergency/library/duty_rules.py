"""How long people serve, rest and may take to answer: ``data/rules/duty.yaml`` → `DutyRules`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from emergency.domain.organisation import DutyRules
from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.reading import DURATION, seconds
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "duty-rules/1.0"
ROWS = ("time_in_role", "rest", "warn_before", "answer_call", "answer_roll")


def load_duty_rules(path: Path) -> DutyRules:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = strict_yaml.load(path)
    faults = list(_faults(document))
    if faults:
        raise FileFaults(document.path, faults)
    spans = {row: timedelta(seconds=seconds(document.value[row]["span"])) for row in ROWS}
    return DutyRules(**spans, sources={row: document.value[row]["source"] for row in ROWS})


def _faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        yield document.fault(("format",), Message("the first line is {format}", {"format": f"format: {FORMAT}"}))
        return
    for row in sorted(set(raw) - {"format", *ROWS}):
        gaps = {"found": row, "allowed": ", ".join(ROWS)}
        yield document.fault((row,), Message("found {found}; allowed: {allowed}", gaps))
    for row in ROWS:
        one = raw.get(row)
        if not isinstance(one, dict) or set(one) != {"span", "source"}:
            yield document.fault((row,), Message("{row} needs a span and its source", {"row": row}))
        elif not isinstance(one["span"], str) or not DURATION.fullmatch(one["span"]) or not seconds(one["span"]):
            message = Message("found {found}; allowed: a span such as 30m, 2h or 1d12h", {"found": str(one["span"])})
            yield document.fault((row, "span"), message)
        elif not str(one["source"]).strip():
            yield document.fault((row, "source"), Message("the source is missing; say where the figure is from"))
