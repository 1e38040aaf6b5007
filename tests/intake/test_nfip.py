"""The public flood claims' schema, rule by rule, on rows written by hand."""

from pathlib import Path

import pytest

from tests.intake.files import Reading, mapping, read, us, write

PAID = ("amountPaidOnBuildingClaim", "amountPaidOnContentsClaim", "amountPaidOnIncreasedCostOfComplianceClaim")


def one(tmp_path: Path, **cells: str) -> Reading:
    row = {"id": "1", "dateOfLoss": "2017-08-27", "occupancyType": "1", "asOfDate": "2026-06-01", **cells}
    return read(write(tmp_path / "nfip.csv", row, row.values()), "nfip-v2")


@pytest.mark.parametrize("cell", ["2017-08-27", "2017-08-27T00:00:00.000Z", "2017-08-27 13:45:00", "08272017"])
def test_a_loss_is_kept_as_the_start_of_its_day_in_chicago(tmp_path: Path, cell: str) -> None:
    found = one(tmp_path, dateOfLoss=cell)
    if cell == "08272017":
        assert found.codes == [(1, "bad_date")]
    else:
        assert found.column("loss_at") == [us("2017-08-27T00:00:00-05:00")]


@pytest.mark.parametrize(
    ("building", "contents", "icc", "cents"),
    [
        ("100.10", "20", "3", 12_310),
        ("100.10", "", "", 10_010),
        ("-500", "100", "0.00", -40_000),
        ("0.00", "0.00", "0.00", 0),
        ("", "", "", None),
    ],
)
def test_paid_is_the_sum_of_what_is_given_and_missing_where_nothing_is(
    tmp_path: Path, building: str, contents: str, icc: str, cents: int | None
) -> None:
    found = one(tmp_path, **dict(zip(PAID, (building, contents, icc), strict=True)))
    assert found.column("paid_minor") == [cents]


@pytest.mark.parametrize(
    ("damage", "paid", "cents"),
    [
        ("2150", "1500", 215_000),
        ("0", "1500", 0),
        ("", "1500", 150_000),
        ("", "0", 0),
        ("", "-1500", None),  # a recovery is no estimate
        ("", "", None),
    ],
)
def test_estimated_is_the_damage_else_what_was_paid(tmp_path: Path, damage: str, paid: str, cents: int | None) -> None:
    found = one(tmp_path, buildingDamageAmount=damage, contentsDamageAmount="", amountPaidOnBuildingClaim=paid)
    assert found.codes == []
    assert found.column("estimated_minor") == [cents]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"amountPaidOnBuildingClaim": "10", "nonPaymentReasonContents": "97"}, "paid"),
        ({"amountPaidOnBuildingClaim": "-10"}, "paid"),
        ({"amountPaidOnBuildingClaim": "0.00", "nonPaymentReasonBuilding": "01"}, "closed"),
        ({"asOfDate": "2019-08-27"}, "reported"),  # 730 days after the loss
        ({"asOfDate": "2019-08-28"}, "closed"),
        ({"asOfDate": "2019-08-27T05:00:00.000Z"}, "reported"),  # midnight in Chicago, 730 days to the second
        ({"asOfDate": "2019-08-27T05:00:01.000Z"}, "closed"),
    ],
)
def test_the_status_follows_payment_then_reason_then_age(tmp_path: Path, cells: dict[str, str], status: str) -> None:
    assert one(tmp_path, **cells).column("status") == [status]


@pytest.mark.parametrize(("code", "line"), [("1.0", "home"), ("11", "home"), ("4", "property"), ("19.0", "property")])
def test_homes_are_home_and_the_rest_is_property(tmp_path: Path, code: str, line: str) -> None:
    found = one(tmp_path, occupancyType=code)
    assert found.column("line") == [line]
    assert found.flags == []


def test_a_withheld_city_is_no_place_and_a_county_code_gets_its_zero(tmp_path: Path) -> None:
    found = one(
        tmp_path, reportedCity="Currently Unavailable", reportedZipCode="08098", state="NJ", countyCode="6073.0"
    )
    assert found.column("place") == ["08098, NJ"]
    assert found.column("region_given") == ["06073"]


def test_the_mapping_says_that_coordinates_are_rounded(tmp_path: Path) -> None:
    assert mapping("nfip-v2").rounded_degrees == 0.1
    assert one(tmp_path, latitude="29.8", longitude="-95.4").column("lon") == [-95.4]


def test_identifiers_are_kept_letter_by_letter(tmp_path: Path) -> None:
    ugly = "b'\\xc3\\xa3\\x82\\xf6N\\x87L\\xff\\x8a\\xd7\"wq\\x9b^%'"
    found = one(tmp_path, id=ugly)
    assert found.column("report_no") == [ugly]
