"""The clock of a drill keeps its place through everything a director does to it."""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.drill import clock as clocks
from emergency.domain.drill import course as courses
from emergency.domain.drill import step
from emergency.domain.drill.clock import DrillClock
from emergency.domain.drill.course import Course
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.step import DrillState
from tests.domain.drill.scripts import inject, script

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


# A whole drill on its clock: whatever the director does and however often the server dies -------------


class Played:
    """A drill whose server may die: between two looks there are only the values that rows keep."""

    def __init__(self, drill: DrillScript) -> None:
        self.drill, self.wall, self.same_keeper = drill, WALL, True
        self.course = courses.start(Course(clocks.ready(drill.clock.start)), WALL)
        self.sent: list[tuple[str, int]] = []
        self.look()

    def look(self) -> None:
        """What the timetable does: leave the beat, then play moment by moment up to now."""
        self.course = courses.look(self.course, self.wall, same_keeper=self.same_keeper)
        self.same_keeper = True
        while (second := courses.next_step(self.drill, self.course, self.wall)) is not None:
            due = step.due(self.drill, self.course.state, second)
            self.sent += [(one.id, due.state.fired[one.id]) for one in due.injects]
            self.course = replace(self.course, state=due.state)

    def kill(self, away_us: int) -> None:
        self.wall += timedelta(microseconds=away_us)
        self.course = replace(
            self.course,
            clock=DrillClock.from_json(json.loads(json.dumps(self.course.clock.to_json()))),
            state=DrillState.from_json(json.loads(json.dumps(self.course.state.to_json()))),
        )
        self.same_keeper = False
        self.look()

    def act(self, name: str, amount: int) -> None:
        if self.course.gap is not None:
            how = courses.ANSWERS[amount % 3]
            before = courses.missed(self.drill, self.course, self.wall)
            self.course = courses.answer(self.drill, self.course, self.wall, how)
            assert how != "skip" or set(before) <= self.course.state.skipped
        elif name == "pause":
            self.course = courses.pause(self.course, self.wall)
        elif name == "resume":
            self.course = courses.resume(self.course, self.wall)
        elif name == "speed":
            self.course = courses.set_speed(self.course, self.wall, 1 + amount % 240)
        elif name == "jump":
            here = courses.now_s(self.drill, self.course, self.wall)
            to_s = min(here + 1 + amount % 2400, self.drill.clock.duration_s)
            if to_s >= self.course.clock.offset_s(self.wall) + 1:
                self.course = courses.jump(self.course, self.wall, to_s)
        self.look()


MOMENTS = st.lists(st.integers(0, 3600), min_size=1, max_size=12)
DIRECTED = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "speed", "jump", "kill", "wait"]),
        st.integers(0, 120_000_000),  # wall microseconds before it
        st.integers(0, 10_000),
    ),
    max_size=25,
)


@given(MOMENTS, DIRECTED)
def test_whatever_the_director_does_and_however_often_the_server_dies_no_inject_comes_twice_and_none_is_lost(
    moments: list[int], acts: list[tuple[str, int, int]]
) -> None:
    drill = script(*(inject(f"I{n:02d}", at_s=at_s) for n, at_s in enumerate(moments)), duration_s=3600)
    played = Played(drill)
    for name, wait_us, amount in acts:
        before = played.course.clock.offset_at(played.wall)
        if name == "kill":
            played.kill(wait_us)
        else:
            played.wall += timedelta(microseconds=wait_us)
            played.act(name, amount)
        # Time stands at the last look where nobody kept it, never before what was played.
        now_s = played.course.clock.offset_s(played.wall)
        assert now_s >= min(played.course.state.at_s, before // timedelta(seconds=1))
    if played.course.gap is not None:
        played.act("answer", 0)
    if played.course.clock.offset_s(played.wall) < 3600:
        played.course = courses.jump(played.course, played.wall, 3600)
    played.look()
    names, seconds = [name for name, _ in played.sent], [second for _, second in played.sent]
    assert len(names) == len(set(names)), "none twice"
    assert set(names) | played.course.state.skipped == {one.id for one in drill.injects}, "none lost"
    assert not set(names) & played.course.state.skipped, "what was struck out did not come"
    assert seconds == sorted(seconds), "in order of delivery"
    by_id = {one.id: one.at_s or 0 for one in drill.injects}
    assert [by_id[name] for name in names] == sorted(by_id[name] for name in names), "in the script's order"
    assert all(second >= by_id[name] for name, second in played.sent), "none before its time"


@given(
    MOMENTS, st.lists(st.tuples(st.sampled_from(["pause", "resume", "speed"]), st.integers(0, 4_000_000)), max_size=20)
)
def test_where_nothing_is_jumped_over_every_inject_comes_at_its_own_second(
    moments: list[int], acts: list[tuple[str, int]]
) -> None:
    """Pausing and another speed make none late: the offsets stay right through all of them."""
    drill = script(*(inject(f"I{n:02d}", at_s=at_s) for n, at_s in enumerate(moments)), duration_s=3600)
    played = Played(drill)
    for name, wait_us in acts:
        played.wall += timedelta(microseconds=wait_us)
        played.act(name, 59)
    by_id = {one.id: one.at_s for one in drill.injects}
    assert all(by_id[name] == second for name, second in played.sent)


def test_a_killed_server_leaves_the_clock_where_it_was_last_seen_and_asks() -> None:
    played = Played(script(inject("I1", at_s=0), inject("I2", at_s=60), inject("I3", at_s=900)))
    played.wall += timedelta(seconds=30)
    played.look()
    played.kill(120_000_000)
    assert played.course.gap == courses.Gap(WALL + timedelta(seconds=30), WALL + timedelta(seconds=150))
    assert courses.missed(played.drill, played.course, played.wall) == ("I2",)
    assert played.sent == [("I1", 0)]
    for how, clock_s, sent in (
        ("catch_up", 150, [("I1", 0), ("I2", 150)]),
        ("shift", 30, [("I1", 0)]),
        ("skip", 150, [("I1", 0)]),
    ):
        again = copy(played)
        again.sent = list(played.sent)
        again.course = courses.answer(played.drill, played.course, played.wall, how)
        again.look()
        assert (again.course.clock.offset_s(again.wall), again.sent) == (clock_s, sent), how


def test_a_short_break_of_another_process_and_a_long_step_of_the_same_are_no_gap() -> None:
    played = Played(script(inject("I1", at_s=0)))
    played.kill(4_000_000)
    assert played.course.gap is None
    played.wall += timedelta(seconds=59)
    played.look()
    assert played.course.gap is None
    played.wall += timedelta(seconds=61)
    played.look()
    assert played.course.gap is not None, "the machine slept"


def test_before_startex_and_while_the_director_is_asked_nothing_moves() -> None:
    drill = script(inject("I1", at_s=0))
    waiting = Course(clocks.ready(drill.clock.start))
    assert courses.next_step(drill, waiting, WALL) is None
    for act in (courses.pause, courses.resume):
        with pytest.raises(ValueError, match="not been started"):
            act(waiting, WALL)
    asked = replace(courses.start(waiting, WALL), gap=courses.Gap(WALL, WALL))
    with pytest.raises(ValueError, match="nobody kept"):
        courses.jump(asked, WALL, 60)
    with pytest.raises(ValueError, match="say catch_up"):
        courses.answer(drill, asked, WALL, "forget")
