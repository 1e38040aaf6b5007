"""What became of each expectation: which act answered it, when, and how well.

Scoring starts here, from the journal alone: the acts people did and the
injects that reached them, both in seconds of drill time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emergency.domain.drill import accuracy
from emergency.domain.drill.accuracy import Rating
from emergency.domain.drill.script import AccuracySpec, Decay, DrillScript, Expectation, Inject
from emergency.domain.level.chain import DEPUTY
from emergency.texts import Message

Leaps = Sequence[tuple[int, int]]
NO_BODY: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Act:
    """One act from the journal. ``entry`` is its number there, the way from a point to its proof."""

    at_s: int
    role: str
    actor: str
    action: str
    body: Mapping[str, Any] = field(default_factory=dict)
    entry: int | None = None


@dataclass(frozen=True)
class Delivery:
    """An inject that reached its player at ``at_s``.

    fault: why it must not be scored, for example a fault of the simulator; None = as it should be.
    entry: its number in the journal.
    """

    inject: str
    at_s: int
    fault: Message | None = None
    entry: int | None = None


@dataclass(frozen=True)
class Truth:
    """What only the simulation knows.

    level_at: the level the frozen rules gave at a second of drill time, from noise-free
        facts; None = no level.
    hidden: per expectation the right value of each field a report must carry.
    ratings: per expectation what each evaluator rated (evaluator -> P, S, M or U).
    leaps: (from, to) in seconds of drill time that went by without anybody able to act: the director moved the clock
        on, or the server was away. They count for nobody.
    """

    level_at: Callable[[int], int | None] = lambda _: None
    hidden: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ratings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    leaps: Leaps = ()


@dataclass(frozen=True)
class Answer:
    """One expectation, answered or not.

    delivered_s: when its inject came, None where it never did. act: the act counted as answer.
    taken_s: seconds from delivery to the act, 0 for an act allowed early.
    timeliness: 0 to 100. accuracy: the same, None = not rated or nothing to rate.
    void: why it counts neither for nor against; None = it counts.
    shared_with: other expectations answered by the same act.
    """

    inject: Inject
    expectation: Expectation
    delivered_s: int | None = None
    act: Act | None = None
    taken_s: int | None = None
    timeliness: float = 0.0
    rating: Rating | None = None
    void: Message | None = None
    shared_with: tuple[str, ...] = ()

    @property
    def performed(self) -> bool:
        return self.act is not None

    @property
    def accuracy(self) -> float | None:
        return None if self.rating is None else self.rating.points

    @property
    def failed(self) -> bool:
        """Nothing was done, or it was worth nothing: beyond all credit, or plainly wrong."""
        return not self.performed or self.timeliness == 0 or self.accuracy == 0

    @property
    def legal_breach(self) -> bool:
        """A hard limit was missed, or something was done that is never allowed."""
        late = self.expectation.decay == "hard" and self.timeliness == 0
        return late or bool(self.rating and self.rating.breach)


def leapt(leaps: Leaps, from_s: int, until_s: int) -> int:
    """Seconds between two moments in which nobody could act."""
    return sum(max(0, min(end, until_s) - max(begin, from_s)) for begin, end in leaps)


def due_s(expectation: Expectation, delivered_s: int, leaps: Leaps) -> int:
    """The second by which an act is in time."""
    due = delivered_s + expectation.within_s
    for begin, end in sorted(leaps):
        if begin < due and end > delivered_s:
            due += end - max(begin, delivered_s)
    return due


def timeliness(taken_s: int, limit_s: int, decay: Decay) -> float:
    """Credit for the time taken: 100 within the limit, less after it (formats §5.1).

    linear: falls to 0 at ``zero_at`` times the limit. hard: 0 after it.
    half_life: halves with every half limit after it.
    """
    if taken_s <= limit_s:
        return 100.0
    if decay.type == "hard":
        return 0.0
    if decay.type == "half_life":
        return float(100.0 * 2 ** (-(taken_s - limit_s) / (0.5 * limit_s)))
    z = decay.zero_at
    return float(max(0.0, 100.0 * (z * limit_s - taken_s) / ((z - 1) * limit_s)))


def answers(
    script: DrillScript,
    acts: Sequence[Act],
    deliveries: Sequence[Delivery],
    end_s: int,
    truth: Truth,
) -> tuple[Answer, ...]:
    """One answer per expectation that was called for, in the order of the script.

    An inject with a condition that never came true calls for nothing and leaves
    no answer; one with a time that was never delivered leaves a void one.
    """
    arrived = {delivery.inject: delivery for delivery in reversed(deliveries)}  # the first counts
    ordered = sorted((act for act in acts if act.at_s <= end_s), key=lambda act: act.at_s)
    found = [
        _answer(script, inject, expectation, arrived.get(inject.id), ordered, end_s, truth)
        for inject, expectation in script.expectations()
        if inject.id in arrived or inject.when is None
    ]
    return tuple(_with_sharing(found))


def matches(expectation: Expectation, act: Act) -> bool:
    """The same action by the role that was asked, or its deputy, and every field asked for equal as text.

    An authority acts in the seat of the role whose task it is; the journal names that seat.
    """
    if act.role.removesuffix(DEPUTY) != expectation.role:
        return False
    return act.action == expectation.action and all(
        name in act.body and _text(act.body[name]) == _text(value)
        for name, value in expectation.match.items()
    )


def _text(value: Any) -> str:
    """A value as a form would hold it: yes/no in lower case, whole numbers without a fraction."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _answer(
    script: DrillScript,
    inject: Inject,
    expectation: Expectation,
    delivery: Delivery | None,
    acts: Sequence[Act],
    end_s: int,
    truth: Truth,
) -> Answer:
    if delivery is None:
        void = Message("The inject was not delivered")
        return Answer(inject, expectation, void=void)
    blank = Answer(inject, expectation, delivered_s=delivery.at_s, void=delivery.fault)
    act = _first_match(expectation, acts, delivery.at_s)
    if act is None:
        return replace(blank, void=blank.void or _cut_short(script, expectation, delivery, end_s, truth.leaps))
    taken_s = max(0, act.at_s - delivery.at_s - leapt(truth.leaps, delivery.at_s, act.at_s))
    decay = replace(script.scoring.decay, type=expectation.decay or script.scoring.decay.type)
    return replace(
        blank,
        act=act,
        taken_s=taken_s,
        timeliness=timeliness(taken_s, expectation.within_s, decay),
        rating=rate(expectation, act, truth),
    )


