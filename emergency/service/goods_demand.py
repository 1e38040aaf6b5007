"""What incidents ask of goods: by claims that wait or by the plan of the confirmed level, whichever is more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from emergency.domain.incident import Incident
from emergency.domain.playbook import ResourceRow
from emergency.domain.resource_kind import NOT_IN_STOCK, part_of
from emergency.library.goods_rules import GoodsRules, load_goods_rules
from emergency.service.allocation import footprint
from emergency.service.context import Context
from emergency.service.figures import Figures, figures
from emergency.service.task_plan import playbook_of

GOODS = ("goods", "technology")
ALL = "all"


@dataclass(frozen=True)
class Asked:
    """Pieces of a kind an incident asks for. by_plan: the playbook's figure at the level; by_claims: what the claims
    that wait need. by_region: the larger of both, parted; its sum is less only where no region is known."""

    kind: str
    priority: int
    by_plan: int
    by_claims: int
    by_region: Mapping[str, int]
    max_travel_minutes: int
    claims_per_day: int

    @property
    def pieces(self) -> int:
        return max(self.by_plan, self.by_claims)


def goods_rules(ctx: Context) -> GoodsRules:
    """The rules for goods, read once per state of the file. Raises FileFaults where it is broken."""
    path = ctx.content.library.root / "data/rules/goods.yaml"
    state = path.stat()
    return _remembered(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _remembered(path: Path, _changed_ns: int, _size: int) -> GoodsRules:
    return load_goods_rules(path)


def asked(ctx: Context, incident: Incident) -> tuple[Asked, ...]:
    """What an incident asks for at its confirmed level, by kind; nothing before a level is confirmed."""
    playbook, level = playbook_of(ctx, incident), incident.response_level
    if playbook is None or level is None:
        return ()
    known, rules = _Claims(figures(ctx, incident.incident_id), goods_rules(ctx)), goods_rules(ctx)
    places = _places(ctx, incident)
    found: dict[str, Asked] = {}
    for row in playbook.resources:
        if part_of(row.kind) not in GOODS or row.kind in NOT_IN_STOCK:
            continue
        by_plan = row.slots(level, known.hourly(row.of))
        by_claims = math.ceil(known.waiting(row.of) / row.per_claims) if row.per_claims else 0
        if max(by_plan, by_claims):
            parted = parted_over(max(by_plan, by_claims), known.weights(ctx, row.of) or dict.fromkeys(places, 1))
            one = Asked(row.kind, row.priority, by_plan, by_claims, parted, _limit(row, rules), _per_day(row))
            found[row.kind] = _both(found[row.kind], one) if row.kind in found else one
    return tuple(found[kind] for kind in sorted(found))


def busiest_first(ctx: Context, incident: Incident) -> list[str]:
    """Regions of an incident on the map, where most claims wait first; all of the map's where it has none."""
    waiting = _Claims(figures(ctx, incident.incident_id), goods_rules(ctx)).weights(ctx, ALL)
    return sorted(_places(ctx, incident) or ctx.regions.codes(), key=lambda code: -waiting.get(code, 0))


def _limit(row: ResourceRow, rules: GoodsRules) -> int:
    return rules.max_travel_minutes if row.max_travel_s is None else row.max_travel_s // 60


def _per_day(row: ResourceRow) -> int:
    """Claims one piece clears in a day by the plan's own figure; a piece asked as a fixed number clears none."""
    return int(row.per_claims * 86_400 // row.horizon_s) if row.per_claims else 0


def _both(one: Asked, other: Asked) -> Asked:
    """Two rows of a playbook for one kind."""
    regions = sorted({*one.by_region, *other.by_region})
    return Asked(
        one.kind,
        min(one.priority, other.priority),
        one.by_plan + other.by_plan,
        one.by_claims + other.by_claims,
        {region: one.by_region.get(region, 0) + other.by_region.get(region, 0) for region in regions},
        max(one.max_travel_minutes, other.max_travel_minutes),
        max(one.claims_per_day, other.claims_per_day),
    )


class _Claims:
    """Claims of an incident, by what a playbook counts in: a line, all, or a share of a line."""

    def __init__(self, known: Figures, rules: GoodsRules) -> None:
        self.table, self.located, self.rules = known.table, known.located, rules

    def _of(self, of: str) -> tuple[str, int]:
        share = self.rules.claims_of.get(of)
        return (share.line, share.percent) if share else (of, 100)

    def _count(self, of: str, column: str) -> int:
        line, percent = self._of(of)
        table = self.table if line == ALL else self.table[self.table["line"] == line]
        return int(table[column].sum()) * percent // 100

    def hourly(self, of: str) -> float:
        return self._count(of, "last_24h") / 24

    def waiting(self, of: str) -> int:
        return self._count(of, "unsurveyed")

    def weights(self, ctx: Context, of: str) -> dict[str, int]:
        """Region -> claims that wait, else of the last day; of all lines where there are none of this one."""
        for line in dict.fromkeys((self._of(of)[0] if of else ALL, ALL)):
            table = self.located if line == ALL else self.located[self.located["line"] == line]
            for column in ("unsurveyed", "last_24h"):
                sums = table.groupby("region")[column].sum()
                found = {str(region): int(count) for region, count in sums.items() if count}
                found = {region: count for region, count in found.items() if ctx.regions.known(region)}
                if found:
                    return found
        return {}


def _places(ctx: Context, incident: Incident) -> tuple[str, ...]:
    """Where goods go while no claim says it: the published affected area, else the incident's regions."""
    chosen = footprint(ctx, incident) or incident.regions
    return tuple(sorted(region for region in chosen if ctx.regions.known(region)))


def parted_over(pieces: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole pieces by weight, by largest remainder; ties to the heavier, then to the lower code."""
    total = sum(weights.values())
    if not total:
        return {}
    found = {region: pieces * weight // total for region, weight in weights.items()}
    rest = pieces - sum(found.values())
    order = sorted(weights, key=lambda region: (-(pieces * weights[region] % total), -weights[region], region))
    for region in order[:rest]:
        found[region] += 1
    return {region: found[region] for region in sorted(found) if found[region]}
