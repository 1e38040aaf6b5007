"""What the console does by itself: grade again at every change, ask who has to confirm; a tick is taken once."""

from __future__ import annotations

import logging
from dataclasses import replace

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.level import calm_since
from emergency.service import authority, deciding, proposing
from emergency.service.apart import each
from emergency.service.context import Context
from emergency.service.grading import Evaluation, deadlines_s, evaluate
from emergency.service.lowered import Lowered, lowered
from emergency.service.response import every_incident
from emergency.service.running import SYSTEM
from emergency.store import levels, records
from emergency.store.store import Connection, read_setting, write_setting

log = logging.getLogger(__name__)

# Every level is held against the rules again at least this often, whether anything happened or not.
AGAIN_US = 600 * 1_000_000
GRADED = "level.graded"  # setting: up to which entry of the journal, and when
# What the console writes of itself and no rule reads; everything else may change a grade.
OURS = (
    "level.propose",
    "level.ask",
    "level.provisional",
    "clock.start",
    "clock.supersede",
    "clock.remind",
    "clock.late",
    "clock.again",
    "clock.miss",
    "task.due",
    "task.escalate",
    "task.repeat",
    "task.miss",
    "bulletin.nag",
    "rumour.nag",
    "reminder.send",
    "callout.silent",
    "callout.exhausted",
    "measure.remind",
)


def take_tick(ctx: Context, job: str, planned_us: int) -> bool:
    """True for one process only, however many wake for the same planned time."""
    with ctx.store.write() as connection:
        return records.take_tick(connection, job, planned_us, ctx.now_us())


def keep_up(ctx: Context) -> list[Evaluation]:
    """Grade again where anything happened since the last time or ten minutes passed, and ask whose turn it is.

    Everything that changes a figure leaves an entry in the journal (an import, a message, a figure,
    an alert, a playbook opened), so this sees all of them, by whatever door they came. Nearly free
    where nothing happened; safe to call from several processes at once.
    """
    ctx = replace(ctx, actor=SYSTEM)
    with ctx.store.read() as connection:
        seen = read_setting(connection, GRADED, {})
        quiet = not levels.anything_since(connection, int(seen.get("seq", 0)), OURS)
        next_us = levels.next_due(connection)
    age_us = ctx.now_us() - int(seen.get("at_us", 0))
    # A demo's clock may be set back: what was graded later is no answer then.
    if quiet and 0 <= age_us < AGAIN_US and seen:
        if next_us is not None and next_us <= ctx.now_us():
            _tend_all(ctx)
        return []
    return regrade(ctx)


def regrade(ctx: Context) -> list[Evaluation]:
    """Grade every open incident again; a changed proposal is kept, and those who confirm it are asked.

    Returns:
        The evaluations that brought something new.
    """
    ctx = replace(ctx, actor=SYSTEM)
    with ctx.store.read() as connection:
        upto = levels.head(connection)
    changed: list[Evaluation] = []
    for incident in every_incident(ctx, open_only=True):
        # Each by itself: what is wrong with one keeps no other from its level.
        try:
            found = _graded(ctx, incident.incident_id, upto)
        except Exception:
            log.exception("incident %s of %s was not graded; it is tried again", incident.incident_id, ctx.store.name)
            continue
        if found is None:
            return changed  # another process has looked at newer figures meanwhile
        changed += found
    with ctx.store.write() as connection:
        write_setting(connection, GRADED, {"seq": upto, "at_us": ctx.now_us()})
    return changed


def _graded(ctx: Context, incident_id: str, upto: int) -> list[Evaluation] | None:
    """The evaluation where it brought something new; None where another process has looked further."""
    evaluation = evaluate(ctx, incident_id)
    decided = lowered(ctx, evaluation)
    with ctx.store.write() as connection:
        levels.hold(connection)
        if int(read_setting(connection, GRADED, {}).get("seq", 0)) > upto:
            return None
        if decided is not None and decided.changed and authority.answered(connection, evaluation.incident):
            # The decision was about other figures: what they ask for now is proposed and asked about afresh.
            proposing.begin_anew(ctx, connection, incident_id)
        new = proposing.keep(ctx, connection, evaluation)
        _calm(ctx, connection, evaluation)
        _tend(ctx, connection, evaluation, decided)
    return [evaluation] if new else []


def _calm(ctx: Context, connection: Connection, evaluation: Evaluation) -> None:
    """Since when it has been calm at the level in force, by one more look."""
    incident = evaluation.incident
    level = incident.response_level
    if level is None:
        return
    before = levels.calm(connection, incident.incident_id, level)
    _, ratio = deciding.hold_of(ctx, incident)
    earlier = None if before is None else from_us(before)
    since = calm_since(earlier, evaluation.response.indicators, level, ratio, ctx.now())
    since_us = None if since is None else to_us(since)
    if since_us != before or not levels.has_calm(connection, incident.incident_id, level):
        levels.set_calm(connection, incident.incident_id, level, since_us)


def _tend(ctx: Context, connection: Connection, evaluation: Evaluation, decided: Lowered | None) -> None:
    incident_id = evaluation.incident.incident_id
    against = decided is not None and decided.same
    authority.tend(
        ctx, connection, incident_id, lambda level: deadlines_s(ctx, evaluation, level), decided_against=against
    )


def _tend_all(ctx: Context) -> None:
    """Somebody has let their time pass: the next one is asked, or the level applies provisionally."""

    def tend(incident: Incident) -> None:
        if _due(ctx, incident):
            evaluation = evaluate(ctx, incident.incident_id)
            decided = lowered(ctx, evaluation)
            with ctx.store.write() as connection:
                _tend(ctx, connection, evaluation, decided)

    each(ctx, every_incident(ctx, open_only=True), tend)


def _due(ctx: Context, incident: Incident) -> bool:
    with ctx.store.read() as connection:
        due_us = levels.next_due(connection, incident.incident_id)
    return due_us is not None and due_us <= ctx.now_us()
