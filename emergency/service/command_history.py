"""Who commanded at which level when: every decision as a stretch of time, provisional ones included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import LevelStretch, laid_end_to_end
from emergency.domain.organisation import HOLDER
from emergency.service.context import Context
from emergency.service.response import playbook_of
from emergency.store import incidents, people


def history(ctx: Context, incident: Incident) -> tuple[LevelStretch, ...]:
    """Decisions as stretches of time, oldest first, each with who commanded in it."""
    with ctx.store.read() as connection:
        rows = incidents.decisions(connection, incident.incident_id)
        held = people.holdings(connection, incident.incident_id)
    rows = [r for r in rows if r["decided_us"] <= ctx.now_us()]
    found = laid_end_to_end([_stretch(r) for r in rows], incident.closed_at)
    commands = [h for h in held if h["role"] == _commander(ctx, incident) and h["standing"] == HOLDER]
    return tuple(replace(one, commanders=_commanders(one, commands)) for one in found)


def _stretch(row: Mapping[str, Any]) -> LevelStretch:
    return LevelStretch(
        level=row["level"],
        since=from_us(row["decided_us"]),
        until=None,
        kind=row["kind"],
        proposed=row["proposed"],
        actor=row["actor"],
        role=row["role"],
        second_actor=row["second_actor"],
        reason=row["reason"],
        jurisdiction=row["jurisdiction"],
    )


def _commander(ctx: Context, incident: Incident) -> str:
    playbook = playbook_of(ctx, incident)
    roles = playbook.roles if playbook else {}
    if not roles or "commander" in roles:
        return "commander"
    return next(role.id for role in roles.values() if role.group == "command_centre")


def _commanders(stretch: LevelStretch, held: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Who held command for any time of a stretch, in order."""
    names = []
    for one in held:
        since, until = from_us(one["from_us"]), one["until_us"]
        begun = stretch.until is None or since < stretch.until
        gone = until is not None and from_us(until) <= stretch.since
        if begun and not gone:
            names.append(str(one["person"]))
    return tuple(dict.fromkeys(names))


def jointly_active(stretches: Sequence[LevelStretch]) -> dict[str, int | None]:
    """Jurisdiction -> level, of the provinces raised together with a neighbour."""
    return {one.jurisdiction: one.level for one in stretches if one.jurisdiction}
