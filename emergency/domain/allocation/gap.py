"""What next best for a gap: what filling one open slot would cost the whole plan, and what kind of person would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emergency.domain.allocation.explain import OneMore, column_of, one_more, without_open_slots
from emergency.domain.allocation.plan import Plan
from emergency.domain.allocation.pool import Cell
from emergency.domain.allocation.residual import FAR, ways_to
from emergency.domain.allocation.steps import Step, steps


@dataclass(frozen=True)
class Fill:
    """One more slot of a short cell filled with the people there are.

    Attributes:
        extra_minutes: what the whole plan costs more, 0 or more; None: nobody can come, whatever is given up.
        chain: who moves, in order from what is given up to the cell.
    """

    cell_id: str
    extra_minutes: int | None
    chain: tuple[Step, ...]


@dataclass(frozen=True)
class Bottleneck:
    """What one more person of one kind, based in the region of the gap, would clear.

    Attributes:
        skill, licence: of that person; licence "" = none.
        here: whether it fills a slot of this very cell; claims: claims visited a shift more in all, no more than wait.
        settles: whether the person may settle what the cell asks; language: spoken, "" = none that is asked.
    """

    skill: str
    licence: str
    claims: int
    here: bool
    found: OneMore
    settles: bool = True
    language: str = ""


def fill(plan: Plan, cell_id: str) -> Fill:
    """The exact change of total cost if the cell had one open slot fewer, everything else re-arranged at best.

    Raises:
        LookupError: no such cell, or none of its slots is open.
    """
    solution = plan.solution
    column, network = column_of(solution, cell_id), solution.network
    start, end = network.runs[2], network.runs[3]
    mine = network.heads[start:end] == network.groups + column
    left_open = network.costs[start:end][mine & (solution.flow[start:end] > 0)]
    if not left_open.size:
        raise LookupError(f"cell {cell_id} has no open slot in this plan")
    # Slots are filled dearest first, so the dearest of the open ones is the next.
    price = int(left_open.max())
    graph = without_open_slots(solution, column)
    ways = ways_to(graph, network.groups + column, solution.potential)
    minutes = int(ways.minutes[network.short])
    if minutes >= FAR:
        return Fill(cell_id, None, ())
    return Fill(cell_id, minutes - price, steps(solution, graph, ways.way(network.short)))


def bottlenecks(
    plan: Plan, cell_id: str, visits_per_slot: Mapping[str, int], waiting: Mapping[str, int] | None = None
) -> tuple[Bottleneck, ...]:
    """One more person with all the cell asks, and one without each of it: the licence, the authority, the language.

    Args:
        waiting: post -> claims that wait to be visited; a post it lacks has none. None: not known, and every slot
            is taken to be full of visits.

    Raises:
        LookupError: no such cell.
    """
    cell = plan.solution.cells[column_of(plan.solution, cell_id)]
    found = []
    for licence, settles, language in _kinds(cell):
        limit = None if settles else cell.above_minor
        more = one_more(
            plan, cell.region, {cell.line}, {licence} if licence else (), limit, {language} if language else ()
        )
        claims = _visited(plan, more.relieved, visits_per_slot, waiting)
        found.append(Bottleneck(cell.line, licence, claims, cell_id in more.relieved, more, settles, language))
    return tuple(found)


def _visited(
    plan: Plan, relieved: Iterable[str], visits_per_slot: Mapping[str, int], waiting: Mapping[str, int] | None
) -> int:
    """Claims visited in these slots, after those the plan visits already: the last slot of a post is seldom full."""
    cells = {c.cell_id: c for c in plan.solution.cells}
    filled: Counter[str] = Counter()
    for a in plan.assignments:
        filled[cells[a.cell_id].post or a.cell_id] += a.slots
    visited = 0
    for cell_id in relieved:
        post, visits = cells[cell_id].post or cell_id, visits_per_slot.get(cells[cell_id].line, 0)
        left = visits if waiting is None else waiting.get(post, 0) - filled[post] * visits
        visited += min(visits, max(0, left))
        filled[post] += 1
    return visited


def _kinds(cell: Cell) -> list[tuple[str, bool, str]]:
    """(licence, whether the authority suffices, language): all of it first, then without one each."""
    whole = (cell.licence, True, cell.language)
    kinds = [whole, ("", True, cell.language), (cell.licence, True, "")]
    if cell.wants_authority:
        kinds.append((cell.licence, False, cell.language))
    return list(dict.fromkeys(kinds))
