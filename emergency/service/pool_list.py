"""A list of people and goods that somebody hands in: its sheets are found, its columns named, its faults kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from emergency.intake.book import LARGEST_MB as LARGEST_MB
from emergency.intake.book import Page, pages
from emergency.intake.faults import FileFault
from emergency.intake.words import FORMULA, UNSAVED
from emergency.library.faults import Fault
from emergency.service.context import Refused
from emergency.service.pool_words import TABLES, Table, columns_by_head, folded, head, titles
from emergency.texts import N_, Message, speaker

Row = Mapping[str, str]
HEAD_WITHIN = 10  # rows: a title or a stamp may stand over the header
ALIKE = 0.8  # of difflib's ratio: a heading so like a known one is a slip of the hand (house rule)
ERRORS = (FORMULA, "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")

NO_TABLE = N_(
    "no sheet of {file} is a table of the pool: its first row must name the columns as in the workbook that is saved"
    " in the Pool room"
)
NO_KEY = N_("this sheet has no column {columns}; its first row must name the columns as in the workbook that is saved")
NEAR_HEAD = N_("{column} is no column of this table; {near} is. Mend the heading")
HEAD_TWICE = N_("two columns are headed {column}; take one out")
SHEET_TWICE = N_("this table is there twice, in {first} too; put the rows in one sheet")
NO_RESULT = N_("{cell} is the fault of a formula, not a value; enter the value itself")
UNREAD_COLUMNS = N_("{sheet}: not read, because the pool has no such columns: {columns}")
UNREAD_SHEET = N_("{sheet}: not read, because it is no table of the pool")
NO_ROWS = N_("{sheet}: has no rows; that part of the pool stays as it is")


@dataclass(frozen=True)
class ListedTable:
    """One table of a list.

    places: column -> its number in the file; heads: column -> its heading there; rows: (line, cells of its columns).
    """

    title: str
    places: Mapping[str, int]
    heads: Mapping[str, str]
    rows: tuple[tuple[int, Row], ...]


@dataclass(frozen=True)
class Listed:
    """What was handed in.

    notes: what of it is not read; faults: what is wrong with its form; empty: table -> title of a sheet without rows.
    """

    name: str
    tables: Mapping[str, ListedTable]
    notes: tuple[Message, ...] = ()
    faults: tuple[Fault, ...] = ()
    empty: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Reading:
    tables: dict[str, ListedTable] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    empty: dict[str, str] = field(default_factory=dict)


def read(paths: Sequence[Path]) -> Listed:
    """The tables of a workbook, or of CSV files, each known by its title or by its columns.

    Raises:
        Refused: a file that cannot be read, or none of it is a table of the pool.
    """
    reading = _Reading()
    for path in paths:
        try:
            found = pages(path)
        except FileFault as fault:
            raise Refused(fault.messages[0]) from fault
        for page in found:
            several = len(paths) > 1 and page.title != path.name
            _page(reading, page, f"{path.name} · {page.title}" if several else page.title)
    name = ", ".join(path.name for path in paths)
    if not reading.tables and not reading.faults and not reading.empty:
        raise Refused(Message(NO_TABLE, {"file": name}))
    return Listed(name, reading.tables, tuple(reading.notes), tuple(reading.faults), reading.empty)


def _page(reading: _Reading, page: Page, title: str) -> None:
    name = _table_of(page)
    page = Page(title, page.rows)
    if name == "":
        return  # our own notes
    if name is None:
        reading.notes.extend([Message(UNREAD_SHEET, {"sheet": page.title})] if page.rows else [])
        return
    table = TABLES[name]
    at = _header(page, table)
    if at is None:
        columns = {"en": ", ".join(table.key), "zh": "、".join(_zh(table, column) for column in table.key)}
        reading.faults.append(Fault(page.title, 1, 0, "", Message(NO_KEY, {"columns": columns})))
    elif name in reading.tables:
        gaps = {"first": reading.tables[name].title}
        reading.faults.append(Fault(page.title, 0, 0, "", Message(SHEET_TWICE, gaps)))
    else:
        _rows(reading, page, table, at)


def _zh(table: Table, column: str) -> str:
    return speaker("zh_CN")(head(table.name, column))


def _table_of(page: Page) -> str | None:
    """The table a sheet is, "" for our notes, None for anything else."""
    titled = titles().get(folded(page.title))
    if titled is not None:
        return titled
    fits: dict[str, int] = {}
    for name, table in TABLES.items():
        at = _header(page, table)
        if at is not None:
            known = columns_by_head(name)
            fits[name] = len({known[folded(cell)] for cell in page.rows[at][1] if folded(cell) in known})
    return max(fits, key=lambda name: fits[name], default=None)


def _header(page: Page, table: Table) -> int | None:
    """Which of the rows names the columns that tell the rows of a table apart."""
    known = columns_by_head(table.name)
    for at, (_, cells) in enumerate(page.rows[:HEAD_WITHIN]):
        if set(table.key) <= {known.get(folded(cell)) for cell in cells}:
            return at
    return None


def _rows(reading: _Reading, page: Page, table: Table, at: int) -> None:
    line, cells = page.rows[at]
    places = _places(reading, page, table, line, cells)
    rows = []
    for number, texts in page.rows[at + 1 :]:
        row = {column: texts[place - 1] if place <= len(texts) else "" for column, place in places.items()}
        for column, cell in row.items():
            if cell in ERRORS:
                what = UNSAVED.message if cell == FORMULA else Message(NO_RESULT, {"cell": cell})
                reading.faults.append(Fault(page.title, number, places[column], column, what))
        if any(row.values()):
            rows.append((number, row))
    if rows:
        heads = {column: cells[place - 1] for column, place in places.items()}
        reading.tables[table.name] = ListedTable(page.title, places, heads, tuple(rows))
    else:
        reading.empty[table.name] = page.title


def _places(reading: _Reading, page: Page, table: Table, line: int, cells: Sequence[str]) -> dict[str, int]:
    known, places, strange = columns_by_head(table.name), dict[str, int](), list[tuple[int, str]]()
    for place, cell in enumerate(cells, 1):
        column = known.get(folded(cell))
        if column is None:
            strange += [(place, cell)] if cell else []
        elif column in places:
            what = Message(HEAD_TWICE, {"column": cell})
            reading.faults.append(Fault(page.title, line, place, "", what))
        else:
            places[column] = place
    open_heads = [text for text, column in known.items() if column not in places]
    unread = []
    for place, cell in strange:
        near = get_close_matches(folded(cell), open_heads, 1, ALIKE)
        if near:
            right = known[near[0]]
            gaps = {"column": cell, "near": {"en": right, "zh": _zh(table, right)}}
            reading.faults.append(Fault(page.title, line, place, "", Message(NEAR_HEAD, gaps)))
        else:
            unread.append(cell)
    if unread:
        gaps = {"sheet": page.title, "columns": ", ".join(unread)}
        reading.notes.append(Message(UNREAD_COLUMNS, gaps))
    return places
