"""People of a drill whom nobody plays: they answer when they are called out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from emergency.domain.drill.robots import ANSWER_S
from emergency.domain.instant import to_us
from emergency.domain.slot_course import CALLED
from emergency.service.callouts import answer_call
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.slot_course import enter
from emergency.store import people, slot_course

ACKNOWLEDGE = "course.acknowledge"
PEOPLE = Actor("called-out", "People called out", "called-out")
SECOND_US = 1_000_000


def acknowledge(ctx: Context, plan_id: int) -> None:
    """Everybody whom a plan has called out, and who has not answered yet, says that they come."""
    with ctx.store.read() as connection:
        rows = slot_course.of_plan(connection, plan_id)
    waiting = {row["adjuster_id"]: row["version"] for row in rows if row["state"] == CALLED}
    if waiting:
        enter(replace(ctx, actor=PEOPLE), plan_id, "acknowledge", waiting)


def answer_all(
    ctx: Context, at: Callable[[int], Context], start_us: int, until_s: int, played: Collection[str]
) -> None:
    """Answer every call-out up to a second of drill time, each a few minutes after it was sent.

    Once is a state in the store: whoever has answered is not called any more, and a server that dies
    between two answers gives the second when it is back.

    Args:
        at: the workspace at a second of drill time.
        played: names of those who sit at a desk themselves; they are left to answer.
    """
    allowed_us = to_us(ctx.now() + ctx.content.library.duty_rules().answer_call) - ctx.now_us()
    late_us = ANSWER_S * SECOND_US - allowed_us  # from the end of the time allowed back to the answer
    before_us = start_us + until_s * SECOND_US - late_us
    with ctx.store.read() as connection:
        sent_out = {row["plan_id"]: row["answer_by_us"] for row in slot_course.silent(connection, before_us)}
        asked = [row for row in people.silent_calls(connection, before_us) if row["person"] not in played]

    def then(answer_by_us: int) -> Context:
        return replace(at((answer_by_us + late_us - start_us) // SECOND_US), actor=PEOPLE)

    for plan_id, answer_by_us in sorted(sent_out.items()):
        try:
            acknowledge(then(answer_by_us), plan_id)
        except (Refused, Conflict):
            continue  # a person entered something about them just now
    for row in asked:
        try:
            answer_call(then(row["answer_by_us"]), row["incident_id"], row["call_id"], accepted=True)
        except (Refused, Conflict):
            continue
