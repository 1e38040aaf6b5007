"""The events list as a spreadsheet: what a trainer sees, and which changes come back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import openpyxl
import pytest

from emergency.documents.msel import EVENTS, msel_bytes
from emergency.documents.msel_changes import SheetRefused, msel_changes
from emergency.domain.drill.script import DrillScript
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
    found = msel_changes(DRILL, saved(book(language=language)))
    assert (found.seconds, found.values, found.ignored) == ({}, {}, ())


def test_the_same_script_is_the_same_bytes() -> None:
    assert msel_bytes(DRILL, speaker("en")) == msel_bytes(DRILL, speaker("en"))


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("T+1:30", 5400),
        ("1:30", 5400),
        ("1h30m", 5400),
        ("0:00:45", 45),
        (time(1, 30), 5400),
        (timedelta(hours=30), 108000),
    ],
)
def test_a_time_is_read_as_a_trainer_types_it(given: Any, seconds: int) -> None:
    def change(found: Any) -> None:
        at(found.worksheets[0], 2, "Scenario time").value = given

    assert msel_changes(DRILL, changed(change)).seconds == {("injects", 0, "at"): seconds}


def test_texts_times_weights_and_notes_come_back_with_their_place_in_the_script() -> None:
    def change(found: Any) -> None:
        events, actions, objectives = found.worksheets
        at(events, 3, "Description (English)").value = "New\ntext"
        at(events, 3, "Notes for evaluators").value = "look at the log"
        at(actions, 2, "Within").value = "0:45"
        at(actions, 3, "Weight").value = 7.5
        at(objectives, 2, "Weight").value = 55

    found = msel_changes(DRILL, changed(change))
    assert found.seconds == {("injects", 0, "expects", 0, "within"): 2700}
    assert found.values == {
        ("injects", 1, "body", "en"): "New\ntext",
        ("injects", 1, "notes"): "look at the log",
        ("injects", 1, "expects", 0, "weight"): 7.5,
        ("objectives", 0, "weight"): 55,
    }
    assert found.ignored == ()


def test_what_a_sheet_can_not_change_is_said_and_not_taken() -> None:
    def change(found: Any) -> None:
        events = found.worksheets[0]
        at(events, 2, "Delivery method").value = "pigeon"
        at(events, 3, "Event no").value = "I9"

    told = [str(one) for one in msel_changes(DRILL, changed(change)).ignored]
    assert told == [
        "Events, I1, Delivery method: cannot be changed here; change the script",
        "Events: I2 is missing; it was kept as the script has it",
        "Events: I9 is not in the script; write new rows into the script",
    ]


def test_rows_and_columns_may_be_moved() -> None:
    def change(found: Any) -> None:
        page = found.worksheets[0]
        rows = [[cell.value for cell in row] for row in page.iter_rows()]
        page.delete_rows(1, page.max_row)
        for row in [rows[0], *reversed(rows[1:])]:
            page.append([*row[7:], *row[:7]])

    found = msel_changes(DRILL, changed(change))
    assert (found.seconds, found.values, found.ignored) == ({}, {}, ())


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "＝1+1", "'quoted", "plain"])
def test_no_text_of_a_script_becomes_a_formula_and_all_of_it_comes_back(text: str) -> None:
    from dataclasses import replace

    hostile = replace(DRILL, injects=(replace(DRILL.injects[0], body={"en": text, "zh": text}), DRILL.injects[1]))
    raw = msel_bytes(hostile, speaker("en"))
    cell = at(openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0], 2, "Description (English)")
    assert cell.data_type == "s"
    assert not str(cell.value).startswith(tuple("=+-@＝"))
    assert msel_changes(hostile, raw).values == {}
    # Typed into the sheet of another script, the same cell is taken as the text it stands for.
    assert msel_changes(DRILL, raw).values[("injects", 0, "body", "en")] == text


@pytest.mark.parametrize("raw", [b"", b"no zip", b"PK\x03\x04broken"])
def test_what_is_no_spreadsheet_is_refused(raw: bytes) -> None:
    with pytest.raises(SheetRefused, match="spreadsheet"):
        msel_changes(DRILL, raw)


def test_a_spreadsheet_that_unpacks_without_end_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (61 << 20))
    with pytest.raises(SheetRefused, match="unpacks to more than 60 MiB"):
        msel_changes(DRILL, out.getvalue())


@pytest.mark.parametrize(
    ("sheet", "title", "given", "why"),
    [
        (0, "Scenario time", "soon", "is no time"),
        (1, "Weight", "heavy", "is no number"),
        (0, "Event no", "I2", "two rows 'I2'"),
    ],
)
def test_a_cell_that_can_not_be_read_is_named(sheet: int, title: str, given: str, why: str) -> None:
    def change(found: Any) -> None:
        at(found.worksheets[sheet], 2, title).value = given

    with pytest.raises(SheetRefused, match=why):
        msel_changes(DRILL, changed(change))


def test_a_column_that_was_taken_out_is_named() -> None:
    with pytest.raises(SheetRefused, match=r"no column 'Wall time'"):
        msel_changes(DRILL, changed(lambda found: found.worksheets[0].delete_cols(3)))
    with pytest.raises(SheetRefused, match="needs the sheets Events"):
        msel_changes(DRILL, changed(lambda found: found.remove(found.worksheets[0])))


def test_every_column_has_a_kind_and_the_first_names_the_row() -> None:
    assert EVENTS.columns[0].title == "Event no" and EVENTS.columns[0].kind == "shown"
