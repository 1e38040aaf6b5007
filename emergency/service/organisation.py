"""The emergency organisation of an incident: appointed, relieved, handed over, planned ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.incident import Incident, together
from emergency.domain.instant import from_us
from emergency.domain.organisation import (
    DEPUTY,
    HOLDER,
    CommandStretch,
    DutyRules,
    Group,
    Holding,
    Turn,
    board,
    rested,
)
from emergency.domain.playbook import Role
from emergency.service import command_history
from emergency.service.command import Command, command_of, commander_of, holdings
from emergency.service.context import Conflict, Context, Refused
from emergency.service.grading import incident_named
from emergency.service.response import settle
from emergency.service.telling import tell
from emergency.store import incident_links, incidents, journal, people
from emergency.store.store import Connection
from emergency.texts import N_, Message

ONE_ACT_US = 5_000_000  # journal and hand-over are written in one act, some microseconds apart


@dataclass(frozen=True)
class Handover:
    """A transfer that was offered and waits for the one who takes over.

    entered_by: who wrote it down, which need not be who hands the post over; as the journal has it.
    """

    handover_id: int
    role: str
    giver: str
    taker: str
    note: str
    offered_at: datetime
    state: str
    settled_at: datetime | None
    entered_by: str = ""


@dataclass(frozen=True)
class Organisation:
    """The board of an incident at this moment, and its past.

    led_by: the incident whose command centre commands here; None where its own does.
    leads: the incidents that are under this one's command.
    commands: who commanded here at which level when, and at which incident they held that post.
    """

    incident_id: str
    groups: tuple[Group, ...]
    roles: Mapping[str, Role]
    commander: str
    past: tuple[Holding, ...]
    handovers: tuple[Handover, ...]
    turns: tuple[Turn, ...]
    rules: DutyRules
    led_by: Incident | None = None
    leads: tuple[Incident, ...] = ()
    commands: tuple[CommandStretch, ...] = ()

    @property
    def vacant(self) -> tuple[str, ...]:
        return tuple(post.role for group in self.groups for post in group.posts if post.vacant)


def organisation(ctx: Context, incident_id: str) -> Organisation:
    """Who holds which post, who deputises, who is planned, and when rest is due."""
    incident = incident_named(ctx, incident_id)
    rules = ctx.content.library.duty_rules()
    with ctx.store.read() as connection:
        command = command_of(ctx, connection, incident_id)
        notes = [*command_history.taken_over(connection, incident_id)]
        notes += command_history.taken_over(connection, command.leading_id) if command.led else []
        held = _holdings(holdings(connection, command), notes)
        turns = turns_of(connection, command)
        offers = _offers(connection, command)
        entered = incident_links.acts_known(connection, ("post.offer",), ctx.now_us())
        known = {i.incident_id: i for i in incidents.every(connection)}
        company = together(incident_links.links(connection), incident_id)
    return Organisation(
        incident_id=incident_id,
        groups=board(command.roles, held, turns, rules, ctx.now()),
        roles=command.roles,
        commander=commander_of(command.roles if command.led else command.own),
        past=tuple(h for h in held if h.until is not None),
        handovers=tuple(_handover(row, entered) for row in offers),
        turns=turns,
        rules=rules,
        led_by=known.get(command.leading_id) if command.led else None,
        leads=() if command.led else tuple(known[one] for one in company if one != incident_id and one in known),
        commands=command_history.commands(ctx, incident),
    )


def roles_of(ctx: Context, incident_id: str) -> Mapping[str, Role]:
    """The posts of an incident's board, and its own that are held at the leading incident."""
    with ctx.store.read() as connection:
        command = command_of(ctx, connection, incident_id)
    return command.roles | {role: command.own[role] for role in command.own if role not in command.roles}


def holdings_in(connection: Connection, incident_id: str) -> tuple[Holding, ...]:
    """Every turn in every post held at an incident, oldest first."""
    return _holdings(people.holdings(connection, incident_id))


