"""A drill that people play: begun on a copy of today's people, goods, plans and rules, moved by its director.

Each act is one transaction of state and journal. The clock is the workspace's own, so every room shows it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from emergency.domain.drill import course as courses
from emergency.domain.drill import step
from emergency.domain.drill.clock import FASTEST, SLOWEST, ready
from emergency.domain.drill.course import Course
from emergency.domain.drill.robots import MANNERS
from emergency.domain.drill.script import Inject
from emergency.domain.instant import to_us
from emergency.service import drill_tick
from emergency.service.context import Context, Refused
from emergency.service.drill_course import LiveDrill, is_live_drill, load, open_drill, save, wall
from emergency.service.drill_seats import DIRECTOR, Seat, actor_of, lead, sit_down
from emergency.service.drills import LONGEST_NAME, files_of, freeze, make_workspace
from emergency.store import drill_live as rows
from emergency.store.store import Connection, write_setting
from emergency.texts import N_, Message

SPEEDS = (1, 2, 4, 6, 12, 30, 60, 120)
ANSWERS = {
    "catch_up": N_("Catch up: what was due comes now"),
    "shift": N_("Shift: everything comes later"),
    "skip": N_("Skip: what was due is struck out"),
}
MEANING = {
    "catch_up": N_("Time went on; what could not be done in time because of it is void, not lost to the players."),
    "shift": N_("Time stood; by the wall the drill ends that much later."),
    "skip": N_("Time went on; nothing that was due in between will come, and what it expected is void."),
}
# What a course says of itself in the words of those who lead it.
NOT_STARTED = N_("the drill has not been started yet")
ASKED = N_("first say what shall become of the time nobody kept")


def start(
    ctx: Context,
    script: Path | str,
    person: str,
    *,
    auto: str = "scripted",
    seed: int | None = None,
    speed: float | None = None,
    origin: Context | None = None,
) -> dict[str, Any]:
    """Make a workspace in which people play a script; its clock waits for STARTEX.

    Args:
        ctx: where the run will be kept; nothing is written there before the drill is over.
        person: who directs it, and sits down as its director.
        auto: how robots fill empty seats: none, scripted or best.
        origin: whose people and goods are copied; the script's own inventory where it is None.

    Returns:
        ``{"workspace", "run", "code", "token"}``: the code opens the seats of controllers and evaluators,
        the token is the director's.

    Raises:
        Refused: an unknown manner, or nobody's name.
    """
    if auto not in MANNERS:
        raise Refused(Message("robots play {known}", {"known": ", ".join(MANNERS)}))
    person = " ".join(person.split())
    if not person:
        raise Refused(Message("say your name first; it goes into the record of the drill"))
    loaded = ctx.content.library.drill(script)
    playbook = ctx.content.library.playbook(loaded.playbook)
    seed = loaded.clock.seed if seed is None else seed
    begun = wall(ctx)
    name = _free_name(ctx, loaded.id)
    made, run_id = make_workspace(ctx, loaded, playbook, auto, seed, origin, name, played=f"{name} {begun.isoformat()}")
    freeze(made, Path(script), files_of(ctx, loaded, playbook))
    with made.store.write() as connection:
        write_setting(connection, "clock", ready(loaded.clock.start, speed or loaded.clock.speed).to_json())
        code = f"{secrets.randbelow(1_000_000):06d}"
        rows.begin(
            connection,
            run_id=run_id,
            drill_id=loaded.id,
            seed=seed,
            auto=auto,
            home=_home(ctx),
            code=code,
            begun_us=to_us(begun),
            played_s=step.BEFORE,
            taken_s=step.BEFORE,
            floor_s=0,
        )
        token = sit_down(connection, load(made, connection), DIRECTOR, "", person)
    return {"workspace": name, "run": run_id, "code": code, "token": token}


def _home(ctx: Context) -> str:
    """Where the run will be kept; begun in the workspace of an earlier drill, where that one's run is."""
    return str(open_drill(ctx).row["home"]) if is_live_drill(ctx) else ctx.store.name


def _free_name(ctx: Context, drill_id: str) -> str:
    """play-1, play-2 …: what people did is never overwritten by playing again."""
    taken = set(ctx.content.workspaces.names())
    number = 1
    while (name := f"drill-{drill_id}"[: LONGEST_NAME - 10].rstrip("-") + f"-play-{number}") in taken:
        number += 1
    return name


# The clock ------------------------------------------------------------------------------------------


