"""One door for figures: what a value may be, and how a whole and its parts fold into one."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.figure_value import readable, value_fault
from emergency.domain.folding import Part, fold


@pytest.mark.parametrize(
    ("metric", "value", "code"),
    [
        ("complaint.gathering_persons", "一百人左右", "wrong_value"),
        ("complaint.gathering_persons", 100, None),
        ("complaint.unresolved", -1, "negative"),
        ("complaint.unresolved", "几个", "wrong_value"),
        ("complaint.unresolved", 0, None),
        ("staff.missing", 1.5, "not_whole"),
        ("complaint.quiet_hours", 1.5, None),
        ("claims.closed_ratio", 98, "not_a_share"),
        ("regulator.final_report", "submitted", None),
        ("regulator.final_report", "已交", "wrong_value"),
        ("data.leak_stopped", 1, "wrong_value"),
        ("casualties.deaths", math.nan, "wrong_value"),
        ("industry.casualties.deaths", -2, "negative"),
        ("media.reach", "national", None),
        ("media.reach", 3, "wrong_value"),
        ("house.name", "华安", None),
        ("house.name", 7, "wrong_value"),
        ("outage.minutes", True, "wrong_value"),
        ("own.market_share", 0.2, None),
        ("own.note", "any word", None),
    ],
)
def test_a_figure_is_taken_or_refused_by_what_it_measures(metric: str, value: Any, code: str | None) -> None:
    fault = value_fault(metric, value)
    assert (fault.code if fault else None) == code
    assert readable(metric, value) is (code is None)


def above(code: str) -> tuple[str, ...]:
    """Harris and Orange lie in Texas."""
    return {"harris": ("texas",), "orange": ("texas",)}.get(code, ())


def said(*figures: tuple[str, int]) -> list[Part]:
    return [Part(place, value, order, place) for order, (place, value) in enumerate(figures)]


@pytest.mark.parametrize(
    ("figures", "value", "apart"),
    [
        ([("harris", 8), ("orange", 7)], 15, None),
        ([("harris", 8), ("orange", 7), ("", 10)], 10, (10, 15)),  # the newer whole corrects its parts
        ([("harris", 8), ("", 10), ("orange", 7)], 15, (10, 15)),  # a part nobody had counted comes to it
        ([("", 10), ("harris", 4)], 10, None),
        ([("texas", 5), ("harris", 8)], 8, (5, 8)),
        ([("harris", 8), ("texas", 5)], 5, (5, 8)),
        ([("harris", 8), ("texas", 5), ("", 9)], 9, (5, 8)),
    ],
)
def test_of_a_whole_and_its_parts_the_newer_counts(
    figures: list[tuple[str, int]], value: int, apart: tuple[int, int] | None
) -> None:
    found = fold(said(*figures), above)
    assert (found.value, found.apart) == (value, apart)


PLACES = st.sampled_from(["", "texas", "harris", "orange", "far"])


@given(st.dictionaries(PLACES, st.integers(0, 100), min_size=1).map(lambda d: list(d.items())))
def test_the_newest_whole_is_believed_and_nothing_is_counted_twice(figures: list[tuple[str, int]]) -> None:
    found = fold(said(*figures), above)
    assert found.value <= sum(value for _, value in figures)
    assert fold([*said(*figures), Part("", 42, 99, "")], above).value == 42
