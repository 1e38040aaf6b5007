"""What can be measured in an incident: name, unit and, for ordinal metrics, the scale.

A fact about money is in whole units of the rule set's currency. Ordinal scales
stand in one fixed table, mildest step first; ``none`` (known to be absent)
lies below the first step of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from emergency.texts import N_, Message

UNITS = ("money", "persons", "minutes", "hours", "ratio", "claims", "ordinal", "count")
NONE = "none"

SCALES: Mapping[str, tuple[str, ...]] = {
    N_("warning colour"): ("blue", "yellow", "orange", "red"),
    N_("GDACS alert"): ("Green", "Orange", "Red"),
    N_("PAGER alert"): ("green", "yellow", "orange", "red"),
    N_("class"): ("IV", "III", "II", "I"),
    N_("reach"): ("local", "provincial", "national"),
    # 公共卫生事件 一般 < 较大 < 重大
    N_("public-health event"): ("general", "larger", "major"),
    # GB/T 19201 classes by mean wind near the centre
    N_("typhoon class"): (
        "tropical_depression",
        "tropical_storm",
        "severe_tropical_storm",
        "typhoon",
        "severe_typhoon",
        "super_typhoon",
    ),
}


class FactError(ValueError):
    """A fact that cannot be read. `message` says what was found and what is allowed."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Metric:
    """id as in rule files; name: message id; unit: one of UNITS; scale: key of SCALES for ordinals."""

    id: str
    name: str
    unit: str
    scale: str = ""

    def __post_init__(self) -> None:
        if self.unit not in UNITS or (self.unit == "ordinal") != (self.scale in SCALES):
            raise ValueError(f"metric {self.id}: unit {self.unit!r}, scale {self.scale!r} do not go together")


METRICS: Mapping[str, Metric] = {
    metric.id: metric
    for metric in (
        Metric("capacity.demand_ratio", N_("Claims work due ÷ capacity"), "ratio"),
        Metric("claims.ratio_to_baseline", N_("Claims ÷ usual number"), "ratio"),
        Metric("claims.last_24h", N_("Claims in the last 24 hours"), "claims"),
        Metric("claims.reported_total", N_("Claims reported to date"), "claims"),
        Metric("claims.cluster_persons", N_("Persons in one cluster of claims"), "persons"),
        Metric("loss.estimated_gross", N_("Estimated gross loss"), "money"),
        Metric("loss.direct", N_("Direct loss"), "money"),
        Metric("payout.property_estimated", N_("Property payout, estimated"), "money"),
        Metric("payout.injury_estimated", N_("Injury and death payout, estimated"), "money"),
        Metric("casualties.insured_deaths", N_("Insured deaths"), "persons"),
        Metric("casualties.deaths", N_("Deaths"), "persons"),
        Metric("casualties.serious", N_("Seriously injured"), "persons"),
        Metric("casualties.missing", N_("Missing persons"), "persons"),
        Metric("casualties.injured", N_("Injured persons"), "persons"),
        Metric("regions.prefectures", N_("Prefectures or counties affected"), "count"),
        Metric("exposure.policies_in_footprint", N_("Policies in the footprint"), "count"),
        Metric(
            "alert.central.typhoon_rainstorm",
            N_("National typhoon or rainstorm warning"),
            "ordinal",
            "warning colour",
        ),
        Metric("alert.cma.typhoon", N_("Typhoon warning"), "ordinal", "warning colour"),
        Metric("alert.cma.rainstorm", N_("Rainstorm warning"), "ordinal", "warning colour"),
        Metric("alert.cma.any", N_("Weather warning of any kind"), "ordinal", "warning colour"),
        Metric("alert.gdacs", N_("GDACS alert"), "ordinal", "GDACS alert"),
        Metric("alert.pager", N_("PAGER alert"), "ordinal", "PAGER alert"),
        Metric("forecast.landfall.class", N_("Forecast strength at landfall"), "ordinal", "typhoon class"),
        Metric("gov.relief_response", N_("State disaster-relief response"), "ordinal", "class"),
        Metric("gov.health_event", N_("Public-health event, official class"), "ordinal", "public-health event"),
        Metric("regulator.designated_class", N_("Class designated by the regulator"), "ordinal", "class"),
        Metric("staff.absence_rate", N_("Share of staff absent"), "ratio"),
        Metric("hotline.answer_rate", N_("Share of hotline calls answered"), "ratio"),
        Metric("outage.one_province_minutes", N_("Outage in one province"), "minutes"),
        Metric("outage.multi_province_minutes", N_("Outage in two or more provinces"), "minutes"),
        Metric("data.persons_leaked", N_("Persons whose records leaked"), "persons"),
        Metric("complaint.gathering_persons", N_("People gathering to complain"), "persons"),
        Metric("complaint.ratio_to_baseline", N_("Complaints ÷ usual number"), "ratio"),
        Metric("complaint.last_24h", N_("Complaints in the last 24 hours"), "count"),
        Metric("outlet.closed_hours", N_("Outlet closed"), "hours"),
        Metric("media.reach", N_("Reach of media coverage"), "ordinal", "reach"),
        Metric("dispute.amount", N_("Amount in dispute"), "money"),
        Metric("dispute.same_clause_persons", N_("Persons disputing the same clause"), "persons"),
    )
}


