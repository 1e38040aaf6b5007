"""A workbook as plain pages of text, each cell with its row and column; read by a child with limits."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path

from emergency.intake.faults import FileFault
from emergency.intake.guarded import unpacked
from emergency.texts import Message

LARGEST_MB = 5
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Page:
    """One sheet. rows: (number of the row from 1, its cells as text); rows without any text are left out."""

    title: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def pages_of(raw: bytes, name: str) -> tuple[Page, ...]:
    """The sheets of an .xlsx workbook.

    Raises:
        FileFault: too large, damaged, or no workbook.
    """
    if len(raw) > LARGEST_MB << 20:
        gaps = {"file": name, "limit": LARGEST_MB}
        raise FileFault(Message("{file} is larger than {limit} MB; no list of events is that long", gaps))
    if not raw.startswith(b"PK"):
        gaps = {"file": name}
        raise FileFault(Message("{file} is no Excel workbook; open it and save it as .xlsx without a password", gaps))
    with tempfile.TemporaryDirectory(prefix="emergency-sheets-") as folder:
        path = Path(folder, Path(name).name or "workbook.xlsx")
        path.write_bytes(raw)
        held, files = unpacked(path, "book")
        with held:
            return tuple(_page(file, name) for file in files)


def _page(file: Path, name: str) -> Page:
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.reader(text)
        try:
            title = "".join(next(reader, [])[1:2])
            rows: list[tuple[int, tuple[str, ...]]] = []
            for row in reader:
                rows.append((int(row[0]), tuple(row[1:])))
                if len(rows) > MOST_ROWS:
                    break
        except (csv.Error, ValueError, IndexError) as error:
            raise FileFault(Message("{file} holds a cell that is too long to read", {"file": name})) from error
    if len(rows) > MOST_ROWS:
        gaps = {"file": name, "sheet": title, "most": MOST_ROWS}
        raise FileFault(Message("{file}, sheet {sheet}: more than {most} rows; no list of events is that long", gaps))
    return Page(title, tuple(rows))
