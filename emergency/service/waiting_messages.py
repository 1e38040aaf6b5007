"""Messages whose claim has not come in: how many, of which source, and whether the claim is here under another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from emergency.domain.instant import from_us
from emergency.service.context import Context
from emergency.store import history, journal, messages

# Numbers that are looked for under other sources, and that are named.
LOOKED_FOR, NAMED = 500, 5


@dataclass(frozen=True)
class WaitingMessages:
    """Of one source.

    Attributes:
        messages, claims: how many wait, and about how many claims; since: when the first of them came in.
        numbers: the first report numbers.
        looked_for: how many numbers were looked for under other sources; elsewhere: source -> how many it has.
    """

    source: str
    messages: int
    claims: int
    since: datetime
    numbers: tuple[str, ...]
    looked_for: int
    elsewhere: Mapping[str, int]


def mark(ctx: Context) -> int:
    """Changes whenever anything came in: while it stays, so does what waits."""
    with ctx.store.read() as connection:
        return next((entry.seq for entry in journal.entries(connection, limit=1, newest_first=True)), 0)


def likely_source(ctx: Context, report_nos: Sequence[str]) -> str:
    """Of whose claims most of these numbers are, "" where none is here."""
    numbers = list(dict.fromkeys(number.strip() for number in report_nos if number.strip()))[:LOOKED_FOR]
    with ctx.store.read() as connection:
        found = messages.known_under(connection, history.sources(connection), numbers)
    return max(found, key=lambda source: found[source], default="")


def waiting_messages(ctx: Context) -> tuple[WaitingMessages, ...]:
    """By source; they are applied by themselves when the claim comes in under it."""
    with ctx.store.read() as connection:
        found = []
        known = history.sources(connection)
        for row in messages.waiting(connection):
            numbers = messages.waiting_numbers(connection, row["source"], LOOKED_FOR)
            others = [source for source in known if source != row["source"]]
            found.append(
                WaitingMessages(
                    source=row["source"],
                    messages=int(row["messages"]),
                    claims=int(row["claims"]),
                    since=from_us(int(row["since_us"])),
                    numbers=tuple(numbers[:NAMED]),
                    looked_for=len(numbers),
                    elsewhere=messages.known_under(connection, others, numbers) if others else {},
                )
            )
    return tuple(found)
