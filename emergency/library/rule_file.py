"""What the small rule files under ``data/`` share: a first line, rows of known names, figures with their source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.reading import DURATION, seconds
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message


def load(
    path: Path, form: str, faults: Callable[[Document], Iterator[Fault]], rows: Iterable[str] | None = None
) -> Document:
    """A file without faults.

    Args:
        form: what must stand in its first line.
        faults: finds what is wrong below it; asked only when the first line fits.
        rows: the rows there may be; None where the file's own check says it.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = strict_yaml.load(path)
    if not isinstance(document.value, dict) or document.value.get("format") != form:
        message = Message("the first line is {format}", {"format": f"format: {form}"})
        raise FileFaults(document.path, [document.fault(("format",), message)])
    found = [*_strangers(document, rows), *faults(document)]
    if found:
        raise FileFaults(document.path, found)
    return document


def _strangers(document: Document, rows: Iterable[str] | None) -> Iterator[Fault]:
    if rows is None:
        return
    allowed = tuple(rows)
    for row in sorted(map(str, set(document.value) - {"format", "version", *allowed})):
        gaps = {"found": row, "allowed": ", ".join(allowed)}
        yield document.fault((row,), Message("found {found}; allowed: {allowed}", gaps))


def count_faults(document: Document, at: Path_, found: Any, least: int = 0) -> Iterator[Fault]:
    """Anything but a whole number from ``least`` (0 or 1) on."""
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        gaps = {"found": str(found)}
        none_too = Message("found {found}; allowed: a whole number, 0 or more", gaps)
        some = Message("found {found}; allowed: a whole number, 1 or more", gaps)
        yield document.fault(at, some if least else none_too)


def span_faults(document: Document, at: Path_, found: Any) -> Iterator[Fault]:
    """Anything but a span of time above nought."""
    if not isinstance(found, str) or not DURATION.fullmatch(found) or not seconds(found):
        yield document.fault(
            at, Message("found {found}; allowed: a span such as 30m, 2h or 1d12h", {"found": str(found)})
        )


def source_faults(document: Document, at: Path_, row: Any) -> Iterator[Fault]:
    """A row that does not say where its figure is from."""
    if not isinstance(row, dict) or not str(row.get("source") or "").strip():
        yield document.fault(at, Message("the source is missing; say where the figure is from"))
