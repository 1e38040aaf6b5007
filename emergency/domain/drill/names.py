"""What scripts write as ids, in words: who sends an inject and how, what is trained, points of a checklist, conditions.

A script of the house may name senders and facts of its own; they are shown as it writes them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from emergency.domain.drill.measures import METRIC_NAMES
from emergency.domain.drill.script import DrillScript, Inject
from emergency.domain.drill.step import ELAPSED, elapsed_s
from emergency.domain.level.condition import SIGNS, Condition
from emergency.domain.level.metric import METRICS, metric_name
from emergency.texts import N_, Message

CHANNELS: Mapping[str, str] = {
    "phone": N_("telephone"),
    "sms": N_("text message"),
    "email": N_("e-mail"),
    "system": N_("system message"),
    "cap": N_("official warning"),
    "radio": N_("radio"),
    "in_person": N_("in person"),
    "app": N_("app"),
    "press": N_("press"),
}
SENDERS: Mapping[str, str] = {
    "association": N_("Industry association"),
    "bank": N_("Partner bank"),
    "branch-agent": N_("Agent at the branch"),
    "branch-foshan": N_("Foshan branch"),
    "branch-jiangmen": N_("Jiangmen branch"),
    "city-branch": N_("City branch"),
    "claims-archive": N_("Claims archive"),
    "cma": N_("Weather service"),
    "command-post": N_("Command post on site"),
    "complaint-system": N_("Complaints system"),
    "controller": N_("Exercise control"),
    "county-branch": N_("County branch"),
    "court": N_("Court"),
    "disease-control": N_("Disease control centre"),
    "emergency-bureau": N_("Emergency management bureau"),
    "families": N_("Families"),
    "flood-command": N_("Flood control headquarters"),
    "forensics": N_("Forensics team"),
    "head-office": N_("Head office"),
    "hospital-desk": N_("Hospital service desk"),
    "law-firm": N_("Law firm"),
    "lead-controller": N_("Exercise control"),
    "media-watch": N_("Media watch"),
    "mediation-body": N_("Mediation body"),
    "monitor": N_("System monitoring"),
    "partner": N_("Partner company"),
    "people-desk": N_("Human resources"),
    "regulator": N_("The regulator"),
    "reinsurer": N_("Reinsurer"),
    "researcher": N_("Security researcher"),
    "security-centre": N_("Security operations centre"),
    "shelter-desk": N_("Shelter service desk"),
    "simcell": N_("Simulation cell"),
    "unknown-sender": N_("Unknown sender"),
    "weather-desk": N_("Weather desk"),
}
CAPABILITIES: Mapping[str, str] = {
    "activation": N_("activation"),
    "containment": N_("containment"),
    "continuity": N_("business continuity"),
    "customers": N_("customer care"),
    "investigation": N_("investigation"),
    "on-site": N_("work on site"),
    "preparation": N_("preparation"),
    "recovery": N_("recovery"),
    "reporting": N_("reporting"),
    "resourcing": N_("resourcing"),
}
POINTS: Mapping[str, str] = {
    "advance_payment": N_("advance payment is offered"),
    "casualty_estimate": N_("an estimate of casualties"),
    "coverage_promise": N_("a promise of cover"),
    "documents": N_("which documents are needed"),
    "fast_lane": N_("the fast lane"),
    "hotline": N_("the hotline"),
    "liability_statement": N_("a statement on liability"),
    "move_cars": N_("move cars to safe ground"),
    "no_deadline": N_("no deadline for reporting"),
    "official_source": N_("the official source"),
    "online_report": N_("report online"),
    "patient_names": N_("names of patients"),
    "photographs": N_("take photographs"),
    "safety_first": N_("safety first"),
    "unconfirmed_count": N_("an unconfirmed number"),
    "what_is_covered": N_("what is covered"),
    "what_we_do": N_("what we are doing"),
    # of a first report
    "contact": N_("contact"),
    "impact": N_("impact"),
    "incident_type": N_("kind of incident"),
    "initial_cause": N_("first idea of the cause"),
    "measures": N_("measures taken"),
    "occurred_at": N_("time it occurred"),
    "place": N_("place"),
    # of a plan
    "blocked_edges": N_("no closed road"),
    "no_double_booking": N_("nobody booked twice"),
    "skills_match": N_("skills fit"),
    "travel_limit": N_("travel within its limit"),
}
FACTS: Mapping[str, str] = {
    "claims.total": N_("claims so far"),
    "claimants.joined_crowd": N_("claimants have joined the crowd"),
    "mediation.broken_off": N_("mediation is broken off"),
    "policy.advance_payment": N_("advance payment"),
    "policy.anywhere": N_("service at every outlet"),
    "policy.manual_fnol": N_("reports of loss taken by hand"),
    "policy.no_hospital_limit": N_("no limit to named hospitals"),
    "policy.payee_double_check": N_("second check of the payee"),
    "policy.water_line_total_loss": N_("total loss by the water line"),
    "surrender.paid_to_impostor": N_("a surrender was paid to an impostor"),
}
ON = {"on": N_("{what}: on"), "off": N_("{what}: off"), "yes": N_("{what}: yes"), "no": N_("{what}: no")}
# Nobody but the director calls an inject that waits for this.
CALLED = "reserve.called"


def in_reserve(script: DrillScript, inject: Inject) -> bool:
    """Whether an inject never comes by itself: it waits to be called, or for a time after the end."""
    leaves = list(inject.when.comparisons()) if inject.when else []
    late = any(
        one.metric == ELAPSED and one.op in ("ge", "gt") and elapsed_s(one.value) > script.clock.duration_s
        for one in leaves
    )
    return late or any(one.metric == CALLED for one in leaves)


def comes(script: DrillScript, inject: Inject) -> Message | None:
    """When an inject comes that has no time of its own; None where it has one."""
    if inject.when is None:
        return None
    if in_reserve(script, inject):
        return Message(N_("in reserve: the director sends it by hand"))
    return Message(N_("on condition: {condition}"), {"condition": condition(inject.when)})


def condition(one: Condition) -> Message:
    """A condition of a script as people say it."""
    if one.join == "not":
        return Message("not ({part})", {"part": condition(one.parts[0])})
    if one.join:
        sentence = N_("{left} and {right}") if one.join == "all" else N_("{left} or {right}")
        spoken = condition(one.parts[0])
        for part in one.parts[1:]:
            spoken = Message(sentence, {"left": spoken, "right": condition(part)})
        return spoken
    if one.metric == ELAPSED and one.op in ("ge", "gt", "lt", "le"):
        words = N_("from {time} on") if one.op in ("ge", "gt") else N_("before {time}")
        return Message(words, {"time": stamp(elapsed_s(one.value))})
    what = fact(one.metric)
    if one.op == "eq" and one.value in ON:
        return Message(ON[str(one.value)], {"what": what})
    values = one.value if isinstance(one.value, Collection) and not isinstance(one.value, str) else (one.value,)
    gaps = {"metric": what, "sign": SIGNS[one.op], "value": ", ".join(map(str, values))}
    return Message("{metric} {sign} {value}", gaps)


def fact(metric: str) -> Message:
    """What a condition asks for, by its name where it has one."""
    known = FACTS.get(metric) or METRIC_NAMES.get(metric)
    return metric_name(metric) if known is None or metric in METRICS else Message(known)


def stamp(seconds: int) -> str:
    """Drill time as T+hh:mm."""
    return f"T+{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
