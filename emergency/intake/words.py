"""Words of a column to values of the claim, and what is said of a row that will not do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emergency.intake.accounts import Reject
from emergency.intake.cells import Parsed, Texts, narrow, shown
from emergency.intake.columns import Column
from emergency.intake.faults import Fault
from emergency.texts import N_, Message

LONGEST_NUMBER = 200
# A long number that a spreadsheet has turned into 2.02107E+13: its last digits are gone for good.
LOST = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
BETWEEN = re.compile(r"[,;/\s、|]+")
NO_CODE = Message("not a region code of the expected length: kept as text of the place")
HALF = Message("only one of longitude and latitude is given: taken as no coordinates")
NULL = Message("coordinates 0, 0: taken as no coordinates")

# Line, status or channel -> what it is called.
SPOKEN: Mapping[str, str] = {
    "motor": N_("motor"),
    "property": N_("property"),
    "home": N_("home"),
    "agriculture": N_("agriculture"),
    "engineering": N_("engineering"),
    "marine": N_("marine"),
    "liability": N_("liability"),
    "personal_injury": N_("personal injury"),
    "health": N_("health"),
    "reported": N_("reported"),
    "registered": N_("registered"),
    "surveyed": N_("surveyed"),
    "assessed": N_("assessed"),
    "approved": N_("approved"),
    "paid": N_("paid out"),
    "closed": N_("closed"),
    "cancelled": N_("cancelled"),
    "declined": N_("denied"),
    "phone": N_("phone"),
    "app": N_("app"),
    "wechat": N_("WeChat"),
    "web": N_("web page"),
    "branch": N_("branch office"),
    "agent": N_("agent"),
    "api": N_("interface"),
    "import": N_("file"),
    "unknown": N_("unknown"),
}

FORMULA = "#FORMULA!"  # as the child that unpacks workbooks marks it
UNSAVED = Fault(
    "formula",
    Message(
        "the cell holds a formula whose result was not saved: open the file in Excel, let it reckon, save it, "
        "and import it again; or write the result into the cell"
    ),
)


def without_formulas(cells: Texts) -> tuple[Texts, list[int]]:
    """Cells without those whose formula was never reckoned, which become blank, and where these stand."""
    if pc.index(cells, FORMULA).as_py() < 0:
        return cells, []
    marked = pc.equal(cells, FORMULA)
    return pc.if_else(marked, "", cells), np.flatnonzero(np.array(marked, dtype=bool)).tolist()


def joined(parts: Sequence[Texts], between: str = " ") -> Texts:
    """Texts put side by side, blanks left out."""
    blank = [pc.equal(p, "") for p in parts]
    filled = [pc.if_else(empty, pa.scalar(None, pa.string()), p) for empty, p in zip(blank, parts, strict=True)]
    # pyarrow 26 leaves a row out of the answer when there is nothing at all to join in it.
    filled[0] = pc.if_else(reduce(pc.and_, blank), "", filled[0])
    return pc.binary_join_element_wise(*filled, between, null_handling="skip")


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
    return Message("not in the mapping's table, taken as {default}", {"default": _spoken(default)})


def blank_as(default: str) -> Message:
    return Message("blank, taken as {default}", {"default": _spoken(default)})


def _spoken(value: str) -> Message | str:
    """A value of a claim in words, where it is one of a list."""
    return Message(SPOKEN[value]) if value in SPOKEN else value


def refuse_negative(parsed: Parsed, cells: Texts) -> None:
    for at in np.flatnonzero(parsed.values < 0).tolist():
        message = Message("an estimate cannot be negative: {cell}", {"cell": shown(cells[at].as_py())})
        parsed.faults.setdefault(at, Fault("negative", message))


def rejected(row: int, faults: Sequence[tuple[str, Fault]], header: Sequence[str], cells: Sequence[str]) -> Reject:
    """A row as it is handed back, with every fault found in it."""
    names = [*header, *(f"+{i}" for i in range(1, len(cells) - len(header) + 1))]
    unsaved = {field for field, fault in faults if fault is UNSAVED}
    # That such a cell is empty besides says nothing new.
    faults = [found for found in faults if found[0] not in unsaved or found[1] is UNSAVED]
    field, first = faults[0]
    return Reject(row, field, _together(faults), first.code, dict(zip(names, cells, strict=False)))


def _together(faults: Sequence[tuple[str, Fault]]) -> Message:
    if len(faults) == 1:
        return faults[0][1].message
    header = faults[1][0]
    rest = Message("{header}: {fault}", {"header": header, "fault": _together(faults[1:])})
    return Message("{first}; {rest}", {"first": faults[0][1].message, "rest": rest})
