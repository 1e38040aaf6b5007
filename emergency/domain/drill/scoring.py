"""The score of a drill: from answered expectations and outcomes to a verdict.

Three dimensions – timeliness, accuracy, effectiveness – rolled up by objective
and over all. Everything is worked out in full and rounded once, when a score is
born, so anyone gets the same digits from the same journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emergency.domain.drill.answer import Act, Answer, Delivery, Leaps, Truth, answers, leapt
from emergency.domain.drill.record import score_record
from emergency.domain.drill.regret import Regret
from emergency.domain.drill.regret_record import decisions_record
from emergency.domain.drill.script import DrillScript, Objective, Outcome
from emergency.domain.drill.words import DIMENSIONS, duration
from emergency.texts import Message

FULL_COVERAGE = 0.8  # share of the weight done from which accuracy counts in full
MOST_VOID = 0.2  # share of void weight above which a drill is not rated
ENDS_S = 60  # a drill ended so shortly before its time was played to its end (house rule, 2026-11)
NO_DIFFERENCE = 1e-9
BANDS = ("P", "S", "M", "U")


@dataclass(frozen=True)
class OutcomeValue:
    """A metric at ENDEX in four plays of the same claims; None = nothing to judge.

    played: as it was. baseline: nobody reallocated. oracle: the best of hindsight and what was played. engine: the
    allocation engine twice a day, on what was on hand by then.
    """

    played: float | None
    baseline: float | None = None
    oracle: float | None = None
    engine: float | None = None


@dataclass(frozen=True)
class OutcomeScore:
    """One outcome scored: share of the way from floor to target, 0 to 100; void = counts not at all."""

    outcome: Outcome
    value: OutcomeValue
    target: float | None
    floor: float | None
    points: float | None
    void: Message | None = None
    cut: bool = False  # void because the drill was ended before it could show


@dataclass(frozen=True)
class Marks:
    """Points in the three dimensions; None = n/a. ``coverage``: share of the weight that was done."""

    timeliness: float | None = None
    accuracy: float | None = None
    effectiveness: float | None = None
    coverage: float | None = None


@dataclass(frozen=True)
class ObjectiveScore:
    """score: after caps and penalties; uncapped: before. notes: what capped or cost it."""

    objective: Objective
    marks: Marks
    score: float | None
    uncapped: float | None
    band: str | None
    missed_critical: tuple[str, ...] = ()
    penalty: float = 0.0
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Score:
    """The verdict. ``overall`` and ``band`` are None where the drill is not rated."""

    marks: Marks
    overall: float | None
    band: str | None
    passed: bool | None
    objectives: tuple[ObjectiveScore, ...]
    answers: tuple[Answer, ...]
    measured: tuple[OutcomeScore, ...]
    void_share: float
    reasons: tuple[Message, ...]
    decisions: tuple[Regret, ...] = ()

    @property
    def rated(self) -> bool:
        return self.overall is not None

    def to_json(self) -> dict[str, Any]:
        return {**score_record(self), **decisions_record(self.decisions)}


def score(
    script: DrillScript,
    acts: Sequence[Act],
    deliveries: Sequence[Delivery],
    outcomes: Mapping[str, OutcomeValue],
    truth: Truth | None = None,
    end_s: int | None = None,
    decisions: Sequence[Regret] = (),
) -> Score:
    """Score a drill.

    Args:
        acts, deliveries: from the journal, in seconds of drill time.
        outcomes: by outcome id; one that is missing is void.
        truth: what only the simulation and the evaluators know.
        end_s: when it ended; None = at the end the script gives.
        decisions: what each plan cost above the best that could be known; told beside the points, never in them.
    """
    end_s = script.clock.duration_s if end_s is None else end_s
    truth = truth or Truth()
    found = answers(script, acts, deliveries, end_s, truth)
    measured = tuple(
        _if_it_shows(
            score_outcome(outcome, outcomes.get(outcome.id, OutcomeValue(None))),
            script,
            end_s,
            _lost(outcome, found, truth.leaps, end_s),
        )
        for outcome in script.outcomes
    )
    fired = {delivery.inject for delivery in deliveries}
    objectives = tuple(_objective(script, o, found, measured, fired) for o in script.objectives)
    return replace(_verdict(script, found, measured, objectives), decisions=tuple(decisions))


def score_outcome(outcome: Outcome, value: OutcomeValue) -> OutcomeScore:
    """E = 100 · clip((x − floor) / (target − floor), 0, 1); the sign takes care of lower-is-better."""
    target = value.oracle if outcome.target == "oracle" else float(outcome.target)
    floor = value.baseline if outcome.floor == "baseline" else float(outcome.floor)
    blank = OutcomeScore(outcome, value, target, floor, None)
    if value.played is None or target is None or floor is None:
        return replace(blank, void=Message("There was nothing to measure"))
    if abs(target - floor) < NO_DIFFERENCE:
        return replace(blank, void=Message("Target and floor are the same: nothing could be gained"))
    share = (value.played - floor) / (target - floor)
    return replace(blank, points=100.0 * min(1.0, max(0.0, share)))


def _lost(outcome: Outcome, found: Sequence[Answer], leaps: Leaps, end_s: int) -> int:
    """Seconds by which the clock was moved on with something asked for the outcome's objective and not yet done."""
    spans = [
        (a.delivered_s, end_s + 1 if a.act is None else a.act.at_s)
        for a in found
        if a.expectation.objective == outcome.objective and a.delivered_s is not None
    ]
    hurt = [(begin, end) for begin, end in leaps if any(asked < end and begin < done for asked, done in spans)]
    return leapt(hurt, 0, end_s)


