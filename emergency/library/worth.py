"""What surveying a claim is worth against the drive to it: ``data/rules/worth.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from emergency.domain.allocation.demand import Weights
from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "worth/1.0"
SCALE = ("minutes_per_claim", "ordinary", "large", "injured", "due_soon", "per_day_late", "expected")
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
    document = strict_yaml.load(path)
    faults = list(_faults(document))
    if faults:
        raise FileFaults(document.path, faults)
    values = {row: document.value[row]["value"] for row in ROWS}
    return Worth(Weights(**{row: values[row] for row in SCALE}), Decimal(values["large_loss"]))


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
        if not isinstance(one, dict) or set(one) != {"value", "source"}:
            yield document.fault((row,), Message("{row} needs a value and its source", {"row": row}))
        elif isinstance(one["value"], bool) or not isinstance(one["value"], int) or one["value"] < 0:
            gaps = {"found": str(one["value"])}
            yield document.fault((row, "value"), Message("found {found}; allowed: a whole number, 0 or more", gaps))
        elif row in ("minutes_per_claim", "ordinary") and not one["value"]:
            yield document.fault((row, "value"), Message("{row} must be above 0", {"row": row}))
        elif not str(one["source"]).strip():
            yield document.fault((row, "source"), Message("the source is missing; say where the figure is from"))
