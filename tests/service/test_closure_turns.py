"""What repeats ends with the response: its next turn holds nothing up before it is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.service import closure as closing
from emergency.service.closure import closure
from emergency.service.context import Context, FixedClock
from emergency.service.escalation import chores
from emergency.service.response import activate
from emergency.service.task_board import board
from emergency.service.tasks import complete_task
from emergency.store import incidents

FLOOD, ROLL = "FLOOD-1", "roll-call"


@pytest.fixture
def third(ctx: Context, flood: Incident, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The flood at level Ⅲ: its roll call is critical and comes again every 24 hours. The end asks what it asks
    without a plan: no critical task open."""
    monkeypatch.setattr(closing, "playbook_of", lambda *_: None)
    with ctx.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(ctx, connection, before, 3, {"incident": FLOOD, "level": 3}, {})
    return ctx


def owed(ctx: Context) -> int:
    """Critical tasks the closure conditions still wait for."""
    with ctx.store.read() as connection:
        incident = incidents.get(connection, FLOOD)
    assert incident is not None
    (value,) = (line.value for line in closure(ctx, incident).lines if line.metric == "tasks.critical_open")
    return int(value)


def turns(ctx: Context) -> list[str]:
    """Ids of the roll calls laid out so far."""
    return sorted(line.task_id for line in board(ctx, FLOOD).lines if line.task_id.split("#")[0] == ROLL)


OTHERS = 2  # the report to headquarters and the survey plan, critical and open throughout


def test_the_next_turn_of_a_critical_task_does_not_hold_the_end_up(third: Context) -> None:
    complete_task(third, FLOOD, ROLL, note="all of them answered")
    assert (turns(third), owed(third)) == ([ROLL, f"{ROLL}#2"], OTHERS)


def test_a_turn_that_is_late_holds_it_up(third: Context) -> None:
    complete_task(third, FLOOD, ROLL, note="all of them answered")
    (second,) = (line for line in board(third, FLOOD).lines if line.task_id == f"{ROLL}#2")
    assert second.due_at is not None
    late = replace(third, clock=FixedClock(second.due_at + timedelta(minutes=1)))
    chores(late)
    assert (turns(late), owed(late)) == ([ROLL, f"{ROLL}#2", f"{ROLL}#3"], OTHERS + 1)


def test_a_first_turn_nobody_did_is_owed_once_until_it_is_done(third: Context) -> None:
    (first,) = (line for line in board(third, FLOOD).lines if line.task_id == ROLL)
    assert first.due_at is not None
    late = replace(third, clock=FixedClock(first.due_at + timedelta(minutes=1)))
    chores(late)
    assert (turns(late), owed(late)) == ([ROLL, f"{ROLL}#2"], OTHERS + 1)
    complete_task(late, FLOOD, ROLL, note="all of them answered, late")
    assert owed(late) == OTHERS
