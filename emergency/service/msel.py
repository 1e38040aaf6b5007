"""The events list of a drill script as a spreadsheet, and back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emergency.documents.msel import Path_, msel_bytes
from emergency.documents.msel_changes import Changes, SheetRefused, msel_changes
from emergency.domain.drill.script import DrillScript
from emergency.library import FileFaults, Library
from emergency.library.edit import Span, edited
from emergency.service.context import Refused
from emergency.texts import speaker

SUFFIX = ".drill.yaml"


def write_msel(library: Library, script: Path, out: Path, language: str = "en") -> dict[str, Any]:
    """Write the spreadsheet of a script.

    Raises:
        FileFaults: the script is broken.
    """
    found = library.drill(script)
    out.write_bytes(msel_bytes(found, speaker(language), _titles(library, found)))
    return {"script": str(script), "file": str(out), "events": len(found.injects)}


def read_msel(library: Library, script: Path, sheet: Path, out: Path | None = None) -> dict[str, Any]:
    """Write a new script from a spreadsheet: the old one with the texts, times and weights that were changed.

    Args:
        out: where; beside the spreadsheet with its name unless given. The old script is never written over.

    Returns:
        ``{"script", "file", "changes", "ignored"}``: changes as ``{"field", "value"}``.

    Raises:
        Refused: the spreadsheet cannot be used. FileFaults: the new script would be broken; nothing is written.
    """
    if not sheet.is_file():
        raise Refused(f"{sheet}: no such file; `emergency drill msel {script} --out {sheet.name}` writes one")
    out = out or sheet.with_name(sheet.stem + SUFFIX)
    if out.resolve() == script.resolve():
        raise Refused(f"{out} is the script itself; give another file with --out")
    if not out.name.endswith(SUFFIX):
        raise Refused(f"{out}: the name of a drill script ends in {SUFFIX}")
    try:
        found = library.drill(script)
        changes = msel_changes(found, sheet.read_bytes(), _titles(library, found))
    except SheetRefused as fault:
        raise Refused(f"{sheet}: {fault}") from fault
    wanted = _wanted(changes)
    made = edited(script.read_bytes(), wanted, str(script)) if wanted else script.read_bytes()
    _check(library, made, out)
    out.write_bytes(made)
    told = [{"field": "/".join(map(str, at)), "value": value} for at, value in sorted(wanted.items(), key=str)]
    return {"script": str(script), "file": str(out), "changes": told, "ignored": [str(one) for one in changes.ignored]}


def _titles(library: Library, script: DrillScript) -> dict[str, Mapping[str, str]]:
    """Roles of the script's playbook by their titles."""
    return {role: one.title for role, one in library.playbook(script.playbook).roles.items()}


def _wanted(changes: Changes) -> dict[Path_, Any]:
    return {**changes.values, **{at: Span(span(seconds)) for at, seconds in changes.seconds.items()}}


def span(seconds: int) -> str:
    """90 min as ``1h30m``, the way scripts write it."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if count]
    return "".join(parts) or "0m"


def _check(library: Library, made: bytes, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, out.name)
        copy.write_bytes(made)
        try:
            library.drill(copy)
        except FileFaults as broken:
            raise Refused(
                "the changes make a script that is not in order, so nothing was written:\n"
                + "\n".join(str(fault).replace(str(copy), out.name) for fault in broken.faults)
            ) from broken
