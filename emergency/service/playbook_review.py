"""Reviews of playbooks: reminded of thirty days ahead, and every week once they are overdue."""

from __future__ import annotations

from collections.abc import Mapping

from emergency.service.context import Context
from emergency.service.playbook_reading import days_to_review, shelf
from emergency.service.playbooks import office
from emergency.service.telling import tell
from emergency.store import playbooks as store
from emergency.store.store import Connection
from emergency.texts import N_, Message

STAGES = (30, 14, 7, 1, 0)  # days before a review is due at which its reminder goes out
WEEK_DAYS = 7


def remind(ctx: Context) -> int:
    """Tell the staff of every review that is due within 30 days or overdue, once per stage; how many were told.

    Runs by itself; each stage is a key in the store, so no reminder goes out twice, whatever is killed when.
    """
    ctx = office(ctx)
    sent = 0
    for one in shelf(ctx.content.library):
        days = days_to_review(one.plan, ctx.now().date())
        if not one.in_force or days is None or days > STAGES[0]:
            continue
        with ctx.store.write() as connection:
            sent += _remind(ctx, connection, one.plan.id, one.plan.version, one.plan.title, days)
    return sent


def stage_of(days: int) -> int:
    """The last stage passed: days before the review, or minus the week in which it is overdue."""
    if days >= 0:
        return min(stage for stage in STAGES if stage >= days)
    return -((-days - 1) // WEEK_DAYS + 1)


def _remind(
    ctx: Context, connection: Connection, playbook_id: str, version: str, title: Mapping[str, str], days: int
) -> bool:
    stage = stage_of(days)
    if not store.take_reminder(connection, playbook_id, version, stage, ctx.now_us()):
        return False
    gaps = {"title": dict(title), "version": version, "days": abs(days)}
    text = (
        Message(N_("The playbook {title} {version} is to be reviewed in {days} days."), gaps)
        if days >= 0
        else Message(N_("The review of the playbook {title} {version} is {days} days overdue."), gaps)
    )
    seq = ctx.record(connection, "playbook.remind", playbook_id, {"version": version, "days": days, "stage": stage})
    tell(ctx, connection, f"playbook-review/{playbook_id}/{version}/{stage}", "staff", Message(N_("Review due")), text)
    return seq > 0
