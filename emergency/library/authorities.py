"""Who may confirm a level: ids that playbooks name, with their titles in both languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

from emergency.library.faults import Fault, FileFaults
from emergency.texts import Message

COLUMNS = ("id", "zh", "en", "deputy_zh", "deputy_en")
ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def load_authorities(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Read ``id,zh,en,deputy_zh,deputy_en``: id -> title in both languages.

    Raises:
        FileFaults: everything that is wrong with it, each with its line.
    """
    return _read(path)[0]


def load_deputies(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Authority -> title of its deputy, where the file names one that is not the authority itself.

    Raises:
        FileFaults: everything that is wrong with it, each with its line.
    """
    return _read(path)[1]


def _read(path: Path) -> tuple[dict[str, Mapping[str, str]], dict[str, Mapping[str, str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = Message("cannot be read as UTF-8 text: {reason}", {"reason": str(error)})
        raise FileFaults(str(path), [Fault(str(path), 0, 0, "", message)]) from error
    reader = csv.DictReader(io.StringIO(text), restval="")
    if tuple(reader.fieldnames or ()) != COLUMNS:
        gaps = {"found": ", ".join(reader.fieldnames or ()), "expected": ", ".join(COLUMNS)}
        message = Message("the columns are {found}; they must be {expected}, in this order", gaps)
        raise FileFaults(str(path), [Fault(str(path), 1, 0, "", message)])
    titles: dict[str, Mapping[str, str]] = {}
    deputies: dict[str, Mapping[str, str]] = {}
    faults = []
    for row in reader:
        name, zh, en, deputy_zh, deputy_en = (str(row[c]).strip() for c in COLUMNS)
        if not ID.fullmatch(name) or name in titles or not zh or not en or bool(deputy_zh) != bool(deputy_en):
            gaps = {"found": f"{name},{zh},{en}"}
            message = Message("give an id of its own and a title in both languages, not {found}", gaps)
            faults.append(Fault(str(path), reader.line_num, 0, "", message))
        titles[name] = {"zh": zh, "en": en}
        if deputy_zh and (deputy_zh, deputy_en) != (zh, en):
            deputies[name] = {"zh": deputy_zh, "en": deputy_en}
    if faults:
        raise FileFaults(str(path), faults)
    return titles, deputies
