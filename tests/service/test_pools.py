"""A house's own tables go in, come out the same, and never pull anybody or anything from under those who need it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from emergency.domain.incident import Incident
from emergency.library.faults import FileFaults
from emergency.service import goods
from emergency.service.context import Context
from emergency.service.goods_items import items
from emergency.service.pools import export, load, workbook
from emergency.store import plans, pool

TABLES = {
    "bases.csv": "base_id,name,name_zh,region,lon,lat\nHOU,Houston,休斯敦,48201,-95.4,29.8\n",
    "adjusters.csv": "adjuster_id,name,base_id,skills,licences,slots,language\nN-1,Nia,HOU,home;property,LA;TX,2,en\n",
    "stock.csv": "depot,kind,total\nHOU,generator,7\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_tables_go_in_and_come_out_the_same(ctx: Context, folder: Path, tmp_path: Path) -> None:
    found = load(ctx, folder)
    assert (found.bases, found.adjusters, found.goods, found.synthetic) == (1, 1, 1, False)
    out = tmp_path / "out"
    export(ctx, out)
    written = {name: (out / name).read_text("utf-8-sig").replace("\r\n", "\n") for name in TABLES}
    assert written["bases.csv"] == TABLES["bases.csv"]
    assert written["stock.csv"] == "depot,kind,total,reorder_at,out_of_service\nHOU,generator,7,,0\n"
    with (out / "adjusters.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    wanted = {"adjuster_id": "N-1", "skills": "home;property", "licences": "LA;TX", "slots": "2", "authority": ""}
    assert row | wanted | {"status": "available", "origin": "own"} == row
    assert [(s.kind, s.balance.total) for s in goods.shelves(ctx)] == [("generator", 7)]
    assert goods.unbalanced(ctx) == []


LISTED = {
    "stock.csv": "depot,kind,total,reorder_at,out_of_service\nHOU,drone,3,2,1\nHOU,first_aid_kit,40,,0\n",
    "items.csv": """depot,kind,item,count,expires_on,test_due_on
