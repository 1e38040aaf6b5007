"""What the console does by itself: grade again; a tick is taken by one process only."""

from __future__ import annotations

from emergency.domain.level.trace import grade_record
from emergency.service.context import Context
from emergency.service.grading import Evaluation, evaluate
from emergency.service.response import every_incident
from emergency.store import records
from emergency.store.store import read_setting, write_setting


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
