"""What the clocks do by themselves: begin, run out, remind once, and ask again for a late situation report.

A mark is a row with a key of its own, written in the transaction of its notice and its entry: a
server killed between any two statements has either told everybody or nobody, and never tells twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.playbook import Evidence
from emergency.domain.report_form import Reminders
from emergency.domain.reporting_clock import CADENCE, SECOND_US, Clock
from emergency.library.report_files import load_reminders
from emergency.service import clocks
from emergency.service.apart import each
from emergency.service.command import commander_of
from emergency.service.context import Context
from emergency.service.grading import evaluate
from emergency.service.task_plan import playbook_of
from emergency.service.telling import tell
from emergency.store import incidents, reports
from emergency.store.store import Connection, read_setting, write_setting
from emergency.texts import N_, Message

log = logging.getLogger(__name__)

# Figures may have changed without an act, as an outage grows older; they are held against the rules again.
AGAIN_US = 600 * SECOND_US
AUDIENCE = "duty"

SOON = N_("{title} of {incident} is due at {due} ({kind}).")
LATE = N_("{title} of {incident} was due at {due} and has not been handed in ({kind}).")
BORN_LATE = N_("{title} of {incident}: the {kind} of {due} had passed when it began to apply ({cause}). Report now.")
AGAIN = N_("{title} of {incident} is still not published; it was due at {due}. This is reminder {count}.")


def clock_chores(ctx: Context) -> None:
    """Bring every incident's clocks up to now, and say what has come due; as often as you like."""
    with ctx.store.read() as connection:
        every = incidents.every(connection)
    each(ctx, every, lambda incident: fire(ctx, incident, _clocks(ctx, incident)))


def _clocks(ctx: Context, incident: Incident) -> tuple[Clock, ...]:
    """Held against the rules; where that fails, the clocks that run run on all the same."""
    try:
        return _up_to_date(ctx, incident)
    except Exception:
        log.exception("incident %s could not be held against the rules; its clocks run on", incident.incident_id)
        return clocks.keep_going(ctx, incident)


def _up_to_date(ctx: Context, incident: Incident) -> tuple[Clock, ...]:
    """Held against the rules where anything happened since the last time, else by the clocks alone."""
    key = f"clocks.{incident.incident_id}"
    with ctx.store.read() as connection:
        head, seen = reports.head(connection), read_setting(connection, key, {})
    fresh = seen.get("head") == head and ctx.now_us() - int(seen.get("at_us", 0)) < AGAIN_US
    # At the end of a response the final report's clock begins; after that its figures ask for nothing new.
    over = incident.closed_at is not None and int(seen.get("at_us", 0)) >= to_us(incident.closed_at)
    if fresh or over:
        return clocks.keep_going(ctx, incident)
    found = clocks.keep(ctx, evaluate(ctx, incident.incident_id))
    with ctx.store.write() as connection:
        write_setting(connection, key, {"head": reports.head(connection), "at_us": ctx.now_us()})
    return found


def fire(ctx: Context, incident: Incident, found: tuple[Clock, ...]) -> None:
    """Give every mark that has come due, each in a transaction of its own."""
    reminders = load_reminders(ctx.content.data / "reports" / "reminders.yaml")
    for clock in found:
        if clock.waits:
            for name in _due_marks(clock, ctx.now_us(), reminders):
                _mark(ctx, incident, clock, name)


def _due_marks(clock: Clock, now_us: int, reminders: Reminders) -> Iterator[str]:
    soon_us = reminders.soon_s.get(clock.to, 0) * SECOND_US
    if clock.due_us - soon_us <= now_us <= clock.due_us:
        yield "soon"
    if now_us > clock.due_us:
        yield "due"
        again_us = reminders.again_s.get(clock.to, 0) * SECOND_US
        count = (now_us - clock.due_us) // again_us if again_us else 0
        # After a stop only the newest reminder is given, not all that were slept through.
        if count:
            yield f"again-{count}"


def _mark(ctx: Context, incident: Incident, clock: Clock, name: str) -> None:
    with ctx.store.write() as connection:
        if not reports.mark(connection, incident.incident_id, clock.id, name, ctx.now_us()):
            return
        if _met_meanwhile(connection, incident.incident_id, clock):
            reports.unmark(connection, incident.incident_id, clock.id, name)
            return
        action = "clock.remind" if name == "soon" else "clock.late" if name == "due" else "clock.again"
        said = {"clock": clock.id, "kind": clock.kind, "due": from_us(clock.due_us).isoformat()}
        seq = ctx.record(connection, action, incident.incident_id, said | {"incident": incident.incident_id})
        reports.mark_recorded(connection, incident.incident_id, clock.id, name, seq)
        _tell(ctx, connection, incident, clock, name)


def _met_meanwhile(connection: Connection, incident_id: str, clock: Clock) -> bool:
    """Somebody handed the report in between the look at the clocks and this transaction."""
    handed = clocks.handed_in(connection, incident_id).get((clock.to, clock.kind), [])
    return len(handed) >= clock.number and clock.every_s == 0


def _tell(ctx: Context, connection: Connection, incident: Incident, clock: Clock, name: str) -> None:
    said = _message(ctx, incident, clock, name)
    key = f"clock/{incident.incident_id}/{clock.id}/{name}"
    to = _who_reports(ctx, incident, clock)
    tell(ctx, connection, key, AUDIENCE, said, said, to=to, incident_id=incident.incident_id)


def _who_reports(ctx: Context, incident: Incident, clock: Clock) -> list[str]:
    """Roles whose task hands this report in, and the commander; the duty desk where no plan says who."""
    playbook = playbook_of(ctx, incident)
    action = "report.publish" if clock.to == CADENCE else "report.submit"
    if playbook is None:
        return [AUDIENCE]
    asked = [t.role for t in playbook.tasks if any(_hands_in(e, action, clock.kind) for e in t.evidence)]
    return [*asked, commander_of(playbook.roles)]


def _hands_in(evidence: Evidence, action: str, kind: str) -> bool:
    return evidence.action == action and (action == "report.publish" or evidence.match.get("kind") == kind)


def _message(ctx: Context, incident: Incident, clock: Clock, name: str) -> Message:
    kind = Message(N_("target")) if clock.strive else Message(N_("limit"))
    values = {
        "title": Message(clocks.TITLES[clock.kind]),
        "incident": dict(incident.title),
        "due": local_text(ctx, clock.due_us),
        "kind": kind,
        "cause": clocks.cause_words(clock),
        "count": name.rpartition("-")[2],
    }
    if name == "soon":
        return Message(SOON, values)
    if name != "due":
        return Message(AGAIN, values)
    return Message(BORN_LATE if clock.since_us > clock.due_us else LATE, values)


def local_text(ctx: Context, us: int) -> str:
    from zoneinfo import ZoneInfo

    return f"{from_us(us).astimezone(ZoneInfo(ctx.profile.timezone)):%Y-%m-%d %H:%M}"
