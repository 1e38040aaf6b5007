"""Mapping files (``*.mapping.yaml``): read strictly; what they say is for intake to judge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
