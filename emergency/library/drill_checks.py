"""What a drill file must mean, beyond its form: sums, references, times before ENDEX, true levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.claim import LINES
from emergency.domain.drill.script import SKILLS
from emergency.domain.level import RuleSet, grade
from emergency.domain.level.metric import METRICS, FactError
from emergency.domain.playbook import Playbook
from emergency.domain.resource_kind import NOT_IN_STOCK, RESOURCE_KINDS
from emergency.library.drill_references import LISTS
from emergency.library.faults import Fault
from emergency.library.reading import condition_faults, seconds, twice, unknown, value_faults
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message

DUST = 1e-9
EXAMPLE = '{kind: fnol_agent, region: "440600", count: -6}'
RESOURCE: Mapping[str, type] = {"kind": str, "region": str, "count": int}


def meaning(document: Document) -> Iterator[Fault]:
    """Faults that the file shows by itself."""
    raw = document.value
    yield from _start(document)
    yield from _sums(document)
    objectives = [one["id"] for one in raw["objectives"]]
    for key in ("objectives", "injects", "outcomes", "claim_streams"):
        if key in raw:
            yield from twice(document, (key,))
    for place, one in enumerate(raw["staff"]["evaluators"]):
        for index, name in enumerate(one["objectives"]):
            if name not in objectives:
                yield unknown(document, ("staff", "evaluators", place, "objectives", index), name, objectives)
    for place, inject in enumerate(raw["injects"]):
        yield from _inject(document, ("injects", place), inject, objectives)
    yield from _expected_twice(document)
    yield from _objectives_without_action(document)
    for place, stream in enumerate(raw.get("claim_streams", ())):
        yield from _stream(document, ("claim_streams", place), stream)
    for place, outcome in enumerate(raw.get("outcomes", ())):
        if outcome["objective"] not in objectives:
            yield unknown(document, ("outcomes", place, "objective"), outcome["objective"], objectives)


def _start(document: Document) -> Iterator[Fault]:
    start = document.value["clock"]["start"]
    try:
        datetime.fromisoformat(start)
    except ValueError:
        gaps = {"found": start}
        yield document.fault(("clock", "start"), Message("found {found}, which is not in the calendar", gaps))
    if seconds(document.value["clock"]["duration"]) == 0:
        yield document.fault(("clock", "duration"), Message("a drill lasts longer than nothing"))


def _sums(document: Document) -> Iterator[Fault]:
    raw = document.value
    total = sum(one["weight"] for one in raw["objectives"])
    if abs(total - 100) > DUST:
        gaps = {"found": round(total, 6)}
        yield document.fault(("objectives",), Message("weights add up to {found}; they must make 100", gaps))
    weights = [raw["scoring"]["weights"][name] for name in ("timeliness", "accuracy", "effectiveness")]
    if abs(sum(weights) - 1) > DUST:
        gaps = {"found": round(sum(weights), 6)}
        yield document.fault(("scoring", "weights"), Message("weights add up to {found}; they must make 1", gaps))
    bands = raw["scoring"]["bands"]
    if not bands["P"] > bands["S"] > bands["M"]:
        yield document.fault(("scoring", "bands"), Message("bands must fall from P over S to M"))


def _stream(document: Document, at: Path_, raw: Mapping[str, Any]) -> Iterator[Fault]:
    shares = sum(share for region, share in raw["regions"].items() if not region.startswith("x-"))
    if abs(shares - 1) > DUST:
        gaps = {"found": round(shares, 6)}
        yield document.fault((*at, "regions"), Message("shares add up to {found}; they must make 1", gaps))
    if raw["lob"] not in (*LINES, "all"):
        yield unknown(document, (*at, "lob"), raw["lob"], (*LINES, "all"))
    arrivals = raw["arrivals"]
    endex_s = seconds(document.value["clock"]["duration"])
    if arrivals["model"] == "gamma" and seconds(arrivals["peak_at"]) <= seconds(arrivals["start"]):
        yield document.fault((*at, "arrivals", "peak_at"), Message("the peak must lie after the start"))
    if "start" in arrivals and seconds(arrivals["start"]) >= endex_s:
        yield _after_endex(document, (*at, "arrivals", "start"), endex_s)
    for place, point in enumerate(arrivals.get("points", ())):
        if seconds(point["at"]) > endex_s:
            yield _after_endex(document, (*at, "arrivals", "points", place, "at"), endex_s)


def _after_endex(document: Document, at: Path_, endex_s: int) -> Fault:
    hours = f"{endex_s / 3600:g}"
    message = Message("lies after the end of the drill ({hours} h)", {"hours": hours})
    return document.fault(at, message, Message("move it forward, or lengthen clock/duration"))


def _inject(document: Document, at: Path_, raw: Mapping[str, Any], objectives: list[str]) -> Iterator[Fault]:
    endex_s = seconds(document.value["clock"]["duration"])
    if ("at" in raw) == ("when" in raw):
        message = Message("needs either a time (at) or a condition (when), not both")
        yield document.fault(at, message)
    if "when" in raw:
        yield from condition_faults(document, (*at, "when"))
    if "at" in raw and seconds(raw["at"]) > endex_s:
        yield _after_endex(document, (*at, "at"), endex_s)
    for place, one in enumerate(raw.get("effects", ())):
        if "set" in one:
            yield from value_faults(document, (*at, "effects", place, "value"), one["set"], one["value"])
        if "stream" in one:
            yield from _stream(document, (*at, "effects", place, "stream"), one["stream"])
        if "resource" in one:
            yield from _resource(document, (*at, "effects", place, "resource"), one["resource"])
        if "block" in one and seconds(one["block"]["until"]) <= seconds(raw.get("at", "0s")):
            where = (*at, "effects", place, "block", "until")
            yield document.fault(where, Message("the road must reopen after it is blocked"))
    for place, one in enumerate(raw.get("expects", ())):
        yield from _expectation(document, (*at, "expects", place), one, raw, objectives)


def _resource(document: Document, at: Path_, raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The published schema leaves this object open; what is read of it are these three."""
    for name in sorted({*raw, *RESOURCE} - {n for n in raw if n.startswith("x-")}):
        if name not in RESOURCE:
            yield unknown(document, (*at, name), name, RESOURCE)
        elif type(raw.get(name)) is not RESOURCE[name] or not raw[name]:
            where, gaps = (*at, name) if name in raw else at, {"field": name}
            hint = Message("write for example {example}", {"example": EXAMPLE})
            yield document.fault(where, Message("people or goods that come or go need {field}", gaps), hint)
    if raw.get("kind") in {*NOT_IN_STOCK} - {*SKILLS}:
        kinds = (*SKILLS, *sorted({*RESOURCE_KINDS} - {*NOT_IN_STOCK}))
        yield unknown(document, (*at, "kind"), raw["kind"], kinds)


