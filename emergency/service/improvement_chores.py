"""Improvement items that come due: the owner is reminded, then those in command, then management."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from emergency.domain.improvement import AHEAD_DAYS, IN_COMMAND, MANAGEMENT, Item, stage, told_at
from emergency.domain.instant import to_us
from emergency.service.context import Context
from emergency.service.improvements import issue_text
from emergency.service.telling import local, tell
from emergency.store import improvements as store
from emergency.store.store import Connection
from emergency.texts import N_, Message

KIND = "improvement"
NAMES = {
    IN_COMMAND: {"en": "Commander", "zh": "总指挥"},
    MANAGEMENT: {"en": "General manager", "zh": "总经理"},
}


def chores(ctx: Context) -> int:
    """Tell of every item that is due soon or overdue, once per step; returns how many were told.

    Read first and written only where a step is due; each step is a key in the store, so none is taken twice.
    """
    until_us = to_us(ctx.now() + timedelta(days=AHEAD_DAYS[0]))
    with ctx.store.read() as connection:
        found = store.due_by(connection, until_us)
        if not found:
            return 0
        taken = {(one["ref"], one["stage"]) for one in store.notices(connection, KIND)}
    return sum(_tell(ctx, one) for one in found if (_ref(one), stage(one.due_at, ctx.now())) not in taken)


def _ref(item: Item) -> str:
    """A new due date begins anew."""
    return f"{item.item_id}/{0 if item.due_at is None else to_us(item.due_at)}"


def _tell(ctx: Context, item: Item) -> bool:
    step = stage(item.due_at, ctx.now())
    if step is None or item.due_at is None:
        return False
    told = told_at(step, item.owner, item.owner_role)
    with ctx.store.write() as connection:
        if not store.take_notice(connection, KIND, _ref(item), step, ", ".join(told), ctx.now_us()):
            return False
        _say(ctx, connection, item, step, told)
    return True


def _say(ctx: Context, connection: Connection, item: Item, step: int, told: tuple[str, ...]) -> None:
    action = "improvement.remind" if step < 0 else "improvement.escalate"
    due_us = 0 if item.due_at is None else to_us(item.due_at)
    body = {"item": item.item_id, "stage": step, "told": ", ".join(told), "due_us": due_us}
    ctx.record(connection, action, f"improvement/{item.item_id}", body)
    gaps = {
        "number": item.item_id,
        "issue": issue_text(ctx, item),
        "action": item.action or "–",
        "owner": item.owner or item.owner_role or "–",
        "due": local(ctx, due_us),
    }
    subject, text = _words(step, gaps | {"days": item.overdue_days(ctx.now()) or 0})
    tell(ctx, connection, f"improvement/{_ref(item)}/{step}", ", ".join(told), subject, text, to=told)


def _words(step: int, gaps: Mapping[str, object]) -> tuple[Message, Message]:
    if step < 0:
        return Message(N_("Improvement item {number} is due soon"), gaps), Message(
            N_("Item {number}: {issue} – action: {action}. Owner {owner}; due {due}."), gaps
        )
    return Message(N_("Improvement item {number} is overdue"), gaps), Message(
        N_("Item {number}: {issue} – action: {action}. Owner {owner}; it was due {due}, {days} days ago."), gaps
    )
