"""Cells of a list of people and goods as people write them: taken as meant, warned of, or refused with the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emergency.service import people_entry
from emergency.service.context import Context
from emergency.service.people_entry import Person
from emergency.service.pool_take import Preview, look_at, take
from emergency.texts import speaker

List = Callable[..., Preview]


@pytest.fixture
def listed(ctx: Context, tmp_path: Path) -> List:
    """``listed("adjusters", head, row, …)``: what a part of a list would change."""

    def made(table: str, *lines: str) -> Preview:
        path = tmp_path / f"{table}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return look_at(ctx, [path], whole=False)

    return made


def said(found: Preview) -> list[str]:
    chinese = speaker("zh_CN")
    every = [*found.warnings, *(fault.message for fault in found.faults)]
    assert all(chinese(one) != str(one) for one in every)
    return [*map(str, found.warnings), *map(str, found.faults)]


@pytest.mark.parametrize("cell", ["tx", " TX", "t x", "ＴＸ", "Texas", "texas; TX"])
def test_a_licence_is_the_map_s_own_letters_however_it_is_written(ctx: Context, listed: List, cell: str) -> None:
    found = listed("adjusters", "adjuster_id,name,base_id,skills,licences", f"H-8,Ida New,HOU,property,{cell}")
    assert said(found) == []
    take(ctx, found)
    assert {m.person.licences for m in people_entry.members(ctx) if m.person.adjuster_id == "H-8"} == {("TX",)}


def test_a_licence_that_no_region_asks_for_is_a_warning_and_one_that_stood_there_is_not(
    ctx: Context, listed: List
) -> None:
    head = "adjuster_id,name,base_id,skills,licences"
    found = listed("adjusters", head, "H-8,Ida New,HOU,property,ZZ;TX", "H-1,Houston 1,HOU,property,zz")
    assert said(found) == [
        "No region of this map asks for the licence ZZ: H-8. It opens nothing here; check it.",
        "No region of this map asks for the licence zz: H-1. It opens nothing here; check it.",
    ]
    take(ctx, found)
    assert said(listed("adjusters", head, "H-8,Ida Newer,HOU,property,ZZ;TX")) == []


def test_a_licence_entered_by_hand_is_the_map_s_own_letters_too(ctx: Context) -> None:
    pat = Person("P-1", "Pat", "HOU", ("motor",), ("tx", "ZZ"))
    people_entry.enter(ctx, pat)
    assert people_entry.unasked_licences(ctx, pat) == ("ZZ",)
    (found,) = [m for m in people_entry.members(ctx) if m.person.adjuster_id == "P-1"]
    assert found.person.licences == ("TX", "ZZ")
    people_entry.change(ctx, Person("P-1", "Pat", "HOU", ("motor",), ("la",)), found.version)
    assert [m.person.licences for m in people_entry.members(ctx) if m.person.adjuster_id == "P-1"] == [("LA",)]
