"""Bulletins: drafted from a template, read from the ledger, approved by another person, sent, corrected.

A draft keeps the figures as they were when they were last read; approval is of those. Whatever
changes the text or a figure voids the approval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.bulletin import Loose, Rendered, gaps, loose_numbers, render
from emergency.domain.incident import Incident
from emergency.domain.ledger import Entry, Problem, ledger_of, moved, problems
from emergency.domain.playbook import AUDIENCES
from emergency.service import words_ledger
from emergency.service.context import Context, Refused
from emergency.service.response import playbook_of
from emergency.service.words_ledger import Ledger
from emergency.store import incidents, outbox, words
from emergency.store.store import Connection
from emergency.texts import Message

# Where no playbook says who approves, the commander does (house rule, 2026-11).
APPROVER = "commander"
OWN_FIGURES = ("correction.",)  # of one bulletin alone, never in the ledger


@dataclass(frozen=True)
class Preview:
    """A bulletin as it would go out: per language, with what stands in its way."""

    subject: Mapping[str, Rendered]
    body: Mapping[str, Rendered]
    loose: Mapping[str, tuple[Loose, ...]]
    problems: tuple[Problem, ...]

    def text(self, languages: Sequence[str]) -> str:
        return "\n\n".join(self.body[lang].text for lang in languages)

    def title(self, languages: Sequence[str]) -> str:
        return " / ".join(self.subject[lang].text for lang in languages)


def languages_of(ctx: Context) -> list[str]:
    """What customers of this workspace read."""
    return ["zh"] if ctx.profile.region_set == "cn" else ["en"]


def begin(
    ctx: Context,
    incident: Incident | None,
    *,
    audience: str,
    kind: str,
    subject: Mapping[str, str],
    body: Mapping[str, str],
    template: str = "",
    comms_id: str = "",
    channels: Sequence[str] = (),
    own: Sequence[Entry] = (),
    recipients: Sequence[Sequence[Any]] = (),
    corrects: int | None = None,
    known: Ledger | None = None,
) -> int:
    """Write a draft; returns its number.

    Args:
        own: figures of this bulletin alone; recipients: [channel, addresses] of a correction.
        known: the ledger, where the caller has read it.
    """
    if audience not in AUDIENCES:
        raise Refused(Message("choose to whom it goes: {allowed}", {"allowed": ", ".join(AUDIENCES)}))
    known = words_ledger.ledger(ctx, incident) if known is None else known
    values: dict[str, Any] = {
        "incident_id": incident.incident_id if incident else None,
        "comms_id": comms_id,
        "audience": audience,
        "channels": list(channels) or _channels(ctx, incident, comms_id, audience),
        "kind": kind,
        "template": template,
        "level": incident.response_level if incident else None,
        "languages": languages_of(ctx),
        "subject": dict(subject),
        "body": dict(body),
        "figures": _snapshot(subject, body, known, own),
        "recipients": [list(r) for r in recipients],
        "corrects": corrects,
        "approver_role": approver_for(ctx, incident, audience, comms_id),
        "state": "draft",
        "authors": [ctx.actor.id],
        "read_us": ctx.now_us(),
        "created_us": ctx.now_us(),
    }
    with ctx.store.write() as connection:
        number = words.add_bulletin(connection, **values)
        facts = {key: values[key] for key in ("audience", "kind", "template", "corrects")}
        ctx.record(connection, "bulletin.begin", subject_of(number), facts | {"incident": values["incident_id"]})
    return number


def subject_of(number: int) -> str:
    """How a bulletin is named in the journal and the outbox."""
    return f"bulletin/{number}"


def _channels(ctx: Context, incident: Incident | None, comms_id: str, audience: str) -> list[str]:
    playbook = playbook_of(ctx, incident) if incident else None
    rows = [r for r in playbook.comms if comms_id in ("", r.id) and r.audience == audience] if playbook else []
    return [rows[0].channel] if rows else ["folder"]


def approver_for(ctx: Context, incident: Incident | None, audience: str, comms_id: str = "") -> str:
    """The role that approves what is said to an audience at the level in force, as the playbook says."""
    playbook = playbook_of(ctx, incident) if incident else None
    rows = [r for r in playbook.comms if comms_id in ("", r.id) and r.audience == audience] if playbook else []
    level = incident.response_level if incident else None
    here = [r for r in rows if level is None or level in r.levels]
    return (here or rows)[0].approver if rows else APPROVER


def _snapshot(
    subject: Mapping[str, str], body: Mapping[str, str], known: Ledger, own: Sequence[Entry]
) -> list[dict[str, Any]]:
    """Entries of the figures a text uses, of every source, and the bulletin's own."""
    used = used_by(subject, body)
    return [e.to_json() for figure in used for e in known.get(figure, ())] + [e.to_json() for e in own]


