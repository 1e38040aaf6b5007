"""Reports: prefilled from the facts, kept as a draft while somebody writes, handed in and frozen.

What was handed in never changes; a correction is a report of its own that names the old one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.report_form import LANGUAGE_KEYS, Authority, Figure, Filled, Form, fill, gap_name, marks_left
from emergency.domain.report_text import Cited, Entry, Paper, plain_text
from emergency.domain.reporting_clock import Clock
from emergency.library.report_files import load_forms
from emergency.service import clocks, report_facts
from emergency.service.context import Conflict, Context, Notice, Refused
from emergency.service.grading import Evaluation, evaluate, incident_named
from emergency.service.report_check import CONSOLE as CONSOLE
from emergency.service.report_check import PHONE as PHONE
from emergency.service.report_check import as_clocks_say, may_close, may_hand_in
from emergency.service.report_words import SENDER, SENDER_FIELDS, local_words
from emergency.service.response import settle
from emergency.service.running import watermark
from emergency.service.telling import INSIDE, deliver
from emergency.store import incidents, reports
from emergency.store.store import Connection, read_setting, write_setting
from emergency.texts import N_, Message, speaker

CHANGED_BY = N_("{who} changed this field at {time}: “{text}”. Look at it, then write yours again.")
HANDED_BY = N_("{who} handed in number {number} of this report at {time}; look at it before you hand in another.")


@dataclass(frozen=True)
class DraftField:
    """A field as it stands on the form.

    Attributes:
        text: in the official language; `written` where a person has written over what the facts give.
        version: of the draft, 0 where there is none; changed with every save.
    """

    filled: Filled
    text: str
    written: bool
    version: int
    by: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What still has to be added; where a person has written the field, the marks they left in it."""
        if self.written and self.text.strip():
            return marks_left(self.filled.field, self.text)
        if self.written:
            return (self.filled.field.id,) if self.filled.field.required else ()
        return self.filled.missing


@dataclass(frozen=True)
class Prepared:
    """A report ready to be read, edited and handed in; ``language``: ``zh`` or ``en``, the official one."""

    incident: Incident
    form: Form
    kind: str
    authority: Authority
    number: int
    language: str
    as_of: datetime
    fields: tuple[DraftField, ...]
    facts: Mapping[str, Figure]

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """(field, gap) of everything that is still to be added."""
        return tuple((f.filled.field.id, gap) for f in self.fields for gap in f.missing)


def forms(ctx: Context) -> dict[str, Form]:
    """Kind of report -> the form it is written on."""
    found = load_forms(ctx.content.data / "reports")
    return {kind: form for form in found for kind in form.kinds}


def form_of(ctx: Context, kind: str) -> Form:
    known = forms(ctx)
    if kind not in known:
        raise Refused(
            Message(N_("there is no form for {kind}; known: {known}"), {"kind": kind, "known": ", ".join(known)})
        )
    return known[kind]


def prepare(ctx: Context, incident_id: str, kind: str, evaluation: Evaluation | None = None) -> Prepared:
    """The form filled from the facts, with what people wrote over it."""
    evaluation = evaluation or evaluate(ctx, incident_id)
    form = form_of(ctx, kind)
    facts = report_facts.gather(ctx, evaluation, kind)
    with ctx.store.read() as connection:
        written = reports.draft(connection, incident_id, kind)
        number = reports.next_number(connection, incident_id, kind)
    authority = form.authority(evaluation.incident.jurisdiction)
    if authority is None:
        raise Refused(
            Message(
                N_("the form {form} names nobody to send it to in {place}"),
                {"form": form.id, "place": evaluation.incident.jurisdiction},
            )
        )
    language = "zh" if evaluation.incident.jurisdiction.startswith("CN") else "en"
    fields = tuple(_draft(one, written.get(one.field.id), language) for one in fill(form, kind, facts))
    return Prepared(evaluation.incident, form, kind, authority, number, language, ctx.now(), fields, facts)


def _draft(filled: Filled, row: Mapping[str, Any] | None, language: str) -> DraftField:
    if row is None:
        return DraftField(filled, filled.text[language], False, 0)
    return DraftField(filled, str(row["text"]), True, int(row["version"]), str(row["actor"]))


# Writing --------------------------------------------------------------------------------------------


def save_field(ctx: Context, incident_id: str, kind: str, field: str, text: str, version: int) -> int:
    """Keep what somebody wrote in one field; returns its new version.

    Raises:
        Conflict: somebody else wrote in it since; says who, when and what.
    """
    values = {
        "incident_id": incident_id,
        "kind": kind,
        "field": field,
        "text": text,
        "changed_us": ctx.now_us(),
        "actor": ctx.actor.id,
    }
    with ctx.store.write() as connection:
        if reports.save_draft(connection, version, **values):
            return version + 1
        other = reports.draft(connection, incident_id, kind).get(field)
    if other is None:  # taken back, or handed in, by somebody else
        with ctx.store.write() as connection:
            reports.save_draft(connection, 0, **values)
        return 1
    if other["text"] == text:
        return int(other["version"])
    time = local_words(ctx, from_us(other["changed_us"]))
    raise Conflict(Message(CHANGED_BY, {"who": other["actor"], "time": time, "text": _short(other["text"])}))


