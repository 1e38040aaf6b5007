"""Public min-cost-flow instances solved by the product's own engine: `python -m benchmarks.dimacs FILE ...`.

Prints the optimum of each file as the DIMACS solution line `s OPTIMUM`, or `c infeasible`. Without a file it
prints this text. Files are DIMACS `min` problems (First DIMACS Implementation Challenge, 1990-91):

    c a comment
    p min NODES ARCS
    n NODE SUPPLY              supply above 0, demand below; nodes not named have 0
    a FROM TO LOW CAPACITY COST

Parallel arcs, loops, costs below 0 and lower bounds are allowed. A lower bound is sent beforehand: the arc
keeps capacity - low, the supplies at its ends change by low, and low x cost is added to the optimum.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emergency.domain.allocation.solve import Infeasible, Unsolved, least_cost_flow

Ints = NDArray[np.int64]
MOST = 2**62  # of a number: sums of two still fit into 64 bits
MOST_DIGITS = 20
MOST_NODES = 50_000_000  # what fits into memory here


class Malformed(ValueError):
    """A line the format does not allow; the sentence names it."""


@dataclass(frozen=True)
class Problem:
    """Supplies by node (0-based) and arcs as rows (from, to, low, capacity, cost)."""

    supplies: Ints
    arcs: Ints


def read(lines: Iterable[str]) -> Problem:
    """Read a problem.

    Raises:
        Malformed: with the number of the line and what it should have been.
    """
    size: tuple[int, int] | None = None
    supplies: dict[int, int] = {}
    arcs: list[list[int]] = []
    for number, line in enumerate(lines, 1):
        kind, *words = line.split() or ["c"]
        if kind == "c":
            continue
        if kind == "p":
            if size or words[:1] != ["min"]:
                raise Malformed(f"line {number}: expected one line 'p min NODES ARCS', found {line.strip()!r}")
            nodes, count = _numbers(number, words[1:], 2)
            if not 1 <= nodes <= MOST_NODES or count < 0:
                raise Malformed(f"line {number}: {nodes} nodes and {count} arcs; allowed are 1 to {MOST_NODES} nodes")
            size = nodes, count
        elif size is None:
            raise Malformed(f"line {number}: {line.strip()!r} stands before 'p min NODES ARCS'")
        elif kind == "n":
            node, supply = _numbers(number, words, 2)
            _known(number, size[0], node)
            if node - 1 in supplies:
                raise Malformed(f"line {number}: node {node} has a supply already; keep one of the two lines")
            supplies[node - 1] = supply
        elif kind == "a":
            arc = _numbers(number, words, 5)
            _known(number, size[0], *arc[:2])
            if not 0 <= arc[2] <= arc[3]:
                raise Malformed(f"line {number}: low {arc[2]} and capacity {arc[3]} must be 0 <= low <= capacity")
            arcs.append([arc[0] - 1, arc[1] - 1, *arc[2:]])
        else:
            raise Malformed(f"line {number}: {kind!r} is not one of c, p, n, a")
    if size is None:
        raise Malformed("there is no line 'p min NODES ARCS'")
    if len(arcs) != size[1]:
        raise Malformed(f"the file says {size[1]} arcs and holds {len(arcs)}; it may be cut off")
    dense = np.zeros(size[0], dtype=np.int64)
    dense[list(supplies)] = list(supplies.values())
    return Problem(dense, np.array(arcs, dtype=np.int64).reshape(-1, 5))


def _numbers(number: int, words: list[str], count: int) -> list[int]:
    try:
        found = [int(word) for word in words if len(word) <= MOST_DIGITS]
    except ValueError:
        found = []
    if len(found) != count or any(abs(one) > MOST for one in found):
        raise Malformed(f"line {number}: expected {count} whole numbers, found {' '.join(words)!r}")
    return found


def _known(number: int, nodes: int, *ends: int) -> None:
    for node in ends:
        if not 1 <= node <= nodes:
            raise Malformed(f"line {number}: node {node} is not one of 1 to {nodes}")


def optimum(problem: Problem) -> tuple[int, Ints]:
    """(least total cost, flow on every arc).

    Raises:
        Infeasible: no flow meets supplies, capacities and lower bounds.
        Unsolved: supplies do not sum to 0, or a number is beyond the solver's range.
    """
    tails, heads, low, capacity, cost = problem.arcs.T
    loop = tails == heads
    # A loop changes nobody's balance: full where it earns, at its lower bound where it costs.
    sent = np.where(loop & (cost < 0), capacity, low)
    supplies = problem.supplies.copy()
    np.subtract.at(supplies, tails, sent)
    np.add.at(supplies, heads, sent)
    left = ~loop
    flow = sent.copy()
    flow[left] += least_cost_flow(tails[left], heads[left], (capacity - low)[left], cost[left], supplies)
    # Python's integers: the sum may pass 64 bits where no single arc does.
    return sum(f * c for f, c in zip(flow.tolist(), cost.tolist(), strict=True)), flow


def main(names: list[str]) -> int:
    if not names:
        print(__doc__)
        return 0
    failed = 0
    for name in names:
        print(f"c {name}")
        try:
            with Path(name).open(encoding="ascii", errors="replace") as file:
                problem = read(file)
            start = time.perf_counter()
            least, _ = optimum(problem)
        except Infeasible as error:
            print(f"c infeasible: {error}")
        except (OSError, Malformed, Unsolved) as error:
            print(f"c not solved: {error}", file=sys.stderr)
            failed = 1
        else:
            seconds = time.perf_counter() - start
            print(f"c {len(problem.supplies)} nodes, {len(problem.arcs)} arcs, {seconds:.3f} s\ns {least}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
