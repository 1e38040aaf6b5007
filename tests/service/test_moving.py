"""Harris and Galveston ask for three each; four people of Houston may work in Texas, one of Louisiana may not."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import update

from emergency.domain.allocation import Pin
from emergency.domain.incident import Incident
from emergency.service import allocation, dispatching, moving
from emergency.service.context import Context, Refused
from emergency.service.importing import receive
from emergency.service.plan_body import waits
from emergency.service.planning import plan_figures, shifts, why
from emergency.service.records import journal_entries
from emergency.store import plans
from emergency.store.tables import adjuster
from tests.service.worlds import claims

HARRIS, GALVESTON = "48201", "48167"


@pytest.fixture
def flooded(ctx: Context, flood: Incident) -> Context:
    receive(ctx, claims(HARRIS, 20), source="s", incident_id=flood.incident_id)
    receive(ctx, claims(GALVESTON, 20), source="s", incident_id=flood.incident_id)
    return ctx


def stored(ctx: Context, plan_id: int) -> dict[str, object]:
    with ctx.store.read() as connection:
        found = plans.get(connection, plan_id)
    assert found is not None
    return found


def cell(ctx: Context, plan_id: int, region: str) -> str:
    body = stored(ctx, plan_id)["body"]
    return next(c["cell_id"] for c in body["cells"] if c["region"] == region)  # type: ignore[index]


def people(draft: allocation.Draft) -> dict[str, int]:
    at = {c.cell_id: c.region for c in draft.cells}
    found: dict[str, int] = {}
    for a in draft.plan.assignments:
        found[at[a.cell_id]] = found.get(at[a.cell_id], 0) + a.slots
    return found


def test_everybody_is_in_one_group_and_the_idle_stand_at_their_base(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    found = moving.groups(flooded, stored(flooded, draft.plan_id))
    assert sorted(p for g in found for p in g.people) == ["H-1", "H-2", "H-3", "H-4", "L-1"]
    assert [(g.key, g.people, g.idle) for g in found if g.idle] == [("base/LCH", ("L-1",), True)]


def test_somebody_is_moved_the_plan_follows_and_who_loses_is_named(flooded: Context) -> None:
    first = allocation.propose(flooded)
    assert people(first) == {HARRIS: 2, GALVESTON: 2}
    dispatching.commit(flooded, first.plan_id)
    now = stored(flooded, first.plan_id)
    draft = moving.move(flooded, first.plan_id, f"region/{HARRIS}", cell(flooded, first.plan_id, GALVESTON), 1)
    assert people(draft) == {HARRIS: 1, GALVESTON: 3}
    assert moving.unmet(draft) == ()
    assert [(s.region, s.before, s.after) for s in shifts(now, stored(flooded, draft.plan_id))] == [
        (HARRIS, 2, 1),
        (GALVESTON, 2, 3),
    ]
    dispatching.commit(flooded, draft.plan_id)
    dispatching.withdraw(flooded, draft.plan_id)
    assert allocation.assigned_by_region(flooded) == {HARRIS: 2, GALVESTON: 2}


def test_people_moved_to_a_place_fill_what_is_open_in_it_before_anybody_is_beyond_what_is_asked(
    ctx: Context, flood: Incident
) -> None:
    """Galveston asks for three: one for losses above 100,000, which H-1 alone may settle, and two for the others."""
    with ctx.store.write() as connection:
        connection.execute(update(adjuster).values(authority_minor=10_000_000))
        connection.execute(update(adjuster).where(adjuster.c.adjuster_id == "H-1").values(authority_minor=None))
    for found in (claims(HARRIS, 32), claims(GALVESTON, 16), claims(GALVESTON, 8, prefix="L", minor=50_000_000)):
        receive(ctx, found, source="s", incident_id=flood.incident_id)
    first = allocation.propose(ctx)
    cells = stored(ctx, first.plan_id)["body"]["cells"]  # type: ignore[index]
    asked = {c["cell_id"]: c["slots"] for c in cells if c["region"] == GALVESTON and waits(c["cell_id"])}
    open_ = sum(asked.values()) - sum(a.cell_id in asked for a in first.plan.assignments)
    assert sorted(asked.values()) == [1, 2] and open_ > 0
    top = next(cell_id for cell_id in asked if "@" in cell_id)
    moved = moving.move(ctx, first.plan_id, f"region/{HARRIS}", top, open_)
    assert Counter(a.cell_id for a in moved.plan.assignments if a.cell_id in asked) == asked
    assert stored(ctx, moved.plan_id)["body"]["beyond"] == {}  # type: ignore[index]


def test_one_move_after_another_adds_up(flooded: Context, flood: Incident) -> None:
    more = claims(GALVESTON, 12, prefix="D")
    receive(flooded, more, source="s", incident_id=flood.incident_id)
    first = allocation.propose(flooded)
    assert people(first) == {HARRIS: 2, GALVESTON: 2}
    place = cell(flooded, first.plan_id, GALVESTON)
    second = moving.move(flooded, first.plan_id, f"region/{HARRIS}", place, 1)
    third = moving.move(flooded, second.plan_id, f"region/{HARRIS}", place, 1)
    assert people(third) == {GALVESTON: 4}
    assert len(stored(flooded, third.plan_id)["body"]["pins"]) == 4  # type: ignore[index]


def test_people_are_sent_beyond_what_a_place_asks_for_and_it_is_counted(flooded: Context) -> None:
    first = allocation.propose(flooded)
    place = cell(flooded, first.plan_id, GALVESTON)
    second = moving.move(flooded, first.plan_id, f"region/{HARRIS}", place, 1)
    assert stored(flooded, second.plan_id)["body"]["beyond"] == {}  # type: ignore[index]
    third = moving.move(flooded, second.plan_id, f"region/{HARRIS}", place, 1)
    # The place asks for three, and four are there: nobody waits for the fourth in Harris or is left behind.
    assert people(third) == {GALVESTON: 4}
    assert moving.unmet(third) == ()
    shown = stored(flooded, third.plan_id)
    assert shown["body"]["beyond"] == {place: 1}  # type: ignore[index]
    figures = plan_figures(flooded, shown, None)
    assert (figures["filled"], figures["beyond"], figures["short"]) == (3, 1, 3)
    assert figures["backlog"] == 2.0
    assert why(flooded, shown, "H-1")


def test_who_may_not_work_there_cannot_be_sent_and_it_is_said_how_many_can(flooded: Context) -> None:
    first = allocation.propose(flooded)
    place = cell(flooded, first.plan_id, HARRIS)
    assert moving.able(flooded, stored(flooded, first.plan_id), ["L-1"], place) == []
    with pytest.raises(Refused, match="of 1 people there 0 may work"):
        moving.move(flooded, first.plan_id, "base/LCH", place, 1)
    with pytest.raises(Refused, match="nobody is there"):
        moving.move(flooded, first.plan_id, "region/48039", place, 1)
    with pytest.raises(Refused, match="there is no plan 99"):
        moving.move(flooded, 99, "base/LCH", place, 1)
    with pytest.raises(Refused, match="does not know that place"):
        moving.move(flooded, first.plan_id, "base/LCH", "nowhere", 1)


def test_a_draft_that_is_put_away_stays_for_the_review(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    moving.put_away(flooded, draft.plan_id)
    assert allocation.latest_draft(flooded) is None
    assert [p["state"] for p in allocation.every_plan(flooded)] == ["withdrawn"]
    assert "allocation.put_away" in {e.action for e in journal_entries(flooded)}
    with pytest.raises(Refused, match="not a draft"):
        moving.put_away(flooded, draft.plan_id)


def test_a_plan_is_asked_about_with_the_worths_it_was_made_with(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    kept = stored(flooded, draft.plan_id)
    worths = {c["cell_id"]: c["worths"] for c in kept["body"]["cells"]}  # type: ignore[index]
    assert worths == {c.cell_id: [list(w) for w in c.worths] for c in draft.cells}
    assert any(worths.values())
    told = [str(sentence) for sentence in why(flooded, kept, draft.plan.assignments[0].adjuster_id)]
    assert "Instead at" in " ".join(told)


def test_who_is_kept_out_of_a_place_is_not_moved_there_and_who_said_so_is_named(flooded: Context) -> None:
    place = cell(flooded, allocation.propose(flooded).plan_id, GALVESTON)
    kept_out = [Pin(f"H-{n}", place, "must_not", "wang") for n in range(1, 4)]
    draft = allocation.propose(flooded, pins=kept_out)
    assert people(draft) == {HARRIS: 3, GALVESTON: 1}
    with pytest.raises(Refused, match=r"must work in .* \(chen said so\) and must not \(wang said so\)"):
        moving.move(flooded, draft.plan_id, f"region/{HARRIS}", place, 1)
    with pytest.raises(Refused, match="wang said so"):
        allocation.propose(flooded, pins=[*kept_out, Pin("H-1", place, "must", "chen")])
    again = moving.move(flooded, draft.plan_id, f"region/{GALVESTON}", cell(flooded, draft.plan_id, HARRIS), 1)
    assert [p["by"] for p in stored(flooded, again.plan_id)["body"]["pins"] if p["kind"] == "must_not"] == ["wang"] * 3
