"""Authority limits and languages: cells parted, people sent who may settle, referrals with their price and reason."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, Cell, Policy, TravelTable, allocate
from emergency.domain.allocation.asking import amounts_that_matter, beyond_everybody, by_authority, with_language
from emergency.domain.allocation.demand import OpenClaims, Weights, cells_from_open_claims
from emergency.domain.allocation.explain import one_more, why
from emergency.domain.allocation.gap import bottlenecks
from emergency.texts import speaker
from tests.domain.allocation.worlds import worlds

ROADS = TravelTable({("north", "south"): 30, ("south", "north"): 30, ("far", "south"): 500})
HALF_MILLION = 50_000_000
SCALE = Weights(referral=30)


def person(name: str, limit: int | None, spoken: str = "", base: str = "south") -> Adjuster:
    skills = frozenset({"property"})
    return Adjuster(name, base, skills, frozenset(), 1, limit, frozenset(spoken.split()))


def cell(slots: int, **asked: object) -> Cell:
    return Cell("s/south/property", "s", "south", "property", "", slots, 2, ((slots, 800),), **asked)  # type: ignore[arg-type]


LARGE = cell(2, above_minor=HALF_MILLION, currency="CNY", referral_minutes=120)


def test_every_limit_parts_the_claims_and_the_highest_is_beyond_everybody_unless_somebody_has_none() -> None:
    assert (amounts_that_matter([20, 50, 50, 200]), beyond_everybody([20, 50, 50, 200])) == ((20, 50, 200), 200)
    assert (amounts_that_matter([20, None, 50]), beyond_everybody([20, None, 50])) == ((20, 50), None)
    assert amounts_that_matter([None, None]) == amounts_that_matter([]) == ()
    assert beyond_everybody([None]) is beyond_everybody([]) is None


def test_what_nobody_may_settle_is_referred_whoever_goes_at_no_price_and_it_is_said() -> None:
    (house, *_) = by_authority(cell(2), {100: ((10, 9),)}, ((10, 7),), 8, SCALE, "CNY", beyond=100)
    assert (house.above_minor, house.slots, house.referral_minutes) == (100, 2, 0)
    plan = allocate([person("ann", 100), person("bob", 20)], [house], ROADS)
    (told,) = plan.referrals
    assert (told.slots, told.minutes, plan.shortages, "referral" in plan.cost) == (2, 0, (), False)
    assert str(told.reason).startswith("nobody in the house may settle claims above ¥1")
    assert "均须上报" in speaker("zh_CN")(told.reason)
    assert allocate([person("ann", None)], [house], ROADS).referrals == (), "somebody may settle them after all"


def test_large_losses_ask_slots_of_their_own_and_ordinary_claims_fill_their_room() -> None:
    """20 claims at 8 a shift are 3 slots, with 3 large losses among them or without."""
    (plain,) = cells_from_open_claims([OpenClaims("N", "home", 20)], "s", {"home": 8}, scale=SCALE)
    found = by_authority(plain, {HALF_MILLION: ((10, 3),)}, ((10, 16), (40, 1)), 8, SCALE, "CNY")
    assert [(c.cell_id, c.slots, c.above_minor, c.referral_minutes) for c in found] == [
        ("s/N/home@500000", 1, HALF_MILLION, 90),  # 3 large losses, 5 ordinary ones
        ("s/N/home", 2, None, 0),
    ]
    assert found[0].worths == ((1, 800),)
    assert found[1].worths == ((1, 1100), (1, 400)), "the heavy claim stays where anybody may go"
    assert {c.post or c.cell_id for c in found} == {"s/N/home"}


def test_no_large_loss_no_other_cell() -> None:
    assert by_authority(cell(3), {HALF_MILLION: ()}, ((10, 20),), 8, SCALE, "CNY") == (cell(3),)


piles = st.lists(st.tuples(st.integers(1, 90), st.integers(1, 9)), max_size=4)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([100, 200, 300]), piles), piles, st.integers(1, 5), st.integers(0, 9))
def test_parting_a_cell_makes_no_slot_and_no_worth_and_keeps_every_claim(above, plain, visits, more) -> None:
    claims = [pair for pile in [*above.values(), plain] for pair in pile]
    needed = -(-sum(n for _, n in claims) // visits) + more
    if not needed:
        return
    found = by_authority(cell(needed), above, plain, visits, SCALE, "CNY")
    assert sum(c.slots for c in found) == needed
    assert all(sum(n for n, _ in c.worths) == c.slots for c in found if c.worths and c.above_minor is not None)
    if len(found) > 1 and not more:
        assert sum(n * m for c in found for n, m in c.worths) <= sum(SCALE.minutes(w * n) for w, n in claims)
    asked = with_language(found, "es", 2)
    assert sum(c.slots for c in asked) == needed
    assert sum(c.slots for c in asked if c.language) == min(2, needed)


def test_who_may_settle_goes_to_the_large_losses_and_the_others_elsewhere() -> None:
    pool = [person("ann", None), person("bob", 10_000_000), person("cid", 60_000_000)]
    plan = allocate(pool, [replace(LARGE, cell_id="L"), cell(1)], ROADS)
    assert {a.adjuster_id: a.cell_id for a in plan.assignments} == {
        "ann": "L",
        "bob": "s/south/property",
        "cid": "L",
    }
    assert (plan.referrals, "referral" in plan.cost) == ((), False)


def test_claims_are_referred_where_nobody_with_authority_pays_for_the_way_and_it_is_said_who_is_missing() -> None:
    pool = [person("ann", 10_000_000), person("bob", 10_000_000), person("cid", None, base="far")]
    plan = allocate(pool, [LARGE], ROADS)
    assert [a.adjuster_id for a in plan.assignments] == ["ann", "bob"]
    (told,) = plan.referrals
    assert (told.slots, told.minutes, plan.cost["referral"]) == (2, 240, 240)
    assert told.detail == {"people": 1, "here": 0, "elsewhere": 0, "idle": 1}
    assert str(told.reason).startswith("2 more for property with authority above ¥500.00 k would settle")
    assert "50.00万" in speaker("zh_CN")(told.reason)
    assert why(plan, "ann", LARGE.cell_id).parts["referral"] == 120
    with_it, without = one_more(plan, "south", {"property"}, ()), one_more(plan, "south", {"property"}, (), 1)
    assert (with_it.extra_minutes, without.extra_minutes) == (-120, 0)


def test_a_dear_referral_leaves_the_slot_open_and_the_shortage_names_the_authority() -> None:
    strict = replace(LARGE, referral_minutes=5000)
    plan = allocate([person("ann", 10_000_000)], [strict], ROADS)
    (short,) = plan.shortages
    assert (short.slots, short.code, plan.assignments) == (2, "no_authority", ())
    assert str(short.reason).startswith("2 more for property with authority above ¥500.00 k: people who may look")
    whole, weak = bottlenecks(plan, strict.cell_id, {"property": 8})
    assert (whole.settles, whole.claims, weak.settles, weak.claims) == (True, 8, False, 0)


def test_a_language_is_a_must_and_its_lack_is_named() -> None:
    found = with_language([cell(3)], "es", 1)
    assert [(c.cell_id, c.slots, c.language) for c in found] == [
        ("s/south/property", 2, ""),
        ("s/south/property+es", 1, "es"),
    ]
    plan = allocate([person("ann", None), person("bob", None, "en es")], found, ROADS)
    assert {a.adjuster_id: a.cell_id[-3:] for a in plan.assignments} == {"ann": "rty", "bob": "+es"}
    plan = allocate([person("ann", None)], found, ROADS)
    spoken = {s.cell_id[-3:]: (s.code, str(s.reason)) for s in plan.shortages}["+es"]
    assert spoken == (
        "no_language",
        "1 more for property speaking Spanish: people who could serve: 1, none speaks Spanish",
    )
    plan = allocate([person("ann", None), person("bob", None)], found, ROADS)
    whole, without = bottlenecks(plan, "s/south/property+es", {"property": 8})
    assert (whole.language, whole.here, without.language, without.here) == ("es", True, "", False)


def test_going_over_to_the_large_losses_of_ones_own_place_is_no_move() -> None:
    plan = allocate([person("ann", None)], [cell(1)], ROADS)
    parted = with_language([cell(2)], "es", 1)
    again = allocate([person("ann", None, "es")], parted, ROADS, incumbent=plan.assignments, policy=Policy())
    forced = allocate([person("ann", None, "es")], parted[1:], ROADS, policy=Policy())
    assert (again.moves, again.cost["stability"]) == ((), 0)
    after = allocate([person("ann", None, "es")], parted, ROADS, incumbent=forced.assignments)
    assert (after.moves, after.cost["stability"]) == ((), 0)


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_referrals_add_up_to_their_part_of_the_cost(world) -> None:
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    people, asked = {a.adjuster_id: a for a in pool}, {c.cell_id: c for c in cells}
    mine: dict[str, int] = {}
    for a in plan.assignments:
        here = asked[a.cell_id]
        counts = here.referral_minutes or not any(one.may_settle(here) for one in pool)
        if counts and not people[a.adjuster_id].may_settle(here):
            mine[a.cell_id] = mine.get(a.cell_id, 0) + a.slots
    assert {r.cell_id: r.slots for r in plan.referrals} == mine
    assert sum(r.minutes for r in plan.referrals) == plan.cost.get("referral", 0)
    assert plan.cost.get("referral", 0) == sum(asked[c].referral_minutes * n for c, n in mine.items())
