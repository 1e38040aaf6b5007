"""Relief measures: enabled by who may, counted, reminded of, ended, and brought back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.measures import chores, enable, end, extend, resume, reword, undo_enable
from emergency.service.records import journal_entries, messages
from emergency.service.relief import InForce, Scope, cost, measures_of
from emergency.service.response import activate, perform
from emergency.service.task_board import board
from emergency.service.tasks import complete_task, reopen_task
from emergency.store import incidents
from emergency.store.tables import claim, claim_message
from emergency.texts import Message, speaker

FLOOD = "FLOOD-1"


@pytest.fixture
def ops(ctx: Context, flood: Incident) -> Context:
    return acting(ctx, "claims-ops")


def acting(ctx: Context, role: str, name: str = "chen") -> Context:
    return replace(ctx, actor=Actor(name, name, role))


def later(ctx: Context, **span: int) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(**span)))


@pytest.fixture
def at_level(ops: Context) -> None:
    """Level Ⅲ in force, with the tasks of the playbook laid out."""
    with ops.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(ops, connection, before, 3, {"incident": FLOOD, "level": 3}, {})


def look(ctx: Context, task_id: str) -> str:
    found = board(ctx, FLOOD).line(task_id)
    assert found is not None
    return found.look


def one(ctx: Context) -> InForce:
    return measures_of(ctx, FLOOD)[0]


def facts(ctx: Context) -> list[object]:
    with ctx.store.read() as connection:
        known = incidents.facts(connection, incident_id=FLOOD, now_us=ctx.now_us())
    return [f["value"] for f in known if f["metric"] == "policy.fast_lane"]


def test_a_measure_begins_with_the_files_own_scope_and_text(ops: Context) -> None:
    enable(acting(ops, "commander"), FLOOD, "quick_small_claims")
    found = one(ops)
    assert found.scope.lines == ("motor", "property", "home")
    assert found.scope.limit_minor == 5_000_00
    assert found.scope.ends_at == ops.now() + timedelta(days=30)
    assert "小额" not in found.text["en"] and found.text["zh"]


def test_whoever_may_not_is_told_who_may_in_their_own_language(ops: Context) -> None:
    with pytest.raises(Refused) as told:
        enable(acting(ops, "logistics"), FLOOD, "advance_payment")
    message = told.value.args[0]
    assert isinstance(message, Message)
    assert "Commander" in speaker("en")(message)
    assert "总指挥" in speaker("zh_CN")(message) and "应由" in speaker("zh_CN")(message)


def test_the_act_is_one_whichever_door_it_comes_through(ops: Context) -> None:
    perform(ops, FLOOD, "policy.enable", {"name": "fast_lane"})
    assert [m.name for m in measures_of(ops, FLOOD)] == ["fast_lane"]
    assert facts(ops) == ["enabled"]
    entry = journal_entries(ops)[0]
    assert (entry.action, entry.facts()["name"]) == ("policy.enable", "fast_lane")


def test_a_measure_enabled_before_its_task_had_its_turn_proves_it_when_it_has(ops: Context, at_level: None) -> None:
    enable(ops, FLOOD, "fast_lane")
    assert look(ops, "triage") != "done"
    complete_task(ops, FLOOD, "fnol-surge", "twelve more seats")
    assert look(ops, "triage") == "done"
    # Opened again by a person it stays open, whatever happens next.
    reopen_task(ops, FLOOD, "triage")
    complete_task(ops, FLOOD, "footprint", "on paper")
    assert look(ops, "triage") != "done"


def test_a_policy_the_file_does_not_know_is_still_recorded(ops: Context) -> None:
    perform(ops, FLOOD, "policy.enable", {"name": "waive_towing"})
    assert measures_of(ops, FLOOD) == ()


def test_the_same_scope_twice_is_extended_not_enabled(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane")
    with pytest.raises(Refused, match="extend it instead"):
        enable(ops, FLOOD, "fast_lane")
    enable(ops, FLOOD, "fast_lane", Scope(("48201",)))
    assert len(measures_of(ops, FLOOD)) == 2


def test_an_end_in_the_past_is_refused(ops: Context) -> None:
    with pytest.raises(Refused, match="past"):
        enable(ops, FLOOD, "fast_lane", Scope(ends_at=ops.now()))


def test_ending_and_resuming_leave_their_entries_and_the_fact_follows(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane")
    end(ops, one(ops).measure_id, "done with it")
    assert (one(ops).state, one(ops).reason, one(ops).ended_by) == ("ended", "done with it", "chen")
    resume(ops, one(ops).measure_id)
    assert one(ops).state == "in_force"
    assert facts(ops) == ["enabled", "ended", "enabled"]
    acts = [e.action for e in journal_entries(ops) if "measure" in e.action]
    assert acts == ["measure.resume", "measure.end"]


def test_a_slip_is_taken_back(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane")
    undo_enable(ops, one(ops).measure_id)
    assert one(ops).state == "undone"


def test_customers_read_the_new_words_and_the_journal_keeps_the_old(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane")
    before = dict(one(ops).text)
    reword(ops, one(ops).measure_id, {"zh": "新文本", "en": "new words"})
    assert one(ops).text == {"zh": "新文本", "en": "new words"}
    assert journal_entries(ops)[0].facts()["before"] == before


def test_two_people_who_change_one_measure_are_told_of_each_other(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane")
    seen = one(ops)
    extend(acting(ops, "claims-ops", "li"), seen.measure_id, None, version=seen.version)
    with pytest.raises(Conflict, match="li changed"):
        end(ops, seen.measure_id, version=seen.version)


def test_people_are_reminded_once_before_a_planned_end_and_again_when_it_moves(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane", Scope(ends_at=ops.now() + timedelta(hours=20)))
    assert chores(ops) == 0
    soon = later(ops, hours=9)
    assert (chores(soon), chores(soon)) == (1, 0)
    extend(soon, one(ops).measure_id, soon.now() + timedelta(hours=24))
    assert chores(soon) == 0
    assert chores(later(soon, hours=13)) == 1
    told = [m for m in messages(ops) if "/remind/" in m["event_key"]]
    assert len(told) == 2 and all("即将到期" in m["subject"] for m in told)


def test_a_measure_whose_time_is_over_ends_by_itself_and_says_so(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane", Scope(ends_at=ops.now() + timedelta(hours=2)))
    over = later(ops, hours=3)
    assert (chores(over), chores(over)) == (1, 0)
    assert one(over).state == "ended"
    resume(over, one(over).measure_id)
    assert (one(over).state, one(over).scope.ends_at) == ("in_force", None)


def add_claim(ctx: Context, number: str, region: str, paid: int | None, minutes: int) -> None:
    at_us = ctx.now_us() + minutes * 60_000_000
    with ctx.store.write() as connection:
        connection.execute(
            claim.insert().values(
                source="s",
                report_no=number,
                row_hash=1,
                incident_id=FLOOD,
                line="home",
                known_at=at_us,
                keyed_at=at_us,
                channel="phone",
                region=region,
                precision="region",
                currency="USD",
                paid_minor=paid,
                status="paid" if paid else "reported",
                import_id="i",
            )
        )


def add_message(ctx: Context, number: str, kind: str, paid: int, minutes: int) -> None:
    at_us = ctx.now_us() + minutes * 60_000_000
    with ctx.store.write() as connection:
        connection.execute(
            claim_message.insert().values(
                source="s", report_no=number, kind=kind, at_us=at_us, recorded_us=at_us, paid_minor=paid, import_id="i"
            )
        )


def test_what_was_paid_ahead_is_the_sum_beyond_what_had_been_paid_inside_the_scope(ops: Context) -> None:
    boss = acting(ops, "branch-claims-manager")
    add_claim(ops, "A", "48201", None, -60)
    add_claim(ops, "B", "48201", None, -60)
    add_claim(ops, "C", "48167", None, -60)
    add_message(ops, "A", "advance", 1_000_00, -30)
    enable(boss, FLOOD, "advance_payment", Scope(("48201",)))
    add_message(ops, "A", "advance", 3_500_00, 10)  # paid to date: 2,500 more
    add_message(ops, "B", "advance", 400_00, 20)
    add_message(ops, "C", "advance", 900_00, 20)  # another county
    spent = cost(later(boss, hours=1), one(boss))
    assert (spent.minor, spent.note.values["number"]) == (2_900_00, 2)


def test_small_claims_are_counted_up_to_the_limit(ops: Context) -> None:
    boss = acting(ops, "commander")
    enable(boss, FLOOD, "quick_small_claims", Scope(limit_minor=5_000_00))
    for number, paid in (("A", 4_000_00), ("B", 5_000_00), ("C", 5_000_01), ("D", None)):
        add_claim(ops, number, "48201", paid, 10)
    spent = cost(later(boss, hours=1), one(boss))
    assert (spent.claims, spent.minor, spent.note.values["number"]) == (4, 9_000_00, 2)


def test_what_no_message_says_is_not_guessed(ops: Context) -> None:
    enable(ops, FLOOD, "fast_lane")
    add_claim(ops, "A", "48201", 10, 10)
    spent = cost(later(ops, hours=1), one(ops))
    assert (spent.claims, spent.minor) == (1, None)
