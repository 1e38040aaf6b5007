"""Plans as tables: rows of a CSV file in, plain JSON values out.

Rows are what `csv.DictReader` gives. Row 1 is the first row under the header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from emergency.domain.allocation.plan import Plan
from emergency.domain.allocation.pool import PRIORITIES, Adjuster, Assignment, AtLeast, Cell, Pin
from emergency.domain.allocation.travel import TravelTable
from emergency.texts import Message

Row = Mapping[str, Any]
T = TypeVar("T")

# A person or a cell asks for slots of one planning horizon; more is a slip of the pen, and grouping is per slot.
MOST_SLOTS = 100_000
MOST_MINUTES = 100_000  # ten weeks; no drive and no second look takes longer
MOST_MINOR = 10**15  # ten million million of a currency; above every sum insured
MOST_DIGITS = 20
POOL_COLUMNS = ("adjuster_id", "base_region", "skills", "licences", "slots")
DEMAND_COLUMNS = ("cell_id", "incident", "region", "line", "licence", "slots", "priority")
TRAVEL_COLUMNS = ("from_region", "to_region", "minutes")
INCUMBENT_COLUMNS = ("adjuster_id", "cell_id", "slots")
PIN_COLUMNS = ("adjuster_id", "cell_id", "pin")

AT_LEAST = "at_least:"


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a table; row 0 is the header."""

    file: str
    row: int
    column: str
    message: Message

    def __str__(self) -> str:
        return str(self.spoken)

    @property
    def spoken(self) -> Message:
        gaps = {"file": self.file, "row": self.row, "column": self.column, "fault": self.message}
        return Message("{file}, row {row}, column {column}: {fault}", gaps)


