"""Three drones in Houston, two in Lake Charles: asked for, sent, brought home, and counted at every step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emergency.domain.incident import Incident
from emergency.domain.stock_ledger import Balance
from emergency.service import goods
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.goods_items import drop_item, due, items, put_item
from emergency.service.importing import receive
from emergency.service.records import journal_entries, verify_journal
from emergency.service.response import activate
from emergency.store import incidents, stock
from tests.service.worlds import claims

FLOOD = "FLOOD-1"


@pytest.fixture
def world(ctx: Context, flood: Incident) -> Context:
    goods.at_depot(ctx, "receive", "LCH", "drone", 2, "from the maker")
    return ctx


def held(ctx: Context, depot: str = "HOU") -> Balance:
    return next(s.balance for s in goods.shelves(ctx) if (s.depot, s.kind) == (depot, "drone"))


def only(ctx: Context, number: int) -> dict[str, object]:
    return next(r for r in goods.requests(ctx) if r["request_id"] == number)


def go(ctx: Context, number: int, act: str, **more: object) -> None:
    goods.step(ctx, number, act, version=int(str(only(ctx, number)["version"])), **more)  # type: ignore[arg-type]


def test_drones_go_out_and_come_home_and_the_ledger_says_where_each_is(world: Context) -> None:
    number = goods.ask(world, FLOOD, "drone", 3, "48201")
    seen = [held(world)]
    for act, more in (
        ("commit", {"depot": "HOU"}),
        ("dispatch", {}),
        ("arrive", {}),
        ("send_back", {}),
        ("take_back", {"damaged": 1, "used": 1}),
    ):
        go(world, number, act, **more)
        seen.append(held(world))
    assert seen == [Balance(3), Balance(3, 3), Balance(3, 0, 3), Balance(3, 3), Balance(3, 0, 3), Balance(2, 0, 0, 1)]
    assert only(world, number)["state"] == "returned"
    assert goods.unbalanced(world) == []
    assert verify_journal(world).ok


def test_a_depot_gives_what_it_has_and_the_rest_waits_as_a_request_of_its_own(world: Context) -> None:
    number = goods.ask(world, FLOOD, "drone", 4, "48201", "roofs")
    assert [(o.shelf.depot, o.shelf.balance.available) for o in goods.offers(world, only(world, number))] == [
        ("HOU", 3),
        ("LCH", 2),
    ]
    with pytest.raises(Refused, match="only 3 are available, not 4"):
        go(world, number, "commit", depot="HOU")
    assert held(world) == Balance(3)
    go(world, number, "commit", depot="HOU", count=3)
    rest = [r for r in goods.requests(world, open_only=True) if r["state"] == "requested"]
    assert [(r["count"], r["note"]) for r in rest] == [(1, "roofs")]
    go(world, rest[0]["request_id"], "commit", depot="LCH")
    assert (held(world).available, held(world, "LCH").available) == (0, 1)


def test_a_step_is_taken_back_with_what_it_moved_and_a_fresh_request_has_none(world: Context) -> None:
    number = goods.ask(world, FLOOD, "drone", 2, "48201")
    with pytest.raises(Refused, match="nothing was done"):
        goods.undo(world, number, version=1)
    go(world, number, "commit", depot="HOU")
    go(world, number, "dispatch")
    goods.undo(world, number, version=int(str(only(world, number)["version"])))
    assert (only(world, number)["state"], held(world)) == ("committed", Balance(3, 2))
    go(world, number, "release")
    goods.undo(world, number, version=int(str(only(world, number)["version"])))
    assert (only(world, number)["state"], held(world)) == ("committed", Balance(3, 2))
    assert goods.unbalanced(world) == []


def test_a_commitment_taken_back_waits_again_without_a_depot(world: Context) -> None:
    number = goods.ask(world, FLOOD, "drone", 2, "48201")
    go(world, number, "commit", depot="HOU")
    goods.undo(world, number, version=2)
    assert (only(world, number)["state"], only(world, number)["depot"], held(world)) == ("requested", "", Balance(3))


def test_two_people_at_one_request_the_second_is_told_who_was_faster(world: Context) -> None:
    number = goods.ask(world, FLOOD, "drone", 2, "48201")
    goods.step(replace(world, actor=Actor("ana")), number, "commit", version=1, depot="HOU")
    with pytest.raises(Conflict, match="ana was faster.*committed"):
        goods.step(world, number, "cancel", version=1)
    assert held(world) == Balance(3, 2)


def test_what_cannot_be_is_refused_and_nothing_is_written(world: Context) -> None:
    number = goods.ask(world, FLOOD, "drone", 2, "48201")
    entries = len(journal_entries(world))
    for refused, words in (
        (lambda: goods.ask(world, FLOOD, "drone", 0, "48201"), "at least one"),
        (lambda: goods.ask(world, FLOOD, "drone", 1, "99999"), "not on the map"),
        (lambda: goods.ask(world, "NONE", "drone", 1, "48201"), "not open"),
        (lambda: go(world, number, "dispatch"), "this request is requested"),
        (lambda: go(world, number, "commit", depot="HOU", count=3), "between 1 and 2"),
        (lambda: go(world, number, "commit", depot="DAL"), "only 0 are available"),
        (lambda: goods.step(world, 99, "cancel", version=1), "no request 99"),
        (lambda: goods.at_depot(world, "write_off", "HOU", "drone", 4), "only 3 are available"),
        (lambda: goods.at_depot(world, "receive", "HOU", "drone", 0), "at least one"),
        (lambda: goods.set_reorder(world, "HOU", "drone", -1), "zero or more"),
    ):
        with pytest.raises(Refused, match=words):
            refused()
    assert len(journal_entries(world)) == entries
    assert held(world) == Balance(3)


def test_a_low_shelf_and_pieces_that_fall_due_are_named_the_most_urgent_first(world: Context) -> None:
    goods.set_reorder(world, "HOU", "drone", 4)
    assert [(s.depot, s.low) for s in goods.shelves(world)] == [("HOU", True), ("LCH", False)]
    goods.set_reorder(world, "HOU", "drone", None)
    assert not any(s.low for s in goods.shelves(world))
    put_item(world, "HOU", "drone", "SN-1", test_due_on="2017-09-05")
    put_item(world, "HOU", "drone", "SN-2", test_due_on="2017-08-20")
    put_item(world, "HOU", "drone", "SN-3", test_due_on="2018-01-01", expires_on="2017-09-28")
    assert [(d.item, d.what, d.days_left) for d in due(world)] == [
        ("SN-2", "test", -9),
        ("SN-1", "test", 7),
        ("SN-3", "expires", 30),
    ]


def test_no_more_pieces_are_listed_than_a_depot_has_and_a_listed_one_is_not_written_off(world: Context) -> None:
    for number in (1, 2, 3):
        put_item(world, "HOU", "drone", f"SN-{number}")
    put_item(world, "HOU", "drone", "SN-3", test_due_on="2017-12-01")
    with pytest.raises(Refused, match="the depot has 3 of these"):
        put_item(world, "HOU", "drone", "SN-4")
    with pytest.raises(Refused, match="3 of them are listed by number"):
        goods.at_depot(world, "write_off", "HOU", "drone", 1)
    drop_item(world, "drone", "SN-1")
    goods.at_depot(world, "write_off", "HOU", "drone", 1)
    assert [i["item"] for i in items(world)] == ["SN-2", "SN-3"]
    with pytest.raises(Refused, match="is no day"):
        put_item(world, "HOU", "drone", "SN-9", expires_on="soon")
    with pytest.raises(Refused, match="not on the list"):
        drop_item(world, "drone", "SN-1")


def test_the_plans_wish_at_the_level_in_force_less_what_is_under_way(world: Context) -> None:
    assert goods.wishes(world, incident(world)) == ()
    with world.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(world, connection, before, 2, {"incident": FLOOD, "level": 2}, {})
    receive(world, claims("48201", 240), source="s", incident_id=FLOOD)
    wishes = {w.kind: w for w in goods.wishes(world, incident(world))}
    assert (wishes["boat"].asked, wishes["generator"].asked, wishes["satellite_phone"].asked) == (3, 4, 5)
    # A vehicle for every ten claims of a day: 24; no drone is asked for, as no home is among the claims.
    assert wishes["vehicle"].asked == 24
    assert "drone" not in wishes
    goods.ask(world, FLOOD, "boat", 2, "48201")
    assert [(w.requested, w.bound, w.missing) for w in goods.wishes(world, incident(world)) if w.kind == "boat"] == [
        (2, 0, 1)
    ]


def incident(ctx: Context) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, FLOOD)
    assert found is not None
    return found


def test_who_writes_past_the_console_is_seen(world: Context) -> None:
    from sqlalchemy import update

    from emergency.store.tables import stock as table

    with world.store.write() as connection:
        connection.execute(update(table).where(table.c.depot == "LCH").values(total=9))
    assert goods.unbalanced(world) == [("LCH", "drone")]
    with world.store.write() as connection:
        stock.begin(connection)
    assert goods.unbalanced(world) == []


def test_goods_are_offered_first_to_where_most_claims_wait(world: Context, flood: Incident) -> None:
    assert goods.busiest_first(world, flood) == ["48167", "48201"]
    receive(world, claims("48201", 3), source="s", incident_id=FLOOD)
    assert goods.busiest_first(world, flood) == ["48201", "48167"]
