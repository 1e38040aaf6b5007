"""One plan takes over from another: who stays goes on as they are, who is new is called out, the others called back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emergency.domain.slot_course import CALLED, LIVE, RECALLED, RELEASED, SPENT
from emergency.service.context import Conflict, Context
from emergency.service.slot_course import CALL_OUT, answer_by, tell_slots
from emergency.store import plans, records, slot_course
from emergency.store.store import Connection
from emergency.texts import N_, Message

Row = Mapping[str, Any]
RECALL = N_("Recall, plan {plan}, shift {shift}")
CALLED_BACK = N_("Do not go there, or come back: {lines}")


def turn_over(
    ctx: Context,
    connection: Connection,
    plan_id: int,
    slots: Sequence[Row],
    old: int | None,
    restored: int | None = None,
) -> None:
    """Give the keys of one plan to another and let each person's course go on.

    Args:
        plan_id: the plan that begins, under whose number ``slots`` stand; of the plan that ends where nothing
            takes over.
        old: the plan that ends.
        restored: where a plan is taken back, the plan whose places its people return to.

    Raises:
        Conflict: a slot is taken by another plan.
    """
    rows = slot_course.of_plan(connection, old) if old is not None else []
    live = {r["adjuster_id"]: r for r in rows if r["state"] in LIVE}
    if old is not None:
        plans.release(connection, old, but=[r["adjuster_id"] for r in rows if r["state"] == RELEASED])
    plans.hold(connection, [dict(s) for s in slots])
    stays = {s["adjuster_id"] for s in slots if _same(live.get(s["adjuster_id"]), s)}
    leaving = [r for who, r in live.items() if who not in stays]
    untold = _not_told(connection, [live[who] for who in stays], leaving)
    placed_at = {s["adjuster_id"]: s["cell_id"] for s in slots}
    for who in sorted(stays):
        slot_course.step(connection, live[who], plan_id=plan_id, cell_id=placed_at[who])
    for row in leaving:
        ended = {"ended_us": ctx.now_us(), "ended_by": ctx.actor.id}
        slot_course.step(connection, row, state=RECALLED, before=row["state"], **ended)
    fresh = [s for s in slots if s["adjuster_id"] not in stays]
    quiet = _back_quietly(connection, plan_id, fresh, untold, restored)
    _call(ctx, connection, plan_id, [s for s in fresh if s["adjuster_id"] not in quiet])
    placed = {s["adjuster_id"] for s in slots}
    gone = [r for r in leaving if r["adjuster_id"] not in placed and r["adjuster_id"] not in untold]
    called = ", ".join(sorted({r["call_key"].split("/")[1] for r in gone}))
    tell_slots(ctx, connection, f"plan/{plan_id}/recall", RECALL, called, gone, CALLED_BACK)


def _same(row: Row | None, slot: Row) -> bool:
    """Whether a slot is the same work in the same place; which losses of it are whose changes nobody's way."""
    return row is not None and all(row.get(key) == slot.get(key) for key in ("incident_id", "region", "line"))


def _not_told(connection: Connection, staying: Sequence[Row], leaving: Sequence[Row]) -> set[str]:
    """Those whose call-out is still in the outbox, and is kept there: they need no recall.

    A message that somebody who stays is on goes out all the same.
    """
    needed = {r["call_key"] for r in staying}
    keys = sorted({r["call_key"] for r in leaving} - needed)
    held = {key for key in keys if records.hold_back(connection, key)}
    return {r["adjuster_id"] for r in leaving if r["call_key"] in held and r["state"] == CALLED}


def _back_quietly(
    connection: Connection, plan_id: int, fresh: Sequence[Row], untold: set[str], restored: int | None
) -> set[str]:
    """Those who never heard that they were to leave their place: they go on there as they were."""
    if restored is None:
        return set()
    places = {s["adjuster_id"]: s for s in fresh}
    found = set()
    for row in slot_course.of_plan(connection, restored):
        who = row["adjuster_id"]
        if who in untold and row["state"] == RECALLED and _same(row, places.get(who, {})):
            ended = {"ended_us": None, "ended_by": ""}
            slot_course.step(connection, row, plan_id=plan_id, state=row["before"], before="", **ended)
            found.add(who)
    return found


def _call(ctx: Context, connection: Connection, plan_id: int, slots: Sequence[Row]) -> None:
    called = {"state": CALLED, "call_key": f"plan/{plan_id}", "called_us": ctx.now_us(), "answer_by_us": answer_by(ctx)}
    slot_course.add(connection, [{**s, **called} for s in slots])
    tell_slots(ctx, connection, f"plan/{plan_id}", CALL_OUT, plan_id, slots)


def without_spent(connection: Connection, shift: str, slots: Sequence[Row]) -> list[Row]:
    """Slots of those for whom the shift has not ended yet."""
    spent = {r["adjuster_id"] for r in slot_course.of_shift(connection, shift, SPENT)}
    return [s for s in slots if s["adjuster_id"] not in spent]


def refuse_spent(connection: Connection, shift: str, slots: Sequence[Row]) -> None:
    """A draft that counts on people who were released, or said no, since it was made.

    Raises:
        Conflict: names them and who entered it.
    """
    names = {s["adjuster_id"] for s in slots}
    spent = [r for r in slot_course.of_shift(connection, shift, SPENT) if r["adjuster_id"] in names]
    if spent:
        gaps = {"names": ", ".join(r["adjuster_id"] for r in spent[:8]), "actor": spent[0]["ended_by"]}
        text = N_("{names}: released, or cannot come, as {actor} entered after this plan was made; propose again")
        raise Conflict(Message(text, gaps))


def stood_down(ctx: Context, connection: Connection, slots: Sequence[Row]) -> None:
    """The response ended: everybody with one of these slots is released."""
    for row in _courses_of(connection, slots):
        if row["state"] in LIVE:
            ended = {"ended_us": ctx.now_us(), "ended_by": ctx.actor.id}
            slot_course.step(connection, row, state=RELEASED, before=row["state"], **ended)


def stands_again(connection: Connection, slots: Sequence[Row], since_us: int) -> None:
    """The response is open again: whoever was released by its end goes on as they were."""
    for row in _courses_of(connection, slots):
        if row["state"] == RELEASED and row["ended_us"] == since_us:
            slot_course.step(connection, row, state=row["before"], before="", ended_us=None, ended_by="")


def _courses_of(connection: Connection, slots: Sequence[Row]) -> list[Row]:
    found: list[Row] = []
    for plan_id in sorted({s["plan_id"] for s in slots}):
        mine = {s["adjuster_id"] for s in slots if s["plan_id"] == plan_id}
        found += [r for r in slot_course.of_plan(connection, plan_id) if r["adjuster_id"] in mine]
    return found
