"""The document a list links to, where it lies beside the list: saved together, or carried in on a stick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

# The folder to which taken files move, see the folder watch: the document may have come before its list.
PLACES = ("", "taken")
ENDINGS = ("", ".xml", ".cap")
MOST_NAME = 200


def beside(path: Path, link: str) -> Path | None:
    """The file of that name in the list's own folder; None where there is none. Nothing is fetched."""
    for name in _names(link):
        for place in PLACES:
            found = path.parent / place / name
            if found.is_file() and not found.is_symlink() and found != path:
                return found
    return None


def _names(link: str) -> Iterator[str]:
    """Names a saved copy of a link may have; none that leads out of the folder."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return
    last = unquote(parts.path.rpartition("/")[2])
    values = [value for _, value in parse_qsl(parts.query)][:5]
    for stem in (last, *values):
        for ending in ENDINGS:
            name = stem + ending
            hidden = name.startswith(".") or not name.isprintable()
            if stem and len(name) <= MOST_NAME and not hidden and not set(name) & set('/\\:*?"<>|'):
                yield name
