"""Plans for goods: proposed over all open incidents at once, kept as drafts, read as they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from emergency.domain.allocation.goods import Depot, Loads, Problem, Site
from emergency.domain.allocation.goods_explain import GoodsShortage, best_one_more, more_money, one_more, shortages
from emergency.domain.allocation.kits import GoodsPlan, plan_goods
from emergency.domain.allocation.policy import Policy
from emergency.library.goods_rules import GoodsRules
from emergency.service.context import Context, Refused
from emergency.service.goods_demand import asked, goods_rules
from emergency.service.goods_words import Names, chosen_parts, more_in_the_fund, packed, remedies, why_short
from emergency.service.goods_world import World, gather
from emergency.store import goods_plan, incidents, pool
from emergency.texts import Message

Row = dict[str, Any]


def propose(ctx: Context) -> Row:
    """Solve all kinds over all open incidents and keep the answer as a draft; returns the stored plan.

    Raises:
        Refused: no goods in stock, or nothing is asked for.
    """
    world, rules = gather(ctx), goods_rules(ctx)
    if not world.of.depots:
        raise Refused(Message("no goods are in stock yet; load the pool of the house first"))
    if not world.of.sites and not world.held_rows and not world.asked_rows:
        raise Refused(Message("nothing is asked for: no level is confirmed, and nobody has requested goods"))
    plan = plan_goods(world.of, rules.solve_seconds)
    body = _body(ctx, world, plan, rules)
    with ctx.store.write() as connection:
        current = goods_plan.in_force(connection)
        number = goods_plan.add(
            connection,
            body,
            based_on=current["plan_id"] if current else None,
            created_us=ctx.now_us(),
            actor=ctx.actor.id,
        )
        told = {"plan": number, "pieces": body["pieces"], "short": body["short"], "cost": body["cost"]}
        ctx.record(connection, "goods.plan.propose", f"goods-plan/{number}", told)
        found = goods_plan.get(connection, number)
    assert found is not None
    return found


def _body(ctx: Context, world: World, plan: GoodsPlan, rules: GoodsRules) -> Row:
    of, names = world.of, names_of(ctx, rules)
    short, sites = shortages(plan), {site.site_id: site for site in of.sites}
    kinds = {one.kind for one in of.sites}
    lacking = {part for one in short for part in chosen_parts((sites[one.site_id].kind,), rules)}
    parts = sorted(set(chosen_parts(kinds, rules)), key=lambda kind: (kind not in lacking, kind))
    brings = [best_one_more(plan, kind) for kind in parts]
    told = [*remedies(names, sites, brings, lacking), *_money(world, plan, names, sites, short)]
    return {
        **_problem_body(of),
        "loads": [
            {"depot": d, "site_id": s, "pieces": n, "minutes": int(of.minutes[of.rows[d], of.columns[s]])}
            for (d, s), n in plan.loads.items()
        ],
        "shortages": [
            {
                "site_id": one.site_id,
                "pieces": one.pieces,
                "code": one.code,
                "detail": dict(one.detail),
                "binding": list(one.binding),
                "since_us": world.asked_since.get(one.site_id, ctx.now_us()),
                "reason": packed(why_short(names, sites, one, _currency(world, sites[one.site_id]))),
            }
            for one in short
        ],
        "remedies": [packed(one) for one in told],
        "pieces": sum(plan.loads.values()),
        "short": sum(one.pieces for one in short),
        "cost": dict(plan.cost),
        "bound": plan.bound,
        "start": plan.start,
        "gap_tenths": plan.gap_tenths,
        "coupled": [list(group) for group in plan.coupled],
        "searched": plan.searched,
        "limited": plan.limited,
        "crews": {f"{base}/{kit}": list(people) for (base, kit), people in sorted(world.crews.items())},
        "bound_pieces": dict(sorted(world.bound.items())),
        "money": dict(world.money),
        "unlimited": list(world.unlimited),
        "asks": _asks(world, rules),
    }


def _money(
    world: World, plan: GoodsPlan, names: Names, sites: Mapping[str, Site], short: Sequence[GoodsShortage]
) -> Iterator[Message]:
    """The least that more money would be of use for, by the purses that bind."""
    lacking = {one.binding: one for one in sorted(short, key=_lacks, reverse=True) if one.code == "fund"}
    for one in lacking.values():
        site, minor = sites[one.site_id], _lacks(one)
        found = more_money(plan, dict.fromkeys((p for p in site.purses if p in world.of.purses), minor))
        if len(found.relieved) > len(found.worse):
            yield more_in_the_fund(names, sites, minor, _currency(world, site), found)


def _lacks(one: GoodsShortage) -> int:
    return one.detail.get("cost_minor", 0) - one.detail.get("left_minor", 0)


def drift(ctx: Context, body: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Kind -> (asked when a plan was made, asked now) where that is not the same any more."""
    rules, now = goods_rules(ctx), Counter[str]()
    with ctx.store.read() as connection:
        open_now = incidents.every(connection, open_only=True)
    for one in (one for incident in open_now for one in asked(ctx, incident)):
        kit = rules.kit_for(one.kind)
        now[kit.kit_id if kit else one.kind] += one.pieces
    then = Counter[str]()
    for row in body["asks"]:
        then[row["kind"]] += max(row["by_plan"], row["by_claims"])
    return {kind: (then[kind], now[kind]) for kind in sorted({*then, *now}) if then[kind] != now[kind]}


