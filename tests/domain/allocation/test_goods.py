"""Goods of one kind: a flow that gives what is there, to those who need it most, and says what is short and why."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import AllocationRefused
from emergency.domain.allocation.goods import Depot, broken, cost_parts, problem, with_more
from emergency.domain.allocation.goods_explain import best_one_more, more_money, one_more, shortages
from emergency.domain.allocation.kits import plan_goods
from tests.domain.allocation.goods_worlds import POLICY, ROADS, cheapest, goods_worlds, site

NORTH = Depot("N", "north", {"boat": 3, "car": 1})
SOUTH = Depot("S", "south", {"boat": 1})


def planned(depots, sites, **more):
    return plan_goods(problem(depots, sites, ROADS, policy=POLICY, **more))


def test_the_nearest_depot_gives_first_and_the_farther_one_the_rest():
    plan = planned([NORTH, SOUTH], [site("c", "coast", 3)])
    assert plan.loads == {("N", "c"): 2, ("S", "c"): 1}
    assert (plan.cost["travel_minutes"], plan.cost["total"]) == (2 * 90 + 50, 2 * 90 + 50 + 3 * 20)
    assert (plan.unmet, plan.proven, plan.gap_tenths) == ({}, True, 0)


def test_the_urgent_place_is_served_before_the_near_one():
    plan = planned([SOUTH], [site("near", "south", priority=3), site("far", "coast", priority=1)])
    assert plan.loads == {("S", "far"): 1}
    assert plan.unmet == {"near": 1}


def test_who_has_waited_long_enough_goes_before_whatever_is_asked_anew():
    """A day counts as a priority: after four days it is as urgent as the most urgent, after five more so, and so on."""
    for waited, served in ((0, "near"), (3, "near"), (4, "near"), (5, "far"), (60, "far")):
        old = site("far", "coast", priority=5, ages=((1, waited),))
        plan = planned([SOUTH], [site("near", "south", priority=1), old])
        assert plan.loads == {("S", served): 1}, waited
        assert plan.cost == cost_parts(plan.of, plan.loads)


def test_in_a_stream_of_nearer_and_more_urgent_requests_the_far_one_is_met_within_the_week():
    for day in range(9):
        fresh = site(f"day{day}", "south", priority=1)
        old = site("far", "coast", priority=5, ages=((1, day),))
        if planned([SOUTH], [fresh, old]).loads == {("S", "far"): 1}:
            break
    assert day == 5


def test_only_the_pieces_that_were_asked_for_long_ago_are_older():
    sites = [site("old", "south", 3, priority=3, ages=((1, 9),)), site("new", "coast", 2, priority=1)]
    assert planned([Depot("S", "south", {"boat": 3})], sites).loads == {("S", "new"): 2, ("S", "old"): 1}


def test_two_places_alike_share_what_there_is():
    plan = planned([NORTH], [site("a", "north", 3), site("b", "north", 3)])
    assert sorted(plan.loads.values()) == [1, 2]


def test_a_place_beyond_its_limit_or_without_a_road_gets_nothing_and_says_how_far_it_is():
    plan = planned([NORTH], [site("c", "coast", 2, limit=60)])
    (short,) = shortages(plan)
    assert (plan.loads, short.code, short.pieces) == ({}, "beyond_reach", 2)
    assert short.detail == {"nearest_minutes": 90, "limit_minutes": 60}
    assert shortages(planned([Depot("C", "coast", {"boat": 1})], [site("n", "north")]))[0].code == "no_way"
    assert shortages(planned([Depot("C", "coast", {"car": 1})], [site("c", "coast")]))[0].code == "no_stock"


def test_what_is_in_use_elsewhere_is_named():
    plan = planned([NORTH], [site("a", "north", 3, priority=1), site("b", "south", 2, priority=2)])
    (short,) = shortages(plan)
    assert (short.site_id, short.code, short.elsewhere) == ("b", "used", (("a", 3),))


def test_a_fund_pays_for_whole_pieces_only_and_binds_where_pieces_stay_idle():
    asked = [site("a", "north", 3, cost=400, purses=("storm", "fund"))]
    plan = planned([NORTH], asked, purses={"storm": 10_000, "fund": 900})
    (short,) = shortages(plan)
    assert plan.loads == {("N", "a"): 2}
    assert (short.code, short.binding, short.detail) == (
        "fund",
        ("fund",),
        {"left_minor": 100, "cost_minor": 400, "free": 1},
    )
    assert more_money(plan, {"fund": 299}).extra_minutes == 0
    assert more_money(plan, {"fund": 300}).relieved == ("a",)
    assert one_more(plan, "boat", "N").extra_minutes == 0


def test_the_incidents_own_purse_binds_before_the_fund_does():
    sites = [site("a", "north", 1, cost=100, purses=("storm", "fund"))]
    sites.append(replace(site("b", "north", 1, cost=100, purses=("quake", "fund")), incident="quake"))
    plan = planned([NORTH], sites, purses={"storm": 0, "quake": 100, "fund": 1000})
    assert plan.loads == {("N", "b"): 1}
    assert shortages(plan)[0].binding == ("storm",)


def test_where_pieces_and_money_both_lack_the_purse_that_would_not_pay_is_named():
    sites = [site("a", "north", 1, cost=100, purses=("storm", "fund"))]
    sites.append(site("b", "south", 3, priority=2))
    plan = planned([NORTH], sites, purses={"storm": 0, "fund": 1000})
    assert shortages(plan)[0].detail["left_minor"] == 0
    held = planned([NORTH], [*sites[1:], replace(sites[0], priority=9)], purses={"storm": 0, "fund": 1000})
    (short,) = (s for s in shortages(held) if s.site_id == "a")
    assert (short.code, short.detail["purse"]) == ("used", 0), "0: the incident's own, not the whole fund"


def test_what_is_committed_stays_unless_moving_it_saves_more_than_the_price_of_stability():
    sites = [site("s", "south")]
    both = [Depot("N", "north", {"boat": 1}), Depot("S", "south", {"boat": 1})]
    assert planned(both, sites, held={("N", "s"): 1}).loads == {("S", "s"): 1}  # 30 minutes saved, 20 asked
    dear = replace(POLICY, stability_minutes=30)
    kept = plan_goods(problem(both, sites, ROADS, policy=dear, held={("N", "s"): 1}))
    assert kept.loads == {("N", "s"): 1}  # a tie stays


def test_one_more_boat_goes_where_it_relieves_most_and_one_more_car_does_nothing():
    plan = planned([NORTH, SOUTH], [site("c", "coast", 5, clears=14), site("n", "north", 1, kind="car")])
    gain = best_one_more(plan, "boat")
    assert (gain.depot_id, gain.goes_to, gain.minutes) == ("S", "c", 50)
    assert (gain.relieved, gain.claims_per_day, gain.exact) == (("c",), 14, True)
    assert best_one_more(plan, "car").extra_minutes == 0
    with pytest.raises(LookupError):
        one_more(plan, "boat", "nowhere")


def test_contradictions_are_refused_all_at_once():
    with pytest.raises(AllocationRefused) as refused:
        problem([NORTH, NORTH], [site("a", "north", -1), site("b", "north", limit=9999)], ROADS, purses={"x": -1})
    assert len(refused.value.faults) == 4


@settings(max_examples=150, deadline=None)
@given(goods_worlds(kits=False))
def test_no_plan_of_a_small_world_is_cheaper_and_none_gives_what_is_not_there(of):
    plan = plan_goods(of)
    assert broken(of, plan.loads) == ()
    assert plan.cost == cost_parts(of, plan.loads)
    assert (plan.proven, plan.cost["total"]) == (True, cheapest(of))


@settings(max_examples=150, deadline=None)
@given(goods_worlds(kits=False, most=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing_and_what_was_planned_stays(of, dice):
    plan = plan_goods(of)
    depots, sites = list(of.depots), list(of.sites)
    dice.shuffle(depots)
    dice.shuffle(sites)
    roads = {
        (d.region, s.region): int(of.minutes[r, c]) for r, d in enumerate(of.depots) for c, s in enumerate(of.sites)
    }
    again = problem(depots, sites, _Roads(roads), purses=of.purses, held=of.held, policy=of.policy)
    assert plan_goods(again).loads == plan.loads
    assert plan_goods(replace(of, held=plan.loads)).loads == plan.loads
    free = replace(of, held={}, policy=replace(POLICY, stability_minutes=0))
    first = plan_goods(free)
    assert plan_goods(replace(free, held=first.loads)).loads == first.loads
    for other in _shifted(of, first.loads):  # the same cost from another depot: what stands there stays
        assert plan_goods(replace(free, held=other)).loads == other


def _shifted(of, loads):
    """The plan with one load given by another depot at the same drive, where that has a piece to spare."""
    for (depot, site_id), count in loads.items():
        for other in of.depots:
            moved = {k: n for k, n in loads.items() if k != (depot, site_id)}
            moved[other.depot_id, site_id] = moved.get((other.depot_id, site_id), 0) + count
            moved = dict(sorted(moved.items()))
            same = cost_parts(of, moved)["travel_minutes"] == cost_parts(of, loads)["travel_minutes"]
            if other.depot_id != depot and same and not broken(of, moved):
                yield moved


class _Roads:
    def __init__(self, table):
        self.table = table

    def minutes(self, from_region, to_region):
        found = self.table[from_region, to_region]
        return None if found < 0 else found


@settings(max_examples=200, deadline=None)
@given(goods_worlds(kits=False, most=4), st.integers(0, 2**32))
def test_what_one_more_piece_brings_is_what_solving_again_brings(of, seed):
    plan, dice = plan_goods(of), Random(seed)
    assume(of.sites)
    depot, kind = dice.choice(of.depots).depot_id, dice.choice(of.sites).kind
    told = one_more(plan, kind, depot)
    again = plan_goods(with_more(of, depot, {kind: 1}))
    assert told.exact
    assert told.extra_minutes == again.cost["total"] - plan.cost["total"]
    change = {s.site_id: plan.unmet.get(s.site_id, 0) - again.unmet.get(s.site_id, 0) for s in of.sites}
    if told.extra_minutes:
        priced = {**dict.fromkeys(change, 0)}
        for one in told.relieved:
            priced[one] += 1
        for one in told.worse:
            priced[one] -= 1
        assert sum(priced.values()) == sum(change.values())


@settings(max_examples=150, deadline=None)
@given(goods_worlds(kits=False, most=4))
def test_whoever_goes_short_of_a_fund_is_served_once_it_holds_enough(of):
    plan = plan_goods(of)
    for short in shortages(plan):
        if short.code == "fund":
            cost = short.detail["cost_minor"]
            assert more_money(plan, dict.fromkeys(of.purses, cost)).extra_minutes < 0
        if short.code in ("no_stock", "no_way", "beyond_reach"):
            assert more_money(plan, dict.fromkeys(of.purses, 10**6)).extra_minutes <= 0
            assert all(site_id != short.site_id for _, site_id in plan.loads)
