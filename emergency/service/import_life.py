"""Whether an import that never said how it ended is still at work.

A process that is killed writes nothing more. Its receipt names it and says when it last kept a chunk; both
together tell, to everybody who looks, that it has stopped. What it kept stays: whole chunks, counted.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from typing import Any

from emergency.domain.instant import to_us
from emergency.service.context import Context
from emergency.store import imports

# Longer than any chunk takes on a slow machine; a process of this machine that is gone is noticed at once.
SILENT_SECONDS = 120
FIGURES = ("rows", "new", "updated", "duplicates", "rejected", "unlocated", "chunks")


def alive() -> dict[str, Any]:
    """What an import writes with every chunk: who brings it in, and when by the wall clock (a demo's may stand)."""
    return {"holder": f"{socket.gethostname()}:{os.getpid()}", "beat_us": _wall_us()}


def _wall_us() -> int:
    return time.time_ns() // 1_000


def is_dead(receipt: Mapping[str, Any]) -> bool:
    """Does this receipt say it is on its way, though nobody can be bringing it in any more?"""
    if receipt["state"] != "running":
        return False
    if receipt["beat_us"] is None or _wall_us() - receipt["beat_us"] > SILENT_SECONDS * 1_000_000:
        return True
    host, _, number = str(receipt["holder"]).rpartition(":")
    return host == socket.gethostname() and number.isdigit() and not _runs(int(number))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)  # signal 0 does nothing but ask
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def as_it_is(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt as it is to be shown: one whose import was killed has stopped."""
    return {**receipt, "state": "stopped"} if is_dead(receipt) else dict(receipt)


def chores(ctx: Context) -> None:
    """Close the receipts of imports that were killed, with the counts of the chunks they kept."""
    with ctx.store.read() as connection:
        dead = [r for r in imports.on_their_way(connection) if is_dead(r)]
    for receipt in dead:
        with ctx.store.write() as connection:
            import_id = receipt["import_id"]
            if imports.end(connection, import_id, beat_us=receipt["beat_us"], finished_us=to_us(ctx.now())):
                body = {name: receipt[name] for name in FIGURES} | {"killed": True}
                ctx.record(connection, "claims.import.stop", import_id, body)


__all__ = ["SILENT_SECONDS", "alive", "as_it_is", "chores", "is_dead"]
