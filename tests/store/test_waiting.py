from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from emergency.domain.allocation.demand import Weights
from emergency.domain.instant import to_us
from emergency.store.store import Store
from emergency.store.tables import claim
from emergency.store.waiting import waiting

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
HOUR_US = 3_600_000_000


def put(store: Store, *rows: dict[str, object]) -> None:
    same = {
        "source": "s",
        "row_hash": 0,
        "line": "motor",
        "keyed_at": 0,
        "channel": "phone",
        "region": "N",
        "precision": "region",
        "status": "reported",
        "import_id": "i",
        "currency": "CNY",
        "estimated_minor": None,
        "injured": None,
        "dead": None,
    }
    with store.write() as connection:
        for number, row in enumerate(rows):
            connection.execute(
                insert(claim).values(**(same | {"report_no": str(number), "known_at": to_us(NOON)} | row))
            )


def found(store: Store) -> list[tuple[str, bool, bool, int, int]]:
    with store.read() as connection:
        rows = waiting(connection, now_us=to_us(NOON), due_us=72 * HOUR_US, large_minor={"CNY": 20_000_000})
    return [(r.region, r.injured, r.large, r.days_late, r.claims) for r in rows]


@pytest.mark.parametrize(
    ("hours", "days_late"), [(0, -1), (48, -1), (48.1, 0), (72, 0), (72.1, 1), (96, 1), (96.1, 2), (200, 6)]
)
def test_a_claim_is_due_after_three_days_and_then_late_by_days_begun(
    store: Store, hours: float, days_late: int
) -> None:
    put(store, {"known_at": to_us(NOON - timedelta(hours=hours))})
    assert found(store) == [("N", False, False, days_late, 1)]
    # The scale, asked by days and asked by hours, says the same.
    scale = Weights()
    by_hours = scale.of(injured=False, large=False, hours_to_due=72 - hours)
    if hours != 48:  # the scale counts a day from under 24 hours left
        assert scale.in_days(injured=False, large=False, days_late=days_late) == by_hours


def test_claims_alike_are_counted_together_and_only_those_that_wait(store: Store) -> None:
    put(
        store,
        {},
        {},
        {"injured": 1},
        {"dead": 2, "estimated_minor": 20_000_000},
        {"estimated_minor": 19_999_999},
        {"estimated_minor": 20_000_000, "currency": "USD"},  # no limit in dollars was given
        {"status": "surveyed"},
        {"region": None},
        {"known_at": to_us(NOON + timedelta(hours=1))},
    )
    assert found(store) == [("N", False, False, -1, 4), ("N", True, False, -1, 1), ("N", True, True, -1, 1)]
