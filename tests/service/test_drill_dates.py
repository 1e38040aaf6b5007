"""Drills by appointment: invitations any calendar takes, reminders once, robots on time, the next date by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from emergency.service import drill_dates
from emergency.service.context import Conflict, Context, FixedClock, Refused
from emergency.service.drill_dates import (
    Guest,
    cancel_date,
    dates,
    held,
    invitation,
    months_later,
    move_date,
    plan_date,
)
from emergency.store import journal, records

LI = Guest("Li Na", "commander", "li@example.com")
WU = Guest("吴强", "risk", "")


def later(ctx: Context, days: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(days=days)))


def planned(ctx: Context, days: float = 10, **more: object) -> drill_dates.DrillDate:
    start = ctx.now() + timedelta(days=days)
    plan_date(ctx, "core-outage-2026", start, minutes=60, guests=[LI, WU], **more)  # type: ignore[arg-type]
    return dates(ctx)[0]


def told(ctx: Context) -> list[str]:
    with ctx.store.read() as connection:
        return [m["event_key"] for m in records.messages(connection) if m["event_key"].startswith("drill-date/")]


def test_an_invitation_is_read_by_a_calendar(ctx: Context) -> None:
    one = planned(ctx)
    book = Calendar.from_ical(invitation(ctx, one, "zh_CN"))
    (event,) = book.walk("VEVENT")
    assert event["dtstart"].dt == one.starts_at
    assert event["dtend"].dt == one.starts_at + timedelta(minutes=60)
    assert "核心理赔系统中断" in event["summary"]
    assert [a.params["CN"] for a in event["attendee"]] == ["Li Na", "吴强"]
    assert str(event["attendee"][0]) == "mailto:li@example.com"
    assert (book["method"], int(event["sequence"])) == ("REQUEST", 0)
    assert invitation(ctx, one, "zh_CN") == invitation(ctx, one, "zh_CN")


def test_a_moved_and_a_cancelled_date_are_newer_for_the_calendar(ctx: Context) -> None:
    one = planned(ctx)
    uid = one.uid
    move_date(ctx, one, one.starts_at + timedelta(days=1))
    moved = dates(ctx)[0]
    assert (moved.uid, moved.sequence) == (uid, 1)
    with pytest.raises(Conflict):
        move_date(ctx, one, one.starts_at + timedelta(days=2))
    cancel_date(ctx, moved)
    off = dates(ctx)[0]
    (event,) = Calendar.from_ical(invitation(ctx, off, "en")).walk("VEVENT")
    assert (event["status"], int(event["sequence"])) == ("CANCELLED", 2)
    with pytest.raises(Refused, match="over or called off"):
        move_date(ctx, off, one.starts_at)
    drill_dates.plan_again(ctx, off)
    assert dates(ctx)[0].state == "planned"
    assert len(told(ctx)) == 4  # invited, moved, called off, planned again


def test_those_invited_are_reminded_once_a_week_and_once_a_day_ahead(ctx: Context) -> None:
    planned(ctx, days=10)
    for day in (0, 2, 3.5, 4, 9.5, 9.6):
        drill_dates.chores(later(ctx, day))
    with ctx.store.read() as connection:
        days = [e.facts()["days"] for e in journal.entries(connection) if e.action == "drill.date.remind"]
    assert days == [7, 1]


def test_nobody_is_reminded_of_what_they_were_told_just_now(ctx: Context) -> None:
    one = planned(ctx, days=0.9)  # under a day away
    for day in (0, 0.002, 0.5):
        drill_dates.chores(later(ctx, day))
    assert not [key for key in told(ctx) if "/remind/" in key]
    move_date(ctx, one, ctx.now() + timedelta(days=6))  # under a week away: no weekly reminder, the daily one comes
    for day in (0.01, 4, 5.5):
        drill_dates.chores(later(ctx, day))
    assert [key.rpartition("/")[2] for key in told(ctx) if "/remind/" in key] == ["1"]


def test_a_date_that_comes_again_gets_its_next_once(ctx: Context) -> None:
    one = planned(ctx, days=1, every_months=3)
    after = later(ctx, 2)
    for _ in range(3):
        drill_dates.chores(after)
    assert [d.starts_at for d in dates(after) if d.state == "planned"] == [
        one.starts_at,
        months_later(one.starts_at, 3),
    ]
    held(after, one, "run-1")
    assert len(dates(after)) == 2


def test_a_month_that_is_shorter_ends_on_its_last_day() -> None:
    noon = datetime(2026, 11, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert months_later(noon, 3) == datetime(2027, 2, 28, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert months_later(noon, 1).month == 12


def test_what_cannot_be_a_date_is_refused(ctx: Context) -> None:
    soon = ctx.now() + timedelta(days=1)
    with pytest.raises(Refused, match="no drill"):
        plan_date(ctx, "nowhere", soon, minutes=60)
    with pytest.raises(Refused, match="still to come"):
        plan_date(ctx, "core-outage-2026", ctx.now(), minutes=60)
    with pytest.raises(Refused, match="minutes"):
        plan_date(ctx, "core-outage-2026", soon, minutes=0)
    with pytest.raises(Refused, match="people or robots"):
        plan_date(ctx, "core-outage-2026", soon, minutes=60, manner="ghosts")


def test_robots_play_on_time_and_once(ctx: Context) -> None:
    start = ctx.now() + timedelta(days=1)
    plan_date(ctx, "core-outage-2026", start, minutes=60, manner="robots")
    after = later(ctx, 1.01)
    assert drill_dates.chores(after) == 1
    assert drill_dates.chores(after) == 0
    (one,) = dates(after)
    with after.store.read() as connection:
        (run,) = records.runs(connection)
    assert (one.state, one.run_id) == ("held", run["run_id"])
