"""How one list of people and goods differs from another, and what a count of goods moves in the ledger.

A list is ``table -> key -> row``, every cell as the text that stands in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emergency.domain.stock_ledger import AVAILABLE, OUT_OF_SERVICE, OUTSIDE, Balance, Move

Key = tuple[str, ...]
Row = Mapping[str, str]
Tables = Mapping[str, Mapping[Key, Row]]


@dataclass(frozen=True)
class Change:
    """One row that is in one of the lists alone, or not the same in both; before and after are None where it is not."""

    table: str
    key: Key
    before: Row | None
    after: Row | None

    def __post_init__(self) -> None:
        if self.before is None and self.after is None:
            raise ValueError(f"{self.table} {self.key}: a row that is in neither list is no change")

    @property
    def what(self) -> str:
        """``new``, ``changed`` or ``gone``."""
        return "new" if self.before is None else "gone" if self.after is None else "changed"

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """(column, before, after) of every cell that differs; an absent row has empty cells."""
        before, after = self.before or {}, self.after or {}
        names = dict.fromkeys((*before, *after))
        cells = ((name, before.get(name, ""), after.get(name, "")) for name in names)
        return tuple(one for one in cells if one[1] != one[2])

    @property
    def back(self) -> Change:
        """The change that takes this one back."""
        return Change(self.table, self.key, self.after, self.before)


def difference(before: Tables, after: Tables) -> tuple[Change, ...]:
    """What leads from one list to the other, by table and key; a table that ``after`` lacks is left as it is."""
    found = []
    for table, rows in after.items():
        old = before.get(table, {})
        for key in sorted({*old, *rows}):
            was, now = old.get(key), rows.get(key)
            if was is None or now is None or dict(was) != dict(now):
                found.append(Change(table, key, was, now))
    return tuple(found)


def counted(depot: str, kind: str, was: Balance, total: int, out_of_service: int) -> tuple[Move, ...]:
    """The moves that bring a depot's balance to what was counted.

    What is committed or in transit is not at the depot to be counted: it stays what it is, and is part of the total.
    Pieces come in before others go out, so that no move takes what is not there.

    Raises:
        ValueError: the total is less than what is committed, in transit and out of service.
    """
    if total - was.committed - was.in_transit - out_of_service < 0 or out_of_service < 0:
        raise ValueError(f"{total} at {depot} are fewer than are committed, in transit and out of service")
    more, mended = total - was.total, was.out_of_service - out_of_service
    steps = (
        (OUT_OF_SERVICE, AVAILABLE, mended),
        (OUTSIDE, AVAILABLE, more),
        (AVAILABLE, OUT_OF_SERVICE, -mended),
        (AVAILABLE, OUTSIDE, -more),
    )
    return tuple(Move(depot, kind, source, target, count) for source, target, count in steps if count > 0)
