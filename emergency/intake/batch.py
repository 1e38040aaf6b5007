"""Data rows of a file, column by column, with those that are no rows set apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from emergency.intake.cells import Fault


@dataclass(frozen=True)
class Broken:
    """A record that cannot be read as a row; `cells` as far as they go."""

    fault: Fault
    cells: tuple[str, ...]


@dataclass
class Batch:
    """Some consecutive data rows.

    Attributes:
        columns: one list of cells per header, whole rows only.
        at: place of each whole row in the batch, 0 = first.
        broken: place and content of each other row.
        size: all rows.
    """

    columns: list[list[str]]
    at: list[int]
    broken: list[tuple[int, Broken]]
    size: int = 0

    @classmethod
    def of(cls, width: int) -> Batch:
        return cls([[] for _ in range(width)], [], [])

    def add_whole(self, records: Sequence[Sequence[str]]) -> None:
        """Rows that are all as long as the header."""
        for column, cells in zip(self.columns, zip(*records, strict=True), strict=False):
            column.extend(cells)
        self.at.extend(range(self.size, self.size + len(records)))
        self.size += len(records)

    def add(self, record: Sequence[str] | Broken) -> None:
        if isinstance(record, Broken):
            self.broken.append((self.size, record))
            self.size += 1
        else:
            self.add_whole([record])

    def row(self, i: int) -> list[str]:
        """The cells of the i-th whole row."""
        return [column[i] for column in self.columns]


# How many rows at a time -> batches in the file's order.
Batches = Callable[[int], Iterator[Batch]]


def batched(records: Iterable[Sequence[str] | Broken], size: int, width: int) -> Iterator[Batch]:
    left = iter(records)
    while some := list(islice(left, size)):
        batch = Batch.of(width)
        for record in some:
            batch.add(record)
        yield batch
