"""A drill that people play, read whole from its rows; kept in no variable between two looks."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from emergency.domain.claim import LINES
from emergency.domain.drill import step
from emergency.domain.drill.clock import DrillClock
from emergency.domain.drill.course import Course, Gap
from emergency.domain.drill.facts import of_claims
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.step import DrillState
from emergency.domain.drill.stream import Columns
from emergency.domain.drill.world import Posting, PublishedPlan, SeatChange
from emergency.domain.instant import from_us, to_us
from emergency.domain.playbook import Playbook
from emergency.library.drills import drill_from
from emergency.library.strict_yaml import parse
from emergency.service.allocation import roster
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.drill_play import COUNTED, DIRECTOR, Play, drawn
from emergency.service.drill_resources import CHANGED
from emergency.service.running import FILES, WorkspaceClock
from emergency.store import drill_live as rows
from emergency.store import incident_links, journal, plans
from emergency.store.store import Connection, read_setting, write_setting
from emergency.texts import Message

# This process, as it stands beside the wall instants at which it kept time.
KEEPER = secrets.token_hex(8)
CHANGING = ("system.failover", "policy.enable")  # acts that change what the script's conditions read
_DRAWN: dict[tuple[Any, ...], Columns] = {}
_MOST_DRAWN = 4


@dataclass(frozen=True)
class LiveDrill:
    """One drill being played: ``row`` as it is kept, and what it means."""

    ctx: Context
    row: rows.Row
    script: DrillScript
    playbook: Playbook
    course: Course
    released: frozenset[str] = frozenset()

    @property
    def incident_id(self) -> str:
        return f"DRILL-{self.script.id}"

    @property
    def ended(self) -> bool:
        return self.row["ended_s"] is not None

    @property
    def now_s(self) -> int:
        """The second of drill time that every room shows."""
        if self.ended:
            return int(self.row["ended_s"])
        return min(self.course.clock.offset_s(wall(self.ctx)), self.script.clock.duration_s)

    def at(self, second: int, actor: Actor = DIRECTOR) -> Context:
        """The workspace at a second of drill time."""
        return replace(
            self.ctx, clock=FixedClock(self.script.clock.start + timedelta(seconds=second)), actor=actor, may_act=True
        )


def wall(ctx: Context) -> datetime:
    """The wall's time, also where the workspace has one of its own."""
    clock = ctx.clock.wall if isinstance(ctx.clock, WorkspaceClock) else ctx.clock
    return clock.now().astimezone(UTC)


def is_live_drill(ctx: Context) -> bool:
    """Whether people play, or played, a drill in this workspace."""
    if ctx.profile.kind != "drill":
        return False
    with ctx.store.read() as connection:
        return rows.course(connection) is not None


def load(ctx: Context, connection: Connection, *, hold: bool = False) -> LiveDrill:
    """The drill of this workspace.

    Args:
        hold: nobody else moves it before this transaction is over.

    Raises:
        Refused: nobody plays one here.
    """
    row = rows.course(connection, hold=hold) if ctx.profile.kind == "drill" else None
    if row is None:
        raise Refused(Message("no drill is being played in this workspace; start one in the room Drills"))
    script = _script(_frozen(connection))
    clock = DrillClock.from_json(read_setting(connection, "clock"))
    said = rows.inject_states(connection)
    gap = None
    if row["gap_since_us"] is not None:
        gap = Gap(from_us(row["gap_since_us"]), from_us(row["gap_found_us"]))
    course = Course(
        clock=clock,
        state=_state(connection, row, script, said),
        started=row["started_us"] is not None,
        floor_s=row["floor_s"],
        beat=None if row["beat_us"] is None else from_us(row["beat_us"]),
        gap=gap,
    )
    released = frozenset(one for one, what in said.items() if what["state"] == "released")
    return LiveDrill(ctx, row, script, ctx.content.library.playbook(script.playbook), course, released)


def open_drill(ctx: Context) -> LiveDrill:
    with ctx.store.read() as connection:
        return load(ctx, connection)


def save(connection: Connection, before: LiveDrill, course: Course, **more: Any) -> None:
    """Keep a course; what was delivered is kept where it is delivered."""
    gap = course.gap
    rows.change_course(
        connection,
        played_s=course.state.at_s,
        floor_s=course.floor_s,
        beat_us=None if course.beat is None else to_us(course.beat),
        keeper=KEEPER,
        gap_since_us=None if gap is None else to_us(gap.since),
        gap_found_us=None if gap is None else to_us(gap.found),
        **more,
    )
    if course.clock != before.course.clock:
        write_setting(connection, "clock", course.clock.to_json())


def _frozen(connection: Connection) -> str:
    """The script's text as it was at the start."""
    files: dict[str, str] = read_setting(connection, FILES, {})
    return next(text for name, text in files.items() if name.startswith("drill "))


def script_played(ctx: Context) -> DrillScript | None:
    """The script that was played in this workspace, as it was at the start; None where that was not kept."""
    with ctx.store.read() as connection:
        files: dict[str, str] = read_setting(connection, FILES, {})
        return _script(_frozen(connection)) if any(name.startswith("drill ") for name in files) else None


@lru_cache(maxsize=8)
def _script(text: str) -> DrillScript:
    return drill_from(parse(text.encode(), "drill"))


