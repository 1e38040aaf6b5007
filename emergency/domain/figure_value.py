"""What a figure may be: one door for forms, other systems and files, and a look at what is already kept.

A metric of the rules is held against its scale and unit, one of the work or the ledger against its kind; a name
nobody lists is any finite number, text or truth value. Nothing here changes a value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emergency.domain.ledger import FIGURES
from emergency.domain.level import METRICS, FactError, unit_of
from emergency.domain.level.metric import comparable
from emergency.domain.playbook_closure import STATES, WORK_METRICS
from emergency.texts import N_, Message

INDUSTRY, FORECAST = "industry.", "forecast."
PREFIXES = (INDUSTRY, FORECAST)
# The console says these itself; a typed one would only contradict it.
ITS_OWN = ("incident.kind", "incident.occurred_at", "response.level", "response.activated_at", "ledger.as_of")
# A report was handed in or was not: the journal says so, whatever somebody types.
HANDED_IN = ("regulator.final_report", "internal.final_report")
# Closure conditions that are a word -> the words they may be; every other one is a number.
WORDS: Mapping[str, tuple[str, ...]] = {
    "regulator.final_report": ("submitted", "no"),
    "internal.final_report": ("submitted", "no"),
    "data.leak_stopped": ("yes", "no"),
}
WHOLE_UNITS = ("persons", "claims", "count")
# Shares of a whole: more than all of it is a per cent written as a number.
OWN_SHARE = "own.market_share"
SHARES = ("staff.absence_rate", "hotline.answer_rate", "claims.closed_ratio", OWN_SHARE)
# Counted, but as hours or a share: a part of one is a value.
PARTS_ALLOWED = (*SHARES, "backlog.survey_hours", "complaint.quiet_hours")
# Minutes and hours that no outage has lasted: two months.
LONGEST = {"minutes": 60 * 24 * 60, "hours": 60 * 24}
# There are not more people than this.
MOST_PERSONS = 2_000_000_000
# More than this is no figure of a disaster, and exact decimals end not far above.
LARGEST = 10**18


@dataclass(frozen=True)
class ValueFault:
    """Why a value cannot be one of its metric; ``code`` for programs, ``message`` for people."""

    code: str
    message: Message


def plain(metric: str) -> str:
    """The metric without whose figure it is: ``industry.casualties.deaths`` → ``casualties.deaths``."""
    if metric in METRICS or metric in FIGURES:
        return metric
    return next((metric.removeprefix(p) for p in PREFIXES if metric.startswith(p)), metric)


def is_listed(metric: str) -> bool:
    """Whether rules, closure conditions or bulletins know the metric."""
    name = plain(metric)
    return name in METRICS or name in WORK_METRICS or (name in FIGURES and name not in ITS_OWN)


def is_number(value: Any) -> bool:
    """A finite number; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return not isinstance(value, float) or math.isfinite(value)


def value_fault(metric: str, value: Any) -> ValueFault | None:
    """Why a value cannot be one of the metric; None where it can."""
    name = plain(metric)
    if name in WORDS:
        return _word(name, value)
    if name in METRICS and unit_of(name) == "ordinal":
        return _on_scale(name, value)
    if name in METRICS:
        return _on_scale(name, value) if not is_number(value) else _number(name, unit_of(name), value)
    if name == OWN_SHARE:
        return _number(name, "ratio", value)
    if name in WORK_METRICS:
        return _number(name, "count", value)
    if name in FIGURES:
        return _figure(name, FIGURES[name][1], value)
    return _unlisted(value)


def readable(metric: str, value: Any) -> bool:
    """Whether a kept value can be read at all: what was taken before a rule was there must stop nothing."""
    return isinstance(value, Mapping) or value_fault(metric, value) is None


def _unlisted(value: Any) -> ValueFault | None:
    if isinstance(value, str | bool | Mapping | list) or value is None:
        return None
    return None if is_number(value) and abs(value) <= LARGEST else _too_large()


def _on_scale(metric: str, value: Any) -> ValueFault | None:
    try:
        comparable(metric, value)
    except FactError as fault:
        return ValueFault("wrong_value", fault.message)
    return None


def _word(metric: str, value: Any) -> ValueFault | None:
    if value in WORDS[metric]:
        return None
    text = N_("{found} is none of the words this may be: {allowed}")
    first, *more = (Message(STATES[word]) for word in WORDS[metric])
    for one in more:
        first = Message("{first}, {second}", {"first": first, "second": one})
    return ValueFault("wrong_value", Message(text, {"found": str(value), "allowed": first}))


def _figure(name: str, unit: str, value: Any) -> ValueFault | None:
    if unit != "text":
        return _number(name, unit, value)
    if isinstance(value, Mapping) or (isinstance(value, str) and value.strip()):
        return None
    return ValueFault("wrong_value", Message(N_("is a text, not a number; write it in words")))


def _number(metric: str, unit: str, value: Any) -> ValueFault | None:
    if not is_number(value):
        text = N_("{found} is no number: write digits, for instance 100")
        return ValueFault("wrong_value", Message(text, {"found": repr(value)}))
    if abs(value) > LARGEST:
        return _too_large()
    if value < 0:
        return ValueFault("negative", Message(N_("is below zero, which this metric never is")))
    if unit in WHOLE_UNITS and metric not in PARTS_ALLOWED and value != int(value):
        return ValueFault("not_whole", Message(N_("counts persons or claims: give a whole number")))
    return _beyond(metric, unit, value)


def _beyond(metric: str, unit: str, value: float) -> ValueFault | None:
    """A number the metric cannot have."""
    if metric in SHARES and value > 1:
        text = N_("is a share of a whole, and {percent} % is more than all of it; 85 % is 0.85 as a number")
        return ValueFault("not_a_share", Message(text, {"percent": f"{float(value) * 100:,.6g}"}))
    if metric == OWN_SHARE and value == 0:
        return ValueFault("not_a_share", Message(N_("is none of the market: nothing can be estimated from that")))
    if value > LONGEST.get(unit, value):
        return ValueFault("too_long", Message(N_("is longer than two months; is the unit right?")))
    return _too_large() if unit == "persons" and value > MOST_PERSONS else None


def _too_large() -> ValueFault:
    return ValueFault("too_large", Message(N_("is larger than any figure of a disaster; is the unit right?")))
