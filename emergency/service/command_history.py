"""Who commanded which incident at which level when, and every decision of the level as a stretch of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import InCommand, LevelStretch, laid_end_to_end
from emergency.domain.organisation import HOLDER, CommandStretch, joined
from emergency.service import compound
from emergency.service.command import commander_of, roles_in
from emergency.service.context import Context
from emergency.store import incident_links, incidents, people
from emergency.store.store import Connection

Span = tuple[str, datetime, datetime | None]  # an incident or a person, since, until


def history(ctx: Context, incident: Incident) -> tuple[LevelStretch, ...]:
    """Decisions as stretches of time, oldest first, each with who commanded in it."""
    found, held = _read(ctx, incident)
    return tuple(replace(one, commanders=_commanders(one, held, ctx.now())) for one in found)


def commands(ctx: Context, incident: Incident) -> tuple[CommandStretch, ...]:
    """Who commanded an incident at which level when, and at which incident they held that post; oldest first."""
    decided, held = _read(ctx, incident)
    levels = [one for one in decided if not one.jurisdiction]
    first = levels[0].since if levels else incident.closed_at
    whole: list[tuple[int | None, bool, datetime, datetime | None]] = [(None, False, incident.opened_at, first)]
    whole += [(one.level, one.provisional, one.since, one.until) for one in levels]
    found = []
    for turn in held:
        for level, provisional, begun, ended in whole:
            common = _common((turn.since, turn.until), (begun, ended))
            if common is not None:
                here = (turn.person, incident.incident_id, turn.at, level, provisional, *common)
                found.append(CommandStretch(*here, turn.note))
    return joined(found)




@dataclass(frozen=True)
class Held:
    """One turn in command; ``at``: the incident the post was held at."""

    person: str
    at: str
    since: datetime
    until: datetime | None
    note: str


# Journal, post and hand-over are written in one act, some microseconds apart.
ONE_ACT = timedelta(seconds=5)


def _read(ctx: Context, incident: Incident) -> tuple[tuple[LevelStretch, ...], list[Held]]:
    with ctx.store.read() as connection:
        rows = incidents.decisions(connection, incident.incident_id)
        held = list(_held(ctx, connection, incident.incident_id))
    rows = [r for r in rows if r["decided_us"] <= ctx.now_us()]
    return laid_end_to_end([_stretch(r) for r in rows], incident.closed_at), held


def _held(ctx: Context, connection: Connection, incident_id: str) -> Iterator[Held]:
    """Who held command, at the incident or at one that led it, oldest first."""
    found: list[Held] = []
    for head, since, until in _leads(ctx, connection, incident_id):
        role = commander_of(roles_in(ctx, connection, head))
        notes = taken_over(connection, head)
        for turn in people.holdings(connection, head):
            if (turn["role"], turn["standing"]) != (role, HOLDER) or turn["from_us"] > ctx.now_us():
                continue
            ended = turn["until_us"]
            over = None if ended is None or ended > ctx.now_us() else from_us(ended)
            common = _common((from_us(turn["from_us"]), over), (since, until))
            if common is not None:
                found.append(Held(str(turn["person"]), head, *common, note_of(turn, notes)))
    yield from sorted(found, key=lambda one: one.since)


def taken_over(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    """Hand-overs of an incident's posts that were taken."""
    return [row for row in people.handovers(connection, incident_id) if row["state"] == "taken"]


def note_of(turn: Mapping[str, Any], notes: Sequence[Mapping[str, Any]]) -> str:
    """What was left to be known to whoever began a turn by taking a post over; "" where nobody handed it over."""
    for row in notes:
        same = (row["role"], row["taker"]) == (turn["role"], turn["person"]) and turn["standing"] == HOLDER
        if same and abs(from_us(turn["from_us"]) - from_us(row["settled_us"])) <= ONE_ACT:
            return str(row["note"])
    return ""


def _leads(ctx: Context, connection: Connection, incident_id: str) -> list[Span]:
    """Under which incident's command an incident was when, from the acts on its links; itself where it stood alone."""
    found: list[Span] = []
    head, since = incident_id, from_us(0)
    for act in incident_links.acts_known(connection, compound.ACTS, ctx.now_us()):
        facts = act.facts()
        if incident_id not in facts["before"] and incident_id not in facts["after"]:
            continue
        at = from_us(act.happened_us)
        found.append((head, since, at))
        head, since = facts["after"].get(incident_id, incident_id), at
    return [*found, (head, since, None)]


def _common(
    one: tuple[datetime, datetime | None], other: tuple[datetime, datetime | None]
) -> tuple[datetime, datetime | None] | None:
    """The time two stretches have in common; None where they have none."""
    since = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    until = min(ends, default=None)
    return None if until is not None and until <= since else (since, until)


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


def _commanders(stretch: LevelStretch, held: Sequence[Held], now: datetime) -> tuple[InCommand, ...]:
    """Who held command for any time of a stretch, in order, and when nobody did; none where nobody ever did."""
    found: list[InCommand] = []
    at = stretch.since
    for turn in held:
        common = _common((turn.since, turn.until), (stretch.since, stretch.until))
        if common is None:
            continue
        if common[0] - at > ONE_ACT:
            found.append(InCommand("", at, common[0]))
        found.append(InCommand(turn.person, *common, turn.note))
        at = common[1] or now
    if found and (stretch.until or now) - at > ONE_ACT:
        found.append(InCommand("", at, stretch.until))
    return tuple(found)


def jointly_active(stretches: Sequence[LevelStretch]) -> dict[str, int | None]:
    """Jurisdiction -> level, of the provinces that stand raised together with a neighbour."""
    last = {one.jurisdiction: one.level for one in stretches if one.jurisdiction}
    return {place: level for place, level in last.items() if level is not None}
