"""The events list of a drill script as a workbook, and back."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emergency.documents.msel import ACTIONS, EVENTS, OBJECTIVES, Path_, Sheet, msel_bytes
from emergency.documents.msel_changes import CellFault, Changes, Place, Row, Seconds, SheetFaults, msel_changes
from emergency.domain.drill.script import DrillScript
from emergency.intake.sheets import Page, pages_of
from emergency.library import Fault, Library
from emergency.library.edit import Span, edited
from emergency.library.relist import changed, relisted
from emergency.library.strict_yaml import parse
from emergency.service.context import Refused
from emergency.texts import N_, Message, speaker

SUFFIX = ".drill.yaml"
# The keys of an inject and of an expected action in the order in which scripts write them.
ORDER = ("id", "at", "when", "kind", "from", "to", "channel", "body", "effects", "attachments", "notes", "expects")
CHANGED_SINCE = N_(
    "{file} was written from another state of {script}: what was changed in the script since would be lost. "
    "Write the workbook anew from the script and take over your changes"
)


@dataclass(frozen=True)
class Made:
    """A script made from a workbook. changes: ``{"field", "value"}``; notes: what was not taken."""

    text: bytes
    changes: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[CellFault, ...] = field(default=())


def write_msel(library: Library, script: Path | str, out: Path, language: str = "en") -> dict[str, Any]:
    """Write the workbook of a script: a file, or one of the shelf.

    Raises:
        FileFaults: the script is broken. NotOnShelf: there is none of that name.
    """
    found = library.drill(script)
    out.write_bytes(workbook(library, found, language))
    return {"script": str(script), "file": str(out), "events": len(found.injects)}


def workbook(library: Library, script: DrillScript, language: str = "en") -> bytes:
    return msel_bytes(script, speaker(language), _titles(library, script))


def read_msel(library: Library, script: Path, sheet: Path, out: Path | None = None) -> dict[str, Any]:
    """Write a new script from a workbook: the old one with what was changed, added and taken out.

    Args:
        out: where; beside the workbook with its name unless given. The old script is never written over.

    Returns:
        ``{"script", "file", "changes", "ignored"}``: changes as ``{"field", "value"}``.

    Raises:
        Refused: the workbook is of another script. SheetFaults: every cell that is not in order; nothing is written.
    """
    if not sheet.is_file():
        raise Refused(f"{sheet}: no such file; `emergency drill msel {script} --out {sheet.name}` writes one")
    out = out or sheet.with_name(sheet.stem + SUFFIX)
    if script.is_file() and out.resolve() == script.resolve():
        raise Refused(f"{out} is the script itself; give another file with --out")
    if not out.name.endswith(SUFFIX):
        raise Refused(f"{out}: the name of a drill script ends in {SUFFIX}")
    found = library.drill(script)
    text = script.read_bytes() if script.is_file() else library.drill_text(found.sha256)
    made = made_from_pages(library, found, text, pages_of(sheet.read_bytes(), sheet.name), sheet.name)
    out.write_bytes(made.text)
    say = speaker("en")
    ignored = [one.spoken(say) for one in made.notes]
    return {"script": str(script), "file": str(out), "changes": list(made.changes), "ignored": ignored}


def made_from_pages(library: Library, script: DrillScript, text: bytes, pages: tuple[Page, ...], file: str) -> Made:
    """A script with what its workbook says otherwise.

    Args:
        text: the script as it is written. file: the workbook, as faults name it.

    Raises:
        Refused: the workbook was written from another state of the script.
        SheetFaults: every cell that is not in order, of the workbook itself or in the script it would make.
    """
    try:
        changes = msel_changes(script, pages, _titles(library, script))
        if changes.fingerprint and changes.fingerprint != script.sha256:
            gaps = {"file": file, "script": f"{script.id}@{script.version}"}
            raise Refused(Message(CHANGED_SINCE, gaps))
        made, told = rewritten(text, changes, f"{script.id}@{script.version}")
        _check(library, made, changes)
    except SheetFaults as faults:
        raise SheetFaults(faults.faults, file) from faults
    return Made(made, tuple(told), changes.notes)


def _titles(library: Library, script: DrillScript) -> dict[str, Mapping[str, str]]:
    """Roles of the script's playbook by their titles."""
    return {role: one.title for role, one in library.playbook(script.playbook).roles.items()}


