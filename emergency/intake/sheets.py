"""A workbook as plain pages of text, each cell with its row and column; read by a child with limits."""

from __future__ import annotations

import tempfile
from pathlib import Path

from emergency.intake.book import Page, pages
from emergency.intake.faults import FileFault
from emergency.texts import N_, Message

LARGEST_MB = 5
MOST_ROWS = 5_000

__all__ = ["Page", "pages_of"]


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
        found = pages(path, exact=True)
    for page in found:
        if len(page.rows) > MOST_ROWS:
            gaps = {"file": name, "sheet": page.title, "most": MOST_ROWS}
            text = N_("{file}, sheet {sheet}: more than {most} rows; no list of events is that long")
            raise FileFault(Message(text, gaps))
    return found
