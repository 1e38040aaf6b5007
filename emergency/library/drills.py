"""Drill files (``*.drill.yaml``) → `DrillScript`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from emergency.domain.drill.script import (
    AccuracySpec,
    Amount,
    Arrivals,
    ClaimStream,
    Clock,
    Decay,
    DrillScript,
    Effect,
    Evaluator,
    Expectation,
    InitialState,
    Inject,
    Objective,
    OfflineResource,
    Outcome,
    ResourceChange,
    SchedulePoint,
    Scoring,
    Staff,
    SuccessCriteria,
)
from emergency.library import schema, strict_yaml
from emergency.library.drill_checks import meaning
from emergency.library.drill_limits import beyond
from emergency.library.drill_references import by_itself
from emergency.library.faults import Fault, FileFaults
from emergency.library.mended import Mended, mended
from emergency.library.reading import condition, seconds
from emergency.library.strict_yaml import Document


def load_drill(path: Path) -> DrillScript:
    """Read a drill file by itself; whether its playbook exists is the library's to say.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    return drill_from(read_drill(path))


def read_drill(path: Path) -> Document:
    document = strict_yaml.load(path)
    if faults := faults_of(document):
        raise FileFaults(document.path, faults)
    return document


def faults_of(document: Document, more: Callable[[Document], Iterable[Fault]] = lambda _document: ()) -> list[Fault]:
    """Everything that is wrong with a script, at once: a fault of form hides none of meaning.

    Args:
        more: what is wrong with it beside its plan, its rules and the map.
    """
    faults = schema.check(document, "drill")
    sound = mended(document, "drill") if faults else Mended(document)
    if sound is None:
        return faults
    found = sound.document
    later = [*meaning(found), *beyond(found), *by_itself(found), *more(found)]
    return [*faults, *(fault for fault in later if sound.trusts(fault))]


def drill_from(document: Document) -> DrillScript:
    raw = document.value
    success = raw["success_criteria"]
    return DrillScript(
        id=raw["id"],
        version=raw["version"],
        title=raw["title"],
        playbook=raw["playbook"],
        type=raw["type"],
        clock=_clock(raw["clock"]),
        scenario=raw["scenario"],
        objectives=tuple(
            Objective(one["id"], one["capability"], one["text"], one["weight"]) for one in raw["objectives"]
        ),
        players=raw["players"],
        staff=_staff(raw["staff"]),
        injects=tuple(_inject(one) for one in raw["injects"]),
        scoring=_scoring(raw["scoring"]),
        success_criteria=SuccessCriteria(
            success.get("min_overall"),
            success.get("no_objective_below"),
            success.get("no_critical_missed", False),
        ),
        announced=raw.get("announced", True),
        initial_state=_initial(raw.get("initial_state", {})),
        claim_streams=tuple(_stream(one) for one in raw.get("claim_streams", ())),
        outcomes=tuple(_outcome(one) for one in raw.get("outcomes", ())),
        hotwash=tuple(raw.get("hotwash", ())),
        sha256=document.sha256,
    )


def _clock(raw: Mapping[str, Any]) -> Clock:
    return Clock(datetime.fromisoformat(raw["start"]), seconds(raw["duration"]), raw["speed"], raw["seed"])


def _staff(raw: Mapping[str, Any]) -> Staff:
    evaluators = tuple(Evaluator(one["id"], tuple(one["objectives"])) for one in raw["evaluators"])
    return Staff(tuple(raw["controllers"]), evaluators)


def _initial(raw: Mapping[str, Any]) -> InitialState:
    offline = tuple(OfflineResource(one["kind"], one["region"], one["count"]) for one in raw.get("offline", ()))
    return InitialState(raw.get("inventory", ""), offline, raw.get("facts", {}))


def _stream(raw: Mapping[str, Any]) -> ClaimStream:
    return ClaimStream(
        raw["id"], raw["lob"], raw["regions"], _arrivals(raw["arrivals"]), _amount(raw["amount"]), raw.get("noise", {})
    )


