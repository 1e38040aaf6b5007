"""Playing a drill without a console: the script's injects and robots' acts through the ordinary services.

Nothing here is a second way of doing things. Claims come in by the same door, levels are
confirmed and plans committed by the same calls; only clock, workspace and notifier differ.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from emergency.domain.claim import LINES
from emergency.domain.drill import step, stream
from emergency.domain.drill.clock import standing_at
from emergency.domain.drill.facts import of_claims
from emergency.domain.drill.regret import looks, plans_due
from emergency.domain.drill.robots import ANSWER_S, PlannedAct, planned_acts
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.step import DrillState
from emergency.domain.drill.world import Posting, PublishedPlan, SeatChange
from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.playbook import Playbook
from emergency.service import (
    allocation,
    authority,
    chores,
    deciding,
    dispatching,
    drill_decisions,
    drill_resources,
    watch,
)
from emergency.service.called_out import ACKNOWLEDGE, acknowledge
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.grading import agree_to_lower, confirm_level, evaluate
from emergency.service.importing import receive
from emergency.service.level_facts import GROWING
from emergency.service.response import mark_impact, open_incident, perform, record_fact
from emergency.service.running import SYSTEM
from emergency.store import levels, pool
from emergency.store.incidents import Conflict
from emergency.store.store import write_setting

COUNTED = ("claims.", "loss.", "payout.", "regions.")
REPLAN_S = 2 * 3600  # the best player looks again every two hours (house rule, 2026-11)
REPLAN = "replan"
AGAIN_S = watch.AGAIN_US // 1_000_000
LATER_S = 10**9
# Between two looks at clocks, late tasks and calls: a play of days takes seconds (house rule, 2026-11).
CHORES_S = 1800
STEP_S = 60  # conditions on claims and acts may come true between moments the script names
DIRECTOR = Actor("drill-director", "Drill director", "director")


@dataclass
class Play:
    """One drill being played; everything that lasts is in the workspace, this is the hand that moves it."""

    ctx: Context
    script: DrillScript
    playbook: Playbook
    manner: str
    seed: int
    state: DrillState = field(default_factory=DrillState)
    taken_s: int = -1  # claims up to this second have come in
    todo: list[tuple[int, int, PlannedAct]] = field(default_factory=list)
    plans: list[PublishedPlan] = field(default_factory=list)
    seats: list[SeatChange] = field(default_factory=list)
    # Nobody sent yet is a known number: conditions on it may come true before the first plan.
    committed: Counter[str] = field(default_factory=lambda: Counter({"surveyor": 0, "fnol_agent": 0}))
    told: int = 0
    chores_s: int = CHORES_S  # when clocks, tasks and calls are looked after next
    ended_s: int | None = None  # the director ended it before its time
    look_s: int = 0  # when the level is looked at next, if nothing happens before
    plan_looks: list[int] = field(default_factory=list)  # when the plan that stands is looked at

    def __post_init__(self) -> None:
        self.start = self.script.clock.start
        self.seats = [SeatChange(0, self.seats_on_duty())]
        self.claims = drawn(self.script, self.playbook, self.seed, self.state)
        self.incident_id = f"DRILL-{self.script.id}"
        self.plan_looks = list(looks((), self.script.clock.duration_s))

    @property
    def end_s(self) -> int:
        """The last second that counts."""
        return self.script.clock.duration_s if self.ended_s is None else self.ended_s

    def at(self, second: int, actor: Actor = DIRECTOR) -> Context:
        """The same workspace at a second of drill time, for one actor."""
        return replace(self.ctx, clock=FixedClock(self.start + timedelta(seconds=second)), actor=actor)

    def run(self, progress: Callable[[float], None] | None = None) -> None:
        """From STARTEX to ENDEX."""
        self._open()
        end_s = self.script.clock.duration_s
        now = 0
        while True:
            self._step(now)
            if now >= end_s:
                break
            if progress:
                progress(now / end_s)
            now = self._next(now, end_s)
        self._take_claims(end_s)
        with self.ctx.store.write() as connection:
            self.at(end_s).record(connection, "drill.end", self.script.id, {"at_s": end_s})
            # From here on the workspace's time stands: who opens it sees it as it was at the end.
            write_setting(connection, "clock", standing_at(self.at(end_s).now()).to_json())

    def _open(self) -> None:
        ctx = self.at(0)
        self._offline(ctx)
        open_incident(ctx, incident_of(self.script, self.playbook, self.incident_id))
        for metric, value in self.script.initial_state.facts.items():
            self._fact(ctx, metric, value)

    def _offline(self, ctx: Context) -> None:
        """People and goods that the script says cannot be called."""
        for missing in self.script.initial_state.offline:
            with ctx.store.write() as connection:
                found = pool.take_out_of_service(
                    connection, missing.kind, missing.region, missing.count, at_us=ctx.now_us(), actor=ctx.actor.id
                )
                ctx.record(
                    connection,
                    "pool.offline",
                    missing.kind,
                    {"region": missing.region, "asked": missing.count, "marked": found},
                )

    def _next(self, now: int, end_s: int) -> int:
        waiting = bool(self._waiting())
        moments = [step.next_s(self.script, self.state) or end_s, end_s, self.look_s, self.chores_s]
        if waiting:
            moments.append(now + STEP_S)
        if self.todo:
            moments.append(self.todo[0][0])
        moments += self.plan_looks[:1]
        return max(now + 1, min(moments))

    def _look(self, now: int) -> None:
        """The level is held against the rules again; the next look is due when somebody's time to confirm
        runs out, or after ten minutes where figures grow by themselves."""
        watch.keep_up(self.at(now))
        with self.ctx.store.read() as connection:
            due_us = levels.next_due(connection)
        turn_s = LATER_S if due_us is None else -(-(due_us - to_us(self.start)) // 1_000_000)
        self.look_s = min(turn_s, now + AGAIN_S if self._grows else LATER_S)

    @property
    def _grows(self) -> bool:
        effects = [e.metric for i in self.script.injects for e in i.effects if e.kind == "set"]
        return bool({*effects, *self.script.initial_state.facts} & set(GROWING))

    def _seen(self, now: int) -> dict[str, Any]:
        """What conditions of injects still to come may ask; counting claims is left out where none asks."""
        asked = {leaf.metric for i in self._waiting() if i.when for leaf in i.when.comparisons()}
        if any(metric.startswith(COUNTED) for metric in asked):
            return of_claims(self.claims, now, self.committed)
        return {f"allocation.{kind}.committed": count for kind, count in self.committed.items()}

    def _waiting(self) -> list[Any]:
        return [i for i in self.script.injects if i.when and i.id not in self.state.fired]

    def _look_after(self, now: int) -> None:
        """What the server does by itself as the clock moves: late tasks climb, clocks run out, calls go on."""
        if self.chores_s <= now:
            chores.all_of_it(replace(self.at(now), actor=SYSTEM))
            self.chores_s = now + CHORES_S

    def _step(self, now: int) -> None:
        due = step.due(self.script, self.state, now, self._seen(now))
        self.state = due.state
        look_at_plan = bool(self.plan_looks) and self.plan_looks[0] <= now
        if due.injects or look_at_plan or (self.todo and self.todo[0][0] <= now):
            self._take_claims(now)
        if look_at_plan:
            self.plan_looks.pop(0)
            drill_decisions.look(self.at(now), now)
        for inject in due.injects:
            self._deliver(now, inject)
        if due.injects or self.look_s <= now:
            self._look(now)
        while self.todo and self.todo[0][0] <= now:
            act = heapq.heappop(self.todo)[2]
            if act.action == ACKNOWLEDGE:
                acknowledge(self.at(now), act.body["plan"])
                continue
            self._act(act, now)
            self._look(now)
        self._look_after(now)

    def _take_claims(self, now: int) -> None:
        """Claims that have arrived since the last time come in as any feed's do."""
        columns = stream.until(self.claims, self.taken_s, now)
        self.taken_s = now
        if len(columns["row"]):
            frame = pd.DataFrame({k: v for k, v in columns.items() if not k.startswith("truth_")})
            receive(
                self.at(now),
                frame.drop(columns=["arrival_s", "stream"]),
                source=f"drill-{self.script.id}",
                incident_id=self.incident_id,
                batch=str(now),
            )

    def _deliver(self, now: int, inject: Any) -> None:
        ctx = self.at(now)
        with ctx.store.write() as connection:
            ctx.record(
                connection,
                "drill.inject",
                inject.id,
                {
                    "inject": inject.id,
                    "at_s": now,
                    "to": inject.to,
                    "channel": inject.channel,
                    "body": dict(inject.body),
                },
            )
        for effect in inject.effects:
            if effect.kind == "set":
                self._fact(ctx, effect.metric, effect.value)
            elif effect.kind == "mark" and effect.name == "impact":
                mark_impact(ctx, self.incident_id)
            elif effect.kind == "block":
                until = to_us(self.start + timedelta(seconds=effect.until_s))
                self._fact(ctx, allocation.ROAD_CLOSED, {"edge": effect.edge, "until_us": until})
            elif effect.resource is not None:
                self._given_up(now, drill_resources.apply(ctx, inject.id, effect.resource).get("seats", 0))
        if any(effect.claims for effect in inject.effects):
            self.claims = drawn(self.script, self.playbook, self.seed, self.state)
        self.plan_looks = list(looks((*self.plan_looks, *plans_due(inject, now)), self.script.clock.duration_s, now))
        for act in planned_acts(self.script, inject.id, now, self.manner, self.seed):
            self.later(act.at_s, act)

    def _given_up(self, now: int, seats: int) -> None:
        """Telephones that nobody answers any more, until another plan staffs them."""
        if seats:
            self.committed["fnol_agent"] -= seats
            self.seats.append(SeatChange(now, max(self.committed["fnol_agent"], self.seats_on_duty())))

    def _fact(self, ctx: Context, metric: str, value: Any) -> None:
        record_fact(ctx, metric, value, incident_id=self.incident_id, source=self.script.id)

    def _act(self, act: PlannedAct, now: int) -> None:
        ctx = self.at(now, Actor(act.role, act.role, act.role))
        try:
            if act.action == "level.confirm":
                confirm(ctx, self.incident_id, act)
            elif act.action == "allocation.commit":
                self._commit(ctx, now)
                self._replan(act, now)
            else:
                perform(ctx, self.incident_id, act.action, whole_body(ctx, self.incident_id, act.body))
                self.state = step.after_act(self.state, now, act.action, act.body)
        except (Refused, Conflict) as fault:
            # What the console refuses a person it refuses a robot; the report shows the act as missed.
            with ctx.store.write() as connection:
                ctx.record(connection, "drill.refused", act.action, {"answers": act.answers, "why": str(fault)})

    def _replan(self, act: PlannedAct, now: int) -> None:
        """The engine at its best does not stop at one plan: it follows the claims until the end."""
        planned = any(a.action == act.action and a.answers == REPLAN for _, _, a in self.todo)
        if self.manner == "best" and not planned and now + REPLAN_S < self.script.clock.duration_s:
            self.later(now + REPLAN_S, replace(act, answers=REPLAN))

    def later(self, at_s: int, act: PlannedAct) -> None:
        """Something to be done at a second, after what was planned for the same second before."""
        self.told += 1
        heapq.heappush(self.todo, (at_s, self.told, replace(act, at_s=at_s)))

    def _commit(self, ctx: Context, now: int) -> None:
        draft = allocation.propose(ctx, [self.incident_id])
        dispatching.commit(ctx, draft.plan_id)
        cells = {c.cell_id: c for c in draft.cells}
        postings = [
            Posting(a.adjuster_id, cells[a.cell_id].region, cells[a.cell_id].line, a.minutes)
            for a in draft.plan.assignments
            if cells[a.cell_id].line in LINES
        ]
        seats = sum(a.slots for a in draft.plan.assignments if cells[a.cell_id].line == "fnol_agent")
        self.plans.append(PublishedPlan(now, tuple(postings)))
        if seats:
            self.seats.append(SeatChange(now, max(seats, self.seats_on_duty())))
        self.committed["surveyor"] = len(postings)
        self.committed["fnol_agent"] = seats
        self.later(now + ANSWER_S, PlannedAct(0, "", ACKNOWLEDGE, {"plan": draft.plan_id}))

    def seats_on_duty(self) -> int:
        """Seats staffed before anybody acts: one in four phone agents (house rule, 2026-11)."""
        begun_us = to_us(self.start)
        first = [a for a in allocation.roster(self.ctx) if a["entered_us"] is None or a["entered_us"] <= begun_us]
        return sum("fnol_agent" in a["skills"] for a in first) // 4

    @property
    def midnight_s(self) -> int:
        local = self.start.astimezone(ZoneInfo(self.ctx.profile.timezone))
        return local.hour * 3600 + local.minute * 60 + local.second

    def true_claims(self) -> tuple[Any, Any, Any]:
        rows = stream.true_rows(self.claims)
        claims = self.claims
        return claims["arrival_s"][rows].astype(np.int64), claims["truth_region"][rows], claims["line"][rows]


