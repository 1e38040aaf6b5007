"""Travel times from tables and from coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from emergency.domain.allocation import GreatCircleTravel, TravelTable, great_circle_minutes
from emergency.domain.allocation.travel import travel_matrix


def test_one_degree_along_a_meridian_is_150_minutes():
    # 6371.0088 km x pi / 180 = 111.195 km, x 1.35 at 60 km/h = 150.1 minutes
    assert great_circle_minutes(0, 0, 0, 1) == 150
    assert great_circle_minutes([0, 179.5], [0, 0], [0, -179.5], [1, 0]).tolist() == [150, 150]


def test_regions_without_a_point_are_unreachable_except_from_themselves():
    travel = GreatCircleTravel({"a": (0, 0), "b": (0, 1)})
    assert travel.matrix(("a", "x"), ("a", "b", "x")).tolist() == [[0, 150, -1], [-1, -1, 0]]
    assert (travel.minutes("a", "b"), travel.minutes("a", "x")) == (150, None)


def test_a_travel_that_answers_pair_by_pair_gives_the_same_matrix():
    table = TravelTable({("a", "b"): 5, ("a", "a"): 2})

    class Asked:
        def minutes(self, from_region, to_region):
            return table.minutes(from_region, to_region)

    pairs = ("a", "b"), ("a", "b", "c")
    assert travel_matrix(Asked(), *pairs).tolist() == [[2, 5, -1], [-1, 0, -1]]
    assert np.array_equal(travel_matrix(Asked(), *pairs), travel_matrix(table, *pairs))


def test_impossible_places_and_times_are_refused():
    with pytest.raises(ValueError, match="-180 to 180"):
        GreatCircleTravel({"a": (float("nan"), 0)})
    with pytest.raises(ValueError, match="0 or more"):
        TravelTable({("a", "b"): -5})
