"""Small drills to check by hand: an hour long, two objectives, a few injects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emergency.domain.drill.script import (
    AccuracySpec,
    Clock,
    DrillScript,
    Evaluator,
    Expectation,
    Inject,
    Objective,
    Outcome,
    Scoring,
    Staff,
    SuccessCriteria,
)

MINUTE, HOUR = 60, 3600
START = datetime.fromisoformat("2026-09-23T08:00:00+08:00")


def expectation(id: str = "E1", **more: Any) -> Expectation:
    asked: dict[str, Any] = {
        "role": "commander",
        "action": "level.confirm",
        "objective": "O1",
        "within_s": 30 * MINUTE,
        "weight": 10.0,
    }
    return Expectation(id=id, **{**asked, **more})


def inject(id: str = "I1", *expects: Expectation, at_s: int | None = 0, **more: Any) -> Inject:
    written: dict[str, Any] = {
        "kind": "expected_action" if expects else "contextual",
        "sender": "simcell",
        "to": "commander",
        "channel": "phone",
        "body": {"zh": "台风红色预警", "en": "Red typhoon warning"},
    }
    return Inject(id=id, at_s=at_s, expects=expects, **{**written, **more})


def outcome(id: str = "K1", **more: Any) -> Outcome:
    asked: dict[str, Any] = {
        "metric": "claims.surveyed_within_24h",
        "objective": "O2",
        "target": 0.8,
        "floor": 0.4,
        "better": "higher",
        "weight": 10.0,
    }
    return Outcome(id=id, **{**asked, **more})


def script(*injects: Inject, duration_s: int = 4 * HOUR, **more: Any) -> DrillScript:
    written: dict[str, Any] = {
        "id": "small",
        "version": "1.0.0",
        "title": {"en": "Small drill"},
        "playbook": "typhoon@^1",
        "type": "tabletop",
        "clock": Clock(START, duration_s, 1.0, 7),
        "scenario": {"en": "A storm."},
        "objectives": (
            Objective("O1", "activation", {"en": "Declare"}, 40.0),
            Objective("O2", "resourcing", {"en": "Allocate"}, 60.0),
        ),
        "players": {"commander": "team", "planning": "team"},
        "staff": Staff(("lead",), (Evaluator("eval-a", ("O1", "O2")),)),
        "scoring": Scoring(
            {"timeliness": 0.3, "accuracy": 0.3, "effectiveness": 0.4}, {"P": 90, "S": 75, "M": 60}, 74.9
        ),
        "success_criteria": SuccessCriteria(75, 60, True),
    }
    return DrillScript(injects=injects, **{**written, **more})


def level(truth: Any) -> AccuracySpec:
    return AccuracySpec("ordinal_level", truth=truth)
