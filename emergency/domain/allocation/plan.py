"""The plan: who goes where, what stays short and why, and what it all costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from emergency.domain.allocation import hubs
from emergency.domain.allocation.eligibility import eligibility
from emergency.domain.allocation.groups import NOWHERE, BrokenPin, grouped
from emergency.domain.allocation.network import response_network
from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import Adjuster, Assignment, AtLeast, Cell, Pin, checked
from emergency.domain.allocation.referral import Referral, referrals
from emergency.domain.allocation.shortage import Shortage, shortages
from emergency.domain.allocation.solution import Solution
from emergency.domain.allocation.solve import solved
from emergency.domain.allocation.travel import Travel
from emergency.texts import Message

HOUSE_POLICY = Policy()


@dataclass(frozen=True)
class Move:
    """A person whose posts differ from the standing plan; a post repeats once per slot, empty = idle."""

    adjuster_id: str
    from_cells: tuple[str, ...]
    to_cells: tuple[str, ...]

    @property
    def elsewhere(self) -> bool:
        """Whether they leave one post for another; not who is newly sent, nor who is sent nowhere any more."""
        return bool(self.from_cells and self.to_cells)


@dataclass(frozen=True)
class Plan:
    """An optimal plan. `cost` holds its parts in minutes; they add up to `total`."""

    assignments: tuple[Assignment, ...]  # by adjuster, then cell
    shortages: tuple[Shortage, ...]  # by cell
    cost: Mapping[str, int]
    engine: str
    optimal: bool
    broken_pins: tuple[BrokenPin, ...]
    referrals: tuple[Referral, ...]  # by cell: slots whose claims go up to somebody with more authority
    moves: tuple[Move, ...]  # empty where there was no standing plan
    solution: Solution = field(compare=False, repr=False)  # what explanations are worked out from


def allocate(
    pool: Iterable[Adjuster],
    cells: Iterable[Cell],
    travel: Travel,
    *,
    incumbent: Iterable[Assignment] = (),
    pins: Iterable[Pin | AtLeast] = (),
    policy: Policy = HOUSE_POLICY,
    engine: str = "ortools",
) -> Plan:
    """Assign the pool to the cells of all incidents at once, at the least cost.

    What cannot be met is a shortage with its reason, a pin that cannot hold a
    broken pin; neither is an error. The order of rows means nothing.

    Args:
        incumbent: the standing plan; a slot leaves it only for a gain above `policy.stability_minutes`.
        engine: "ortools", or "networkx" (same plan, slower).

    Raises:
        AllocationRefused: with every contradiction in the input.
        ValueError: no such engine.
    """
    people, asked, wishes = checked(pool, cells, incumbent, pins)
    able = eligibility(people, asked, travel, policy, wishes.must_not)
    groups = grouped(people, asked, able, wishes)
    network = response_network(asked, able, groups, wishes, policy)
    stability = policy.stability_minutes if wishes.incumbent else 0
    if engine == "ortools" and len(network.tails) > hubs.MANY_ARCS and (stability or not wishes.incumbent):
        flow = hubs.hub_flow(network, able, groups, stability)
    else:
        flow = solved(network, engine)
    solution = Solution(people, asked, travel, policy, wishes, able, groups, network, flow)
    assignments = tuple(_assignments(solution))
    broken = (*groups.broken, *_strayed(solution), *_unmet_floors(solution))
    return Plan(
        assignments=assignments,
        shortages=shortages(solution),
        cost=_cost(solution),
        engine=engine,
        optimal=True,  # `solved` accepts nothing less
        broken_pins=tuple(sorted(broken, key=lambda pin: (pin.adjuster_id, pin.cell_id))),
        referrals=referrals(solution),
        moves=tuple(_moves(solution, assignments)),
        solution=solution,
    )


def _assignments(solution: Solution) -> Iterator[Assignment]:
    pool, cells, able = solution.pool, solution.cells, solution.able
    people, columns = solution.handed
    busy = columns != NOWHERE
    pairs, slots = np.unique(people[busy] * len(cells) + columns[busy], return_counts=True)
    people, columns = np.divmod(pairs, max(len(cells), 1))
    minutes = able.minutes[able.profile_of[people], columns]
    for person, column, count, travel_minutes in zip(
        *(part.tolist() for part in (people, columns, slots, minutes)), strict=True
    ):
        yield Assignment(pool[person].adjuster_id, cells[column].cell_id, count, travel_minutes)


def _cost(solution: Solution) -> dict[str, int]:
    """Named parts of the objective, in minutes."""
    network, groups, flow = solution.network, solution.groups, solution.flow
    rows, columns, count = solution.busy
    travel = int((solution.able.minutes[groups.profile[rows], columns] * count).sum())
    referral = sum(one.minutes for one in referrals(solution))
    moved = int(count[~groups.stays(groups.standing[rows], columns)].sum()) if solution.wishes.incumbent else 0
    parts = {"travel_minutes": travel, "stability": moved * solution.policy.stability_minutes}
    if referral:
        parts["referral"] = referral
    start, end = network.runs[2], network.runs[3]
    targets = network.heads[start:end] - network.groups
    priced = flow[start:end] * network.costs[start:end]
    floors = flow[start:end] * (network.costs[start:end] >= solution.policy.broken_pin_minutes)
    pinned = int(floors.sum()) * solution.policy.broken_pin_minutes
    strays = sum(len(strayed) for strayed in solution.strayed) * solution.policy.broken_pin_minutes
    for priority in np.unique(solution.priorities).tolist():
        mine = solution.priorities[targets] == priority
        open_minutes = int(priced[mine].sum()) - int(floors[mine].sum()) * solution.policy.broken_pin_minutes
        parts[f"shortage_priority_{priority}"] = open_minutes
    parts["broken_pins"] = pinned + strays
    return {**parts, "total": sum(parts.values())}


def _strayed(solution: Solution) -> Iterator[BrokenPin]:
    """Must pins with an able person that the flow could not keep."""
    for key, strayed in zip(solution.groups.keys, solution.strayed, strict=True):
        for person in strayed:
            cell = solution.cells[key.must]
            gaps = {"cell": cell.cell_id, "slots": cell.slots}
            yield BrokenPin(
                cell.cell_id,
                solution.pool[person].adjuster_id,
                "outweighed",
                Message("{cell} asks {slots} slots and other pins hold as much as this one", gaps),
            )


def _unmet_floors(solution: Solution) -> Iterator[BrokenPin]:
    short = solution.short
    for column, cell in enumerate(solution.cells):
        wanted = solution.wishes.at_least.get(cell.cell_id, 0)
        filled = cell.slots - int(short[column])
        if wanted > filled:
            gaps = {"cell": cell.cell_id, "wanted": wanted, "filled": filled, "slots": cell.slots}
            text = (
                Message("{cell} asks only {slots} slots; at least {wanted} cannot hold", gaps)
                if wanted > cell.slots
                else Message("only {filled} of at least {wanted} slots can be filled in {cell}", gaps)
            )
            yield BrokenPin(cell.cell_id, "", "at_least", text)


def _moves(solution: Solution, assignments: tuple[Assignment, ...]) -> Iterator[Move]:
    standing = solution.wishes.incumbent
    if not standing:
        return
    posts = {cell.cell_id: cell.post or cell.cell_id for cell in solution.cells}
    now: dict[str, Counter[str]] = {}
    for a in assignments:
        now.setdefault(a.adjuster_id, Counter())[posts[a.cell_id]] += a.slots
    for adjuster_id in sorted({*standing, *now}):
        before: Counter[str] = Counter()
        for cell_id, slots in standing.get(adjuster_id, ()):
            before[posts[cell_id]] += slots
        after = now.get(adjuster_id, Counter())
        left, joined = _difference(before, after), _difference(after, before)
        if left or joined:
            yield Move(adjuster_id, left, joined)


def _difference(more: Mapping[str, int], less: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(cell for cell in sorted(more) for _ in range(more[cell] - less.get(cell, 0)))
