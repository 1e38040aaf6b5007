"""Why here, what next best, what one more would change: exact answers in minutes, without solving again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from emergency.domain.allocation.eligibility import Ints, eligibility
from emergency.domain.allocation.groups import barrier
from emergency.domain.allocation.plan import Plan
from emergency.domain.allocation.pool import Adjuster
from emergency.domain.allocation.residual import FAR, Graph, ToTarget, ways_to
from emergency.domain.allocation.solution import Solution
from emergency.domain.allocation.steps import Step, cell_name, steps
from emergency.texts import Message

IDLE = ""  # stands for no cell


@dataclass(frozen=True)
class Alternative:
    """Another place for the slot, what the whole plan would cost more, and who else changes places."""

    cell_id: str  # "" = idle
    extra_minutes: int
    chain: tuple[Step, ...]


@dataclass(frozen=True)
class Why:
    """Why a slot of this adjuster is in this cell."""

    adjuster_id: str
    cell_id: str
    parts: Mapping[str, int]  # minutes the assignment itself costs
    pinned: bool  # held by a must pin; the alternatives are then those without it and may be cheaper
    next_best: tuple[Alternative, ...]  # cheapest first
    blocked: tuple[tuple[str, Message], ...]  # cells this adjuster may not serve


@dataclass(frozen=True)
class NextSlot:
    """What one more slot asked in a cell changes."""

    cell_id: str
    extra_minutes: int  # of the plan's total
    filled: bool  # whether one more slot gets filled; if not, the new slot stays open
    chain: tuple[Step, ...]  # how it is filled


@dataclass(frozen=True)
class OneMore:
    """What one more adjuster, with one slot, changes."""

    extra_minutes: int  # of the plan's total: 0 or less
    cell_id: str  # where this adjuster would work, "" = nowhere
    chain: tuple[Step, ...]
    relieved: tuple[str, ...]  # cells with one open slot fewer


def why(plan: Plan, adjuster_id: str, cell_id: str, choices: int = 5) -> Why:
    """Why one slot of the adjuster works in the cell, and the cheapest other places for it.

    The extra cost of the first alternative is that of keeping this slot out of the cell; the extra cost of
    each is that of forcing the slot there, everything else re-arranged at best.

    Raises:
        LookupError: the plan has no such assignment.
    """
    solution = plan.solution
    person, column = _person(solution, adjuster_id), column_of(solution, cell_id)
    group = next((g for g, c in solution.places.get(person, []) if c == column), None)
    if group is None:
        raise LookupError(f"{adjuster_id} has no slot in {cell_id} in this plan")
    pinned = solution.groups.keys[group].must == column
    return Why(
        adjuster_id,
        cell_id,
        parts=_parts(solution, group, column),
        pinned=pinned,
        next_best=_alternatives(solution, person, group, column, choices),
        blocked=blocked(solution, person),
    )


def blocked(solution: Solution, person: int) -> tuple[tuple[str, Message], ...]:
    """Every cell closed to a person, with the test that closes it."""
    able, profile = solution.able, int(solution.able.profile_of[person])
    name = solution.pool[person].adjuster_id
    found = []
    for column in np.flatnonzero(~able.may[profile]).tolist():
        bar = barrier(name, profile, solution.cells[column], column, able)
        if bar:
            found.append((solution.cells[column].cell_id, bar[1]))
    return tuple(found)


def next_slot(plan: Plan, cell_id: str) -> NextSlot:
    """The exact change of total cost if the cell asked one slot more.

    The new slot also shifts the cell's bands, so that the next open slot may become dearer. At most one
    slot more gets filled: the one after it is now no dearer than the next one was, and that was left open.

    Raises:
        LookupError: no such cell.
    """
    solution = plan.solution
    column, short = column_of(solution, cell_id), solution.network.short
    asked = solution.cells[column].slots
    served = asked - int(solution.short[column])
    before, after = _prices(solution, column, asked), _prices(solution, column, asked + 1)
    left_open = sum(after[served:]) - sum(before[served:])
    graph = without_open_slots(solution, column)
    ways = ways_to(graph, solution.network.groups + column, solution.potential)
    minutes = int(ways.minutes[short])
    if minutes >= after[served]:
        return NextSlot(cell_id, left_open, False, ())
    chain = steps(solution, graph, ways.way(short))
    return NextSlot(cell_id, left_open - after[served] + minutes, True, chain)


def one_more(
    plan: Plan,
    base_region: str,
    skills: Iterable[str],
    licences: Iterable[str],
    authority_minor: int | None = None,
    languages: Iterable[str] = (),
) -> OneMore:
    """The exact change of total cost if the pool had one more adjuster of this kind.

    Args:
        authority_minor: the largest loss the newcomer may settle, None = no limit.
    """
    solution = plan.solution
    newcomer = Adjuster(
        "+1", base_region, frozenset(skills), frozenset(licences), 1, authority_minor, frozenset(languages)
    )
    able = eligibility((newcomer,), solution.cells, solution.travel, solution.policy, {})
    columns = np.flatnonzero(able.may[0])
    stability = solution.policy.stability_minutes if solution.wishes.incumbent else 0
    ways = ways_to(solution.graph, solution.network.idle, solution.potential)
    costs = able.effort(0, columns) + stability + ways.minutes[solution.network.groups + columns]
    if not costs.size or int(costs.min()) >= 0:
        return OneMore(0, IDLE, (), ())
    best = int(np.argmin(costs))
    column = int(columns[best])
    cell_id = solution.cells[column].cell_id
    rest = steps(solution, solution.graph, ways.way(solution.network.groups + column))
    relieved = tuple(step.from_cell for step in rest if step.kind == "closes")
    return OneMore(int(costs[best]), cell_id, (Step("moves", "+1", IDLE, cell_id), *rest), relieved)


def _parts(solution: Solution, group: int, column: int) -> dict[str, int]:
    key = solution.groups.keys[group]
    here = np.array([column])
    moved = bool(solution.wishes.incumbent) and not solution.groups.stays(np.array([key.standing]), here)[0]
    parts = {
        "travel_minutes": int(solution.able.minutes[key.profile, column]),
        "stability": solution.policy.stability_minutes * moved,
    }
    referral = int(solution.able.referral[key.profile, column])
    return {**parts, "referral": referral} if referral else parts


def _alternatives(solution: Solution, person: int, group: int, column: int, choices: int) -> tuple[Alternative, ...]:
    """Take the slot out of its cell, try every other place, and fill the hole the cheapest way."""
    network = solution.network
    target = network.groups + column
    graph, potential, names = _apart(solution, person, target)
    node = next(n for n, g in names.items() if g == group)
    leaving = int(np.flatnonzero((graph.tails == node) & (graph.heads == target))[0])
    graph = _sent(graph, [~leaving])
    ways = ways_to(graph, target, potential)
    arcs = np.flatnonzero((graph.tails == node) & graph.open)
    heads = graph.heads[arcs]
    extra = graph.costs[arcs] - graph.costs[leaving] + ways.minutes[heads]
    if solution.groups.keys[group].must == column:
        extra = extra - solution.policy.broken_pin_minutes
    order = np.lexsort((heads, extra))[:choices].tolist()
    return tuple(
        Alternative(
            cell_name(solution, int(heads[n])),
            int(extra[n]),
            _chain(solution, person, column, int(heads[n]), graph, ways),
        )
        for n in order
        if ways.minutes[heads[n]] < FAR
    )


def _chain(solution: Solution, person: int, column: int, head: int, graph: Graph, ways: ToTarget) -> tuple[Step, ...]:
    """The person's own move, then whoever fills the hole it leaves."""
    place, adjuster_id = cell_name(solution, head), solution.pool[person].adjuster_id
    first = Step("moves", adjuster_id, solution.cells[column].cell_id, place)
    return (first, *steps(solution, graph, ways.way(head), person))