def startex(ctx: Context, seat: Seat) -> None:
    """Time begins to run.

    Raises:
        Refused: not theirs to say, or said before.
    """
    with ctx.store.write() as connection:
        drill = _led(ctx, connection, seat)
        if drill.course.started:
            raise Refused(Message("the drill has been started already"))
        now = wall(ctx)
        drill_tick.plan_opening(connection, drill)
        save(connection, drill, courses.start(drill.course, now), started_us=to_us(now))
        _record(connection, drill, seat, "drill.startex", {"wall": now.isoformat()})
    drill_tick.keep_time(ctx)


def pause(ctx: Context, seat: Seat) -> None:
    _move(ctx, seat, "pause", lambda course, now: courses.pause(course, now))


def resume(ctx: Context, seat: Seat) -> None:
    _move(ctx, seat, "resume", lambda course, now: courses.resume(course, now))


def set_speed(ctx: Context, seat: Seat, speed: float) -> None:
    """Drill seconds in one second of the wall."""
    _move(ctx, seat, "speed", lambda course, now: courses.set_speed(course, now, speed), speed=speed)


def jump(ctx: Context, seat: Seat, to_s: int) -> None:
    """Go forward to a second of drill time; what was due on the way comes there, in order.

    Raises:
        Refused: it lies behind, or after the end.
    """
    with ctx.store.read() as connection:
        drill = load(ctx, connection)
    if not drill.now_s <= to_s <= drill.script.clock.duration_s:
        text = N_("the clock jumps forward only, and not beyond the end; choose a time between {now} and {end}")
        raise Refused(Message(text, {"now": span(drill.now_s), "end": span(drill.script.clock.duration_s)}))
    at = {"from_s": drill.now_s, "to_s": to_s}
    _move(ctx, seat, "jump", lambda course, now: courses.jump(course, now, to_s), floor_by="jump", **at)


def answer_gap(ctx: Context, seat: Seat, how: str) -> None:
    """What becomes of the time nobody kept: catch_up, shift or skip.

    Raises:
        Refused: no time is missing.
    """
    with ctx.store.write() as connection:
        drill, now = _led(ctx, connection, seat, asked=True), wall(ctx)
        if drill.course.gap is None or how not in ANSWERS:
            raise Refused(Message("no time is missing; somebody has answered already"))
        missed = courses.missed(drill.script, drill.course, now)
        course = courses.answer(drill.script, drill.course, now, how)
        for inject in missed if how == "skip" else ():
            rows.put_inject_state(connection, inject, "skipped", drill.now_s, seat.person)
        more = {} if how == "shift" else {"floor_by": "outage"}
        save(connection, drill, course, **more)
        went_on = {"from_s": drill.now_s, "to_s": courses.now_s(drill.script, course, now)}
        _record(connection, drill, seat, "drill.gap_answer", {"how": how, "missed": list(missed), **went_on})
    drill_tick.keep_time(ctx)


def end(ctx: Context, seat: Seat) -> None:
    """ENDEX, also before its time: what could not be done any more is void."""
    lead(seat)
    drill_tick.end(ctx, actor_of(seat))


def _move(
    ctx: Context, seat: Seat, act: str, move: Callable[[Course, datetime], Course], floor_by: str = "", **body: Any
) -> None:
    with ctx.store.write() as connection:
        drill = _led(ctx, connection, seat)
        if not drill.course.started and act != "speed":
            raise Refused(Message(NOT_STARTED))
        now = wall(ctx)
        try:
            course = move(drill.course, now)
        except ValueError as fault:
            gaps = {"least": SLOWEST, "most": FASTEST}
            text = N_("the clock cannot run at that speed; choose one between {least} and {most}")
            raise Refused(Message(text, gaps)) from fault
        save(connection, drill, course, **({"floor_by": floor_by} if floor_by else {}))
        _record(connection, replace(drill, course=course), seat, "drill.clock", {"act": act, **body})
    drill_tick.keep_time(ctx)


# Injects --------------------------------------------------------------------------------------------


def fire(ctx: Context, seat: Seat, inject_id: str) -> None:
    """Send an inject now, whatever its time or condition, and whether the clock runs or stands.

    Raises:
        Refused: it was sent already, or there is none such.
    """
    with ctx.store.write() as connection:
        drill = _led(ctx, connection, seat)
        inject = _inject(drill, inject_id)
        if not drill.course.started:
            raise Refused(Message(NOT_STARTED))
        second = drill.now_s
        late = inject.at_s is not None and second - inject.at_s >= drill_tick.LATE_S
        late_by = "held" if late else ""
        if not drill_tick.deliver(connection, drill, inject, second, late_by=late_by, actor=actor_of(seat)):
            raise Refused(Message("inject {inject} was sent already; send it again", {"inject": inject_id}))
        if inject_id in drill.course.state.held | drill.course.state.skipped:
            rows.put_inject_state(connection, inject_id, "released", second, seat.person)
    drill_tick.keep_time(ctx)


