"""Drills by appointment: who is invited to play what, when; reminders go out and the next date is laid out by itself.

A date of robots is played by the timetable at its time; a date of people is invited to, reminded of and held.
"""

from __future__ import annotations

import calendar
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emergency.documents.invitation import Guest, Invitation, ics
from emergency.domain.drill.record import message_from, message_record
from emergency.domain.instant import from_us, to_us
from emergency.service.context import Conflict, Context, FileFaults, Refused
from emergency.service.drills import run_script
from emergency.service.telling import local, tell
from emergency.store import drill_dates as store
from emergency.store import improvements as notices
from emergency.store import journal
from emergency.store.store import Connection
from emergency.texts import N_, Message, speaker

log = logging.getLogger(__name__)

KIND = "drill_date"
PEOPLE, ROBOTS = "people", "robots"
AHEAD_DAYS = (7, 1)  # before the drill, when those invited are reminded (house rule, 2026-11)
EVERY_MONTHS = (1, 3, 6, 12)
TELLING = ("drill.date", "drill.date.move")  # acts by which those invited hear of its time
MOST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True)
class DrillDate:
    """One date. state: planned, held or cancelled. every_months: of dates that come again. fault: why not played."""

    date_id: int
    drill_id: str
    title: Mapping[str, str]
    starts_at: datetime
    minutes: int
    place: str
    organiser: str
    guests: tuple[Guest, ...]
    manner: str
    every_months: int | None
    uid: str
    sequence: int
    state: str
    run_id: str
    fault: Message | None
    version: int


def dates(ctx: Context) -> list[DrillDate]:
    """Every date, the next first, then those that are over."""
    with ctx.store.read() as connection:
        found = [_date(row) for row in store.every(connection)]
    planned = [one for one in found if one.state == "planned"]
    over = [one for one in found if one.state != "planned"]
    return planned + sorted(over, key=lambda one: one.starts_at, reverse=True)


def plan_date(
    ctx: Context,
    drill_id: str,
    starts_at: datetime,
    *,
    minutes: int,
    manner: str = PEOPLE,
    place: str = "",
    guests: Sequence[Guest] = (),
    every_months: int | None = None,
) -> int:
    """Make a date and tell those invited; returns its number.

    Raises:
        Refused: no such drill, a time that is over, no length, an unknown manner or interval.
    """
    script = next((s for s in ctx.content.library.drills() if s.id == drill_id), None)
    if script is None:
        raise Refused(Message(N_("there is no drill {drill} in order"), {"drill": drill_id or "–"}))
    _check(ctx, starts_at, minutes, manner, every_months)
    with ctx.store.write() as connection:
        values = {"drill_id": drill_id, "title": dict(script.title), "starts_us": to_us(starts_at)}
        rest = {"minutes": minutes, "place": place.strip(), "organiser": ctx.actor.id, "manner": manner}
        return _add(ctx, connection, {**values, **rest, "invited": _packed(guests), "every_months": every_months})


def _check(ctx: Context, starts_at: datetime, minutes: int, manner: str, every_months: int | None) -> None:
    if starts_at <= ctx.now():
        raise Refused(Message(N_("choose a time that is still to come")))
    if not 0 < minutes <= MOST_MINUTES:
        raise Refused(Message(N_("say how many minutes the drill takes, up to a week")))
    if manner not in (PEOPLE, ROBOTS) or every_months not in (None, *EVERY_MONTHS):
        raise Refused(Message(N_("a drill is played by people or robots, once or every 1, 3, 6 or 12 months")))


def _add(ctx: Context, connection: Connection, values: Mapping[str, Any]) -> int:
    uid = f"{uuid.uuid5(uuid.NAMESPACE_URL, f'{ctx.store.name}/{to_us(ctx.now())}/{values}')}@drills"
    made = {"created_us": ctx.now_us(), "created_by": ctx.actor.id}
    number = store.add(connection, uid=uid, state="planned", **made, **values)
    body = {"date": number, "drill": values["drill_id"], "start_us": values["starts_us"], "manner": values["manner"]}
    ctx.record(connection, "drill.date", f"drill-date/{number}", body)
    _tell(ctx, connection, number, N_("Invitation to a drill: {title}"), "invite/0")
    return number


