"""Words of a column to values of the claim, and what is said of a row that will not do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emergency.intake.accounts import Reject
from emergency.intake.cells import Fault, Parsed, Texts, narrow, shown
from emergency.intake.columns import Column
from emergency.texts import Message

LONGEST_NUMBER = 200
# A long number that a spreadsheet has turned into 2.02107E+13: its last digits are gone for good.
LOST = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
BETWEEN = re.compile(r"[,;/\s、|]+")
NO_CODE = Message("not a region code of the expected length: kept as text of the place")
HALF = Message("only one of longitude and latitude is given: taken as no coordinates")
NULL = Message("coordinates 0, 0: taken as no coordinates")


def joined(parts: Sequence[Texts]) -> Texts:
    """Texts put side by side, blanks left out."""
    filled = [pc.if_else(pc.equal(p, ""), pa.scalar(None, pa.string()), p) for p in parts]
    return pc.binary_join_element_wise(*filled, " ", null_handling="skip")


def halves(cells: Texts, part: int) -> Texts:
    """The first or second number of cells that hold both coordinates; whole cells for part 0."""
    if not part:
        return cells
    return pa.array([_half(cell, part) for cell in cells.to_pylist()], pa.string())


def _half(cell: str, part: int) -> str:
    numbers = [n for n in BETWEEN.split(narrow(cell).strip("()[] ")) if n]
    return numbers[part - 1] if len(numbers) == 2 else cell


def as_code(cell: str) -> str | None:
    """A currency code, None where the cell is blank or none."""
    code = narrow(cell).upper()
    code = {"RMB": "CNY", "人民币": "CNY"}.get(code, code)
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None


def lookup(column: Column) -> Callable[[str], str | None]:
    """Cell -> value by the mapping's tables, None where unknown or blank."""
    exact = {folded(k): v for k, v in column.values.items()}
    parts = [(folded(k), v) for k, v in column.contains.items()]

    def look(cell: str) -> str | None:
        text = folded(cell)
        found = exact.get(text)
        if found is None and text.endswith(".0") and text[:-2].isdigit():
            found = exact.get(text[:-2])  # a code that was once a number
        return found or next((v for part, v in parts if part in text), None)

    return look


def folded(text: str) -> str:
    return "".join(narrow(text).casefold().split())


def no_value(header: str) -> Fault:
    return Fault("missing", Message("{header} is empty; a claim cannot be kept without it", {"header": header}))


def spoilt_number(cell: str) -> Fault:
    if len(cell) > LONGEST_NUMBER:
        message = Message("{cell} is too long for a number", {"cell": shown(cell)})
        return Fault("overlong_number", message)
    message = Message(
        "{cell} was rounded by a spreadsheet and its last digits are lost: export it again as text",
        {"cell": shown(cell)},
    )
    return Fault("rounded_number", message)


def after_import(cell: str) -> Fault:
    return Fault("future", Message("{cell} lies after the moment of import", {"cell": shown(cell)}))


def not_a_word(cell: str) -> Fault:
    message = Message(
        "{cell} is not in the mapping's table: add it there, or mend the cell", {"cell": shown(cell)}
    )
    return Fault("unknown_value", message)


def no_currency(cell: str) -> Fault:
    return Fault("no_currency", Message("{cell} is no currency code; write it like CNY", {"cell": shown(cell)}))


def taken_as(default: str) -> Message:
    return Message("not in the mapping's table, taken as {default}", {"default": default})


def blank_as(default: str) -> Message:
    return Message("blank, taken as {default}", {"default": default})


def refuse_negative(parsed: Parsed, cells: Texts) -> None:
    for at in np.flatnonzero(parsed.values < 0).tolist():
        message = Message("an estimate cannot be negative: {cell}", {"cell": shown(cells[at].as_py())})
        parsed.faults.setdefault(at, Fault("negative", message))


def rejected(row: int, faults: Sequence[tuple[str, Fault]], header: Sequence[str], cells: Sequence[str]) -> Reject:
    """A row as it is handed back, with every fault found in it."""
    names = [*header, *(f"+{i}" for i in range(1, len(cells) - len(header) + 1))]
    field, first = faults[0]
    return Reject(row, field, _together(faults), first.code, dict(zip(names, cells, strict=False)))


def _together(faults: Sequence[tuple[str, Fault]]) -> Message:
    if len(faults) == 1:
        return faults[0][1].message
    header = faults[1][0]
    rest = Message("{header}: {fault}", {"header": header, "fault": _together(faults[1:])})
    return Message("{first}; {rest}", {"first": faults[0][1].message, "rest": rest})
