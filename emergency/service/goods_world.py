"""What a plan for goods is made from: what is asked, what stands where, what people and money there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emergency.domain.allocation import Adjuster, Cell, Policy
from emergency.domain.allocation.goods import HOUSE_POLICY, Depot, Problem, Site, problem
from emergency.domain.incident import Incident
from emergency.library.goods_rules import GoodsRules, Kit
from emergency.service import fund
from emergency.service.allocation import travel_between
from emergency.service.context import Context
from emergency.service.goods_demand import Asked, asked, goods_rules, parted_over
from emergency.service.staff import roster_of
from emergency.store import goods_plan, incidents, plans, pool, stock
from emergency.store.store import Connection

Row = dict[str, Any]
# A request somebody wrote by hand names no priority; it comes after what plans ask at 1 to 4.
BY_HAND = 5
MINUTE_US = 60_000_000
UNDER_WAY = ("requested", "committed", "in_transit", "deployed")


@dataclass(frozen=True)
class World:
    """Everything of one moment. asks: incident -> what it asks; crews: (base, kit) -> people free to go with it.

    held_rows: committed requests that plans made and that may be planned anew, by site. money: purse -> currency.
    """

    of: Problem
    asks: Mapping[str, Sequence[Asked]]
    held_rows: Sequence[Row]
    asked_rows: Sequence[Row]  # requests plans asked for and nobody has met
    hand_rows: Sequence[Row]  # requests people wrote that nobody has met
    crews: Mapping[tuple[str, str], Sequence[str]]
    bound: Mapping[str, int]  # site -> pieces sent or committed by hand
    in_force: Row | None
    money: Mapping[str, str] = field(default_factory=dict)
    unlimited: tuple[str, ...] = ()  # currencies in which no fund is kept
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    asked_since: Mapping[str, int] = field(default_factory=dict)  # site -> since when a piece is asked for


@dataclass(frozen=True)
class _Stock:
    """Requests under way, sorted by who may change them."""

    held: list[Row]
    own_asked: list[Row]
    by_hand: list[Row]
    gone: list[Row]

    @staticmethod
    def of(connection: Connection) -> _Stock:
        own = {row["request_id"]: row["site_id"] for row in goods_plan.own_requests(connection)}
        found = _Stock([], [], [], [])
        for row in stock.requests(connection, states=UNDER_WAY):
            mine = row["request_id"] in own
            site = own.get(row["request_id"]) or _site_id(row["incident_id"], row["region"], row["kind"])
            row = row | {"site_id": site}
            kept = {"requested": (found.by_hand, found.own_asked), "committed": (found.gone, found.held)}
            kept.get(row["state"], (found.gone, found.gone))[mine].append(row)
        return found


def _site_id(incident: str, region: str, kind: str) -> str:
    return f"{incident}/{region}/{kind}"


def gather(ctx: Context) -> World:
    """The world as it is now, whole."""
    rules = goods_rules(ctx)
    with ctx.store.read() as connection:
        open_now = incidents.every(connection, open_only=True)
    asks = {one.incident_id: asked(ctx, one) for one in open_now}
    purses, money, unlimited = _purses(ctx, open_now)
    with ctx.store.read() as connection:
        rows, current = _Stock.of(connection), goods_plan.in_force(connection)
        balances = stock.balances(connection)
        crews = _crews(ctx, connection, rules)
        _cover(connection, current, purses, money)
    by_hand = [row for row in rows.by_hand if row["incident_id"] in asks]
    sites, bound = _sites(ctx, rules, asks, rows, by_hand, money)
    since = _asked_since(rows, by_hand, current, rules)
    sites = [_aged(ctx, rules, site, since) for site in sites]
    depots = _depots(balances, rows.held, crews, rules)
    of = problem(
        depots,
        sites,
        travel_between(ctx, [_stand(d) for d in depots], [_place(s) for s in sites]),
        kits={kit.kit_id: kit.all_parts for kit in rules.kits.values()},
        purses=purses,
        held=_held(rows.held, rules),
        policy=_policy(rules),
    )
    titles = {one.incident_id: one.title for one in open_now}
    first = {site: pieces[0][0] for site, pieces in since.items() if pieces}
    return World(of, asks, rows.held, rows.own_asked, by_hand, crews, bound, current, money, unlimited, titles, first)


Since = dict[str, list[tuple[int, int]]]  # site -> (instant, pieces), the oldest first


def _asked_since(rows: _Stock, by_hand: Sequence[Row], current: Row | None, rules: GoodsRules) -> Since:
    """Since when pieces of a site are asked for, whether none is there yet or one is committed and was not sent.

    A kit cannot be requested, so the plan in force says since when it could not give it.
    """
    found: Since = {}
    for row in (*rows.own_asked, *rows.held, *by_hand):
        kit = rules.kits.get(row["site_id"].rsplit("/", 1)[1])
        each = 1 if kit is None else kit.parts[kit.stands_for]
        if kit is None or row["kind"] == kit.stands_for:
            found.setdefault(row["site_id"], []).append((row["asked_us"], row["count"] // each))
    for short in current["body"]["shortages"] if current else ():
        if "since_us" in short and short["site_id"].rsplit("/", 1)[1] in rules.kits:
            found.setdefault(short["site_id"], []).append((short["since_us"], short["pieces"]))
    return {site: sorted(pieces) for site, pieces in found.items()}


def _aged(ctx: Context, rules: GoodsRules, site: Site, since: Since) -> Site:
    """The site with how many times the span of ageing its pieces were asked for."""
    if not rules.ages_after_minutes:
        return site
    now, span = ctx.now_us(), rules.ages_after_minutes * MINUTE_US
    ages = [(pieces, max(0, now - at) // span) for at, pieces in since.get(site.site_id, ())]
    return replace(site, ages=tuple((pieces, steps) for pieces, steps in ages if steps and pieces))


def _policy(rules: GoodsRules) -> Policy:
    return replace(HOUSE_POLICY, stability_minutes=rules.stability_minutes)


def _stand(depot: Depot) -> Adjuster:
    """Where a depot is, said as the roads are asked for people."""
    return Adjuster(depot.depot_id, depot.region, frozenset(), frozenset())


def _place(site: Site) -> Cell:
    return Cell(site.site_id, site.incident, site.region, site.kind, "", site.pieces, site.priority)


# What is asked --------------------------------------------------------------------------------------


def _sites(
    ctx: Context,
    rules: GoodsRules,
    asks: Mapping[str, Sequence[Asked]],
    rows: _Stock,
    by_hand: Sequence[Row],
    money: Mapping[str, str],
) -> tuple[list[Site], dict[str, int]]:
    """A site for each incident, region and kind that asks for more than is bound, and for each request by hand."""
    found: dict[str, Site] = {}
    bound: dict[str, int] = {}
    wanted = Counter[str]()
    for row in by_hand:
        wanted[_site_id(row["incident_id"], row["region"], row["kind"])] += row["count"]
    for incident, its in asks.items():
        for one in its:
            kit = rules.kit_for(one.kind)
            taken = _bound(rows.gone, incident, one.kind)
            asked_by_hand = _by_region(r for r in by_hand if r["incident_id"] == incident and r["kind"] == one.kind)
            for region, pieces in _left(one, taken, asked_by_hand if kit else {}).items():
                site = _site(ctx, rules, incident, region, one, kit, pieces, money)
                found[site.site_id] = site
            bound |= {_site_id(incident, region, kit.kit_id if kit else one.kind): n for region, n in taken.items()}
    for site_id, count in wanted.items():
        incident, region, kind = site_id.rsplit("/", 2)
        known = found.get(site_id) or _site(ctx, rules, incident, region, _wish(kind, rules), None, 0, money)
        found[site_id] = known if known.pieces >= count else _with(known, count)
    return list(found.values()), bound


def _wish(kind: str, rules: GoodsRules) -> Asked:
    return Asked(kind, BY_HAND, 0, 0, {}, rules.max_travel_minutes, 0)


def _with(site: Site, pieces: int) -> Site:
    return replace(site, pieces=pieces)


def _by_region(rows: Iterable[Row]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in rows:
        found[row["region"]] += row["count"]
    return dict(found)


def _bound(gone: Sequence[Row], incident: str, kind: str) -> dict[str, int]:
    return _by_region(row for row in gone if row["incident_id"] == incident and row["kind"] == kind)


def _left(one: Asked, bound: Mapping[str, int], by_hand: Mapping[str, int]) -> dict[str, int]:
    """What each region still asks; what is bound in one region more than it asks counts for the others."""
    taken = {r: bound.get(r, 0) + by_hand.get(r, 0) for r in {*bound, *by_hand, *one.by_region}}
    need = {region: max(0, n - taken.get(region, 0)) for region, n in one.by_region.items()}
    rest = max(0, sum(one.by_region.values()) - sum(taken.values()))
    return parted_over(min(rest, sum(need.values())), need)


def _site(
    ctx: Context,
    rules: GoodsRules,
    incident: str,
    region: str,
    one: Asked,
    kit: Kit | None,
    pieces: int,
    money: Mapping[str, str],
) -> Site:
    kind = kit.kit_id if kit else one.kind
    purse = f"incident {incident}"
    currency = money.get(purse, ctx.profile.currency)
    return Site(
        _site_id(incident, region, kind),
        incident,
        region,
        kind,
        pieces,
        one.priority,
        one.max_travel_minutes,
        _cost(ctx, rules, kind, currency),
        (purse, f"fund {currency}"),
        one.claims_per_day,
    )


def _cost(ctx: Context, rules: GoodsRules, kind: str, currency: str) -> int:
    """Minor units of a currency, rounded up to whole ones: a fund is never promised less than the bill."""
    yuan = rules.cost_yuan.get(kind, 0)
    if not yuan or currency == "CNY":
        return yuan * 100
    rate = ctx.content.library.rates().between(ctx.now().date(), "CNY", currency)
    return -int(-(yuan * rate.value) // 1) * 100


# What there is --------------------------------------------------------------------------------------


def _depots(
    balances: Sequence[Row],
    held: Sequence[Row],
    crews: Mapping[tuple[str, str], Sequence[str]],
    rules: GoodsRules,
) -> list[Depot]:
    pieces: dict[str, Counter[str]] = {}
    regions: dict[str, str] = {}
    for row in balances:
        regions[row["depot"]] = row["region"]
        free = row["total"] - row["committed"] - row["in_transit"] - row["out_of_service"]
        pieces.setdefault(row["depot"], Counter())[row["kind"]] += free
    for row in held:
        pieces[row["depot"]][row["kind"]] += row["count"]
    for (base, kit), people in crews.items():
        if base in pieces:
            pieces[base][rules.kits[kit].crew] = len(people)
    return [Depot(depot, regions[depot], dict(found)) for depot, found in sorted(pieces.items())]


def _held(rows: Sequence[Row], rules: GoodsRules) -> dict[tuple[str, str], int]:
    """Pieces committed by plans; a kit counts by the part it stands for."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        kit = rules.kits.get(row["site_id"].rsplit("/", 1)[1])
        if kit is None:
            found[row["depot"], row["site_id"]] += row["count"]
        elif row["kind"] == kit.stands_for:
            found[row["depot"], row["site_id"]] += row["count"] // kit.parts[kit.stands_for]
    return dict(found)


