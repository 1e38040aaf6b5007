"""How long people serve, rest and may take to answer: ``data/rules/duty.yaml`` → `DutyRules`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from emergency.domain.organisation import DutyRules
from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.reading import seconds
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "duty-rules/1.0"
ROWS = ("time_in_role", "rest", "warn_before", "answer_call", "answer_roll")


def load_duty_rules(path: Path) -> DutyRules:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = rule_file.load(path, FORMAT, _faults, ROWS)
    spans = {row: timedelta(seconds=seconds(document.value[row]["span"])) for row in ROWS}
    return DutyRules(**spans, sources={row: document.value[row]["source"] for row in ROWS})


def _faults(document: Document) -> Iterator[Fault]:
    for row in ROWS:
        one = document.value.get(row)
        if not isinstance(one, dict) or set(one) != {"span", "source"}:
            yield document.fault((row,), Message("{row} needs a span and its source", {"row": row}))
            continue
        yield from rule_file.span_faults(document, (row, "span"), one["span"])
        yield from rule_file.source_faults(document, (row, "source"), one)
