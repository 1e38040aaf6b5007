"""The engine's plan beside one changed by hand: one is taken, the other is kept with its price and the reason."""

from __future__ import annotations

import io

import openpyxl
import pytest

from emergency.domain.allocation import Assignment, Policy, TravelTable
from emergency.domain.incident import Incident
from emergency.service import allocation, comparing, dispatching, frontier, moving
from emergency.service.allocation import Inputs
from emergency.service.context import Context, Refused
from emergency.service.importing import receive
from emergency.service.records import journal_entries
from emergency.service.review_pack import pack
from emergency.store import plans
from tests.domain.allocation.worlds import adjuster, cell
from tests.service.worlds import claims

HARRIS, GALVESTON = "48201", "48167"


@pytest.fixture
def two(ctx: Context, flood: Incident) -> Context:
    """Plan 1 is in force; draft 2 is the engine's, draft 3 has one person more in Galveston."""
    receive(ctx, claims(HARRIS, 20), source="s", incident_id=flood.incident_id)
    receive(ctx, claims(GALVESTON, 20), source="s", incident_id=flood.incident_id)
    dispatching.commit(ctx, allocation.propose(ctx).plan_id)
    draft = allocation.propose(ctx)
    place = next(c.cell_id for c in draft.cells if c.region == GALVESTON)
    moving.move(ctx, draft.plan_id, f"region/{HARRIS}", place, 1)
    return ctx


def by_number(ctx: Context) -> dict[int, dict[str, object]]:
    return {p["plan_id"]: p for p in allocation.every_plan(ctx)}


def test_figures_and_regions_of_two_plans_stand_side_by_side(two: Context) -> None:
    assert [d["plan_id"] for d in comparing.drafts(two)] == [3, 2]
    found = by_number(two)
    pair = comparing.side_by_side(two, found[2], found[3], found[1])
    figures = {f.key: (f.left, f.right, f.tone) for f in pair.figures}
    assert figures["filled"] == (4, 4, "plain")
    assert figures["losing"] == (0, 1, "watch")
    assert [(r.region, r.now, r.left, r.right, r.left_short, r.right_short) for r in pair.regions] == [
        (GALVESTON, 2, 2, 3, 1, 0),
        (HARRIS, 2, 2, 1, 1, 2),
    ]


def test_choosing_one_keeps_the_other_with_the_reason_and_both_prices(two: Context, flood: Incident) -> None:
    found = by_number(two)
    price = comparing.side_by_side(two, found[2], found[3], found[1])
    comparing.choose(two, 2, 3, "Harris has the school")
    assert by_number(two)[3]["state"] == "rejected"
    assert [d["plan_id"] for d in comparing.drafts(two)] == [2]
    (kept,) = comparing.choices(two, flood.incident_id)
    assert (kept.chosen, kept.rejected, kept.reason, kept.actor) == (2, 3, "Harris has the school", "chen")
    assert kept.pair == price, "it reads as it stood on the screen"
    dispatching.commit(two, 2)
    (later,) = comparing.choices(two)
    assert later.pair == price, "whatever happened since"
    assert "allocation.choose" in {e.action for e in journal_entries(two)}


def test_the_review_is_given_the_plan_that_was_not_chosen(two: Context, flood: Incident) -> None:
    comparing.choose(two, 2, 3, "Harris has the school")
    book = openpyxl.load_workbook(io.BytesIO(pack(two, flood.incident_id, "en")))
    rows = list(book["Plans not chosen"].iter_rows(values_only=True))
    assert any("Harris has the school" in row and "Regions that lose people" in row for row in rows)
    assert len(list(book["People sent out"].iter_rows(values_only=True))) >= 5, "a head and four people"


def test_a_choice_is_taken_back_and_the_plan_is_a_draft_again(two: Context) -> None:
    number = comparing.choose(two, 2, 3, "first thought")
    comparing.take_back(two, number)
    assert by_number(two)[3]["state"] == "draft"
    assert comparing.choices(two) == ()
    with pytest.raises(Refused, match="taken back already"):
        comparing.take_back(two, number)
    comparing.choose(two, 3, 2, "second thought")


