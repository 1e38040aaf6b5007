"""Travel on a graph of roads between regions, with closures and slow stretches.

Regions are the junctions, neighbours are joined by a road. A closed road is gone, and whoever needs it goes round.
Times are worked out from the regions people go to (the affected ones are fewer than the bases) by Dijkstra's
algorithm over all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, QhullError

from emergency.domain.allocation.travel import UNREACHABLE, Minutes, great_circle_minutes

Pair = tuple[str, str]
USUAL = 100  # per cent of the usual speed
# A way over several regions bends by itself, so a single stretch bends less than the 35 % of a whole way. Measured
# over the counties of the United States and of China: with 27 % a whole way comes to 135 % of the great circle
# (benchmarks/roads.py prints it). House rule, 2026-11-23.
STRETCH_PERCENT = 127


def pair(one: str, other: str) -> Pair:
    """A road by its ends, the same both ways."""
    return (one, other) if one <= other else (other, one)


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Roads as they are when nothing has happened.

    Attributes:
        names: region of each junction, rising.
        points: (junctions, 2) longitude and latitude, degrees.
        edges: (roads, 2) numbers of junctions, the smaller first, in rising order.
        minutes: (roads,) one way, 1 or more.
    """

    names: tuple[str, ...]
    points: np.ndarray
    edges: Minutes
    minutes: Minutes

    @cached_property
    def number(self) -> Mapping[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    @cached_property
    def road(self) -> Mapping[Pair, int]:
        """Ends -> number of the road."""
        return {(self.names[a], self.names[b]): at for at, (a, b) in enumerate(self.edges.tolist())}

    @cached_property
    def usual(self) -> csr_array:
        return _matrix(self, self.minutes)

    def way(self, one: str, other: str) -> list[Pair]:
        """The roads of the usual quickest way between two regions, in order."""
        return _way(self, self.usual, one, other)


def road_graph(points: Mapping[str, tuple[float, float]]) -> RoadGraph:
    """Join neighbouring regions: those whose points share a side in Delaunay's triangulation.

    Outlines are not needed for that, and no region stays alone. Where the points give no triangle (fewer than
    three, or all in a row) each is joined to the next.

    Args:
        points: region -> longitude, latitude in degrees.
    """
    names = tuple(sorted(points))
    lonlat = np.array([points[name] for name in names], dtype=float).reshape(-1, 2)
    edges = _neighbours(lonlat)
    ends = lonlat[edges]
    straight = great_circle_minutes(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1], STRETCH_PERCENT)
    return RoadGraph(names, lonlat, edges, np.maximum(straight, 1))


def _neighbours(lonlat: np.ndarray) -> Minutes:
    flat = lonlat * [np.cos(np.radians(lonlat[:, 1].mean() if len(lonlat) else 0.0)), 1.0]
    try:
        corners = Delaunay(flat, qhull_options="QJ Pp").simplices  # QJ: points in one place are joined all the same
        sides = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    except (QhullError, ValueError):
        order = np.lexsort(flat.T)
        sides = np.sort(np.stack([order[:-1], order[1:]], axis=1), axis=1)
    found: Minutes = np.unique(sides.astype(np.int64), axis=0).reshape(-1, 2)
    return found


def _matrix(graph: RoadGraph, minutes: Minutes) -> csr_array:
    """Roads both ways; a road of UNREACHABLE minutes is left out."""
    there = minutes != UNREACHABLE
    ends, weights = graph.edges[there], minutes[there].astype(float)
    size = len(graph.names)
    return csr_array((weights, (ends[:, 0], ends[:, 1])), shape=(size, size))


def _way(graph: RoadGraph, roads: csr_array, one: str, other: str) -> list[Pair]:
    start, end = graph.number[one], graph.number[other]
    _, before = dijkstra(roads, directed=False, indices=np.array([start]), return_predecessors=True)
    found, at = [], end
    while at != start:
        back = int(before[0, at])
        if back < 0:
            return []
        found.append((graph.names[back], graph.names[at]))
        at = back
    return found[::-1]


