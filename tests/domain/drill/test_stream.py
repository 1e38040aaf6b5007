"""Streams of claims: exact totals, known truth, and no stream that disturbs another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.claim import CHANNELS, CLAIM_COLUMNS, LINES
from emergency.domain.drill.script import Amount, Arrivals, ClaimStream, SchedulePoint
from emergency.domain.drill.stream import (
    TRUTH_COLUMNS,
    all_arrivals,
    arrivals,
    by_share,
    generator,
    merge,
    true_rows,
    until,
    with_started,
)

HOUR = 3600
GAMMA = Arrivals("gamma", start_s=22 * HOUR, total=6200, peak_at_s=30 * HOUR, shape=3)
LOGNORMAL = Amount("lognormal", "CNY", median=6500, sigma=0.9)
REGIONS = {"441700": 0.4, "440800": 0.3, "440900": 0.2, "440700": 0.1}
MOTOR = ClaimStream("motor", "motor", REGIONS, GAMMA, LOGNORMAL)
NOISE = {"duplicate": 0.03, "bad_geocode": 0.05, "missing_policy": 0.02}


def drawn(stream: ClaimStream, seed: int = 7, **more: Any) -> dict[str, Any]:
    return arrivals(stream, seed, start_us=0, end_s=36 * HOUR, **more)


def counts(values: Any) -> dict[Any, int]:
    names, found = np.unique(values.astype(str), return_counts=True)
    return dict(zip(names.tolist(), found.tolist(), strict=True))


def test_a_gamma_stream_has_its_total_its_start_and_its_peak() -> None:
    got = drawn(MOTOR)["arrival_s"]
    assert len(got) == 6200
    assert got.min() >= 22 * HOUR
    by_two_hours, edges = np.histogram(got, bins=np.arange(22, 60, 2) * HOUR)
    assert abs(edges[by_two_hours.argmax()] / HOUR - 30) <= 2


def test_regions_are_exact_shares_in_every_seed() -> None:
    for seed in (1, 2):
        assert counts(drawn(MOTOR, seed)["truth_region"]) == {
            "441700": 2480, "440800": 1860, "440900": 1240, "440700": 620
        }  # fmt: skip


def test_a_constant_stream_keeps_its_rate_until_the_end_of_the_drill() -> None:
    stream = replace(MOTOR, arrivals=Arrivals("constant", start_s=HOUR, per_hour=90))
    got = arrivals(stream, 7, start_us=0, end_s=4 * HOUR)["arrival_s"]
    assert np.histogram(got, bins=np.arange(5) * HOUR)[0].tolist() == [0, 90, 90, 90]


def test_a_schedule_is_kept_to_the_second() -> None:
    points = (SchedulePoint(26 * HOUR, 3), SchedulePoint(28 * HOUR, 6))
    got = drawn(replace(MOTOR, arrivals=Arrivals("schedule", points=points)))["arrival_s"]
    assert got.tolist() == [26 * HOUR] * 3 + [28 * HOUR] * 6


def test_amounts_are_minor_units_with_the_median_asked_for() -> None:
    assert np.median(drawn(MOTOR)["estimated_minor"]) == pytest.approx(650_000, rel=0.05)
    fixed = drawn(replace(MOTOR, amount=Amount("fixed", "CNY", value=300_000)))
    assert set(fixed["estimated_minor"].tolist()) == {30_000_000}


def test_noise_is_an_exact_share_and_the_truth_stays_beside_it() -> None:
    got = drawn(replace(MOTOR, noise=NOISE))
    again = ~true_rows(got)
    assert (len(again), again.sum()) == (6200 + 186, 186)
    assert (got["region_given"] != got["truth_region"]).sum() == round(0.05 * 6386)
    assert np.equal(got["policy_no"], None).sum() == round(0.02 * 6386)
    assert counts(got["truth_region"][~again])["441700"] == 2480


def test_a_duplicate_is_a_later_report_of_the_same_loss_under_a_new_number() -> None:
    got = drawn(replace(MOTOR, noise={"duplicate": 0.03}))
    row_of = {number: row for row, number in enumerate(got["report_no"])}
    for row in np.flatnonzero(~true_rows(got)):
        first = row_of[got["truth_duplicate_of"][row]]
        assert first != row and got["arrival_s"][first] < got["arrival_s"][row]
        for column in ("policy_no", "estimated_minor", "loss_at", "truth_region"):
            assert got[column][first] == got[column][row]


def test_noise_changes_no_true_claim() -> None:
    plain, noisy = drawn(MOTOR), drawn(replace(MOTOR, noise=NOISE))
    kept = true_rows(noisy)
    for column in ("arrival_s", "truth_region", "estimated_minor", "truth_policy_no", "channel"):
        assert (noisy[column][kept] == plain[column]).all()


def test_adding_a_stream_changes_no_other() -> None:
    other = replace(MOTOR, id="property", lob="property")
    both = all_arrivals([other, MOTOR], 7, 0, 36 * HOUR)
    mine = both["stream"] == "motor"
    alone = drawn(MOTOR)
    for column in set(CLAIM_COLUMNS) - {"row", "lon", "lat"} | set(TRUTH_COLUMNS):
        assert (both[column][mine] == alone[column]).all(), column


def test_two_streams_alike_but_for_their_id_share_no_draw() -> None:
    one, two = drawn(MOTOR), drawn(replace(MOTOR, id="motor-2"))
    for column in ("arrival_s", "estimated_minor", "truth_region", "truth_policy_no", "channel"):
        assert (one[column] != two[column]).any(), column


def test_the_same_seed_gives_the_same_claims_and_another_seed_others() -> None:
    one, same, other = drawn(MOTOR, 7), drawn(MOTOR, 7), drawn(MOTOR, 8)
    assert (one["arrival_s"] == same["arrival_s"]).all()
    assert (one["arrival_s"] != other["arrival_s"]).any()


def test_the_first_numbers_of_a_generator_stay_what_they_were() -> None:
    # A stored drill must give the same claims in a later version of the libraries.
    drawn_first = generator(7, "motor", "arrival").random(3).tolist()
    assert drawn_first == [0.2011778112181809, 0.5413397883083904, 0.23674938580350346]


def test_columns_are_those_of_a_claim_with_allowed_words() -> None:
    got = drawn(replace(MOTOR, lob="all", noise=NOISE), cause="typhoon")
    assert list(got) == [*CLAIM_COLUMNS, *TRUTH_COLUMNS]
    assert len({len(column) for column in got.values()}) == 1
    assert set(got["line"]) <= set(LINES) and set(got["channel"]) <= set(CHANNELS)
    assert (got["loss_at"] < got["reported_at"]).all()
    assert len(set(got["report_no"])) == len(got["report_no"])
    assert set(got["cause"]) == {"typhoon"}


def test_a_stream_begun_by_an_inject_counts_from_its_delivery() -> None:
    points = Arrivals("schedule", points=(SchedulePoint(600, 2),))
    assert drawn(replace(MOTOR, arrivals=points), from_s=HOUR)["arrival_s"].tolist() == [HOUR + 600] * 2


def test_a_stream_that_an_inject_began_joins_the_others_and_loses_no_claim_of_its_first_second() -> None:
    points = Arrivals("schedule", points=(SchedulePoint(0, 3), SchedulePoint(600, 2)))
    first, late = drawn(MOTOR), replace(MOTOR, id="late", arrivals=points)
    got = with_started(first, [(HOUR, late)], 7, 0, 36 * HOUR)
    mine = got["stream"] == "late"
    assert got["arrival_s"][mine].tolist() == [HOUR + 1] * 3 + [HOUR + 600] * 2
    assert len(until(got, HOUR, 36 * HOUR)["row"][until(got, HOUR, 36 * HOUR)["stream"] == "late"]) == 5
    assert got["report_no"][~mine].tolist() == first["report_no"].tolist(), "the others are as they were"
    assert with_started(first, [], 7, 0, 36 * HOUR) is first


def test_claims_of_a_span_are_cut_without_gap_or_overlap() -> None:
    got = drawn(MOTOR)
    first, second = until(got, -1, 30 * HOUR), until(got, 30 * HOUR, 36 * HOUR)
    assert first["arrival_s"].max() <= 30 * HOUR < second["arrival_s"].min()
    assert len(first["row"]) + len(second["row"]) == (got["arrival_s"] <= 36 * HOUR).sum()


def test_without_streams_there_are_empty_columns() -> None:
    assert {len(column) for column in merge([]).values()} == {0}
    assert list(merge([])) == [*CLAIM_COLUMNS, *TRUTH_COLUMNS]


@pytest.mark.parametrize("wrong", [{"lob": "pets"}, {"noise": {"typos": 0.1}}])
def test_an_unknown_line_or_noise_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="pets|typos"):
        drawn(replace(MOTOR, **wrong))


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6), st.integers(0, 500), st.integers(0, 99))
@settings(deadline=None)
def test_shares_are_never_off_by_a_whole_claim(weights: list[int], count: int, seed: int) -> None:
    shares = {f"r{i}": weight / sum(weights) for i, weight in enumerate(weights)}
    got = counts(by_share(shares, count, generator(seed)))
    assert sum(got.values()) == count
    assert all(abs(got.get(name, 0) - share * count) < 1 for name, share in shares.items())
