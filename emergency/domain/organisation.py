"""The emergency organisation: posts in four groups, who holds them, who is asked, who is safe.

Norm ch. 6 §2.2: command centre, response team, customer support, logistics. A post is a
role of the open playbook; a person holds it, deputises in it, or it is vacant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from emergency.domain.playbook import GROUPS, Role

HOLDER, DEPUTY = "holder", "deputy"
SAFE_STATES = ("unknown", "safe", "needs_help", "unreachable")


@dataclass(frozen=True)
class DutyRules:
    """Spans of service and rest; ``sources`` names where each comes from.

    time_in_role: longest turn in one post. warn_before: how long before its end rest is announced.
    answer_call, answer_roll: time to answer a call-out, a roll call.
    """

    time_in_role: timedelta
    rest: timedelta
    warn_before: timedelta
    answer_call: timedelta
    answer_roll: timedelta
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.warn_before >= self.time_in_role:
            raise ValueError("warn_before must be shorter than time_in_role; else rest is due at once")


@dataclass(frozen=True)
class Holding:
    """One person in one post for a stretch of time; ``until`` None while it lasts.

    note: what whoever handed the post over left to be known; empty where nobody did.
    """

    holding_id: int
    role: str
    person: str
    standing: str
    since: datetime
    until: datetime | None = None
    ended: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.standing not in (HOLDER, DEPUTY):
            raise ValueError(f"standing {self.standing!r} is not {HOLDER} or {DEPUTY}")


@dataclass(frozen=True)
class Turn:
    """A planned shift of a person in a post."""

    duty_id: int
    role: str
    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Post:
    """One post on the board.

    since: when the holder took it; a turn that was ended and taken back goes on from its beginning.
    rest_due: when the holder's turn ends; None where the post is vacant.
    relief: who is planned next, soonest first.
    """

    role: str
    title: Mapping[str, str]
    holder: Holding | None
    deputies: tuple[Holding, ...]
    rest_due: datetime | None
    relief: tuple[Turn, ...]
    since: datetime | None = None

    @property
    def vacant(self) -> bool:
        return self.holder is None

    def in_role(self, now: datetime) -> timedelta:
        return now - self.since if self.since else timedelta()

    def tone(self, now: datetime, rules: DutyRules) -> str:
        """plain, watch (rest is near) or bad (vacant, or beyond its turn)."""
        if self.rest_due is None or self.rest_due <= now:
            return "bad"
        return "watch" if self.rest_due - rules.warn_before <= now else "plain"


@dataclass(frozen=True)
class Group:
    name: str
    posts: tuple[Post, ...]


def board(
    roles: Mapping[str, Role], holdings: Iterable[Holding], turns: Iterable[Turn], rules: DutyRules, now: datetime
) -> tuple[Group, ...]:
    """The four groups in the norm's order, every role a post; a role that left the playbook keeps its holder."""
    every = tuple(holdings)
    standing = [h for h in every if h.until is None]
    planned = sorted((t for t in turns if t.end > now), key=lambda t: (t.start, t.person))
    known = dict(roles) | {h.role: Role(h.role, GROUPS[0], {"en": h.role}) for h in standing if h.role not in roles}
    posts = {role_id: _post(role, every, planned, rules) for role_id, role in known.items()}
    return tuple(Group(name, tuple(posts[r] for r, role in known.items() if role.group == name)) for name in GROUPS)


def taken_at(holding: Holding, holdings: Iterable[Holding], rules: DutyRules) -> datetime:
    """When a person took the post they stand in.

    A turn counts on over a break too short for a rest, if nobody else stood in between: a response that was ended
    and opened again does not make anybody fresh.
    """
    since = holding.since
    same = (holding.role, holding.standing)
    for one in sorted((h for h in holdings if (h.role, h.standing) == same), key=lambda h: h.since, reverse=True):
        if one.until is None or one.until > since:
            continue
        if one.person != holding.person or since - one.until >= rules.rest:
            break
        since = one.since
    return since


