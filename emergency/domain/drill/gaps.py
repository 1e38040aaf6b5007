"""What cost points in a drill, and how many: the findings an after-action report begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.drill.answer import Answer
from emergency.domain.drill.measures import in_unit
from emergency.domain.drill.scoring import ObjectiveScore, OutcomeScore, Score
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.words import DIMENSIONS, duration
from emergency.texts import Message


@dataclass(frozen=True)
class Gap:
    """Something that cost points. lost: points of the overall score; source: its id in the script."""

    source: str
    objective: str
    lost: float
    text: Message
    dimension: str
    role: str = ""


def gaps(script: DrillScript, score: Score) -> tuple[Gap, ...]:
    """What cost points, largest loss first.

    A loss is in points of the overall score: the share an expectation or outcome
    has in its dimension, that dimension in its objective, the objective in the
    whole. Caps, penalties and what low coverage takes from accuracy come on top
    and are told with the objective.
    """
    found: list[Gap] = []
    for one in score.objectives:
        if one.uncapped is None:
            continue
        shares = _shares(script, score, one)
        mine = [a for a in score.answers if a.void is None and a.expectation.objective == one.objective.id]
        for answer in mine:
            found.extend(_gaps_of_answer(answer, mine, shares))
        effects = [e for e in score.measured if e.points is not None and e.outcome.objective == one.objective.id]
        found.extend(_gaps_of_outcomes(effects, shares["effectiveness"]))
    # Ties keep the order of the script, so the same run always gives the same report.
    return tuple(sorted((gap for gap in found if gap.lost > 1e-9), key=lambda gap: -gap.lost))


def _shares(script: DrillScript, score: Score, one: ObjectiveScore) -> dict[str, float]:
    """Share of each dimension of an objective in the overall score, in points."""
    weights = script.scoring.weights
    present = [name for name in DIMENSIONS if getattr(one.marks, name) is not None]
    total = sum(weights[name] for name in present)
    rated = sum(o.objective.weight for o in score.objectives if o.score is not None)
    part = one.objective.weight / rated if rated else 0.0
    return {name: 100 * part * weights[name] / total if name in present and total else 0.0 for name in DIMENSIONS}


def _gaps_of_answer(answer: Answer, mine: Sequence[Answer], shares: Mapping[str, float]) -> list[Gap]:
    asked = answer.expectation
    weight = asked.weight / sum(a.expectation.weight for a in mine)
    rated = sum(
        a.expectation.weight for a in mine if a.expectation.accuracy and (a.accuracy is not None or not a.performed)
    )
    late = shares["timeliness"] * weight * (100 - answer.timeliness) / 100
    wrong = 0.0
    if asked.accuracy and (answer.accuracy is not None or not answer.performed):
        wrong = shares["accuracy"] * asked.weight / rated * (100 - (answer.accuracy or 0.0)) / 100
    gap = {"source": asked.id, "objective": asked.objective, "role": asked.role}
    words: dict[str, Any] = {"expectation": asked.id, "role": asked.role, "action": asked.action}
    if not answer.performed:
        text = Message("{expectation}: {role} did not do it ({action})", words)
        return [Gap(lost=late + wrong, text=text, dimension="timeliness", **gap)]
    found = []
    if late > 0 and answer.taken_s is not None:
        words |= {"taken": duration(answer.taken_s), "limit": duration(asked.within_s)}
        text = Message("{expectation}: {role} took {taken}, the limit was {limit} ({action})", words)
        found.append(Gap(lost=late, text=text, dimension="timeliness", **gap))
    if wrong > 0 and answer.rating is not None:
        text = Message("{expectation}: {role}, {action}: {note}", {**words, "note": answer.rating.note})
        found.append(Gap(lost=wrong, text=text, dimension="accuracy", **gap))
    return found


def _gaps_of_outcomes(effects: Sequence[OutcomeScore], share: float) -> list[Gap]:
    total = sum(effect.outcome.weight for effect in effects)
    found = []
    for effect in effects:
        lost = share * effect.outcome.weight / total * (100 - (effect.points or 0.0)) / 100
        words = {
            "outcome": effect.outcome.id,
            "metric": effect.outcome.metric,
            "value": in_unit(effect.outcome.metric, effect.value.played),
            "target": in_unit(effect.outcome.metric, effect.target),
        }
        text = Message("{outcome}: {metric} reached {value}; the target was {target}", words)
        found.append(Gap(effect.outcome.id, effect.outcome.objective, lost, text, "effectiveness"))
    return found
