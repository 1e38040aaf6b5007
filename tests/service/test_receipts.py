"""The account of an import: each row under its own reason, by the number the file itself gives it."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emergency.cli.data import _line
from emergency.service.context import Context
from emergency.service.demo import ZHENGZHOU
from emergency.service.feed import Feed
from emergency.service.importing import NoClaimsHere, import_claims, mapping_named
from emergency.service.receipts import FlagLine, Receipt, flags_of

KEY: Any = None  # the door is shut before anybody looks at it
TITLE = "August list,,\n,,\nreport_no,loss_at,line\n"


def bring_in(ctx: Context, path: Path, text: str) -> Receipt:
    path.write_text(text)
    return import_claims(ctx, path, mapping_named(ctx, "plain"))


def reject(ctx: Context, path: Path) -> FlagLine:
    rows = "A,2017-08-20,property\nB,about then,property\nC,2017-08-20,property\nD,some day,property\n"
    (found,) = bring_in(ctx, path, TITLE + rows).rejects
    return found


def test_what_one_row_says_is_no_reason_of_the_others(ctx: Context, tmp_path: Path) -> None:
    found = reject(ctx, tmp_path / "in.csv")
    assert (found.rows, found.alike, found.value) == (2, False, "about then")
    assert _line(found).startswith("rows 5, 7 (2): loss_at for example row 5: “about then”")
    same = "report_no,loss_at,line\nA,never,property\nB,never,property\n"
    again = bring_in(ctx, tmp_path / "same.csv", same).rejects[0]
    assert again.alike
    assert "for example" not in _line(again)


def test_rows_are_numbered_as_the_file_numbers_them(ctx: Context, tmp_path: Path) -> None:
    found = reject(ctx, tmp_path / "in.csv")
    assert (found.row_numbers, found.shown_rows) == ((2, 4), (5, 7))


def test_a_cell_over_several_lines_is_one_row(ctx: Context, tmp_path: Path) -> None:
    text = 'report_no,loss_at,line\nA,2017-08-20,"\nproperty"\nB,never,property\n'
    assert bring_in(ctx, tmp_path / "in.csv", text).rejects[0].shown_rows == (3,)


def test_the_rejects_name_the_row_of_the_file_first(ctx: Context, tmp_path: Path) -> None:
    receipt = bring_in(ctx, tmp_path / "in.csv", TITLE + "A,never,property\n")
    assert receipt.rejects_file
    with Path(receipt.rejects_file).open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file)
    assert head[:2] == ["Row in the file", "Data row"]
    assert row[:2] == ["4", "1"]


def test_a_file_without_rows_of_its_own_counts_its_records(ctx: Context, tmp_path: Path) -> None:
    text = '[{"report_no": "A", "loss_at": "never", "line": "property"}]'
    found = bring_in(ctx, tmp_path / "in.json", text).rejects[0]
    assert (found.above, found.shown_rows) == (None, (1,))


def test_an_earlier_receipt_still_numbers_its_rows_by_the_file(ctx: Context, tmp_path: Path) -> None:
    text = TITLE + "A,2017-08-20,property\nA,2017-08-20,property\n"
    receipt = bring_in(ctx, tmp_path / "in.csv", text)
    assert [f.shown_rows for f in flags_of(ctx, receipt.import_id)] == [f.shown_rows for f in receipt.flags] == [(5,)]


def test_a_workspace_that_replays_totals_takes_no_claims_by_any_door(ctx: Context, tmp_path: Path) -> None:
    replaying = replace(ctx, profile=ZHENGZHOU)
    with pytest.raises(NoClaimsHere, match="Choose another workspace"):
        bring_in(replaying, tmp_path / "in.csv", TITLE + "A,2017-08-20,property\n")
    with pytest.raises(NoClaimsHere):
        Feed().take(replaying, KEY, [], sha256="")


def test_an_amount_of_eleven_digits_is_not_hidden_as_a_telephone(ctx: Context, tmp_path: Path) -> None:
    text = "report_no,loss_at,line,estimated,currency\nA,2017-08-20,property,16600000000,USD\n"
    (flag,) = bring_in(ctx, tmp_path / "in.csv", text).flags
    assert (flag.code, flag.value) == ("very_large", "16,600,000,000")