def _post(role: Role, every: Sequence[Holding], planned: Sequence[Turn], rules: DutyRules) -> Post:
    mine = [h for h in every if h.role == role.id and h.until is None]
    holder = next((h for h in mine if h.standing == HOLDER), None)
    relief = tuple(t for t in planned if t.role == role.id and (holder is None or t.person != holder.person))
    rest_due = since = None
    if holder:
        since = taken_at(holder, every, rules)
        # A planned turn says when its person goes; without one the longest turn counts.
        own = [t.end for t in planned if t.role == role.id and t.person == holder.person and t.start <= holder.since]
        rest_due = min([*own, since + rules.time_in_role])
    return Post(
        role=role.id,
        title=role.title,
        holder=holder,
        deputies=tuple(h for h in mine if h.standing == DEPUTY),
        rest_due=rest_due,
        relief=relief,
        since=since,
    )


def rested(person: str, holdings: Iterable[Holding], rules: DutyRules, at: datetime) -> datetime | None:
    """When this person has rested after the last turn, or None where nothing stands against ``at``.

    A person who holds a post now is not resting at all; that is a matter of one post per person.
    """
    ends = [h.until + rules.rest for h in holdings if h.person == person and h.until and _long(h, rules)]
    last = max(ends, default=None)
    return last if last and last > at else None


def _long(holding: Holding, rules: DutyRules) -> bool:
    """A turn long enough that rest must follow: at least half of the longest turn."""
    return holding.until is not None and holding.until - holding.since >= rules.time_in_role / 2


def who_is_asked(role: str, holdings: Iterable[Holding], named: Sequence[str], commander_role: str) -> tuple[str, ...]:
    """In which order a post is called out: those named, then its deputies, then the commander.

    The commander answers last, not to do the work but to know that nobody does.
    """
    standing = [h for h in holdings if h.until is None]
    deputies = [h.person for h in standing if h.role == role and h.standing == DEPUTY]
    command = [h.person for h in standing if h.role == commander_role and h.standing == HOLDER]
    return tuple(dict.fromkeys(p for p in [*named, *deputies, *command] if p.strip()))


@dataclass(frozen=True)
class CommandStretch:
    """One person in command of an incident at one level, for a stretch of time.

    Attributes:
        held_at: the incident at which the post of the commander was held: the leading one, or the incident itself.
        level: 1 to 3, None before a response was opened; provisional: nobody had confirmed it.
        until: None while it lasts.
        note: what whoever handed command over left to be known.
    """

    person: str
    incident_id: str
    held_at: str
    level: int | None
    provisional: bool
    since: datetime
    until: datetime | None
    note: str = ""

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"a stretch cannot end {self.until.isoformat()} before it began {self.since.isoformat()}")

    @property
    def led(self) -> bool:
        return self.held_at != self.incident_id


def joined(stretches: Iterable[CommandStretch]) -> tuple[CommandStretch, ...]:
    """Stretches in order of time; one that goes on where an equal one ended is one with it."""
    found: list[CommandStretch] = []
    for one in sorted(stretches, key=lambda s: s.since):
        last = found[-1] if found else None
        if last is not None and last.until == one.since and replace(last, since=one.since, until=one.until) == one:
            found[-1] = replace(last, until=one.until)
        else:
            found.append(one)
    return tuple(found)


@dataclass(frozen=True)
class RollSummary:
    """How a roll call stands; ``missing`` have not been heard of."""

    asked: int
    safe: int
    needs_help: tuple[str, ...]
    unreachable: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Everybody is accounted for; those who need help are, as well."""
        return not self.missing and not self.unreachable


def roll_summary(answers: Iterable[tuple[str, str]]) -> RollSummary:
    """(person, state) of everybody asked → how it stands.

    Raises:
        ValueError: a state that is none of SAFE_STATES.
    """
    rows = list(answers)
    for person, state in rows:
        if state not in SAFE_STATES:
            raise ValueError(f"{person}: {state!r} is not one of {', '.join(SAFE_STATES)}")

    def of(state: str) -> tuple[str, ...]:
        return tuple(sorted(p for p, s in rows if s == state))

    return RollSummary(len(rows), len(of("safe")), of("needs_help"), of("unreachable"), of("unknown"))
