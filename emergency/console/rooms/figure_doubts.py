"""Figures that do not look right, wherever they came from: kept as they are, named for people to ask after."""

from __future__ import annotations

from emergency.console import look
from emergency.console.desk import Desk
from emergency.service.doubts import KINDS, figure_doubts


def show(desk: Desk) -> None:
    """Doubts about the figures of the incident before this desk and of the workspace; nothing where there are none."""
    say = desk.say
    incident = desk.incident()
    found = figure_doubts(desk.ctx, incident.incident_id if incident else None)
    if not found:
        return
    look.section(say("Figures in doubt"))
    look.table(
        [say("What about it"), say("What to look at")],
        [[look.Cell(say(KINDS[doubt.kind]), "watch"), say(doubt.message)] for doubt in found],
    )
