"""Files the command line cannot take as they are: it says what was seen, and the command that helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency import bootstrap
from emergency.cli import main

HEADER = "报案号,险种,出险时间,出险地点,估损金额\n"
ROWS = "".join(f"A{n},车险,2021-07-20,郑州市金水区,{n}000\n" for n in range(1, 6))


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    bootstrap.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMERGENCY_HOME", str(folder))
        yield folder
    bootstrap.stop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "c.csv"


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(["claims", "import", *words]) == 2
    return capsys.readouterr().err


def test_without_a_mapping_the_ones_that_read_the_file_are_named(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADER + ROWS, encoding="gb18030")
    said = refused(capsys, str(file))
    assert f"`emergency claims import {file} --mapping zh-common`" in said
    assert f"`emergency claims propose {file}`" in said
    assert main(["claims", "import", str(file), "--mapping", "zh-common"]) == 0


def test_without_a_mapping_a_strange_file_is_sent_to_be_proposed(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("单据标识,类别,何时\nA1,车险,2021-07-20\n", encoding="utf-8")
    said = refused(capsys, str(file))
    assert "no other mapping does either" in said
    assert f"`emergency claims propose {file}` proposes one" in said


def test_our_own_columns_need_no_mapping_named(file: Path) -> None:
    file.write_text("report_no,loss_at\nP1,2021-07-20\n")
    assert main(["claims", "import", str(file)]) == 0
    file.write_text("report_no,kind,at,paid\nP1,paid,2021-07-21,5\n")
    assert main(["claims", "import", str(file), "--kind", "messages"]) == 0


def test_messages_without_a_mapping_are_named_with_their_kind(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("报案号,操作,操作时间,金额\nA1,支付,2021-07-22 10:00,9\n", encoding="utf-8")
    assert f"import {file} --mapping zh-messages --kind messages`" in refused(capsys, str(file))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>"),
        ("a.csv", b"\xef\xbb\xbf<?xml version='1.0'?><feed/>"),
        ("b.xml", b"report_no,loss_at\n"),
    ],
)
def test_xml_is_refused_by_name_and_sent_to_the_alerts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for words in ((str(path),), (str(path), "--mapping", "plain")):
        said = refused(capsys, *words)
        assert f"{name} is XML, no list of claims" in said
        assert "`emergency alerts import`" in said


def test_a_unit_that_contradicts_the_mapping_ends_with_both_units_and_the_remedy(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("报案清单,单位：万元\n" + HEADER + ROWS, encoding="utf-8")
    said = refused(capsys, str(file), "--mapping", "zh-common")
    assert "says “单位：万元”, but mapping zh-common reads 估损金额 in yuan" in said
    assert "`emergency claims propose FILE --save NAME`" in said
    assert main(["claims", "propose", str(file), "--save", "henan"]) == 0
    assert "estimated_minor  ← 估损金额  (102)  in wan, the file says “单位：万元”" in capsys.readouterr().out
    assert main(["claims", "import", str(file), "--mapping", "henan"]) == 0


# -- encodings ----------------------------------------------------------------------------------------


def test_one_cell_of_another_encoding_is_named_by_line_and_byte(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = (HEADER + ROWS + "B1,车险,2021-07-20,").encode()
    file.write_bytes(start + "二七区".encode("gb18030") + b",5\n")
    for words in ((str(file),), (str(file), "--mapping", "zh-common")):
        said = refused(capsys, *words)
        assert f"is UTF-8, but for 1 of its lines: the first is line 7 (byte {len(start) + 1})" in said
        assert "can be read as GB18030" in said
    assert main(["claims", "propose", str(file)]) == 2
    assert f"line 7 (byte {len(start) + 1})" in capsys.readouterr().err


def test_big5_is_shown_as_every_encoding_reads_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes("報案號,險種,出險時間\nA1,車險,2021-07-20\n".encode("big5"))
    said = refused(capsys, str(file), "--mapping", "zh-common")
    assert "is not UTF-8 (line 1, byte 1)" in said
    assert "Big5: 報案號 險種 出險時間" in said
    assert "--encoding" in said
    assert main(["claims", "propose", str(file)]) == 0
    assert "read as --encoding big5: 報案號 險種 出險時間" in capsys.readouterr().out


def test_an_import_takes_the_encoding_a_person_says(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = "report_no,loss_at,place\nE1,2021-07-20,"
    file.write_bytes(row.encode() + "臺北市".encode("big5") + b"\n")
    said = refused(capsys, str(file), "--mapping", "plain")
    assert f"is not UTF-8 from line 2 (byte {len(row) + 1}) on" in said
    assert main(["claims", "import", str(file), "--encoding", "big5", "--json"]) == 0
    assert '"encoding": "big5"' in capsys.readouterr().out
    file.write_bytes(row.encode() + b"\xff\xff\n")
    assert "is not BIG5: line 2 (byte" in refused(capsys, str(file), "--mapping", "plain", "--encoding", "big5")
