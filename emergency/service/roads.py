"""The roads people are sent by: which are shut or slow, who said so, until when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from emergency.domain.allocation.roads import USUAL, RoadGraph, RoadTravel, road_graph
from emergency.domain.allocation.travel import UNREACHABLE, Minutes
from emergency.domain.instant import from_us, to_us
from emergency.geo.regions import RegionSet
from emergency.service.context import Context, Refused
from emergency.store import incidents
from emergency.texts import N_, Message

ROAD_CLOSED = "road.closed"  # a fact: {"edge": "441700-440800", "until_us": …, "percent": of the usual speed, 0 = shut}


@dataclass(frozen=True)
class Trouble:
    """A road that is shut or slow now.

    Attributes:
        percent: of the usual speed; 0 = shut.
        source: who said so, as of when.
    """

    one: str
    other: str
    percent: int
    until: datetime
    source: str
    as_of: datetime
    actor: str

    @property
    def ends(self) -> tuple[str, str]:
        return self.one, self.other


def troubles(ctx: Context) -> tuple[Trouble, ...]:
    """What is known of the roads at this instant, the newest word on each, by its ends."""
    with ctx.store.read() as connection:
        rows = incidents.every_fact(connection, metric=ROAD_CLOSED, now_us=ctx.now_us())
    newest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in rows:
        newest[_ends(row["value"]["edge"])] = row
    return tuple(
        Trouble(
            *ends,
            int(row["value"].get("percent", 0)),
            from_us(int(row["value"]["until_us"])),
            row["source"],
            from_us(row["as_of_us"]),
            row["actor"],
        )
        for ends, row in sorted(newest.items())
        if int(row["value"]["until_us"]) > ctx.now_us() and int(row["value"].get("percent", 0)) < USUAL
    )


def _ends(edge: str) -> tuple[str, str]:
    one, other = sorted(str(edge).split("-", 1))
    return one, other


def close_road(ctx: Context, one: str, other: str, until: datetime, source: str, percent: int = 0) -> None:
    """Say that the road between two regions is shut, or slow, until an instant.

    Args:
        percent: of the usual speed that is left, 0 = shut.

    Raises:
        Refused: no such regions, no source, a time gone by, or a share that is none.
    """
    for region in (one, other):
        if not ctx.regions.known(region):
            raise Refused(Message(N_("{region} is not on this map; choose two regions of it"), {"region": region}))
    if one == other:
        raise Refused(Message(N_("a road has two ends; choose two regions")))
    if until <= ctx.now():
        raise Refused(Message(N_("the time until which it lasts has gone by; choose a later one")))
    if not 0 <= percent < USUAL:
        raise Refused(Message(N_("of the usual speed 0 to 99 % can be left; 0 is a road that is shut")))
    _say(ctx, one, other, until, source, percent)


def open_road(ctx: Context, trouble: Trouble, source: str) -> None:
    """Say that it is as usual again.

    Raises:
        Refused: it is not as it was looked at any more: somebody has said something else, or opened it.
    """
    if trouble not in troubles(ctx):
        raise Refused(Message(N_("somebody has said something about this road meanwhile; look at the list again")))
    _say(ctx, *trouble.ends, ctx.now(), source, USUAL)


def _say(ctx: Context, one: str, other: str, until: datetime, source: str, percent: int) -> None:
    if not source.strip():
        raise Refused(Message(N_("a figure needs its source; say who said it")))
    now, edge = ctx.now(), "-".join(sorted((one, other)))
    value = {"edge": edge, "until_us": to_us(until), "percent": percent}
    with ctx.store.write() as connection:
        incidents.add_fact(
            connection,
            incident_id=None,
            metric=ROAD_CLOSED,
            value=value,
            region=None,
            source=source.strip(),
            as_of=now,
            recorded=now,
            actor=ctx.actor.id,
        )
        ctx.record(connection, "road.report", edge, {**value, "source": source.strip()})


# -- the graph ---------------------------------------------------------------------------------------


def travel_by_road(ctx: Context, regions: Collection[str]) -> RoadTravel:
    """Travel times between these regions on the roads as they are now."""
    known = troubles(ctx)
    closed = frozenset(t.ends for t in known if not t.percent)
    slow = {t.ends: t.percent for t in known if t.percent}
    return on_roads(ctx.regions, ctx.profile.region_level, regions, closed, slow)


def on_roads(
    region_set: RegionSet,
    level: str,
    regions: Collection[str],
    closed: frozenset[tuple[str, str]] = frozenset(),
    percent: Mapping[tuple[str, str], int] | None = None,
) -> RoadTravel:
    graph = _graph(region_set, level)
    beside = {r: region_set.point(r) for r in sorted(regions) if r not in graph.number and region_set.known(r)}
    return RoadTravel(graph, closed, percent or {}, beside)


@lru_cache(maxsize=8)
def _graph(region_set: RegionSet, level: str) -> RoadGraph:
    """A region set never changes once loaded, and its roads take a tenth of a second to join."""
    return road_graph({code: region_set.point(code) for code in region_set.codes(level)})


class SeatTravel:
    """Travel to regions by road, and to seats, to which nobody travels."""

    def __init__(self, travel: RoadTravel, seats: str) -> None:
        self.travel, self.seats = travel, seats

    def minutes(self, from_region: str, to_region: str) -> int | None:
        found = int(self.matrix((from_region,), (to_region,))[0, 0])
        return None if found == UNREACHABLE else found

    def matrix(self, from_regions: Collection[str], to_regions: Collection[str]) -> Minutes:
        found = self.travel.matrix(tuple(from_regions), tuple(to_regions))
        found[:, [column for column, region in enumerate(to_regions) if region == self.seats]] = 0
        return found


def round_about(ctx: Context, sent: Collection[tuple[str, str, int]]) -> frozenset[tuple[str, str]]:
    """Of (base, region, minutes as planned) those pairs that cannot be driven in that time any more, the roads
    being what they are now."""
    known = troubles(ctx)
    pairs = sorted({(base, region) for base, region, _ in sent})
    if not known or not pairs:
        return frozenset()
    travel = travel_by_road(ctx, {end for ends in pairs for end in ends})
    now = {ends: travel.minutes(*ends) for ends in pairs}
    return frozenset(
        (base, region) for base, region, minutes in sent if (m := now[base, region]) is None or m > minutes
    )
