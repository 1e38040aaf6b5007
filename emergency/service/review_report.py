"""The report of a review: its conclusion, its publication, and what is handed over."""

from __future__ import annotations

from typing import Any

from emergency.documents.after_action import after_action
from emergency.documents.docx import docx_bytes
from emergency.documents.pdf import pdf_bytes
from emergency.service import exercises, improvements
from emergency.service.context import Conflict, Context, Refused
from emergency.service.incident_review import with_decisions
from emergency.service.learning import told
from emergency.service.panel import must_rate_first, panel
from emergency.service.reports import FORMATS, document
from emergency.service.response import perform
from emergency.service.reviewing import INCIDENT, RUN, Subject, record_of
from emergency.store import incidents
from emergency.store import reviews as store
from emergency.texts import N_, Message, speaker


def kept(ctx: Context, subject: Subject) -> dict[str, Any] | None:
    """What is kept of the report: conclusion, when and by whom it was published; None before anybody wrote."""
    with ctx.store.read() as connection:
        return store.report(connection, subject.key)


def conclude(ctx: Context, subject: Subject, text: str, version: int | None) -> None:
    """Write the conclusion in one's own words.

    Raises:
        Refused: the report is published. Conflict: somebody wrote in it since.
    """
    with ctx.store.write() as connection:
        now = store.report(connection, subject.key)
        if now is not None and now["published_us"]:
            raise Refused(Message(N_("the report is published; take it back to write in it")))
        written = {"conclusion": text.strip(), "written_by": ctx.actor.id}
        if not store.keep_report(connection, subject.key, version, **written):
            gaps = {"who": now["written_by"] if now else "–"}
            raise Conflict(Message(N_("{who} has written in this report in the meantime; look at it again"), gaps))
        ctx.record(connection, "review.conclude", subject.id, {"text": text.strip()})


def decided(ctx: Context, subject: Subject, record: dict[str, Any]) -> dict[str, Any]:
    """The record with the decisions about people and their regret: a run keeps its own, and so does a published report;
    for an incident that is open to review every plan is solved again, which takes a moment."""
    before = kept(ctx, subject)
    if subject.kind != INCIDENT or (before is not None and before["published_us"]):
        return record
    with ctx.store.read() as connection:
        incident = incidents.get(connection, subject.id)
    return record if incident is None else with_decisions(ctx, incident, record)


def publish(ctx: Context, subject: Subject) -> None:
    """Publish the report: of an incident its record stands from now on, and its review task is done.

    Raises:
        Refused: an evaluator has not sealed, or nobody wrote a conclusion. Conflict: published meanwhile.
    """
    found = panel(ctx, subject, {})
    waiting = [] if found.open else [s.evaluator for s in found.sheets if s.sealed_at is None]
    if waiting:
        raise Refused(Message(N_("{names} have not sealed their ratings yet"), {"names": ", ".join(waiting)}))
    before = kept(ctx, subject)
    if before is None or not before["conclusion"]:
        raise Refused(Message(N_("write the conclusion first: what is to be learnt from this?")))
    record = decided(ctx, subject, record_of(ctx, subject))
    frozen = {"record": record} if subject.kind == INCIDENT else {}
    with ctx.store.write() as connection:
        done = {"published_us": ctx.now_us(), "published_by": ctx.actor.id, **frozen}
        if before["published_us"] or not store.keep_report(connection, subject.key, before["version"], **done):
            raise Conflict(Message(N_("this report was published or changed in the meantime; look at it again")))
        ctx.record(connection, "review.publish", subject.id, {"overall": record["score"]["overall"]})
    _afterwards(ctx, subject)


def _afterwards(ctx: Context, subject: Subject) -> None:
    """What the published report settles: the task of the review, and what was exercised."""
    if subject.kind == RUN:
        exercises.keep_run(ctx, subject.id)
        improvements.keep_proofs(ctx, subject.id)
        return
    perform(ctx, subject.id, "aar.publish", {"text": "published in the Review room"})
    with ctx.store.read() as connection:
        incident = incidents.get(connection, subject.id)
    if incident is not None:
        exercises.keep_incident(ctx, incident)
        improvements.keep_proofs_of(ctx, record_of(ctx, subject))


def take_back(ctx: Context, subject: Subject) -> None:
    """Take a published report back to write in it again.

    Raises:
        Conflict: it is not published any more.
    """
    before = kept(ctx, subject)
    with ctx.store.write() as connection:
        again: dict[str, Any] = {"published_us": None, "published_by": "", "record": {}}
        if before is None or not before["published_us"]:
            raise Conflict(Message(N_("this report is not published")))
        if not store.keep_report(connection, subject.key, before["version"], **again):
            raise Conflict(Message(N_("this report was published or changed in the meantime; look at it again")))
        ctx.record(connection, "review.take-back", subject.id, {})


def document_of(ctx: Context, subject: Subject, form: str, language: str = "en") -> bytes:
    """The report as docx or pdf, of a run also as html, the map replay.

    Raises:
        Refused: another format, who asks is to rate first, or the replay of a run whose workspace is gone.
    """
    if form not in FORMATS or (form == "html" and subject.kind != RUN):
        gaps = {"format": form, "known": "docx, pdf"}
        raise Refused(Message("format {format} is not one of {known}", gaps))
    if must_rate_first(ctx, subject):
        raise Refused(Message(N_("rate and seal your sheet first; then the report is for you to read")))
    if subject.kind == RUN:
        return document(ctx, subject.id, form, language)
    story = after_action(decided(ctx, subject, told(ctx, subject)), speaker(language))
    return docx_bytes(story) if form == "docx" else pdf_bytes(story)


__all__ = ["FORMATS", "conclude", "document_of", "kept", "publish", "take_back"]