def _holdings(
    rows: Iterable[Mapping[str, Any]], notes: Sequence[Mapping[str, Any]] = ()
) -> tuple[Holding, ...]:
    return tuple(
        Holding(
            holding_id=row["holding_id"],
            role=row["role"],
            person=row["person"],
            standing=row["standing"],
            since=from_us(row["from_us"]),
            until=None if row["until_us"] is None else from_us(row["until_us"]),
            ended=row["ended"],
            note=command_history.note_of(row, notes),
        )
        for row in rows
    )


def board_holdings(ctx: Context, connection: Connection, incident_id: str) -> tuple[Holding, ...]:
    """As `holdings_in`, with the command centre an incident is under."""
    return _holdings(holdings(connection, command_of(ctx, connection, incident_id)))


def turns_of(connection: Connection, command: Command) -> tuple[Turn, ...]:
    """Planned shifts of a board; those of a post that is held elsewhere wait until it is held here again."""
    mine = tuple(t for t in turns_in(connection, command.incident_id) if t.role not in command.shared)
    if not command.led:
        return mine
    return (*mine, *(t for t in turns_in(connection, command.leading_id) if t.role in command.centre))


def _offers(connection: Connection, command: Command) -> list[Mapping[str, Any]]:
    mine: list[Mapping[str, Any]] = list(people.handovers(connection, command.incident_id))
    if not command.led:
        return mine
    return [*mine, *(h for h in people.handovers(connection, command.leading_id) if h["role"] in command.centre)]


def turns_in(connection: Connection, incident_id: str) -> tuple[Turn, ...]:
    return tuple(
        Turn(row["duty_id"], row["role"], row["person"], from_us(row["start_us"]), from_us(row["end_us"]))
        for row in people.turns(connection, incident_id)
    )


def _handover(row: Mapping[str, Any], entered: Sequence[journal.Entry]) -> Handover:
    post, at_us = f"{row['incident_id']}/{row['role']}", row["offered_us"]
    mine = (e.actor for e in entered if e.subject == post and abs(e.happened_us - at_us) <= ONE_ACT_US)
    return Handover(
        handover_id=row["handover_id"],
        role=row["role"],
        giver=row["giver"],
        taker=row["taker"],
        note=row["note"],
        offered_at=from_us(row["offered_us"]),
        state=row["state"],
        settled_at=None if row["settled_us"] is None else from_us(row["settled_us"]),
        entered_by=next(mine, ""),
    )


def holder(connection: Connection, incident_id: str, role: str) -> str | None:
    """Who holds a post now."""
    standing = (h for h in people.holdings(connection, incident_id) if h["until_us"] is None)
    return next((h["person"] for h in standing if h["role"] == role and h["standing"] == HOLDER), None)


def appoint(ctx: Context, incident_id: str, role: str, person: str, *, deputy: bool = False) -> int:
    """Put a person into a post. A post with a holder is handed over or its holder relieved, not overwritten.

    Returns the holding.

    Raises:
        Refused: unknown post, no name, or the person is still at rest.
        Conflict: somebody holds it, and who.
    """
    with ctx.store.write() as connection:
        return seat(ctx, connection, incident_id, role, person, deputy=deputy)


