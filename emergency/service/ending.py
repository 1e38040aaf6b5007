"""Who may end a response, and the second person where it stands at level Ⅰ, in force or proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.level import DEPUTY, LevelStretch
from emergency.service import authority, deciding
from emergency.service.closure import Closure
from emergency.service.command_history import history
from emergency.service.context import Context, FixedClock, Refused, same_person
from emergency.service.deciding import END, Lowering
from emergency.service.grading import evaluate
from emergency.service.relief import titles
from emergency.service.task_plan import playbook_of
from emergency.store import incidents, levels
from emergency.store.store import Connection
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Ending:
    """What is ended and by whom; ``asked`` where a second person agrees to it."""

    before: Incident
    found: Closure
    reason: str
    proposed: int | None
    asked: Lowering | None


def at_one_instant(ctx: Context) -> Context:
    """An act has one instant, however long it takes to write: its rows are found again by it."""
    return replace(ctx, clock=FixedClock(ctx.now()))


def may_stand_down(ctx: Context, incident: Incident) -> tuple[str, ...]:
    """Roles that may end the response: the authority of the level in force or of a graver one.

    Empty where everyone may: no response was ever opened, or no playbook names anybody.
    """
    playbook = playbook_of(ctx, incident)
    if playbook is None or incident.response_level is None:
        return ()
    tiers = playbook.activation.authority
    above = [tiers[tier] for tier in range(incident.response_level, 0, -1) if tier in tiers]
    return tuple(dict.fromkeys(above)) or (tiers[min(tiers)],)


def entitled(ctx: Context, incident: Incident, role: str) -> bool:
    """Whether a role may end the response by itself, below level Ⅰ."""
    may = may_stand_down(ctx, incident)
    return not may or role.removesuffix(DEPUTY) in may


def takes_two(incident: Incident, proposed: int | None) -> bool:
    """At level Ⅰ, in force or proposed, one person alone cannot end what protects others."""
    return 1 in (incident.response_level, proposed)


def ends_with_two(ctx: Context, incident_id: str) -> bool:
    """`takes_two` of an incident as it stands, for rooms."""
    evaluation = evaluate(ctx, incident_id)
    return takes_two(evaluation.incident, evaluation.proposed)


def request(ctx: Context, incident_id: str) -> Lowering | None:
    """The request to end a response that waits for a second person; None where there is none."""
    with ctx.store.read() as connection:
        return request_in(connection, incident_id)


def request_in(connection: Connection, incident_id: str) -> Lowering | None:
    standing = deciding.lowering(levels.request_open(connection, incident_id))
    return standing if standing is not None and standing.level == END else None


def check(ctx: Context, incident: Incident, asked: Lowering | None) -> None:
    """Let pass who may end it: entitled themselves, or second to somebody who is.

    Raises:
        Refused: neither of the two is entitled; the second is the first, or acts in no role of the plan.
    """
    if asked is not None and same_person(asked.actor, ctx.actor.id):
        raise Refused(Message(N_("you asked for this already; ending a response at level Ⅰ takes a second person")))
    outside = not authority.in_plan(ctx, incident, ctx.actor.role)
    if asked is not None and outside and may_stand_down(ctx, incident):
        raise Refused(Message(N_("the second person decides in a role of the plan; choose one under “In the role of”")))
    if entitled(ctx, incident, ctx.actor.role) or (asked is not None and entitled(ctx, incident, asked.role)):
        return
    gaps = {"who": titles(ctx, incident, may_stand_down(ctx, incident))}
    raise Refused(Message("this response is for {who} to end. Choose that role, or ask them", gaps))


def ask(ctx: Context, connection: Connection, incident: Incident, reason: str) -> Lowering:
    """Keep the first person's word until a second agrees. Refused where they wait for a lower level already."""
    deciding.ask_second(ctx, connection, incident, deciding.Wish(END, reason), action="incident.stand_down.ask")
    found = request_in(connection, incident.incident_id)
    assert found is not None
    return found


def ended_by(ctx: Context, incident: Incident) -> LevelStretch | None:
    """The decision by which a response that was in force ended: when, and by whom; None where none was, or it runs."""
    found = [one for one in history(ctx, incident) if not one.jurisdiction]
    before = any(one.level is not None for one in found[:-1])
    last = found[-1] if found else None
    if last is None or last.level is not None or last.kind in ("taken_back", "reopened"):
        return None
    return last if before or last.kind == "stood_down" else None


def decide(ctx: Context, connection: Connection, one: Ending, trace: Mapping[str, Any]) -> None:
    """The end as a decision of its own kind, in the name of whoever asked for it first."""
    incidents.add_decision(
        connection,
        incident_id=one.before.incident_id,
        level=None,
        proposed=one.proposed,
        reason=one.reason,
        grade=dict(trace),
        decided=ctx.now(),
        actor=one.asked.actor if one.asked else ctx.actor.id,
        second_actor=ctx.actor.id if one.asked else "",
        role=one.asked.role if one.asked else ctx.actor.role,
        kind="stood_down",
    )
    deciding.lapse(ctx, connection, one.before, "agreed" if one.asked else "lapsed")


def decide_again(
    ctx: Context, connection: Connection, closed: Incident, level: int | None, body: Mapping[str, Any]
) -> None:
    """The level that is in force again once a response is reopened."""
    incidents.add_decision(
        connection,
        incident_id=closed.incident_id,
        level=level,
        proposed=None,
        reason=str(body["reason"]),
        grade=dict(body),
        decided=ctx.now(),
        actor=ctx.actor.id,
        role=ctx.actor.role,
        kind="reopened",
    )
