"""What a workbook changed in a script, said entry by entry in the words of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emergency.documents.msel import ACTIONS, EVENTS, FIELDS, OBJECTIVES, Column
from emergency.texts import Speaker

LISTS = {"injects": EVENTS, "expects": ACTIONS, "objectives": OBJECTIVES}
BEYOND = ("effects", "attachments", "penalty", "match", "score", "decay", "allow_early", "when")


def told(changes: Iterable[Mapping[str, Any]], say: Speaker) -> list[tuple[str, str]]:
    """(what, how it is now) of every change; an entry that came, went or moved is said once."""
    known = [(str(one["field"]), one["value"]) for one in changes]
    whole = {field[: -len("/id")]: value for field, value in known if _is_id(field)}
    came = {entry.rpartition("/")[2] for entry, value in whole.items() if value is not None}
    found: list[tuple[str, str]] = []
    for field, value in known:
        entry = max((one for one in whole if field.startswith(one + "/")), key=len, default="")
        name = entry.rpartition("/")[2]
        if not entry:
            found.append((_what(field, say), say("taken out") if value is None else _shown(value, say)))
        elif field != f"{entry}/id" or (whole[entry] is None and name in came):
            continue  # said with the entry, or where it stands now
        else:
            found.append((name, _whole(entry, known, whole, say)))
    return found


def _is_id(field: str) -> bool:
    keys = field.split("/")
    return keys[-1] == "id" and len(keys) in (3, 5) and keys[-3] in LISTS


def _whole(entry: str, known: Iterable[tuple[str, Any]], whole: Mapping[str, Any], say: Speaker) -> str:
    name, owner = entry.rpartition("/")[2], entry.split("/")[1]
    if whole[entry] is not None:
        moved = [one for one, value in whole.items() if value is None and one.endswith(f"/{name}")]
        return say("moved to {inject}", inject=owner) if moved else say("new")
    inside = (field[len(entry) + 1 :] for field, _ in known if field.startswith(entry + "/"))
    lost = [key for key in dict.fromkeys(one.partition("/")[0] for one in inside) if key in BEYOND]
    if not lost:
        return say("taken out")
    return say("taken out, with what only the script file says of it: {keys}", keys=say(", ").join(lost))


def _what(field: str, say: Speaker) -> str:
    """``injects/I02/body/en`` → I02 · Description (English)."""
    keys = field.split("/")
    columns: Iterable[Column] = FIELDS
    name = ""
    while len(keys) > 2 and keys[0] in LISTS:
        columns, name, keys = LISTS[keys[0]].columns, keys[1], keys[2:]
    title = next((say(one.title) for one in columns if one.key == tuple(keys)), "/".join(keys))
    return f"{name} · {title}" if name else title


def _shown(value: Any, say: Speaker) -> str:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return str(value)
