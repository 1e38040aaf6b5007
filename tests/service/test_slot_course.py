"""Four people of Houston are sent to Harris and Galveston, two each; what becomes of them is entered one by one."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from emergency.domain.incident import Incident
from emergency.domain.slot_course import ACTS, LIVE, RELEASED
from emergency.service import allocation, dispatching, moving, roll_call, slot_course
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.importing import receive
from emergency.service.record_words import NAMELESS
from emergency.service.records import journal_entries, messages
from emergency.service.slot_course import Course
from emergency.service.staff import roster_now
from emergency.store import outbox, plans
from emergency.store import slot_course as rows
from tests.service.worlds import claims

HARRIS, GALVESTON = "48201", "48167"
At = Callable[[Context, str], Context]


@pytest.fixture
def out(ctx: Context, flood: Incident) -> Context:
    """Plan 1 is published: four people are called out."""
    receive(ctx, claims(HARRIS, 20), source="s", incident_id=flood.incident_id)
    receive(ctx, claims(GALVESTON, 20), source="s", incident_id=flood.incident_id)
    dispatching.commit(ctx, allocation.propose(ctx).plan_id)
    return ctx


def by_id(ctx: Context, plan_id: int = 1) -> dict[str, Course]:
    return {c.adjuster_id: c for c in slot_course.courses(ctx, plan_id)}


def seen(ctx: Context, *people: str, plan_id: int = 1) -> dict[str, int]:
    """People with the versions somebody looks at now."""
    found = by_id(ctx, plan_id)
    return {who: found[who].version for who in people or found}


def states(ctx: Context, plan_id: int = 1) -> dict[str, str]:
    return {who: c.state for who, c in by_id(ctx, plan_id).items()}


def sent(ctx: Context) -> None:
    """The call-out has left the house."""
    with ctx.store.write() as connection:
        for row in outbox.waiting(connection, ctx.now_us()):
            outbox.change(connection, row["outbox_id"], state="sent", sent_us=ctx.now_us())


def test_publishing_calls_everybody_out_and_says_until_when_they_answer(out: Context) -> None:
    found = by_id(out)
    assert set(states(out).values()) == {"called"}
    assert {(c.answer_by - c.called_at).seconds // 60 for c in found.values()} == {15}


def test_somebody_acknowledges_arrives_and_is_released_and_each_step_names_who(out: Context, at: At) -> None:
    later, evening = at(out, "2017-08-29T13:00:00-05:00"), at(out, "2017-08-29T20:00:00-05:00")
    slot_course.enter(out, 1, "acknowledge", seen(out, "H-1", "H-2"))
    slot_course.enter(later, 1, "arrive", seen(out, "H-1"), "at the library")
    slot_course.enter(evening, 1, "release", seen(out, "H-1"))
    one = by_id(out)["H-1"]
    assert (one.state, one.by, one.since, one.note) == ("released", "chen", evening.now(), "at the library")
    assert states(out) == {"H-1": "released", "H-2": "acknowledged", "H-3": "called", "H-4": "called"}
    acts = [e.action for e in journal_entries(out) if e.action.startswith("course.")]
    assert sorted(acts) == ["course.acknowledge", "course.arrive", "course.release"]


def test_who_was_released_is_free_for_a_later_shift_only_and_rests_first(out: Context, at: At) -> None:
    slot_course.enter(out, 1, "arrive", seen(out, "H-1"))
    late = at(out, "2017-08-29T23:00:00-05:00")
    slot_course.enter(late, 1, "release", seen(out, "H-1"))
    assert "released from this shift" in str(roster_now(late).out["H-1"])
    assert "H-1" not in {a.adjuster_id for a in allocation.propose(late).plan.assignments}
    with out.store.read() as connection:
        assert "H-1" in {s["adjuster_id"] for s in plans.slots(connection, "2017-08-29")}, "the key is held"
    assert str(roster_now(at(out, "2017-08-30T06:00:00-05:00")).out["H-1"]) == (
        "rests until 2017-08-30 07:00: 8 h after being released"
    )
    morning = at(out, "2017-08-30T08:00:00-05:00")
    assert "H-1" in {a.adjuster_id for a in allocation.propose(morning).plan.assignments}


def test_who_cannot_come_gives_the_key_back_and_is_not_proposed_again_today(out: Context) -> None:
    slot_course.enter(out, 1, "decline", seen(out, "H-2"), "flu")
    assert sum(allocation.assigned_by_region(out).values()) == 3
    assert "H-2" not in {a.adjuster_id for a in allocation.propose(out).plan.assignments}
    slot_course.take_back(out, 1, seen(out, "H-2"))
    assert states(out)["H-2"] == "called"
    assert sum(allocation.assigned_by_region(out).values()) == 4


def test_looking_back_before_somebody_said_no_finds_them(out: Context, at: At) -> None:
    later = at(out, "2017-08-29T13:00:00-05:00")
    slot_course.enter(later, 1, "decline", seen(out, "H-2"))
    assert sum(allocation.assigned_by_region(later).values()) == 3
    assert sum(allocation.assigned_by_region(replace(out, known_at=out.now())).values()) == 4


def test_every_step_can_be_taken_back_once(out: Context) -> None:
    slot_course.enter(out, 1, "arrive", seen(out, "H-1"))
    slot_course.enter(out, 1, "release", seen(out, "H-1"))
    slot_course.take_back(out, 1, seen(out, "H-1"))
    assert states(out)["H-1"] == "on_site"
    with pytest.raises(Refused, match="nothing to take back for H-1"):
        slot_course.take_back(out, 1, seen(out, "H-1"))


def test_a_step_out_of_order_is_refused_for_all_and_changes_nobody(out: Context) -> None:
    slot_course.enter(out, 1, "acknowledge", seen(out, "H-1"))
    with pytest.raises(Refused, match="not possible for H-2"):
        slot_course.enter(out, 1, "release", seen(out, "H-1", "H-2"))
    assert states(out)["H-1"] == "acknowledged"


def test_two_people_at_one_row_the_second_is_told_who_entered_what(out: Context) -> None:
    looked = seen(out, "H-1", "H-2")
    li = replace(out, actor=Actor("li", "Li", "dispatcher"))
    slot_course.enter(li, 1, "arrive", seen(out, "H-1"))
    with pytest.raises(Conflict, match="H-1 – on site, entered by li at 2017-08-29 12:00"):
        slot_course.enter(out, 1, "acknowledge", looked)
    assert states(out)["H-2"] == "called"


def test_those_in_command_are_told_once_who_has_not_answered(out: Context, at: At) -> None:
    slot_course.enter(out, 1, "acknowledge", seen(out, "H-1", "H-2", "H-3"))
    slot_course.chores(at(out, "2017-08-29T12:10:00-05:00"))
    assert not [m for m in messages(out) if "silent" in m["event_key"]], "there is time left to answer"
    late = at(out, "2017-08-29T12:20:00-05:00")
    slot_course.chores(late)
    slot_course.chores(late)
    told = [m for m in messages(out) if "silent" in m["event_key"]]
    assert [m["text"].splitlines()[-1] for m in told] == [
        "1 people called out by plan 1 have not answered in time: H-4"
    ]
    assert by_id(out)["H-4"].silent(late.now())


def test_calling_again_gives_new_time_and_a_new_message(out: Context, at: At) -> None:
    late = at(out, "2017-08-29T12:20:00-05:00")
    slot_course.chores(late)
    slot_course.call_again(late, 1, seen(out, "H-4"))
    one = by_id(out)["H-4"]
    assert (one.calls, one.silent(late.now()), one.told_at) == (2, False, None)
    assert [m["subject"] for m in messages(out) if "again" in m["event_key"]]
    slot_course.chores(at(out, "2017-08-29T12:40:00-05:00"))
    assert len([m for m in messages(out) if "silent" in m["event_key"]]) == 2


def test_a_plan_that_replaces_another_lets_those_who_stay_go_on_and_calls_the_others(out: Context) -> None:
    sent(out)
    slot_course.enter(out, 1, "arrive", seen(out))
    galveston = next(c.cell_id for c in by_id(out).values() if c.region == GALVESTON)
    draft = moving.move(out, 1, f"region/{HARRIS}", galveston, 1)
    dispatching.commit(out, draft.plan_id)
    assert sorted(states(out, 2).values()) == ["called", "on_site", "on_site", "on_site"]
    assert sorted(states(out, 1).values()) == ["recalled"]
    called = [m for m in messages(out) if m["event_key"] == "plan/2"]
    (moved,) = [c.adjuster_id for c in by_id(out, 2).values() if c.state == "called"]
    assert all(moved in m["text"] for m in called) and called
    assert "H-" not in called[0]["text"].replace(moved, "")


def test_taking_back_is_a_new_version_with_a_recall_for_those_who_were_told(out: Context) -> None:
    sent(out)
    slot_course.enter(out, 1, "acknowledge", seen(out, "H-1"))
    assert dispatching.withdraw(out, 1) is None
    assert set(states(out).values()) == {"recalled"}
    (recall,) = [m for m in messages(out) if m["event_key"] == "plan/1/recall"]
    assert all(who in recall["text"] for who in ("H-1", "H-2", "H-3", "H-4"))
    assert "Do not go there, or come back:" in recall["text"] and "Recall, plan 1" in recall["subject"]
    assert "FLOOD-1/" not in recall["text"], "places are named, not numbered"
    with out.store.read() as connection:
        assert plans.slots(connection) == []


def test_who_has_answered_is_called_back_though_the_message_had_not_left(out: Context) -> None:
    slot_course.enter(out, 1, "acknowledge", seen(out, "H-1"))
    dispatching.withdraw(out, 1)
    (recall,) = [m for m in messages(out) if m["event_key"] == "plan/1/recall"]
    assert "H-1" in recall["text"] and "H-2" not in recall["text"]


def test_people_return_to_the_plan_before_as_if_nothing_had_been_when_they_were_never_told(out: Context) -> None:
    sent(out)
    slot_course.enter(out, 1, "arrive", seen(out))
    galveston = next(c.cell_id for c in by_id(out).values() if c.region == GALVESTON)
    draft = moving.move(out, 1, f"region/{HARRIS}", galveston, 1)
    dispatching.commit(out, draft.plan_id)
    version = dispatching.withdraw(out, draft.plan_id)
    assert version == 3
    assert set(states(out, 3).values()) == {"on_site"}
    assert not [m for m in messages(out) if m["event_key"] == "plan/3"]
    assert allocation.assigned_by_region(out) == {HARRIS: 2, GALVESTON: 2}


def test_a_draft_made_against_an_old_version_is_told_who_changed_what(out: Context) -> None:
    mine = allocation.propose(out)
    galveston = next(c.cell_id for c in by_id(out).values() if c.region == GALVESTON)
    li = replace(out, actor=Actor("li", "Li", "dispatcher"))
    theirs = moving.move(li, 1, f"region/{HARRIS}", galveston, 1)
    dispatching.commit(li, theirs.plan_id)
    said = r"plan 3 by li was published at 2017-08-29 12:00 .* after plan 2 was made – 1 people placed otherwise"
    with pytest.raises(Conflict, match=said) as told:
        dispatching.commit(out, mine.plan_id)
    assert "Galveston, TX +1; Harris, TX -1" in str(told.value)
    with pytest.raises(Conflict, match="plan 1 is replaced by a later one: plan 3 by li"):
        moving.move(out, 1, f"region/{HARRIS}", galveston, 1)


def test_moving_in_a_draft_that_somebody_else_has_changed_names_who_and_what(out: Context) -> None:
    draft = allocation.propose(out)
    galveston = next(c.cell_id for c in by_id(out).values() if c.region == GALVESTON)
    li = replace(out, actor=Actor("li", "Li", "dispatcher"))
    moving.move(li, draft.plan_id, f"region/{HARRIS}", galveston, 1)
    with pytest.raises(Conflict, match="li made draft 3 from plan 2 at 2017-08-29 12:00"):
        moving.move(out, draft.plan_id, f"region/{HARRIS}", galveston, 2)
    assert moving.move(li, draft.plan_id, f"region/{HARRIS}", galveston, 2), "one's own second try is no conflict"


def test_two_who_gave_no_name_are_not_taken_for_one(out: Context) -> None:
    draft = allocation.propose(out)
    galveston = next(c.cell_id for c in by_id(out).values() if c.region == GALVESTON)
    nameless = replace(out, actor=Actor(NAMELESS, NAMELESS, "dispatcher"))
    moving.move(nameless, draft.plan_id, f"region/{HARRIS}", galveston, 1)
    with pytest.raises(Conflict, match="made draft 3 from plan 2 at 2017-08-29 12:00"):
        moving.move(nameless, draft.plan_id, f"region/{HARRIS}", galveston, 2)


def test_a_draft_that_counts_on_somebody_released_since_is_refused(out: Context) -> None:
    draft = allocation.propose(out)
    slot_course.enter(out, 1, "arrive", seen(out, "H-1"))
    slot_course.enter(out, 1, "release", seen(out, "H-1"))
    with pytest.raises(Conflict, match="H-1: released, or cannot come, as chen entered"):
        dispatching.commit(out, draft.plan_id)


def test_the_roll_call_knows_who_is_on_site_and_who_was_released(out: Context, flood: Incident, at: At) -> None:
    slot_course.enter(out, 1, "arrive", seen(out, "H-1", "H-2"))
    slot_course.enter(out, 1, "release", seen(out, "H-2"))
    found = {d.person: d.course for d in roll_call.deployed(out, flood.incident_id)}
    assert found == {"H-1": "on_site", "H-3": "called", "H-4": "called"}
    two_days_on = at(out, "2017-08-31T12:00:00-05:00")
    assert [d.person for d in roll_call.deployed(two_days_on, flood.incident_id)] == ["H-1"], "nobody released them"


def test_who_arrives_for_the_next_shift_is_no_longer_where_they_were(out: Context, flood: Incident, at: At) -> None:
    slot_course.enter(out, 1, "arrive", seen(out))
    morning = at(out, "2017-08-30T08:00:00-05:00")
    second = allocation.propose(morning)
    dispatching.commit(morning, second.plan_id)
    slot_course.enter(morning, second.plan_id, "arrive", seen(out, "H-1", plan_id=second.plan_id))
    assert states(out)["H-1"] == "recalled"
    assert states(out, second.plan_id)["H-1"] == "on_site"
    assert len(roll_call.deployed(morning, flood.incident_id)) == 4
    assert "H-1" not in roster_now(at(out, "2017-08-31T08:00:00-05:00")).out, "no rest began with that"


def test_broken_appointments_are_the_visits_of_those_who_answered_and_are_sent_elsewhere(out: Context) -> None:
    from emergency.service.planning import price

    slot_course.enter(out, 1, "acknowledge", seen(out))
    galveston = next(c.cell_id for c in by_id(out).values() if c.region == GALVESTON)
    draft = moving.move(out, 1, f"region/{HARRIS}", galveston, 1)
    with out.store.read() as connection:
        now, then = plans.get(connection, 1), plans.get(connection, draft.plan_id)
    assert now and then
    rows = {p.name: (p.before, p.after) for p in price(out, then, now)}
    assert rows["Appointments broken (visits)"] == ("0", "8"), "one person, eight visits of property a shift"
    assert rows["Regions that lose people"] == ("0", "1")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_entered_keys_are_held_by_those_who_count_or_have_worked(out: Context, seed: int) -> None:
    """Random acts, plans and ways back: nobody has two places, and no key is left over or missing."""
    dice = random.Random(seed)
    for _ in range(25):
        current = allocation.plan_in_force(out)
        with suppress(Refused, Conflict):
            _anything(out, dice, current["plan_id"] if current else None)
        with out.store.read() as connection:
            counting = [r["adjuster_id"] for r in rows.of_shift(connection, "2017-08-29", (*LIVE, RELEASED))]
            held = [s["adjuster_id"] for s in plans.slots(connection, "2017-08-29")]
        assert sorted(counting) == sorted(set(counting)) == sorted(held)


def _anything(ctx: Context, dice: random.Random, plan_id: int | None) -> None:
    act = dice.choice([*ACTS, "take_back", "call_again", "commit", "withdraw"])
    if act == "commit" or plan_id is None:
        dispatching.commit(ctx, allocation.propose(ctx).plan_id)
    elif act == "withdraw":
        dispatching.withdraw(ctx, plan_id)
    else:
        known = seen(ctx, plan_id=plan_id)
        some = {who: known[who] for who in dice.sample(sorted(known), dice.randint(0, min(2, len(known))))}
        if act in ACTS:
            slot_course.enter(ctx, plan_id, act, some)
        else:
            getattr(slot_course, act)(ctx, plan_id, some)
