from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.domain.organisation import Post
from emergency.service import callouts, roll_call, shifts
from emergency.service import organisation as posts
from emergency.service.allocation import shift_of
from emergency.service.command_history import history as level_history
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.grading import confirm_level
from emergency.store import journal, people, plans, records
from emergency.store.tables import assignment_slot

At = Callable[[Context, str], Context]


def later(ctx: Context, minutes: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes)))


def outgoing(ctx: Context) -> list[str]:
    with ctx.store.read() as connection:
        return [m["event_key"].rpartition("/")[0] for m in reversed(records.messages(connection))]


def acts(ctx: Context, prefix: str) -> list[str]:
    with ctx.store.read() as connection:
        return [e.action for e in journal.entries(connection) if e.action.startswith(prefix)]


def holder(ctx: Context, incident: Incident, role: str) -> str | None:
    with ctx.store.read() as connection:
        return posts.holder(connection, incident.incident_id, role)


def test_an_incident_has_the_posts_of_its_playbook_and_all_are_vacant_at_first(ctx: Context, flood: Incident) -> None:
    found = posts.organisation(ctx, flood.incident_id)
    assert [g.name for g in found.groups] == ["command_centre", "response_team", "customer_support", "logistics"]
    assert all(g.posts for g in found.groups)
    assert set(found.vacant) == set(found.roles)


