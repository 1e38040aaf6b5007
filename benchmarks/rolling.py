"""A typhoon day by day under several ways to dispatch: `python -m benchmarks.rolling [--small] [--seeds N]`.

30,000 claims reported in five days, 1,200 adjusters (15 % held back at home) at 300 bases, 40 counties, roads
closed beside the track and opened again day by day. Every morning one plan for the ten hours to come; the same
stream of claims, the same roads and the same order of work within a cell for all. Only who goes where differs.

"Flow" is the product as it is shipped: its demand, each slot worth what its claims weigh, its engine and policy, read
from its own files. "Flow by priority" is the same engine with slots priced by the urgency of their cell alone. Looking
ahead adds, last of all, the claims the reporting curve lets expect until tomorrow.

What it is: a comparison in a made-up world, mean [least to most] over the seeds. What it leaves out: lodging, rest
days, re-opened claims, no-shows, second visits, traffic. People stay in the county they worked in. A dispatcher
with a telephone may be better than any rule written here.
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np

from benchmarks.storm.days import figures, run
from benchmarks.storm.dispatch import Dispatch, nearest_first, priority_order, priority_order_ahead, proportional
from benchmarks.storm.flows import flow, flow_ahead, flow_by_priority, flow_by_priority_ahead
from benchmarks.storm.world import SMALL, Size, world

POLICIES: dict[str, Dispatch] = {
    "nearest first, biggest backlog": nearest_first,
    "proportional split": proportional,
    "priority order": priority_order,
    "priority order, looking ahead": priority_order_ahead,
    "flow by priority": flow_by_priority,
    "flow by priority, looking ahead": flow_by_priority_ahead,
    "flow": flow,
    "flow, looking ahead": flow_ahead,
}
BASELINES = ("nearest first, biggest backlog", "proportional split", "priority order")
COMPARED = ("surveyed < 72 h, %", "travel hours", "travel hours after the first way", "breach-days")


def main(size: Size, seeds: int) -> None:
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in POLICIES}
    seconds = dict.fromkeys(POLICIES, 0.0)
    for seed in range(seeds):
        storm = world(seed, size)
        for name, dispatch in POLICIES.items():
            start = time.perf_counter()
            rows[name].append(figures(storm, run(storm, dispatch)))
            seconds[name] += time.perf_counter() - start
    print(
        f"{size.claims} claims, {size.people} people, {size.counties} counties, {seeds} seeds, load {os.getloadavg()}"
    )
    for figure in rows[BASELINES[0]][0]:
        print(figure)
        for name, found in rows.items():
            values = [one[figure] for one in found]
            print(f"  {name:30} {np.mean(values):10.1f} [{min(values):.1f} to {max(values):.1f}]")
    print("seconds of simulation, all seeds: " + ", ".join(f"{name} {s:.1f}" for name, s in seconds.items()))
    for name, other in (
        ("flow", ""),
        ("flow by priority", ""),
        ("flow, looking ahead", "flow"),
        ("flow by priority, looking ahead", "flow by priority"),
        ("flow, looking ahead", "priority order, looking ahead"),
        ("flow by priority, looking ahead", "priority order, looking ahead"),
    ):
        _against(rows, name, other)


def _against(rows: dict[str, list[dict[str, float]]], name: str, other: str) -> None:
    """Differences seed by seed: the streams are the same, so they are paired. "" = on each figure the best rule."""
    print(f"{name}, against {other or 'the strongest rule of thumb of each figure'}:")
    for figure in COMPARED:
        better = -1 if "%" in figure else 1
        mean = {rule: better * float(np.mean([one[figure] for one in rows[rule]])) for rule in BASELINES}
        rival = other or min(mean, key=mean.__getitem__)
        pairs = [(a[figure], b[figure]) for a, b in zip(rows[name], rows[rival], strict=True)]
        if "%" in figure:
            gaps, unit = [a - b for a, b in pairs], "points"
        else:
            gaps, unit = [100 * (a - b) / b if b else 0.0 for a, b in pairs], "%"
        print(f"  {figure:32} {np.mean(gaps):+6.1f} {unit:6} [{min(gaps):+.1f} to {max(gaps):+.1f}] {rival}")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--small", action="store_true", help="a world a twentieth the size, in seconds")
    words.add_argument("--seeds", type=int, default=5)
    given = words.parse_args()
    main(SMALL if given.small else Size(), given.seeds)
