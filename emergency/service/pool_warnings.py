"""What of a list's changes somebody should look at again; nothing of it keeps the list from being taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from zoneinfo import ZoneInfo

import numpy as np

from emergency.domain.pool_difference import Change
from emergency.domain.resource_kind import NOT_IN_STOCK, RESOURCE_KINDS
from emergency.service import licences
from emergency.service.context import Context
from emergency.texts import N_, Message, speaker

SPEAKERS = {"en": speaker("en"), "zh": speaker("zh_CN")}

NO_SUCH_LICENCE = N_("No region of this map asks for the licence {licence}: {who}. It opens nothing here; check it.")
OWN_KIND = N_(
    "{value} is none of the usual kinds of goods and is taken as one of your own: {who}. If a usual one was meant,"
    " write one of: {near}."
)
LIMIT_GONE = N_(
    "The authority limit of {who} falls away: whoever has none settles losses of any amount. Enter 0 where they may"
    " settle nothing."
)
ELSEWHERE = N_("The coordinates of the base {base} lie in {found}, not in its region {region}; check which is right.")
OUTSIDE = N_("The coordinates of the base {base} lie in no region of this map; check them.")
OVER = N_("Here until a day that is over: {who}. They are proposed for nothing.")
MOST_NAMED = 5
NEAREST = 3


def warnings(ctx: Context, changes: Sequence[Change]) -> tuple[Message, ...]:
    """Warnings about what a list brings anew; what stood in the pool before is not looked at."""
    coming = [change for change in changes if change.after]
    return (*_licences(ctx, coming), *_limits(coming), *_kinds(coming), *_places(ctx, coming), *_over(ctx, coming))


def _licences(ctx: Context, changes: Sequence[Change]) -> Iterator[Message]:
    """Licences that are written unlike any of the map: whoever holds them may serve nowhere by them."""
    whose: dict[str, list[str]] = {}
    for change in (c for c in changes if c.table == "adjusters"):
        for licence in licences.unasked(ctx.regions, _new(change, "licences").split(";")):
            whose.setdefault(licence, []).append(change.key[0])
    for licence, who in sorted(whose.items()):
        if licence:
            yield Message(NO_SUCH_LICENCE, {"licence": licence, "who": _named(who)})


def _limits(changes: Sequence[Change]) -> Iterator[Message]:
    """Limits that were emptied: the plan takes whoever has none as one who may settle anything."""
    fell = [c for c in changes for column, _, now in c.fields if c.table == "adjusters" and column == "authority"]
    if who := [c.key[0] for c in fell if not (c.after or {})["authority"]]:
        yield Message(LIMIT_GONE, {"who": _named(who)})


def _kinds(changes: Sequence[Change]) -> Iterator[Message]:
    """Kinds that are none of the usual ones: a house may have its own, or have meant one of ours."""
    whose: dict[str, list[str]] = {}
    for change in (c for c in changes if c.table == "stock" and c.what == "new"):
        depot, kind = change.key
        if kind not in RESOURCE_KINDS:
            whose.setdefault(kind, []).append(depot)
    for kind, depots in sorted(whose.items()):
        known = [one for one in RESOURCE_KINDS if one not in NOT_IN_STOCK]
        near = get_close_matches(kind, known, NEAREST, 0.0)
        said = {key: say(", ").join(say(RESOURCE_KINDS[one].name) for one in near) for key, say in SPEAKERS.items()}
        said["en"] = ", ".join(near)
        yield Message(OWN_KIND, {"value": repr(kind), "who": _named(depots), "near": said})


def _places(ctx: Context, changes: Sequence[Change]) -> Iterator[Message]:
    """Bases whose coordinates and region say different things; without outlines nobody can tell."""
    for change in (c for c in changes if c.table == "bases" and ctx.regions.has_polygons):
        row = change.after or {}
        if not any(_new(change, column) for column in ("region", "lon", "lat")):
            continue
        lon, lat = np.array([float(row["lon"])]), np.array([float(row["lat"])])
        if ctx.regions.inside(row["region"], lon, lat)[0]:
            continue
        there = ctx.regions.locate(lon, lat, ctx.regions.level_of(row["region"]))[0]
        gaps = {"base": change.key[0], "region": _called(ctx, row["region"])}
        yield Message(ELSEWHERE, gaps | {"found": _called(ctx, there)}) if there else Message(OUTSIDE, gaps)


def _called(ctx: Context, region: str) -> dict[str, str]:
    return {key: f"{ctx.regions.name(region, say.language)} ({region})" for key, say in SPEAKERS.items()}


def _over(ctx: Context, changes: Sequence[Change]) -> Iterator[Message]:
    today = ctx.now().astimezone(ZoneInfo(ctx.profile.timezone)).date().isoformat()
    people = [c for c in changes if c.table == "adjusters"]
    if over := [c.key[0] for c in people if "" < _new(c, "lent_until") < today]:
        yield Message(OVER, {"who": _named(over)})


def _new(change: Change, column: str) -> str:
    """What a column says now, "" where it said so before."""
    now = (change.after or {}).get(column, "")
    return now if now != (change.before or {}).get(column, "") else ""


def _named(who: Sequence[str]) -> str:
    return ", ".join(who[:MOST_NAMED]) + (f" … ({len(who)})" if len(who) > MOST_NAMED else "")
