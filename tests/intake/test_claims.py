"""Each rule of reading, on files small enough to check by eye."""

from pathlib import Path

import pytest

from emergency.domain.claim import CLAIM_COLUMNS
from tests.intake.files import NOW_US, Reading, mapping, read, us, write

HEADER = ("report_no", "loss_at")


def one(tmp_path: Path, **cells: str) -> Reading:
    """A file of one row under the plain mapping."""
    row = {"report_no": "R1", "loss_at": "2021-07-20", **cells}
    return read(write(tmp_path / "claims.csv", row, row.values()))


def test_a_plain_row_becomes_a_claim_with_every_column(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        policy_no="P9",
        line="motor",
        cause="Flood",
        loss_at="2021-07-20 14:30:00",
        reported_at="2021-07-20T15:00:00+08:00",
        channel="phone",
        place="郑州市金水区",
        region="410105",
        lon="113.66",
        lat="34.78",
        estimated="12345.67",
        paid="-10",
        injured="2",
        dead="0",
        status="surveyed",
    )
    assert dict(found.claims.dtypes.astype(str)) == dict(CLAIM_COLUMNS)
    assert list(found.claims.columns) == list(CLAIM_COLUMNS)
    assert {c: found.column(c)[0] for c in CLAIM_COLUMNS} == {
        "row": 1,
        "report_no": "R1",
        "policy_no": "P9",
        "line": "motor",
        "cause": "flood",
        "loss_at": us("2021-07-20T14:30:00+08:00"),
        "reported_at": us("2021-07-20T15:00:00+08:00"),
        "channel": "phone",
        "place": "郑州市金水区",
        "region_given": "410105",
        "lon": 113.66,
        "lat": 34.78,
        "currency": "CNY",
        "estimated_minor": 1_234_567,
        "paid_minor": -1_000,
        "injured": 2,
        "dead": 0,
        "status": "surveyed",
    }
    assert found.flags == []


def test_what_the_file_does_not_say_stays_missing_and_is_never_invented(tmp_path: Path) -> None:
    found = one(tmp_path)
    missing = {"policy_no", "cause", "reported_at", "place", "region_given", "lon", "lat"}
    missing |= {"estimated_minor", "paid_minor", "injured", "dead"}
    assert {c for c in CLAIM_COLUMNS if found.column(c) == [None]} == missing
    assert (found.column("channel"), found.column("status"), found.column("line")) == (
        ["unknown"],
        ["reported"],
        ["property"],
    )


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2021-07-20", "2021-07-20T00:00:00+08:00"),
        ("2021/7/20", "2021-07-20T00:00:00+08:00"),
        ("2021.7.20", "2021-07-20T00:00:00+08:00"),
        ("20210720", "2021-07-20T00:00:00+08:00"),
        ("20210720143000", "2021-07-20T14:30:00+08:00"),
        ("2021年7月20日", "2021-07-20T00:00:00+08:00"),
        ("2021年7月20日 14时30分", "2021-07-20T14:30:00+08:00"),
        ("2021-07-20 14:30", "2021-07-20T14:30:00+08:00"),
        ("2021/7/20 9:05:07", "2021-07-20T09:05:07+08:00"),
        ("2021-07-20T06:30:00Z", "2021-07-20T14:30:00+08:00"),
        ("2021-07-20T06:30:00.000Z", "2021-07-20T14:30:00+08:00"),
        ("2021-07-20T01:30:00-05:00", "2021-07-20T14:30:00+08:00"),
        ("２０２１－０７－２０　１４：３０", "2021-07-20T14:30:00+08:00"),
        # 44397 days after 1899-12-30; 0.604166… of a day is 14:30.
        ("44397", "2021-07-20T00:00:00+08:00"),
        ("44397.6041666667", "2021-07-20T14:30:00+08:00"),
    ],
)
def test_dates_are_read_in_the_spellings_people_use(tmp_path: Path, cell: str, instant: str) -> None:
    found = one(tmp_path, loss_at=cell)
    assert found.codes == []
    assert found.column("loss_at") == [us(instant)]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "missing"),
        ("无", "missing"),
        ("yesterday", "bad_date"),
        ("2021-02-30", "bad_date"),
        ("2021-07-20 25:00", "bad_date"),
        ("0021-07-20", "bad_date"),
        ("7/20/2021", "bad_date"),
        ("2021", "bad_date"),
        ("2026-11-22 08:00:01", "future"),
        # Summer time began in China on 17 April 1988 at 02:00: half past two never was.
        ("1988-04-17 02:30", "skipped_time"),
        ("1988-04-17 02:30:00", "skipped_time"),
    ],
)
def test_dates_that_cannot_be_are_rejected(tmp_path: Path, cell: str, code: str) -> None:
    found = one(tmp_path, loss_at=cell)
    assert found.codes == [(1, code)]
    assert found.rejects[0].field == "loss_at"
    assert found.rows == 1


