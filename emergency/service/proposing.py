"""Proposals as they are kept: one row whenever the level, its reason or its basis changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emergency.domain.level import Grade
from emergency.domain.level.trace import grade_record
from emergency.service.context import Context
from emergency.store import levels
from emergency.store.store import Connection

if TYPE_CHECKING:
    from emergency.service.grading import Evaluation

WHOLE = ""  # jurisdiction of the whole incident


@dataclass(frozen=True)
class _Proposal:
    jurisdiction: str
    grade: Grade
    basis: str = ""
    estimate: str = ""

    def row(self) -> dict[str, Any]:
        record = grade_record(self.grade) | {"estimate": self.estimate}
        return {
            "jurisdiction": self.jurisdiction,
            "value": self.grade.value,
            "level": self.grade.level,
            "basis": self.basis,
            "grade": record,
        }


def keep(ctx: Context, connection: Connection, evaluation: Evaluation) -> bool:
    """Write what is new in an evaluation, in the caller's transaction; says whether anything was.

    The journal gets an entry where a level or a class changed; a new figure behind the same level is
    a row alone.
    """
    incident_id = evaluation.incident.incident_id
    levels.hold(connection)
    written = [row for one in _proposals(evaluation) if (row := _keep(ctx, connection, incident_id, one.row()))]
    if any(row["moved"] for row in written):
        _record(ctx, connection, evaluation)
    return bool(written)


def _proposals(evaluation: Evaluation) -> Iterator[_Proposal]:
    response, by_law = evaluation.response, evaluation.event_class
    by = response.decided_by
    yield _Proposal(WHOLE, response, estimate=evaluation.estimate_of(by.metric) if by else "")
    if by_law is not None:
        by = by_law.decided_by
        yield _Proposal(WHOLE, by_law, evaluation.class_basis, evaluation.estimate_of(by.metric) if by else "")
    for one in evaluation.provinces:
        yield _Proposal(one.jurisdiction, one.response)
        if one.event_class is not None:
            yield _Proposal(one.jurisdiction, one.event_class, one.class_basis)


def _keep(ctx: Context, connection: Connection, incident_id: str, row: dict[str, Any]) -> dict[str, Any] | None:
    """The row as it was written, with whether its level is another; None where nothing is new."""
    last = levels.last_proposal(connection, incident_id, row["jurisdiction"], row["value"])
    if last is not None and _same(last, row):
        return None
    number = 1 if last is None else last["number"] + 1
    written = levels.add_proposal(connection, incident_id=incident_id, number=number, proposed_us=ctx.now_us(), **row)
    moved = row["level"] is not None if last is None else last["level"] != row["level"]
    return None if written is None else row | {"moved": moved}


def _same(last: dict[str, Any], row: dict[str, Any]) -> bool:
    def reason(one: dict[str, Any]) -> Any:
        by = one["grade"].get("decided_by") or {}
        return (one["level"], one["basis"], by.get("row"), by.get("metric"), one["grade"].get("version"))

    return bool(reason(last) == reason(row))


def _record(ctx: Context, connection: Connection, evaluation: Evaluation) -> None:
    by_law = evaluation.event_class
    body = {
        "level": evaluation.proposed,
        "class": by_law.level if by_law else None,
        "class_basis": evaluation.class_basis,
        "grade": grade_record(evaluation.response),
        "class_grade": grade_record(by_law) if by_law else None,
        "provinces": {one.jurisdiction: one.response.level for one in evaluation.provinces},
    }
    ctx.record(connection, "level.propose", evaluation.incident.incident_id, body)


def proposals(ctx: Context, incident_id: str) -> list[dict[str, Any]]:
    """Every proposal kept, the newest first, each with its trace under ``grade``."""
    with ctx.store.read() as connection:
        rows = levels.proposals(connection, incident_id)
    return [row for row in rows if row["proposed_us"] <= ctx.now_us()]


def begin_anew(ctx: Context, connection: Connection, incident_id: str) -> None:
    """What the rules proposed before counts as not proposed: held against them again, it is asked about afresh."""
    last = levels.last_proposal(connection, incident_id, WHOLE, "response")
    if last is None or last["level"] is None:
        return
    row = {
        "jurisdiction": WHOLE,
        "value": "response",
        "level": None,
        "basis": last["basis"],
        "grade": last["grade"] | {"level": None, "decided_by": None},
    }
    levels.add_proposal(
        connection, incident_id=incident_id, number=last["number"] + 1, proposed_us=ctx.now_us(), **row
    )
