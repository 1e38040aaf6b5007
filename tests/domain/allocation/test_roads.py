"""Roads between neighbours: closed, slow, gone round. Four towns in a square, a fifth in its middle."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import great_circle_minutes
from emergency.domain.allocation.roads import STRETCH_PERCENT, RoadTravel, pair, road_graph

SQUARE = {"nw": (0.0, 1.0), "ne": (1.0, 1.0), "sw": (0.0, 0.0), "se": (1.0, 0.0), "mid": (0.5, 0.5)}
GRAPH = road_graph(SQUARE)
SIDE = int(great_circle_minutes(0, 0, 1, 0, STRETCH_PERCENT))
HALF = int(great_circle_minutes(0, 0, 0.5, 0.5, STRETCH_PERCENT))


def test_neighbours_are_joined_and_opposite_corners_are_not() -> None:
    assert set(GRAPH.road) == {
        *(pair(*ends) for ends in (("nw", "ne"), ("sw", "se"), ("nw", "sw"), ("ne", "se"))),
        *(pair("mid", corner) for corner in ("nw", "ne", "sw", "se")),
    }
    travel = RoadTravel(GRAPH)
    assert travel.minutes("sw", "se") == SIDE
    assert travel.minutes("sw", "ne") == 2 * HALF  # through the middle, shorter than round the corner
    assert travel.minutes("sw", "sw") == 0


def test_a_closed_road_is_gone_round() -> None:
    travel = RoadTravel(GRAPH, frozenset({("se", "sw")}))
    assert travel.minutes("sw", "se") == travel.minutes("se", "sw") == 2 * HALF
    assert travel.route("sw", "se") == ["sw", "mid", "se"]


def test_a_town_with_every_road_closed_has_no_way() -> None:
    shut = frozenset({("sw", "se"), ("sw", "nw"), ("sw", "mid")})
    travel = RoadTravel(GRAPH, shut)
    assert travel.minutes("sw", "ne") is None
    assert travel.route("sw", "ne") == []
    assert travel.matrix(("sw", "nw"), ("ne", "sw")).tolist() == [[-1, 0], [SIDE, -1]]


def test_who_closes_the_way_between_two_that_are_no_neighbours_closes_all_of_it() -> None:
    travel = RoadTravel(GRAPH, frozenset({("sw", "ne")}))
    assert travel.shut() == {pair("sw", "mid"), pair("mid", "ne")}
    assert travel.minutes("sw", "ne") == 2 * SIDE


def test_a_slow_road_takes_longer_until_going_round_is_quicker() -> None:
    slow = RoadTravel(GRAPH, percent={("sw", "se"): 90})
    assert slow.minutes("sw", "se") == -(-SIDE * 100 // 90)
    assert RoadTravel(GRAPH, percent={("sw", "se"): 10}).minutes("sw", "se") == 2 * HALF
    with pytest.raises(ValueError, match="0 % of the usual speed; allowed are 1 to 100, or a closure"):
        RoadTravel(GRAPH, percent={("sw", "se"): 0})


def test_a_province_lies_beside_its_nearest_county_and_the_unknown_nowhere() -> None:
    travel = RoadTravel(GRAPH, beside={"province": (0.0, -0.5)})
    leg = int(great_circle_minutes(0, -0.5, 0, 0))
    assert travel.minutes("province", "se") == leg + SIDE
    assert travel.minutes("province", "province") == 0
    assert travel.minutes("elsewhere", "se") is None and travel.minutes("elsewhere", "elsewhere") == 0
    assert travel.route("elsewhere", "se") == []


@pytest.mark.parametrize(
    "points",
    [
        {},
        {"a": (0, 0)},
        {"a": (0, 0), "b": (1, 0)},
        {"a": (0, 0), "b": (1, 0), "c": (2, 0)},
        {"a": (0, 0), "b": (0, 0)},
    ],
)
def test_few_points_or_points_in_a_row_are_joined_all_the_same(points: dict[str, tuple[float, float]]) -> None:
    travel = RoadTravel(road_graph(points))
    assert all(travel.minutes(one, other) is not None for one in points for other in points)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_times_are_those_of_networkx_whatever_is_closed(data: st.DataObject) -> None:
    where = st.tuples(st.floats(-3, 3).map(lambda x: round(x, 2)), st.floats(-3, 3).map(lambda x: round(x, 2)))
    points = {f"t{n}": at for n, at in enumerate(data.draw(st.lists(where, min_size=4, max_size=12, unique=True)))}
    graph = road_graph(points)
    closed = frozenset(data.draw(st.lists(st.sampled_from(sorted(graph.road)), max_size=6)))
    travel = RoadTravel(graph, closed)
    names = sorted(points)
    found, oracle = travel.matrix(names, names), travel.to_networkx()
    assert not any(oracle.has_edge(*road) for road in closed)
    for row, one in enumerate(names):
        known = nx.single_source_dijkstra_path_length(oracle, one, weight="minutes")
        assert found[row].tolist() == [known.get(other, -1) for other in names]
    # A closure makes nothing shorter.
    free = RoadTravel(graph).matrix(names, names)
    assert ((found >= free) | (found == -1)).all() and (free >= 0).all()
