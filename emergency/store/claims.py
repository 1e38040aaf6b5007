"""Claims in bulk: staged, compared by hash, inserted or updated once.

A replayed file changes no row and raises no version. The bulk path speaks to
the driver directly (many rows in a statement, ``COPY``): going through row
objects costs three to six times as much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.util import hash_array
from psycopg.errors import UniqueViolation
from pyarrow import csv
from sqlalchemy import Connection, case, false, func, or_, select, update

from emergency.domain.claim import CLAIM_COLUMNS, OPEN_STATUSES, PLACED_COLUMNS, UNSURVEYED_STATUSES
from emergency.store.tables import claim

# What the source says of a claim, without its row number; a change in any of these is a new version.
CONTENT = tuple(c for c in (*CLAIM_COLUMNS, *PLACED_COLUMNS) if c not in ("row", "report_no"))
BULK_CACHE_KB = 64 * 1024
_AT_ONCE = 5_000
WRITTEN = ("source", "report_no", "row_hash", "incident_id", "keyed_at", "known_at", "import_id", *CONTENT)
# SQLite takes 32,766 values in one statement.
ROWS_AT_ONCE = 32_766 // len(WRITTEN)


@dataclass(frozen=True)
class Loaded:
    new: int
    updated: int
    unchanged: int


def content_hash(claims: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """A 64-bit hash of each claim's content, the same in every process."""
    total = np.zeros(len(claims), dtype=np.uint64)
    for column in CONTENT:
        # As in a hash of tuples: the same values in other columns give another hash.
        total = total * np.uint64(1_000_003) ^ _hashed(claims[column])
    return total.view(np.int64)


def _hashed(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Hashes of one column; a column of few words is hashed by its words."""
    if column.dtype == "string":
        coded = pa.array(column).fill_null("\0").dictionary_encode()
        words = coded.dictionary.to_numpy(zero_copy_only=False)
        return hash_array(words, categorize=False)[coded.indices.to_numpy()]
    if column.dtype == "Int64":
        filled = column.to_numpy(dtype=np.int64, na_value=np.iinfo(np.int64).min)
        return hash_array(filled, categorize=False)
    return hash_array(column.to_numpy(), categorize=False)


def upsert(
    connection: Connection, claims: pd.DataFrame, *, source: str, import_id: str, keyed_us: int, incident: str | None
) -> Loaded:
    """Write one chunk of placed claims (CLAIM_COLUMNS + PLACED_COLUMNS, unique report numbers).

    A claim that is already in an incident stays there when a later file names none.
    """
    if claims.empty:
        return Loaded(0, 0, 0)
    everywhere = {"source": source, "incident_id": incident, "keyed_at": keyed_us, "import_id": import_id}
    given = {
        **{name: pa.repeat(pa.scalar(value, _ARROW[name]), len(claims)) for name, value in everywhere.items()},
        "row_hash": pa.array(content_hash(claims)),
        "known_at": pa.array(claims["reported_at"].fillna(keyed_us)),
    }
    # NaN says that a coordinate is not known; neither database takes it for that.
    columns = {name: given[name] if name in given else pa.array(claims[name], from_pandas=True) for name in WRITTEN}
    if connection.dialect.name == "postgresql":
        return _copy(connection, columns, len(claims))
    return _insert(connection, [_plain(column) for column in columns.values()], len(claims))


_ARROW = {"source": pa.string(), "incident_id": pa.string(), "keyed_at": pa.int64(), "import_id": pa.string()}


def _plain(column: Any) -> list[Any]:
    """Python values, with None for what is missing."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return list(column.to_numpy(zero_copy_only=False).tolist())
    if column.null_count == len(column):
        return [None] * len(column)
    values: list[Any] = pc.fill_null(column, 0).to_numpy(zero_copy_only=False).tolist()
    for at in np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)).tolist():
        values[at] = None
    return values


_NAMES = ", ".join(f'"{c}"' for c in WRITTEN)


