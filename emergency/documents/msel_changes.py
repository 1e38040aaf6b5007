"""The spreadsheet of a drill's events, read back: what each row says otherwise than the script, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from openpyxl.utils import get_column_letter

from emergency.documents import msel
from emergency.documents.msel import ACTIONS, EVENTS, FIELDS, ID, SHEETS, SHOWN, TEXT, Cell, Column, Path_, Roles, Sheet
from emergency.documents.msel_cells import Seconds, Unread, Value, plain, same, value
from emergency.domain.drill.script import DrillScript
from emergency.texts import LANGUAGES, N_, Message, Speaker, speaker

Given = Mapping[Path_, Value | None]
EMPTY = N_("is empty; it must be filled in")


class Page(Protocol):
    """One sheet of a workbook; rows: number from 1, cells as text."""

    @property
    def title(self) -> str: ...

    @property
    def rows(self) -> Sequence[tuple[int, Sequence[str]]]: ...


@dataclass(frozen=True)
class Place:
    """row 0 and column "" where a whole sheet or row is meant; title: of the column."""

    sheet: str
    row: int = 0
    column: str = ""
    title: str = ""

    def spoken(self, say: Speaker) -> str:
        gaps = {"sheet": self.sheet, "row": self.row, "column": self.column, "title": self.title}
        if self.column and self.row:
            return say("sheet {sheet}, row {row}, column {column} ({title})", **gaps)
        if self.row:
            return say("sheet {sheet}, row {row}", **gaps)
        return say("sheet {sheet}", **gaps)


@dataclass(frozen=True)
class CellFault:
    """One fault of a workbook, where somebody can mend it."""

    place: Place
    message: Message

    def spoken(self, say: Speaker) -> str:
        return f"{self.place.spoken(say)}: {say(self.message)}"


class SheetFaults(Exception):
    """A workbook that cannot be used; all that is wrong with it. file: as it was named."""

    def __init__(self, faults: Iterable[CellFault], file: str = "") -> None:
        self.faults, self.file = tuple(faults), file
        say = speaker("en")
        super().__init__("\n".join((f"{file}: " if file else "") + fault.spoken(say) for fault in self.faults))


@dataclass(frozen=True)
class Row:
    """given: key -> what it says otherwise, None = taken out; of a new row everything it says."""

    number: int
    id: str
    new: bool
    given: Given = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """A workbook as it was read.

    Attributes:
        rows: of each sheet, in the order of the sheet.
        script: what the sheet of the script says otherwise. made_from, fingerprint: which script it was written from.
        notes: what was changed and is not taken, because it is worked out from something else.
    """

    rows: Mapping[Sheet, tuple[Row, ...]]
    script: Given = field(default_factory=dict)
    made_from: str = ""
    fingerprint: str = ""
    notes: tuple[CellFault, ...] = ()
    places: Mapping[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    columns: Mapping[tuple[str, Path_], tuple[str, str]] = field(default_factory=dict)

    def place(self, sheet: str, name: str, key: Path_ = ()) -> Place | None:
        """Where the entry of a list stands, and the cell that says a key of it."""
        if (sheet, name) not in self.places:
            return None
        title, row = self.places[sheet, name]
        column = next(
            (self.columns[sheet, key[:n]] for n in range(len(key), 0, -1) if (sheet, key[:n]) in self.columns), ("", "")
        )
        return Place(title, row, *column)


def msel_changes(script: DrillScript, pages: Sequence[Page], roles: Roles | None = None) -> Changes:
    """What a workbook says otherwise than the script it was written from.

    Raises:
        SheetFaults: every cell that cannot be read, or no such workbook.
    """
    reader = _Reader(roles or {}, *_language(pages))
    rows = {
        sheet: tuple(reader.rows(sheet, table))
        for sheet, table in msel.msel_tables(script, speaker(reader.language), roles or {}).items()
    }
    reader.owners(rows)
    given, made_from, fingerprint = reader.script(script)
    if reader.faults:
        raise SheetFaults(sorted(reader.faults, key=lambda one: (reader.order(one.place.sheet), one.place.row)))
    notes = tuple(reader.notes)
    return Changes(rows, given, made_from, fingerprint, notes, reader.places, reader.columns)


def made_from(pages: Sequence[Page]) -> tuple[str, str]:
    """``id@version`` of the script a workbook was written from, and its hash; "" where it does not say."""
    reader = _Reader({}, *_language(pages))
    found = {key: cells for key, (_, cells) in reader.lines().items()}
    return found.get(msel.MADE_FROM, ""), found.get(msel.FINGERPRINT, "")


def _language(pages: Sequence[Page]) -> tuple[str, dict[str, Page]]:
    by_title = {page.title: page for page in pages}
    for language in LANGUAGES:
        titles = {title: speaker(language)(title) for title in (*(sheet.title for sheet in SHEETS), msel.SCRIPT)}
        if all(titles[sheet.title] in by_title for sheet in SHEETS):
            return language, {title: by_title[name] for title, name in titles.items() if name in by_title}
    wanted = ", ".join(sheet.title for sheet in SHEETS)
    named = pages[0].title if pages else "–"
    text = N_("the workbook needs the sheets {sheets}; write it anew from the script and take over your changes")
    raise SheetFaults([CellFault(Place(named), Message(text, {"sheets": wanted}))])


class _Reader:
    def __init__(self, roles: Roles, language: str, pages: Mapping[str, Page]) -> None:
        self.roles, self.language, self.pages = roles, language, pages
        self.faults: list[CellFault] = []
        self.notes: list[CellFault] = []
        self.places: dict[tuple[str, str], tuple[str, int]] = {}
        self.columns: dict[tuple[str, Path_], tuple[str, str]] = {}

    def order(self, title: str) -> int:
        return [page.title for page in self.pages.values()].index(title)

    def rows(self, sheet: Sheet, table: Sequence[Sequence[Cell]]) -> Iterator[Row]:
        page = self.pages[sheet.title]
        lines = iter(page.rows)
        places = self._heads(sheet, page, next(lines, (1, ()))[1])
        known = {str(row[0].value): row for row in table}
        for number, line in lines:
            cells = {n: plain(line[at]) if at < len(line) else "" for n, at in places.items()}
            name = cells.get(0, "").strip()
            if not any(cells[n].strip() for n in cells if sheet.columns[n].kind != SHOWN):
                continue
            row = dict(enumerate(known.get(name, ())))
            if not name:
                self._fault(page, number, places[0], sheet.columns[0], Message(EMPTY))
            elif (sheet.key, name) in self.places:
                gaps = {"id": name, "row": self.places[sheet.key, name][1]}
                text = N_("{id} stands in row {row} already; give one of them another")
                self._fault(page, number, places[0], sheet.columns[0], Message(text, gaps))
            else:
                self.places[sheet.key, name] = (page.title, number)
                yield Row(number, name, not row, dict(self._given(sheet, page, number, places, cells, row)))

    def _heads(self, sheet: Sheet, page: Page, head: Sequence[str]) -> dict[int, int]:
        """Number of our column -> where it stands now. A column that is only shown may be missing."""
        titles = [plain(cell).strip() for cell in head]
        found: dict[int, int] = {}
        for number, column in enumerate(sheet.columns):
            name = speaker(self.language)(column.title)
            if name in titles:
                found[number] = titles.index(name)
                if column.key:
                    self.columns[sheet.key, column.key] = (get_column_letter(found[number] + 1), name)
            elif column.kind != SHOWN:
                gaps = {"column": name}
                text = N_("the column {column} is missing; keep the first row as it was written")
                self.faults.append(CellFault(Place(page.title, 1), Message(text, gaps)))
        return found if 0 in found else {**found, 0: len(titles)}

    def _given(
        self,
        sheet: Sheet,
        page: Page,
        number: int,
        places: Mapping[int, int],
        cells: Mapping[int, str],
        row: Mapping[int, Cell],
    ) -> Iterator[tuple[Path_, Value | None]]:
        for n, given in cells.items():
            column = sheet.columns[n]
            if (row and same(row[n], given)) or (not row and column.kind == SHOWN):
                continue
            if column.kind == SHOWN:
                text = N_("is worked out from the other cells; what was written there is not taken")
                place = self._place(page, number, places[n], column)
                self.notes.append(CellFault(place, Message(text)))
            elif given.strip() or column.kind == "yes":
                try:
                    yield column.key, value(column, given, self.roles)
                except Unread as unread:
                    self._fault(page, number, places[n], column, unread.message)
            elif not column.optional:
                self._fault(page, number, places[n], column, Message(EMPTY))
            elif row:
                yield column.key, None

    def _place(self, page: Page, number: int, at: int, column: Column) -> Place:
        return Place(page.title, number, get_column_letter(at + 1), speaker(self.language)(column.title))

    def _fault(self, page: Page, number: int, at: int, column: Column, message: Message) -> None:
        self.faults.append(CellFault(self._place(page, number, at, column), message))

    def owners(self, rows: Mapping[Sheet, Sequence[Row]]) -> None:
        """Every expected action is of an event that is still there."""
        events = {name for sheet, name in self.places if sheet == EVENTS.key}
        page, letter = self.pages[ACTIONS.title], self.columns.get((ACTIONS.key, ("inject",)))
        numbers = {row.number for row in rows[ACTIONS]}
        for number, line in page.rows[1:]:
            if letter is None or number not in numbers:
                continue
            at = next(n for n in range(len(line) + 1) if get_column_letter(n + 1) == letter[0])
            name = line[at].strip() if at < len(line) else ""
            if name and name not in events:
                gaps = {"id": name}
                text = N_("{id} is not on the sheet of events; take this row out as well, or name another event")
                self.faults.append(CellFault(Place(page.title, number, *letter), Message(text, gaps)))

    # The sheet of the script --------------------------------------------------------------------------

    def lines(self) -> dict[str, tuple[int, str]]:
        """Title of a field -> its row and value; empty where the sheet is gone."""
        page = self.pages.get(msel.SCRIPT)
        names = {speaker(self.language)(column.title): column.title for column in FIELDS}
        found = {}
        for number, line in page.rows if page else ():
            if line and line[0].strip() in names:
                found[names[line[0].strip()]] = (number, line[1] if len(line) > 1 else "")
        return found

    def script(self, script: DrillScript) -> tuple[Given, str, str]:
        page, lines = self.pages.get(msel.SCRIPT), self.lines()
        found: dict[Path_, Value | None] = {}
        for column, cell in zip(FIELDS, msel.script_cells(script), strict=True):
            if page is None or column.title not in lines:
                continue
            number, given = lines[column.title]
            self.columns["", column.key] = ("B", speaker(self.language)(column.title))
            self.places["", "/".join(map(str, column.key))] = (page.title, number)
            if column.kind == SHOWN or same(cell, given):
                continue
            if not given.strip() and column.kind != TEXT:
                self._fault(page, number, 1, column, Message(EMPTY))
            elif not given.strip():
                found[column.key] = None
            else:
                try:
                    found[column.key] = value(column, given, {})
                except Unread as unread:
                    self._fault(page, number, 1, column, unread.message)
        words = [lines[one][1].strip() if one in lines else "" for one in (msel.MADE_FROM, msel.FINGERPRINT)]
        return found, words[0], words[1]


__all__ = ["ID", "CellFault", "Changes", "Place", "Row", "Seconds", "SheetFaults", "made_from", "msel_changes"]
