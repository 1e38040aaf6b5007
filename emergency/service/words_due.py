"""What has to be said next and by when, drafts begun from templates, and the nagging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.bulletin import gaps, next_due
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.playbook import Comms
from emergency.domain.reporting_clock import REGULATOR
from emergency.library import FileFaults
from emergency.library.bulletins import EVERY, Template, load_templates
from emergency.service import words, words_ledger
from emergency.service.apart import each
from emergency.service.clocks import handed_in
from emergency.service.context import Context, Notice, Refused
from emergency.service.grading import Evaluation, deadlines_s, evaluate
from emergency.service.response import every_incident, playbook_of
from emergency.service.telling import deliver
from emergency.texts import N_, Message, speaker

# A bulletin is nagged about when this much is left, and again when it is late (house rule, 2026-11).
WARN_BEFORE = timedelta(minutes=15)
OPTIONAL = "? "
AUDIENCE_NAMES = {
    "customers": N_("customers"),
    "regulator": N_("regulator"),
    "media": N_("media"),
    "government": N_("government"),
    "staff": N_("staff"),
    "reinsurers": N_("reinsurers"),
    "partners": N_("partners"),
}


@dataclass(frozen=True)
class DueBulletin:
    """One row of the playbook: when its next bulletin is due, the last one, and a draft begun for it."""

    row: Comms
    due_at: datetime | None
    last_at: datetime | None
    repeat_s: int | None
    draft: Mapping[str, Any] | None

    def left_s(self, now: datetime) -> int | None:
        return None if self.due_at is None else int((self.due_at - now).total_seconds())


def templates(ctx: Context) -> tuple[tuple[Template, ...], tuple[FileFaults, ...]]:
    """Prepared bulletins, and what is wrong with files that cannot be used."""
    return load_templates(ctx.content.data / "bulletins")


def due(ctx: Context, incident: Incident, evaluation: Evaluation | None = None) -> list[DueBulletin]:
    """Bulletins the playbook asks for at the level in force, the next due first."""
    playbook = playbook_of(ctx, incident)
    if playbook is None or incident.response_level is None or incident.activated_at is None:
        return []
    mine = words.every(ctx, incident.incident_id, ("draft", "submitted", "approved", "sent"))
    limits_s = _limits_s(ctx, incident, playbook.comms, mine, evaluation)
    # A bulletin on a clock of the rules is asked for no more once the report of that clock is handed in.
    with ctx.store.read() as connection:
        handed = handed_in(connection, incident.incident_id)
    reported = [from_us(one.at_us) for (to, _), several in handed.items() if to == REGULATOR for one in several]
    found = []
    for row in playbook.comms:
        own = [b for b in mine if b["comms_id"] == row.id and b["corrects"] is None]
        level, opened = incident.response_level, incident.activated_at
        sent = [from_us(b["sent_us"]) for b in own if b["state"] == "sent"] + list(reported if row.deadline else ())
        sent += _before(row, mine, level, opened)
        next_one = next_due(row, level, opened, incident.discovered_at, limits_s, sent)
        if next_one:
            draft = next((b for b in own if b["state"] != "sent"), None)
            found.append(DueBulletin(row, next_one.due_at, next_one.last_at, next_one.repeat_s, draft))
    return sorted(found, key=lambda d: (d.due_at is None, d.due_at or ctx.now(), d.row.id))


def _before(
    row: Comms, mine: Sequence[Mapping[str, Any]], level: int, opened: datetime
) -> list[datetime]:
    """What was said to an audience in free words before a level was confirmed: the first bulletin of its row, unless
    what follows it would be due before that."""
    found = [
        from_us(b["sent_us"])
        for b in mine
        if b["state"] == "sent"
        and b["audience"] == row.audience
        and not b["comms_id"]
        and b["corrects"] is None
        and not b["kind"].startswith("warning")
        and from_us(b["sent_us"]) < opened
    ]
    every_s = row.repeat_every_s.get(level, 0)
    first_due = opened + timedelta(seconds=row.first_s.get(level, 0))
    return [at for at in found if not every_s or at + timedelta(seconds=every_s) > first_due]


def _limits_s(
    ctx: Context,
    incident: Incident,
    asked: Sequence[Comms],
    mine: Sequence[Mapping[str, Any]],
    evaluation: Evaluation | None,
) -> Mapping[str, int]:
    """Deadlines of the rules, where a bulletin tied to one has not been sent yet: grading is what costs time."""
    sent = {b["comms_id"] for b in mine if b["state"] == "sent" and b["corrects"] is None}
    if not any(row.deadline and incident.response_level in row.levels and row.id not in sent for row in asked):
        return {}
    return deadlines_s(ctx, evaluation or evaluate(ctx, incident.incident_id), incident.response_level)


def fitting(
    known: Sequence[Template], audience: str, incident: Incident | None, asked: str = "", again: bool = False
) -> list[Template]:
    """Templates for an audience, the best first: the one the playbook asks for, an update where one was sent."""
    kind, level = (incident.kind, incident.response_level) if incident else ("", None)
    usable = [
        t
        for t in known
        if t.audience == audience
        and (not t.incidents or not kind or kind in t.incidents)
        and (level is None or level in t.levels)
    ]
    return sorted(
        usable, key=lambda t: (not (again and t.kind == "update"), asked not in t.answers, t.kind == "update", t.id)
    )


def begin_for(
    ctx: Context, incident: Incident | None, template: Template, comms_id: str = "", audience: str = ""
) -> int:
    """Begin a draft from a template; returns its number."""
    known = words_ledger.ledger(ctx, incident)
    level = incident.response_level if incident else None
    body = {lang: _kept(text, known) for lang, text in template.body_at(level).items()}
    return words.begin(
        ctx,
        incident,
        audience=audience or template.audience,
        kind=template.kind,
        subject=template.subject,
        body=body,
        template=f"{template.id}@{template.version}",
        comms_id=comms_id,
    )


def begin_due(ctx: Context, incident: Incident, asked: DueBulletin) -> int:
    """Begin the draft of a row of the playbook.

    Raises:
        Refused: no template fits its audience.
    """
    known, _ = templates(ctx)
    found = fitting(known, asked.row.audience, incident, asked.row.template, again=asked.last_at is not None)
    if not found:
        gaps_ = {"audience": asked.row.audience}
        raise Refused(Message("no template for {audience} fits; add one to data/bulletins, or write freely", gaps_))
    return begin_for(ctx, incident, found[0], asked.row.id)


def _kept(text: str, known: words_ledger.Ledger) -> str:
    """The lines of a template; optional ones only where the ledger has all their figures."""
    lines = []
    for line in text.splitlines():
        if line.startswith(OPTIONAL):
            if any(figure not in known for figure in gaps(line)):
                continue
            line = line.removeprefix(OPTIONAL)
        lines.append(line)
    return "\n".join(lines)


def correction_template(ctx: Context) -> Template:
    known, _ = templates(ctx)
    found = next((t for t in known if t.audience == EVERY and t.kind == "correction"), None)
    if found is None:
        raise Refused(Message("data/bulletins/any.correction.yaml is missing or broken; repair it first"))
    return found


# Nagging ------------------------------------------------------------------------------------------


def nag(ctx: Context) -> int:
    """Remind writer and approver of bulletins that are nearly due or late; each of them once per due time."""
    return each(ctx, every_incident(ctx, open_only=True), lambda incident: _nag_of(ctx, incident))


def _nag_of(ctx: Context, incident: Incident) -> int:
    told = 0
    for one in due(ctx, incident):
        left = one.left_s(ctx.now())
        if one.due_at is None or left is None or left > WARN_BEFORE.total_seconds():
            continue
        told += _remind(ctx, incident, one, "late" if left < 0 else "soon")
    return told


def _remind(ctx: Context, incident: Incident, one: DueBulletin, how: str) -> bool:
    assert one.due_at is not None
    roles = [one.row.role] if one.draft is None or one.draft["state"] == "draft" else [one.row.approver]
    if how == "late":
        roles = list(dict.fromkeys([one.row.role, one.row.approver]))
    key = f"nag/{incident.incident_id}/{one.row.id}/{to_us(one.due_at)}/{how}"
    with ctx.store.write() as connection:
        notice = reminder(ctx, key, roles, incident, _nag_text(ctx, one, how))
        if not deliver(ctx, connection, notice, roles, incident.incident_id):
            return False
        facts = {"bulletin": one.row.id, "due_us": to_us(one.due_at), "how": how, "roles": roles}
        ctx.record(connection, "bulletin.nag", incident.incident_id, {"incident": incident.incident_id, **facts})
    return True


def _nag_text(ctx: Context, one: DueBulletin, how: str) -> Message:
    gaps_ = {"audience": Message(AUDIENCE_NAMES[one.row.audience])}
    if how == "late":
        return Message("The bulletin to {audience} is late; send it now", gaps_)
    return Message("The bulletin to {audience} is due within a quarter of an hour", gaps_)


def reminder(ctx: Context, key: str, roles: Sequence[str], incident: Incident | None, text: Message) -> Notice:
    """A reminder inside the house, in both languages."""
    spoken = " / ".join(dict.fromkeys(speaker(lang)(text) for lang in ("zh_CN", "en")))
    title = " / ".join(dict.fromkeys(incident.title.values())) if incident else ctx.store.name
    return Notice(key, ", ".join(roles), "staff", title, spoken)
