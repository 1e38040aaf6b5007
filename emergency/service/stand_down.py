"""The end of a response: conditions met, measures and people restored, a review opened – and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.playbook import Playbook
from emergency.service import clocks, compound, ending, joint, proposing
from emergency.service.allocation import shift_of
from emergency.service.closure import Closure, closure
from emergency.service.command import command_of
from emergency.service.context import Conflict, Context, Refused
from emergency.service.deciding import Lowering
from emergency.service.ending import Ending, may_stand_down
from emergency.service.escalation import COMMANDER, task_rules
from emergency.service.grading import evaluate
from emergency.service.measures import close_in, resume_in
from emergency.service.release import CalledOff, call_off, take_out_turns
from emergency.service.relief import titles
from emergency.service.task_plan import is_review, owe_final_anew, playbook_of, start_clock
from emergency.service.task_plan import move_due as move_task
from emergency.service.telling import tell
from emergency.service.turn_over import stands_again, stood_down
from emergency.store import incident_links, incidents, measures, people, stand_downs, tasks
from emergency.store.store import Connection
from emergency.texts import N_, Message

REVIEW_TASK = "after-action-review"
STOOD_DOWN = "stood down"


@dataclass(frozen=True)
class StoodDown:
    """What a stand-down did; ``calls``: call-outs and hand-overs withdrawn, ``turns``: planned shifts taken out."""

    measures: int
    slots: int
    people: int
    review_id: int
    calls: int = 0
    turns: int = 0


@dataclass(frozen=True)
class Reopened:
    """What a reopening brought back; ``taken``: slots others have taken meanwhile.

    ``calls``, ``turns``: call-outs and planned shifts that stay as the stand-down left them; they are made anew.
    """

    level: int | None
    measures: int
    slots: int
    taken: tuple[str, ...]
    calls: int = 0
    turns: int = 0


def stand_down(
    ctx: Context, incident_id: str, reason: str = "", *, version: int | None = None
) -> StoodDown | Lowering:
    """End the response and close the incident; `reopen` takes it back whole.

    Returns:
        What it did; at level Ⅰ, in force or proposed, the request that waits until a second person does the same.

    Raises:
        Refused: the role may not; conditions are not met and no reason is given for ending all the same.
        Conflict: somebody else changed the incident.
    """
    ctx = ending.at_one_instant(ctx)
    incident = _incident(ctx, incident_id)
    asked = ending.request(ctx, incident_id)
    ending.check(ctx, incident, asked)
    if not incident.is_open:
        raise Refused(Message("incident {incident} is closed already", {"incident": incident_id}))
    _must_lead_nobody(ctx, incident)
    evaluation = evaluate(ctx, incident_id)
    found = closure(ctx, incident, evaluation)
    reason = _in_the_words_of_both(asked.reason if asked else "", reason.strip())
    if found.met is not True and not reason:
        first = found.missing[0].name if found.missing else "–"
        missing: dict[str, Any] = {"count": len(found.missing), "first": first}
        raise Refused(
            Message("{count} closure conditions are not met, the first: {first}. Meet them, or say why not", missing)
        )
    with ctx.store.write() as connection:
        current = incidents.get(connection, incident_id)
        if current is None or current.version != (version or incident.version):
            raise Conflict(_changed(incident_id))
        if ending.takes_two(current, evaluation.proposed) and asked is None:
            return ending.ask(ctx, connection, current, reason)
        if asked != ending.request_in(connection, incident_id):
            raise Conflict(_changed(incident_id))
        done = _end(ctx, connection, Ending(current, found, reason, evaluation.proposed, asked))
    clocks.keep(ctx, evaluate(ctx, incident_id))
    return done


def _in_the_words_of_both(first: str, second: str) -> str:
    """What each of the two gave as the reason; the one who agrees need not repeat it."""
    return " · ".join(dict.fromkeys(filter(None, (first, second))))


def _incident(ctx: Context, incident_id: str) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, incident_id)
    if found is None:
        raise Refused(Message("there is no incident {incident}", {"incident": incident_id}))
    return found


def _must_lead_nobody(ctx: Context, incident: Incident) -> None:
    """Command never lapses: what an incident leads needs another command before its own ends."""
    led = [one for one in compound.company(ctx, incident.incident_id) if one.is_open]
    if compound.leading_id(ctx, incident.incident_id) != incident.incident_id or len(led) < 2:
        return
    gaps = {"incident": incident.title, "other": led[1].title, "count": len(led) - 1}
    text = N_(
        "“{incident}” commands {count} open incidents, the first: “{other}”. Under “Under one command” on this page, "
        "give the lead to one of them, or let them stand by themselves"
    )
    raise Refused(Message(text, gaps))


def _changed(incident_id: str) -> Message:
    gaps = {"incident": incident_id}
    return Message("incident {incident} was changed by someone else; reload and decide again", gaps)


def _end(ctx: Context, connection: Connection, one: Ending) -> StoodDown:
    before, reason = one.before, one.reason
    incident_id = before.incident_id
    body = {
        "incident": incident_id,
        "level_before": before.response_level,
        "proposed": one.proposed,
        "met": one.found.met,
        "conditions": [line.to_json() for line in one.found.lines],
        "reason": reason,
        "first_actor": one.asked.actor if one.asked else ctx.actor.id,
        "second_actor": ctx.actor.id if one.asked else "",
    }
    seq = ctx.record(connection, "incident.stand_down", incident_id, body)
    incidents.change(connection, dataclasses.replace(before, response_level=None, closed_at=ctx.now()))
    ending.decide(ctx, connection, one, body)
    restored = _restore(ctx, connection, incident_id)
    slots = _release(ctx, connection, before)
    served = _relieve(ctx, connection, incident_id)
    off = _call_off(ctx, connection, before)
    stand_down_id = stand_downs.add(
        connection,
        incident_id=incident_id,
        level_before=before.response_level,
        conditions=body["conditions"],
        reason=reason,
        measures=restored,
        slots=slots,
        decided_us=ctx.now_us(),
        actor=ctx.actor.id,
        role=ctx.actor.role,
        journal_seq=seq,
    )
    review_id = _open_review(ctx, connection, before, stand_down_id)
    return StoodDown(len(restored), len(slots), served, review_id, off.calls + off.handovers, off.turns)


def _call_off(ctx: Context, connection: Connection, before: Incident) -> CalledOff:
    """Nobody is called, planned or asked to decide any more; nothing of it comes back by itself."""
    incident_id = before.incident_id
    off = call_off(ctx, connection, incident_id, reason=STOOD_DOWN)
    turns = take_out_turns(ctx, connection, incident_id, STOOD_DOWN)
    for jurisdiction in joint.joint_in(connection, incident_id):
        joint.end_joint(ctx, connection, before, jurisdiction, STOOD_DOWN)
    return dataclasses.replace(off, turns=turns)


def _restore(ctx: Context, connection: Connection, incident_id: str) -> list[int]:
    """Every measure in force goes back to usual handling, one entry each."""
    found = measures.of(connection, incident_id, state="in_force")
    for row in found:
        close_in(ctx, connection, row, "restored", "measure.restore", row["reason"])
    return [row["measure_id"] for row in found]


def _release(ctx: Context, connection: Connection, incident: Incident) -> list[dict[str, Any]]:
    """Free every shift slot from now on and tell the people; what was worked stays."""
    slots = stand_downs.slots_from(connection, incident.incident_id, shift_of(ctx))
    if not slots:
        return []
    stand_downs.free(connection, slots)
    stood_down(ctx, connection, slots)
    freed = sorted({s["adjuster_id"] for s in slots})
    body = {"incident": incident.incident_id, "slots": len(slots), "people": freed}
    seq = ctx.record(connection, "people.release", incident.incident_id, body)
    subject = Message(N_("Released: {incident}"), {"incident": incident.title})
    lines = ", ".join(f"{s['adjuster_id']} ({s['shift']})" for s in slots)
    text = Message(N_("The response has ended. These shifts are free again: {lines}"), {"lines": lines})
    tell(ctx, connection, f"stand-down/{incident.incident_id}/{seq}", "adjusters", subject, text, to=freed)
    return slots


def _relieve(ctx: Context, connection: Connection, incident_id: str) -> int:
    """End every turn in a post; returns how many."""
    standing = [h for h in people.holdings(connection, incident_id) if h["until_us"] is None]
    for held in standing:
        people.end_holding(connection, held["holding_id"], until_us=ctx.now_us(), ended=STOOD_DOWN)
        body = {"incident": incident_id, "role": held["role"], "person": held["person"], "reason": STOOD_DOWN}
        ctx.record(connection, "post.leave", f"{incident_id}/{held['role']}", body)
    return len(standing)


def _open_review(ctx: Context, connection: Connection, before: Incident, stand_down_id: int) -> int:
    """A review with a due time and a task of its own where the playbook has none."""
    start_clock(ctx, connection, before, "stand_down", ctx.now())
    rows = tasks.of(connection, before.incident_id)
    mine = next((r for r in rows if is_review(r) and r["state"] == "open"), None)
    if mine is None:
        mine = _review_task(ctx, before, playbook_of(ctx, before), len(rows))
        tasks.add(connection, [mine])
    review_id = stand_downs.open_review(
        connection,
        incident_id=before.incident_id,
        stand_down_id=stand_down_id,
        opened_us=ctx.now_us(),
        due_us=mine["due_us"],
        actor=ctx.actor.id,
    )
    body = {"incident": before.incident_id, "review": review_id, "due_us": mine["due_us"], "task": mine["task_id"]}
    ctx.record(connection, "review.open", before.incident_id, body)
    return review_id


def _review_task(ctx: Context, incident: Incident, playbook: Playbook | None, ordinal: int) -> dict[str, Any]:
    return {
        "incident_id": incident.incident_id,
        "task_id": f"{REVIEW_TASK}-{to_us(ctx.now()) // 1_000_000}",
        "title": {"en": "After-action review", "zh": "应急总结与评估"},
        "phase": "recover",
        "role": COMMANDER if playbook is None or COMMANDER in playbook.roles else next(iter(playbook.roles)),
        "after": [],
        "due_us": ctx.now_us() + task_rules(ctx).review_s * 1_000_000,
        "due_within_s": None,
        "critical": False,
        "hard": False,
        "evidence": [{"action": "aar.publish", "match": {}}],
        "state": "open",
        "ordinal": 2000 + ordinal,
        "origin": "own",
        "level": incident.response_level,
    }


def reopen(ctx: Context, incident_id: str, reason: str, *, version: int | None = None) -> Reopened:
    """Take a stand-down back: level, measures, people's shifts and the task clocks as they were.

    Slots that others have taken meanwhile stay with them and are named.

    Raises:
        Refused: no reason, the role may not, or the incident is open. Conflict: somebody was faster.
    """
    if not reason.strip():
        raise Refused(Message("say why the incident is reopened; the reason stays in the history"))
    ctx = ending.at_one_instant(ctx)
    with ctx.store.write() as connection:
        closed = incidents.get(connection, incident_id)
        ended = [s for s in stand_downs.of(connection, incident_id) if s["undone_us"] is None]
        if closed is None or closed.is_open or not ended:
            gaps = {"incident": incident_id}
            raise Refused(Message("incident {incident} is open; there is nothing to take back", gaps))
        last = ended[-1]
        _check_reopen(ctx, closed, last)
        if (version is not None and closed.version != version) or not stand_downs.undo(
            connection, last["stand_down_id"], ctx.now_us(), ctx.actor.id
        ):
            raise Conflict(_changed(incident_id))
        found = _reopen(ctx, connection, closed, last, reason.strip())
    clocks.keep(ctx, evaluate(ctx, incident_id))
    return found


def _check_reopen(ctx: Context, closed: Incident, last: Mapping[str, Any]) -> None:
    before = dataclasses.replace(closed, response_level=last["level_before"])
    if not ending.entitled(ctx, before, ctx.actor.role):
        gaps = {"who": titles(ctx, closed, may_stand_down(ctx, before))}
        raise Refused(Message("this response is for {who} to reopen. Choose that role, or ask them", gaps))


def _reopen(ctx: Context, connection: Connection, closed: Incident, last: Mapping[str, Any], reason: str) -> Reopened:
    incident_id, level = closed.incident_id, last["level_before"]
    body = {"incident": incident_id, "level": level, "reason": reason, "stand_down": last["journal_seq"]}
    ctx.record(connection, "incident.reopen", incident_id, body)
    incidents.change(connection, dataclasses.replace(closed, response_level=level, closed_at=None))
    _stand_alone(ctx, connection, incident_id)
    proposing.begin_anew(ctx, connection, incident_id)
    ending.decide_again(ctx, connection, closed, level, body)
    for measure_id in last["measures"]:
        row = measures.get(connection, measure_id)
        if row is not None and row["state"] == "restored":
            resume_in(ctx, connection, row)
    today = [s for s in last["slots"] if s["shift"] >= shift_of(ctx)]
    taken = stand_downs.hold_free(connection, today)
    stands_again(connection, [s for s in today if s not in taken], last["decided_us"])
    _tell_back(ctx, connection, closed, today, taken)
    _reinstate(ctx, connection, incident_id, last["decided_us"])
    _clocks_back(ctx, connection, closed, last["decided_us"])
    stand_downs.mark_review(connection, incident_id, "withdrawn")
    names = tuple(f"{s['adjuster_id']} ({s['shift']})" for s in taken)
    return Reopened(
        level,
        len(last["measures"]),
        len(today) - len(taken),
        names,
        calls=people.called_off(connection, incident_id, last["decided_us"]),
        turns=people.taken_out(connection, incident_id, last["decided_us"]),
    )


def _stand_alone(ctx: Context, connection: Connection, incident_id: str) -> None:
    """An incident whose leading incident is over by now commands itself again."""
    above = incident_links.links(connection).get(incident_id)
    leading = incidents.get(connection, above) if above else None
    if leading is not None and not leading.is_open:
        compound.let_go(ctx, connection, incident_id)


def _tell_back(
    ctx: Context,
    connection: Connection,
    incident: Incident,
    slots: Sequence[Mapping[str, Any]],
    taken: Sequence[Mapping[str, Any]],
) -> None:
    back = [s for s in slots if s not in taken]
    if not back:
        return
    body = {"incident": incident.incident_id, "slots": len(back), "taken": len(taken)}
    seq = ctx.record(connection, "people.recall", incident.incident_id, body)
    subject = Message(N_("Called out again: {incident}"), {"incident": incident.title})
    lines = ", ".join(f"{s['adjuster_id']} ({s['shift']})" for s in back)
    text = Message(N_("The response is open again. These shifts stand as before: {lines}"), {"lines": lines})
    to = [s["adjuster_id"] for s in back]
    tell(ctx, connection, f"reopen/{incident.incident_id}/{seq}", "adjusters", subject, text, to=to)


def _reinstate(ctx: Context, connection: Connection, incident_id: str, decided_us: int) -> None:
    """Posts go back to those who held them, where nobody stands there now."""
    holdings = people.holdings(connection, incident_id)
    standing = {(h["role"], h["standing"]) for h in holdings if h["until_us"] is None and h["standing"] == "holder"}
    shared = command_of(ctx, connection, incident_id).shared
    for held in (h for h in holdings if h["ended"] == STOOD_DOWN and h["until_us"] == decided_us):
        if (held["role"], held["standing"]) in standing or held["role"] in shared:
            continue
        kept = {key: held[key] for key in ("incident_id", "role", "person", "standing")}
        people.hold(connection, **kept, from_us=ctx.now_us())
        body = {"incident": incident_id, "role": held["role"], "person": held["person"], "undo": True}
        ctx.record(connection, "post.take", f"{incident_id}/{held['role']}", body)


def _clocks_back(ctx: Context, connection: Connection, closed: Incident, ended_us: int) -> None:
    """Due times that counted from the stand-down are lifted, the final report is owed anew; the review's own task
    waits for the next one."""
    incident_id = closed.incident_id
    rows = {r["task_id"]: r for r in tasks.of(connection, incident_id)}
    for moved in tasks.due_changes(connection, incident_id):
        row = rows.get(moved["task_id"])
        if moved["why"] == "stand_down" and row is not None and row["state"] == "open":
            move_task(ctx, connection, row, moved["before_us"], "reopen")
    owe_final_anew(ctx, connection, closed)
    for row in rows.values():
        if row["state"] == "open" and row["repeat_every_s"] and ended_us <= (row["due_us"] or 0) < ctx.now_us():
            # While the response was over nothing was asked for: the turn that fell due then counts from now.
            move_task(ctx, connection, row, ctx.now_us() + row["repeat_every_s"] * 1_000_000, "reopen")
        if row["task_id"].startswith(REVIEW_TASK) and row["state"] == "open":
            now_us, actor = ctx.now_us(), ctx.actor.id
            tasks.change(connection, incident_id, row["task_id"], state="dropped", done_us=now_us, done_by=actor)


__all__ = ["Closure", "Lowering", "Reopened", "StoodDown", "closure", "may_stand_down", "reopen", "stand_down"]