def incident_of(script: DrillScript, playbook: Playbook, incident_id: str) -> Incident:
    """What is opened at STARTEX."""
    regions = sorted({r for s in script.claim_streams for r in s.regions}) or list(playbook.regions)
    start = script.clock.start
    return Incident(
        incident_id=incident_id,
        kind=playbook.incident_types[0],
        perils=tuple(playbook.perils),
        title=dict(script.title),
        jurisdiction=jurisdiction(playbook.regions[0]),
        regions=tuple(regions),
        occurred_at=start,
        discovered_at=start,
        opened_at=start,
    )


def drawn(script: DrillScript, playbook: Playbook, seed: int, state: DrillState) -> stream.Columns:
    """All claims of a drill as it stands: those of its script, and of the streams that injects have begun."""
    peril = playbook.perils[0] if playbook.perils else None
    span = (seed, to_us(script.clock.start), script.clock.duration_s, peril)
    return stream.with_started(
        stream.all_arrivals(script.claim_streams, *span), step.started_streams(script, state), *span
    )


def confirm(ctx: Context, incident_id: str, act: PlannedAct) -> None:
    """The commander's robot decides in the role the plan names; another agrees where two people are needed."""
    role = decide(ctx, incident_id, act.role, act.body.get("level", "rules"))
    if deciding.request(ctx, incident_id):
        agree_to_lower(replace(ctx, actor=Actor("second", "Second", role)), incident_id)


