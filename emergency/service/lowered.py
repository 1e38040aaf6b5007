"""A proposal that people have decided against: who lowered it, why, and whether its figures are still the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.domain.level.trace import grade_record
from emergency.service.context import Context
from emergency.service.grading import Evaluation
from emergency.store import incidents


@dataclass(frozen=True)
class Lowered:
    """The decision in force against what the rules propose.

    Attributes:
        level: that was put in force instead, None for no response; ``proposed``: what was decided against.
        by: one person, or both where it took two.
        same: the figures behind the proposal are those that were decided on; nobody is asked again then.
        changed: metrics whose figures are others by now.
    """

    level: int | None
    proposed: int
    by: tuple[str, ...]
    at: datetime
    reason: str
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.changed


def lowered(ctx: Context, evaluation: Evaluation) -> Lowered | None:
    """The decision by which a graver proposal was lowered, while it is in force and the rules ask for no graver one."""
    incident, proposed = evaluation.incident, evaluation.proposed
    if not evaluation.raises or incident.provisional or proposed is None:
        return None
    with ctx.store.read() as connection:
        rows = incidents.decisions(connection, incident.incident_id)
    known = [r for r in rows if not r["jurisdiction"] and r["decided_us"] <= ctx.now_us()]
    last = known[-1] if known else None
    if last is None or last["kind"] not in ("overridden", "stepped_down") or last["level"] != incident.response_level:
        return None
    before = last["proposed"]
    if before is None or before > proposed or before >= (last["level"] or 4):
        return None
    by = tuple(filter(None, (last["actor"], last["second_actor"])))
    changed = _changed(last["grade"], grade_record(evaluation.response), last["level"] or 4)
    return Lowered(last["level"], before, by, from_us(last["decided_us"]), last["reason"], changed)


def _changed(before: Mapping[str, Any], now: Mapping[str, Any], level: int) -> tuple[str, ...]:
    then, today = _reaching(before, level), _reaching(now, level)
    return tuple(sorted(m for m in then.keys() | today.keys() if then.get(m) != today.get(m)))


def _reaching(record: Mapping[str, Any], level: int) -> dict[str, Any]:
    """Metric -> figure of what asks for a graver level than the one decided on."""
    found = record.get("indicators") or ()
    return {i["metric"]: i["value"] for i in found if i["level"] is not None and i["level"] < level}
