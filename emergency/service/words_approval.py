"""Approval by another person in the role the playbook names, and sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emergency.domain.incident import Incident
from emergency.service import words, words_ledger
from emergency.service.authority import roles_for
from emergency.service.context import Context, Notice, Refused, same_person
from emergency.service.outbox import channels, send_notice
from emergency.service.response import playbook_of, settle
from emergency.service.words_ledger import Ledger
from emergency.store import words as rows
from emergency.texts import N_, Message

STATES = {
    "draft": N_("a draft"),
    "submitted": N_("waiting for approval"),
    "approved": N_("approved for sending"),
    "sent": N_("sent"),
    "dropped": N_("put away"),
}


def submit(ctx: Context, number: int) -> None:
    """Hand a draft to the one who approves it.

    Raises:
        Refused: a figure is missing, contradictory or stale.
    """
    row = words.get(ctx, number)
    _must_hold(ctx, row)
    _step(ctx, number, row["version"], "draft", "bulletin.submit", {}, state="submitted", submitted_us=ctx.now_us())


def approve(ctx: Context, number: int, version: int) -> None:
    """Approve a bulletin as it was seen in ``version``.

    Raises:
        Refused: in another role than the playbook names, by one who wrote in it, or with a figure
            that does not hold. Conflict: it was changed in the meantime.
    """
    row = words.get(ctx, number)
    if row["state"] == "submitted":
        may_approve(ctx, row)
        # What no longer holds could not be sent: it is not approved either.
        _must_hold(ctx, row, words_ledger.ledger(ctx, words.incident_of(ctx, row)))
    facts = {"approver_role": row["approver_role"], "authors": row["authors"]}
    values = {"state": "approved", "approved_us": ctx.now_us(), "approver": ctx.actor.id}
    _step(ctx, number, version, "submitted", "bulletin.approve", facts, **values)


def may_approve(ctx: Context, row: Mapping[str, Any]) -> None:
    """Raises Refused, saying who may, unless this person may approve this bulletin."""
    role = role_title(ctx, row)
    if ctx.actor.role != row["approver_role"]:
        gaps_ = {"role": role, "yours": own_title(ctx, words.incident_of(ctx, row))}
        text = Message("only {role} approves this one; you act as {yours}. Change your role in the sidebar", gaps_)
        raise Refused(text)
    if any(same_person(ctx.actor.id, one) for one in row["authors"]):
        raise Refused(Message("you wrote in it, so another person acting as {role} has to approve it", {"role": role}))


def why_not(ctx: Context, row: Mapping[str, Any]) -> Message | None:
    """Why this person may not approve this bulletin; None where they may."""
    try:
        may_approve(ctx, row)
    except Refused as fault:
        return fault.args[0] if isinstance(fault.args[0], Message) else Message(str(fault))
    return None


def role_title(ctx: Context, row: Mapping[str, Any]) -> Mapping[str, str]:
    """The role that approves, as its playbook calls it."""
    return title_of(ctx, words.incident_of(ctx, row), row["approver_role"])


def own_title(ctx: Context, incident: Incident | None) -> Mapping[str, str]:
    """The role the actor sits in, in words."""
    return roles_for(ctx, incident).get(ctx.actor.role) or words_ledger.both(ctx.actor.role)


def title_of(ctx: Context, incident: Incident | None, role: str) -> Mapping[str, str]:
    """A role as the incident's playbook calls it."""
    playbook = playbook_of(ctx, incident) if incident else None
    found = playbook.roles.get(role) if playbook else None
    return found.title if found else words_ledger.both(role)


def send_back(ctx: Context, number: int, note: str) -> None:
    """Return a bulletin to its writers with what is to be changed."""
    if not note.strip():
        raise Refused(Message("say what has to change"))
    row = words.get(ctx, number)
    cleared = {"submitted_us": None, "approved_us": None, "approver": ""}
    _step(
        ctx,
        number,
        row["version"],
        row["state"],
        "bulletin.send_back",
        {"note": note},
        state="draft",
        note=note,
        **cleared,
    )


