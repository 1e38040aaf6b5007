"""What a drill's score rests on beside the journal, kept so that anyone can work the score out again.

The journal says who did what and when. A score also needs what the simulation alone knew: the level the
rules gave at a moment, from which facts, and the field as played, with nobody moving and with hindsight.
`Evidence` holds these inputs, not their results: outcomes are played again from the worlds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from emergency.domain.drill.hindsight import compare
from emergency.domain.drill.instance import Everybody
from emergency.domain.drill.regret import Decision, Regret, regret_of
from emergency.domain.drill.regret_record import decision_from, decision_record
from emergency.domain.drill.scoring import OutcomeValue
from emergency.domain.drill.script import Outcome, Text
from emergency.domain.drill.world import (
    FieldPerson,
    FieldRules,
    Posting,
    PublishedPlan,
    SeatChange,
    TrueClaims,
    World,
)

PLAYED, BASELINE, ENGINE = "played", "baseline", "engine"


@dataclass(frozen=True)
class LevelReading:
    """The level the frozen rules gave at a second of drill time, and the noise-free facts they read.

    facts: metric -> value, money in whole units of the rules' currency. level: 1, 2, 3 or None.
    """

    at_s: int
    level: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"at_s": self.at_s, "level": self.level, "facts": dict(self.facts)}


@dataclass(frozen=True, eq=False)
class Evidence:
    """levels: one per second that was asked for.

    worlds: ``played``, ``baseline``, ``engine``, then the hindsights; the second and the following may be missing.
    decisions: plans and what could be known when each was made. places: region -> its name, for words about them.
    """

    levels: tuple[LevelReading, ...]
    worlds: Mapping[str, World]
    decisions: tuple[Decision, ...] = ()
    places: Mapping[str, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if PLAYED not in self.worlds:
            raise ValueError(f"evidence needs the world as it was {PLAYED}; found {sorted(self.worlds) or 'none'}")

    def level_at(self, second: int) -> int | None:
        """The level at a second.

        Raises:
            ValueError: nobody read the rules at that second.
        """
        for reading in self.levels:
            if reading.at_s == second:
                return reading.level
        raise ValueError(f"no level was read from the rules at {second} s; the evidence belongs to another run")

    def outcomes(self, wanted: Sequence[Outcome]) -> dict[str, OutcomeValue]:
        """Every outcome measured anew in all worlds; none where nobody played the yardsticks."""
        if not wanted or BASELINE not in self.worlds:
            return {}
        best = [world for name, world in self.worlds.items() if name not in (PLAYED, BASELINE, ENGINE)]
        return compare(wanted, self.worlds[PLAYED], self.worlds[BASELINE], best, self.worlds.get(ENGINE))

    def regrets(self) -> tuple[Regret, ...]:
        """Every decision held against the best plan of its minute, which is solved here."""
        return tuple(regret_of(one, self.places) for one in self.decisions)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; claims and people, which all worlds share, stand there once."""
        played, everybody = self.worlds[PLAYED], Everybody()
        decisions = [decision_record(one, everybody) for one in self.decisions]
        return {
            "levels": [reading.to_json() for reading in self.levels],
            "claims": _claims_record(played.claims),
            "people": [_person_record(person) for person in played.people],
            "end_s": played.end_s,
            "midnight_s": played.midnight_s,
            "rules": _rules_record(played.rules),
            "worlds": [{"name": name, **_world_record(world)} for name, world in self.worlds.items()],
            "decisions": decisions,
            "everybody": everybody.rows,
            "places": {code: dict(name) for code, name in self.places.items()},
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Evidence:
        shared = World(
            claims=_claims_from(row["claims"]),
            people=tuple(_person_from(*one) for one in row["people"]),
            end_s=int(row["end_s"]),
            midnight_s=int(row["midnight_s"]),
            rules=FieldRules(**row["rules"]),
        )
        everybody = Everybody(row["everybody"])
        return cls(
            levels=tuple(LevelReading(int(r["at_s"]), r["level"], r["facts"]) for r in row["levels"]),
            worlds={world["name"]: _world_from(world, shared) for world in row["worlds"]},
            decisions=tuple(decision_from(one, everybody) for one in row["decisions"]),
            places=row["places"],
        )


def _claims_record(claims: TrueClaims) -> dict[str, Any]:
    """Columns, with regions and lines named once and counted from 0."""
    regions, region = np.unique(claims.region.astype(str), return_inverse=True)
    lines, line = np.unique(claims.line.astype(str), return_inverse=True)
    return {
        "arrival_s": claims.arrival_s.tolist(),
        "regions": regions.tolist(),
        "region": region.tolist(),
        "lines": lines.tolist(),
        "line": line.tolist(),
    }


def _claims_from(row: Mapping[str, Any]) -> TrueClaims:
    return TrueClaims(
        np.array(row["arrival_s"], np.int64),
        np.array([row["regions"][place] for place in row["region"]], object),
        np.array([row["lines"][place] for place in row["line"]], object),
    )


def _person_record(person: FieldPerson) -> list[Any]:
    """Whoever was there all the time needs no fourth column."""
    away = [[list(span) for span in person.away]] if person.away else []
    return [person.id, person.base_region, sorted(person.lines), *away]


def _person_from(id_: str, region: str, lines: list[str], away: Sequence[Sequence[Any]] = ()) -> FieldPerson:
    return FieldPerson(id_, region, frozenset(lines), tuple((begin, end) for begin, end in away))


def _rules_record(rules: FieldRules) -> dict[str, Any]:
    return {
        "visit_minutes": dict(sorted(rules.visit_minutes.items())),
        "contact_minutes": rules.contact_minutes,
        "duty_from_s": rules.duty_from_s,
        "duty_until_s": rules.duty_until_s,
        "run_out_hours": rules.run_out_hours,
    }


def _world_record(world: World) -> dict[str, Any]:
    return {
        "plans": [
            [plan.published_s, [[p.person, p.region, p.line, p.travel_minutes] for p in plan.postings]]
            for plan in world.plans
        ],
        "seats": [[change.at_s, change.seats] for change in world.seats],
        "outages": [list(span) for span in world.outages],
        "committed": dict(sorted(world.committed.items())),
    }


def _world_from(row: Mapping[str, Any], shared: World) -> World:
    return World(
        claims=shared.claims,
        people=shared.people,
        end_s=shared.end_s,
        plans=tuple(PublishedPlan(at_s, tuple(Posting(*p) for p in postings)) for at_s, postings in row["plans"]),
        seats=tuple(SeatChange(*change) for change in row["seats"]),
        outages=tuple((begin, end) for begin, end in row["outages"]),
        committed=row["committed"],
        midnight_s=shared.midnight_s,
        rules=shared.rules,
    )
