"""What an after-action review needs of a real incident, put together from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from emergency.documents.review_pack import Sheet, review_workbook
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.service.context import Context
from emergency.service.figures import figures
from emergency.service.relief import cost, measures_of
from emergency.service.review_plans import rejected_plans, sent_out
from emergency.service.task_board import Board, board
from emergency.store import incidents, journal, records, stand_downs
from emergency.store.journal import Entry
from emergency.texts import N_, Message, Speaker, speaker

ABOUT = N_("Summary")
WORDS = ("comms.", "bulletin.", "words.")
MOST_ENTRIES = 100_000


@dataclass(frozen=True)
class Measured:
    """One figure of how the response went, with what it is counted from."""

    name: Message
    value: str | int | float | None
    basis: Message


@dataclass(frozen=True)
class Review:
    """A review that was opened: what is in its pack, until when it is due."""

    review_id: int
    opened_at: datetime
    due_at: datetime | None
    state: str
    actor: str


def reviews(ctx: Context, incident_id: str) -> tuple[Review, ...]:
    """Every review of an incident, newest first."""
    with ctx.store.read() as connection:
        rows = stand_downs.reviews(connection, incident_id)
    return tuple(
        Review(
            r["review_id"],
            from_us(r["opened_us"]),
            None if r["due_us"] is None else from_us(r["due_us"]),
            r["state"],
            r["actor"],
        )
        for r in reversed(rows)
    )


def measured(ctx: Context, incident: Incident, found: Board | None = None) -> tuple[Measured, ...]:
    """How the response went, as far as the record says it; blank where there is nothing to count."""
    found = found or board(ctx, incident.incident_id)
    asked = [o for o in found.lines if o.look != "dropped"]
    done = [o for o in asked if o.look == "done"]
    over = incident.closed_at or ctx.now()
    # What was due and never done weighs as much as what was done too late.
    timed = [o for o in asked if o.due_at is not None and not o.reckoned and (o.look == "done" or o.due_at <= over)]
    in_time = [o for o in timed if o.done_at is not None and o.due_at is not None and o.done_at <= o.due_at]
    known = figures(ctx, incident.incident_id)
    board_says = Message(N_("the task board"))
    return (
        Measured(Message(N_("Discovery to activation, minutes")), _minutes(incident), Message(N_("the incident"))),
        Measured(Message(N_("Tasks done")), f"{len(done)} / {len(asked)}", board_says),
        Measured(
            Message(N_("Done in time, % of what was due")),
            round(100 * len(in_time) / len(timed), 1) if timed else None,
            Message(N_("{done} of {count} tasks that were due by then"), {"done": len(in_time), "count": len(timed)}),
        ),
        Measured(Message(N_("Occurrences missed")), sum(o.look == "missed" for o in asked), board_says),
        Measured(Message(N_("Escalations of late tasks")), sum(len(o.told) for o in asked), board_says),
        Measured(
            Message(N_("Claims still open")), int(known.table["open"].sum()), Message(N_("claims of this incident"))
        ),
        Measured(
            Message(N_("Relief measures enabled")),
            len(measures_of(ctx, incident.incident_id)),
            Message(N_("the Relief measures room")),
        ),
    )


def _minutes(incident: Incident) -> int | None:
    if incident.activated_at is None:
        return None
    return int((incident.activated_at - incident.discovered_at).total_seconds()) // 60


def pack(ctx: Context, incident_id: str, language: str) -> bytes:
    """The review's workbook: summary, levels, tasks, reports, bulletins, measures, plans, stand-down, journal."""
    say, zone = speaker(language), ZoneInfo(ctx.profile.timezone)
    with ctx.store.read() as connection:
        incident = incidents.get(connection, incident_id)
        if incident is None:
            raise ValueError(f"there is no incident {incident_id!r}")
        entries = [e for e in journal.entries(connection) if _about(e, incident_id)][:MOST_ENTRIES]
        decisions = incidents.decisions(connection, incident_id)
        ended = stand_downs.of(connection, incident_id)
        sent = [m for m in records.messages(connection, MOST_ENTRIES) if incident_id in m["event_key"]]
    found = board(ctx, incident_id)
    return review_workbook(
        [
            _summary(ctx, say, zone, incident, found),
            _levels(say, zone, decisions),
            _tasks(say, zone, found),
            _acts(say(N_("Reports")), say, zone, [e for e in entries if e.action.startswith("report.")]),
            _acts(say(N_("Bulletins")), say, zone, [e for e in entries if e.action.startswith(WORDS)]),
            _measures(ctx, say, zone, incident_id),
            rejected_plans(ctx, say, zone, incident_id),
            sent_out(ctx, say, zone, incident_id),
            _conditions(say, zone, ended),
            _messages(say, zone, sent),
            _acts(say(N_("Journal")), say, zone, entries),
        ]
    )


