"""What of a list's changes somebody should look at again; nothing of it keeps the list from being taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emergency.domain.pool_difference import Change
from emergency.service import licences
from emergency.service.context import Context
from emergency.texts import N_, Message

NO_SUCH_LICENCE = N_("No region of this map asks for the licence {licence}: {who}. It opens nothing here; check it.")
MOST_NAMED = 5


def warnings(ctx: Context, changes: Sequence[Change]) -> tuple[Message, ...]:
    """Warnings about what a list brings anew; what stood in the pool before is not looked at."""
    coming = [change for change in changes if change.after]
    return tuple(_licences(ctx, coming))


def _licences(ctx: Context, changes: Sequence[Change]) -> Iterator[Message]:
    """Licences that are written unlike any of the map: whoever holds them may serve nowhere by them."""
    whose: dict[str, list[str]] = {}
    for change in (c for c in changes if c.table == "adjusters"):
        for licence in licences.unasked(ctx.regions, _new(change, "licences").split(";")):
            whose.setdefault(licence, []).append(change.key[0])
    for licence, who in sorted(whose.items()):
        if licence:
            yield Message(NO_SUCH_LICENCE, {"licence": licence, "who": _named(who)})


def _new(change: Change, column: str) -> str:
    """What a column says now, "" where it said so before."""
    now = (change.after or {}).get(column, "")
    return now if now != (change.before or {}).get(column, "") else ""


def _named(who: Sequence[str]) -> str:
    return ", ".join(who[:MOST_NAMED]) + (f" … ({len(who)})" if len(who) > MOST_NAMED else "")
