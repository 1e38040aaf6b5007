"""Small worlds of goods: by hand, and thrown from one seed; and every plan of one, counted out."""

from __future__ import annotations

from itertools import product
from random import Random

from hypothesis import strategies as st

from emergency.domain.allocation import Policy, TravelTable
from emergency.domain.allocation.goods import Depot, Problem, Site, broken, cost_parts, problem

REGIONS = ("north", "south", "coast")
ROADS = TravelTable({("north", "south"): 30, ("south", "north"): 30, ("south", "coast"): 50, ("north", "coast"): 90})
POLICY = Policy(duty_limit_minutes=24 * 60, stability_minutes=20)


def site(site_id, region, pieces=1, kind="boat", priority=1, limit=600, cost=0, purses=(), clears=0, ages=()):
    return Site(site_id, "storm", region, kind, pieces, priority, limit, cost, tuple(purses), clears, tuple(ages))


def goods_worlds(kits=True, money=True, most=3):
    """Problems with few depots, sites, kinds and purses; roads often missing, some pieces committed already."""
    return st.builds(lambda seed: world(Random(seed), kits, money, most), st.integers(0, 2**32))


def world(dice: Random, kits: bool, money: bool, most: int) -> Problem:
    teams = {"team": {"drone": 1, "car": dice.randint(1, 2)}} if kits else {}
    kinds = ["car", "drone", *teams] if kits else ["car", "boat"]
    parts = ["car", "drone"] if kits else kinds
    depots = [
        Depot(f"d{n}", dice.choice(REGIONS), {kind: dice.randrange(most + 1) for kind in parts})
        for n in range(dice.randint(1, 2))
    ]
    purses = {"fund": dice.randrange(900), "storm": dice.randrange(900)} if money and dice.random() < 0.7 else {}
    sites = [_site(dice, n, kinds, bool(purses)) for n in range(dice.randint(1, 3))]
    roads = {(a, b): dice.randrange(300) for a in REGIONS for b in REGIONS if dice.random() < 0.7}
    held = {(d.depot_id, s.site_id): dice.randint(1, 2) for d in depots for s in sites if dice.random() < 0.25}
    return problem(depots, sites, TravelTable(roads), kits=teams, purses=purses, held=held, policy=POLICY)


def _site(dice: Random, number: int, kinds: list[str], paid: bool) -> Site:
    kind, cost = dice.choice(kinds), dice.choice([0, 100, 150, 400]) if paid else 0
    return site(
        f"s{number}",
        dice.choice(REGIONS),
        dice.randint(1, 3),
        kind,
        dice.randint(1, 3),
        dice.choice([60, 200, 600]),
        cost,
        ("storm", "fund") if cost else (),
        dice.randrange(30),
        dice.choice([(), (), ((1, 3),), ((2, 5), (1, 1)), ((9, 2),)]),
    )


def cheapest(of: Problem) -> int:
    """The least any plan costs that breaks no rule: every one of them tried."""
    ways = [
        ((d.depot_id, s.site_id), s.pieces)
        for row, d in enumerate(of.depots)
        for column, s in enumerate(of.sites)
        if of.in_reach(row, column)
    ]
    best = cost_parts(of, {})["total"]
    for counts in product(*(range(most + 1) for _, most in ways)):
        loads = {key: count for (key, _), count in zip(ways, counts, strict=True) if count}
        if not broken(of, loads):
            best = min(best, cost_parts(of, loads)["total"])
    return best
