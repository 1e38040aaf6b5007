"""One screen's worth of answers: what changed, what is short, what is late, what needs me."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.money import short_money
from emergency.geo.regions import RegionSet
from emergency.service import allocation
from emergency.service.context import Context
from emergency.service.figures import OVERDUE_HOURS, Figures, Foreign, Published, figures, hours_since, most_for_one
from emergency.service.grading import Evaluation, evaluate
from emergency.service.level_need import Need as Need
from emergency.service.level_need import level_need
from emergency.service.lookback import known_incidents
from emergency.service.side_by_side import late_tasks
from emergency.service.what_changed import changes, names
from emergency.store import claims as claim_store
from emergency.store import pool
from emergency.texts import N_, Message

SUMMED = ("open", "overdue", "last_hour", "last_24h", "estimated_minor", "doubted", "doubted_minor")


@dataclass(frozen=True)
class RegionFigures:
    """One region's row; money in minor units, people in slots of the current shift.

    Attributes:
        doubted: claims of which one amount is larger than a claim comes to; doubted_minor: theirs of the estimate.
    """

    code: str
    open: int
    overdue: int
    last_hour: int
    last_24h: int
    estimated_minor: int
    oldest_hours: int | None
    assigned: int
    needed: int
    trend: tuple[int, ...] = ()
    doubted: int = 0
    doubted_minor: int = 0

    @property
    def short(self) -> int:
        return max(0, self.needed - self.assigned)

    @property
    def clear_days(self) -> float | None:
        """Shifts until the open claims are surveyed at today's strength; None with nobody there."""
        return round(self.needed / self.assigned, 1) if self.assigned else None


@dataclass(frozen=True)
class Situation:
    """Everything the Situation room shows, as known at ``as_of``; money in ``currency`` throughout.

    Attributes:
        regions: of the map; outside: one row for all regions it does not have, None where there are none.
        foreign: what came in other currencies and how it counts.
    """

    as_of: datetime
    incident: Incident | None
    evaluation: Evaluation | None
    currency: str
    open: int
    last_hour: int
    last_24h: int
    overdue: int
    unlocated: int
    estimated_minor: int
    adjusters_available: int
    adjusters_total: int
    assigned: int
    needed: int
    regions: tuple[RegionFigures, ...]
    needs: tuple[Need, ...]
    changes: tuple[tuple[datetime, Message], ...]
    published: Published | None = None
    illustrative: bool = False
    by_code: Mapping[str, RegionFigures] = field(default_factory=dict)
    outside: RegionFigures | None = None
    foreign: tuple[Foreign, ...] = ()
    doubted: int = 0
    doubted_minor: int = 0

    @property
    def short(self) -> int:
        return sum(r.short for r in self.regions)

    def to_json(self, regions: RegionSet) -> dict[str, Any]:
        return {
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "open": self.open,
            "unlocated": self.unlocated,
            "outside_map": self.outside.open if self.outside else 0,
            "estimated_minor": self.estimated_minor,
            "doubted_minor": self.doubted_minor,
            "illustrative": self.illustrative,
            "regions": [
                {
                    "code": r.code,
                    "name": regions.name(r.code, "en"),
                    "open": r.open,
                    "overdue": r.overdue,
                    "estimated_minor": r.estimated_minor,
                    "doubted_minor": r.doubted_minor,
                    "assigned": r.assigned,
                    "needed": r.needed,
                    "short": r.short,
                }
                for r in self.regions
            ],
        }


def situation(ctx: Context, incident_id: str | None = None) -> Situation:
    """The situation of one incident, or of the first open one, or of all claims where there is none.

    In a context that looks back, everything is as it was known at its minute.
    """
    return _of(ctx, _incident(ctx, incident_id))


def everything(ctx: Context) -> Situation:
    """The situation of all claims there are, of whatever incident or of none."""
    return _of(ctx, None)