def _state(connection: Connection, row: rows.Row, script: DrillScript, said: dict[str, rows.Row]) -> DrillState:
    delivered = [d for d in rows.deliveries(connection) if d["kind"] == "inject"]
    state = DrillState(
        at_s=row["played_s"],
        fired={d["inject_id"]: d["at_s"] for d in delivered},
        held=frozenset(one for one, what in said.items() if what["state"] == "held"),
        skipped=frozenset(one for one, what in said.items() if what["state"] == "skipped"),
    )
    start_us = to_us(script.clock.start)
    for entry in incident_links.acts_known(connection, CHANGING, 1 << 62):
        state = step.after_act(state, (entry.happened_us - start_us) // 1_000_000, entry.action, entry.facts())
    return state


# What happened, for conditions and for the score ------------------------------------------------------


def claims_of(drill: LiveDrill) -> Columns:
    """All claims of the drill as it stands; drawn once per set of streams."""
    begun = tuple((at_s, stream.id) for at_s, stream in step.started_streams(drill.script, drill.course.state))
    key = (drill.script.sha256, drill.playbook.sha256, drill.row["seed"], begun)
    if key not in _DRAWN:
        while len(_DRAWN) >= _MOST_DRAWN:
            _DRAWN.pop(next(iter(_DRAWN)), None)
        _DRAWN[key] = drawn(drill.script, drill.playbook, drill.row["seed"], drill.course.state)
    return _DRAWN[key]


def seen(drill: LiveDrill, connection: Connection, now_s: int) -> dict[str, Any]:
    """What conditions of injects still to come may ask of claims and of plans."""
    waiting = [i for i in drill.script.injects if i.when and i.id not in drill.course.state.fired]
    asked = {leaf.metric for i in waiting if i.when for leaf in i.when.comparisons()}
    if not any(metric.startswith((*COUNTED, "allocation.")) for metric in asked):
        return {}
    committed = published(connection, drill.script)[2]
    if any(metric.startswith(COUNTED) for metric in asked):
        return of_claims(claims_of(drill), now_s, committed)
    return {f"allocation.{kind}.committed": count for kind, count in committed.items()}


def published(
    connection: Connection, script: DrillScript
) -> tuple[list[PublishedPlan], list[SeatChange], Counter[str]]:
    """Plans as they came into force, seats as they were staffed, and what is committed now."""
    start_us, known = to_us(script.clock.start), {p["plan_id"]: p for p in plans.every(connection)}
    found: list[PublishedPlan] = []
    staffed: list[SeatChange] = []
    committed: Counter[str] = Counter({"surveyor": 0, "fnol_agent": 0})
    told: set[int] = set()
    for entry in incident_links.acts_known(connection, ("allocation.commit", "allocation.withdraw", CHANGED), 1 << 62):
        facts = entry.facts()
        if entry.action == CHANGED:
            if facts.get("seats"):  # telephones that nobody answers any more, until another plan staffs them
                committed["fnol_agent"] -= facts["seats"]
                staffed.append(SeatChange((entry.happened_us - start_us) // 1_000_000, committed["fnol_agent"]))
            continue
        if facts.get("goods"):
            continue  # a plan for goods has numbers of its own and sends nobody
        number = facts["plan"] if entry.action == "allocation.commit" else facts["restored"]
        if entry.action == "allocation.commit" and number in told:
            continue  # one entry per kind of people; the plan is one
        at_s = (entry.happened_us - start_us) // 1_000_000
        plan = known.get(number) if number is not None else None
        told = told | {number} if plan is not None and entry.action == "allocation.commit" else told
        postings, seats = _of_plan(plan) if plan is not None else ((), 0)
        found.append(PublishedPlan(at_s, postings))
        committed["surveyor"], committed["fnol_agent"] = len(postings), seats
        if seats:
            staffed.append(SeatChange(at_s, seats))
    return found, staffed, committed


def _of_plan(plan: rows.Row) -> tuple[tuple[Posting, ...], int]:
    cells = {c["cell_id"]: c for c in plan["body"]["cells"]}
    assigned = [(a, cells[a["cell_id"]]) for a in plan["body"]["assignments"]]
    postings = tuple(
        Posting(a["adjuster_id"], c["region"], c["line"], a["minutes"]) for a, c in assigned if c["line"] in LINES
    )
    return postings, sum(a.get("slots", 1) for a, c in assigned if c["line"] == "fnol_agent")


def as_played(drill: LiveDrill) -> Play:
    """The drill as the scorer reads it."""
    play = Play(drill.ctx, drill.script, drill.playbook, drill.row["auto"], drill.row["seed"], drill.course.state)
    play.ended_s = drill.row["ended_s"]
    with drill.ctx.store.read() as connection:
        found, staffed, committed = published(connection, drill.script)
    known = {a["adjuster_id"] for a in roster(drill.ctx)}
    play.plans = [replace(plan, postings=tuple(p for p in plan.postings if p.person in known)) for plan in found]
    least = play.seats_on_duty()
    play.seats += [SeatChange(s.at_s, max(s.seats, least)) for s in staffed]
    play.committed = committed
    return play


def last_act_s(connection: Connection, script: DrillScript) -> int:
    """The second of the newest entry: drill time never goes back behind what people did."""
    newest = next(journal.entries(connection, limit=1, newest_first=True), None)
    if newest is None:
        return 0
    return max(0, -(-(newest.happened_us - to_us(script.clock.start)) // 1_000_000))
