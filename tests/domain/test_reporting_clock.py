"""Clocks against a small day: discovered at 0, everything in hours; and what holds for any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
FINAL = [Deadline(REGULATOR, "final", 5 * 24 * HOUR, origin="stand_down", cause="class:2")]
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


def test_a_discovery_corrected_to_an_earlier_time_moves_the_limit_and_to_a_later_time_never() -> None:
    def corrected(hours: float, kept: dict[str, Clock], handed: dict[Series, list[Handed]] | None = None) -> Clock:
        known = reconcile(list(kept.values()), FAIRLY, {"discovery": at(hours)}, handed or {}, at(3))
        return next(c for c in known if c.id == "regulator.first.1.86400.limit")

    kept = clocks([], FAIRLY, 1)
    assert (corrected(-2, kept).due_us, corrected(2, kept).due_us) == (at(22), at(24))
    met = clocks(list(kept.values()), FAIRLY, 2, handed=first(2))
    assert corrected(-30, met, first(2)).state(at(3)) == "in_time", "what was in time does not become late afterwards"


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


@pytest.mark.parametrize(("hour", "state"), [(0.1, "in_time"), (1.5, None)])
def test_a_shorter_limit_that_begins_after_the_report_was_handed_in_stands_in_the_history_as_met(
    hour: float, state: str | None
) -> None:
    """Handed in after six minutes, a siege from the second hour: its hour was kept. Late for it, it is not asked."""
    met = clocks([], MAJOR, hour, first(hour))
    found = clocks(list(met.values()), [*MAJOR, *SIEGE], 2, first(hour))
    short = found.get("regulator.first.1.3600.limit")
    assert (short and short.state(at(2))) == state
    if short is not None:
        assert (short.met_us, short.met_by, short.since_us) == (at(hour), "r1", at(2))
    assert not [c for c in found.values() if c.kind == "first" and c.waits]
    assert clocks(list(found.values()), [*MAJOR, *SIEGE], 3, first(hour)) == found


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


REPORT = [Deadline("cadence", "situation", 6 * HOUR, origin="discovery", every_s=12 * HOUR, cause="level:2")]


def test_a_limit_that_lies_ahead_of_the_reopening_stands_under_its_own_number() -> None:
    """Ended and reopened within a minute: the report of the sixth hour is owed, not only that of the twelfth."""
    ended = clocks(list(clocks([], REPORT, 1).values()), [], 1.1, ended_us=at(1.1))
    assert [c.state(at(1.1)) for c in ended.values()] == ["lifted"]
    back = clocks(list(ended.values()), REPORT, 1.2, pauses=[(at(1.1), at(1.2))])
    assert {c.number: (c.due_us, c.state(at(1.2))) for c in back.values()} == {1: (at(6), "running")}
    handed = {("cadence", "situation"): [Handed(at(5), "s1")]}
    on = clocks(list(back.values()), REPORT, 5, handed, pauses=[(at(1.1), at(1.2))])
    found = {c.number: (c.due_us, c.state(at(5))) for c in on.values()}
    assert found == {1: (at(6), "in_time"), 2: (at(17), "running")}
    twice = clocks(list(back.values()), REPORT, 4, pauses=[(at(1.1), at(1.2)), (at(2), at(3))])
    assert {c.number: (c.due_us, c.state(at(4))) for c in twice.values()} == {1: (at(6), "running")}
    over = clocks(list(twice.values()), [], 5, ended_us=at(4.5), pauses=[(at(1.1), at(1.2)), (at(2), at(3))])
    assert {c.number: c.state(at(5)) for c in over.values()} == {1: "lifted"}


def test_a_reopened_response_owes_its_follow_ups_again_and_what_was_lifted_stays_in_the_history() -> None:
    ended = clocks(list(clocks([], MAJOR, 10).values()), [], 12, ended_us=at(11))
    soon = clocks(list(ended.values()), MAJOR, 13, pauses=[(at(11), at(13))])
    stands = soon["regulator.follow_up.1.86400.limit"]
    assert (stands.state(at(13)), stands.due_us) == ("running", at(24)), "ending and reopening gains nobody time"
    late = clocks(list(ended.values()), MAJOR, 75, pauses=[(at(11), at(75))])
    assert late["regulator.follow_up.1.86400.limit"].state(at(75)) == "lifted"
    days = late["regulator.follow_up.2.86400.limit"]
    assert (days.started_us, days.due_us) == (at(75), at(99)), "a limit that passed meanwhile counts from the reopening"
    on = clocks(list(ended.values()), [], 124, follow_ups(90), pauses=[(at(11), at(75))])
    assert on["regulator.follow_up.2.86400.limit"].met_us == at(90), "also where no rule is looked at"
    assert on["regulator.follow_up.3.86400.limit"].due_us == at(90 + 24)


@pytest.mark.parametrize(("asked", "due"), [(0.5, 2), (2, 3), (3.5, 4), (4, 5)])
def test_situation_reports_begin_with_the_first_that_comes_due_after_they_are_asked_for(
    asked: float, due: float
) -> None:
    """Every hour, the first two hours after the occurrence: nobody missed what fell due before anybody asked."""
    hourly = Deadline("cadence", "situation", 2 * HOUR, every_s=HOUR, cause="level:1", asked_us=at(asked))
    found = clocks([], [hourly], asked)
    assert {c.number: (c.due_us, c.state(at(asked))) for c in found.values()} == {1: (at(due), "running")}
    later = clocks(list(found.values()), [hourly], due + 1.5)
    states = {c.number: (c.due_us, c.state(at(due + 1.5))) for c in later.values()}
    assert states == {1: (at(due), "missed"), 2: (at(due + 1), "overdue")}, "what was asked for and not done is missed"


def test_a_graver_level_asks_for_situation_reports_from_its_own_hour_on() -> None:
    daily = Deadline("cadence", "situation", 24 * HOUR, every_s=24 * HOUR, cause="level:3", asked_us=at(1))
    hourly = Deadline("cadence", "situation", HOUR, every_s=HOUR, cause="level:1", asked_us=at(20.5))
    found = clocks(list(clocks([], [daily], 1).values()), [hourly], 20.6)
    waiting = [(c.number, c.due_us) for c in found.values() if c.waits]
    assert waiting == [(1, at(21))] and not [c for c in found.values() if c.missed_us is not None]
    assert clocks(list(found.values()), [hourly], 20.9) == found
    second = clocks(list(clocks([], [daily], 30, {("cadence", "situation"): [Handed(at(2), "s1")]}).values()), [], 30)
    raised = replace(hourly, asked_us=at(30))
    on = clocks(list(second.values()), [raised], 30, {("cadence", "situation"): [Handed(at(2), "s1")]})
    assert [(c.number, c.due_us) for c in on.values() if c.waits] == [(2, at(26))], "late by the daily rule already"


def test_a_report_handed_in_after_the_end_meets_its_clock_and_the_next_counts_from_the_reopening() -> None:
    handed = {(REGULATOR, "final"): [Handed(at(12), "one")]}
    one = clocks([], FINAL, 13, handed, ended_us=at(11))
    assert one["regulator.final.1.432000.limit"].met_us == at(12)
    again = clocks(list(one.values()), FINAL, 20, handed, pauses=[(at(11), at(14))])
    assert list(again) == ["regulator.final.1.432000.limit"], "open again, none is due before the next end"
    two = clocks(list(again.values()), FINAL, 31, handed, ended_us=at(30), pauses=[(at(11), at(14))])
    assert two["regulator.final.2.432000.limit"].state(at(31)) == "running", "the old report does not meet it"
    assert two["regulator.final.1.432000.limit"] == one["regulator.final.1.432000.limit"]
    met = {(REGULATOR, "final"): [*handed[REGULATOR, "final"], Handed(at(40), "two")]}
    done = clocks(list(two.values()), [], 41, met, ended_us=at(30), pauses=[(at(11), at(14))])
    assert done["regulator.final.2.432000.limit"].met_by == "two"


def test_a_final_report_not_yet_handed_in_is_lifted_by_the_reopening() -> None:
    one = clocks([], FINAL, 13, ended_us=at(11))
    assert (
        clocks(list(one.values()), FINAL, 20, pauses=[(at(11), at(14))])["regulator.final.1.432000.limit"].state(at(20))
        == "lifted"
    )


def test_earlier_moments_see_the_clocks_as_they_were() -> None:
    rows = clocks(list(clocks([], FAIRLY, 1).values()), MAJOR, 3, first(4)).values()
    later = reconcile(list(rows), MAJOR, START, first(4), at(5))
    then = [c for c in (as_of(c, at(2)) for c in later) if c is not None]
    assert [(c.id, c.state(at(2))) for c in then] == [("regulator.first.1.86400.limit", "running")]


STEPS = st.lists(
    st.one_of(
        st.sampled_from([[], FAIRLY, MAJOR, [*GRAVEST, *MAJOR], SIEGE, [*SIEGE, *FAIRLY], [*MAJOR, *FINAL]]),
        st.sampled_from([(REGULATOR, kind) for kind in ("phone", "first", "follow_up", "final")]),
        st.integers(1, 40 * HOUR),
        st.just("end or reopen"),
    ),
    max_size=14,
)


@given(STEPS)
def test_whatever_happens_no_start_moves_no_limit_loosens_and_no_clock_is_lost(steps: list[Any]) -> None:
    now, wanted, handed, kept = 0, list[Deadline](), dict[Series, list[Handed]](), tuple[Clock, ...]()
    ended, pauses = None, list[tuple[int, int]]()
    for number, step in enumerate(steps):
        if isinstance(step, int):
            now += step * US
        elif isinstance(step, str):
            now += US
            pauses, ended = (pauses, now) if ended is None else ([*pauses, (ended, now)], None)
        elif isinstance(step, tuple):
            handed.setdefault(step, []).append(Handed(now, f"r{number}"))
        else:
            wanted = step
        before = {c.id: c for c in kept}
        kept = reconcile(kept, wanted, START | {"stand_down": ended}, handed, now, ended, pauses)
        after = {c.id: c for c in kept}
        assert set(before) <= set(after)
        assert all((after[i].started_us, after[i].since_us) == (c.started_us, c.since_us) for i, c in before.items())
        assert all(after[i].superseded_us == c.superseded_us for i, c in before.items() if c.superseded_us is not None)
        assert all(after[i].met_us == c.met_us for i, c in before.items() if c.met_us is not None)
        for series, due in _limits(before.values()).items():
            assert _limits(after.values())[series] <= due
        again = reconcile(kept, wanted, START | {"stand_down": ended}, handed, now, ended, pauses)
        assert again == kept, "looking again changes nothing"
        open_now = [c for c in kept if c.waits and not c.strive]
        assert len({(c.to, c.kind) for c in open_now}) == len(open_now), "one limit is open in a series"


def _limits(found: Any) -> dict[tuple[str, str, int], int]:
    return {(c.to, c.kind, c.number): c.due_us for c in found if c.in_force and not c.strive}
