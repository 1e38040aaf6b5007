"""XLSX, JSON and GeoJSON: unpacked to plain tables by a child with limits, then read like any table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from emergency.intake.batch import Batches
from emergency.intake.delimited import first_record, open_delimited, shape_of
from emergency.intake.faults import FileFault
from emergency.intake.guarded import unpacked
from emergency.intake.headers import no_header
from emergency.intake.mapping import ClaimMapping

JSON_SUFFIXES = (".json", ".geojson", ".jsonl", ".ndjson")


def open_unpacked(path: Path, mapping: ClaimMapping, kind: str) -> tuple[tuple[str, ...], Batches, Callable[[], int]]:
    """Header, records and progress of the first sheet that shows the required headers.

    Args:
        kind: ``xlsx`` or ``json``.

    Raises:
        FileFault: see `emergency.intake.guarded.unpacked`, or no sheet has the headers.
    """
    folder, tables = unpacked(path, kind)
    size = path.stat().st_size
    plain = replace(mapping, encoding="utf-8")
    with folder:  # an opened table outlives its name
        for table in tables:
            if table.stat().st_size and shape_of(table, plain) is not None:
                whole = table.stat().st_size
                header, batches, read, _ = open_delimited(table, plain, padded=True)
                return header, batches, partial(_share, size, whole, read)
        first = next((record for table in tables if (record := first_record(table))), [])
    raise FileFault(no_header(mapping, first))


def _share(size: int, whole: int, read: Callable[[], int]) -> int:
    """How far in the file that was unpacked, by how far in what came out of it."""
    return size * read() // whole


def kind_of(path: Path, start: bytes) -> str:
    """``xlsx``, ``json`` or ``text``, by what the file begins with; its name only helps with JSON."""
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    named = path.suffix.lower() in JSON_SUFFIXES
    if text[:1] in (b"{", b"[") and (named or text[1:].lstrip()[:1] in (b"{", b'"')):
        return "json"
    return "json" if named else "text"
