"""A drill moves on as its clock does: by the server's own timetable, each step once however often it dies.

A look delivers what is due and writes down what follows from it, all in one transaction. What follows –
claims that come in, facts that change, acts of robots – is done afterwards by the services that people use,
each in the transaction that marks it as done.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd

from emergency.domain.drill import course as courses
from emergency.domain.drill import step, stream
from emergency.domain.drill.clock import standing_at
from emergency.domain.drill.regret import looks, plans_due
from emergency.domain.drill.robots import planned_acts
from emergency.domain.drill.script import Inject
from emergency.domain.instant import to_us
from emergency.service import allocation, called_out, deciding, dispatching, drill_decisions, drill_resources, watch
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.drill_course import (
    KEEPER,
    LiveDrill,
    as_played,
    claims_of,
    is_live_drill,
    last_act_s,
    load,
    open_drill,
    save,
    seen,
    wall,
)
from emergency.service.drill_play import REPLAN, REPLAN_S, decide, incident_of, whole_body
from emergency.service.drill_score import judge, keep_evidence
from emergency.service.drill_seats import at_endex
from emergency.service.drills import keep_run
from emergency.service.grading import agree_to_lower
from emergency.service.importing import receive
from emergency.service.response import mark_impact, open_incident, perform, record_fact
from emergency.service.running import context, describe_workspaces
from emergency.store import drill_live as rows
from emergency.store import pool
from emergency.store.store import Connection, write_setting

log = logging.getLogger(__name__)

# Claims come in when something happens, else at least this often: an import each second would be none's feed
# (house rule, 2026-11).
CLAIMS_WALL_SECONDS = 10
LATE_S = 60  # a delivery this much behind its time was not in time
PEOPLE = "people"  # what a run says of who played it


def tick_everywhere(ctx: Context) -> None:
    """Every drill that people play moves on; one that fails does not stop the others."""
    for one in live_drills(ctx):
        try:
            keep_time(one)
        except Exception:
            log.exception("the drill in %s did not move on; it is tried again", one.store.name)


def score_everywhere(ctx: Context) -> None:
    """Drills that are over are scored; that takes a moment, and other drills' time goes on beside it."""
    for one in live_drills(ctx):
        try:
            score_ended(one)
        except Exception:
            log.exception("the drill in %s was not scored; it is tried again", one.store.name)


def live_drills(ctx: Context) -> list[Context]:
    names = [name for name, profile in describe_workspaces(ctx.content) if profile.kind == "drill"]
    return [one for one in (context(ctx.content, name, ctx.actor) for name in names) if is_live_drill(one)]


def keep_time(ctx: Context) -> None:
    """One look: play the drill up to now, or find that nobody kept time and ask the director."""
    drill = open_drill(ctx)
    if drill.ended or not drill.course.started:
        return
    if drill.course.running:
        drill = _beat(ctx)
    moved = False
    while drill.course.gap is None:
        _work_off(drill)
        _answer_calls(drill)
        if courses.next_step(drill.script, drill.course, wall(ctx)) is None:
            break
        drill, moved = _advance(ctx), True
        if drill.course.running:
            drill = _beat(ctx)
    if moved:
        watch.keep_up(drill.at(max(0, drill.course.state.at_s)))
    if drill.course.state.at_s >= drill.script.clock.duration_s:
        end(ctx)


def _beat(ctx: Context) -> LiveDrill:
    """Leave the wall instant of this look, or find a gap."""
    with ctx.store.write() as connection:
        drill = load(ctx, connection, hold=True)
        found = courses.look(drill.course, wall(ctx), same_keeper=drill.row["keeper"] == KEEPER)
        if found.gap is not None and drill.course.gap is None:
            found = _not_behind(connection, drill, found)
            body = {"since": found.gap.since.isoformat(), "found": found.gap.found.isoformat()} if found.gap else {}
            drill.at(found.clock.offset_s(wall(ctx))).record(connection, "drill.gap", drill.script.id, body)
        save(connection, drill, found)
    return replace(drill, course=found)


def _not_behind(connection: Connection, drill: LiveDrill, found: courses.Course) -> courses.Course:
    """People acted between the last look and the end of the server: the clock stands no earlier than that."""
    acted_s = last_act_s(connection, drill.script)
    if acted_s <= found.clock.offset_s(found.beat or wall(drill.ctx)):
        return found
    return replace(found, clock=replace(found.clock, offset_ns=acted_s * 1_000_000_000))


