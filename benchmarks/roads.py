"""Ways over neighbouring regions against the great circle: `python -m benchmarks.roads [--set us]`.

A plan sends people by a graph whose junctions are regions. One stretch of it is the great circle plus 27 %; whole
ways then come to the 135 % by which the product reckons where it has no roads. Printed by length of way, as a ratio;
beside it the time of all ways from 300 regions to 60, as a ratio to the same by networkx.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import networkx as nx
import numpy as np

from emergency.domain.allocation.roads import RoadTravel, road_graph
from emergency.domain.allocation.travel import GreatCircleTravel
from emergency.geo.regions import RegionSets

LENGTHS = ((30, 120), (120, 300), (300, 600), (600, 3_000))  # minutes by the great circle


def main(name: str, home: Path) -> None:
    regions = RegionSets(Path(__file__).parents[1] / "data/regions", home).get(name)
    level = regions.levels[-1]
    points = {code: regions.point(code) for code in regions.codes(level)}
    start = time.perf_counter()
    travel = RoadTravel(road_graph(points))
    built = time.perf_counter() - start
    dice, names = np.random.default_rng(0), list(points)
    bases = [names[n] for n in dice.integers(len(names), size=300)]
    places = [names[n] for n in dice.integers(len(names), size=60)]
    start = time.perf_counter()
    by_road = travel.matrix(bases, places)
    asked = time.perf_counter() - start
    straight = GreatCircleTravel(points).matrix(bases, places)
    print(f"{name}, {level}: {len(names)} regions, {len(travel.graph.edges)} roads, joined in {built:.2f} s")
    for least, most in LENGTHS:
        some = (straight > least) & (straight <= most) & (by_road >= 0)
        ratio = float((by_road[some] / straight[some]).mean()) if some.any() else float("nan")
        print(f"  {least:5}-{most:<5} min: by road / great circle x 1.35 = {ratio:.3f} over {int(some.sum())} ways")
    graph = travel.to_networkx()
    start = time.perf_counter()
    for place in places[:6]:
        nx.single_source_dijkstra_path_length(graph, place, weight="minutes")
    oracle = (time.perf_counter() - start) * len(places) / 6
    print(f"  all ways in {asked:.3f} s, {asked / oracle:.3f} x networkx")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--set", default="us", help="a region set that is installed")
    words.add_argument("--home", type=Path, default=Path.home() / ".emergency", help="where installed sets are")
    given = words.parse_args()
    main(given.set, given.home)
