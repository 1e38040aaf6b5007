"""What surveying a claim is worth against the drive to it: ``data/rules/worth.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from emergency.domain.allocation.demand import Weights
from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "worth/1.0"
SCALE = ("minutes_per_claim", "ordinary", "large", "injured", "due_soon", "per_day_late", "expected", "referral")
ROWS = (*SCALE, "large_loss")


@dataclass(frozen=True)
class Worth:
    """The weights of claims; a loss is large from ``large_loss`` whole yuan on."""

    scale: Weights
    large_loss: Decimal


def load_worth(path: Path) -> Worth:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = rule_file.load(path, FORMAT, _faults, ROWS)
    values = {row: document.value[row]["value"] for row in ROWS}
    return Worth(Weights(**{row: values[row] for row in SCALE}), Decimal(values["large_loss"]))


def _faults(document: Document) -> Iterator[Fault]:
    for row in ROWS:
        one = document.value.get(row)
        if not isinstance(one, dict) or set(one) != {"value", "source"}:
            yield document.fault((row,), Message("{row} needs a value and its source", {"row": row}))
            continue
        yield from rule_file.count_faults(document, (row, "value"), one["value"])
        yield from rule_file.source_faults(document, (row, "source"), one)
        if row in ("minutes_per_claim", "ordinary") and one["value"] == 0:
            yield document.fault((row, "value"), Message("{row} must be above 0", {"row": row}))
