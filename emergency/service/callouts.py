"""Calling people out until somebody answers, and what reminds by itself: rest, calls and roll calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.organisation import who_is_asked
from emergency.service import organisation as posts
from emergency.service import roll_call
from emergency.service.apart import each
from emergency.service.command import command_of, commander_of
from emergency.service.context import Context, Refused
from emergency.service.response import every_incident, settle
from emergency.service.telling import tell
from emergency.store import incidents, people, records
from emergency.store.store import Connection
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Call:
    """One person asked to take a post; ``round`` joins those asked one after the other."""

    call_id: int
    role: str
    round: int
    step: int
    person: str
    others: tuple[str, ...]
    asked_at: datetime
    answer_by: datetime
    state: str
    answered_at: datetime | None
    note: str


def calls(ctx: Context, incident_id: str) -> tuple[Call, ...]:
    """Every call of an incident's board, newest first."""
    with ctx.store.read() as connection:
        command = command_of(ctx, connection, incident_id)
        rows = people.calls(connection, incident_id)
        if command.led:
            rows += [c for c in people.calls(connection, command.leading_id) if c["role"] in command.centre]
    rows.sort(key=lambda row: int(row["call_id"]))
    return tuple(_call(row) for row in reversed(rows))


def _call(row: Mapping[str, Any]) -> Call:
    return Call(
        call_id=row["call_id"],
        role=row["role"],
        round=row["round"],
        step=row["step"],
        person=row["person"],
        others=tuple(row["others"]),
        asked_at=from_us(row["asked_us"]),
        answer_by=from_us(row["answer_by_us"]),
        state=row["state"],
        answered_at=None if row["answered_us"] is None else from_us(row["answered_us"]),
        note=row["note"],
    )


def call_out(ctx: Context, incident_id: str, role: str, people_named: tuple[str, ...] = ()) -> int:
    """Ask people to take a post, one after the other: those named, then its deputies, then the commander.

    Returns the first call.

    Raises:
        Refused: unknown post, it is held, it is being called already, or there is nobody to ask.
    """
    roles = posts.roles_of(ctx, incident_id)
    if role not in roles:
        gaps = {"role": role, "known": ", ".join(roles)}
        raise Refused(Message(N_("there is no post {role} in this organisation; there are {known}"), gaps))
    with ctx.store.write() as connection:
        incident_id, role = command_of(ctx, connection, incident_id).seat(role)
        if posts.holder(connection, incident_id, role):
            raise Refused(Message(N_("this post is held; hand it over instead of calling somebody out")))
        for earlier in people.calls(connection, incident_id):
            if earlier["role"] == role and earlier["state"] == "asked":
                gaps = {"person": earlier["person"]}
                raise Refused(Message(N_("{person} is being called for this post; wait, or withdraw that call"), gaps))
        held = posts.board_holdings(ctx, connection, incident_id)
        commands = commander_of(command_of(ctx, connection, incident_id).roles)
        order = who_is_asked(role, held, tuple(p.strip() for p in people_named), commands)
        if not order:
            raise Refused(Message(N_("name somebody to call: the post has no deputies and there is no commander")))
        body = {"incident": incident_id, "role": role, "order": list(order)}
        seq = ctx.record(connection, "callout.send", f"{incident_id}/{role}", body)
        settle(ctx, connection, incident_id, "callout.send", body, seq)
        return _ask(ctx, connection, incident_id, role, seq, 0, order)


def _ask(
    ctx: Context,
    connection: Connection,
    incident_id: str,
    role: str,
    round_: int,
    step: int,
    order: tuple[str, ...] | list[str],
) -> int:
    until = ctx.now() + ctx.content.library.duty_rules().answer_call
    call_id = people.ask(
        connection,
        incident_id=incident_id,
        role=role,
        round=round_,
        step=step,
        person=order[0],
        others=list(order[1:]),
        asked_us=ctx.now_us(),
        answer_by_us=to_us(until),
    )
    incident = incidents.get(connection, incident_id)
    gaps = {
        "role": posts.title_of(ctx, incident_id, role),
        "incident": incident.title if incident else incident_id,
        "time": posts.local_text(ctx, until),
        "room": Message(N_("Organisation")),
    }
    text = Message(
        N_(
            "You are called to take the post {role} in “{incident}”. Answer by {time} in the room “{room}”, or call "
            "the command centre, which enters it there."
        ),
        gaps,
    )
    tell(ctx, connection, f"call/{round_}/{step}", order[0], Message(N_("Call-out")), text, to=[order[0]])
    return call_id


