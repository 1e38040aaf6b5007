"""Drafts, approved versions, retirements, feedback and reminders of playbooks."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.store.playbook_tables import (
    playbook_draft,
    playbook_feedback,
    playbook_reminder,
    playbook_retired,
    playbook_version,
)

Row = dict[str, Any]


# Drafts -----------------------------------------------------------------------------------------------


def add_draft(connection: Connection, *, authors: list[str], **values: Any) -> int:
    new = insert(playbook_draft).values(authors=_packed(authors), **values).returning(playbook_draft.c.draft_id)
    return int(connection.execute(new).scalar_one())


def draft(connection: Connection, draft_id: int) -> Row | None:
    found = connection.execute(select(playbook_draft).where(playbook_draft.c.draft_id == draft_id)).one_or_none()
    return None if found is None else _unpacked(found)


def drafts(connection: Connection, state: str = "open") -> list[Row]:
    """Drafts in a state, the last changed first, without their texts."""
    columns = [c for c in playbook_draft.c if c.name != "text"]
    query = (
        select(*columns)
        .where(playbook_draft.c.state == state)
        .order_by(playbook_draft.c.changed_us.desc(), playbook_draft.c.draft_id.desc())
    )
    return [_unpacked(row) for row in connection.execute(query)]


def save_draft(connection: Connection, draft_id: int, revision: int, *, authors: list[str], **values: Any) -> bool:
    """False where the draft is not at this revision any more, or is closed."""
    done = connection.execute(
        update(playbook_draft)
        .where(
            playbook_draft.c.draft_id == draft_id,
            playbook_draft.c.revision == revision,
            playbook_draft.c.state == "open",
        )
        .values(revision=revision + 1, authors=_packed(authors), **values)
    )
    return done.rowcount == 1


def move_draft(connection: Connection, draft_id: int, before: str, after: str) -> bool:
    """Change a draft's state; False where it was not in the state before."""
    done = connection.execute(
        update(playbook_draft)
        .where(playbook_draft.c.draft_id == draft_id, playbook_draft.c.state == before)
        .values(state=after)
    )
    return done.rowcount == 1


# Versions and retirement --------------------------------------------------------------------------------


def add_version(connection: Connection, *, authors: list[str], **values: Any) -> bool:
    """False where this version is there already."""
    new = _insert(connection, playbook_version).values(authors=_packed(authors), **values)
    done = new.on_conflict_do_nothing().returning(playbook_version.c.version)
    return connection.execute(done).first() is not None


def versions(connection: Connection) -> list[Row]:
    """Every approved version with its text, in the order of approval."""
    return [_unpacked(row) for row in connection.execute(select(playbook_version).order_by(playbook_version.c.seq))]


def retired(connection: Connection) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(select(playbook_retired))]


def retire(connection: Connection, **values: Any) -> None:
    connection.execute(delete(playbook_retired).where(playbook_retired.c.playbook_id == values["playbook_id"]))
    connection.execute(insert(playbook_retired).values(**values))


def take_back_retirement(connection: Connection, playbook_id: str) -> bool:
    done = connection.execute(delete(playbook_retired).where(playbook_retired.c.playbook_id == playbook_id))
    return done.rowcount == 1


def stamp(connection: Connection) -> tuple[int, int, int]:
    """Changes whenever a version is approved, or a plan retired or brought back."""
    newest = select(func.coalesce(func.max(playbook_version.c.seq), 0)).scalar_subquery()
    last = select(func.coalesce(func.max(playbook_retired.c.seq), 0)).scalar_subquery()
    count = select(func.count()).select_from(playbook_retired).scalar_subquery()
    row = connection.execute(select(newest, last, count)).one()
    return int(row[0]), int(row[1]), int(row[2])


# Feedback -----------------------------------------------------------------------------------------------


def add_feedback(connection: Connection, **values: Any) -> int:
    new = insert(playbook_feedback).values(**values).returning(playbook_feedback.c.feedback_id)
    return int(connection.execute(new).scalar_one())


def feedback(connection: Connection, playbook_id: str | None = None) -> list[Row]:
    """What was said, of one playbook or of all, the newest first."""
    query = select(playbook_feedback).order_by(
        playbook_feedback.c.received_us.desc(), playbook_feedback.c.feedback_id.desc()
    )
    if playbook_id is not None:
        query = query.where(playbook_feedback.c.playbook_id == playbook_id)
    return [dict(row._mapping) for row in connection.execute(query)]


def settle_feedback(connection: Connection, feedback_id: int, revision: int, **values: Any) -> bool:
    """False where somebody settled it since it was read."""
    done = connection.execute(
        update(playbook_feedback)
        .where(playbook_feedback.c.feedback_id == feedback_id, playbook_feedback.c.revision == revision)
        .values(revision=revision + 1, **values)
    )
    return done.rowcount == 1


# Reminders ----------------------------------------------------------------------------------------------


def take_reminder(connection: Connection, playbook_id: str, version: str, stage: int, sent_us: int) -> bool:
    """True for exactly one caller per playbook, version and stage."""
    row = {"playbook_id": playbook_id, "version": version, "stage": stage, "sent_us": sent_us}
    new = _insert(connection, playbook_reminder).on_conflict_do_nothing().returning(playbook_reminder.c.stage)
    return connection.execute(new, row).first() is not None


def _insert(connection: Connection, table: Any) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _packed(names: list[str]) -> str:
    return json.dumps(names, ensure_ascii=False)


def _unpacked(row: Any) -> Row:
    return dict(row._mapping) | {"authors": json.loads(row.authors)}
