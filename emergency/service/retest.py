"""A finding is tried again: the script it came from, in which the same thing is asked for once more.

What can be done again is asked for by one more inject. What a course allows once – a measure that is in force, a task
that is done – is asked for where it always was: a second inject could be answered by nobody who had been in time at
the first, and one that takes the earlier act would forgive coming late. A retest is handed out only when the best
player has earned it.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emergency.domain.drill.script import DrillScript
from emergency.domain.improvement import Item, retest_name, retest_source, retested
from emergency.domain.playbook import Task
from emergency.library.edit import edited
from emergency.library.retest import as_written, with_inject
from emergency.service import drill_house
from emergency.service.context import Context, FileFaults, Refused
from emergency.service.drill_play import Play
from emergency.service.drill_score import judge
from emergency.service.drills import LONGEST_NAME, make_workspace, workspace_name
from emergency.texts import N_, Message, speaker

AFTER_LIMITS = 2  # the second time comes so many time limits after the first (house rule, 2026-11)
WEIGHT = 10
# Acts that their own rules refuse a second time: a measure in force for its scope, a task that is done, a roll call
# that is closed. A retest asks for them in their own place first; any other act, by one more inject.
ONCE = ("policy.enable", "task.complete", "rollcall.close", "system.failover")
TITLE = N_("{title} – retest of item {number}")
FULL = 100.0


@dataclass(frozen=True)
class Retest:
    """A script that tests a finding again. in_place: asked for where the script always did, not by one more inject."""

    file: str
    text: str
    in_place: bool


def retest_script(ctx: Context, item: Item, script_id: str) -> Retest:
    """A script that tests the finding of an item again, checked by playing it.

    Raises:
        Refused: the script is not here, nothing in it or its plan is what the item is about, or not even the best
            player could earn it.
    """
    script = ctx.content.library.drill(script_id)
    raw = _file(ctx, script)
    inject = retest_inject(ctx, item, script, as_written(raw, script.id))
    asked = inject["expects"][0]
    places = _places(as_written(raw, script.id), item, asked)
    found = [Retest(_file_name(item, script), _with_inject(raw, item, script, inject), in_place=False)]
    found += [Retest(_file_name(item, script), _in_place(raw, item, script, one), in_place=True) for one in places]
    if asked["action"] in ONCE:
        found.reverse()
    for one in found:
        if _earned(ctx, _in_order(ctx, one), asked["id"]):
            return one
    gaps = {"source": item.source, "drill": script.title}
    text = N_(
        "not even the best player could do {source} again in “{drill}”; choose another script, or write an inject of "
        "your own in “Prepare a drill”"
    )
    raise Refused(Message(text, gaps))


def shelve(ctx: Context, made: Retest) -> drill_house.Kept:
    """Put a retest on the shelf of the house's own scripts, from which it is played.

    Raises:
        Refused: this is no place to prepare drills. FileFaults: the plan has changed since it was made.
    """
    return drill_house.keep(ctx, made.file, made.text.encode())


def _file_name(item: Item, script: DrillScript) -> str:
    return f"{retest_name(script.id, item.item_id)}.drill.yaml"


def _titled(raw: bytes, item: Item, script: DrillScript, changes: Mapping[tuple[str | int, ...], Any]) -> bytes:
    """The script under a title that tells it from the one it was made of."""
    titles: dict[tuple[str | int, ...], Any] = {
        ("title", language): speaker(spoken)(TITLE, title=script.title[language], number=item.item_id)
        for language, spoken in (("en", "en"), ("zh", "zh_CN"))
        if language in script.title
    }
    return edited(raw, {**titles, **changes}, script.id)


def _with_inject(raw: bytes, item: Item, script: DrillScript, inject: Mapping[str, Any]) -> str:
    return with_inject(_titled(raw, item, script, {}), inject, retest_name(script.id, item.item_id), script.id)


def _in_place(raw: bytes, item: Item, script: DrillScript, place: tuple[str | int, ...]) -> str:
    """The script in which an expected action itself is the retest."""
    name = retest_source(item.source, item.item_id)
    changes = {("id",): retest_name(script.id, item.item_id), (*place, "id"): name}
    return _titled(raw, item, script, changes).decode("utf-8-sig")


def _places(raw: Mapping[str, Any], item: Item, asked: Mapping[str, Any]) -> list[tuple[str | int, ...]]:
    """Where the script asks for the same act: the finding's own place, else the first of the same action."""
    found: list[tuple[str | int, ...]] = []
    for number, inject in enumerate(raw["injects"]):
        for place, one in enumerate(inject.get("expects", ())):
            if one["id"] == item.source and one["action"] == asked["action"]:
                return [("injects", number, "expects", place)]
            if all(one.get(key) == asked.get(key) for key in ("role", "action", "match")):
                found.append(("injects", number, "expects", place))
    return found[:1]


def _in_order(ctx: Context, made: Retest) -> DrillScript:
    """The script, read as any other.

    Raises:
        Refused: it is faulty.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, made.file)
        path.write_text(made.text, encoding="utf-8")
        try:
            return ctx.content.library.drill(path)
        except FileFaults as fault:
            gaps = {"fault": fault.faults[0].message}
            raise Refused(Message(N_("the script would not be in order with this inject: {fault}"), gaps)) from fault


def _earned(ctx: Context, script: DrillScript, name: str) -> bool:
    """Whether the best player does what is asked, in time and right, in a course of its own that leaves nothing."""
    script = replace(script, outcomes=())  # the field is another matter, and takes the longest to judge
    playbook = ctx.content.library.playbook(script.playbook)
    workspace = f"check-{workspace_name(script, 'best', script.clock.seed)}"[:LONGEST_NAME].rstrip("-")
    try:
        made, _ = make_workspace(ctx, script, playbook, "best", script.clock.seed, None, workspace)
        play = Play(made, script, playbook, "best", script.clock.seed)
        play.run()
        scored = judge(play)[0].to_json()
    finally:
        ctx.content.workspaces.drop(workspace)
    one = next(e for e in scored["expectations"] if e["id"] == name)
    return one["void"] is None and all(one[part] in (None, FULL) for part in ("timeliness", "accuracy"))


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
