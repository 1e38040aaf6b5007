"""What the director's desk shows: the list of injects with what became of each, what is expected now, who sits where.

Only seats that may see what is to come are given any of it, by whatever door they ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emergency.domain.drill import course as courses
from emergency.domain.drill.answer import Answer, Leaps, Truth, answers, due_s
from emergency.domain.drill.scoring import Marks, marks
from emergency.domain.drill.script import DrillScript, Inject
from emergency.service.context import Context, Refused
from emergency.service.drill_course import LiveDrill, claims_of, load, wall
from emergency.service.drill_score import from_journal, leaps_of, reading
from emergency.service.drill_seats import Seat
from emergency.store import drill_live as rows
from emergency.store import journal
from emergency.texts import Message

Text = Mapping[str, str]
WAITING, HELD, SKIPPED, SENT, RESERVE = "waiting", "held", "skipped", "sent", "reserve"


@dataclass(frozen=True)
class InjectLine:
    """One line of the list: ``state`` is waiting, reserve (comes on a condition), held, skipped or sent."""

    inject: Inject
    state: str
    sent_s: int | None = None
    turns: int = 0
    read_by: str = ""
    answered: int = 0
    expected: int = 0


@dataclass(frozen=True)
class Asked:
    """Something that is expected of a role: until when, or done and how well."""

    answer: Answer
    due_s: int

    @property
    def done(self) -> bool:
        return self.answer.performed


@dataclass(frozen=True)
class Post:
    """A player's role, who sits there, and whether a robot does."""

    role: str
    title: Text
    people: tuple[rows.Row, ...]
    robot: bool


@dataclass(frozen=True)
class Board:
    """Everything of one look at the desk."""

    script: DrillScript
    now_s: int
    started: bool
    paused: bool
    speed: float
    ended: bool
    scored: bool
    run_id: str
    code: str
    auto: str
    missing: tuple[int, int] | None  # (wall seconds nobody kept time, drill seconds that would be)
    missed: tuple[str, ...]
    injects: tuple[InjectLine, ...]
    asked: tuple[Asked, ...]
    posts: tuple[Post, ...]
    staff: tuple[rows.Row, ...]
    marks: Marks = field(default_factory=Marks)

    @property
    def next_s(self) -> int | None:
        """When the next inject comes that has a time."""
        waiting = [line.inject.at_s for line in self.injects if line.state == WAITING and line.inject.at_s is not None]
        return min((at_s for at_s in waiting if at_s > self.now_s), default=None)


def board(ctx: Context, seat: Seat | None) -> Board:
    """The desk, for those who may see what is to come.

    Raises:
        Refused: they may not.
    """
    if seat is None or not seat.sees_injects:
        raise Refused(Message("the list of injects is not for players; ask the director what you need to know"))
    with ctx.store.read() as connection:
        drill = load(ctx, connection)
        delivered, sitting = rows.deliveries(connection), rows.seats(connection)
        entries = list(journal.entries(connection))
    leaps = leaps_of(entries)
    found = _answers(drill, entries, leaps)
    asked = tuple(
        Asked(one, due_s(one.expectation, one.delivered_s, leaps)) for one in found if one.delivered_s is not None
    )
    settled = [one.answer for one in asked if one.done or one.due_s < drill.now_s]
    return Board(
        script=drill.script,
        now_s=drill.now_s,
        started=drill.course.started,
        paused=drill.course.clock.paused,
        speed=drill.course.clock.speed,
        ended=drill.ended,
        scored=drill.row["scored_us"] is not None,
        run_id=drill.row["run_id"],
        code=drill.row["code"],
        auto=drill.row["auto"],
        missing=_missing(drill),
        missed=courses.missed(drill.script, drill.course, wall(ctx)) if drill.course.gap else (),
        injects=tuple(_line(drill, inject, delivered, found) for inject in _in_order(drill.script)),
        asked=asked,
        posts=tuple(_post(drill, role, sitting) for role in drill.script.players),
        staff=tuple(one for one in sitting if one["kind"] != "player"),
        marks=marks(settled, []),
    )


def _in_order(script: DrillScript) -> list[Inject]:
    """By time, then those that come on a condition."""
    return sorted(script.injects, key=lambda inject: (inject.at_s is None, inject.at_s or 0))


def _answers(drill: LiveDrill, entries: list[journal.Entry], leaps: Leaps) -> tuple[Answer, ...]:
    acts, delivered = from_journal(entries, drill.script.clock.start)
    levels: dict[int, int | None] = {}

    def level_at(second: int) -> int | None:
        if second not in levels:
            at, claims = drill.at(second), claims_of(drill)
            found = reading(at, drill.script, drill.playbook, drill.course.state, claims, second)
            levels[second] = found.level
        return levels[second]

    return answers(drill.script, acts, delivered, drill.script.clock.duration_s, Truth(level_at=level_at, leaps=leaps))


def _line(drill: LiveDrill, inject: Inject, delivered: list[rows.Row], found: tuple[Answer, ...]) -> InjectLine:
    mine = [d for d in delivered if d["inject_id"] == inject.id]
    state = drill.course.state
    kind = RESERVE if inject.at_s is None else WAITING
    if inject.id in state.fired:
        kind = SENT
    elif inject.id in state.skipped:
        kind = SKIPPED
    elif inject.id in state.held:
        kind = HELD
    about = [one for one in found if one.inject.id == inject.id]
    return InjectLine(
        inject,
        kind,
        state.fired.get(inject.id),
        len(mine),
        next((d["read_by"] for d in mine if d["read_by"]), ""),
        sum(one.performed for one in about),
        len(inject.expects),
    )


def _post(drill: LiveDrill, role: str, sitting: list[rows.Row]) -> Post:
    people = tuple(one for one in sitting if one["kind"] == "player" and one["role"] == role)
    return Post(role, role_title(drill, role), people, not people and drill.row["auto"] != "none")


def role_title(drill: LiveDrill, role: str) -> Text:
    known = drill.playbook.roles.get(role)
    return known.title if known else {"en": role, "zh": role}


def _missing(drill: LiveDrill) -> tuple[int, int] | None:
    gap = drill.course.gap
    if gap is None:
        return None
    now = wall(drill.ctx)
    return int((now - gap.since).total_seconds()), courses.would_be(drill.course, now).offset_s(now)


@dataclass(frozen=True)
class Signs:
    """What everybody in a drill may know of it."""

    title: Text
    scenario: Text
    start: Any
    now_s: int
    started: bool
    paused: bool
    ended: bool
    scored: bool
    run_id: str
    home: str
    roles: Mapping[str, Text]
    evaluators: tuple[str, ...]
    drill_id: str


def signs(ctx: Context) -> Signs:
    """Name, time and state of the drill of this workspace, and its seats."""
    with ctx.store.read() as connection:
        drill = load(ctx, connection)
    return Signs(
        title=drill.script.title,
        scenario=drill.script.scenario,
        start=drill.script.clock.start,
        now_s=drill.now_s,
        started=drill.course.started,
        paused=drill.course.clock.paused,
        ended=drill.ended,
        scored=drill.row["scored_us"] is not None,
        run_id=drill.row["run_id"],
        home=drill.row["home"],
        roles={role: role_title(drill, role) for role in drill.script.players},
        evaluators=tuple(one.id for one in drill.script.staff.evaluators),
        drill_id=drill.script.id,
    )
