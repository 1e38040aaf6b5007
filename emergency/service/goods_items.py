"""Single pieces by serial number and batches by batch number: what expires and what must be tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from emergency.service.context import Context, Refused
from emergency.store import stock
from emergency.texts import Message

Row = dict[str, Any]
SOON_DAYS = 30  # house rule: a month is what ordering first-aid kits anew and testing a generator take


@dataclass(frozen=True)
class Due:
    """A piece or batch that expires (``expires``) or must be tested (``test``); days_left is negative once late."""

    depot: str
    kind: str
    item: str
    count: int
    what: str
    day: date
    days_left: int


def due(ctx: Context, within_days: int = SOON_DAYS) -> tuple[Due, ...]:
    """Pieces and batches that expire or are to be tested soon or are late, the most urgent first."""
    today = ctx.now().astimezone(ZoneInfo(ctx.profile.timezone)).date()
    with ctx.store.read() as connection:
        rows = stock.items(connection)
    found = []
    for row in rows:
        for what, text in (("expires", row["expires_on"]), ("test", row["test_due_on"])):
            left = (date.fromisoformat(text) - today).days if text else within_days + 1
            if left <= within_days:
                day = date.fromisoformat(text)
                found.append(Due(row["depot"], row["kind"], row["item"], row["count"], what, day, left))
    return tuple(sorted(found, key=lambda d: (d.days_left, d.kind, d.item)))


def items(ctx: Context) -> list[Row]:
    """Single pieces and batches: depot, kind, item, count, expires_on, test_due_on (ISO days, "" = none)."""
    with ctx.store.read() as connection:
        return stock.items(connection)


def put_item(
    ctx: Context, depot: str, kind: str, item: str, *, count: int = 1, expires_on: str = "", test_due_on: str = ""
) -> None:
    """Enter a piece by its serial number, or a batch by its number, or change its days (ISO, "" = none).

    Raises:
        Refused: no number, a day that is none, or more pieces listed than the depot has.
    """
    item = item.strip()
    for text in (expires_on, test_due_on):
        if text and not _is_day(text):
            raise Refused(Message("“{day}” is no day; write it as 2026-11-23", {"day": text}))
    if not item or count < 1:
        raise Refused(Message("give the serial or batch number, and at least one piece"))
    with ctx.store.write() as connection:
        before = stock.drop_item(connection, kind, item)
        total = stock.balance(connection, depot, kind).total
        if stock.item_count(connection, depot, kind) + count > total:
            gaps = {"total": total}
            raise Refused(Message("the depot has {total} of these; enter what came in first", gaps))
        body = {"depot": depot, "kind": kind, "item": item, "count": count}
        body |= {"expires_on": expires_on, "test_due_on": test_due_on, "before": before}
        ctx.record(connection, "stock.item", depot, body)
        stock.put_item(
            connection, depot=depot, kind=kind, item=item, count=count, expires_on=expires_on, test_due_on=test_due_on
        )


def drop_item(ctx: Context, kind: str, item: str) -> None:
    """Take a piece or batch off the list; the balance of its depot stays."""
    with ctx.store.write() as connection:
        before = stock.drop_item(connection, kind, item)
        if before is None:
            raise Refused(Message("{item} is not on the list any more", {"item": item}))
        ctx.record(connection, "stock.item.drop", before["depot"], before)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
