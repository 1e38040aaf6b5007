"""Who signed a list stands under it as a row: it is no row of the list, and its names are in no receipt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.intake.footers import is_footer, unnamed
from emergency.intake.masking import scrub
from emergency.intake.records import read_records
from tests.intake.files import NOW_US, mapping, write
from tests.intake.test_totals import A, B, said, take

FOOTERS = (
    ("制表人：张三  审核：李四", "", ""),
    ("制表人：张三", "", "审核：李四"),
    ("制表人", "张三", "", "审核人", "李四"),
    ("制表：", "张三", "复核：", "李四"),
    ("单位负责人：王五 统计负责人：赵六 填表人：钱七 联系电话：0371-12345678 报出日期：2021年7月20日",),
    ("填报单位（盖章）：某某财险郑州分公司", "负责人：王五"),
    ("制表人 张三 审核 李四",),
    ("审核人(签字)：",),
    ("Prepared by: John Smith", "Checked by: A. Jones"),
)
ROWS = (
    ("", "审核", "2021-07-20 10:00"),  # a message that has lost its number
    ("A1", "审核"),
    ("", "车险", "2021-07-20", "审核：李四不同意，需补正"),
    ("负责人：王五", "BA001"),
    ("合计", "", "5"),
    ("日期：2021-07-20",),
    ("", "", ""),
)


@pytest.mark.parametrize("cells", FOOTERS)
def test_a_row_of_signatures_alone_is_a_footer(cells: tuple[str, ...]) -> None:
    assert is_footer(cells)


@pytest.mark.parametrize("cells", ROWS)
def test_a_row_that_says_anything_else_is_none(cells: tuple[str, ...]) -> None:
    assert not is_footer(cells)


@pytest.mark.parametrize("footer", [("制表人：张三  审核：李四", "", "", "", ""), ("制表：张三", "审核：李四")])
def test_a_footer_is_named_and_neither_counted_nor_rejected(tmp_path: Path, footer: tuple[str, ...]) -> None:
    """Whether the row is as wide as the others or shorter; a total above it is still held against the rows."""
    found = take(tmp_path, A, B, ("合计", "", "", "", "20000.5"), footer)
    assert (found.rows, found.column("report_no"), found.rejects) == (2, ["PA1", "PA2"], [])
    assert said(found) == [("total_row", 3), ("footer_row", 4)]
    told = found.flags[-1]
    assert all(name not in f"{told.value}{told.cells}{told.note}" for name in ("张", "李"))


def test_a_footer_of_counts_and_of_messages_is_no_row_either(tmp_path: Path) -> None:
    rows = [("郑州市", "3", "2026-07-20 12:00", "应急局"), ("填表人：张三", "", "", "审核：李四")]
    path = write(tmp_path / "c.csv", ("地区", "死亡人数", "截至时间", "发布单位"), *rows)
    (chunk,) = read_records(path, mapping("zh-casualties"), now_us=NOW_US)
    assert (chunk.rows_read, len(chunk.rows), chunk.rejects) == (1, 1, ())
    assert [f.code for f in chunk.flags] == ["footer_row"]


def test_names_behind_a_role_are_masked_wherever_they_stand() -> None:
    assert scrub("制表人：张三  审核：李四") == "制表人：张*  审核：李*"
    assert scrub("制表：张三审核：欧阳修文") == "制表：张*审核：欧***"
    assert scrub("报案人：王小明，车停路边") == "报案人：王**，车停路边"
    assert scrub("Prepared by: John Smith") == "Prepared by: J********"
    assert scrub("金水区：积水；联系电话：无") == "金水区：积水；联系电话：无"


@given(st.text(alphabet="制表人审核：: 张三李四，;\n01a", max_size=40))
def test_masking_never_lengthens_and_holds_still(text: str) -> None:
    once = unnamed(text)
    assert len(once) <= len(text)
    assert unnamed(once) == once
