"""Small claims files written by hand, and what reading them gives."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from emergency.intake import table
from emergency.intake.claims import ClaimChunk, read_claims
from emergency.intake.delimited import open_delimited
from emergency.intake.mapping import ClaimMapping, claim_mapping
from emergency.library.mapping import load_mapping

MAPPINGS = Path(__file__).resolve().parents[2] / "data" / "mappings"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOW_US = int(NOW.timestamp() * 1_000_000)


@cache
def _shipped(name: str) -> ClaimMapping:
    path = MAPPINGS / f"{name}.mapping.yaml"
    return claim_mapping(load_mapping(path), path)


def mapping(name: str, **changes: Any) -> ClaimMapping:
    return replace(_shipped(name), **changes)


def write(path: Path, header: Iterable[str], *rows: Iterable[str], encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


class Reading:
    """All chunks of one file together."""

    def __init__(self, chunks: Iterable[ClaimChunk]) -> None:
        self.chunks = list(chunks)
        self.claims = pd.concat([c.claims for c in self.chunks], ignore_index=True)
        self.rejects = [r for c in self.chunks for r in c.rejects]
        self.duplicates = [d for c in self.chunks for d in c.duplicates]
        self.flags = [f for c in self.chunks for f in c.flags]
        self.header = self.chunks[0].header
        self.rows = sum(c.rows_read for c in self.chunks)

    @property
    def codes(self) -> list[tuple[int, str]]:
        return [(r.row, r.code) for r in self.rejects]

    def column(self, name: str) -> list[Any]:
        values = self.claims[name].astype(object)
        return values.where(values.notna(), None).tolist()


def read(path: Path, by: ClaimMapping | str = "plain", **options: Any) -> Reading:
    chosen = mapping(by) if isinstance(by, str) else by
    return Reading(read_claims(path, chosen, **{"now_us": NOW_US, **options}))


class RowsHere:
    """The rows of a table read in this process, by the same readers; for tests of many small files."""

    def __init__(self, path: Path, tables: Sequence[Path], mapping: ClaimMapping, *, padded: bool = False) -> None:
        read_by = open_delimited(tables[0], mapping, padded=padded)
        self.header, self.batches, self._read, self.encoding, self.above, self.around = read_by
        self.size = path.stat().st_size

    @property
    def share(self) -> float:
        return self._read() / self.size

    def close(self) -> None: ...


@contextmanager
def without_child() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "Rows", RowsHere)
        yield


def us(text: str) -> int:
    """Microseconds of an ISO time with an offset."""
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000
