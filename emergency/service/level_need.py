"""What a person has to decide or do, and the first of it: the level."""

from __future__ import annotations

from dataclasses import dataclass

from emergency.domain.level.trace import reason, source
from emergency.service.context import Context
from emergency.service.grading import Evaluation
from emergency.service.lowered import lowered
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Need:
    """Something a person has to decide or do, with the room where it is done."""

    kind: str  # level, shortage, task, doubted, overdue, unlocated, outside
    tone: str  # bad, watch, plain
    title: Message
    text: Message
    small: Message | None = None
    room: str = ""
    subject: str = ""


def level_need(ctx: Context, evaluation: Evaluation) -> list[Need]:
    """The level that waits for somebody; nothing where people have decided against it by these very figures."""
    decided = lowered(ctx, evaluation)
    if not evaluation.differs or (decided is not None and decided.same):
        return []
    proposed = evaluation.proposed
    by = evaluation.response.decided_by
    before = evaluation.incident.response_level
    if evaluation.incident.provisional and not evaluation.raises:
        return [_provisional(evaluation)]
    if proposed is None or by is None:
        return []
    raised = before is None or proposed < before
    title = N_("Raise the response to level {mark}?") if before and raised else N_("Confirm level {mark}?")
    if before and not raised:
        title = N_("The rules now give level {mark}")
    return [
        Need(
            "level",
            "bad" if raised else "watch",
            Message(title, {"mark": {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}[proposed]}),
            reason(by, ctx.content.library.rules(evaluation.response.rules).currency, short=True),
            source(evaluation.response, by),
            room="response",
            subject=evaluation.incident.incident_id,
        )
    ]


def _provisional(evaluation: Evaluation) -> Need:
    level = evaluation.incident.response_level
    return Need(
        "level",
        "bad",
        Message(N_("Level {mark} applies provisionally"), {"mark": {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}[level or 3]}),
        Message(N_("Nobody of the whole chain confirmed it in time; it waits for somebody to confirm or decide.")),
        room="response",
        subject=evaluation.incident.incident_id,
    )