def move_date(ctx: Context, one: DrillDate, starts_at: datetime) -> None:
    """Another time; those invited are told, and the file counts as the newer one.

    Raises:
        Refused: it is over, or the time is. Conflict: changed since it was read.
    """
    _still_planned(one)
    _check(ctx, starts_at, one.minutes, one.manner, one.every_months)
    _change(ctx, one, "drill.date.move", starts_us=to_us(starts_at), sequence=one.sequence + 1, fault="")
    with ctx.store.write() as connection:
        _tell(ctx, connection, one.date_id, N_("Another time for the drill: {title}"), f"move/{one.sequence + 1}")


def cancel_date(ctx: Context, one: DrillDate) -> None:
    """Call it off; it can be planned again.

    Raises:
        Refused: it is over. Conflict: changed since it was read.
    """
    _still_planned(one)
    _change(ctx, one, "drill.date.cancel", state="cancelled", sequence=one.sequence + 1)
    with ctx.store.write() as connection:
        _tell(ctx, connection, one.date_id, N_("The drill is called off: {title}"), f"cancel/{one.sequence + 1}")


def plan_again(ctx: Context, one: DrillDate) -> None:
    """Take a cancellation back.

    Raises:
        Refused: it is not called off, or its time is over.
    """
    if one.state != "cancelled" or one.starts_at <= ctx.now():
        raise Refused(Message(N_("only a date that was called off and is still to come can be planned again")))
    _change(ctx, one, "drill.date", state="planned", sequence=one.sequence + 1)
    with ctx.store.write() as connection:
        _tell(ctx, connection, one.date_id, N_("The drill takes place: {title}"), f"again/{one.sequence + 1}")


def held(ctx: Context, one: DrillDate, run_id: str) -> None:
    """It was held; the run it became is named, and a date that comes again gets its next.

    Raises:
        Refused: it is over. Conflict: changed since it was read.
    """
    _still_planned(one)
    _change(ctx, one, "drill.date.held", state="held", run_id=run_id)
    _lay_out_next(ctx, one)


def _still_planned(one: DrillDate) -> None:
    if one.state != "planned":
        raise Refused(Message(N_("this date is over or called off")))


def _change(ctx: Context, one: DrillDate, action: str, **values: Any) -> None:
    with ctx.store.write() as connection:
        if not store.change(connection, one.date_id, one.version, **values):
            raise Conflict(Message(N_("somebody has changed this date in the meantime; look at it again")))
        ctx.record(connection, action, f"drill-date/{one.date_id}", {"date": one.date_id, **values})


def _lay_out_next(ctx: Context, one: DrillDate) -> None:
    """The next of a date that comes again: once, whoever asks; its row carries the number of the one before."""
    if one.every_months is None:
        return
    starts_at = one.starts_at
    while starts_at <= ctx.now():
        starts_at = months_later(starts_at, one.every_months)
    with ctx.store.write() as connection:
        if not notices.take_notice(connection, KIND, str(one.date_id), NEXT, one.organiser, ctx.now_us()):
            return
        values = {"drill_id": one.drill_id, "title": dict(one.title), "starts_us": to_us(starts_at)}
        rest = {"minutes": one.minutes, "place": one.place, "organiser": one.organiser, "manner": one.manner}
        _add(ctx, connection, {**values, **rest, "invited": _packed(one.guests), "every_months": one.every_months})


NEXT = 1000  # a stage no reminder has


