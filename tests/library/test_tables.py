"""Dated rates and visits per shift."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from emergency.domain.claim import LINES
from emergency.library import FileFaults, NotOnShelf, load_rates, load_visits

RATES = """\
date,from,to,rate,source
2017-08-01,USD,CNY,6.72,house
2017-09-01,USD,CNY,6.59,"house, rounded"
"""
SHIPPED = Path(__file__).parents[2] / "data/rules"


def write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_newest_rate_on_or_before_the_day_counts(tmp_path: Path) -> None:
    rates = load_rates(write(tmp_path, RATES))
    found = [
        rates.rate(date(2017, month, day), "USD", "CNY").value for month, day in ((8, 1), (8, 31), (9, 1), (12, 31))
    ]
    assert found == [Decimal("6.72"), Decimal("6.72"), Decimal("6.59"), Decimal("6.59")]
    assert rates.rate(date(2017, 9, 2), "USD", "CNY").source == "house, rounded"
    assert rates.rate(date(1990, 1, 1), "CNY", "CNY").value == 1


def test_a_rate_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    rates = load_rates(write(tmp_path, RATES))
    with pytest.raises(
        NotOnShelf, match="no rate USD to CNY on 2017-07-31: the first is of 2017-08-01; add an earlier row"
    ):
        rates.rate(date(2017, 7, 31), "USD", "CNY")
    with pytest.raises(NotOnShelf, match="no rate EUR to CNY; add a row"):
        rates.rate(date(2017, 8, 1), "EUR", "CNY")


def test_everything_wrong_with_a_table_is_told_at_once(tmp_path: Path) -> None:
    text = RATES + "2017-13-01,usd,CNY,0,\n2017-08-01,USD,CNY,7,again\n2018-01-01,USD,CNY,7.0,house, rounded\n"
    with pytest.raises(FileFaults) as caught:
        load_rates(write(tmp_path, text))
    assert [(fault.line, fault.field) for fault in caught.value.faults] == [
        (4, "date"),
        (4, "from"),
        (4, "rate"),
        (4, "source"),
        (5, "date"),
        (6, ""),
    ]


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFaults, match="they must be date, from, to, rate, source"):
        load_rates(write(tmp_path, "day,rate\n"))
    with pytest.raises(FileFaults, match="cannot be read"):
        load_rates(tmp_path / "none.csv")


def test_shipped_tables_are_in_order() -> None:
    assert set(load_visits(SHIPPED / "visits.csv")) == set(LINES)
    harvey = load_rates(SHIPPED / "rates.csv").rate(date(2017, 8, 28), "USD", "CNY")
    assert Decimal(6) < harvey.value < Decimal(8)
    assert "house rate" in harvey.source


def test_a_line_that_is_no_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFaults, match="cars is no line of business; allowed: motor, property"):
        load_visits(write(tmp_path, "line,visits_per_slot,source\ncars,40,house\n"))
