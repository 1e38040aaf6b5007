"""Nothing is due before what it waits for; what nobody can order is left alone."""

from __future__ import annotations

from emergency.domain.playbook import Due, Evidence, Task
from emergency.domain.playbook_order import TooEarly, too_early

HOUR = 3600


def task(name: str, due: Due, *after: str) -> Task:
    title = {"zh": name, "en": name}
    return Task(name, title, "respond", (1, 2), "logistics", due, (Evidence("task.complete", {"task": name}),), after)


def within(origin: str, one: int, two: int) -> Due:
    return Due(origin, {1: one * HOUR, 2: two * HOUR})


def test_a_step_due_before_the_one_it_waits_for_is_named_where_it_is_worst() -> None:
    chain = [task("map", within("activation", 4, 6)), task("warn", within("activation", 3, 2), "map")]
    assert list(too_early(chain)) == [TooEarly("warn", "map", 2, 4 * HOUR)]


def test_it_is_seen_through_steps_that_count_from_one_another() -> None:
    chain = [
        task("register", within("activation", 8, 8)),
        task("root", within("task", 24, 24), "register"),
        task("line", within("activation", 12, 40), "root"),
    ]
    assert list(too_early(chain)) == [TooEarly("line", "root", 1, 20 * HOUR)]


def test_what_counts_from_occurrence_cannot_wait_for_as_much_time_after_activation() -> None:
    chain = [task("map", within("activation", 4, 4)), task("site", within("occurrence", 2, 2), "map")]
    assert [one.task for one in too_early(chain)] == ["site"]
    other = [task("map", within("impact", 4, 4)), task("site", within("occurrence", 2, 2), "map")]
    assert list(too_early(other)) == [] and list(too_early(list(reversed(other)))) == []


def test_a_deadline_of_the_rules_is_not_the_plan_s_to_order() -> None:
    chain = [task("map", within("activation", 9, 9)), task("report", Due("discovery", deadline="first"), "map")]
    assert list(too_early(chain)) == []
