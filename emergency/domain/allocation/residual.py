"""Exact differences of one slot, by shortest paths in the residual graph of an optimal flow.

Potentials (Bellman-Ford) make every residual arc cost 0 or more, which proves
the flow optimal; then one Dijkstra answers a question. Bare reduced costs are
only a lower bound under degeneracy and are never shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from emergency.domain.allocation.eligibility import Bools, Ints
from emergency.domain.allocation.network import Network
from emergency.domain.allocation.solve import Unsolved

FAR = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, eq=False)
class Graph:
    """Arcs of a flow problem with the flow on them. `open` arcs may take more flow."""

    nodes: int
    tails: Ints
    heads: Ints
    capacities: Ints
    costs: Ints
    flow: Ints
    open: Bools

    @staticmethod
    def of(network: Network, flow: Ints) -> Graph:
        return Graph(
            network.nodes,
            network.tails,
            network.heads,
            network.capacities,
            network.costs,
            flow,
            np.ones(len(flow), dtype=bool),
        )

    @staticmethod
    def joined(parts: list[Graph]) -> Graph:
        """All arcs of the parts, in order; nodes as many as the widest part has."""
        return Graph(
            max(part.nodes for part in parts),
            np.concatenate([part.tails for part in parts]),
            np.concatenate([part.heads for part in parts]),
            np.concatenate([part.capacities for part in parts]),
            np.concatenate([part.costs for part in parts]),
            np.concatenate([part.flow for part in parts]),
            np.concatenate([part.open for part in parts]),
        )

    def only(self, arcs: Ints) -> Graph:
        """The same nodes with some of the arcs."""
        return Graph(
            self.nodes,
            self.tails[arcs],
            self.heads[arcs],
            self.capacities[arcs],
            self.costs[arcs],
            self.flow[arcs],
            self.open[arcs],
        )

    def residual(self) -> tuple[Ints, Ints, Ints, Ints]:
        """(tail, head, cost, arc) of every residual arc; arc is ~a where flow on arc a is taken back."""
        forward = np.flatnonzero((self.flow < self.capacities) & self.open)
        back = np.flatnonzero(self.flow > 0)
        return (
            np.concatenate([self.tails[forward], self.heads[back]]),
            np.concatenate([self.heads[forward], self.tails[back]]),
            np.concatenate([self.costs[forward], -self.costs[back]]),
            np.concatenate([forward, ~back]),
        )


def potentials(graph: Graph) -> Ints:
    """Bellman-Ford from everywhere at once, shape (nodes,).

    Raises:
        Unsolved: a negative cycle, so the flow was not optimal.
    """
    tails, heads, costs, _ = graph.residual()
    found = np.zeros(graph.nodes, dtype=np.int64)
    order = np.argsort(heads, kind="stable")
    tails, heads, costs = tails[order], heads[order], costs[order]
    if not heads.size:
        return found
    starts = np.flatnonzero(np.r_[True, heads[1:] != heads[:-1]])
    ends = heads[starts]
    for _ in range(graph.nodes + 1):
        better = np.minimum(found[ends], np.minimum.reduceat(found[tails] + costs, starts))
        if np.array_equal(better, found[ends]):
            return found
        found[ends] = better
    raise Unsolved("the flow is not optimal: its residual graph has a negative cycle")


@dataclass(frozen=True, eq=False)
class ToTarget:
    """Cheapest residual ways from every node to one target."""

    minutes: Ints  # (nodes,), FAR where there is no way
    following: Ints  # (nodes,) next node on the way
    arcs: dict[tuple[int, int], int]

    def way(self, node: int) -> list[int]:
        """Residual arcs from a node to the target, in order."""
        arcs = []
        while (following := int(self.following[node])) >= 0:
            arcs.append(self.arcs[node, following])
            node = following
        return arcs


def ways_to(graph: Graph, target: int, potential: Ints) -> ToTarget:
    """Dijkstra on the reversed residual graph under given potentials.

    Every arc weighs one extra unit, beneath the scale of a minute: scipy takes an explicit 0 for no arc.

    Raises:
        Unsolved: the potentials do not fit the graph.
    """
    tails, heads, costs, arcs = graph.residual()
    reduced = costs + potential[tails] - potential[heads]
    if (reduced < 0).any():
        raise Unsolved("potentials do not prove this flow optimal")
    order = np.lexsort((arcs, reduced, heads, tails))  # parallel arcs: the cheapest first, then kept alone
    tails, heads, reduced, arcs = tails[order], heads[order], reduced[order], arcs[order]
    first = np.r_[True, (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])][: len(tails)]
    tails, heads, reduced, arcs = tails[first], heads[first], reduced[first], arcs[first]
    scale = graph.nodes + 1
    if int(reduced.max(initial=0)) * scale * graph.nodes >= 2**53:
        raise OverflowError("prices too large for exact distances; lower pin_factor")
    weights = (reduced * scale + 1).astype(float)
    matrix = csr_array((weights, (heads, tails)), shape=(graph.nodes, graph.nodes))
    distances, followings = dijkstra(matrix, indices=np.array([target]), return_predecessors=True)
    distance, following = distances[0], followings[0]
    reached = np.isfinite(distance)
    whole = np.where(reached, distance, 0).astype(np.int64) // scale
    minutes = np.where(reached, whole - potential + potential[target], FAR)
    on_way = np.flatnonzero(following[tails] == heads)
    pairs = zip(tails[on_way].tolist(), heads[on_way].tolist(), strict=True)
    return ToTarget(minutes, following.astype(np.int64), dict(zip(pairs, arcs[on_way].tolist(), strict=True)))