def seat(
    ctx: Context, connection: Connection, incident_id: str, role: str, person: str, *, deputy: bool = False
) -> int:
    """`appoint` inside the transaction of another act."""
    person = person.strip()
    known_post(ctx, incident_id, role)
    if not person:
        raise Refused(Message(N_("say who takes the post")))
    incident_id, role = command_of(ctx, connection, incident_id).seat(role)
    held = holdings_in(connection, incident_id)
    until = rested(person, held, ctx.content.library.duty_rules(), ctx.now())
    if until and not deputy:
        gaps = {"person": person, "time": local_text(ctx, until)}
        raise Refused(Message(N_("{person} rests until {time}; choose somebody else or make them a deputy"), gaps))
    standing = DEPUTY if deputy else HOLDER
    for mine in held:
        # A deputy who moves up leaves the deputy's place in the same act.
        if mine.until is None and mine.role == role and mine.person == person and mine.standing != standing:
            people.end_holding(connection, mine.holding_id, until_us=ctx.now_us(), ended="moved")
    try:
        found = people.hold(
            connection,
            incident_id=incident_id,
            role=role,
            person=person,
            standing=standing,
            from_us=ctx.now_us(),
        )
    except Conflict as who:
        gaps = {"who": str(who)}
        raise Conflict(Message(N_("this post is held by {who}; relieve them or hand it over"), gaps)) from who
    body = {"incident": incident_id, "role": role, "person": person, "standing": standing}
    seq = ctx.record(connection, "post.take", f"{incident_id}/{role}", body)
    settle(ctx, connection, incident_id, "post.take", body, seq)
    return found


def known_post(ctx: Context, incident_id: str, role: str) -> None:
    roles = roles_of(ctx, incident_id)
    if role not in roles:
        gaps = {"role": role, "known": ", ".join(roles)}
        raise Refused(Message(N_("there is no post {role} in this organisation; there are {known}"), gaps))


def local_text(ctx: Context, instant: datetime) -> str:
    """An instant as the people of this workspace read it: month, day and clock time."""
    return f"{instant.astimezone(ZoneInfo(ctx.profile.timezone)):%m-%d %H:%M}"


def relieve(ctx: Context, incident_id: str, holding_id: int, reason: str = "") -> None:
    """Take a person out of a post; `reinstate` takes it back."""
    with ctx.store.write() as connection:
        incident_id = people.where_held(connection, holding_id) or incident_id
        found = next((h for h in holdings_in(connection, incident_id) if h.holding_id == holding_id), None)
        if found is None or not people.end_holding(
            connection, holding_id, until_us=ctx.now_us(), ended=reason or "relieved"
        ):
            raise Refused(Message(N_("this turn has ended already; look at the board again")))
        _journal(ctx, connection, "post.leave", incident_id, found, {"reason": reason})


def reinstate(ctx: Context, incident_id: str, holding_id: int) -> None:
    """Undo a relief: the same person stands in the post again, if nobody else does."""
    with ctx.store.read() as connection:
        incident_id = people.where_held(connection, holding_id) or incident_id
        found = next((h for h in holdings_in(connection, incident_id) if h.holding_id == holding_id), None)
        elsewhere = found is not None and found.role in command_of(ctx, connection, incident_id).shared
    if found is None or found.until is None:
        raise Refused(Message(N_("there is no ended turn to take back")))
    if elsewhere:
        text = N_("this post is held at the leading incident; let this incident stand by itself first")
        raise Refused(Message(text))
    with ctx.store.write() as connection:
        try:
            people.hold(
                connection,
                incident_id=incident_id,
                role=found.role,
                person=found.person,
                standing=found.standing,
                from_us=ctx.now_us(),
            )
        except Conflict as who:
            gaps = {"who": str(who)}
            raise Conflict(Message(N_("this post is held by {who}; relieve them or hand it over"), gaps)) from who
        _journal(ctx, connection, "post.take", incident_id, found, {"standing": found.standing, "undo": True})


def _journal(
    ctx: Context,
    connection: Connection,
    action: str,
    incident_id: str,
    held: Holding,
    more: Mapping[str, Any],
) -> int:
    body = {"incident": incident_id, "role": held.role, "person": held.person, **more}
    return ctx.record(connection, action, f"{incident_id}/{held.role}", body)


