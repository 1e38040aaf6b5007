"""A list of people and goods compared with the pool, taken over as it was looked at, and taken back.

Nothing is written before somebody has seen what would change. What is out, people or goods, is never pulled away by a
list that does not name it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from emergency.domain.pool_difference import Change, Key, difference
from emergency.domain.stock_ledger import Balance
from emergency.intake.cells import unguarded
from emergency.library.faults import Fault
from emergency.library.pool_sheet import PoolSheet
from emergency.library.pools import Pool, pool_of
from emergency.service import pool_checks, pool_warnings
from emergency.service.context import Conflict, Context, Refused
from emergency.service.pool_list import Listed, read
from emergency.service.pool_rows import Row, Texts, row_of, texts, texts_of
from emergency.service.pool_words import TABLES, Codes, in_words
from emergency.service.pool_write import Written, engaged, write
from emergency.store import journal, stock
from emergency.store.store import Connection
from emergency.texts import N_, Message

OUT_THERE = N_("{n} of them are committed or in transit; they stay in the books until they are back")
STILL_USED = N_("people or goods that stay are there")
OVERTAKEN = N_(
    "{who} has changed the pool since this list was read ({what}); nothing was taken over, look at the preview again"
)
UNSOUND = N_("the list has {n} faults; nothing is taken over until they are mended")
UNSOUND_ONE = N_("the list has 1 fault; nothing is taken over until it is mended")
NEW_ROWS: Mapping[str, str] = {"slots": "1", "out_of_service": "0", "status": "available", "origin": "own"}
ACTS = ("people.", "stock.", "goods.", "pool.", "allocation.", "course.", "drill.resource")
MOST_NAMED = 3


@dataclass(frozen=True)
class Stay:
    """A row that the list does not name and that stays in the pool nevertheless."""

    table: str
    key: Key
    name: str
    why: Message


@dataclass(frozen=True)
class Preview:
    """What a list would change; nothing where it has faults.

    Attributes:
        whole: who and what is not in the list is taken off.
        warnings: what of the changes somebody should look at again; it keeps nothing from being taken over.
        before: the pool it was compared with; seq: number of the last journal entry then.
    """

    listed: Listed
    whole: bool
    changes: tuple[Change, ...]
    stays: tuple[Stay, ...]
    faults: tuple[Fault, ...]
    before: Texts = field(repr=False)
    people: Mapping[str, Row] = field(repr=False, default_factory=dict)
    seq: int = 0
    warnings: tuple[Message, ...] = ()

    def of(self, table: str, what: str = "") -> tuple[Change, ...]:
        return tuple(c for c in self.changes if c.table == table and what in ("", c.what))


@dataclass(frozen=True)
class Taken:
    """What was taken over, with all that is needed to take it back."""

    name: str
    changes: tuple[Change, ...]
    stays: tuple[Stay, ...]
    written: Written = field(repr=False)

    def count(self, table: str, what: str) -> int:
        return sum(c.table == table and c.what == what for c in self.changes)


def look_at(ctx: Context, paths: Sequence[Path], *, whole: bool = True) -> Preview:
    """Read a list and compare it; see `compare`.

    Raises:
        Refused: a file cannot be read, or none of it is a table of the pool.
    """
    return compare(ctx, read(paths), whole=whole)


def compare(ctx: Context, listed: Listed, *, whole: bool = True) -> Preview:
    """What a list would change now.

    Args:
        whole: the list is all there is; False: who and what it does not name stays.
    """
    with ctx.store.read() as connection:
        return _compared(ctx, connection, listed, whole)


def take(ctx: Context, preview: Preview) -> Taken:
    """Take a list over as it was looked at, all of it or nothing.

    Raises:
        Refused: it has faults. Conflict: the pool is another than the one it was compared with; says who and what.
    """
    if preview.faults:
        n = len(preview.faults)
        raise Refused(Message(UNSOUND if n > 1 else UNSOUND_ONE, {"n": n}))
    with ctx.store.write() as connection:
        now = _compared(ctx, connection, preview.listed, preview.whole)
        if now.before != preview.before or now.changes != preview.changes:
            raise Conflict(_overtaken(connection, preview, now))
        if not now.changes:
            return Taken(preview.listed.name, (), now.stays, Written({}, ()))
        ctx.record(connection, "pool.take", preview.listed.name, _body(now.changes, now.stays))
        written = write(ctx, connection, now.changes, now.people, preview.listed.name)
    return Taken(preview.listed.name, now.changes, now.stays, written)


def take_back(ctx: Context, taken: Taken) -> None:
    """Undo what `take` did; what else has changed since stays.

    Raises:
        Conflict: something the list changed was changed again since, or is needed now. Refused: goods are out.
    """
    back = tuple(change.back for change in taken.changes)
    with ctx.store.write() as connection:
        now = texts(connection)
        other = [c for c in back if now[c.table].get(c.key) != c.before]
        out = engaged(ctx, connection)
        other += [c for c in back if c.table == "adjusters" and c.what == "gone" and c.key[0] in out]
        other += [c for c in back if c.what == "gone" and _stands_on(c, now, back)]
        if other:
            gaps = {"what": _named(other)}
            raise Conflict(Message(N_("{what} has changed or is needed since; that cannot be taken back"), gaps))
        ctx.record(connection, "pool.take.undo", taken.name, _body(back, ()))
        write(ctx, connection, back, taken.written.before, taken.name)


def _stands_on(gone: Change, now: Texts, back: Collection[Change]) -> bool:
    """Whether somebody or something has come to stand there since it was taken over."""
    leaving = {(c.table, c.key) for c in back if c.what == "gone"}
    rows = [(name, key, row) for name, found in now.items() for key, row in found.items() if (name, key) not in leaving]
    if gone.table == "bases":
        return any(gone.key[0] in (row.get("depot"), row.get("base_id")) for name, _, row in rows if name != "bases")
    places = [(row["depot"], row["kind"]) for name, _, row in rows if name == "items"]
    return gone.table == "stock" and gone.key in places


def _body(changes: Collection[Change], stays: Collection[Stay]) -> Row:
    """Numbers, and of people their ids: names stay in their table."""
    kinds = {"new": "new", "changed": "updated", "gone": "gone"}
    found: Row = {word: sum(c.what == what for c in changes) for what, word in kinds.items()}
    people = {word: [c.key[0] for c in changes if c.table == "adjusters" and c.what == w] for w, word in kinds.items()}
    goods = [list(c.key) for c in changes if c.table == "stock"]
    return found | {"kept": len(stays), "person_ids": people, "shelves": goods}


def _compared(ctx: Context, connection: Connection, listed: Listed, whole: bool) -> Preview:
    before = texts(connection)
    balances: dict[Key, Balance] = {
        (r["depot"], r["kind"]): Balance(r["total"], r["committed"], r["in_transit"], r["out_of_service"])
        for r in stock.balances(connection)
    }
    merged, stays = _Merging(ctx, connection, listed, before, balances).merged(whole)
    found = pool_of(listed.name, False, *(merged[name] for name in ("bases", "adjusters", "stock", "items")))
    pool_checks.check(ctx, found, merged, before, balances)
    faults = _said(listed, merged)
    changes = () if faults else difference(before, _after(before, merged, found))
    seq = next((entry.seq for entry in journal.entries(connection, limit=1, newest_first=True)), 0)
    rows = {one.adjuster_id: row_of(one) for one in found.adjusters}
    warnings = pool_warnings.warnings(ctx, changes)
    return Preview(listed, whole, changes, () if faults else stays, faults, before, rows, seq, warnings)


class _Merging:
    """The list laid over the pool: what a row does not say stays as it is."""

    def __init__(
        self,
        ctx: Context,
        connection: Connection,
        listed: Listed,
        before: Texts,
        balances: Mapping[Key, Balance],
    ) -> None:
        self.listed, self.before = listed, before
        given = listed.tables.get("bases")
        named = [{"base_id": "", "name": "", "name_zh": ""} | dict(row) for _, row in given.rows] if given else []
        self.codes = Codes(ctx, [*before["bases"].values(), *(row for row in named if row["base_id"])])
        self.out = engaged(ctx, connection)
        self.balances = balances
        self.stays: list[Stay] = []

    def merged(self, whole: bool) -> tuple[dict[str, PoolSheet], tuple[Stay, ...]]:
        found = {name: self._sheet(name, whole) for name in ("adjusters", "stock", "items")}
        used = {
            row["base_id"] if name == "adjusters" else row["depot"]
            for name, sheet in found.items()
            for line, row in sheet.rows
            if not line
        }
        return {"bases": self._sheet("bases", whole, used)} | found, tuple(self.stays)

    def _sheet(self, name: str, whole: bool, used: Collection[str] = ()) -> PoolSheet:
        table, given, old = TABLES[name], self.listed.tables.get(name), self.before[name]
        rows: list[tuple[int, Row]] = []
        for line, cells in given.rows if given else ():
            said = {column: self.codes.code(name, column, cell) for column, cell in cells.items()}
            known = old.get(tuple(said[column] for column in table.key))
            rows.append((line, self._row(name, table.columns, said, known)))
        there = {tuple(row[column] for column in table.key) for _, row in rows}
        for key, row in old.items():
            if key not in there and (given is None or not whole or self._stays(name, key, row, used)):
                rows.append((0, dict(row)))
        return PoolSheet(given.title if given else name, rows, given.places if given else None)

    def _row(self, name: str, columns: Sequence[str], said: Row, known: Mapping[str, str] | None) -> Row:
        row = dict.fromkeys(columns, "") | dict(known or {}) | said
        for column, usual in NEW_ROWS.items():
            row |= {column: row[column] or usual} if column in row else {}
        if name == "bases":
            row["name"] = row["name"] or row["name_zh"]
        return row

    def _stays(self, name: str, key: Key, row: Mapping[str, str], used: Collection[str]) -> bool:
        why, called = None, " ".join(key)
        if name == "adjusters":
            why, called = self.out.get(key[0]), f"{key[0]} {row['name']}"
        elif name == "stock":
            was = self.balances[key]
            out = was.committed + was.in_transit
            why = Message(OUT_THERE, {"n": out}) if out else None
        elif name == "bases" and key[0] in used:
            why, called = Message(STILL_USED), f"{key[0]} {row['name']}"
        self.stays += [Stay(name, key, called, why)] if why else []
        return why is not None


def _said(listed: Listed, sheets: Mapping[str, PoolSheet]) -> tuple[Fault, ...]:
    """Faults of the list in its order, one to a cell; rows that are not in it have none but what the list made so."""
    found: dict[object, Fault] = {}
    every = [*listed.faults, *(f for sheet in sheets.values() for f in sheet.faults)]
    for fault in every:
        if fault.line or fault.field in ("", "count", "total"):
            place = (fault.path, fault.line, fault.field) if fault.line and fault.field else fault
            found.setdefault(str(place), replace(fault, message=in_words(fault.message, fault.field)))
    return tuple(sorted(found.values(), key=lambda f: (f.path, f.line, f.column)))


def _after(before: Texts, sheets: Mapping[str, PoolSheet], found: Pool) -> Texts:
    """The pool as the list has it; a cell that says the same in other words stays as it was."""
    after: Texts = {}
    parsed = texts_of(found)
    for name, sheet in sheets.items():
        table, old = TABLES[name], before[name]
        after[name] = {}
        for line, row in sheet.rows:
            key = tuple(row[column] for column in table.key)
            known = old.get(key)
            if known is None:
                after[name][key] = parsed[name][key]
            else:
                now = parsed[name][key] if line else known
                after[name][key] = {c: known[c] if _bare(known[c]) == now[c] else now[c] for c in table.columns}
    return after


def _bare(cell: str) -> str:
    """As a spreadsheet gives it back: without space around, and without the guard of a cell it would run."""
    return unguarded(cell.strip())


def _overtaken(connection: Connection, was: Preview, now: Preview) -> Message:
    since = [e.actor for e in journal.entries(connection, after=was.seq) if e.action.startswith(ACTS)]
    mine = [c for c in now.changes if c not in was.changes] + [c for c in was.changes if c not in now.changes]
    gaps = {
        "who": ", ".join(dict.fromkeys(since)) or Message(N_("somebody")),
        "what": _named([*difference(was.before, now.before), *mine]),
    }
    return Message(OVERTAKEN, gaps)


def _named(changes: Sequence[Change]) -> str:
    names = list(dict.fromkeys(" ".join(change.key) for change in changes))
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
