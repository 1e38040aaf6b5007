"""Who confirms a level: asked in turn, each in their time, and what happens when nobody answers.

An asking belongs to one proposal. Every step of it is a row whose key makes a second asking
impossible; it is written in one transaction with its message and its entry, so a server killed
between any two statements has either asked somebody or has not, and never asks twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import DEPUTY, Step, chain, may_decide, next_step, ran_out, tier_needed
from emergency.domain.level.rules import LEVEL_MARK
from emergency.service.context import Context, Refused
from emergency.service.response import activate, playbook_of
from emergency.service.roles import COORDINATOR as COORDINATOR
from emergency.service.roles import deputies, in_plan, roles_elsewhere, roles_for, title_of, titled, titles, titles_of
from emergency.service.telling import tell
from emergency.store import incidents, levels
from emergency.store.store import Connection
from emergency.texts import N_, Message

Text = Mapping[str, str]
Deadlines = Callable[[int], Mapping[str, int]]
SECOND_US = 1_000_000

ASK_SUBJECT = N_("Please confirm level {mark}: {incident}")
ASK_TEXT = N_(
    "{incident}: the rules propose level {mark}. You are asked as {role} and have until {due}; "
    "after that {next}. Open the Response room to confirm or to decide otherwise."
)
NEXT_ASKED = N_("{role} is asked")
NEXT_PROVISIONAL = N_("the level applies provisionally")
PROVISIONAL_SUBJECT = N_("Level {mark} applies provisionally: {incident}")
PROVISIONAL_TEXT = N_(
    "{incident}: nobody of the whole chain answered by {due}. Level {mark} is in force provisionally, "
    "until somebody entitled confirms it or decides otherwise."
)


@dataclass(frozen=True)
class Asked:
    """One person of the chain: asked and until when, or still to come.

    ``state`` is asked (their time runs), silent (it ran out) or waiting (not asked yet).
    """

    role: str
    title: Text
    tier: int
    state: str
    asked_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Pending:
    """A level that waits for somebody to confirm it.

    ``provisional_at``: since when it applies provisionally, because nobody did; None before that.
    ``people`` is empty where no playbook names anybody: anyone may decide then.
    """

    level: int
    opened_at: datetime
    people: tuple[Asked, ...]
    provisional_at: datetime | None = None

    @property
    def now_asked(self) -> Asked | None:
        return next((one for one in reversed(self.people) if one.state == "asked"), None)


def _steps(ctx: Context, incident: Incident, level: int) -> tuple[Step, ...]:
    playbook = playbook_of(ctx, incident)
    if playbook is None:
        return ()
    return chain(playbook.activation.authority, playbook.activation.confirm_within_s, level, deputies(ctx))


# Who may ------------------------------------------------------------------------------------------


def check(ctx: Context, connection: Connection, incident: Incident, proposed: int | None, wanted: int | None) -> None:
    """Let pass who may decide this now.

    Raises:
        Refused: the actor's role may not, or not yet; says who may and from when.
    """
    if may(ctx, connection, incident, proposed, wanted):
        return
    playbook = playbook_of(ctx, incident)
    tier = tier_needed(proposed, wanted, incident.response_level)
    assert playbook is not None and tier is not None
    authority = playbook.activation.authority
    named = authority.get(tier) or authority[min(authority)]
    current = _pending(ctx, connection, incident)
    gaps: dict[str, Any] = {"mark": LEVEL_MARK[tier], "who": title_of(ctx, incident, named)}
    asked = current.now_asked if current else None
    if asked is None or asked.due_at is None or asked.role != named:
        text = N_("level {mark} is for “{who}” to decide, or somebody higher; choose that role under “In the role of”")
        raise Refused(Message(text, gaps))
    gaps |= {"until": clock(ctx, asked.due_at)}
    if ctx.actor.role == named + DEPUTY:
        text = N_("“{who}” has until {until} to decide on level {mark}; from then on you may decide as the deputy")
    else:
        text = N_(
            "level {mark} is for “{who}” to decide, who is asked and has until {until}; from then on the deputy "
            "may as well: choose one of these roles under “In the role of”"
        )
    raise Refused(Message(text, gaps))


def may(ctx: Context, connection: Connection, incident: Incident, proposed: int | None, wanted: int | None) -> bool:
    """Whether the actor's role may decide this now; where no playbook names anybody, everyone may."""
    playbook = playbook_of(ctx, incident)
    if playbook is None:
        return True
    running = levels.round_open(connection, incident.incident_id)
    asked = {
        row["authority"] + DEPUTY
        for row in (levels.asks(connection, incident.incident_id, running["run"]) if running else ())
        if row["deputy"] and row["asked_us"] <= ctx.now_us()
    }
    tier = tier_needed(proposed, wanted, incident.response_level)
    return may_decide(playbook.activation.authority, tier, ctx.actor.role, asked)