def _arrivals(raw: Mapping[str, Any]) -> Arrivals:
    return Arrivals(
        model=raw["model"],
        start_s=seconds(raw.get("start", "0s")),
        total=int(raw.get("total", 0)),
        peak_at_s=seconds(raw.get("peak_at", "0s")),
        shape=float(raw.get("shape", 0)),
        per_hour=float(raw.get("per_hour", 0)),
        end_s=seconds(raw["end"]) if "end" in raw else None,
        points=tuple(SchedulePoint(seconds(one["at"]), int(one["count"])) for one in raw.get("points", ())),
    )


def _amount(raw: Mapping[str, Any]) -> Amount:
    return Amount(
        raw["dist"],
        raw["currency"],
        float(raw.get("median", 0)),
        float(raw.get("sigma", 0)),
        float(raw.get("value", 0)),
    )


def _inject(raw: Mapping[str, Any]) -> Inject:
    return Inject(
        id=raw["id"],
        kind=raw["kind"],
        sender=raw["from"],
        to=raw["to"],
        channel=raw["channel"],
        body=raw["body"],
        at_s=seconds(raw["at"]) if "at" in raw else None,
        when=condition(raw["when"]) if "when" in raw else None,
        attachments=tuple(raw.get("attachments", ())),
        effects=tuple(_effect(one) for one in raw.get("effects", ())),
        expects=tuple(_expectation(one) for one in raw.get("expects", ())),
        penalty=raw.get("penalty", 0),
        notes=raw.get("notes", ""),
    )


def _effect(raw: Mapping[str, Any]) -> Effect:
    if "set" in raw:
        return Effect("set", metric=raw["set"], value=raw["value"])
    if "mark" in raw:
        return Effect("mark", name=raw["mark"])
    if "block" in raw:
        return Effect("block", edge=raw["block"]["edge"], until_s=seconds(raw["block"]["until"]))
    if "stream" in raw:
        return Effect("stream", changes=raw["stream"], claims=_stream(raw["stream"]))
    what = raw["resource"]
    change = ResourceChange(what["kind"], what["region"], what["count"])
    return Effect("resource", changes=what, resource=change)


def _expectation(raw: Mapping[str, Any]) -> Expectation:
    return Expectation(
        id=raw["id"],
        role=raw["role"],
        action=raw["action"],
        objective=raw["objective"],
        within_s=seconds(raw["within"]),
        weight=raw["weight"],
        match=raw.get("match", {}),
        decay=raw.get("decay"),
        critical=raw.get("critical", False),
        allow_early=raw.get("allow_early", False),
        accuracy=_accuracy(raw["score"]["accuracy"]) if "score" in raw else None,
    )


def _accuracy(raw: Mapping[str, Any]) -> AccuracySpec:
    truth = raw.get("truth", "rules" if raw["type"] == "ordinal_level" else None)
    return AccuracySpec(
        type=raw["type"],
        truth=tuple(truth) if isinstance(truth, list) else truth,
        field=raw.get("field", ""),
        tolerance=raw.get("tolerance", 0.0),
        required=tuple(raw.get("required", ())),
        rules=tuple(raw.get("rules", ())),
        must=tuple(raw.get("must", ())),
        must_not=tuple(raw.get("must_not", ())),
    )


def _outcome(raw: Mapping[str, Any]) -> Outcome:
    names = ("id", "metric", "objective", "target", "floor", "better", "weight")
    return Outcome(**{name: raw[name] for name in names})


def _scoring(raw: Mapping[str, Any]) -> Scoring:
    decay = raw["decay"]
    return Scoring(
        weights={name: raw["weights"][name] for name in ("timeliness", "accuracy", "effectiveness")},
        bands={name: raw["bands"][name] for name in ("P", "S", "M")},
        critical_cap=raw["critical_cap"],
        decay=Decay(decay["type"], decay.get("zero_at", 2.0)),
    )