def discard(ctx: Context, incident_id: str, kind: str, field: str | None = None) -> None:
    """Go back to what the facts give, in one field or in all."""
    with ctx.store.write() as connection:
        reports.drop_draft(connection, incident_id, kind, field)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# Handing in -----------------------------------------------------------------------------------------


def submit(
    ctx: Context,
    prepared: Prepared,
    *,
    via: str,
    person: str = "",
    handed_at: datetime | None = None,
    corrects: str = "",
    despite: str = "",
) -> dict[str, Any]:
    """Hand a report in (or publish a situation report): frozen, recorded, its clock met and its tasks settled.

    Args:
        via: portal, mail, fax, in_person or phone; the console records the handing in, people do it.
        person: who took it at the other end; needed for a report by phone.
        handed_at: when it was handed in, now unless given; a call is often recorded afterwards.
        corrects: report_id of the report it corrects; a correction meets no clock.
        despite: why a final report goes though a response is in force or another report is owed.

    Returns:
        The report as it is kept.

    Raises:
        Refused: something is missing that makes it no report, or a final one none. Conflict: the same number was
            handed in meanwhile.
    """
    at = handed_at or ctx.now()
    may_hand_in(ctx, prepared, via, person, at)
    may_close(ctx, prepared, despite or corrects)
    paper = paper_of(ctx, prepared, at, _named(ctx, corrects))
    text = plain_text(paper)
    due = _due(ctx, prepared)
    row = {
        "report_id": f"{prepared.incident.incident_id}/{prepared.kind}/{prepared.number}",
        "incident_id": prepared.incident.incident_id,
        "addressee": prepared.form.addressee,
        "authority": prepared.authority.id,
        "kind": prepared.kind,
        "number": prepared.number,
        "via": via,
        "person": person.strip(),
        "language": prepared.language,
        "form": f"{prepared.form.id}@{prepared.form.version}",
        "fields": [{"id": e.id, "title": dict(e.title), "text": e.text, "beside": e.beside} for e in paper.entries],
        "figures": _figures(prepared),
        "missing": [list(pair) for pair in prepared.missing],
        "text": text,
        "beside": "",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "corrects": corrects,
        "handed_us": to_us(at),
        "recorded_us": ctx.now_us(),
        "due_us": None if due is None or corrects else due.due_us,
        "state": "correction"
        if corrects
        else "unasked"
        if due is None
        else "in_time"
        if to_us(at) <= due.due_us
        else "late",
        "actor": ctx.actor.id,
    }
    with ctx.store.write() as connection:
        _hand_in(ctx, connection, prepared, row, despite.strip())
    clocks.keep(ctx, evaluate(ctx, prepared.incident.incident_id))
    return row


def _hand_in(ctx: Context, connection: Connection, prepared: Prepared, row: dict[str, Any], despite: str) -> None:
    """State, entry and settled tasks, in the caller's transaction."""
    incident_id, kind = prepared.incident.incident_id, prepared.kind
    if reports.next_number(connection, incident_id, kind) != prepared.number:
        other = reports.one(connection, row["report_id"])
        assert other is not None
        time = local_words(ctx, from_us(other["handed_us"]))
        raise Conflict(Message(HANDED_BY, {"who": other["actor"], "number": other["number"], "time": time}))
    body = {
        "to": row["authority"],
        "kind": kind,
        "fields": {entry["id"]: entry["text"] for entry in row["fields"]},
        **{k: row[k] for k in ("number", "via", "person", "sha256", "corrects", "state", "missing")},
        "report": row["report_id"],
        "incident": incident_id,
    } | ({"despite": despite} if despite else {})
    action = "report.publish" if row["addressee"] == "cadence" else "report.submit"
    if action == "report.publish":
        body["text"] = row["text"]
    row["journal_seq"] = ctx.record(connection, action, incident_id, body, happened=from_us(row["handed_us"]))
    reports.add(connection, **row)
    reports.drop_draft(connection, incident_id, kind)
    sender = {f.filled.field.id: f.text for f in prepared.fields if f.filled.field.id in SENDER_FIELDS}
    told = {name: text for name, text in sender.items() if text.strip() and not _still_marked(name, prepared)}
    write_setting(connection, SENDER, read_setting(connection, SENDER, {}) | told)
    took_note(ctx, connection, incident_id, action, body)
    if action == "report.publish":
        _give_out(ctx, connection, row)
    settle(ctx, connection, incident_id, action, body, row["journal_seq"])


def _give_out(ctx: Context, connection: Connection, row: Mapping[str, Any]) -> None:
    """A situation report that is published goes to the staff as well."""
    subject = str(row["text"]).splitlines()[0]
    deliver(ctx, connection, Notice(f"report/{row['report_id']}", INSIDE, INSIDE, subject, str(row["text"])), [INSIDE])