def decide(ctx: Context, incident_id: str, seat: str, wanted: Any) -> str:
    """Put a level in force in the role that decides it; returns that role.

    Args:
        wanted: a level, or ``rules``: the one they propose now.
    """
    found = evaluate(ctx, incident_id)
    level = found.proposed if wanted == "rules" else int(wanted)
    role = authority.who_decides(ctx, found.incident, found.proposed, level) or seat
    reason = "" if level == found.proposed else "drill"
    confirm_level(replace(ctx, actor=replace(ctx.actor, role=role)), incident_id, level, reason=reason)
    return role


def whole_body(ctx: Context, incident_id: str, planned: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a robot's act with ``*`` fields filled from the incident's own record."""
    body = dict(planned)
    if isinstance(body.get("fields"), Mapping):
        known = report_fields(ctx, incident_id)
        body["fields"] = {k: known.get(k, "") if v == "*" else v for k, v in body["fields"].items()}
    if isinstance(body.get("text"), Mapping):
        body["text"] = body["text"].get("zh") or body["text"].get("en")
    return body


def report_fields(ctx: Context, incident_id: str) -> dict[str, Any]:
    """The fields of a first report as the incident's record gives them."""
    evaluation = evaluate(ctx, incident_id)
    incident = evaluation.incident
    impact = evaluation.facts.get("claims.last_24h", 0)
    level = incident.response_level or evaluation.proposed
    return {
        "incident_type": incident.kind,
        "occurred_at": incident.occurred_at.isoformat(),
        "place": incident.place or ", ".join(incident.regions),
        "impact": f"{impact} claims in 24 h",
        "initial_cause": incident.cause or ", ".join(incident.perils) or incident.kind,
        "measures": f"level {level} response, {incident.playbook}" if level else "under assessment",
        "contact": ctx.actor.id,
    }


def jurisdiction(region: str) -> str:
    """Country and province of a region code: GB/T 2260 codes have six digits, FIPS codes fewer."""
    return f"CN-{region[:2]}0000" if len(region) == 6 else f"US-{region[:2]}"
