"""Figures that other systems send: is the metric known, and can its value be one?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.level import METRICS, FactError, unit_of
from emergency.domain.level.metric import comparable
from emergency.service.context import Context
from emergency.service.feed_rows import AHEAD_US, Fault
from emergency.service.grading import INDUSTRY, incident_named
from emergency.service.response import record_fact
from emergency.texts import N_, Message

# A metric of the house's own, which no rule file of ours reads but one of theirs may.
OWN = re.compile(r"own(\.[a-z0-9_]+){1,5}")
WHOLE_UNITS = ("persons", "claims")
# Shares of a whole: more than all of it is a per cent written as a number.
SHARES = ("staff.absence_rate", "hotline.answer_rate")
# Minutes and hours that no outage has lasted: two months.
LONGEST = {"minutes": 60 * 24 * 60, "hours": 60 * 24}
# There are not more people than this.
MOST_PERSONS = 2_000_000_000
PREFIXES = (INDUSTRY, "forecast.")
# More than this is no figure of a disaster, and exact decimals end not far above.
LARGEST = 10**18


@dataclass(frozen=True)
class Figure:
    """A figure no claim carries, with who said it and when it held."""

    metric: str
    value: Any
    source: str
    incident_id: str | None = None
    region: str | None = None
    place: str = ""
    as_of: datetime | None = None
    confidence: str = ""
    note: str = ""


class FactRefused(ValueError):
    """A figure that cannot be taken; ``faults`` say which field and why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{f.field}: {f.message}" for f in faults))
        self.faults = faults


def take_figure(ctx: Context, figure: Figure) -> datetime:
    """Record a figure in the workspace; returns the instant it holds for.

    Raises:
        FactRefused: unknown metric or region, a value the metric cannot have, a time ahead.
        Refused: no such incident.
    """
    if figure.incident_id is not None:
        incident_named(ctx, figure.incident_id)
    faults = [f for f in (_metric(figure), _value(figure), _region(ctx, figure), _as_of(ctx, figure)) if f]
    if faults:
        raise FactRefused(tuple(faults))
    as_of = min(figure.as_of or ctx.now(), ctx.now())
    record_fact(
        ctx,
        figure.metric,
        figure.value,
        incident_id=figure.incident_id,
        region=figure.region,
        source=figure.source,
        as_of=as_of,
        confidence=figure.confidence,
        note="; ".join(filter(None, (figure.place, figure.note))),
    )
    return as_of


def _metric(figure: Figure) -> Fault | None:
    if _plain(figure.metric) in METRICS or OWN.fullmatch(figure.metric):
        return None
    text = N_("no rule knows this metric; use one of the list, industry. before one of it, or own. and a name")
    return Fault("metric", "unknown_metric", Message(text))


def _value(figure: Figure) -> Fault | None:
    metric = _plain(figure.metric)
    if metric not in METRICS:
        return None if _speakable(figure.value) else _too_large()
    if isinstance(figure.value, int | float) and not isinstance(figure.value, bool):
        if not _speakable(figure.value):
            return _too_large()
        if figure.value < 0:
            return Fault("value", "negative", Message(N_("is below zero, which this metric never is")))
        if unit_of(metric) in WHOLE_UNITS and figure.value != int(figure.value):
            return Fault("value", "not_whole", Message(N_("counts persons or claims: give a whole number")))
        if over := _beyond(metric, figure.value):
            return over
    try:
        comparable(metric, figure.value)
    except FactError as fault:
        return Fault("value", "wrong_value", fault.message)
    return None


def _beyond(metric: str, value: float) -> Fault | None:
    """A number the metric cannot have."""
    if metric in SHARES and value > 1:
        text = N_("is a share of a whole: write 0.85 for 85 %, 1 at most")
        return Fault("value", "not_a_share", Message(text))
    unit = unit_of(metric)
    if value > LONGEST.get(unit, value):
        return Fault("value", "too_long", Message(N_("is longer than two months; is the unit right?")))
    return _too_large() if unit == "persons" and value > MOST_PERSONS else None


def _plain(metric: str) -> str:
    return next((metric.removeprefix(p) for p in PREFIXES if metric.startswith(p)), metric)


def _speakable(value: Any) -> bool:
    return isinstance(value, str | bool) or abs(value) <= LARGEST


def _too_large() -> Fault:
    return Fault("value", "too_large", Message(N_("is larger than any figure of a disaster; is the unit right?")))


def _region(ctx: Context, figure: Figure) -> Fault | None:
    if figure.region is None or ctx.regions.known(figure.region):
        return None
    text = N_("is no region of this workspace; leave it out and name the place in words")
    return Fault("region", "unknown_region", Message(text))


def _as_of(ctx: Context, figure: Figure) -> Fault | None:
    if figure.as_of is None or figure.as_of <= ctx.now() + timedelta(microseconds=AHEAD_US):
        return None
    return Fault("as_of", "in_future", Message(N_("lies in the future; is the offset right?")))
