"""Incidents under one command beside each other, one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emergency.domain.incident import Incident, together
from emergency.service.context import Context
from emergency.service.figures import figures
from emergency.service.lookback import known_incidents, known_links, known_tasks


@dataclass(frozen=True)
class Beside:
    """One of the incidents under one command, in one line."""

    incident: Incident
    open_claims: int
    estimated_minor: int
    late_tasks: int


def beside(ctx: Context, incident_id: str) -> tuple[Beside, ...]:
    """Everything under the same command as an incident, the leading one first; itself where it stands alone."""
    with ctx.store.read() as connection:
        known = {i.incident_id: i for i in known_incidents(ctx, connection)}
        found = [known[one] for one in together(known_links(ctx, connection), incident_id) if one in known]
    return tuple(_beside(ctx, one) for one in found)


def _beside(ctx: Context, incident: Incident) -> Beside:
    table = figures(ctx, incident.incident_id).table
    late = len(late_tasks(ctx, incident))
    return Beside(incident, int(table["open"].sum()), int(table["estimated_minor"].sum()), late)


def late_tasks(ctx: Context, incident: Incident) -> list[dict[str, Any]]:
    """Open tasks whose time has run out."""
    now_us = ctx.now_us()
    with ctx.store.read() as connection:
        rows = known_tasks(ctx, connection, incident)
    return [r for r in rows if r["state"] == "open" and r["due_us"] is not None and r["due_us"] < now_us]
