"""A grade as it is said in one sentence and as it is kept in the record."""

from __future__ import annotations

from typing import Any

from emergency.domain.level.grading import Grade
from emergency.domain.level.indicator import Distance, Indicator
from emergency.domain.level.metric import metric_name, unit_of
from emergency.domain.level.rules import LEVEL_MARK
from emergency.texts import Message


def reason(decisive: Indicator, currency: str) -> Message:
    """Why a level was given: the metric, its value and the threshold it reached."""
    mark = f"{currency} " if unit_of(decisive.metric) == "money" else ""
    gaps = {
        "metric": metric_name(decisive.metric),
        "value": mark + _figure(decisive.value),
        "threshold": mark + _figure(decisive.threshold),
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


def grade_record(grade: Grade) -> dict[str, Any]:
    """A grade as JSON for the journal: enough to check it by hand years later."""
    return {
        "rules": grade.rules,
        "version": grade.version,
        "sha256": grade.sha256,
        "incident_type": grade.incident_type,
        "level": grade.level,
        "mark": LEVEL_MARK.get(grade.level or 0, ""),
        "decided_by": _indicator(grade.decided_by),
        "to_next": _distance(grade.to_next),
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
