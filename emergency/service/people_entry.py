"""People of the roster entered and changed one by one: one's own, hired from outside, lent by others."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from emergency.domain.allocation.pool import LANGUAGES
from emergency.domain.instant import from_us, to_us
from emergency.domain.staffing import ORIGINS, STATUSES
from emergency.library.pools import SKILLS
from emergency.service import licences
from emergency.service.asking import unknown_languages
from emergency.service.context import Conflict, Context, Refused
from emergency.service.staff import roster_of
from emergency.store import plans, pool, roster
from emergency.store.store import Connection
from emergency.texts import N_, Message, speaker

LIMIT_UNSAID = N_("enter the authority limit they have in this house; 0 where they may settle nothing")
UNKNOWN_LANGUAGE = N_("“{language}” is no language known here; use {known}, or another code of ISO 639")
SAME_NUMBER = N_("the registration number {number} is {id} {name} ({sender}) already; change that entry")
SAME_NAME = N_(
    "{name} ({sender}) is on the roster already as {id}; change that entry. For somebody else of that name,"
    " enter the registration numbers of both"
)
ALL_SKILLS: tuple[str, ...] = SKILLS


@dataclass(frozen=True)
class Person:
    """What the roster says of one person.

    skills: lines of business, or a seat (report taking, IT, counselling); registration: number in the register of
    loss adjusters (公估登记号); authority_minor: the largest loss the person may settle (核损权限), in minor units;
    pattern: a turn of data/rules/staffing.yaml, and its first day; lender and lent_until: of people from elsewhere.
    """

    adjuster_id: str
    name: str
    base_id: str
    skills: tuple[str, ...]
    licences: tuple[str, ...] = ()
    language: str = ""
    registration: str = ""
    authority_minor: int | None = None
    status: str = "available"
    pattern: str = ""
    pattern_from: str = ""
    rest_until_us: int | None = None
    origin: str = "own"
    lender: str = ""
    lent_until: str = ""
    note: str = ""


@dataclass(frozen=True)
class Member:
    """A person with what decides today: why they are not proposed (None: they are), and who entered them."""

    person: Person
    version: int
    base: Mapping[str, str]
    why_out: Message | None
    entered_at: datetime | None
    entered_by: str


def members(ctx: Context) -> tuple[Member, ...]:
    """Everybody of the roster, by id."""
    with ctx.store.read() as connection:
        found = roster_of(ctx, connection)
        everyone = pool.adjusters(connection)
    return tuple(_member(row, found.out.get(row["adjuster_id"])) for row in everyone)


def _member(row: Mapping[str, Any], why_out: Message | None) -> Member:
    names = {"en": row["base_name"], "zh": row["base_name_zh"]}
    entered = None if row["entered_us"] is None else from_us(row["entered_us"])
    return Member(_person(row), row["version"], names, why_out, entered, row["entered_by"])


def _person(row: Mapping[str, Any]) -> Person:
    known = {name: row[name] for name in Person.__dataclass_fields__}
    return Person(**known | {"skills": tuple(row["skills"]), "licences": tuple(row["licences"])})


def enter(ctx: Context, person: Person) -> None:
    """Put somebody on the roster; they are in the very next proposal, unless something speaks against it.

    Raises:
        Refused: something is missing or not known; says what is allowed. Conflict: the id is taken, by whom.
    """
    person = _licensed(ctx, person)
    with ctx.store.write() as connection:
        _check(ctx, connection, person)
        taken = roster.get(connection, person.adjuster_id)
        if taken is not None:
            gaps = {"id": person.adjuster_id, "name": taken["name"]}
            raise Conflict(Message(N_("{id} is {name} already; change that row or choose another id"), gaps))
        _check_once(connection, person)
        row = asdict(person) | {"slots": 1, "entered_us": ctx.now_us(), "entered_by": ctx.actor.id}
        roster.add(connection, row)
        _record(ctx, connection, "people.enter", person)


def change(ctx: Context, person: Person, version: int) -> Person:
    """Change a row as it was looked at; returns what it was before, for taking it back.

    Raises:
        Refused: as in `enter`. Conflict: somebody changed it since, or it is gone.
    """
    person = _licensed(ctx, person)
    with ctx.store.write() as connection:
        _check(ctx, connection, person)
        before = roster.get(connection, person.adjuster_id)
        if before is None or not roster.change(connection, person.adjuster_id, version, asdict(person)):
            raise _changed(person.adjuster_id, before)
        if _identity(asdict(person)) != _identity(before):
            _check_once(connection, person)
        _record(ctx, connection, "people.change", person)
    return _person(before)


def _licensed(ctx: Context, person: Person) -> Person:
    """With the licences as the map writes them: "tx" would serve nowhere."""
    return replace(person, licences=tuple(sorted({licences.written(ctx.regions, one) for one in person.licences})))


def unasked_licences(ctx: Context, person: Person) -> tuple[str, ...]:
    """Licences of a person that no region of the map asks for: they open nothing here."""
    return licences.unasked(ctx.regions, _licensed(ctx, person).licences)


def set_status(
    ctx: Context, people: Mapping[str, int], status: str, rest_until: datetime | None = None
) -> tuple[Person, ...]:
    """The status of several people today; returns what they were before.

    Args:
        people: id -> version as looked at.
        rest_until: they rest until then and count again by themselves; None: no rest.

    Raises:
        Refused: unknown status, or nobody chosen. Conflict: somebody changed one of them since.
    """
    if status not in STATUSES or not people:
        gaps = {"known": ", ".join(STATUSES)}
        raise Refused(Message(N_("choose people and one of: {known}"), gaps))
    values = {"status": status, "rest_until_us": None if rest_until is None else to_us(rest_until)}
    with ctx.store.write() as connection:
        found = []
        for who, version in sorted(people.items()):
            before = roster.get(connection, who)
            if before is None or not roster.change(connection, who, version, values):
                raise _changed(who, before)
            found.append(_person(before))
        body = {"people": len(people), "order": sorted(people), "state": status}
        ctx.record(connection, "people.status", "roster", body)
    return tuple(found)


def put_back(ctx: Context, before: Sequence[Person]) -> None:
    """Take a change back: the rows are as they were before it.

    Raises:
        Conflict: one of them is gone.
    """
    with ctx.store.write() as connection:
        for person in before:
            now = roster.get(connection, person.adjuster_id)
            if now is None or not roster.change(connection, person.adjuster_id, now["version"], asdict(person)):
                raise _changed(person.adjuster_id, now)
            _record(ctx, connection, "people.change", person)


def remove(ctx: Context, adjuster_id: str) -> None:
    """Take somebody off the roster.

    Raises:
        Refused: they hold a shift of today or later, or there is nobody of that id.
    """
    with ctx.store.write() as connection:
        row = roster.get(connection, adjuster_id)
        if row is None:
            raise Refused(Message(N_("there is nobody with the id {id} on the roster"), {"id": adjuster_id}))
        today = ctx.now().date().isoformat()
        if any(s["adjuster_id"] == adjuster_id and s["shift"] >= today for s in plans.slots(connection)):
            text = N_("{id} holds a shift of today or later; take them out of the plan first, or set them off duty")
            raise Refused(Message(text, {"id": adjuster_id}))
        roster.remove(connection, adjuster_id)
        _record(ctx, connection, "people.remove", _person(row))


def next_id(known: Collection[str], prefix: str) -> str:
    """A free id: a prefix and the next number."""
    n = 1
    while f"{prefix}-{n:03d}" in known:
        n += 1
    return f"{prefix}-{n:03d}"


def _record(ctx: Context, connection: Connection, action: str, person: Person) -> None:
    body = {"person": person.adjuster_id, "standing": person.origin, "state": person.status, "source": person.lender}
    ctx.record(connection, action, f"roster/{person.adjuster_id}", body)


def _changed(who: str, row: Mapping[str, Any] | None) -> Conflict:
    if row is None:
        return Conflict(Message(N_("{id} is not on the roster any more; look at it again"), {"id": who}))
    gaps = {"id": who, "name": row["name"], "status": Message(STATUSES.get(row["status"], row["status"]))}
    text = N_("somebody changed {id} ({name}, {status}) since you looked; look at the row again")
    return Conflict(Message(text, gaps))


def _check(ctx: Context, connection: Connection, person: Person) -> None:
    """Everything that stands against a row, the first thing said."""
    bases = {b["base_id"] for b in pool.bases(connection)}
    patterns = ctx.content.library.staffing().patterns
    if not person.adjuster_id.strip() or not person.name.strip():
        raise Refused(Message(N_("give an id and a name")))
    if not person.skills or set(person.skills) - set(SKILLS):
        raise Refused(Message(N_("choose at least one skill of: {known}"), {"known": ", ".join(SKILLS)}))
    if person.base_id not in bases:
        raise Refused(Message(N_("choose a base: {known}"), {"known": ", ".join(sorted(bases))}))
    if person.status not in STATUSES or person.origin not in ORIGINS:
        raise Refused(Message(N_("choose people and one of: {known}"), {"known": ", ".join((*STATUSES, *ORIGINS))}))
    if person.origin != "own" and not person.lender.strip():
        raise Refused(Message(N_("say who sends them: the firm or the branch")))
    if person.pattern and person.pattern not in patterns:
        raise Refused(Message(N_("choose a turn of: {known}"), {"known": ", ".join(patterns)}))
    if person.origin != "own" and person.authority_minor is None:
        raise Refused(Message(LIMIT_UNSAID))
    if person.authority_minor is not None and person.authority_minor < 0:
        raise Refused(Message(N_("an authority limit is 0 or more, or left empty")))
    everyone = pool.adjusters(connection)
    odd = unknown_languages(person.language, (row["language"] for row in everyone))
    if odd:
        spoken = {"en": speaker("en"), "zh": speaker("zh_CN")}
        known = {one: say(", ").join(f"{c} {say(n)}" for c, n in LANGUAGES.items()) for one, say in spoken.items()}
        raise Refused(Message(UNKNOWN_LANGUAGE, {"language": odd[0], "known": known}))


def folded_words(text: str) -> str:
    """A name or number as it is compared, whatever its width, case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _identity(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Registration number, name and sender, however they are written."""
    return folded_words(row["registration"]), folded_words(row["name"]), folded_words(row["lender"])


def _check_once(connection: Connection, person: Person) -> None:
    """Nobody is on the roster twice: they would be planned twice in one shift.

    Two of one name and sender are two people where each has a registration number of their own.
    """
    number, *who = _identity(asdict(person))
    for row in pool.adjusters(connection):
        other, *whose = _identity(row)
        if row["adjuster_id"] == person.adjuster_id:
            continue
        sender = row["lender"] or Message(ORIGINS[row["origin"]])
        gaps = {"id": row["adjuster_id"], "name": row["name"], "sender": sender, "number": row["registration"]}
        if number and number == other:
            raise Refused(Message(SAME_NUMBER, gaps))
        if who == whose and not (number and other):
            raise Refused(Message(SAME_NAME, gaps))
