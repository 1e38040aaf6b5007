"""A finding proposes a change of the plan: a clause as it is, as it should be, and the difference as a remark."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain.improvement import Item
from emergency.domain.playbook import Playbook, satisfies
from emergency.library import NotOnShelf
from emergency.service import playbook_feedback, playbooks
from emergency.service.context import Conflict, Context, FileFaults, Refused
from emergency.service.playbook_reading import check_text, shelf, text_of
from emergency.service.reviewing import RUN
from emergency.store import improvements as store
from emergency.store import records
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Clause:
    """One task of a plan as it is written. first, last: its lines in the file, counted from 0, last not included."""

    playbook_id: str
    version: str
    task_id: str
    first: int
    last: int
    text: str


def plans(ctx: Context) -> list[Playbook]:
    """The plans in force, by id."""
    return sorted((one.plan for one in shelf(ctx.content.library) if one.in_force), key=lambda plan: plan.id)


def about(ctx: Context, item: Item) -> tuple[str, str]:
    """Plan and task that an item is about: those of its figure, or the plan of its run and the task that asks for the
    act it was found at; "" where there is none."""
    if item.metric.startswith("clause."):
        _, plan_id, task_id = item.metric.split(".")[:3]
        return plan_id, task_id
    if item.subject_kind != RUN:
        return "", ""
    with ctx.store.read() as connection:
        run = records.run(connection, item.subject_id)
    files = run["files"] if run else {}
    plan_id = next((n.removeprefix("playbook ").partition("@")[0] for n in files if n.startswith("playbook ")), "")
    plan = next((one for one in plans(ctx) if one.id == plan_id), None)
    if run is None or plan is None:
        return "", ""
    return plan_id, _asking(ctx, plan, run, item.source)


def _asking(ctx: Context, plan: Playbook, run: Mapping[str, Any], source: str) -> str:
    """The task of a plan whose evidence is the act a script expected, of the same role where there is one."""
    asked = next((e for e in run["score"]["expectations"] if e["id"] == source), None)
    if asked is None:
        return ""
    body: Mapping[str, Any] = {}
    try:
        script = ctx.content.library.drill(run["drill_id"])
        body = next((e.match for _, e in script.expectations() if e.id == source), {})
    except (NotOnShelf, FileFaults):
        pass  # the script is gone; its act is known all the same
    fits = [t for t in plan.tasks if any(satisfies(proof, asked["action"], body) for proof in t.evidence)]
    fits = fits or [t for t in plan.tasks if any(proof.action == asked["action"] for proof in t.evidence)]
    fits.sort(key=lambda task: task.role != asked["role"])
    return fits[0].id if fits else ""


def clause(ctx: Context, playbook_id: str, task_id: str) -> Clause:
    """A task of the plan in force, word for word.

    Raises:
        Refused: the plan or the task is not there.
    """
    plan = next((one for one in plans(ctx) if one.id == playbook_id), None)
    found = None
    if plan is not None:
        text = text_of(ctx.content.library, f"{plan.id}@{plan.version}")
        found = span(text, task_id)
    if plan is None or found is None:
        gaps = {"playbook": playbook_id, "task": task_id}
        raise Refused(Message(N_("the plan {playbook} has no task {task} now"), gaps))
    lines = text.splitlines(keepends=True)
    return Clause(plan.id, plan.version, task_id, *found, "".join(lines[found[0] : found[1]]))


def span(text: str, task_id: str) -> tuple[int, int] | None:
    """Lines of the list entry with this id: from its dash to the next entry or part of the file."""
    lines = text.splitlines()
    entry = re.compile(rf"^(\s*)-\s*(\{{\s*)?id:\s*{re.escape(task_id)}\s*([,}}#]|$)")
    for first, line in enumerate(lines):
        if (match := entry.match(line)) is None:
            continue
        indent = len(match[1])
        last = first + 1
        while last < len(lines) and _belongs(lines[last], indent):
            last += 1
        return first, last
    return None


def _belongs(line: str, indent: int) -> bool:
    """Whether a line is of the same entry: deeper than its dash."""
    return bool(line.strip()) and len(line) - len(line.lstrip()) > indent


def difference(found: Clause, wanted: str) -> str:
    """What changes, line by line, as a unified diff; "" where nothing does."""
    name = f"{found.playbook_id}@{found.version} tasks/{found.task_id}"
    lines = difflib.unified_diff(found.text.splitlines(), wanted.splitlines(), name, name, lineterm="", n=0)
    return "\n".join(lines)


def propose(ctx: Context, item: Item, found: Clause, wanted: str, why: str) -> int:
    """Hand the change to whoever writes the plan, as a remark; returns its number.

    Raises:
        Refused: nothing changes, or the plan would not be in order with it. Conflict: the item was changed.
    """
    shown = difference(found, wanted)
    if not shown:
        raise Refused(Message(N_("change the text of the clause first; nothing differs")))
    _in_order(ctx, found, wanted)
    text = f"{why.strip()}\n\n{shown}" if why.strip() else shown
    number = playbook_feedback.add_feedback(
        ctx,
        found.playbook_id,
        found.version,
        clause=f"tasks/{found.task_id}",
        source="drill",
        said_by=ctx.actor.id,
        text=text,
    )
    with ctx.store.write() as connection:
        if not store.change(connection, item.item_id, item.version, feedback_id=number):
            raise Conflict(Message(N_("the remark is kept, but somebody has changed the item; look at it again")))
        body = {"item": item.item_id, "feedback": number, "playbook": found.playbook_id}
        ctx.record(connection, "improvement.propose", f"improvement/{item.item_id}", body)
    return number


def draft_with(ctx: Context, found: Clause, wanted: str) -> int:
    """A draft of the plan's next version with the change in it; returns its number.

    Raises:
        Refused: an open draft says something else there already, or the plan would not be in order.
    """
    _in_order(ctx, found, wanted)
    draft = playbooks.begin_draft(ctx, f"{found.playbook_id}@{found.version}")
    place = span(draft.text, found.task_id)
    lines = draft.text.splitlines(keepends=True)
    if place is None or "".join(lines[place[0] : place[1]]) != found.text:
        raise Refused(Message(N_("somebody is writing in this clause already; see the open draft in Playbooks")))
    text = "".join([*lines[: place[0]], wanted.rstrip("\n") + "\n", *lines[place[1] :]])
    return playbooks.save_draft(ctx, draft.draft_id, text, draft.revision).draft_id


def _in_order(ctx: Context, found: Clause, wanted: str) -> None:
    if (fault := fault_of(ctx, found, wanted)) is not None:
        raise Refused(fault)


def fault_of(ctx: Context, found: Clause, wanted: str) -> Message | None:
    """What would be wrong with the plan if the clause said this; None where it would be in order."""
    reference = f"{found.playbook_id}@{found.version}"
    lines = text_of(ctx.content.library, reference).splitlines(keepends=True)
    text = "".join([*lines[: found.first], wanted.rstrip("\n") + "\n", *lines[found.last :]])
    faults = check_text(ctx.content.library, text, reference)
    if not faults:
        return None
    gaps = {"line": faults[0].line - found.first, "fault": faults[0].message}
    return Message(N_("the plan would not be in order: line {line} of the clause, {fault}"), gaps)
