"""Whole drills without any console: script, steps, robots, field, score and review, end to end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from emergency.domain.allocation import Adjuster, GreatCircleTravel, allocate
from emergency.domain.drill import step
from emergency.domain.drill.answer import Act, Delivery, Truth
from emergency.domain.drill.facts import of_claims
from emergency.domain.drill.hindsight import (
    baseline_world,
    compare,
    dispatch_with,
    field_people,
    hindsight_world,
)
from emergency.domain.drill.measures import outages
from emergency.domain.drill.review import after_action, timeline
from emergency.domain.drill.robots import PlannedAct, planned_acts
from emergency.domain.drill.scoring import Score, score
from emergency.domain.drill.script import (
    AccuracySpec,
    Amount,
    Arrivals,
    ClaimStream,
    DrillScript,
    Effect,
    SuccessCriteria,
)
from emergency.domain.drill.step import DrillState
from emergency.domain.drill.stream import all_arrivals, true_rows
from emergency.domain.drill.world import PublishedPlan, SeatChange, TrueClaims, World
from emergency.domain.level.condition import Condition
from tests.domain.drill.scripts import HOUR, MINUTE, expectation, inject, level, outcome, script

POINTS = {"441700": (111.98, 21.86), "440800": (110.36, 21.27), "440100": (113.26, 23.13)}
TRAVEL = GreatCircleTravel(POINTS)
POOL = [Adjuster(f"p{n:02d}", "440100", frozenset({"motor"}), frozenset()) for n in range(40)]
CNY = Amount("lognormal", "CNY", median=6500, sigma=0.9)

TYPHOON = script(
    inject(
        "I1",
        expectation("E1", accuracy=level("rules"), critical=True),
        effects=(Effect("set", metric="casualties.serious", value=9),),
    ),
    inject(
        "I2",
        expectation(
            "E2",
            role="planning",
            action="allocation.commit",
            match={"kind": "surveyor"},
            objective="O2",
            within_s=4 * HOUR,
            accuracy=AccuracySpec("constraints", rules=("no_double_booking", "skills_match")),
        ),
        at_s=2 * HOUR,
        effects=(Effect("mark", name="impact"), Effect("block", edge="441700-440800", until_s=8 * HOUR)),
    ),
    inject(
        "C1",
        at_s=None,
        kind="contingency",
        penalty=5.0,
        when=Condition(
            join="all",
            parts=(
                Condition("sim.elapsed", "ge", "8h"),
                Condition("allocation.surveyor.committed", "eq", 0),
            ),
        ),
    ),
    duration_s=36 * HOUR,
    claim_streams=(
        ClaimStream(
            "motor",
            "motor",
            {"441700": 0.6, "440800": 0.4},
            Arrivals("gamma", start_s=HOUR, total=1500, peak_at_s=8 * HOUR, shape=3),
            CNY,
            {"duplicate": 0.03, "bad_geocode": 0.05},
        ),
    ),
    outcomes=(
        outcome("K1", target="oracle", floor="baseline"),
        outcome("K2", metric="demand.unmet_person_hours", better="lower", target="oracle", floor="baseline"),
    ),
)

OUTAGE = script(
    inject(
        "I1",
        expectation("E1", objective="O2", action="policy.enable", match={"name": "manual_fnol"}, within_s=40 * MINUTE),
        expectation("E2", accuracy=level("rules")),
        effects=(Effect("set", metric="system.core_claims", value="down"),),
    ),
    claim_streams=(ClaimStream("all", "all", {"440000": 0.6, "450000": 0.4}, Arrivals("constant", per_hour=90), CNY),),
    outcomes=(outcome("K1", metric="claims.lost", target=0.0, floor=30.0, better="lower"),),
    success_criteria=SuccessCriteria(75, 60, True),
)


@dataclass
class Table:
    """The smallest console there is: it steps the drill and lets robots act."""

    drill: DrillScript
    manner: str
    seed: int = 7
    state: DrillState = field(default_factory=DrillState)
    acts: list[Act] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    plans: list[PublishedPlan] = field(default_factory=list)

    def play(self) -> Score:
        self.claims = all_arrivals(self.drill.claim_streams, self.seed, 0, self.drill.clock.duration_s)
        todo: list[PlannedAct] = []
        while (script_s := step.next_s(self.drill, self.state)) is not None:
            now = min([script_s, *(act.at_s for act in todo)])
            due = step.due(self.drill, self.state, now, of_claims(self.claims, now, self.committed()))
            self.state = due.state
            for one in due.injects:
                self.deliveries.append(Delivery(one.id, now))
                todo += planned_acts(self.drill, one.id, now, self.manner, self.seed)
            for act in [act for act in todo if act.at_s <= now]:
                todo.remove(act)
                self.act(act, now)
        return self.score()

    def committed(self) -> dict[str, int]:
        return {"surveyor": sum(len(plan.postings) for plan in self.plans)}

    def act(self, act: PlannedAct, now: int) -> None:
        body: dict[str, Any] = dict(act.body)
        if act.action == "level.confirm":
            body["level"] = self.level_at(now)
        if act.action == "allocation.commit":
            world = self.world()
            known = hindsight_world(world, self.dispatch(), 0, lookahead_shifts=0, shift_s=max(now, 1))
            postings = known.plans[-1].postings if known.plans else ()
            self.plans.append(PublishedPlan(now, postings))
            body |= {"assignments": len(postings), "violations": {}}
        self.state = step.after_act(self.state, now, act.action, body)
        self.acts.append(Act(now, act.role, "robot", act.action, body, entry=len(self.acts) + 1))

    def level_at(self, second: int) -> int | None:
        known = step.state_facts(self.drill, self.state, second, of_claims(self.claims, second))
        minutes = known.get("outage.one_province_minutes", 0)
        return 3 if known.get("casualties.serious", 0) >= 3 or minutes >= 30 else None

    def dispatch(self) -> Any:
        return dispatch_with(allocate, POOL, TRAVEL)

    def outages(self, state: DrillState) -> tuple[tuple[int, int], ...]:
        changed = [(c.at_s, c.metric.replace("policy.", ""), str(c.value)) for c in step.changes(self.drill, state)]
        return outages(changed, self.drill.clock.duration_s)

    def world(self) -> World:
        rows = true_rows(self.claims)
        return World(
            claims=TrueClaims(
                self.claims["arrival_s"][rows], self.claims["truth_region"][rows], self.claims["line"][rows]
            ),
            people=field_people(POOL),
            end_s=self.drill.clock.duration_s,
            plans=tuple(self.plans),
            seats=(SeatChange(0, 20),),
            outages=self.outages(self.state),
            committed=self.committed(),
            midnight_s=8 * HOUR,
        )

    def score(self) -> Score:
        played = self.world()
        base = baseline_world(played, self.outages(DrillState(fired=self.state.fired)))
        ahead = [hindsight_world(played, self.dispatch(), 20, shifts) for shifts in (1, 2)]
        values = compare(self.drill.outcomes, played, base, ahead)
        return score(self.drill, self.acts, self.deliveries, values, Truth(level_at=self.level_at))


@pytest.mark.parametrize("drill", [TYPHOON, OUTAGE], ids=["typhoon", "outage"])
def test_nobody_scores_less_than_a_team_and_a_team_no_more_than_the_best(drill: DrillScript) -> None:
    none, team, best = (Table(drill, manner).play().overall for manner in ("none", "scripted", "best"))
    assert none is not None and team is not None and best is not None
    assert none == 0 < team <= best <= 100


def test_the_best_player_of_the_outage_loses_nobody() -> None:
    table = Table(OUTAGE, "best")
    found = table.play()
    assert found.measured[0].value.played == 0
    assert found.measured[0].points == 100
    assert found.answers[1].accuracy == 100, "no level is due at the first second, and none was confirmed"


def test_a_team_that_takes_its_time_loses_the_notices_of_that_time() -> None:
    table = Table(OUTAGE, "scripted")
    lost = table.play().measured[0].value
    enabled_s = next(act.at_s for act in table.acts if act.action == "policy.enable")
    assert lost.played == pytest.approx(enabled_s * 90 / HOUR, abs=1)
    assert lost.baseline == 4 * 90


def test_nobody_acting_brings_the_reserve_and_costs_its_points() -> None:
    table = Table(TYPHOON, "none")
    table.play()
    assert table.state.fired == {"I1": 0, "I2": 2 * HOUR, "C1": 8 * HOUR}
    acted = Table(TYPHOON, "best")
    acted.play()
    assert "C1" not in acted.state.fired


def test_the_same_script_and_seed_give_the_same_report_byte_for_byte() -> None:
    reports = []
    for _ in range(2):
        table = Table(TYPHOON, "scripted")
        found = table.play()
        told = timeline(TYPHOON, table.acts, table.deliveries, found)
        review = after_action(TYPHOON, found, told)
        reports.append(json.dumps([found.to_json(), review.to_json()], ensure_ascii=False))
    assert reports[0] == reports[1]
