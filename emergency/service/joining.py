"""An incident catches its claims: dates, area and perils say which, the earlier ones too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.geo import areas
from emergency.service.context import Context, Refused
from emergency.store import changes, incidents
from emergency.store.changes import Net
from emergency.store.journal import Entry
from emergency.store.store import Connection, read_setting, write_setting
from emergency.texts import Message

ACTION, UNDONE, STOPPED = "claims.join", "claims.join.undo", "claims.join.stop"
AT_ONCE = 5_000  # claims asked for by number in one question
EARLIER = timedelta(days=30)
STANDING = "joining"  # setting: incident -> rule for claims that come in later

# Peril of an incident -> parts of the causes under which sources file such losses (house table, 2026-11).
WORDS: Mapping[str, tuple[str, ...]] = {
    "flood": ("flood", "inundation", "洪", "水淹", "涉水", "内涝", "积水", "进水"),
    "rainstorm": ("rain", "暴雨", "强降雨", "雨"),
    "waterlogging": ("flood", "waterlog", "内涝", "积水", "水淹", "涉水", "进水"),
    "hurricane": ("hurricane", "wind", "storm", "flood", "飓风", "大风"),
    "typhoon": ("typhoon", "wind", "台风", "大风", "风灾", "暴雨"),
    "storm_surge": ("surge", "flood", "风暴潮", "海水"),
    "earthquake": ("earthquake", "quake", "地震"),
    "hail": ("hail", "冰雹", "雹"),
    "fire": ("fire", "火灾", "燃烧"),
    "wildfire": ("fire", "火灾", "山火"),
    "winter_storm": ("snow", "ice", "freez", "雪", "冰冻", "低温"),
    "landslide": ("landslide", "mud", "滑坡", "泥石流", "崩塌"),
    "tornado": ("tornado", "龙卷"),
}


@dataclass(frozen=True)
class Rule:
    """Which claims belong to an incident.

    Attributes:
        since, until: of the loss (of the report where the loss has no time).
        regions: codes of any level, all that lies in them is meant; empty = everywhere.
        area: corners or GeoJSON, see `emergency.geo.areas.area`; empty = none. Regions and area
            together mean claims that lie in both.
        by_region: with an area, also claims of which only the region is known, where the
            region's middle lies in the area.
        perils: keys of WORDS; empty = whatever the cause.
        without_cause: claims that name no cause as well.
        standing: claims that come in later join by the same rule.
    """

    since: datetime
    until: datetime
    regions: tuple[str, ...] = ()
    area: str = ""
    perils: tuple[str, ...] = ()
    without_cause: bool = True
    standing: bool = False
    by_region: bool = True

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise Refused(Message("the rule ends before it begins; check both times"))
        unknown = sorted(set(self.perils) - set(WORDS))
        if unknown:
            raise Refused(
                Message("{found} is not one of {allowed}", {"found": unknown[0], "allowed": ", ".join(sorted(WORDS))})
            )


@dataclass(frozen=True)
class Preview:
    """What a rule would catch.

    Attributes:
        joining: claims that belong to no incident yet.
        elsewhere: claims that another incident has; they stay there.
        already: claims that are in this incident.
        unplaced: claims of these dates and perils without a place, which no area can catch.
        regional: of those joining, claims of which only the region is known.
        earlier: claims of the month before the rule begins that it would catch as well.
        by_region: region -> claims that would join, the most first.
    """

    joining: int
    already: int
    elsewhere: int
    unplaced: int
    regional: int
    earlier: int
    by_region: tuple[tuple[str, int], ...]
    claim_ids: tuple[int, ...] = dataclasses.field(repr=False, default=())


@dataclass(frozen=True)
class Joined:
    seq: int
    claims: int


def rule_for(ctx: Context, incident: Incident) -> Rule:
    """The rule an incident suggests: from when it occurred, its regions, its perils."""
    return Rule(
        since=incident.occurred_at,
        until=ctx.now(),
        regions=tuple(r for r in incident.regions if ctx.regions.known(r)),
        perils=tuple(p for p in incident.perils if p in WORDS),
    )


def preview(ctx: Context, incident_id: str, rule: Rule) -> Preview:
    """How many claims would join, and why others would not."""
    with ctx.store.read() as connection:
        return _preview(ctx, connection, incident_id, rule)


def _preview(ctx: Context, connection: Connection, incident_id: str, rule: Rule) -> Preview:
    if incidents.get(connection, incident_id) is None:
        raise Refused(Message("there is no incident {incident}", {"incident": incident_id}))
    found = _caught(ctx, connection, rule)
    free = found[found["incident_id"].isna()]
    mine = int((found["incident_id"] == incident_id).sum())
    bare = dataclasses.replace(rule, regions=(), area="")
    placeless = changes.caught(connection, _net(ctx, bare)) if rule.regions or rule.area else found.iloc[:0]
    counted = free["region"].value_counts()
    return Preview(
        joining=len(free),
        already=mine,
        elsewhere=int(found["incident_id"].notna().sum()) - mine,
        unplaced=int((placeless["region"].isna() & placeless["incident_id"].isna()).sum()),
        regional=int(free["lon"].isna().sum()) if rule.area else 0,
        earlier=_earlier(ctx, connection, rule),
        by_region=tuple((str(code), int(n)) for code, n in counted.items()),
        claim_ids=tuple(int(i) for i in free["claim_id"]),
    )


def _earlier(ctx: Context, connection: Connection, rule: Rule) -> int:
    """Claims of no incident that only the start of the rule keeps out; a month of them, not all there ever were."""
    before = dataclasses.replace(rule, since=rule.since - EARLIER, until=rule.since - timedelta(microseconds=1))
    return int(_caught(ctx, connection, before)["incident_id"].isna().sum())


Among = tuple[str, Sequence[str]]  # a source and report numbers of it


def _caught(ctx: Context, connection: Connection, rule: Rule, among: Among | None = None) -> pd.DataFrame:
    """Claims a rule means: by their points, and where an area is given by their regions' middles."""
    found = changes.caught(connection, dataclasses.replace(_net(ctx, rule), among=among))
    if not rule.area:
        return found
    inside = areas.within(rule.area, found["lon"].to_numpy(float), found["lat"].to_numpy(float))
    found = found[np.asarray(inside)]
    if not rule.by_region:
        return found
    codes = _middles(ctx, rule.area)
    net = _net(ctx, dataclasses.replace(rule, area=""))
    both = codes if net.regions is None else sorted(set(codes) & set(net.regions))
    pointless = changes.caught(connection, dataclasses.replace(net, regions=both, pointless=True, among=among))
    return pd.concat([found, pointless], ignore_index=True) if len(pointless) else found


