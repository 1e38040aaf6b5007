"""DIMACS problems: optima worked out by hand, and held against networkx."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks import dimacs
from emergency.domain.allocation.solve import Infeasible, Unsolved

INSTANCES = Path(__file__).parent / "instances"


def problem(name: str) -> dimacs.Problem:
    return dimacs.read((INSTANCES / f"{name}.min").read_text(encoding="ascii").splitlines())


def by_networkx(given: dimacs.Problem) -> int | None:
    """The optimum by network simplex, None = infeasible; lower bounds and loops taken out by hand."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    demand = {node: -supply for node, supply in enumerate(given.supplies.tolist())}
    fixed = 0
    for tail, head, low, capacity, cost in given.arcs.tolist():
        if tail == head:
            fixed += cost * (capacity if cost < 0 else low)
            continue
        fixed += low * cost
        demand[tail] += low
        demand[head] -= low
        graph.add_edge(tail, head, capacity=capacity - low, weight=cost)
    graph.add_nodes_from((node, {"demand": wanted}) for node, wanted in demand.items())
    try:
        return int(nx.network_simplex(graph)[0]) + fixed
    except nx.NetworkXUnfeasible:
        return None


@pytest.mark.parametrize(
    ("name", "least"), [("two-ways", 18), ("lower-bound", 23), ("parallel", 19), ("circulation", -6)]
)
def test_the_optimum_is_the_one_worked_out_by_hand(name: str, least: int) -> None:
    assert dimacs.optimum(problem(name))[0] == least == by_networkx(problem(name))


def test_an_infeasible_problem_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Infeasible):
        dimacs.optimum(problem("infeasible"))
    assert dimacs.main([str(INSTANCES / "infeasible.min"), str(INSTANCES / "parallel.min")]) == 0
    said = capsys.readouterr().out
    assert "c infeasible" in said and said.splitlines()[-1] == "s 19"


arc = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2), st.integers(0, 4), st.integers(-3, 9))


@settings(max_examples=200)
@given(st.lists(st.integers(-4, 4), min_size=4, max_size=4), st.lists(arc, max_size=14))
@example([0, 0, 0, 0], [])
def test_any_small_problem_has_the_optimum_networkx_finds(
    supplies: list[int], arcs: list[tuple[int, int, int, int, int]]
) -> None:
    """Parallel arcs, loops, lower bounds and costs below 0; often infeasible."""
    lines = ["p min 5 " + str(len(arcs))]
    lines += [f"n {node} {supply}" for node, supply in enumerate([*supplies, -sum(supplies)], 1)]
    lines += [f"a {t + 1} {h + 1} {low} {low + more} {cost}" for t, h, low, more, cost in arcs]
    given = dimacs.read(lines)
    try:
        least, flow = dimacs.optimum(given)
    except Infeasible:
        assert by_networkx(given) is None
        return
    assert least == by_networkx(given)
    assert (flow >= given.arcs[:, 2]).all() and (flow <= given.arcs[:, 3]).all()


def test_supplies_that_do_not_balance_never_reach_the_solver() -> None:
    with pytest.raises(Unsolved, match="sum to 1"):
        dimacs.optimum(dimacs.read(["p min 2 1", "n 1 1", "a 1 2 0 1 1"]))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["a 1 2 0 1 1"], "line 1: 'a 1 2 0 1 1' stands before"),
        (["p max 2 1"], "expected one line 'p min NODES ARCS'"),
        (["p min 2 1", "a 1 3 0 1 1"], "line 2: node 3 is not one of 1 to 2"),
        (["p min 2 1", "a 1 2 4 1 1"], "low 4 and capacity 1"),
        (["p min 2 1", "a 1 2 0 1"], "expected 5 whole numbers"),
        (["p min 2 2", "a 1 2 0 1 1"], "says 2 arcs and holds 1"),
        (["p min 2 0", "n 1 x"], "expected 2 whole numbers"),
        (["p min 2 0", "q"], "'q' is not one of"),
        ([], "there is no line"),
        (["p min -2 0"], "allowed are 1 to"),
        (["p min 999999999999 1"], "allowed are 1 to"),
        (["p min 2 0", "n 1 " + "9" * 25], "expected 2 whole numbers"),
        (["p min 2 1", f"a 1 2 0 1 {2**63}"], "expected 5 whole numbers"),
        (["p min 2 0", "n 1 3", "n 1 4"], "line 3: node 1 has a supply already"),
    ],
)
def test_a_malformed_file_is_told_by_its_line(lines: list[str], says: str) -> None:
    with pytest.raises(dimacs.Malformed, match=says):
        dimacs.read(lines)
