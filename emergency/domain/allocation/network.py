"""The response network: groups of slots, cells, the shortage source and the idle sink.

    group ──travel + stability──▶ cell ◀──price of an open slot── SHORT
      └───────────0───────────▶ IDLE ◀──────────0───────────────┘

SHORT supplies as many slots as are asked, IDLE takes as many as the pool has:
the network is balanced and feasible whatever the input.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from emergency.domain.allocation.eligibility import Eligibility, Ints
from emergency.domain.allocation.groups import Groups
from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import Cell, Wishes

# OR-Tools multiplies costs by the node count inside 64 bits; one bit is kept back.
COST_CEILING = 2**62
TIE_RANGE = 10**6


@dataclass(frozen=True, eq=False)
class Network:
    """Integer arrays of one balanced min-cost flow problem.

    Nodes: groups 0..g-1, cells g..g+c-1, then SHORT, then IDLE. Arcs come in
    four runs: group to cell, group to IDLE, SHORT to cell (parallel, one per
    price), SHORT to IDLE; the first arc of each run is in `runs`.
    """

    stable: tuple[str, ...]  # what tells each group apart
    cell_ids: tuple[str, ...]
    supplies: Ints  # (nodes,), sums to 0
    tails: Ints
    heads: Ints
    capacities: Ints
    costs: Ints  # minutes
    ties: Ints  # 0 <= tie < TIE_RANGE; decides among plans of equal cost
    groups: int
    cells: int
    runs: tuple[int, int, int, int]

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each node."""
        groups = (f"group {row} {name}" for row, name in enumerate(self.stable))
        return (*groups, *(f"cell {cell_id}" for cell_id in self.cell_ids), "SHORT", "IDLE")

    @property
    def short(self) -> int:
        return self.groups + self.cells

    @property
    def idle(self) -> int:
        return self.short + 1

    @property
    def nodes(self) -> int:
        return self.idle + 1

    def solver_costs(self) -> Ints:
        """Costs made unique: cost x scale + tie, the scale above any sum of ties.

        The optimum of these is an optimum of `costs`, and the same one for every engine and order of arcs.
        Where the product would not fit 64 bits, coarser ties are used.

        Raises:
            OverflowError: even without ties the costs are too large for the solver.
        """
        units = max(int(self.supplies[: self.groups].sum()), 1)
        dearest = int(self.costs.max(initial=0)) + 1
        spread = TIE_RANGE
        while spread > 1 and dearest * units * spread * (self.nodes + 1) >= COST_CEILING:
            spread //= 10
        if dearest * units * spread * (self.nodes + 1) >= COST_CEILING:
            raise OverflowError("the policy's prices are too large for so many people; lower pin_factor")
        return self.costs * (units * spread) + self.ties // (TIE_RANGE // spread)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The network as a graph: node `demand`, arc `capacity`, `weight` (minutes), `solver_weight`."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for name, supply in zip(self.names, self.supplies.tolist(), strict=True):
            graph.add_node(name, demand=-supply)
        columns = (self.tails, self.heads, self.capacities, self.costs, self.solver_costs())
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for arc, (tail, head, capacity, cost, solver_cost) in enumerate(rows):
            values: dict[str, Any] = {"capacity": capacity, "weight": cost, "solver_weight": solver_cost}
            graph.add_edge(self.names[tail], self.names[head], key=arc, **values)
        return graph


def response_network(
    cells: tuple[Cell, ...], able: Eligibility, groups: Groups, wishes: Wishes, policy: Policy
) -> Network:
    """Lay the arrays out; order and ids are those of the ordered pool and cells."""
    count, width = len(groups.keys), len(cells)
    rows, columns = np.nonzero(able.may[groups.profile])
    supply, stable = groups.supply, _stable_ids(groups, able, cells)
    prices = [
        (column, slots, price)
        for column, cell in enumerate(cells)
        for slots, price in policy.slot_prices(cell, min(wishes.at_least.get(cell.cell_id, 0), cell.slots))
    ]
    priced = np.array(prices, dtype=np.int64).reshape(-1, 3)
    short, idle, asked = count + width, count + width + 1, sum(cell.slots for cell in cells)
    everyone = np.arange(count)
    ends = np.cumsum([len(rows), count, len(priced)]).tolist()
    return Network(
        stable=stable,
        cell_ids=tuple(cell.cell_id for cell in cells),
        supplies=np.concatenate([supply, [-c.slots for c in cells], [asked, -supply.sum()]]).astype(np.int64),
        tails=np.concatenate([rows, everyone, np.full(len(priced) + 1, short)]),
        heads=np.concatenate([count + columns, np.full(count, idle), count + priced[:, 0], [idle]]),
        capacities=np.concatenate([supply[rows], supply, priced[:, 1], [asked + supply.sum()]]),
        costs=np.concatenate([*_group_costs(able, groups, rows, columns, wishes, policy), priced[:, 2], [0]]),
        ties=np.concatenate([*_group_ties(groups, stable, cells, rows, columns), np.zeros(len(priced) + 1)]).astype(
            np.int64
        ),
        groups=count,
        cells=width,
        runs=(0, *ends),
    )


def _group_costs(
    able: Eligibility, groups: Groups, rows: Ints, columns: Ints, wishes: Wishes, policy: Policy
) -> tuple[Ints, Ints]:
    """Cost of each group-to-cell arc and each group-to-IDLE arc."""
    must, standing = groups.must, groups.standing
    moved = ~groups.stays(standing[rows], columns) if wishes.incumbent else np.zeros(len(rows), dtype=bool)
    astray = (must[rows] >= 0) & (must[rows] != columns)
    costs = (
        able.effort(groups.profile[rows], columns)
        + policy.stability_minutes * moved
        + policy.broken_pin_minutes * astray
    )
    return costs, policy.broken_pin_minutes * (must >= 0)


def _group_ties(
    groups: Groups, stable: Sequence[str], cells: tuple[Cell, ...], rows: Ints, columns: Ints
) -> tuple[Ints, Ints]:
    """Ties of the two runs. Staying where one stands ties at 0: it wins even if stability costs nothing."""
    tails, heads = _hashes(stable), _hashes([cell.cell_id for cell in cells])
    standing = groups.standing
    ties = np.where(standing[rows] == columns, 0, _mixed(tails[rows], heads[columns]))
    idle = _mixed(tails, np.broadcast_to(_hashes(["IDLE"]), tails.shape))
    return ties, np.where(standing < 0, 0, idle)


def _stable_ids(groups: Groups, able: Eligibility, cells: tuple[Cell, ...]) -> tuple[str, ...]:
    """What tells each group apart, made only of the ids in it, never of positions."""
    profiles = [str(profile) for profile in able.profiles]
    ids = [*(cell.cell_id for cell in cells), ""]  # index -1 is "none"
    return tuple(f"{profiles[k.profile]}|{ids[k.standing]}|{ids[k.must]}" for k in groups.keys)


def _hashes(ids: Sequence[str]) -> NDArray[np.uint64]:
    digests = b"".join(hashlib.blake2b(one.encode(), digest_size=8).digest() for one in ids)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _mixed(tails: NDArray[np.uint64], heads: NDArray[np.uint64]) -> Ints:
    """A number below TIE_RANGE from each pair of hashes (finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        mixed = tails ^ (heads * np.uint64(0x9E3779B97F4A7C15))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    ties: Ints = (mixed % np.uint64(TIE_RANGE)).astype(np.int64)
    return ties
