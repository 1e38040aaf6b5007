"""Rejected rows as a file that a person mends and imports again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from emergency.intake.accounts import Reject
from emergency.intake.cells import FORMULA_SIGNS
from emergency.texts import LANGUAGES, N_, Speaker, speaker

IN_FILE, DATA_ROW = N_("Row in the file"), N_("Data row")
_OWN = (IN_FILE, DATA_ROW, N_("Faulty field"), N_("Why it was rejected"))
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
_PHONE = re.compile(r"\+\d{1,3}[ -]?\d(?:[ -]?\d){5,14}")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; pure numbers and phone numbers stay as they are."""
    first = cell.lstrip(" \u3000\xa0")[:1]
    risky = first in FORMULA_SIGNS if first else False
    if cell[:1] in ("\t", "\r", "\n") or first in ("\t", "\r", "\n"):
        return "'" + cell
    if not risky or _NUMBER.fullmatch(cell) or _PHONE.fullmatch(cell):
        return cell
    return "'" + cell


def write_rejects(
    path: Path, rejects: Iterable[Reject], header: Sequence[str], say: Speaker, above: int | None = None
) -> None:
    """Write rejected rows as CSV (UTF-8 with BOM): row numbers, field, reason, then the row as it was.

    The file can be mended and imported with the same mapping: its own columns are not read, nor
    written twice. A row too short or too long stays so, and is rejected again until mended.

    Args:
        above: rows over the first data row; None where the file has no rows of its own: then data rows alone.
    """
    heads = _OWN if above is not None else _OWN[1:]
    own = {speaker(language)(word) for language in LANGUAGES for word in _OWN}
    names = [h for h in header if h not in own]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(say(word) for word in heads), *map(guarded, names)])
        for reject in rejects:
            cells = [cell for name, cell in reject.raw.items() if name not in own]
            numbers = [str(reject.row)] if above is None else [str(above + reject.row), str(reject.row)]
            writer.writerow([*numbers, guarded(reject.field), guarded(say(reject.reason)), *map(guarded, cells)])
