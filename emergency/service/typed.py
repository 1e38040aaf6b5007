"""What somebody is still writing in a form, kept until it is taken.

Leaving the room, loading the page anew or a killed server loses nothing of it. It is no act: the journal does not
know it, and nobody but its writer is shown it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.service.context import Context
from emergency.store.store import read_setting, write_setting


@dataclass(frozen=True)
class Typed:
    """``values``: field -> what stood in it, as JSON knows it."""

    values: Mapping[str, Any]
    at: datetime


def keep(ctx: Context, form: str, values: Mapping[str, Any]) -> None:
    """Keep what a form of this person holds; the last one counts. Nothing is kept while somebody looks back."""
    if ctx.known_at is not None:
        return
    with ctx.store.write() as connection:
        write_setting(connection, _key(ctx, form), {"values": dict(values), "at_us": ctx.now_us()})


def kept(ctx: Context, form: str) -> Typed | None:
    """What this person left in a form and has not sent."""
    with ctx.store.read() as connection:
        found = read_setting(connection, _key(ctx, form))
    return Typed(found["values"], from_us(found["at_us"])) if found else None


def let_go(ctx: Context, form: str) -> None:
    """It was taken, or thrown away on purpose."""
    if kept(ctx, form) is not None:
        with ctx.store.write() as connection:
            write_setting(connection, _key(ctx, form), None)


def _key(ctx: Context, form: str) -> str:
    return f"typed/{form}/{ctx.actor.id}"
