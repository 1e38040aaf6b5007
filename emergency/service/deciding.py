"""Deciding a level: what may be decided by whom, the second person, undo, joint activation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import LevelStretch, StepDown, milder, step_down
from emergency.domain.level.metric import metric_name
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.level.trace import grade_record
from emergency.service import authority, joint, proposing
from emergency.service.command_history import history
from emergency.service.context import Context, Refused, same_person
from emergency.service.response import activate, playbook_of
from emergency.store import incidents, levels
from emergency.store.store import Connection
from emergency.texts import N_, Message

if TYPE_CHECKING:
    from emergency.service.grading import Evaluation

TAKE_BACK_MINUTES = 10  # a slip is noticed soon, or it is a decision (house rule, 2026-11)
# Without a playbook: the hold and ratio of the shipped ones.
HOLD_S, RATIO = 24 * 3600, 0.8
END = 0  # what a request asks for: no milder level, but the end of the response


@dataclass(frozen=True)
class Lowering:
    """Somebody asks to lower a proposed Ⅰ and waits for a second person."""

    request_id: int
    level: int | None
    reason: str
    actor: str
    role: str
    asked_at: datetime


@dataclass(frozen=True)
class Wish:
    """What somebody wants to decide; ``asked`` where they agree to another's request."""

    level: int | None
    reason: str = ""
    asked: Lowering | None = None


def decide(
    ctx: Context, connection: Connection, evaluation: Evaluation, wish: Wish, deadlines_s: Mapping[str, int]
) -> None:
    """Put a level in force, or keep the request where a second person is needed; in the caller's transaction.

    Raises:
        Refused: not theirs to decide, no reason, too far or too early down.
    """
    incident = evaluation.incident
    proposing.keep(ctx, connection, evaluation)
    _sensible(wish, evaluation)
    _not_too_low(ctx, connection, evaluation, wish.level)
    two = evaluation.proposed == 1 and wish.level != 1
    if two and wish.asked is None:
        ask_second(ctx, connection, incident, wish)
        return
    if two and wish.asked is not None:
        _second(ctx, connection, evaluation, wish, wish.asked)
    else:
        authority.check(ctx, connection, incident, evaluation.proposed, wish.level)
    _put_in_force(ctx, connection, evaluation, wish, deadlines_s)


def _sensible(wish: Wish, evaluation: Evaluation) -> None:
    if wish.level not in (None, 1, 2, 3):
        raise Refused(Message(N_("level {level} must be 1, 2, 3 or none"), {"level": wish.level}))
    if wish.level != evaluation.proposed and not wish.reason.strip():
        raise Refused(Message(N_("deciding otherwise than the rules propose needs a reason; write one sentence")))


def _put_in_force(
    ctx: Context, connection: Connection, evaluation: Evaluation, wish: Wish, deadlines_s: Mapping[str, int]
) -> None:
    incident = evaluation.incident
    lowered = _lowers(incident, wish.level)
    kind = "stepped_down" if lowered else "confirmed" if wish.level == evaluation.proposed else "overridden"
    first = wish.asked.actor if wish.asked else ctx.actor.id
    second = ctx.actor.id if wish.asked else ""
    trace = grade_record(evaluation.response)
    incidents.add_decision(
        connection,
        incident_id=incident.incident_id,
        level=wish.level,
        proposed=evaluation.proposed,
        reason=wish.reason,
        grade=trace,
        decided=ctx.now(),
        actor=first,
        second_actor=second,
        role=wish.asked.role if wish.asked else ctx.actor.role,
        kind=kind,
    )
    body = {
        "incident": incident.incident_id,
        "level": wish.level,
        "proposed": evaluation.proposed,
        "before": incident.response_level,
        "was_provisional": incident.provisional,
        "kind": kind,
        "reason": wish.reason,
        "first_actor": first,
        "second_actor": second,
        "for_role": _seat(ctx, incident),
        "rules": f"{evaluation.response.rules}@{evaluation.response.version}",
        "decided_by": trace["decided_by"],
    }
    authority.end(ctx, connection, incident.incident_id, "confirmed" if kind == "confirmed" else "overridden")
    _lapse(ctx, connection, incident, "agreed" if wish.asked else "lapsed")
    activate(ctx, connection, incident, wish.level, body, deadlines_s)


def _seat(ctx: Context, incident: Incident) -> str:
    """The role of the playbook whose task a confirmed level is: authorities decide in its seat."""
    playbook = playbook_of(ctx, incident)
    tasks = playbook.tasks if playbook else ()
    return next((t.role for t in tasks if any(e.action == "level.confirm" for e in t.evidence)), "")


# Down ---------------------------------------------------------------------------------------------


def _lowers(incident: Incident, level: int | None) -> bool:
    """Milder than a level that somebody confirmed; a provisional one nobody has given up anything of."""
    before = incident.response_level
    return before is not None and not incident.provisional and (level is None or level > before)


def step_down_of(ctx: Context, evaluation: Evaluation) -> StepDown | None:
    """When the level in force may be stepped down from, and what holds it; None where none was confirmed."""
    with ctx.store.read() as connection:
        return _step_down(ctx, connection, evaluation)


