"""What becomes of everybody a published plan sends out: called, acknowledged, on site, released – or not answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.domain.slot_course import ACTS, CALLED, RECALLED, SPENT, STATE_NAMES, after
from emergency.service.command import command_of, commander_of
from emergency.service.context import Conflict, Context, Refused
from emergency.service.telling import local, tell
from emergency.store import outbox, plans, pool, slot_course
from emergency.store.store import Connection
from emergency.texts import LANGUAGES, N_, Message, speaker

Row = Mapping[str, Any]
CALL_OUT = N_("Call-out, plan {plan}, shift {shift}")
ASSIGNED = N_("Assignments: {lines}")
CALL_AGAIN = N_("Call-out again, plan {plan}, shift {shift}")
NAMED = 8  # people named in a sentence


@dataclass(frozen=True)
class Course:
    """One person of a published plan. ``since``: when the present state began; ``by``: who entered it."""

    plan_id: int
    adjuster_id: str
    name: str
    incident_id: str
    cell_id: str
    region: str
    line: str
    minutes: int
    state: str
    before: str
    version: int
    calls: int
    call_key: str
    called_at: datetime
    answer_by: datetime
    told_at: datetime | None
    since: datetime
    by: str
    note: str

    def silent(self, now: datetime) -> bool:
        """Called out, and the time to answer is over."""
        return self.state == CALLED and self.answer_by <= now


def courses(ctx: Context, plan_id: int) -> tuple[Course, ...]:
    """Everybody of a plan by id; those it lost to a later plan say so."""
    with ctx.store.read() as connection:
        rows = slot_course.of_plan(connection, plan_id)
        names = {a["adjuster_id"]: a["name"] for a in pool.adjusters(connection)} if rows else {}
    return tuple(_course(row, names) for row in rows)


def _course(row: Row, names: Mapping[str, str]) -> Course:
    since, by = _since(row)
    return Course(
        plan_id=row["plan_id"],
        adjuster_id=row["adjuster_id"],
        name=names.get(row["adjuster_id"], row["adjuster_id"]),
        incident_id=row["incident_id"],
        cell_id=row["cell_id"],
        region=row["region"],
        line=row["line"],
        minutes=row["minutes"],
        state=row["state"],
        before=row["before"],
        version=row["version"],
        calls=row["calls"],
        call_key=row["call_key"],
        called_at=from_us(row["called_us"]),
        answer_by=from_us(row["answer_by_us"]),
        told_at=None if row["silent_us"] is None else from_us(row["silent_us"]),
        since=from_us(since),
        by=by,
        note=row["note"],
    )


def _since(row: Row) -> tuple[int, str]:
    """When the present state began and who entered it."""
    part = {"called": "", "acknowledged": "acknowledged", "on_site": "on_site"}.get(row["state"], "ended")
    return (row[f"{part}_us"], row[f"{part}_by"]) if part and row[f"{part}_us"] else (row["called_us"], "")


def call_outs(ctx: Context, people: Iterable[Course]) -> list[str]:
    """The states of the messages that called people out, one for each message."""
    keys = sorted({c.call_key for c in people if c.state != RECALLED})
    with ctx.store.read() as connection:
        return [row["state"] for row in outbox.keyed(connection, keys)]


# -- acts of people ----------------------------------------------------------------------------------


def enter(ctx: Context, plan_id: int, act: str, people: Mapping[str, int], note: str = "") -> int:
    """Enter what became of people: acknowledge, arrive, release or decline. All or nobody; returns how many.

    Args:
        people: adjuster -> version of the row as it was looked at.

    Raises:
        Refused: nobody chosen, or somebody is in a state in which that cannot be.
        Conflict: somebody else has entered something about one of them since; names who and what.
    """
    with ctx.store.write() as connection:
        rows = _as_looked_at(ctx, connection, plan_id, people)
        wrong = [r for r in rows if after(r["state"], act) is None]
        if wrong:
            gaps = {"names": _names(wrong), "state": Message(STATE_NAMES[wrong[0]["state"]])}
            raise Refused(Message(N_("not possible for {names}: {state}"), gaps))
        for row in rows:
            _step(connection, row, _entered(ctx, row, act) | ({"note": note.strip()} if note.strip() else {}))
        if act == "arrive":
            _left_where_they_were(ctx, connection, plan_id, people)
        if act == "decline":
            slot_course.free(connection, plan_id, (r["adjuster_id"] for r in rows))
        _record(ctx, connection, f"course.{act}", plan_id, rows, {"note": note.strip()} if note.strip() else {})
    return len(rows)


def _left_where_they_were(ctx: Context, connection: Connection, plan_id: int, people: Collection[str]) -> None:
    """Who arrives is nowhere else any more: an earlier shift nobody ended is over, and no rest begins with that."""
    for row in slot_course.on_site(connection):
        if row["adjuster_id"] in people and row["plan_id"] != plan_id:
            ended = {"ended_us": ctx.now_us(), "ended_by": ctx.actor.id}
            _step(connection, row, {"state": RECALLED, "before": row["state"], **ended})


def _entered(ctx: Context, row: Row, act: str) -> dict[str, Any]:
    state, now, who = ACTS[act][1], ctx.now_us(), ctx.actor.id
    values: dict[str, Any] = {"state": state, "before": row["state"]}
    if act in ("acknowledge", "arrive") and row["acknowledged_us"] is None:
        values |= {"acknowledged_us": now, "acknowledged_by": who}
    if act == "arrive":
        values |= {"on_site_us": now, "on_site_by": who}
    if state in SPENT:
        values |= {"ended_us": now, "ended_by": who}
    return values


def take_back(ctx: Context, plan_id: int, people: Mapping[str, int]) -> int:
    """Take back the last thing entered about people.

    Raises:
        Refused: there is nothing to take back, or a plan called them back.
        Conflict: somebody else has entered something since, or a key that was freed is taken.
    """
    with ctx.store.write() as connection:
        rows = _as_looked_at(ctx, connection, plan_id, people)
        fixed = [r for r in rows if not r["before"] or r["state"] == RECALLED]
        if fixed:
            text = N_("nothing to take back for {names}; who was called back returns by taking the plan back")
            raise Refused(Message(text, {"names": _names(fixed)}))
        plans.hold(connection, [_slot(r) for r in rows if r["state"] == "declined"])
        for row in rows:
            _step(connection, row, _undone(row))
        _record(ctx, connection, "course.undo", plan_id, rows, {"undone": sorted({r["state"] for r in rows})})
    return len(rows)


def _undone(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {"state": row["before"], "before": "", "ended_us": None, "ended_by": ""}
    if row["before"] == CALLED:
        values |= {"acknowledged_us": None, "acknowledged_by": ""}
    if row["state"] == "on_site":
        values |= {"on_site_us": None, "on_site_by": ""}
    return values


def call_again(ctx: Context, plan_id: int, people: Mapping[str, int]) -> int:
    """Send the call-out once more to people who have not answered; their time begins anew.

    Raises:
        Refused: somebody has answered. Conflict: as in `enter`.
    """
    with ctx.store.write() as connection:
        rows = _as_looked_at(ctx, connection, plan_id, people)
        wrong = [r for r in rows if r["state"] != CALLED]
        if wrong:
            gaps = {"names": _names(wrong), "state": Message(STATE_NAMES[wrong[0]["state"]])}
            raise Refused(Message(N_("not possible for {names}: {state}"), gaps))
        seq = _record(ctx, connection, "course.call", plan_id, rows, {})
        key = f"plan/{plan_id}/again/{seq}"
        fresh = {"answer_by_us": answer_by(ctx), "silent_us": None, "call_key": key}
        for row in rows:
            _step(connection, row, {**fresh, "calls": row["calls"] + 1})
        tell_slots(ctx, connection, key, CALL_AGAIN, plan_id, rows)
    return len(rows)


def _as_looked_at(ctx: Context, connection: Connection, plan_id: int, people: Mapping[str, int]) -> list[Row]:
    """The rows of people, if they are as whoever acts has seen them."""
    if not people:
        raise Refused(Message(N_("choose at least one person")))
    found = {r["adjuster_id"]: r for r in slot_course.of_plan(connection, plan_id)}
    gone = sorted(set(people) - set(found))
    if gone:
        text = N_("{names} went over to a later plan; look at the plan in force")
        raise Conflict(Message(text, {"names": ", ".join(gone[:NAMED])}))
    changed = [found[who] for who, version in sorted(people.items()) if found[who]["version"] != version]
    if changed:
        since, by = _since(changed[0])
        gaps = {
            "names": _names(changed),
            "state": Message(STATE_NAMES[changed[0]["state"]]),
            "actor": by or "–",
            "time": local(ctx, since),
        }
        text = N_("changed since you looked: {names} – {state}, entered by {actor} at {time}; look again")
        raise Conflict(Message(text, gaps))
    return [found[who] for who in sorted(people)]


def _step(connection: Connection, row: Row, values: Mapping[str, Any]) -> None:
    # The rows were read in this very transaction; on PostgreSQL another may have been between.
    if not slot_course.step(connection, row, **values):
        text = N_("somebody entered something about {names} just now; look again")
        raise Conflict(Message(text, {"names": row["adjuster_id"]}))


def _record(
    ctx: Context, connection: Connection, action: str, plan_id: int, rows: Sequence[Row], more: Mapping[str, Any]
) -> int:
    """One entry per incident, so that each stands in its own record; returns the last."""
    seq = 0
    for incident in sorted({r["incident_id"] for r in rows}):
        mine = [r["adjuster_id"] for r in rows if r["incident_id"] == incident]
        body = {"incident": incident, "plan": plan_id, "people": len(mine), "order": mine, **more}
        seq = ctx.record(connection, action, f"plan/{plan_id}", body)
    return seq


def _names(rows: Iterable[Row]) -> str:
    named = sorted(r["adjuster_id"] for r in rows)
    return ", ".join(named[:NAMED]) + (" …" if len(named) > NAMED else "")


def _slot(row: Row) -> dict[str, Any]:
    keys = ("adjuster_id", "shift", "plan_id", "cell_id", "incident_id", "region", "line", "minutes")
    return {key: row[key] for key in keys}


def answer_by(ctx: Context) -> int:
    """Until when somebody called out now is to answer; the same time as for a post."""
    return to_us(ctx.now() + ctx.content.library.duty_rules().answer_call)


def tell_slots(
    ctx: Context,
    connection: Connection,
    key: str,
    subject: str,
    plan: int | str,
    slots: Sequence[Row],
    text: str = ASSIGNED,
) -> None:
    """One message to people of a plan with everybody's place in it, queued in the caller's transaction.

    plan: its number as these people know it.
    """
    if not slots:
        return
    lines = "".join(f"\n{s['adjuster_id']}: {_place(ctx, s['region'])} ({_way(s['minutes'])})" for s in slots)
    about = Message(subject, {"plan": plan, "shift": slots[0]["shift"]})
    to = [s["adjuster_id"] for s in slots]
    tell(ctx, connection, key, "adjusters", about, Message(text, {"lines": lines}), to=to)


def _place(ctx: Context, region: str) -> str:
    """A region in the languages its people may read; what the map does not have is a place at the desk."""
    regions = ctx.regions
    if not regions.known(region):
        return " / ".join(speaker(code)(N_("at the desk, anywhere")) for code in sorted(LANGUAGES, reverse=True))
    names = (regions.name(region, "zh_CN"), regions.label(region, "en"))
    return " ".join(dict.fromkeys(names)) if names[0] not in names[1] else names[1]


def _way(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02d} min"


# -- what happens by itself --------------------------------------------------------------------------


def chores(ctx: Context) -> None:
    """Those in command are told, once, who has not answered in time."""
    with ctx.store.read() as connection:
        if not slot_course.silent(connection, ctx.now_us()):
            return
    with ctx.store.write() as connection:
        late: dict[tuple[int, str], list[Row]] = {}
        for one in slot_course.silent(connection, ctx.now_us()):
            late.setdefault((one["plan_id"], one["incident_id"]), []).append(one)
        for (plan_id, incident), rows in sorted(late.items()):
            for row in rows:
                _step(connection, row, {"silent_us": ctx.now_us()})
            seq = _record(ctx, connection, "course.silent", plan_id, rows, {})
            commands = commander_of(command_of(ctx, connection, incident).roles)
            gaps = {"n": len(rows), "plan": plan_id, "names": _names(rows)}
            text = Message(N_("{n} people called out by plan {plan} have not answered in time: {names}"), gaps)
            key, subject = f"plan/{plan_id}/silent/{seq}", Message(N_("No answer to the call-out"))
            tell(ctx, connection, key, "command", subject, text, to=[commands], incident_id=incident)