# Moving on ------------------------------------------------------------------------------------------


def _advance(ctx: Context) -> LiveDrill:
    """Play up to the next moment: deliver what is due and write down what follows, in one transaction."""
    with ctx.store.write() as connection:
        drill = load(ctx, connection, hold=True)
        second = None if drill.ended else courses.next_step(drill.script, drill.course, wall(ctx))
        if second is None:
            return drill
        due = step.due(drill.script, drill.course.state, second, seen(drill, connection, second))
        course = replace(drill.course, state=due.state)
        taken_s = drill.row["taken_s"]
        if due.injects or due.over or _claims_due(drill, second):
            body = {"after": taken_s, "to": second}
            rows.add_step(connection, name=f"claims/{second}", kind="claims", at_s=second, body=body)
            taken_s = second
        for inject in due.injects:
            deliver(connection, drill, inject, second, late_by=_late_by(drill, inject, second))
        save(connection, drill, course, taken_s=taken_s)
    return replace(drill, course=course, row=drill.row | {"taken_s": taken_s})


def _claims_due(drill: LiveDrill, second: int) -> bool:
    """Some have arrived, and the last came in a moment ago by the wall."""
    waited_s = second - drill.row["taken_s"]
    if waited_s * 1000 < CLAIMS_WALL_SECONDS * drill.course.clock.speed_thousandths:
        return False
    return bool(len(stream.until(claims_of(drill), drill.row["taken_s"], second)["row"]))


def _late_by(drill: LiveDrill, inject: Inject, second: int) -> str:
    """Why an inject comes after its time; "" where it does not."""
    if inject.at_s is None or second - inject.at_s < LATE_S:
        return ""
    return "held" if inject.id in drill.released else str(drill.row["floor_by"] or "outage")


def deliver(
    connection: Connection,
    drill: LiveDrill,
    inject: Inject,
    second: int,
    *,
    late_by: str = "",
    actor: Actor | None = None,
) -> bool:
    """Put an inject into its player's inbox, once, with all that follows from it; in the caller's transaction."""
    if not rows.deliver(
        connection,
        inject_id=inject.id,
        turn=0,
        kind="inject",
        at_s=second,
        sender=inject.sender,
        to_role=inject.to,
        channel=inject.channel,
        body=inject.body,
    ):
        return False
    body: dict[str, Any] = {
        "inject": inject.id,
        "at_s": second,
        "to": inject.to,
        "channel": inject.channel,
        "body": dict(inject.body),
    }
    if late_by and inject.at_s is not None:
        body |= {"late_s": second - inject.at_s, "late_by": late_by}
    ctx = drill.at(second, actor) if actor else drill.at(second)
    ctx.record(connection, "drill.inject", inject.id, body)
    for number, effect in enumerate(inject.effects):
        if effect.kind in ("set", "mark", "block", "resource"):
            name, what = f"effect/{inject.id}/{number}", {"inject": inject.id, "number": number}
            rows.add_step(connection, name=name, kind="effect", at_s=second, body=what)
    _plan_looks(connection, drill, second, plans_due(inject, second))
    _plan_robots(connection, drill, inject, second)
    return True


def _plan_looks(connection: Connection, drill: LiveDrill, after_s: int, asked_s: Sequence[int] = ()) -> None:
    """When the plan that stands is looked at, whoever plays; each moment once."""
    for second in looks(asked_s, drill.script.clock.duration_s, after_s):
        rows.add_step(connection, name=f"look/{second}", kind="look", at_s=second, body={})


def _plan_robots(connection: Connection, drill: LiveDrill, inject: Inject, second: int) -> None:
    """What robots will do about it in seats that are empty by then."""
    for act in planned_acts(drill.script, inject.id, second, drill.row["auto"], drill.row["seed"]):
        body = {"role": act.role, "action": act.action, "body": dict(act.body), "answers": act.answers}
        rows.add_step(connection, name=f"act/{act.answers}", kind="act", at_s=act.at_s, body=body)
        if act.action == "level.confirm":
            rows.add_step(connection, name=f"agree/{act.answers}", kind="agree", at_s=act.at_s, body=body)
        if act.action == "allocation.commit" and drill.row["auto"] == "best":
            _plan_again(connection, drill, act.at_s, body)