def span(seconds: int) -> str:
    """90 min as ``1h30m``, the way scripts write it."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if count]
    return "".join(parts) or "0m"


# The script as it is to be ----------------------------------------------------------------------------


def rewritten(text: bytes, changes: Changes, path: str) -> tuple[bytes, list[Mapping[str, Any]]]:
    """The script with the changes of a workbook, byte for byte as it was elsewhere; and what was changed.

    Raises:
        Refused: the script is written so that the changes cannot be put in.
    """
    before = parse(text, path).value
    after = {"injects": _injects(before, changes), "objectives": _list(before["objectives"], changes.rows[OBJECTIVES])}
    edits: dict[Path_, Any] = {}
    head = copy.deepcopy({key: before[key] for key in ("id", "version", "title", "scenario", "clock")})
    for key, value in changes.script.items():
        _put(head, key, value)
    for part, value in head.items():
        found = changed(before[part], value, (part,))
        edits |= {(part,): value} if found is None else found
    orders: dict[str, list[int | Mapping[str, Any]]] = {}
    for name, entries in after.items():
        places = {one["id"]: place for place, one in enumerate(before[name])}
        orders[name] = []
        for one in entries:
            place = places.get(one["id"])
            found = None if place is None else changed(before[name][place], one, (name, place))
            orders[name].append(one if place is None or found is None else place)
            edits |= found or {}
    try:
        made = edited(text, edits, path) if edits else text
        for name, order in orders.items():
            if order != list(range(len(before[name]))):
                made = relisted(made, name, order, path)
    except KeyError as fault:
        raise Refused(str(fault.args[0])) from fault
    return made, list(_told({**before, **head, **after}, before))


def _injects(before: Mapping[str, Any], changes: Changes) -> list[dict[str, Any]]:
    """The injects of the sheet of events, each with the expected actions that name it."""
    entries = _list(before["injects"], changes.rows[EVENTS])
    raw = {one["id"]: (inject["id"], one) for inject in before["injects"] for one in inject.get("expects", ())}
    owned: dict[str, list[dict[str, Any]]] = {}
    for row in _as_written(changes.rows[ACTIONS], list(raw)):
        owner, one = raw.get(row.id, ("", {"id": row.id}))
        given = dict(row.given)
        owner = str(given.pop(("inject",), owner))
        owned.setdefault(owner, []).append(_changed(one, given))
    for entry in entries:
        expected = owned.get(entry["id"], [])
        if expected or entry.get("expects"):
            entry["expects"] = expected
        if not entry.get("expects", True):
            del entry["expects"]
    return entries


def _list(before: list[Mapping[str, Any]], rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    known = {one["id"]: one for one in before}
    return [_changed(known.get(row.id, {"id": row.id}), row.given) for row in _as_written(rows, list(known))]


def _as_written(rows: tuple[Row, ...], known: list[str]) -> list[Row]:
    """Known rows in the order of the script, new ones after the row they stand under: sorting a sheet is no change."""
    by_id = {row.id: row for row in rows}
    found = [by_id[name] for name in known if name in by_id]
    for n, row in enumerate(rows):
        if row.new:
            above = rows[n - 1].id if n else ""
            place = next((k for k, one in enumerate(found) if one.id == above), -1)
            found.insert(place + 1, row)
    return found


def _changed(one: Mapping[str, Any], given: Mapping[Path_, Any]) -> dict[str, Any]:
    made = copy.deepcopy(dict(one))
    for key, value in given.items():
        if not (value is False and key[0] not in made):  # not critical is what a script says by saying nothing
            _put(made, key, value)
    if ("at",) in given:
        made.pop("when", None)
    if made.keys() == one.keys():
        return made
    return {key: made[key] for key in (*(k for k in ORDER if k in made), *(k for k in made if k not in ORDER))}


def _put(into: dict[str, Any], key: Path_, value: Any) -> None:
    """Set a value at a key, or take it away where it is None."""
    for part in key[:-1]:
        into = into.setdefault(str(part), {})
    if value is None:
        into.pop(str(key[-1]), None)
    else:
        into[str(key[-1])] = Span(span(value)) if isinstance(value, Seconds) else value


def _told(after: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every value that is another now, that came, or (value None) that is gone."""
    was, now = dict(_leaves(before)), dict(_leaves(after))
    for field_ in dict.fromkeys([*now, *was]):
        if was.get(field_) != now.get(field_):
            yield {"field": field_, "value": now.get(field_)}


def _leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{at}/{key}" if at else str(key))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) and "id" in one for one in value):
        for one in value:
            yield from _leaves(one, f"{at}/{one['id']}")
    else:
        yield at, value


# What is wrong with it --------------------------------------------------------------------------------


def _check(library: Library, made: bytes, changes: Changes) -> None:
    """Every fault of the script that would be made, at the cell that can mend it."""
    faults = library.check_drill(made, "script")
    if faults:
        value = parse(made, "script").value
        raise SheetFaults(_cell(fault, value, changes) for fault in faults)


def _cell(fault: Fault, script: Mapping[str, Any], changes: Changes) -> CellFault:
    keys = [int(key) if key.isdigit() else key for key in fault.field.split("/")]
    place = None
    if keys[0] in ("injects", "objectives") and len(keys) > 1:
        sheet: Sheet = EVENTS if keys[0] == "injects" else OBJECTIVES
        one, rest = script[str(keys[0])][keys[1]], tuple(keys[2:])
        if rest[:1] == ("expects",) and len(rest) > 1:
            sheet, one, rest = ACTIONS, one["expects"][rest[1]], rest[2:]
        if rest[:1] == ("when",):
            rest = ("at",)  # the condition is shown where the time would stand
        place = changes.place(sheet.key, str(one["id"]), rest)
        message = fault.message if place and place.column else _beyond(rest, fault.message)
    else:
        place, message = changes.place("", fault.field), fault.message
        if place is not None:
            place = Place(place.sheet, place.row, *changes.columns["", tuple(fault.field.split("/"))])
    if fault.suggestion:
        message = Message("{message} ({suggestion})", {"message": message, "suggestion": fault.suggestion})
    if place is None:
        gaps = {"field": fault.field, "message": message}
        text = N_("{field}: {message}; this stands in the script file alone, mend it there")
        return CellFault(Place(EVENTS.title), Message(text, gaps))
    return CellFault(place, message)


def _beyond(rest: Path_, message: Message) -> Message:
    """A fault of something the row does not show."""
    return Message("{field}: {message}", {"field": "/".join(map(str, rest)), "message": message}) if rest else message
