"""Solving a network: OR-Tools for work, networkx as second opinion."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import networkx as nx
import numpy as np
from ortools.graph.python import min_cost_flow

from emergency.domain.allocation.eligibility import Ints
from emergency.domain.allocation.network import Network

Engine = Callable[[Network], Ints]


class Unsolved(RuntimeError):
    """A solver found no optimum where there always is one: a fault of ours; keep the input and report it."""


class Infeasible(Unsolved):
    """There is no flow at all. Never so for a response network, which can always leave slots open."""


def solved(network: Network, engine: str = "ortools") -> Ints:
    """The optimal flow on every arc, checked for balance before and after.

    OR-Tools ends the process when flows are read after an unbalanced input, so nothing reaches it unchecked.

    Raises:
        ValueError: no such engine.
        Unsolved: the network or the answer does not add up.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine {engine!r} is not one of {', '.join(ENGINES)}")
    if int(network.supplies.sum()) != 0:
        raise Unsolved(f"supplies sum to {int(network.supplies.sum())}, not 0")
    flow = ENGINES[engine](network)
    check_flow(network, flow)
    return flow


def ortools_flow(network: Network) -> Ints:
    """Cost-scaling push-relabel of OR-Tools."""
    return least_cost_flow(network.tails, network.heads, network.capacities, network.solver_costs(), network.supplies)


def least_cost_flow(tails: Ints, heads: Ints, capacities: Ints, costs: Ints, supplies: Ints) -> Ints:
    """The cheapest flow on every arc by OR-Tools; arrays of arcs, and of nodes for the supplies.

    Raises:
        Infeasible: the supplies balance, but no flow carries them.
        Unsolved: they do not balance, or a number is beyond the solver's range.
    """
    if int(supplies.sum()) != 0:
        raise Unsolved(f"supplies sum to {int(supplies.sum())}, not 0")
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    solver.set_nodes_supplies(np.arange(len(supplies)), supplies)
    status = solver.solve()
    if status == solver.INFEASIBLE:
        raise Infeasible("no flow carries these supplies through these arcs")
    if status != solver.OPTIMAL:
        raise Unsolved(f"OR-Tools answered {status.name}")
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def networkx_flow(network: Network) -> Ints:
    """Network simplex of networkx: the oracle, and the fallback for small instances."""
    graph = network.to_networkx()
    _, flows = nx.network_simplex(graph, weight="solver_weight")
    names = network.names
    ends = zip(network.tails.tolist(), network.heads.tolist(), strict=True)
    found = [flows[names[t]][names[h]][arc] for arc, (t, h) in enumerate(ends)]
    return np.array(found, dtype=np.int64)


def check_flow(network: Network, flow: Ints) -> None:
    """Capacities and balance, held against the network itself.

    Raises:
        Unsolved: the flow is not one of this network.
    """
    if (flow < 0).any() or (flow > network.capacities).any():
        raise Unsolved("a flow is outside its capacity")
    out = np.bincount(network.tails, weights=flow, minlength=network.nodes)
    into = np.bincount(network.heads, weights=flow, minlength=network.nodes)
    if not np.array_equal((out - into).astype(np.int64), network.supplies):
        raise Unsolved("flows do not add up at every node")


ENGINES: Mapping[str, Engine] = {"ortools": ortools_flow, "networkx": networkx_flow}
