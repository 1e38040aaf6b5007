"""An improvement item: what is to change, who sees to it, and the figure that shows it did.

Its state follows the cycle plan, do, check, act. It is checked by the figure of a verifying drill and closed by
somebody other than its owner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.texts import N_, Message

STATES: Mapping[str, str] = {
    "plan": N_("Plan (P)"),
    "do": N_("Do (D)"),
    "check": N_("Check (C)"),
    "act": N_("Act (A)"),
    "closed": N_("closed"),
    "dropped": N_("dropped"),
}
OPEN = ("plan", "do", "check", "act")
# What still has to happen by the due date; from "act" on the proof is there.
DUE = ("plan", "do", "check")
# From where to where an item may be moved; backwards is how a step is taken back.
MOVES: Mapping[str, tuple[str, ...]] = {
    "plan": ("do", "dropped"),
    "do": ("check", "plan", "dropped"),
    "check": ("act", "plan", "do", "dropped"),
    "act": ("closed", "check", "plan"),
    "closed": ("act",),
    "dropped": ("plan",),
}
# Planning, organisation, equipment, training, exercise.
ELEMENTS: Mapping[str, str] = {
    "planning": N_("planning"),
    "organisation": N_("organisation"),
    "equipment": N_("equipment"),
    "training": N_("training"),
    "exercise": N_("exercise"),
}
# Days before the due date on which the owner is reminded, then weeks overdue (house rule, 2026-11).
AHEAD_DAYS = (7, 1)
WEEK_S = 7 * 86_400
# Who is told: the owner; from one week on those in command as well; from two weeks on management.
IN_COMMAND, MANAGEMENT = "commander", "general-manager"


@dataclass(frozen=True)
class Item:
    """One improvement item.

    issue: a kept sentence (``{"id", "values"}``) or a person's own words (``{"text"}``).
    metric: ``drill.<script>.<source>.<dimension>``, ``clause.<playbook>.<task>.timeliness``, or "" where nothing is
    counted and a person judges. better: higher or lower. version: counted up with every change.
    """

    item_id: int
    subject_kind: str
    subject_id: str
    subject_title: Mapping[str, str]
    objective: str
    source: str
    issue: Mapping[str, Any]
    root_cause: str
    action: str
    element: str
    owner: str
    owner_role: str
    due_at: datetime | None
    metric: str
    target_value: float | None
    better: str
    before_value: float | None
    verify_drill: str
    state: str
    evidence: str
    feedback_id: int | None
    created_at: datetime
    created_by: str
    closed_at: datetime | None
    closed_by: str
    version: int

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"item {self.item_id}: state {self.state!r} is not one of {', '.join(STATES)}")
        if self.element not in ELEMENTS:
            raise ValueError(f"item {self.item_id}: element {self.element!r} is not one of {', '.join(ELEMENTS)}")
        if self.better not in ("higher", "lower"):
            raise ValueError(f"item {self.item_id}: better is higher or lower, not {self.better!r}")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def overdue_days(self, now: datetime) -> int | None:
        """Whole days past its due date; None where it is not overdue."""
        if self.state not in DUE or self.due_at is None or now <= self.due_at:
            return None
        return (now - self.due_at).days

    def met(self, value: float | None) -> bool | None:
        """Whether a figure reaches the target; None where there is no figure or no target."""
        if value is None or self.target_value is None:
            return None
        return value >= self.target_value if self.better == "higher" else value <= self.target_value


def missing(item: Item, to: str) -> tuple[Message, ...]:
    """What an item still lacks before it may be moved there."""
    if to not in ("do", "check"):
        return ()
    wanted = {
        "root_cause": (item.root_cause, N_("root cause")),
        "action": (item.action, N_("corrective action")),
        "owner": (item.owner, N_("owner")),
        "due": (item.due_at, N_("due date")),
    }
    if to == "check":
        wanted["evidence"] = (item.evidence, N_("what was done"))
    return tuple(Message(name) for value, name in wanted.values() if not value)


def fault_of_move(item: Item, to: str, actor: str, *, proven: bool | None) -> Message | None:
    """Why an item may not be moved there by this person; None where it may.

    Args:
        proven: whether the last verifying drill reached the target; None where there is no proof yet.
    """
    if to not in MOVES[item.state]:
        gaps = {"state": Message(STATES[item.state]), "to": Message(STATES.get(to, to))}
        return Message(N_("an item in “{state}” cannot be moved to “{to}”"), gaps)
    lacking = missing(item, to)
    if lacking:
        return Message(N_("first write down: {missing}"), {"missing": _joined(lacking)})
    if item.state == "check" and to == "act":
        return _fault_of_proof(item, actor, proven)
    if to == "closed" and _same(actor, item.owner):
        return Message(N_("{owner} owns this item; somebody else looks at it and closes it"), {"owner": item.owner})
    return None


def _fault_of_proof(item: Item, actor: str, proven: bool | None) -> Message | None:
    if item.metric and proven is None:
        gaps = {"drill": item.verify_drill or "–"}
        return Message(N_("no figure of the verifying drill ({drill}) yet; play it, or plan another proof"), gaps)
    if item.metric and not proven:
        return Message(N_("the verifying drill did not reach the target; the item goes back to planning"))
    if not item.metric and _same(actor, item.owner):
        return Message(N_("nothing is counted here, so somebody other than {owner} judges it"), {"owner": item.owner})
    return None


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _joined(parts: tuple[Message, ...]) -> Message:
    found = parts[0]
    for part in parts[1:]:
        found = Message("{first}, {then}", {"first": found, "then": part})
    return found


def stage(due_at: datetime | None, now: datetime) -> int | None:
    """The last step of telling that is due: −7 or −1 days ahead, then 0, 1, 2 … weeks overdue; None = not yet."""
    if due_at is None:
        return None
    left_s = (due_at - now).total_seconds()
    if left_s < 0:
        return int(-left_s // WEEK_S)
    return next((-days for days in reversed(AHEAD_DAYS) if left_s <= days * 86_400), None)


def told_at(stage: int, owner: str, owner_role: str) -> tuple[str, ...]:
    """Who is told at a step: first the owner, then those in command, then management."""
    own = owner or owner_role or IN_COMMAND
    if stage <= 0:
        return (own,)
    return tuple(dict.fromkeys((own, IN_COMMAND, *((MANAGEMENT,) if stage > 1 else ()))))


# A retest is a script with one more inject; both bear the number of the item whose finding they ask for once more.
_RETEST = re.compile(r"(.+?)(?:-retest-\d+)+")


def retest_name(script_id: str, item_id: int) -> str:
    return f"{script_id}-retest-{item_id}"


def retest_source(source: str, item_id: int) -> str:
    """What the added inject expects: E01 of item 7 is asked for again as E01-R7."""
    return f"{source}-R{item_id}"


def retested(script_id: str) -> str:
    """The script a retest was made of; any other script itself."""
    found = _RETEST.fullmatch(script_id)
    return found[1] if found else script_id


def is_retest_of(script_id: str, score: Mapping[str, Any], item: Item) -> bool:
    """Whether a run of this script asked for the finding of this very item again."""
    asked = any(one["id"] == retest_source(item.source, item.item_id) for one in score.get("expectations", ()))
    return bool(item.source) and asked and script_id.endswith(f"-retest-{item.item_id}")


def figure_in(score: Mapping[str, Any], metric: str) -> float | None:
    """The value of a metric in a kept score; None where it says nothing of it."""
    _, source, dimension = ("", *metric.rsplit(".", 2)[-2:]) if metric.count(".") >= 2 else ("", "", "")
    if source == "overall":
        return _number(score.get("overall" if dimension == "points" else dimension))
    for one in (*score.get("expectations", ()), *score.get("outcomes", ()), *score.get("objectives", ())):
        if one["id"] == source:
            return None if one.get("void") else _number(one.get("score" if dimension == "points" else dimension))
    return None


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
