"""Standing words of a coordinator become pins on the cells there are."""

from __future__ import annotations

import pytest

from emergency.domain.allocation import TravelTable, allocate
from emergency.domain.allocation.instructions import Instruction, joined, pins_of
from emergency.domain.allocation.pool import AtLeast, Cell, Pin
from tests.domain.allocation.worlds import adjuster

ROADS = TravelTable({("north", "south"): 30, ("south", "north"): 30})


def cell(mark: str = "", slots: int = 2, incident: str = "F", region: str = "north", **more: object) -> Cell:
    return Cell(f"{incident}/{region}/motor{mark}", incident, region, "motor", "", slots, **{"priority": 2} | more)  # type: ignore[arg-type]


def word(kind: str, who: str = "", people: int = 0, region: str = "north") -> Instruction:
    return Instruction(region, "motor", kind, who, people, "wang", "because")  # type: ignore[arg-type]


def test_kept_out_is_out_of_every_cell_of_the_place_and_of_no_other() -> None:
    cells = [cell(), cell("@5000", above_minor=500_000), cell("+ahead"), cell(region="south")]
    assert pins_of([word("must_not", "ann")], cells) == tuple(
        Pin("ann", c.cell_id, "must_not", "wang") for c in cells[:3]
    )


def test_whoever_must_work_there_goes_to_the_most_urgent_incident_for_its_ordinary_claims() -> None:
    cells = [cell("@5000", incident="A", above_minor=500_000), cell(incident="A"), cell(incident="B", priority=1)]
    assert pins_of([word("must", "ann")], cells) == (Pin("ann", "B/north/motor", "must", "wang"),)
    assert pins_of([word("must", "ann")], cells[:2]) == (Pin("ann", "A/north/motor", "must", "wang"),)
    assert pins_of([word("must", "ann")], []) == ()


@pytest.mark.parametrize(("people", "shares"), [(1, [1]), (2, [2]), (3, [2, 1]), (9, [2, 2])])
def test_so_many_at_least_are_counted_over_the_posts_and_never_beyond_what_is_asked(
    people: int, shares: list[int]
) -> None:
    cells = [cell("@5000", above_minor=500_000), cell()]
    found = pins_of([word("at_least", people=people)], cells)
    assert [(p.cell_id[-5:], p.slots) for p in found if isinstance(p, AtLeast)] == [
        *zip(("motor", "@5000"), shares, strict=False)
    ]


def test_a_plan_keeps_to_them() -> None:
    cells = [cell(slots=1), cell(slots=1, region="south", priority=1)]
    pool = [adjuster("ann", "south"), adjuster("bob", "south")]
    out = pins_of([word("must_not", "ann"), word("must_not", "bob")], cells)
    assert {a.cell_id for a in allocate(pool, cells, ROADS, pins=out).assignments} == {"F/south/motor"}
    least = pins_of([word("at_least", people=1)], cells)
    assert {a.cell_id for a in allocate(pool[:1], cells, ROADS, pins=least).assignments} == {"F/north/motor"}


def test_what_a_plan_and_a_standing_word_both_say_stands_once() -> None:
    pin = Pin("ann", "F/north/motor", "must", "chen")
    assert joined([pin], [Pin("ann", "F/north/motor", "must", "wang"), AtLeast("c", 1)]) == [pin, AtLeast("c", 1)]
