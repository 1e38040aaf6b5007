"""Claims that wait for their survey, by how heavily they wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, Integer, and_, case, false, func, literal, or_, select, true

from emergency.domain.claim import UNSURVEYED_STATUSES
from emergency.store.tables import claim

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Waiting:
    """Claims alike. days_late: -1 more than a day left, 0 due within a day, n the nth day beyond it.

    passed: how many of the amounts asked about the estimate lies above.
    """

    region: str
    line: str
    injured: bool
    large: bool
    days_late: int
    claims: int
    passed: int = 0


def waiting(
    connection: Connection,
    *,
    now_us: int,
    due_us: int,
    large_minor: Mapping[str, int],
    incident: str | None = None,
    amounts_minor: tuple[str, Sequence[int]] = ("", ()),
) -> list[Waiting]:
    """Located claims not yet surveyed at an instant.

    Args:
        due_us: from when a claim is known to when its survey is due.
        large_minor: currency -> minor units from which a loss is large; currencies not named have none.
        amounts_minor: a currency and amounts in it that part its claims; those in other currencies pass none.
    """
    c = claim.c
    beyond = literal(now_us, BigInteger) - c.known_at - (due_us - DAY_US)  # since the day before it is due began
    is_large = or_(
        false(), *[(c.currency == code) & (c.estimated_minor >= minor) for code, minor in sorted(large_minor.items())]
    )
    currency, amounts = amounts_minor
    passed = sum(
        (case((and_(c.currency == currency, c.estimated_minor > one), 1), else_=0) for one in amounts),
        start=literal(0, Integer),
    )
    each = (
        select(
            c.region,
            c.line,
            case((or_(c.injured > 0, c.dead > 0), 1), else_=0).label("injured"),
            case((is_large, 1), else_=0).label("large"),
            # Databases divide whole numbers towards zero, so what is below zero is kept apart.
            case((beyond <= 0, -1), else_=(beyond - 1) // DAY_US).label("days_late"),
            passed.label("passed"),
        )
        .where(c.known_at <= now_us, c.region.is_not(None), c.status.in_(UNSURVEYED_STATUSES))
        .where(c.incident_id == incident if incident is not None else true())
        .subquery()
    )
    query = select(each, func.count().label("claims")).group_by(*each.c).order_by(*each.c)
    return [
        Waiting(r.region, r.line, bool(r.injured), bool(r.large), int(r.days_late), int(r.claims), int(r.passed))
        for r in connection.execute(query)
    ]
