"""Whether a report can be handed in: what makes it none, and what a final report must not leave open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emergency.domain.instant import to_us
from emergency.domain.level import LEVEL_MARK
from emergency.domain.report_form import NOT_AVAILABLE, gap_name, mark_of
from emergency.domain.reporting_clock import CADENCE, Clock
from emergency.service import clocks
from emergency.service.context import Context, Refused
from emergency.service.grading import Evaluation, evaluate
from emergency.service.report_words import local_words
from emergency.store import reports
from emergency.texts import N_, Message

if TYPE_CHECKING:
    from emergency.service.reporting import Prepared

PHONE, CONSOLE = "phone", "console"
WAYS = ("portal", "mail", "fax", "in_person", PHONE, CONSOLE)
FINALS = ("final", "internal_final")


def may_hand_in(ctx: Context, prepared: Prepared, via: str, person: str, at: datetime) -> None:
    """Let pass what is a report at all. Raises Refused with what is missing."""
    if via not in WAYS:
        raise Refused(Message(N_("a report goes by one of {ways}"), {"ways": ", ".join(WAYS)}))
    if via == PHONE and not person.strip():
        raise Refused(Message(N_("say who took the call; a report by phone is a report to somebody")))
    if at > ctx.now():
        raise Refused(Message(N_("a report cannot have been handed in in the future; check the time")))
    if at < prepared.incident.occurred_at:
        raise Refused(Message(N_("that is before the incident occurred; check the time")))
    if not any(f.text.strip() for f in prepared.fields):
        raise Refused(Message(N_("the report is empty")))


def may_close(ctx: Context, prepared: Prepared, despite: str) -> None:
    """Let pass a final report that leaves nothing open, or whose sender says why it goes all the same.

    Raises:
        Refused: gaps are left; or a response in force or a report owed, and no reason given.
    """
    if prepared.kind not in FINALS:
        return
    if prepared.missing:
        field, gap = prepared.missing[0]
        titles = {f.filled.field.id: f.filled.field.title for f in prepared.fields}
        gaps = {"count": len(prepared.missing), "first": titles[field] if gap == field else gap_name(gap)}
        text = N_(
            "a final report has no gaps: {count} are left, the first: {first}. Fill each, or say why it is not "
            "available"
        )
        raise Refused(Message(text, gaps))
    found = () if despite.strip() else objections(ctx, prepared)
    if found:
        reasons = found[0]
        for one in found[1:]:
            reasons = Message("{first}; {second}", {"first": reasons, "second": one})
        text = N_("{reasons}. Wait with the final report, or say why it goes all the same")
        raise Refused(Message(text, {"reasons": reasons}))


def objections(ctx: Context, prepared: Prepared, evaluation: Evaluation | None = None) -> tuple[Message, ...]:
    """What speaks against handing a final report in now; nothing for other kinds and for a correction of it."""
    if prepared.kind not in FINALS:
        return ()
    found = []
    incident = prepared.incident
    if incident.is_open and incident.response_level is not None:
        gaps: dict[str, Any] = {"mark": LEVEL_MARK[incident.response_level]}
        found.append(Message(N_("level {mark} is still in force; a final report says how the response ended"), gaps))
    running = clocks.running_clocks(ctx, evaluation or evaluate(ctx, incident.incident_id))
    owed = {c.kind: c for c in running if c.clock.waits and c.clock.to != CADENCE and c.kind not in FINALS}
    if owed:
        first = min(owed.values(), key=lambda c: c.due_at)
        gaps = {"count": len(owed), "first": first.title, "due": local_words(ctx, first.due_at)}
        found.append(Message(N_("{count} other reports are owed, the first: {first}, due {due}"), gaps))
    return tuple(found)


def declare(ctx: Context, prepared: Prepared, field: str, gap: str, reason: str) -> None:
    """Say of a gap that nobody can fill it, and why: the reason stands in the text in its place.

    Raises:
        Refused: no reason, or no such gap. Conflict: somebody else wrote in the field since.
    """
    from emergency.service.reporting import save_field

    one = next((f for f in prepared.fields if f.filled.field.id == field and gap in f.missing), None)
    if one is None:
        raise Refused(Message(N_("this gap is filled by now; look at the field again")))
    if not reason.strip():
        raise Refused(Message(N_("say why it is not available; the reason stands in the report")))
    mark = mark_of(one.filled.field, gap, prepared.language)
    said = NOT_AVAILABLE[prepared.language].format(reason=reason.strip())
    text = one.text.replace(mark, said) if mark in one.text else said
    save_field(ctx, prepared.incident.incident_id, prepared.kind, field, text, one.version)


def as_clocks_say(ctx: Context, incident_id: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reports as they stand now: one that went before anybody asked for it is in time once a clock has asked."""
    with ctx.store.read() as connection:
        known = [c for c in reports.clocks(connection, incident_id) if c.in_force and c.since_us <= ctx.now_us()]
    met = {c.met_by: c for c in sorted(known, key=lambda c: not c.strive) if c.met_us is not None}
    return [_judged(row, met, to_us(ctx.now())) for row in rows]


def _judged(row: dict[str, Any], met: Mapping[str, Clock], now_us: int) -> dict[str, Any]:
    clock = met.get(row["report_id"])
    if row["state"] != "unasked" or clock is None:
        return row
    return row | {"state": clock.state(now_us), "due_us": clock.due_us}
