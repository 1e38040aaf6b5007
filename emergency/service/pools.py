"""The house's own people and goods: put into a workspace from its tables, and written out as the same."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emergency.documents import review_pack
from emergency.intake.rejects import guarded
from emergency.library.faults import Fault, FileFaults
from emergency.library.pool_sheet import MISSING_FILE
from emergency.library.pools import Pool, Stock, is_synthetic
from emergency.service.context import Context
from emergency.service.pool_notes import HEADS, notes
from emergency.service.pool_rows import row_of, rows
from emergency.service.pool_take import Preview, look_at, take
from emergency.service.pool_words import CODED, NOTES, TABLES, Codes, head
from emergency.store import pool
from emergency.store.store import Connection
from emergency.texts import Message, Speaker, speaker

Row = dict[str, Any]
FILES = ("bases.csv", "adjusters.csv", "stock.csv")


@dataclass(frozen=True)
class Loaded:
    """How much a workspace holds now, and what of it a list has changed; kept: what is not in it and stayed."""

    bases: int
    adjusters: int
    goods: int
    synthetic: bool
    new: int = 0
    changed: int = 0
    gone: int = 0
    kept: tuple[tuple[str, str], ...] = ()


def seen(ctx: Context, path: Path, *, whole: bool = True) -> Preview:
    """What the tables of a folder, or a workbook, would change.

    Raises:
        FileFaults: everything that is wrong in the tables. Refused: they cannot be read. FileNotFoundError: not there.
    """
    found = look_at(ctx, _files(path), whole=whole)
    if found.faults:
        raise FileFaults(path.name, found.faults)
    return found


def load(ctx: Context, path: Path, *, whole: bool = True) -> Loaded:
    """Put the tables of a folder, or a workbook, in place of the workspace's people and goods.

    Who and what is out stays, although the tables do not name it; ``whole=False``: everybody and everything does.

    Raises:
        FileFaults, Refused, FileNotFoundError: see `seen`; nothing is changed.
    """
    taken = take(ctx, seen(ctx, path, whole=whole))
    by = {what: sum(c.what == what for c in taken.changes) for what in ("new", "changed", "gone")}
    held = _held(ctx, path.is_dir() and is_synthetic(path))
    kept = tuple((stay.name, str(stay.why)) for stay in taken.stays)
    return Loaded(held.bases, held.adjusters, held.goods, held.synthetic, **by, kept=kept)


def _held(ctx: Context, synthetic: bool = False) -> Loaded:
    with ctx.store.read() as connection:
        found = rows(connection)
    return Loaded(len(found["bases"]), len(found["adjusters"]), len(found["stock"]), synthetic)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such folder or workbook")
        return [path]
    missing = [name for name in FILES if not (path / name).is_file()]
    if missing:
        raise FileFaults(path.name, [Fault(name, 0, 0, "", Message(MISSING_FILE)) for name in missing])
    return [path / name for name in (*FILES, "items.csv") if (path / name).is_file()]


def put(ctx: Context, connection: Connection, found: Pool) -> None:
    """A pool into an open transaction, with its journal entry."""
    pool.replace(
        connection,
        bases=[asdict(base) for base in found.bases],
        adjusters=[row_of(one) for one in found.adjusters],
        goods=[_shelf(row, "total", "out_of_service") for row in found.stock],
        norms=[_shelf(row, "reorder_at") for row in found.stock if row.reorder_at is not None],
        items=[asdict(item) for item in found.items],
    )
    counts = {"adjusters": len(found.adjusters), "bases": len(found.bases), "synthetic": found.synthetic}
    ctx.record(connection, "pool.load", found.name, counts)


def _shelf(row: Stock, *columns: str) -> Row:
    return {name: getattr(row, name) for name in ("depot", "kind", *columns)}


@dataclass(frozen=True)
class Sheet:
    """One table of a pool, under its columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(ctx: Context) -> tuple[Sheet, ...]:
    """Everything `load` reads of a workspace: bases, adjusters, stock with its reorder points, and items."""
    with ctx.store.read() as connection:
        found = rows(connection)
    return tuple(Sheet(name, table.columns, tuple(found[name])) for name, table in TABLES.items())


def export(ctx: Context, folder: Path) -> Loaded:
    """Write people and goods as the four tables `load` reads; cells that a spreadsheet would run are disarmed."""
    folder.mkdir(parents=True, exist_ok=True)
    found = tables(ctx)
    for sheet in found:
        _write(folder / f"{sheet.name}.csv", sheet.columns, sheet.rows)
    bases, people, goods, _ = (len(sheet.rows) for sheet in found)
    return Loaded(bases, people, goods, False)


def workbook(ctx: Context, language: str = "en") -> bytes:
    """The same tables as one xlsx file, a sheet each, and one that explains the columns.

    In English sheets, columns and coded cells are the ids of the tables; in another language their names. Both are
    read again. Nothing a person wrote becomes a formula.
    """
    say, found = speaker(language), tables(ctx)
    codes = Codes(ctx, found[0].rows)
    titles = {sheet.name: sheet.name if language == "en" else say(TABLES[sheet.name].title) for sheet in found}
    pages = []
    for sheet in found:
        heads = tuple(column if language == "en" else say(head(sheet.name, column)) for column in sheet.columns)
        cells = [[_cell(codes, say, sheet.name, column, row[column]) for column in sheet.columns] for row in sheet.rows]
        pages.append(review_pack.Sheet(titles[sheet.name], heads, cells))
    told = review_pack.Sheet(say(NOTES), tuple(map(say, HEADS)), notes(ctx, say, titles, codes))
    return review_pack.review_workbook([*pages, told])


def _cell(codes: Codes, say: Speaker, table: str, column: str, value: Any) -> Any:
    """A coded cell in words, wherever the words lead back to the same code."""
    if say.language == "en" or column not in (*CODED, "pattern") or not value:
        return value
    word = codes.word(say, column, value)
    return word if codes.code(table, column, word) == value else value


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            # A longitude in the west is a number, not a formula.
            cells = (row[column] for column in columns)
            writer.writerow([guarded(cell) if isinstance(cell, str) else str(cell) for cell in cells])
