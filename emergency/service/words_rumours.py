"""The rumour register: what was heard, what is true, who approved the answer, where it was published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.domain.playbook import AUDIENCES
from emergency.service import words as words_of
from emergency.service.context import Context, Refused, same_person
from emergency.service.telling import deliver
from emergency.service.words import APPROVER
from emergency.service.words_approval import own_title, title_of
from emergency.service.words_due import reminder
from emergency.store import incidents, words
from emergency.texts import N_, Message

VERDICTS = {
    "false": N_("false"),
    "partly": N_("partly true"),
    "true": N_("true"),
    "unknown": N_("not known yet"),
}
STATES = {
    "open": N_("no answer yet"),
    "answered": N_("answer waits for approval"),
    "approved": N_("approved, not published"),
    "published": N_("published"),
    "closed": N_("closed without answer"),
}
WAITING = ("open", "answered", "approved")
# An open rumour is nagged about every hour (house rule, 2026-11).
NAG_EVERY = timedelta(hours=1)
WHO_IS_NAGGED = {"open": "customer-care", "approved": "customer-care"}
# Who hears a rumour hears its answer: the public, by the row of the playbook for the media.
PUBLIC = "media"


def hear(ctx: Context, incident_id: str | None, heard: str, where: str, at: datetime | None = None) -> int:
    """Take a rumour into the register; returns its number."""
    if not heard.strip() or not where.strip():
        raise Refused(Message("say what was heard and where"))
    with ctx.store.write() as connection:
        number = words.add_rumour(
            connection,
            incident_id=incident_id,
            heard=heard.strip(),
            heard_where=where.strip(),
            heard_us=to_us(at or ctx.now()),
            taken_us=ctx.now_us(),
            taken_by=ctx.actor.id,
            state="open",
        )
        facts = {"incident": incident_id, "where": where.strip(), "heard": heard.strip()}
        ctx.record(connection, "rumour.hear", f"rumour/{number}", facts, happened=at)
    return number


def answer(ctx: Context, number: int, version: int, verdict: str, text: str, audience: str = PUBLIC) -> None:
    """Write what is true, and to whom it is said; an earlier approval is void.

    The role that approves is the one the playbook names for bulletins to that audience at this level.

    Raises:
        Refused: no answer, or it is published. Conflict: somebody else changed it.
    """
    if verdict not in VERDICTS or not text.strip():
        raise Refused(Message("say what is true, and how the rumour stands to it"))
    if audience not in AUDIENCES:
        raise Refused(Message("choose to whom it goes: {allowed}", {"allowed": ", ".join(AUDIENCES)}))
    row = get(ctx, number)
    role = words_of.approver_for(ctx, words_of.incident_of(ctx, row), audience)
    # Who sends the same words elsewhere has not written them.
    same = (row["verdict"], row["answer"]) == (verdict, text.strip()) and row["answered_by"]
    author = row["answered_by"] if same else ctx.actor.id
    cleared = {"approved_by": "", "approved_us": None, "audience": audience, "approver_role": role}
    values = {"verdict": verdict, "answer": text.strip(), "answered_by": author, "answered_us": ctx.now_us()}
    facts = {"verdict": verdict, "answer": text.strip(), "audience": audience, "approver_role": role}
    _step(ctx, number, version, WAITING, "rumour.answer", facts, state="answered", **values, **cleared)


def approve(ctx: Context, number: int, version: int) -> None:
    """Approve an answer; another person than the one who wrote it, in the role the playbook names.

    Raises:
        Refused: in another role, or one's own answer.
    """
    row = get(ctx, number)
    refused = why_not(ctx, row)
    if refused is not None:
        raise Refused(refused)
    values = {"state": "approved", "approved_by": ctx.actor.id, "approved_us": ctx.now_us()}
    facts = {"answer": row["answer"], "approver_role": row["approver_role"] or APPROVER}
    _step(ctx, number, version, ("answered",), "rumour.approve", facts, **values)


def why_not(ctx: Context, row: Mapping[str, Any]) -> Message | None:
    """Why this person may not approve an answer; None where they may."""
    title = approver_title(ctx, row)
    if ctx.actor.role != (row["approver_role"] or APPROVER):
        gaps = {"role": title, "yours": own_title(ctx, words_of.incident_of(ctx, row))}
        return Message("only {role} approves this one; you act as {yours}. Change your role in the sidebar", gaps)
    if same_person(ctx.actor.id, row["answered_by"]):
        return Message("you wrote in it, so another person acting as {role} has to approve it", {"role": title})
    return None


def approver_title(ctx: Context, row: Mapping[str, Any]) -> Mapping[str, str]:
    """The role that approves an answer, as its playbook calls it."""
    return title_of(ctx, words_of.incident_of(ctx, row), row["approver_role"] or APPROVER)


def publish(ctx: Context, number: int, version: int, where: str) -> None:
    """Say where the approved answer was published."""
    if not where.strip():
        raise Refused(Message("say where the answer was published"))
    values = {"state": "published", "published_where": where.strip(), "published_us": ctx.now_us()}
    _step(ctx, number, version, ("approved",), "rumour.publish", {"where": where.strip()}, **values)


def close(ctx: Context, number: int, version: int, why: str) -> None:
    """Close a rumour that needs no answer in public."""
    if not why.strip():
        raise Refused(Message("say why it needs no answer"))
    _step(
        ctx, number, version, WAITING, "rumour.close", {"why": why.strip()}, state="closed", published_where=why.strip()
    )


def get(ctx: Context, number: int) -> dict[str, Any]:
    with ctx.store.read() as connection:
        row = words.rumour_row(connection, number)
    if row is None:
        raise Refused(Message("there is no rumour {number}; look at the list again", {"number": number}))
    return row


def register(ctx: Context, incident_id: str | None) -> list[dict[str, Any]]:
    """Rumours of an incident, those that wait first."""
    with ctx.store.read() as connection:
        rows = words.rumours(connection, incident_id)
    return sorted(rows, key=lambda r: (r["state"] not in WAITING, -r["rumour_id"]))


def _step(
    ctx: Context,
    number: int,
    version: int,
    wanted: tuple[str, ...],
    action: str,
    facts: Mapping[str, Any],
    **values: Any,
) -> None:
    row = get(ctx, number)
    if row["state"] not in wanted:
        gaps = {"number": number, "state": Message(STATES[row["state"]])}
        raise Refused(Message("rumour {number}: {state}; look at it again", gaps))
    with ctx.store.write() as connection:
        words.change_rumour(connection, number, version, **values)
        ctx.record(connection, action, f"rumour/{number}", {"incident": row["incident_id"], **facts})


def nag(ctx: Context) -> int:
    """Remind of rumours that wait, each once an hour."""
    told = 0
    with ctx.store.read() as connection:
        rows = words.every_rumour(connection, WAITING)
    for row in rows:
        hours = int((ctx.now() - from_us(row["taken_us"])) / NAG_EVERY)
        if hours >= 1:
            told += _remind(ctx, row, hours)
    return told


def _remind(ctx: Context, row: Mapping[str, Any], hours: int) -> bool:
    number = row["rumour_id"]
    text = Message(
        "Rumour {number} has waited for {hours} h: {state}",
        {"number": number, "hours": hours, "state": Message(STATES[row["state"]])},
    )
    with ctx.store.write() as connection:
        incident = incidents.get(connection, row["incident_id"]) if row["incident_id"] else None
        who = WHO_IS_NAGGED.get(row["state"], row["approver_role"] or APPROVER)
        notice = reminder(ctx, f"nag/rumour/{number}/{hours}", [who], incident, text)
        if not deliver(ctx, connection, notice, [who], row["incident_id"] or ""):
            return False
        facts = {"incident": row["incident_id"], "hours": hours, "state": row["state"]}
        ctx.record(connection, "rumour.nag", f"rumour/{number}", facts)
    return True
