"""Many seeds of one drill: how staffing levels and ways of playing would have done, as distributions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emergency.domain.drill.comparison import Change, compare

FIGURES = ("overall", "timeliness", "accuracy", "effectiveness", "breaches", "missed", "person_hours", "travel_hours")
PERCENT = 100
BINS = 10  # of effectiveness, ten points wide; the last takes 100, too
Key = tuple[str, int, str, int]


@dataclass(frozen=True)
class Spread:
    """How one figure is spread over the seeds; None throughout where no run gave it. count: runs that did."""

    count: int
    mean: float | None
    low: float | None  # a tenth of the runs lies below
    median: float | None
    high: float | None  # a tenth lies above


@dataclass(frozen=True)
class Variant:
    """One way of playing at one staffing level and by one set of rules ("" = those of the house).

    against: the first variant, compared seed by seed. histogram: plays by effectiveness, ten points each.
    """

    auto: str
    staffing: int
    rules: str
    runs: int
    passed: int
    spreads: Mapping[str, Spread]
    outcomes: Mapping[str, Spread]
    against: tuple[Change, ...]
    histogram: tuple[int, ...]


def key_of(row: Mapping[str, Any]) -> Key:
    """What tells one play of a sweep from every other."""
    return row["auto"], row["staffing"], row["rules"], row["seed"]


def histogram(values: Sequence[float | None]) -> tuple[int, ...]:
    """How many plays lie in each ten points of 0 to 100; those without a figure are left out."""
    found = [min(int(v) // BINS, BINS - 1) for v in values if v is not None]
    return tuple(found.count(place) for place in range(BINS))


def spread(values: Sequence[float | None]) -> Spread:
    found = np.array([v for v in values if v is not None], dtype=float)
    if not len(found):
        return Spread(0, None, None, None, None)
    low, median, high = (round(float(v), 2) for v in np.percentile(found, [10, 50, 90]))
    return Spread(len(found), round(float(found.mean()), 2), low, median, high)


def variants(rows: Sequence[Mapping[str, Any]]) -> tuple[Variant, ...]:
    """Rows of plays grouped by way of playing, staffing and rules, in the order in which they first stand there."""
    groups: dict[tuple[str, int, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(key_of(row)[:3], []).append(row)
    first = next(iter(groups.values()), [])
    return tuple(
        Variant(
            auto,
            staffing,
            rules,
            len(mine),
            sum(bool(row["passed"]) for row in mine),
            {name: spread([row[name] for row in mine]) for name in FIGURES},
            {
                name: spread([row["outcomes"].get(name) for row in mine])
                for name in sorted({name for row in mine for name in row["outcomes"]})
            },
            () if mine is first else compare(_scored(first), _scored(mine)),
            histogram([row["effectiveness"] for row in mine]),
        )
        for (auto, staffing, rules), mine in groups.items()
    )


def _scored(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows in the form runs are compared in; a single run has no actions here."""
    return [{"seed": row["seed"], "score": {**row, "expectations": []}} for row in rows]


def share_of_roster(groups: Mapping[str, Hashable], percent: int) -> tuple[tuple[str, ...], dict[str, str]]:
    """Who is left out and who is added for a staffing level, the same in every base and kind.

    Args:
        groups: person -> what they are alike in, such as base and skills.

    Returns:
        ids left out, and new id -> id of whom they are like. Rounded up, so that no kind is gone altogether.
    """
    if percent <= 0:
        raise ValueError(f"a staffing level is above 0 %, not {percent}")
    alike: dict[Hashable, list[str]] = {}
    for person in sorted(groups):
        alike.setdefault(groups[person], []).append(person)
    out: list[str] = []
    more: dict[str, str] = {}
    for people in alike.values():
        wanted = -(-len(people) * percent // PERCENT)
        out += people[wanted:]
        for number in range(len(people), wanted):
            like = people[number % len(people)]
            more[f"{like}~{number // len(people)}"] = like
    return tuple(out), more


def person_hours(plans: Sequence[tuple[int, Sequence[Any]]], end_s: int) -> float:
    """Hours that people stand in a published plan: each until the next one, the last until the end."""
    ends = [*(at for at, _ in plans[1:]), end_s]
    return sum(len(postings) * (end - at) / 3600 for (at, postings), end in zip(plans, ends, strict=False))
