"""A drill script with one more inject, every other byte of it as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from emergency.library import strict_yaml
from emergency.library.edit import edited

_TOP = re.compile(r"^[A-Za-z_]+:")
_DASH = re.compile(r"^(\s*)- ")


def as_written(raw: bytes, path: str) -> Mapping[str, Any]:
    """The script as its author wrote it: plain keys and values, spans as text.

    Raises:
        FileFaults: the file is not strict YAML.
    """
    found: Mapping[str, Any] = strict_yaml.parse(raw, path).value
    return found


def with_inject(raw: bytes, inject: Mapping[str, Any], script_id: str, path: str) -> str:
    """The script under a new id, with the inject at the end of its list.

    Raises:
        FileFaults: the file is not strict YAML. ValueError: it has no list of injects.
    """
    lines = edited(raw, {("id",): script_id}, path).decode("utf-8-sig").splitlines()
    begin = next((n for n, line in enumerate(lines) if line.startswith("injects:")), None)
    if begin is None:
        raise ValueError(f"{path} has no list of injects")
    end = next((n for n in range(begin + 1, len(lines)) if _TOP.match(lines[n])), len(lines))
    indent = next((m[1] for line in lines[begin + 1 : end] if (m := _DASH.match(line))), "  ")
    while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    entry = f"{indent}- {json.dumps(inject, ensure_ascii=False)}"
    return "\n".join([*lines[:end], entry, *lines[end:]]) + "\n"
