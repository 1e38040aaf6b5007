"""A script goes out as a spreadsheet and comes back as a script."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.bootstrap import Running
from emergency.documents.msel_changes import SheetFaults
from emergency.intake.sheets import pages_of
from emergency.library import Library
from emergency.library.drills import drill_from
from emergency.library.strict_yaml import parse
from emergency.service.context import Refused
from emergency.service.msel import made_from_pages, read_msel, span, workbook, write_msel
from tests.conftest import REPOSITORY
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


def row_of(page: Any, name: str) -> int:
    return next(n for n in range(2, page.max_row + 1) if page.cell(n, 1).value == name)


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
        {"field": "injects/I02/at", "value": "2h15m"},
        {"field": "injects/I02/body/en", "value": 'They ask: "how many?"'},
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


def test_an_event_comes_another_goes_and_the_rest_stays_byte_for_byte(
    running: Running, sheet: tuple[Path, Path]
) -> None:
    script, path = sheet
    found = openpyxl.load_workbook(path)
    events, actions = found.worksheets[:2]
    gone = row_of(events, "I06")
    asked = [one.id for one in running.content.library.drill(script).injects[5].expects]
    events.delete_rows(gone)
    for one in asked:
        actions.delete_rows(row_of(actions, one))
    events.insert_rows(4)
    for n, value in enumerate(["I20", 0.125, None, "contextual", "来电", "They call", "telephone", "monitor"], 1):
        events.cell(4, n).value = value
    at(events, 4, "Recipient player").value = "all players"
    actions.append(["E20", "I20", "commander", "level.confirm", "O1", "45m", 3, "no"])
    found.save(path)
    answer = read_msel(running.content.library, script, path)
    made = Path(answer["file"]).read_text(encoding="utf-8")
    new = """  - id: I20
    at: 3h
    kind: contextual
    from: monitor
    to: all
    channel: phone
    body: {zh: "来电", en: "They call"}
    expects:
      - {id: E20, role: commander, action: level.confirm, objective: O1, within: 45m, weight: 3}
"""
    assert made.count(new) == 1
    old = script.read_text(encoding="utf-8")
    cut = old[old.index("  - id: I06\n") : old.index("  - id: ", old.index("  - id: I06\n") + 5)]
    assert made == old.replace(cut, "").replace("  - id: I03\n", new + "  - id: I03\n")
    assert [one.id for one in running.content.library.drill(Path(answer["file"])).injects][:4] == [
        "I01",
        "I02",
        "I20",
        "I03",
    ]


def test_what_a_deleted_event_leaves_behind_is_named_where_it_stands(
    running: Running, repository: Path, tmp_path: Path
) -> None:
    """The side of the branch that waits for a fact nobody sets any more, and an objective nothing serves."""
    library, path = running.content.library, tmp_path / "plan.xlsx"
    script = tmp_path / "branch.drill.yaml"
    text = (repository / "drills/core-outage-2026.drill.yaml").read_text(encoding="utf-8")
    branch = (
        "  - id: B01\n    when: {metric: partner.answered, op: eq, value: no}\n    kind: contextual\n"
        "    from: partner\n    to: all\n    channel: phone\n    body: {en: They wait}\noutcomes:\n"
    )
    text = text.replace(
        "effects: [{set: system.core", "effects: [{set: partner.answered, value: no}, {set: system.core"
    )
    script.write_text(text.replace("outcomes:\n", branch, 1), encoding="utf-8")
    write_msel(library, script, path)
    found = openpyxl.load_workbook(path)
    found.worksheets[0].delete_rows(2)
    found.worksheets[1].delete_rows(2)
    found.save(path)
    with pytest.raises(SheetFaults) as caught:
        read_msel(library, script, path)
    told = str(caught.value).splitlines()
    assert any("Events, row 4, column B (Scenario time)" in one and '"partner.answered"' in one for one in told), told
    assert any("sheet Objectives, row 3: no expected action serves objective O2" in one for one in told), told
    assert not path.with_name("plan.drill.yaml").exists()


def test_faults_of_the_script_it_would_make_stand_at_their_cells(running: Running, sheet: tuple[Path, Path]) -> None:
    script, path = sheet
    change(path, 0, 3, "Scenario time", "99:00")
    change(path, 1, 2, "Objective", "O9")
    change(path, 2, 2, "Weight", 99)
    with pytest.raises(SheetFaults) as caught:
        read_msel(running.content.library, script, path)
    told = str(caught.value)
    assert "plan.xlsx: sheet Events, row 3, column B (Scenario time): lies after the end of the drill" in told
    assert 'sheet Expected actions, row 2, column E (Objective): found "O9"' in told
    assert "weights add up to" in told
    assert not path.with_name("plan.drill.yaml").exists()


def test_a_workbook_of_another_state_of_the_script_is_not_taken(running: Running, sheet: tuple[Path, Path]) -> None:
    script, path = sheet
    later = path.with_name("later.drill.yaml")
    later.write_bytes(script.read_bytes() + b"# changed since\n")
    with pytest.raises(Refused, match="another state of harvey-2026"):
        read_msel(running.content.library, later, path)


@settings(max_examples=8)
@given(data=st.data())
def test_any_workbook_that_is_taken_says_the_same_when_it_is_written_anew(data: st.DataObject) -> None:
    """Written, changed at will, read, written again and read: the script it makes is whole and stays as it is."""
    library = Library(REPOSITORY)
    names = sorted(path.name for path in (REPOSITORY / "drills").glob("*.drill.yaml"))
    path = REPOSITORY / "drills" / data.draw(st.sampled_from(names))
    script, text = library.drill(path), path.read_bytes()
    language = data.draw(st.sampled_from(["en", "zh_CN"]))
    book = openpyxl.load_workbook(io.BytesIO(workbook(library, script, language)))
    events, actions = book.worksheets[:2]
    owners = {row[0].value: row[1].value for row in actions.iter_rows(min_row=2)}
    gone = data.draw(st.sets(st.sampled_from([one.id for one in script.injects]), max_size=2))
    for name in gone:
        events.delete_rows(row_of(events, name))
        for action in [one for one, owner in owners.items() if owner == name]:
            actions.delete_rows(row_of(actions, action))
    words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=30)
    for n in range(data.draw(st.integers(0, 2))):
        row = data.draw(st.integers(2, events.max_row + 1))
        events.insert_rows(row)
        cells = [f"N{n}", data.draw(st.sampled_from(["1:30", "25m", 0.125])), None, "contextual"]
        cells += ["甲" + data.draw(words), None, "phone", "monitor", "all"]
        for column, value in enumerate(cells, 1):
            events.cell(row, column).value = value
    out = io.BytesIO()
    book.save(out)
    try:
        made = made_from_pages(library, script, text, pages_of(out.getvalue(), "x.xlsx"), "x.xlsx")
    except SheetFaults:
        if not gone:  # only what a deleted event leaves behind can be wrong here
            raise
        return
    again = drill_from(parse(made.text, "x"))
    assert {one.id for one in again.injects} & gone == set()
    kept = {one.id: one for one in script.injects}
    assert all(kept[one.id] == one for one in again.injects if one.id in kept)
    book_again = workbook(library, again, language)
    same = made_from_pages(library, again, made.text, pages_of(book_again, "y.xlsx"), "y.xlsx")
    assert (same.text, same.changes) == (made.text, ())


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
