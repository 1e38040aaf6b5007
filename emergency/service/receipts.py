"""The account of an import: its counts, and what about its rows looks wrong, by kind with row numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from emergency.intake.accounts import FLAG_NAMES, Duplicate, Flag, Reject
from emergency.intake.cells import shown
from emergency.intake.headers import unread_amounts
from emergency.intake.mapping import ClaimMapping
from emergency.intake.masking import masked_rows
from emergency.intake.rejects import DATA_ROW, IN_FILE, guarded, write_rejects
from emergency.service.context import Context
from emergency.service.drafts import COLUMN_NAMES
from emergency.store import receipts
from emergency.store.store import Connection
from emergency.texts import N_, Message, Speaker

# Row numbers that are named on the screen, kinds that are kept, and lines of one kind in the file.
NAMED, KINDS, LINES = 20, 200, 20_000
HEADS = (N_("What about it"), N_("Column"), N_("The cell says"), N_("What was done, or what to look at"))
# Of these a kind is one value: all its rows say the same.
BY_VALUE = ("unknown_value", "no_region_code", "repeated", "falls")
OF_AMOUNTS = ("far_above", "far_below", "very_large")
AGAIN = N_("repeats row {first}, which was taken")
DIFFERS = N_("repeats row {first}, which was taken; it differs in {columns}")


@dataclass(frozen=True)
class FlagLine:
    """One kind of thing about an import's rows that a person should see.

    Attributes:
        code: a key of FLAG_NAMES; field: the column's header; value: what the first row says, masked.
        note: what was done, or what to look at.
        row_numbers: the first of `rows` data rows.
        above: rows of the file over its first data row; None where the file has no rows of its own.
        alike: all rows say what the first one says; else `value` and `note` are of the first alone.
    """

    code: str
    field: str
    value: str
    note: Message
    rows: int
    row_numbers: tuple[int, ...]
    above: int | None = None
    alike: bool = True

    @property
    def shown_rows(self) -> tuple[int, ...]:
        """The rows as the file itself numbers them, where it does."""
        return tuple(row + (self.above or 0) for row in self.row_numbers)

    @property
    def title(self) -> Message:
        known = FLAG_NAMES.get(self.code)
        return Message(known) if known else Message("{code}", {"code": self.code})

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "title": str(self.title),
            "field": self.field,
            "value": self.value,
            "note": str(self.note),
            "rows": self.rows,
            "row_numbers": list(self.row_numbers),
            "file_rows": None if self.above is None else list(self.shown_rows),
            "alike": self.alike,
        }


@dataclass(frozen=True)
class Receipt:
    """Where every row of a file went.

    ``accepted = new + updated``; ``duplicates`` are rows that repeat an earlier row of the file
    (``repeated``) or that the store holds already, unchanged; ``rows = accepted + duplicates + rejected``
    always. ``unlocated`` of the accepted wait for a place. ``flags`` are rows that were taken or repeated
    and should be looked at; ``rejects`` say by reason which rows were refused; ``rows_file`` lists every
    one of them.
    """

    rows: int
    new: int
    updated: int
    accepted: int
    duplicates: int
    rejected: int
    unlocated: int
    rejects_file: str | None
    import_id: str
    seconds: float
    repeated: int = 0
    flags: tuple[FlagLine, ...] = ()
    rejects: tuple[FlagLine, ...] = ()
    rows_file: str | None = None
    encoding: str = ""
    crs_source: str = ""
    mapping: str = ""
    incident_id: str | None = None  # the incident the file was said to belong to
    state: str = "done"  # or stopped: somebody ended it; what is counted here is in

    def to_json(self) -> dict[str, Any]:
        plain = {k: v for k, v in vars(self).items() if k not in ("flags", "rejects", "doubts")}
        plain |= {"doubts": list(self.doubts)} if hasattr(self, "doubts") else {}
        return plain | {"flags": [f.to_json() for f in self.flags], "rejects": [r.to_json() for r in self.rejects]}


class Chunk(Protocol):
    """What an account takes of a chunk of claims or of records."""

    rejects: tuple[Reject, ...]
    duplicates: tuple[Duplicate, ...]
    flags: tuple[Flag, ...]
    header: tuple[str, ...]
    encoding: str
    above: int | None


@dataclass
class _Kind:
    code: str
    field: str
    value: str
    note: Message
    rows: int = 0
    numbers: list[int] = made(default_factory=list)
    alike: bool = True

    def add(self, numbers: Sequence[int]) -> None:
        self.rows += len(numbers)
        self.numbers += numbers[: NAMED - len(self.numbers)]


def _amount(kind: _Kind) -> str:
    """The cell; an amount of eleven digits with commas, so that nobody takes it for a telephone."""
    if kind.code in OF_AMOUNTS and kind.value.isdecimal():
        return f"{int(kind.value):,}"
    return kind.value


class Account:
    """What is noted on the way, chunk by chunk, and written once at the end.

    Args:
        name: of the two files, without their endings.
    """

    def __init__(self, ctx: Context, name: str, say: Speaker) -> None:
        self.ctx, self.say = ctx, say
        self.folder, self.name = ctx.content.home / "rejects", name
        self.kinds: dict[tuple[str, str, str], _Kind] = {}
        self.reasons: dict[tuple[str, str], _Kind] = {}
        self.rejects: list[Reject] = []
        self.repeated = 0
        self.header: tuple[str, ...] = ()
        self.encoding = ""
        self.above: int | None = None
        self.lines: list[tuple[int, str, str, str, str]] = []
        self.listed: dict[str, int] = {}

    def take(self, chunk: Chunk, more: Iterable[Reject] = ()) -> None:
        """Note a chunk that has been written; `more` were rejected after it was read."""
        self.header, self.encoding, self.above = chunk.header, chunk.encoding, chunk.above
        for flag in chunk.flags:
            self._note(flag.code, flag.field, flag.value, flag.note, flag.numbers, flag.cells)
            for number, cell in zip(flag.numbers, flag.cells, strict=False):
                self._list(number, flag.code, flag.field, cell, flag.note)
        for duplicate in chunk.duplicates:
            self._repeats(duplicate)
        for reject in (*chunk.rejects, *more):
            self._refused(reject)

    def doubt(self, code: str, subject: str, note: Message) -> None:
        """Something about no single row."""
        self._note(code, "", subject, note, ())

    def _repeats(self, found: Duplicate) -> None:
        columns = ", ".join(found.differing)
        spoken = self.say(", ").join(self.say(COLUMN_NAMES[c]) for c in found.differing if c in COLUMN_NAMES)
        first = found.first_row + (self.above or 0)
        note = Message(DIFFERS if columns else AGAIN, {"first": first, "columns": spoken})
        self.repeated += 1
        kind = N_("the same again; nothing lost") if not columns else N_("another text under the same number: look")
        self._note("repeated", "", columns, Message(kind), (found.row,))
        self._list(found.row, "repeated", "", found.report_no, note)

    def _refused(self, reject: Reject) -> None:
        self.rejects.append(reject)
        value = reject.raw.get(reject.field, "")
        kind = self.reasons.setdefault(
            (reject.code, reject.field), _Kind(reject.code, reject.field, value, reject.reason)
        )
        kind.alike = kind.alike and (kind.value, str(kind.note)) == (value, str(reject.reason))
        kind.add([reject.row])

    def _note(
        self, code: str, header: str, value: str, note: Message, numbers: Sequence[int], cells: Sequence[str] = ()
    ) -> None:
        key = (code, header, value if code in BY_VALUE else "")
        if key not in self.kinds and len(self.kinds) >= KINDS:
            key, value = (code, header, "…"), "…"
        kind = self.kinds.setdefault(key, _Kind(code, header, value, note))
        kind.alike = kind.alike and (code in BY_VALUE or {kind.value} >= {value, *map(shown, cells)})
        kind.add(list(numbers))

    def _list(self, row: int, code: str, header: str, cell: str, note: Message) -> None:
        self.listed[code] = self.listed.get(code, 0) + 1
        if self.listed[code] <= LINES:
            self.lines.append((row, self.say(Message(FLAG_NAMES[code])), header, cell, self.say(note)))

    # -- at the end ----------------------------------------------------------------------------

    def look_at_header(self, mapping: ClaimMapping) -> None:
        """Columns of amounts that the mapping does not read: their money is not in the store."""
        for header in unread_amounts(self.header, mapping):
            text = N_("mapping {mapping} does not read this column: its amounts are not in")
            self._note("unread_money", header, "", Message(text, {"mapping": mapping.name}), ())

    @property
    def flags(self) -> tuple[FlagLine, ...]:
        return self._lines_of(self.kinds.values())

    @property
    def reasons_of_rejects(self) -> tuple[FlagLine, ...]:
        return self._lines_of(self.reasons.values())

    def _lines_of(self, kinds: Iterable[_Kind]) -> tuple[FlagLine, ...]:
        personal = self.ctx.content.library.synonyms()["personal"]
        found = sorted(kinds, key=lambda k: -k.rows)
        return tuple(
            FlagLine(
                k.code,
                k.field,
                masked_rows([k.field], [[_amount(k)]], personal)[0][0],
                k.note,
                k.rows,
                tuple(k.numbers),
                self.above,
                k.alike,
            )
            for k in found
        )

    def write_rejects(self) -> Path | None:
        """The rejected rows as they came, to be mended and imported again."""
        if not self.rejects:
            return None
        target = self._target(".csv")
        write_rejects(target, self.rejects, self.header, self.say, self.above)
        return target

    def write_rows(self) -> Path | None:
        """Every row that is not plainly new or changed: flagged, repeated or rejected, in the file's order."""
        refused = [
            (r.row, self.say(N_("Rejected")), r.field, r.raw.get(r.field, ""), self.say(r.reason))
            for r in self.rejects[:LINES]
        ]
        lines = sorted([*self.lines, *refused], key=lambda line: line[0])
        if not lines:
            return None
        target = self._target("-rows.csv")
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            number = DATA_ROW if self.above is None else IN_FILE
            writer.writerow([self.say(head) for head in (number, *HEADS)])
            writer.writerows([str(line[0] + (self.above or 0)), *map(guarded, line[1:])] for line in lines)
        return target

    def _target(self, ending: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{self.ctx.store.name}-{self.name}{ending}"

    def keep(self, connection: Connection, import_id: str, mapping: ClaimMapping, rows_file: Path | None) -> None:
        """Into the store, in the transaction that closes the import's receipt."""
        receipts.keep_reading(
            connection,
            import_id,
            kind=mapping.kind,
            encoding=self.encoding,
            crs_source=mapping.coordinates,
            timezone=mapping.timezone,
            currency=mapping.currency,
            mapping_version=mapping.version,
            rows_file=str(rows_file or ""),
        )
        receipts.keep_flags(
            connection,
            import_id,
            [
                {
                    "code": f.code,
                    "field": f.field,
                    "value": f.value,
                    "note": packed(f.note),
                    "rows": f.rows,
                    "row_numbers": {"rows": list(f.row_numbers), "above": f.above, "alike": f.alike},
                }
                for f in self.flags
            ],
        )


def packed(message: Message) -> str:
    """A message as JSON, to be spoken in the language of whoever reads it."""
    return json.dumps(_plain(message), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return {"id": value.id, "values": {k: _plain(v) for k, v in value.values.items()}}
    return value if isinstance(value, str | int | float | bool | dict | None) else str(value)


def unpacked(text: str) -> Message:
    return _message(json.loads(text))


def _message(raw: dict[str, Any]) -> Message:
    return Message(raw["id"], {k: _message(v) if _is_message(v) else v for k, v in raw["values"].items()})


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"id", "values"}


def flags_of(ctx: Context, import_id: str) -> tuple[FlagLine, ...]:
    """What an earlier import had to say."""
    with ctx.store.read() as connection:
        rows = receipts.flags(connection, import_id)
    return tuple(
        FlagLine(r["code"], r["field"], r["value"], unpacked(r["note"]), r["rows"], *_numbered(r["row_numbers"]))
        for r in rows
    )


def _numbered(kept: Any) -> tuple[tuple[int, ...], int | None, bool]:
    """Data rows, the rows of the file over them, and whether they all say the same."""
    if isinstance(kept, list):  # of an import of the first days, which kept the numbers alone
        return tuple(kept), None, True
    return tuple(kept["rows"]), kept["above"], kept["alike"]


def reading_of(ctx: Context, import_id: str) -> dict[str, Any] | None:
    """How an import's file was read: kind, encoding, crs_source, timezone, currency, mapping_version, rows_file."""
    with ctx.store.read() as connection:
        return receipts.reading(connection, import_id)


__all__ = ["Account", "FlagLine", "Receipt", "flags_of", "packed", "reading_of", "unpacked"]


def masked_preview(ctx: Context, rejects: Path, rows: int = 50) -> pd.DataFrame:
    """The first rows of a reject file as they may be shown."""
    found = pd.read_csv(rejects, dtype=str, nrows=rows, keep_default_na=False, on_bad_lines="skip")
    names = [str(c) for c in found.columns]
    cells = found.to_numpy().tolist()
    masked = masked_rows(names, cells, ctx.content.library.synonyms()["personal"], looked_at=cells)
    return pd.DataFrame(masked, columns=names)
