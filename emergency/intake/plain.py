"""A file without damage, read column by column by Arrow's own reader.

It reads quotation marks as the careful reader does. At the first row that is not as long as the
header, or holds a cell beyond measure, the careful one takes over, from that row on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from pyarrow import csv

from emergency.intake.batch import FULL_BYTES, Batch

# No line of a sound file is longer than an eighth of it. Arrow holds thirty-two of them ahead.
_BLOCK_BYTES = 1 << 20
LONGEST_CELL = 131_072  # the careful reader's own limit
Careful = Callable[[int, int], Iterator[Batch]]


class PlainRows:
    """Data rows of one file.

    Args:
        width: cells of the header.
        lines: to pass over, the header among them, and of the whole file.
        careful: reads batches of at most so many rows, after so many data rows.
        spare: the file the careful reader holds; closed where it is not needed.
    """

    def __init__(
        self,
        path: Path,
        encoding: str,
        delimiter: str,
        width: int,
        lines: tuple[int, int],
        careful: Careful,
        spare: IO[str],
    ) -> None:
        self.encoding, self.delimiter, self.spare = encoding, delimiter, spare
        self.width, self.careful = width, careful
        self.above, self.lines = lines
        self.size, self.done = path.stat().st_size, 0
        self.raw = path.open("rb")  # opened now: an unpacked table loses its name at once

    def bytes_read(self) -> int:
        """By lines: Arrow's reader has always read on from the rows it has handed out."""
        if self.raw.closed:
            return self.size if self.spare.closed else os.lseek(self.spare.fileno(), 0, os.SEEK_CUR)
        return min(self.size, self.size * (self.above + self.done) // max(1, self.lines))

    def batches(self, size: int) -> Iterator[Batch]:
        """Batches of at most `size` rows."""
        with self.raw:
            try:
                batch, held = Batch.of(self.width), 0
                for block in self._blocks():
                    self._check(block)
                    held += block.nbytes
                    for at in self._cuts(batch.size, block.num_rows, size):
                        self._add(batch, block.slice(*at))
                        if batch.size == size:
                            self.done += size
                            yield batch
                            batch, held = Batch.of(self.width), 0
                    if held > FULL_BYTES and batch.size:
                        self.done += batch.size
                        yield batch
                        batch, held = Batch.of(self.width), 0
                if batch.size:
                    self.done += batch.size
                    yield batch
                self.spare.close()
                return
            except GeneratorExit:  # nobody wants the rest
                self.spare.close()
                raise
            except pa.ArrowInvalid:
                pass  # a row of another length; the careful reader says which
        yield from self.careful(size, self.done)

    def _blocks(self) -> Iterator[Any]:
        names = [str(i) for i in range(self.width)]
        reading = csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK_BYTES,
            skip_rows=self.above,
            column_names=names,
            encoding="utf8" if self.encoding in ("utf-8", "utf-8-sig") else self.encoding,
        )
        parsing = csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True)
        converting = csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
        )
        try:
            yield from csv.open_csv(self.raw, reading, parsing, converting)
        except pa.ArrowInvalid as error:
            if "Empty CSV file" not in str(error):
                raise

    def _check(self, block: Any) -> None:
        """A quoted cell over many lines is a lost quotation mark; the careful reader says where it stands."""
        suspects = [column for column in block.columns if column.nbytes > LONGEST_CELL]
        if not suspects:
            return
        import pyarrow.compute as pc  # for a file of some size only: it takes a while to load

        if any((pc.max(pc.binary_length(column)).as_py() or 0) > LONGEST_CELL for column in suspects):
            raise pa.ArrowInvalid("overlong cell")

    def _cuts(self, filled: int, rows: int, size: int) -> Iterator[tuple[int, int]]:
        """Where a block is cut so that batches are full: (offset, length)."""
        at = 0
        while at < rows:
            length = min(size - (filled + at) % size, rows - at)
            yield at, length
            at += length

    def _add(self, batch: Batch, part: Any) -> None:
        for pieces, column in zip(batch.pieces, part.columns, strict=True):
            pieces.append(column)
        batch.at.extend(range(batch.size, batch.size + part.num_rows))
        batch.size += part.num_rows
