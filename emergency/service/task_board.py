"""The task board of an incident: who does what until when, what hangs on it, and where the critical path runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import DEPUTY
from emergency.domain.playbook import Role, Text
from emergency.domain.tasking import SECOND_US, STEPS, Schedule, Step, look, schedule
from emergency.service.context import Context
from emergency.service.escalation import task_rules
from emergency.service.relief import titles
from emergency.service.task_plan import Row, owed_after_the_end, owned_by_clocks, playbook_of, waits_for
from emergency.store import incidents, journal, tasks
from emergency.store.journal import Entry
from emergency.store.store import Connection

ORDER = {"late": 0, "ready": 1, "waiting": 2, "missed": 3, "done": 4, "dropped": 5, "ended": 6}


@dataclass(frozen=True)
class Told:
    """One step of escalation that was taken."""

    step: str
    told: str
    at: datetime
    entry: int
    title: Text


@dataclass(frozen=True)
class TaskLine:
    """One task as the board shows it.

    Attributes:
        look: one of `emergency.domain.tasking.LOOKS`.
        group: one of the four standing groups, empty for a role the playbook does not know.
        waits: predecessors still to be done, by id.
        due_at: its due time; for one that counts from its predecessors, when that will be if they
            end when they are due (``reckoned``).
        slack_s: how long it may still wait: the time left until ``wanted_at`` less ``before_s``, the work that
            lies between now and its end; None where nothing after it has a due time.
        wanted_at, wanted_for: when it has to be done at the latest, and the title of the task that is due then.
        was_due: due times it had before, oldest first.
        by_itself: an act of the console is its evidence, so it settles by itself.
        not_reached: people a roll call ended without; it is done, yet not with everybody.
        clock: addressee of the report whose clock says when it is due; without a clock it is not due.
        repeat_every_s: None for a task done once. opens_at: an act counts for it from here on.
    """

    task_id: str
    title: Text
    role: str
    role_title: Text
    group: str
    phase: str
    look: str
    due_at: datetime | None
    reckoned: bool
    done_at: datetime | None
    done_by: str
    holder: str
    critical: bool
    hard: bool
    after: tuple[str, ...]
    waits: tuple[str, ...]
    slack_s: int | None
    on_path: bool
    note: str
    entry: int | None
    own: bool
    occurrence: int
    repeat_every_s: int | None
    opens_at: datetime | None
    version: int
    by_itself: tuple[str, ...]
    told: tuple[Told, ...]
    was_due: tuple[datetime, ...]
    clock: str = ""
    wanted_at: datetime | None = None
    wanted_for: Text | None = None
    before_s: int | None = None
    not_reached: int = 0

    @property
    def is_open(self) -> bool:
        return self.look in ("late", "ready", "waiting")


@dataclass(frozen=True)
class Board:
    """Lines in order of urgency; ``path``: task ids of the critical path, first task first."""

    as_of: datetime
    lines: tuple[TaskLine, ...]
    path: tuple[str, ...]
    work_s: int
    roles: Mapping[str, Role]

    def line(self, task_id: str) -> TaskLine | None:
        return next((one for one in self.lines if one.task_id == task_id), None)

    def mine(self, role: str, person: str) -> tuple[TaskLine, ...]:
        """Tasks a person holds, and those of their role that nobody else holds."""
        return tuple(o for o in self.lines if o.holder == person or (o.role == role and not o.holder))

    def of_group(self, group: str) -> tuple[TaskLine, ...]:
        return tuple(one for one in self.lines if one.group == group)

    @property
    def tightest(self) -> TaskLine | None:
        """The task of the critical path with the least slack; the first of equal ones."""
        found = [one for one in self.lines if one.on_path and one.slack_s is not None]
        return min(found, key=lambda one: (one.slack_s or 0, one.wanted_at or self.as_of), default=None)

    @property
    def path_slack_s(self) -> int | None:
        """The least slack along the critical path."""
        found = [s for one in self.lines if one.on_path and (s := one.slack_s) is not None]
        return min(found, default=None)


def board(ctx: Context, incident_id: str) -> Board:
    """Everything the Tasks room shows, read once."""
    now_us, rules = ctx.now_us(), task_rules(ctx)
    with ctx.store.read() as connection:
        incident = incidents.get(connection, incident_id)
        rows = tasks.of(connection, incident_id)
        told = _by_task(tasks.escalations(connection, incident_id))
        moved = _by_task(tasks.due_changes(connection, incident_id))
        left = _not_reached(connection, incident_id)
    playbook = playbook_of(ctx, incident) if incident else None
    over = set[str]()
    if incident is not None and not incident.is_open:
        owed = owed_after_the_end(playbook)
        over = {str(r["task_id"]) for r in rows if r["state"] == "open" and not owed(r)}
    roles = playbook.roles if playbook else {}
    found = schedule(_steps([r for r in rows if r["task_id"] not in over], rules.work_s), now_us)
    called = {task_id: _told(ctx, incident, steps) for task_id, steps in told.items()} if incident else {}
    owned = owned_by_clocks(playbook)
    lines = [_line(rows, row, found, roles, now_us, called, moved) for row in rows]
    lines = [replace(one, clock=owned.get(one.task_id.partition("#")[0], ("",))[0]) for one in lines]
    lines = [replace(one, not_reached=left.get(one.entry or 0, 0)) for one in lines]
    lines = [replace(one, look="ended") if one.task_id in over else one for one in lines]
    lines.sort(key=lambda one: (ORDER[one.look], one.due_at is None, one.due_at or ctx.now(), not one.critical))
    return Board(ctx.now(), tuple(lines), found.path, rules.work_s, roles)


def evidence(ctx: Context, seq: int) -> Entry | None:
    """The journal entry that proves a task."""
    with ctx.store.read() as connection:
        return next(iter(journal.entries(connection, after=seq - 1, limit=1)), None)


def _not_reached(connection: Connection, incident_id: str) -> dict[int, int]:
    """Entry that ended a roll call -> people it ended without."""
    ends = journal.entries_of(connection, subject=incident_id, action="rollcall.close")
    return {entry.seq: int(entry.facts().get("not_reached", 0)) for entry in ends}


def _by_task(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row["task_id"]), []).append(row)
    return found


def _told(ctx: Context, incident: Incident, steps: Sequence[Mapping[str, Any]]) -> tuple[Told, ...]:
    """Steps in their order, the role in words and whoever was named."""
    found = []
    for one in sorted(steps, key=lambda s: STEPS.index(s["step"])):
        role, *names = str(one["told"]).split(", ")
        title = titles(ctx, incident, [role.removesuffix(DEPUTY)])
        title = {language: ", ".join([text, *names]) for language, text in title.items()}
        found.append(Told(one["step"], one["told"], from_us(one["told_us"]), one["journal_seq"], title))
    return tuple(found)


def _steps(rows: Sequence[Row], work_s: int) -> list[Step]:
    """Open tasks for the schedule; work somebody named, else the house's figure, never beyond the span it is due in."""
    found = []
    for row in (r for r in rows if r["state"] == "open"):
        work = row["work_s"] if row["work_s"] is not None else min(work_s, row["due_within_s"] or work_s)
        waits = waits_for(rows, row)
        found.append(
            Step(
                id=row["task_id"],
                work_s=work,
                after=tuple(_open_id(rows, before) for before in waits),
                due_us=row["due_us"],
                within_s=row["due_within_s"],
                opens_us=row["opens_us"],
                # What comes round again is no end to work towards; its first time is.
                critical=row["critical"] and row["occurrence"] == 1,
            )
        )
    return found


