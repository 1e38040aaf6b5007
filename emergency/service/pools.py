"""The house's own people and goods: put into a workspace from its tables, and written out as the same."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from emergency.documents import review_pack
from emergency.domain.instant import from_us, to_us
from emergency.domain.stock_ledger import OPEN
from emergency.intake.rejects import guarded
from emergency.library.pools import (
    ADJUSTERS,
    BASES,
    ITEMS,
    MORE_OF_ADJUSTERS,
    MORE_OF_STOCK,
    STOCK,
    Pool,
    PoolAdjuster,
    Stock,
    load_pool,
)
from emergency.service.context import Context, Refused
from emergency.store import plans, pool, stock
from emergency.store.store import Connection
from emergency.texts import N_, Message

Row = dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """How much a workspace holds now."""

    bases: int
    adjusters: int
    goods: int
    synthetic: bool


def load(ctx: Context, folder: Path) -> Loaded:
    """Put the tables of a folder in place of the workspace's people and goods.

    Raises:
        Refused: a base lies in a region that is not on the map, goods are on their way, or people hold shifts
            of today or later. FileFaults: everything that is wrong in the tables. FileNotFoundError: no folder.
    """
    found = load_pool(folder)
    away = [b for b in found.bases if not ctx.regions.known(b.region)]
    if away:
        gaps = {"base": away[0].base_id, "region": away[0].region, "map": ctx.profile.region_set}
        raise Refused(Message("base {base} lies in {region}, which the map {map} does not have; mend bases.csv", gaps))
    _check_turns(ctx, found)
    with ctx.store.write() as connection:
        _check_free(ctx, connection)
        put(ctx, connection, found)
    return Loaded(len(found.bases), len(found.adjusters), len(found.stock), found.synthetic)


def _check_turns(ctx: Context, found: Pool) -> None:
    known = ctx.content.library.staffing().patterns
    odd = next((one for one in found.adjusters if one.pattern and one.pattern not in known), None)
    if odd is not None:
        gaps = {"id": odd.adjuster_id, "pattern": odd.pattern, "known": ", ".join(known)}
        raise Refused(
            Message(N_("{id} works in the turn {pattern}, which is not one of {known}; mend adjusters.csv"), gaps)
        )


def _check_free(ctx: Context, connection: Connection) -> None:
    """Nobody and nothing that is out may vanish from under those who count on it."""
    under_way = len(stock.requests(connection, states=OPEN))
    if under_way:
        gaps = {"n": under_way}
        raise Refused(Message("{n} requests for goods are under way; end them in the Pool room first", gaps))
    today = ctx.now().date().isoformat()
    held = [row for row in plans.slots(connection) if row["shift"] >= today]
    if held:
        gaps = {"n": len(held), "who": held[0]["adjuster_id"]}
        raise Refused(Message("{n} shifts of today or later are held, the first by {who}; release them first", gaps))


def put(ctx: Context, connection: Connection, found: Pool) -> None:
    """A pool into an open transaction, with its journal entry."""
    pool.replace(
        connection,
        bases=[asdict(base) for base in found.bases],
        adjusters=[_row_of(one) for one in found.adjusters],
        goods=[_shelf(row, "total", "out_of_service") for row in found.stock],
        norms=[_shelf(row, "reorder_at") for row in found.stock if row.reorder_at is not None],
        items=[asdict(item) for item in found.items],
    )
    counts = {"adjusters": len(found.adjusters), "bases": len(found.bases), "synthetic": found.synthetic}
    ctx.record(connection, "pool.load", found.name, counts)


def _shelf(row: Stock, *columns: str) -> Row:
    return {name: getattr(row, name) for name in ("depot", "kind", *columns)}


def _row_of(one: PoolAdjuster) -> Row:
    """A person of the tables as a row: money in minor units, instants in microseconds."""
    row = asdict(one) | {"skills": sorted(one.skills), "licences": sorted(one.licences)}
    authority, rest = row.pop("authority"), row.pop("rest_until")
    row["authority_minor"] = None if authority is None else authority * 100
    row["rest_until_us"] = None if rest is None else to_us(rest.astimezone(UTC))
    return row


def _told(row: Mapping[str, Any]) -> Row:
    """The same the other way round, as text."""
    authority, rest = row["authority_minor"], row["rest_until_us"]
    return {
        **row,
        "skills": ";".join(row["skills"]),
        "licences": ";".join(row["licences"]),
        "authority": "" if authority is None else f"{authority // 100}",
        "rest_until": "" if rest is None else from_us(rest).isoformat(),
    }


@dataclass(frozen=True)
class Sheet:
    """One table of a pool, under its columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(ctx: Context) -> tuple[Sheet, ...]:
    """Everything `load` reads of a workspace: bases, adjusters, stock with its reorder points, and items."""
    with ctx.store.read() as connection:
        bases, people = pool.bases(connection), pool.adjusters(connection)
        goods, items = stock.balances(connection), stock.items(connection)
    shelves = [row | {"reorder_at": "" if row["reorder_at"] is None else row["reorder_at"]} for row in goods]
    return (
        Sheet("bases", BASES, tuple(bases)),
        Sheet("adjusters", (*ADJUSTERS, *MORE_OF_ADJUSTERS), tuple(_told(row) for row in people)),
        Sheet("stock", (*STOCK, *MORE_OF_STOCK), tuple(shelves)),
        Sheet("items", ITEMS, tuple(items)),
    )


def export(ctx: Context, folder: Path) -> Loaded:
    """Write people and goods as the four tables `load` reads; cells that a spreadsheet would run are disarmed."""
    folder.mkdir(parents=True, exist_ok=True)
    found = tables(ctx)
    for sheet in found:
        _write(folder / f"{sheet.name}.csv", sheet.columns, sheet.rows)
    bases, people, goods, _ = (len(sheet.rows) for sheet in found)
    return Loaded(bases, people, goods, False)


def workbook(ctx: Context) -> bytes:
    """The same tables as one xlsx file, a sheet each; nothing a person wrote becomes a formula."""
    pages = [
        review_pack.Sheet(sheet.name, sheet.columns, [[row[column] for column in sheet.columns] for row in sheet.rows])
        for sheet in tables(ctx)
    ]
    return review_pack.review_workbook(pages)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            # A longitude in the west is a number, not a formula.
            cells = (row[column] for column in columns)
            writer.writerow([guarded(cell) if isinstance(cell, str) else str(cell) for cell in cells])