def test_an_hour_that_came_twice_is_taken_as_its_first_coming(tmp_path: Path) -> None:
    """Clocks in China went back on 11 September 1988, 02:00 summer time to 01:00."""
    assert one(tmp_path, loss_at="1988-09-11 01:30").column("loss_at") == [us("1988-09-11T01:30:00+09:00")]


def test_the_moment_of_import_itself_is_not_the_future(tmp_path: Path) -> None:
    """08:00 in Shanghai is 00:00 UTC, the moment of import of these tests."""
    assert one(tmp_path, loss_at="2026-11-22 08:00:00").column("loss_at") == [NOW_US]


def test_american_dates_are_read_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "us.csv", HEADER, ("A", "7/20/2021 2:30"), ("B", "13/20/2021"))
    found = read(path, mapping("plain", date_order="mdy"))
    assert found.column("loss_at") == [us("2021-07-20T02:30:00+08:00")]
    assert found.codes == [(2, "bad_date")]


@pytest.mark.parametrize(
    ("cell", "minor"),
    [
        ("0", 0),
        ("1234.5", 123_450),
        ("1,234.50", 123_450),
        ("+7", 700),
        ("１２３．４５", 12_345),
        ("￥1200", 120_000),
        ("1200元", 120_000),
        ("1.2E+05", 12_000_000),
        ("0.005", 0),
        ("0.015", 2),
        ("", None),
        ("-", None),
        ("N/A", None),
        ("NULL", None),
    ],
)
def test_amounts_are_read_in_the_spellings_people_use(tmp_path: Path, cell: str, minor: int | None) -> None:
    found = one(tmp_path, estimated=cell)
    assert found.codes == []
    assert found.column("estimated_minor") == [minor]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("about 500", "not_a_number"),
        ("NaN", "not_a_number"),
        ("nan", "not_a_number"),
        ("inf", "not_a_number"),
        ("-Infinity", "not_a_number"),
        ("#N/A", "not_a_number"),
        ("#DIV/0!", "not_a_number"),
        ("12,34", "not_a_number"),
        ("1_000", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1e999", "not_a_number"),
        ("TRUE", "not_a_number"),
        ("3万元", "other_unit"),
        ("-5", "negative"),
        ("(5)", "negative"),
        ("99999999999999", "too_large"),
    ],
)
def test_amounts_that_are_none_are_rejected(tmp_path: Path, cell: str, code: str) -> None:
    assert one(tmp_path, estimated=cell).codes == [(1, code)]


def test_a_recovery_is_a_negative_payment_and_is_accepted(tmp_path: Path) -> None:
    assert one(tmp_path, paid="(1,000.50)").column("paid_minor") == [-100_050]


def test_minor_units_follow_the_row_s_currency(tmp_path: Path) -> None:
    header = (*HEADER, "currency", "paid")
    rows = (("A", "2021-07-20", "JPY", "1200"), ("B", "2021-07-20", "usd", "1200"), ("C", "2021-07-20", "", "1200"))
    found = read(write(tmp_path / "c.csv", header, *rows, ("D", "2021-07-20", "dollars", "1")))
    assert found.column("currency") == ["JPY", "USD", "CNY"]
    assert found.column("paid_minor") == [1_200, 120_000, 120_000]
    assert found.codes == [(4, "no_currency")]


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        ("113.66", "91", "exchanged"),
        ("34.78", "113.66", "exchanged"),
        ("181", "34", "off_the_globe"),
        ("113", "-200", "off_the_globe"),
        ("113°40'", "34", "not_a_number"),
    ],
)
def test_coordinates_off_the_globe_are_rejected(tmp_path: Path, lon: str, lat: str, code: str) -> None:
    assert one(tmp_path, lon=lon, lat=lat).codes == [(1, code)]


@pytest.mark.parametrize(
    ("lon", "lat", "flag"), [("", "", None), ("113.66", "", "half_a_point"), ("0", "0", "null_island")]
)
def test_a_claim_without_a_usable_place_is_accepted(tmp_path: Path, lon: str, lat: str, flag: str | None) -> None:
    found = one(tmp_path, lon=lon, lat=lat)
    assert (found.column("lon"), found.column("lat")) == ([None], [None])
    assert [f.code for f in found.flags] == ([flag] if flag else [])


