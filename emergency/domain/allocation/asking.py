"""What a cell asks of people beyond line and licence: authority for large losses, a language somebody asked for.

A cell is parted into cells of one post. Slots are not made more by that: a slot of large losses has room left, and
the lightest of the other claims fill it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from emergency.domain.allocation.demand import Weights, slot_worths
from emergency.domain.allocation.pool import Cell

Weighed = Iterable[tuple[int, int]]  # (weight, claims)


def amounts_that_matter(limits: Iterable[int | None]) -> tuple[int, ...]:
    """The amounts above which fewer of these people may settle, rising; None = no limit."""
    return tuple(sorted({limit for limit in limits if limit is not None}))


def beyond_everybody(limits: Iterable[int | None]) -> int | None:
    """The amount above which none of these people may settle; None where somebody has no limit, or nobody is there."""
    said = set(limits)
    return None if None in said else max((limit for limit in said if limit is not None), default=None)


def by_authority(
    cell: Cell,
    above: Mapping[int, Weighed],
    plain: Weighed,
    visits: int,
    scale: Weights,
    currency: str,
    beyond: int | None = None,
) -> tuple[Cell, ...]:
    """The cell parted by the authority its claims ask for, the largest losses first, what is left over last.

    Args:
        above: amount in minor units -> claims that lie above it and not above the next one; plain: all others.
            Together they are the claims of the cell.
        visits: claims one person visits in a shift.
        beyond: the amount above which nobody may settle. Such a loss goes up whoever looks at it, so its referral
            is no price of sending one and not another, and is not counted in minutes.
    """
    piles = [(amount, _sorted(above[amount])) for amount in sorted(above, reverse=True)]
    rest, left, found = _sorted(plain), cell.slots, []
    for number, (amount, pile) in enumerate(piles):
        large = _count(pile)
        if not large or not left:
            continue
        slots = min(-(-large // visits), left)
        fill = _lightest([rest, *(p for _, p in reversed(piles[number + 1 :]))], slots * visits - large)
        worths = slot_worths([*pile, *fill], visits, slots, scale)
        referral = 0 if amount == beyond else -(-large * scale.referral // slots)
        part = _part(cell, _mark(amount), slots, worths)
        found.append(replace(part, above_minor=amount, currency=currency, referral_minutes=referral))
        left -= slots
    if not found:
        return (cell,)
    worths = slot_worths(rest, visits, left, scale)
    return (*found, replace(cell, slots=left, worths=worths)) if left else tuple(found)


def with_language(cells: Collection[Cell], language: str, people: int) -> tuple[Cell, ...]:
    """So many slots of the cells of one post are for people who speak a language: the dearest of the plain ones
    first, then those of large losses. Where fewer are asked than that, all of them."""
    found, left = [], people
    for cell in sorted(cells, key=lambda c: (bool(c.language), -1 if c.above_minor is None else c.above_minor)):
        taken = 0 if cell.language else min(left, cell.slots)
        left -= taken
        if taken:
            first, later = _cut(cell.worths, taken)
            mark = cell.cell_id.removeprefix(cell.post or cell.cell_id)
            found.append(replace(_part(cell, f"{mark}+{language}", taken, first), language=language))
            if taken < cell.slots:
                found.append(replace(cell, slots=cell.slots - taken, worths=later))
        else:
            found.append(cell)
    return tuple(sorted(found, key=lambda c: c.cell_id))


def _part(cell: Cell, mark: str, slots: int, worths: tuple[tuple[int, int], ...]) -> Cell:
    post = cell.post or cell.cell_id
    return replace(cell, cell_id=post + mark, post=post, slots=slots, worths=worths)


def _mark(amount_minor: int) -> str:
    return f"@{amount_minor / 100:.2f}".removesuffix(".00")


def _sorted(weights: Weighed) -> list[tuple[int, int]]:
    return sorted((weight, claims) for weight, claims in weights if claims)


def _count(pile: Weighed) -> int:
    return sum(claims for _, claims in pile)


def _lightest(piles: Iterable[list[tuple[int, int]]], room: int) -> list[tuple[int, int]]:
    """The lightest claims of the piles, one pile after another, taken out of them until there is no room."""
    taken = []
    for pile in piles:
        while pile and room:
            weight, claims = pile.pop(0)
            some = min(claims, room)
            taken.append((weight, some))
            room -= some
            if claims > some:
                pile.insert(0, (weight, claims - some))
    return taken


def _cut(worths: tuple[tuple[int, int], ...], slots: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """(worths of the first so many slots, worths of the others); the last one listed goes on for ever."""
    first, later, left = [], [], slots
    for count, minutes in worths:
        taken = min(count, left)
        left -= taken
        first += [(taken, minutes)] if taken else []
        later += [(count - taken, minutes)] if count > taken else []
    return tuple(first), tuple(later) or worths[-1:]
