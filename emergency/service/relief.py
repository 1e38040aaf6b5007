"""Relief measures as they stand: what there is, what is in force, what it has cost so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.claim import LINES
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.playbook import Text
from emergency.domain.relief import ReliefMeasure, ReliefMeasures, in_scope, who_may
from emergency.library.authorities import load_authorities
from emergency.library.relief import load_relief_measures
from emergency.service.context import Context
from emergency.service.task_plan import playbook_of
from emergency.store import measures
from emergency.texts import N_, Message

COMMANDER = "commander"


@dataclass(frozen=True)
class Scope:
    """Where a measure holds and up to what: empty regions or lines take in all of the incident's.

    limit_minor: per claim in the workspace's currency; None for no limit. ends_at None: until ended.
    """

    regions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    limit_minor: int | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if strange := sorted(set(self.lines) - set(LINES)):
            raise ValueError(f"line {strange[0]!r} is not one of {', '.join(LINES)}")
        if self.limit_minor is not None and self.limit_minor <= 0:
            raise ValueError("the limit per claim must be above zero; leave it out for none")


@dataclass(frozen=True)
class Cost:
    """What a measure has cost so far, as far as the console can count it.

    minor: None where no message or claim says it. claims: those it touched.
    """

    claims: int
    minor: int | None
    currency: str
    note: Message


@dataclass(frozen=True)
class InForce:
    """One time a measure was enabled, with what has become of it."""

    measure_id: int
    incident_id: str
    name: str
    title: Text
    scope: Scope
    text: Text
    authority: str
    actor: str
    started_at: datetime
    state: str
    ended_at: datetime | None
    ended_by: str
    reason: str
    journal_seq: int
    version: int


def catalogue(ctx: Context) -> ReliefMeasures:
    """Every measure the house knows. Raises FileFaults where its file is broken."""
    return load_relief_measures(ctx.content.data / "relief-measures.yaml")


def default_scope(ctx: Context, measure: ReliefMeasure) -> Scope:
    """Where the form begins: the measure's own lines, limit and span."""
    ends_at = ctx.now() + timedelta(seconds=measure.lasts_s)
    return Scope((), measure.lines, measure.limit_minor.get(ctx.profile.currency), ends_at)


def may_enable(ctx: Context, incident: Incident, measure: ReliefMeasure) -> tuple[str, ...]:
    """Roles that may enable it for this incident now."""
    playbook = playbook_of(ctx, incident)
    return who_may(measure, incident.response_level, COMMANDER, playbook.activation if playbook else None)


def titles(ctx: Context, incident: Incident, roles: Sequence[str]) -> Text:
    """Roles in words of both languages: of the playbook, or an authority; an unknown one by its id."""
    playbook = playbook_of(ctx, incident)
    named = load_authorities(ctx.content.data / "rules" / "authorities.csv")
    found = []
    for role in roles:
        own = playbook.roles.get(role) if playbook else None
        found.append(own.title if own else named.get(role, {"en": role, "zh": role}))
    return {"en": ", ".join(_in(t, "en") for t in found), "zh": "、".join(_in(t, "zh") for t in found)}


def _in(title: Text, language: str) -> str:
    return title.get(language) or next(iter(title.values()), "")


def measures_of(ctx: Context, incident_id: str) -> tuple[InForce, ...]:
    """Every time a measure was enabled for an incident, newest first."""
    known = catalogue(ctx).measures
    with ctx.store.read() as connection:
        rows = measures.of(connection, incident_id)
    found = []
    for row in reversed(rows):
        title = known[row["name"]].name if row["name"] in known else {"en": row["name"], "zh": row["name"]}
        ends_at = None if row["ends_us"] is None else from_us(row["ends_us"])
        found.append(
            InForce(
                measure_id=row["measure_id"],
                incident_id=incident_id,
                name=row["name"],
                title=title,
                scope=Scope(tuple(row["regions"]), tuple(row["lines"]), row["limit_minor"], ends_at),
                text=row["text"],
                authority=row["authority"],
                actor=row["actor"],
                started_at=from_us(row["started_us"]),
                state=row["state"],
                ended_at=None if row["ended_us"] is None else from_us(row["ended_us"]),
                ended_by=row["ended_by"],
                reason=row["reason"],
                journal_seq=row["journal_seq"],
                version=row["version"],
            )
        )
    return tuple(found)


def cost(ctx: Context, measure: InForce) -> Cost:
    """What it has cost so far: advances and small payments in money, others in claims touched."""
    known = catalogue(ctx).measures.get(measure.name)
    kind = known.cost if known else "claims"
    since_us, until_us = to_us(measure.started_at), to_us(measure.ended_at or ctx.now())
    limit = measure.scope.limit_minor if kind == "small_paid" else None
    with ctx.store.read() as connection:
        rows = measures.touched(connection, measure.incident_id, since_us, until_us, limit)
        ahead = kind == "advances"
        paid = measures.advances(connection, measure.incident_id, since_us, until_us) if ahead else rows
    inside = [r for r in rows if in_scope(r["region"], r["line"], measure.scope.regions, measure.scope.lines)]
    claims = sum(r["claims"] for r in inside)
    if kind == "claims":
        note = Message(N_("money not measurable"))
        return Cost(claims, None, ctx.profile.currency, note)
    return _money(ctx, measure, paid, claims, kind)


def _money(ctx: Context, measure: InForce, rows: Sequence[Mapping[str, Any]], claims: int, kind: str) -> Cost:
    inside = [r for r in rows if in_scope(r["region"], r["line"], measure.scope.regions, measure.scope.lines)]
    foreign = sum(r["paid"] for r in inside if r["currency"] not in (None, ctx.profile.currency))
    mine = [r for r in inside if r["currency"] in (None, ctx.profile.currency)]
    number = sum(r["paid"] for r in mine)
    note = Message(N_("{number} claims paid ahead, by claim messages"), {"number": number})
    if kind == "small_paid":
        note = Message(N_("{number} claims paid up to the limit"), {"number": number})
    if foreign:
        gaps = {"note": note, "number": foreign}
        note = Message(N_("{note}; {number} in another currency are not in the sum"), gaps)
    return Cost(claims, sum(r["paid_minor"] for r in mine), ctx.profile.currency, note)
