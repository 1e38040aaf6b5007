"""Who is asked to confirm a level, in which order, and who may decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.level import DEPUTY, chain, may_decide, next_step, ran_out, tier_needed

AUTHORITY = {3: "branch", 2: "province", 1: "hq"}
WITHIN = {3: 3600, 2: 1800, 1: 900}


def roles(level: int, authority: dict[int, str] = AUTHORITY) -> list[str]:
    return [step.role for step in chain(authority, WITHIN, level)]


def test_the_authority_is_asked_first_then_the_deputy_then_the_next_tier() -> None:
    assert roles(3) == ["branch", "branch/deputy", "province", "province/deputy", "hq", "hq/deputy"]
    assert roles(1) == ["hq", "hq/deputy"]
    assert [step.within_s for step in chain(AUTHORITY, WITHIN, 2)] == [1800, 1800, 900, 900]


def test_nobody_stands_in_the_chain_twice_and_a_level_left_out_is_skipped() -> None:
    assert roles(3, {3: "cio", 2: "cio", 1: "hq"}) == ["cio", "cio/deputy", "hq", "hq/deputy"]
    assert roles(2, {1: "hq"}) == ["hq", "hq/deputy"]
    assert roles(3, {}) == []
    with pytest.raises(ValueError, match="not one of 1, 2, 3"):
        chain(AUTHORITY, WITHIN, 4)


@pytest.mark.parametrize(("now", "expected"), [(99, None), (100, "hq/deputy")])
def test_the_next_is_asked_when_the_time_of_the_one_before_is_up(now: int, expected: str | None) -> None:
    found = next_step(chain(AUTHORITY, WITHIN, 1), {"hq"}, 100, now)
    assert (found.role if found else None) == expected


@pytest.mark.parametrize(("asked", "now", "expected"), [({"hq"}, 500, False), ({"hq", "hq/deputy"}, 499, False)])
def test_the_chain_has_not_run_out_while_somebody_is_left_or_has_time(
    asked: set[str], now: int, expected: bool
) -> None:
    assert ran_out(chain(AUTHORITY, WITHIN, 1), asked, 500, now) is expected


def test_the_chain_has_run_out_when_everyone_was_asked_and_let_their_time_pass() -> None:
    assert ran_out(chain(AUTHORITY, WITHIN, 1), {"hq", "hq/deputy"}, 500, 500)
    assert not ran_out((), set(), 500, 500), "where nobody can be asked nothing applies by itself"


@given(st.sampled_from([1, 2, 3]), st.lists(st.integers(0, 4000), max_size=60))
def test_any_passing_of_time_asks_each_once_and_in_order(level: int, steps_s: list[int]) -> None:
    steps, asked, due, now = chain(AUTHORITY, WITHIN, level), list[str](), None, 0
    for passed in steps_s:
        now += passed
        found = next_step(steps, asked, due, now)
        if found:
            asked.append(found.role)
            due = now + found.within_s
        assert asked == [step.role for step in steps][: len(asked)]
        assert not ran_out(steps, asked, due, now) or len(asked) == len(steps)


@pytest.mark.parametrize(
    ("proposed", "wanted", "in_force", "tier"),
    [
        (2, 2, None, 2),  # confirm Ⅱ
        (2, 3, None, 2),  # decide against a proposed Ⅱ
        (3, 1, None, 1),  # a person declares Ⅰ
        (3, 2, 1, 1),  # step down from Ⅰ: the same authority
        (None, None, 3, 3),  # end the response
        (3, 3, 3, 3),
        (None, None, None, None),
    ],
)
def test_the_gravest_of_what_is_proposed_wanted_and_given_up_says_whose_it_is(
    proposed: int | None, wanted: int | None, in_force: int | None, tier: int | None
) -> None:
    assert tier_needed(proposed, wanted, in_force) == tier


@pytest.mark.parametrize(
    ("tier", "role", "asked", "may"),
    [
        (2, "province", (), True),
        (2, "hq", (), True),
        (2, "branch", (), False),
        (2, "commander", (), False),
        (2, "province/deputy", (), False),
        (2, "province/deputy", ("province/deputy",), True),
        (2, "branch/deputy", ("branch/deputy",), False),
        (None, "anyone", (), True),
    ],
)
def test_a_graver_authority_always_may_and_a_deputy_once_asked(
    tier: int | None, role: str, asked: tuple[str, ...], may: bool
) -> None:
    assert may_decide(AUTHORITY, tier, role, asked) is may


def test_where_nobody_is_named_anyone_may_and_where_none_is_high_enough_the_gravest() -> None:
    assert may_decide({}, 1, "anyone", ())
    assert may_decide({3: "branch"}, 1, "branch", ())
    assert not may_decide({3: "branch"}, 1, "province", ())
    assert DEPUTY == "/deputy"
