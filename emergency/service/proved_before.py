"""Tasks that an act proved before they had their turn: a first report handed in while nobody had confirmed a level.

The act counts with the time it was done at, and with whoever did it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from emergency.domain.playbook import satisfies
from emergency.domain.tasking import SECOND_US
from emergency.service.context import Context
from emergency.store import incident_links, journal, measures, reports, tasks
from emergency.store.journal import Entry
from emergency.store.store import Connection

Row = dict[str, Any]
# What was done once holds for every level: a report of its kind, a measure in force. A plan or a bulletin of a milder
# level is not what a graver one asks for.
STANDING = ("report.submit", "policy.enable")
FINALS = ("final", "internal_final")


def settle_by_record(
    ctx: Context, connection: Connection, rows: Sequence[Row], among: Collection[str], *, standing_only: bool
) -> set[str]:
    """Mark open tasks ``among`` these ids as done where an earlier act is their evidence and nothing holds them up.

    The rows are changed in place. What repeats is proved by an act within its last span only, and in its first turn.

    Args:
        standing_only: only by acts that hold for every level.

    Returns:
        The ids of the tasks that are done now.
    """
    if not rows or not any(r["task_id"] in among and r["state"] == "open" for r in rows):
        return set()
    acts = _acts(ctx, connection, str(rows[0]["incident_id"]), standing_only)
    found: set[str] = set()
    while (one := _next(ctx, rows, among, acts)) is not None:
        row, act = one
        done = {"state": "done", "done_us": act.happened_us, "done_by": act.actor, "journal_seq": act.seq}
        tasks.change(connection, row["incident_id"], row["task_id"], version=row.get("version"), **done)
        row |= done
        found.add(str(row["task_id"]))
    return found


def _next(
    ctx: Context, rows: Sequence[Row], among: Collection[str], acts: Sequence[Entry]
) -> tuple[Row, Entry] | None:
    """The first task of the plan that has its turn and was proved, with the act; doing it may free the next."""
    for row in rows:
        early = row["opens_us"] is not None and ctx.now_us() < row["opens_us"]
        if row["task_id"] not in among or row["state"] != "open" or row["occurrence"] != 1 or early:
            continue
        if any(_holds_up(rows, before) for before in row["after"]):
            continue
        every_us = (row["repeat_every_s"] or 0) * SECOND_US
        for act in acts:
            fresh = not every_us or act.happened_us > ctx.now_us() - every_us
            if fresh and any(satisfies(e, act.action, act.facts()) for e in row["evidence"]):
                return row, act
    return None


def _holds_up(rows: Sequence[Row], before: str) -> bool:
    mine = [r for r in rows if before in (r["task_id"], r["series"])]
    return bool(mine) and not any(r["state"] in ("done", "dropped") for r in mine)


def _acts(ctx: Context, connection: Connection, incident_id: str, standing_only: bool) -> list[Entry]:
    """Acts for this incident that still hold, oldest first."""
    found = [e for e in journal.entries_of(connection, subject=incident_id) if _may_prove(e.action)]
    if standing_only:
        found = [e for e in found if e.action in STANDING]
    else:
        plans = incident_links.acts_known(connection, ("allocation.commit",), ctx.now_us())
        back = incident_links.acts_known(connection, ("allocation.withdraw", "goods.plan.withdraw"), ctx.now_us())
        gone = {e.subject for e in back}
        found += [e for e in plans if e.facts().get("incident") == incident_id and e.subject not in gone]
    pauses = [until for _, until in reports.ends(connection, incident_id) if until is not None]
    enabled = measures.of(connection, incident_id)
    over = {m["name"] for m in enabled} - {m["name"] for m in enabled if m["state"] == "in_force"}
    held = [e for e in found if not _is_over(e, over, max(pauses, default=0))]
    return sorted(held, key=lambda e: e.seq)


def _may_prove(action: str) -> bool:
    """Deciding a level and ticking off a task prove what they were done for, nothing that comes later."""
    return not action.startswith(("level.", "task."))


def _is_over(entry: Entry, over: Collection[str], again_us: int) -> bool:
    """A measure that was ended, a final report of an end that was taken back, a correction: they prove nothing."""
    facts = entry.facts()
    if entry.action == "policy.enable":
        return facts.get("name") in over
    if entry.action == "report.submit":
        return bool(facts.get("corrects")) or (facts.get("kind") in FINALS and entry.happened_us < again_us)
    return False
