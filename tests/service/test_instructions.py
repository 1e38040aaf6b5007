"""Standing instructions: kept with who and why, held by every proposal, never against each other, taken back."""

from __future__ import annotations

import pytest

from emergency.domain.incident import Incident
from emergency.service import allocation, moving
from emergency.service.context import Context, Refused
from emergency.service.importing import receive
from emergency.service.instructions import instruct, instructions, take_back
from emergency.service.planning import why
from emergency.service.records import journal_entries
from tests.service.test_moving import GALVESTON, HARRIS, cell, people, stored
from tests.service.worlds import claims


@pytest.fixture
def flooded(ctx: Context, flood: Incident) -> Context:
    receive(ctx, claims(HARRIS, 20), source="s", incident_id=flood.incident_id)
    receive(ctx, claims(GALVESTON, 20), source="s", incident_id=flood.incident_id)
    return ctx


def line(ctx: Context) -> str:
    return cell(ctx, allocation.propose(ctx).plan_id, HARRIS).split("/")[2]


def test_kept_out_of_a_place_nobody_is_sent_there_until_it_is_taken_back(flooded: Context) -> None:
    what = line(flooded)
    for n in range(1, 5):
        instruct(flooded, HARRIS, what, "must_not", "quarrel with the agents there", adjuster_id=f"H-{n}")
    draft = allocation.propose(flooded)
    assert HARRIS not in people(draft)
    shown = stored(flooded, draft.plan_id)
    assert len(shown["body"]["instructed"]) >= 4  # type: ignore[index]
    assert why(flooded, shown, draft.plan.assignments[0].adjuster_id)
    for one in instructions(flooded):
        take_back(flooded, one)
    assert people(allocation.propose(flooded)) == {HARRIS: 2, GALVESTON: 2}
    assert [e.action for e in journal_entries(flooded)].count("pool.instruction") == 8


def test_at_least_so_many_stay_in_a_place_and_a_move_by_hand_keeps_to_it(flooded: Context) -> None:
    what = line(flooded)
    instruct(flooded, GALVESTON, what, "at_least", "the mayor was promised three", people=3)
    draft = allocation.propose(flooded)
    assert people(draft) == {HARRIS: 1, GALVESTON: 3}
    instruct(flooded, GALVESTON, what, "at_least", "now two", people=2)
    assert [(i.people, i.reason) for i in instructions(flooded)] == [(2, "now two")]


def test_who_must_work_somewhere_is_not_moved_elsewhere_by_hand(flooded: Context) -> None:
    what = line(flooded)
    instruct(flooded, HARRIS, what, "must", "knows the town", adjuster_id="H-1")
    draft = allocation.propose(flooded)
    at = {a.adjuster_id: a.cell_id for a in draft.plan.assignments}
    assert f"/{HARRIS}/" in at["H-1"]
    place = cell(flooded, draft.plan_id, GALVESTON)
    assert "H-1" not in dict(moving.able(flooded, stored(flooded, draft.plan_id), ["H-1", "H-2", "H-3"], place))
    again = moving.move(flooded, draft.plan_id, f"region/{HARRIS}", place, 1)
    assert f"/{HARRIS}/" in {a.adjuster_id: a.cell_id for a in again.plan.assignments}["H-1"]
    assert moving.unmet(again) == ()


def test_a_word_given_after_a_plan_does_not_spoil_a_move_from_it(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    at = {a.adjuster_id: a.cell_id for a in draft.plan.assignments}
    here = next(who for who, where in sorted(at.items()) if f"/{HARRIS}/" in where)
    instruct(flooded, HARRIS, line(flooded), "must_not", "ill at ease there", adjuster_id=here)
    moved = moving.move(flooded, draft.plan_id, f"region/{HARRIS}", cell(flooded, draft.plan_id, GALVESTON), 1)
    assert f"/{HARRIS}/" not in {a.adjuster_id: a.cell_id for a in moved.plan.assignments}.get(here, "")


def test_what_cannot_be_is_refused_and_a_contradiction_names_who_said_the_other(flooded: Context) -> None:
    what = line(flooded)
    instruct(flooded, HARRIS, what, "must", "knows the town", adjuster_id="H-1")
    refusals = [
        (
            {"region": HARRIS, "kind": "must_not", "adjuster_id": "H-1", "reason": "x"},
            "contradicts what chen said of H-1",
        ),
        ({"region": GALVESTON, "kind": "must", "adjuster_id": "H-1", "reason": "x"}, "knows the town"),
        ({"region": HARRIS, "kind": "must", "adjuster_id": "X-9", "reason": "x"}, "of the roster"),
        ({"region": HARRIS, "kind": "at_least", "people": 0, "reason": "x"}, "1 or more"),
        ({"region": "00000", "kind": "must", "adjuster_id": "H-2", "reason": "x"}, "not on this map"),
        ({"region": HARRIS, "kind": "must", "adjuster_id": "H-2", "reason": " "}, "say why"),
        ({"region": HARRIS, "kind": "may", "adjuster_id": "H-2", "reason": "x"}, "one of: must_not, must, at_least"),
    ]
    for said, text in refusals:
        with pytest.raises(Refused, match=text):
            instruct(flooded, line=what, **said)  # type: ignore[arg-type]
    (one,) = instructions(flooded)
    take_back(flooded, one)
    with pytest.raises(Refused, match="changed or taken back"):
        take_back(flooded, one)
