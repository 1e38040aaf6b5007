"""Robot players: what a seat that nobody fills would do, and when.

``scripted`` plays like a trained but human team: in time for most things, late
for some, now and then a step wrong. ``best`` does the right thing at once and
so shows what the script allows at most. ``none`` does nothing.

A robot decides from the expectations alone; it never sees the future. What
goes into an allocation plan is not its business: it says "commit a plan" and
the same engine answers that people press the button for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emergency.domain.drill.script import AccuracySpec, DrillScript, Expectation
from emergency.domain.drill.stream import generator

MANNERS = ("none", "scripted", "best")

# house rule, 2026-11: a trained team acts after 60 % of the limit, give or take 25 %; one act in eight is
# late and one in six is a step wrong. The best player needs no time.
USUAL_SHARE, SPREAD = 0.60, 0.25
LATE_EVERY, LATE_SHARE = 8, 1.25
WRONG_EVERY = 6
# People whom nobody plays answer a call-out after five minutes: well within the time they are given (house rule,
# 2026-11).
ANSWER_S = 300


@dataclass(frozen=True)
class PlannedAct:
    """An act to be done at a second of drill time, through the same door people use.

    body: what the act must carry. An ``allocation.commit`` asks only for its kind; the plan itself
        is made by the engine at that moment. ``level`` is "rules" where the level the rules give at
        that moment is to be confirmed. answers: the expectation it is meant for.
    """

    at_s: int
    role: str
    action: str
    body: Mapping[str, Any] = field(default_factory=dict)
    answers: str = ""


def planned_acts(
    script: DrillScript,
    inject_id: str,
    delivered_s: int,
    manner: str,
    seed: int,
    roles: Sequence[str] | None = None,
) -> tuple[PlannedAct, ...]:
    """What robots will do about one inject that has just been delivered, in order of time.

    Args:
        manner: none, scripted or best.
        seed: the drill's; the same seed makes the same slips.
        roles: the seats robots fill; None = all.

    Raises:
        ValueError: the manner or the inject is not known.
    """
    if manner not in MANNERS:
        raise ValueError(f"robots play {', '.join(MANNERS)}, not {manner!r}")
    inject = next((one for one in script.injects if one.id == inject_id), None)
    if inject is None:
        raise ValueError(f"the script has no inject {inject_id}")
    if manner == "none":
        return ()
    player = _best if manner == "best" else _scripted
    seats = [e for e in inject.expects if roles is None or e.role in roles]
    acts = [player(script, expectation, delivered_s, seed) for expectation in seats]
    return tuple(sorted(acts, key=lambda act: act.at_s))


def _best(script: DrillScript, asked: Expectation, delivered_s: int, _: int) -> PlannedAct:
    return PlannedAct(delivered_s, asked.role, asked.action, right_body(script, asked), asked.id)


def _scripted(script: DrillScript, asked: Expectation, delivered_s: int, seed: int) -> PlannedAct:
    draw = generator(seed, script.id, "robot", asked.id)
    share = USUAL_SHARE + SPREAD * (2 * draw.random() - 1)
    if draw.random() < 1 / LATE_EVERY:
        share = LATE_SHARE
    body = right_body(script, asked)
    if asked.accuracy is not None and draw.random() < 1 / WRONG_EVERY:
        body = _a_step_wrong(asked.accuracy, body)
    return PlannedAct(delivered_s + int(share * asked.within_s), asked.role, asked.action, body, asked.id)


def right_body(script: DrillScript, asked: Expectation) -> dict[str, Any]:
    """A body that satisfies an expectation in full."""
    body: dict[str, Any] = dict(asked.match)
    if asked.accuracy is not None:
        body.update(RIGHT[asked.accuracy.type](asked.accuracy))
    for key, value in _needed(script, asked.action).items():
        body.setdefault(key, value)
    return body


def _needed(script: DrillScript, action: str) -> dict[str, Any]:
    """What an act must carry even where the script does not ask for it."""
    regions = sorted({region for stream in script.claim_streams for region in stream.regions})
    spoken: dict[str, dict[str, Any]] = {
        "level.confirm": {"level": "rules"},
        "allocation.commit": {"kind": "surveyor"},
        "comms.send": {"audience": "customers", "text": dict(script.title)},
        "report.submit": {
            "to": "nfra",
            "kind": "first",
            "fields": {"place": ", ".join(regions) or script.id},
        },
        "report.publish": {"text": dict(script.scenario)},
        "map.footprint.publish": {"regions": regions},
        "case.assign": {"lob": "personal_injury"},
        "policy.enable": {"name": "fast_lane"},
        # A seat is filled by the robot that plays it.
        "post.take": {"role": "commander", "person": "robot"},
        "command.transfer": {"giver": "robot", "taker": "robot relief"},
        "callout.send": {"role": "commander"},
        "callout.answer": {"role": "commander", "answer": "accepted"},
    }
    return spoken.get(action, {})


RIGHT: Mapping[str, Callable[[AccuracySpec], dict[str, Any]]] = {
    "ordinal_level": lambda spec: {"level": spec.truth},
    "set_f1": lambda spec: {spec.field: list(spec.truth)},
    "numeric": lambda spec: {spec.field: spec.truth},
    # The values come from the incident's own record; "*" asks the service to fill the field from it.
    "fields": lambda spec: {"fields": dict.fromkeys(spec.required, "*")},
    "constraints": lambda spec: {},
    "checklist": lambda spec: {"covers": list(spec.must)},
    "evaluator": lambda spec: {},
}


def _a_step_wrong(spec: AccuracySpec, body: Mapping[str, Any]) -> dict[str, Any]:
    """The slip a trained person makes: one thing forgotten, one step too high."""
    if spec.type == "ordinal_level" and isinstance(spec.truth, int):
        return {**body, "level": max(1, spec.truth - 1)}
    if spec.type == "set_f1":
        return {**body, spec.field: list(spec.truth)[:-1]}
    if spec.type == "numeric":
        return {**body, spec.field: spec.truth * (1 + 2 * spec.tolerance)}
    if spec.type == "fields":
        return {**body, "fields": dict.fromkeys(spec.required[:-1], "*")}
    if spec.type == "checklist":
        return {**body, "covers": list(spec.must)[:-1]}
    return dict(body)
