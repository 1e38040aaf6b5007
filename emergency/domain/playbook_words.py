"""A playbook in words: spans, due times, evidence and conditions as messages, names of what files write as ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.level.condition import Condition
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.playbook import Comms, Due, Evidence, ResourceRow
from emergency.domain.playbook_closure import STATES, closure_name
from emergency.domain.resource_kind import FUND, resource_name
from emergency.texts import N_, Message

KIND_NAMES: Mapping[str, str] = {
    "natural_disaster": N_("Natural disaster"),
    "accident": N_("Accident"),
    "public_health": N_("Public-health event"),
    "system_failure": N_("System failure"),
    "customer_complaint": N_("Customer complaints"),
    "contract_dispute": N_("Contract dispute"),
}
STATUS_NAMES: Mapping[str, str] = {
    "draft": N_("draft"),
    "approved": N_("approved for use"),
    "retired": N_("retired"),
}
GROUP_NAMES: Mapping[str, str] = {
    "command_centre": N_("Command centre"),
    "response_team": N_("Response team"),
    "customer_support": N_("Customer support"),
    "logistics": N_("Logistics"),
}
PHASE_NAMES: Mapping[str, str] = {
    "prepare": N_("prepare"),
    "activate": N_("activate"),
    "respond": N_("respond"),
    "report": N_("report"),
    "recover": N_("recover"),
}
AUDIENCE_NAMES: Mapping[str, str] = {
    "customers": N_("customers"),
    "regulator": N_("regulator"),
    "media": N_("media"),
    "government": N_("authorities"),
    "staff": N_("staff"),
    "reinsurers": N_("reinsurers"),
    "partners": N_("partners"),
}
CHANNEL_NAMES: Mapping[str, str] = {
    "portal": N_("regulator's portal"),
    "phone": N_("telephone"),
    "sms": N_("text message"),
    "app": N_("app"),
    "press": N_("press statement"),
    "email": N_("e-mail"),
}
RECIPIENTS: Mapping[str, str] = {
    "nfra": N_("the financial regulator"),
    "headquarters": N_("headquarters"),
    "tdi": N_("Texas insurance department"),
}
REPORT_NAMES: Mapping[str, str] = {
    "phone": N_("telephone report"),
    "first": N_("first report"),
    "follow_up": N_("follow-up report"),
    "final": N_("final report"),
    "internal": N_("internal report"),
}
DUE_WORDS: Mapping[str, str] = {
    "occurrence": N_("{span} after it occurred"),
    "discovery": N_("{span} after discovery"),
    "activation": N_("{span} after activation"),
    "impact": N_("{span} after impact"),
    "task": N_("{span} after the tasks before it"),
    "stand_down": N_("{span} after stand-down"),
}
OP_WORDS: Mapping[str, str] = {
    "ge": N_("{metric} at least {value}"),
    "gt": N_("{metric} above {value}"),
    "le": N_("{metric} at most {value}"),
    "lt": N_("{metric} below {value}"),
    "eq": N_("{metric} is {value}"),
    "ne": N_("{metric} is not {value}"),
    "in": N_("{metric} is one of {value}"),
}
JOIN_WORDS: Mapping[str, str] = {"all": N_("{left} and {right}"), "any": N_("{left} or {right}")}
LINE_WORDS: Mapping[str, str] = {
    "all": N_("claims of any line"),
    "motor": N_("motor claims"),
    "motor_flooded": N_("claims of flooded cars"),
    "property": N_("property claims"),
    "home": N_("home claims"),
    "agriculture": N_("farm claims"),
    "engineering": N_("engineering claims"),
    "marine": N_("marine claims"),
    "liability": N_("liability claims"),
    "personal_injury": N_("injury claims"),
    "health": N_("health claims"),
}


def named(names: Mapping[str, str], key: str) -> Message:
    """The name of an id; one that is not listed speaks for itself."""
    return Message(names[key]) if key in names else Message("{name}", {"name": key.replace("_", " ")})


def joined(parts: Iterable[Message], between: str = N_("{left} · {right}")) -> Message:
    """Messages one after the other; empty where there are none."""
    whole: Message | None = None
    for part in parts:
        whole = part if whole is None else Message(between, {"left": whole, "right": part})
    return whole or Message("")


def span(seconds: int) -> Message:
    """7200 → 2 h."""
    if seconds and seconds % 86400 == 0:
        return Message("{days} d", {"days": seconds // 86400})
    if seconds and seconds % 3600 == 0:
        return Message("{hours} h", {"hours": seconds // 3600})
    if seconds > 3600:
        return Message("{hours} h {minutes} min", {"hours": seconds // 3600, "minutes": seconds % 3600 // 60})
    return Message("{minutes} min", {"minutes": seconds // 60})


def spans(by_level: Mapping[int, int]) -> Message:
    """One span where all levels have the same, else each with its mark, the gravest first."""
    if len(set(by_level.values())) == 1:
        return span(next(iter(by_level.values())))
    each = ((LEVEL_MARK[level], span(by_level[level])) for level in sorted(by_level))
    return joined(Message("{mark} {span}", {"mark": mark, "span": one}) for mark, one in each)


def numbers(by_level: Mapping[int, int]) -> Message:
    return joined(
        Message("{mark} {number}", {"mark": LEVEL_MARK[level], "number": f"{by_level[level]:,}"})
        for level in sorted(by_level)
    )


def levels(found: Iterable[int]) -> str:
    """(1, 2) → "Ⅰ Ⅱ"."""
    return " ".join(LEVEL_MARK[level] for level in sorted(found))


def due(one: Due, level: int | None = None) -> Message:
    """When a task is due, at one level or at all."""
    found = {level: one.within_s[level]} if level in one.within_s and level is not None else one.within_s
    own = Message(DUE_WORDS[one.origin], {"span": spans(found)}) if found else None
    if not one.deadline:
        return own or Message("")
    ruled = Message("by the rules' clock for the {report}", {"report": named(REPORT_NAMES, one.deadline)})
    if own is None:
        return ruled
    return Message("{ruled}; until one runs {own}", {"ruled": ruled, "own": own})


def first(one: Comms) -> Message:
    """When a bulletin goes out first."""
    own = Message(DUE_WORDS["activation"], {"span": spans(one.first_s)}) if one.first_s else None
    if not one.deadline:
        return own or Message("")
    ruled = Message("by the rules' clock for the {report}", {"report": named(REPORT_NAMES, one.deadline)})
    return Message("{ruled}; until one runs {own}", {"ruled": ruled, "own": own}) if own else ruled


def evidence(one: Evidence, measures: Mapping[str, Mapping[str, str]] | None = None) -> Message:
    """What proves a task done; `measures`: relief measure -> its name in both languages."""
    title = Message(ACTS[one.action].title) if one.action in ACTS else Message("{act}", {"act": one.action})
    details = [_detail(key, value, measures or {}) for key, value in one.match.items() if key != "task"]
    return Message("{act} ({details})", {"act": title, "details": joined(details)}) if details else title


def _detail(key: str, value: Any, measures: Mapping[str, Mapping[str, str]]) -> Message:
    if key == "name" and value in measures:
        return Message("{title}", {"title": measures[value]})
    if key == "to":
        return named(RECIPIENTS, str(value))
    if key == "audience":
        return named(AUDIENCE_NAMES, str(value))
    if key == "lob":
        return named(LINE_WORDS, str(value))
    if key == "kind":
        return Message(REPORT_NAMES[value]) if value in REPORT_NAMES else resource_name(str(value))
    return Message("{name}", {"name": str(value).replace("_", " ")})


def demand(row: ResourceRow) -> Message:
    """How much of a resource is asked for."""
    if row.fixed:
        return numbers(row.fixed)
    gaps = {"claims": f"{row.per_claims:g}", "line": named(LINE_WORDS, row.of), "span": span(row.horizon_s)}
    asked = Message("one for {claims} {line} in {span}", gaps)
    if not row.least:
        return asked
    return Message("{asked}, at least {least}", {"asked": asked, "least": numbers(row.least)})


def unit(kind: str) -> Message:
    return Message("whole units of the rules' currency") if kind == FUND else Message("")


def condition(one: Condition) -> Message:
    """A condition as one sentence."""
    if one.join == "not":
        return Message("not: {what}", {"what": condition(one.parts[0])})
    if one.join:
        return joined((condition(part) for part in one.parts), JOIN_WORDS[one.join])
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    said = joined((_value(value) for value in values), N_("{left}, {right}"))
    return Message(OP_WORDS[one.op], {"metric": closure_name(one.metric), "value": said})


def _value(value: Any) -> Message:
    if isinstance(value, str):
        return named(STATES, value)
    return Message("{number}", {"number": f"{value:,}" if isinstance(value, int) else f"{value:g}"})