def test_a_choice_needs_a_reason_and_two_drafts(two: Context) -> None:
    with pytest.raises(Refused, match="say why"):
        comparing.choose(two, 2, 3, "  ")
    with pytest.raises(Refused, match="two different plans"):
        comparing.choose(two, 2, 2, "x")
    with pytest.raises(Refused, match="plan 1 is in force, not a draft"):
        comparing.choose(two, 2, 1, "x")
    comparing.choose(two, 2, 3, "x")
    with pytest.raises(Refused, match="plan 3 is rejected, not a draft"):
        comparing.choose(two, 2, 3, "again")


def test_claims_due_within_the_shift_beyond_the_visits_are_counted(ctx: Context, flood: Incident) -> None:
    """20 claims came in 66 h before noon: all pass 72 h before midnight. Four people make 32 visits, 16 each place."""
    receive(ctx, claims(HARRIS, 20, hours_ago=66), source="s", incident_id=flood.incident_id)
    receive(ctx, claims(GALVESTON, 20), source="s", incident_id=flood.incident_id)
    draft = allocation.propose(ctx)
    kept = by_number(ctx)[draft.plan_id]
    cells = {region: f"{flood.incident_id}/{region}/property" for region in (HARRIS, GALVESTON)}
    assert kept["body"]["due"] == {cells[HARRIS]: 20, cells[GALVESTON]: 0}  # type: ignore[index]
    slots = sum(a.slots for a in draft.plan.assignments if HARRIS in a.cell_id)
    figures = {f.key: f.left for f in comparing.side_by_side(ctx, kept, kept, None).figures}
    assert figures["breaches"] == max(0, 20 - 8 * slots)


def test_the_frontier_falls_in_moves_and_rises_in_loss(two: Context, flood: Incident) -> None:
    """Galveston's claims grow after publishing: free moving sends people there, a high price leaves them."""
    receive(two, claims(GALVESTON, 60, prefix="N", minor=900_000), source="s", incident_id=flood.incident_id)
    points = frontier.frontier(two, 20)
    assert [p.stability_minutes for p in points] == sorted({*frontier.PRICES, 20})
    moved, loss = [p.moved for p in points], [p.loss_minutes for p in points]
    assert moved == sorted(moved, reverse=True) and loss == sorted(loss)
    assert min(loss) == 0


def test_where_nothing_moves_a_higher_price_costs_nothing() -> None:
    """One person stays, two slots stay open at any price; what they are worth is read from one list of prices."""
    person, asked = adjuster("ann", "south"), cell("S", "south", slots=3, priority=2)
    stands = (Assignment("ann", "S", 1),)
    known = Inputs("2017-08-29", (person,), (asked,), TravelTable({}), stands, {}, Policy())  # type: ignore[arg-type]
    points = frontier.measured(known, (0, 20, 30, 120))
    assert {(p.moved, p.loss_minutes) for p in points} == {(0, 0)}
    assert len({p.open_minutes for p in points}) == 1 and points[0].open_minutes > 0


def test_no_frontier_before_anybody_stands_anywhere(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims(HARRIS, 20), source="s", incident_id=flood.incident_id)
    assert frontier.frontier(ctx, 20) == ()


def test_the_next_step_is_said_with_what_it_saves_and_costs() -> None:
    points = [
        frontier.Point(0, 9, 600, 0, 0),
        frontier.Point(20, 5, 630, 0, 30),
        frontier.Point(30, 5, 630, 0, 30),
        frontier.Point(60, 2, 720, 60, 180),
    ]
    assert str(frontier.next_step(points, 20)) == (
        "From 20 to 60 minutes: 3 fewer people are moved; that costs 150 minutes in drives and claims that wait "
        "(travel +1.5 h)."
    )
    assert "changes nothing: 2 people move, 180 minutes above" in str(frontier.next_step(points, 60))


def test_a_draft_keeps_the_worth_of_its_hour(two: Context) -> None:
    with two.store.read() as connection:
        kept = plans.get(connection, 2)
    assert kept and kept["body"]["visits"]["property"] == 8
