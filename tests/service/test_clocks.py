"""Clocks of an incident in Henan, discovered at noon on 28 August: what runs, what is kept, what fires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.reporting_clock import Clock
from emergency.service import clock_watch, clocks, deciding
from emergency.service import incident_correction as correction
from emergency.service.closure import closure
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.grading import agree_to_lower, confirm_level, evaluate
from emergency.service.records import verify_journal
from emergency.service.response import open_incident, perform, record_fact, tasks
from emergency.service.stand_down import reopen, stand_down
from emergency.store import incidents, journal, records, reports
from emergency.store import tasks as tasks_kept

NOON = datetime.fromisoformat("2017-08-28T12:00:00-05:00")
MAJOR, GRAVEST = 60_000_000, 2_000_000_000


@pytest.fixture
def henan(ctx: Context, flood: Incident) -> Context:
    """The incident of this file, HENAN, an hour after its discovery; figures in yuan."""
    found = replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",))
    open_incident(ctx, found)
    yuan = replace(ctx, profile=replace(ctx.profile, currency="CNY"))
    return later(yuan, 1)


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(NOON + timedelta(hours=hours)))


def industry(ctx: Context, yuan: float) -> None:
    record_fact(ctx, "industry.payout.property_estimated", yuan, incident_id="HENAN", source="provincial bureau")


def states(ctx: Context) -> dict[str, str]:
    found = clocks.ledger(ctx, evaluate(ctx, "HENAN"))
    return {c.id: c.state(ctx.now_us()) for c in found if c.to == "regulator"}


def tick(ctx: Context) -> Context:
    clock_watch.clock_chores(ctx)
    return ctx


def outgoing(ctx: Context) -> list[str]:
    with ctx.store.read() as connection:
        return [r["event_key"] for r in reversed(records.messages(connection)) if r["event_key"].startswith("clock/")]


def test_each_clock_names_the_file_and_row_that_owns_it_and_why_it_runs(henan: Context) -> None:
    industry(henan, MAJOR)
    found = {c.id: c for c in clocks.ledger(henan, evaluate(henan, "HENAN"))}
    first = found["regulator.first.1.7200.limit"]
    assert (first.rules, first.row, first.cause) == ("nfra-2022-15@1.0.0", 4, "class:2")
    assert "保监发〔2011〕45号" in first.source
    assert first.due_us == first.started_us + 7200 * 1_000_000


def test_who_knew_earlier_had_less_time_and_the_journal_says_so(henan: Context) -> None:
    industry(henan, MAJOR)
    tick(henan)
    one = clock_of(henan, "regulator.first.1.7200.limit")
    earlier = correction.correct(
        henan, "HENAN", 1, occurred_at=NOON - timedelta(hours=1), discovered_at=NOON - timedelta(minutes=30)
    )
    tick(henan)
    moved = clock_of(henan, one.id)
    assert (moved.started_us, one.due_us - moved.due_us) == (one.started_us - 1_800_000_000, 1_800_000_000)
    with henan.store.read() as connection:
        begun = list(journal.entries_of(connection, subject="HENAN", action="clock.start"))
    assert [e.facts()["clock"] for e in begun].count(one.id) == 2
    correction.correct(henan, "HENAN", earlier.version, discovered_at=NOON)
    tick(henan)
    assert clock_of(henan, one.id) == moved


def clock_of(ctx: Context, clock_id: str) -> Clock:
    return next(c for c in clocks.ledger(ctx, evaluate(ctx, "HENAN")) if c.id == clock_id)


def test_a_class_that_rises_adds_the_shorter_clocks_from_discovery_and_keeps_the_longer(henan: Context) -> None:
    industry(henan, 20_000_000)
    tick(henan)
    two = later(henan, 2.5)
    industry(two, GRAVEST)
    tick(two)
    assert states(two) == {
        "regulator.first.1.86400.limit": "superseded",
        "regulator.first.1.7200.limit": "overdue",
        "regulator.first.1.3600.target": "target_passed",
        "regulator.phone.1.1800.target": "target_passed",
        "regulator.follow_up.1.86400.limit": "running",
    }
    with two.store.read() as connection:
        kept = {c.id: c for c in reports.clocks(connection, "HENAN")}
        entries = [e.action for e in journal.entries_of(connection, subject="HENAN")]
    assert kept["regulator.first.1.86400.limit"].superseded_us == two.now_us()
    assert "clock.supersede" in entries
    assert verify_journal(two).ok


def test_a_class_that_falls_again_takes_no_clock_away(henan: Context) -> None:
    industry(henan, GRAVEST)
    tick(henan)
    before = states(henan)
    two = later(henan, 1.2)
    industry(two, 1000)
    assert set(states(tick(two))) == set(before)


def test_a_tag_starts_the_limit_of_one_hour_whatever_the_class(henan: Context) -> None:
    clocks.set_tag(henan, "HENAN", "siege", on=True, source="branch head, by phone")
    assert "regulator.first.1.3600.limit" in states(henan)
    (first,) = [c for c in clocks.ledger(henan, evaluate(henan, "HENAN")) if c.kind == "first"]
    assert str(clocks.cause_words(first)) == "tag: Siege of an outlet"
    clocks.set_tag(henan, "HENAN", "siege", on=False, source="it was a queue")
    assert clocks.tags(henan, "HENAN") == []
    assert "regulator.first.1.3600.limit" in states(henan), "what is owed stays owed"


def test_a_tag_nobody_vouches_for_or_no_rule_knows_is_refused(henan: Context) -> None:
    with pytest.raises(Refused, match="who said so"):
        clocks.set_tag(henan, "HENAN", "siege", on=True, source=" ")
    with pytest.raises(Refused, match="no rule"):
        clocks.set_tag(henan, "HENAN", "rain", on=True, source="me")


def test_texas_has_internal_clocks_only(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "casualties.insured_deaths", 3, incident_id=flood.incident_id, source="coroner")
    found = clocks.running_clocks(ctx, evaluate(ctx, flood.incident_id))
    assert {c.clock.to for c in found} == {"internal"}
    confirm_level(ctx, flood.incident_id, 2)
    found = clocks.running_clocks(ctx, evaluate(ctx, flood.incident_id))
    assert {c.clock.to for c in found} == {"internal", "cadence"}, "the playbook's situation reports begin"


def test_what_comes_due_is_said_once_however_often_somebody_looks(henan: Context) -> None:
    industry(henan, MAJOR)
    for hours in (1, 1.76, 1.8, 1.9, 2.01, 2.5, 3, 3):
        tick(later(henan, hours))
        tick(later(henan, hours))
    assert outgoing(henan) == [
        "clock/HENAN/regulator.first.1.7200.limit/soon",
        "clock/HENAN/regulator.first.1.7200.limit/due",
    ]
    with henan.store.read() as connection:
        late = list(journal.entries_of(connection, subject="HENAN", action="clock.late"))
        text = records.messages(connection)[0]["text"]
    assert len(late) == 1
    assert "逾期" in text and "has not been handed in" in text, "both languages stand in the notice"


def test_a_report_handed_in_is_not_reminded_of(henan: Context) -> None:
    industry(henan, MAJOR)
    tick(henan)
    perform(later(henan, 1.5), "HENAN", "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "郑州"}})
    for hours in (1.8, 2.1, 3):
        tick(later(henan, hours))
    assert outgoing(henan) == []
    assert states(later(henan, 3))["regulator.first.1.7200.limit"] == "in_time"


def test_a_stop_of_the_server_gives_the_late_mark_and_no_stale_reminder(henan: Context) -> None:
    industry(henan, MAJOR)
    tick(henan)
    tick(later(henan, 30))
    marks = [key.rpartition(".")[2] for key in outgoing(henan) if ".first." in key]
    assert marks == ["limit/due"]


def test_a_late_situation_report_is_asked_for_every_half_hour_until_it_is_published(
    ctx: Context, flood: Incident, at: Callable[[Context, str], Context]
) -> None:
    record_fact(ctx, "casualties.insured_deaths", 3, incident_id=flood.incident_id, source="coroner")
    confirm_level(ctx, flood.incident_id, 2)
    tick(ctx)
    # Level Ⅱ in Texas: 12 h after the impact at noon of the 28th, so at midnight, then daily; it is noon of the 29th.
    due = [c for c in clocks.running_clocks(ctx, evaluate(ctx, flood.incident_id)) if c.kind == "situation"]
    assert [c.due_at.isoformat() for c in due] == ["2017-08-30T05:00:00+00:00"]
    midnight = replace(ctx, clock=FixedClock(due[0].due_at))
    for minutes in (1, 31, 31, 61):
        tick(replace(ctx, clock=FixedClock(midnight.now() + timedelta(minutes=minutes))))
    nags = [key.rpartition("/")[2] for key in outgoing(ctx) if "situation" in key]
    assert nags == ["due", "again-1", "again-2"]
    published = replace(ctx, clock=FixedClock(midnight.now() + timedelta(minutes=70)))
    perform(published, flood.incident_id, "report.publish", {"text": "as it stands"})
    tick(replace(ctx, clock=FixedClock(midnight.now() + timedelta(minutes=100))))
    assert len([key for key in outgoing(ctx) if "situation" in key]) == 3
    following = clocks.running_clocks(published, evaluate(published, flood.incident_id))
    (again,) = [c for c in following if c.kind == "situation" and c.clock.waits]
    assert again.due_at - published.now() == timedelta(hours=24), "at level Ⅱ the playbook asks for one a day"


def test_situation_reports_that_fell_due_before_the_response_began_were_missed_by_nobody(
    ctx: Context, flood: Incident
) -> None:
    """Core outage at Ⅰ: an hour after the occurrence, then every hour; it came to be known three and a half later."""
    at = ctx.now() - timedelta(hours=3.5)
    outage = replace(flood, incident_id="OUT", kind="system_failure", perils=(), occurred_at=at, discovered_at=at)
    open_incident(ctx, outage)
    record_fact(ctx, "outage.one_province_minutes", 400, incident_id="OUT", source="it duty")
    confirm_level(ctx, "OUT", 1)
    tick(ctx)
    found = [c for c in clocks.running_clocks(ctx, evaluate(ctx, "OUT")) if c.kind == "situation"]
    assert [(c.clock.number, c.state, c.due_at - at) for c in found] == [(1, "running", timedelta(hours=4))]
    with ctx.store.read() as connection:
        assert not list(journal.entries_of(connection, subject="OUT", action="clock.miss"))


def test_when_the_response_ends_the_final_report_is_owed_within_five_days(henan: Context) -> None:
    industry(henan, MAJOR)
    tick(henan)
    five = later(henan, 5)
    with five.store.write() as connection:
        known = incidents.get(connection, "HENAN")
        assert known is not None
        incidents.change(connection, replace(known, closed_at=five.now()))
    tick(five)
    tick(later(henan, 6))
    with five.store.read() as connection:
        kept = {c.kind: c for c in reports.clocks(connection, "HENAN")}
    assert from_us(kept["final"].due_us) == five.now() + timedelta(days=5)
    assert kept["follow_up"].state(five.now_us()) == "lifted", "no daily report after the end"
    assert kept["first"].state(five.now_us()) == "overdue", "what was not handed in stays owed"
    tick(later(henan, 5 + 121))
    assert "clock/HENAN/regulator.final.1.432000.limit/due" in outgoing(henan)


@pytest.mark.parametrize("days", [0, 3])
def test_a_reopened_incident_owes_follow_ups_situation_reports_and_a_final_report_again(
    henan: Context, days: int
) -> None:
    """The way back after an end: the clocks run again, and what closed the first end does not close the second."""
    industry(henan, MAJOR)
    boss = replace(henan, actor=Actor("chen", "Chen Yu", "province-gm"))
    confirm_level(boss, "HENAN", 2, reason="the dyke is weak")
    tick(boss)
    two = later(boss, 2)
    perform(two, "HENAN", "report.submit", {"to": "nfra", "kind": "final", "fields": {"place": "郑州"}})
    stand_down(two, "HENAN", "the water has gone")
    tick(two)
    assert states(two)["regulator.final.1.432000.limit"] == "in_time"
    assert not {c.kind for c in waiting(two)} & {"follow_up", "situation"}

    back = later(two, 3 + 24 * days)
    reopen(back, "HENAN", "the river rises again")
    assert {"follow_up", "situation"} <= {c.kind for c in waiting(back)}
    follow_up = next(c for c in waiting(back) if c.kind == "follow_up")
    starts = from_us(follow_up.clock.started_us)
    assert starts == (back.now() if days else NOON), "from the reopening; a limit that still lies ahead stands"
    with back.store.read() as connection:
        assert follow_up.clock.id in {c.id for c in reports.clocks(connection, "HENAN")}, "written, not only shown"
        incident = incidents.get(connection, "HENAN")
    assert incident is not None
    line = next(one for one in closure(back, incident).lines if one.metric == "regulator.final_report")
    assert line.met is not True, "the final report of the end that was taken back closes nothing"
    board = {r["task_id"]: r["state"] for r in tasks(back, "HENAN") if r["task_id"].startswith("regulator-final")}
    assert sorted(board.values()) == ["done", "open"], board

    end = later(back, 5 + 24 * days)
    stand_down(end, "HENAN", "over")
    tick(end)
    assert states(end)["regulator.final.1.432000.limit"] == "in_time", "the old one stays in the history"
    assert states(end)["regulator.final.2.432000.limit"] == "running"
    assert outgoing(end) == list(dict.fromkeys(outgoing(end))), "no clock fires twice"


def test_a_proposal_that_was_lowered_starts_no_internal_clock_at_the_end_of_the_response(henan: Context) -> None:
    """Ⅰ proposed, Ⅱ decided: the end owes what was owed before it, and so does the reopening."""
    record_fact(henan, "casualties.insured_deaths", 10, incident_id="HENAN", source="coroner")
    first, second = (replace(henan, actor=Actor(who, who, "hq-commander")) for who in ("chen", "li"))
    confirm_level(first, "HENAN", 2, reason="enough staff")
    agree_to_lower(second, "HENAN")
    tick(henan)
    assert internal(henan) == {"internal.internal.1.3600.limit"}
    for who in (first, second):
        stand_down(replace(who, clock=later(henan, 1.1).clock), "HENAN", "the water has gone")
    assert not known(henan).is_open
    assert internal(tick(later(henan, 1.2))) == {"internal.internal.1.3600.limit"}
    reopen(replace(first, clock=later(henan, 1.3).clock), "HENAN", "it rises again")
    assert internal(tick(later(henan, 1.4))) == {"internal.internal.1.3600.limit"}


def internal(ctx: Context) -> set[str]:
    with ctx.store.read() as connection:
        return {c.id for c in reports.clocks(connection, "HENAN") if c.to == "internal"}


def waiting(ctx: Context) -> list[clocks.RunningClock]:
    return [c for c in clocks.running_clocks(ctx, evaluate(ctx, "HENAN")) if c.clock.waits]


def test_a_level_taken_back_to_none_and_put_in_force_again_goes_on_owing_its_reports(henan: Context) -> None:
    industry(henan, MAJOR)
    boss = replace(henan, actor=Actor("chen", "Chen Yu", "province-gm"))
    confirm_level(boss, "HENAN", 2, reason="the dyke is weak")
    deciding.take_back(boss, known(boss))
    assert "follow_up" in {c.kind for c in waiting(boss)}, "a slip that is undone ends nothing"
    assert "final" not in {c.kind for c in waiting(boss)}


def known(ctx: Context) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, "HENAN")
    assert found is not None
    return found


def test_a_graver_level_moves_the_due_time_of_a_report_once_and_in_nobodys_name(henan: Context) -> None:
    """Ⅲ gives the internal report two hours, Ⅱ one: the clock says it, and the task follows without going back."""
    soon = later(henan, 0.2)
    record_fact(soon, "casualties.insured_deaths", 1, incident_id="HENAN", source="coroner")
    confirm_level(replace(soon, actor=Actor("chen", "Chen Yu", "hq-commander")), "HENAN", 3)
    tick(soon)
    record_fact(later(henan, 0.25), "casualties.insured_deaths", 3, incident_id="HENAN", source="coroner")
    confirm_level(replace(later(henan, 0.3), actor=Actor("chen", "Chen Yu", "hq-commander")), "HENAN", 2)
    tick(later(henan, 0.4))
    with henan.store.read() as connection:
        reported = [r for r in tasks_kept.of(connection, "HENAN") if proves_internal(r)]
        moves = [m for m in tasks_kept.due_changes(connection, "HENAN") if m["task_id"] == reported[0]["task_id"]]
    assert [(hours(m["before_us"]), hours(m["after_us"])) for m in moves if m["before_us"]] == [(2.0, 1.0)]


def hours(us: int) -> float:
    return (from_us(us) - NOON).total_seconds() / 3600


def proves_internal(row: dict[str, Any]) -> bool:
    return any(one["match"].get("kind") == "internal" for one in row["evidence"])


def test_earlier_times_of_a_demo_show_the_clocks_as_they_were_known(henan: Context) -> None:
    industry(henan, 20_000_000)
    tick(henan)
    two = later(henan, 2.5)
    industry(two, GRAVEST)
    tick(two)
    assert states(later(henan, 1.5)) == {"regulator.first.1.86400.limit": "running"}


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.sampled_from([("class", v) for v in (1000, 20_000_000, MAJOR, GRAVEST)]),
            st.sampled_from([("hand", k) for k in ("phone", "first", "follow_up")]),
            st.sampled_from([("wait", h) for h in (0.2, 1.0, 9.0, 25.0)]),
        ),
        max_size=8,
    )
)
def test_any_day_keeps_every_start_loosens_no_limit_and_fires_each_mark_once(
    ctx: Context, flood: Incident, steps: list[tuple[str, float]]
) -> None:
    name = f"DAY-{abs(hash(tuple(steps)))}"
    with ctx.store.read() as connection:
        if reports.clocks(connection, name):
            return
    yuan = replace(ctx, profile=replace(ctx.profile, currency="CNY"))
    open_incident(yuan, replace(flood, incident_id=name, jurisdiction="CN-410000", regions=("410000",)))
    hours, before = 0.1, dict[str, tuple[int, int, int | None]]()
    for what, value in steps:
        now = later(yuan, hours)
        if what == "wait":
            hours += value
        elif what == "class":
            record_fact(now, "industry.payout.property_estimated", value, incident_id=name, source="bureau")
        else:
            perform(now, name, "report.submit", {"to": "nfra", "kind": value, "fields": {"place": "x"}})
        tick(later(yuan, hours))
        with ctx.store.read() as connection:
            rows = {c.id: (c.started_us, c.due_us, c.superseded_us) for c in reports.clocks(connection, name)}
        assert all(rows[key] == row or (row[2] is None and rows[key][:2] == row[:2]) for key, row in before.items())
        before = rows
    keys = [k for k in outgoing(yuan) if f"/{name}/" in k]
    assert len(keys) == len(set(keys))
    with ctx.store.read() as connection:
        marks = reports.marks(connection, name)
        entries = [e.action for e in journal.entries_of(connection, subject=name) if e.action.startswith("clock.")]
    assert len(marks) == len(keys) == sum(a in ("clock.remind", "clock.late", "clock.again") for a in entries)


def test_a_late_internal_report_does_not_hide_what_is_owed_to_the_regulator(henan: Context) -> None:
    """Class Ⅲ, level Ⅱ: the internal hour has passed, the regulator's day has two hours left."""
    industry(henan, 20_000_000)
    record_fact(henan, "casualties.insured_deaths", 3, incident_id="HENAN", source="coroner")
    late = tick(later(henan, 22))
    running = clocks.running_clocks(late, evaluate(late, "HENAN"))
    assert [(c.clock.to, c.state) for c in clocks.next_clocks(running)] == [
        ("regulator", "running"),
        ("internal", "overdue"),
    ]
    first = clocks.next_clock(running)
    assert first is not None and (first.kind, first.due_at) == ("first", NOON + timedelta(hours=24))
