"""End to end against the bare solver: `python -m benchmarks.allocation [PEOPLE] [CELLS] [RUNS]`.

The reference is OR-Tools' SimpleMinCostFlow alone on the same instance laid out
plainly: one node per person, one arc per person and cell that may meet, costs
in minutes, the same shortage prices; only its `solve()` is timed. Against it
stands the whole of `allocate`: check, group, build, solve with unique costs,
names, reasons. Both run in turn in one process; medians are compared, and both
must find the same optimum. The peak of memory is that of the process after the
first plan, before the reference is laid out.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from random import Random

import numpy as np
from ortools.graph.python import min_cost_flow

from emergency.domain.allocation import Adjuster, Cell, GreatCircleTravel, Plan, allocate

LINES = ("motor", "property", "home", "agriculture", "marine", "liability")
LICENCES = ("TX", "LA", "OK", "AR", "MS", "FL")


def instance(people: int, cells: int, seed: int = 1, demand_percent: int = 115):
    """A pool at 300 bases around a coast and cells in 40 counties, asking a little more than there is."""
    dice = Random(seed)
    points = {f"B{n}": (dice.uniform(-100, -90), dice.uniform(27, 34)) for n in range(300)}
    points |= {f"R{n}": (dice.uniform(-98, -93), dice.uniform(28, 31)) for n in range(40)}
    pool = [
        Adjuster(
            f"A{n:06}",
            f"B{dice.randrange(300)}",
            frozenset(dice.sample(LINES, dice.randint(1, 3))),
            frozenset(dice.sample(LICENCES, dice.randint(1, 4))),
        )
        for n in range(people)
    ]
    mean = people * demand_percent / 100 / cells
    asked = [
        Cell(
            f"C{n:05}",
            "storm",
            f"R{n % 40}",
            LINES[n // 40 % len(LINES)],
            LICENCES[n % len(LICENCES)] if n % 3 else "",
            max(1, round(dice.expovariate(1 / mean))),
            dice.randint(1, 3),
        )
        for n in range(cells)
    ]
    return pool, asked, GreatCircleTravel(points)


def bare_solve(plan: Plan) -> tuple[float, int, int]:
    """(seconds of solve(), optimum in minutes, arcs) of the instance without groups and ties."""
    solution = plan.solution
    able, people, width = solution.able, len(solution.pool), len(solution.cells)
    rows, columns = np.nonzero(able.may[able.profile_of])
    minutes = able.minutes[able.profile_of[rows], columns]
    prices = np.array(
        [(c, *price) for c, cell in enumerate(solution.cells) for price in solution.policy.slot_prices(cell)]
    )
    short, idle = people + width, people + width + 1
    asked, slots = [c.slots for c in solution.cells], np.array([a.slots for a in solution.pool])
    solver = min_cost_flow.SimpleMinCostFlow()
    everyone = np.arange(people)
    solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([rows, everyone, np.full(len(prices) + 1, short)]),
        np.concatenate([people + columns, np.full(people, idle), people + prices[:, 0], [idle]]),
        np.concatenate([slots[rows], slots, prices[:, 1], [sum(asked)]]),
        np.concatenate([minutes, np.zeros(people, dtype=np.int64), prices[:, 2], [0]]),
    )
    supplies = np.concatenate([slots, -np.array(asked), [sum(asked), -slots.sum()]])
    solver.set_nodes_supplies(np.arange(idle + 1), supplies)
    start = time.perf_counter()
    status = solver.solve()
    seconds = time.perf_counter() - start
    assert status == solver.OPTIMAL, status
    return seconds, solver.optimal_cost(), solver.num_arcs()


def main(people: int = 1200, cells: int = 240, runs: int = 7) -> None:
    pool, asked, travel = instance(people, cells)
    whole, bare, plan = [], [], allocate(pool, asked, travel)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kB on Linux
    for _ in range(runs):
        start = time.perf_counter()
        plan = allocate(pool, asked, travel)
        whole.append(time.perf_counter() - start)
        seconds, optimum, arcs = bare_solve(plan)
        bare.append(seconds)
        assert optimum == plan.cost["total"], (optimum, plan.cost)
    end_to_end, solve = statistics.median(whole), statistics.median(bare)
    print(f"{people} people x {cells} cells, {arcs} arcs plain, {len(plan.solution.flow)} grouped; {runs} runs")
    print(f"short: {sum(s.slots for s in plan.shortages)} slots in {len(plan.shortages)} cells")
    print(f"bare OR-Tools solve  {solve * 1000:8.1f} ms (median)")
    print(f"allocate, end to end {end_to_end * 1000:8.1f} ms (median), same optimum")
    print(f"ratio                {end_to_end / solve:8.2f}")
    print(f"peak memory          {peak / 1024:8.0f} MB, load {' '.join(f'{n:.1f}' for n in os.getloadavg())}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
