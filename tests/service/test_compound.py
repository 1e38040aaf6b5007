"""Incidents under one commander: one command centre, own people for the rest, and who commanded what when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.service import callouts, compound, roll_call
from emergency.service import organisation as posts
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.grading import confirm_level, level_history
from emergency.service.organisation import Organisation
from emergency.service.response import open_incident
from emergency.store import incidents, journal

FLOOD, OUTAGE = "FLOOD-1", "OUTAGE-1"


def later(ctx: Context, minutes: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes)))


@pytest.fixture
def both(ctx: Context, flood: Incident) -> Context:
    """A flood that Zhao commands with Qian as deputy, and an outage that Ana commands and Ben looks after the lines."""
    open_incident(
        ctx,
        Incident(
            incident_id=OUTAGE,
            kind="system_failure",
            perils=(),
            title={"en": "Outage", "zh": "系统中断"},
            jurisdiction="US-TX",
            regions=("48201",),
            occurred_at=ctx.now(),
            discovered_at=ctx.now(),
            opened_at=ctx.now(),
        ),
    )
    posts.appoint(ctx, FLOOD, "commander", "Zhao")
    posts.appoint(ctx, FLOOD, "commander", "Qian", deputy=True)
    posts.appoint(ctx, OUTAGE, "commander", "Ana")
    posts.appoint(ctx, OUTAGE, "commander", "Bo", deputy=True)
    posts.appoint(ctx, OUTAGE, own_post(ctx), "Ben")
    return ctx


def own_post(ctx: Context) -> str:
    roles = posts.roles_of(ctx, OUTAGE)
    return next(role.id for role in roles.values() if role.group != "command_centre")


def seats(found: Organisation) -> dict[str, str]:
    return {post.role: post.holder.person for group in found.groups for post in group.posts if post.holder}


def board(ctx: Context, incident_id: str) -> dict[str, str]:
    return seats(posts.organisation(ctx, incident_id))


def acts(ctx: Context, *names: str) -> list[tuple[str, str]]:
    with ctx.store.read() as connection:
        found = [e for e in journal.entries(connection) if e.action in names]
    return [(e.action, str(e.facts().get("person", ""))) for e in found]


def test_the_commander_of_the_leading_incident_commands_the_linked_one_and_its_other_posts_stay(both: Context) -> None:
    compound.link(later(both, 10), OUTAGE, FLOOD)
    found = posts.organisation(later(both, 11), OUTAGE)
    assert found.led_by is not None and found.led_by.incident_id == FLOOD
    assert seats(found)["commander"] == "Zhao" and seats(found)[own_post(both)] == "Ben"
    (command, *_) = (p for g in found.groups for p in g.posts if p.role == "commander")
    assert [d.person for d in command.deputies] == ["Qian"]
    leading = posts.organisation(later(both, 11), FLOOD)
    assert leading.led_by is None and [i.incident_id for i in leading.leads] == [OUTAGE]
    assert "Ben" not in seats(leading).values()


def test_who_is_set_aside_is_told_apart_in_the_journal_and_in_the_past(both: Context) -> None:
    compound.link(later(both, 10), OUTAGE, FLOOD)
    assert acts(both, "incident.link", "post.leave") == [
        ("incident.link", ""),
        ("post.leave", "Ana"),
        ("post.leave", "Bo"),
    ]
    past = posts.organisation(later(both, 11), OUTAGE).past
    assert [(h.person, h.ended) for h in past] == [("Ana", "led"), ("Bo", "led")]


def test_standing_by_itself_again_an_incident_has_its_own_command_back(both: Context) -> None:
    compound.link(later(both, 10), OUTAGE, FLOOD)
    compound.unlink(later(both, 30), OUTAGE)
    found = posts.organisation(later(both, 31), OUTAGE)
    assert found.led_by is None and seats(found)["commander"] == "Ana"
    assert [d.person for g in found.groups for p in g.posts for d in p.deputies] == ["Bo"]
    assert board(later(both, 31), FLOOD)["commander"] == "Zhao"


def test_who_left_the_post_before_a_second_link_does_not_come_back_after_it(both: Context) -> None:
    compound.link(later(both, 10), OUTAGE, FLOOD)
    compound.unlink(later(both, 20), OUTAGE)
    (turn,) = [p.holder for g in posts.organisation(both, OUTAGE).groups for p in g.posts if p.role == "commander"]
    assert turn is not None
    posts.relieve(later(both, 25), OUTAGE, turn.holding_id)
    posts.appoint(later(both, 26), OUTAGE, "commander", "Cai")
    compound.link(later(both, 30), OUTAGE, FLOOD)
    compound.unlink(later(both, 40), OUTAGE)
    assert board(later(both, 41), OUTAGE)["commander"] == "Cai"


def test_taking_the_link_back_gives_the_command_back(both: Context) -> None:
    done = compound.link(later(both, 10), OUTAGE, FLOOD)
    compound.undo(later(both, 12), done)
    assert (board(both, OUTAGE)["commander"], board(both, FLOOD)["commander"]) == ("Ana", "Zhao")


def test_an_act_on_the_command_in_the_linked_incident_is_one_on_the_common_command(both: Context) -> None:
    compound.link(both, OUTAGE, FLOOD)
    offered = posts.offer_handover(later(both, 5), OUTAGE, "commander", "Sun", "the outage first")
    assert [h.taker for h in posts.organisation(both, OUTAGE).handovers] == ["Sun"]
    posts.take_over(later(both, 6), OUTAGE, offered)
    assert board(both, FLOOD)["commander"] == board(both, OUTAGE)["commander"] == "Sun"
    (turn,) = [p.holder for g in posts.organisation(both, OUTAGE).groups for p in g.posts if p.role == "commander"]
    assert turn is not None
    posts.relieve(later(both, 7), OUTAGE, turn.holding_id)
    assert "commander" not in board(both, FLOOD)
    called = callouts.call_out(later(both, 8), OUTAGE, "commander", ("Tang",))
    for one in (OUTAGE, FLOOD):
        assert [c.person for c in callouts.calls(both, one)] == ["Tang"]
    callouts.answer_call(later(both, 9), OUTAGE, called, accepted=True)
    assert board(both, FLOOD)["commander"] == "Tang"


def test_nobody_is_put_back_into_a_post_that_is_held_elsewhere(both: Context) -> None:
    (turn,) = [p.holder for g in posts.organisation(both, OUTAGE).groups for p in g.posts if p.role == "commander"]
    compound.link(later(both, 10), OUTAGE, FLOOD)
    assert turn is not None
    with pytest.raises(Refused, match="held at the leading incident"):
        posts.reinstate(later(both, 11), OUTAGE, turn.holding_id)


def test_a_call_out_for_a_post_that_is_led_now_is_withdrawn(ctx: Context, both: Context) -> None:
    (turn,) = [p.holder for g in posts.organisation(both, OUTAGE).groups for p in g.posts if p.role == "commander"]
    assert turn is not None
    posts.relieve(both, OUTAGE, turn.holding_id)
    callouts.call_out(both, OUTAGE, "commander", ("Tang",))
    compound.link(later(both, 1), OUTAGE, FLOOD)
    callouts.chores(later(both, 60))
    assert acts(both, "callout.withdraw", "callout.silent", "callout.exhausted") == [("callout.withdraw", "Tang")]


def test_with_the_lead_the_commander_of_the_new_leading_incident_commands_both(both: Context) -> None:
    compound.link(later(both, 10), OUTAGE, FLOOD)
    compound.take_over(later(both, 20), OUTAGE)
    now = later(both, 21)
    assert (board(now, OUTAGE)["commander"], board(now, FLOOD)["commander"]) == ("Ana", "Ana")


def test_where_the_new_leading_incident_has_no_commander_the_old_one_goes_on(both: Context) -> None:
    (turn,) = [p.holder for g in posts.organisation(both, OUTAGE).groups for p in g.posts if p.role == "commander"]
    assert turn is not None
    posts.relieve(both, OUTAGE, turn.holding_id)
    compound.link(later(both, 10), OUTAGE, FLOOD)
    done = compound.take_over(later(both, 20), OUTAGE)
    now = later(both, 21)
    assert (board(now, OUTAGE)["commander"], board(now, FLOOD)["commander"]) == ("Zhao", "Zhao")
    compound.undo(later(both, 22), done)
    assert board(later(both, 23), FLOOD)["commander"] == "Zhao"


def test_the_roll_call_of_a_linked_incident_asks_after_the_common_command_as_well(both: Context) -> None:
    compound.link(both, OUTAGE, FLOOD)
    roll_call.open_roll(later(both, 5), OUTAGE)
    (roll,) = roll_call.rolls(both, OUTAGE)
    assert [a.person for a in roll.answers] == ["Ben", "Qian", "Zhao"]


def test_who_commanded_which_incident_at_which_level_when(both: Context) -> None:
    """Ana without a level, then Zhao; at Ⅲ from minute 20; from minute 40 Ana again."""
    compound.link(later(both, 10), OUTAGE, FLOOD)
    boss = replace(later(both, 20), actor=Actor("li", "Li", "branch-claims-manager"))
    level(boss, 3)
    compound.unlink(later(both, 40), OUTAGE)
    now = later(both, 60)
    with now.store.read() as connection:
        outage = incidents.get(connection, OUTAGE)
    assert outage is not None
    start = both.now()
    found = posts.organisation(now, OUTAGE).commands
    spans = [
        (c.person, c.held_at, c.level, *(None if t is None else (t - start).seconds // 60 for t in (c.since, c.until)))
        for c in found
    ]
    assert spans == [
        ("Ana", OUTAGE, None, 0, 10),
        ("Zhao", FLOOD, None, 10, 20),
        ("Zhao", FLOOD, 3, 20, 40),
        ("Ana", OUTAGE, 3, 40, None),
    ]
    (stretch,) = level_history(now, OUTAGE)
    turns = [(c.person, c.since - start, c.until) for c in stretch.commanders]
    minute = timedelta(minutes=1)
    assert turns == [("Zhao", 20 * minute, start + 40 * minute), ("Ana", 40 * minute, None)]


def level(ctx: Context, wanted: int) -> None:
    from emergency.service.authority import who_decides

    with ctx.store.read() as connection:
        incident = incidents.get(connection, OUTAGE)
    assert incident is not None
    role = who_decides(ctx, incident, None, wanted) or "coordinator"
    confirm_level(replace(ctx, actor=Actor("li", "Li", role)), OUTAGE, wanted, reason="the branches call")
