"""A script goes out as a spreadsheet and comes back as a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from emergency.bootstrap import Running
from emergency.service.context import Refused
from emergency.service.msel import read_msel, span, write_msel
from tests.documents.test_msel import at


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def sheet(running: Running, repository: Path, tmp_path: Path) -> tuple[Path, Path]:
    script, out = repository / "drills" / "harvey-2026.drill.yaml", tmp_path / "plan.xlsx"
    write_msel(running.content.library, script, out)
    return script, out


def change(path: Path, sheet: int, row: int, title: str, value: Any) -> None:
    found = openpyxl.load_workbook(path)
    at(found.worksheets[sheet], row, title).value = value
    found.save(path)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("script", sorted(Path("drills").glob("*.drill.yaml")), ids=lambda p: p.name)
def test_every_shipped_script_comes_back_byte_for_byte(
    running: Running, script: Path, language: str, tmp_path: Path
) -> None:
    write_msel(running.content.library, script, tmp_path / "m.xlsx", language)
    answer = read_msel(running.content.library, script, tmp_path / "m.xlsx")
    assert Path(answer["file"]).name == "m.drill.yaml"
    assert Path(answer["file"]).read_bytes() == script.read_bytes()
    assert (answer["changes"], answer["ignored"]) == ([], [])


def test_a_changed_time_and_text_change_only_their_lines(running: Running, sheet: tuple[Path, Path]) -> None:
    script, path = sheet
    change(path, 0, 3, "Scenario time", "T+2:15")
    change(path, 0, 3, "Description (English)", 'They ask: "how many?"')
    answer = read_msel(running.content.library, script, path)
    assert answer["changes"] == [
        {"field": "injects/1/at", "value": "2h15m"},
        {"field": "injects/1/body/en", "value": 'They ask: "how many?"'},
    ]
    old = script.read_text(encoding="utf-8").splitlines()
    new = Path(answer["file"]).read_text(encoding="utf-8").splitlines()
    assert [place for place, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]] == [
        next(n for n, line in enumerate(old) if line == "    at: 2h"),
        next(n for n, line in enumerate(old) if "The association asks" in line),
    ]
    again = running.content.library.drill(Path(answer["file"]))
    assert again.injects[1].at_s == 8100 and again.injects[1].body["en"] == 'They ask: "how many?"'


def test_notes_that_the_script_did_not_have_are_added(running: Running, sheet: tuple[Path, Path]) -> None:
    script, path = sheet
    change(path, 0, 2, "Notes for evaluators", "who: the commander")
    answer = read_msel(running.content.library, script, path)
    assert running.content.library.drill(Path(answer["file"])).injects[0].notes == "who: the commander"


def test_weights_that_no_longer_add_up_write_nothing(running: Running, sheet: tuple[Path, Path]) -> None:
    script, path = sheet
    change(path, 2, 2, "Weight", 99)
    with pytest.raises(Refused, match=r"(?s)nothing was written.*plan\.drill\.yaml"):
        read_msel(running.content.library, script, path)
    assert not path.with_name("plan.drill.yaml").exists()


def test_the_script_itself_is_never_written_over(running: Running, sheet: tuple[Path, Path]) -> None:
    script, path = sheet
    with pytest.raises(Refused, match="is the script itself"):
        read_msel(running.content.library, script, path, script)
    with pytest.raises(Refused, match=r"ends in \.drill\.yaml"):
        read_msel(running.content.library, script, path, path)
    with pytest.raises(Refused, match="no such file"):
        read_msel(running.content.library, script, path.with_name("none.xlsx"))


def test_spans_are_written_as_scripts_write_them() -> None:
    assert [span(s) for s in (0, 45, 5400, 95_400, 3600)] == ["0m", "45s", "1h30m", "26h30m", "1h"]
