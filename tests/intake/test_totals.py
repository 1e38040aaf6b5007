"""The total row of a list is no claim: it is named, held against the rows, and neither counted nor rejected."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.intake.records import read_records
from emergency.intake.totals import is_label
from emergency.texts import speaker
from tests.intake.files import NOW_US, Reading, mapping, read, without_child, write

HEADER = ("报案号", "险种", "出险时间", "出险地点", "估损金额")
A = ("PA1", "车险", "2026-07-20", "郑州市", "12000.5")
B = ("PA2", "家财险", "2026-07-20", "新乡市", "8000")


def take(tmp_path: Path, *rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Reading:
    found = read(write(tmp_path / "c.csv", header, *rows), "zh-common")
    assert found.rows == len(found.claims) + len(found.duplicates) + len(found.rejects)
    return found


def said(found: Reading) -> list[tuple[str, int]]:
    return [(f.code, f.first_row) for f in found.flags]


@pytest.mark.parametrize("label", ["合计", "合 计：", "本页小计", "共计2笔", "Total", "Grand total:", "SUBTOTAL"])
def test_a_total_that_agrees_is_named_and_nothing_else(tmp_path: Path, label: str) -> None:
    found = take(tmp_path, A, B, (label, "", "", "", "20,000.50"))
    assert (found.rows, found.column("report_no"), found.rejects) == (2, ["PA1", "PA2"], [])
    assert said(found) == [("total_row", 3)]


@pytest.mark.parametrize("at", [1, 3])
def test_the_label_may_stand_in_any_column_and_other_flags_do_not_count_the_total(tmp_path: Path, at: int) -> None:
    total = tuple("合计" if i == at else "" for i in range(4))
    found = take(tmp_path, A, B, (*total, "20000.5"))
    assert said(found) == [("total_row", 3)]


def test_a_total_that_differs_names_both_figures_in_the_unit_of_the_file(tmp_path: Path) -> None:
    found = take(tmp_path, A, B, ("合计", "", "", "", "30000"))
    assert said(found) == [("total_row", 3), ("total_differs", 3)]
    assert (found.flags[1].field, found.flags[1].value) == ("估损金额", "30000")
    assert speaker("zh_CN")(found.flags[1].note).startswith("合计行写的是 30000，而其 2 行明细合计为 20,000.5")
    assert "says 30000, its 2 rows come to 20,000.5" in speaker("en")(found.flags[1].note)


def test_what_rounding_may_come_to_is_no_difference(tmp_path: Path) -> None:
    assert said(take(tmp_path, A, B, ("合计", "", "", "", "20001"))) == [("total_row", 3)]
    assert ("total_differs", 3) in said(take(tmp_path, A, B, ("合计", "", "", "", "20001.5")))


def test_subtotals_are_held_against_their_part_and_the_total_against_all(tmp_path: Path) -> None:
    parts = (A, ("车险小计", "", "", "", "12000.5"), B, ("家财险小计", "", "", "", "8000"))
    rows = (*parts, ("总计", "", "", "", "20000.5"))
    assert said(take(tmp_path, *rows)) == [("total_row", 2), ("total_row", 4), ("total_row", 5)]


def test_the_total_covers_rejected_and_repeated_rows_too(tmp_path: Path) -> None:
    rows = (A, A, ("PA3", "车险", "昨天", "郑州市", "1"), ("合计", "", "", "", "24002"))
    found = take(tmp_path, *rows)
    assert (found.rows, len(found.duplicates), found.codes) == (3, 1, [(3, "bad_date")])
    assert [code for code, _ in said(found)] == ["total_row"]


def test_the_sum_and_the_number_of_rows_are_of_the_same_rows(tmp_path: Path) -> None:
    """An amount nobody can read is in no sum, and the row it stands in is not counted among those that make it up."""
    unread = ("PA3", "车险", "2026-07-20", "郑州市", "待定损")
    found = take(tmp_path, A, B, unread, ("合计", "", "", "", "30000"))
    (flag,) = (f for f in found.flags if f.code == "total_differs")
    assert "says 30000, the 2 of its 3 rows whose figure could be read come to 20,000.5" in speaker("en")(flag.note)
    negative = ("PA3", "车险", "2026-07-20", "郑州市", "-0.5")  # refused, but the list's own total holds it
    assert said(take(tmp_path, A, B, negative, ("合计", "", "", "", "20000")))[-1][0] == "total_row"


@pytest.mark.parametrize(("cell", "differs"), [("2", False), ("3", True), ("", False)])
def test_a_count_is_compared_as_well(tmp_path: Path, cell: str, differs: bool) -> None:
    found = take(tmp_path, A, B, (cell, "合计", "", "", "20000.5"))
    assert [code for code, _ in said(found)] == ["total_row", *(["total_differs"] if differs else [])]
    found = take(tmp_path, A, B, ("合计5笔", "", "", "", ""))
    assert "5" in str(found.flags[1].note)


def test_a_short_total_row_is_one_too(tmp_path: Path) -> None:
    found = take(tmp_path, A, B, ("合计", "20000.5"))
    assert (found.rows, found.rejects, said(found)) == (2, [], [("total_row", 3)])


def test_sums_of_several_currencies_are_not_compared(tmp_path: Path) -> None:
    header = ("report_no", "loss_at", "currency", "estimated")
    rows = (("A1", "2026-07-20", "CNY", "1"), ("A2", "2026-07-20", "USD", "2"), ("Total", "", "", "9"))
    found = read(write(tmp_path / "c.csv", header, *rows), "plain")
    assert said(found) == [("total_row", 3)]


@pytest.mark.parametrize("cell", ["PA合计", "total loss", "总计划", "Totally", "合计科技有限公司", "subtotals of"])
def test_other_words_are_no_total(tmp_path: Path, cell: str) -> None:
    assert cell == "PA合计" or not is_label(cell)
    found = take(tmp_path, A, ("PA9", cell if cell != "PA合计" else "车险", "", "", "1"))
    assert found.codes[0][1] == "missing"


def test_a_claim_with_its_own_number_and_day_is_never_a_total(tmp_path: Path) -> None:
    found = take(tmp_path, A, ("PA2", "合计", "2026-07-21", "郑州市", "1"))
    assert "total_row" not in [code for code, _ in said(found)]
    assert found.rows == 2


def test_official_casualties_are_not_counted_twice_by_their_total(tmp_path: Path) -> None:
    header = ("地区", "死亡人数", "失踪人数", "截止时间")
    rows = (("郑州市", "25", "7", "2021-07-21"), ("新乡市", "3", "", "2021-07-21"), ("合计", "28", "8", "2021-07-21"))
    (chunk,) = read_records(write(tmp_path / "c.csv", header, *rows), mapping("zh-casualties"), now_us=NOW_US)
    assert (chunk.rows_read, chunk.rows["dead"].sum()) == (2, 28)
    assert [(f.code, f.field) for f in chunk.flags] == [("total_row", "地区"), ("total_differs", "失踪人数")]


def test_a_total_of_policies_is_no_region(tmp_path: Path) -> None:
    header = ("地区", "险种", "有效保单数", "保额")
    rows = (("郑州市", "车险", "10", "1.5"), ("合计", "", "10", "1.5"))
    (chunk,) = read_records(write(tmp_path / "c.csv", header, *rows), mapping("zh-policies"), now_us=NOW_US)
    assert (chunk.rows_read, chunk.rejects, [f.code for f in chunk.flags]) == (1, (), ["total_row"])


@given(st.lists(st.tuples(st.integers(0, 10**9), st.booleans()), min_size=1, max_size=30), st.integers(1, 7))
def test_whatever_the_parts_and_chunks_true_totals_agree_and_every_row_is_counted(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[int, bool]], size: int
) -> None:
    rows, part, whole = [], 0, 0
    for n, (minor, ends) in enumerate(parts):
        rows.append((f"PA{n}", "车险", "2026-07-20", "郑州市", f"{minor / 100:.2f}"))
        part, whole = part + minor, whole + minor
        if ends:
            rows.append(("小计", "", "", "", f"{part / 100:.2f}"))
            part = 0
    rows.append(("总计", "", "", "", f"{whole / 100:.2f}"))
    path = write(tmp_path_factory.mktemp("t") / "c.csv", HEADER, *rows)
    with without_child():
        found = read(path, "zh-common", chunk_rows=size)
    assert (found.rows, len(found.claims)) == (len(parts), len(parts))
    assert {f.code for f in found.flags} == {"total_row"}
    assert sum(f.rows for f in found.flags) == len(rows) - len(parts)
