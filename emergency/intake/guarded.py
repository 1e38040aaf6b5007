"""Files whose readers cannot be trusted are read by a child with limits; what comes back is plain CSV."""

from __future__ import annotations

import json
import select
import signal
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emergency.intake.apart import PATIENCE_SECONDS, launched
from emergency.intake.faults import FileFault
from emergency.texts import Message

LARGEST_INFLATED_MB = 256
LARGEST_JSON_MB = 40
SHEETS = 20
_LONGEST_ANSWER = 1 << 16


def unpacked(path: Path, kind: str) -> tuple[TemporaryDirectory[str], list[Path]]:
    """The tables of a workbook (``xlsx``; ``book``: with titles and row numbers) or a JSON file as CSV in UTF-8.

    Returns:
        The folder that holds them, to be cleaned up by whoever asked, and the files, one per sheet.

    Raises:
        FileFault: too large, damaged, not what its name says, or more than the child was allowed.
    """
    folder = TemporaryDirectory(prefix="emergency-intake-")
    try:
        answer = asked(path, kind, folder.name)
    except BaseException:
        folder.cleanup()
        raise
    if answer.get("fault"):
        folder.cleanup()
        raise FileFault(_why(path, kind, answer))
    return folder, [Path(folder.name, f"{i}.csv") for i in range(int(answer["sheets"]))]


def asked(path: Path, kind: str, folder: str) -> Mapping[str, Any]:
    """What the child answers: ``fault`` ("" = none), ``sheets``, ``peak_mb``; a dead child leaves its fault."""
    process = launched("emergency.intake.guarded_child", kind, str(path.absolute()), folder)
    assert process.stdin and process.stdout
    with process.stdin, process.stdout:  # it ends when its standard input does
        try:
            if not select.select([process.stdout], [], [], PATIENCE_SECONDS)[0]:
                return {"fault": "too_long"}
            said = process.stdout.read(_LONGEST_ANSWER)
        finally:
            process.kill()
            process.wait()
    try:
        found = json.loads(said)
    except ValueError:
        # It died without a word: of its limits, mostly, or of a fault in a foreign parser.
        return {"fault": "too_long" if process.returncode == -signal.SIGXCPU else "damaged"}
    sound = isinstance(found, dict) and found.get("sheets", 0) in range(SHEETS + 1)
    return found if sound else {"fault": "damaged"}


def _why(path: Path, kind: str, answer: Mapping[str, Any]) -> Message:
    file = {"file": path.name}
    return {
        "too_large": Message(
            "{file} unpacks to more than {limit} MB, or to far more than its size can hold: "
            "save the sheet as CSV and import that",
            file | {"limit": LARGEST_INFLATED_MB},
        ),
        "json_too_large": Message(
            "{file} is larger than {limit} MB: save it as CSV, or cut it in parts", file | {"limit": LARGEST_JSON_MB}
        ),
        "too_long": Message("{file} takes too long to read: save the sheet as CSV and import that", file),
        "too_deep": Message("{file} is nested too deeply to be a list of claims", file),
        "entities": Message(
            "{file} declares XML entities, which no spreadsheet does; it was not opened. "
            "Ask its sender, or save it anew as .xlsx",
            file,
        ),
        "not_json": Message("{file} is neither a JSON list of claims nor a table", file),
        "no_list": Message(
            "{file} holds no list of objects: a JSON file is [{{…}}, {{…}}], one object a line, or GeoJSON", file
        ),
        "bad_json": Message(
            "{file} is no sound JSON: line {line}, column {column}",
            file | {"line": answer.get("line", 0), "column": answer.get("column", 0)},
        ),
    }.get(str(answer["fault"]), _damaged(path, kind))


def _damaged(path: Path, kind: str) -> Message:
    if kind == "json":
        return Message("{file} is no sound JSON; export it again, or as CSV", {"file": path.name})
    return Message(
        "{file} is damaged or no Excel workbook: open it, save it as .xlsx or CSV, import again", {"file": path.name}
    )
