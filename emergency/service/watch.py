"""What the console does by itself: grade again, send what is queued."""

from __future__ import annotations

from emergency.domain.level.trace import grade_record
from emergency.notify.folder import write_message
from emergency.service.context import Context
from emergency.service.grading import Evaluation, evaluate
from emergency.service.response import every_incident
from emergency.store import records
from emergency.store.store import read_setting, write_setting

MOST_TRIES = 12


def take_tick(ctx: Context, job: str, planned_us: int) -> bool:
    """True for one process only, however many wake for the same planned time."""
    with ctx.store.write() as connection:
        return records.take_tick(connection, job, planned_us, ctx.now_us())


def regrade(ctx: Context) -> list[Evaluation]:
    """Grade every open incident again; a changed proposal becomes a journal entry."""
    changed = []
    for incident in every_incident(ctx, open_only=True):
        evaluation = evaluate(ctx, incident.incident_id)
        key = f"proposed.{incident.incident_id}"
        with ctx.store.write() as connection:
            before = read_setting(connection, key)
            event_class = evaluation.event_class.level if evaluation.event_class else None
            now = {"level": evaluation.proposed, "class": event_class}
            if before == now:
                continue
            write_setting(connection, key, now)
            ctx.record(
                connection, "level.propose", incident.incident_id, {**now, "grade": grade_record(evaluation.response)}
            )
        changed.append(evaluation)
    return changed


def send_queued(ctx: Context) -> int:
    """Hand queued messages to their channel, each at least once; returns how many went."""
    with ctx.store.read() as connection:
        waiting = records.queued(connection)
    sent = 0
    for row in waiting:
        try:
            write_message(ctx.content.home / "outgoing" / ctx.store.name, row._mapping)
        except OSError as fault:
            state = "dead" if row.tries + 1 >= MOST_TRIES else "queued"
            _mark(ctx, row.outbox_id, state=state, tries=row.tries + 1, fault=str(fault))
            continue
        _mark(ctx, row.outbox_id, state="sent", tries=row.tries + 1, sent_us=ctx.now_us(), fault="")
        sent += 1
    return sent


def _mark(ctx: Context, outbox_id: int, **values: object) -> None:
    with ctx.store.write() as connection:
        records.change_message(connection, outbox_id, **values)
