"""Data rows of a file, column by column, with those that are no rows set apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from emergency.intake.faults import Fault

# Arrow's own types say little to a type checker.
Texts = Any


@dataclass(frozen=True)
class Broken:
    """A record that cannot be read as a row; `cells` as far as they go."""

    fault: Fault
    cells: tuple[str, ...]


@dataclass
class Batch:
    """Some consecutive data rows.

    Attributes:
        pieces: per header, Arrow arrays of its cells, whole rows only. Cells are handed to Arrow a
            few hundred rows at a time, while they are in the cache.
        at: place of each whole row in the batch, 0 = first.
        broken: place and content of each other row.
        size: all rows.
    """

    pieces: list[list[Texts]]
    at: list[int]
    broken: list[tuple[int, Broken]]
    size: int = 0

    @classmethod
    def of(cls, width: int) -> Batch:
        return cls([[] for _ in range(width)], [], [])

    def add_whole(self, records: Sequence[Sequence[str]]) -> None:
        """Rows that are all as long as the header."""
        if not records:
            return
        for pieces, cells in zip(self.pieces, zip(*records, strict=True), strict=False):
            pieces.append(pa.array(cells, pa.string()))
        self.at.extend(range(self.size, self.size + len(records)))
        self.size += len(records)

    def add_broken(self, record: Broken) -> None:
        self.broken.append((self.size, record))
        self.size += 1

    def add_mixed(self, records: Iterable[Sequence[str] | Broken]) -> None:
        whole: list[Sequence[str]] = []
        for record in records:
            if isinstance(record, Broken):
                self.add_whole(whole)
                whole.clear()
                self.add_broken(record)
            else:
                whole.append(record)
        self.add_whole(whole)

    def columns(self) -> list[Texts]:
        """One Arrow array of cells per header."""
        return [pa.concat_arrays(pieces) if pieces else pa.array([], pa.string()) for pieces in self.pieces]


# Rows that are turned into columns together, while they are in the cache.
AT_ONCE = 512
# A batch this large in the file is handed out though it lacks rows.
FULL_BYTES = 16 << 20

# How many rows at a time -> batches in the file's order.
Batches = Callable[[int], Iterator[Batch]]


def batched(
    records: Iterable[Sequence[str] | Broken], size: int, width: int, bytes_read: Callable[[], int]
) -> Iterator[Batch]:
    """Batches of at most `size` rows; sooner where the rows are long."""
    left, batch, start = iter(records), Batch.of(width), bytes_read()
    while some := list(islice(left, min(AT_ONCE, size - batch.size))):
        batch.add_mixed(some)
        if batch.size == size or bytes_read() - start > FULL_BYTES:
            yield batch
            batch, start = Batch.of(width), bytes_read()
    if batch.size:
        yield batch
