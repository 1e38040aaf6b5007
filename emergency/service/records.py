"""Reading the record: journal, imports, outgoing messages."""

from __future__ import annotations

from typing import Any

from emergency.documents.cells import harmless
from emergency.service.context import Context
from emergency.service.import_life import as_it_is
from emergency.store import journal, records
from emergency.store.journal import Entry


def verify_journal(ctx: Context) -> journal.Verdict:
    """Recompute the whole chain of this workspace's journal."""
    return journal.verified(ctx.store.read)


def journal_entries(ctx: Context, limit: int = 200) -> list[journal.Entry]:
    """The newest entries, newest first."""
    with ctx.store.read() as connection:
        return list(journal.entries(connection, limit=limit, newest_first=True))


def imports(ctx: Context) -> list[dict[str, Any]]:
    """Receipts, newest first; one whose import was killed says ``stopped``."""
    with ctx.store.read() as connection:
        return [as_it_is(receipt) for receipt in records.imports(connection)]


def messages(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return records.messages(connection)


__all__ = ["Entry", "harmless", "imports", "journal_entries", "messages", "verify_journal"]
