"""Every data row is exactly one of accepted, duplicate or rejected, whatever the file holds."""

import csv
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from emergency.intake.claims import file_digest, write_rejects
from emergency.intake.faults import FileFault
from emergency.intake.mapping import ClaimMapping
from emergency.texts import speaker
from tests.intake.files import SHARED, Reading, mapping, read, without_child

HEADER = ["report_no", "loss_at", "lat", "lon", "estimated", "line", "status", "place"]
LINE_ENDS = ("\n", "\r\n")
MESS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
CELLS = {
    "report_no": st.sampled_from(["A", "B", "C", " A", "Ａ", "", "1.5E+11", "D\nE"]) | MESS,
    "loss_at": st.sampled_from(["2021-07-20", "2021/7/20 9:00", "44397", "", "2999-01-01", "20210720"]) | MESS,
    "lat": st.sampled_from(["34.7", "", "95", "0"]) | MESS,
    "lon": st.sampled_from(["113.6", "", "195", "0"]) | MESS,
    "estimated": st.sampled_from(["1", "", "1,000", "-4", "much"]) | MESS,
    "line": st.sampled_from(["motor", "", "ship"]) | MESS,
    "status": st.sampled_from(["paid", "", "lost"]) | MESS,
    "place": MESS,
}
ROWS = st.lists(
    st.tuples(*CELLS.values()).map(list)
    | st.lists(MESS, min_size=1, max_size=12)  # ragged
    | st.just([]),  # an empty line
    max_size=25,
)


# A place over columns that may all be blank in one row and not in the next.
JOINED = mapping("plain")
JOINED = replace(
    JOINED,
    columns={**JOINED.columns, "place": replace(JOINED.columns["place"], headers=("place", "lat"), combine="join")},
)


def totals(found: Reading) -> list[int]:
    """Rows that are no claims but sums of them."""
    return [row for flag in found.flags if flag.code == "total_row" for row in flag.numbers]


def balanced(found: Reading) -> bool:
    """Each row number once: accepted, duplicate, rejected, or a total."""
    numbers = [*found.column("row"), *(d.row for d in found.duplicates), *(r.row for r in found.rejects)]
    return sorted([*numbers, *totals(found)]) == list(range(1, found.rows + len(totals(found)) + 1))


@given(
    rows=ROWS,
    end=st.sampled_from(LINE_ENDS),
    chunk_rows=st.sampled_from([1, 3, 1_000]),
    by=st.sampled_from([mapping("plain"), JOINED]),
)
def test_no_row_is_lost_or_counted_twice(rows: list[list[str]], end: str, chunk_rows: int, by: ClaimMapping) -> None:
    with without_child(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messy.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator=end).writerows([HEADER, *rows])
        with path.open(newline="", encoding="utf-8") as file:
            expected = sum(1 for record in csv.reader(file) if record) - 1
        found = read(path, by, chunk_rows=chunk_rows)
        assert found.rows + len(totals(found)) == expected
        assert balanced(found)
        assert found.claims["report_no"].is_unique
        out = Path(folder) / "rejects.csv"
        write_rejects(out, found.rejects, found.header, speaker("en"))
        again = read(out, by)
        assert (again.rows, len(again.rejects)) == (len(found.rejects), len(found.rejects))


@given(content=st.binary(max_size=300))
def test_any_bytes_under_a_header_are_accounted_for_or_refused_with_words(content: bytes) -> None:
    with without_child(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wild.csv"
        path.write_bytes(b"report_no,loss_at\r\nA,2021-07-20\r\n" + content)
        with suppress(FileFault):
            found = read(path)
            assert balanced(found)
            assert found.rows >= 1


# name: rows, paid, closed, without county, without coordinates, claims with a payment below zero,
# sum of all payments in cents: counted with the csv module in the test below, and once by hand.
FACTS = {
    "nfip_claims_sample_dev.csv": (25_802, 19_740, 6_062, 697, 439, 24, 67_871_322_438),
    "nfip_raw_v2_schema_1000_dev.csv": (942, 881, 61, 1, 0, 0, 3_556_045_110),
}
PAID = ("amountPaidOnBuildingClaim", "amountPaidOnContentsClaim", "amountPaidOnIncreasedCostOfComplianceClaim")


def counted(path: Path) -> tuple[int, ...]:
    """The same figures, straight from the rows."""
    rows = paid = closed = no_county = no_point = below = total = 0
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cents = [round(float(row[name]) * 100) for name in PAID if row[name]]
            rows += 1
            paid += any(cents)
            closed += not any(cents)
            no_county += not row["countyCode"]
            no_point += not row["latitude"]
            below += sum(cents) < 0
            total += sum(cents)
    return rows, paid, closed, no_county, no_point, below, total


@pytest.mark.parametrize("name", FACTS)
def test_the_public_flood_claims_are_read_whole(name: str) -> None:
    path = SHARED / "claims" / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository (../shared/data/claims)")
    found = read(path, "nfip-v2")
    claims = found.claims
    assert balanced(found)
    assert (len(found.rejects), len(found.duplicates)) == (0, 0)
    facts = (
        len(claims),
        int((claims["status"] == "paid").sum()),
        int((claims["status"] == "closed").sum()),
        int(claims["region_given"].isna().sum()),
        int(claims["lat"].isna().sum()),
        int((claims["paid_minor"] < 0).sum()),
        int(claims["paid_minor"].sum()),
    )
    assert facts == FACTS[name] == counted(path)
    assert claims["reported_at"].isna().all()
    assert set(claims["currency"]) == {"USD"}
    assert claims["region_given"].dropna().str.fullmatch(r"\d{5}").all()


@pytest.mark.parametrize("name", FACTS)
def test_a_second_reading_gives_the_same_frames(name: str) -> None:
    path = SHARED / "claims" / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository (../shared/data/claims)")
    first, second = read(path, "nfip-v2"), read(path, "nfip-v2", chunk_rows=1_777)
    assert_frame_equal(first.claims, second.claims)
    assert file_digest(path) == file_digest(path)


def test_a_day_of_loss_printed_as_an_instant_stays_that_day() -> None:
    """The untouched schema prints days as 1998-02-07T00:00:00.000Z; in Chicago that instant is the day before."""
    path = SHARED / "claims" / "nfip_raw_v2_schema_1000_dev.csv"
    if not path.exists():
        pytest.skip("nfip_raw_v2_schema_1000_dev.csv is not beside the repository (../shared/data/claims)")
    found = read(path, "nfip-v2").claims
    local = found["loss_at"].astype("datetime64[us]").dt.tz_localize("UTC").dt.tz_convert("America/Chicago")
    with path.open(newline="", encoding="utf-8") as file:
        days = [row["dateOfLoss"][:10] for row in csv.DictReader(file)]
    assert local.dt.strftime("%Y-%m-%d %H:%M").tolist() == [f"{day} 00:00" for day in days]