def used_by(subject: Mapping[str, str], body: Mapping[str, str]) -> tuple[str, ...]:
    """Figures that a text asks for in any language."""
    return tuple(dict.fromkeys(f for text in (*subject.values(), *body.values()) for f in gaps(text)))


# Reading ------------------------------------------------------------------------------------------


def known_to(row: Mapping[str, Any]) -> Ledger:
    """The ledger as a bulletin read it."""
    return ledger_of(Entry.from_json(raw) for raw in row["figures"])


def preview(
    ctx: Context,
    row: Mapping[str, Any],
    *,
    live: Ledger | None = None,
    subject: Mapping[str, str] | None = None,
    body: Mapping[str, str] | None = None,
) -> Preview:
    """A bulletin as it would go out now.

    Args:
        live: the ledger of this moment, to say which figures have changed since they were read.
        subject, body: a text being typed; it is read against the live ledger.
    """
    typing = body is not None and live is not None
    title, text = subject or row["subject"], body or row["body"]
    ledger = known_to(row)
    if typing:
        assert live is not None
        ledger = live | {f: e for f, e in ledger.items() if f.startswith(OWN_FIGURES)}
    zone = ZoneInfo(ctx.profile.timezone)
    choices = {figure: choice["source"] for figure, choice in row["choices"].items()}
    used = used_by(title, text)
    limits = words_ledger.limits(ctx)
    wrong = problems(used, ledger, limits, ctx.now(), choices)
    if live is not None and not typing:
        wrong += moved(used, ledger, live, limits, choices)
    bodies = {lang: render(one, ledger, lang, zone, choices) for lang, one in text.items()}
    return Preview(
        subject={lang: render(one, ledger, lang, zone, choices) for lang, one in title.items()},
        body=bodies,
        loose={
            lang: loose_numbers(one, live or ledger, lang, zone) if one.text else () for lang, one in bodies.items()
        },
        problems=wrong,
    )


