"""Whatever people do and whenever the server dies: no done task is lost, nothing happens twice."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency.domain.incident import Incident
from emergency.service.context import Conflict, Context, FixedClock, Refused
from emergency.service.escalation import chores
from emergency.service.records import verify_journal
from emergency.service.response import activate, open_incident, perform
from emergency.service.tasks import complete_task, drop_task, reopen_task
from emergency.store import incidents, journal, tasks
from emergency.store.store import Connection
from emergency.store.tables import outbox

NUMBERS = count(1)


class Killed(BaseException):
    """The server dies here: nothing after it runs, its transaction is lost."""


@dataclass(frozen=True)
class Dying(Context):
    """A server that dies at its n-th journal entry, just before or just after it is written."""

    left: list[int] = None  # type: ignore[assignment]

    def record(
        self,
        connection: Connection,
        action: str,
        subject: str,
        body: Mapping[str, Any],
        happened: datetime | None = None,
    ) -> int:
        self.left[0] -= 1
        if self.left[0] == 0:
            raise Killed
        seq = super().record(connection, action, subject, body, happened)
        self.left[0] -= 1
        if self.left[0] == 0:
            raise Killed
        return seq


ACTS = st.one_of(
    st.tuples(st.just("complete"), st.integers(0, 30)),
    st.tuples(st.just("reopen"), st.integers(0, 30)),
    st.tuples(st.just("drop"), st.integers(0, 30)),
    st.tuples(st.just("report"), st.just(0)),
    st.tuples(st.just("level"), st.integers(1, 3)),
    st.tuples(st.just("tick"), st.integers(0, 20)),
    st.tuples(st.just("killed tick"), st.integers(1, 12)),
    st.tuples(st.just("killed level"), st.integers(1, 12)),
)


def dying(ctx: Context, after: int) -> Dying:
    return Dying(**{name: getattr(ctx, name) for name in Context.__dataclass_fields__}, left=[after])


def rows(ctx: Context, incident_id: str) -> dict[str, dict[str, Any]]:
    with ctx.store.read() as connection:
        return {r["task_id"]: r for r in tasks.of(connection, incident_id)}


def raise_to(ctx: Context, incident_id: str, level: int) -> None:
    with ctx.store.write() as connection:
        before = incidents.get(connection, incident_id)
        assert before is not None
        activate(ctx, connection, before, level, {"incident": incident_id, "level": level}, {"first": 7200})


def do(ctx: Context, incident_id: str, act: str, value: int) -> Context:
    """Carry one act out; returns the context an hour or more later."""
    names = sorted(rows(ctx, incident_id))
    with suppress(Refused, Conflict, Killed):
        if act == "complete":
            complete_task(ctx, incident_id, names[value % len(names)], "done")
        elif act == "reopen":
            reopen_task(ctx, incident_id, names[value % len(names)])
        elif act == "drop":
            drop_task(ctx, incident_id, names[value % len(names)], "not needed")
        elif act == "report":
            perform(ctx, incident_id, "report.publish", {"text": "so far"})
        elif act == "level":
            raise_to(ctx, incident_id, value)
        elif act == "killed level":
            raise_to(dying(ctx, value), incident_id, 1 + value % 3)
        elif act == "killed tick":
            chores(dying(ctx, value))
        else:
            chores(ctx)
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(hours=1 + value % 7)))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=3, max_size=10))
def test_no_done_task_is_lost_and_nothing_comes_twice(ctx: Context, acts: list[tuple[str, int]]) -> None:
    incident_id = f"F-{next(NUMBERS)}"
    at = datetime.fromisoformat("2017-08-29T12:00:00-05:00")
    now = replace(ctx, clock=FixedClock(at))
    title, regions = {"en": "Flood", "zh": "洪水"}, ("48201",)
    opened = Incident(incident_id, "natural_disaster", ("flood",), title, "US-TX", regions, at, at, at)
    open_incident(now, opened)
    raise_to(now, incident_id, 3)
    for act, value in acts:
        before = rows(now, incident_id)
        later = do(now, incident_id, act, value)
        after = rows(now, incident_id)
        assert set(before) <= set(after)
        done = {t for t, r in before.items() if r["state"] == "done"}
        lost = {t for t in done if after[t]["state"] != "done"}
        assert not lost or (act == "reopen" and len(lost) == 1)
        now = later
    chores(now)
    before = rows(now, incident_id)
    chores(now)
    assert rows(now, incident_id) == before
    _nothing_twice(now, incident_id)
    with ctx.store.write() as connection:  # out of the way of the next example's ticks
        incidents.change(connection, replace(_get(connection, incident_id), activated_at=None))


def _get(connection: Connection, incident_id: str) -> Incident:
    found = incidents.get(connection, incident_id)
    assert found is not None
    return found


def _nothing_twice(ctx: Context, incident_id: str) -> None:
    with ctx.store.read() as connection:
        entries = [e for e in journal.entries(connection) if e.subject.startswith(incident_id + "/")]
        told = tasks.escalations(connection, incident_id)
        queued = [r.event_key for r in connection.execute(outbox.select()) if f"/{incident_id}/" in r.event_key]
    climbed = [(e.subject, e.facts()["step"]) for e in entries if e.action == "task.escalate"]
    repeated = [e.subject for e in entries if e.action == "task.repeat"]
    assert sorted(climbed) == sorted(set(climbed)) == sorted((f"{incident_id}/{t['task_id']}", t["step"]) for t in told)
    assert sorted(repeated) == sorted(set(repeated))
    assert len(queued) == len(set(queued)) == len(climbed)
    known = rows(ctx, incident_id)
    assert {s.partition("/")[2] for s in repeated} == {t for t, r in known.items() if r["occurrence"] > 1}
    assert verify_journal(ctx).ok