class TableRefused(ValueError):
    """The table has faults; correct every one listed and hand it in again."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class _Table:
    """Reads the fields of one table row by row and gathers what is wrong."""

    def __init__(self, rows: Iterable[Row], columns: Sequence[str], file: str) -> None:
        self.rows, self.file, self.faults = list(rows), file, list[Fault]()
        self.number, self.row = 0, dict[str, str]()
        self.seen: dict[object, int] = {}
        self.opposite: dict[object, tuple[int, str, str]] = {}
        missing = [c for c in columns if self.rows and c not in self.rows[0]]
        for column in missing:
            gaps = {"columns": ", ".join(columns)}
            self.fault(column, Message("the column is missing; the table needs {columns}", gaps))
        if missing:
            self.rows = []

    def fault(self, column: str, message: Message) -> None:
        self.faults.append(Fault(self.file, self.number, column, message))

    def __iter__(self) -> Iterator[_Table]:
        for number, row in enumerate(self.rows, start=1):
            self.number = number
            self.row = {k: (v or "").strip() for k, v in row.items() if k is not None and not _spare(v)}
            if None in row or any(_spare(value) for value in row.values()):
                self.fault("", Message("the row has more fields than the header"))
            yield self

    def word(self, column: str, empty: bool = False) -> str:
        found = self.row.get(column, "")
        if not found and not empty:
            self.fault(column, Message("is empty; it must be given"))
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in found):
            self.fault(column, Message("holds a sign nobody can see; write it anew"))
        return found

    def words(self, column: str) -> frozenset[str]:
        return frozenset(part.strip() for part in self.word(column, empty=True).split(";") if part.strip())

    def whole(self, column: str, least: int, most: int | None = None) -> int:
        text = self.row.get(column, "")
        readable = len(text) <= MOST_DIGITS and text.isascii() and text.removeprefix("-").isdigit()
        number = int(text) if readable else None
        if number is None or number < least or (most is not None and number > most):
            gaps = {"text": text[:MOST_DIGITS] or Message("empty"), "least": least, "most": most}
            allowed = (
                Message("is {text}; allowed is a whole number of {least} or more", gaps)
                if most is None
                else Message("is {text}; allowed is a whole number from {least} to {most}", gaps)
            )
            self.fault(column, allowed)
            return least
        return number

    def perhaps(self, column: str, most: int) -> int | None:
        """A whole number from 0 to ``most``, or None where it is left empty or there is no such column."""
        return self.whole(column, 0, most) if self.row.get(column) else None

    def once(self, column: str, key: object) -> None:
        """Say so if an earlier row has the same key."""
        earlier = self.seen.setdefault(key, self.number)
        if earlier != self.number:
            self.fault(column, Message("repeats row {row}; keep one of them", {"row": earlier}))

    def never_both(self, column: str, key: object, word: str) -> None:
        """Say so if an earlier row says the opposite of the same key."""
        earlier, said, by = self.opposite.setdefault(key, (self.number, word, self.row.get("by", "")))
        if said != word:
            gaps = {"row": earlier, "word": said, "by": by or Message("nobody is named")}
            self.fault(column, Message("row {row} says {word} for the same person and place ({by}); keep one", gaps))


def _spare(value: object) -> bool:
    return isinstance(value, list)  # csv.DictReader gathers surplus fields in a list


def _parsed(table: _Table, read: Callable[[_Table], T]) -> tuple[T, ...]:
    found = tuple(read(row) for row in table)
    if table.faults:
        raise TableRefused(table.faults)
    return found


def parse_pool(rows: Iterable[Row], file: str = "POOL.csv") -> tuple[Adjuster, ...]:
    """People of a pool table; several skills or licences are separated by ";".

    ``authority_minor`` and ``languages`` may be left out: then nobody's authority is limited, no language is known.

    Raises:
        TableRefused: with every fault.
    """

    def read(row: _Table) -> Adjuster:
        adjuster_id, base = row.word("adjuster_id"), row.word("base_region")
        row.once("adjuster_id", adjuster_id)
        slots, limit = row.whole("slots", 1, MOST_SLOTS), row.perhaps("authority_minor", MOST_MINOR)
        return Adjuster(
            adjuster_id, base, row.words("skills"), row.words("licences"), slots, limit, row.words("languages")
        )

    return _parsed(_Table(rows, POOL_COLUMNS, file), read)


def parse_demand(rows: Iterable[Row], file: str = "DEMAND.csv") -> tuple[Cell, ...]:
    """Cells of a demand table. What asks more than line and licence may be left out: ``above_minor``, ``currency``,
    ``referral_minutes``, ``language``, ``post``.

    Raises:
        TableRefused: with every fault.
    """

    def read(row: _Table) -> Cell:
        cell_id = row.word("cell_id")
        row.once("cell_id", cell_id)
        return Cell(
            cell_id,
            row.word("incident"),
            row.word("region"),
            row.word("line"),
            row.word("licence", empty=True),
            row.whole("slots", 1, MOST_SLOTS),
            row.whole("priority", PRIORITIES[0], PRIORITIES[-1]),
            above_minor=row.perhaps("above_minor", MOST_MINOR),
            currency=row.word("currency", empty=True),
            referral_minutes=row.perhaps("referral_minutes", MOST_MINUTES) or 0,
            language=row.word("language", empty=True),
            post=row.word("post", empty=True),
        )

    return _parsed(_Table(rows, DEMAND_COLUMNS, file), read)


def parse_travel(rows: Iterable[Row], file: str = "TRAVEL.csv") -> TravelTable:
    """A travel table; a pair it does not name is unreachable.

    Raises:
        TableRefused: with every fault.
    """

    def read(row: _Table) -> tuple[tuple[str, str], int]:
        pair = row.word("from_region"), row.word("to_region")
        row.once("from_region", pair)
        return pair, row.whole("minutes", 0, MOST_MINUTES)

    return TravelTable(dict(_parsed(_Table(rows, TRAVEL_COLUMNS, file), read)))


def parse_incumbent(rows: Iterable[Row], file: str = "PLAN.csv") -> tuple[Assignment, ...]:
    """The standing plan.

    Raises:
        TableRefused: with every fault.
    """

    def read(row: _Table) -> Assignment:
        pair = row.word("adjuster_id"), row.word("cell_id")
        row.once("adjuster_id", pair)
        return Assignment(*pair, slots=row.whole("slots", 1, MOST_SLOTS))

    return _parsed(_Table(rows, INCUMBENT_COLUMNS, file), read)


def parse_pins(rows: Iterable[Row], file: str = "PINS.csv") -> tuple[Pin | AtLeast, ...]:
    """Pins: must, must_not, or at_least:N with the adjuster left empty; ``by``, who said so, may be left out.

    Raises:
        TableRefused: with every fault.
    """

    def read(row: _Table) -> Pin | AtLeast:
        word, cell_id = row.word("pin", empty=True), row.word("cell_id")
        if word.startswith(AT_LEAST):
            row.once("cell_id", cell_id)
            return AtLeast(cell_id, _at_least(row, word))
        adjuster_id = row.word("adjuster_id")
        row.once("adjuster_id", (adjuster_id, cell_id, word))
        kind = _kind(row, word)
        row.never_both("pin", (adjuster_id, cell_id), kind)
        return Pin(adjuster_id, cell_id, kind, by=row.word("by", empty=True))

    return _parsed(_Table(rows, PIN_COLUMNS, file), read)


def _kind(row: _Table, word: str) -> Literal["must", "must_not"]:
    if word not in ("must", "must_not"):
        gaps = {"text": word or Message("empty")}
        row.fault("pin", Message("is {text}; allowed are must, must_not and at_least:N", gaps))
    return "must_not" if word == "must_not" else "must"


def _at_least(row: _Table, word: str) -> int:
    number = word.removeprefix(AT_LEAST).strip()
    if row.row.get("adjuster_id"):
        row.fault("adjuster_id", Message("must be empty beside at_least: it speaks of the whole cell"))
    if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS and 0 < int(number) <= MOST_SLOTS):
        row.fault("pin", Message("is {text}; allowed are must, must_not and at_least:N", {"text": word}))
        return 1
    return int(number)


def plan_json(plan: Plan, travel_note: str, say: Callable[[Message], str] = str) -> dict[str, Any]:
    """The plan as the command prints it; reasons spoken by `say`."""
    return {
        "assignments": [
            {"adjuster_id": a.adjuster_id, "cell_id": a.cell_id, "slots": a.slots, "minutes": a.minutes}
            for a in plan.assignments
        ],
        "shortage": [
            {"cell_id": s.cell_id, "slots": s.slots, "reason": say(s.reason), "code": s.code} for s in plan.shortages
        ],
        "cost": dict(plan.cost),
        "engine": plan.engine,
        "optimal": plan.optimal,
        "travel": travel_note,
        "broken_pins": [
            {"adjuster_id": p.adjuster_id, "cell_id": p.cell_id, "code": p.code, "reason": say(p.reason)}
            for p in plan.broken_pins
        ],
        "moves": [
            {"adjuster_id": m.adjuster_id, "from": list(m.from_cells), "to": list(m.to_cells)} for m in plan.moves
        ],
    }
