"""When and where a drill was held or an incident happened, as the first page of its report says it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from emergency.domain.drill.script import DrillScript
from emergency.domain.playbook import Playbook
from emergency.geo.regions import RegionSet
from emergency.service.context import Context

MOST_PLACES = 4  # a report names so many provinces or states; of more it names the first


def span(ctx: Context, begun: datetime, over: datetime) -> dict[str, str]:
    """From when to when by the clock on the wall of the workspace, to the minute."""
    zone = ZoneInfo(ctx.profile.timezone)
    return {
        name: at.astimezone(zone).replace(second=0, microsecond=0).isoformat()
        for name, at in (("from", begun), ("until", over))
    }


def area(regions: RegionSet, codes: Iterable[str]) -> dict[str, str]:
    """The provinces or states of these regions, in both languages; empty where the map knows none of them."""
    known = sorted({(code, *regions.ancestors(code))[-1] for code in codes if regions.known(code)})
    more = " …" if len(known) > MOST_PLACES else ""
    return {
        "en": ", ".join(regions.name(code, "en") for code in known[:MOST_PLACES]) + more,
        "zh": "、".join(regions.name(code, "zh_CN") for code in known[:MOST_PLACES]) + more,
    }


def drill_area(regions: RegionSet, script: DrillScript, playbook: Playbook) -> dict[str, str]:
    """Where a script takes place: where its claims arise, else where its plan is for."""
    return area(regions, [r for stream in script.claim_streams for r in stream.regions] or playbook.regions)
