"""Playbooks written in the console: drafted, approved by somebody else, retired, reminded of before their review.

Playbooks belong to the house, not to a workspace: from wherever somebody acts, drafts, approvals and feedback are kept
in the live workspace and its journal, in real time, and the approved version counts everywhere. Shipped files are only
read. An incident keeps the version it was opened with.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.library import FileFaults, NotOnShelf
from emergency.library.edit import Span, edited, with_approval
from emergency.library.reference import version_of
from emergency.service.context import Conflict, Context, Refused, same_person
from emergency.service.playbook_house import LIVE
from emergency.service.playbook_reading import check_text, plan_of, shelf, text_of
from emergency.service.running import context
from emergency.store import playbooks as store
from emergency.texts import N_, Message

LARGEST_TEXT = 1 << 20
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{1,62}")


@dataclass(frozen=True)
class Draft:
    """A text being written. revision: one more with every saved change; whoever saves says which one they had."""

    draft_id: int
    playbook_id: str
    base_version: str
    text: str
    revision: int
    authors: tuple[str, ...]
    begun_at: datetime
    changed_at: datetime
    changed_by: str
    state: str


def office(ctx: Context) -> Context:
    """Where the house keeps its playbooks: the live workspace and its clock, for the same person."""
    return ctx if ctx.store.name == LIVE else context(ctx.content, LIVE, ctx.actor)


# Drafts -----------------------------------------------------------------------------------------------


def begin_draft(ctx: Context, reference: str) -> Draft:
    """A draft of the next version, with the text of this one; an open draft of the same playbook is given back.

    Raises:
        Refused: no such playbook, or its text is not here.
    """
    ctx = office(ctx)
    try:
        plan = ctx.content.library.playbook(reference)
        text = text_of(ctx.content.library, f"{plan.id}@{plan.version}")
    except NotOnShelf as missing:
        raise Refused(missing.message) from missing
    for row in drafts(ctx):
        if row.playbook_id == plan.id:
            return draft(ctx, row.draft_id)
    changes: dict[tuple[str | int, ...], Any] = {("status",): Span("draft"), ("version",): Span(_next(ctx, plan.id))}
    made = edited(text.encode(), changes, f"{plan.id}@{plan.version}").decode()
    return _begin(ctx, plan.id, plan.version, made)


def import_draft(ctx: Context, name: str, raw: bytes) -> Draft:
    """A file as a draft; it may be wrong, that is told in the editor.

    Raises:
        Refused: too large, or not UTF-8 text.
    """
    if len(raw) > LARGEST_TEXT:
        raise Refused(Message(N_("{name} is larger than 1 MiB; leave out what is not needed"), {"name": name}))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refused(Message(N_("{name} is not UTF-8 text; save it as UTF-8"), {"name": name})) from fault
    if "\0" in text:
        raise Refused(Message(N_("{name} is not UTF-8 text; save it as UTF-8"), {"name": name}))
    plan = plan_of(text, name)
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower().removesuffix(".yaml").removesuffix(".playbook")).strip("-")
    return _begin(office(ctx), plan.id if plan else (stem[:60] or "imported"), "", text)


def _begin(ctx: Context, playbook_id: str, base: str, text: str) -> Draft:
    now = ctx.now_us()
    with ctx.store.write() as connection:
        draft_id = store.add_draft(
            connection,
            playbook_id=playbook_id,
            base_version=base,
            text=text,
            authors=[ctx.actor.id],
            begun_us=now,
            changed_us=now,
            changed_by=ctx.actor.id,
        )
        ctx.record(connection, "playbook.draft", playbook_id, {"draft": draft_id, "from": base})
    return draft(ctx, draft_id)


def _next(ctx: Context, playbook_id: str) -> str:
    """The next minor version after everything there is of a playbook."""
    known = [version_of(one.plan.version) for one in shelf(ctx.content.library) if one.plan.id == playbook_id]
    major, minor, _ = max(known)
    return f"{major}.{minor + 1}.0"


def draft(ctx: Context, draft_id: int) -> Draft:
    """One draft with its text. Raises Refused where there is none."""
    with office(ctx).store.read() as connection:
        row = store.draft(connection, draft_id)
    if row is None:
        raise Refused(Message(N_("there is no draft {number}; choose one of the list"), {"number": draft_id}))
    return _draft(row)


def drafts(ctx: Context, state: str = "open") -> list[Draft]:
    """Drafts in a state, the last changed first; their texts are left out."""
    with office(ctx).store.read() as connection:
        return [_draft(row) for row in store.drafts(connection, state)]


def save_draft(ctx: Context, draft_id: int, text: str, revision: int) -> Draft:
    """Keep what was typed. Whoever writes in a draft is one of its authors and cannot approve it.

    Raises:
        Conflict: somebody else saved in between, or the draft is closed; the message says who and when.
        Refused: the text is too large.
    """
    ctx = office(ctx)
    text = text.replace("\r\n", "\n").replace("\0", "")
    if len(text.encode("utf-8", "replace")) > LARGEST_TEXT:
        raise Refused(Message(N_("{name} is larger than 1 MiB; leave out what is not needed"), {"name": "–"}))
    with ctx.store.write() as connection:
        row = store.draft(connection, draft_id)
        if row is None or row["state"] != "open" or row["revision"] != revision:
            raise Conflict(_changed(row))
        if row["text"] == text:
            return _draft(row)
        new = ctx.actor.id not in row["authors"]
        authors = [*row["authors"], ctx.actor.id] if new else row["authors"]
        values = {"text": text, "changed_us": ctx.now_us(), "changed_by": ctx.actor.id}
        if not store.save_draft(connection, draft_id, revision, authors=authors, **values):
            raise Conflict(_changed(store.draft(connection, draft_id)))
        if new:  # typing is no act; that somebody else now writes in it is
            ctx.record(connection, "playbook.write", row["playbook_id"], {"draft": draft_id})
    return draft(ctx, draft_id)


def _changed(row: Mapping[str, Any] | None) -> Message:
    if row is None or row["state"] != "open":
        return Message(N_("this draft is not open any more; choose another one, or begin a new one"))
    gaps = {"who": row["changed_by"], "time": f"{from_us(row['changed_us']):%H:%M} UTC"}
    return Message(N_("{who} changed this draft at {time}; load it again before you go on"), gaps)


def discard_draft(ctx: Context, draft_id: int) -> None:
    """Put a draft away; `restore_draft` brings it back."""
    _move(ctx, draft_id, "open", "discarded", "playbook.discard")


def restore_draft(ctx: Context, draft_id: int) -> None:
    """Bring a discarded draft back."""
    _move(ctx, draft_id, "discarded", "open", "playbook.restore")


def _move(ctx: Context, draft_id: int, before: str, after: str, action: str) -> None:
    ctx = office(ctx)
    with ctx.store.write() as connection:
        row = store.draft(connection, draft_id)
        if row is None or not store.move_draft(connection, draft_id, before, after):
            raise Conflict(_changed(None))
        ctx.record(connection, action, row["playbook_id"], {"draft": draft_id})


def _draft(row: Mapping[str, Any]) -> Draft:
    return Draft(
        draft_id=row["draft_id"],
        playbook_id=row["playbook_id"],
        base_version=row["base_version"],
        text=row.get("text", ""),
        revision=row["revision"],
        authors=tuple(row["authors"]),
        begun_at=from_us(row["begun_us"]),
        changed_at=from_us(row["changed_us"]),
        changed_by=row["changed_by"],
        state=row["state"],
    )


# Approval and retirement --------------------------------------------------------------------------------


def approve(ctx: Context, draft_id: int, revision: int, *, approver: str, by: str, review_due: date) -> str:
    """Put a draft in force and return ``id@version``; new incidents open it from now on.

    Args:
        revision: of the text the approver has seen.
        approver: the person; nobody who wrote in the draft.
        by: the office they approve in, as the file names it (``chief-claims-officer``).

    Raises:
        Refused: an author approves, the text has faults, its version is not newer, or the review lies in the past.
        Conflict: the draft was changed or closed since.
    """
    ctx = office(ctx)
    row = draft(ctx, draft_id)
    made = _approved_text(ctx, row, approver.strip(), by.strip(), review_due)
    plan = plan_of(made, row.playbook_id)
    assert plan is not None  # _approved_text refuses a text with faults
    with ctx.store.write() as connection:
        now = store.draft(connection, draft_id)
        if now is None or now["revision"] != revision or not store.move_draft(connection, draft_id, "open", "approved"):
            raise Conflict(_changed(now))
        body = {"playbook": plan.id, "version": plan.version, "sha256": plan.sha256, "draft": draft_id}
        body |= {"approver": approver.strip(), "by": by, "authors": list(row.authors)}
        seq = ctx.record(connection, "playbook.approve", plan.id, body | {"review_due": review_due.isoformat()})
        kept = store.add_version(
            connection,
            seq=seq,
            playbook_id=plan.id,
            version=plan.version,
            text=made,
            sha256=hashlib.sha256(made.encode()).hexdigest(),
            draft_id=draft_id,
            authors=list(row.authors),
            approver=approver.strip(),
            approved_us=ctx.now_us(),
        )
        if not kept:
            gaps = {"id": plan.id, "version": plan.version}
            raise Conflict(Message(N_("{id} {version} has just been approved; write a higher version"), gaps))
    return f"{plan.id}@{plan.version}"


def _approved_text(ctx: Context, row: Draft, approver: str, by: str, review_due: date) -> str:
    """The draft's text with its approval in it, if it may be approved."""
    if not approver:
        raise Refused(Message(N_("say who approves; a plan in force has a person who answers for it")))
    if any(same_person(approver, author) for author in row.authors):
        authors = ", ".join(row.authors)
        raise Refused(
            Message(
                N_("{who} wrote in this draft; somebody else must approve it ({authors} did)"),
                {
                    "who": approver,
                    "authors": authors,
                },
            )
        )
    if not SLUG.fullmatch(by):
        raise Refused(Message(N_("write the approving office in small letters, such as chief-claims-officer")))
    today = ctx.now().date()
    if review_due <= today:
        raise Refused(Message(N_("the next review must lie after today; give a later day")))
    try:
        raw = with_approval(row.text.encode(), by, today.isoformat(), review_due.isoformat(), row.playbook_id)
    except (FileFaults, KeyError, UnicodeEncodeError) as fault:
        raise Refused(Message(N_("the text has faults; mend what stands beside it, then approve"))) from fault
    faults = check_text(ctx.content.library, raw.decode(), row.playbook_id)
    plan = plan_of(raw.decode(), row.playbook_id)
    if faults or plan is None:
        gaps = {"count": len(faults), "first": faults[0].message if faults else Message("–")}
        raise Refused(Message(N_("{count} faults are left, the first: {first}"), gaps))
    taken = [one.plan.version for one in shelf(ctx.content.library) if one.plan.id == plan.id]
    newest = max(taken, key=version_of, default="")
    if newest and version_of(plan.version) <= version_of(newest):
        gaps = {"version": plan.version, "newest": newest}
        raise Refused(Message(N_("version {version} is not newer than {newest}; raise the number"), gaps))
    return raw.decode()


