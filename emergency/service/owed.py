"""What is owed to whom by when, over every incident at once: no incident hides the clocks of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from emergency.domain.incident import Incident
from emergency.domain.reporting_clock import REGULATOR
from emergency.service.clocks import GRAVEST_FIRST, RunningClock, known_clocks, running_clocks
from emergency.service.context import Context
from emergency.service.grading import Evaluation, evaluate
from emergency.store import incidents, reports

MINUTE_US = 60_000_000
ORDER = {"overdue": 0, "running": 1, "target_passed": 2}
_shown: dict[tuple[str, str, str], tuple[tuple[int, int, Incident], tuple[RunningClock, ...]]] = {}


@dataclass(frozen=True)
class Owed:
    """A clock that waits, and the incident it belongs to."""

    incident: Incident
    clock: RunningClock

    @property
    def report(self) -> tuple[str, str, str]:
        """One report may have a target and a limit; it is owed once."""
        return self.incident.incident_id, self.clock.clock.to, self.clock.kind


def owed_everywhere(ctx: Context, evaluation: Evaluation | None = None) -> tuple[Owed, ...]:
    """Every clock that waits, the gravest first: of open incidents all, of ended ones what the regulator is owed.

    Args:
        evaluation: of this moment, of the incident looked at; the others are reckoned once per entry and minute.
    """
    with ctx.store.read() as connection:
        every, head = incidents.every(connection), reports.head(connection)
    found = [
        Owed(one, clock)
        for one in every
        for clock in _clocks(ctx, one, evaluation, head)
        if clock.clock.waits and (one.is_open or clock.clock.to == REGULATOR)
    ]
    return tuple(sorted(found, key=_grave))


def gravest(found: Iterable[Owed], looked_at: str = "") -> tuple[Owed, ...]:
    """The gravest of each addressee over all incidents: passed limits first, of equals the regulator's.

    Of one addressee a passed limit comes first, else what comes due next, else a passed target.

    Args:
        looked_at: the incident of the page; where none of these is its own, its gravest comes last.
    """
    every = sorted(found, key=_grave)
    first: dict[str, Owed] = {}
    for one in every:
        first.setdefault(one.clock.clock.to, one)
    shown = sorted(first.values(), key=_outside_first)
    if looked_at and all(one.incident.incident_id != looked_at for one in shown):
        own = [one for one in every if one.incident.incident_id == looked_at]
        shown += sorted(own, key=_outside_first)[:1]
    return tuple(shown)


def _outside_first(one: Owed) -> tuple[bool, int]:
    return one.clock.state != "overdue", GRAVEST_FIRST.index(one.clock.clock.to)


def reports_beside(found: Sequence[Owed], shown: Sequence[Owed]) -> tuple[int, int]:
    """(reports owed that are not among those shown, how many of them are past their limit)."""
    named = {one.report for one in shown}
    others = {one.report for one in found} - named
    late = {one.report for one in found if one.clock.state == "overdue"} - named
    return len(others), len(late)


def _grave(one: Owed) -> tuple[int, object, bool]:
    return ORDER.get(one.clock.state, 3), one.clock.due_at, one.clock.strive


def _clocks(ctx: Context, incident: Incident, evaluation: Evaluation | None, head: int) -> tuple[RunningClock, ...]:
    if evaluation is not None and evaluation.incident.incident_id == incident.incident_id:
        return running_clocks(ctx, evaluation)
    if not incident.is_open:
        return known_clocks(ctx, incident)
    place = (str(ctx.store.engine.url), ctx.store.name, incident.incident_id)
    state = (head, ctx.now_us() // MINUTE_US, incident)
    kept = _shown.get(place)
    if kept is None or kept[0] != state:
        found = running_clocks(ctx, evaluate(ctx, incident.incident_id))
        kept = _shown[place] = (state, found)
    return tuple(replace(one, now=ctx.now()) for one in kept[1])