def _expectation(
    document: Document, at: Path_, raw: Mapping[str, Any], inject: Mapping[str, Any], objectives: list[str]
) -> Iterator[Fault]:
    players = document.value["players"]
    if raw["objective"] not in objectives:
        yield unknown(document, (*at, "objective"), raw["objective"], objectives)
    if raw["role"] not in players:
        yield unknown(document, (*at, "role"), raw["role"], players)
    if raw["action"] not in ACTS:
        yield unknown(document, (*at, "action"), raw["action"], ACTS, LISTS["acts"])
    within_s, endex_s = seconds(raw["within"]), seconds(document.value["clock"]["duration"])
    if within_s == 0:
        yield document.fault((*at, "within"), Message("nobody can act within no time"))
    if "at" in inject and seconds(inject["at"]) + within_s > endex_s:
        yield _after_endex(document, (*at, "within"), endex_s)


def _expected_twice(document: Document) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for place, inject in enumerate(document.value["injects"]):
        for index, one in enumerate(inject.get("expects", ())):
            at: Path_ = ("injects", place, "expects", index, "id")
            if one["id"] in first:
                gaps = {"id": one["id"], "line": first[one["id"]]}
                yield document.fault(at, Message("{id} is already used in line {line}", gaps))
            first.setdefault(one["id"], document.mark(at)[0])


def _objectives_without_action(document: Document) -> Iterator[Fault]:
    raw = document.value
    served = {one["objective"] for inject in raw["injects"] for one in inject.get("expects", ())}
    for place, objective in enumerate(raw["objectives"]):
        if objective["id"] not in served:
            gaps = {"id": objective["id"]}
            message = Message("no expected action serves objective {id}", gaps)
            yield document.fault(("objectives", place), message, Message("add an expects entry that names it"))


# Against the playbook and the rules ---------------------------------------------------------------


def against_playbook(document: Document, playbook: Playbook, rules: RuleSet) -> Iterator[Fault]:
    """Roles the playbook does not have, and hard-coded levels the rules contradict."""
    for role in document.value["players"]:
        if role not in playbook.roles:
            yield unknown(document, ("players", role), role, playbook.roles)
    yield from _true_levels(document, playbook, rules)


def _true_levels(document: Document, playbook: Playbook, rules: RuleSet) -> Iterator[Fault]:
    """Scripted facts alone already give a graver level than the script calls true.

    Claims can only make the level graver still, so this is a contradiction at any seed. A
    milder level is not one: claims, or an outage that grows older, may bring it up.
    """
    facts: dict[str, Any] = dict(document.value.get("initial_state", {}).get("facts", {}))
    kind = playbook.incident_types[0]
    for place, inject in _in_time(document.value["injects"]):
        facts.update({one["set"]: one["value"] for one in inject.get("effects", ()) if "set" in one})
        for index, one in enumerate(inject.get("expects", ())):
            accuracy = one.get("score", {}).get("accuracy", {})
            truth = accuracy.get("truth")
            if accuracy.get("type") != "ordinal_level" or truth in (None, "rules"):
                continue
            found = _level(rules, kind, facts, playbook)
            if found is not None and found < truth:
                at: Path_ = ("injects", place, "expects", index, "score", "accuracy", "truth")
                gaps = {"truth": truth, "found": found, "rules": rules.id}
                message = Message("says level {truth}; by {rules} the scripted facts give level {found}", gaps)
                yield document.fault(at, message, Message("write truth: rules"))


def _in_time(injects: list[Mapping[str, Any]]) -> list[tuple[int, Mapping[str, Any]]]:
    timed = [(place, inject) for place, inject in enumerate(injects) if "at" in inject]
    return sorted(timed, key=lambda pair: seconds(pair[1]["at"]))


def _level(rules: RuleSet, kind: str, facts: Mapping[str, Any], playbook: Playbook) -> int | None:
    known = {name: value for name, value in facts.items() if name in METRICS or name in rules.metrics()}
    try:
        return grade(rules, kind, known, playbook.overrides).level
    except FactError:
        return None  # said already where the value stands
