"""Clocks against a small day: discovered at 0, everything in hours; and what holds for any day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.reporting_clock import REGULATOR, Clock, Deadline, Handed, Series, as_of, reconcile

HOUR = 3600
US = 1_000_000
START = {"discovery": 0, "stand_down": None}
GRAVEST = [
    Deadline(REGULATOR, "phone", HOUR // 2, strive=True, cause="class:1"),
    Deadline(REGULATOR, "first", HOUR, strive=True, cause="class:1"),
]
MAJOR = [
    Deadline(REGULATOR, "first", 2 * HOUR, cause="class:2"),
    Deadline(REGULATOR, "follow_up", 24 * HOUR, every_s=24 * HOUR, cause="class:2"),
]
FAIRLY = [Deadline(REGULATOR, "first", 24 * HOUR, cause="class:3")]
SIEGE = [Deadline(REGULATOR, "first", HOUR, cause="tag:siege")]


def at(hours: float) -> int:
    return int(hours * HOUR) * US


def clocks(
    kept: Sequence[Clock],
    wanted: Sequence[Deadline],
    now: float,
    handed: dict[Series, list[Handed]] | None = None,
    **more: Any,
) -> dict[str, Clock]:
    return {c.id: c for c in reconcile(kept, wanted, START, handed or {}, at(now), **more)}


def first(*hours: float) -> dict[Series, list[Handed]]:
    return {(REGULATOR, "first"): [Handed(at(h), f"r{n}") for n, h in enumerate(hours, 1)]}


def follow_ups(*hours: float) -> dict[Series, list[Handed]]:
    return {(REGULATOR, "follow_up"): [Handed(at(h), f"r{n}") for n, h in enumerate(hours, 1)]}


def test_a_graver_class_adds_the_shorter_clock_from_the_original_start_and_the_longer_stays_as_superseded() -> None:
    fairly = clocks([], FAIRLY, 1)
    major = clocks(list(fairly.values()), MAJOR, 3)
    long, short = major["regulator.first.1.86400.limit"], major["regulator.first.1.7200.limit"]
    assert (long.state(at(3)), long.superseded_us, long.superseded_by) == ("superseded", at(3), short.id)
    assert (short.started_us, short.since_us, short.due_us) == (0, at(3), at(2))
    assert short.state(at(3)) == "overdue", "it had passed when the class was raised; that is said, not hidden"


def test_a_milder_class_makes_no_limit_later() -> None:
    major = clocks([], MAJOR, 1)
    milder = clocks(list(major.values()), FAIRLY, 1.5)
    assert milder == major
    assert clocks(list(major.values()), [], 1.5) == major, "no class at all takes no limit away either"


def test_a_target_stands_beside_a_limit_and_a_limit_as_early_makes_it_needless() -> None:
    both = clocks([], [*GRAVEST, *MAJOR], 0)
    waiting = [c for c in both.values() if c.kind == "first" and c.waits]
    assert sorted((c.due_us, c.strive) for c in waiting) == [(at(1), True), (at(2), False)]
    sieged = clocks(list(both.values()), SIEGE, 0.5)
    assert [(c.within_s, c.strive) for c in sieged.values() if c.kind == "first" and c.waits] == [(HOUR, False)]


@pytest.mark.parametrize(("hour", "state"), [(1.9, "in_time"), (2, "in_time"), (2.0003, "late")])
def test_a_report_on_the_very_second_is_in_time_and_one_after_it_is_late(hour: float, state: str) -> None:
    found = clocks([], MAJOR, 5, first(hour))["regulator.first.1.7200.limit"]
    assert (found.state(at(5)), found.met_by) == (state, "r1")


def test_a_report_handed_in_is_not_asked_for_again_when_the_class_rises() -> None:
    met = clocks([], MAJOR, 1.5, first(1.5))
    later = clocks(list(met.values()), [*GRAVEST, *MAJOR], 3, first(1.5))
    assert [c.id for c in later.values() if c.kind == "first"] == ["regulator.first.1.7200.limit"]
    assert [c.kind for c in later.values() if c.state(at(3)) == "target_passed"] == ["phone"]


def test_a_follow_up_every_day_counts_from_the_one_before_and_a_day_without_one_is_missed() -> None:
    # Handed in at 20 h: next due 44 h. Nothing on day 2: missed at 68 h, day 3 due at 68 h, handed in at 70 h: late.
    found = clocks([], MAJOR, 71, follow_ups(20, 70))
    days = {c.number: (c.started_us, c.due_us, c.state(at(71))) for c in found.values() if c.kind == "follow_up"}
    assert days == {
        1: (0, at(24), "in_time"),
        2: (at(20), at(44), "missed"),
        3: (at(44), at(68), "late"),
        4: (at(70), at(94), "running"),
    }


def test_at_the_end_of_the_response_what_was_due_is_missed_and_what_was_not_is_no_longer_owed() -> None:
    running = clocks([], MAJOR, 10)
    ended = clocks(list(running.values()), [], 12, ended_us=at(11))
    assert ended["regulator.follow_up.1.86400.limit"].state(at(12)) == "lifted"
    assert ended["regulator.first.1.7200.limit"].state(at(12)) == "overdue", "a first report stays owed"
    late = clocks(list(running.values()), [], 30, ended_us=at(25))
    assert late["regulator.follow_up.1.86400.limit"].state(at(30)) == "missed"


def test_a_final_report_counts_from_the_stand_down() -> None:
    final = Deadline(REGULATOR, "final", 5 * 24 * HOUR, origin="stand_down")
    assert reconcile([], [final], START, {}, at(50)) == ()
    (clock,) = reconcile([], [final], START | {"stand_down": at(40)}, {}, at(50), at(40))
    assert clock.due_us == at(40 + 120)


def test_earlier_moments_see_the_clocks_as_they_were() -> None:
    rows = clocks(list(clocks([], FAIRLY, 1).values()), MAJOR, 3, first(4)).values()
    later = reconcile(list(rows), MAJOR, START, first(4), at(5))
    then = [c for c in (as_of(c, at(2)) for c in later) if c is not None]
    assert [(c.id, c.state(at(2))) for c in then] == [("regulator.first.1.86400.limit", "running")]


STEPS = st.lists(
    st.one_of(
        st.sampled_from([[], FAIRLY, MAJOR, [*GRAVEST, *MAJOR], SIEGE, [*SIEGE, *FAIRLY]]),
        st.sampled_from([(REGULATOR, "phone"), (REGULATOR, "first"), (REGULATOR, "follow_up")]),
        st.integers(1, 40 * HOUR),
    ),
    max_size=14,
)


@given(STEPS)
def test_whatever_happens_no_start_moves_no_limit_loosens_and_no_clock_is_lost(steps: list[Any]) -> None:
    now, wanted, handed, kept = 0, list[Deadline](), dict[Series, list[Handed]](), tuple[Clock, ...]()
    for number, step in enumerate(steps):
        if isinstance(step, int):
            now += step * US
        elif isinstance(step, tuple):
            handed.setdefault(step, []).append(Handed(now, f"r{number}"))
        else:
            wanted = step
        before = {c.id: c for c in kept}
        kept = reconcile(kept, wanted, START, handed, now)
        after = {c.id: c for c in kept}
        assert set(before) <= set(after)
        assert all((after[i].started_us, after[i].since_us) == (c.started_us, c.since_us) for i, c in before.items())
        assert all(after[i].superseded_us == c.superseded_us for i, c in before.items() if c.superseded_us is not None)
        assert all(after[i].met_us == c.met_us for i, c in before.items() if c.met_us is not None)
        for series, due in _limits(before.values()).items():
            assert _limits(after.values())[series] <= due
        assert reconcile(kept, wanted, START, handed, now) == kept, "looking again changes nothing"
        open_now = [c for c in kept if c.waits and not c.strive]
        assert len({(c.to, c.kind) for c in open_now}) == len(open_now), "one limit is open in a series"


def _limits(found: Any) -> dict[tuple[str, str, int], int]:
    return {(c.to, c.kind, c.number): c.due_us for c in found if c.in_force and not c.strive}