def _plan_again(connection: Connection, drill: LiveDrill, from_s: int, body: Mapping[str, Any]) -> None:
    """The engine at its best follows the claims until the end; the first plan begins it, later ones change nothing."""
    for number, second in enumerate(range(from_s + REPLAN_S, drill.script.clock.duration_s, REPLAN_S)):
        rows.add_step(connection, name=f"again/{number}", kind="act", at_s=second, body={**body, "answers": REPLAN})


def plan_opening(connection: Connection, drill: LiveDrill) -> None:
    """What stands at STARTEX: the incident, who cannot be called, what is known."""
    start = drill.script.initial_state
    _plan_looks(connection, drill, 0)
    rows.add_step(connection, name="open/incident", kind="open", at_s=0, body={})
    for number in range(len(start.offline)):
        rows.add_step(connection, name=f"open/offline/{number}", kind="offline", at_s=0, body={"number": number})
    for metric, value in start.facts.items():
        rows.add_step(connection, name=f"open/{metric}", kind="fact", at_s=0, body={"metric": metric, "value": value})


# Working off ----------------------------------------------------------------------------------------


def _work_off(drill: LiveDrill) -> None:
    """Do what follows from deliveries and from time, in order, each once."""
    with drill.ctx.store.read() as connection:
        waiting = rows.open_steps(connection, drill.course.state.at_s)
        seated = {seat["role"] for seat in rows.seats(connection) if seat["kind"] == "player"}
    for one in waiting:
        wall_us = to_us(wall(drill.ctx))
        once = rows.OnceStore(drill.ctx.store, one["step_id"], wall_us)
        try:
            if not (one["kind"] in ("act", "agree") and one["body"]["role"] in seated):
                _do(drill, one, once)
            if not once.marked:
                with once.write():
                    pass
        except rows.AlreadyDone:
            continue  # another process was faster


def _do(drill: LiveDrill, one: Mapping[str, Any], once: rows.OnceStore) -> None:
    body, at = one["body"], drill.at(one["at_s"])
    ctx = replace(at, store=once)
    if one["kind"] == "open":
        open_incident(ctx, incident_of(drill.script, drill.playbook, drill.incident_id))
    elif one["kind"] == "offline":
        _offline(ctx, drill, body["number"])
    elif one["kind"] == "fact":
        _fact(ctx, drill, body["metric"], body["value"])
    elif one["kind"] == "effect":
        _effect(ctx, drill, body)
    elif one["kind"] == "look":
        if one["at_s"] >= drill.course.floor_s:  # in time that was jumped over nobody could have made a plan
            drill_decisions.look(ctx, one["at_s"])
    elif one["kind"] == "claims":
        _claims(ctx, drill, body)
    else:
        _robot(ctx, at, drill, one)


def _answer_calls(drill: LiveDrill) -> None:
    """Where robots play, people whom nobody plays answer when they are called out."""
    if drill.row["auto"] == "none":
        return
    with drill.ctx.store.read() as connection:
        played = {seat["person"] for seat in rows.seats(connection)}
    called_out.answer_all(drill.ctx, drill.at, to_us(drill.script.clock.start), drill.course.state.at_s, played)


def _offline(ctx: Context, drill: LiveDrill, number: int) -> None:
    missing = drill.script.initial_state.offline[number]
    with ctx.store.write() as connection:
        found = pool.take_out_of_service(
            connection, missing.kind, missing.region, missing.count, at_us=ctx.now_us(), actor=ctx.actor.id
        )
        body = {"region": missing.region, "asked": missing.count, "marked": found}
        ctx.record(connection, "pool.offline", missing.kind, body)


def _fact(ctx: Context, drill: LiveDrill, metric: str, value: Any) -> None:
    record_fact(ctx, metric, value, incident_id=drill.incident_id, source=drill.script.id)