def _kept_or_taken(column: str) -> str:
    """What a correction does to a column: an incident and a place once known are not lost by silence."""
    if column == "incident_id":
        return f'"{column}" = COALESCE(excluded."{column}", claim."{column}")'
    if column in ("region", "precision", "lon", "lat"):
        silent = "excluded.region IS NULL AND claim.region IS NOT NULL"
        return f'"{column}" = CASE WHEN {silent} THEN claim."{column}" ELSE excluded."{column}" END'
    return f'"{column}" = excluded."{column}"'


_SET = ", ".join(_kept_or_taken(c) for c in WRITTEN if c not in ("source", "report_no", "keyed_at", "known_at"))
# A claim becomes known once; a correction does not make it younger.
_CONFLICT = (
    f"ON CONFLICT (source, report_no) DO UPDATE SET {_SET}, version = claim.version + 1"
    " WHERE claim.row_hash <> excluded.row_hash"
    " OR (excluded.incident_id IS NOT NULL AND claim.incident_id IS DISTINCT FROM excluded.incident_id)"
)


def _insert(connection: Connection, columns: list[list[Any]], rows: int) -> Loaded:
    driver: Any = connection.connection.driver_connection
    highest = "SELECT COALESCE(MAX(claim_id), 0) FROM claim"
    # We hold the write lock, and an update takes no new key: the key's growth counts the new rows.
    before = driver.execute(highest).fetchone()[0]
    # Random places in three indexes: with SQLite's usual 2 MB most of them would be read and written again.
    driver.execute(f"PRAGMA cache_size=-{BULK_CACHE_KB}")
    # Over many rows SQLite works without Python's lock, while the next chunk is read. A statement of its own
    # for every number of rows would cost more than it saves, so what is left over goes in one by one.
    whole = rows - rows % ROWS_AT_ONCE
    changed = sum(
        driver.execute(_insert_of(ROWS_AT_ONCE), _interleaved(columns, at)).rowcount
        for at in range(0, whole, ROWS_AT_ONCE)
    )
    if whole < rows:
        rest = zip(*(column[whole:] for column in columns), strict=True)
        changed += driver.executemany(_insert_of(1), rest).rowcount
    new = driver.execute(highest).fetchone()[0] - before
    driver.execute("PRAGMA cache_size=-2000")
    return Loaded(new, changed - new, rows - changed)


@lru_cache(maxsize=2)
def _insert_of(rows: int) -> str:
    marks = f"({', '.join('?' * len(WRITTEN))})"
    conflict = _CONFLICT.replace("IS DISTINCT FROM", "IS NOT")
    return f"INSERT INTO claim ({_NAMES}) VALUES {', '.join([marks] * rows)} {conflict}"


def _interleaved(columns: list[list[Any]], at: int) -> list[Any]:
    """Some rows of the columns, one after another."""
    parts = [column[at : at + ROWS_AT_ONCE] for column in columns]
    values: list[Any] = [None] * (len(parts) * len(parts[0]))
    for i, part in enumerate(parts):
        values[i :: len(parts)] = part
    return values


def _copy(connection: Connection, columns: dict[str, Any], rows: int) -> Loaded:
    driver: Any = connection.connection.driver_connection
    lines = _as_csv(columns)
    with driver.cursor() as cursor:
        if _copied_fresh(cursor, columns, lines):
            return Loaded(rows, 0, 0)
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS claim_stage ON COMMIT DELETE ROWS AS SELECT {_NAMES} FROM claim LIMIT 0"
        )
        _fill(cursor, "claim_stage", lines)
        cursor.execute(
            f"WITH written AS (INSERT INTO claim ({_NAMES}) SELECT {_NAMES} FROM claim_stage {_CONFLICT}"
            " RETURNING (xmax = 0) AS fresh) SELECT COUNT(*) FILTER (WHERE fresh), COUNT(*) FROM written"
        )
        new, changed = cursor.fetchone()
        cursor.execute("TRUNCATE claim_stage")
    return Loaded(new, changed - new, rows - changed)


