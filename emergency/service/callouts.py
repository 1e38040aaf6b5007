"""Calling people out until somebody answers, and counting heads until everybody is accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.domain.organisation import SAFE_STATES, RollSummary, roll_summary, who_is_asked
from emergency.service import organisation as posts
from emergency.service.allocation import shift_of
from emergency.service.context import Context, Refused
from emergency.service.response import every_incident, settle
from emergency.store import people, plans, pool, records
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


@dataclass(frozen=True)
class RollAnswer:
    person: str
    name: str
    whereabouts: str
    state: str
    at: datetime | None
    told_by: str
    note: str


@dataclass(frozen=True)
class RollCall:
    """Everybody who was deployed when it was opened, and what is known of each."""

    roll_id: int
    reason: str
    opened_at: datetime
    answer_by: datetime
    closed_at: datetime | None
    answers: tuple[RollAnswer, ...]

    @property
    def summary(self) -> RollSummary:
        return roll_summary((a.person, a.state) for a in self.answers)


def calls(ctx: Context, incident_id: str) -> tuple[Call, ...]:
    """Every call of an incident, newest first."""
    with ctx.store.read() as connection:
        rows = people.calls(connection, incident_id)
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
        if posts.holder(connection, incident_id, role):
            raise Refused(Message(N_("this post is held; hand it over instead of calling somebody out")))
        for earlier in people.calls(connection, incident_id):
            if earlier["role"] == role and earlier["state"] == "asked":
                gaps = {"person": earlier["person"]}
                raise Refused(Message(N_("{person} is being called for this post; wait, or withdraw that call"), gaps))
        held = posts.holdings_in(connection, incident_id)
        order = who_is_asked(role, held, tuple(p.strip() for p in people_named), posts.commander_of(roles))
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
    text = Message(
        N_("You are called to take the post {role}. Answer by {time}."),
        {"role": posts.title_of(ctx, incident_id, role), "time": posts.local_text(ctx, until)},
    )
    posts.tell(ctx, connection, f"call/{round_}/{step}", order[0], Message(N_("Call-out")), text)
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
        body = {"incident": incident_id, "role": row["role"], "person": row["person"]}
        ctx.record(connection, "callout.withdraw", f"{incident_id}/{row['role']}", body)


def open_roll(ctx: Context, incident_id: str, reason: str = "") -> int:
    """Ask after everybody deployed: holders of posts, and adjusters with a slot in the present shift.

    Raises:
        Refused: nobody is deployed, or a roll call is open already.
    """
    with ctx.store.write() as connection:
        if any(r["closed_us"] is None for r in people.rolls(connection, incident_id)):
            raise Refused(Message(N_("a roll call is open already; close it before the next")))
        asked = _deployed(ctx, connection, incident_id)
        if not asked:
            raise Refused(Message(N_("nobody is deployed: no post is held and no plan is in force")))
        until = ctx.now() + ctx.content.library.duty_rules().answer_roll
        roll_id = people.open_roll(
            connection,
            asked,
            incident_id=incident_id,
            reason=reason.strip(),
            opened_us=ctx.now_us(),
            answer_by_us=to_us(until),
            actor=ctx.actor.id,
        )
        body = {"incident": incident_id, "roll": roll_id, "people": len(asked), "reason": reason.strip()}
        seq = ctx.record(connection, "rollcall.open", incident_id, body)
        settle(ctx, connection, incident_id, "rollcall.open", body, seq)
        text = Message(N_("Roll call: say that you are safe, by {time}."), {"time": posts.local_text(ctx, until)})
        audience = ", ".join(p["name"] for p in asked)
        posts.tell(ctx, connection, f"roll/{roll_id}", audience, Message(N_("Roll call")), text)
    return roll_id


def _deployed(ctx: Context, connection: Connection, incident_id: str) -> list[dict[str, str]]:
    found = {
        h["person"]: {"person": h["person"], "name": h["person"], "whereabouts": h["role"]}
        for h in people.holdings(connection, incident_id)
        if h["until_us"] is None
    }
    names = {a["adjuster_id"]: a["name"] for a in pool.adjusters(connection)}
    for slot in plans.slots(connection, shift_of(ctx)):
        if slot["incident_id"] == incident_id:
            key = slot["adjuster_id"]
            found[key] = {"person": key, "name": names.get(key, key), "whereabouts": slot["region"]}
    return [found[key] for key in sorted(found)]


def answer_roll(ctx: Context, incident_id: str, roll_id: int, person: str, state: str, note: str = "") -> None:
    """Say how one person is; a later word replaces an earlier one, both stay in the journal."""
    if state not in SAFE_STATES:
        raise Refused(Message(N_("choose one of: safe, needs help, unreachable, not heard of")))
    with ctx.store.write() as connection:
        done = people.answer_roll(
            connection, roll_id, person, state=state, at_us=ctx.now_us(), told_by=ctx.actor.id, note=note.strip()
        )
        if not done:
            raise Refused(Message(N_("{person} was not asked in this roll call"), {"person": person}))
        body = {"incident": incident_id, "roll": roll_id, "person": person, "state": state, "note": note.strip()}
        ctx.record(connection, "rollcall.answer", incident_id, body)


def close_roll(ctx: Context, incident_id: str, roll_id: int) -> RollSummary:
    """End a roll call; those not heard of stay named in its record.

    Raises:
        Refused: closed before.
    """
    with ctx.store.write() as connection:
        if not people.close_roll(connection, roll_id, ctx.now_us()):
            raise Refused(Message(N_("this roll call is closed already")))
        summary = roll_summary((a["person"], a["state"]) for a in people.answers(connection, roll_id))
        body = {
            "incident": incident_id,
            "roll": roll_id,
            "asked": summary.asked,
            "safe": summary.safe,
            "needs_help": list(summary.needs_help),
            "unreachable": list(summary.unreachable),
            "missing": list(summary.missing),
        }
        seq = ctx.record(connection, "rollcall.close", incident_id, body)
        settle(ctx, connection, incident_id, "rollcall.close", body, seq)
    return summary


def rolls(ctx: Context, incident_id: str) -> tuple[RollCall, ...]:
    """Every roll call of an incident, newest first."""
    with ctx.store.read() as connection:
        found = [(row, people.answers(connection, row["roll_id"])) for row in people.rolls(connection, incident_id)]
    return tuple(
        RollCall(
            roll_id=row["roll_id"],
            reason=row["reason"],
            opened_at=from_us(row["opened_us"]),
            answer_by=from_us(row["answer_by_us"]),
            closed_at=None if row["closed_us"] is None else from_us(row["closed_us"]),
            answers=tuple(_answer(a) for a in answers),
        )
        for row, answers in reversed(found)
    )


def _answer(row: Mapping[str, Any]) -> RollAnswer:
    return RollAnswer(
        person=row["person"],
        name=row["name"],
        whereabouts=row["whereabouts"],
        state=row["state"],
        at=None if row["at_us"] is None else from_us(row["at_us"]),
        told_by=row["told_by"],
        note=row["note"],
    )


def chores(ctx: Context) -> None:
    """What happens by itself: unanswered calls go on, rest and overdue roll calls are announced, each once."""
    with ctx.store.write() as connection:
        for row in people.silent_calls(connection, ctx.now_us()):
            if people.settle_call(connection, row["call_id"], "silent", answered_us=ctx.now_us()):
                body = {"incident": row["incident_id"], "role": row["role"], "person": row["person"]}
                ctx.record(connection, "callout.silent", f"{row['incident_id']}/{row['role']}", body)
                _next(ctx, connection, row)
    for incident in every_incident(ctx, open_only=True):
        _remind_of_rest(ctx, incident.incident_id)
        _remind_of_roll(ctx, incident.incident_id)


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


def _remind_of_roll(ctx: Context, incident_id: str) -> None:
    for roll in rolls(ctx, incident_id):
        missing = roll.summary.missing
        if roll.closed_at is None and roll.answer_by <= ctx.now() and missing:
            text = Message(
                N_("{n} people have not answered the roll call: {names}"),
                {"n": len(missing), "names": ", ".join(missing[:20])},
            )
            _once(ctx, f"roll/{roll.roll_id}/missing", "command", Message(N_("Roll call")), text, incident_id)


def _once(ctx: Context, key: str, audience: str, subject: Message, text: Message, incident_id: str) -> None:
    """A reminder that was sent is not sent again, whoever asks: its key is unique in the outbox."""
    with ctx.store.write() as connection:
        if not people.told(connection, key):
            posts.tell(ctx, connection, key, audience, subject, text)
            ctx.record(connection, "reminder.send", incident_id, {"incident": incident_id, "key": key})