def _middles(ctx: Context, area: str) -> list[str]:
    """Regions of the level the workspace works with, and finer ones, whose middle lies in the area."""
    regions = ctx.regions
    fine = regions.levels[regions.levels.index(ctx.profile.region_level) :]
    codes = sorted({code for level in fine for code in regions.codes(level)})
    points = np.array([regions.point(code) for code in codes], dtype=float).reshape(-1, 2)
    inside = areas.within(area, points[:, 0], points[:, 1])
    return [code for code, hit in zip(codes, inside, strict=True) if hit]


def _net(ctx: Context, rule: Rule) -> Net:
    try:
        box = areas.bounds(rule.area) if rule.area else None
    except areas.AreaFault as fault:
        raise Refused(fault.message) from fault
    return Net(
        since_us=to_us(rule.since),
        until_us=to_us(rule.until),
        regions=_inside(ctx, rule.regions) if rule.regions else None,
        words=tuple(dict.fromkeys(word for peril in rule.perils for word in WORDS[peril])),
        without_cause=rule.without_cause,
        box=box,
    )


def _inside(ctx: Context, codes: Sequence[str]) -> list[str]:
    """The regions and everything that lies in them."""
    wanted = set(codes)
    regions = ctx.regions
    every = {code for level in regions.levels for code in regions.codes(level)}
    return sorted(code for code in every if code in wanted or wanted & set(regions.ancestors(code)))


def join(ctx: Context, incident_id: str, rule: Rule, seen: Preview | None = None) -> Joined:
    """Let the claims a rule catches join; those of other incidents stay there.

    Args:
        seen: what the person was shown; exactly those claims join, or none.

    Raises:
        Refused: no such incident, an area that is none, nothing to join and nothing to keep, or other
            claims by now than were seen.
    """
    with ctx.store.write() as connection:
        found = _preview(ctx, connection, incident_id, rule)
        if seen is not None and seen.claim_ids != found.claim_ids:
            raise Refused(_changed(seen, found))
        if not found.claim_ids and not rule.standing:
            raise Refused(Message("no claim would join; widen dates, area or perils"))
        seq = ctx.record(
            connection, ACTION, incident_id, {"incident": incident_id, "claims": found.joining, "rule": to_json(rule)}
        )
        done = changes.join(connection, seq, found.claim_ids, incident_id)
        if rule.standing:
            _stand(connection, incident_id, rule, seq)
    return Joined(seq, done)


def _changed(seen: Preview, found: Preview) -> Message:
    if seen.joining == found.joining:
        return Message(
            "other claims would join now than were shown, {now} again: look at them, then press once more",
            {"now": f"{found.joining:,}"},
        )
    return Message(
        "{now} claims would join now, not {before} as was shown: look at them, then press once more",
        {"now": f"{found.joining:,}", "before": f"{seen.joining:,}"},
    )


def _stand(connection: Connection, incident_id: str, rule: Rule, seq: int) -> None:
    rules = dict(read_setting(connection, STANDING) or {})
    write_setting(connection, STANDING, rules | {incident_id: to_json(rule) | {"seq": seq}})


def _end(connection: Connection, incident_id: str, seq: int | None = None) -> bool:
    """No claim joins by itself any more; with ``seq`` only where that act's rule still stands."""
    rules = dict(read_setting(connection, STANDING) or {})
    rule = rules.get(incident_id)
    if rule is None or seq not in (None, rule.get("seq")):
        return False
    rules.pop(incident_id)
    write_setting(connection, STANDING, rules)
    return True