def _effect(ctx: Context, drill: LiveDrill, body: Mapping[str, Any]) -> None:
    inject = next(i for i in drill.script.injects if i.id == body["inject"])
    effect = inject.effects[body["number"]]
    if effect.kind == "set":
        _fact(ctx, drill, effect.metric, effect.value)
    elif effect.kind == "block":
        until = to_us(drill.script.clock.start + timedelta(seconds=effect.until_s))
        _fact(ctx, drill, allocation.ROAD_CLOSED, {"edge": effect.edge, "until_us": until})
    elif effect.name == "impact":
        mark_impact(ctx, drill.incident_id)
    elif effect.resource is not None:
        drill_resources.apply(ctx, inject.id, effect.resource)


def _claims(ctx: Context, drill: LiveDrill, body: Mapping[str, Any]) -> None:
    columns = stream.until(claims_of(drill), body["after"], body["to"])
    if len(columns["row"]):
        frame = pd.DataFrame({k: v for k, v in columns.items() if not k.startswith("truth_")})
        frame = frame.drop(columns=["arrival_s", "stream"])
        source = f"drill-{drill.script.id}"
        receive(ctx, frame, source=source, incident_id=drill.incident_id, batch=str(body["to"]))


def _robot(ctx: Context, plain: Context, drill: LiveDrill, one: Mapping[str, Any]) -> None:
    """An act of an empty seat; what the console refuses a person it refuses a robot."""
    act, role = one["body"], one["body"]["role"]
    robot = Actor(f"robot-{role}", role, role)
    ctx, plain = replace(ctx, actor=robot), replace(plain, actor=robot)
    try:
        if one["kind"] == "agree":
            if asked := deciding.request(plain, drill.incident_id):
                agree_to_lower(replace(ctx, actor=Actor("second", "Second", asked.role)), drill.incident_id)
        elif act["action"] == "level.confirm":
            decide(ctx, drill.incident_id, role, act["body"].get("level", "rules"))
        elif act["action"] == "allocation.commit":
            draft = allocation.propose(plain, [drill.incident_id])
            dispatching.commit(ctx, draft.plan_id)
        else:
            perform(ctx, drill.incident_id, act["action"], whole_body(plain, drill.incident_id, act["body"]))
    except (Refused, Conflict) as fault:
        with ctx.store.write() as connection:
            body = {"answers": act["answers"], "why": str(fault)}
            ctx.record(connection, "drill.refused", act["action"], body)


# The end --------------------------------------------------------------------------------------------


def end(ctx: Context, actor: Actor | None = None) -> None:
    """ENDEX: the clock stands, nobody acts any more; the score is worked out by the timetable."""
    with ctx.store.write() as connection:
        drill = load(ctx, connection, hold=True)
        if drill.ended or not drill.course.started:
            return
        second = drill.now_s
        stopped = drill.at(second, actor) if actor else drill.at(second)
        stopped.record(connection, "drill.end", drill.script.id, {"at_s": second})
        write_setting(connection, "clock", standing_at(stopped.now()).to_json())
        rows.drop_steps(connection, to_us(wall(ctx)))
        # Who evaluates is settled now: whoever stands up before the score is there rates all the same.
        body = at_endex(drill, connection)
        rows.add_step(connection, name="evidence", kind="evidence", at_s=second, body=body)
        rows.change_course(connection, ended_s=second, gap_since_us=None, gap_found_us=None)


def score_ended(ctx: Context) -> str | None:
    """Score a drill that is over and keep the run where it was started from; as often as you like.

    Returns:
        The run's number, or None where there is nothing to score.
    """
    drill = open_drill(ctx)
    if not drill.ended or drill.row["scored_us"] is not None:
        return None
    play = as_played(drill)
    scored, moments, evidence = judge(play)
    with ctx.store.read() as connection:
        steps = [one for one in rows.steps(connection) if one["kind"] == "evidence"]
    for one in (one for one in steps if one["done_us"] is None):
        once = rows.OnceStore(ctx.store, one["step_id"], to_us(wall(ctx)))
        play.ctx = replace(ctx, store=once)
        keep_evidence(play, evidence)
    home = context(ctx.content, drill.row["home"], ctx.actor)
    settled = steps[0]["body"] if steps else {}
    keep_run(home, play, drill.row["run_id"], scored, moments, auto=PEOPLE, settled=settled)
    with ctx.store.write() as connection:
        rows.change_course(connection, scored_us=to_us(wall(ctx)))
    return str(drill.row["run_id"])