def _about(entry: Entry, incident_id: str) -> bool:
    if entry.subject == incident_id or entry.subject.startswith(incident_id + "/"):
        return True
    return bool(entry.facts().get("incident") == incident_id)


def _time(zone: ZoneInfo, us: int | None) -> str:
    return "" if us is None else f"{from_us(us).astimezone(zone):%Y-%m-%d %H:%M}"


def _at(zone: ZoneInfo, at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _summary(ctx: Context, say: Speaker, zone: ZoneInfo, incident: Incident, found: Board) -> Sheet:
    rows: list[tuple[str, str | int | float | None, str]] = [
        (say("Incident"), say.of(incident.title), incident.incident_id),
        (say("Occurred"), _at(zone, incident.occurred_at), ""),
        (say("Discovered"), _at(zone, incident.discovered_at), ""),
        (say("Activated"), _at(zone, incident.activated_at), incident.playbook),
        (say("Closed"), _at(zone, incident.closed_at), ""),
        (say("First idea of the cause"), incident.cause, ""),
    ]
    rows += [(say(m.name), m.value, say(m.basis)) for m in measured(ctx, incident, found)]
    return Sheet(say(ABOUT), (say("What"), say("Value"), say("Counted from")), rows)


def _levels(say: Speaker, zone: ZoneInfo, decisions: Sequence[dict[str, Any]]) -> Sheet:
    marks = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", None: "–"}
    rows = [
        (_time(zone, d["decided_us"]), marks[d["level"]], marks[d["proposed"]], d["actor"], d["reason"])
        for d in decisions
    ]
    return Sheet(say(N_("Levels")), (say("Time"), say("Level"), say("Proposed"), say("By"), say("Reason")), rows)


def _tasks(say: Speaker, zone: ZoneInfo, found: Board) -> Sheet:
    heads = (
        say("Task"),
        say("Role"),
        say("With"),
        say("State"),
        say("Due"),
        say("Done"),
        say("By"),
        say("Entry"),
        say("Note"),
        say("Escalated to"),
    )
    rows = [
        (
            say.of(o.title) + (f" #{o.occurrence}" if o.occurrence > 1 else ""),
            say.of(o.role_title),
            o.holder,
            say(o.look),
            _at(zone, o.due_at),
            _at(zone, o.done_at),
            o.done_by,
            o.entry,
            o.note,
            ", ".join(t.told for t in o.told),
        )
        for o in sorted(found.lines, key=lambda o: (o.due_at is None, o.due_at or found.as_of))
    ]
    return Sheet(say(N_("Tasks")), heads, rows)


def _acts(title: str, say: Speaker, zone: ZoneInfo, entries: Sequence[Entry]) -> Sheet:
    heads = (say("No."), say("Happened"), say("Recorded"), say("Who"), say("Act"), say("Subject"), say("Details"))
    rows = [
        (e.seq, _time(zone, e.happened_us), _time(zone, e.recorded_us), e.actor, e.action, e.subject, e.body)
        for e in entries
    ]
    return Sheet(title, heads, rows)


def _measures(ctx: Context, say: Speaker, zone: ZoneInfo, incident_id: str) -> Sheet:
    span = (say("From"), say("Until"))
    heads = (say("Measure"), *span, say("State"), say("Who"), say("Claims"), say("Paid"), say("Note"))
    rows = []
    for one in measures_of(ctx, incident_id):
        spent = cost(ctx, one)
        paid = None if spent.minor is None else spent.minor / 100
        whole = (say.of(one.title), _at(zone, one.started_at), _at(zone, one.ended_at), one.state)
        rows.append((*whole, one.actor, spent.claims, paid, say(spent.note)))
    return Sheet(say(N_("Relief measures")), heads, rows)


def _conditions(say: Speaker, zone: ZoneInfo, ended: Sequence[dict[str, Any]]) -> Sheet:
    heads = (say("Time"), say("Who"), say("Condition"), say("Asked"), say("Value"), say("Met"), say("Reason"))
    words = {True: say("met"), False: say("not met"), None: say("not known")}
    rows = [
        (
            _time(zone, one["decided_us"]),
            one["actor"],
            line["metric"],
            line["asked"],
            None if line["value"] is None else str(line["value"]),
            words[line["met"]],
            one["reason"],
        )
        for one in ended
        for line in one["conditions"]
    ]
    return Sheet(say(N_("Stand-down")), heads, rows)


def _messages(say: Speaker, zone: ZoneInfo, sent: Sequence[dict[str, Any]]) -> Sheet:
    heads = (say("Time"), say("To"), say("Subject"), say("State"), say("Text"))
    rows = [(_time(zone, m["queued_us"]), m["audience"], m["subject"], m["state"], m["text"]) for m in reversed(sent)]
    return Sheet(say(N_("Messages")), heads, rows)
