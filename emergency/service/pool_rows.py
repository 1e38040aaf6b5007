"""Rows of the pool between the store, the tables and the text of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.domain.pool_difference import Key
from emergency.library.pools import Pool, PoolAdjuster
from emergency.service.pool_words import TABLES
from emergency.store import pool, stock
from emergency.store.store import Connection

Row = dict[str, Any]
Texts = dict[str, dict[Key, dict[str, str]]]


def row_of(one: PoolAdjuster) -> Row:
    """A person of the tables as a row of the store: money in minor units, instants in microseconds."""
    row = vars(one) | {"skills": sorted(one.skills), "licences": sorted(one.licences)}
    authority, rest = row.pop("authority"), row.pop("rest_until")
    row["authority_minor"] = None if authority is None else authority * 100
    row["rest_until_us"] = None if rest is None else to_us(rest.astimezone(UTC))
    return row


def told(row: Mapping[str, Any]) -> Row:
    """The same the other way round, as text."""
    authority, rest = row["authority_minor"], row["rest_until_us"]
    return {
        **row,
        "skills": ";".join(sorted(row["skills"])),
        "licences": ";".join(sorted(row["licences"])),
        "authority": "" if authority is None else f"{authority // 100}",
        "rest_until": "" if rest is None else from_us(rest).isoformat(),
    }


def rows(connection: Connection) -> Mapping[str, list[Row]]:
    """table -> rows under its columns and more: bases, adjusters, stock with its reorder points, and items."""
    goods = stock.balances(connection)
    return {
        "bases": [dict(row) for row in pool.bases(connection)],
        "adjusters": [told(row) for row in pool.adjusters(connection)],
        "stock": [row | {"reorder_at": "" if row["reorder_at"] is None else row["reorder_at"]} for row in goods],
        "items": stock.items(connection),
    }


def texts(connection: Connection) -> Texts:
    """The pool of a workspace, every cell as text."""
    return {name: _keyed(name, found) for name, found in rows(connection).items()}


def texts_of(found: Pool) -> Texts:
    """A pool that was read, every cell as `texts` writes it."""
    goods = [asdict(row) | {"reorder_at": "" if row.reorder_at is None else row.reorder_at} for row in found.stock]
    return {
        "bases": _keyed("bases", map(asdict, found.bases)),
        "adjusters": _keyed("adjusters", (told(row_of(one)) for one in found.adjusters)),
        "stock": _keyed("stock", goods),
        "items": _keyed("items", map(asdict, found.items)),
    }


def _keyed(name: str, found: Iterable[Mapping[str, Any]]) -> dict[Key, dict[str, str]]:
    table = TABLES[name]
    cells = ({column: str(row[column]) for column in table.columns} for row in found)
    return {tuple(row[column] for column in table.key): row for row in cells}
