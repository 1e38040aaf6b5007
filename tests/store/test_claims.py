from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency.domain.claim import CLAIM_COLUMNS, PLACED_COLUMNS
from emergency.store import claims
from emergency.store.store import Store
from emergency.store.tables import claim

HOUR = 3_600_000_000


def placed(*rows: dict[str, object]) -> pd.DataFrame:
    """Claims of one line each: what is not said is unknown."""
    plain = {
        "line": "property",
        "channel": "phone",
        "status": "reported",
        "precision": "region",
        "currency": "USD",
        "lon": np.nan,
        "lat": np.nan,
    }
    frame = pd.DataFrame([{**plain, "row": i, **r} for i, r in enumerate(rows, 1)])
    for name, dtype in {**CLAIM_COLUMNS, **PLACED_COLUMNS}.items():
        frame[name] = (frame[name] if name in frame else pd.Series([pd.NA] * len(frame))).astype(dtype)
    return frame


def load(store: Store, frame: pd.DataFrame, keyed_us: int = 10 * HOUR) -> claims.Loaded:
    with store.write() as connection:
        return claims.upsert(connection, frame, source="s", import_id="i", keyed_us=keyed_us, incident=None)


def counts(store: Store, now_us: int = 10 * HOUR) -> pd.DataFrame:
    with store.read() as connection:
        return claims.counts(connection, now_us=now_us, overdue_us=72 * HOUR)


def test_new_claims_are_counted_as_new(store: Store) -> None:
    assert load(store, placed({"report_no": "A"}, {"report_no": "B"})) == claims.Loaded(2, 0, 0)


def test_the_same_claims_again_change_nothing(store: Store) -> None:
    frame = placed({"report_no": "A", "estimated_minor": 5}, {"report_no": "B", "lon": 1.5, "lat": 2.5})
    load(store, frame)
    assert load(store, frame) == claims.Loaded(0, 0, 2)
    with store.read() as connection:
        assert {row.version for row in connection.execute(claim.select())} == {1}


def test_a_corrected_claim_is_updated_and_gets_a_new_version(store: Store) -> None:
    load(store, placed({"report_no": "A", "estimated_minor": 5}, {"report_no": "B"}))
    assert load(store, placed({"report_no": "A", "estimated_minor": 6}, {"report_no": "B"})) == claims.Loaded(0, 1, 1)
    with store.read() as connection:
        found = {r.report_no: (r.version, r.estimated_minor) for r in connection.execute(claim.select())}
    assert found == {"A": (2, 6), "B": (1, None)}


def test_a_correction_does_not_make_a_claim_younger(store: Store) -> None:
    load(store, placed({"report_no": "A"}), keyed_us=1 * HOUR)
    load(store, placed({"report_no": "A", "place": "here"}), keyed_us=9 * HOUR)
    assert counts(store, now_us=2 * HOUR)["claims"].sum() == 1


def test_a_claim_is_known_from_its_report_not_from_its_keying(store: Store) -> None:
    load(store, placed({"report_no": "A", "reported_at": 3 * HOUR}), keyed_us=10 * HOUR)
    assert counts(store, now_us=2 * HOUR).empty
    assert counts(store, now_us=3 * HOUR)["claims"].tolist() == [1]


def test_counts_tell_open_waiting_overdue_and_money_by_region_and_line(store: Store) -> None:
    load(
        store,
        placed(
            {"report_no": "A", "region": "48201", "reported_at": 0, "estimated_minor": 100},
            {"report_no": "B", "region": "48201", "reported_at": 99 * HOUR, "estimated_minor": 50},
            {"report_no": "C", "region": "48201", "status": "closed", "reported_at": 0, "paid_minor": -7},
            {"report_no": "D", "status": "surveyed", "reported_at": 99 * HOUR + 1},
        ),
    )
    table = counts(store, now_us=100 * HOUR).set_index("region")
    harris = table.loc["48201"]
    assert (harris["claims"], harris["open"], harris["unsurveyed"], harris["overdue"]) == (3, 2, 2, 1)
    assert (harris["last_24h"], harris["last_hour"]) == (1, 0)
    assert (harris["estimated_minor"], harris["paid_minor"], harris["oldest_us"]) == (150, -7, 0)
    nowhere = counts(store, now_us=100 * HOUR)
    assert nowhere[nowhere["region"].isna()]["last_hour"].tolist() == [1]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.dictionaries(texts, st.tuples(texts, st.one_of(st.none(), st.integers(-(2**53), 2**53))), max_size=8))
def test_whatever_is_written_once_is_unchanged_the_second_time(
    store: Store, rows: dict[str, tuple[str, int | None]]
) -> None:
    if not rows:
        return
    frame = placed(*({"report_no": key, "place": p, "estimated_minor": e} for key, (p, e) in rows.items()))
    first = load(store, frame)
    assert first.new + first.updated + first.unchanged == len(rows)
    assert load(store, frame) == claims.Loaded(0, 0, len(rows))


@pytest.mark.parametrize("missing", [pd.NA, None])
def test_unknown_is_kept_as_unknown_and_not_as_zero(store: Store, missing: object) -> None:
    load(store, placed({"report_no": "A", "estimated_minor": missing, "injured": missing}))
    with store.read() as connection:
        row = connection.execute(claim.select()).one()
    assert (row.estimated_minor, row.injured, row.region, row.lon) == (None, None, None, None)


_ODD = ('"', '""', "\\N", "\\.", "a,b", "'", "\r\n", "", " ", "郑州")
_TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "place": st.none() | _TEXT | st.sampled_from(_ODD),
                "estimated_minor": st.none() | st.integers(-(10**15), 10**15),
                "lon": st.none() | st.floats(-180, 180),
            }
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_cell_comes_back_as_it_went_in(store: Store, rows: list[dict[str, object]]) -> None:
    """Texts that look like quotation marks, line ends or the sign for nothing are texts."""
    load(store, placed(*({**row, "report_no": f"N{i}"} for i, row in enumerate(rows))))
    with store.write() as connection:
        found = {r.report_no: r for r in connection.execute(claim.select())}
        connection.execute(claim.delete())
    for i, row in enumerate(rows):
        assert {name: getattr(found[f"N{i}"], name) for name in row} == row


def test_more_rows_than_one_statement_takes_are_counted_right(store: Store) -> None:
    many = 2 * claims.ROWS_AT_ONCE + 3
    frame = placed(*({"report_no": f"N{i}", "estimated_minor": i} for i in range(many)))
    assert load(store, frame) == claims.Loaded(many, 0, 0)
    frame.loc[::2, "estimated_minor"] = 7_000_000
    changed = (many + 1) // 2
    assert load(store, frame) == claims.Loaded(0, changed, many - changed)
    assert int(counts(store)["claims"].sum()) == many
