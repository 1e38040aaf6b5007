"""Figures said of a place and of places in it, folded into one: what is said of the whole, or the sum of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """What is said last of one place.

    Attributes:
        place: region code; empty for the whole that is folded.
        value: a number that adds up.
        order: place in the order of time; of two the larger is the newer.
        row: what it rests on, handed through.
    """

    place: str
    value: Any
    order: int
    row: Any


@dataclass(frozen=True)
class Folded:
    """A value, the row it rests on, and where whole and parts do not fit: the two numbers and whose counts.

    ``order``: of the newest figure in it. ``apart``: (what the whole says, what the parts come to), or None.
    """

    value: Any
    row: Any
    order: int
    apart: tuple[Any, Any] | None = None


def fold(parts: Iterable[Part], above: Callable[[str], Sequence[str]]) -> Folded:
    """One value for the whole: the newest figure counts, and a part is never more than its whole.

    What is said of a whole after its parts corrects them, down as well as up; parts said after it can only
    raise it, for those nobody has named may be missing from their sum.

    Args:
        parts: one for each place, at least one.
        above: region code -> the places it lies in, the nearest first.
    """
    known = {one.place: one for one in parts}
    inside: dict[str, list[str]] = {}
    for place in known:
        if place:
            nearest = next((code for code in above(place) if code in known and code), "")
            inside.setdefault(nearest, []).append(place)
    return _folded("", known, inside)


def _folded(place: str, known: Mapping[str, Part], inside: Mapping[str, list[str]]) -> Folded:
    below = [_folded(one, known, inside) for one in inside.get(place, ())]
    whole = known.get(place)
    if not below:
        assert whole is not None, "a place is named by its own figure or by one of its parts"
        return Folded(whole.value, whole.row, whole.order)
    total, newest = sum(one.value for one in below), max(below, key=lambda one: one.order)
    deeper = next((one.apart for one in below if one.apart), None)
    if whole is None:
        return Folded(total, newest.row, newest.order, deeper)
    order = max(whole.order, newest.order)
    apart = (whole.value, total) if total > whole.value else deeper
    if whole.order > newest.order or whole.value >= total:
        return Folded(whole.value, whole.row, order, apart)
    return Folded(total, newest.row, order, apart)