def _as_csv(columns: dict[str, Any]) -> Any:
    """Rows as PostgreSQL reads them: missing values unquoted, texts in quotation marks; no Python value per cell."""
    sink = pa.BufferOutputStream()
    csv.write_csv(pa.table(columns), sink, csv.WriteOptions(include_header=False))
    return sink.getvalue()


def _copied_fresh(cursor: Any, columns: dict[str, Any], lines: Any) -> bool:
    """Claims none of which is here yet go in directly: the way over a stage takes twice as long."""
    source, numbers = columns["source"][0].as_py(), columns["report_no"].to_pylist()
    cursor.execute("SELECT 1 FROM claim WHERE source = %s AND report_no = ANY(%s) LIMIT 1", (source, numbers))
    if cursor.fetchone():
        return False
    cursor.execute("SAVEPOINT fresh")
    try:
        _fill(cursor, "claim", lines)
    except UniqueViolation:  # somebody else brought one of them in between
        cursor.execute("ROLLBACK TO SAVEPOINT fresh")
        return False
    cursor.execute("RELEASE SAVEPOINT fresh")
    return True


def _fill(cursor: Any, table: str, lines: Any) -> None:
    with cursor.copy(f"COPY {table} ({_NAMES}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(lines)


def counts(
    connection: Connection,
    *,
    now_us: int,
    overdue_us: int,
    incident: str | None = None,
    but: Any = None,
    most: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Open claims by region and line as known at an instant.

    Args:
        but: a query for numbers of claims that are left out.
        most: currency -> minor units above which one claim's estimate is doubted.

    Returns:
        Columns region (None = unlocated), line, currency, claims, open, unsurveyed, overdue (unsurveyed
        and known for longer than ``overdue_us``), last_hour, last_24h, estimated_minor, paid_minor,
        payout_minor (paid plus outstanding), dead (persons), doubted (claims), doubted_minor, oldest_us.
    """
    c = claim.c
    doubted = _doubted(most or {})
    is_open = c.status.in_(OPEN_STATUSES)
    waiting = c.status.in_(UNSURVEYED_STATUSES)

    def number(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = (
        select(
            c.region,
            c.line,
            c.currency,
            func.count().label("claims"),
            number(is_open).label("open"),
            number(waiting).label("unsurveyed"),
            number(waiting & (c.known_at < now_us - overdue_us)).label("overdue"),
            number(c.known_at > now_us - 3_600_000_000).label("last_hour"),
            number(c.known_at > now_us - 86_400_000_000).label("last_24h"),
            func.coalesce(func.sum(c.estimated_minor), 0).label("estimated_minor"),
            func.coalesce(func.sum(c.paid_minor), 0).label("paid_minor"),
            func.coalesce(func.sum(_payout()), 0).label("payout_minor"),
            func.coalesce(func.sum(c.dead), 0).label("dead"),
            number(doubted).label("doubted"),
            func.coalesce(func.sum(case((doubted, c.estimated_minor), else_=0)), 0).label("doubted_minor"),
            func.min(case((waiting, c.known_at))).label("oldest_us"),
        )
        .where(c.known_at <= now_us)
        .group_by(c.region, c.line, c.currency)
        .order_by(c.region, c.line, c.currency)
    )
    if incident is not None:
        query = query.where(c.incident_id == incident)
    if but is not None:
        query = query.where(c.claim_id.not_in(but))
    result = connection.execute(query)
    frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    whole = [x for x in frame.columns if x not in ("region", "line", "currency", "oldest_us")]
    return frame.astype(dict.fromkeys(whole, "int64"))


def _doubted(most: Mapping[str, int]) -> Any:
    """Claims whose one estimate lies above what a claim of its currency comes to."""
    c = claim.c
    return or_(false(), *((c.currency == currency) & (c.estimated_minor > minor) for currency, minor in most.items()))


def doubted(
    connection: Connection, *, now_us: int, most: Mapping[str, int], incident: str | None, limit: int
) -> Sequence[Any]:
    """The claims `counts` calls doubted, the largest first: source, report_no, currency, estimated_minor."""
    c = claim.c
    query = select(c.source, c.report_no, c.currency, c.estimated_minor).where(_doubted(most), c.known_at <= now_us)
    if incident is not None:
        query = query.where(c.incident_id == incident)
    return connection.execute(query.order_by(c.estimated_minor.desc(), c.report_no).limit(limit)).all()


def _payout() -> Any:
    """What a claim has cost and is still to cost: paid plus outstanding, never less than was paid."""
    c = claim.c
    paid, estimated = func.coalesce(c.paid_minor, 0), func.coalesce(c.estimated_minor, 0)
    return case(
        (c.status.in_(("cancelled", "declined")), paid),
        (c.status.in_(("paid", "closed")), func.coalesce(c.paid_minor, c.estimated_minor, 0)),
        (estimated > paid, estimated),
        else_=paid,
    )


def arrivals_by_hour(connection: Connection, *, since_us: int, until_us: int) -> pd.DataFrame:
    """Claims that became known, per region and hour: columns region, hour_us, claims."""
    hour = (claim.c.known_at - claim.c.known_at % 3_600_000_000).label("hour_us")
    query = (
        select(claim.c.region, hour, func.count().label("claims"))
        .where(claim.c.known_at > since_us, claim.c.known_at <= until_us)
        .group_by(claim.c.region, hour)
    )
    return pd.DataFrame(connection.execute(query).fetchall(), columns=["region", "hour_us", "claims"])


def unlocated(connection: Connection, *, limit: int = 200) -> Sequence[Any]:
    return connection.execute(
        select(claim).where(or_(claim.c.region.is_(None), claim.c.precision == "none")).limit(limit)
    ).all()


def unlocated_in(connection: Connection, written: pd.DataFrame, loaded: Loaded, *, source: str, import_id: str) -> int:
    """Of the claims an import has just written, those without a region: what `upsert` was given and answered."""
    missing = written["region"].isna()
    if not missing.any() or not loaded.new + loaded.updated:
        return 0
    if loaded.new == len(written):
        return int(missing.sum())
    # A claim that was here may have kept the place it had, or not have changed at all: the store knows.
    numbers, found = written["report_no"][missing].tolist(), 0
    c = claim.c
    for at in range(0, len(numbers), _AT_ONCE):
        some = (c.source == source) & c.report_no.in_(numbers[at : at + _AT_ONCE])
        query = select(func.count()).where(some, c.import_id == import_id, c.region.is_(None))
        found += int(connection.execute(query).scalar_one())
    return found


def key_when_reported(connection: Connection) -> None:
    """Let every claim have come in when it was reported: for a past that is laid out all at once."""
    connection.execute(update(claim).values(keyed_at=claim.c.known_at))


def any_outside(connection: Connection, incident: str) -> bool:
    """Whether a claim belongs to another incident or to none."""
    query = select(claim.c.report_no).where(claim.c.incident_id.is_distinct_from(incident)).limit(1)
    return connection.execute(query).first() is not None


def total(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(claim)).scalar_one())


def casualties(connection: Connection, *, now_us: int, incident: str | None) -> tuple[int, int]:
    """(injured, dead) as the claims themselves say; persons, not claims."""
    query = select(func.coalesce(func.sum(claim.c.injured), 0), func.coalesce(func.sum(claim.c.dead), 0)).where(
        claim.c.known_at <= now_us
    )
    if incident is not None:
        query = query.where(claim.c.incident_id == incident)
    injured, dead = connection.execute(query).one()
    return int(injured), int(dead)


def join_incident(connection: Connection, *, incident: str, regions: Sequence[str], since_us: int) -> int:
    """Claims of these regions with a loss since an instant that belong to no incident yet; returns how many."""
    done = connection.execute(
        update(claim)
        .where(claim.c.incident_id.is_(None), claim.c.region.in_(regions), claim.c.loss_at >= since_us)
        .values(incident_id=incident)
    )
    return int(done.rowcount)
