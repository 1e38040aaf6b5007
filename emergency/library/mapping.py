"""Mapping files (``*.mapping.yaml``): read strictly; what they say is for intake to judge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from emergency.library import strict_yaml
from emergency.library.faults import FileFaults
from emergency.library.schema import shown
from emergency.texts import Message

FORMAT = "mapping/1."


def load_mapping(path: Path) -> dict[str, Any]:
    """The content of a mapping file.

    Raises:
        FileFaults: it is not strict YAML, or not a mapping with ``format: mapping/1.0``.
    """
    document = strict_yaml.load(path)
    raw = document.value
    if not isinstance(raw, Mapping) or not str(raw.get("format", "")).startswith(FORMAT):
        found = shown(raw.get("format") if isinstance(raw, Mapping) else raw)
        message = Message("found {found}; a mapping file begins with format: mapping/1.0", {"found": found})
        raise FileFaults(document.path, [document.fault(("format",), message)])
    return dict(raw)


def load_synonyms(path: Path) -> dict[str, Any]:
    """Names by which other systems export the columns of a claim, and what else a proposal starts from.

    Returns:
        ``columns``: claim column -> headers; ``signs``: claim column -> groups of parts of a header;
        ``record_columns``: kind of file -> column -> headers; ``personal``: kind -> headers; ``places``;
        ``words_from``.

    Raises:
        FileFaults: it is not strict YAML, or one of these is missing.
    """
    document = strict_yaml.load(path)
    raw = document.value
    parts = dict.fromkeys(("columns", "signs", "record_columns", "personal", "places"), Mapping) | {"words_from": list}
    for part, shape in parts.items():
        if not isinstance(raw, Mapping) or not isinstance(raw.get(part), shape):
            message = Message("{part} is missing: see data/mappings/synonyms.yaml as shipped", {"part": part})
            raise FileFaults(document.path, [document.fault((), message)])
    return dict(raw)


def save_mapping(folder: Path, raw: Mapping[str, Any]) -> Path:
    """Write a mapping as ``<id>.mapping.yaml``, whole or not at all.

    Raises:
        FileFaults: the strict reader would not read it back the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{raw['id']}.mapping.yaml"
    fresh = path.with_suffix(".partial")
    fresh.write_text(yaml.safe_dump(dict(raw), allow_unicode=True, sort_keys=False, width=110), encoding="utf-8")
    try:
        same = load_mapping(fresh) == dict(raw)
        if not same:
            message = Message("{name} would not be read back as it was written", {"name": path.name})
            raise FileFaults(str(path), [strict_yaml.load(fresh).fault((), message)])
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return path
