"""A roll call that ends without everybody does not look complete, and its end can be taken back."""

from __future__ import annotations

import pytest

from emergency.console.rooms.task_words import look_name, look_tone
from emergency.domain.incident import Incident
from emergency.service import organisation as posts
from emergency.service import roll_call
from emergency.service.context import Context, Refused
from emergency.service.grading import confirm_level
from emergency.service.task_board import TaskLine, board
from emergency.store import tasks
from emergency.texts import speaker


@pytest.fixture
def asked(ctx: Context, flood: Incident) -> tuple[Context, int]:
    """The flood at level Ⅲ, two people in posts, a roll call nobody has answered."""
    confirm_level(ctx, flood.incident_id, 3, reason="as seen")
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    posts.appoint(ctx, flood.incident_id, "logistics", "Wu Di")
    return ctx, roll_call.open_roll(ctx, flood.incident_id)


def line(ctx: Context) -> TaskLine:
    found = board(ctx, "FLOOD-1").line("roll-call")
    assert found is not None
    return found


def ask_for_everybody(ctx: Context) -> None:
    """The playbook's evidence is a roll call that reached everybody."""
    demand = [{"action": "rollcall.close", "match": {"complete": True}}]
    with ctx.store.write() as connection:
        tasks.change(connection, "FLOOD-1", "roll-call", evidence=demand)


def test_it_ends_without_everybody_only_with_a_reason_and_its_task_says_how_many(asked: tuple[Context, int]) -> None:
    ctx, roll = asked
    with pytest.raises(Refused) as told:
        roll_call.close_roll(ctx, "FLOOD-1", roll)
    assert "2人中仍有2人未联系上" in speaker("zh_CN")(told.value.args[0])
    assert line(ctx).is_open and roll_call.rolls(ctx, "FLOOD-1")[0].closed_at is None
    roll_call.close_roll(ctx, "FLOOD-1", roll, "the lines are down")
    done = line(ctx)
    assert (done.look, done.not_reached, look_tone(done)) == ("done", 2, "bad")
    assert look_name(speaker("en"), done) == "done, 2 not reached"


def test_everybody_reached_it_is_done_like_any_other(asked: tuple[Context, int]) -> None:
    ctx, roll = asked
    for person in ("Zhao Min", "Wu Di"):
        roll_call.answer_roll(ctx, "FLOOD-1", roll, person, "safe")
    roll_call.close_roll(ctx, "FLOOD-1", roll)
    assert look_name(speaker("en"), line(ctx)) == "done" and line(ctx).not_reached == 0


def test_a_playbook_that_asks_for_everybody_keeps_the_task_open(asked: tuple[Context, int]) -> None:
    ctx, roll = asked
    ask_for_everybody(ctx)
    roll_call.close_roll(ctx, "FLOOD-1", roll, "the lines are down")
    assert line(ctx).is_open


def test_the_end_is_taken_back_and_its_task_with_it(asked: tuple[Context, int]) -> None:
    ctx, roll = asked
    roll_call.close_roll(ctx, "FLOOD-1", roll, "the lines are down")
    roll_call.reopen_roll(ctx, "FLOOD-1", roll)
    assert roll_call.rolls(ctx, "FLOOD-1")[0].closed_at is None and line(ctx).is_open
    with pytest.raises(Refused, match="only the last"):
        roll_call.reopen_roll(ctx, "FLOOD-1", roll)
