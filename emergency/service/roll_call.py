"""The safety roll call: everybody deployed, asked one by one, until all are accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.domain.organisation import SAFE_STATES, RollSummary, roll_summary
from emergency.domain.slot_course import RELEASED
from emergency.service import organisation as posts
from emergency.service.allocation import shift_of
from emergency.service.command import command_of, holdings
from emergency.service.context import Context, Refused
from emergency.service.response import settle
from emergency.service.telling import tell
from emergency.store import journal, people, plans, pool, slot_course, tasks
from emergency.store.store import Connection
from emergency.texts import N_, Message

# A shift is a day; who was sent out on the one before may still be in the field after midnight.
STILL_OUT = timedelta(hours=12)


@dataclass(frozen=True)
class Deployed:
    """One person in a post, on a planned shift, or with a published assignment; ``whereabouts``: role or region.

    course: how far somebody with an assignment has come, see `emergency.domain.slot_course`; empty for the others.
    """

    person: str
    name: str
    whereabouts: str
    course: str = ""

    def row(self) -> dict[str, str]:
        """What a roll call keeps."""
        return {"person": self.person, "name": self.name, "whereabouts": self.whereabouts}


@dataclass(frozen=True)
class RollAnswer:
    """One person of a roll call; ``at``: when the answer came, while there is none when they were asked."""

    person: str
    name: str
    whereabouts: str
    state: str
    at: datetime | None
    told_by: str
    note: str
    answer_by: datetime

    def silent(self, now: datetime) -> bool:
        """Asked, and the time to answer is over."""
        return self.state == "unknown" and self.answer_by <= now


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


def open_roll(ctx: Context, incident_id: str, reason: str = "") -> int:
    """Ask after everybody deployed.

    Raises:
        Refused: nobody is deployed, or a roll call is open already.
    """
    with ctx.store.write() as connection:
        if any(r["closed_us"] is None for r in people.rolls(connection, incident_id)):
            raise Refused(Message(N_("a roll call is open already; close it before the next")))
        asked = [one.row() for one in _deployed(ctx, connection, incident_id)]
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
        _ask(ctx, connection, f"roll/{roll_id}", asked)
    return roll_id


def ask_rest(ctx: Context, incident_id: str, roll_id: int) -> int:
    """Ask those who were deployed after a roll call was opened; returns how many. Their time begins now.

    Raises:
        Refused: the roll call is closed, or everybody has been asked.
    """
    with ctx.store.write() as connection:
        known = {a["person"] for a in people.answers(connection, roll_id)}
        opened = [r["roll_id"] for r in people.rolls(connection, incident_id) if r["closed_us"] is None]
        fresh = [one.row() for one in _deployed(ctx, connection, incident_id) if one.person not in known]
        if roll_id not in opened or not fresh:
            raise Refused(Message(N_("everybody deployed has been asked already")))
        people.ask_more(connection, roll_id, fresh, ctx.now_us())
        body = {"incident": incident_id, "roll": roll_id, "people": len(fresh)}
        seq = ctx.record(connection, "rollcall.ask", incident_id, body)
        _ask(ctx, connection, f"roll/{roll_id}/{seq}", fresh)
    return len(fresh)


def _ask(ctx: Context, connection: Connection, key: str, asked: Sequence[Mapping[str, str]]) -> None:
    until = ctx.now() + ctx.content.library.duty_rules().answer_roll
    text = Message(N_("Roll call: say that you are safe, by {time}."), {"time": posts.local_text(ctx, until)})
    audience = ", ".join(p["name"] for p in asked)
    tell(ctx, connection, key, audience, Message(N_("Roll call")), text, to=[p["person"] for p in asked])


def deployed(ctx: Context, incident_id: str) -> tuple[Deployed, ...]:
    """Everybody who is out for an incident now: in a post, on a planned shift, or with a published assignment."""
    with ctx.store.read() as connection:
        return tuple(_deployed(ctx, connection, incident_id))


def _deployed(ctx: Context, connection: Connection, incident_id: str) -> Iterable[Deployed]:
    command = command_of(ctx, connection, incident_id)
    found = {
        h["person"]: Deployed(h["person"], h["person"], h["role"])
        for h in holdings(connection, command)
        if h["until_us"] is None
    }
    for turn in posts.turns_of(connection, command):
        if turn.start <= ctx.now() < turn.end:
            found.setdefault(turn.person, Deployed(turn.person, turn.person, turn.role))
    names = {a["adjuster_id"]: a["name"] for a in pool.adjusters(connection)}
    # Who has arrived and was not released is out, however long ago the shift was.
    out = list(slot_course.on_site(connection))
    for shift in dict.fromkeys((shift_of(ctx), shift_of(ctx, ctx.now() - STILL_OUT))):
        known = {r["adjuster_id"]: r["state"] for r in slot_course.of_shift(connection, shift)}
        held = [{**slot, "state": known.get(slot["adjuster_id"], "")} for slot in plans.slots(connection, shift)]
        out += [slot for slot in held if slot["state"] != RELEASED]
    for one in out:
        key = str(one["adjuster_id"])
        if one["incident_id"] == incident_id and key not in found:
            found[key] = Deployed(key, names.get(key, key), one["region"], one["state"])
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


def close_roll(ctx: Context, incident_id: str, roll_id: int, reason: str = "") -> RollSummary:
    """End a roll call; those not heard of stay named in its record, and its task is done "with so many not reached".

    A playbook that asks for everybody writes ``match: {complete: true}`` beside the act; its task then stays open.

    Raises:
        Refused: closed before, or somebody was not reached and nobody says why it ends all the same.
    """
    with ctx.store.write() as connection:
        if not people.close_roll(connection, roll_id, ctx.now_us()):
            raise Refused(Message(N_("this roll call is closed already")))
        summary = roll_summary((a["person"], a["state"]) for a in people.answers(connection, roll_id))
        left = len(summary.missing) + len(summary.unreachable)
        if left and not reason.strip():
            gaps = {"n": left, "asked": summary.asked}
            text = N_("{n} of {asked} people have not been reached; ask on, or say why the roll call ends all the same")
            raise Refused(Message(text, gaps))
        body = {
            "incident": incident_id,
            "roll": roll_id,
            "asked": summary.asked,
            "safe": summary.safe,
            "needs_help": list(summary.needs_help),
            "unreachable": list(summary.unreachable),
            "missing": list(summary.missing),
            "complete": summary.complete,
            "not_reached": left,
            "reason": reason.strip(),
        }
        seq = ctx.record(connection, "rollcall.close", incident_id, body)
        settle(ctx, connection, incident_id, "rollcall.close", body, seq)
    return summary


def reopen_roll(ctx: Context, incident_id: str, roll_id: int) -> None:
    """Take the end of the last roll call back: it is asked on, and the task its end had settled is open again.

    Raises:
        Refused: it is not the last one, or it is open.
    """
    with ctx.store.write() as connection:
        last = next(reversed(people.rolls(connection, incident_id)), None)
        if last is None or last["roll_id"] != roll_id or not people.reopen_roll(connection, roll_id):
            raise Refused(Message(N_("only the last roll call is opened again, and only once it is closed")))
        body = {"incident": incident_id, "roll": roll_id}
        ctx.record(connection, "rollcall.reopen", incident_id, body)
        ends = journal.entries_of(connection, subject=incident_id, action="rollcall.close")
        mine = {e.seq for e in ends if e.facts().get("roll") == roll_id}
        for row in (r for r in tasks.of(connection, incident_id) if r["state"] == "done" and r["journal_seq"] in mine):
            fresh = {"state": "open", "done_us": None, "done_by": "", "journal_seq": None}
            tasks.change(connection, incident_id, row["task_id"], version=row["version"], **fresh)


def rolls(ctx: Context, incident_id: str) -> tuple[RollCall, ...]:
    """Every roll call of an incident, newest first."""
    wait = ctx.content.library.duty_rules().answer_roll
    with ctx.store.read() as connection:
        found = [(row, people.answers(connection, row["roll_id"])) for row in people.rolls(connection, incident_id)]
    return tuple(
        RollCall(
            roll_id=row["roll_id"],
            reason=row["reason"],
            opened_at=from_us(row["opened_us"]),
            answer_by=from_us(row["answer_by_us"]),
            closed_at=None if row["closed_us"] is None else from_us(row["closed_us"]),
            answers=tuple(_answer(a, row, wait) for a in answers),
        )
        for row, answers in reversed(found)
    )


def _answer(row: Mapping[str, Any], roll: Mapping[str, Any], wait: timedelta) -> RollAnswer:
    at = None if row["at_us"] is None else from_us(row["at_us"])
    late = row["state"] == "unknown" and at is not None  # asked after the others
    return RollAnswer(
        person=row["person"],
        name=row["name"],
        whereabouts=row["whereabouts"],
        state=row["state"],
        at=at,
        told_by=row["told_by"],
        note=row["note"],
        answer_by=at + wait if late and at else from_us(roll["answer_by_us"]),
    )


def overdue(ctx: Context, incident_id: str) -> Iterable[tuple[str, Message]]:
    """Of every open roll call whose time is over: the key of the reminder, and who has not answered."""
    for roll in rolls(ctx, incident_id):
        silent = [a.name for a in roll.answers if a.silent(ctx.now())]
        if roll.closed_at is None and silent:
            gaps = {"n": len(silent), "names": ", ".join(silent[:20])}
            text = Message(N_("{n} people have not answered the roll call: {names}"), gaps)
            yield f"roll/{roll.roll_id}/missing", text
