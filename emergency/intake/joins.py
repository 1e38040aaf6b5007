"""What a file spreads over several columns: a place over province, city and street, a time over day and clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emergency.intake.columns import INSTANTS
from emergency.intake.headers import bare, normal, tidy
from emergency.intake.moments import clock

DETAIL = "detail"
# Most cells of a column of clocks are one; some are left empty or say "morning".
_CLOCKS = 0.8

Cells = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Joins:
    """How the parts of a place and of a time are headed.

    Attributes:
        places: orders of parts, each part -> headers; ``detail`` is where the place's own column stands.
        of: what may stand before the name of a part, ``出险`` before ``市``.
        moments: words for a day or a time of day; what is left of a header without them says of what it is.
    """

    places: Sequence[Mapping[str, Sequence[str]]] = ()
    of: Sequence[str] = ()
    moments: Sequence[str] = field(default_factory=tuple)


def joined(
    joins: Joins, signs: Mapping[str, Sequence[Sequence[str]]], taken: Mapping[str, str], cells: Cells
) -> dict[str, tuple[str, ...]]:
    """Claim column -> the headers it is joined from, in order; only columns joined from several.

    Args:
        signs: column -> groups of parts of a header, as in `emergency.intake.propose.Names`.
        taken: claim column -> the one header it has been given.
        cells: header -> what stands under it.
    """
    used = {header for column, header in taken.items() if column != "place"}
    found = {}
    place = _place(joins, taken.get("place", ""), [h for h in cells if h not in used], cells)
    if len(place) > 1:
        found["place"] = place
    free = [h for h in cells if h not in used and h not in place and h != taken.get("place")]
    for column in INSTANTS:
        if column in taken:
            clocks = [h for h in free if are_clocks(cells[h])]
            at = _clock_of(joins, signs.get(column, ()), taken[column], clocks, list(cells))
            if at:
                found[column] = (taken[column], at)
                free.remove(at)
    return found


def _place(joins: Joins, place: str, free: Sequence[str], cells: Cells) -> tuple[str, ...]:
    """The longest of the orders that this file has."""
    ways = [_parts(order, joins.of, place, free, cells) for order in joins.places]
    return max(ways, key=len, default=())


def _parts(
    order: Mapping[str, Sequence[str]], of: Sequence[str], place: str, free: Sequence[str], cells: Cells
) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for part, spelt in order.items():
        known = {tidy(name) for name in spelt}
        at = (h for h in free if h not in found.values() and _core(h, of) in known and _in_words(cells[h]))
        if header := next(at, ""):
            found[part] = header
    if place and place not in found.values():
        found[DETAIL] = place  # a street is the place's own column, however it is headed
    return tuple(found[part] for part in order if part in found)


def _core(header: str, of: Sequence[str]) -> str:
    """A header without what it is the place of: ``出险地_所在市`` -> ``市``."""
    text = tidy(bare(header))
    while cut := next((word for word in of if text.startswith(tidy(word)) and len(text) > len(tidy(word))), ""):
        text = text.removeprefix(tidy(cut))
    return text


def _in_words(values: Sequence[str]) -> bool:
    return sum(not value.isdigit() for value in values) > len(values) / 2


def are_clocks(values: Sequence[str]) -> bool:
    """Whether cells are times of day."""
    return bool(values) and sum(bool(clock(value)) for value in values) >= _CLOCKS * len(values)


def _clock_of(
    joins: Joins, signs: Sequence[Sequence[str]], day: str, clocks: Sequence[str], order: Sequence[str]
) -> str:
    """The column with the time of a day: of the same event by its header, or just "time" right behind the day."""
    of_what = _event(day, joins.moments)
    same = [h for h in clocks if _event(h, joins.moments) == of_what != ""]
    alike = [h for h in clocks if signs and any(normal(sign) in _event(h, joins.moments) for sign in signs[0])]
    behind = order[order.index(day) + 1 : order.index(day) + 2]
    bare_ones = [h for h in clocks if not _event(h, joins.moments) and (h in behind or not of_what)]
    return next(iter([*same, *alike, *bare_ones]), "")


def _event(header: str, moments: Sequence[str]) -> str:
    """What is left of a header without its words for day and time: ``出险`` of ``出险日期`` and ``出险钟点``."""
    text = tidy(bare(header))
    for word in sorted(map(tidy, moments), key=len, reverse=True):
        text = text.replace(word, "", 1) if word in text and (not word.isascii() or len(word) > 2) else text
        text = text.removesuffix(word) if word.isascii() else text
    return text.removeprefix("of").removesuffix("of").removesuffix("的")