@dataclass(frozen=True, eq=False)
class RoadTravel:
    """Times on the graph as it is now.

    A closure between two regions that are not neighbours closes every road of the usual way between them: who
    says that the motorway from one to the other is shut means all of it. A region that is no junction (a province
    among counties, say) lies beside the nearest one and is reached from there as the crow flies.

    Attributes:
        closed: pairs of regions, either way round.
        percent: pair -> per cent of the usual speed, 1 to 100.
        beside: regions that are no junctions, with their points.
    """

    graph: RoadGraph
    closed: frozenset[Pair] = frozenset()
    percent: Mapping[Pair, int] = field(default_factory=dict)
    beside: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for (one, other), share in self.percent.items():
            if not 1 <= share <= USUAL:
                text = f"{one} to {other}: {share} % of the usual speed; allowed are 1 to {USUAL}, or a closure"
                raise ValueError(text)

    def shut(self) -> frozenset[Pair]:
        """The roads of the graph that are gone."""
        return frozenset(pair(*road) for ends in self.closed for road in self._along(ends))

    def _along(self, ends: Pair) -> Iterable[Pair]:
        one, other = ends
        if pair(one, other) in self.graph.road:
            return [pair(one, other)]
        if one not in self.graph.number or other not in self.graph.number:
            return []
        return self.graph.way(one, other)

    @cached_property
    def now(self) -> csr_array:
        """The graph with what is closed and slow."""
        if not self.closed and not self.percent:
            return self.graph.usual
        minutes = self.graph.minutes.copy()
        for ends, share in self.percent.items():
            for road in self._along(ends):
                at = self.graph.road[pair(*road)]
                minutes[at] = max(int(minutes[at]), -(-int(self.graph.minutes[at]) * USUAL // share))
        for road in self.shut():
            minutes[self.graph.road[road]] = UNREACHABLE
        return _matrix(self.graph, minutes)

    def minutes(self, from_region: str, to_region: str) -> int | None:
        found = int(self.matrix((from_region,), (to_region,))[0, 0])
        return None if found == UNREACHABLE else found

    def matrix(self, from_regions: Sequence[str], to_regions: Sequence[str]) -> Minutes:
        """Minutes, shape (from, to), -1 = no way; the same region is 0 minutes away."""
        starts, first = self._junctions(from_regions)
        ends, last = self._junctions(to_regions)
        found = np.full((len(starts), len(ends)), UNREACHABLE, dtype=np.int64)
        known, asked = np.flatnonzero(starts >= 0), np.flatnonzero(ends >= 0)
        if known.size and asked.size:
            # Roads carry both ways alike, so the ways from the goals are the ways to them.
            goals, goal_of = np.unique(ends[asked], return_inverse=True)
            ways = dijkstra(self.now, directed=False, indices=goals)[goal_of][:, starts[known]].T
            total = ways + first[known][:, None] + last[asked][None, :]
            reached = np.isfinite(total)
            found[np.ix_(known, asked)] = np.where(reached, np.where(reached, total, 0), UNREACHABLE).astype(np.int64)
        same = np.array(from_regions, dtype=object)[:, None] == np.array(to_regions, dtype=object)
        return np.where(same.reshape(found.shape), 0, found)

    def route(self, from_region: str, to_region: str) -> list[str]:
        """The regions of the quickest way now, both ends included; empty where there is none."""
        graph = self.to_networkx()
        start, end = self._junctions((from_region, to_region))[0].tolist()
        if min(start, end) < 0:
            return []
        names = self.graph.names
        try:
            way: list[str] = nx.shortest_path(graph, names[start], names[end], weight="minutes")
        except nx.NetworkXNoPath:
            return []
        return way

    def to_networkx(self) -> nx.Graph[str]:
        """The roads as they are now: node = region, edge `minutes`; for people who want to look into it."""
        found: nx.Graph[str] = nx.Graph()
        found.add_nodes_from(self.graph.names)
        roads = self.now.tocoo()
        for a, b, minutes in zip(roads.row.tolist(), roads.col.tolist(), roads.data.tolist(), strict=True):
            found.add_edge(self.graph.names[a], self.graph.names[b], minutes=int(minutes))
        return found

    def _junctions(self, regions: Sequence[str]) -> tuple[Minutes, Minutes]:
        """(junction, minutes to it) of each region; -1 where nobody knows where it lies."""
        at = np.full(len(regions), -1, dtype=np.int64)
        leg = np.zeros(len(regions), dtype=np.int64)
        for row, region in enumerate(regions):
            if region in self.graph.number:
                at[row] = self.graph.number[region]
            elif region in self.beside:
                at[row], leg[row] = self._nearest(self.beside[region])
        return at, leg

    def _nearest(self, point: tuple[float, float]) -> tuple[int, int]:
        away = great_circle_minutes(self.graph.points[:, 0], self.graph.points[:, 1], *point)
        nearest = int(away.argmin())
        return nearest, int(away[nearest])
