"""Everything an after-action review needs in one workbook: one sheet per table, the journal whole."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from emergency.documents.cells import harmless

MOST_CELL = 32_000  # a cell of a workbook holds 32,767 signs
WIDEST = 70


@dataclass(frozen=True)
class Sheet:
    """title: at most 31 signs. heads and rows: as wide as one another; cells are text or numbers."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[str | int | float | None]]

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= 31:
            raise ValueError(f"the title of a sheet has 1 to 31 signs, not {len(self.title)}")
        if any(len(row) != len(self.heads) for row in self.rows):
            raise ValueError(f"sheet {self.title}: every row needs {len(self.heads)} cells")


def review_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as an xlsx file; nothing a person wrote becomes a formula."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.append(list(sheet.heads))
        for row in sheet.rows:
            page.append([_cell(value) for value in row])
        for cell in page[1]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="E4E9F0")
        for place in range(1, len(sheet.heads) + 1):
            column = [str(row[place - 1] or "") for row in (sheet.heads, *sheet.rows)]
            page.column_dimensions[get_column_letter(place)].width = min(WIDEST, 3 + max(map(_width, column)))
        for row in page.iter_rows(min_row=2):
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: str | int | float | None) -> str | int | float | None:
    if not isinstance(value, str):
        return value
    return harmless(ILLEGAL_CHARACTERS_RE.sub("", value))[:MOST_CELL]


def _width(text: str) -> int:
    """Signs of Chinese are twice as wide."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text[:WIDEST])
