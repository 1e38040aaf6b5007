"""Which column of a file is which: header names compared as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from emergency.intake.columns import AMOUNTS, Column
from emergency.intake.faults import FileFault
from emergency.intake.mapping import ClaimMapping
from emergency.texts import Message

# Titles and notes may stand above the header; further down nobody looks for it.
HEADER_WITHIN = 20
MOST_COLUMNS = 2_000
_BRACKETS = re.compile(r"[(\[【].*[)\]】]$")
_UNIT_WORDS = {
    "万元": ("wan",),
    "亿元": ("yi",),
    "元": ("yuan", "whole"),
    "人民币元": ("yuan", "whole"),
    "分": ("minor",),
    "usd": ("usd", "whole"),
    "美元": ("usd", "whole"),
}


def normal(header: str) -> str:
    """A header without case, spaces, byte-order marks and full-width forms."""
    return "".join(
        c for c in unicodedata.normalize("NFKC", header).casefold() if not c.isspace() and c not in "\ufeff\u200b"
    )


def bare(header: str) -> str:
    """A normal header without a remark in brackets at its end, ``估损金额(元)`` -> ``估损金额``."""
    return _BRACKETS.sub("", normal(header)) or normal(header)


def said_unit(header: str) -> str:
    """The unit an amount's header names, ``估损金额(万元)`` or ``估损万元`` -> ``wan``; ``""`` where it names none."""
    said = normal(header).removeprefix(bare(header)).strip("()[]【】").removeprefix("单位:")
    ends = next((word for word in ("万元", "亿元", "元") if bare(header).endswith(word)), "")
    return _UNIT_WORDS.get(said or ends, ("",))[0]


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Header names for a table: blanks and repeats get their position."""
    seen: dict[str, int] = {}
    names = []
    for position, name in enumerate((h.strip() for h in header), 1):
        name = name or f"#{position}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} #{position}")
    return tuple(names)


def position(header: Sequence[str], wanted: str) -> int | None:
    """Where a header stands, its exact name before one with a remark.

    Raises:
        FileFault: two columns answer to it.
    """
    for form in (normal, bare):
        found = [i for i, h in enumerate(header) if form(h) == normal(wanted)]
        if len(found) > 1:
            raise FileFault(
                Message("two columns are headed {header}: rename or delete one of them", {"header": wanted})
            )
        if found:
            return found[0]
    return None


def positions(header: Sequence[str], column: Column) -> tuple[int, ...]:
    """Where a claim column's headers stand: the first alternative, or all parts of a sum or join."""
    found = [p for h in column.headers if (p := position(header, h)) is not None]
    return tuple(found[:1] if column.combine == "first" else found)


def find_header(records: Iterable[Sequence[str]], mapping: ClaimMapping) -> int | None:
    """Index of the first record that shows every header the mapping requires."""
    groups = [{normal(h) for h in group} for group in mapping.required_headers]
    for i, record in enumerate(records):
        if i >= HEADER_WITHIN:
            return None
        names = {form(h) for h in record for form in (normal, bare)}
        if all(group & names for group in groups):
            return i
    return None


def proves_encoding(header: Sequence[str], mapping: ClaimMapping) -> bool:
    """Whether a known header holds more than ASCII: in a wrong encoding it would not be known."""
    known = {normal(h) for c in mapping.columns.values() for h in c.headers}
    return any(not h.isascii() and (normal(h) in known or bare(h) in known) for h in header)


def checked(header: Sequence[str], mapping: ClaimMapping) -> tuple[str, ...]:
    """The header as a table's column names, if the mapping can be sure what each of them is.

    Raises:
        FileFault: too many columns; two answer to one name the mapping reads; a header names another unit
            than the mapping, ``估损金额(万元)`` where that says yuan.
    """
    check_width(header)
    for column in mapping.columns.values():
        found = positions(header, column)
        for rule in column.rules:
            for wanted in (*rule.filled, rule.as_of):
                position(header, wanted)
        for i in found if column.name in AMOUNTS else ():
            said = normal(header[i]).removeprefix(bare(header[i])).strip("()[]【】").removeprefix("单位:")
            if column.unit not in _UNIT_WORDS.get(said, (column.unit,)):
                raise FileFault(_unit_differs(header[i], said, mapping.name, column.unit))
    return _unique(header)


def check_width(header: Sequence[str]) -> None:
    """No list of claims is thousands of columns wide.

    Raises:
        FileFault: this one is.
    """
    if len(header) > MOST_COLUMNS:
        raise FileFault(
            Message(
                "the file has {found} columns; {limit} are the most: delete those that are not needed",
                {"found": len(header), "limit": MOST_COLUMNS},
            )
        )


def _unit_differs(header: str, said: str, mapping: str, unit: str) -> Message:
    return Message(
        "column {header} is in {said}, but mapping {mapping} reads it in {unit}: make them agree",
        {"header": header, "said": said, "mapping": mapping, "unit": unit},
    )


def no_header(mapping: ClaimMapping, seen: Sequence[str]) -> Message:
    """What was looked for and what was found instead."""
    wanted = "; ".join(" / ".join(group) for group in mapping.required_headers)
    found = ", ".join(h[:40] for h in seen[:40] if h.strip()) or "—"
    return Message(
        "no header row of mapping {mapping} was found. Looked for: {wanted}. First row of the file: {found}",
        {"mapping": mapping.name, "wanted": wanted, "found": found},
    )
