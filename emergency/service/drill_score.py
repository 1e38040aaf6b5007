"""The score of a drill that was played: from its journal, the worlds it was played in, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.allocation import Adjuster, GreatCircleTravel, allocate
from emergency.domain.claim import LINES
from emergency.domain.drill import hindsight, step
from emergency.domain.drill.answer import Act, Delivery, Truth
from emergency.domain.drill.conduct import Entry, Led, conduct
from emergency.domain.drill.evidence import BASELINE, ENGINE, PLAYED, Evidence, LevelReading
from emergency.domain.drill.facts import of_claims
from emergency.domain.drill.measures import outages
from emergency.domain.drill.regret import Decision
from emergency.domain.drill.review import Moment, timeline
from emergency.domain.drill.scoring import Score, score
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.stream import Columns
from emergency.domain.drill.world import FieldPerson, TrueClaims, World
from emergency.domain.instant import to_us
from emergency.domain.level import RuleSet, grade
from emergency.domain.playbook import Playbook
from emergency.service import drill_decisions
from emergency.service.allocation import is_surveyor, roster
from emergency.service.context import Context
from emergency.service.conversion import in_currency
from emergency.service.drill_play import DIRECTOR, Play
from emergency.service.drill_resources import absences, agents_there, changes
from emergency.service.grading import RESPONSE_RULES
from emergency.service.running import SYSTEM
from emergency.store import journal
from emergency.store.store import write_setting
from emergency.texts import N_, Message

MACHINES = {DIRECTOR.id, SYSTEM.id}  # in whose name the script itself goes on
EVIDENCE = "drill.evidence"  # setting of a drill's workspace: what its score rests on
LATE = {
    "held": N_("It was held back by the director for {minutes} min"),
    "outage": N_("The server was away; it came {minutes} min late"),
}


def judge(play: Play) -> tuple[Score, tuple[Moment, ...], Evidence]:
    """The score of a drill that was played to its end, its timeline, and what the score rests on."""
    with play.ctx.store.read() as connection:
        entries = list(journal.entries(connection))
    acts, deliveries = from_journal(entries, play.start)
    worlds, readings = _worlds(play), dict[int, LevelReading]()
    truth = Truth(
        level_at=lambda second: readings.setdefault(second, _reading(play, second)).level, leaps=leaps_of(entries)
    )
    decisions = _decisions(play, entries)
    field = Evidence((), worlds, decisions, drill_decisions.places_of(play.ctx, decisions))
    scored = score(
        play.script, acts, deliveries, field.outcomes(play.script.outcomes), truth, play.end_s, field.regrets()
    )
    evidence = replace(field, levels=tuple(readings[second] for second in sorted(readings)))
    return scored, timeline(play.script, acts, deliveries, scored), evidence


def _decisions(play: Play, entries: list[journal.Entry]) -> tuple[Decision, ...]:
    """Plans as they were published, and as they stood at fixed moments when none was, in order of time."""
    made = [d for d in drill_decisions.published(play.ctx, entries, to_us(play.start)) if d.at_s <= play.end_s]
    then = {one.at_s for one in made}
    stood = [one for one in drill_decisions.looked(play.ctx, play.end_s) if one.at_s not in then]
    return tuple(sorted([*made, *stood], key=lambda one: one.at_s))


def led(play: Play) -> tuple[Led, ...]:
    """How the drill was led, from its journal."""
    start_us = to_us(play.start)
    with play.ctx.store.read() as connection:
        found = [
            Entry((e.happened_us - start_us) // 1_000_000, e.action, e.facts(), e.seq, e.actor not in MACHINES)
            for e in journal.entries(connection)
            if e.action.startswith("drill.")
        ]
    return conduct(found, play.script.clock.duration_s)


def keep_evidence(play: Play, evidence: Evidence) -> None:
    """What the score rests on beside the journal, and in the journal the hash of it."""
    record = evidence.to_json()
    ctx = play.at(play.end_s)
    with ctx.store.write() as connection:
        write_setting(connection, EVIDENCE, record)
        ctx.record(connection, "drill.evidence", play.script.id, {"sha256": evidence_hash(record)})


def evidence_hash(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def from_journal(entries: Iterable[journal.Entry], start: datetime) -> tuple[list[Act], list[Delivery]]:
    """The acts of players and the injects that reached them, in seconds since ``start``."""
    start_us = to_us(start)
    acts, deliveries = [], []
    for entry in entries:
        at_s = (entry.happened_us - start_us) // 1_000_000
        body = entry.facts()
        if entry.action == "drill.end":
            break
        if entry.action == "drill.inject":
            deliveries.append(Delivery(body["inject"], at_s, _late(body), entry.seq))
        elif entry.action in ACTS:
            # An authority confirms a level in the seat of the role whose task it is.
            role = str(body.get("for_role") or body.get("role", ""))
            acts.append(Act(at_s, role, entry.actor, entry.action, body, entry.seq))
    return acts, deliveries


def leaps_of(entries: Iterable[journal.Entry]) -> tuple[tuple[int, int], ...]:
    """Spans of drill time, in seconds, in which nobody could act: the clock was moved on, or no server was there."""
    bodies = (entry.facts() for entry in entries if entry.action in ("drill.clock", "drill.gap_answer"))
    spans = ((body.get("from_s"), body.get("to_s")) for body in bodies)
    return tuple((begin, end) for begin, end in spans if begin is not None and end is not None and begin < end)


def _late(body: Mapping[str, Any]) -> Message | None:
    """Why a delivery is nobody's to answer for: it was kept back, or the server was away."""
    minutes = int(body.get("late_s", 0)) // 60
    if minutes < 1 or body.get("late_by") not in LATE:
        return None
    return Message(LATE[body["late_by"]], {"minutes": minutes})


