"""The account of an import: its counts, and what about its rows looks wrong, by kind with row numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from pathlib import Path
from typing import Any, Protocol

from emergency.intake.accounts import FLAG_NAMES, Duplicate, Flag, Reject
from emergency.intake.mapping import ClaimMapping
from emergency.intake.masking import masked_rows
from emergency.intake.rejects import guarded, write_rejects
from emergency.service.context import Context
from emergency.service.drafts import COLUMN_NAMES
from emergency.store import receipts
from emergency.store.store import Connection
from emergency.texts import N_, Message, Speaker

# Row numbers that are named on the screen, kinds that are kept, and lines of one kind in the file.
NAMED, KINDS, LINES = 20, 200, 20_000
HEADS = (
    *(N_("Data row"), N_("What about it"), N_("Column"), N_("The cell says")),
    N_("What was done, or what to look at"),
)
AGAIN = N_("repeats row {first}, which was taken")
DIFFERS = N_("repeats row {first}, which was taken; it differs in {columns}")


@dataclass(frozen=True)
class FlagLine:
    """One kind of thing about an import's rows that a person should see.

    Attributes:
        code: a key of FLAG_NAMES; field: the column's header; value: what the first row says, masked.
        note: what was done, or what to look at.
        row_numbers: the first of `rows` data rows.
    """

    code: str
    field: str
    value: str
    note: Message
    rows: int
    row_numbers: tuple[int, ...]

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


@dataclass
class _Kind:
    code: str
    field: str
    value: str
    note: Message
    rows: int = 0
    numbers: list[int] = made(default_factory=list)

    def add(self, numbers: Sequence[int]) -> None:
        self.rows += len(numbers)
        self.numbers += numbers[: NAMED - len(self.numbers)]


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
        self.lines: list[tuple[int, str, str, str, str]] = []
        self.listed: dict[str, int] = {}

    def take(self, chunk: Chunk, more: Iterable[Reject] = ()) -> None:
        """Note a chunk that has been written; `more` were rejected after it was read."""
        self.header, self.encoding = chunk.header, chunk.encoding
        for flag in chunk.flags:
            self._note(flag.code, flag.field, flag.value, flag.note, flag.numbers)
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
        note = Message(DIFFERS if columns else AGAIN, {"first": found.first_row, "columns": spoken})
        self.repeated += 1
        kind = N_("the same again; nothing lost") if not columns else N_("another text under the same number: look")
        self._note("repeated", "", columns, Message(kind), (found.row,))
        self._list(found.row, "repeated", "", found.report_no, note)

    def _refused(self, reject: Reject) -> None:
        self.rejects.append(reject)
        kind = self.reasons.setdefault(
            (reject.code, reject.field),
            _Kind(reject.code, reject.field, reject.raw.get(reject.field, ""), reject.reason),
        )
        kind.add([reject.row])

    def _note(self, code: str, header: str, value: str, note: Message, numbers: Sequence[int]) -> None:
        key = (code, header, value if code in ("unknown_value", "no_region_code", "repeated", "falls") else "")
        if key not in self.kinds and len(self.kinds) >= KINDS:
            key, value = (code, header, "…"), "…"
        self.kinds.setdefault(key, _Kind(code, header, value, note)).add(list(numbers))

    def _list(self, row: int, code: str, header: str, cell: str, note: Message) -> None:
        self.listed[code] = self.listed.get(code, 0) + 1
        if self.listed[code] <= LINES:
            self.lines.append((row, self.say(Message(FLAG_NAMES[code])), header, cell, self.say(note)))

    # -- at the end ----------------------------------------------------------------------------

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
                k.code, k.field, masked_rows([k.field], [[k.value]], personal)[0][0], k.note, k.rows, tuple(k.numbers)
            )
            for k in found
        )

    def write_rejects(self) -> Path | None:
        """The rejected rows as they came, to be mended and imported again."""
        if not self.rejects:
            return None
        target = self._target(".csv")
        write_rejects(target, self.rejects, self.header, self.say)
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
            writer.writerow([self.say(head) for head in HEADS])
            writer.writerows([str(line[0]), *map(guarded, line[1:])] for line in lines)
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
                    "row_numbers": list(f.row_numbers),
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
        FlagLine(r["code"], r["field"], r["value"], unpacked(r["note"]), r["rows"], tuple(r["row_numbers"]))
        for r in rows
    )


def reading_of(ctx: Context, import_id: str) -> dict[str, Any] | None:
    """How an import's file was read: kind, encoding, crs_source, timezone, currency, mapping_version, rows_file."""
    with ctx.store.read() as connection:
        return receipts.reading(connection, import_id)


__all__ = ["Account", "FlagLine", "Receipt", "flags_of", "packed", "reading_of", "unpacked"]
