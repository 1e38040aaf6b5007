"""Rejected rows as a file: safe to open, and ready to be mended and imported again."""

import csv
from pathlib import Path

import pytest

from emergency.intake.claims import Reject, write_rejects
from emergency.intake.rejects import guarded
from emergency.texts import Message, speaker
from tests.intake.files import read, write

HEADER = ("report_no", "loss_at", "place")


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_reject_is_written_with_its_row_field_reason_and_the_row_as_it_was(tmp_path: Path) -> None:
    found = read(write(tmp_path / "in.csv", HEADER, ("A", "2021-07-20", "x"), ("B", "never", "郑州")))
    out = tmp_path / "rejects.csv"
    write_rejects(out, found.rejects, found.header, speaker("en"))
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    header, row = rows_of(out)
    assert header == ["Data row", "Faulty field", "Why it was rejected", *HEADER]
    assert row[:2] == ["2", "loss_at"]
    assert row[2].startswith("the date never cannot be read")
    assert row[3:] == ["B", "never", "郑州"]


def test_the_reasons_are_written_in_the_reader_s_language(tmp_path: Path) -> None:
    found = read(write(tmp_path / "in.csv", HEADER, ("B", "", "")))
    write_rejects(tmp_path / "out.csv", found.rejects, found.header, speaker("zh_CN"))
    assert rows_of(tmp_path / "out.csv")[0][:3] == ["数据行号", "出错字段", "异常原因"]
    assert "loss_at" in rows_of(tmp_path / "out.csv")[1][2]
    assert "empty" not in rows_of(tmp_path / "out.csv")[1][2]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_mended_file_imports_and_the_rest_is_rejected_again(tmp_path: Path, language: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text("report_no,loss_at,place\nA,never,x\nB,2021-07-20\nC,2021-07-20,x,y\nD,,=1+1\n")
    first = read(path)
    assert [r.row for r in first.rejects] == [1, 2, 3, 4]
    out = tmp_path / "rejects.csv"
    write_rejects(out, first.rejects, first.header, speaker(language))
    out.write_text(out.read_text(encoding="utf-8-sig").replace("A,never", "A,2021-07-20"), encoding="utf-8-sig")
    second = read(out)
    assert second.column("report_no") == ["A"]
    assert second.codes == [(2, "ragged"), (3, "ragged"), (4, "missing")]
    write_rejects(tmp_path / "again.csv", second.rejects, second.header, speaker("zh_CN"))
    header, *_ = rows_of(tmp_path / "again.csv")
    assert header == ["数据行号", "出错字段", "异常原因", "report_no", "loss_at", "place"]
    third = read(tmp_path / "again.csv")
    assert third.codes == [(1, "ragged"), (2, "ragged"), (3, "missing")]


DANGEROUS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1+A1",
    "－1+A1",
    "＠SUM",
    " =1+1",
    "\u3000=1",
    "+86 call me",
    "-",
]
HARMLESS = ["-12.5", "+3", "-1,234.50", "+8613800001111", "+86 138 0000 1111", "1=1", "a@b", "", "'=1", "5%", "郑州"]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_a_cell_that_could_run_as_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == "'" + cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_numbers_phones_and_plain_text_are_left_alone(cell: str) -> None:
    assert guarded(cell) == cell


def test_every_cell_of_the_file_is_guarded(tmp_path: Path) -> None:
    reject = Reject(1, "=f", Message("=r"), "missing", {"=h": "=c", "h": "@d"})
    write_rejects(tmp_path / "out.csv", [reject], ["=h", "h"], speaker("en"))
    assert rows_of(tmp_path / "out.csv") == [
        ["Data row", "Faulty field", "Why it was rejected", "'=h", "h"],
        ["1", "'=f", "'=r", "'=c", "'@d"],
    ]


def test_a_guarded_cell_is_read_back_as_it_was_meant(tmp_path: Path) -> None:
    header = ("report_no", "loss_at", "place")
    rows = [(guarded(cell) + "9", "2021-07-20", guarded("=x")) for cell in ("=A", "@B", "+C", "'D")]
    found = read(write(tmp_path / "c.csv", header, *rows))
    assert found.column("report_no") == ["=A9", "@B9", "+C9", "'D9"]
    assert found.column("place") == ["=x"] * 4
