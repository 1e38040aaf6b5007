"""What was planned, what happened, why, and what changes: the content of an after-action report.

Structured, not written: every sentence is a message, every finding names the
expectation or outcome it comes from, and every point leads back to its entry in
the journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from emergency.domain.drill.answer import Act, Delivery
from emergency.domain.drill.gaps import Gap, gaps
from emergency.domain.drill.record import message_record
from emergency.domain.drill.scoring import ObjectiveScore, Score
from emergency.domain.drill.script import DrillScript, SuccessCriteria, Text
from emergency.domain.drill.words import DIMENSIONS, duration
from emergency.texts import N_, Message

TOP_GAPS = 3
BAND_NAMES = {
    "P": N_("performed without challenges"),
    "S": N_("performed with some challenges"),
    "M": N_("performed with major challenges"),
    "U": N_("unable to be performed"),
}
# What kind of change a gap calls for (planning, organisation, equipment, training, exercise).
ELEMENTS = ("planning", "organisation", "equipment", "training", "exercise")


@dataclass(frozen=True)
class Moment:
    """One line of the timeline: an inject that came or an act that was done."""

    at_s: int
    kind: str  # inject | act
    id: str  # inject id, or the action
    role: str
    text: Text | None = None
    entry: int | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImprovementDraft:
    """The beginning of an improvement item; a person completes it with owner, due date and root cause."""

    objective: str
    source: str
    issue: Message
    element: str
    target_metric: str
    target_value: float
    owner_role: str


@dataclass(frozen=True)
class Overview:
    """What was rehearsed, when and by whom; ``roles``: role of the playbook -> its title."""

    type: str
    scenario: Text
    playbook: str
    start: datetime
    duration_s: int
    announced: bool
    players: Mapping[str, str]
    controllers: tuple[str, ...]
    evaluators: Mapping[str, tuple[str, ...]]
    criteria: SuccessCriteria
    roles: Mapping[str, Text]

    def to_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "scenario": dict(self.scenario),
            "playbook": self.playbook,
            "start": self.start.isoformat(),
            "duration_s": self.duration_s,
            "announced": self.announced,
            "players": dict(self.players),
            "controllers": list(self.controllers),
            "evaluators": {one: list(objectives) for one, objectives in self.evaluators.items()},
            "criteria": asdict(self.criteria),
            "roles": {role: dict(title) for role, title in self.roles.items()},
        }


def overview(script: DrillScript, roles: Mapping[str, Text]) -> Overview:
    return Overview(
        type=script.type,
        scenario=script.scenario,
        playbook=script.playbook,
        start=script.clock.start,
        duration_s=script.clock.duration_s,
        announced=script.announced,
        players=script.players,
        controllers=script.staff.controllers,
        evaluators={one.id: one.objectives for one in script.staff.evaluators},
        criteria=script.success_criteria,
        roles=roles,
    )


@dataclass(frozen=True)
class Review:
    """The whole report as values.

    bars: dimension -> points or None (n/a).
    strengths: answers in time and right. gaps: largest loss first, all of them; the page shows `top_gaps`.
    """

    title: Text
    verdict: Message
    rating: Message
    bars: Mapping[str, float | None]
    objectives: tuple[ObjectiveScore, ...]
    timeline: tuple[Moment, ...]
    strengths: tuple[Message, ...]
    gaps: tuple[Gap, ...]
    drafts: tuple[ImprovementDraft, ...]
    voids: tuple[Message, ...]
    hotwash: tuple[Text, ...]
    overview: Overview

    @property
    def top_gaps(self) -> tuple[Gap, ...]:
        return self.gaps[:TOP_GAPS]

    def to_json(self) -> dict[str, Any]:
        return {
            "title": dict(self.title),
            "overview": self.overview.to_json(),
            "verdict": message_record(self.verdict),
            "rating": message_record(self.rating),
            "bars": dict(self.bars),
            "objectives": [
                {"id": one.objective.id, "text": dict(one.objective.text), "band": one.band} for one in self.objectives
            ],
            "timeline": [_moment_record(moment) for moment in self.timeline],
            "strengths": [message_record(strength) for strength in self.strengths],
            "gaps": [_gap_record(gap) for gap in self.gaps],
            "drafts": [_draft_record(draft) for draft in self.drafts],
            "voids": [message_record(void) for void in self.voids],
            "hotwash": [dict(question) for question in self.hotwash],
        }


def timeline(
    script: DrillScript, acts: Sequence[Act], deliveries: Sequence[Delivery], score: Score | None = None
) -> tuple[Moment, ...]:
    """Injects and acts in order of time; at the same second the inject comes first."""
    by_id = {inject.id: inject for inject in script.injects}
    moments = [
        Moment(d.at_s, "inject", d.inject, by_id[d.inject].to, by_id[d.inject].body, d.entry)
        for d in deliveries
        if d.inject in by_id
    ]
    for act in acts:
        answered = [a.expectation.id for a in (score.answers if score else ()) if a.act is act]
        moments.append(Moment(act.at_s, "act", act.action, act.role, None, act.entry, tuple(answered)))
    return tuple(sorted(moments, key=lambda moment: (moment.at_s, moment.kind != "inject")))


def after_action(
    script: DrillScript, score: Score, moments: Sequence[Moment], roles: Mapping[str, Text] | None = None
) -> Review:
    """The content of the report on one run; ``roles``: role of the playbook -> its title."""
    found = gaps(script, score)
    return Review(
        title=script.title,
        verdict=_verdict(score),
        rating=Message(BAND_NAMES[score.band]) if score.band else Message("not rated"),
        bars={name: _one(getattr(score.marks, name)) for name in DIMENSIONS},
        objectives=score.objectives,
        timeline=tuple(moments),
        strengths=_strengths(score),
        gaps=found,
        drafts=tuple(_draft(script, score, gap) for gap in found[:TOP_GAPS]),
        voids=_voids(score),
        hotwash=script.hotwash,
        overview=overview(script, roles or {}),
    )


def _verdict(score: Score) -> Message:
    if score.overall is None:
        return score.reasons[0] if score.reasons else Message("not rated")
    gaps = {"overall": _one(score.overall), "band": score.band}
    if score.passed:
        return Message("Passed: {overall} of 100, band {band}", gaps)
    return Message("Not passed: {overall} of 100, band {band}", gaps)


def _strengths(score: Score) -> tuple[Message, ...]:
    """What was done in time and, where that was rated, right."""
    return tuple(
        Message(
            "{expectation}: {role} took {taken} of {limit} ({action})",
            {
                "expectation": a.expectation.id,
                "role": a.expectation.role,
                "action": a.expectation.action,
                "taken": duration(a.taken_s or 0),
                "limit": duration(a.expectation.within_s),
            },
        )
        for a in score.answers
        if a.void is None and a.performed and a.timeliness == 100 and a.accuracy in (None, 100.0)
    )


def _draft(script: DrillScript, score: Score, gap: Gap) -> ImprovementDraft:
    """A late act is first a matter of training, a wrong one of the plan, a poor outcome of staffing."""
    element = {"timeliness": "training", "accuracy": "planning", "effectiveness": "organisation"}[gap.dimension]
    # An outcome has no role of its own: who had the heaviest act of its objective can move it most.
    asked = [a.expectation for a in score.answers if a.expectation.objective == gap.objective]
    owner = gap.role or (max(asked, key=lambda one: one.weight).role if asked else "")
    return ImprovementDraft(
        objective=gap.objective,
        source=gap.source,
        issue=gap.text,
        element=element,
        target_metric=f"drill.{script.id}.{gap.source}.{gap.dimension}",
        target_value=100.0 if gap.dimension != "effectiveness" else float(script.scoring.bands["S"]),
        owner_role=owner,
    )


def _voids(score: Score) -> tuple[Message, ...]:
    named = [(a.expectation.id, a.void) for a in score.answers] + [(e.outcome.id, e.void) for e in score.measured]
    return tuple(Message("{id}: {why}", {"id": id, "why": why}) for id, why in named if why is not None)


def _one(points: float | None) -> float | None:
    return None if points is None else round(points, 1)


def _moment_record(moment: Moment) -> dict[str, Any]:
    return {
        "at_s": moment.at_s,
        "kind": moment.kind,
        "id": moment.id,
        "role": moment.role,
        "text": None if moment.text is None else dict(moment.text),
        "entry": moment.entry,
        "answers": list(moment.answers),
    }


def _gap_record(gap: Gap) -> dict[str, Any]:
    return {
        "source": gap.source,
        "objective": gap.objective,
        "dimension": gap.dimension,
        "role": gap.role,
        "lost": round(gap.lost, 1),
        "text": message_record(gap.text),
    }


def _draft_record(draft: ImprovementDraft) -> dict[str, Any]:
    return {
        "objective": draft.objective,
        "source": draft.source,
        "issue": message_record(draft.issue),
        "element": draft.element,
        "target_metric": draft.target_metric,
        "target_value": draft.target_value,
        "owner_role": draft.owner_role,
    }
