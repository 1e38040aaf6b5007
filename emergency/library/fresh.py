"""Content files as they stand on disk now: read once per state, the newest version found by reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from emergency.domain.drill.script import DrillScript
from emergency.domain.level import RuleSet
from emergency.domain.playbook import Playbook
from emergency.library.faults import Fault, FileFaults, NotOnShelf
from emergency.library.reference import parse_reference, version_of
from emergency.texts import Message

T = TypeVar("T")
Given = TypeVar("Given")
Versioned = TypeVar("Versioned", RuleSet, Playbook, DrillScript)


def fresh(path: Path, read: Callable[[Path], T]) -> T:
    """Read a file once per state on disk."""
    now = state(path)
    if now is None:
        return read(path)  # says in its own words that the file cannot be read
    found: T = _remembered(path, read, *now)
    return found


def state(path: Path) -> tuple[int, int] | None:
    """Tells one content of a file from the next; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=256)
def _remembered(path: Path, read: Callable[[Path], Any], _changed_ns: int, _size: int) -> Any:
    return read(path)


def good(given: Iterable[Given], read: Callable[[Given], T]) -> list[T]:
    found = []
    for one in given:
        try:
            found.append(read(one))
        except FileFaults:
            continue  # named by Library.faults
    return found


def newest(reference: str, shelf: Iterable[Versioned], kind: str) -> Versioned:
    known = list(shelf)
    names = ", ".join(f"{one.id}@{one.version}" for one in known)
    try:
        asked = parse_reference(reference)
    except ValueError as error:
        raise _missing(reference, kind, names) from error
    allowed = [one for one in known if one.id == asked.id and asked.allows(one.version)]
    if not allowed:
        raise _missing(reference, kind, names)
    return max(allowed, key=lambda one: version_of(one.version))


def _missing(reference: str, kind: str, names: str) -> NotOnShelf:
    gaps = {"reference": reference, "known": names or "–"}
    if kind == "playbook":
        return NotOnShelf(Message("there is no playbook {reference}; known: {known}", gaps))
    if kind == "drill":
        return NotOnShelf(Message("there is no drill {reference}; known: {known}", gaps))
    return NotOnShelf(Message("there is no rule file {reference}; known: {known}", gaps))


def same_twice(path: Path, other: str, rules: RuleSet | DrillScript) -> FileFaults:
    gaps = {"name": f"{rules.id}@{rules.version}", "other": other}
    message = Message("{name} is already in {other}; give one of them another id or version", gaps)
    return FileFaults(str(path), [Fault(str(path), 0, 0, "id", message)])