def _open_id(rows: Sequence[Row], before: str) -> str:
    """The open occurrence of a predecessor; its first one was perhaps missed."""
    mine = [r["task_id"] for r in rows if before in (r["task_id"], r["series"]) and r["state"] == "open"]
    return mine[0] if mine else before


def _line(
    rows: Sequence[Row],
    row: Row,
    found: Schedule,
    roles: Mapping[str, Role],
    now_us: int,
    told: Mapping[str, tuple[Told, ...]],
    moved: Mapping[str, Sequence[Mapping[str, Any]]],
) -> TaskLine:
    task_id, role = row["task_id"], roles.get(row["role"])
    wants = found.wanted_for.get(task_id)
    finish_us = found.finish_us.get(task_id)
    waits = waits_for(rows, row) if row["state"] == "open" else ()
    early = row["opens_us"] is not None and now_us < row["opens_us"]
    due_us = row["due_us"] if row["due_us"] is not None else found.due_us.get(task_id)
    return TaskLine(
        task_id=task_id,
        title=row["title"],
        role=row["role"],
        role_title=role.title if role else {"en": row["role"], "zh": row["role"]},
        group=role.group if role else "",
        phase=row["phase"],
        look=look(row["state"], row["due_us"], bool(waits) or early, now_us),
        due_at=_at(due_us),
        reckoned=row["due_us"] is None and due_us is not None,
        done_at=_at(row["done_us"]),
        done_by=row["done_by"],
        holder=row["holder"],
        critical=row["critical"],
        hard=row["hard"],
        after=tuple(row["after"]),
        waits=waits,
        slack_s=found.slack_s.get(task_id),
        on_path=task_id in found.path,
        note=row["note"],
        entry=row["journal_seq"],
        own=row["origin"] == "own",
        occurrence=row["occurrence"],
        repeat_every_s=row["repeat_every_s"],
        opens_at=_at(row["opens_us"]),
        version=row["version"],
        by_itself=tuple(sorted({e["action"] for e in row["evidence"]} - {"task.complete"})),
        told=told.get(task_id, ()),
        was_due=tuple(from_us(m["before_us"]) for m in moved.get(task_id, ()) if m["before_us"] is not None),
        wanted_at=_at(found.latest_us.get(task_id)),
        wanted_for=next((r["title"] for r in rows if r["task_id"] == wants), None) if wants != task_id else None,
        before_s=None if finish_us is None else (finish_us - now_us) // SECOND_US,
    )


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
