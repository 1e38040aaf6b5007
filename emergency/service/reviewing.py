"""What can be reviewed – runs of drills and real incidents – and the record of it, one form for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.documents.drill_words import Words, offset
from emergency.documents.facts import Facts
from emergency.domain.instant import from_us
from emergency.service.context import Context, Refused
from emergency.service.incident_review import incident_record
from emergency.store import incidents, records, reviews
from emergency.texts import N_, Message

RUN, INCIDENT = "run", "incident"


@dataclass(frozen=True)
class Subject:
    """What a review is about. kind: run or incident."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if self.kind not in (RUN, INCIDENT):
            raise ValueError(f"a review is about a run or an incident, not {self.kind!r}")

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.id


@dataclass(frozen=True)
class Listed:
    """A subject as lists show it; overall and band are None where it is not rated or not scored yet."""

    subject: Subject
    title: Mapping[str, str]
    held_at: datetime
    manner: str  # scripted, best, none, people, real
    seed: int
    overall: float | None
    band: str | None
    published: bool


def subjects(ctx: Context) -> list[Listed]:
    """Every run kept here and every incident that was activated, the newest first."""
    with ctx.store.read() as connection:
        runs = records.runs(connection)
        known = [i for i in incidents.every(connection) if i.activated_at is not None]
        published = {(r["subject_kind"], r["subject_id"]) for r in reviews.reports(connection) if r["published_us"]}
    found = [
        Listed(
            Subject(RUN, r["run_id"]),
            r["title"],
            from_us(r["finished_us"]),
            r["auto"],
            r["seed"],
            r["score"]["overall"],
            r["score"]["band"],
            (RUN, r["run_id"]) in published,
        )
        for r in runs
    ] + [
        Listed(
            Subject(INCIDENT, i.incident_id),
            i.title,
            i.closed_at or ctx.now(),
            "real",
            0,
            None,
            None,
            (INCIDENT, i.incident_id) in published,
        )
        for i in known
    ]
    return sorted(found, key=lambda one: (one.held_at, one.subject.id), reverse=True)


def record_of(ctx: Context, subject: Subject) -> dict[str, Any]:
    """The record of a subject: score, review, files; an incident's as it was published, else as it stands now.

    Raises:
        Refused: no such run or incident in this workspace.
    """
    if subject.kind == RUN:
        with ctx.store.read() as connection:
            run = records.run(connection, subject.id)
        if run is None:
            raise Refused(Message(N_("there is no run {run} here"), {"run": subject.id}))
        return run | {"kind": RUN}
    with ctx.store.read() as connection:
        incident = incidents.get(connection, subject.id)
        kept = reviews.report(connection, subject.key)
    if incident is None:
        raise Refused(Message(N_("there is no incident {incident}"), {"incident": subject.id}))
    if kept is not None and kept["record"]:
        return dict(kept["record"])
    return incident_record(ctx, incident)


__all__ = ["INCIDENT", "RUN", "Facts", "Listed", "Subject", "Words", "offset", "record_of", "subjects"]