def _still_marked(name: str, prepared: Prepared) -> bool:
    return any(field == name for field, _ in prepared.missing)


def took_note(ctx: Context, connection: Connection, incident_id: str, action: str, body: Mapping[str, Any]) -> None:
    """The fact that the closure of a playbook asks for, whatever door the final report went out by."""
    if action != "report.submit" or body.get("kind") != "final" or body.get("corrects"):
        return
    incidents.add_fact(
        connection,
        incident_id=incident_id,
        metric="regulator.final_report",
        value="submitted",
        region=None,
        source=ctx.actor.id,
        as_of=ctx.now(),
        recorded=ctx.now(),
        actor=ctx.actor.id,
    )


def _due(ctx: Context, prepared: Prepared) -> Clock | None:
    """The clock this report meets: the limit where there is one, else the target."""
    found = clocks.ledger(ctx, evaluate(ctx, prepared.incident.incident_id))
    mine = [c for c in found if c.kind == prepared.kind and c.waits]
    return min(mine, key=lambda c: (c.strive, c.due_us), default=None)


def _named(ctx: Context, report_id: str) -> str:
    if not report_id:
        return ""
    with ctx.store.read() as connection:
        row = reports.one(connection, report_id)
    if row is None:
        raise Refused(Message(N_("there is no report {report} to correct"), {"report": report_id}))
    return f"{report_id} ({local_words(ctx, from_us(row['handed_us']))})"


def _figures(prepared: Prepared) -> list[dict[str, Any]]:
    """Every figure the fields state, with its source and time, as kept with the report."""
    found: dict[str, Figure] = {}
    for one in prepared.fields:
        found |= {gap: figure for gap, figure in one.filled.figures.items() if figure.cited}
    return [
        {
            "metric": gap,
            "name": dict(f.name),
            "shown": dict(f.shown),
            "value": f.value,
            "source": dict(f.source),
            "as_of": f.as_of,
        }
        for gap, f in found.items()
    ]


# As a paper -----------------------------------------------------------------------------------------


def paper_of(ctx: Context, prepared: Prepared, handed_at: datetime | None = None, corrects: str = "") -> Paper:
    """The report as it would be handed in now."""
    other = "en" if prepared.language == "zh" else "zh"
    entries = [
        Entry(f.filled.field.id, f.filled.field.title, f.text, "" if f.written else f.filled.text[other])
        for f in prepared.fields
        if f.text.strip()
    ]
    handed = "" if handed_at is None else local_words(ctx, handed_at)[prepared.language]
    return Paper(
        title=prepared.form.kinds[prepared.kind],
        to=prepared.authority.name,
        incident=dict(prepared.incident.title),
        language=prepared.language,
        number=prepared.number,
        entries=entries,
        cited=[_cited(ctx, row, prepared.language) for row in _figures(prepared)],
        handed=handed,
        mark=_mark(ctx, prepared.language),
        corrects=corrects,
        missing=[gap_name(gap)[prepared.language] for _, gap in prepared.missing],
    )


def paper_kept(ctx: Context, report_id: str) -> Paper:
    """A report as it was handed in. Raises Refused where there is none."""
    with ctx.store.read() as connection:
        row = reports.one(connection, report_id)
    if row is None:
        raise Refused(Message(N_("there is no report {report}"), {"report": report_id}))
    incident = incident_named(ctx, row["incident_id"])
    form = form_of(ctx, row["kind"])
    authority = next((a for a in form.authorities if a.id == row["authority"]), None)
    return Paper(
        title=form.kinds[row["kind"]],
        to=authority.name if authority else {"zh": row["authority"], "en": row["authority"]},
        incident=dict(incident.title),
        language=row["language"],
        number=row["number"],
        entries=[Entry(e["id"], e["title"], e["text"], e["beside"]) for e in row["fields"]],
        cited=[_cited(ctx, figure, row["language"]) for figure in row["figures"]],
        handed=local_words(ctx, from_us(row["handed_us"]))[row["language"]],
        mark=_mark(ctx, row["language"]),
        corrects=_named(ctx, row["corrects"]),
    )


def _cited(ctx: Context, row: Mapping[str, Any], language: str) -> Cited:
    as_of = local_words(ctx, datetime.fromisoformat(row["as_of"]))[language]
    return Cited(row["name"][language], row["shown"][language], row["source"][language], as_of)


def _mark(ctx: Context, language: str) -> str:
    mark = watermark(ctx.profile)
    chosen = next(name for name, key in LANGUAGE_KEYS.items() if key == language)
    return f"{speaker(chosen)(mark)} " if mark else ""


def handed(ctx: Context, incident_id: str) -> list[dict[str, Any]]:
    """Every report of an incident as known now, the newest first."""
    with ctx.store.read() as connection:
        rows = reports.handed_in(connection, incident_id, ctx.now_us())
    return as_clocks_say(ctx, incident_id, rows)
