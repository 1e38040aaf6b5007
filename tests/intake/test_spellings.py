"""Days and times as people and other programs spell them; what could be two days is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.intake.faults import Fault
from emergency.intake.instants import instant, instants
from emergency.texts import speaker
from tests.intake.files import write
from tests.intake.test_propose import headers, propose

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@pytest.mark.parametrize(
    ("cell", "order", "said"),
    [
        ("20260720 20:15:00", "ymd", "2026-07-20T20:15:00"),
        ("20260720 2015", "ymd", "2026-07-20T20:15:00"),
        ("20260720T201500Z", "ymd", ""),  # digits with an offset are no clock
        ("20260720T20:15:00Z", "ymd", "2026-07-20T20:15:00"),
        ("20260720201500", "ymd", "2026-07-20T20:15:00"),
        ("２０２６０７２０　２０：１５", "ymd", "2026-07-20T20:15:00"),
        ("20260720下午5点半", "ymd", "2026-07-20T17:30:00"),
        ("2026年7月20日下午5点半", "ymd", "2026-07-20T17:30:00"),
        ("2026年7月20日17时5分许", "ymd", "2026-07-20T17:05:00"),
        ("2026年7月20日17时许", "ymd", "2026-07-20T17:00:00"),
        ("2026 年 7 月 20 日 17 时 5 分左右", "ymd", "2026-07-20T17:05:00"),
        ("2026年7月20日晚8点整", "ymd", "2026-07-20T20:00:00"),
        ("2026年7月20日夜里1点", "ymd", ""),  # of this day or the next
        ("2026-07-20(周一) 14:30", "ymd", "2026-07-20T14:30:00"),
        ("2026年7月20日 星期一", "ymd", "2026-07-20T00:00:00"),
        ("20-7月-26", "ymd", "2026-07-20T00:00:00"),
        ("20-7月 -26 05.30.00.000000 下午", "ymd", "2026-07-20T17:30:00"),
        ("20-Jul-26", "ymd", "2026-07-20T00:00:00"),
        ("20-JUL-2026 05.30.00.000000 PM", "mdy", "2026-07-20T17:30:00"),
        ("20 July 2026 14:30", "dmy", "2026-07-20T14:30:00"),
        ("Jul 20, 2026", "mdy", "2026-07-20T00:00:00"),
        ("Monday, July 20th, 2026 2:30 PM", "mdy", "2026-07-20T14:30:00"),
        ("2026-Jul-20", "ymd", "2026-07-20T00:00:00"),
        ("1-Feb-71", "ymd", "1971-02-01T00:00:00"),
        ("11/18/26", "mdy", "2026-11-18T00:00:00"),
        ("11/18/26 2:15 PM", "mdy", "2026-11-18T14:15:00"),
        ("18.11.26 14:15", "dmy", "2026-11-18T14:15:00"),
        ("11/18/26", "ymd", ""),
        ("11/18/26", "dmy", ""),
        ("26-7-20", "ymd", ""),
        ("7月20日", "ymd", ""),
        ("20-Jun-Jul-26", "ymd", ""),
        ("31-Feb-26", "ymd", ""),
        ("20-Juno-26", "ymd", ""),
        ("20260720-0017", "ymd", ""),  # a number of a claim
        ("20260720A", "ymd", ""),
    ],
)
def test_a_date_is_read_as_people_write_it(cell: str, order: str, said: str) -> None:
    alone, among = instant(cell, "UTC", order), instants(pa.array(["2026-07-20", cell, cell]), "UTC", order)
    want = int(datetime.fromisoformat(f"{said}Z").timestamp()) * 1_000_000 if said else None
    assert (None if isinstance(alone, Fault) else alone) == want
    assert (sorted(among.faults), among.values[1:].tolist()) == (([], [want] * 2) if said else ([1, 2], [0, 0]))


@given(st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31)))
def test_every_minute_is_read_the_same_in_every_spelling(when: datetime) -> None:
    when = when.replace(second=0, microsecond=0)
    name, half = MONTHS[when.month - 1], "下午" if when.hour >= 12 else "上午"
    spelt = [
        (f"{when:%Y%m%d %H:%M}", "ymd"),
        (f"{when.day}-{name}-{when:%y} {when:%H:%M}", "ymd"),
        (f"{name} {when.day}, {when:%Y} {when.hour % 12 or 12}:{when:%M} {'PM' if when.hour >= 12 else 'AM'}", "mdy"),
        (f"{when.month}/{when.day}/{when:%y} {when:%H:%M}", "mdy"),
        (f"{when.day}/{when.month}/{when:%y} {when:%H:%M}", "dmy"),
        (f"{when.year}年{when.month}月{when.day}日{half}{when.hour}点{when.minute}分许", "ymd"),
    ]
    want = int(when.replace(tzinfo=UTC).timestamp()) * 1_000_000
    assert [instant(cell, "UTC", order) for cell, order in spelt] == [want] * len(spelt)


@given(st.text("01234679年月日时点分秒半许上下午晚 -/.:,TZJulPM", max_size=30), st.sampled_from(["ymd", "mdy", "dmy"]))
def test_whatever_a_cell_says_it_is_a_time_or_a_reason(cell: str, order: str) -> None:
    assert isinstance(instant(cell, "Asia/Shanghai", order), int | Fault)


@pytest.mark.parametrize("cell", ["昨天下午", "11/18/26"])
def test_the_order_of_dates_is_said_in_words(cell: str) -> None:
    found = instant(cell, "UTC", "ymd")
    assert isinstance(found, Fault)
    english, chinese = speaker("en")(found.message), speaker("zh_CN")(found.message)
    assert ("year-month-day" in english, "年-月-日" in chinese) == (True, True)
    assert "ymd" not in english + chinese
    assert "year has two digits" in english or cell != "11/18/26"


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        (("11/18/26", "11/8/26"), ("mdy",)),
        (("11/8/26",), ("mdy", "dmy", "ymd")),
        (("18/11/26", "19/11/26"), ("dmy", "ymd")),  # 2018-11-26?
        (("18/11/26", "31/11/09"), ("dmy", "ymd")),
        (("26/07/20",), ("dmy", "ymd")),
        (("20-Jul-26",), ("ymd",)),
    ],
)
def test_a_year_of_two_digits_tells_the_order_only_where_one_fits(
    tmp_path: Path, cells: tuple[str, ...], orders: tuple[str, ...]
) -> None:
    path = write(tmp_path / "c.csv", ("claim no", "date of loss"), *((f"A{i}23", cell) for i, cell in enumerate(cells)))
    found = propose(path)
    assert found.orders == orders
    assert found.date_order == (orders[0] if len(orders) == 1 else "")
    assert headers(found)["loss_at"] == "date of loss"
