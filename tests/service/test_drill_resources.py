"""Injects take people and goods away and bring them; people whom nobody plays answer when they are called out."""

from __future__ import annotations

from collections import Counter

import pytest

from emergency.bootstrap import Running
from emergency.domain.drill.script import ResourceChange
from emergency.service import drill_live
from emergency.service.allocation import plan_in_force, roster
from emergency.service.context import Context
from emergency.service.drill_resources import absences, apply, changes
from emergency.service.records import journal_entries
from emergency.service.slot_course import courses
from emergency.store import pool, stock
from tests.service.test_drill_live import House

HOUSTON = "48201"


def standing(ctx: Context) -> Counter[str]:
    return Counter(a["status"] for a in roster(ctx) if a["region"] == HOUSTON)


def test_people_go_and_come_back_and_others_come_with_them(ctx: Context) -> None:
    gone = apply(ctx, "I1", ResourceChange("property", HOUSTON, -3))
    assert (gone["done"], gone["people"]) == (-3, ["H-1", "H-2", "H-3"])
    assert standing(ctx) == {"off": 3, "available": 1}
    come = apply(ctx, "I2", ResourceChange("property", HOUSTON, 4))
    assert come["people"] == ["H-1", "H-2", "H-3", "I2-property-1"]
    assert standing(ctx) == {"available": 5}
    assert [e.facts()["done"] for e in reversed(journal_entries(ctx, 10)) if e.action == "drill.resource"] == [-3, 4]


def test_nobody_more_can_go_than_there_are(ctx: Context) -> None:
    assert apply(ctx, "I1", ResourceChange("property", HOUSTON, -9))["done"] == -4
    assert apply(ctx, "I2", ResourceChange("counsellor", HOUSTON, -1))["done"] == 0


def test_goods_go_out_of_service_and_others_come_into_stock(ctx: Context) -> None:
    assert apply(ctx, "I1", ResourceChange("drone", HOUSTON, -5))["done"] == -3
    assert apply(ctx, "I2", ResourceChange("boat", HOUSTON, 2))["done"] == 2
    with ctx.store.read() as connection:
        rows = {g["kind"]: (g["total"], g["out_of_service"]) for g in pool.goods(connection)}
        assert {m["kind"] for m in stock.moves(connection)} == {"boat", "drone"}
    assert rows == {"boat": (2, 0), "drone": (3, 3)}


def test_the_score_knows_who_was_not_there_and_when(ctx: Context) -> None:
    start_us = ctx.now_us() - 60_000_000
    apply(ctx, "I1", ResourceChange("property", HOUSTON, -1))
    apply(ctx, "I2", ResourceChange("property", HOUSTON, 2))
    apply(ctx, "I3", ResourceChange("property", HOUSTON, -1))
    with ctx.store.read() as connection:
        found = absences(changes(connection), start_us)
    assert found == {"H-1": ((60, 60), (60, None)), "I2-property-1": ((0, 60),)}


@pytest.fixture
def leak(running: Running) -> House:
    """The leak is known, the level in force, the telephones are staffed; robots play at their best."""
    house = House(running, "data-leak-2026", auto="best")
    drill_live.startex(house.ctx, house.director)
    house.goes_on(60)
    for inject in ("I02", "I05"):
        drill_live.fire(house.ctx, house.director, inject)
    return house


def test_agents_without_power_leave_their_seats_and_others_answer_their_call_out(leak: House) -> None:
    plan = plan_in_force(leak.ctx)
    assert plan is not None
    called = courses(leak.ctx, plan["plan_id"])
    assert {one.state for one in called} == {"called"}
    drill_live.fire(leak.ctx, leak.director, "I07")
    (gone,) = leak.acts("drill.resource")
    assert (gone["kind"], gone["done"]) == ("fnol_agent", -6)
    assert {a["status"] for a in roster(leak.ctx) if a["adjuster_id"] in gone["people"]} == {"off"}
    leak.goes_on(120)  # sixteen minutes of drill time, which is longer than a call-out waits
    states = Counter(one.state for one in courses(leak.ctx, plan["plan_id"]))
    assert states == {"acknowledged": len(called) - gone["seats"]} | (
        {"declined": gone["seats"]} if gone["seats"] else {}
    )
    assert leak.acts("course.silent") == []
    assert len(leak.acts("course.acknowledge")) == 1
