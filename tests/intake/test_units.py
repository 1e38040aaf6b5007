"""What a file says of the unit of its amounts, and that no mapping ever reads over it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from emergency.intake.faults import FileFault
from emergency.intake.units import Around, unit_in
from tests.intake.files import mapping, read

HEADER = "报案号,险种,出险时间,估损金额"
ROW = "A1,车险,2021-07-20 08:00,1.5"


def said(*titles: str) -> list[tuple[float, str]]:
    return [(one.factor, one.code) for one in Around(titles).stated if one.sized]


def file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "c.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("title", "factor", "currency"),
    [
        ("单位：万元", 1e4, ""),
        ("单位:万元 制表人：张三", 1e4, ""),
        ("河南分公司报案清单（单位：亿元）", 1e8, ""),
        ("金额单位：人民币万元", 1e4, "CNY"),
        ("单位：人、公顷、万元", 1e4, ""),
        ("本表金额均为千元。", 1e3, ""),
        ("以万元为单位", 1e4, ""),
        ("單位：萬元", 1e4, ""),
        ("Unit: RMB 10,000", 1e4, "CNY"),
        ("Amounts are in thousands of US dollars", 1e3, "USD"),
        ("Figures in $000s unless stated", 1e3, "USD"),
        ("in millions", 1e6, ""),
        ("(amounts in thousand USD)", 1e3, "USD"),
        ("All figures in million US dollars.", 1e6, "USD"),
    ],
)
def test_a_line_over_the_table_says_the_unit_in_many_ways(title: str, factor: float, currency: str) -> None:
    assert said(title) == [(factor, currency)]


@pytest.mark.parametrize(
    "title",
    [
        "填报单位：河南分公司",
        "截至7月21日 报损1.2亿元",
        "金额 300万元",
        "币种：人民币",
        "单位：户、公顷",
        "12000",
        "Total 10,000",
    ],
)
def test_a_line_that_only_mentions_money_says_no_unit(title: str) -> None:
    assert said(title) == []


@pytest.mark.parametrize("title", ["河南分公司,单位：万元", "金额单位：亿元", "All amounts in thousands"])
def test_a_unit_over_the_header_that_the_mapping_does_not_have_refuses_the_file(tmp_path: Path, title: str) -> None:
    with pytest.raises(
        FileFault, match="but mapping zh-common reads 估损金额 in yuan: have a mapping proposed"
    ) as fault:
        read(file(tmp_path, title, HEADER, ROW), "zh-common")
    assert title.split(",")[-1].removeprefix("All amounts ") in str(fault.value)
    assert "emergency claims propose" in str(fault.value)


def test_a_unit_over_the_header_that_agrees_changes_nothing(tmp_path: Path) -> None:
    found = read(file(tmp_path, "金额单位：元", HEADER, ROW), "zh-common")
    assert found.column("estimated_minor") == [150]


def test_a_column_s_own_word_wins_over_the_line_above(tmp_path: Path) -> None:
    found = read(file(tmp_path, "单位：万元", HEADER + "（元）", ROW), "zh-common")
    assert found.column("estimated_minor") == [150]
    with pytest.raises(FileFault, match="column 估损金额（万） is in 万, but"):
        read(file(tmp_path, "单位：元", HEADER + "（万）", ROW), "zh-common")


def test_a_row_of_units_under_the_header_is_the_columns_own_word(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="column 估损金额 is in .*万元.*, but mapping zh-common reads it in yuan"):
        read(file(tmp_path, HEADER, ",,,（万元）", ROW), "zh-common")


def test_a_currency_over_the_header_is_held_against_the_mapping_s(tmp_path: Path) -> None:
    wan = mapping("zh-common", columns={**mapping("zh-common").columns})
    assert read(file(tmp_path, "币种：人民币", HEADER, ROW), wan).rows == 1
    with pytest.raises(FileFault, match="美元"):
        read(file(tmp_path, "币种：美元", HEADER, ROW), wan)


def test_a_workbook_with_its_unit_in_a_merged_title_is_refused_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["D2"] = "“7·20”报案清单", "单位：万元"
    sheet.merge_cells("A1:D1")
    for at, (name, cell) in enumerate(zip(HEADER.split(","), ROW.split(","), strict=True), 1):
        sheet.cell(3, at, name)
        sheet.cell(4, at, cell)
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(FileFault, match="“单位：万元”"):
        read(tmp_path / "c.xlsx", "zh-common")


def test_a_word_agrees_with_its_unit_and_no_other() -> None:
    word = unit_in("损失(万元)")
    assert word is not None
    assert [unit for unit in ("minor", "yuan", "thousand", "wan", "yi") if word.agrees(unit, "CNY")] == ["wan"]
    dollars = unit_in("Loss ($000s)")
    assert dollars is not None
    assert dollars.agrees("thousand", "USD")
    assert not dollars.agrees("thousand", "CNY")
