from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.fund import ACCOUNTS, ENDOWMENT, FREE, RESERVED, SPENT, Books, Entry, FundRules, books, drawn

PAIRS = [(a, b) for a in ACCOUNTS for b in ACCOUNTS if a != b]
ENTRIES = st.lists(
    st.builds(
        lambda pair, minor, incident: Entry(*pair, minor, "CNY", incident),
        st.sampled_from(PAIRS),
        st.integers(1, 10**12),
        st.sampled_from(["A", "B"]),
    ),
    max_size=40,
)


@given(ENTRIES)
def test_the_books_add_up_to_zero_and_only_what_was_paid_in_can_be_owed(tried: list[Entry]) -> None:
    taken: list[Entry] = []
    for entry in tried:
        try:
            books([*taken, entry], "CNY")
        except ValueError:
            continue
        taken.append(entry)
    found = books(taken, "CNY")
    assert found.endowment + found.free + found.reserved + found.spent == 0
    assert found.free + found.reserved + found.spent == found.paid_in >= 0
    assert drawn(taken, "A", "CNY") + drawn(taken, "B", "CNY") == found.reserved + found.spent


def test_a_drawdown_is_reserved_paid_and_partly_given_back() -> None:
    entries = [
        Entry(ENDOWMENT, FREE, 5_000_000_00, "CNY"),
        Entry(FREE, RESERVED, 200_000_00, "CNY", "FLOOD"),
        Entry(RESERVED, SPENT, 200_000_00, "CNY", "FLOOD"),
        Entry(SPENT, FREE, 30_000_00, "CNY", "FLOOD"),
        Entry(ENDOWMENT, FREE, 7, "USD"),
    ]
    assert books(entries, "CNY") == Books("CNY", -5_000_000_00, 4_830_000_00, 0, 170_000_00)
    assert drawn(entries, "FLOOD", "CNY") == 170_000_00
    assert drawn(entries, "OTHER", "CNY") == 0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        books([Entry(FREE, RESERVED, 1, "CNY")], "CNY")
    with pytest.raises(ValueError, match="above zero"):
        Entry(FREE, RESERVED, 0, "CNY")
    with pytest.raises(ValueError, match="is no entry"):
        Entry(FREE, FREE, 1, "CNY")
    with pytest.raises(ValueError, match="do not balance"):
        Books("CNY", 0, 1, 0, 0)


def test_above_the_line_two_approve_and_an_unknown_currency_always_takes_two() -> None:
    rules = FundRules({"CNY": 1_000_000_00}, "house rule")
    assert not rules.second_needed(1_000_000_00, "CNY")
    assert rules.second_needed(1_000_000_01, "CNY")
    assert rules.second_needed(1, "VND")
