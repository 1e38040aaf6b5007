"""One step of a drill: given the script, where it stands and the time, what is due.

The state is small – which injects came when, what people changed – and
everything else follows from it and the script. A server that dies between two
steps goes on from the stored state: no inject comes twice and none is lost.

All times are whole seconds of drill time, zero being STARTEX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emergency.domain.drill.facts import Change, facts
from emergency.domain.drill.script import ClaimStream, DrillScript, Effect, Inject
from emergency.domain.level.condition import Condition, Facts

BEFORE = -1  # the second before STARTEX, so that what is due at 0 is still to come
ELAPSED = "sim.elapsed"
SPAN = re.compile(r"(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


@dataclass(frozen=True)
class DrillState:
    """Where a drill stands.

    at_s: the second it has been played up to, that second included.
    fired: inject -> second it was delivered, in order of delivery.
    changes: facts changed by what people did, beside those the injects set.
    held: injects the director keeps back; skipped: those that will never come.
    """

    at_s: int = BEFORE
    fired: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    held: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        return {
            "at_s": self.at_s,
            # As pairs: the order of delivery must survive stores that sort keys.
            "fired": [[inject, at_s] for inject, at_s in self.fired.items()],
            "changes": [[change.at_s, change.metric, change.value] for change in self.changes],
            "held": sorted(self.held),
            "skipped": sorted(self.skipped),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> DrillState:
        return cls(
            at_s=int(row["at_s"]),
            fired={inject: int(at_s) for inject, at_s in row["fired"]},
            changes=tuple(Change(int(at_s), metric, value) for at_s, metric, value in row["changes"]),
            held=frozenset(row["held"]),
            skipped=frozenset(row["skipped"]),
        )


@dataclass(frozen=True)
class Due:
    """What happens in one step.

    injects: to be delivered now, in order. claims: those arriving after ``claims_after_s`` and up to
    ``now_s``. marks: moments that are now (impact, stand_down). blocked: roads closed now, with the
    second they open. lifted: roads that opened in this step. resources: changes to people and stock as
    written. state: to be stored with all of this. over: ENDEX has come.
    """

    now_s: int
    injects: tuple[Inject, ...]
    claims_after_s: int
    marks: tuple[str, ...]
    blocked: Mapping[str, int]
    lifted: tuple[str, ...]
    resources: tuple[Mapping[str, Any], ...]
    streams: tuple[Mapping[str, Any], ...]
    state: DrillState
    over: bool


def due(script: DrillScript, state: DrillState, now_s: int, seen: Facts | None = None) -> Due:
    """Everything that is due after the last step and up to now.

    seen: facts the script cannot know: claims so far, what is committed
        (`facts.of_claims`); conditions of injects may ask for them.

    Raises:
        ValueError: the time lies before the last step.
    """
    if now_s < state.at_s:
        raise ValueError(f"the drill has been played up to {state.at_s} s; it cannot step back to {now_s} s")
    now_s = min(now_s, script.clock.duration_s)
    after = replace(state, at_s=now_s)
    delivered: list[Inject] = []
    while found := _next_inject(script, after, seen or {}):
        delivered.append(found)
        after = replace(after, fired={**after.fired, found.id: now_s})
    effects = [effect for inject in delivered for effect in inject.effects]
    roads = blocked(script, after, now_s)
    return Due(
        now_s=now_s,
        injects=tuple(delivered),
        claims_after_s=state.at_s,
        marks=tuple(effect.name for effect in effects if effect.kind == "mark"),
        blocked=roads,
        lifted=tuple(road for road in blocked(script, state, state.at_s) if road not in roads),
        resources=tuple(effect.changes for effect in effects if effect.kind == "resource"),
        streams=tuple(effect.changes for effect in effects if effect.kind == "stream"),
        state=after,
        over=now_s >= script.clock.duration_s,
    )


def next_s(script: DrillScript, state: DrillState) -> int | None:
    """The next second at which the script itself asks to be looked at; None after ENDEX.

    That is a timed inject, a moment a condition names, a road that opens, or the
    end. Conditions on claims or acts can come true in between: step at least
    once a minute as well.
    """
    end_s = script.clock.duration_s
    if state.at_s >= end_s:
        return None
    open_injects = [inject for inject in script.injects if _may_fire(inject, state)]
    moments = {inject.at_s for inject in open_injects if inject.at_s is not None}
    moments |= {
        leaf.value
        for inject in open_injects
        if inject.when
        for leaf in _in_seconds(inject.when).comparisons()
        if leaf.metric == ELAPSED and isinstance(leaf.value, int)
    }
    moments |= set(blocked(script, state, state.at_s).values())
    return min((moment for moment in moments if state.at_s < moment < end_s), default=end_s)


def fire(script: DrillScript, state: DrillState, inject: str, now_s: int) -> DrillState:
    """The director sends an inject now, whatever its time or condition.

    Raises:
        ValueError: there is no such inject, or it was sent already.
    """
    _known(script, inject)
    if inject in state.fired:
        raise ValueError(f"inject {inject} was sent at {state.fired[inject]} s; send it again with resend")
    return replace(
        state,
        fired={**state.fired, inject: now_s},
        held=state.held - {inject},
        skipped=state.skipped - {inject},
    )


def hold(script: DrillScript, state: DrillState, inject: str) -> DrillState:
    """Keep an inject back until it is released or fired."""
    _known(script, inject)
    return replace(state, held=state.held | {inject})


def release(script: DrillScript, state: DrillState, inject: str) -> DrillState:
    """Let a held inject go: it comes with the next step if its time has come."""
    _known(script, inject)
    return replace(state, held=state.held - {inject})


def skip(script: DrillScript, state: DrillState, inject: str) -> DrillState:
    """Strike an inject out; what it expected will be void."""
    _known(script, inject)
    return replace(state, skipped=state.skipped | {inject})


def after_act(state: DrillState, at_s: int, action: str, body: Mapping[str, Any]) -> DrillState:
    """The state after an act that changes the world: a failover, a relief measure switched on."""
    if action == "system.failover":
        return replace(state, changes=(*state.changes, Change(at_s, "system.core_claims", "up")))
    if action == "policy.enable" and body.get("name"):
        return replace(state, changes=(*state.changes, Change(at_s, f"policy.{body['name']}", "on")))
    return state


def changes(script: DrillScript, state: DrillState) -> tuple[Change, ...]:
    """Every change of a fact so far, by injects and by people, in order of time."""
    found = [Change(0, metric, value) for metric, value in script.initial_state.facts.items()]
    found += [
        Change(at_s, effect.metric, effect.value)
        for at_s, effect in _effects(script, state)
        if effect.kind == "set"
    ]
    return tuple(sorted((*found, *state.changes), key=lambda change: change.at_s))


def marks(script: DrillScript, state: DrillState) -> dict[str, int]:
    """mark -> the second it was first reached (impact, stand_down)."""
    reached: dict[str, int] = {}
    for at_s, effect in _effects(script, state):
        if effect.kind == "mark":
            reached.setdefault(effect.name, at_s)
    return reached


def blocked(script: DrillScript, state: DrillState, now_s: int) -> dict[str, int]:
    """Closed road ("441700-440800") -> the second it opens again."""
    closed: dict[str, int] = {}
    for _, effect in _effects(script, state):
        if effect.kind == "block" and effect.until_s > now_s:
            closed[effect.edge] = max(effect.until_s, closed.get(effect.edge, 0))
    return closed


def started_streams(script: DrillScript, state: DrillState) -> tuple[tuple[int, ClaimStream], ...]:
    """Claim streams begun by injects, each with the second of delivery, in order of delivery."""
    return tuple((at_s, effect.claims) for at_s, effect in _effects(script, state) if effect.claims is not None)


def state_facts(
    script: DrillScript, state: DrillState, now_s: int, seen: Facts | None = None
) -> dict[str, Any]:
    """All metrics known at a second: what was set, what follows from it, and what is seen."""
    return facts(changes(script, state), now_s, seen or {})


def _effects(script: DrillScript, state: DrillState) -> Iterator[tuple[int, Effect]]:
    by_id = {inject.id: inject for inject in script.injects}
    for inject, at_s in state.fired.items():
        for effect in by_id[inject].effects if inject in by_id else ():
            yield at_s, effect


def _next_inject(script: DrillScript, state: DrillState, seen: Facts) -> Inject | None:
    """Timed injects first, by time and then by place in the script; then those whose condition holds.

    Asked anew after each one, because what an inject sets may call for the next.
    """
    waiting = [inject for inject in script.injects if _may_fire(inject, state)]
    timed = [inject for inject in waiting if inject.at_s is not None and inject.at_s <= state.at_s]
    if timed:
        return min(timed, key=lambda inject: inject.at_s or 0)
    known = state_facts(script, state, state.at_s, seen)
    return next((i for i in waiting if i.when and _in_seconds(i.when).holds(known)), None)


def _may_fire(inject: Inject, state: DrillState) -> bool:
    return inject.id not in state.fired and inject.id not in state.held | state.skipped


def _known(script: DrillScript, inject: str) -> None:
    if inject not in {known.id for known in script.injects}:
        raise ValueError(
            f"the script has no inject {inject}; it has {_listed([i.id for i in script.injects])}"
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _in_seconds(condition: Condition) -> Condition:
    """Scripts may write elapsed time as a span ("30h"); facts hold seconds."""
    if condition.join:
        return replace(condition, parts=tuple(_in_seconds(part) for part in condition.parts))
    if condition.metric != ELAPSED or not isinstance(condition.value, str):
        return condition
    return replace(condition, value=elapsed_s(condition.value))


def elapsed_s(value: Any) -> int:
    """Seconds of drill time of a span as scripts write it.

    Raises:
        ValueError: it is no span.
    """
    if not isinstance(value, str):
        return int(value)
    found = SPAN.fullmatch(value)
    if not found:
        raise ValueError(f"{ELAPSED} is compared with a span such as 30h or 1d6h, not {value!r}")
    units = zip(found.groups(), (86_400, 3_600, 60, 1), strict=True)
    return sum(int(count or 0) * seconds for count, seconds in units)