def claims_elsewhere(ctx: Context, incident_id: str) -> bool:
    """Whether there are claims that do not belong to this incident."""
    with ctx.store.read() as connection:
        return claim_store.any_outside(connection, incident_id)


def _of(ctx: Context, incident: Incident | None) -> Situation:
    known = figures(ctx, incident.incident_id if incident else None)
    people = _people(ctx)
    regions = _regions(ctx, known)
    table = known.table
    evaluation = evaluate(ctx, incident.incident_id) if incident else None
    found = Situation(
        as_of=known.as_of,
        incident=incident,
        evaluation=evaluation,
        currency=ctx.profile.currency,
        open=int(table["open"].sum()),
        last_hour=int(table["last_hour"].sum()),
        last_24h=int(table["last_24h"].sum()),
        overdue=int(table["overdue"].sum()),
        unlocated=known.unlocated,
        estimated_minor=int(table["estimated_minor"].sum()),
        adjusters_available=people[0],
        adjusters_total=people[1],
        assigned=sum(r.assigned for r in regions),
        needed=sum(r.needed for r in regions),
        regions=regions,
        needs=(),
        changes=changes(ctx, known, incident.incident_id if incident else None),
        published=known.published,
        illustrative=known.illustrative,
        by_code={r.code: r for r in regions},
        outside=_outside(known),
        foreign=known.foreign,
        doubted=int(table["doubted"].sum()),
        doubted_minor=int(table["doubted_minor"].sum()),
    )
    object.__setattr__(found, "needs", _needs(ctx, found))
    return found


def _incident(ctx: Context, incident_id: str | None) -> Incident | None:
    with ctx.store.read() as connection:
        known = known_incidents(ctx, connection)
    if incident_id is not None:
        return next((i for i in known if i.incident_id == incident_id), None)
    return next((i for i in known if i.is_open), None)


def _people(ctx: Context) -> tuple[int, int]:
    with ctx.store.read() as connection:
        everyone = [a for a in pool.adjusters(connection) if allocation.is_surveyor(a)]
    return sum(a["status"] == "available" for a in everyone), len(everyone)


def _regions(ctx: Context, known: Figures) -> tuple[RegionFigures, ...]:
    located = known.located
    if located.empty:
        return ()
    needed = allocation.needed_by_region(ctx, known)
    assigned = allocation.assigned_by_region(ctx)
    trends = _trends(ctx, known)
    sums = located.groupby("region")[list(SUMMED)].sum()
    oldest = located.groupby("region")["oldest_us"].min()
    rows = [
        RegionFigures(
            code=str(code),
            oldest_hours=hours_since(oldest.get(code), known.as_of),
            assigned=assigned.get(str(code), 0),
            needed=needed.get(str(code), 0),
            trend=trends.get(str(code), ()),
            **{c: int(row[c]) for c in SUMMED},
        )
        for code, row in sums.iterrows()
    ]
    return tuple(sorted(rows, key=lambda r: (-r.open, r.code)))


def _outside(known: Figures) -> RegionFigures | None:
    """Everything in regions the map does not have, as one row; nobody can be sent there from here."""
    rows = known.outside
    if rows.empty:
        return None
    oldest = hours_since(rows["oldest_us"].min(), known.as_of)
    summed: dict[str, Any] = {c: int(rows[c].sum()) for c in SUMMED}
    return RegionFigures(code="", oldest_hours=oldest, assigned=0, needed=0, **summed)