def _reading(play: Play, second: int) -> LevelReading:
    return reading(play.at(second), play.script, play.playbook, play.state, play.claims, second)


def reading(
    at: Context, script: DrillScript, playbook: Playbook, state: step.DrillState, claims: Columns, second: int
) -> LevelReading:
    """What the frozen rules give at a second, from noise-free facts."""
    rules = at.content.library.rules(RESPONSE_RULES)
    drawn = step.state_facts(script, state, second, of_claims(claims, second))
    known, _ = in_currency(at, drawn, rules, at.now())
    return LevelReading(second, level_by(rules, playbook, known), known)


def level_by(rules: RuleSet, playbook: Playbook, facts: Mapping[str, Any]) -> int | None:
    return grade(rules, playbook.incident_types[0], facts, overrides=playbook.overrides).level


def _worlds(play: Play) -> dict[str, World]:
    """The field as played and, where outcomes are judged, with nobody moving and with hindsight."""
    with play.ctx.store.read() as connection:
        away = absences(changes(connection), to_us(play.start))
    everybody = roster(play.ctx)
    people = tuple(
        FieldPerson(
            a["adjuster_id"],
            a["region"],
            frozenset(a["skills"]) & frozenset(LINES),
            away.get(a["adjuster_id"], ()),
        )
        for a in everybody
        if frozenset(a["skills"]) & frozenset(LINES)
    )
    played = World(
        claims=TrueClaims(*play.true_claims()),
        people=people,
        end_s=play.end_s,
        plans=tuple(play.plans),
        seats=tuple(play.seats),
        outages=_outages(play, with_acts=True),
        committed=dict(play.committed),
        midnight_s=play.midnight_s,
    )
    if not play.script.outcomes:
        return {PLAYED: played}
    seats = agents_there(everybody, away)
    return {
        PLAYED: played,
        BASELINE: hindsight.baseline_world(played, _outages(play, with_acts=False)),
        ENGINE: hindsight.engine_world(played, _dispatcher(play)),
        **{
            f"hindsight-{ahead}": hindsight.hindsight_world(played, _dispatcher(play), seats, ahead)
            for ahead in hindsight.LOOKAHEADS
        },
    }


def _outages(play: Play, *, with_acts: bool) -> tuple[tuple[int, int], ...]:
    state = play.state if with_acts else step.DrillState(fired=play.state.fired, at_s=play.state.at_s)
    changed = [
        (c.at_s, "manual_fnol" if c.metric == "policy.manual_fnol" else c.metric, str(c.value))
        for c in step.changes(play.script, state)
    ]
    return outages(changed, play.end_s)


def _dispatcher(play: Play) -> hindsight.Dispatch:
    """The allocation engine as a dispatcher that is told the true demand."""
    everyone = [a for a in roster(play.ctx) if is_surveyor(a)]
    regions = play.ctx.regions
    codes = {a["region"] for a in everyone} | {str(r) for r in play.true_claims()[1]}
    travel = GreatCircleTravel({c: regions.point(c) for c in sorted(codes) if regions.known(c)})
    people = [
        Adjuster(a["adjuster_id"], a["region"], frozenset(a["skills"]), frozenset(a["licences"]), 1) for a in everyone
    ]
    return hindsight.dispatch_with(allocate, people, travel, licence_of=regions.licence)
