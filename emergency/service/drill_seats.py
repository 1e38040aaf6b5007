"""Seats of a drill that people play: who sits where, what reaches them, what they may see and do, what they note.

A browser keeps a secret word for its seat; the workspace keeps the word's hash. Seats from which the list of
injects is seen – director, controller, evaluator – are opened by the code that the director hands out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.service.context import Actor, Context, Refused
from emergency.service.drill_course import LiveDrill, load, open_drill, wall
from emergency.service.held import span
from emergency.store import drill_live as rows
from emergency.store.store import Connection
from emergency.texts import N_, Message

DIRECTOR, CONTROLLER, EVALUATOR, PLAYER, OBSERVER = "director", "controller", "evaluator", "player", "observer"
KINDS: Mapping[str, str] = {
    PLAYER: N_("Player"),
    DIRECTOR: N_("Director"),
    CONTROLLER: N_("Controller"),
    EVALUATOR: N_("Evaluator"),
    OBSERVER: N_("Observer"),
}
STAFF = (DIRECTOR, CONTROLLER, EVALUATOR)  # they see the list of injects
LEADING = (DIRECTOR, CONTROLLER)  # they move it
EVERYBODY = "all"
LONGEST_NAME, LONGEST_NOTE = 80, 2000


@dataclass(frozen=True)
class Seat:
    """Where one browser sits. ``role``: a player's role of the playbook, an evaluator's id, else empty."""

    seat_id: int
    kind: str
    role: str
    person: str

    @property
    def sees_injects(self) -> bool:
        return self.kind in STAFF

    @property
    def leads(self) -> bool:
        return self.kind in LEADING

    @property
    def plays(self) -> bool:
        return self.kind == PLAYER


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def seat_of(ctx: Context, token: str) -> Seat | None:
    """The seat this browser holds here; None where it holds none any more."""
    if not token or ctx.profile.kind != "drill":
        return None
    with ctx.store.read() as connection:
        row = rows.seat_by_token(connection, hashed(token))
    return None if row is None else _seat(row)


def _seat(row: rows.Row) -> Seat:
    return Seat(row["seat_id"], row["kind"], row["role"], row["person"])


def take(ctx: Context, kind: str, role: str, person: str, code: str = "") -> str:
    """Sit down.

    Args:
        role: a player's role of the script, an evaluator's id; else empty.
        code: what the director handed out; players and observers need none.

    Returns:
        The word the browser keeps; nobody is told it again.

    Raises:
        Refused: no name, no such seat, the wrong code, or the drill is over.
    """
    with ctx.store.write() as connection:
        drill = load(ctx, connection, hold=True)
        if drill.ended:
            raise Refused(Message("the drill is over; its report is in the room Drills"))
        person = _checked(drill, kind, role, person)
        if kind in STAFF and not hmac.compare_digest(code.strip().encode(), drill.row["code"].encode()):
            raise Refused(Message("this seat takes the code that stands on the director's desk; ask for it"))
        return sit_down(connection, drill, kind, role, person)


def sit_down(connection: Connection, drill: LiveDrill, kind: str, role: str, person: str) -> str:
    token = secrets.token_urlsafe(18)
    seat_id = rows.sit(
        connection,
        kind=kind,
        role=role,
        person=person,
        token_sha256=hashed(token),
        taken_us=to_us(wall(drill.ctx)),
    )
    body = {"seat": seat_id, "kind": kind, "seat_role": role, "person": person}
    drill.at(drill.now_s, Actor(person, person, role or kind)).record(connection, "drill.seat", drill.script.id, body)
    return token


def _checked(drill: LiveDrill, kind: str, role: str, person: str) -> str:
    person = " ".join(person.split())
    if not person or len(person) > LONGEST_NAME:
        raise Refused(Message("say your name first; it goes into the record of the drill"))
    allowed: Mapping[str, tuple[str, ...]] = {
        PLAYER: tuple(drill.script.players),
        EVALUATOR: tuple(one.id for one in drill.script.staff.evaluators),
    }
    if kind == PLAYER and not role:
        raise Refused(Message("choose the role you play"))
    if kind not in KINDS or role not in allowed.get(kind, ("",)):
        gaps = {"known": ", ".join(allowed.get(kind, tuple(KINDS)))}
        raise Refused(Message("there is no such seat in this drill; there are {known}", gaps))
    return person


def leave(ctx: Context, seat: Seat) -> None:
    """Stand up; a robot may sit down there, where robots fill empty seats."""
    _stand(ctx, seat.seat_id, Actor(seat.person, seat.person, seat.role or seat.kind))


def clear(ctx: Context, by: Seat, seat_id: int) -> None:
    """The director clears the seat of a browser that has gone.

    Raises:
        Refused: by somebody else.
    """
    lead(by)
    _stand(ctx, seat_id, actor_of(by))


def _stand(ctx: Context, seat_id: int, actor: Actor) -> None:
    with ctx.store.write() as connection:
        drill = load(ctx, connection, hold=True)
        if rows.stand_up(connection, seat_id, to_us(wall(ctx))):
            at = drill.at(drill.now_s, actor)
            at.record(connection, "drill.leave", drill.script.id, {"seat": seat_id})


def lead(seat: Seat | None) -> Seat:
    """The seat, if its holder may move the drill.

    Raises:
        Refused: they may not.
    """
    if seat is None or not seat.leads:
        raise Refused(Message("only the director and controllers move the drill"))
    return seat


def actor_of(seat: Seat) -> Actor:
    return Actor(seat.person, seat.person, seat.role if seat.plays else seat.kind)


def evaluators(drill: LiveDrill, connection: Connection) -> dict[str, list[str]]:
    """Who sits as an evaluator, and the objectives of the script they watch; who holds two seats watches both."""
    watched = {one.id: one.objectives for one in drill.script.staff.evaluators}
    names: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for seat in rows.seats(connection):
        if seat["kind"] == EVALUATOR:
            mine = found.setdefault(names.setdefault(seat["person"].casefold(), seat["person"]), [])
            mine.extend(one for one in watched.get(seat["role"], ()) if one not in mine)
    return found


def at_endex(drill: LiveDrill, connection: Connection) -> dict[str, Any]:
    """What is settled when people end a drill, for its panel and its report.

    Returns:
        ``{"evaluators": name -> objectives, "held": {"from", "until", "started_us", "roles": role -> how many
        people, "evaluators": how many, "auto"}}`` – names are for the panel and the training records alone.
    """
    people: dict[str, set[str]] = defaultdict(set)
    watching: set[str] = set()
    started_us = drill.row["started_us"] or 0
    for seat in rows.seats(connection, also_left=True):
        if seat["left_us"] is not None and seat["left_us"] <= started_us:
            continue  # gone before anything happened
        if seat["kind"] == PLAYER:
            people[seat["role"]].add(seat["person"].casefold())
        elif seat["kind"] == EVALUATOR:
            watching.add(seat["person"].casefold())
    counts = {"roles": {role: len(people[role]) for role in sorted(people)}, "evaluators": len(watching)}
    held = {**span(drill.ctx, from_us(started_us), wall(drill.ctx)), "started_us": started_us, **counts}
    held["auto"] = drill.row["auto"]  # who acted in the seats nobody sat in
    return {"evaluators": evaluators(drill, connection), "held": held}


def seats(ctx: Context) -> list[dict[str, Any]]:
    """Everybody who sits, in the order in which they sat down."""
    with ctx.store.read() as connection:
        return rows.seats(connection)


# What a seat may do in the rooms ----------------------------------------------------------------------


def in_seat(ctx: Context, seat: Seat | None, wanted: str) -> Context:
    """The context of a browser in a drill: who acts, in which role, and whether they may at all.

    Args:
        wanted: the role chosen under “In the role of”; another than the seat allows is not taken.
    """
    drill = open_drill(ctx)
    if seat is None:
        return replace(ctx, may_act=False)
    actor = actor_of(seat)
    if seat.plays:
        allowed = roles_of(drill, seat)
        actor = replace(actor, role=wanted if wanted in allowed else seat.role)
    playing = seat.plays or seat.leads
    return replace(ctx, actor=actor, may_act=playing and drill.course.started and not drill.ended)


def roles_of(drill: LiveDrill, seat: Seat) -> tuple[str, ...]:
    """A player's own role first; whoever's task it is to declare the level also decides as its authorities."""
    activation = drill.playbook.activation
    declares = any(
        task.role == seat.role and any(one.action == "level.confirm" for one in task.evidence)
        for task in drill.playbook.tasks
    )
    if not declares:
        return (seat.role,)
    graver_last = sorted(activation.authority, reverse=True)
    return (seat.role, *dict.fromkeys(activation.authority[level] for level in graver_last))


# The inbox ------------------------------------------------------------------------------------------


def inbox(ctx: Context, seat: Seat) -> list[dict[str, Any]]:
    """What has reached this seat, newest first; who leads or evaluates sees everybody's."""
    with ctx.store.read() as connection:
        found = rows.deliveries(connection, None if seat.sees_injects else _addressed(seat))
    return list(reversed(found))


