"""Dates of a strange file: their order, and what is none though it could be read as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.intake.files import write
from tests.intake.test_propose import headers, propose


def test_coordinates_and_single_typing_errors_do_not_upset_the_order_of_dates(tmp_path: Path) -> None:
    rows = [(f"A{i}23", f"08/{i + 12}/2017", "29.7601", "-95.3612", "713-555-1234") for i in range(6)]
    rows.append(("A923", "13/45/2017", "29.7601", "-95.3612", "713-555-1234"))
    found = propose(write(tmp_path / "c.csv", ("claim no", "date of loss", "latitude", "longitude", "tel"), *rows))
    assert found.date_order == "mdy"
    assert headers(found)["loss_at"] == "date of loss"


@pytest.mark.parametrize(
    ("header", "cells", "taken"),
    [
        ("Zip", ("77002", "77003"), False),
        ("Zip", ("36104", "36105"), False),
        ("邮编", ("36104", "36105"), False),
        ("Number", ("77002", "77003"), False),
        ("Number", ("21002", "21003"), False),
        ("Wann", ("42974", "42975.5"), True),
        ("Wann", ("2017-08-27", "2017-08-28"), True),
        ("Closed", ("2017-08-27", "2017-08-28"), False),
    ],
)
def test_only_what_can_have_been_a_day_is_taken_for_one_by_its_cells(
    tmp_path: Path, header: str, cells: tuple[str, ...], taken: bool
) -> None:
    path = write(tmp_path / "c.csv", ("claim no", header), *((f"A{i}23", cell) for i, cell in enumerate(cells)))
    assert ("loss_at" in propose(path).columns) is taken


def test_a_number_by_its_whole_name_stands_though_its_cells_are_short(tmp_path: Path) -> None:
    found = propose(write(tmp_path / "c.csv", ("报案号", "出险时间", "险种"), ("G1", "2021-07-20", "车险")))
    assert headers(found)["report_no"] == "报案号"
