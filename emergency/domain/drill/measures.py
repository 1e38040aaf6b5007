"""What is measured of a played field: one table, metric name to function.

A drill's outcomes name metrics of this table; a name outside it is refused,
by the validator before the drill and by `measure` after it.

Censoring at ENDEX: a claim that arrives an hour before the end cannot be
surveyed within 24 hours of drill time. It is judged all the same, because the
field works on after ENDEX with the plan then in force (`FieldRules.run_out_hours`)
and no new claims. So every claim that arrived before ENDEX counts, once, and a
drill shorter than the promise can still be scored on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from emergency.domain.drill.fifo import NEVER, Seconds
from emergency.domain.drill.world import HOUR, Fieldwork, World
from emergency.texts import N_, Message

Measure = Callable[[World, Fieldwork], float | None]
UNITS: Mapping[str, str] = {
    "claims.lost": N_("{n} reports of loss"),
    "claims.": N_("{n} claims"),
    "demand.": N_("{n} person-hours"),
    **{f"allocation.{kind}.": N_("{n} pieces") for kind in ("tow_truck", "drone", "storage_site", "supply")},
}
RESOURCE_KINDS = (
    "surveyor",
    "fnol_agent",
    "expert",
    "it_engineer",
    "tow_truck",
    "drone",
    "storage_site",
    "supply",
)


# What reports and rooms call them; a metric without a name is shown by its id.
METRIC_NAMES: Mapping[str, str] = {
    "claims.surveyed_within_12h": N_("share surveyed within 12 h"),
    "claims.surveyed_within_24h": N_("share surveyed within 24 h"),
    "claims.surveyed_within_48h": N_("share surveyed within 48 h"),
    "claims.surveyed_within_72h": N_("share surveyed within 72 h"),
    "claims.contacted_within_1h": N_("share contacted within 1 h"),
    "claims.contacted_within_2h": N_("share contacted within 2 h"),
    "claims.contacted_within_4h": N_("share contacted within 4 h"),
    "claims.contacted_within_24h": N_("share contacted within 24 h"),
    "claims.lost": N_("reports lost"),
    "claims.unsurveyed_at_end": N_("claims not surveyed at the end"),
    "claims.never_surveyed": N_("claims nobody surveyed"),
    "demand.unmet_person_hours": N_("unmet person-hours"),
    "allocation.surveyor.committed": N_("surveyors committed"),
    "allocation.fnol_agent.committed": N_("phone agents committed"),
}


def in_unit(metric: str, value: float | None) -> Message | str:
    """A value of a metric as reports print it, with its unit; "–" where there is none."""
    if value is None:
        return "–"
    if "_within_" in metric:
        return Message(N_("{n} %"), {"n": f"{100 * value:.1f}"})
    unit = next((words for start, words in UNITS.items() if metric.startswith(start)), N_("{n} people"))
    return Message(unit, {"n": f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"})


def measure(metric: str, world: World, work: Fieldwork) -> float | None:
    """The value of a metric; None where there is nothing to judge (no claim arrived).

    Raises:
        ValueError: the metric is not in `KNOWN_METRICS`.
    """
    try:
        return KNOWN_METRICS[metric](world, work)
    except KeyError:
        known = ", ".join(sorted(KNOWN_METRICS))
        raise ValueError(f"outcome metric {metric!r} is not known; use one of {known}") from None


def _share_within(done_s: Seconds, arrival_s: Seconds, hours: int) -> float | None:
    if not len(arrival_s):
        return None
    # NEVER lies far beyond every arrival, so those nobody saw fall out by themselves.
    return float(np.count_nonzero(done_s - arrival_s <= hours * HOUR) / len(arrival_s))


def surveyed_within(hours: int) -> Measure:
    """Share of all claims before ENDEX that were surveyed within so many hours of arrival."""
    return lambda _, work: _share_within(work.surveyed_s, work.claims.arrival_s, hours)


def contacted_within(hours: int) -> Measure:
    """Share of all claims before ENDEX whose first call was finished within so many hours."""
    return lambda _, work: _share_within(work.contacted_s, work.claims.arrival_s, hours)


def unmet_person_hours(world: World, work: Fieldwork) -> float:
    """Survey work asked for and not staffed, hour by hour until ENDEX, in person-hours.

    In each hour: person-hours of claims on hand (waiting at its beginning or
    arriving in it) less the person-hours worked on them, which is the work
    still open at the hour's end and so never below zero. An hour's work that
    waits three hours counts three times: it was short in each.
    """
    ends = np.minimum(np.arange(1, -(-world.end_s // HOUR) + 1) * HOUR, world.end_s)
    spans_h = np.diff(ends, prepend=0) / HOUR
    person_hours = np.array([world.rules.visit_minutes[str(x)] / 60 for x in work.claims.line])
    open_work = np.array([person_hours[(work.claims.arrival_s < end) & (work.surveyed_s > end)].sum() for end in ends])
    return float((open_work * spans_h).sum())


def lost(world: World, work: Fieldwork) -> float:
    """Notices of loss that arrived in an outage with no manual log to take them."""
    arrival = work.claims.arrival_s
    inside = np.zeros(len(arrival), bool)
    for begin, end in world.outages:
        inside |= (arrival >= begin) & (arrival < end)
    return float(inside.sum())


def unsurveyed_at_end(world: World, work: Fieldwork) -> float:
    """Claims still waiting for their survey at ENDEX."""
    return float(np.count_nonzero(work.surveyed_s > world.end_s))


def never_surveyed(_: World, work: Fieldwork) -> float:
    """Claims nobody reached, run-out included: the wrong skill, or nobody at all."""
    return float(np.count_nonzero(work.surveyed_s == NEVER))


def committed(kind: str) -> Measure:
    """People or pieces of this kind committed over all published plans."""
    return lambda world, _: float(world.committed.get(kind, 0))


KNOWN_METRICS: Mapping[str, Measure] = MappingProxyType(
    {
        **{f"claims.contacted_within_{h}h": contacted_within(h) for h in (1, 2, 4, 24)},
        **{f"claims.surveyed_within_{h}h": surveyed_within(h) for h in (12, 24, 48, 72)},
        "claims.lost": lost,
        "claims.unsurveyed_at_end": unsurveyed_at_end,
        "claims.never_surveyed": never_surveyed,
        "demand.unmet_person_hours": unmet_person_hours,
        **{f"allocation.{kind}.committed": committed(kind) for kind in RESOURCE_KINDS},
    }
)


def outages(changes: list[tuple[int, str, str]], end_s: int) -> tuple[tuple[int, int], ...]:
    """Spans in which notices are lost, from what happened to the system and what was done.

    changes: ``(second, name, value)`` in any order, with the names
    ``system.core_claims`` (down, up) and ``manual_fnol`` (on, off). Notices are
    lost while the system is down and no manual log is kept.
    """
    spans: list[tuple[int, int]] = []
    state = {"system.core_claims": "up", "manual_fnol": "off"}
    since: int | None = None
    for at, name, value in sorted(changes, key=lambda change: change[0]):
        if name not in state:
            continue
        state[name] = value
        losing = state == {"system.core_claims": "down", "manual_fnol": "off"}
        if losing and since is None:
            since = at
        elif not losing and since is not None:
            spans.append((since, at))
            since = None
    if since is not None:
        spans.append((since, end_s))
    return tuple(span for span in spans if span[0] < span[1])
