"""What is held against a claim as it comes in: kept and flagged, or refused; never silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emergency.intake.checks import Checks
from emergency.intake.columns import Column
from emergency.library.suspect import load_suspect
from tests.intake.files import Reading, mapping, read, write

HENAN = (110.35, 31.38, 116.65, 36.37)
CHECKS = Checks(
    HENAN,
    frozenset({"CNY", "USD"}),
    load_suspect(Path(__file__).resolve().parents[2] / "data/rules/suspect.yaml"),
)
HEADER = ("report_no", "line", "loss_at", "reported_at", "lon", "lat", "estimated", "currency")
GOOD = ("A-1", "motor", "2021-07-20 08:00", "2021-07-20 10:00", "113.6", "34.7", "20000", "CNY")


def rows(path: Path, *changes: dict[str, str], by: Any = None, header: tuple[str, ...] = HEADER) -> Reading:
    plain = dict(zip(HEADER, GOOD, strict=True))
    found = [plain | {"report_no": f"A-{i}"} | change for i, change in enumerate(changes, 1)]
    write(path / "f.csv", header, *([row.get(h, "") for h in header] for row in found))
    return read(path / "f.csv", by or mapping("plain"), checks=CHECKS)


def flags(found: Reading) -> list[tuple[str, tuple[int, ...]]]:
    return [(f.code, f.numbers) for f in found.flags]


def test_a_point_that_fits_only_exchanged_is_put_right_and_said(tmp_path: Path) -> None:
    found = rows(tmp_path, {}, {"lon": "34.7", "lat": "113.6"}, {"lon": "-95.3", "lat": "29.7"})
    assert flags(found) == [("exchanged", (2,))]
    assert found.column("lon") == [113.6, 113.6, -95.3]
    assert found.column("lat") == [34.7, 34.7, 29.7]
    assert found.flags[0].cells == ("34.7",)


def test_without_knowing_the_area_an_exchanged_point_off_the_globe_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "f.csv", HEADER, [*GOOD[:4], "34.7", "113.6", *GOOD[6:]])
    assert read(tmp_path / "f.csv").codes == [(1, "exchanged")]


def test_a_currency_without_a_rate_is_refused(tmp_path: Path) -> None:
    found = rows(tmp_path, {"currency": "ABC"}, {"currency": "usd"}, {"currency": ""})
    assert found.codes == [(1, "no_currency")]
    assert found.column("currency") == ["USD", "CNY"]


@pytest.mark.parametrize(
    ("loss", "reported", "codes"),
    [
        ("2021-07-20 08:00", "2021-07-20 07:59", ["report_before_loss"]),
        ("2021-07-20 08:00", "2021-07-20", []),  # a day alone may be any hour of it
        ("2021-07-20 08:00", "2021-07-19", ["report_before_loss"]),
        ("2018-07-19", "2021-07-20 08:00", ["report_long_after"]),
        ("2019-07-25", "2021-07-20 08:00", []),
    ],
)
def test_a_report_is_held_against_the_loss(loss: str, reported: str, codes: list[str], tmp_path: Path) -> None:
    found = rows(tmp_path, {"loss_at": loss, "reported_at": reported})
    assert [f.code for f in found.flags] == codes
    assert len(found.claims) == 1


@pytest.mark.parametrize(
    ("start", "end", "codes"),
    [
        ("2021-07-21", "2022-07-20", ["before_policy"]),
        ("2021-07-20", "2022-07-20", []),
        ("2020-07-20", "2021-07-19", ["after_policy"]),
        ("2020-07-21", "2021-07-20", []),  # the last day is insured
        ("2022-01-01", "2031-01-01", ["before_policy"]),  # an end that lies ahead is no fault
        ("at some time", "", []),
    ],
)
def test_a_loss_is_held_against_the_policys_days(start: str, end: str, codes: list[str], tmp_path: Path) -> None:
    by = mapping("plain")
    days = {name: Column(name, headers=(name,)) for name in ("policy_from", "policy_until")}
    by = replace(by, columns={**by.columns, **days})
    found = rows(tmp_path, {"policy_from": start, "policy_until": end}, by=by, header=(*HEADER, *days))
    assert [f.code for f in found.flags] == codes
    assert "policy_from" not in found.claims.columns


def test_an_amount_in_the_wrong_unit_stands_out_from_its_line(tmp_path: Path) -> None:
    usual = [{"estimated": str(18_000 + 1_000 * i)} for i in range(9)]
    homes = [{"line": "home", "estimated": "220000000"}]  # alone in its line: nothing to hold it against
    found = rows(tmp_path, *usual, {"estimated": "220000000"}, {"estimated": "2.2"}, *homes)
    assert flags(found) == [("far_above", (10,)), ("far_below", (11,))]
    assert len(found.claims) == 12  # kept as it came


def test_an_amount_no_one_claim_comes_to_is_doubted_whatever_the_others_are(tmp_path: Path) -> None:
    found = rows(tmp_path, {"estimated": "16600000000"}, {"estimated": "1000000000"})
    assert flags(found) == [("very_large", (1,))]
    assert len(found.claims) == 2


def test_of_a_handful_of_amounts_none_is_doubted(tmp_path: Path) -> None:
    found = rows(tmp_path, *[{"estimated": "20000"}] * 5, {"estimated": "220000000"})
    assert found.flags == []


def test_an_unknown_line_is_refused_where_the_mapping_says_so_and_flagged_where_it_has_a_default(
    tmp_path: Path,
) -> None:
    by = mapping("plain")
    strict = replace(by, columns={**by.columns, "line": replace(by.columns["line"], refuse_unknown=True)})
    kept = rows(tmp_path, {"line": "spaceships"}, {"line": ""})
    assert flags(kept) == [("unknown_value", (1,)), ("blank", (2,))]
    refused = rows(tmp_path, {"line": "spaceships"}, {"line": ""}, by=strict)
    assert refused.codes == [(1, "unknown_value")]
    assert flags(refused) == [("blank", (2,))]


def test_a_required_line_refuses_blanks_and_words_nobody_knows(tmp_path: Path) -> None:
    by = mapping("plain")
    needed = replace(by.columns["line"], default=None, required=True)
    found = rows(
        tmp_path, {"line": ""}, {"line": "spaceships"}, {}, by=replace(by, columns={**by.columns, "line": needed})
    )
    assert found.codes == [(1, "missing"), (2, "unknown_value")]


def test_a_rejected_row_is_not_flagged_as_well(tmp_path: Path) -> None:
    found = rows(tmp_path, {"loss_at": "sometime", "lon": "34.7", "lat": "113.6"})
    assert found.codes == [(1, "bad_date")]
    assert found.flags == []