def every(ctx: Context, incident_id: str | None, states: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Bulletins of an incident (None: of none), newest first."""
    with ctx.store.read() as connection:
        return words.bulletins(connection, incident_id, states)


def get(ctx: Context, number: int) -> dict[str, Any]:
    """One bulletin. Raises Refused where there is none."""
    with ctx.store.read() as connection:
        return row_of(connection, number)


def incident_of(ctx: Context, row: Mapping[str, Any]) -> Incident | None:
    if row["incident_id"] is None:
        return None
    with ctx.store.read() as connection:
        return incidents.get(connection, row["incident_id"])


def deliveries_of(ctx: Context, numbers: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Bulletin -> its messages in the outbox."""
    with ctx.store.read() as connection:
        rows = outbox.keyed(connection, [subject_of(n) for n in numbers])
    found: dict[int, list[dict[str, Any]]] = {n: [] for n in numbers}
    for row in rows:
        found[int(row["event_key"].rpartition("/")[2])].append(row)
    return found


def row_of(connection: Connection, number: int) -> dict[str, Any]:
    row = words.bulletin_row(connection, number)
    if row is None:
        raise Refused(Message("there is no bulletin {number}; look at the list again", {"number": number}))
    return row


# Writing ------------------------------------------------------------------------------------------


def edit(
    ctx: Context,
    number: int,
    version: int,
    *,
    subject: Mapping[str, str] | None = None,
    body: Mapping[str, str] | None = None,
    channels: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
) -> None:
    """Change a draft and read its figures again; an approval it had is void.

    Who changes the words has written in it and cannot approve it; who only reads the figures again, or sends it
    another way, has not.

    Raises:
        Refused: it has been sent. Conflict: somebody else changed it since ``version``.
    """
    row = get(ctx, number)
    known = words_ledger.ledger(ctx, incident_of(ctx, row))
    title, text = dict(subject or row["subject"]), dict(body or row["body"])
    if languages is not None and not languages:
        raise Refused(Message("choose at least one language to send it in"))
    own = [Entry.from_json(raw) for raw in row["figures"] if raw["figure"].startswith(OWN_FIGURES)]
    with ctx.store.write() as connection:
        row = still_open(connection, number)
        _change(
            ctx,
            connection,
            row | {"version": version},
            "bulletin.edit",
            {"void": row["state"] == "approved"},
            subject=title,
            body=text,
            authors=_authors(ctx, row) if reworded(row, title, text) else row["authors"],
            channels=list(channels or row["channels"]),
            languages=list(languages or row["languages"]),
            figures=_snapshot(title, text, known, own),
            read_us=ctx.now_us(),
        )


def reworded(row: Mapping[str, Any], subject: Mapping[str, str], body: Mapping[str, str]) -> bool:
    """Whether these are other words than a bulletin has; ends of lines and a language left empty are no words."""
    pairs = ((row["subject"], subject), (row["body"], body))
    return any(_plain(old.get(one, "")) != _plain(new.get(one, "")) for old, new in pairs for one in {*old, *new})


def _plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _authors(ctx: Context, row: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*row["authors"], ctx.actor.id]))


def choose_source(ctx: Context, number: int, figure: str, source: str, why: str) -> None:
    """Name the source that holds for a figure; the block on it is lifted and the choice recorded.

    Raises:
        Refused: no reason given, or no such source.
    """
    if not why.strip():
        raise Refused(Message("say why this source holds; it is kept with the bulletin"))
    with ctx.store.write() as connection:
        row = still_open(connection, number)
        entry = next((e for e in known_to(row).get(figure, ()) if e.source == source), None)
        if entry is None:
            gaps_ = {"source": source, "figure": figure}
            raise Refused(Message("{source} says nothing of {figure}; read the figures again", gaps_))
        choice = {"source": source, "actor": ctx.actor.id, "at_us": ctx.now_us(), "why": why.strip()}
        facts = {"figure": figure, "source": source, "why": why.strip(), "value": entry.value}
        # Whose figure it is changes what is read, so whoever says so has written in it.
        values = {"choices": row["choices"] | {figure: choice}, "authors": _authors(ctx, row)}
        _change(ctx, connection, row, "bulletin.choose_source", facts, **values)


def still_open(connection: Connection, number: int) -> dict[str, Any]:
    row = row_of(connection, number)
    if row["state"] in ("sent", "dropped"):
        raise Refused(Message("bulletin {number} is closed; correct it, or begin another", {"number": number}))
    return row


def _change(
    ctx: Context, connection: Connection, row: Mapping[str, Any], action: str, facts: Mapping[str, Any], **values: Any
) -> None:
    """Write a change of text or figures: the bulletin is a draft again."""
    fresh = {"state": "draft", "submitted_us": None, "approved_us": None, "approver": ""}
    words.change_bulletin(connection, row["bulletin_id"], row["version"], **fresh, **values)
    ctx.record(connection, action, subject_of(row["bulletin_id"]), {"incident": row["incident_id"], **facts})
