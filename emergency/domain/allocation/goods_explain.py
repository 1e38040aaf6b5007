"""Why a place goes without goods, and what one piece more would change: counted, or worked out exactly.

Kinds that a flow answers alone: by the shortest way in its residual graph. Kinds that are coupled: by solving
again with one piece more. Never by dual prices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emergency.domain.allocation.goods import Problem, Site, cost_parts, unmet, with_money, with_more
from emergency.domain.allocation.kits import GoodsPlan, part_of, plan_goods

AGAIN_SECONDS = 2.0


@dataclass(frozen=True)
class GoodsShortage:
    """Pieces a site goes without, and what binds.

    binding: what is lacking, the scarcest first; here and elsewhere count where that one is.
    code: no_stock, no_way, beyond_reach, fund, part (of a kit: ``binding`` names those without a free piece in
    reach), apart (a kit's parts are free, but not at one depot), used. detail: the numbers of the sentence; the
    last three hold left_minor, cost_minor and purse (its number in the site's) where one would not pay for one more.
    """

    site_id: str
    pieces: int
    code: str
    detail: Mapping[str, int] = field(default_factory=dict)
    binding: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, int], ...] = ()  # sites that got what is in reach, the most first


@dataclass(frozen=True)
class OneMore:
    """What one piece more of a kind at a depot changes. ``extra_minutes`` of the whole cost, 0 or less.

    relieved: sites with one piece fewer missing; worse: with one more. exact: False only where time ran out.
    """

    kind: str
    depot_id: str
    extra_minutes: int = 0
    goes_to: str = ""
    minutes: int = 0
    relieved: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    claims_per_day: int = 0
    exact: bool = True


def shortages(plan: GoodsPlan) -> tuple[GoodsShortage, ...]:
    """One entry per site that goes short, by site."""
    free = _free(plan)
    return tuple(_explained(plan, _site(plan.of, site), count, free) for site, count in plan.unmet.items())


def _free(plan: GoodsPlan) -> dict[tuple[str, str], int]:
    """(depot, kind) -> pieces nothing takes."""
    left = {(depot.depot_id, kind): count for depot in plan.of.depots for kind, count in depot.pieces.items()}
    for (depot_id, site_id), count in plan.loads.items():
        for part, each in plan.of.parts(_site(plan.of, site_id).kind).items():
            left[depot_id, part] -= each * count
    return left


def _explained(plan: GoodsPlan, site: Site, missing: int, free: Mapping[tuple[str, str], int]) -> GoodsShortage:
    of, column = plan.of, plan.of.columns[site.site_id]
    parts = of.parts(site.kind)
    nowhere = tuple(part for part in parts if not any(depot.pieces.get(part, 0) for depot in of.depots))
    if nowhere:
        return GoodsShortage(site.site_id, missing, "no_stock", {}, nowhere)
    minutes = [
        int(of.minutes[row, column]) for row, d in enumerate(of.depots) if all(d.pieces.get(p, 0) for p in parts)
    ]
    there = [one for one in minutes if one >= 0]
    if minutes and not there:
        return GoodsShortage(site.site_id, missing, "no_way")
    if there and min(there) > site.max_travel_minutes:
        found = {"nearest_minutes": min(there), "limit_minutes": site.max_travel_minutes}
        return GoodsShortage(site.site_id, missing, "beyond_reach", found)
    reach = [depot.depot_id for row, depot in enumerate(of.depots) if of.in_reach(row, column)]
    ready = [d for d in reach if all(free.get((d, part), 0) >= each for part, each in parts.items())]
    dry = [(left, purse) for purse, left in _left(plan, site).items() if left < site.cost_minor]
    if ready and dry:
        left, purse = min(dry)
        found = {
            "left_minor": left,
            "cost_minor": site.cost_minor,
            "free": sum(free[d, p] for d in ready for p in parts),
        }
        return GoodsShortage(site.site_id, missing, "fund", found, (purse,))
    least = min(dry, default=None)
    found = (
        {"left_minor": least[0], "cost_minor": site.cost_minor, "purse": site.purses.index(least[1])} if least else {}
    )
    return _in_use(plan, site, missing, reach, free, found)


def _left(plan: GoodsPlan, site: Site) -> dict[str, int]:
    """What the plan leaves in each purse of a site that knows a limit."""
    left = {purse: plan.of.purses[purse] for purse in site.purses if purse in plan.of.purses}
    for (_, site_id), count in plan.loads.items():
        other = _site(plan.of, site_id)
        for purse in (p for p in other.purses if p in left):
            left[purse] -= other.cost_minor * count
    return left


def _in_use(
    plan: GoodsPlan,
    site: Site,
    missing: int,
    reach: Iterable[str],
    free: Mapping[tuple[str, str], int],
    dry: Mapping[str, int],
) -> GoodsShortage:
    """Everything within reach is in use, or a kit's parts are not free at one depot; the fund may be ``dry``, too."""
    of, near, parts = plan.of, set(reach), plan.of.parts(site.kind)
    dearth = [part for part, each in parts.items() if not any(free.get((depot, part), 0) >= each for depot in near)]
    there = Counter({part: sum(of.depots[of.rows[depot]].pieces.get(part, 0) for depot in near) for part in parts})
    binding = tuple(sorted(dearth, key=lambda part: (there[part] // parts[part], part)))  # the scarcest first
    looked_at = set(binding[:1] or parts)
    taken: Counter[str] = Counter()
    for (depot_id, site_id), count in plan.loads.items():
        if depot_id in near and set(of.parts(_site(of, site_id).kind)) & looked_at:
            taken[site_id] += count
    here = taken.pop(site.site_id, 0)
    elsewhere = tuple(sorted(taken.items(), key=lambda one: (-one[1], one[0])))
    detail = {"here": here, "elsewhere": sum(taken.values()), **dry}
    if site.kind not in of.kits:
        return GoodsShortage(site.site_id, missing, "used", detail, binding, elsewhere)
    return GoodsShortage(site.site_id, missing, "part" if binding else "apart", detail, binding, elsewhere)


# One piece more -------------------------------------------------------------------------------------


def one_more(plan: GoodsPlan, kind: str, depot_id: str) -> OneMore:
    """The exact change if a depot had one piece more of a kind of goods, or of a part of a kit.

    Raises:
        LookupError: the plan has no such depot.
    """
    if depot_id not in plan.of.rows:
        raise LookupError(f"depot {depot_id} is not in this plan")
    if kind in plan.flows and kind not in plan.of.kits:
        return _by_way(plan, kind, depot_id)
    users = {site.kind for site in plan.of.sites if kind in plan.of.parts(site.kind)}
    if not users:
        return OneMore(kind, depot_id)
    touched = [
        one for group in (*plan.coupled, *((alone,) for alone in plan.flows)) if users & set(group) for one in group
    ]
    of = part_of(plan.of, touched)
    return _again(plan, of, with_more(of, depot_id, {kind: 1}), kind, depot_id)


def more_money(plan: GoodsPlan, minor: Mapping[str, int]) -> OneMore:
    """The exact change if purses held so much more."""
    return _again(plan, plan.of, with_money(plan.of, minor), "", "")


def _by_way(plan: GoodsPlan, kind: str, depot_id: str) -> OneMore:
    flow, row = plan.flows[kind], plan.of.rows[depot_id]
    extra = int(flow.ways.minutes[row])
    if extra >= 0:
        return OneMore(kind, depot_id)
    relieved: list[str] = []
    worse: list[str] = []
    first = ""
    for arc in flow.ways.way(row):
        number = arc if arc >= 0 else ~arc
        tail, head = int(flow.graph.tails[number]), int(flow.graph.heads[number])
        first = first or flow.site_at(head)
        if flow.site_at(tail):
            (relieved if arc >= 0 else worse).append(flow.site_at(tail))
    minutes = int(plan.of.minutes[row, plan.of.columns[first]])
    cleared = _per_day(plan.of, relieved) - _per_day(plan.of, worse)
    return OneMore(kind, depot_id, extra, first, minutes, tuple(relieved), tuple(worse), cleared)


def _per_day(of: Problem, sites: Iterable[str]) -> int:
    return sum(of.sites[of.columns[site]].claims_per_day for site in sites)


def _again(plan: GoodsPlan, of: Problem, changed: Problem, kind: str, depot_id: str) -> OneMore:
    """The kinds that are touched solved again; what comes of it is said by the difference."""
    loads = {key: count for key, count in plan.loads.items() if key[1] in of.columns}
    after = plan_goods(changed, AGAIN_SECONDS)
    extra = after.cost["total"] - cost_parts(of, loads)["total"]
    exact = plan.proven and after.proven
    if extra >= 0:
        return OneMore(kind, depot_id, exact=exact)
    before, now = unmet(of, loads), after.unmet
    change = {site.site_id: before.get(site.site_id, 0) - now.get(site.site_id, 0) for site in of.sites}
    relieved = tuple(site for site, count in change.items() for _ in range(count))
    worse = tuple(site for site, count in change.items() for _ in range(-count))
    fresh = [key for key, count in after.loads.items() if count > loads.get(key, 0) and key[0] == depot_id]
    goes_to = next((site for _, site in fresh if site in relieved), fresh[0][1] if fresh else "")
    minutes = int(of.minutes[of.rows[depot_id], of.columns[goes_to]]) if goes_to else 0
    cleared = _per_day(of, relieved) - _per_day(of, worse)
    return OneMore(kind, depot_id, extra, goes_to, minutes, relieved, worse, cleared, exact)


def best_one_more(plan: GoodsPlan, kind: str, most: int = 3) -> OneMore | None:
    """Where one piece more of a kind brings most; None where no depot can reach anybody who asks for it.

    Of a coupled kind only the ``most`` depots nearest to those who go short are tried, each by solving again.
    """
    short = [plan.of.columns[site] for site in plan.unmet if kind in plan.of.parts(_site(plan.of, site).kind)]
    asking = short or [c for c, site in enumerate(plan.of.sites) if kind in plan.of.parts(site.kind)]
    near = sorted(
        (min(int(plan.of.minutes[row, c]) for c in asking if plan.of.in_reach(row, c)), depot.depot_id)
        for row, depot in enumerate(plan.of.depots)
        if any(plan.of.in_reach(row, c) for c in asking)
    )
    tried = near if kind in plan.flows else near[:most]
    found = [one_more(plan, kind, depot) for _, depot in tried]
    return min(found, key=lambda one: one.extra_minutes, default=None)


def _site(of: Problem, site_id: str) -> Site:
    return of.sites[of.columns[site_id]]


__all__ = ["GoodsShortage", "OneMore", "best_one_more", "more_money", "one_more", "shortages"]