def test_two_people_cannot_hold_one_post_and_the_second_is_told_who_does(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    with pytest.raises(Conflict, match=r"held by Zhao Min \(holder\)"):
        posts.appoint(ctx, flood.incident_id, "commander", "Qian Li")
    assert holder(ctx, flood, "commander") == "Zhao Min"


def test_an_unknown_post_is_refused_with_those_there_are(ctx: Context, flood: Incident) -> None:
    with pytest.raises(Refused, match="no post 'king'|no post king"):
        posts.appoint(ctx, flood.incident_id, "king", "Zhao Min")


def test_a_relief_can_be_taken_back(ctx: Context, flood: Incident) -> None:
    turn = posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    posts.relieve(later(ctx, 5), flood.incident_id, turn, "needed elsewhere")
    assert holder(ctx, flood, "commander") is None
    posts.reinstate(later(ctx, 6), flood.incident_id, turn)
    assert holder(ctx, flood, "commander") == "Zhao Min"
    assert acts(ctx, "post.") == ["post.take", "post.leave", "post.take"]


def test_command_changes_hands_when_the_note_is_taken_not_when_it_is_offered(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    offered = posts.offer_handover(ctx, flood.incident_id, "commander", "Qian Li", "Harris first; bridge at 9 closed")
    assert holder(ctx, flood, "commander") == "Zhao Min"
    posts.take_over(later(ctx, 10), flood.incident_id, offered)
    assert holder(ctx, flood, "commander") == "Qian Li"
    past = posts.organisation(ctx, flood.incident_id).past
    assert [(h.person, h.ended, h.until == ctx.now() + timedelta(minutes=10)) for h in past] == [
        ("Zhao Min", "handed over", True)
    ]
    assert acts(ctx, "command.") == ["command.transfer"]
    assert outgoing(ctx) == ["handover", "transfer"]


def test_a_hand_over_without_a_note_or_taken_twice_is_refused(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    with pytest.raises(Refused, match="note"):
        posts.offer_handover(ctx, flood.incident_id, "commander", "Qian Li", "  ")
    offered = posts.offer_handover(ctx, flood.incident_id, "commander", "Qian Li", "all quiet")
    posts.take_over(ctx, flood.incident_id, offered)
    with pytest.raises(Refused, match="settled already"):
        posts.take_over(ctx, flood.incident_id, offered)


def test_a_hand_over_offered_by_somebody_who_left_meanwhile_changes_nothing(ctx: Context, flood: Incident) -> None:
    turn = posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    offered = posts.offer_handover(ctx, flood.incident_id, "commander", "Qian Li", "all quiet")
    posts.relieve(ctx, flood.incident_id, turn)
    posts.appoint(ctx, flood.incident_id, "commander", "Sun Wei")
    with pytest.raises(Refused, match="Sun Wei holds it now"):
        posts.take_over(ctx, flood.incident_id, offered)
    assert holder(ctx, flood, "commander") == "Sun Wei"
    assert [h.state for h in posts.organisation(ctx, flood.incident_id).handovers] == ["offered"]


def test_after_a_long_turn_a_person_rests_before_the_next_post(ctx: Context, flood: Incident) -> None:
    turn = posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    posts.relieve(later(ctx, 12 * 60), flood.incident_id, turn)
    with pytest.raises(Refused, match="Zhao Min rests until"):
        posts.appoint(later(ctx, 19 * 60), flood.incident_id, "commander", "Zhao Min")
    posts.appoint(later(ctx, 20 * 60), flood.incident_id, "commander", "Zhao Min")
    assert holder(ctx, flood, "commander") == "Zhao Min"


def test_a_call_goes_down_the_list_until_somebody_accepts_and_holds_the_post(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    posts.appoint(ctx, flood.incident_id, "logistics", "Wu Di", deputy=True)
    first = callouts.call_out(ctx, flood.incident_id, "logistics", ("Li Na",))
    callouts.answer_call(later(ctx, 3), flood.incident_id, first, accepted=False, note="stuck at the bridge")
    second = callouts.calls(ctx, flood.incident_id)[0]
    assert (second.person, second.others, second.state) == ("Wu Di", ("Zhao Min",), "asked")
    callouts.answer_call(later(ctx, 5), flood.incident_id, second.call_id, accepted=True)
    assert holder(ctx, flood, "logistics") == "Wu Di"
    with pytest.raises(Refused, match="settled already"):
        callouts.answer_call(later(ctx, 6), flood.incident_id, second.call_id, accepted=False)


def test_silence_for_a_quarter_of_an_hour_asks_the_next_and_only_once(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    callouts.call_out(ctx, flood.incident_id, "logistics", ("Li Na", "Wu Di"))
    callouts.chores(later(ctx, 14))
    assert [c.person for c in callouts.calls(ctx, flood.incident_id)] == ["Li Na"]
    for _ in range(3):  # a restarted server ticks again at the same instant
        callouts.chores(later(ctx, 15))
    assert [(c.person, c.state) for c in callouts.calls(ctx, flood.incident_id)] == [
        ("Wu Di", "asked"),
        ("Li Na", "silent"),
    ]
    callouts.chores(later(ctx, 30))
    callouts.chores(later(ctx, 45))
    assert [c.state for c in callouts.calls(ctx, flood.incident_id)] == ["silent"] * 3
    assert acts(ctx, "callout.exhausted") == ["callout.exhausted"]
    assert outgoing(ctx) == ["call/" + outgoing(ctx)[0].split("/")[1]] * 3


def test_a_post_being_called_is_not_called_twice_until_withdrawn(ctx: Context, flood: Incident) -> None:
    first = callouts.call_out(ctx, flood.incident_id, "logistics", ("Li Na",))
    with pytest.raises(Refused, match="Li Na is being called"):
        callouts.call_out(ctx, flood.incident_id, "logistics", ("Wu Di",))
    callouts.withdraw_call(ctx, flood.incident_id, first)
    callouts.call_out(ctx, flood.incident_id, "logistics", ("Wu Di",))
    with ctx.store.read() as connection:
        states = {m["audience"]: m["state"] for m in records.messages(connection)}
    assert states == {"Li Na": "withdrawn", "Wu Di": "queued"}


def test_nobody_to_call_is_said(ctx: Context, flood: Incident) -> None:
    with pytest.raises(Refused, match="name somebody to call"):
        callouts.call_out(ctx, flood.incident_id, "logistics")


def test_a_shift_is_planned_with_rest_around_it(ctx: Context, flood: Incident) -> None:
    start = ctx.now() + timedelta(hours=2)
    shifts.plan_turn(ctx, flood.incident_id, "commander", "Qian Li", start, start + timedelta(hours=8))
    with pytest.raises(Refused, match="needs rest before and after"):
        shifts.plan_turn(
            ctx,
            flood.incident_id,
            "logistics",
            "Qian Li",
            start + timedelta(hours=15),
            start + timedelta(hours=20),
        )
    with pytest.raises(Refused, match="12 hours at most"):
        shifts.plan_turn(ctx, flood.incident_id, "commander", "Sun Wei", start, start + timedelta(hours=13))
    with pytest.raises(Refused, match="ends after it begins"):
        shifts.plan_turn(ctx, flood.incident_id, "commander", "Sun Wei", start, start)
    (turn,) = posts.organisation(ctx, flood.incident_id).turns
    shifts.cancel_turn(ctx, flood.incident_id, turn.duty_id)
    assert posts.organisation(ctx, flood.incident_id).turns == ()
    shifts.cancel_turn(ctx, flood.incident_id, turn.duty_id, back=True)
    assert [t.person for t in posts.organisation(ctx, flood.incident_id).turns] == ["Qian Li"]


def test_a_roll_call_asks_everybody_in_a_post_and_names_who_is_missing(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    posts.appoint(ctx, flood.incident_id, "logistics", "Wu Di")
    roll = roll_call.open_roll(ctx, flood.incident_id, "levee breach")
    with pytest.raises(Refused, match="open already"):
        roll_call.open_roll(ctx, flood.incident_id)
    roll_call.answer_roll(later(ctx, 2), flood.incident_id, roll, "Wu Di", "safe")
    with pytest.raises(Refused, match="was not asked"):
        roll_call.answer_roll(ctx, flood.incident_id, roll, "Somebody", "safe")
    for _ in range(3):
        callouts.chores(later(ctx, 30))
    assert outgoing(ctx).count(f"roll/{roll}") == 1  # the reminder
    with pytest.raises(Refused, match="1 of 2 people have not been reached"):
        roll_call.close_roll(later(ctx, 31), flood.incident_id, roll)
    summary = roll_call.close_roll(later(ctx, 31), flood.incident_id, roll, "police look for him")
    assert (summary.asked, summary.safe, summary.missing) == (2, 1, ("Zhao Min",))
    assert roll_call.rolls(ctx, flood.incident_id)[0].closed_at is not None


def test_with_nobody_deployed_there_is_no_roll_call(ctx: Context, flood: Incident) -> None:
    with pytest.raises(Refused, match="nobody is deployed"):
        roll_call.open_roll(ctx, flood.incident_id)


def test_rest_is_announced_once_for_a_turn(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    callouts.chores(later(ctx, 10 * 60))
    assert outgoing(ctx) == []
    callouts.chores(later(ctx, 11 * 60))
    callouts.chores(later(ctx, 11 * 60 + 5))
    assert outgoing(ctx) == ["rest"]


def test_messages_speak_both_languages(ctx: Context, flood: Incident) -> None:
    callouts.call_out(ctx, flood.incident_id, "logistics", ("Li Na",))
    with ctx.store.read() as connection:
        (message,) = records.messages(connection)
    assert "You are called to take the post" in message["text"]
    assert flood.title["en"] in message["text"] and "“组织”" in message["text"]
    assert "请" in message["text"]


def test_who_commanded_when_is_kept(ctx: Context, flood: Incident) -> None:
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    offered = posts.offer_handover(ctx, flood.incident_id, "commander", "Qian Li", "all quiet")
    posts.take_over(later(ctx, 60), flood.incident_id, offered)
    with ctx.store.read() as connection:
        rows = [(r["person"], r["from_us"], r["until_us"]) for r in people.holdings(connection, flood.incident_id)]
    assert [r[0] for r in rows] == ["Zhao Min", "Qian Li"]
    assert rows[0][2] == rows[1][1]
    assert isinstance(datetime.fromtimestamp(rows[0][1] / 1e6), datetime)


@pytest.mark.parametrize(
    ("days", "why"),
    [(-1827, "over already"), (-1, "over already"), (93, "the next 92 days"), (3653, "the next 92 days")],
)
def test_a_shift_on_a_day_nobody_means_is_refused(ctx: Context, flood: Incident, days: int, why: str) -> None:
    start = ctx.now() + timedelta(days=days)
    with pytest.raises(Refused, match=why):
        shifts.plan_turn(ctx, flood.incident_id, "commander", "Qian Li", start, start + timedelta(hours=8))


def test_a_shift_that_has_begun_may_still_be_written_down(ctx: Context, flood: Incident) -> None:
    start = ctx.now() - timedelta(hours=2)
    assert shifts.plan_turn(ctx, flood.incident_id, "commander", "Qian Li", start, start + timedelta(hours=8))


def test_a_hand_over_says_who_gave_who_took_and_who_wrote_it_down(ctx: Context, flood: Incident) -> None:
    """The board and the journal name one and the same person for the entry, and the note stands with who took over."""
    posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    clerk = replace(ctx, actor=Actor("Wang", "Wang", "coordinator"))
    offered = posts.offer_handover(clerk, flood.incident_id, "commander", "Qian Li", "bridge at nine closed")
    (waiting,) = posts.organisation(ctx, flood.incident_id).handovers
    with ctx.store.read() as connection:
        (entry,) = (e for e in journal.entries(connection) if e.action == "post.offer")
    assert (waiting.giver, waiting.entered_by, entry.actor) == ("Zhao Min", "Wang", "Wang")
    posts.take_over(later(ctx, 60), flood.incident_id, offered)
    now = later(ctx, 90)
    found = posts.organisation(now, flood.incident_id)
    turns = [(c.person, c.since, c.until, c.note) for c in found.commands]
    taken = later(ctx, 60).now()
    assert turns == [("Zhao Min", ctx.now(), taken, ""), ("Qian Li", taken, None, "bridge at nine closed")]
    confirm_level(later(ctx, 30), flood.incident_id, 2, reason="many streets under water")
    (stretch,) = level_history(now, flood)
    assert [(c.person, c.since, c.until, c.note) for c in stretch.commanders] == [
        ("Zhao Min", later(ctx, 30).now(), taken, ""),
        ("Qian Li", taken, None, "bridge at nine closed"),
    ]


def test_time_in_a_post_counts_from_taking_it_over_a_short_break_and_anew_after_a_rest(
    ctx: Context, flood: Incident
) -> None:
    turn = posts.appoint(ctx, flood.incident_id, "commander", "Zhao Min")
    posts.relieve(later(ctx, 60), flood.incident_id, turn)
    posts.reinstate(later(ctx, 70), flood.incident_id, turn)
    assert commander(later(ctx, 90), flood).in_role(later(ctx, 90).now()) == timedelta(minutes=90)
    assert commander(later(ctx, 90), flood).rest_due == ctx.now() + timedelta(hours=12)
    again = commander(later(ctx, 90), flood).holder
    assert again is not None
    posts.relieve(later(ctx, 100), flood.incident_id, again.holding_id)
    posts.reinstate(later(ctx, 100 + 13 * 60), flood.incident_id, again.holding_id)
    fresh = later(ctx, 110 + 13 * 60)
    assert commander(fresh, flood).in_role(fresh.now()) == timedelta(minutes=10)


def commander(ctx: Context, incident: Incident) -> Post:
    found = posts.organisation(ctx, incident.incident_id)
    return next(p for g in found.groups for p in g.posts if p.role == "commander")


def test_a_roll_call_knows_everybody_deployed_and_who_was_never_asked(ctx: Context, flood: Incident) -> None:
    key = flood.incident_id
    posts.appoint(ctx, key, "commander", "Zhao Min")
    shifts.plan_turn(ctx, key, "logistics", "Li Na", ctx.now() + timedelta(minutes=5), ctx.now() + timedelta(hours=8))
    with ctx.store.write() as connection:
        plan = plans.add_draft(connection, shift=shift_of(ctx), based_on=None, created=ctx.now(), actor="chen", body={})
        slot = {"adjuster_id": "A-1", "shift": shift_of(ctx), "plan_id": plan, "incident_id": key, "region": "48201"}
        connection.execute(assignment_slot.insert().values(**slot, cell_id="48201", line="property", minutes=60))
    assert [d.person for d in roll_call.deployed(ctx, key)] == ["A-1", "Zhao Min"]
    roll = roll_call.open_roll(ctx, key)
    after = later(ctx, 10)
    posts.appoint(after, key, "planning", "Wu Di")
    asked = {a.person for a in roll_call.rolls(after, key)[0].answers}
    assert [d.person for d in roll_call.deployed(after, key) if d.person not in asked] == ["Li Na", "Wu Di"]
    assert roll_call.ask_rest(after, key, roll) == 2
    with pytest.raises(Refused, match="everybody deployed has been asked"):
        roll_call.ask_rest(after, key, roll)
    assert silent(later(ctx, 29), key) == set()
    assert silent(later(ctx, 31), key) == {"A-1", "Zhao Min"}  # the others were asked ten minutes later
    assert silent(later(ctx, 41), key) == {"A-1", "Zhao Min", "Li Na", "Wu Di"}


def silent(ctx: Context, incident_id: str) -> set[str]:
    return {a.person for a in roll_call.rolls(ctx, incident_id)[0].answers if a.silent(ctx.now())}
