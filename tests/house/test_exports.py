"""Nothing that leaves for a spreadsheet becomes a formula there, whoever wrote it and by whatever door."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.console.rooms import allocation, journal
from emergency.documents.cells import harmless
from emergency.documents.review_pack import Sheet, review_workbook
from emergency.intake.rejects import guarded
from emergency.service.records import Entry
from tests.faults.corpus import FORMULAS

HOUSE = Path(__file__).parents[2] / "emergency"
# Whoever writes a table of cells by one of these …
WRITERS = {"writer", "DictWriter", "Workbook", "to_csv", "to_excel"}
# … passes them through one of these.
GUARDS = {"harmless", "guarded"}
# Tables that nobody opens: what the guarded child hands to its parent.
INSIDE = {"intake/guarded_child.py"}


def named(module: Path) -> set[str]:
    tree = ast.parse(module.read_text("utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return names | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def writers() -> list[str]:
    found = []
    for module in sorted(HOUSE.rglob("*.py")):
        path = module.relative_to(HOUSE).as_posix()
        if path not in INSIDE and named(module) & WRITERS:
            found.append(path)
    return found


def test_the_writers_of_tables_are_found() -> None:
    assert {"intake/rejects.py", "documents/msel.py", "console/rooms/journal.py"} <= set(writers())


@pytest.mark.parametrize("path", writers())
def test_every_writer_of_a_table_passes_its_cells_through_a_guard(path: str) -> None:
    assert named(HOUSE / path) & GUARDS, f"{path} writes a table without {' or '.join(sorted(GUARDS))}"


@pytest.mark.parametrize("guard", [harmless, guarded])
@pytest.mark.parametrize("cell", [*FORMULAS, " =1+1", "\n=1", "\u3000=1", "\xa0=1", "=1\n"])
def test_a_formula_is_text_afterwards(guard: object, cell: str) -> None:
    assert guard(cell).startswith("'")  # type: ignore[operator]


@pytest.mark.parametrize("guard", [harmless, guarded])
@pytest.mark.parametrize("cell", ["", "Zhengzhou", "-12", "+3.5", "-12,000", "+86 13812345678", "a=b", "12%"])
def test_words_numbers_and_telephones_stay_as_they_are(guard: object, cell: str) -> None:
    assert guard(cell) == cell  # type: ignore[operator]


@given(st.text())
def test_no_text_at_all_begins_like_a_formula_afterwards(text: str) -> None:
    for guard in (harmless, guarded):
        safe = guard(text)
        number = safe.lstrip()[:1] in ("+", "-") and any(sign.isdigit() for sign in safe)
        assert safe.strip(" \n\u3000\xa0")[:1] not in tuple("=@＝＠") and (
            number or safe.strip(" \n\u3000\xa0")[:1] not in tuple("+-＋－")
        )


def cells(raw: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) for cell in row]


def test_the_journal_as_a_file() -> None:
    bad = FORMULAS[0]
    entry = Entry(1, 0, 0, bad, bad, bad, bad, "0", "1")
    assert bad not in cells(journal._csv(None, [entry]))  # type: ignore[arg-type]


def test_the_list_of_people_as_a_file() -> None:
    found = cells(allocation._csv(pd.DataFrame([{"adjuster_id": FORMULAS[0], "minutes": 5}])))
    assert FORMULAS[0] not in found
    assert "5" in found


def test_a_workbook_that_is_handed_over() -> None:
    import openpyxl

    raw = review_workbook([Sheet("S", ("a", "b"), (("=1+1", 5),))])
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert [(c.value, c.data_type) for c in sheet[2]] == [("'=1+1", "s"), (5, "n")]