def unread(ctx: Context, seat: Seat) -> int:
    return sum(one["read_s"] is None for one in inbox(ctx, seat)) if seat.plays else 0


def mark_read(ctx: Context, seat: Seat, delivery_id: int) -> None:
    """The first of a role to read a message is kept with the second of drill time."""
    with ctx.store.write() as connection:
        drill = load(ctx, connection)
        if rows.read(connection, delivery_id, _addressed(seat), drill.now_s, seat.person):
            at = drill.at(drill.now_s, actor_of(seat))
            at.record(connection, "drill.read", drill.script.id, {"delivery": delivery_id})


def _addressed(seat: Seat) -> tuple[str, ...]:
    return (seat.role, EVERYBODY) if seat.plays else (EVERYBODY,)


# Notes ----------------------------------------------------------------------------------------------


def note(ctx: Context, seat: Seat, text: str, about: str = "") -> int:
    """Keep what was observed, stamped with the drill's time.

    Args:
        about: an inject, an expectation or an objective of the script; empty = the drill as a whole.

    Raises:
        Refused: a player's or observer's; nothing was written; too long.
    """
    if not seat.sees_injects:
        raise Refused(Message("notes are taken by evaluators and by those who lead the drill"))
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Refused(Message("write what you saw, in at most {most} letters", {"most": LONGEST_NOTE}))
    with ctx.store.write() as connection:
        drill = load(ctx, connection)
        at_s = drill.now_s
        seq = drill.at(at_s, actor_of(seat)).record(
            connection, "drill.note", drill.script.id, {"text": text, "about": about, "at_s": at_s}
        )
        return rows.add_note(
            connection, seat_id=seat.seat_id, author=seat.person, at_s=at_s, about=about, text=text, seq=seq
        )


def take_back_note(ctx: Context, seat: Seat, note_id: int) -> None:
    """Withdraw a note of one's own; the journal keeps that there was one."""
    with ctx.store.write() as connection:
        drill = load(ctx, connection)
        if not rows.withdraw_note(connection, note_id, seat.seat_id, to_us(wall(ctx))):
            raise Refused(Message("this note is not yours, or was taken back before"))
        at = drill.at(drill.now_s, actor_of(seat))
        at.record(connection, "drill.note_back", drill.script.id, {"note": note_id})


def notes(ctx: Context, seat: Seat) -> list[dict[str, Any]]:
    """An evaluator's own notes; who leads sees everybody's. Nobody is led by another's before the end."""
    with ctx.store.read() as connection:
        return rows.notes(connection, None if seat.leads else seat.seat_id)