@pytest.mark.parametrize(
    ("cell", "code"), [("-1", "not_a_count"), ("1.5", "not_a_count"), ("two", "not_a_number"), ("3万", "not_a_number")]
)
def test_people_are_counted_in_whole_numbers(tmp_path: Path, cell: str, code: str) -> None:
    assert one(tmp_path, injured=cell).codes == [(1, code)]
    assert one(tmp_path, dead="3人").column("dead") == [3]
    assert one(tmp_path, dead="3.0").column("dead") == [3]


@pytest.mark.parametrize(
    ("cell", "code"), [("", "missing"), ("2.02107E+13", "rounded_number"), ("x" * 201, "overlong_number")]
)
def test_a_row_without_its_own_number_is_rejected(tmp_path: Path, cell: str, code: str) -> None:
    assert one(tmp_path, report_no=cell).codes == [(1, code)]


def test_report_numbers_are_compared_as_half_width_text(tmp_path: Path) -> None:
    rows = (("Ａ１", "2021-07-20"), ("A1", "2021-07-20"), (" A1 ", "2021-07-21"), ("a1", "2021-07-20"))
    found = read(write(tmp_path / "c.csv", HEADER, *rows))
    assert found.column("report_no") == ["A1", "a1"]
    assert [(d.row, d.first_row, d.differing) for d in found.duplicates] == [(2, 1, ()), (3, 1, ("loss_at",))]


def test_a_repeated_number_names_the_first_row_and_what_differs(tmp_path: Path) -> None:
    header = (*HEADER, "paid", "status")
    rows = (
        ("A", "2021-07-20", "1", "paid"),
        ("B", "2021-07-20", "1", "paid"),
        ("A", "2021-07-20", "2", "closed"),
        ("B", "2021-07-20", "1", "paid"),
    )
    for chunk_rows in (1, 2, 3, 100):
        found = read(write(tmp_path / "c.csv", header, *rows), chunk_rows=chunk_rows)
        assert found.column("report_no") == ["A", "B"]
        assert [(d.row, d.report_no, d.first_row, d.differing) for d in found.duplicates] == [
            (3, "A", 1, ("paid_minor", "status")),
            (4, "B", 2, ()),
        ]


def test_a_rejected_row_is_not_the_first_of_its_number(tmp_path: Path) -> None:
    found = read(write(tmp_path / "c.csv", HEADER, ("A", "never"), ("A", "2021-07-20"), ("A", "2021-07-20")))
    assert found.codes == [(1, "bad_date")]
    assert found.column("row") == [2]
    assert [(d.row, d.first_row) for d in found.duplicates] == [(3, 2)]


def test_unknown_words_take_the_default_and_are_flagged_once_for_all_rows(tmp_path: Path) -> None:
    header = (*HEADER, "line", "status")
    rows = [(str(i), "2021-07-20", line, "lost") for i, line in enumerate(("spaceship", "spaceship", "", "Motor"))]
    found = read(write(tmp_path / "c.csv", header, *rows))
    assert found.column("line") == ["property", "property", "property", "motor"]
    assert found.column("status") == ["reported"] * 4
    assert [(f.field, f.value, f.code, f.rows, f.first_row) for f in found.flags] == [
        ("line", "spaceship", "unknown_value", 2, 1),
        ("line", "", "blank", 1, 3),
        ("status", "lost", "unknown_value", 4, 1),
    ]


def test_a_row_with_several_faults_is_one_reject_that_names_them_all(tmp_path: Path) -> None:
    found = one(tmp_path, loss_at="never", lat="95", lon="3", paid="much")
    assert [(r.row, r.field, r.code) for r in found.rejects] == [(1, "loss_at", "bad_date")]
    said = str(found.rejects[0].reason)
    assert "never cannot be read" in said
    assert "paid: much is not a number" in said
    assert "lat: latitude 95 lies outside" in said
    assert found.rejects[0].raw == {"report_no": "R1", "loss_at": "never", "lat": "95", "lon": "3", "paid": "much"}


def test_a_file_with_a_header_alone_gives_one_empty_chunk(tmp_path: Path) -> None:
    found = read(write(tmp_path / "c.csv", HEADER))
    assert (found.rows, len(found.claims), len(found.chunks)) == (0, 0, 1)
    assert dict(found.claims.dtypes.astype(str)) == dict(CLAIM_COLUMNS)


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", HEADER, *((str(i), "2021-07-20") for i in range(5_000)))
    read_so_far = [c.bytes_read for c in read(path, chunk_rows=1_000).chunks]
    assert read_so_far == sorted(read_so_far)
    assert read_so_far[-1] == path.stat().st_size == read(path).chunks[0].bytes_total
