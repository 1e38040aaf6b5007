from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.stock_ledger import (
    AVAILABLE,
    COMMITTED,
    IN_TRANSIT,
    OPEN,
    OUT_OF_SERVICE,
    OUTSIDE,
    PLACES,
    STATES,
    STEPS,
    Balance,
    Move,
    Short,
    moves_of,
    replayed,
    steps_from,
)

MOVES = st.lists(
    st.builds(
        Move,
        st.sampled_from(["HOU", "DAL"]),
        st.sampled_from(["drone", "generator"]),
        st.sampled_from(PLACES),
        st.sampled_from(PLACES),
        st.integers(-2, 9),
    ),
    max_size=60,
)


@given(MOVES)
def test_whatever_is_tried_every_piece_is_in_one_place_and_none_is_below_zero(tried: list[Move]) -> None:
    taken: list[Move] = []
    for move in tried:
        try:
            replayed([*taken, move])
        except (Short, ValueError):
            continue
        taken.append(move)
    for key, balance in replayed(taken).items():
        bought = sum(m.count for m in taken if (m.depot, m.kind) == key and m.source == OUTSIDE)
        gone = sum(m.count for m in taken if (m.depot, m.kind) == key and m.target == OUTSIDE)
        parts = [balance.at(place) for place in PLACES if place != OUTSIDE]
        assert min(parts) >= 0
        assert sum(parts) == balance.total == bought - gone


@given(MOVES)
def test_what_is_taken_back_leaves_the_balance_as_it_was(tried: list[Move]) -> None:
    balance = Balance(20, 5, 5, 5)
    for move in tried:
        try:
            after = balance.moved(move.source, move.target, move.count)
        except (Short, ValueError):
            continue
        assert after.moved(move.back.source, move.back.target, move.back.count) == balance


def test_a_request_goes_out_and_comes_home_with_one_broken_and_two_used_up() -> None:
    balance, seen = Balance(10), []
    for act in ("commit", "dispatch", "arrive", "send_back", "take_back"):
        lost = {"damaged": 1, "used": 2} if act == "take_back" else {}
        for move in moves_of(STEPS[act], "HOU", "first_aid_kit", 6, **lost):
            balance = balance.moved(move.source, move.target, move.count)
        seen.append((balance.available, balance.committed, balance.in_transit, balance.out_of_service, balance.total))
    assert seen == [(4, 6, 0, 0, 10), (4, 0, 6, 0, 10), (4, 6, 0, 0, 10), (4, 0, 6, 0, 10), (7, 0, 0, 1, 8)]


def test_more_than_there_is_does_not_move_and_the_message_says_how_many_there_are() -> None:
    with pytest.raises(Short, match="only 4 are available, not 5"):
        Balance(10, 6).moved(AVAILABLE, COMMITTED, 5)
    with pytest.raises(ValueError, match="is no move"):
        Balance(10).moved(AVAILABLE, AVAILABLE, 1)
    with pytest.raises(ValueError, match="never below zero"):
        Balance(1, 1, 1)


def test_nothing_is_lost_on_a_step_that_brings_nothing_home() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        moves_of(STEPS["arrive"], "HOU", "drone", 2, damaged=1)
    with pytest.raises(ValueError, match="cannot be"):
        moves_of(STEPS["take_back"], "HOU", "drone", 2, damaged=2, used=1)


def test_every_open_state_leads_on_and_every_ended_one_ends() -> None:
    assert {s for s in STATES if steps_from(s)} == set(OPEN)
    assert [s.act for s in steps_from("committed")] == ["dispatch", "release"]
    assert {(s.source, s.target) for s in STEPS.values() if s.source} <= {
        (AVAILABLE, COMMITTED),
        (COMMITTED, AVAILABLE),
        (COMMITTED, IN_TRANSIT),
        (IN_TRANSIT, COMMITTED),
        (IN_TRANSIT, AVAILABLE),
    }
    assert OUT_OF_SERVICE not in {s.target for s in STEPS.values()}
