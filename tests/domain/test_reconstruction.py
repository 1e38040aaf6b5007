import random
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.claim import CHANNELS, CLAIM_COLUMNS, LINES, STATUSES
from emergency.domain.reconstruction import (
    HOUR_US,
    LARGEST_MINOR,
    POOLED,
    PROBABILITIES,
    SMALLEST_SAMPLE,
    ArrivalCurve,
    DailyCounts,
    PaidQuantiles,
    amount_minor,
    own_or_pooled,
    reconstruct,
    reported_at,
)
from emergency.library.figures import harvey

HOUSTON = ZoneInfo("America/Chicago")
DAY = 24 * HOUR_US


def beside(code, lon, lat, n, dice):
    """Positions within a tenth of a degree, without any map."""
    return lon + dice.uniform(-0.1, 0.1, n), lat + dice.uniform(-0.1, 0.1, n)


@pytest.fixture(scope="module")
def published(repository):
    return harvey(repository / "data" / "claims" / "harvey-2017")


@pytest.fixture(scope="module")
def drawn(published):
    return reconstruct(published.counts, published.quantiles, published.curve, seed=2017, place=beside)


def test_there_are_exactly_as_many_claims_as_published(drawn, published):
    assert published.counts.total == 14_889
    assert {len(column) for column in drawn.values()} == {14_889}


