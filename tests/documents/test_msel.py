"""The events list as a spreadsheet: what a trainer sees, and which changes come back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import openpyxl
import pytest

from emergency.documents.msel import ACTIONS, EVENTS, OBJECTIVES, msel_bytes
from emergency.documents.msel_changes import Changes, SheetFaults, made_from, msel_changes
from emergency.domain.drill.script import DrillScript
from emergency.intake.faults import FileFault
from emergency.intake.sheets import pages_of
from emergency.texts import speaker
from tests.domain.drill.scripts import HOUR, MINUTE, expectation, inject, script

DRILL = script(
    inject("I1", expectation("E1", weight=10)),
    inject("I2", expectation("E2", objective="O2", role="planning"), at_s=26 * HOUR + 30 * MINUTE),
)
COLUMNS = [
    "Event no",
    "Scenario time",
    "Wall time",
    "Event type",
    "Description (Chinese)",
    "Description (English)",
    "Delivery method",
    "Responsible controller",
    "Recipient player",
    "Expected player action",
    "Objective",
    "Core capability",
    "Status",
    "Notes for evaluators",
]


def book(drill: DrillScript = DRILL, language: str = "en") -> Any:
    return openpyxl.load_workbook(io.BytesIO(msel_bytes(drill, speaker(language))))


def saved(found: Any) -> bytes:
    out = io.BytesIO()
    found.save(out)
    return out.getvalue()


def changed(change: Callable[[Any], None], drill: DrillScript = DRILL) -> bytes:
    found = book(drill)
    change(found)
    return saved(found)


def read(raw: bytes, drill: DrillScript = DRILL) -> Changes:
    return msel_changes(drill, pages_of(raw, "plan.xlsx"))


def given(found: Changes) -> dict[tuple[str, ...], Any]:
    """(list, id, key …) → what a row says otherwise."""
    return {
        (sheet.key, row.id, *key): value
        for sheet, rows in found.rows.items()
        for row in rows
        for key, value in row.given.items()
    }


def told(raw: bytes, drill: DrillScript = DRILL) -> list[str]:
    with pytest.raises(SheetFaults) as caught:
        read(raw, drill)
    return str(caught.value).splitlines()


def at(page: Any, row: int, title: str) -> Any:
    return page.cell(row, [cell.value for cell in page[1]].index(title) + 1)


def test_the_first_sheet_has_the_columns_a_trainer_expects() -> None:
    page = book().worksheets[0]
    assert [cell.value for cell in page[1]] == COLUMNS
    row = {title: at(page, 3, title).value for title in COLUMNS}
    assert row["Event no"] == "I2" and row["Scenario time"] == "T+26:30"
    assert row["Expected player action"].startswith("E2 ")
    assert row["Objective"] == "O2"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_sheet_nobody_touched_changes_nothing(language: str) -> None:
    found = read(saved(book(language=language)))
    assert (given(found), found.script, found.notes) == ({}, {}, ())
    assert not any(row.new for rows in found.rows.values() for row in rows)


def test_the_same_script_is_the_same_bytes() -> None:
    assert msel_bytes(DRILL, speaker("en")) == msel_bytes(DRILL, speaker("en"))


def test_a_workbook_says_which_script_it_was_written_from() -> None:
    drill = replace(DRILL, sha256="ab" * 32)
    assert made_from(pages_of(msel_bytes(drill, speaker("zh_CN")), "x.xlsx")) == (
        f"{drill.id}@{drill.version}",
        "ab" * 32,
    )


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("T+1:30", 5400),
        ("T＋1：30", 5400),
        ("t+1:30", 5400),
        ("1:30", 5400),
        ("1h30m", 5400),
        ("90min", 5400),
        ("0:00:45", 45),
        (0.0625, 5400),
        (1.25, 108000),
        (0, 0),
        (time(1, 30), 5400),
        (timedelta(hours=30), 108000),
        (timedelta(days=2), 172800),
        (datetime(1900, 1, 1, 6), 108000),
    ],
)
def test_a_time_is_read_as_a_trainer_types_it(typed: Any, seconds: int) -> None:
    def change(found: Any) -> None:
        at(found.worksheets[0], 2, "Scenario time").value = typed

    expected = {} if seconds == 0 else {("injects", "I1", "at"): seconds}
    assert {k: v for k, v in given(read(changed(change))).items() if v} == expected


def test_a_time_in_the_format_of_a_clock_is_a_time_of_more_than_a_day_where_it_is_one() -> None:
    def change(found: Any) -> None:
        cell = at(found.worksheets[0], 2, "Scenario time")
        cell.value, cell.number_format = 1.25, "h:mm"

    assert given(read(changed(change))) == {("injects", "I1", "at"): 108000}


@pytest.mark.parametrize("typed", ["soon", "25", 25, 3, "-0:30", "1:75", "2026-09-23", datetime(2026, 9, 23), "=1/24"])
def test_what_is_no_time_is_refused_at_its_cell(typed: Any) -> None:
    def change(found: Any) -> None:
        at(found.worksheets[0], 3, "Scenario time").value = typed

    (fault,) = told(changed(change))
    assert fault.startswith("sheet Events, row 3, column B (Scenario time): ")


def test_every_cell_that_can_be_changed_comes_back_by_its_row() -> None:
    def change(found: Any) -> None:
        events, actions, objectives = found.worksheets[:3]
        at(events, 3, "Description (English)").value = "New\ntext"
        at(events, 3, "Notes for evaluators").value = "look at the log"
        at(events, 3, "Delivery method").value = "e-mail"
        at(events, 3, "Event type").value = "contextual"
        at(actions, 2, "Within").value = "0:45"
        at(actions, 3, "Weight").value = 7.5
        at(actions, 3, "Critical").value = "是"
        at(objectives, 2, "Weight").value = 55
        found["Script"]["B3"].value = "2.0.0"

    found = read(changed(change))
    assert given(found) == {
        ("injects", "I2", "body", "en"): "New\ntext",
        ("injects", "I2", "notes"): "look at the log",
        ("injects", "I2", "channel"): "email",
        ("injects", "I2", "kind"): "contextual",
        ("expects", "E1", "within"): 2700,
        ("expects", "E2", "weight"): 7.5,
        ("expects", "E2", "critical"): True,
        ("objectives", "O1", "weight"): 55,
    }
    assert found.script == {("version",): "2.0.0"}


def test_words_are_taken_in_either_language_and_by_their_names() -> None:
    def change(found: Any) -> None:
        events, actions = found.worksheets[:2]
        at(events, 2, "Delivery method").value = speaker("zh_CN")("text message")
        at(events, 3, "Delivery method").value = "in_person"
        at(events, 3, "Responsible controller").value = "our-own-desk"
        at(actions, 2, "Act to be done").value = "Send a bulletin"

    assert given(read(changed(change))) == {
        ("injects", "I1", "channel"): "sms",
        ("injects", "I2", "channel"): "in_person",
        ("injects", "I2", "from"): "our-own-desk",
        ("expects", "E1", "action"): "comms.send",
    }


def test_a_row_that_is_new_or_gone_is_an_event_that_is_new_or_gone() -> None:
    def change(found: Any) -> None:
        events, actions = found.worksheets[:2]
        events.delete_rows(3)
        actions.delete_rows(3)
        new = ["I9", "2:00", None, "contextual", None, "They call.", "telephone", "controller", "all players"]
        events.append(new)
        actions.append(["E9", "I9", "commander", "level.confirm", "O2", "30m", 5])

    found = read(changed(change))
    assert [(row.id, row.new) for row in found.rows[EVENTS]] == [("I1", False), ("I9", True)]
    assert found.rows[EVENTS][1].given == {
        ("id",): "I9",
        ("at",): 7200,
        ("kind",): "contextual",
        ("body", "en"): "They call.",
        ("channel",): "phone",
        ("from",): "controller",
        ("to",): "all",
    }
    assert [row.id for row in found.rows[ACTIONS]] == ["E1", "E9"]
    assert len(found.rows[OBJECTIVES]) == len(DRILL.objectives)


def test_every_fault_of_a_workbook_is_told_at_once_with_its_cell() -> None:
    def change(found: Any) -> None:
        events, actions = found.worksheets[:2]
        events.delete_rows(3)  # the event of E2
        events.append(["I1", "1:00", None, "contextual", None, "Twice", "telephone", "monitor", "all"])
        events.append([None, "1:00", None, "contextual", None, "No number", "telephone", "monitor", "all"])
        events.append(["I4", None, None, "surprise", None, "New", "pigeon", "Zeus & Co", "all"])
        at(actions, 2, "Weight").value = "heavy"
        at(actions, 2, "Within").value = None
        at(actions, 2, "Critical").value = "perhaps"

    assert told(changed(change)) == [
        "sheet Events, row 3, column A (Event no): I1 stands in row 2 already; give one of them another",
        "sheet Events, row 4, column A (Event no): is empty; it must be filled in",
        "sheet Events, row 5, column B (Scenario time): is empty; it must be filled in",
        "sheet Events, row 5, column D (Event type): surprise is not on the sheet of lists; choose one of the words "
        "there",
        "sheet Events, row 5, column G (Delivery method): pigeon is not on the sheet of lists; choose one of the words "
        "there",
        "sheet Events, row 5, column H (Responsible controller): Zeus & Co is not on the sheet of lists; a name of "
        "your own is small letters, digits and -",
        "sheet Expected actions, row 2, column F (Within): is empty; it must be filled in",
        "sheet Expected actions, row 2, column G (Weight): heavy is no number",
        "sheet Expected actions, row 2, column H (Critical): perhaps is neither yes nor no",
        "sheet Expected actions, row 3, column B (Inject): I2 is not on the sheet of events; take this row out as "
        "well, or name another event",
    ]


def test_faults_name_the_row_and_column_as_they_stand_in_the_file() -> None:
    """Rows left blank and columns moved do not shift what is named."""

    def change(found: Any) -> None:
        page = found.worksheets[0]
        page.insert_rows(2, 3)
        page.insert_cols(1, 2)
        at(page, 5, "Scenario time").value = "soon"

    assert told(changed(change)) == [
        "sheet Events, row 5, column D (Scenario time): soon is no time; write T+0:25 or 25m"
    ]


def test_what_is_worked_out_is_not_taken_and_said() -> None:
    def change(found: Any) -> None:
        at(found.worksheets[0], 2, "Wall time").value = "9:00"

    found = read(changed(change))
    assert given(found) == {}
    assert [one.spoken(speaker("en")) for one in found.notes] == [
        "sheet Events, row 2, column C (Wall time): is worked out from the other cells; what was written there is not "
        "taken"
    ]


def test_rows_and_columns_may_be_moved_and_what_is_only_shown_may_be_taken_out() -> None:
    def change(found: Any) -> None:
        page = found.worksheets[0]
        rows = [[cell.value for cell in row] for row in page.iter_rows()]
        page.delete_rows(1, page.max_row)
        for row in [rows[0], *reversed(rows[1:])]:
            page.append([*row[7:], *row[:2], *row[3:7]])

    found = read(changed(change))
    assert (given(found), found.notes) == ({}, ())


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "＝1+1", "'quoted", "plain", " a b "]
)
def test_no_text_of_a_script_becomes_a_formula_and_all_of_it_comes_back(text: str) -> None:
    hostile = replace(DRILL, injects=(replace(DRILL.injects[0], body={"en": text, "zh": text}), DRILL.injects[1]))
    raw = msel_bytes(hostile, speaker("en"))
    cell = at(openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0], 2, "Description (English)")
    assert cell.data_type == "s"
    assert not str(cell.value).startswith(tuple("=+-@＝"))
    assert given(read(raw, hostile)) == {}
    # Typed into the sheet of another script, the same cell is taken as the text it stands for.
    assert given(read(raw))["injects", "I1", "body", "en"] == text


@pytest.mark.parametrize("raw", [b"", b"no zip", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"])
def test_what_is_no_workbook_is_refused(raw: bytes) -> None:
    with pytest.raises(FileFault, match="workbook"):
        read(raw)


def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (300 << 20))
    with pytest.raises(FileFault, match="unpacks to more than 256 MB"):
        read(out.getvalue())


def test_a_formula_without_its_result_and_a_missing_column_are_named() -> None:
    def change(found: Any) -> None:
        at(found.worksheets[1], 2, "Weight").value = "=5+5"

    assert told(changed(change)) == [
        "sheet Expected actions, row 2, column G (Weight): holds a formula without its result; save the file in Excel, "
        "or type the value itself"
    ]
    assert told(changed(lambda found: found.worksheets[0].delete_cols(2))) == [
        "sheet Events, row 1: the column Scenario time is missing; keep the first row as it was written"
    ]
    (fault,) = told(changed(lambda found: found.remove(found.worksheets[0])))
    assert "needs the sheets Events, Expected actions, Objectives" in fault


def test_cells_that_take_a_word_offer_a_list_and_the_sheet_of_lists_has_it() -> None:
    found = book()
    offered = [rule.sqref for rule in found["Events"].data_validations.dataValidation]
    assert [str(one) for one in offered] == ["D2:D500", "G2:G500", "H2:H500", "I2:I500"]
    lists = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in found["Lists"].columns}
    assert lists["Event type"] == ["contextual", "expected action", "contingency"]
    assert "telephone" in lists["Delivery method"]


def test_every_column_that_can_be_changed_says_where_it_stands_in_the_script() -> None:
    for sheet in (EVENTS, ACTIONS, OBJECTIVES):
        assert sheet.columns[0].kind == "id"
        assert all(bool(column.key) == (column.kind != "shown") for column in sheet.columns)
