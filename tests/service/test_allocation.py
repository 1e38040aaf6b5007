from __future__ import annotations

from typing import Any

import pytest

from emergency.domain.incident import Incident
from emergency.service import allocation, dispatching
from emergency.service.context import Conflict, Context, Refused
from emergency.service.importing import receive
from emergency.service.planning import price, why
from emergency.service.records import journal_entries, messages
from tests.service.worlds import claims


@pytest.fixture
def flooded(ctx: Context, flood: Incident) -> Context:
    """Harris has 20 claims (3 slots at 8 visits a day), Galveston 20 (3 slots); four people hold TX."""
    receive(ctx, claims("48201", 20), source="s", incident_id=flood.incident_id)
    receive(ctx, claims("48167", 20), source="s", incident_id=flood.incident_id)
    return ctx


def plan_of(ctx: Context, plan_id: int) -> dict[str, Any]:
    return next(p for p in allocation.every_plan(ctx) if p["plan_id"] == plan_id)


def test_demand_is_open_claims_over_visits_a_slot_can_make(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    assert {c.region: c.slots for c in draft.cells} == {"48201": 3, "48167": 3}


def test_everybody_licensed_goes_and_the_rest_is_a_named_shortage(flooded: Context) -> None:
    plan = allocation.propose(flooded).plan
    assert sorted(a.adjuster_id for a in plan.assignments) == ["H-1", "H-2", "H-3", "H-4"]
    assert sum(s.slots for s in plan.shortages) == 2
    assert all(str(s.reason) for s in plan.shortages)


def test_publishing_holds_the_slots_and_calls_people_out(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    dispatching.commit(flooded, draft.plan_id)
    assert sum(allocation.assigned_by_region(flooded).values()) == 4
    assert [m["audience"] for m in messages(flooded)] == ["adjusters"]
    assert "allocation.commit" in {e.action for e in journal_entries(flooded)}


def test_an_unchanged_world_moves_nobody(flooded: Context) -> None:
    first = allocation.propose(flooded)
    dispatching.commit(flooded, first.plan_id)
    again = allocation.propose(flooded)
    assert again.plan.assignments == first.plan.assignments
    assert again.plan.moves == ()


def test_a_draft_made_before_somebody_else_published_is_refused(flooded: Context) -> None:
    mine, theirs = allocation.propose(flooded), allocation.propose(flooded)
    dispatching.commit(flooded, theirs.plan_id)
    with pytest.raises(Conflict, match=f"plan {theirs.plan_id} by chen"):
        dispatching.commit(flooded, mine.plan_id)


def test_taking_a_plan_back_restores_the_one_before(flooded: Context) -> None:
    first = allocation.propose(flooded)
    dispatching.commit(flooded, first.plan_id)
    second = allocation.propose(flooded)
    dispatching.commit(flooded, second.plan_id)
    dispatching.withdraw(flooded, second.plan_id)
    found = allocation.plan_in_force(flooded)
    assert found is not None
    assert found["plan_id"] > second.plan_id, "what is in force is a version of its own"
    assert found["body"]["assignments"] == plan_of(flooded, first.plan_id)["body"]["assignments"]
    dispatching.withdraw(flooded, found["plan_id"])
    assert allocation.plan_in_force(flooded) is None
    assert {m["state"] for m in messages(flooded)} == {"withdrawn"}, "nothing had gone out, so nobody is called back"
    assert allocation.assigned_by_region(flooded) == {}


def test_a_plan_is_published_once(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    dispatching.commit(flooded, draft.plan_id)
    with pytest.raises(Refused, match="not a draft"):
        dispatching.commit(flooded, draft.plan_id)


def test_nothing_to_plan_for_is_said_plainly(ctx: Context) -> None:
    with pytest.raises(Refused, match="no open incident"):
        allocation.propose(ctx)


def test_the_price_of_a_draft_stands_beside_the_plan_in_force(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    rows = {p.name: p for p in price(flooded, allocation.latest_draft(flooded) or {}, None)}
    assert rows["Survey slots filled"].after == "4"
    assert rows["Slots short, seats included"].after == "2"
    assert why(flooded, allocation.latest_draft(flooded) or {}, "H-1"), draft
