import numpy as np
import pandas as pd
import pytest

from tests.geo.world import EAST, STATE, WEST, world


@pytest.fixture(scope="module")
def nine(tmp_path_factory):
    return world(tmp_path_factory.mktemp("nine"))


def claims(*rows):
    return pd.DataFrame(rows, columns=["lon", "lat", "region_given"]).astype({"region_given": "string"})


IN_WEST, NOWHERE = (0.5, 0.5), (np.nan, np.nan)


@pytest.mark.parametrize(
    ("point", "given", "region", "precision"),
    [
        (IN_WEST, None, WEST, "point"),
        (IN_WEST, WEST, WEST, "point"),
        (IN_WEST, STATE, WEST, "point"),
        (IN_WEST, "???", WEST, "point"),
        (NOWHERE, EAST, EAST, "region"),
        (NOWHERE, f" {EAST} ", EAST, "region"),
        ((50.0, 50.0), EAST, EAST, "region"),
        (NOWHERE, STATE, STATE, "parent"),
        (NOWHERE, "???", None, "none"),
        (NOWHERE, None, None, "none"),
    ],
)
def test_a_claim_is_placed_by_the_best_that_is_known_of_it(nine, point, given, region, precision):
    placed = nine.place(claims((*point, given)))
    assert placed["precision"].tolist() == [precision]
    assert (None if pd.isna(placed["region"][0]) else placed["region"][0]) == region


def test_a_fine_point_beats_a_code_that_says_otherwise(nine):
    frame = claims((*IN_WEST, EAST))
    assert nine.place(frame)["region"].tolist() == [WEST]
    assert nine.disagreements(frame) == 1


def test_a_code_beats_a_point_rounded_so_coarsely_that_it_may_lie_next_door(nine):
    placed = nine.place(claims((*IN_WEST, EAST), (*IN_WEST, WEST), (*IN_WEST, None)), coarse_degrees=0.1)
    assert placed["region"].tolist() == [EAST, WEST, WEST]
    assert placed["precision"].tolist() == ["region", "point", "point"]


def test_a_code_of_the_state_does_not_disagree_with_a_county_in_it(nine):
    assert nine.disagreements(claims((*IN_WEST, STATE), (*IN_WEST, "???"), (*NOWHERE, EAST))) == 0


def test_the_other_columns_and_the_index_are_kept(nine):
    frame = claims((*IN_WEST, None), (*NOWHERE, None)).assign(report_no=["a", "b"])
    frame.index = [7, 3]
    placed = nine.place(frame)
    assert placed["report_no"].tolist() == ["a", "b"]
    assert placed.index.tolist() == [7, 3]
    assert placed["region"].dtype == placed["precision"].dtype == "string"


def test_no_claims_are_placed_nowhere(nine):
    assert len(nine.place(claims())) == 0


def test_the_order_of_rows_changes_no_place(nine):
    rows = [(*IN_WEST, EAST), (1.5, 0.5, None), (*NOWHERE, STATE), (*NOWHERE, None)]
    forward, backward = nine.place(claims(*rows)), nine.place(claims(*rows[::-1]))
    assert forward["region"].fillna("").tolist() == backward["region"].fillna("").tolist()[::-1]
