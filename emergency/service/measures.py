"""Relief measures: enabled by who may, extended, ended, taken back, reminded of before they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.level import DEPUTY
from emergency.domain.playbook import Text
from emergency.domain.relief import ReliefMeasure
from emergency.service.context import Conflict, Context, Refused
from emergency.service.relief import Scope, catalogue, default_scope, may_enable, titles
from emergency.service.tasks import settle
from emergency.service.telling import local, tell
from emergency.store import incidents, journal, measures
from emergency.store.store import Connection
from emergency.texts import N_, Message

Row = dict[str, Any]


def enable(
    ctx: Context,
    incident_id: str,
    name: str,
    scope: Scope | None = None,
    *,
    text: Text | None = None,
    reason: str = "",
) -> int:
    """Enable a measure; returns its journal entry.

    Raises:
        Refused: unknown measure, a role that may not (it says who may), an end in the past, or the same
            measure in force for the same scope.
    """
    with ctx.store.write() as connection:
        return enable_in(ctx, connection, incident_id, name, scope, text=text, reason=reason)


def enable_in(
    ctx: Context,
    connection: Connection,
    incident_id: str,
    name: str,
    scope: Scope | None = None,
    *,
    text: Text | None = None,
    reason: str = "",
) -> int:
    """`enable` inside a transaction that is open."""
    measure = _measure(ctx, name)
    incident = _open_incident(connection, incident_id)
    may = may_enable(ctx, incident, measure)
    _check_role(ctx, incident, measure.name, may)
    scope = scope or default_scope(ctx, measure)
    _check_scope(ctx, connection, incident, measure, scope)
    text = dict(text or measure.text)
    body = {"name": name, "incident": incident_id, **_scope_body(scope), "text": text, "reason": reason}
    seq = ctx.record(connection, "policy.enable", incident_id, body)
    measures.add(
        connection,
        incident_id=incident_id,
        name=name,
        regions=list(scope.regions),
        lines=list(scope.lines),
        limit_minor=scope.limit_minor,
        text=text,
        authority=ctx.actor.role,
        actor=ctx.actor.id,
        started_us=ctx.now_us(),
        ends_us=None if scope.ends_at is None else to_us(scope.ends_at),
        state="in_force",
        reason=reason,
        journal_seq=seq,
    )
    _say(ctx, connection, incident_id, name, "enabled")
    settle(ctx, connection, incident_id, "policy.enable", body, seq)
    return seq


def _measure(ctx: Context, name: str) -> ReliefMeasure:
    known = catalogue(ctx).measures
    if name not in known:
        gaps = {"measure": name, "known": ", ".join(known)}
        raise Refused(Message("there is no relief measure {measure}; known: {known}", gaps))
    return known[name]


def _open_incident(connection: Connection, incident_id: str) -> Incident:
    incident = incidents.get(connection, incident_id)
    if incident is None or not incident.is_open:
        raise Refused(Message("incident {incident} is not open; reopen it first", {"incident": incident_id}))
    return incident


def _check_role(ctx: Context, incident: Incident, title: Text, may: Sequence[str]) -> None:
    """A role that may, or the deputy of one."""
    if ctx.actor.role.removesuffix(DEPUTY) not in may:
        gaps = {"measure": title, "who": titles(ctx, incident, may)}
        raise Refused(Message("“{measure}” is for {who} to enable or change. Choose that role, or ask them", gaps))


def _check_scope(
    ctx: Context, connection: Connection, incident: Incident, measure: ReliefMeasure, scope: Scope
) -> None:
    if scope.ends_at is not None and scope.ends_at <= ctx.now():
        raise Refused(Message("the planned end lies in the past; give a later one"))
    for row in measures.of(connection, incident.incident_id, state="in_force"):
        same = (tuple(row["regions"]), tuple(row["lines"])) == (scope.regions, scope.lines)
        if row["name"] == measure.id and same:
            gaps = {"measure": measure.name, "actor": row["actor"]}
            raise Refused(
                Message("“{measure}” is in force for this scope already, enabled by {actor}; extend it instead", gaps)
            )


def _scope_body(scope: Scope) -> dict[str, Any]:
    return {
        "regions": list(scope.regions),
        "lines": list(scope.lines),
        "limit_minor": scope.limit_minor,
        "ends_at": None if scope.ends_at is None else scope.ends_at.isoformat(),
    }


def _say(ctx: Context, connection: Connection, incident_id: str, name: str, value: str) -> None:
    """The measure as a fact, for rules and drills that look at it."""
    incidents.add_fact(
        connection,
        incident_id=incident_id,
        metric=f"policy.{name}",
        value=value,
        region=None,
        source=ctx.actor.id,
        as_of=ctx.now(),
        recorded=ctx.now(),
        actor=ctx.actor.id,
    )


def _row(connection: Connection, measure_id: int, version: int | None, states: Sequence[str]) -> Row:
    row = measures.get(connection, measure_id)
    if row is None:
        raise Refused(Message("there is no such measure any more; reload the page"))
    if version is not None and row["version"] != version:
        raise Conflict(_who_was_faster(connection, row))
    if row["state"] not in states:
        raise Refused(Message("this measure is no longer in the state you saw; reload and look again"))
    return row


def _who_was_faster(connection: Connection, row: Row) -> Message:
    entries = journal.entries_of(connection, subject=_subject(row), newest_first=True)
    last = next(iter(entries), None)
    return Message(
        "{actor} changed measure {measure} in the meantime; look at it again and decide",
        {"actor": last.actor if last else row["actor"], "measure": row["name"]},
    )


def _subject(row: Row) -> str:
    return f"{row['incident_id']}/measure/{row['measure_id']}"


def _write(ctx: Context, connection: Connection, row: Row, action: str, body: Mapping[str, Any], **values: Any) -> None:
    ctx.record(connection, action, _subject(row), {"incident": row["incident_id"], "name": row["name"], **body})
    if not measures.change(connection, row["measure_id"], row["version"], **values):
        raise Conflict(_who_was_faster(connection, row))


def _check_may(ctx: Context, connection: Connection, row: Row) -> None:
    incident = _open_incident(connection, row["incident_id"])
    known = catalogue(ctx).measures.get(row["name"])
    if known is not None:
        _check_role(ctx, incident, known.name, may_enable(ctx, incident, known))


def extend(ctx: Context, measure_id: int, ends_at: datetime | None, *, version: int | None = None) -> None:
    """Give a measure another planned end, later or sooner; None: until somebody ends it.

    Raises:
        Refused: the end lies in the past, or the role may not. Conflict: somebody else changed it.
    """
    if ends_at is not None and ends_at <= ctx.now():
        raise Refused(Message("the planned end lies in the past; give a later one"))
    with ctx.store.write() as connection:
        row = _row(connection, measure_id, version, ("in_force",))
        _check_may(ctx, connection, row)
        ends_us = None if ends_at is None else to_us(ends_at)
        body = {"before_us": row["ends_us"], "ends_us": ends_us}
        _write(ctx, connection, row, "measure.extend", body, ends_us=ends_us)


def reword(ctx: Context, measure_id: int, text: Text, *, version: int | None = None) -> None:
    """Change what customers are told about it; what stood there before is in the journal."""
    if not any(t.strip() for t in text.values()):
        raise Refused(Message("the customer text is empty; write at least one language"))
    with ctx.store.write() as connection:
        row = _row(connection, measure_id, version, ("in_force",))
        _check_may(ctx, connection, row)
        body = {"before": row["text"], "text": dict(text)}
        _write(ctx, connection, row, "measure.reword", body, text=dict(text))


def end(ctx: Context, measure_id: int, reason: str = "", *, version: int | None = None) -> None:
    """End a measure; `resume` takes it back."""
    with ctx.store.write() as connection:
        row = _row(connection, measure_id, version, ("in_force",))
        _check_may(ctx, connection, row)
        close_in(ctx, connection, row, "ended", "measure.end", reason)


def undo_enable(ctx: Context, measure_id: int, *, version: int | None = None) -> None:
    """Take an enabling back, as if it had been a slip; both entries stay."""
    with ctx.store.write() as connection:
        row = _row(connection, measure_id, version, ("in_force",))
        _check_may(ctx, connection, row)
        close_in(ctx, connection, row, "undone", "measure.undo", "")


def resume(ctx: Context, measure_id: int, *, version: int | None = None) -> None:
    """Take the end of a measure back; it goes on where it stood."""
    with ctx.store.write() as connection:
        row = _row(connection, measure_id, version, ("ended", "undone"))
        _check_may(ctx, connection, row)
        resume_in(ctx, connection, row)


def close_in(ctx: Context, connection: Connection, row: Row, state: str, action: str, reason: str) -> None:
    values = {"state": state, "ended_us": ctx.now_us(), "ended_by": ctx.actor.id, "reason": reason or row["reason"]}
    _write(ctx, connection, row, action, {"reason": reason}, **values)
    others = measures.of(connection, row["incident_id"], state="in_force")
    if not any(o["name"] == row["name"] for o in others):
        _say(ctx, connection, row["incident_id"], row["name"], "ended")


def resume_in(ctx: Context, connection: Connection, row: Row) -> None:
    ends_us = row["ends_us"]
    if ends_us is not None and ends_us <= ctx.now_us():
        ends_us = None  # a planned end that has passed would end it again at once
    values = {"state": "in_force", "ended_us": None, "ended_by": "", "ends_us": ends_us}
    _write(ctx, connection, row, "measure.resume", {"before": row["state"]}, **values)
    _say(ctx, connection, row["incident_id"], row["name"], "enabled")


def chores(ctx: Context) -> int:
    """Remind of measures about to end, and end those whose time is over; returns how many it touched."""
    now_us, before_us = ctx.now_us(), catalogue(ctx).remind_before_s * 1_000_000
    with ctx.store.read() as connection:
        waiting = [r for r in measures.of(connection, state="in_force") if r["ends_us"] is not None]
    touched = 0
    for row in waiting:
        if row["ends_us"] <= now_us:
            touched += _lapse(ctx, row)
        elif row["ends_us"] - before_us <= now_us and row["nagged_us"] != row["ends_us"]:
            touched += _remind(ctx, row)
    return touched


def _lapse(ctx: Context, seen: Row) -> int:
    with ctx.store.write() as connection:
        row = measures.get(connection, seen["measure_id"])
        if row is None or row["state"] != "in_force" or row["version"] != seen["version"]:
            return 0
        close_in(ctx, connection, row, "ended", "measure.lapse", row["reason"])
        subject = Message(N_("Relief measure ended: {measure}"), {"measure": _title(ctx, row)})
        text = Message(N_("Its planned end has come. It can be resumed in the Relief measures room."))
        tell(ctx, connection, f"{_subject(row)}/end/{row['ends_us']}", row["authority"], subject, text)
    return 1


def _remind(ctx: Context, seen: Row) -> int:
    with ctx.store.write() as connection:
        row = measures.get(connection, seen["measure_id"])
        if row is None or row["state"] != "in_force" or row["version"] != seen["version"]:
            return 0
        _write(ctx, connection, row, "measure.remind", {"ends_us": row["ends_us"]}, nagged_us=row["ends_us"])
        subject = Message(N_("Relief measure about to end: {measure}"), {"measure": _title(ctx, row)})
        text = Message(N_("It ends at {time}. Extend it or let it end."), {"time": local(ctx, row["ends_us"])})
        tell(ctx, connection, f"{_subject(row)}/remind/{row['ends_us']}", row["authority"], subject, text)
    return 1


def _title(ctx: Context, row: Row) -> Text:
    known = catalogue(ctx).measures.get(row["name"])
    return known.name if known else {"en": row["name"], "zh": row["name"]}
