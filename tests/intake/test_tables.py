"""Encodings, delimiters, quotes and damage: every file is read right, or refused with a reason."""

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from emergency.intake.faults import FileFault
from tests.intake.files import mapping, read, us, write

CHINESE = ("报案号", "险种", "出险时间", "出险地点")
ROW = ("甲1", "车险", "2021-07-20 14:30", "郑州㐂𠮷路")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_files_are_read_in_the_encodings_they_come_in(tmp_path: Path, encoding: str) -> None:
    found = read(write(tmp_path / "c.csv", CHINESE, ROW, encoding=encoding), "zh-common")
    assert found.column("report_no") == ["甲1"]
    assert found.column("place") == ["郑州㐂𠮷路"]


def test_a_big5_file_is_refused_and_not_read_as_mojibake(tmp_path: Path) -> None:
    header = ("報案號", "險種", "出險時間")
    path = write(tmp_path / "c.csv", header, ("甲1", "車險", "2021-07-20"), encoding="big5")
    with pytest.raises(FileFault, match="headers of mapping zh-common: 报案号.*reads Big5: 報案號 險種"):
        read(path, "zh-common")


def test_ascii_headers_prove_no_encoding(tmp_path: Path) -> None:
    """Big5 bytes are valid GB18030: with English headers nobody can tell them apart."""
    path = write(tmp_path / "c.csv", ("report_no", "loss_at", "place"), ("1", "2021-07-20", "車險"), encoding="big5")
    with pytest.raises(FileFault, match="not UTF-8 from line 2 .* say its encoding"):
        read(path)
    assert read(path, mapping("plain", encoding="big5")).column("place") == ["車險"]


