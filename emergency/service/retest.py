"""A finding is tried again: the script it came from, with an inject that asks for the same thing once more."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emergency.domain.drill.script import DrillScript
from emergency.domain.improvement import Item, retest_name, retest_source, retested
from emergency.domain.playbook import Task
from emergency.library.retest import as_written, with_inject
from emergency.service.context import Context, FileFaults, Refused
from emergency.texts import N_, Message

AFTER_LIMITS = 2  # the second time comes so many time limits after the first (house rule, 2026-11)
WEIGHT = 10


def retest_script(ctx: Context, item: Item, script_id: str) -> tuple[str, str]:
    """A script that tests the finding of an item again: its file name and its text, checked.

    Raises:
        Refused: the script is not here, or nothing in it or its plan is what the item is about.
    """
    script = ctx.content.library.drill(script_id)
    raw = _file(ctx, script)
    inject = retest_inject(ctx, item, script, as_written(raw, script.id))
    name = retest_name(script.id, item.item_id)
    text = with_inject(raw, inject, name, script.id)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, f"{name}.drill.yaml")
        made.write_text(text, encoding="utf-8")
        try:
            ctx.content.library.drill(made)
        except FileFaults as fault:
            gaps = {"fault": fault.faults[0].message}
            raise Refused(Message(N_("the script would not be in order with this inject: {fault}"), gaps)) from fault
    return f"{name}.drill.yaml", text


def retest_inject(ctx: Context, item: Item, script: DrillScript, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The inject as it would be written: the one that was answered badly, or one for the clause that was.

    Another script may use the same id for something else: the finding is of the drill it was made in.
    """
    found_in = item.metric.rsplit(".", 2)[0].removeprefix("drill.")
    of_this_drill = item.metric.startswith("drill.") and retested(found_in) == retested(script.id)
    for one in raw["injects"] if of_this_drill else ():
        for expected in one.get("expects", ()):
            if expected["id"] == item.source:
                return _again(item, script, one, expected)
    plan = ctx.content.library.playbook(script.playbook)
    task = next((t for t in plan.tasks if t.id == item.source and item.metric.startswith(f"clause.{plan.id}.")), None)
    if task is None:
        gaps = {"source": item.source or "–", "drill": script.id}
        raise Refused(Message(N_("{source} is asked for neither in the drill {drill} nor in its plan"), gaps))
    return _of_clause(item, script, task)


def _again(item: Item, script: DrillScript, one: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    known = next(e for _, e in script.expectations() if e.id == expected["id"])
    first = next(i for i in script.injects if i.id == one["id"])
    asked = dict(copy.deepcopy(expected)) | {"id": retest_source(expected["id"], item.item_id)}
    inject = {k: copy.deepcopy(v) for k, v in one.items() if k not in ("at", "when", "effects", "expects")}
    at_s = (first.at_s or 0) + AFTER_LIMITS * known.within_s
    return inject | {"id": f"R{item.item_id}", "at": _at(script, at_s, known.within_s), "expects": [asked]}


def _of_clause(item: Item, script: DrillScript, task: Task) -> dict[str, Any]:
    proof = task.evidence[0]
    within_s = min(task.due.within_s.values(), default=1800)
    asked: dict[str, Any] = {
        "id": retest_source(task.id, item.item_id),
        "role": task.role,
        "action": proof.action,
        "objective": script.objectives[0].id,
        "within": _minutes(within_s),
        "weight": WEIGHT,
    }
    if proof.match:
        asked["match"] = dict(proof.match)
    return {
        "id": f"R{item.item_id}",
        "at": _at(script, script.clock.duration_s // 3, within_s),
        "kind": "expected_action",
        "from": "controller",
        "to": task.role,
        "channel": "phone",
        "body": dict(task.title),
        "expects": [asked],
    }


def _at(script: DrillScript, wanted_s: int, within_s: int) -> str:
    """As late as wanted, but with the whole time limit before the end."""
    return _minutes(max(0, min(wanted_s, script.clock.duration_s - within_s - 60)))


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}m"


def _file(ctx: Context, script: DrillScript) -> bytes:
    raw = ctx.content.library.drill_text(script.sha256)
    if not raw:
        raise Refused(Message(N_("the file of drill {drill} is not on the shelf any more"), {"drill": script.id}))
    return raw
