"""Who leads a panel of evaluators: takes somebody off, opens it without them, puts down what was agreed on.

That is for whoever appointed the evaluators or directed the drill. An evaluator of the same panel does none of it:
their own rating is one of those that are judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.drill.panel import BANDS
from emergency.service.context import Conflict, Context, Refused
from emergency.service.panel import bands, is_opened, put_open
from emergency.service.reviewing import Subject, record_of
from emergency.service.run_seats import directors, same
from emergency.store import journal
from emergency.store import reviews as store
from emergency.texts import N_, Message

BY_ITSELF = ("", "system", "console")
SEALED_STAYS = N_("the rating of {evaluator} is sealed and stays; appoint one more evaluator instead")
NOT_YOURS = N_(
    "{evaluator} is taken off by whoever appointed them or directed the drill, never by an evaluator of the same "
    "panel; each may step back for themselves"
)
WHY = N_("somebody has sealed already: say why {evaluator} is left out; the reason stands in the report")
LEADS = N_("this is for whoever appointed the evaluators or directed the drill, and rates nothing themselves")


@dataclass(frozen=True)
class LeftOut:
    """An evaluator who was taken off, or stepped back, when somebody had sealed already."""

    evaluator: str
    by: str
    reason: str


def leads(ctx: Context, subject: Subject) -> bool:
    """Whether who looks leads this panel."""
    with ctx.store.read() as connection:
        rows = store.sheets(connection, subject.key)
    return _leads(ctx, rows, directors(ctx, subject))


def _leads(ctx: Context, rows: Sequence[Mapping[str, Any]], directing: Sequence[str]) -> bool:
    """Where everybody who could lead rates themselves, it is anybody who does not."""
    if any(same(row["evaluator"], ctx.actor.id) for row in rows):
        return False
    known = [*directing, *(row["appointed_by"] for row in rows)]
    able = [
        name
        for name in known
        if name.strip() not in BY_ITSELF and not any(same(name, row["evaluator"]) for row in rows)
    ]
    return not able or any(same(name, ctx.actor.id) for name in able)


def dismiss(ctx: Context, subject: Subject, evaluator: str, reason: str = "") -> None:
    """Take an appointment back before it is sealed, or step back from one's own.

    Raises:
        Refused: it is sealed, so the rating stays; who asks does not lead the panel; or somebody has sealed already
            and no reason is given.
    """
    directing = directors(ctx, subject)
    with ctx.store.write() as connection:
        rows = store.sheets(connection, subject.key)
        gaps = {"evaluator": evaluator}
        if not same(evaluator, ctx.actor.id) and not _leads(ctx, rows, directing):
            raise Refused(Message(NOT_YOURS, gaps))
        begun = any(row["sealed_us"] is not None for row in rows)
        if begun and not reason.strip() and not _sealed(rows, evaluator):
            raise Refused(Message(WHY, gaps))
        if not store.dismiss(connection, subject.key, evaluator):
            raise Refused(Message(SEALED_STAYS, gaps))
        body = {"evaluator": evaluator, "reason": reason.strip(), "begun": begun}
        ctx.record(connection, "review.dismiss", subject.id, body)
        if is_opened(store.sheets(connection, subject.key), None):
            put_open(ctx, connection, subject, reason.strip(), [evaluator])


def _sealed(rows: Sequence[Mapping[str, Any]], evaluator: str) -> bool:
    return any(row["evaluator"] == evaluator and row["sealed_us"] is not None for row in rows)


def open_without(ctx: Context, subject: Subject, reason: str) -> None:
    """Open the results though some have not sealed; what they seal later is shown as rated after the opening.

    Raises:
        Refused: who asks does not lead the panel, no reason, nobody has sealed, or the results are open.
    """
    directing = directors(ctx, subject)
    with ctx.store.write() as connection:
        rows = store.sheets(connection, subject.key)
        if not _leads(ctx, rows, directing):
            raise Refused(Message(LEADS))
        waiting = [row["evaluator"] for row in rows if row["sealed_us"] is None]
        if len(waiting) == len(rows):
            raise Refused(Message(N_("nobody has sealed yet; there is nothing to open")))
        if not reason.strip():
            raise Refused(Message(N_("say why the results are opened without them; the reason stands in the report")))
        if not waiting or not put_open(ctx, connection, subject, reason.strip(), waiting):
            raise Refused(Message(N_("the results are open already")))


def settle(ctx: Context, subject: Subject, objective: str, band: str, reason: str) -> None:
    """Put down what the panel agreed on when it had talked an objective over; the ratings stay beside it.

    Raises:
        Refused: who asks does not lead the panel, the results are not open, no such objective, no band or reason.
    """
    known, directing = bands(record_of(ctx, subject)), directors(ctx, subject)
    with ctx.store.write() as connection:
        rows = store.sheets(connection, subject.key)
        if not _leads(ctx, rows, directing):
            raise Refused(Message(LEADS))
        if not is_opened(rows, store.opening(connection, subject.key)):
            raise Refused(Message(N_("first everybody rates and seals; then it is talked over")))
        if objective not in known or band not in BANDS or not reason.strip():
            raise Refused(Message(N_("say which of P, S, M or U was agreed on, and why")))
        values = {"band": band, "reason": reason.strip()}
        kept = {"settled_us": ctx.now_us(), "settled_by": ctx.actor.id}
        store.settle(connection, subject.key, objective, **values, **kept)
        ctx.record(connection, "review.settle", subject.id, {"objective": objective, **values})


def unsettle(ctx: Context, subject: Subject, objective: str) -> None:
    """Take back what was agreed on: the objective is provisional again.

    Raises:
        Refused: who asks does not lead the panel. Conflict: somebody has taken it back.
    """
    directing = directors(ctx, subject)
    with ctx.store.write() as connection:
        if not _leads(ctx, store.sheets(connection, subject.key), directing):
            raise Refused(Message(LEADS))
        if not store.unsettle(connection, subject.key, objective):
            raise Conflict(Message(N_("somebody has taken it back in the meantime")))
        ctx.record(connection, "review.unsettle", subject.id, {"objective": objective})


def left_out(ctx: Context, subject: Subject) -> list[LeftOut]:
    """Who was taken off when somebody had sealed already, in order; who has a sheet again is not left out."""
    with ctx.store.read() as connection:
        there = [row["evaluator"] for row in store.sheets(connection, subject.key)]
        entries = [e for e in journal.entries_of(connection, subject=subject.id) if e.action == "review.dismiss"]
    found = [(entry.actor, entry.facts()) for entry in entries]
    return [
        LeftOut(body["evaluator"], actor, body["reason"])
        for actor, body in found
        if body.get("begun") and not any(same(body["evaluator"], name) for name in there)
    ]


__all__ = ["LeftOut", "dismiss", "leads", "left_out", "open_without", "settle", "unsettle"]