def _currency(world: World, site: Site) -> str:
    return world.money.get(f"incident {site.incident}", "")


def _asks(world: World, rules: GoodsRules) -> list[Row]:
    """Incident and kind: what the plan of the level asks, what claims need."""
    found = []
    for incident, its in sorted(world.asks.items()):
        for one in its:
            kit = rules.kit_for(one.kind)
            kind = kit.kit_id if kit else one.kind
            found.append({"incident": incident, "kind": kind, "by_plan": one.by_plan, "by_claims": one.by_claims})
    return found


def _problem_body(of: Problem) -> Row:
    """The problem as plain values: a plan can be asked about as it was made."""
    return {
        "depots": [{"depot_id": d.depot_id, "region": d.region, "pieces": dict(d.pieces)} for d in of.depots],
        "sites": [
            {
                "site_id": s.site_id,
                "incident": s.incident,
                "region": s.region,
                "kind": s.kind,
                "pieces": s.pieces,
                "priority": s.priority,
                "max_travel_minutes": s.max_travel_minutes,
                "cost_minor": s.cost_minor,
                "purses": list(s.purses),
                "claims_per_day": s.claims_per_day,
                "ages": [list(age) for age in s.ages],
            }
            for s in of.sites
        ],
        "minutes": of.minutes.tolist(),
        "kits": {kit: dict(parts) for kit, parts in of.kits.items()},
        "purses": dict(of.purses),
        "held": [[d, s, n] for (d, s), n in of.held.items()],
        "stability_minutes": of.policy.stability_minutes,
        "farthest_minutes": of.policy.duty_limit_minutes,
    }


def problem_of(body: Mapping[str, Any]) -> Problem:
    """The problem a stored plan answered."""
    sites = tuple(Site(**{**row, "purses": tuple(row["purses"])}) for row in body["sites"])
    minutes = np.array(body["minutes"], dtype=np.int64).reshape(len(body["depots"]), len(sites))
    policy = Policy(duty_limit_minutes=body["farthest_minutes"], stability_minutes=body["stability_minutes"])
    held = {(d, s): n for d, s, n in body["held"]}
    depots = tuple(Depot(**row) for row in body["depots"])
    return Problem(depots, sites, minutes, body["kits"], body["purses"], held, policy)


def loads_of(body: Mapping[str, Any]) -> Loads:
    return {(row["depot"], row["site_id"]): row["pieces"] for row in body["loads"]}


def names_of(ctx: Context, rules: GoodsRules | None = None) -> Names:
    with ctx.store.read() as connection:
        bases = pool.bases(connection)
    told = {b["base_id"]: {"en": b["name"], "zh": b["name_zh"] or b["name"]} for b in bases}
    return Names(ctx, rules or goods_rules(ctx), told)


def one_more_here(ctx: Context, body: Mapping[str, Any], kind: str, depot: str) -> tuple[Message, ...]:
    """What one piece more of a kind at a depot would have changed in a stored plan, in words."""
    of, rules = problem_of(body), goods_rules(ctx)
    found = one_more(plan_goods(of, rules.solve_seconds), kind, depot)
    sites = {site.site_id: site for site in of.sites}
    short = {part for row in body["shortages"] for part in chosen_parts((sites[row["site_id"]].kind,), rules)}
    return tuple(remedies(names_of(ctx, rules), sites, [found], short))


def latest_draft(ctx: Context) -> Row | None:
    with ctx.store.read() as connection:
        return goods_plan.latest_draft(connection)


def plan_in_force(ctx: Context) -> Row | None:
    with ctx.store.read() as connection:
        return goods_plan.in_force(connection)


def changes(of: Mapping[str, Any]) -> tuple[int, int]:
    """(pieces that are newly committed, pieces that are released again) where a stored plan is published."""
    now, held = loads_of(of), {(d, s): n for d, s, n in of["held"]}
    more = sum(max(0, n - held.get(key, 0)) for key, n in now.items())
    fewer = sum(max(0, n - now.get(key, 0)) for key, n in held.items())
    return more, fewer


def cost_by_incident(sites: Iterable[Mapping[str, Any]], loads: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Minor units a plan takes out of each incident's share of the fund."""
    known, found = {site["site_id"]: site for site in sites}, dict[str, int]()
    for load in loads:
        site = known[load["site_id"]]
        if site["cost_minor"]:
            found[site["incident"]] = found.get(site["incident"], 0) + site["cost_minor"] * load["pieces"]
    return dict(sorted(found.items()))