def _if_it_shows(one: OutcomeScore, script: DrillScript, end_s: int, lost_s: int) -> OutcomeScore:
    """An outcome of a drill that was ended early: void where the end came before it could show.

    Between nobody moving and hindsight, both ended at the same second, it still says something as long as no more than
    a fifth of the drill is missing; against fixed figures, which are those of a whole drill, it says nothing. Nor does
    it where, with something still to do for it, nobody could act for more than a fifth of the drill: the clock was
    moved on.
    """
    if one.points is not None and lost_s > MOST_VOID * script.clock.duration_s:
        gaps = {"span": duration(lost_s)}
        why = Message("For {span} of the drill the clock was moved on while there was something to do for it", gaps)
        return replace(one, points=None, void=why, cut=True)
    left_s = script.clock.duration_s - end_s
    if one.points is None or left_s <= ENDS_S:
        return one
    fixed = one.outcome.target != "oracle" and one.outcome.floor != "baseline"
    if not fixed and left_s <= MOST_VOID * script.clock.duration_s:
        return one
    why = Message(
        "The drill was ended {span} early; what was achieved shows only at its end", {"span": duration(left_s)}
    )
    return replace(one, points=None, void=why, cut=True)


def marks(found: Sequence[Answer], measured: Sequence[OutcomeScore]) -> Marks:
    """The three dimensions over some expectations and outcomes, voids left out."""
    counted = [answer for answer in found if answer.void is None]
    total = sum(answer.expectation.weight for answer in counted)
    done = sum(answer.expectation.weight for answer in counted if answer.performed)
    coverage = done / total if total else None
    return Marks(
        timeliness=_mean([(a.expectation.weight, a.timeliness) for a in counted]),
        accuracy=_accuracy(counted, coverage or 0.0),
        effectiveness=_mean([(e.outcome.weight, e.points) for e in measured if e.points is not None]),
        coverage=coverage,
    )


def _accuracy(counted: Sequence[Answer], coverage: float) -> float | None:
    asked = [answer for answer in counted if answer.expectation.accuracy is not None]
    rated = [(a.expectation.weight, a.accuracy) for a in asked if a.accuracy is not None]
    mean = _mean(rated)
    if mean is not None:
        return mean * min(1.0, coverage / FULL_COVERAGE)
    # Nothing rated: n/a if evaluators still owe their ratings, nothing earned if nobody acted.
    return 0.0 if asked and not any(answer.performed for answer in asked) else None


def _mean(weighted: Sequence[tuple[float, float]]) -> float | None:
    total = sum(weight for weight, _ in weighted)
    return sum(weight * points for weight, points in weighted) / total if total else None


def roll_up(found: Marks, weights: Mapping[str, float]) -> float | None:
    """Weighted mean of the dimensions that have data; the weights of the others are shared out."""
    present = [
        (weights[name], points)
        for name in ("timeliness", "accuracy", "effectiveness")
        if (points := getattr(found, name)) is not None
    ]
    return _mean(present)


def band_of(points: float, bands: Mapping[str, float]) -> str:
    """P, S, M or U by the rounded points, so that what is printed and its band agree."""
    return next((name for name in ("P", "S", "M") if round(points, 1) >= bands[name]), "U")


def _objective(
    script: DrillScript,
    objective: Objective,
    found: Sequence[Answer],
    measured: Sequence[OutcomeScore],
    fired: set[str],
) -> ObjectiveScore:
    mine = [a for a in found if a.expectation.objective == objective.id]
    marked = marks(mine, [e for e in measured if e.outcome.objective == objective.id])
    uncapped = roll_up(marked, script.scoring.weights)
    if uncapped is None:
        return ObjectiveScore(objective, marked, None, None, None)
    missed = tuple(a.expectation.id for a in mine if a.void is None and a.expectation.critical and a.failed)
    penalty = _penalty(script, objective.id, fired)
    capped, notes = _capped(uncapped, script, len(missed), penalty)
    band = band_of(capped, script.scoring.bands)
    if band == "P" and any(a.legal_breach for a in mine if a.void is None):
        band = "S"
        notes = (*notes, Message("A legal limit or a ban was broken, so the band stays below P"))
    return ObjectiveScore(objective, marked, capped, uncapped, band, missed, penalty, notes)


