"""What stands against a list of people and goods beyond the form of its cells, each with its row and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.allocation.pool import LANGUAGES
from emergency.domain.pool_difference import Key, counted
from emergency.domain.staffing import ORIGINS
from emergency.domain.stock_ledger import Balance
from emergency.library.faults import Fault
from emergency.library.pool_sheet import PoolSheet
from emergency.library.pools import MORE_THAN_THERE, Pool, PoolAdjuster
from emergency.service.asking import unknown_languages
from emergency.service.context import Context
from emergency.service.people_entry import SAME_NAME, SAME_NUMBER, UNKNOWN_LANGUAGE, folded_words
from emergency.service.pool_words import TABLES, folded
from emergency.texts import N_, Message, speaker

NO_REGION = N_("{value} is no region of the map {map}; use the code of the county or city, as in the other rows")
NO_TURN = N_("{value} is no turn; use one of {known}")
TOO_FEW = N_(
    "{total} are fewer than the {committed} committed, {in_transit} in transit and {out} out of service; enter first"
    " what came back, under Requests for goods, or count them in"
)
OTHERWISE = N_("{value} is written {known} in the pool; write it the same, or the same one is there twice")
FEWER_THAN_LISTED = N_(
    "{total} are fewer than the {count} that are listed by number under pieces and batches; mend the total, or take"
    " those that are gone off that list"
)
LONG_OVER = N_("{value} is long past, a slip of the hand or of the spreadsheet; enter their last day here")
LONG_AGO = timedelta(days=365)  # house rule
Before = Mapping[str, Mapping[Key, Mapping[str, str]]]


def check(
    ctx: Context, found: Pool, sheets: Mapping[str, PoolSheet], before: Before, balances: Mapping[Key, Balance]
) -> None:
    """Add what is found to the faults of the sheets.

    Args:
        balances: (depot, kind) -> what stands there now.
    """
    lines = {name: _lines(name, sheet) for name, sheet in sheets.items()}
    for name, sheet in sheets.items():
        _spelt_otherwise(name, sheet, before[name])
    for base in found.bases:
        if base.region and not ctx.regions.known(base.region):
            gaps = {"value": repr(base.region), "map": ctx.profile.region_set}
            sheets["bases"].fault(lines["bases"].get((base.base_id,), 0), "region", NO_REGION, **gaps)
    _fewer_than_listed(sheets, lines["stock"], before)
    _people(ctx, found.adjusters, sheets["adjusters"], lines["adjusters"], before["adjusters"])
    for row in found.stock:
        line, was = lines["stock"].get((row.depot, row.kind), 0), balances.get((row.depot, row.kind), Balance())
        try:
            counted(row.depot, row.kind, was, row.total, row.out_of_service)
        except ValueError:
            there = {"committed": was.committed, "in_transit": was.in_transit, "out": row.out_of_service}
            sheets["stock"].fault(line, "total", TOO_FEW, total=row.total, **there)


def _fewer_than_listed(sheets: Mapping[str, PoolSheet], lines: Mapping[Key, int], before: Before) -> None:
    """Pieces that the list leaves as they were are not too many: the total that it lowers is too low."""
    items, kept, moved = sheets["items"], list[Fault](), dict[Key, Mapping[str, Any]]()
    touched = {(row["depot"], row["kind"]) for _, row in items.rows if not _as_before(row, before["items"])}
    for fault in items.faults:
        place: Key = tuple(str(fault.message.values.get(gap, "")) for gap in ("depot", "kind"))
        if fault.message.id == MORE_THAN_THERE and lines.get(place) and place not in touched:
            moved[place] = fault.message.values  # the last of a place counts them all
        else:
            kept.append(fault)
    items.faults[:] = kept
    for place, gaps in moved.items():
        sheets["stock"].fault(lines[place], "total", FEWER_THAN_LISTED, total=gaps["total"], count=gaps["count"])


def _as_before(row: Mapping[str, str], before: Mapping[Key, Mapping[str, str]]) -> bool:
    was = before.get((row["kind"], row["item"]), {})
    return all(was.get(column) == row[column] for column in ("depot", "count"))


def _lines(name: str, sheet: PoolSheet) -> dict[Key, int]:
    return {tuple(row[column] for column in TABLES[name].key): line for line, row in sheet.rows}


def _spelt_otherwise(name: str, sheet: PoolSheet, before: Mapping[Key, Mapping[str, str]]) -> None:
    """P-1 and p-1 are one number to whoever reads a list."""
    last = TABLES[name].key[-1]
    if last == "kind":
        return
    known = {(*key[:-1], folded(key[-1])): key[-1] for key in before}
    for line, row in sheet.rows:
        key = tuple(row[column] for column in TABLES[name].key)
        own = known.get((*key[:-1], folded(key[-1])), key[-1])
        if key not in before and own != key[-1]:
            sheet.fault(line, last, OTHERWISE, value=repr(key[-1]), known=repr(own))


def _people(
    ctx: Context,
    people: Iterable[PoolAdjuster],
    sheet: PoolSheet,
    lines: Mapping[Key, int],
    before: Mapping[Key, Mapping[str, str]],
) -> None:
    everyone = list(people)
    turns = ctx.content.library.staffing().patterns
    odd = {text: unknown_languages(text, _spoken(before)) for text in {one.language for one in everyone}}
    for one in everyone:
        line = lines.get((one.adjuster_id,), 0)
        if one.pattern and one.pattern not in turns:
            words = "、".join(turn.title.get("zh") or name for name, turn in turns.items())
            sheet.fault(line, "pattern", NO_TURN, value=repr(one.pattern), known={"en": ", ".join(turns), "zh": words})
        if _long_over(ctx, one, before.get((one.adjuster_id,))):
            sheet.fault(line, "lent_until", LONG_OVER, value=one.lent_until)
        for language in odd[one.language][:1]:
            sheet.fault(line, "language", UNKNOWN_LANGUAGE, language=language, known=_languages())
    _twins(everyone, sheet, lines, before)


def _long_over(ctx: Context, one: PoolAdjuster, was: Mapping[str, str] | None) -> bool:
    """Whether somebody is entered anew as here until a day of long ago; a day that stood there may stay."""
    today = ctx.now().astimezone(ZoneInfo(ctx.profile.timezone)).date()
    try:
        day = date.fromisoformat(one.lent_until)
    except ValueError:
        return False  # none, or no day, and that is a fault already
    return day < today - LONG_AGO and (was is None or was["lent_until"] != one.lent_until)


def _spoken(before: Mapping[Key, Mapping[str, str]]) -> set[str]:
    return {row["language"] for row in before.values()}


def _languages() -> dict[str, str]:
    said = {"en": speaker("en"), "zh": speaker("zh_CN")}
    return {key: say(", ").join(f"{c} {say(n)}" for c, n in LANGUAGES.items()) for key, say in said.items()}


def _twins(
    everyone: Iterable[PoolAdjuster],
    sheet: PoolSheet,
    lines: Mapping[Key, int],
    before: Mapping[Key, Mapping[str, str]],
) -> None:
    """Nobody is on the roster twice, see `emergency.service.people_entry`; who stood there before may stay."""
    numbers: dict[str, PoolAdjuster] = {}
    names: dict[tuple[str, str], list[PoolAdjuster]] = {}

    def kept(one: PoolAdjuster) -> bool:
        was = before.get((one.adjuster_id,))
        return was is not None and _identity(was) == _identity(vars(one))

    # Those who stay who they were come first, so that the other row is the one that is said to be too many.
    for one in sorted(everyone, key=lambda p: (not kept(p), lines.get((p.adjuster_id,), 0))):
        number, *who = _identity(vars(one))
        line, name = lines.get((one.adjuster_id,), 0), (who[0], who[1])
        other = numbers.get(number) if number else None
        alike = next((o for o in names.get(name, ()) if not (number and o.registration)), None)
        if other is not None and not kept(one):
            sheet.fault(line, "registration", SAME_NUMBER, **_gaps(other))
        elif alike is not None and not kept(one):
            sheet.fault(line, "name", SAME_NAME, **_gaps(alike))
        numbers.setdefault(number, one)
        names.setdefault(name, []).append(one)


def _identity(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return folded_words(row["registration"]), folded_words(row["name"]), folded_words(row["lender"])


def _gaps(other: PoolAdjuster) -> dict[str, object]:
    sender = other.lender or Message(ORIGINS.get(other.origin, other.origin))
    return {"id": other.adjuster_id, "name": other.name, "sender": sender, "number": other.registration}
