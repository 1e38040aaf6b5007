"""Who may serve which cell, and which test stands in the way.

People alike in base, skills, licences and pins against them share one profile;
skills and licences nobody asks for are left out, so profiles are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import Adjuster, Cell
from emergency.domain.allocation.travel import Minutes, Travel, travel_matrix

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Profile:
    """What decides where a person may go."""

    base_region: str
    skills: frozenset[str]
    licences: frozenset[str]
    forbidden: frozenset[str] = frozenset()  # cells closed by a must_not pin

    def __str__(self) -> str:
        sets = (self.skills, self.licences, self.forbidden)
        return "|".join([self.base_region, *(";".join(sorted(s)) for s in sets)])


@dataclass(frozen=True, eq=False)
class Eligibility:
    """The tests of every profile against every cell; arrays have shape (profiles, cells)."""

    profiles: tuple[Profile, ...]
    profile_of: Ints  # (adjusters,)
    skilled: Bools
    licensed: Bools
    minutes: Minutes  # -1 = no way
    within: Bools  # there is a way, inside the duty limit
    forbidden: Bools

    @cached_property
    def may(self) -> Bools:
        return self.skilled & self.licensed & self.within & ~self.forbidden

    @cached_property
    def people(self) -> Ints:
        """Head-count of each profile."""
        return np.bincount(self.profile_of, minlength=len(self.profiles)).astype(np.int64)


def profile_of(
    adjuster: Adjuster, cells_lines: frozenset[str], cells_licences: frozenset[str], closed: frozenset[str]
) -> Profile:
    return Profile(adjuster.base_region, adjuster.skills & cells_lines, adjuster.licences & cells_licences, closed)


def eligibility(
    pool: tuple[Adjuster, ...],
    cells: tuple[Cell, ...],
    travel: Travel,
    policy: Policy,
    must_not: Mapping[str, frozenset[str]],
) -> Eligibility:
    """Test every profile of the pool against every cell; both in the order given."""
    lines, licences = frozenset(c.line for c in cells), frozenset(c.licence for c in cells)
    numbers: dict[Profile, int] = {}
    no_cells: frozenset[str] = frozenset()
    found = [
        numbers.setdefault(profile_of(a, lines, licences, must_not.get(a.adjuster_id, no_cells)), len(numbers))
        for a in pool
    ]
    profiles = tuple(numbers)
    minutes = _minutes(profiles, cells, travel)
    return Eligibility(
        profiles=profiles,
        profile_of=np.array(found, dtype=np.int64),
        skilled=_holds([p.skills for p in profiles], [c.line for c in cells]),
        licensed=_holds([p.licences | {""} for p in profiles], [c.licence for c in cells]),
        minutes=minutes,
        within=(minutes >= 0) & (minutes <= policy.duty_limit_minutes),
        forbidden=_forbidden(profiles, cells),
    )


def _holds(held: list[frozenset[str]], wanted: list[str]) -> Bools:
    """Whether each set holds each wanted word; tested once per distinct word."""
    words = {word: column for column, word in enumerate(dict.fromkeys(wanted))}
    table = np.array([[word in one for word in words] for one in held], dtype=bool)
    return table.reshape(len(held), len(words))[:, [words[word] for word in wanted]]


def _minutes(profiles: tuple[Profile, ...], cells: tuple[Cell, ...], travel: Travel) -> Minutes:
    bases = {base: row for row, base in enumerate(dict.fromkeys(p.base_region for p in profiles))}
    regions = {region: column for column, region in enumerate(dict.fromkeys(c.region for c in cells))}
    times = travel_matrix(travel, tuple(bases), tuple(regions))
    rows = np.array([bases[p.base_region] for p in profiles], dtype=np.int64)
    columns = np.array([regions[c.region] for c in cells], dtype=np.int64)
    return times[rows[:, None], columns[None, :]]


def _forbidden(profiles: tuple[Profile, ...], cells: tuple[Cell, ...]) -> Bools:
    closed = np.zeros((len(profiles), len(cells)), dtype=bool)
    columns = {cell.cell_id: column for column, cell in enumerate(cells)}
    for row, profile in enumerate(profiles):
        for cell_id in profile.forbidden:
            closed[row, columns[cell_id]] = True
    return closed
