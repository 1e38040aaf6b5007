"""Slots that nothing tells apart: one supply each.

The unit is a slot, not a person: an adjuster with two slots standing in two
cells has one slot in each of two groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from emergency.domain.allocation.eligibility import Bools, Eligibility, Ints
from emergency.domain.allocation.pool import LANGUAGES, Adjuster, Cell, Wishes
from emergency.texts import Message

NOWHERE = -1


@dataclass(frozen=True)
class BrokenPin:
    """A pin that cannot hold, and why."""

    cell_id: str
    adjuster_id: str  # "" for an at-least pin
    code: str
    reason: Message


class Group(NamedTuple):
    """Slots of one profile with the same standing cell and the same must pin (cell numbers, -1 = none)."""

    profile: int
    standing: int
    must: int


@dataclass(frozen=True, eq=False)
class Groups:
    """All groups, each with the adjusters (numbers in the ordered pool) whose slots it holds, one per slot."""

    keys: tuple[Group, ...]
    members: tuple[tuple[int, ...], ...]
    broken: tuple[BrokenPin, ...]  # must pins no slot could even be put under
    posts: Ints  # (cells,) the number of each cell's post

    def stays(self, standing: Ints, columns: Ints) -> Bools:
        """Whether a slot that stands in one cell (-1 = none) is in the same post in another; arrays of one length."""
        if not len(self.posts):
            return np.zeros(len(standing), dtype=bool)
        found: Bools = (standing != NOWHERE) & (self.posts[standing] == self.posts[columns])
        return found

    @cached_property
    def profile(self) -> Ints:
        return np.array([key.profile for key in self.keys], dtype=np.int64)

    @cached_property
    def standing(self) -> Ints:
        return np.array([key.standing for key in self.keys], dtype=np.int64)

    @cached_property
    def must(self) -> Ints:
        return np.array([key.must for key in self.keys], dtype=np.int64)

    @cached_property
    def supply(self) -> Ints:
        return np.array([len(members) for members in self.members], dtype=np.int64)


def grouped(pool: tuple[Adjuster, ...], cells: tuple[Cell, ...], able: Eligibility, wishes: Wishes) -> Groups:
    """Sort every slot of the ordered pool into its group; members stay in the order of their ids."""
    number = {cell.cell_id: column for column, cell in enumerate(cells)}
    members: dict[Group, list[int]] = {}
    broken: list[BrokenPin] = []
    plain = not wishes.must and not wishes.incumbent
    for person, profile in enumerate(able.profile_of.tolist()):
        adjuster = pool[person]
        if plain:
            slots = [(NOWHERE, NOWHERE)] * adjuster.slots
        else:
            pins, refused = _holdable(adjuster, profile, cells, number, able, wishes)
            broken += refused
            slots = list(_slots(adjuster, pins, number, wishes.incumbent))
        for standing, must in slots:
            members.setdefault(Group(profile, standing, must), []).append(person)
    posts = {name: n for n, name in enumerate(dict.fromkeys(cell.post or cell.cell_id for cell in cells))}
    numbers = np.array([posts[cell.post or cell.cell_id] for cell in cells], dtype=np.int64)
    return Groups(tuple(members), tuple(tuple(m) for m in members.values()), tuple(broken), numbers)


def _slots(
    adjuster: Adjuster,
    pins: list[int],
    number: Mapping[str, int],
    incumbent: Mapping[str, tuple[tuple[str, int], ...]],
) -> Iterator[tuple[int, int]]:
    """(standing cell, must cell) of each slot. A standing plan longer than the slots left is cut.

    A must pin takes a slot that stands in its cell, else one that stands nowhere, else the last one.
    """
    placed = incumbent.get(adjuster.adjuster_id, ())
    standing = list(chain.from_iterable([number[cell]] * slots for cell, slots in placed))[: adjuster.slots]
    standing += [NOWHERE] * (adjuster.slots - len(standing))
    for pin in sorted(pins, key=lambda cell: cell not in standing):
        taken = pin if pin in standing else NOWHERE if NOWHERE in standing else standing[-1]
        standing.remove(taken)
        yield taken, pin
    for cell in standing:
        yield cell, NOWHERE


def _holdable(
    adjuster: Adjuster,
    profile: int,
    cells: tuple[Cell, ...],
    number: Mapping[str, int],
    able: Eligibility,
    wishes: Wishes,
) -> tuple[list[int], list[BrokenPin]]:
    """The must pins of a person that a slot can be put under, and the others with their reasons."""
    held: list[int] = []
    broken: list[BrokenPin] = []
    for cell_id in wishes.must.get(adjuster.adjuster_id, ()):
        column = number[cell_id]
        bar = barrier(adjuster.adjuster_id, profile, cells[column], column, able)
        if bar is None and len(held) == adjuster.slots:
            gaps = {"id": adjuster.adjuster_id, "slots": adjuster.slots}
            bar = "no_slot_left", Message("{id} has {slots} slots, all under other pins", gaps)
        if bar:
            broken.append(BrokenPin(cell_id, adjuster.adjuster_id, *bar))
        else:
            held.append(column)
    return held, broken


def barrier(adjuster_id: str, profile: int, cell: Cell, column: int, able: Eligibility) -> tuple[str, Message] | None:
    """The first test that keeps this person from a cell, as (code, sentence); None = may serve."""
    who = {"id": adjuster_id, "cell": cell.cell_id}
    if not able.skilled[profile, column]:
        return "no_skill", Message("{id} lacks the skill {line}", {**who, "line": Message(cell.line)})
    if not able.licensed[profile, column]:
        return "no_licence", Message("{id} holds no licence {licence}", {**who, "licence": cell.licence})
    if not able.speaks[profile, column]:
        told = {**who, "language": Message(LANGUAGES.get(cell.language, cell.language))}
        return "no_language", Message("{id} does not speak {language}", told)
    if not able.at_home[profile, column]:
        home = {**who, "region": cell.region}
        return "not_at_home", Message("{id} is not based in {region}, where the reserve is held", home)
    minutes = int(able.minutes[profile, column])
    if minutes < 0:
        return "no_way", Message("{id} has no way to {region}", {**who, "region": cell.region})
    if not able.within[profile, column]:
        gaps = {**who, "minutes": minutes, "region": cell.region}
        return "beyond_duty_limit", Message(
            "{id} would travel {minutes} minutes to {region}, beyond the duty limit", gaps
        )
    if able.forbidden[profile, column]:
        return "forbidden", Message("a pin keeps {id} out of {cell}", who)
    return None
