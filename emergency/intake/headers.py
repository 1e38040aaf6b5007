"""Which column of a file is which: header names compared as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from emergency.intake.columns import AMOUNTS, Column
from emergency.intake.faults import FileFault
from emergency.intake.mapping import ClaimMapping
from emergency.intake.systems import other_system, said_system
from emergency.intake.units import Around, contradiction, differs, unit_in
from emergency.texts import Message

# Titles and notes may stand above the header; further down nobody looks for it.
HEADER_WITHIN = 20
MOST_COLUMNS = 2_000
# How the points of GeoJSON are headed once they are unpacked; see `emergency.intake.guarded_child`.
GEOMETRY = {"lon": "longitude", "lat": "latitude"}
NOTHING = Around()
_BRACKETS = re.compile(r"[(\[【].*[)\]】]$")
# Of a claim's own money; what a policy says (保额, 免赔额, 保费) is none.
_MONEY = re.compile(r"(?<!保险)金额$|赔款$|^估损|估损$|^estimatedloss$|^paidamount$|^amount$")
_COUNTED = re.compile(r"^[(\[【]?\d{1,2}[)\]】]?[.、)]|^[*★]+")
_SIGNS_BETWEEN = re.compile(r"[_\-./:,;、·*|'\"]")


def normal(header: str) -> str:
    """A header without case, spaces, byte-order marks and full-width forms."""
    return "".join(
        c for c in unicodedata.normalize("NFKC", header).casefold() if not c.isspace() and c not in "\ufeff\u200b"
    )


def bare(header: str) -> str:
    """A normal header without a remark in brackets at its end, ``估损金额(元)`` -> ``估损金额``."""
    return _BRACKETS.sub("", normal(header)) or normal(header)


def tidy(header: str) -> str:
    """A normal header without the signs that part words or mark cells, ``*1.Claim_No:``; ``Claim #`` is its number."""
    return _SIGNS_BETWEEN.sub("", _COUNTED.sub("", normal(header)).replace("#", "no"))


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


def unread_amounts(header: Sequence[str], mapping: ClaimMapping) -> tuple[str, ...]:
    """Headers that plainly hold amounts and that no column of the mapping reads."""
    read = {at for column in mapping.columns.values() for at in positions(header, column)}
    return tuple(h for i, h in enumerate(header) if i not in read and (unit_in(h) or _MONEY.search(normal(h))))


def with_geometry(mapping: ClaimMapping, header: Sequence[str], kind: str) -> ClaimMapping:
    """The mapping of a JSON file, which takes the points of GeoJSON where no column it names holds coordinates."""
    named = [c for name in ("lon", "lat") if (c := mapping.columns.get(name)) and positions(header, c)]
    points = {name: Column(name, headers=(said,)) for name, said in GEOMETRY.items()}
    if kind != "json" or named or not all(positions(header, column) for column in points.values()):
        return mapping
    return replace(mapping, columns={**mapping.columns, **points})


def find_header(records: Iterable[Sequence[str]], mapping: ClaimMapping) -> int | None:
    """Index of the first record that shows every header the mapping requires."""
    groups = [{normal(h) for h in group} for group in mapping.required_headers]
    for i, record in enumerate(records):
        if i >= HEADER_WITHIN:
            return None
        names = {form(h) for h in set(record) for form in (normal, bare)}
        if all(group & names for group in groups):
            return i
    return None


def proves_encoding(header: Sequence[str], mapping: ClaimMapping) -> bool:
    """Whether a known header holds more than ASCII: in a wrong encoding it would not be known."""
    known = {normal(h) for c in mapping.columns.values() for h in c.headers}
    return any(not h.isascii() and (normal(h) in known or bare(h) in known) for h in header)


def checked(header: Sequence[str], mapping: ClaimMapping, around: Around = NOTHING) -> tuple[str, ...]:
    """The header as a table's column names, if the mapping can be sure what each of them is.

    Raises:
        FileFault: too many columns; two answer to one name the mapping reads; the file states another unit
            than the mapping, in a header, ``估损金额(万元)`` where that says yuan, or in a line over it; a header
            names another system of coordinates, ``经度(GCJ-02)``.
    """
    check_width(header)
    for column in mapping.columns.values():
        found = positions(header, column)
        for rule in column.rules:
            for wanted in (*rule.filled, rule.as_of):
                position(header, wanted)
        for i in found if column.name in AMOUNTS else ():
            currency = "" if "currency" in mapping.columns else mapping.currency
            if against := contradiction(header[i], i, around, column.unit, currency):
                raise FileFault(differs(header[i], *against, mapping.name, column.unit))
        for i in found if column.name in ("lon", "lat") else ():
            if said_system([header[i]]) not in ("", mapping.coordinates):
                raise FileFault(other_system(header[i], mapping.name, mapping.coordinates))
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


def wanted(mapping: ClaimMapping) -> str:
    """The headers a file must show, the alternatives of each together."""
    return "; ".join(" / ".join(group) for group in mapping.required_headers)


def no_header(mapping: ClaimMapping, seen: Sequence[str]) -> Message:
    """What was looked for and what was found instead."""
    found = ", ".join(h[:40] for h in seen[:40] if h.strip()) or "—"
    return Message(
        "no header row of mapping {mapping} was found. Looked for: {wanted}. First row of the file: {found}",
        {"mapping": mapping.name, "wanted": wanted(mapping), "found": found},
    )
