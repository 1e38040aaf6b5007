"""What people do with tasks: take, hand over, do, drop, open again, add – and what acts prove by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import to_us
from emergency.domain.playbook import satisfies
from emergency.service.context import Conflict, Context, Refused
from emergency.service.proved_before import settle_by_record
from emergency.service.task_plan import Row, follow, waits_for
from emergency.store import incidents, journal, tasks
from emergency.store.store import Connection
from emergency.texts import N_, Message

MOST_TITLE = 200
# With these the tasks of a level are laid out: what was done before it is looked at whole.
LEVEL_ACTS = ("level.confirm", "level.provisional")


def settle(
    ctx: Context,
    connection: Connection,
    incident_id: str,
    action: str,
    body: Mapping[str, Any],
    seq: int,
    *,
    proved: Iterable[str] = (),
) -> None:
    """Mark the tasks this act is evidence for as done, and start the clocks of their successors.

    One act proves one occurrence of a repeating task, the oldest open one whose time has begun;
    of the series in ``proved`` it has proved one already.
    """
    rows = tasks.of(connection, incident_id)
    now_us = ctx.now_us()
    proved = set(proved)
    for row in rows:
        series = row["series"] or row["task_id"]
        early = row["opens_us"] is not None and now_us < row["opens_us"]
        if row["state"] != "open" or series in proved or early or waits_for(rows, row):
            continue
        if any(satisfies(e, action, body) for e in row["evidence"]):
            _finish(ctx, connection, row, seq)
            row["state"] = "done"
            proved.add(series)
    # What this act has just freed may have been proved before; a task opened again by hand stays open.
    freed = {r["task_id"] for r in rows if r["state"] == "open" and not r["series"] and proved & set(r["after"])}
    while freed:
        done = settle_by_record(ctx, connection, rows, freed, standing_only=action not in LEVEL_ACTS)
        freed = {r["task_id"] for r in rows if r["state"] == "open" and not r["series"] and done & set(r["after"])}
    follow(ctx, connection, incident_id)


def _finish(ctx: Context, connection: Connection, row: Row, seq: int, note: str = "") -> None:
    _write(
        ctx,
        connection,
        row,
        state="done",
        done_us=ctx.now_us(),
        done_by=ctx.actor.id,
        journal_seq=seq,
        note=note,
    )


def _write(ctx: Context, connection: Connection, row: Row, **values: Any) -> None:
    """Change a task as it was read; whoever was faster is named."""
    if not tasks.change(connection, row["incident_id"], row["task_id"], version=row["version"], **values):
        raise Conflict(_who_was_faster(connection, row))


# What somebody else may have done to a task in the meantime.
DID = {
    "task.complete": N_("done by hand"),
    "task.take": N_("Task taken"),
    "task.assign": N_("Task assigned"),
    "task.hand_back": N_("Task handed back"),
    "task.drop": N_("Task dropped"),
    "task.reopen": N_("Task opened again"),
    "task.due": N_("Task due at another time"),
    "task.escalate": N_("Late task taken upwards"),
    "task.miss": N_("Task missed"),
}


def _who_was_faster(connection: Connection, row: Row) -> Message:
    subject = f"{row['incident_id']}/{row['task_id']}"
    last = next(iter(journal.entries_of(connection, subject=subject, newest_first=True)), None)
    did = Message(DID[last.action]) if last and last.action in DID else "–"
    return Message(
        "{actor} changed “{task}” in the meantime ({act}); look at it again and decide",
        {"actor": last.actor if last else "–", "task": row["title"], "act": did},
    )


def _open_row(
    connection: Connection, incident_id: str, task_id: str, version: int | None, states: Sequence[str] = ("open",)
) -> Row:
    """A task in one of these states, at the version the person saw.

    Raises:
        Refused: there is no such task. Conflict: it is in another state, or changed since.
    """
    row = tasks.get(connection, incident_id, task_id)
    if row is None:
        raise Refused(Message("there is no task {task} in this incident; reload the page", {"task": task_id}))
    if version is not None and row["version"] != version:
        raise Conflict(_who_was_faster(connection, row))
    if row["state"] not in states:
        why = {"done": Message("done"), "dropped": Message("dropped"), "missed": Message("missed")}
        state = why.get(row["state"], Message("open"))
        raise Refused(Message("“{task}” is {state} by now; look at it again", {"task": row["title"], "state": state}))
    return row


def complete_task(ctx: Context, incident_id: str, task_id: str, note: str, version: int | None = None) -> None:
    """Mark a task done by hand, with a word of evidence where the console could not see it itself.

    Raises:
        Refused: no word of evidence, or the task is not open. Conflict: somebody else changed it.
    """
    if not note.strip():
        raise Refused(Message("say in a few words how the task was done; it is kept as its evidence"))
    with ctx.store.write() as connection:
        row = _open_row(connection, incident_id, task_id, version, ("open", "missed"))
        body = {"note": note.strip(), "incident": incident_id}
        seq = ctx.record(connection, "task.complete", f"{incident_id}/{task_id}", body)
        _finish(ctx, connection, row, seq, note.strip())
        same = (row["series"] or task_id,)
        settle(ctx, connection, incident_id, "task.complete", {"task": task_id}, seq, proved=same)


def reopen_task(ctx: Context, incident_id: str, task_id: str, version: int | None = None) -> None:
    """Take a completion or a drop back; the entry that recorded it stays."""
    with ctx.store.write() as connection:
        row = _open_row(connection, incident_id, task_id, version, ("done", "dropped"))
        before = {"state": row["state"], "done_by": row["done_by"], "entry": row["journal_seq"]}
        ctx.record(connection, "task.reopen", f"{incident_id}/{task_id}", {"incident": incident_id, **before})
        if row["state"] == "dropped":
            _repeat_again(connection, row)
        _write(ctx, connection, row, state="open", done_us=None, done_by="", journal_seq=None, note="")
        follow(ctx, connection, incident_id)


def _repeat_again(connection: Connection, row: Row) -> None:
    """A drop that had ended a series is taken back with it."""
    subject = f"{row['incident_id']}/{row['task_id']}"
    drops = journal.entries_of(connection, subject=subject, action="task.drop", newest_first=True)
    last = next(iter(drops), None)
    if last and (every_s := last.facts().get("stopped_s")):
        _repeat_every(connection, row, int(every_s))


def drop_task(
    ctx: Context,
    incident_id: str,
    task_id: str,
    reason: str,
    *,
    stop_repeating: bool = False,
    version: int | None = None,
) -> None:
    """Decide not to do a task; what waited for it waits no longer. Taken back by `reopen_task`.

    Raises:
        Refused: no reason; the task is not open. Conflict: somebody else changed it.
    """
    if not reason.strip():
        raise Refused(Message("say why the task is dropped; the reason stays beside it"))
    with ctx.store.write() as connection:
        row = _open_row(connection, incident_id, task_id, version)
        body: dict[str, Any] = {"incident": incident_id, "reason": reason.strip()}
        if stop_repeating:
            body["stopped_s"] = row["repeat_every_s"]
        seq = ctx.record(connection, "task.drop", f"{incident_id}/{task_id}", body)
        note = {"state": "dropped", "done_us": ctx.now_us(), "done_by": ctx.actor.id, "note": reason.strip()}
        _write(ctx, connection, row, journal_seq=seq, **note)
        if stop_repeating:
            _repeat_every(connection, row, None)
        follow(ctx, connection, incident_id)


def _repeat_every(connection: Connection, row: Row, every_s: int | None) -> None:
    """Let a whole series repeat at another pace, or no more."""
    series = [r for r in tasks.of(connection, row["incident_id"]) if row["series"] and r["series"] == row["series"]]
    for other in series:
        tasks.change(connection, row["incident_id"], other["task_id"], repeat_every_s=every_s)


def assign_task(ctx: Context, incident_id: str, task_id: str, person: str, version: int | None = None) -> None:
    """Give a task to a person; an empty name hands it back to its role. Asking again changes nothing.

    Raises:
        Refused: the task is not open. Conflict: somebody else changed it.
    """
    person = person.strip()
    with ctx.store.write() as connection:
        row = _open_row(connection, incident_id, task_id, version)
        if row["holder"] == person:
            return
        action = "task.assign"
        if not person:
            action = "task.hand_back"
        elif person == ctx.actor.id:
            action = "task.take"
        body = {"incident": incident_id, "holder": person, "before": row["holder"]}
        ctx.record(connection, action, f"{incident_id}/{task_id}", body)
        _write(ctx, connection, row, holder=person)


@dataclass(frozen=True)
class OwnTask:
    """A task somebody adds in their own words.

    work_minutes: None where nobody can say. repeat_minutes: 0 for a task done once.
    """

    title: str
    role: str
    due_at: datetime | None = None
    after: tuple[str, ...] = ()
    critical: bool = False
    work_minutes: int | None = None
    repeat_minutes: int = 0
    phase: str = "respond"
    holder: str = ""

    def __post_init__(self) -> None:
        if not self.title.strip() or "\n" in self.title or len(self.title) > MOST_TITLE:
            gaps = {"most": MOST_TITLE}
            raise ValueError(Message("a task needs a title on one line, at most {most} characters", gaps))
        if not self.role:
            raise ValueError(Message("a task needs the role that does it"))
        if self.repeat_minutes < 0 or (self.work_minutes or 0) < 0:
            raise ValueError(Message("minutes cannot be negative"))


def add_task(ctx: Context, incident_id: str, own: OwnTask) -> str:
    """Add a task of one's own to the board; returns its id.

    Raises:
        Refused: no such incident, it is closed, or a predecessor is not on its board.
    """
    if own.due_at is not None and own.due_at <= ctx.now():
        raise Refused(Message("the task was due before it was written down; choose a later time"))
    with ctx.store.write() as connection:
        incident = incidents.get(connection, incident_id)
        if incident is None or not incident.is_open:
            raise Refused(Message("incident {incident} is not open; reopen it first", {"incident": incident_id}))
        rows = tasks.of(connection, incident_id)
        if strange := [a for a in own.after if a not in {r["task_id"] for r in rows}]:
            raise Refused(Message("there is no task {task} in this incident; reload the page", {"task": strange[0]}))
        body = {"incident": incident_id, "title": own.title, "task_role": own.role, "critical": own.critical}
        # The entry's number is the task's own: two people who add at once get two tasks.
        task_id = f"own-{ctx.record(connection, 'task.add', incident_id, body | {'after': list(own.after)})}"
        tasks.add(connection, [_own_row(ctx, incident_id, task_id, own, incident.response_level, len(rows))])
    return task_id


def _own_row(
    ctx: Context, incident_id: str, task_id: str, own: OwnTask, level: int | None, ordinal: int
) -> dict[str, Any]:
    title = own.title.strip()
    return {
        "incident_id": incident_id,
        "task_id": task_id,
        "title": {"en": title, "zh": title},
        "phase": own.phase,
        "role": own.role,
        "after": list(own.after),
        "due_us": None if own.due_at is None else to_us(own.due_at),
        "due_within_s": None,
        "critical": own.critical,
        "hard": False,
        "evidence": [],
        "state": "open",
        "ordinal": 1000 + ordinal,
        "origin": "own",
        "series": task_id if own.repeat_minutes else "",
        "repeat_every_s": own.repeat_minutes * 60 or None,
        "work_s": None if own.work_minutes is None else own.work_minutes * 60,
        "level": level,
        "holder": own.holder.strip(),
    }
