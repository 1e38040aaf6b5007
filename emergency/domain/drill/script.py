"""A drill as it is written: clock, objectives, claims to come, injects, scoring.

These are the contents of a ``*.drill.yaml`` field by field; nothing here runs.
Offsets and spans are whole seconds of drill time with ``_s`` in the name, zero
being STARTEX. A ``Text`` is a bilingual pair ``{"zh": …, "en": …}`` of which one
may be missing. Amounts are in whole units of their currency, not minor units,
because that is how a script's author writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emergency.domain.claim import LINES
from emergency.domain.level.condition import Condition

Text = Mapping[str, str]

DRILL_TYPES = ("tabletop", "functional", "full_scale")
INJECT_KINDS = ("contextual", "expected_action", "contingency")
INJECT_CHANNELS = ("phone", "sms", "email", "system", "cap", "radio", "in_person", "app", "press")
PLAYERS = ("team", "simulated")
ARRIVAL_MODELS = ("gamma", "constant", "schedule")
AMOUNT_DISTRIBUTIONS = ("lognormal", "fixed")
ACCURACY_TYPES = ("ordinal_level", "set_f1", "numeric", "fields", "constraints", "checklist", "evaluator")
DECAYS = ("linear", "hard", "half_life")
DIMENSIONS = ("timeliness", "accuracy", "effectiveness")
BANDS = ("P", "S", "M")
EFFECTS = ("set", "mark", "block", "resource", "stream")
MARKS = ("impact", "stand_down")
# What people of the roster can be; any other kind of resource lies in a depot.
SKILLS = (*LINES, "fnol_agent", "it_engineer", "counsellor", "expert")


def _one_of(what: str, found: str, allowed: tuple[str, ...]) -> None:
    if found not in allowed:
        raise ValueError(f"{what} {found!r} is not one of {', '.join(allowed)}")


@dataclass(frozen=True)
class Clock:
    """start: aware instant of STARTEX; speed: drill seconds per wall second; seed: of every stream."""

    start: datetime
    duration_s: int
    speed: float
    seed: int

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None:
            raise ValueError(f"clock start {self.start} has no time zone; give one, for example +08:00")
        if self.duration_s <= 0 or self.speed <= 0:
            raise ValueError("a drill lasts longer than 0 seconds and runs faster than 0")


@dataclass(frozen=True)
class Objective:
    """weight: share of the overall score in percent; all objectives together make 100."""

    id: str
    capability: str
    text: Text
    weight: float


@dataclass(frozen=True)
class Evaluator:
    id: str
    objectives: tuple[str, ...]


@dataclass(frozen=True)
class Staff:
    """Who runs the drill and who watches it."""

    controllers: tuple[str, ...]
    evaluators: tuple[Evaluator, ...]


@dataclass(frozen=True)
class OfflineResource:
    """Stock or people that cannot be called at STARTEX."""

    kind: str
    region: str
    count: int


@dataclass(frozen=True)
class InitialState:
    """inventory: the roster and stock the drill starts from, a folder under data/pool; "" = today's own.

    facts: metrics known at STARTEX.
    """

    inventory: str = ""
    offline: tuple[OfflineResource, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SchedulePoint:
    at_s: int
    count: int


@dataclass(frozen=True)
class Arrivals:
    """When claims come in, by model; fields of the other models stay at their defaults.

    gamma: `total` claims from `start_s`, most at `peak_at_s`, with shape `shape` (> 1).
    constant: `per_hour` from `start_s` to `end_s` (None = ENDEX).
    schedule: `points`, each a number of claims at an offset.
    """

    model: str
    start_s: int = 0
    total: int = 0
    peak_at_s: int = 0
    shape: float = 0.0
    per_hour: float = 0.0
    end_s: int | None = None
    points: tuple[SchedulePoint, ...] = ()

    def __post_init__(self) -> None:
        _one_of("arrival model", self.model, ARRIVAL_MODELS)
        if self.model == "gamma" and not (self.peak_at_s > self.start_s and self.shape > 1):
            raise ValueError("gamma arrivals need a shape above 1 and a peak after their start")
        if self.model == "schedule" and not self.points:
            raise ValueError("scheduled arrivals need at least one point")


@dataclass(frozen=True)
class Amount:
    """How large claims are: lognormal by median and sigma, or one fixed value; whole currency units."""

    dist: str
    currency: str
    median: float = 0.0
    sigma: float = 0.0
    value: float = 0.0

    def __post_init__(self) -> None:
        _one_of("amount distribution", self.dist, AMOUNT_DISTRIBUTIONS)


@dataclass(frozen=True)
class ClaimStream:
    """Claims of one line of business.

    lob: a line of business, or ``all``.
    regions: region code -> share of the claims; the shares make 1.
    noise: kind of defect (duplicate, bad_geocode, missing_policy …) -> share of claims that have it.
    """

    id: str
    lob: str
    regions: Mapping[str, float]
    arrivals: Arrivals
    amount: Amount
    noise: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ResourceChange:
    """People or goods that an inject brings (count above 0) or takes away (below 0).

    kind: a skill, or a kind of goods. region: of the base or the depot.
    """

    kind: str
    region: str
    count: int

    def __post_init__(self) -> None:
        if not self.count:
            raise ValueError(f"a change of {self.kind} by 0 is none")

    @property
    def of_people(self) -> bool:
        return self.kind in SKILLS


@dataclass(frozen=True)
class Effect:
    """What an inject does to the world; `kind` says which fields count.

    set: fact `metric` becomes `value`. mark: the moment `name` (impact, stand_down) is now.
    block: road `edge` ("441700-440800") is closed until offset `until_s`.
    stream: `claims` begin to come, their times counted from the delivery; `changes` as written.
    resource: people or goods come or go, at once; `resource` says which.
    """

    kind: str
    metric: str = ""
    value: Any = None
    name: str = ""
    edge: str = ""
    until_s: int = 0
    changes: Mapping[str, Any] = field(default_factory=dict)
    claims: ClaimStream | None = None
    resource: ResourceChange | None = None

    def __post_init__(self) -> None:
        _one_of("effect", self.kind, EFFECTS)


@dataclass(frozen=True)
class AccuracySpec:
    """How right an action was, by type; fields of the other types stay at their defaults.

    ordinal_level: `truth` 1, 2, 3 or "rules" (what the level rules give at that minute).
    set_f1: `field` of the action against the tuple `truth`.
    numeric: `field` against the number `truth`, relative `tolerance`.
    fields: names in `required`. constraints: names in `rules`.
    checklist: `must` and `must_not`. evaluator: a person rates P, S, M or U.
    """

    type: str
    truth: Any = None
    field: str = ""
    tolerance: float = 0.0
    required: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _one_of("accuracy type", self.type, ACCURACY_TYPES)


@dataclass(frozen=True)
class Expectation:
    """What should be done, by whom, within how long of the inject.

    match: fields the action must carry. decay: how credit falls after the limit,
    None = as the drill's scoring says. accuracy: None where only time is scored.
    """

    id: str
    role: str
    action: str
    objective: str
    within_s: int
    weight: float
    match: Mapping[str, Any] = field(default_factory=dict)
    decay: str | None = None
    critical: bool = False
    allow_early: bool = False
    accuracy: AccuracySpec | None = None

    def __post_init__(self) -> None:
        if self.within_s <= 0 or self.weight <= 0:
            raise ValueError(f"expectation {self.id}: time limit and weight must be above 0")
        if self.decay is not None:
            _one_of(f"expectation {self.id}: decay", self.decay, DECAYS)


@dataclass(frozen=True)
class Inject:
    """One scripted message or event: at an offset, or when a condition becomes true."""

    id: str
    kind: str
    sender: str  # "from" in the file
    to: str
    channel: str
    body: Text
    at_s: int | None = None
    when: Condition | None = None
    attachments: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    expects: tuple[Expectation, ...] = ()
    penalty: float = 0.0  # points taken from each objective when a contingency fires
    notes: str = ""

    def __post_init__(self) -> None:
        _one_of(f"inject {self.id}: kind", self.kind, INJECT_KINDS)
        _one_of(f"inject {self.id}: channel", self.channel, INJECT_CHANNELS)
        if (self.at_s is None) == (self.when is None):
            raise ValueError(f"inject {self.id} needs either a time (at) or a condition (when), not both")


@dataclass(frozen=True)
class Outcome:
    """An effectiveness figure read from the world at ENDEX.

    target: a number, or "oracle" (the allocator with hindsight).
    floor: a number, or "baseline" (same seed, nobody acts).
    better: higher or lower.
    """

    id: str
    metric: str
    objective: str
    target: float | str
    floor: float | str
    better: str
    weight: float

    def __post_init__(self) -> None:
        _one_of(f"outcome {self.id}: better", self.better, ("higher", "lower"))
        for name, word in (("target", "oracle"), ("floor", "baseline")):
            found = getattr(self, name)
            if isinstance(found, str) and found != word:
                raise ValueError(f"outcome {self.id}: {name} {found!r} is neither a number nor {word!r}")


@dataclass(frozen=True)
class Decay:
    """How credit falls after a limit; zero_at: the multiple of the limit at which linear credit is gone."""

    type: str = "linear"
    zero_at: float = 2.0

    def __post_init__(self) -> None:
        _one_of("decay", self.type, DECAYS)
        if self.zero_at <= 1:
            raise ValueError(f"decay zero_at {self.zero_at} must lie above 1 (1 is the limit itself)")


@dataclass(frozen=True)
class Scoring:
    """weights: dimension -> share, together 1; bands: P, S, M -> lowest score; critical_cap: best score
    of an objective with a critical action missed."""

    weights: Mapping[str, float]
    bands: Mapping[str, float]
    critical_cap: float
    decay: Decay = Decay()

    def __post_init__(self) -> None:
        if set(self.weights) != set(DIMENSIONS) or abs(sum(self.weights.values()) - 1) > 1e-9:
            raise ValueError(f"scoring weights must name {', '.join(DIMENSIONS)} and add up to 1")
        if set(self.bands) != set(BANDS):
            raise ValueError(f"scoring bands must name {', '.join(BANDS)}")


@dataclass(frozen=True)
class SuccessCriteria:
    """None = no such demand."""

    min_overall: float | None = None
    no_objective_below: float | None = None
    no_critical_missed: bool = False


@dataclass(frozen=True)
class DrillScript:
    """A whole drill file.

    playbook: reference such as ``typhoon-guangdong@^1.2``. players: role -> team or simulated.
    sha256: of the file's bytes, "" where it was not read from a file.
    """

    id: str
    version: str
    title: Text
    playbook: str
    type: str
    clock: Clock
    scenario: Text
    objectives: tuple[Objective, ...]
    players: Mapping[str, str]
    staff: Staff
    injects: tuple[Inject, ...]
    scoring: Scoring
    success_criteria: SuccessCriteria = SuccessCriteria()
    announced: bool = True
    initial_state: InitialState = InitialState()
    claim_streams: tuple[ClaimStream, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    hotwash: tuple[Text, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        _one_of("drill type", self.type, DRILL_TYPES)
        for role, player in self.players.items():
            _one_of(f"player {role}", player, PLAYERS)

    def expectations(self) -> tuple[tuple[Inject, Expectation], ...]:
        """Every expected action with the inject it answers, in the order written."""
        return tuple((inject, expectation) for inject in self.injects for expectation in inject.expects)