def offer_handover(ctx: Context, incident_id: str, role: str, taker: str, note: str) -> int:
    """Offer a post to somebody, with the note they will need. It changes hands when they take it.

    Raises:
        Refused: nobody holds the post, or note or name is missing.
    """
    taker = taker.strip()
    if not taker or not note.strip():
        raise Refused(Message(N_("a hand-over needs the name of who takes over and a note on what they must know")))
    with ctx.store.write() as connection:
        incident_id, role = command_of(ctx, connection, incident_id).seat(role)
        giver = holder(connection, incident_id, role)
        if giver is None:
            raise Refused(Message(N_("nobody holds this post; appoint somebody instead")))
        if giver == taker:
            raise Refused(Message(N_("{person} holds this post already"), {"person": giver}))
        waiting = [h for h in people.handovers(connection, incident_id) if h["role"] == role]
        for one in waiting:
            if one["state"] == "offered":
                people.settle_handover(connection, one["handover_id"], "withdrawn", ctx.now_us())
        offered = people.offer(
            connection,
            incident_id=incident_id,
            role=role,
            giver=giver,
            taker=taker,
            note=note.strip(),
            offered_us=ctx.now_us(),
        )
        seq = ctx.record(
            connection,
            "post.offer",
            f"{incident_id}/{role}",
            {"incident": incident_id, "role": role, "giver": giver, "taker": taker, "note": note.strip()},
        )
        text = Message(
            N_("{giver} hands the post {role} over to you. Note: {note}"),
            {"giver": giver, "role": title_of(ctx, incident_id, role), "note": note.strip()},
        )
        tell(ctx, connection, f"handover/{seq}", taker, Message(N_("Please take over")), text)
    return offered


def withdraw_handover(ctx: Context, incident_id: str, handover_id: int) -> None:
    with ctx.store.write() as connection:
        row = people.settle_handover(connection, handover_id, "withdrawn", ctx.now_us())
        if row is None:
            raise Refused(Message(N_("this hand-over is settled already; look at the board again")))
        incident_id = row["incident_id"]
        body = {"incident": incident_id, "role": row["role"], "giver": row["giver"], "taker": row["taker"]}
        ctx.record(connection, "post.offer.withdraw", f"{incident_id}/{row['role']}", body)


def take_over(ctx: Context, incident_id: str, handover_id: int) -> int:
    """Take a post that was offered: the giver's turn ends and the taker's begins in one act; all posts are told.

    Raises:
        Refused: settled before, or the post has changed hands since.
    """
    with ctx.store.write() as connection:
        row = people.settle_handover(connection, handover_id, "taken", ctx.now_us())
        if row is None:
            raise Refused(Message(N_("this hand-over is settled already; look at the board again")))
        incident_id = row["incident_id"]
        standing = [h for h in holdings_in(connection, incident_id) if h.until is None]
        held = next((h for h in standing if h.role == row["role"] and h.standing == HOLDER), None)
        if held is None or held.person != row["giver"]:
            gaps = {"person": held.person if held else "–"}
            raise Refused(Message(N_("the post has changed hands since: {person} holds it now"), gaps))
        people.end_holding(connection, held.holding_id, until_us=ctx.now_us(), ended="handed over")
        found = seat(ctx, connection, incident_id, row["role"], row["taker"])
        action = "command.transfer" if row["role"] == commander_of(roles_of(ctx, incident_id)) else "post.transfer"
        body = {"incident": incident_id} | {k: row[k] for k in ("role", "giver", "taker", "note")}
        seq = ctx.record(connection, action, f"{incident_id}/{row['role']}", body)
        settle(ctx, connection, incident_id, action, body, seq)
        text = Message(
            N_("{taker} has taken over {role} from {giver}."),
            {"taker": row["taker"], "giver": row["giver"], "role": title_of(ctx, incident_id, row["role"])},
        )
        audience = ", ".join(sorted({h.person for h in standing} | {row["taker"]}))
        tell(ctx, connection, f"transfer/{seq}", audience, Message(N_("Change in command")), text)
    return found


def title_of(ctx: Context, incident_id: str, role: str) -> Mapping[str, str]:
    found = roles_of(ctx, incident_id).get(role)
    return found.title if found else {"en": role, "zh": role}