HOU,drone,SN-1,1,,2018-01-15
HOU,first_aid_kit,B-7,40,2018-06-30,
""",
}


def test_numbers_days_reorder_points_and_what_is_out_of_service_go_in_and_come_out_the_same(
    ctx: Context, folder: Path, tmp_path: Path
) -> None:
    for name, text in LISTED.items():
        (folder / name).write_text(text, encoding="utf-8")
    load(ctx, folder)
    out = tmp_path / "out"
    export(ctx, out)
    assert {name: (out / name).read_text("utf-8-sig").replace("\r\n", "\n") for name in LISTED} == LISTED
    load(ctx, out)
    drones, _ = goods.shelves(ctx)
    assert (drones.balance.available, drones.balance.out_of_service, drones.reorder_at) == (2, 1, 2)
    assert [row["item"] for row in items(ctx)] == ["SN-1", "B-7"]
    assert goods.unbalanced(ctx) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("B-7,40", "B-7,41", "items.csv:3: count: 41 are more than the 40 in stock at HOU"),
        ("2018-06-30", "soon", "items.csv:3: expires_on: 'soon' is no day"),
        ("first_aid_kit,B-7,40", "drone,SN-1,1", "items.csv:3: item: drone SN-1 is there twice"),
        ("3,2,1", "3,2,4", "stock.csv:2: out_of_service: '4' is not a number from 0 to 3"),
    ],
)
def test_more_pieces_than_there_are_and_wrong_days_are_named(
    ctx: Context, folder: Path, old: str, new: str, said: str
) -> None:
    for name, text in LISTED.items():
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(FileFaults, match=said):
        load(ctx, folder)


def test_what_is_out_stays_and_is_named(ctx: Context, flood: Incident, folder: Path) -> None:
    number = goods.ask(ctx, flood.incident_id, "drone", 1, "48201")
    goods.step(ctx, number, "commit", version=1, depot="HOU")
    with ctx.store.write() as connection:
        plan = plans.add_draft(connection, shift="2017-08-30", based_on=None, created=ctx.now(), actor="x", body={})
        slot = {"adjuster_id": "H-1", "shift": "2017-08-30", "incident_id": flood.incident_id}
        slot |= {"region": "48201", "line": "property", "plan_id": plan, "cell_id": "c", "minutes": 0}
        plans.hold(connection, [slot])
    found = load(ctx, folder)
    assert found.kept == (
        ("H-1 Houston 1", "holds the shift of 2017-08-30"),
        ("HOU drone", "1 of them are committed or in transit; they stay in the books until they are back"),
    )
    with ctx.store.read() as connection:
        assert [row["adjuster_id"] for row in pool.adjusters(connection)] == ["H-1", "N-1"]
    assert [(s.kind, s.balance.total) for s in goods.shelves(ctx)] == [("drone", 3), ("generator", 7)]
    assert goods.unbalanced(ctx) == []


def test_a_base_off_the_map_and_a_broken_table_change_nothing(ctx: Context, folder: Path) -> None:
    (folder / "bases.csv").write_text(TABLES["bases.csv"].replace("48201", "410100"))
    with pytest.raises(FileFaults, match="bases.csv:2: region: '410100' is no region of the map us"):
        load(ctx, folder)
    (folder / "bases.csv").write_text(TABLES["bases.csv"])
    (folder / "stock.csv").write_text(TABLES["stock.csv"].replace(",7", ",seven"))
    with pytest.raises(FileFaults, match=r"stock.csv:2"):
        load(ctx, folder)
    assert [s.kind for s in goods.shelves(ctx)] == ["drone"]


def test_a_name_that_a_spreadsheet_would_run_is_written_disarmed(ctx: Context, folder: Path, tmp_path: Path) -> None:
    text = TABLES["adjusters.csv"].replace("Nia", "=HYPERLINK(1)")
    (folder / "adjusters.csv").write_text(text)
    load(ctx, folder)
    export(ctx, tmp_path / "out")
    with (tmp_path / "out" / "adjusters.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["'=HYPERLINK(1)"]


MORE = "authority,origin,lender,lent_until,pattern,rest_until,status"
FULL = f"""adjuster_id,name,base_id,skills,licences,slots,language,{MORE}
X-1,Ana,HOU,property,TX,1,es,50000,mutual_aid,Gulf Mutual,2017-09-05,four_two,2017-08-30T08:00:00-05:00,available
"""


def test_what_a_list_says_beside_comes_in_and_goes_out_again(ctx: Context, folder: Path, tmp_path: Path) -> None:
    (folder / "adjusters.csv").write_text(FULL, encoding="utf-8")
    load(ctx, folder)
    with ctx.store.read() as connection:
        (one,) = pool.adjusters(connection)
    assert (one["authority_minor"], one["lender"], one["pattern"]) == (5_000_000, "Gulf Mutual", "four_two")
    out = tmp_path / "out"
    export(ctx, out)
    load(ctx, out)
    with ctx.store.read() as connection:
        assert pool.adjusters(connection) == [one]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mutual_aid", "friend", "use own, external, mutual_aid"),
        ("Gulf Mutual", "", "say who sends this person"),
        ("2017-09-05", "next week", "no day such as"),
        ("2017-08-30T08:00:00-05:00", "tomorrow", "no instant with its offset"),
        ("50000", "much", "is not a number"),
        ("50000", "", "authority: enter the authority limit they have in this house"),
        ("lent_until", "lent_till", "lent_till is no column of this table; lent_until is"),
    ],
)
def test_a_wrong_cell_of_a_list_is_named_with_what_is_allowed(
    ctx: Context, folder: Path, old: str, new: str, said: str
) -> None:
    (folder / "adjusters.csv").write_text(FULL.replace(old, new), encoding="utf-8")
    with pytest.raises(FileFaults, match=said):
        load(ctx, folder)


def test_a_turn_nobody_knows_is_refused_with_those_there_are(ctx: Context, folder: Path) -> None:
    (folder / "adjusters.csv").write_text(FULL.replace("four_two", "moonshine"), encoding="utf-8")
    with pytest.raises(FileFaults, match="'moonshine' is no turn; use one of weekdays"):
        load(ctx, folder)


def test_the_whole_pool_is_one_workbook_of_the_same_tables(ctx: Context, folder: Path, tmp_path: Path) -> None:
    for name, text in LISTED.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "adjusters.csv").write_text(TABLES["adjusters.csv"].replace("Nia", "=HYPERLINK(1)"))
    load(ctx, folder)
    out = tmp_path / "out"
    export(ctx, out)
    book = openpyxl.load_workbook(io.BytesIO(workbook(ctx)))
    assert book.sheetnames == ["bases", "adjusters", "stock", "items", "Notes on the columns"]
    for sheet in book.worksheets[:4]:
        with (out / f"{sheet.title}.csv").open(encoding="utf-8-sig", newline="") as file:
            written = list(csv.reader(file))
        assert [["" if c is None else str(c) for c in row] for row in sheet.iter_rows(values_only=True)] == written
    name = book["adjusters"]["B2"]
    assert (name.value, name.data_type) == ("'=HYPERLINK(1)", "s")