def hold(ctx: Context, seat: Seat, inject_id: str) -> None:
    """Keep an inject back until it is let go or fired."""
    _say(ctx, seat, inject_id, "held", "drill.hold")


def release(ctx: Context, seat: Seat, inject_id: str) -> None:
    """Let an inject go that was held or struck out: it comes with the next look if its time has come."""
    _say(ctx, seat, inject_id, "released", "drill.release")
    drill_tick.keep_time(ctx)


def skip(ctx: Context, seat: Seat, inject_id: str) -> None:
    """Strike an inject out; what it expected is void."""
    _say(ctx, seat, inject_id, "skipped", "drill.skip")


def _say(ctx: Context, seat: Seat, inject_id: str, state: str, action: str) -> None:
    with ctx.store.write() as connection:
        drill = _led(ctx, connection, seat)
        inject = _inject(drill, inject_id)
        if inject.id in drill.course.state.fired:
            raise Refused(Message("inject {inject} was sent already; send it again", {"inject": inject_id}))
        rows.put_inject_state(connection, inject_id, state, drill.now_s, seat.person)
        _record(connection, drill, seat, action, {"inject": inject_id})


def resend(ctx: Context, seat: Seat, inject_id: str) -> None:
    """Send once more what was sent; what is expected counts from the first time, and nothing else happens."""
    with ctx.store.write() as connection:
        drill = _led(ctx, connection, seat)
        last = rows.last_turn(connection, inject_id)
        if last is None:
            raise Refused(Message("inject {inject} was not sent yet; fire it", {"inject": inject_id}))
        first = next(d for d in rows.deliveries(connection) if d["inject_id"] == inject_id and d["turn"] == 0)
        sent = {name: first[name] for name in ("sender", "to_role", "channel")} | {"at_s": drill.now_s}
        rows.deliver(connection, inject_id=inject_id, turn=last + 1, kind="again", body=first["body"], **sent)
        _record(connection, drill, seat, "drill.resend", {"inject": inject_id, "turn": last + 1})


def spontaneous(ctx: Context, seat: Seat, to: str, text: str, channel: str = "phone") -> str:
    """Something the director makes up; it is never scored.

    Returns:
        Its name, S01 and on.

    Raises:
        Refused: nothing was written, or to nobody.
    """
    text = text.strip()
    with ctx.store.write() as connection:
        drill = _led(ctx, connection, seat)
        if not text or to not in (*drill.script.players, "all"):
            raise Refused(Message("say to whom, and what"))
        name = f"S{rows.spontaneous(connection) + 1:02d}"
        body = {"en": text, "zh": text}
        sent = {"sender": seat.person, "to_role": to, "channel": channel, "at_s": drill.now_s}
        rows.deliver(connection, inject_id=name, turn=0, kind="spontaneous", body=body, **sent)
        _record(connection, drill, seat, "drill.spontaneous", {"inject": name, "to": to, "body": body})
    return name


# Shared ---------------------------------------------------------------------------------------------


def _led(ctx: Context, connection: Connection, seat: Seat, *, asked: bool = False) -> LiveDrill:
    """The drill, held, for somebody who may move it.

    Raises:
        Refused: they may not, the drill is over, or the director is asked something else first.
    """
    lead(seat)
    drill = load(ctx, connection, hold=True)
    if drill.ended:
        raise Refused(Message("the drill is over; its report is in the room Drills"))
    if drill.course.gap is not None and not asked:
        raise Refused(Message(ASKED))
    return drill


def _inject(drill: LiveDrill, inject_id: str) -> Inject:
    found = next((one for one in drill.script.injects if one.id == inject_id), None)
    if found is None:
        known = ", ".join(one.id for one in drill.script.injects)
        raise Refused(Message("there is no inject {inject}; there are {known}", {"inject": inject_id, "known": known}))
    return found


def _record(connection: Connection, drill: LiveDrill, seat: Seat, action: str, body: dict[str, Any]) -> None:
    second = drill.now_s
    drill.at(second, actor_of(seat)).record(connection, action, drill.script.id, body | {"at_s": second})


def span(seconds: int) -> str:
    """T+01:30, and with its days where there are any."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"T+{hours:02d}:{minutes:02d}"
