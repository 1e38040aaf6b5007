"""Who may serve which cell, and which test stands in the way.

People alike in base, skills, licences and pins against them share one profile;
skills and licences nobody asks for are left out, so profiles are few.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import Adjuster, Cell
from emergency.domain.allocation.travel import Travel, travel_matrix

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)
Row = TypeVar("Row")


class Profile(NamedTuple):
    """What decides where a person may go."""

    base_region: str
    skills: frozenset[str]
    licences: frozenset[str]
    forbidden: frozenset[str] = frozenset()  # cells closed by a must_not pin
    authority: int = 0  # how many of the amounts cells name lie below what the person may settle
    languages: frozenset[str] = frozenset()
    home: str = ""  # where the person is based, where a cell asks that and they set out from elsewhere

    def __str__(self) -> str:
        plain = f"{self.base_region}|{_joined(self.skills)}|{_joined(self.licences)}|{_joined(self.forbidden)}"
        if not (self.authority or self.languages or self.home):
            return plain
        return f"{plain}|{self.authority}|{_joined(self.languages)}|{self.home}"


@lru_cache(maxsize=4096)
def _joined(words: frozenset[str]) -> str:
    return ";".join(sorted(words))


@dataclass(frozen=True, eq=False)
class Spread(Generic[Scalar]):
    """A matrix (profiles, cells) kept as the small table it repeats.

    Thousands of profiles have a few hundred bases; thousands of cells lie in a few dozen regions.
    """

    table: NDArray[Scalar]
    row_of: Ints  # (profiles,)
    column_of: Ints  # (cells,)

    def __getitem__(self, at: tuple[Any, Any]) -> Any:
        """Entries by profile and cell: numbers, arrays of equal length, or a slice or mask of profiles."""
        profile, cell = at
        return self.table[self.row_of[profile], self.column_of[cell]]

    @property
    def whole(self) -> NDArray[Scalar]:
        wide: NDArray[Scalar] = self.table[:, self.column_of][self.row_of]
        return wide


@dataclass(frozen=True, eq=False)
class Eligibility:
    """The tests of every profile against every cell; matrices have shape (profiles, cells)."""

    profiles: tuple[Profile, ...]
    profile_of: Ints  # (adjusters,)
    skilled: Spread[np.bool_]
    licensed: Spread[np.bool_]
    minutes: Spread[np.int64]  # -1 = no way
    within: Spread[np.bool_]  # there is a way, inside the duty limit
    forbidden: Spread[np.bool_]
    at_home: Spread[np.bool_]  # based in the region, where the cell asks that
    speaks: Spread[np.bool_]
    referral: Spread[np.int64]  # minutes a slot costs more where the person may not settle its claims

    @cached_property
    def may(self) -> Bools:
        found = self.skilled.whole
        found &= self.licensed.whole
        found &= self.within.whole
        if not self.speaks.table.all():
            found &= self.speaks.whole
        if not self.at_home.table.all():
            found &= self.at_home.whole
        if self.forbidden.table.any():
            found &= ~self.forbidden.whole
        return found

    def effort(self, profile: Any, cell: Any) -> Any:
        """What one slot of a profile in a cell costs, in minutes: the drive and, where it comes to that, a referral."""
        drive = self.minutes[profile, cell]
        return drive + self.referral[profile, cell] if self.refers else drive

    @cached_property
    def refers(self) -> bool:
        """Whether anything is referred by anybody: mostly nothing is, and nothing is looked up then."""
        return bool(self.referral.table.any())

    @cached_property
    def people(self) -> Ints:
        """Head-count of each profile."""
        return np.bincount(self.profile_of, minlength=len(self.profiles)).astype(np.int64)


def eligibility(
    pool: tuple[Adjuster, ...],
    cells: tuple[Cell, ...],
    travel: Travel,
    policy: Policy,
    must_not: Mapping[str, frozenset[str]],
) -> Eligibility:
    """Test every profile of the pool against every cell; both in the order given."""
    profiles, profile_of = _numbered(_profiles(pool, cells, must_not))
    minutes = _minutes(profiles, cells, travel)
    near = (minutes.table >= 0) & (minutes.table <= policy.duty_limit_minutes)
    return Eligibility(
        profiles=tuple(profiles),
        profile_of=profile_of,
        skilled=_holds([p.skills for p in profiles], [c.line for c in cells]),
        licensed=_holds([p.licences | {""} for p in profiles], [c.licence for c in cells]),
        minutes=minutes,
        within=Spread(near, minutes.row_of, minutes.column_of),
        forbidden=_holds([p.forbidden for p in profiles], [c.cell_id for c in cells]),
        at_home=_holds(
            [frozenset({p.home or p.base_region, ""}) for p in profiles], [c.region if c.home else "" for c in cells]
        ),
        speaks=_holds([p.languages | {""} for p in profiles], [c.language for c in cells]),
        referral=_referral(profiles, cells),
    )


def _profiles(
    pool: tuple[Adjuster, ...], cells: tuple[Cell, ...], must_not: Mapping[str, frozenset[str]]
) -> list[Profile]:
    """What decides where each person may go, of what cells ask."""
    lines, licences = frozenset(c.line for c in cells), frozenset(c.licence for c in cells)
    languages, homes = frozenset(c.language for c in cells), {c.region for c in cells if c.home}
    amounts = _amounts(cells)
    no_cells: frozenset[str] = frozenset()
    return [
        Profile(
            a.base_region,
            a.skills & lines,
            a.licences & licences,
            must_not.get(a.adjuster_id, no_cells),
            len(amounts) if a.authority_minor is None else bisect_left(amounts, a.authority_minor),
            a.languages & languages,
            # Who is away counts for the reserve of their own region only, and never for that of the one they are in.
            a.home if a.home != a.base_region and {a.home, a.base_region} & homes else "",
        )
        for a in pool
    ]


def _amounts(cells: tuple[Cell, ...]) -> list[int]:
    return sorted({c.above_minor for c in cells if c.above_minor is not None})


def _referral(profiles: list[Profile], cells: tuple[Cell, ...]) -> Spread[np.int64]:
    """Minutes by authority and by what cells ask of it: nothing where the authority suffices."""
    amounts = _amounts(cells)
    asked, column_of = _numbered([(c.above_minor, c.referral_minutes) for c in cells])
    held, row_of = _numbered([p.authority for p in profiles])
    rows = [[0 if a is None or passed > amounts.index(a) else m for a, m in asked] for passed in held]
    return Spread(np.array(rows, dtype=np.int64).reshape(len(held), len(asked)), row_of, column_of)


def _numbered(values: Sequence[Row]) -> tuple[list[Row], Ints]:
    """The distinct values in order, and for each value its number among them."""
    numbers: dict[Row, int] = {}
    found = [numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), np.array(found, dtype=np.int64)


def _holds(held: list[frozenset[str]], wanted: list[str]) -> Spread[np.bool_]:
    """Whether each set holds each wanted word; tested once per distinct set and word."""
    sets, row_of = _numbered(held)
    words, column_of = _numbered(wanted)
    table = np.zeros((len(sets), len(words)), dtype=bool)
    columns = {word: column for column, word in enumerate(words)}
    for row, one in enumerate(sets):
        table[row, [columns[word] for word in one if word in columns]] = True
    return Spread(table, row_of, column_of)


def _minutes(profiles: list[Profile], cells: tuple[Cell, ...], travel: Travel) -> Spread[np.int64]:
    bases, row_of = _numbered([p.base_region for p in profiles])
    regions, column_of = _numbered([c.region for c in cells])
    return Spread(travel_matrix(travel, bases, regions), row_of, column_of)
