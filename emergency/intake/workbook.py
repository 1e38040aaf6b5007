"""XLSX, JSON and GeoJSON: unpacked to plain tables by a child with limits, then read like any table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emergency.intake.apart import Rows
from emergency.intake.guarded import unpacked
from emergency.intake.mapping import ClaimMapping

JSON_SUFFIXES = (".json", ".geojson", ".jsonl", ".ndjson")


def open_unpacked(path: Path, mapping: ClaimMapping, kind: str) -> Rows:
    """The first sheet that shows the required headers.

    Args:
        kind: ``xlsx`` or ``json``.

    Raises:
        FileFault: see `emergency.intake.guarded.unpacked`, or no sheet has the headers.
    """
    folder, tables = unpacked(path, kind)
    with folder:  # an opened table outlives its name
        return Rows(path, tables, replace(mapping, encoding="utf-8"), padded=True)


def kind_of(path: Path, start: bytes) -> str:
    """``xlsx``, ``json`` or ``text``, by what the file begins with; its name only helps with JSON."""
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    named = path.suffix.lower() in JSON_SUFFIXES
    if text[:1] in (b"{", b"[") and (named or text[1:].lstrip()[:1] in (b"{", b'"')):
        return "json"
    return "json" if named else "text"