def _capped(points: float, script: DrillScript, missed: int, penalty: float) -> tuple[float, tuple[Message, ...]]:
    notes: list[Message] = []
    if missed == 1:
        points = min(points, script.scoring.critical_cap)
        notes.append(Message("One critical action was missed: {cap} at most", {"cap": script.scoring.critical_cap}))
    elif missed > 1:
        points = min(points, script.scoring.bands["M"] - 0.1)
        notes.append(Message("{count} critical actions were missed: band U", {"count": missed}))
    if penalty:
        points = max(0.0, points - penalty)
        notes.append(Message("The director had to help: {penalty} points less", {"penalty": penalty}))
    return points, tuple(notes)


def _penalty(script: DrillScript, objective: str, fired: set[str]) -> float:
    """A fired contingency costs the objectives it was meant to save; all, where it names none."""
    total = 0.0
    for inject in script.injects:
        saved = {expectation.objective for expectation in inject.expects}
        if inject.kind == "contingency" and inject.id in fired and (not saved or objective in saved):
            total += inject.penalty
    return total


def _verdict(
    script: DrillScript,
    found: tuple[Answer, ...],
    measured: tuple[OutcomeScore, ...],
    objectives: tuple[ObjectiveScore, ...],
) -> Score:
    weight = sum(answer.expectation.weight for answer in found)
    void = sum(answer.expectation.weight for answer in found if answer.void is not None)
    void_share = void / weight if weight else 0.0
    overall = _mean([(o.objective.weight, o.score) for o in objectives if o.score is not None])
    verdict = Score(marks(found, measured), overall, None, None, objectives, found, measured, void_share, ())
    if overall is None:
        return replace(verdict, reasons=(Message("Nothing could be scored"),))
    if void_share > MOST_VOID:
        share = round(100 * void_share)
        why = Message("Not rated: {share} % of the weight is void", {"share": share})
        return replace(verdict, overall=None, reasons=(why,))
    if (hung := _cut_share(script, objectives, measured)) > MOST_VOID:
        why = Message(
            "Not rated: {share} % of the score hangs on figures that the early end cut off",
            {"share": round(100 * hung)},
        )
        return replace(verdict, overall=None, reasons=(why,))
    band = band_of(overall, script.scoring.bands)
    if any(o.band == "U" for o in objectives) and BANDS.index(band) < BANDS.index("M"):
        band = "M"
    failures = _failures(script, overall, objectives)
    return replace(verdict, band=band, passed=not failures, reasons=failures)


def _cut_share(script: DrillScript, objectives: Sequence[ObjectiveScore], measured: Sequence[OutcomeScore]) -> float:
    """Share of the overall score that hung on outcomes which an early end cut off."""
    lost, total = 0.0, 0.0
    for one in objectives:
        mine = [e for e in measured if e.outcome.objective == one.objective.id and (e.cut or e.points is not None)]
        cut = sum(e.outcome.weight for e in mine if e.cut)
        if one.score is None and not cut:
            continue  # nothing was asked, or nothing of it counts
        present = {name for name in DIMENSIONS if getattr(one.marks, name) is not None} | (
            {"effectiveness"} if cut else set()
        )
        part = script.scoring.weights["effectiveness"] / sum(script.scoring.weights[name] for name in present)
        lost += one.objective.weight * part * cut / sum(e.outcome.weight for e in mine) if cut else 0.0
        total += one.objective.weight
    return lost / total if total else 0.0


def _failures(script: DrillScript, overall: float, objectives: Sequence[ObjectiveScore]) -> tuple[Message, ...]:
    """Which success criteria were not met; empty = passed."""
    asked, reasons = script.success_criteria, list[Message]()
    gaps: dict[str, Any]
    if asked.min_overall is not None and round(overall, 1) < asked.min_overall:
        gaps = {"overall": round(overall, 1), "wanted": asked.min_overall}
        reasons.append(Message("Overall {overall} is below the {wanted} asked for", gaps))
    for one in objectives:
        least = asked.no_objective_below
        if least is not None and one.score is not None and round(one.score, 1) < least:
            gaps = {"objective": one.objective.id, "score": round(one.score, 1), "wanted": least}
            reasons.append(Message("Objective {objective} at {score} is below the {wanted} asked for", gaps))
    missed = [name for one in objectives for name in one.missed_critical]
    if asked.no_critical_missed and missed:
        reasons.append(Message("Critical actions missed: {missed}", {"missed": ", ".join(missed)}))
    return tuple(reasons)
