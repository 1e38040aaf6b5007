"""What is put in order by itself in every workspace: receipts of killed imports, answers and ticks nobody needs."""

from __future__ import annotations

import logging
import time

from emergency.service import import_life
from emergency.service.context import Context
from emergency.service.running import context, describe_workspaces
from emergency.store import feed, records

log = logging.getLogger(__name__)

# A sender that has not heard an answer for a week asks somebody, not the same request again; and no job of
# ours is planned so far back (house rule, 2026-11).
KEPT_DAYS = 7
_DAY_US = 86_400_000_000


def chores(ctx: Context) -> None:
    """Every workspace put in order; one that cannot be is tried again next time."""
    for name, _ in describe_workspaces(ctx.content):
        try:
            put_in_order(context(ctx.content, name, ctx.actor))
        except Exception:
            log.exception("workspace %s was not put in order; it is tried again", name)


def put_in_order(ctx: Context) -> None:
    import_life.chores(ctx)
    with ctx.store.write() as connection:
        feed.forget_answers(connection, before_us=ctx.now_us() - KEPT_DAYS * _DAY_US)
        records.forget_ticks(connection, before_us=time.time_ns() // 1_000 - KEPT_DAYS * _DAY_US)


__all__ = ["KEPT_DAYS", "chores", "put_in_order"]
