"""What staff, customers, the regulator and drills say of a playbook: input to its next version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.service.context import Conflict, Context, Refused
from emergency.service.playbooks import office
from emergency.store import playbooks as store
from emergency.texts import N_, Message

SOURCES = {
    "staff": N_("staff"),
    "customer": N_("customer"),
    "regulator": N_("regulator"),
    "drill": N_("drill or real event"),
}
STATES = {"open": N_("open"), "taken": N_("taken up"), "declined": N_("not taken up")}


@dataclass(frozen=True)
class Feedback:
    """One remark. clause: where in the plan, ``tasks/rescue``; "" for the whole of it."""

    feedback_id: int
    playbook_id: str
    version: str
    clause: str
    source: str
    said_by: str
    text: str
    received_at: datetime
    recorded_by: str
    state: str
    reason: str
    settled_at: datetime | None
    settled_by: str
    revision: int


def feedback(ctx: Context, playbook_id: str | None = None) -> list[Feedback]:
    """Remarks on one playbook or on all, the newest first."""
    with office(ctx).store.read() as connection:
        return [_feedback(row) for row in store.feedback(connection, playbook_id)]


def add_feedback(
    ctx: Context, playbook_id: str, version: str, *, clause: str = "", source: str, said_by: str, text: str
) -> int:
    """Keep a remark and return its number.

    Raises:
        Refused: no words, nobody who said them, or an unknown source.
    """
    ctx = office(ctx)
    if source not in SOURCES:
        raise Refused(Message(N_("choose who it comes from: staff, customer, regulator, or a drill")))
    if not text.strip() or not said_by.strip():
        raise Refused(Message(N_("write what was said and who said it")))
    with ctx.store.write() as connection:
        number = store.add_feedback(
            connection,
            playbook_id=playbook_id,
            version=version,
            clause=clause,
            source=source,
            said_by=said_by.strip(),
            text=text.strip(),
            received_us=ctx.now_us(),
            recorded_by=ctx.actor.id,
        )
        body = {"feedback": number, "version": version, "clause": clause, "source": source, "said_by": said_by.strip()}
        ctx.record(connection, "playbook.feedback", playbook_id, body | {"text": text.strip()})
    return number


def settle_feedback(ctx: Context, one: Feedback, state: str, reason: str = "") -> None:
    """Take a remark up, decline it with a reason, or open it again.

    Raises:
        Refused: declined without a reason.
        Conflict: somebody settled it since it was read.
    """
    ctx = office(ctx)
    if state not in STATES:
        raise Refused(Message(N_("a remark is open, taken up or declined")))
    if state == "declined" and not reason.strip():
        raise Refused(Message(N_("say why it is declined; whoever said it may ask")))
    settled = state != "open"
    with ctx.store.write() as connection:
        done = store.settle_feedback(
            connection,
            one.feedback_id,
            one.revision,
            state=state,
            reason=reason.strip(),
            settled_us=ctx.now_us() if settled else None,
            settled_by=ctx.actor.id if settled else "",
        )
        if not done:
            raise Conflict(_settled_since(connection, one))
        body = {"feedback": one.feedback_id, "state": state, "reason": reason.strip()}
        ctx.record(connection, "playbook.feedback.settle", one.playbook_id, body)


def _settled_since(connection: Any, one: Feedback) -> Message:
    rows = store.feedback(connection, one.playbook_id)
    now = next((row for row in rows if row["feedback_id"] == one.feedback_id), None)
    if now is None or not now["settled_by"]:
        return Message(N_("this remark was opened again in the meantime; look at it again"))
    gaps = {"who": now["settled_by"], "state": Message(STATES[now["state"]])}
    return Message(N_("{who} has settled this remark in the meantime: {state}"), gaps)


def _feedback(row: dict[str, Any]) -> Feedback:
    settled = row["settled_us"]
    return Feedback(
        feedback_id=row["feedback_id"],
        playbook_id=row["playbook_id"],
        version=row["version"],
        clause=row["clause"],
        source=row["source"],
        said_by=row["said_by"],
        text=row["text"],
        received_at=from_us(row["received_us"]),
        recorded_by=row["recorded_by"],
        state=row["state"],
        reason=row["reason"],
        settled_at=None if settled is None else from_us(settled),
        settled_by=row["settled_by"],
        revision=row["revision"],
    )


__all__ = ["SOURCES", "STATES", "Conflict", "Feedback", "Refused", "add_feedback", "feedback", "settle_feedback"]
