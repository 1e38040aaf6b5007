from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.library import figures
from emergency.library.faults import FileFaults

WEIGHTS = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 1000), min_size=1)


@pytest.fixture(scope="module")
def zhengzhou(repository):
    return repository / "data" / "claims" / "zhengzhou-2021"


def test_the_seven_bulletins_come_in_order_of_time_and_the_count_falls_at_the_end(zhengzhou):
    found = figures.snapshots(zhengzhou)
    assert [s.reported_claims for s in found] == [30_000, 40_000, 60_000, 176_900, 412_300, 545_800, 513_200]
    assert list(found) == sorted(found, key=lambda s: s.as_of)
    assert {s.region for s in found} == {"410000"}


def test_a_bulletin_is_read_in_beijing_time_and_fen(zhengzhou):
    sixth = figures.snapshots(zhengzhou)[5]
    assert sixth.as_of == datetime(2021, 8, 3, 15, 59, tzinfo=UTC)
    assert sixth.estimated_minor == 11_221_000_000 * 100  # 11.221bn yuan
    assert (sixth.settled_claims, sixth.paid_minor) == (109_300, 1_851_000_000 * 100)
    assert (sixth.scope, sixth.confidence) == ("industry", "S")
    assert sixth.source_url.startswith("https://")


def test_what_a_bulletin_does_not_say_is_unknown_and_not_zero(zhengzhou):
    first = figures.snapshots(zhengzhou)[0]
    assert (first.estimated_minor, first.settled_claims, first.paid_minor) == (None, None, None)


def test_the_timeline_starts_with_the_rain(zhengzhou):
    found = figures.timeline(zhengzhou)
    assert len(found) == 14
    assert (found[0].kind, found[0].at) == ("hazard", datetime(2021, 7, 16, 16, 0, tzinfo=UTC))
    assert all(entry.source_url for entry in found)


def test_the_illustrative_weights_cover_henans_18_cities(zhengzhou):
    weights = figures.split_weights(zhengzhou)
    assert len(weights) == 18
    assert sum(weights.values()) == 1_000
    assert all(code.startswith("41") for code in weights)


def test_a_split_gives_the_leftover_to_the_largest_remainder():
    # 10 x 1/3 = 3.33 each: one is left over, equal remainders go by code.
    assert figures.illustrative_split(10, {"b": 1, "a": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    # 5 x 3/4 = 3.75 and 5 x 1/4 = 1.25.
    assert figures.illustrative_split(5, {"a": 3, "b": 1}) == {"a": 4, "b": 1}


@given(st.integers(0, 10**12), WEIGHTS.filter(lambda w: sum(w.values()) > 0))
def test_the_parts_of_a_split_add_up_and_are_within_one_of_their_share(total, weights):
    parts = figures.illustrative_split(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    for code, weight in weights.items():
        assert abs(parts[code] * whole - total * weight) < whole


@given(WEIGHTS.filter(lambda w: sum(w.values()) > 0), st.integers(0, 10**6))
def test_the_order_of_weights_changes_no_part(weights, total):
    turned = dict(reversed(list(weights.items())))
    assert figures.illustrative_split(total, weights) == figures.illustrative_split(total, turned)


@pytest.mark.parametrize(("total", "weights"), [(1, {}), (1, {"a": 0}), (-1, {"a": 1}), (1, {"a": -1, "b": 2})])
def test_a_split_without_weights_or_below_zero_is_refused(total, weights):
    with pytest.raises(ValueError, match="weight"):
        figures.illustrative_split(total, weights)


def test_a_broken_row_is_named_by_file_and_line(tmp_path):
    (tmp_path / "illustrative-split.csv").write_text("code,weight\n410100,1\n410200,much\n410300,\n")
    with pytest.raises(FileFaults) as caught:
        figures.split_weights(tmp_path)
    assert [(f.path, f.line) for f in caught.value.faults] == [
        ("illustrative-split.csv", 3),
        ("illustrative-split.csv", 4),
    ]