def _apart(solution: Solution, person: int, closed: int) -> tuple[Graph, Ints, dict[int, int]]:
    """The graph with the person's slots taken out of their groups into nodes of their own.

    Arcs from these nodes to the closed cell take no more flow. Returns also the potentials, and for each
    new node its group. Copies follow the original arcs, in the order of the new nodes.
    """
    graph, potential, network = solution.graph, solution.potential, solution.network
    flow = graph.flow.copy()
    names: dict[int, int] = {}
    copies: list[Graph] = []
    held: dict[int, list[int]] = {}
    for group, column in solution.places[person]:
        held.setdefault(group, []).append(network.groups + column if column >= 0 else network.idle)
    for group, heads in held.items():
        node = graph.nodes + len(names)
        names[node] = group
        arcs = np.flatnonzero(graph.tails == group)
        mine = (graph.heads[arcs][:, None] == np.array(heads)).sum(axis=1)
        flow[arcs] -= mine
        copies.append(
            replace(
                graph.only(arcs),
                nodes=node + 1,
                tails=np.full(len(arcs), node),
                capacities=np.full(len(arcs), len(heads)),
                flow=mine,
                open=graph.heads[arcs] != closed,
            )
        )
    wider = np.concatenate([potential, potential[list(names.values())]])
    return Graph.joined([replace(graph, flow=flow), *copies]), wider, names


def _prices(solution: Solution, column: int, slots: int) -> list[int]:
    """Price of leaving each slot open, dearest first, if the cell asked this many."""
    cell = replace(solution.cells[column], slots=slots)
    floor = min(solution.wishes.at_least.get(cell.cell_id, 0), slots)
    return [price for count, price in solution.policy.slot_prices(cell, floor) for _ in range(count)]


def without_open_slots(solution: Solution, column: int) -> Graph:
    """The graph without the arcs that leave slots of one cell open."""
    graph, network = solution.graph, solution.network
    kept = (graph.tails != network.short) | (graph.heads != network.groups + column)
    return graph.only(np.flatnonzero(kept))


def _sent(graph: Graph, way: list[int]) -> Graph:
    """The graph after one unit went a residual way."""
    flow = graph.flow.copy()
    for arc in way:
        flow[arc if arc >= 0 else ~arc] += 1 if arc >= 0 else -1
    return replace(graph, flow=flow)


def _person(solution: Solution, adjuster_id: str) -> int:
    for number, adjuster in enumerate(solution.pool):
        if adjuster.adjuster_id == adjuster_id:
            return number
    raise LookupError(f"adjuster {adjuster_id} is not in this plan's pool")


def column_of(solution: Solution, cell_id: str) -> int:
    for number, cell in enumerate(solution.cells):
        if cell.cell_id == cell_id:
            return number
    raise LookupError(f"cell {cell_id} is not in this plan's demand")