def _first_match(expectation: Expectation, acts: Sequence[Act], delivered_s: int) -> Act | None:
    fitting = [act for act in acts if matches(expectation, act)]
    if expectation.allow_early:
        early = [act for act in fitting if act.at_s <= delivered_s]
        if early:
            return early[-1]  # what stood when the inject came
    return next((act for act in fitting if act.at_s >= delivered_s), None)


def _cut_short(
    script: DrillScript, expectation: Expectation, delivery: Delivery, end_s: int, leaps: Leaps
) -> Message | None:
    """No act, but no full time for one either: a late delivery, an early end or a clock moved on voids it."""
    had_s = end_s - delivery.at_s
    if had_s - leapt(leaps, delivery.at_s, end_s) >= expectation.within_s:
        return None
    if had_s >= expectation.within_s:
        gaps = {"minutes": leapt(leaps, delivery.at_s, end_s) // 60}
        return Message("The clock was moved on by {minutes} min while its time ran, and too little was left", gaps)
    if end_s < script.clock.duration_s:
        return Message("The drill was ended before the time limit was over")
    return Message("The inject was delivered so late that its time limit lay beyond the end")


def rate(expectation: Expectation, act: Act, truth: Truth) -> Rating | None:
    """How right the act was; None where the script scores time only."""
    spec = expectation.accuracy
    if spec is None:
        return None
    if spec.type == "ordinal_level":
        right = truth.level_at(act.at_s) if spec.truth == "rules" else int(spec.truth)
        return accuracy.ordinal_level(act.body.get("level"), right)
    # What people write is not ticked off against the list by any room: evaluators read it.
    unticked = spec.type == "checklist" and "covers" not in act.body
    if spec.type == "evaluator" or unticked:
        return accuracy.evaluators(truth.ratings.get(expectation.id, {}))
    if spec.type == "fields":
        given = act.body.get("fields")
        filled = given if isinstance(given, Mapping) else act.body
        return accuracy.fields(filled, spec.required, truth.hidden.get(expectation.id, {}))
    return _rate_by_body(spec, act.body)


def _rate_by_body(spec: AccuracySpec, body: Mapping[str, Any]) -> Rating:
    if spec.type == "set_f1":
        return accuracy.set_f1(_several(body.get(spec.field)), _several(spec.truth))
    if spec.type == "numeric":
        return accuracy.numeric(body.get(spec.field), float(spec.truth), spec.tolerance)
    if spec.type == "constraints":
        return accuracy.constraints(body, spec.rules)
    return accuracy.checklist(_several(body.get("covers")), spec.must, spec.must_not)


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _with_sharing(found: Sequence[Answer]) -> list[Answer]:
    """One act may answer several expectations; each then names the others."""
    by_act: dict[int, list[str]] = defaultdict(list)
    for answer in found:
        if answer.act is not None:
            by_act[id(answer.act)].append(answer.expectation.id)
    return [
        replace(answer, shared_with=tuple(x for x in by_act[id(answer.act)] if x != answer.expectation.id))
        if answer.act is not None
        else answer
        for answer in found
    ]