def may_confirm(ctx: Context, incident: Incident, proposed: int | None, wanted: int | None) -> bool:
    """`may`, for rooms that show a button or do not."""
    with ctx.store.read() as connection:
        return may(ctx, connection, incident, proposed, wanted)


def who_decides(ctx: Context, incident: Incident, proposed: int | None, wanted: int | None) -> str | None:
    """The role that decides this in the first place; None where no playbook names anybody."""
    playbook = playbook_of(ctx, incident)
    tier = tier_needed(proposed, wanted, incident.response_level)
    if playbook is None or tier is None or not playbook.activation.authority:
        return None
    authority = playbook.activation.authority
    return authority.get(tier) or authority[min(authority)]


def pending(ctx: Context, incident: Incident) -> Pending | None:
    """The level of an incident that waits for a decision, with everyone who was or will be asked."""
    with ctx.store.read() as connection:
        return _pending(ctx, connection, incident)


def _pending(ctx: Context, connection: Connection, incident: Incident) -> Pending | None:
    running = levels.round_open(connection, incident.incident_id)
    if running is None or running["opened_us"] > ctx.now_us():
        return None
    rows = levels.asks(connection, incident.incident_id, running["run"])
    known, named = roles_for(ctx, incident), titles_of(ctx)
    people = [_asked(row, titled(_role(row), known, named), ctx.now_us()) for row in rows]
    seen = {one.role for one in people}
    people += [
        Asked(step.role, titled(step.role, known, named), step.tier, "waiting")
        for step in _steps(ctx, incident, running["level"])
        if step.role not in seen
    ]
    since = running["provisional_us"]
    return Pending(
        running["level"], from_us(running["opened_us"]), tuple(people), None if since is None else from_us(since)
    )


def _role(row: Mapping[str, Any]) -> str:
    return str(row["authority"]) + (DEPUTY if row["deputy"] else "")


def _asked(row: Mapping[str, Any], title: Text, now_us: int) -> Asked:
    state = "asked" if now_us < row["due_us"] else "silent"
    return Asked(_role(row), title, row["tier"], state, from_us(row["asked_us"]), from_us(row["due_us"]))


# Asking -------------------------------------------------------------------------------------------


def tend(
    ctx: Context, connection: Connection, incident_id: str, deadlines: Deadlines, *, decided_against: bool = False
) -> None:
    """Bring the asking of an incident up to now, in the caller's transaction; as often as you like.

    Args:
        deadlines: report kind -> seconds of the clocks that would run at a level, for its tasks.
        decided_against: people have lowered what is proposed, on the very figures there are; nobody is asked.
    """
    levels.hold(connection)
    incident = incidents.get(connection, incident_id)
    if incident is None:
        return
    proposal = levels.run_of(connection, incident_id) if incident.is_open else None
    wanted = proposal["level"] if proposal and _asks_for_more(incident, proposal["level"]) else None
    if decided_against:
        wanted = None
    running = levels.round_open(connection, incident_id)
    if running and (wanted is None or proposal is None or running["run"] != proposal["proposal_id"]):
        outcome = "superseded" if wanted else "withdrawn"
        levels.change_round(connection, incident_id, running["run"], ended_us=ctx.now_us(), outcome=outcome)
        running = None
    if running is None and wanted and proposal:
        running = _begin(ctx, connection, incident, proposal["proposal_id"], wanted)
    if running:
        _go_on(ctx, connection, incident, running, deadlines)


def _asks_for_more(incident: Incident, level: int | None) -> bool:
    """A graver level than the one in force, or the one that nobody has confirmed yet."""
    if level is None:
        return False
    in_force = incident.response_level or 4
    return level < in_force or (incident.provisional and level == in_force)


def answered(connection: Connection, incident: Incident) -> bool:
    """Whether somebody has decided about the proposal that stands, and nobody about the incident since it was read."""
    proposal, current = levels.run_of(connection, incident.incident_id), incidents.get(connection, incident.incident_id)
    if proposal is None or current is None or current.version != incident.version:
        return False
    rounds = levels.rounds(connection, incident.incident_id)
    return any(one["run"] == proposal["proposal_id"] and one["ended_us"] is not None for one in rounds)


def _begin(ctx: Context, connection: Connection, incident: Incident, run: int, level: int) -> dict[str, Any] | None:
    if not _steps(ctx, incident, level):
        return None  # nobody is named; the room says that anyone may decide
    begun = levels.open_round(
        connection, incident_id=incident.incident_id, run=run, level=level, opened_us=ctx.now_us()
    )
    return levels.round_open(connection, incident.incident_id) if begun else None


