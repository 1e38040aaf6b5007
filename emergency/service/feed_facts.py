"""Figures that other systems send: is the metric known, and can its value be one?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.figure_value import HANDED_IN, is_listed, value_fault
from emergency.service.context import Context, Refused
from emergency.service.feed_rows import AHEAD_US, Fault
from emergency.service.grading import incident_named
from emergency.service.response import record_fact
from emergency.texts import N_, Message

# A metric of the house's own, which no rule file of ours reads but one of theirs may.
OWN = re.compile(r"own(\.[a-z0-9_]+){1,5}")


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


class FactRefused(Refused):
    """A figure that cannot be taken; ``faults`` say which field and why, the message says it to people."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        told = faults[0].message
        for fault in faults[1:]:
            told = Message("{first}; {second}", {"first": told, "second": fault.message})
        super().__init__(Message(N_("Not entered: the figure {reasons}"), {"reasons": told}))
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
    if figure.metric in HANDED_IN:
        gaps = {"room": Message(N_("Reports"))}
        text = N_("is known to the console itself: hand the report in in the room “{room}”")
        return Fault("metric", "known_itself", Message(text, gaps))
    if is_listed(figure.metric) or OWN.fullmatch(figure.metric):
        return None
    text = N_("no rule knows this metric; use one of the list, industry. before one of it, or own. and a name")
    return Fault("metric", "unknown_metric", Message(text))


def _value(figure: Figure) -> Fault | None:
    found = value_fault(figure.metric, figure.value)
    return Fault("value", found.code, found.message) if found else None


def _region(ctx: Context, figure: Figure) -> Fault | None:
    if figure.region is None or ctx.regions.known(figure.region):
        return None
    text = N_("is no region of this workspace's map ({set}); leave it out and name the place in words")
    return Fault("region", "unknown_region", Message(text, {"set": ctx.regions.title}))


def _as_of(ctx: Context, figure: Figure) -> Fault | None:
    if figure.as_of is None or figure.as_of <= ctx.now() + timedelta(microseconds=AHEAD_US):
        return None
    return Fault("as_of", "in_future", Message(N_("lies in the future; is the offset right?")))