def metric_name(metric: str) -> Message:
    """The metric in words; an unlisted metric speaks for itself by its id."""
    known = METRICS.get(metric)
    return Message(known.name) if known else Message("{metric}", {"metric": metric})


# Shares of a whole: kept as 0.45, said as 45 %.
PER_CENT = ("staff.absence_rate", "hotline.answer_rate")


def per_cent(value: Any) -> str:
    """A share as it is said: 0.45 → 45 %."""
    return f"{round(float(value) * 100, 1):g} %"


def unit_of(metric: str) -> str:
    """One of UNITS; ``count`` for a metric that is not listed."""
    known = METRICS.get(metric)
    return known.unit if known else "count"


def scale_of(metric: str) -> tuple[str, tuple[str, ...]] | None:
    """Name and steps of an ordinal metric's scale, mildest first; None for a number."""
    known = METRICS.get(metric)
    return (known.scale, SCALES[known.scale]) if known and known.scale else None


def comparable(metric: str, value: Any) -> Any:
    """The value in a form that orders and equals exactly: Decimal, or rank on the scale.

    Numbers become the Decimal they are written as, so 0.7 equals 0.7 and no
    binary dust decides a level. For an unlisted metric text and truth values
    stay as they are.

    Raises:
        FactError: the value is not on the metric's scale, or is no finite number.
    """
    scale = scale_of(metric)
    if scale:
        return Decimal(rank(metric, value))
    if metric not in METRICS and isinstance(value, (str, bool)):
        return value
    return number(metric, value)


def rank(metric: str, value: Any) -> int:
    """Place on the metric's scale: 1 is the mildest step, 0 is ``none``."""
    name, steps = scale_of(metric) or ("", ())
    if value == NONE:
        return 0
    if not isinstance(value, str) or value not in steps:
        gaps = {"metric": metric, "found": str(value), "scale": Message(name), "allowed": " < ".join((NONE, *steps))}
        raise FactError(Message("{metric}: {found} is not on the scale “{scale}”; allowed: {allowed}", gaps))
    return steps.index(value) + 1


def number(metric: str, value: Any) -> Decimal:
    """The value as an exact decimal.

    Raises:
        FactError: text, a truth value, NaN or infinity.
    """
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        try:
            exact = Decimal(str(value))
        except InvalidOperation:  # pragma: no cover - str() of a number always parses
            exact = Decimal("NaN")
        if exact.is_finite():
            return exact
    gaps = {"metric": metric, "found": repr(value)}
    raise FactError(Message("{metric}: {found} is not a finite number; write digits, or leave it empty", gaps))
