"""A score as plain JSON values: rounded once, here, to one decimal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emergency.texts import Message

if TYPE_CHECKING:
    from emergency.domain.drill.answer import Answer
    from emergency.domain.drill.scoring import Marks, ObjectiveScore, OutcomeScore, Score


def message_record(message: Message | None) -> dict[str, Any] | None:
    """A sentence kept unspoken, so that a page can say it in either language later."""
    if message is None:
        return None
    values = {
        name: message_record(value) if isinstance(value, Message) else value for name, value in message.values.items()
    }
    return {"id": message.id, "values": values}


# Sentences of runs kept before they named the act: they are told as they are told now.
FORMER = {
    "{expectation}: {role} took {taken}, the limit was {limit}": (
        "{expectation}: {role} took {taken}, the limit was {limit} ({action})"
    ),
    "{expectation}: {note}": "{expectation}: {role}, {action}: {note}",
}


def message_from(record: dict[str, Any]) -> Message:
    """The sentence of such a record."""
    return Message(
        FORMER.get(record["id"], record["id"]),
        {n: message_from(v) if isinstance(v, dict) and "id" in v else v for n, v in record["values"].items()},
    )


def score_record(score: Score) -> dict[str, Any]:
    return {
        "overall": _one(score.overall),
        **_marks(score.marks),
        "band": score.band,
        "passed": score.passed,
        "objectives": [_objective(one) for one in score.objectives],
        "expectations": [_answer(one) for one in score.answers],
        "outcomes": [_outcome(one) for one in score.measured],
        "voids": [
            *({"id": a.expectation.id, "why": message_record(a.void)} for a in score.answers if a.void),
            *({"id": e.outcome.id, "why": message_record(e.void)} for e in score.measured if e.void),
        ],
        "void_share": round(score.void_share, 3),
        "reasons": [message_record(reason) for reason in score.reasons],
    }


def _one(points: float | None) -> float | None:
    return None if points is None else round(points, 1)


def _marks(marks: Marks) -> dict[str, Any]:
    return {
        "timeliness": _one(marks.timeliness),
        "accuracy": _one(marks.accuracy),
        "effectiveness": _one(marks.effectiveness),
        "coverage": None if marks.coverage is None else round(marks.coverage, 3),
    }


def _objective(one: ObjectiveScore) -> dict[str, Any]:
    return {
        "id": one.objective.id,
        "capability": one.objective.capability,
        "weight": one.objective.weight,
        "score": _one(one.score),
        "uncapped": _one(one.uncapped),
        "band": one.band,
        **_marks(one.marks),
        "missed_critical": list(one.missed_critical),
        "penalty": one.penalty,
        "notes": [message_record(note) for note in one.notes],
    }


def _answer(one: Answer) -> dict[str, Any]:
    act, asked = one.act, one.expectation
    return {
        "id": asked.id,
        "inject": one.inject.id,
        "objective": asked.objective,
        "role": asked.role,
        "action": asked.action,
        "weight": asked.weight,
        "critical": asked.critical,
        "limit_s": asked.within_s,
        "delivered_s": one.delivered_s,
        "acted_s": None if act is None else act.at_s,
        "taken_s": one.taken_s,
        "by_role": None if act is None else act.role,
        "entry": None if act is None else act.entry,
        "performed": one.performed,
        "timeliness": None if one.void else _one(one.timeliness),
        "accuracy": None if one.void else _one(one.accuracy),
        "accuracy_note": None if one.rating is None else message_record(one.rating.note),
        "breach": one.legal_breach and one.void is None,
        "shared_with": list(one.shared_with),
        "void": message_record(one.void),
    }


def _outcome(one: OutcomeScore) -> dict[str, Any]:
    return {
        "id": one.outcome.id,
        "metric": one.outcome.metric,
        "objective": one.outcome.objective,
        "weight": one.outcome.weight,
        "better": one.outcome.better,
        "value": _four(one.value.played),
        "baseline": _four(one.value.baseline),
        "oracle": _four(one.value.oracle),
        "engine": _four(one.value.engine),
        "floor": _four(one.floor),
        "target": _four(one.target),
        "effectiveness": _one(one.points),
        "void": message_record(one.void),
    }


def _four(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
