"""The decisions of a drill or a response about people, with what could be known when each was made.

A plan keeps the cells and the standing plan it was made from; who could be sent and the roads are read as they were
at its minute. What nobody decided is found by looking: the input of a plan is taken at fixed moments, as it stands.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from emergency.domain.allocation import Adjuster, Assignment, AtLeast, Cell
from emergency.domain.drill.instance import Everybody, Instance, frozen, instance_from, instance_record
from emergency.domain.drill.regret import PUBLISHED, STOOD, Decision
from emergency.domain.drill.script import Text
from emergency.domain.instant import from_us
from emergency.service.allocation import (
    REMOTE,
    STABILITY_MINUTES,
    adjuster_from,
    inputs,
    policy_of,
    roster,
    travel_between,
)
from emergency.service.context import Context, FixedClock, Refused
from emergency.service.plan_body import as_planned, instructed_in, rows_of
from emergency.store import journal, plans
from emergency.store.store import read_setting, write_setting
from emergency.texts import Message

LOOKS = "drill.looks"  # setting of a drill's workspace: what could be known at each fixed moment
Row = Mapping[str, Any]


# Looking ----------------------------------------------------------------------------------------------


def look(ctx: Context, at_s: int) -> None:
    """Keep what a plan of this minute would be made from; nothing where there is nothing to plan for."""
    try:
        known = inputs(ctx)
    except Refused:
        return
    policy = dataclasses.replace(known.policy, stability_minutes=STABILITY_MINUTES)
    ways = frozen(known.travel, known.people, known.cells)
    instance = Instance(known.people, known.cells, ways, known.incumbent, known.instructed, policy)
    everybody = Everybody()
    record = {"instance": instance_record(instance, everybody), "people": everybody.rows}
    with ctx.store.write() as connection:
        in_force = plans.latest(connection, state="published")
        found = read_setting(connection, LOOKS, {})
        found[str(at_s)] = record | {"plan": in_force["plan_id"] if in_force else None}
        write_setting(connection, LOOKS, found)


def looked(ctx: Context, end_s: int) -> list[Decision]:
    """The plans that stood, at every moment that was looked at before the end."""
    rows: dict[str, Row] = ctx.store.setting(LOOKS) or {}
    return [
        Decision(
            at_s=int(second),
            kind=STOOD,
            plan=row["plan"],
            instance=instance_from(row["instance"], Everybody(row["people"])),
        )
        for second, row in rows.items()
        if int(second) < end_s
    ]


# Plans that were published ----------------------------------------------------------------------------


def published(
    ctx: Context, entries: Iterable[journal.Entry], start_us: int, incident_id: str | None = None
) -> list[Decision]:
    """Every plan for people that came into force, once, in the order of the journal; of one incident, where it is
    named: such a plan is judged whole, with all incidents it was made for."""
    with ctx.store.read() as connection:
        known = {row["plan_id"]: row for row in plans.every(connection)}
    everyone, found = roster(ctx), dict[int, Decision]()
    for entry in entries:
        body = entry.facts()
        if entry.action != "allocation.commit" or body.get("goods") or body["plan"] in found:
            continue
        if incident_id is not None and body.get("incident") != incident_id:
            continue
        row = known.get(body["plan"])
        if row is not None:
            at_s = (entry.happened_us - start_us) // 1_000_000
            role = str(body.get("for_role") or body.get("role", ""))
            found[body["plan"]] = _decision(ctx, row, everyone, at_s, role)
    return list(found.values())


def _decision(ctx: Context, row: Row, everyone: Iterable[Row], at_s: int, role: str) -> Decision:
    body = row["body"]
    told: dict[str, Any] = {"kind": PUBLISHED, "role": role, "plan": row["plan_id"], "by_hand": bool(body["pins"])}
    instance, placed = _instance(ctx, row, everyone), tuple(rows_of(body["assignments"]))
    if "out" not in body or not _as_it_was(instance, placed):
        void = Message("People, places or roads of this plan have been changed since, so it cannot be solved again")
        return Decision(at_s, void=void, **told)
    return Decision(at_s, instance=instance, placed=placed, **told)


def _instance(ctx: Context, row: Row, everyone: Iterable[Row]) -> Instance:
    """What the plan was made from, without the word of its maker: neither pins nor the slots they added."""
    body = row["body"]
    then = dataclasses.replace(ctx, clock=FixedClock(from_us(row["created_us"])))
    there = [a for a in everyone if a["entered_us"] is None or a["entered_us"] <= row["created_us"]]
    out = body.get("out", {})
    people = tuple(adjuster_from(a) for a in as_planned(there, body) if a["adjuster_id"] not in out)
    beyond = body.get("beyond", {})
    cells = tuple(Cell(**{**c, "slots": c["slots"] - beyond.get(c["cell_id"], 0)}) for c in body["cells"])
    names, asked = {a.adjuster_id for a in people}, {c.cell_id for c in cells}
    said = (p for p in instructed_in(body) if p.cell_id in asked)
    return Instance(
        people,
        cells,
        frozen(travel_between(then, people, cells), people, cells),
        tuple(a for a in rows_of(body.get("incumbent", ())) if a.adjuster_id in names and a.cell_id in asked),
        tuple(p for p in said if isinstance(p, AtLeast) or p.adjuster_id in names),
        policy_of(ctx, body["stability_minutes"]),
    )


def _as_it_was(one: Instance, placed: Iterable[Assignment]) -> bool:
    """Whether everybody the plan sent is there, able to serve, and as far from their place as the plan says."""
    people: dict[str, Adjuster] = {a.adjuster_id: a for a in one.people}
    cells = {c.cell_id: c for c in one.cells}
    return all(
        a.adjuster_id in people
        and cells[a.cell_id].line in people[a.adjuster_id].skills
        and one.travel.minutes(people[a.adjuster_id].base_region, cells[a.cell_id].region) == a.minutes
        for a in placed
    )


def places_of(ctx: Context, decisions: Iterable[Decision]) -> dict[str, Text]:
    """The names of the regions that asked for people, in both languages; seats are in none."""
    codes = {c.region for d in decisions if d.instance is not None for c in d.instance.cells} - {REMOTE}
    spoken = {"en": "en", "zh": "zh_CN"}
    known = ctx.regions.known
    return {
        code: {key: ctx.regions.name(code, language) if known(code) else code for key, language in spoken.items()}
        for code in sorted(codes)
    }


__all__ = ["LOOKS", "look", "looked", "places_of", "published"]