def _trends(ctx: Context, known: Figures) -> dict[str, tuple[int, ...]]:
    """Claims that became known per hour over the last 24 hours, by region."""
    if ctx.profile.figures != "claims":
        return {}
    until = ctx.now_us()
    start = until - 24 * 3_600_000_000
    with ctx.store.read() as connection:
        hours = claim_store.arrivals_by_hour(connection, since_us=start, until_us=until)
    first = start - start % 3_600_000_000 + 3_600_000_000
    found: dict[str, list[int]] = {}
    for region, hour_us, count in hours.itertuples(index=False):
        place = int((hour_us - first) // 3_600_000_000)
        if region is not None and 0 <= place < 24:
            found.setdefault(str(region), [0] * 24)[place] += int(count)
    return {code: tuple(values) for code, values in found.items()}


def _needs(ctx: Context, found: Situation) -> tuple[Need, ...]:
    needs: list[Need] = []
    if found.evaluation:
        needs += level_need(ctx, found.evaluation)
    if found.short:
        needs.append(_shortage(ctx, found))
    if found.incident:
        needs += _late_tasks(ctx, found.incident)
    if found.doubted:
        needs.append(_doubted(ctx, found))
    if found.overdue:
        needs.append(
            Need(
                "overdue",
                "watch",
                Message(
                    N_("{count} claims wait longer than {hours} h for a survey"),
                    {
                        "count": f"{found.overdue:,}",
                        "hours": OVERDUE_HOURS,
                    },
                ),
                Message(N_("The target is our own (house rule); the map's Overdue layer shows where.")),
                room="allocation",
            )
        )
    if found.unlocated:
        needs.append(
            Need(
                "unlocated",
                "plain",
                Message(N_("{count} claims have no place yet"), {"count": f"{found.unlocated:,}"}),
                Message(N_("They are accepted and counted, but not on the map until someone places them.")),
                room="intake",
            )
        )
    if found.outside and found.outside.open:
        needs.append(_elsewhere(found.outside))
    return tuple(needs)


def _doubted(ctx: Context, found: Situation) -> Need:
    """The claims that make a figure what it hardly can be, by their numbers, the largest first."""
    with ctx.store.read() as connection:
        rows = claim_store.doubted(
            connection,
            now_us=ctx.now_us(),
            most=most_for_one(ctx),
            incident=found.incident.incident_id if found.incident else None,
            limit=3,
        )
    amount = short_money(found.doubted_minor, found.currency)
    numbers = ", ".join(f"{r.report_no} ({r.source})" for r in rows) + (" …" if found.doubted > len(rows) else "")
    return Need(
        "doubted",
        "watch",
        Message(N_("{amount} of the estimated loss is doubted"), {"amount": amount}),
        Message(
            N_("{count} claims of an amount no claim comes to: another unit, or the total of a list? {numbers}"),
            {"count": f"{found.doubted:,}", "numbers": numbers},
        ),
        room="intake",
    )


def _elsewhere(outside: RegionFigures) -> Need:
    return Need(
        "outside",
        "plain",
        Message(N_("{count} claims lie outside this map"), {"count": f"{outside.open:,}"}),
        Message(
            N_("Their regions belong to another country's set: they are counted, but nobody is planned for them here.")
        ),
        room="intake",
    )


def _shortage(ctx: Context, found: Situation) -> Need:
    worst = max(found.regions, key=lambda r: (r.short, r.code))
    return Need(
        "shortage",
        "bad" if found.assigned == 0 else "watch",
        Message(N_("{count} shift slots short"), {"count": f"{found.short:,}"}),
        Message(
            N_("{region} is short of {short} of {needed}; {assigned} slots are committed in all."),
            {
                "region": names(ctx.regions, worst.code),
                "short": worst.short,
                "needed": worst.needed,
                "assigned": found.assigned,
            },
        ),
        room="allocation",
        subject=worst.code,
    )


def _late_tasks(ctx: Context, incident: Incident) -> list[Need]:
    late = late_tasks(ctx, incident)
    if not late:
        return []
    first = min(late, key=lambda t: int(t["due_us"]))
    return [
        Need(
            "task",
            "bad" if any(t["critical"] for t in late) else "watch",
            Message(N_("{count} tasks are late"), {"count": len(late)}),
            Message(N_("First due: {title}"), {"title": first["title"]}),
            room="tasks",
            subject=incident.incident_id,
        )
    ]