def drop(ctx: Context, number: int, note: str = "") -> None:
    """Put a draft away unsent."""
    with ctx.store.write() as connection:
        row = words.still_open(connection, number)
        rows.change_bulletin(connection, number, row["version"], state="dropped", note=note)
        ctx.record(
            connection, "bulletin.drop", words.subject_of(number), {"incident": row["incident_id"], "note": note}
        )


def _must_hold(ctx: Context, row: Mapping[str, Any], live: Ledger | None = None) -> None:
    wrong = words.preview(ctx, row, live=live).problems
    if wrong:
        raise Refused(wrong[0].message)


def _step(
    ctx: Context, number: int, version: int, wanted: str, action: str, facts: Mapping[str, Any], **values: Any
) -> None:
    with ctx.store.write() as connection:
        row = words.row_of(connection, number)
        if row["state"] != wanted or wanted in ("sent", "dropped"):
            gaps_ = {"number": number, "state": Message(STATES[row["state"]])}
            raise Refused(Message("bulletin {number} is {state} now; look at it again", gaps_))
        rows.change_bulletin(connection, number, version, **values)
        ctx.record(connection, action, words.subject_of(number), {"incident": row["incident_id"], **facts})


def send(ctx: Context, number: int) -> int:
    """Send an approved bulletin; returns the number of its entry in the journal.

    Raises:
        Refused: it is not approved, or a figure no longer holds.
    """
    row = words.get(ctx, number)
    if row["state"] != "approved":
        gaps_ = {"number": number, "role": role_title(ctx, row)}
        raise Refused(Message("bulletin {number} is not approved; {role} has to approve it first", gaps_))
    live = words_ledger.ledger(ctx, words.incident_of(ctx, row))
    _must_hold(ctx, row, live)
    _must_reach_somebody(ctx, row)
    seen = words.preview(ctx, row)
    title, text = seen.title(row["languages"]), seen.text(row["languages"])
    with ctx.store.write() as connection:
        sent = {"state": "sent", "sent_us": ctx.now_us(), "sent_by": ctx.actor.id}
        rows.change_bulletin(connection, number, row["version"], **sent)
        body = _body(row, title, text)
        incident_id = row["incident_id"]
        seq = ctx.record(connection, "comms.send", incident_id or words.subject_of(number), body)
        for channel, addresses in _ways(row):
            notice = Notice(words.subject_of(number), row["audience"], channel, title, text)
            send_notice(ctx, connection, notice, addresses)
        if incident_id:
            settle(ctx, connection, incident_id, "comms.send", body, seq)
    return seq


def _ways(row: Mapping[str, Any]) -> list[Sequence[Any]]:
    """(channel, addresses) it goes to; no addresses = the channel's own list."""
    return row["recipients"] or [(channel, ()) for channel in row["channels"]]


def _must_reach_somebody(ctx: Context, row: Mapping[str, Any]) -> None:
    """What nobody would get is not called sent. The folder is read by a person, who hands it on."""
    known = channels(ctx) if ctx.profile.kind == "live" else {}
    for channel, addresses in _ways(row):
        entry = known.get(channel, {})
        addressed = entry.get("kind") == "smtp" or "{to}" in str(entry.get("url", ""))
        if addressed and not addresses and not entry.get("to"):
            text = N_(
                "nobody would get it by {channel}: that channel has no list of its own. Add to: to its entry in the "
                "file of channels, or choose another channel"
            )
            raise Refused(Message(text, {"channel": channel}))


def _body(row: Mapping[str, Any], title: str, text: str) -> dict[str, Any]:
    """What the journal keeps of a sending: the words, and of every figure its value, source and time."""
    kept = ("figure", "value", "source", "as_of_us")
    return {
        "incident": row["incident_id"],
        "bulletin": row["bulletin_id"],
        "audience": row["audience"],
        "channel": row["channels"][0],
        "channels": row["channels"],
        "kind": row["kind"],
        "corrects": row["corrects"],
        "subject": title,
        "text": text,
        "authors": row["authors"],
        "approver": row["approver"],
        "figures": [{key: one[key] for key in kept} for one in row["figures"]],
        "choices": row["choices"],
    }
