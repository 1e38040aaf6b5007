from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.organisation import (
    DEPUTY,
    HOLDER,
    SAFE_STATES,
    DutyRules,
    Holding,
    Turn,
    board,
    rested,
    roll_summary,
    who_is_asked,
)
from emergency.domain.playbook import Role

SIX = datetime(2026, 7, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = DutyRules(12 * HOUR, 8 * HOUR, HOUR, HOUR / 4, HOUR / 2)
ROLES = {
    "commander": Role("commander", "command_centre", {"en": "Commander"}),
    "claims": Role("claims", "response_team", {"en": "Claims"}),
    "care": Role("care", "customer_support", {"en": "Care"}),
    "depot": Role("depot", "logistics", {"en": "Depot"}),
}


def held(
    role: str, person: str, *, since: datetime = SIX, until: datetime | None = None, standing: str = HOLDER
) -> Holding:
    return Holding(1, role, person, standing, since, until)


def test_the_board_has_the_four_groups_of_the_norm_in_order_and_says_which_posts_are_vacant() -> None:
    groups = board(ROLES, [held("claims", "Wu")], [], RULES, SIX)
    assert [g.name for g in groups] == ["command_centre", "response_team", "customer_support", "logistics"]
    assert [p.role for g in groups for p in g.posts if p.vacant] == ["commander", "care", "depot"]


@pytest.mark.parametrize(("hours", "tone"), [(10.9, "plain"), (11, "watch"), (11.9, "watch"), (12, "bad")])
def test_rest_is_announced_an_hour_before_a_turn_of_twelve_hours_ends(hours: float, tone: str) -> None:
    now = SIX + hours * HOUR
    post = board(ROLES, [held("claims", "Wu")], [], RULES, now)[1].posts[0]
    assert post.rest_due == SIX + 12 * HOUR
    assert post.tone(now, RULES) == tone


def test_a_planned_turn_says_when_its_person_goes_and_who_comes_next() -> None:
    turns = [
        Turn(2, "claims", "Li", SIX + 8 * HOUR, SIX + 16 * HOUR),
        Turn(1, "claims", "Wu", SIX, SIX + 8 * HOUR),
    ]
    post = board(ROLES, [held("claims", "Wu")], turns, RULES, SIX + HOUR)[1].posts[0]
    assert post.rest_due == SIX + 8 * HOUR
    assert [t.person for t in post.relief] == ["Li"]


def test_who_left_a_post_is_not_on_the_board() -> None:
    past = held("claims", "Wu", until=SIX + HOUR)
    assert board(ROLES, [past], [], RULES, SIX + 2 * HOUR)[1].posts[0].vacant


def test_a_role_that_left_the_playbook_keeps_its_holder_on_the_board() -> None:
    groups = board(ROLES, [held("liaison", "Sun")], [], RULES, SIX)
    assert groups[0].posts[-1].role == "liaison"


@pytest.mark.parametrize(
    ("served", "after", "free"),
    [
        (6, 7.9, False),  # half of the longest turn: rest must follow
        (6, 8, True),
        (5.9, 0, True),  # shorter turns ask for none
    ],
)
def test_after_half_a_turn_or_more_a_person_rests_eight_hours(served: float, after: float, free: bool) -> None:
    turn = held("claims", "Wu", until=SIX + served * HOUR)
    at = SIX + (served + after) * HOUR
    assert (rested("Wu", [turn], RULES, at) is None) is free


def test_a_post_is_called_out_by_name_then_deputies_then_the_commander_each_once() -> None:
    standing = [
        held("claims", "Wu", standing=DEPUTY),
        held("claims", "Li", standing=DEPUTY, until=SIX),
        held("commander", "Zhao"),
    ]
    assert who_is_asked("claims", standing, ["Qian", "Wu", " "], "commander") == ("Qian", "Wu", "Zhao")


def test_a_roll_call_is_complete_when_nobody_is_missing_or_out_of_reach() -> None:
    summary = roll_summary([("a", "safe"), ("b", "needs_help"), ("c", "unknown")])
    assert (summary.asked, summary.safe, summary.needs_help, summary.missing) == (3, 1, ("b",), ("c",))
    assert not summary.complete
    assert roll_summary([("a", "safe"), ("b", "needs_help")]).complete


def test_a_state_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'fine' is not one of"):
        roll_summary([("a", "fine")])


def test_rest_cannot_be_announced_before_the_turn_begins() -> None:
    with pytest.raises(ValueError, match="shorter than time_in_role"):
        DutyRules(HOUR, HOUR, HOUR, HOUR, HOUR)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.sampled_from(SAFE_STATES)))
def test_everybody_asked_is_in_exactly_one_state(people: dict[str, str]) -> None:
    summary = roll_summary(people.items())
    named = [*summary.needs_help, *summary.unreachable, *summary.missing]
    assert summary.safe + len(named) == summary.asked == len(people)
    assert len(set(named)) == len(named)