def _go_on(
    ctx: Context, connection: Connection, incident: Incident, running: Mapping[str, Any], deadlines: Deadlines
) -> None:
    """Ask the next one where it is time, or put the level in force provisionally where nobody is left."""
    rows = levels.asks(connection, incident.incident_id, running["run"])
    steps, asked = _steps(ctx, incident, running["level"]), {_role(row) for row in rows}
    due_us = rows[-1]["due_us"] if rows else None
    step = next_step(steps, asked, due_us, ctx.now_us())
    if step is not None:
        after = next((one for one in steps if one.role not in asked | {step.role}), None)
        _ask(ctx, connection, incident, running, len(rows), step, after)
    elif running["provisional_us"] is None and ran_out(steps, asked, due_us, ctx.now_us()):
        _provisionally(ctx, connection, incident, running, deadlines)


def _ask(
    ctx: Context,
    connection: Connection,
    incident: Incident,
    running: Mapping[str, Any],
    number: int,
    step: Step,
    then: Step | None,
) -> None:
    due_us = ctx.now_us() + step.within_s * SECOND_US
    new = levels.add_ask(
        connection,
        incident_id=incident.incident_id,
        run=running["run"],
        step=number,
        authority=step.authority,
        deputy=step.deputy,
        tier=step.tier,
        asked_us=ctx.now_us(),
        due_us=due_us,
    )
    if not new:
        return
    after = Message(NEXT_PROVISIONAL)
    if then is not None:
        after = Message(NEXT_ASKED, {"role": title_of(ctx, incident, then.role)})
    gaps = {
        "incident": dict(incident.title),
        "mark": LEVEL_MARK[running["level"]],
        "role": title_of(ctx, incident, step.role),
        "due": clock(ctx, from_us(due_us)),
        "next": after,
    }
    key = f"{incident.incident_id}/level/{running['run']}/{number}"
    subject, text = Message(ASK_SUBJECT, gaps), Message(ASK_TEXT, gaps)
    tell(ctx, connection, key, step.role, subject, text, incident_id=incident.incident_id)
    body = {"incident": incident.incident_id, "level": running["level"], "to": step.role, "tier": step.tier}
    ctx.record(connection, "level.ask", incident.incident_id, body | {"due": from_us(due_us).isoformat()})


def _provisionally(
    ctx: Context, connection: Connection, incident: Incident, running: Mapping[str, Any], deadlines: Deadlines
) -> None:
    level, run = int(running["level"]), int(running["run"])
    levels.change_round(connection, incident.incident_id, run, provisional_us=ctx.now_us())
    rows = levels.asks(connection, incident.incident_id, run)
    proposal = levels.run_of(connection, incident.incident_id)
    incidents.add_decision(
        connection,
        incident_id=incident.incident_id,
        level=level,
        proposed=level,
        reason="",
        grade=proposal["grade"] if proposal else {},
        decided=ctx.now(),
        actor=ctx.actor.id,
        role=ctx.actor.role,
        kind="provisional",
    )
    body = {
        "incident": incident.incident_id,
        "level": level,
        "before": incident.response_level,
        "asked": [_role(row) for row in rows],
    }
    activate(ctx, connection, incident, level, body, deadlines(level), action="level.provisional")
    gaps = {
        "incident": dict(incident.title),
        "mark": LEVEL_MARK[level],
        "due": clock(ctx, from_us(rows[-1]["due_us"])),
    }
    key = f"{incident.incident_id}/level/{run}/provisional"
    everybody = ", ".join(_role(row) for row in rows)
    subject, text = Message(PROVISIONAL_SUBJECT, gaps), Message(PROVISIONAL_TEXT, gaps)
    tell(ctx, connection, key, everybody, subject, text, incident_id=incident.incident_id)


def clock(ctx: Context, instant: datetime) -> str:
    """An instant as people there read it on their wall; in any language."""
    return f"{instant.astimezone(ZoneInfo(ctx.profile.timezone)):%Y-%m-%d %H:%M}"


def end(ctx: Context, connection: Connection, incident_id: str, outcome: str) -> None:
    """Somebody decided: nobody else is asked about this proposal, now or later."""
    proposal = levels.run_of(connection, incident_id)
    if proposal is not None and proposal["level"] is not None:
        run, level = proposal["proposal_id"], proposal["level"]
        levels.open_round(connection, incident_id=incident_id, run=run, level=level, opened_us=ctx.now_us())
    running = levels.round_open(connection, incident_id)
    if running:
        levels.change_round(connection, incident_id, running["run"], ended_us=ctx.now_us(), outcome=outcome)


# Doors to roles that other rooms know by this name.
__all__ = [
    "COORDINATOR",
    "Asked",
    "Pending",
    "check",
    "in_plan",
    "may",
    "may_confirm",
    "pending",
    "roles_elsewhere",
    "roles_for",
    "tend",
    "title_of",
    "titles",
    "who_decides",
]
