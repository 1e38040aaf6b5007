"""A day and its time of day stand in two columns: they are put together, never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.intake import instants as module
from emergency.intake.columns import Column
from emergency.intake.faults import Fault, FileFault
from emergency.intake.instants import instant, instants
from emergency.intake.mapping import ClaimMapping
from emergency.intake.moments import clock, moments
from tests.intake.files import Reading, mapping, read, write
from tests.intake.test_propose import propose


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("14:30", "14:30:00"),
        ("4:05:09", "04:05:09"),
        ("14时30分", "14:30:00"),
        ("４：０５", "04:05:00"),
        ("14点", "14:00:00"),
        ("2:30 PM", "14:30:00"),
        ("12:05 a.m.", "00:05:00"),
        ("2 pm", "14:00:00"),
        ("下午2:30", "14:30:00"),
        ("下午14:30", "14:30:00"),
        ("凌晨12:10", "00:10:00"),
        ("1430", "14:30:00"),
        ("930", "09:30:00"),
        ("143005", "14:30:05"),
        ("0.604166666666667", "14:30:00"),
        ("0.604", "14:29:46"),
        (".5", "12:00:00"),
        ("0", "00:00:00"),
        ("1899-12-30 14:30:00", "14:30:00"),
        ("14:29:59.985600", "14:30:00"),
        ("14:30+08:00", "14:30:00+08:00"),
        ("14", ""),
        ("24:00", ""),
        ("0.9999999", ""),
        ("夜里", ""),
        ("晚上12:00", ""),  # noon or midnight: nobody knows
        ("13:00 pm", ""),
        ("2:15:00.000 PM -05:00", "14:15:00-05:00"),
        ("下午3时20分", "15:20:00"),
        ("中午12:30", "12:30:00"),
        ("中午1点", "13:00:00"),
        ("晚上8点", "20:00:00"),
        ("晚上1:00", ""),  # before the night or in it
        ("上午14:30", ""),
        ("2021-07-20", ""),
        ("", ""),
    ],
)
def test_a_time_of_day_in_the_ways_lists_have_it(cell: str, said: str) -> None:
    assert clock(cell) == said


@given(st.integers(0, 86_399))
def test_every_second_of_a_day_is_read_from_the_fraction_of_a_spreadsheet(second: int) -> None:
    found = time.fromisoformat(clock(f"{second / 86_400:.15f}"))
    assert found.hour * 3600 + found.minute * 60 + found.second == second


@pytest.mark.parametrize(
    ("day", "at", "together"),
    [
        ("2021-07-20", "14:30", "2021-07-20 14:30:00"),
        ("2021/7/20", "0.604166666666667", "2021/7/20 14:30:00"),
        ("2021年7月20日", "14时30分", "2021年7月20日 14:30:00"),
        ("2021-07-20 00:00:00", "14:30", "2021-07-20 14:30:00"),  # a day as a spreadsheet exports it
        ("44397", "14:30", "2021-07-20 14:30:00"),
        ("20210720", "1430", "2021-07-20 14:30:00"),
        ("2021-07-20 14:30", "14:30:00", "2021-07-20 14:30"),
        ("2021-07-20", "", "2021-07-20"),
        ("", "14:30", ""),
        ("2021-07-20 09:00", "14:30", "2021-07-20 09:00 14:30:00"),  # which of the two? it will be rejected
        ("2021-07-20", "夜里", "2021-07-20 夜里"),
    ],
)
def test_a_day_and_a_time_become_one_text(day: str, at: str, together: str) -> None:
    assert moments(pa.array([day]), pa.array([at])).to_pylist() == [together]


@pytest.mark.parametrize(
    ("cell", "order", "said"),
    [
        ("08/27/2017 2:15 PM", "mdy", "2017-08-27T14:15:00"),
        ("8/27/2017 2:15:00 PM", "mdy", "2017-08-27T14:15:00"),
        ("8/27/2017, 2:15PM", "mdy", "2017-08-27T14:15:00"),
        ("27/8/2017 12:05 a.m.", "dmy", "2017-08-27T00:05:00"),
        ("8/27/2017 12:05 PM", "mdy", "2017-08-27T12:05:00"),
        ("2021-07-20 03:20:10 pm", "ymd", "2021-07-20T15:20:10"),
        ("2021年7月20日下午3时20分", "ymd", "2021-07-20T15:20:00"),
        ("2021-07-20 下午3:20", "ymd", "2021-07-20T15:20:00"),
        ("2021/7/20 上午 9:05:00", "ymd", "2021-07-20T09:05:00"),
        ("2021年7月20日凌晨12点", "ymd", "2021-07-20T00:00:00"),
        ("2021年7月20日早上7点", "ymd", "2021-07-20T07:00:00"),
        ("2021年7月20日中午12点", "ymd", "2021-07-20T12:00:00"),
        ("2021年7月20日晚上9点10分", "ymd", "2021-07-20T21:10:00"),
        ("8/27/2017 13:15 PM", "mdy", ""),
        ("8/27/2017 2:75 PM", "mdy", ""),
        ("13/27/2017 2:15 PM", "mdy", ""),
        ("2021-07-20 晚上12:00", "ymd", ""),
        ("2021-07-20 下午", "ymd", ""),
        ("2021-07-20 1430", "ymd", ""),
    ],
)
def test_a_time_of_half_a_day_stands_in_the_cell_of_its_day(cell: str, order: str, said: str) -> None:
    alone, among = instant(cell, "UTC", order), instants(pa.array(["", cell, cell]), "UTC", order)
    want = int(datetime.fromisoformat(f"{said}Z").timestamp()) * 1_000_000 if said else None
    assert (None if isinstance(alone, Fault) else alone) == want
    assert (sorted(among.faults), among.values[1:].tolist()) == ([], [want] * 2) if said else ([1, 2], [0, 0])


def test_a_column_of_half_days_is_read_in_one_call_and_what_it_refuses_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    one = module.instant
    monkeypatch.setattr(module, "instant", lambda cell, *rest: [seen.append(cell), one(cell, *rest)][1])
    cells = pa.array(["8/27/2017 2:15 PM", "8/27/2017 12:05 AM", "8/27/2017 13:00 PM", "8/28/2017"])
    found = instants(cells, "America/Chicago", "mdy")
    assert seen == cells.to_pylist()[2:]
    assert list(found.faults) == [2]
    assert found.values[:2].tolist() == [1_503_861_300_000_000, 1_503_810_300_000_000]


def _by(zone: str = "Asia/Shanghai") -> ClaimMapping:
    plain = mapping("plain", timezone=zone)
    loss = Column("loss_at", ("day", "time"), combine="join", required=True)
    reported = Column("reported_at", ("told", "told at"), combine="join")
    return replace(plain, columns={**plain.columns, "loss_at": loss, "reported_at": reported})


def _times(found: Reading, name: str = "loss_at") -> list[str]:
    return [datetime.fromtimestamp(us / 1e6, UTC).isoformat()[:19] for us in found.column(name)]


def test_times_are_read_in_the_zone_and_one_the_clock_skipped_is_a_reject(tmp_path: Path) -> None:
    head = ("report_no", "day", "time", "told", "told at")
    rows = [
        ("A1", "2021-03-14", "01:30", "2021-03-15", "9:00"),
        ("A2", "2021-03-14", "02:30", "2021-03-15", ""),  # never was in Chicago
        ("A3", "2021-03-14", "0.104166667", "2021-03-15", ""),  # half past two again
        ("A4", "2021-03-14", "", "2021-03-15", ""),
        ("A5", "", "14:30", "2021-03-15", ""),
        ("A6", "2021-03-14", "at night", "2021-03-15", ""),
    ]
    found = read(write(tmp_path / "c.csv", head, *rows), _by("America/Chicago"))
    assert _times(found) == ["2021-03-14T07:30:00", "2021-03-14T06:00:00"]
    assert _times(found, "reported_at") == ["2021-03-15T14:00:00", "2021-03-15T05:00:00"]
    assert found.codes == [(2, "skipped_time"), (3, "skipped_time"), (5, "missing"), (6, "bad_date")]


def test_a_spreadsheet_keeps_a_time_as_a_time_or_as_part_of_a_day(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["report_no", "day", "time"])
    sheet.append(["A1", datetime(2021, 7, 20), time(14, 30)])
    sheet.append(["A2", datetime(2021, 7, 20), 0.6041666666666666])
    sheet.append(["A3", 44397, 0.6041666666666666])
    sheet["C4"].number_format = "h:mm"
    sheet.append(["A4", "2021-07-20", "14:30"])
    sheet.append(["A5", datetime(2021, 7, 20), datetime(2021, 7, 20, 14, 30)])
    book.save(path)
    found = read(path, _by())
    assert found.codes == []
    assert _times(found) == ["2021-07-20T06:30:00"] * 5


def test_a_file_without_the_day_is_not_read_by_its_times(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="no header row"):
        read(write(tmp_path / "c.csv", ("report_no", "time"), ("A1", "14:30")), _by())


# -- what is proposed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("出险日期", "出险时间"),
        ("出事日子", "出事钟点"),
        ("出险日期", "时间"),
        ("灾害发生的日期", "灾害发生的时刻"),
        ("Loss Date", "Loss Time"),
        ("Date of Loss", "Time of Loss"),
        ("LOSS_DT", "LOSS_TM"),
        ("Accident Date", "Accident Hour"),
    ],
)
def test_a_day_and_its_clock_are_proposed_together(tmp_path: Path, day: str, at: str) -> None:
    rows = [(f"PA10{n}", f"2021-07-2{n}", f"1{n}:30") for n in (1, 2, 3)]
    found = propose(write(tmp_path / "c.csv", ("报案号" if not day.isascii() else "Claim No", day, at), *rows))
    assert found.columns["loss_at"].headers == (day, at)
    assert found.unknown == ()


def test_the_clock_of_another_event_is_left_alone(tmp_path: Path) -> None:
    head = ("报案号", "出险日期", "查勘日期", "查勘时间", "报案日期", "报案时间")
    rows = [(f"PA10{n}", f"2021-07-2{n}", "2021-07-25", f"1{n}:30", "2021-07-24", f"0{n}:30") for n in (1, 2, 3)]
    found = propose(write(tmp_path / "c.csv", head, *rows))
    assert found.columns["loss_at"].headers == ("出险日期",)
    assert found.columns["reported_at"].headers == ("报案日期", "报案时间")
