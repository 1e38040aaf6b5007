"""From which amount on the emergency fund takes a second approver: ``data/rules/fund.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from emergency.domain.fund import FundRules
from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "fund/1.0"
ROWS = ("second_approver_above", "source")


def load_fund_rules(path: Path) -> FundRules:
    """Read the file; whole units become minor ones.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    raw = rule_file.load(path, FORMAT, _faults, ROWS).value
    return FundRules({code: units * 100 for code, units in raw[ROWS[0]].items()}, raw["source"])


def _faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    if not str(raw.get("source") or "").strip():
        yield document.fault(("source",), Message("{row} needs a value and its source", {"row": "source"}))
    amounts = raw.get(ROWS[0])
    if not isinstance(amounts, dict) or not amounts:
        yield document.fault((ROWS[0],), Message("{row} needs a value and its source", {"row": ROWS[0]}))
        return
    for code, units in amounts.items():
        yield from rule_file.count_faults(document, (ROWS[0], str(code)), units)
