"""A plan held against the rules by counting, independent of the engine that made it.

The engine cannot break these rules; people who edit a plan by hand can, and a drill
scores both by the same check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from emergency.domain.allocation.pool import Adjuster, Assignment, Cell

Pair = tuple[str, str]


def violations(
    assignments: Iterable[Assignment],
    pool: Mapping[str, Adjuster],
    cells: Mapping[str, Cell],
    *,
    duty_limit_minutes: int,
    closed: Collection[Pair] = (),
) -> dict[str, list[str]]:
    """Rule -> the adjusters whose assignment breaks it; every rule is named, broken or not.

    Args:
        closed: pairs of regions between which the road is closed, either way.
    """
    rows = list(assignments)
    booked: Counter[str] = Counter()
    for a in rows:
        booked[a.adjuster_id] += a.slots
    found: dict[str, list[str]] = {
        "no_double_booking": [p for p, slots in sorted(booked.items()) if p in pool and slots > pool[p].slots],
        "skills_match": [],
        "travel_limit": [],
        "blocked_edges": [],
    }
    for a in rows:
        person, cell = pool.get(a.adjuster_id), cells[a.cell_id]
        fits = person is not None and cell.line in person.skills
        fits = fits and (not cell.language or (person is not None and cell.language in person.languages))
        if not fits or (cell.licence and person is not None and cell.licence not in person.licences):
            found["skills_match"].append(a.adjuster_id)
        if a.minutes > duty_limit_minutes:
            found["travel_limit"].append(a.adjuster_id)
        if person is not None and {(person.base_region, cell.region), (cell.region, person.base_region)} & set(closed):
            found["blocked_edges"].append(a.adjuster_id)
    return found
