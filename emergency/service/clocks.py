"""Reporting clocks: which deadlines run, since when, and whether they were met.

The regulator's clocks follow the event class, internal ones the response level. All
start at discovery; one rule file owns each deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from emergency.domain.instant import from_us
from emergency.domain.level import reporting_clocks
from emergency.service.context import Context
from emergency.service.grading import CLASS_RULES, RESPONSE_RULES, Evaluation
from emergency.store import journal
from emergency.texts import N_, Message

TITLES = {
    "phone": N_("Regulator by phone"),
    "first": N_("Regulator first report"),
    "follow_up": N_("Regulator follow-up report"),
    "internal": N_("Internal report"),
}


@dataclass(frozen=True)
class RunningClock:
    """One deadline; ``strive`` marks a target (力争), the others are limits."""

    kind: str
    title: Message
    due_at: datetime
    strive: bool
    rules: str
    met_at: datetime | None = None

    @property
    def met(self) -> bool:
        return self.met_at is not None and self.met_at <= self.due_at

    @property
    def missed(self) -> bool:
        return self.met_at is not None and self.met_at > self.due_at


def running_clocks(ctx: Context, evaluation: Evaluation) -> tuple[RunningClock, ...]:
    """Every clock of an incident with a title we show, soonest first; submitted ones included."""
    incident = evaluation.incident
    found: list[RunningClock] = []
    sources: list[tuple[str, int]] = []
    if evaluation.event_class and evaluation.event_class.level:
        sources.append((CLASS_RULES, evaluation.event_class.level))
    level = incident.response_level or evaluation.proposed
    if level:
        sources.append((RESPONSE_RULES, level))
    submitted = _submitted(ctx, incident.incident_id)
    for rules_id, value in sources:
        for clock in reporting_clocks(ctx.content.library.rules(rules_id), value):
            for kind, within_s in clock.deadlines_s.items():
                if kind in TITLES:
                    due = incident.discovered_at + timedelta(seconds=within_s)
                    found.append(
                        RunningClock(
                            kind, Message(TITLES[kind]), due, kind in clock.strive, rules_id, submitted.get(kind)
                        )
                    )
    return tuple(sorted(found, key=lambda c: (c.due_at, c.kind)))


def _submitted(ctx: Context, incident_id: str) -> dict[str, datetime]:
    """When each kind of report was first submitted."""
    found: dict[str, datetime] = {}
    with ctx.store.read() as connection:
        for entry in journal.entries(connection):
            if entry.subject == incident_id and entry.action == "report.submit":
                found.setdefault(str(entry.facts().get("kind")), from_us(entry.happened_us))
    return found
