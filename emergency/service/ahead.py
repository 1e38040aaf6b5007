"""Claims still to come, and the shifts after this one, for the plan that is being made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emergency.domain.allocation import Cell, Plan
from emergency.domain.allocation.ahead import ReportingCurve
from emergency.domain.allocation.horizon import Course, Outlooks, ShiftOutlook, outlook
from emergency.domain.incident import Incident
from emergency.service.context import Context
from emergency.service.figures import Figures

SHIFTS = 3  # today, tomorrow and the day after: further on the curve says little


def curve_of(ctx: Context, incident: Incident) -> ReportingCurve | None:
    """How fast events of this kind are reported; None where nobody says, or where only others' totals are known."""
    if ctx.profile.figures == "bulletins":
        return None
    return ctx.content.library.reporting().curves.get(incident.kind)


def rules_of(ctx: Context) -> Outlooks:
    library = ctx.content.library
    return Outlooks(
        visits_per_slot=library.visits_per_slot(),
        licence_of=lambda region, _line: ctx.regions.licence(region),
        scale=library.worth().scale,
        within_hours=library.reporting().within.total_seconds() / 3600,
    )


def courses_of(ctx: Context, incident: Incident, known: Figures) -> list[Course]:
    """Where an incident stands by region and line; the event began when it struck, else when it occurred."""
    if known.located.empty:
        return []
    began = incident.impact_at or incident.occurred_at
    hours = (known.as_of - began).total_seconds() / 3600
    curve = curve_of(ctx, incident)
    sums = known.located.groupby(["region", "line"], as_index=False).agg({"unsurveyed": "sum", "claims": "sum"})
    rows: Any = sums.itertuples(index=False)
    return [
        Course(incident.incident_id, str(r.region), str(r.line), int(r.unsurveyed), int(r.claims), hours, curve)
        for r in rows
    ]


def cells_to_come(
    ctx: Context, incident: Incident, courses: Sequence[Course], asked: Sequence[Cell]
) -> tuple[Cell, ...]:
    """Demand of the claims the reporting curve lets expect until the next day's plan, beside the open ones."""
    return rules_of(ctx).ahead(courses, incident.incident_id, asked)


def shifts_to_come(ctx: Context, courses: Sequence[Course], plan: Plan, seats: str) -> list[ShiftOutlook]:
    """The planned shift and those after it.

    Args:
        seats: the region of seats, to which nobody travels.
    """
    return outlook(plan, courses, rules_of(ctx), SHIFTS, seats)