def test_every_county_and_day_has_its_published_count(drawn, published):
    days = [datetime.fromtimestamp(us // 1_000_000, HOUSTON).date() for us in drawn["loss_at"].tolist()]
    found: dict[tuple[str, date], int] = {}
    for county, day in zip(drawn["region_given"], days, strict=True):
        found[county, day] = found.get((county, day), 0) + 1
    starts = [datetime.fromtimestamp(us // 1_000_000, HOUSTON).date() for us in published.counts.day_start_us]
    assert found == dict(zip(zip(published.counts.county, starts, strict=True), published.counts.claims, strict=True))


def test_claims_of_an_unknown_county_are_known_to_lie_in_texas_and_have_no_position(drawn):
    texas = drawn["region_given"] == "48"
    assert texas.sum() == 3
    assert np.isnan(drawn["lon"][texas]).all() and not np.isnan(drawn["lon"][~texas]).any()


def test_amounts_of_a_county_have_its_published_quantiles(drawn, published):
    counties, sizes = np.unique(drawn["region_given"], return_counts=True)
    large = [c for c, n in zip(counties, sizes, strict=True) if n >= 200]
    assert "48201" in large and len(large) == 7
    for county in large:
        mine = drawn["estimated_minor"][drawn["region_given"] == county]
        wanted = np.array(own_or_pooled(county, published.quantiles).minor)
        assert np.quantile(mine, PROBABILITIES) == pytest.approx(wanted, rel=0.05), county


def test_a_county_with_few_sampled_claims_has_the_pooled_quantiles(published):
    assert published.quantiles["48291"].sample_claims < SMALLEST_SAMPLE
    assert own_or_pooled("48291", published.quantiles) is published.quantiles[POOLED]
    assert own_or_pooled("48015", published.quantiles) is published.quantiles[POOLED]
    assert own_or_pooled("48201", published.quantiles) is published.quantiles["48201"]


def test_no_claim_is_reported_before_its_loss_and_reports_come_in_order(drawn):
    assert (drawn["reported_at"] >= drawn["loss_at"]).all()
    assert (np.diff(drawn["reported_at"]) >= 0).all()
    assert drawn["report_no"][0] == "R-000001" and len(set(drawn["report_no"])) == 14_889


def test_columns_are_those_of_a_claim_with_words_it_may_take(drawn):
    assert set(drawn) == set(CLAIM_COLUMNS) - {"row"}
    assert set(drawn["line"]) <= set(LINES)
    assert set(drawn["channel"]) == {"unknown"} and "unknown" in CHANNELS
    assert set(drawn["status"]) <= set(STATUSES)
    assert set(drawn["currency"]) == {"USD"} and set(drawn["cause"]) == {"flood"}


def same(one, other):
    return all(np.array_equal(one[k], other[k], equal_nan=one[k].dtype.kind == "f") for k in one)


def test_the_same_seed_draws_the_same_bytes_and_another_seed_others(drawn, published):
    again = reconstruct(published.counts, published.quantiles, published.curve, seed=2017, place=beside)
    assert same(drawn, again)
    other = reconstruct(published.counts, published.quantiles, published.curve, seed=2018, place=beside)
    assert not np.array_equal(drawn["loss_at"], other["loss_at"])


def shuffled(counts, luck):
    rows = list(
        zip(counts.county, counts.day_start_us, counts.day_end_us, counts.claims, counts.lon, counts.lat, strict=True)
    )
    luck.shuffle(rows)
    return DailyCounts(*map(tuple, zip(*rows, strict=True)))


def test_the_order_of_rows_changes_nothing(drawn, published):
    turned = shuffled(published.counts, random.Random(1))
    assert same(drawn, reconstruct(turned, published.quantiles, published.curve, seed=2017, place=beside))


def test_another_counties_figures_do_not_change_ones_own_claims():
    curve, quantiles = ArrivalCurve((0,), (1,)), {POOLED: PaidQuantiles(100, (100, 200, 300, 400, 500))}
    alone = DailyCounts(("A",), (0,), (DAY,), (5,), (0.0,), (0.0,))
    both = DailyCounts(("A", "B"), (0, 0), (DAY, DAY), (5, 7), (0.0, 1.0), (0.0, 1.0))
    one = reconstruct(alone, quantiles, curve, seed=1, place=beside)
    two = reconstruct(both, quantiles, curve, seed=1, place=beside)
    mine = two["region_given"] == "A"
    for name in ("loss_at", "reported_at", "lon", "lat", "estimated_minor"):
        assert np.array_equal(one[name], two[name][mine]), name


CURVE = ArrivalCurve((0, HOUR_US, 2 * HOUR_US, 3 * HOUR_US), (1, 0, 2, 1))


def test_a_report_falls_into_an_hour_with_reports_at_or_after_the_loss():
    luck = np.linspace(0, 0.999, 1_000)
    found = reported_at(np.zeros(1_000, dtype=np.int64), CURVE, luck) // HOUR_US
    hours, counts = np.unique(found, return_counts=True)
    assert hours.tolist() == [0, 2, 3]
    assert counts / 1_000 == pytest.approx([0.25, 0.5, 0.25], abs=0.01)


def test_half_of_the_hour_of_loss_is_gone_when_the_loss_falls_into_its_middle():
    # Left: half of the first hour's single report, then 2 and 1: 0.5 of 3.5.
    luck = np.linspace(0, 0.9999, 7_000)
    found = reported_at(np.full(7_000, HOUR_US // 2, dtype=np.int64), CURVE, luck)
    assert found.min() >= HOUR_US // 2
    assert (found < HOUR_US).mean() == pytest.approx(0.5 / 3.5, abs=0.001)


def test_a_loss_after_the_whole_curve_is_reported_at_once():
    late = np.array([5 * HOUR_US])
    assert reported_at(late, CURVE, np.array([0.5])).tolist() == late.tolist()


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(lambda r: sum(r) > 0),
    st.lists(st.tuples(st.integers(-3 * HOUR_US, 40 * HOUR_US), st.floats(0, 0.999999)), min_size=1, max_size=20),
)
def test_no_luck_reports_a_claim_before_its_loss_or_after_the_curve(reports, rows):
    curve = ArrivalCurve(tuple(range(0, len(reports) * HOUR_US, HOUR_US)), tuple(reports))
    loss = np.array([r[0] for r in rows], dtype=np.int64)
    found = reported_at(loss, curve, np.array([r[1] for r in rows]))
    assert (found >= loss).all()
    assert (found <= np.maximum(loss, len(reports) * HOUR_US)).all()


def test_an_amount_at_a_published_probability_is_the_published_amount():
    quantiles = PaidQuantiles(50, (1_000_00, 2_000_00, 4_000_00, 8_000_00, 9_000_00))
    assert amount_minor(np.array(PROBABILITIES), quantiles).tolist() == list(quantiles.minor)


@given(st.lists(st.integers(1, 10**9), min_size=5, max_size=5), st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_more_luck_is_never_a_smaller_amount_and_all_are_whole_dollars(minor, luck):
    found = amount_minor(np.sort(np.array(luck)), PaidQuantiles(50, tuple(sorted(minor))))
    assert (np.diff(found) >= 0).all()
    assert (found >= 100).all() and (found <= LARGEST_MINOR).all() and (found % 100 == 0).all()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: PaidQuantiles(1, (1, 2, 3)), "5 expected"),
        (lambda: PaidQuantiles(1, (5, 4, 3, 2, 1)), "rising"),
        (lambda: ArrivalCurve((0, 5), (1, 1)), "without gaps"),
        (lambda: ArrivalCurve((0,), (0,)), "some hour must have one"),
        (lambda: DailyCounts(("A",), (0,), (DAY,), (0,), (0.0,), (0.0,)), "below 1"),
        (lambda: DailyCounts(("A", "A"), (0, 0), (DAY, DAY), (1, 1), (0.0, 0.0), (0.0, 0.0)), "two counts for one day"),
        (lambda: DailyCounts(("A",), (), (), (), (), ()), "different length"),
    ],
)
def test_figures_that_cannot_be_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