def retire(ctx: Context, playbook_id: str, reason: str) -> None:
    """Take a playbook out of use, this version and all before it; a newer approved one brings it back.

    Raises:
        Refused: no reason given, no such playbook, or retired already.
    """
    ctx = office(ctx)
    if not reason.strip():
        raise Refused(Message(N_("say why the playbook is retired; it is kept with it")))
    newest = next((one for one in shelf(ctx.content.library) if one.plan.id == playbook_id), None)
    if newest is None or newest.plan.status == "retired":
        raise Refused(Message(N_("there is no playbook {id} in use"), {"id": playbook_id}))
    with ctx.store.write() as connection:
        body = {"version": newest.plan.version, "reason": reason.strip()}
        seq = ctx.record(connection, "playbook.retire", playbook_id, body)
        store.retire(
            connection,
            playbook_id=playbook_id,
            version=newest.plan.version,
            seq=seq,
            reason=reason.strip(),
            retired_us=ctx.now_us(),
            retired_by=ctx.actor.id,
        )


def bring_back(ctx: Context, playbook_id: str) -> None:
    """Take a retirement back.

    Raises:
        Conflict: somebody else did.
    """
    ctx = office(ctx)
    with ctx.store.write() as connection:
        if not store.take_back_retirement(connection, playbook_id):
            raise Conflict(Message(N_("{id} is not retired any more"), {"id": playbook_id}))
        ctx.record(connection, "playbook.unretire", playbook_id, {})


def decisions(ctx: Context) -> tuple[dict[tuple[str, str], dict[str, Any]], dict[str, dict[str, Any]]]:
    """((id, version) -> who wrote and who approved it in the console, id -> its retirement)."""
    with office(ctx).store.read() as connection:
        approved = {(row["playbook_id"], row["version"]): row for row in store.versions(connection)}
        return approved, {row["playbook_id"]: row for row in store.retired(connection)}


__all__ = [
    "Conflict",
    "Draft",
    "Refused",
    "approve",
    "begin_draft",
    "bring_back",
    "decisions",
    "discard_draft",
    "draft",
    "drafts",
    "import_draft",
    "office",
    "restore_draft",
    "retire",
    "save_draft",
]
