"""How a command takes its input and gives its answer."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from emergency import bootstrap
from emergency.service.context import Actor


class BadInput(Exception):
    """Something was asked that cannot be done; the message says what to do instead."""


def answer_with(arguments: argparse.Namespace, answer: Any, lines: Sequence[str] | Callable[[], Sequence[str]]) -> None:
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    for line in lines() if callable(lines) else lines:
        print(line)


def actor(arguments: argparse.Namespace) -> Actor:
    return Actor(arguments.actor, arguments.actor, "operator")


def context(arguments: argparse.Namespace) -> Any:
    return bootstrap.start().context(arguments.workspace, actor(arguments))


def rows(path: Path, *required: str) -> list[dict[str, str]]:
    """Rows of a small CSV table the user wrote.

    Raises:
        BadInput: no such file, not UTF-8, a required column missing, or rows of another width than the header.
    """
    if path.is_dir():
        raise BadInput(f"{path}: is a folder; name the CSV file in it")
    if not path.is_file():
        raise BadInput(f"{path}: no such file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path}: not UTF-8 (byte {fault.start}); save it as CSV UTF-8") from fault
    if "\0" in text:
        raise BadInput(f"{path}: holds NUL bytes; it is no text file")
    reader = csv.DictReader(text.splitlines(keepends=True), restkey="\0rest", strict=True)
    try:
        found = list(reader)
    except csv.Error as fault:
        raise BadInput(f"{path}, line {reader.line_num}: {fault}") from fault
    if not reader.fieldnames:
        raise BadInput(f"{path}: empty; the first line must name the columns")
    missing = [c for c in required if c not in reader.fieldnames]
    if missing:
        raise BadInput(f"{path}: column {missing[0]!r} is missing; the table needs {', '.join(required)}")
    doubled = sorted({c for c in reader.fieldnames if reader.fieldnames.count(c) > 1})
    if doubled:
        raise BadInput(f"{path}: column {doubled[0]!r} stands twice; rename or remove one")
    ragged = [i for i, row in enumerate(found, 1) if "\0rest" in row or None in row.values()]
    if ragged:
        raise BadInput(f"{path}: data row {ragged[0]} has another number of cells than the header; mend the row")
    return found
