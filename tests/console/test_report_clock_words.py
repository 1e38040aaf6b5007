"""What the table of clocks says beside a clock: that it passed before anybody was asked, and from when it counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from emergency.console.rooms.report_words import born_late, kept_start
from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.reporting_clock import CADENCE, REGULATOR, Clock

NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
HOUR_US = 3_600_000_000


def clock(since_hours: float, *, to: str = REGULATOR, kind: str = "first", number: int = 1) -> Clock:
    """An hour from noon."""
    since_us = to_us(NOON) + int(since_hours * HOUR_US)
    return Clock(to, kind, number, to_us(NOON), 3600, strive=False, since_us=since_us)


@pytest.mark.parametrize(
    ("since", "number", "risen", "late"),
    [(0.5, 1, False, False), (2, 1, False, True), (2, 1, True, True), (2, 2, False, False), (2, 2, True, True)],
)
def test_a_limit_that_had_passed_when_a_tag_set_it_says_so(since: float, number: int, risen: bool, late: bool) -> None:
    assert born_late(clock(since, number=number), risen=risen) is late


def test_after_a_corrected_discovery_the_start_that_clocks_keep_is_told() -> None:
    one = Incident(
        incident_id="I1",
        kind="system_failure",
        perils=(),
        title={"en": "Outage", "zh": "中断"},
        jurisdiction="CN-440000",
        regions=("440000",),
        occurred_at=NOON - timedelta(hours=1),
        discovered_at=NOON,
        opened_at=NOON,
    )
    known = [clock(0), clock(0, to=CADENCE, kind="situation"), clock(0, kind="final")]
    assert kept_start(one, known) is None
    corrected = Incident(**{**vars(one), "discovered_at": NOON + timedelta(hours=2)})
    assert kept_start(corrected, known) == NOON
    assert kept_start(corrected, []) is None
