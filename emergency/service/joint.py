"""A province raised together with its neighbour: which are, and how that ends again."""

from __future__ import annotations

from emergency.domain.incident import Incident
from emergency.service import authority
from emergency.service.context import Context, Refused
from emergency.store import incidents, levels
from emergency.store.store import Connection
from emergency.texts import N_, Message


def withdraw_joint(ctx: Context, incident: Incident, jurisdiction: str, reason: str) -> None:
    """Take a province out of the joint activation again; it stays in the incident, by its own level.

    Raises:
        Refused: no reason, it is not jointly active (any more), or not theirs to decide.
    """
    if not reason.strip():
        raise Refused(Message(N_("say why the joint activation is withdrawn; the reason stays in the history")))
    with ctx.store.write() as connection:
        levels.hold(connection)
        level = joint_in(connection, incident.incident_id).get(jurisdiction)
        if level is None:
            text = N_("{place} is not jointly active now; somebody may have withdrawn it already")
            raise Refused(Message(text, {"place": jurisdiction}))
        authority.check(ctx, connection, incident, level, level)
        end_joint(ctx, connection, incident, jurisdiction, reason.strip())


def end_joint(ctx: Context, connection: Connection, incident: Incident, jurisdiction: str, reason: str) -> None:
    """The stretch of a joint activation ends, in the caller's transaction."""
    incident_id = incident.incident_id
    before = joint_in(connection, incident_id).get(jurisdiction)
    incidents.add_decision(
        connection,
        incident_id=incident_id,
        level=None,
        proposed=None,
        reason=reason,
        grade={},
        decided=ctx.now(),
        actor=ctx.actor.id,
        role=ctx.actor.role,
        kind="joint_withdrawn",
        jurisdiction=jurisdiction,
    )
    body = {"incident": incident_id, "place": jurisdiction, "before": before, "reason": reason}
    ctx.record(connection, "level.joint.withdraw", incident_id, body)


def joint_in(connection: Connection, incident_id: str) -> dict[str, int]:
    """Jurisdiction -> level, of the provinces that are jointly active now."""
    last = {d["jurisdiction"]: d["level"] for d in incidents.decisions(connection, incident_id) if d["jurisdiction"]}
    return {place: int(level) for place, level in last.items() if level is not None}
