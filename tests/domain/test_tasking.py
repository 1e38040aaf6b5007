"""The critical path against every path there is; repeating tasks and escalation by hand-counted spans."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.tasking import (
    SECOND_US,
    Occurrence,
    Step,
    TaskRules,
    look,
    repeats,
    schedule,
    steps_due,
)

MINUTE = 60
HOUR = 3600


def us(seconds: int) -> int:
    return seconds * SECOND_US


def test_the_longest_chain_ends_in_the_last_critical_deadline_and_says_its_slack() -> None:
    steps = [
        Step("map", 30 * MINUTE, due_us=us(2 * HOUR)),
        Step("call", 10 * MINUTE, due_us=us(2 * HOUR)),
        Step("plan", HOUR, after=("map", "call"), due_us=us(3 * HOUR), critical=True),
        Step("paper", 9 * HOUR, due_us=us(20 * HOUR)),
    ]
    found = schedule(steps, 0)
    assert (found.path, found.target) == (("map", "plan"), "plan")
    # plan ends at 1:30 at the earliest and is due at 3:00; call may end 20 min after map and still not hold it up.
    assert found.slack_s == {"map": 90 * MINUTE, "call": 110 * MINUTE, "plan": 90 * MINUTE, "paper": 11 * HOUR}


def test_the_chain_with_least_time_to_spare_is_the_critical_one_not_the_one_that_ends_last() -> None:
    steps = [
        Step("on-site", HOUR, due_us=us(-3 * HOUR), critical=True),
        Step("register", HOUR, after=("on-site",), due_us=us(5 * HOUR), critical=True),
        Step("map", HOUR, due_us=us(3 * HOUR)),
        Step("reply", HOUR, after=("map",), due_us=us(30 * HOUR), critical=True),
    ]
    found = schedule(steps, 0)
    assert (found.path, found.target) == (("on-site",), "on-site")
    assert min(s for one in found.path if (s := found.slack_s[one]) is not None) == -4 * HOUR
    later = schedule(steps[1:], 0)
    assert (later.path, later.slack_s["register"]) == (("register",), 4 * HOUR)


def test_no_step_of_a_chain_is_reckoned_to_be_due_before_the_one_it_waits_for() -> None:
    chain = [
        Step("root", HOUR, due_us=us(24 * HOUR)),
        Step("line", HOUR, after=("root",), within_s=12 * HOUR),
        Step("reply", HOUR, after=("line",), within_s=5 * HOUR),
    ]
    assert schedule(chain, 0).due_us == {"root": us(24 * HOUR), "line": us(36 * HOUR), "reply": us(41 * HOUR)}
    # Late already: what follows counts from when it can end.
    assert schedule(chain, us(30 * HOUR)).due_us["line"] == us(43 * HOUR)


def test_what_counts_from_its_predecessors_is_due_after_they_can_end() -> None:
    found = schedule([Step("a", HOUR), Step("b", HOUR, after=("a",), within_s=3 * HOUR)], us(HOUR))
    assert found.due_us == {"a": None, "b": us(5 * HOUR)}
    assert found.slack_s == {"a": 2 * HOUR, "b": 2 * HOUR}


def test_a_late_task_has_less_than_no_slack_and_so_has_what_holds_it_up() -> None:
    found = schedule([Step("a", HOUR), Step("b", HOUR, after=("a",), due_us=us(HOUR))], us(HOUR))
    assert found.slack_s == {"a": -2 * HOUR, "b": -2 * HOUR}


def test_a_predecessor_that_is_done_holds_nobody_up_and_an_occurrence_waits_for_its_time() -> None:
    found = schedule([Step("b", HOUR, after=("gone",), opens_us=us(5 * HOUR))], 0)
    assert found.finish_us == {"b": us(6 * HOUR)}


def test_tasks_that_wait_for_one_another_are_named() -> None:
    with pytest.raises(ValueError, match="a → b"):
        schedule([Step("a", 1, after=("b",)), Step("b", 1, after=("a",))], 0)


@st.composite
def graphs(draw: st.DrawFn) -> list[Step]:
    """Up to seven tasks; each waits for some of those before it."""
    count = draw(st.integers(1, 7))
    spans = st.integers(0, 5)
    steps = []
    for number in range(count):
        before = draw(st.sets(st.sampled_from([f"t{n}" for n in range(number)]))) if number else set()
        due = draw(st.none() | st.integers(-5, 40).map(us))
        critical = draw(st.booleans())
        steps.append(Step(f"t{number}", draw(spans), tuple(sorted(before)), due, critical=critical))
    return steps


def every_path(known: dict[str, Step], end: str) -> Iterator[tuple[str, ...]]:
    before = [b for b in known[end].after if b in known]
    if not before:
        yield (end,)
    for one in before:
        for path in every_path(known, one):
            yield (*path, end)


@given(graphs(), st.integers(0, 10))
def test_path_and_slack_are_those_of_a_search_through_every_path(steps: list[Step], now_s: int) -> None:
    known = {s.id: s for s in steps}
    found = schedule(steps, us(now_s))
    longest = {s.id: max(sum(known[p].work_s for p in path) for path in every_path(known, s.id)) for s in steps}
    assert {i: us(now_s + longest[i]) for i in known} == dict(found.finish_us)
    for step in steps:
        limits = [
            due - us(sum(known[p].work_s for p in path[path.index(step.id) + 1 :]))
            for end in steps
            if (due := end.due_us) is not None
            for path in every_path(known, end.id)
            if step.id in path
        ]
        asked = (min(limits) - us(now_s + longest[step.id])) // SECOND_US if limits else None
        assert found.slack_s[step.id] == asked
    ends = [(s.due_us - found.finish_us[s.id], -s.due_us, s.id) for s in steps if s.critical and s.due_us is not None]
    assert found.target == (min(ends)[2] if ends else None)
    if found.target:
        work = sum(known[p].work_s for p in found.path)
        assert work == longest[found.target]
        assert found.path in set(every_path(known, found.target))


def test_the_next_occurrence_appears_when_the_last_is_done_and_is_due_one_span_later() -> None:
    done = Occurrence(1, us(6 * HOUR), "done", us(5 * HOUR))
    assert repeats([done], 6 * HOUR, us(5 * HOUR)) == ((), (Occurrence(2, us(12 * HOUR), opens_us=us(6 * HOUR)),))


def test_the_next_occurrence_appears_at_the_cadence_though_the_last_is_late() -> None:
    late = Occurrence(1, us(6 * HOUR))
    assert repeats([late], 6 * HOUR, us(6 * HOUR) - 1) == ((), ())
    missed, new = repeats([late], 6 * HOUR, us(6 * HOUR))
    assert (missed, [o.number for o in new]) == ((), [2])


def test_after_a_night_of_silence_every_occurrence_is_there_and_those_over_are_missed() -> None:
    missed, new = repeats([Occurrence(1, us(6 * HOUR))], 6 * HOUR, us(25 * HOUR))
    assert (missed, [o.number for o in new]) == ((1, 2, 3), [2, 3, 4, 5])


def test_a_series_whose_clock_never_started_counts_from_its_completion() -> None:
    done = Occurrence(1, None, "done", us(2 * HOUR))
    assert repeats([done], HOUR, us(2 * HOUR))[1] == (Occurrence(2, us(3 * HOUR)),)
    assert repeats([Occurrence(1, None)], HOUR, us(9 * HOUR)) == ((), ())


@given(st.integers(1, 9), st.lists(st.tuples(st.sampled_from(["tick", "done"]), st.integers(0, 12)), max_size=12))
def test_whatever_happens_numbers_follow_one_another_and_asking_twice_asks_for_nothing(
    every: int, acts: list[tuple[str, int]]
) -> None:
    series, now = {1: Occurrence(1, us(every * HOUR))}, 0
    for act, hours in acts:
        now += hours
        if act == "done":
            first = min((n for n, o in series.items() if o.state == "open"), default=None)
            if first is not None:
                series[first] = Occurrence(first, series[first].due_us, "done", us(now * HOUR))
        missed, new = repeats(list(series.values()), every * HOUR, us(now * HOUR))
        for one in new:
            assert one.number not in series
            series[one.number] = one
        for number in missed:
            assert series[number].state == "open"
            series[number] = Occurrence(number, series[number].due_us, "missed")
        assert repeats(list(series.values()), every * HOUR, us(now * HOUR)) == ((), ())
        assert sorted(series) == list(range(1, len(series) + 1))
        assert all(o.due_us == us(n * every * HOUR) for n, o in series.items())


def test_a_late_task_climbs_one_step_after_the_other_and_none_twice() -> None:
    after = {"deputy": 0, "commander": 15 * MINUTE, "next_tier": 30 * MINUTE}
    assert steps_due(us(HOUR), us(HOUR) - 1, after) == ()
    assert steps_due(us(HOUR), us(HOUR), after) == ("deputy",)
    assert steps_due(us(HOUR), us(2 * HOUR), after) == ("deputy", "commander", "next_tier")
    assert steps_due(us(HOUR), us(2 * HOUR), after, {"deputy", "commander"}) == ("next_tier",)
    assert steps_due(None, us(2 * HOUR), after) == ()


@pytest.mark.parametrize(
    ("state", "due_s", "waits", "seen"),
    [
        ("open", 10, False, "ready"),
        ("open", 10, True, "waiting"),
        ("open", 5, True, "waiting"),
        ("open", 4, True, "late"),
        ("open", None, False, "ready"),
        ("done", 4, False, "done"),
        ("missed", 4, False, "missed"),
    ],
)
def test_a_task_looks_as_it_stands_five_seconds_in(state: str, due_s: int | None, waits: bool, seen: str) -> None:
    assert look(state, None if due_s is None else us(due_s), waits, us(5)) == seen


def test_values_are_whole_at_birth() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        Step("a", -1)
    with pytest.raises(ValueError, match="not one of open"):
        Occurrence(1, None, "lost")
    with pytest.raises(ValueError, match="at least a second"):
        repeats([Occurrence(1, 0)], 0, 0)
    with pytest.raises(ValueError, match="at least a second"):
        TaskRules(0, 1, {}, {})


def test_slack_is_the_time_left_less_the_work_and_names_the_task_that_wants_it() -> None:
    """Due in 55 minutes with half an hour of work: 25 minutes to spare, and the countdown says why."""
    steps = [
        Step("report", 30 * MINUTE, due_us=us(55 * MINUTE)),
        Step("map", 30 * MINUTE, due_us=us(5 * HOUR)),
        Step("plan", HOUR, after=("map",), due_us=us(2 * HOUR)),
        Step("free", 30 * MINUTE),
    ]
    found = schedule(steps, 0)
    assert found.slack_s["report"] == 55 * MINUTE - 30 * MINUTE
    assert found.wanted_for == {"report": "report", "map": "plan", "plan": "plan"}
    assert found.latest_us["map"] == us(HOUR)
    for one, latest_us in found.latest_us.items():
        assert found.slack_s[one] == (latest_us - found.finish_us[one]) // SECOND_US