def hold_of(ctx: Context, incident: Incident) -> tuple[int, float]:
    """(seconds of the hold, share of the threshold) by the playbook."""
    playbook = playbook_of(ctx, incident)
    return (playbook.activation.hold_s, playbook.activation.ratio) if playbook else (HOLD_S, RATIO)


def _step_down(ctx: Context, connection: Connection, evaluation: Evaluation) -> StepDown | None:
    incident = evaluation.incident
    level = incident.response_level
    if level is None or incident.provisional:
        return None
    hold_s, ratio = hold_of(ctx, incident)
    since_us = levels.calm(connection, incident.incident_id, level)
    since = None if since_us is None or since_us > ctx.now_us() else from_us(since_us)
    return step_down(level, since, evaluation.response.indicators, hold_s, ratio)


def _not_too_low(ctx: Context, connection: Connection, evaluation: Evaluation, level: int | None) -> None:
    incident = evaluation.incident
    before = incident.response_level
    if before is None or not _lowers(incident, level):
        return
    if level != milder(before):
        step = {"mark": LEVEL_MARK[before], "next": LEVEL_MARK.get(milder(before) or 0, "–")}
        raise Refused(Message(N_("down one step at a time: from {mark} the next is {next}"), step))
    found = _step_down(ctx, connection, evaluation)
    assert found is not None
    if found.holders:
        held = found.holders[0]
        gaps: dict[str, Any] = {
            "mark": LEVEL_MARK[before],
            "metric": metric_name(held.metric),
            "percent": round(hold_of(ctx, incident)[1] * 100),
        }
        text = N_(
            "level {mark} holds: {metric} is not below {percent} % of the threshold at which it begins; "
            "the Response room shows what holds it"
        )
        raise Refused(Message(text, gaps))
    if not found.possible(ctx.now()):
        gaps = {"mark": LEVEL_MARK[before], "hours": hold_of(ctx, incident)[0] // 3600}
        if found.possible_at is None:
            text = N_("level {mark} holds: it has to be calm for {hours} h first, and nobody has seen it calm yet")
            raise Refused(Message(text, gaps))
        text = N_("level {mark} may be stepped down from {when}, when it has been calm for {hours} h")
        raise Refused(Message(text, gaps | {"when": authority.clock(ctx, found.possible_at)}))


# Two people ---------------------------------------------------------------------------------------


def request(ctx: Context, incident_id: str) -> Lowering | None:
    """The request to lower a proposed Ⅰ that waits for a second person; None where there is none."""
    with ctx.store.read() as connection:
        standing = lowering(levels.request_open(connection, incident_id))
    return None if standing is None or standing.level == END else standing


def lowering(row: Mapping[str, Any] | None) -> Lowering | None:
    if row is None:
        return None
    return Lowering(row["request_id"], row["level"], row["reason"], row["actor"], row["role"], from_us(row["asked_us"]))


def ask_second(
    ctx: Context, connection: Connection, incident: Incident, wish: Wish, action: str = "level.lower.ask"
) -> None:
    """Keep what somebody wants until another agrees; one such request stands at a time."""
    standing = lowering(levels.request_open(connection, incident.incident_id))
    if standing is not None:
        gaps = {"who": standing.actor, "mark": LEVEL_MARK.get(standing.level or 0, "–")}
        text = N_("{who} asks for {mark} already; agree to that, or have it withdrawn first")
        if same_person(standing.actor, ctx.actor.id):
            text = N_("you asked for {mark} already; lowering a proposed Ⅰ needs two people, and a second has to agree")
        if standing.level == END:
            text = N_("{who} asks to end the response; agree to that, or have it withdrawn first")
        raise Refused(Message(text, gaps))
    levels.add_request(
        connection,
        incident_id=incident.incident_id,
        level=wish.level,
        reason=wish.reason,
        asked_us=ctx.now_us(),
        actor=ctx.actor.id,
        role=ctx.actor.role,
    )
    body = {"incident": incident.incident_id, "level": wish.level, "reason": wish.reason}
    ctx.record(connection, action, incident.incident_id, body)


def _second(ctx: Context, connection: Connection, evaluation: Evaluation, wish: Wish, asked: Lowering) -> None:
    """Another person than the first, in a role of the plan; one of the two has to be entitled."""
    incident = evaluation.incident
    standing = lowering(levels.request_open(connection, incident.incident_id))
    if standing is None or standing.request_id != asked.request_id:
        raise Refused(Message(N_("nobody asks to lower the level of this incident; it may have been withdrawn")))
    if same_person(asked.actor, ctx.actor.id):
        raise Refused(Message(N_("lowering a proposed level Ⅰ needs two people; somebody else has to agree")))
    if not authority.in_plan(ctx, incident, ctx.actor.role):
        raise Refused(Message(N_("the second person decides in a role of the plan; choose one under “In the role of”")))
    first = replace(ctx, actor=replace(ctx.actor, role=asked.role))
    if not authority.may(first, connection, incident, evaluation.proposed, wish.level):
        authority.check(ctx, connection, incident, evaluation.proposed, wish.level)


def lapse(ctx: Context, connection: Connection, incident: Incident, state: str = "lapsed") -> None:
    """Nobody is asked to decide any more: the round of asking and a request of two end with the response."""
    authority.end(ctx, connection, incident.incident_id, "withdrawn")
    _lapse(ctx, connection, incident, state)


def withdraw_request(ctx: Context, incident_id: str) -> None:
    """Take one's own request to lower a level back.

    Raises:
        Refused: there is none, or another's.
    """
    with ctx.store.write() as connection:
        levels.hold(connection)
        standing = lowering(levels.request_open(connection, incident_id))
        if standing is None:
            raise Refused(Message(N_("nobody asks to lower the level of this incident; it may have been withdrawn")))
        if standing.actor != ctx.actor.id:
            text = N_("only {who} can withdraw this; decide the level yourself, and it lapses")
            raise Refused(Message(text, {"who": standing.actor}))
        levels.end_request(
            connection, standing.request_id, state="withdrawn", ended_us=ctx.now_us(), ended_by=ctx.actor.id
        )
        ctx.record(connection, "level.lower.withdraw", incident_id, {"incident": incident_id, "level": standing.level})


def _lapse(ctx: Context, connection: Connection, incident: Incident, state: str) -> None:
    standing = lowering(levels.request_open(connection, incident.incident_id))
    if standing is not None:
        levels.end_request(connection, standing.request_id, state=state, ended_us=ctx.now_us(), ended_by=ctx.actor.id)


# Undo and joint activation -----------------------------------------------------------------------


def may_take_back(ctx: Context, incident: Incident) -> LevelStretch | None:
    """The actor's own last decision, while it is young enough to be taken back."""
    found = [one for one in history(ctx, incident) if not one.jurisdiction]
    if not found or found[-1].kind in ("provisional", "taken_back"):
        return None
    last = found[-1]
    young = ctx.now() - last.since <= timedelta(minutes=TAKE_BACK_MINUTES)
    return last if young and ctx.actor.id in (last.actor, last.second_actor) else None


def take_back(ctx: Context, incident: Incident) -> None:
    """Undo one's own last decision: the level before is in force again. Tasks laid out stay, done ones too.

    Raises:
        Refused: another's decision, or one older than ten minutes.
    """
    last = may_take_back(ctx, incident)
    if last is None:
        text = N_("only your own last decision can be taken back, within {minutes} minutes; decide anew instead")
        raise Refused(Message(text, {"minutes": TAKE_BACK_MINUTES}))
    earlier = [one for one in history(ctx, incident) if not one.jurisdiction][:-1]
    level = earlier[-1].level if earlier else None
    with ctx.store.write() as connection:
        levels.hold(connection)
        incidents.add_decision(
            connection,
            incident_id=incident.incident_id,
            level=level,
            proposed=last.proposed,
            reason="",
            grade={},
            decided=ctx.now(),
            actor=ctx.actor.id,
            role=ctx.actor.role,
            kind="taken_back",
        )
        body = {"incident": incident.incident_id, "level": level, "before": last.level}
        activate(ctx, connection, incident, level, body, {}, action="level.take_back")
        levels.reopen_round(connection, incident.incident_id)


def activate_jointly(ctx: Context, evaluation: Evaluation, jurisdiction: str) -> None:
    """Raise a province together with its neighbour, though it stands only near the threshold itself.

    Raises:
        Refused: it is not near, or no neighbour has reached a level; or not theirs to decide.
    """
    incident = evaluation.incident
    one = next((p for p in evaluation.provinces if p.jurisdiction == jurisdiction and p.joint), None)
    if one is None or one.joint is None:
        text = N_(
            "{place} is not offered for joint activation now: it is not near, or no neighbour has reached a level"
        )
        raise Refused(Message(text, {"place": jurisdiction}))
    with ctx.store.write() as connection:
        levels.hold(connection)
        if jurisdiction in joint.joint_in(connection, incident.incident_id):
            text = N_("{place} is jointly active already; somebody was faster")
            raise Refused(Message(text, {"place": jurisdiction}))
        authority.check(ctx, connection, incident, one.joint, one.joint)
        before = incidents.get(connection, incident.incident_id)
        incidents.add_decision(
            connection,
            incident_id=incident.incident_id,
            level=one.joint,
            proposed=one.response.level,
            reason="",
            grade=grade_record(one.response),
            decided=ctx.now(),
            actor=ctx.actor.id,
            role=ctx.actor.role,
            kind="joint",
            jurisdiction=jurisdiction,
        )
        known = {ctx.regions.at_level(c, ctx.regions.levels[0]) for c in incident.regions if ctx.regions.known(c)}
        if before is not None and one.province not in known:
            incidents.change(connection, replace(before, regions=(*before.regions, one.province)))
        body = {"incident": incident.incident_id, "level": one.joint, "place": jurisdiction, "near": list(one.near)}
        ctx.record(connection, "level.joint", incident.incident_id, body)
