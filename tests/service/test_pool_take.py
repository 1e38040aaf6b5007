"""A workbook of the pool is changed by hand and brought in: seen first, taken over whole, taken back."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from emergency.domain.incident import Incident
from emergency.service import goods, people_entry, pool_take
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.goods_items import items, put_item
from emergency.service.pool_take import Preview, compare, look_at, take, take_back
from emergency.service.pools import load, workbook
from emergency.service.records import journal_entries
from emergency.store import plans
from emergency.texts import speaker

Edit = Callable[[Any], None]
LANGUAGES = ("en", "zh_CN")


@pytest.fixture
def book(ctx: Context, tmp_path: Path) -> Callable[..., Path]:
    """The download as somebody has changed it: ``book(edit, language="en")``."""

    def made(edit: Edit = lambda book: None, language: str = "en") -> Path:
        found = openpyxl.load_workbook(io.BytesIO(workbook(ctx, language)))
        edit(found)
        path = tmp_path / "pool.xlsx"
        found.save(path)
        return path

    return made


@pytest.fixture(autouse=True)
def listed(ctx: Context) -> None:
    """One of the three drones is listed by its number."""
    put_item(ctx, "HOU", "drone", "SN-1", test_due_on="2017-12-01")


def place(sheet: Any, key: str, head: str) -> Any:
    heads = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if key in [cell.value for cell in row])
    return row[heads.index(head)]


def people(ctx: Context) -> dict[str, str]:
    return {m.person.adjuster_id: m.person.name for m in people_entry.members(ctx)}


def drones(ctx: Context) -> tuple[int, int, int, int, int]:
    (shelf,) = [s for s in goods.shelves(ctx) if s.kind == "drone"]
    b = shelf.balance
    return (b.total, b.available, b.committed, b.in_transit, b.out_of_service)


def edited(book: Any) -> None:
    """Two new people, one limit, one skill, one person fewer, one drone fewer."""
    sheet = book["adjusters"]
    place(sheet, "H-1", "authority").value = 80_000
    place(sheet, "H-2", "skills").value = "motor; Property"
    sheet.delete_rows(place(sheet, "H-4", "name").row)
    sheet.append(["H-8", "Ida New", "HOU", "property", "TX", 1, "en"])
    sheet.append(["H-9", "Ben New", "Houston", "motor", "", None, "es"])
    place(book["stock"], "drone", "total").value = 2


def hold(ctx: Context, flood: Incident, who: str, shift: str) -> None:
    """Somebody is in a plan for a shift."""
    with ctx.store.write() as connection:
        plan = plans.add_draft(connection, shift=shift, based_on=None, created=ctx.now(), actor="x", body={})
        slot: dict[str, Any] = {"adjuster_id": who, "shift": shift, "incident_id": flood.incident_id, "region": "48201"}
        plans.hold(connection, [slot | {"line": "property", "plan_id": plan, "cell_id": "c", "minutes": 0}])


def what(found: Preview) -> list[tuple[str, str, str]]:
    return [(c.table, " ".join(c.key), c.what) for c in found.changes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_download_brought_in_unchanged_changes_nothing(
    ctx: Context, book: Callable[..., Path], language: str
) -> None:
    before = len(list(journal_entries(ctx)))
    found = look_at(ctx, [book(language=language)])
    assert (found.changes, found.stays, found.faults, found.listed.notes) == ((), (), (), ())
    assert take(ctx, found).changes == ()
    assert len(list(journal_entries(ctx))) == before


def test_what_would_change_is_said_field_by_field_and_nothing_is_written(
    ctx: Context, book: Callable[..., Path]
) -> None:
    found = look_at(ctx, [book(edited)])
    assert found.faults == ()
    assert what(found) == [
        ("adjusters", "H-1", "changed"),
        ("adjusters", "H-2", "changed"),
        ("adjusters", "H-4", "gone"),
        ("adjusters", "H-8", "new"),
        ("adjusters", "H-9", "new"),
        ("stock", "HOU drone", "changed"),
    ]
    assert found.changes[0].fields == (("authority", "", "80000"),)
    assert found.changes[1].fields == (("skills", "property", "motor;property"),)
    assert found.changes[-1].fields == (("total", "3", "2"),)
    assert set(people(ctx)) == {"H-1", "H-2", "H-3", "H-4", "L-1"}


def test_what_was_seen_is_taken_over_and_taken_back_as_it_was(ctx: Context, book: Callable[..., Path]) -> None:
    before = people_entry.members(ctx)
    taken = take(ctx, look_at(ctx, [book(edited)]))
    assert set(people(ctx)) == {"H-1", "H-2", "H-3", "H-8", "H-9", "L-1"}
    found = {m.person.adjuster_id: m.person for m in people_entry.members(ctx)}
    assert (found["H-1"].authority_minor, found["H-9"].base_id, found["H-9"].language) == (8_000_000, "HOU", "es")
    assert drones(ctx) == (2, 2, 0, 0, 0)
    assert goods.unbalanced(ctx) == []
    assert goods.moves(ctx, "HOU", "drone")[-1]["note"] == "pool.xlsx"
    take_back(ctx, taken)
    assert [m.person for m in people_entry.members(ctx)] == [m.person for m in before]
    assert drones(ctx) == (3, 3, 0, 0, 0)
    assert goods.unbalanced(ctx) == []
    acts = [entry.action for entry in journal_entries(ctx)][:2]
    assert acts == ["pool.take.undo", "pool.take"]
    assert "Ida" not in "".join(entry.body for entry in journal_entries(ctx))


def test_a_chinese_sheet_says_skills_and_kinds_in_chinese_and_is_read_again(
    ctx: Context, book: Callable[..., Path]
) -> None:
    def edit(book: Any) -> None:
        sheet = book["人员名册"]
        assert place(sheet, "H-1", "技能").value == "财产险"
        place(sheet, "H-1", "技能").value = "财产险、车险"
        place(sheet, "H-1", "状态").value = "休班"
        sheet.append(["H-8", "欧阳修文", "Houston", "查勘", "", 1, "zh"])
        assert place(book["物资库存"], "无人机", "在库总数").value == 3

    found = look_at(ctx, [book(edit, "zh_CN")])
    assert [(f.path, f.line, f.column, f.field) for f in found.faults] == [("人员名册", 7, 4, "skills")]
    assert "车险、财产险" in speaker("zh_CN")(found.faults[0].message)

    def mended(book: Any) -> None:
        edit(book)
        place(book["人员名册"], "H-8", "技能").value = "车险"

    found = look_at(ctx, [book(mended, "zh_CN")])
    assert [c.fields for c in found.of("adjusters", "changed")] == [
        (("skills", "property", "motor;property"), ("status", "available", "off"))
    ]


FAULTS: Sequence[tuple[str, str, str, object, str]] = (
    ("adjusters", "H-1", "skills", "juggling", "adjusters:2: skills: 'juggling' is no skill; use motor"),
    ("adjusters", "H-1", "pattern_from", "next Friday", "adjusters:2: pattern_from: 'next Friday' is no day"),
    ("adjusters", "H-1", "base_id", "DAL", "adjusters:2: base_id: 'DAL' is no base"),
    ("adjusters", "H-1", "language", "elvish", "adjusters:2: “elvish” is no language"),
    ("adjusters", "H-1", "pattern", "moonshine", "adjusters:2: pattern: 'moonshine' is no turn"),
    ("adjusters", "H-1", "origin", "external", "adjusters:2: lender: say who sends this person"),
    ("adjusters", "H-1", "name", "#REF!", "adjusters:2: name: #REF! is the fault of a formula"),
    ("adjusters", "H-1", "name", "=A2&B2", "adjusters:2: name: the cell holds a formula whose result was not saved"),
    ("adjusters", "H-1", "name", "Houston 2", "adjusters:2: name: Houston 2 (own staff) is on the roster"),
    ("adjusters", "H-1", "adjuster_id", "h-1", "adjusters:2: adjuster_id: 'h-1' is written 'H-1' in the pool"),
    ("adjusters", "H-1", "adjuster_id", "H-2", "adjusters:3: adjuster_id: H-2 is there twice"),
    ("stock", "drone", "total", -1, "stock:2: total: '-1' is not a number"),
    ("stock", "drone", "total", 2.5, "stock:2: total: '2.5' is not a number"),
    ("stock", "drone", "kind", "dronne", "stock:2: kind: 'dronne' is no usual kind; drone is"),
    ("stock", "drone", "out_of_service", 4, "stock:2: out_of_service: '4' is not a number from 0 to 3"),
    ("items", "SN-1", "count", 4, "items:2: count: 4 are more than the 3 in stock at HOU"),
    ("bases", "HOU", "region", "999", "bases:2: region: '999' is no region of the map us"),
    ("bases", "HOU", "base_id", "XXX", "adjusters:2: base_id: 'HOU' is no base"),
)


@pytest.mark.parametrize(("sheet", "key", "head", "value", "said"), FAULTS)
def test_a_wrong_cell_is_named_by_sheet_row_and_column_and_nothing_is_taken_over(
    ctx: Context, book: Callable[..., Path], sheet: str, key: str, head: str, value: object, said: str
) -> None:
    found = look_at(ctx, [book(lambda b: setattr(place(b[sheet], key, head), "value", value))])
    assert any(str(fault).replace("language: ", "").startswith(said) for fault in found.faults), found.faults
    chinese = speaker("zh_CN")
    assert all(chinese(f.message) != str(f.message) for f in found.faults)
    assert found.changes == ()
    with pytest.raises(Refused, match=r"the list has \d+ faults?;"):
        take(ctx, found)


def test_days_of_the_spreadsheet_and_days_written_the_chinese_way_are_days(
    ctx: Context, book: Callable[..., Path]
) -> None:
    def edit(book: Any) -> None:
        place(book["adjusters"], "H-1", "lent_until").value = "2017年9月5日"
        place(book["adjusters"], "H-2", "lent_until").value = date(2017, 9, 6)
        place(book["adjusters"], "H-3", "rest_until").value = datetime(2017, 8, 30, 8)
        place(book["adjusters"], "H-4", "authority").value = "2017/9/7"

    found = look_at(ctx, [book(edit)])
    assert [(f.line, f.field) for f in found.faults] == [(5, "authority")]

    def mended(book: Any) -> None:
        edit(book)
        place(book["adjusters"], "H-4", "authority").value = 5

    found = look_at(ctx, [book(mended)])
    assert [c.fields[0][2] for c in found.changes] == ["2017-09-05", "2017-09-06", "2017-08-30T13:00:00+00:00", "5"]


def test_who_holds_a_shift_and_what_is_out_stays_though_the_list_does_not_name_it(
    ctx: Context, flood: Incident, book: Callable[..., Path]
) -> None:
    hold(ctx, flood, "L-1", "2017-08-30")
    number = goods.ask(ctx, flood.incident_id, "drone", 2, "48201")
    goods.step(ctx, number, "commit", version=1, depot="HOU")

    def edit(book: Any) -> None:
        book["adjusters"].delete_rows(place(book["adjusters"], "L-1", "name").row)
        book["bases"].delete_rows(place(book["bases"], "LCH", "name").row)
        book["stock"].delete_rows(2)
        book["stock"].append(["HOU", "boat", 1])

    found = look_at(ctx, [book(edit)])
    assert [(stay.table, stay.name, str(stay.why)) for stay in found.stays] == [
        ("adjusters", "L-1 Lake Charles 1", "holds the shift of 2017-08-30"),
        ("stock", "HOU drone", "2 of them are committed or in transit; they stay in the books until they are back"),
        ("bases", "LCH Lake Charles", "people or goods that stay are there"),
    ]
    assert what(found) == [("stock", "HOU boat", "new")]
    counted = look_at(ctx, [book(lambda b: setattr(place(b["stock"], "drone", "total"), "value", 1))])
    assert str(counted.faults[0]).startswith("stock:2: total: 1 are fewer than the 2 committed, 0 in transit")
    take(ctx, look_at(ctx, [book(lambda b: setattr(place(b["stock"], "drone", "total"), "value", 2))]))
    assert drones(ctx) == (2, 0, 2, 0, 0)
    assert goods.unbalanced(ctx) == []


def test_a_part_of_a_list_takes_nobody_off_where_it_is_said_to_be_one(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "adjusters.csv"
    path.write_bytes("人员编号,姓名,基地,技能\nH-8,王芳,HOU,车险\n".encode("gb18030"))
    assert what(look_at(ctx, [path], whole=False)) == [("adjusters", "H-8", "new")]
    assert len(look_at(ctx, [path]).of("adjusters", "gone")) == 5
    assert load(ctx, path, whole=False).new == 1
    assert len(people(ctx)) == 6


def test_columns_that_are_left_out_leave_what_they_would_say(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("adjuster_id,name,phone\nH-1,Houston One,713-555-0100\n", "utf-8")
    found = look_at(ctx, [path], whole=False)
    assert [c.fields for c in found.changes] == [(("name", "Houston 1", "Houston One"),)]
    assert [str(note) for note in found.listed.notes] == [
        "list.csv: not read, because the pool has no such columns: phone"
    ]


def test_a_pool_that_has_changed_since_is_not_written_over_and_it_is_said_who_and_what(
    ctx: Context, book: Callable[..., Path]
) -> None:
    found = look_at(ctx, [book(edited)])
    li = replace(ctx, actor=Actor("li.na", "Li Na", "coordinator"))
    people_entry.set_status(li, {"H-3": 1}, "off")
    with pytest.raises(Conflict, match=r"li\.na has changed the pool since this list was read \(H-3\)"):
        take(ctx, found)
    assert set(people(ctx)) == {"H-1", "H-2", "H-3", "H-4", "L-1"}
    again = compare(ctx, found.listed)
    assert ("adjusters", "H-3", "changed") in what(again)


def test_who_is_sent_out_after_the_preview_is_not_taken_off(
    ctx: Context, flood: Incident, book: Callable[..., Path]
) -> None:
    found = look_at(ctx, [book(edited)])
    hold(ctx, flood, "H-4", "2017-08-29")
    with pytest.raises(Conflict, match="H-4"):
        take(ctx, found)
    assert "H-4" in people(ctx) and "H-8" not in people(ctx)


def test_what_was_changed_again_since_is_not_taken_back(ctx: Context, book: Callable[..., Path]) -> None:
    taken = take(ctx, look_at(ctx, [book(edited)]))
    people_entry.set_status(ctx, {"H-8": 1}, "off")
    with pytest.raises(Conflict, match="H-8 has changed or is needed since"):
        take_back(ctx, taken)
    assert set(people(ctx)) == {"H-1", "H-2", "H-3", "H-8", "H-9", "L-1"}


def test_a_base_somebody_came_to_since_is_not_taken_back(ctx: Context, book: Callable[..., Path]) -> None:
    taken = take(ctx, look_at(ctx, [book(lambda b: b["bases"].append(["AUS", "Austin", "", "48453", -97.7, 30.3]))]))
    assert what_of(taken) == ["new"]
    people_entry.enter(ctx, people_entry.Person("P-1", "Pat", "AUS", ("motor",)))
    with pytest.raises(Conflict, match="AUS has changed or is needed"):
        take_back(ctx, taken)
    people_entry.remove(ctx, "P-1")
    take_back(ctx, taken)


def what_of(taken: pool_take.Taken) -> list[str]:
    return [change.what for change in taken.changes]


def test_pieces_come_and_go_by_their_numbers(ctx: Context, book: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        book["items"].delete_rows(2)
        book["items"].append(["HOU", "drone", "SN-7", 1, "", "2018-01-01"])
        book["items"].append(["HOU", "drone", "SN-8"])
        place(book["items"], "SN-8", "count").value = 2

    taken = take(ctx, look_at(ctx, [book(edit)]))
    assert [(row["item"], row["count"]) for row in items(ctx)] == [("SN-7", 1), ("SN-8", 2)]
    take_back(ctx, taken)
    assert [(row["item"], row["test_due_on"]) for row in items(ctx)] == [("SN-1", "2017-12-01")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"PK\x03\x04 no workbook", "a.xlsx is damaged or no Excel workbook"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "a.xlsx is an old or a locked workbook"),
        ("a.csv", b"\xff\xfe\x00\x00", "a.csv is neither a workbook nor a CSV file"),
        ("a.csv", b"who,what\nme,this\n", "no sheet of a.csv is a table of the pool"),
        ("a.csv", b"adjuster_id,name\n" + b"x,y\n" * 20_001, "more than 20,000 rows"),
        ("a.csv", b"adjuster_id" + b",x" * 101, "more than 20,000 rows or 100 columns"),
        ("a.csv", b'adjuster_id\n"' + b"x" * 140_000, "a.csv is no sound table from line 2 on"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(
    ctx: Context, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=said):
        look_at(ctx, [tmp_path / name])


def test_slips_in_headings_and_tables_that_stand_twice_are_faults(ctx: Context, book: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        book["adjusters"]["H1"].value = "registraton"
        book["adjusters"]["I1"].value = "name"
        book.copy_worksheet(book["stock"]).title = "库存"
        book["bases"]["A1"].value = "where"

    said = [str(fault) for fault in look_at(ctx, [book(edit)]).faults]
    assert "adjusters:1: registraton is no column of this table; registration is. Mend the heading" in said
    assert "adjusters:1: two columns are headed name; take one out" in said
    assert "库存: this table is there twice, in stock too; put the rows in one sheet" in said
    assert any(one.startswith("bases:1: this sheet has no column base_id") for one in said)


def test_whoever_watches_a_drill_takes_nothing_over(ctx: Context, book: Callable[..., Path]) -> None:
    watching = replace(ctx, may_act=False)
    with pytest.raises(Refused, match="you watch this drill"):
        take(watching, look_at(watching, [book(edited)]))
    assert "H-8" not in people(ctx)
