from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.suspect import Reading, average, falling, parts
from emergency.library.suspect import load_suspect
from emergency.texts import Message

SHIPPED = load_suspect(Path(__file__).resolve().parents[2] / "data/rules/suspect.yaml")
WHAT = Message("claims")


def reading(
    value: int, at_us: int = 0, source: str = "bureau", place: str = "", metric: str = "casualties.deaths"
) -> Reading:
    return Reading(metric, place, source, at_us, Decimal(value))


@pytest.mark.parametrize(
    ("reports", "amount", "doubtful"),
    [
        (5_643, 16_600_000_000, True),  # 2.9 million a report
        (513_200, 12_404_000_000, False),  # Henan, 25 August 2021: 24,170
        (6_786, 166_000_000, False),  # Beijing 2023, day 3: 24,462
        (1_000, 50_000, True),  # 50 a report: 万元 read as 元
        (0, 50_000, False),  # cannot be judged
        (100, 0, False),
    ],
)
def test_an_average_out_of_scale_is_doubted(reports: int, amount: int, doubtful: bool) -> None:
    found = average(reports, Decimal(amount), "CNY", SHIPPED)
    assert (found is not None) == doubtful


def test_an_average_names_both_figures_and_what_was_expected() -> None:
    found = average(5_643, Decimal(16_600_000_000), "CNY", SHIPPED)
    assert found is not None
    assert str(found.message) == (
        "16,600,000,000 CNY from 5,643 reports is 2,941,698 a report; expected are 100 to 500,000"
    )


def test_a_currency_nobody_drew_a_line_for_is_not_judged() -> None:
    assert average(1, Decimal(10**12), "JPY", SHIPPED) is None


def test_a_figure_to_date_that_falls_is_doubted_and_one_that_may_fall_is_not() -> None:
    counts = [reading(3, 1), reading(5, 2), reading(4, 3)]
    assert [str(d.message) for d in falling(counts, SHIPPED, {})] == [
        "casualties.deaths falls from 5 to 4, though it counts to date; ask bureau"
    ]
    weather = [reading(3, 1, metric="complaint.last_24h"), reading(1, 2, metric="complaint.last_24h")]
    assert falling(weather, SHIPPED, {}) == []


def test_a_fall_is_seen_by_the_time_it_holds_for_and_place_by_place() -> None:
    late = [reading(5, 2), reading(3, 1)]  # entered out of order
    assert falling(late, SHIPPED, {}) == []
    elsewhere = [reading(5, 1, place="410100"), reading(3, 2, place="410700")]
    assert falling(elsewhere, SHIPPED, {}) == []


def test_two_sources_that_contradict_each_other_are_named_so() -> None:
    found = falling([reading(5, 1, "a"), reading(4, 2, "b")], SHIPPED, {})
    assert ["the sources differ, b is last" in str(d.message) for d in found] == [True]


@pytest.mark.parametrize(
    ("total", "of", "doubtful"),
    [
        (54_516, (53_596, 940), False),  # PICC, 23 July 2021: 54,536; off by 20, 0.04 %
        (46_585, (45_283, 1_216, 46, 40), False),  # Ping An, the same day: to the last claim
        (54_516, (53_596, 94), True),
        (100, (), False),
    ],
)
def test_parts_are_held_against_their_total(total: int, of: tuple[int, ...], doubtful: bool) -> None:
    found = parts(Decimal(total), [Decimal(p) for p in of], SHIPPED, WHAT)
    assert (found is not None) == doubtful


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_figures_that_only_grow_are_never_doubted(values: list[int]) -> None:
    grown = [reading(v, at) for at, v in enumerate(sorted(values))]
    assert falling(grown, SHIPPED, {}) == []


def test_every_line_of_the_file_says_where_it_is_drawn_from() -> None:
    assert all(len(source) > 10 for source in SHIPPED.sources.values())