def test_one_bad_byte_late_in_a_utf8_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", ("report_no", "loss_at"), *((str(i), "2021-07-20") for i in range(100_000)))
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"\xff,2021-07-20\n")
    with pytest.raises(FileFault, match=rf"not UTF-8 from line 100002 \(byte {size + 1}\) on"):
        read(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_found_by_the_headers(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f"report_no{delimiter}loss_at\nA{delimiter}2021-07-20\n")
    assert read(path).column("report_no") == ["A"]


def test_titles_above_the_header_are_skipped_and_rows_count_from_under_it(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("7月20日报案清单,,\n\n 报案号 ,出险时间（必填）,备注\nA,2021-07-20,\nB,,\n", encoding="utf-8")
    found = read(path, "zh-common")
    assert found.column("row") == [1]
    assert found.codes == [(2, "missing")]
    assert found.rejects[0].field == "出险时间（必填）"


def test_newlines_inside_cells_do_not_shift_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('report_no,place,loss_at\nA,"one\ntwo\r\nthree",2021-07-20\nB,x,\nC,"y\n",2021-07-20\n')
    found = read(path)
    assert found.column("row") == [1, 3]
    assert found.codes == [(2, "missing")]


def test_empty_lines_are_no_rows_but_empty_cells_are_one(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("report_no,loss_at\n\nA,2021-07-20\n\n\n,\nB,2021-07-20\n\n")
    found = read(path)
    assert found.rows == 3
    assert found.column("row") == [1, 3]
    assert found.codes == [(2, "missing")]


def test_rows_of_another_length_are_rejected_and_numbered(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("report_no,loss_at,place\nA,2021-07-20\nB,2021-07-20,x,,\nC,2021-07-20,x,y\nD,2021-07-20,z\n")
    found = read(path)
    assert found.column("report_no") == ["B", "D"]
    assert found.codes == [(1, "ragged"), (3, "ragged")]
    assert str(found.rejects[0].reason) == "the row has 2 cells where the header has 3"
    assert found.rejects[1].raw == {"report_no": "C", "loss_at": "2021-07-20", "place": "x", "+1": "y"}


def test_a_row_with_nul_bytes_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(b"report_no,loss_at\nA,2021-07-20\nB\0,2021-07-20\nC,2021-07-20\n")
    found = read(path)
    assert found.column("row") == [1, 3]
    assert found.codes == [(2, "nul")]


def test_an_overlong_cell_is_rejected_and_an_endless_line_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f"report_no,loss_at,place\nA,2021-07-20,{'x' * 200_000}\nB,2021-07-20,y\n")
    found = read(path)
    assert found.column("row") == [2]
    assert found.codes == [(1, "overlong_cell")]
    path.write_text(f"report_no,loss_at,place\nA,2021-07-20,{'x' * 1_200_000}\nB,2021-07-20,y\n")
    with pytest.raises(FileFault, match="row 2 is longer than a million characters"):
        read(path)


@pytest.mark.parametrize("rows", [1, 5, 50_000])
def test_a_quotation_mark_never_closed_is_not_allowed_to_swallow_rows(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "c.csv"
    path.write_text('report_no,loss_at\nA,2021-07-20\nB,"2021-07-20\n' + "C,2021-07-20\n" * rows)
    with pytest.raises(FileFault, match="quotation mark opened in row 3"):
        read(path)


def test_two_stray_quotation_marks_make_one_rejected_row_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('report_no,loss_at,place\nA,"2021-07-20,x\nB,2021-07-20,y\nC",2021-07-20,z\nD,2021-07-20,\n')
    found = read(path)
    assert found.codes == [(1, "ragged")]
    assert "runs over 3 lines" in str(found.rejects[0].reason)
    assert found.column("row") == [2]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "save it as .xlsx"),
        (b"PK\x03\x04 this is no archive", "damaged or no Excel workbook"),
        (
            b"name,town\nA,B\n",
            "Looked for: report_no / claim_no; loss_at / loss_time. First row of the file: name, town",
        ),
        (b"report_no,loss_at,report_no\nA,2021-07-20,B\n", "two columns are headed report_no"),
        (b"\n\n\n", "no header row"),
        (b"\xef\xbb\xbf", "no header row"),
        (b"\xff\xfe\x00", "no header row"),
    ],
)
def test_files_that_cannot_be_read_say_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(content)
    with pytest.raises(FileFault, match=says):
        read(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match=r"gone\.csv cannot be opened"):
        read(tmp_path / "gone.csv")


def test_a_header_that_names_another_unit_is_refused(tmp_path: Path) -> None:
    header = ("报案号", "出险时间", "估损金额(万元)")
    with pytest.raises(FileFault, match="is in 万元, but mapping zh-common reads it in yuan"):
        read(write(tmp_path / "c.csv", header, ("A", "2021-07-20", "3")), "zh-common")
    header = ("报案号", "出险时间", "估损金额（元）")
    found = read(write(tmp_path / "d.csv", header, ("A", "2021-07-20", "3")), "zh-common")
    assert found.column("estimated_minor") == [300]


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(("notes",))
    sheet = book.create_sheet("claims")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_from_the_sheet_that_has_the_headers(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "c.xlsx",
        ("报案清单",),
        ("报案号", "出险时间", "估损金额", "行政区划", "死亡人数"),
        (20210720001, datetime(2021, 7, 20, 14, 30), 1234.5, 410105, None),
        (None, None, None, None, None),
        ("B", "44397", "12元", "410105.0", 0),
        (1234567890123456789, datetime(2021, 7, 20), None, None, None),
        ("C", None, None, None, None),
    )
    found = read(path, "zh-common")
    assert found.column("report_no") == ["20210720001", "B"]
    assert found.column("loss_at") == [us("2021-07-20T14:30:00+08:00"), us("2021-07-20T00:00:00+08:00")]
    assert found.column("estimated_minor") == [123_450, 1_200]
    assert found.column("region_given") == ["410105", "410105"]
    assert found.column("dead") == [None, 0]
    assert found.codes == [(3, "rounded_number"), (4, "missing")]
    assert found.rows == 4


def test_a_workbook_that_unpacks_beyond_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(300):
            sheet.write(b"0" * (1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(FileFault, match="unpacks to more than 256 MB"):
        read(path)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("<html><body><table><tr><td>报案号</td></tr></table></body></html>", "HTML"),
        ("\n  <TABLE border=1><tr><td>报案号</td><td>出险时间</td></tr></TABLE>", "HTML"),
        ('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:x">', "XML"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related", "MHTML"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["报案清单.xls", "list.xlsx", "list.csv"])
def test_a_web_page_named_like_a_spreadsheet_is_called_one(
    tmp_path: Path, text: str, page: str, encoding: str, name: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    with pytest.raises(FileFault, match=rf"is a web page \({page}\).*open it in Excel, save it as \.xlsx"):
        read(path, "zh-common")


def test_a_cell_in_angle_brackets_is_no_web_page(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", ("<b>报案号", "出险时间", "报案号"), ("x", "2021-07-20", "A1"))
    assert read(path, "zh-common").column("report_no") == ["A1"]


def test_a_formula_without_a_saved_result_is_rejected_and_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    """As programs write workbooks that no spreadsheet has reckoned since."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append((*CHINESE, "估损金额"))
    sheet.append(("甲1", "车险", "2021-07-20 14:30", "郑州", "=3*1000"))
    sheet.append(("甲2", "车险", "2021-07-20 14:30", "郑州", 3000))
    sheet.append(("甲3", "车险", "=NOW()", "郑州", None))
    book.save(tmp_path / "c.xlsx")
    found = read(tmp_path / "c.xlsx", "zh-common")
    assert found.column("report_no") == ["甲2"]
    assert [(r.row, r.code, r.field) for r in found.rejects] == [(1, "formula", "估损金额"), (3, "formula", "出险时间")]
    assert "open the file in Excel, let it reckon, save it" in str(found.rejects[0].reason)
    assert "empty" not in str(found.rejects[1].reason)


def test_a_formula_nobody_reads_rejects_nothing_and_one_that_gave_nothing_is_empty(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append((*CHINESE, "备注", "估损金额"))
    sheet.append(("甲1", "车险", "2021-07-20 14:30", "郑州", "=A2", "=A3"))
    book.save(tmp_path / "raw.xlsx")
    with zipfile.ZipFile(tmp_path / "raw.xlsx") as old, zipfile.ZipFile(tmp_path / "c.xlsx", "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml"):
                body = body.replace(b'<c r="F2"', b'<c r="F2" t="str"')
                assert b't="str"' in body
            new.writestr(name, body)
    found = read(tmp_path / "c.xlsx", "zh-common")
    assert found.codes == []
    assert found.column("estimated_minor") == [None]


def test_a_workbook_of_many_rows_is_read_whole_also_where_no_limit_may_be_raised_again(tmp_path: Path) -> None:
    """12,000 rows are above 3 MB unpacked: the time allowed is set twice, and no ordinary user raises a hard limit."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["report_no", "loss_at", "place"])
    for number in range(12_000):
        sheet.append([f"C-{number:06d}", "2021-07-20 14:30:00", f"a place with a name that is long enough {number}"])
    book.save(tmp_path / "many.xlsx")
    assert len(read(tmp_path / "many.xlsx").column("report_no")) == 12_000
