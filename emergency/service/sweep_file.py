"""The files of a sweep: plays that are done while it runs, so that a killed one goes on, and the answer in the end.

A play stands in ``FILE.part`` as one line, written to the disk before the next is counted; a line that a kill tore is
played again. ``FILE`` and the table beside it are put in place whole or not at all.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emergency.documents.cells import harmless
from emergency.domain.drill.sweep import FIGURES, Key, Variant, key_of
from emergency.service.context import Context, Refused
from emergency.texts import N_, Message

Row = dict[str, Any]


def made_of(ctx: Context, files: Iterable[Path]) -> str:
    """Hash of what the numbers rest on beside the jobs: rules, plans, rosters and the files named."""
    root = ctx.content.library.root
    found = hashlib.sha256()
    for folder in ("data/rules", "data/pool", "playbooks"):
        files = [*files, *(path for path in sorted((root / folder).rglob("*")) if path.is_file())]
    for path in files:
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


class Kept:
    """The plays that are done, on the disk; nothing is kept where no file is named.

    Raises:
        Refused: the file holds plays of another script, or by other rules than those of today.
    """

    def __init__(self, out: Path | None, script: str, made: str) -> None:
        self.path = out.with_name(out.name + ".part") if out else None
        self._head = {"script": script, "made_of": made}
        self.rows: dict[Key, Row] = {}
        if self.path is not None:
            self._read(self.path)

    def _read(self, path: Path) -> None:
        lines = [*_whole_lines(path)] if path.exists() else []
        if lines and lines[0] != self._head:
            text = N_("{file} holds plays by another script or other rules; delete it, or choose another file")
            raise Refused(Message(text, {"file": str(path)}))
        self.rows = {key_of(row): row for row in lines[1:]}
        text = "".join(_line(one) for one in [self._head, *self.rows.values()])
        _put(path, text.encode())  # what a kill tore is gone, and the next line begins on its own

    def keep(self, row: Row) -> None:
        self.rows[key_of(row)] = row
        if self.path is not None:
            with self.path.open("ab") as file:
                file.write(_line(row).encode())
                file.flush()
                os.fsync(file.fileno())

    def finish(self, files: Mapping[Path, bytes]) -> None:
        """Put the answer in place; the plays are in it, so they need not be kept any longer."""
        for path, raw in files.items():
            _put(path, raw)
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _whole_lines(path: Path) -> Iterable[Row]:
    for raw in path.read_bytes().splitlines(keepends=True):
        if raw.endswith(b"\n"):
            yield json.loads(raw)


def _put(path: Path, raw: bytes) -> None:
    """The whole file or the one before it, whenever the machine stops."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def table(variants: Sequence[Variant]) -> bytes:
    """One line for each variant, for any spreadsheet: figures with mean, tenth, median and nine tenths."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    parts = ("mean", "low", "median", "high")
    outcomes = sorted({name for one in variants for name in one.outcomes})
    names = {"mean": "", "low": "_p10", "median": "_p50", "high": "_p90"}
    heads = [f"{figure}{names[part]}" for figure in (*FIGURES, *outcomes) for part in parts]
    writer.writerow(["auto", "staffing_percent", "rules", "runs", "passed", *heads])
    for one in variants:
        spreads = [one.spreads[name] for name in FIGURES] + [one.outcomes.get(name) for name in outcomes]
        cells = [getattr(spread, part, None) for spread in spreads for part in parts]
        written = ["" if value is None else value for value in cells]
        writer.writerow([one.auto, one.staffing, harmless(one.rules or "shipped"), one.runs, one.passed, *written])
    return text.getvalue().encode("utf-8-sig")


__all__ = ["Kept", "made_of", "table"]
