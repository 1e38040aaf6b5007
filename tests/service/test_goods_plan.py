"""Goods of two depots for a flood: planned over all kinds, published into the ledger in one act, and taken back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from emergency.domain.incident import Incident
from emergency.domain.stock_ledger import Balance
from emergency.service import allocation, fund, goods, goods_plan, goods_publish
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.goods_words import FORMER, unpacked
from emergency.service.importing import receive
from emergency.service.records import journal_entries, verify_journal
from emergency.service.response import activate
from emergency.store import incidents, plans
from emergency.texts import speaker
from tests.service.worlds import claims

FLOOD = "FLOOD-1"


@pytest.fixture
def world(ctx: Context, flood: Incident) -> Context:
    """Level Ⅱ asks for 4 generators, 3 boats, 5 satellite telephones …; Harris has 30 claims, Galveston 10."""
    stock = (("HOU", "generator", 2), ("LCH", "generator", 5), ("HOU", "boat", 2), ("HOU", "vehicle", 9))
    for depot, kind, count in stock:
        goods.at_depot(ctx, "receive", depot, kind, count)
    receive(ctx, claims("48201", 30), source="s", incident_id=FLOOD)
    receive(ctx, claims("48167", 10), source="s", incident_id=FLOOD)
    level(ctx, 2)
    return ctx


def level(ctx: Context, at: int) -> None:
    with ctx.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(ctx, connection, before, at, {"incident": FLOOD, "level": at}, {})


def given(plan: dict, kind: str) -> dict[tuple[str, str], int]:
    return {
        (x["depot"], x["site_id"].split("/")[1]): x["pieces"]
        for x in plan["body"]["loads"]
        if x["site_id"].endswith("/" + kind)
    }


def held(ctx: Context) -> dict[tuple[str, str], Balance]:
    return {(s.depot, s.kind): s.balance for s in goods.shelves(ctx)}


def under_way(ctx: Context) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for row in goods.requests(ctx, open_only=True):
        found[row["state"], row["kind"], row["depot"]] += row["count"]
    return found


def test_each_kind_goes_from_the_nearest_depot_and_what_is_missing_says_why(world: Context) -> None:
    plan = goods_plan.propose(world)
    assert given(plan, "generator") == {("HOU", "48201"): 2, ("LCH", "48201"): 1, ("LCH", "48167"): 1}
    short = {row["site_id"].split("/", 1)[1]: (row["pieces"], row["code"]) for row in plan["body"]["shortages"]}
    assert sum(n for site, (n, _) in short.items() if site.endswith("boat")) == 1
    assert {code for site, (_, code) in short.items() if site.endswith("satellite_phone")} == {"no_stock"}
    assert (plan["body"]["gap_tenths"], plan["state"]) == (0, "draft")


def test_publishing_commits_in_the_ledger_in_one_act_and_what_is_short_waits_as_requests(world: Context) -> None:
    plan = goods_plan.propose(world)
    goods_publish.publish(world, plan["plan_id"])
    assert held(world)["HOU", "generator"] == Balance(2, 2)
    assert held(world)["LCH", "generator"] == Balance(5, 2)
    found = under_way(world)
    assert (found["committed", "boat", "HOU"], found["requested", "boat", ""]) == (2, 1)
    assert found["requested", "satellite_phone", ""] == 5
    assert goods.unbalanced(world) == []
    assert verify_journal(world).ok
    acts = [e.facts() for e in journal_entries(world) if e.action == "allocation.commit"]
    assert {(a["kind"], a["pieces"]) for a in acts} >= {("generator", 4), ("boat", 2), ("satellite_phone", 0)}


def test_unchanged_input_moves_nothing(world: Context) -> None:
    first = goods_plan.propose(world)
    goods_publish.publish(world, first["plan_id"])
    before = under_way(world), held(world)
    again = goods_plan.propose(world)
    assert again["body"]["loads"] == first["body"]["loads"]
    assert goods_plan.changes(again["body"]) == (0, 0)
    goods_publish.publish(world, again["plan_id"])
    assert (under_way(world), held(world)) == before


def test_a_graver_level_asks_for_more_in_the_same_minute_and_a_lighter_one_gives_back(world: Context) -> None:
    goods_publish.publish(world, goods_plan.propose(world)["plan_id"])
    in_force = goods_plan.plan_in_force(world)
    assert goods_plan.drift(world, in_force["body"]) == {}
    level(world, 1)
    assert goods_plan.drift(world, in_force["body"])["generator"] == (4, 8)
    graver = goods_plan.propose(world)
    assert sum(given(graver, "generator").values()) == 7  # eight are asked, seven are there
    goods_publish.publish(world, graver["plan_id"])
    assert held(world)["LCH", "generator"] == Balance(5, 5)
    level(world, 3)
    goods_publish.publish(world, goods_plan.propose(world)["plan_id"])
    assert (held(world)["LCH", "generator"], held(world)["HOU", "generator"]) == (Balance(5), Balance(2, 1))
    assert under_way(world)["requested", "generator", ""] == 0
    assert goods.unbalanced(world) == []


def test_taken_back_everything_stands_as_before_and_the_earlier_plan_is_in_force(world: Context) -> None:
    goods.ask(world, FLOOD, "boat", 3, "48201", "for the east side")
    empty = held(world)
    first = goods_plan.propose(world)
    goods_publish.publish(world, first["plan_id"])
    one = under_way(world), held(world)
    level(world, 1)
    second = goods_plan.propose(world)
    goods_publish.publish(world, second["plan_id"])
    assert (under_way(world), held(world)) != one
    goods_publish.withdraw(world, second["plan_id"])
    assert (under_way(world), held(world)) == one
    assert goods_plan.plan_in_force(world)["plan_id"] == first["plan_id"]
    goods_publish.withdraw(world, first["plan_id"])
    assert held(world) == empty
    assert under_way(world) == {("requested", "boat", ""): 3}
    assert goods_plan.plan_in_force(world) is None
    assert goods.unbalanced(world) == []


def test_what_is_asked_for_ages_by_the_day_through_plans_and_goes_before_what_is_asked_anew(world: Context, at) -> None:
    """Level Ⅱ asks three boats and there are two; a fourth is asked for by hand, last of all. Then the two are sent."""
    number = goods.ask(world, FLOOD, "boat", 1, "22019", "for Lake Charles")
    goods_publish.publish(world, goods_plan.propose(world)["plan_id"])
    later = at(world, "2017-08-31T12:00:00-05:00")  # two days on
    body = goods_plan.propose(later)["body"]
    ages = {s["site_id"].split("/")[1]: s["ages"] for s in body["sites"] if s["kind"] == "boat"}
    assert ages["22019"] == [[1, 2]]
    assert all(steps == 2 for age in ages.values() for _, steps in age), "who has one already does not lose it to age"
    assert body["loads"] == goods_plan.plan_in_force(world)["body"]["loads"]
    told = [speaker("en")(unpacked(r["reason"])) for r in body["shortages"] if r["site_id"].endswith("22019/boat")]
    assert told[0].endswith("asked for 48 h ago, so the oldest counts 2 priorities more urgent")
    goods_publish.publish(later, goods_plan.propose(later)["plan_id"])
    for row in goods.requests(later, open_only=True):
        if row["kind"] == "boat" and row["state"] == "committed":
            goods.step(later, row["request_id"], "dispatch", version=row["version"])
    much_later = at(world, "2017-09-08T12:00:00-05:00")
    goods.at_depot(much_later, "receive", "LCH", "boat", 2)
    level(much_later, 1)  # more is asked for now, at a higher priority, than there is
    plan = goods_plan.propose(much_later)
    assert plan["body"]["short"] > 0
    goods_publish.publish(much_later, plan["plan_id"])
    row = next(r for r in goods.requests(much_later) if r["request_id"] == number)
    assert (row["state"], row["asked_us"] < plan["created_us"]) == ("committed", True)


def test_a_request_by_hand_is_met_by_the_plan_itself(world: Context) -> None:
    number = goods.ask(world, FLOOD, "boat", 2, "48167", "for the harbour")
    goods_publish.publish(world, goods_plan.propose(world)["plan_id"])
    row = next(r for r in goods.requests(world) if r["request_id"] == number)
    assert (row["state"], row["depot"], row["note"]) == ("committed", "HOU", "for the harbour")


def test_what_is_on_its_way_stays_and_stands_against_taking_the_plan_back(world: Context) -> None:
    plan = goods_plan.propose(world)
    goods_publish.publish(world, plan["plan_id"])
    row = next(r for r in goods.requests(world, open_only=True) if r["kind"] == "boat" and r["state"] == "committed")
    goods.step(world, row["request_id"], "dispatch", version=row["version"])
    with pytest.raises(Refused, match=f"request no. {row['request_id']} has gone on"):
        goods_publish.withdraw(world, plan["plan_id"])
    again = goods_plan.propose(world)
    assert sum(given(again, "boat").values()) + row["count"] == 2
    assert goods.unbalanced(world) == []


def test_a_draft_against_an_older_plan_or_an_emptier_depot_is_refused_and_changes_nothing(world: Context) -> None:
    mine, theirs = goods_plan.propose(world), goods_plan.propose(replace(world, actor=Actor("ana")))
    goods.at_depot(world, "write_off", "HOU", "generator", 1)
    before = under_way(world), held(world)
    with pytest.raises(Refused, match="the stock has changed since: only 1 are available"):
        goods_publish.publish(world, mine["plan_id"])
    assert (under_way(world), held(world)) == before
    goods.at_depot(world, "receive", "HOU", "generator", 1)
    goods_publish.publish(replace(world, actor=Actor("ana")), theirs["plan_id"])
    with pytest.raises(Conflict, match=f"goods plan {theirs['plan_id']} by ana"):
        goods_publish.publish(world, mine["plan_id"])
    with pytest.raises(Refused, match="in force, not a draft"):
        goods_publish.publish(world, theirs["plan_id"])
    goods_publish.put_away(world, mine["plan_id"])
    with pytest.raises(Refused, match="put away, not a draft"):
        goods_publish.publish(world, mine["plan_id"])


def test_the_fund_is_a_capacity_and_publishing_asks_it_for_what_is_used(world: Context) -> None:
    assert goods_plan.propose(world)["body"]["unlimited"] == ["CNY"]
    fund.pay_in(world, 1_300_00, "board", "CNY")  # a generator costs 400 yuan, a boat 1,500
    plan = goods_plan.propose(world)
    assert sum(given(plan, "generator").values()) == 3
    told = {r["site_id"].split("/")[2]: speaker("en")(unpacked(r["reason"])) for r in plan["body"]["shortages"]}
    assert told["generator"] == "4 are free, but each costs 400 CNY and the fund has 100 left for it"
    english = [speaker("en")(unpacked(one)) for one in plan["body"]["remedies"]]
    assert [one for one in english if one.startswith("300 CNY more to spend: 1 fewer missing (Generators, ")], english
    goods_publish.publish(world, plan["plan_id"])
    (asked,) = fund.drawdowns(world)
    assert (asked["amount_minor"], asked["state"], asked["incident_id"]) == (1_200_00, "asked", FLOOD)
    again = goods_plan.propose(world)
    assert again["body"]["loads"] == plan["body"]["loads"]
    goods_publish.publish(world, again["plan_id"])
    assert [row["state"] for row in fund.drawdowns(world)] == ["asked"]
    goods_publish.withdraw(world, again["plan_id"])
    goods_publish.withdraw(world, plan["plan_id"])
    assert [row["state"] for row in fund.drawdowns(world)] == ["withdrawn"]


def test_a_drone_goes_with_a_pilot_and_a_vehicle_and_the_pilots_shift_is_held(world: Context) -> None:
    goods.at_depot(world, "receive", "HOU", "vehicle", 20)
    receive(world, homes(160), source="h", incident_id=FLOOD)  # a drone for forty homes a day: four, of which three are
    plan = goods_plan.propose(world)
    assert sum(given(plan, "drone_team").values()) == 3
    (short,) = [r for r in plan["body"]["shortages"] if r["site_id"].endswith("drone_team")]
    assert (short["pieces"], short["code"], short["binding"]) == (1, "part", ["drone"])
    goods_publish.publish(world, plan["plan_id"])
    found = under_way(world)
    assert found["committed", "drone", "HOU"] == 3
    assert found["committed", "vehicle", "HOU"] == 3 + 20  # with the drones, and one for ten claims
    with world.store.read() as connection:
        slots = plans.slots(connection)
    assert len(slots) == 3
    assert {slot["line"] for slot in slots} == {"drone_team"}
    assert given(goods_plan.propose(world), "drone_team") == given(plan, "drone_team")
    goods_publish.withdraw(world, plan["plan_id"])
    with world.store.read() as connection:
        assert plans.slots(connection) == []


def test_a_pilot_who_was_given_another_shift_meanwhile_is_not_booked_twice(world: Context) -> None:
    from emergency.service import dispatching

    goods.at_depot(world, "receive", "HOU", "vehicle", 20)
    receive(world, homes(160), source="h", incident_id=FLOOD)
    plan = goods_plan.propose(world)
    dispatching.commit(world, allocation.propose(world).plan_id)
    with pytest.raises(Conflict, match="already assigned"):
        goods_publish.publish(world, plan["plan_id"])
    assert under_way(world) == {}


def homes(count: int):
    return claims("48201", count, prefix="home").assign(line="home")


def test_nothing_asked_and_nothing_there_are_said_in_words(ctx: Context, flood: Incident) -> None:
    with pytest.raises(Refused, match="nothing is asked for"):
        goods_plan.propose(ctx)
    goods.ask(ctx, FLOOD, "drone", 1, "48201")
    assert given(goods_plan.propose(ctx), "drone") == {("HOU", "48201"): 1}


def test_what_one_more_would_bring_is_said_with_numbers_in_both_languages(world: Context) -> None:
    plan = goods_plan.propose(world)
    english = [speaker("en")(unpacked(one)) for one in plan["body"]["remedies"]]
    assert any(one.startswith("Boats: one more at Houston goes to") for one in english)
    assert any("clears no claim" in one and "Generators" in one for one in english)
    (told,) = goods_plan.one_more_here(world, plan["body"], "boat", "HOU")
    assert "Houston" in speaker("en")(told)
    assert "Houston" in speaker("zh_CN")(told)


def test_two_plans_are_never_in_force_whoever_writes(world: Context) -> None:
    from sqlalchemy.exc import IntegrityError

    from emergency.store import goods_plan as store

    goods_publish.publish(world, goods_plan.propose(world)["plan_id"])
    draft = goods_plan.propose(world)
    with pytest.raises(IntegrityError), world.store.write() as connection:
        store.mark(connection, draft["plan_id"], "published")


def test_a_goods_plan_is_not_taken_for_the_plan_of_people_of_the_same_number(world: Context) -> None:
    from types import SimpleNamespace
    from typing import Any

    from emergency.service import dispatching
    from emergency.service.drill_course import published

    script: Any = SimpleNamespace(clock=SimpleNamespace(start=world.now()))
    dispatching.commit(world, allocation.propose(world).plan_id)
    with world.store.read() as connection:
        before, _, _ = published(connection, script)
    assert before[-1].postings
    goods_publish.publish(world, goods_plan.propose(world)["plan_id"])
    with world.store.read() as connection:
        after, _, _ = published(connection, script)
    assert after == before
    assert sum(allocation.assigned_by_region(world).values()) == len(before[-1].postings)


def test_what_earlier_plans_say_of_goods_is_told_in_todays_words() -> None:
    says = speaker("zh_CN")
    for earlier in FORMER:
        gaps = dict.fromkeys(("amount", "currency", "fewer", "what", "place", "depot", "minutes"), "–") | {"claims": 10}
        told = says(unpacked({"id": earlier, "values": gaps}))
        assert "须有人员随行" in told and "10" in told
