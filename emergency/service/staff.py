"""Who of the roster can be sent out in a shift, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.claim import LINES
from emergency.domain.instant import from_us
from emergency.domain.slot_course import ON_SITE, SPENT
from emergency.domain.staffing import Standing, why_not
from emergency.service.context import Context
from emergency.store import goods_plan, pool, slot_course
from emergency.store.store import Connection
from emergency.texts import N_, Message

Row = Mapping[str, Any]
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Roster:
    """People as they stand in one shift. ``out``: adjuster -> why they are not proposed.

    A row of somebody who has arrived somewhere and was not released since has ``here``, the region they are in.
    """

    shift: str
    ready: tuple[Row, ...]
    out: Mapping[str, Message]


def shift_of(ctx: Context, at: datetime | None = None) -> str:
    """The shift an instant belongs to: one a day, named by the local date."""
    return (at or ctx.now()).astimezone(ZoneInfo(ctx.profile.timezone)).date().isoformat()


def roster_of(ctx: Context, connection: Connection) -> Roster:
    """Everybody of the pool, parted into those who can be sent out today and those who cannot."""
    everyone = pool.adjusters(connection)
    shift, now, rules = shift_of(ctx), ctx.now(), ctx.content.library.staffing()
    day, rest = date.fromisoformat(shift), ctx.content.library.duty_rules().rest
    known = _Known(connection, shift, day)
    out: dict[str, Message] = {}
    for row in everyone:
        reason = why_not(known.standing(row), day, now, rules, rest)
        if reason is not None:
            out[row["adjuster_id"]] = _local(ctx, reason)
    for who in goods_plan.crew(connection, shift):
        out.setdefault(who, Message(N_("goes with a kit of the goods plan today")))
    here = _where_they_are(connection, shift)
    ready = (row | {"here": here.get(row["adjuster_id"], "")} for row in everyone if row["adjuster_id"] not in out)
    return Roster(shift, tuple(ready), out)


def _where_they_are(connection: Connection, shift: str) -> dict[str, str]:
    """Adjuster -> the region they arrived in last, until they are released.

    A call to another place moves nobody: who is called away stands where they stood until they have arrived there.
    Who was called back and sent nowhere else has gone home by the next shift.
    """
    found = {}
    for row in slot_course.arrived_last(connection):
        since, released, sent = row["on_site_us"], row["released_us"], row["sent_us"]
        if row["line"] not in LINES or (released is not None and released >= since):
            continue
        if row["state"] == ON_SITE or row["shift"] >= shift or (sent is not None and sent >= since):
            found[str(row["adjuster_id"])] = str(row["region"])
    return found


def roster_now(ctx: Context) -> Roster:
    with ctx.store.read() as connection:
        return roster_of(ctx, connection)


class _Known:
    """What the store says of earlier shifts and of this one, read once for everybody."""

    def __init__(self, connection: Connection, shift: str, day: date) -> None:
        self.spent = {r["adjuster_id"]: r["state"] for r in slot_course.of_shift(connection, shift, SPENT)}
        self.released = slot_course.last_released(connection)
        since = (day - LOOK_BACK).isoformat()
        self.worked = slot_course.worked_since(connection, since, shift)

    def standing(self, row: Row) -> Standing:
        who = row["adjuster_id"]
        released = self.released.get(who)
        return Standing(
            status=row["status"],
            pattern=row["pattern"],
            pattern_from=_day(row["pattern_from"]),
            rest_until=None if row["rest_until_us"] is None else from_us(row["rest_until_us"]),
            lent_until=_day(row["lent_until"]),
            worked={date.fromisoformat(one) for one in self.worked.get(who, ())},
            released_at=None if released is None else from_us(released),
            spent=self.spent.get(who, ""),
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _local(ctx: Context, reason: Message) -> Message:
    """Instants on the clock of this workspace's people."""
    at = reason.values.get("time")
    if not isinstance(at, datetime):
        return reason
    local = at.astimezone(ZoneInfo(ctx.profile.timezone))
    return Message(reason.id, {**reason.values, "time": f"{local:%Y-%m-%d %H:%M}"})