def months_later(at: datetime, months: int) -> datetime:
    """The same day and time some months on, or the last day where the month is shorter."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


# By itself --------------------------------------------------------------------------------------------


def chores(ctx: Context) -> int:
    """Remind of dates that come near and play those of robots whose time has come; returns how much was done."""
    done = 0
    for one in dates(ctx):
        if one.state != "planned":
            continue
        if one.starts_at <= ctx.now():
            done += _due(ctx, one)
        else:
            done += _remind(ctx, one)
    return done


def _remind(ctx: Context, one: DrillDate) -> bool:
    left = one.starts_at - ctx.now()
    stage = next((days for days in reversed(AHEAD_DAYS) if left <= timedelta(days=days)), None)
    if stage is None or _told_after(ctx, one, one.starts_at - timedelta(days=stage)):
        return False
    ref, told = f"{one.date_id}/{one.sequence}", ", ".join(g.name for g in one.guests)
    with ctx.store.write() as connection:
        if not notices.take_notice(connection, KIND, ref, stage, told, ctx.now_us()):
            return False
        ctx.record(connection, "drill.date.remind", f"drill-date/{one.date_id}", {"date": one.date_id, "days": stage})
        _tell(ctx, connection, one.date_id, N_("A drill comes near: {title}"), f"remind/{one.sequence}/{stage}")
    return True


def _told_after(ctx: Context, one: DrillDate, moment: datetime) -> bool:
    """Whether its time was told when it was so near already: nobody is reminded of what they have just read."""
    with ctx.store.read() as connection:
        entries = journal.entries_of(connection, subject=f"drill-date/{one.date_id}", newest_first=True)
        last = next((entry for entry in entries if entry.action in TELLING), None)
    return last is not None and last.recorded_us >= to_us(moment)


def _due(ctx: Context, one: DrillDate) -> bool:
    """A date of robots is played, once; one of people only gets its next, the director says when it was held."""
    if one.manner != ROBOTS or one.fault is not None:
        _lay_out_next(ctx, one)
        return False
    with ctx.store.write() as connection:
        if not notices.take_notice(connection, KIND, f"{one.date_id}/{one.sequence}", 0, "", ctx.now_us()):
            return False
    try:
        run = run_script(ctx, one.drill_id, seed=to_us(one.starts_at) // 1_000_000 % 100_000)
        held(ctx, one, run["run"])
    except (Refused, FileFaults) as fault:
        said = (
            fault.args[0] if fault.args and isinstance(fault.args[0], Message) else Message(N_("the script is faulty"))
        )
        _change(ctx, one, "drill.date.fault", fault=message_record(said))
        log.warning("drill date %s was not played: %s", one.date_id, fault)
    return True


def _tell(ctx: Context, connection: Connection, date_id: int, subject: str, key: str) -> None:
    """To everybody invited, once per key; a date nobody is invited to is told to the staff."""
    one = _date(store.get(connection, date_id))
    gaps = {
        "title": dict(one.title),
        "start": local(ctx, to_us(one.starts_at)),
        "minutes": one.minutes,
        "place": one.place or "–",
        "who": ", ".join(f"{g.name} ({g.role})" if g.role else g.name for g in one.guests) or "–",
    }
    text = N_("{title}: {start}, {minutes} minutes, place {place}. Players: {who}. This is an exercise.")
    to = [guest.name for guest in one.guests] or ["staff"]
    tell(
        ctx,
        connection,
        f"drill-date/{date_id}/{key}",
        ", ".join(to),
        Message(subject, gaps),
        Message(text, gaps),
        to=to,
    )


# Files ------------------------------------------------------------------------------------------------


def invitation(ctx: Context, one: DrillDate, language: str) -> bytes:
    """The date as an iCalendar file, for the mail to those invited and for every calendar."""
    say = speaker(language)
    roles = "\n".join(f"{g.name}: {g.role or '–'}" for g in one.guests)
    found = Invitation(
        uid=one.uid,
        sequence=one.sequence,
        written_at=ctx.now(),
        starts_at=one.starts_at,
        minutes=one.minutes,
        title=say("【演练】EXERCISE: {title}", title=dict(one.title)),
        text=say("A drill; nothing of it happens outside. Who plays what:") + "\n" + roles,
        place=one.place,
        organiser=one.organiser,
        guests=one.guests,
        cancelled=one.state == "cancelled",
    )
    return ics(found)


def _packed(guests: Sequence[Guest]) -> list[dict[str, str]]:
    return [{"name": g.name, "role": g.role, "address": g.address} for g in guests if g.name.strip()]


def _date(row: Mapping[str, Any]) -> DrillDate:
    return DrillDate(
        date_id=row["date_id"],
        drill_id=row["drill_id"],
        title=row["title"],
        starts_at=from_us(row["starts_us"]),
        minutes=row["minutes"],
        place=row["place"],
        organiser=row["organiser"],
        guests=tuple(Guest(**one) for one in row["invited"]),
        manner=row["manner"],
        every_months=row["every_months"],
        uid=row["uid"],
        sequence=row["sequence"],
        state=row["state"],
        run_id=row["run_id"],
        fault=message_from(row["fault"]) if row["fault"] else None,
        version=row["version"],
    )


__all__ = ["DrillDate", "Guest", "cancel_date", "chores", "dates", "held", "invitation", "move_date", "plan_date"]
