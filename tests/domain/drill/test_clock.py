"""The clock of a drill keeps its place through everything a director does to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.drill import clock as clocks
from emergency.domain.drill.clock import DrillClock

START = datetime(2026, 9, 23, 8, tzinfo=timezone(timedelta(hours=8)))
WALL = datetime(2026, 5, 1, 9, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_a_clock_stands_at_its_start_until_it_is_started() -> None:
    clock = clocks.ready(START, speed=12)
    assert clock.paused
    assert clock.now(WALL + minutes(500)) == START
    assert clock.now(WALL).tzinfo is UTC


def test_twelve_fold_speed_makes_five_wall_minutes_one_drill_hour() -> None:
    clock = clocks.start(clocks.ready(START, speed=12), WALL)
    assert clock.offset_at(WALL + minutes(5)) == timedelta(hours=1)
    assert clock.offset_s(WALL + minutes(5)) == 3600


def test_paused_time_does_not_count() -> None:
    clock = clocks.start(clocks.ready(START), WALL)
    clock = clocks.pause(clock, WALL + minutes(10))
    clock = clocks.resume(clock, WALL + minutes(70))
    assert clock.offset_at(WALL + minutes(75)) == minutes(15)


def test_a_new_speed_counts_from_the_moment_it_is_set() -> None:
    clock = clocks.start(clocks.ready(START), WALL)
    clock = clocks.set_speed(clock, WALL + minutes(10), 6)
    assert clock.offset_at(WALL + minutes(11)) == minutes(16)


def test_a_jump_while_paused_stays_paused() -> None:
    clock = clocks.jump(clocks.ready(START), WALL, timedelta(hours=24))
    assert clock.paused
    assert clock.now(WALL) == START + timedelta(hours=24)


def test_a_jump_never_goes_back() -> None:
    clock = clocks.start(clocks.ready(START), WALL)
    with pytest.raises(ValueError, match="forward only"):
        clocks.jump(clock, WALL + minutes(10), minutes(9))


def test_a_clock_is_started_once() -> None:
    clock = clocks.start(clocks.ready(START), WALL)
    with pytest.raises(ValueError, match="started already"):
        clocks.start(clock, WALL)


def test_the_wall_instant_of_an_offset_is_known_ahead() -> None:
    clock = clocks.start(clocks.ready(START, speed=12), WALL)
    assert clock.wall_at(timedelta(hours=24)) == WALL + timedelta(hours=2)
    assert clocks.pause(clock, WALL).wall_at(timedelta(hours=24)) is None


def test_a_demo_clock_stands_at_its_past_instant() -> None:
    assert clocks.standing_at(START).now(WALL) == START


def test_a_wall_clock_set_back_does_not_pull_drill_time_back() -> None:
    clock = clocks.start(clocks.ready(START), WALL)
    clock = clocks.set_speed(clock, WALL + minutes(10), 2)
    assert clock.offset_at(WALL + minutes(3)) == minutes(10)


def test_an_act_while_the_wall_clock_is_set_back_gives_no_time_for_nothing() -> None:
    clock = clocks.start(clocks.ready(START), WALL + minutes(10))
    clock = clocks.set_speed(clock, WALL + minutes(4), 2)
    assert clock.offset_at(WALL + minutes(10)) == minutes(0)
    assert clock.offset_at(WALL + minutes(11)) == minutes(2)


@pytest.mark.parametrize("speed", [0, -1, 0.0005, 1.0005, 100_001])
def test_a_speed_out_of_bounds_or_too_fine_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        clocks.ready(START, speed)


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        DrillClock(start=datetime(2026, 1, 1))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "speed", "jump", "save"]),
        st.integers(min_value=0, max_value=10**10),  # wall microseconds since the last act
        st.integers(min_value=1, max_value=100_000),  # thousandths of speed, or milliseconds to jump
    ),
    max_size=30,
)


@given(ACTS, st.integers(min_value=0, max_value=10**9))
def test_any_sequence_of_acts_keeps_the_offset_monotone_and_exact(
    acts: list[tuple[str, int, int]], then_us: int
) -> None:
    clock, wall = clocks.ready(START), WALL
    truth_ns, speed, running = 0, 1000, False  # kept by plain arithmetic beside the clock
    seen = timedelta(0)
    for name, wait_us, amount in acts:
        wall += timedelta(microseconds=wait_us)
        truth_ns += wait_us * speed if running else 0
        if name == "pause":
            clock, running = clocks.pause(clock, wall), False
        elif name == "resume":
            clock, running = clocks.resume(clock, wall), True
        elif name == "speed":
            clock, speed = clocks.set_speed(clock, wall, amount / 1000), amount
        elif name == "jump":
            target = timedelta(microseconds=truth_ns // 1000) + timedelta(milliseconds=amount)
            clock, truth_ns = clocks.jump(clock, wall, target), target // timedelta(microseconds=1) * 1000
        else:
            clock = DrillClock.from_json(json.loads(json.dumps(clock.to_json())))
        assert clock.offset_at(wall) == timedelta(microseconds=truth_ns // 1000)
        assert clock.offset_at(wall) >= seen
        seen = clock.offset_at(wall)
    truth_ns += then_us * speed if running else 0
    assert clock.offset_at(wall + timedelta(microseconds=then_us)) == timedelta(microseconds=truth_ns // 1000)


@given(st.integers(0, 10**12), st.integers(1, 10**8), st.integers(0, 10**12))
def test_an_offset_is_reached_at_its_wall_instant_and_not_a_microsecond_before(
    passed_us: int, speed: int, ahead_us: int
) -> None:
    clock = DrillClock(START, offset_ns=passed_us * 1000, speed_thousandths=speed, running_since=WALL)
    target = timedelta(microseconds=passed_us + ahead_us + 1)
    wall = clock.wall_at(target)
    assert wall is not None
    assert clock.offset_at(wall) >= target > clock.offset_at(wall - timedelta(microseconds=1))