def _crews(ctx: Context, connection: Connection, rules: GoodsRules) -> dict[tuple[str, str], list[str]]:
    """People of each base who can go with a kit: fit for a shift, one of its skills, none of today's held."""
    roster = roster_of(ctx, connection)
    mine = set(goods_plan.crew(connection, roster.shift))
    busy = {slot["adjuster_id"] for slot in plans.slots(connection, roster.shift)} - mine
    free = ({row["adjuster_id"] for row in roster.ready} | mine) - busy
    found: dict[tuple[str, str], list[str]] = {}
    for row in pool.adjusters(connection):
        if row["adjuster_id"] in free:
            for kit in rules.kits.values():
                if kit.people and kit.skills & set(row["skills"]):
                    found.setdefault((row["base_id"], kit.kit_id), []).append(row["adjuster_id"])
    return found


def _purses(ctx: Context, open_now: Sequence[Incident]) -> tuple[dict[str, int], dict[str, str], tuple[str, ...]]:
    """(purse -> minor units left, purse -> currency, currencies without a fund)."""
    left: dict[str, int] = {}
    money: dict[str, str] = {}
    without = set()
    for incident in open_now:
        allowed = fund.allowance(ctx, incident)
        currency = allowed.currency if allowed else ctx.profile.currency
        books, name = fund.standing(ctx, currency), f"fund {currency}"
        money |= {f"incident {incident.incident_id}": currency, name: currency}
        if not books.paid_in:
            without.add(currency)
            continue
        waiting = [d for d in fund.drawdowns(ctx) if d["state"] == "asked" and d["currency"] == currency]
        left[name] = books.free
        for one in sorted(waiting, key=lambda d: d["drawdown_id"]):
            # Who asks for more than there is blocks nobody by asking.
            left[name] -= one["amount_minor"] if one["amount_minor"] <= left[name] else 0
        if allowed:
            left[f"incident {incident.incident_id}"] = allowed.left_minor
    return left, money, tuple(sorted(without))


def _cover(connection: Connection, current: Row | None, purses: dict[str, int], money: Mapping[str, str]) -> None:
    """What the plan in force has asked for already pays for what it holds; the next plan may spend it again."""
    for row in goods_plan.money(connection, current["plan_id"]) if current else ():
        if row["state"] in ("asked", "approved", "paid"):
            for purse in (f"incident {row['incident_id']}", f"fund {row['currency']}"):
                if purse in purses:
                    purses[purse] += row["amount_minor"]
