"""A grade as it is said in one sentence and as it is kept in the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emergency.domain.level.grading import Grade
from emergency.domain.level.indicator import Distance, Indicator, Number
from emergency.domain.level.metric import PER_CENT, metric_name, per_cent, unit_of
from emergency.domain.level.rules import CLASS_NAME, LEVEL_MARK
from emergency.domain.money import short_money
from emergency.texts import N_, Message

# One and several of what a person counts in; the rest is said by the metric's name.
COUNTED: Mapping[str, tuple[str, str]] = {
    "casualties.insured_deaths": (N_("{count} insured death"), N_("{count} insured deaths")),
    "casualties.deaths": (N_("{count} death"), N_("{count} deaths")),
    "casualties.serious": (N_("{count} seriously injured person"), N_("{count} seriously injured")),
    "regions.prefectures": (N_("{count} more region"), N_("{count} more regions")),
    "claims.last_24h": (N_("{count} claim in 24 h"), N_("{count} claims in 24 h")),
    "outage.one_province_minutes": (
        N_("{count} minute of outage in one province"),
        N_("{count} minutes of outage in one province"),
    ),
    "outage.multi_province_minutes": (
        N_("{count} minute of outage in several provinces"),
        N_("{count} minutes of outage in several provinces"),
    ),
    "complaint.gathering_persons": (N_("{count} person gathering"), N_("{count} people gathering")),
    "data.persons_leaked": (N_("{count} person's record leaked"), N_("{count} persons' records leaked")),
    "outlet.closed_hours": (N_("{count} hour closed"), N_("{count} hours closed")),
}
MOST_WAYS = 3


def reason(decisive: Indicator, currency: str, *, short: bool = False) -> Message:
    """Why a level was given: the metric, its value and the threshold it reached.

    Args:
        short: money as it is read at a glance (¥5.83亿) instead of to the last digit.
    """
    is_money = unit_of(decisive.metric) == "money"

    def said(value: Any) -> Any:
        if decisive.metric in PER_CENT and isinstance(value, int | float):
            return per_cent(value)
        if is_money and short and isinstance(value, int | float):
            return short_money(round(value * 100), currency)
        return (f"{currency} " if is_money else "") + _figure(value)

    gaps = {
        "metric": metric_name(decisive.metric),
        "value": said(decisive.value),
        "threshold": said(decisive.threshold),
    }
    if decisive.row is None:
        return Message("{metric} is {value}; the playbook asks for this level", gaps)
    return Message("{metric} is {value}; the level begins at {threshold}", gaps)


def source(grade: Grade, decisive: Indicator) -> Message:
    """Where to look it up: rule file, version, row."""
    gaps = {"rules": grade.path or grade.rules, "version": grade.version}
    if decisive.row is None:
        return Message("{rules} {version}, override of the playbook", gaps)
    return Message("{rules} {version}, row {row}", {**gaps, "row": decisive.row.number})


def ahead(grade: Grade, money: Callable[[Number], str] | None = None) -> Message | None:
    """How far it is to the next level, as one says it: “¥6.2 M or 2 deaths to Ⅱ”; None where nothing leads there.

    Args:
        money: says an amount in whole units of the rules' currency; plain figures unless given.
    """
    steps = grade.steps()
    if not steps or grade.to_next is None:
        return None
    target = grade.to_next.level
    ways = {step.metric: step for step in reversed(steps) if step.level == target}
    nearest = sorted(ways.values(), key=lambda step: step.ratio)[:MOST_WAYS]
    spoken = _way(nearest[0], money)
    for step in nearest[1:]:
        spoken = Message("{left} or {right}", {"left": spoken, "right": _way(step, money)})
    if grade.value == "class":
        # A class has a name of its own, so that nobody takes it for a level of the response.
        return Message("{ways} to “{class_}”", {"ways": spoken, "class_": Message(CLASS_NAME[target])})
    return Message("{ways} to {mark}", {"ways": spoken, "mark": LEVEL_MARK[target]})


def _way(step: Distance, money: Callable[[Number], str] | None) -> Message:
    metric, unit = metric_name(step.metric), unit_of(step.metric)
    if unit == "money":
        amount = money(step.distance) if money else f"{step.distance:,}"
        return Message("{amount} ({metric})", {"amount": amount, "metric": metric})
    if step.metric in COUNTED:
        one, several = COUNTED[step.metric]
        return Message(one if step.distance == 1 else several, {"count": f"{step.distance:,}"})
    if unit == "ordinal":
        return Message("{metric} at {threshold}", {"metric": metric, "threshold": step.threshold})
    return _up_or_down(step, metric)


def _up_or_down(step: Distance, metric: Message) -> Message:
    """Some figures are grave when they fall: calls that are answered, say."""
    value, threshold = step.value, step.threshold
    falling = isinstance(value, int | float) and isinstance(threshold, int | float) and threshold < value
    if step.metric in PER_CENT:
        gaps = {"points": f"{round(float(step.distance) * 100, 1):g}", "metric": metric}
        down, up = N_("{metric} down by {points} percentage points"), N_("{metric} up by {points} percentage points")
        return Message(down if falling else up, gaps)
    gaps = {"distance": f"{round(step.distance, 3):,}", "metric": metric}
    return Message(N_("{metric} down by {distance}") if falling else N_("{metric} up by {distance}"), gaps)


def trace(grade: Grade) -> dict[str, Any]:
    """Where to look a grade up: file, version, hash, row, and what its thresholds rest on."""
    row = grade.decided_by.row if grade.decided_by else None
    return {
        "value": grade.value,
        "file": grade.path,
        "version": grade.version,
        "sha256": grade.sha256,
        "row": row.number if row else None,
        "source": row.source if row else "",
        "calibrated": row.calibrated if row else None,
    }


def grade_record(grade: Grade) -> dict[str, Any]:
    """A grade as JSON for the journal: enough to check it by hand years later."""
    return {
        "value": grade.value,
        "rules": grade.rules,
        "file": grade.path,
        "version": grade.version,
        "sha256": grade.sha256,
        "incident_type": grade.incident_type,
        "level": grade.level,
        "mark": LEVEL_MARK.get(grade.level or 0, ""),
        "decided_by": _indicator(grade.decided_by),
        "to_next": _distance(grade.to_next),
        "steps": [_distance(step) for step in grade.steps()],
        "indicators": [_indicator(i) for i in grade.indicators if i.value is not None],
    }


def _indicator(one: Indicator | None) -> dict[str, Any] | None:
    if one is None:
        return None
    row = None if one.row is None else one.row.number
    return {
        "row": row,
        "metric": one.metric,
        "value": _plain(one.value),
        "level": one.level,
        "threshold": one.threshold,
        "calibrated": None if one.row is None else one.row.calibrated,
    }


def _distance(step: Distance | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "level": step.level,
        "metric": step.metric,
        "value": _plain(step.value),
        "threshold": step.threshold,
        "distance": step.distance,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else float(value)


def _figure(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