def answer_call(ctx: Context, incident_id: str, call_id: int, *, accepted: bool, note: str = "") -> None:
    """Record an answer. Whoever accepts holds the post; after a refusal the next one is asked at once.

    Raises:
        Refused: settled before, and how.
    """
    with ctx.store.write() as connection:
        row = people.call(connection, call_id)
        state = "accepted" if accepted else "declined"
        done = row is not None and people.settle_call(
            connection, call_id, state, answered_us=ctx.now_us(), note=note.strip()
        )
        if row is None or not done:
            raise Refused(Message(N_("this call is settled already; look at the list again")))
        incident_id = row["incident_id"]
        body = {"incident": incident_id, "role": row["role"], "person": row["person"], "answer": state, "note": note}
        seq = ctx.record(connection, "callout.answer", f"{incident_id}/{row['role']}", body)
        settle(ctx, connection, incident_id, "callout.answer", body, seq)
        if not accepted:
            _next(ctx, connection, row)
        elif posts.holder(connection, incident_id, row["role"]) is None:
            posts.seat(ctx, connection, incident_id, row["role"], row["person"])


def _next(ctx: Context, connection: Connection, row: Mapping[str, Any]) -> None:
    if row["others"]:
        _ask(ctx, connection, row["incident_id"], row["role"], row["round"], row["step"] + 1, row["others"])
        return
    body = {"incident": row["incident_id"], "role": row["role"]}
    ctx.record(connection, "callout.exhausted", f"{row['incident_id']}/{row['role']}", body)


def withdraw_call(ctx: Context, incident_id: str, call_id: int) -> None:
    with ctx.store.write() as connection:
        row = people.call(connection, call_id)
        if row is None or not people.settle_call(connection, call_id, "withdrawn", answered_us=ctx.now_us()):
            raise Refused(Message(N_("this call is settled already; look at the list again")))
        records.hold_back(connection, f"call/{row['round']}/{row['step']}")
        incident_id = row["incident_id"]
        body = {"incident": incident_id, "role": row["role"], "person": row["person"]}
        ctx.record(connection, "callout.withdraw", f"{incident_id}/{row['role']}", body)


def chores(ctx: Context) -> None:
    """What happens by itself: unanswered calls go on, rest and overdue roll calls are announced, each once."""
    with ctx.store.read() as connection:
        silent = bool(people.silent_calls(connection, ctx.now_us()))
    if silent:
        _go_on(ctx)

    def remind(incident: Incident) -> None:
        _remind_of_rest(ctx, incident.incident_id)
        for key, text in roll_call.overdue(ctx, incident.incident_id):
            _once(ctx, key, "command", Message(N_("Roll call")), text, incident.incident_id)

    each(ctx, every_incident(ctx, open_only=True), remind)


def _go_on(ctx: Context) -> None:
    """Who did not answer in time is passed over, and the next one asked."""
    with ctx.store.write() as connection:
        for row in people.silent_calls(connection, ctx.now_us()):
            if people.settle_call(connection, row["call_id"], "silent", answered_us=ctx.now_us()):
                body = {"incident": row["incident_id"], "role": row["role"], "person": row["person"]}
                ctx.record(connection, "callout.silent", f"{row['incident_id']}/{row['role']}", body)
                _next(ctx, connection, row)


def _remind_of_rest(ctx: Context, incident_id: str) -> None:
    found = posts.organisation(ctx, incident_id)
    for post in (p for group in found.groups for p in group.posts):
        if post.holder is None or post.tone(ctx.now(), found.rules) == "plain":
            continue
        text = Message(
            N_("The turn of {person} as {role} ends at {time}; arrange who takes over."),
            {
                "person": post.holder.person,
                "role": post.title,
                "time": posts.local_text(ctx, post.rest_due or ctx.now()),
            },
        )
        key = f"rest/{post.holder.holding_id}"
        _once(ctx, key, post.holder.person, Message(N_("Rest is due")), text, incident_id)


def _once(ctx: Context, key: str, audience: str, subject: Message, text: Message, incident_id: str) -> None:
    """A reminder that was sent is not sent again, whoever asks: its key is unique in the outbox."""
    with ctx.store.read() as connection:
        if people.told(connection, key):
            return
    with ctx.store.write() as connection:
        if not people.told(connection, key):
            commands = commander_of(command_of(ctx, connection, incident_id).roles)
            to = [commands] if audience == "command" else [audience]
            tell(ctx, connection, key, audience, subject, text, to=to, incident_id=incident_id)
            ctx.record(connection, "reminder.send", incident_id, {"incident": incident_id, "key": key})
