"""The people who go with kits: named, and their shifts held by the same key as everybody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emergency.service.context import Context, Refused
from emergency.service.goods_demand import goods_rules
from emergency.service.staff import shift_of
from emergency.store import goods_plan, plans
from emergency.store.store import Connection
from emergency.texts import Message

Row = dict[str, Any]
CREW = "crew"  # the state of a plan of people that only holds their shifts


def crew_of(
    body: Mapping[str, Any], kits: Mapping[str, Any], before: Mapping[str, str]
) -> Iterator[tuple[str, Row, int]]:
    """(adjuster, site, minutes) of a plan's kits, one person once; who was with a site before comes first."""
    sites = {site["site_id"]: site for site in body["sites"]}
    taken: set[str] = set()
    for load in body["loads"]:
        kit = kits.get(sites[load["site_id"]]["kind"])
        if kit is None or not kit.people:
            continue
        free = [who for who in body["crews"].get(f"{load['depot']}/{kit.kit_id}", []) if who not in taken]
        free.sort(key=lambda who, site=load["site_id"]: (before.get(who) != site, who in before, who))  # type: ignore[misc]
        for who in free[: kit.people * load["pieces"]]:
            taken.add(who)
            yield who, sites[load["site_id"]], load["minutes"]


def hold_crew(ctx: Context, connection: Connection, draft: Row, current: Row | None) -> None:
    """Hold the shifts of a plan's crews. Raises Conflict where somebody of them was given another shift meanwhile."""
    body, shift = draft["body"], shift_of(ctx)
    crew = list(crew_of(body, goods_rules(ctx).kits, _before(connection, current)))
    if not crew:
        return
    wanted = sum(
        rule.people * load["pieces"]
        for load in body["loads"]
        if (rule := goods_rules(ctx).kits.get(load["site_id"].rsplit("/", 1)[1])) is not None
    )
    if len(crew) < wanted:
        gaps = {"wanted": wanted, "there": len(crew)}
        raise Refused(Message("{wanted} people are needed for the kits and {there} are there; propose again", gaps))
    number = plans.add_draft(
        connection, shift=shift, based_on=None, created=ctx.now(), actor=ctx.actor.id, body=_plan_body(crew)
    )
    plans.mark(connection, number, CREW)
    plans.hold(
        connection,
        [
            {
                "adjuster_id": who,
                "shift": shift,
                "plan_id": number,
                "cell_id": site["site_id"],
                "incident_id": site["incident"],
                "region": site["region"],
                "line": site["kind"],
                "minutes": minutes,
            }
            for who, site, minutes in crew
        ],
    )
    goods_plan.mark(connection, draft["plan_id"], "published", crew_plan_id=number)


def _plan_body(crew: list[tuple[str, Row, int]]) -> Row:
    rows = [{"adjuster_id": who, "cell_id": site["site_id"], "slots": 1, "minutes": m} for who, site, m in crew]
    return {"assignments": rows, "cells": [], "shortages": [], "moves": 0}


def _before(connection: Connection, current: Row | None) -> dict[str, str]:
    found = plans.get(connection, current["crew_plan_id"]) if current and current["crew_plan_id"] else None
    return {row["adjuster_id"]: row["cell_id"] for row in found["body"]["assignments"]} if found else {}


def release_crew(connection: Connection, stored: Row) -> None:
    """Free the shifts a plan's crews hold."""
    if stored["crew_plan_id"]:
        plans.release(connection, stored["crew_plan_id"])
        plans.mark(connection, stored["crew_plan_id"], "superseded")