def standing(ctx: Context) -> dict[str, Rule]:
    """Incident -> the rule by which later claims join it."""
    return {i: from_json(raw) for i, raw in (ctx.store.setting(STANDING) or {}).items()}


def stop(ctx: Context, incident_id: str) -> None:
    """Let later claims no longer join by themselves; those that did stay.

    Raises:
        Refused: no rule stands for this incident.
    """
    with ctx.store.write() as connection:
        if not _end(connection, incident_id):
            raise Refused(Message("no rule lets later claims join this incident"))
        ctx.record(connection, STOPPED, incident_id, {"incident": incident_id})


def join_later(
    ctx: Context, connection: Connection, import_id: str, source: str, report_nos: Sequence[str]
) -> int:
    """Let claims that have just come in join by the standing rules of open incidents; returns how many.

    Args:
        import_id: what wrote them; a claim that did not change by it is left as it is.
        source, report_nos: which they are, so that nobody looks at all that came before.
    """
    joined = 0
    for incident_id, rule, seq in _standing_now(ctx, connection):
        net = None if rule.area else _net(ctx, rule)
        for at in range(0, len(report_nos), AT_ONCE):
            among = (source, report_nos[at : at + AT_ONCE])
            if net is not None:
                some = dataclasses.replace(net, among=among)
                joined += changes.join_imported(connection, import_id, some, incident_id, seq)
                continue
            caught = _caught(ctx, connection, rule, among)["claim_id"].tolist()
            joined += changes.join(connection, seq, changes.of_import(connection, caught, import_id), incident_id)
    return joined


def join_placed(ctx: Context, connection: Connection, claim_ids: Sequence[int]) -> int:
    """Let claims that somebody has just placed join by the standing rules; returns how many."""
    wanted, joined = set(claim_ids), 0
    for incident_id, rule, seq in _standing_now(ctx, connection):
        caught = [i for i in _caught(ctx, connection, rule)["claim_id"].tolist() if i in wanted]
        joined += changes.join(connection, seq, caught, incident_id)
    return joined


def _standing_now(ctx: Context, connection: Connection) -> list[tuple[str, Rule, int]]:
    """(incident, rule up to now, act that set it) of the open incidents for which a rule stands."""
    found = []
    for incident_id, raw in (read_setting(connection, STANDING) or {}).items():
        incident = incidents.get(connection, incident_id)
        if incident is not None and incident.is_open:
            rule = from_json(raw)
            rule = dataclasses.replace(rule, until=max(rule.until, ctx.now()))
            found.append((incident_id, rule, int(raw.get("seq", 0))))
    return found


def undo(ctx: Context, seq: int) -> tuple[int, int]:
    """Take a joining back, with the claims that its standing rule let join later.

    Returns:
        (claims set free, claims changed since and left where they are).

    Raises:
        Refused: it was taken back before, or joined nothing.
    """
    with ctx.store.write() as connection:
        entry = next(iter(changes.acts(connection, ACTION, seq=seq)), None)
        if entry is None:
            raise Refused(Message("entry {seq} cannot be taken back: it was already, or joined nothing", {"seq": seq}))
        by = ctx.record(connection, UNDONE, entry.subject, {"entry": seq, "incident": entry.subject})
        back, left = changes.undo(connection, seq, "join", by)
        _end(connection, entry.subject, seq)
    return back, left


def acts(ctx: Context, incident_id: str, limit: int = 5) -> list[tuple[Entry, int]]:
    """Joinings of an incident that can still be taken back, newest first, and the claims each has joined by now."""
    with ctx.store.read() as connection:
        found = [e for e in changes.acts(connection, ACTION) if e.subject == incident_id][:limit]
        return [(e, changes.changed_by(connection, e.seq)) for e in found]


def corners_of(area: str) -> tuple[tuple[float, float], ...]:
    """The corners of an area written as corners, (longitude, latitude); none of GeoJSON and of what is no area."""
    try:
        return tuple(areas.corners(area))
    except ValueError:
        return ()


def written(corners: Iterable[tuple[float, float]]) -> str:
    """Corners as the text a rule keeps."""
    return areas.written(corners)


def outline(area: str) -> dict[str, Any] | None:
    """The area as GeoJSON for a map; None where there is none, or it cannot be read."""
    try:
        return areas.geojson(area) if area.strip() else None
    except areas.AreaFault:
        return None


def to_json(rule: Rule) -> dict[str, Any]:
    return {
        "since_us": to_us(rule.since),
        "until_us": to_us(rule.until),
        "regions": list(rule.regions),
        "area": rule.area,
        "perils": list(rule.perils),
        "without_cause": rule.without_cause,
        "standing": rule.standing,
        "by_region": rule.by_region,
    }


def from_json(raw: Mapping[str, Any]) -> Rule:
    return Rule(
        since=from_us(raw["since_us"]),
        until=from_us(raw["until_us"]),
        regions=tuple(raw["regions"]),
        area=raw["area"],
        perils=tuple(raw["perils"]),
        without_cause=raw["without_cause"],
        standing=raw["standing"],
        by_region=raw.get("by_region", True),
    )
