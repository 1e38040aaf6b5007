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


@pytest.mark.parametrize(
    ("cell", "kept"), [("English", "en"), ("es;en", "es;en"), ("西班牙语、EN", "es;en"), ("ES / es", "es"), ("", "")]
)
def test_languages_are_codes_in_their_order_however_they_are_written(
    ctx: Context, listed: List, cell: str, kept: str
) -> None:
    found = listed("adjusters", "adjuster_id,name,base_id,skills,language", f"H-8,Ida New,HOU,property,{cell}")
    assert (said(found), [(c.after or {})["language"] for c in found.changes]) == ([], [kept])


def test_a_kind_of_one_s_own_is_taken_with_a_warning_that_names_the_nearest_usual_ones(
    ctx: Context, listed: List
) -> None:
    found = listed("stock", "depot,kind,total", "HOU,unicorn,2", "LCH,unicorn,1", "HOU,boat,1")
    (warning,) = said(found)
    assert warning.startswith(
        "'unicorn' is none of the usual kinds of goods and is taken as one of your own: HOU, LCH."
    )
    take(ctx, found)
    assert said(listed("stock", "depot,kind,total", "HOU,unicorn,3")) == []


def test_a_last_day_of_long_ago_is_a_slip_and_one_that_is_just_over_is_warned_of(ctx: Context, listed: List) -> None:
    head = "adjuster_id,name,base_id,skills,lent_until"
    (fault,) = said(listed("adjusters", head, "H-8,Ida New,HOU,property,1900-01-01"))
    assert fault.startswith("adjusters.csv:2: lent_until: 1900-01-01 is long past")
    over = listed("adjusters", head, "H-8,Ida New,HOU,property,2017-08-28", "H-9,Ben New,HOU,property,2017-08-29")
    assert said(over) == ["Here until a day that is over: H-8. They are proposed for nothing."]


@pytest.mark.parametrize(
    ("table", "head", "row", "field"),
    [
        ("adjusters", "adjuster_id,name,base_id,skills", "H-8,{long},HOU,property", "name"),
        ("bases", "base_id,name,region,lon,lat", "AUS,{long},48453,-97.7,30.3", "name"),
        ("items", "depot,kind,item,count", "HOU,drone,{long},1", "item"),
    ],
)
def test_a_text_longer_than_can_be_shown_is_refused_without_saying_it_again(
    listed: List, table: str, head: str, row: str, field: str
) -> None:
    assert said(listed(table, head, row.format(long="x" * 80))) == []
    (fault,) = said(listed(table, head, row.format(long="x" * 30_000)))
    assert fault == f"{table}.csv:2: {field}: has 30000 letters; 80 are the most that fit, shorten it"


def test_a_base_whose_coordinates_lie_in_another_region_is_warned_of(listed: List) -> None:
    head = "base_id,name,region,lon,lat"
    assert said(listed("bases", head, "AUS,Austin,48453,-97.7,30.3")) == []
    assert said(listed("bases", head, "AUS,Austin,48201,-97.7,30.3", "SEA,Sea,48201,-30,30")) == [
        "The coordinates of the base AUS lie in Travis, TX (48453), not in its region Harris, TX (48201);"
        " check which is right.",
        "The coordinates of the base SEA lie in no region of this map; check them.",
    ]


def test_a_limit_that_is_emptied_is_said_to_fall_away(ctx: Context, listed: List) -> None:
    head = "adjuster_id,name,base_id,skills,authority"
    take(ctx, listed("adjusters", head, "H-1,Houston 1,HOU,property,25000", "H-8,Ida New,HOU,property,"))
    assert said(listed("adjusters", head, "H-1,Houston 1,HOU,property,0")) == []
    assert said(listed("adjusters", head, "H-1,Houston 1,HOU,property,")) == [
        "The authority limit of H-1 falls away: whoever has none settles losses of any amount."
        " Enter 0 where they may settle nothing."
    ]


@pytest.mark.parametrize(
    ("cell", "kept"), [('"75,000"', "75000"), ("5万", "50000"), ("7.5 万元", "75000"), ("75000.00", "75000")]
)
def test_an_amount_is_read_as_the_forms_read_it(ctx: Context, listed: List, cell: str, kept: str) -> None:
    head = "adjuster_id,name,base_id,skills,authority"
    found = listed("adjusters", head, f"H-8,Ida New,HOU,property,{cell}")
    assert (said(found), [(c.after or {})["authority"] for c in found.changes]) == ([], [kept])


@pytest.mark.parametrize("cell", ['"75,00"', "7.00005万", "万", "much", "0.5", "9" * 30_000])
def test_an_amount_that_may_mean_two_things_is_not_guessed_at(listed: List, cell: str) -> None:
    (fault,) = said(
        listed("adjusters", "adjuster_id,name,base_id,skills,authority", f"H-8,Ida New,HOU,property,{cell}")
    )
    assert "is not a number from 0" in fault


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("HOU,drone,many,1", "stock.csv:2: total: 'many' is not a number from 0 to 1000000"),
        ("HOU,dronne,3,1", "stock.csv:2: kind: 'dronne' is no usual kind"),
        ("HOU,drone,1,0", "stock.csv:2: total: 1 are fewer than the 2 that are listed by number under pieces"),
    ],
)
def test_a_wrong_row_of_the_stock_is_the_only_one_that_is_blamed(
    ctx: Context, listed: List, row: str, fault: str
) -> None:
    take(ctx, listed("items", "depot,kind,item,count", "HOU,drone,SN-1,1", "HOU,drone,SN-2,1"))
    (found,) = said(listed("stock", "depot,kind,total,out_of_service", row))
    assert found.startswith(fault)


def test_pieces_that_are_added_beyond_the_total_are_blamed_themselves(ctx: Context, listed: List) -> None:
    (found,) = said(listed("items", "depot,kind,item,count", "HOU,drone,SN-1,4"))
    assert found.startswith("items.csv:2: count: 4 are more than the 3 in stock at HOU")


def test_pieces_counted_anew_are_not_too_many_of_a_total_that_cannot_be_read(ctx: Context, tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text("depot,kind,total\nHOU,drone,many\n", "utf-8")
    (tmp_path / "items.csv").write_text("depot,kind,item,count\nHOU,drone,SN-1,2\n", "utf-8")
    (fault,) = said(look_at(ctx, [tmp_path / "stock.csv", tmp_path / "items.csv"], whole=False))
    assert fault.startswith("stock.csv:2: total: 'many' is not a number")
