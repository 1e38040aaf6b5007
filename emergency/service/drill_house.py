"""The house's own drill scripts: prepared from a shipped one, checked, kept beside them in ``<home>/drills``.

A script that is replaced or withdrawn is put away, not deleted, and can be brought back. Drills that are being played
keep the text they began with.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emergency.documents.msel_changes import CellFault, Place, SheetFaults, made_from
from emergency.domain.drill.script import DrillScript
from emergency.intake.faults import FileFault
from emergency.intake.sheets import pages_of
from emergency.library import FileFaults, Library, NotOnShelf
from emergency.library.drill_shelf import EARLIER, FILES, FOLDER, ShelvedDrill, taken
from emergency.library.drills import drill_from
from emergency.library.edit import Span, edited
from emergency.library.strict_yaml import parse
from emergency.service.context import Context, Refused
from emergency.service.msel import made_from_pages, workbook
from emergency.texts import N_, Message, Speaker, speaker

MOST_OWN = 200
FIRST_VERSION = "1.0.0"
ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,40}")
BAD_ID = N_("{id} cannot be the id of a script: use small letters, digits, - and _, 2 to 41 of them")


@dataclass(frozen=True)
class Kept:
    """What became of a file. changes and notes: of a workbook, see `emergency.service.msel.Made`."""

    reference: str
    replaced: bool = False
    unchanged: bool = False
    changes: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[CellFault] = ()


@dataclass(frozen=True)
class Away:
    """A script that was replaced or withdrawn. file: its name among those put away; kept_at: when it came."""

    file: str
    id: str
    version: str
    title: Mapping[str, str]
    kept_at: datetime
    injects: int = field(default=0)


def text_of(library: Library, reference: str) -> tuple[DrillScript, bytes]:
    """A script of the shelf with its file, word for word.

    Raises:
        NotOnShelf: there is none of that name.
    """
    script = _on_shelf(library, reference)
    return script, library.drill_text(script.sha256)


def _on_shelf(library: Library, reference: str) -> DrillScript:
    """By id@version, or the newest of an id; a name out of a workbook is never taken for a file's."""
    known = library.shelved_drills()
    for one in known:
        if reference == one.reference or (one.played and reference == one.script.id):
            return one.script
    gaps = {"reference": reference or "–", "known": ", ".join(one.reference for one in known) or "–"}
    raise NotOnShelf(Message(N_("there is no drill {reference}; known: {known}"), gaps))


def workbook_of(library: Library, reference: str, language: str) -> bytes:
    """The workbook of a script of the shelf: its events, expected actions and objectives."""
    return workbook(library, _on_shelf(library, reference), language)


def copied(library: Library, reference: str, drill_id: str, title: Mapping[str, str]) -> bytes:
    """A script of the shelf under an id and a title of the house, as version 1.0.0.

    Raises:
        Refused: the id cannot be one, or is in use. NotOnShelf: there is no such script.
    """
    if not ID.fullmatch(drill_id):
        raise Refused(Message(BAD_ID, {"id": drill_id or "–"}))
    if any(one.script.id == drill_id for one in library.shelved_drills()):
        raise Refused(Message(N_("there is a script {id} already; choose another id"), {"id": drill_id}))
    script, raw = text_of(library, reference)
    changes: dict[tuple[str | int, ...], Any] = {("id",): Span(drill_id), ("version",): Span(FIRST_VERSION)}
    changes |= {("title", language): words.strip() for language, words in title.items() if words.strip()}
    return edited(raw, changes, script.id)


def new(ctx: Context, reference: str, drill_id: str, title: Mapping[str, str]) -> Kept:
    """Put a copy of a script on the shelf, to be worked on.

    Raises:
        Refused, NotOnShelf: see `copied`.
    """
    raw = copied(ctx.content.library, reference, drill_id.strip(), title)
    return keep(ctx, f"{drill_id.strip()}.drill.yaml", raw)


def keep(ctx: Context, name: str, raw: bytes) -> Kept:
    """Check a script file (YAML) or its workbook (.xlsx) and put it on the shelf; a fault keeps all of it out.

    Raises:
        FileFaults, SheetFaults: everything that is wrong with it, with its place.
        Refused: it would take the place of a shipped script, or this is no place to prepare drills.
    """
    _outside_a_drill(ctx)
    kept, text = checked(ctx.content.library, name, raw)
    return kept if kept.unchanged else _put_on_shelf(ctx, kept, text)


def checked(library: Library, name: str, raw: bytes) -> tuple[Kept, bytes]:
    """What `keep` would put on the shelf, and nothing put there.

    Raises:
        FileFaults, SheetFaults, Refused: as `keep`.
    """
    changes: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[CellFault] = ()
    if raw.startswith(b"PK") or name.lower().endswith((".xlsx", ".xls", ".xlsm")):
        raw, changes, notes = _of_workbook(library, name, raw)
    elif faults := library.check_drill(raw, name):
        raise FileFaults(name, faults)
    script = drill_from(parse(raw, name))
    reference = f"{script.id}@{script.version}"
    if not ID.fullmatch(script.id):
        raise Refused(Message(BAD_ID, {"id": script.id}))
    there = next((one for one in library.shelved_drills() if one.reference == reference), None)
    same = there is not None and there.script.sha256 == script.sha256
    if there is not None and not there.own and not same:
        raise _taken(name, raw, reference, bool(changes))
    return Kept(reference, there is not None and not same, same, changes, notes), raw


def validate_workbook(library: Library, path: Path, language: str = "en") -> dict[str, Any]:
    """Check a workbook against the script it was written from, as `emergency.service.drills.validate` does a script."""
    say = speaker(language)
    if not path.is_file():
        return {"file": str(path), "ok": False, "faults": [say("{file}: no such file", file=path)]}
    try:
        kept, _ = checked(library, path.name, path.read_bytes())
    except (FileFaults, SheetFaults, Refused) as fault:
        told = [": ".join(part for part in (path.name, *pair) if part) for pair in spoken(fault, say)]
        return {"file": str(path), "ok": False, "faults": told}
    drill_id, _, version = kept.reference.partition("@")
    return {"file": str(path), "ok": True, "faults": [], "id": drill_id, "version": version}


def _taken(name: str, raw: bytes, reference: str, of_workbook: bool) -> FileFaults | SheetFaults:
    if of_workbook:
        hint = N_("{taken} – in the sheet of the script, where id and version stand")
        return SheetFaults([CellFault(Place("–"), Message(hint, {"taken": taken(reference)}))], name)
    return FileFaults(name, [parse(raw, name).fault(("version",), taken(reference))])


def _of_workbook(
    library: Library, name: str, raw: bytes
) -> tuple[bytes, Sequence[Mapping[str, Any]], Sequence[CellFault]]:
    try:
        pages = pages_of(raw, name)
    except FileFault as fault:
        raise Refused(fault.messages[0]) from fault
    try:
        reference, _ = made_from(pages)
    except SheetFaults as faults:
        raise SheetFaults(faults.faults, name) from faults
    try:
        script, text = text_of(library, reference)
    except NotOnShelf as missing:
        gaps = {"file": name, "script": reference or "–"}
        said = N_("{file} was written from {script}, which is not on the shelf; bring that back, or write it anew")
        raise Refused(Message(said, gaps)) from missing
    made = made_from_pages(library, script, text, pages, name)
    return made.text, made.changes, made.notes


def withdraw(ctx: Context, reference: str) -> None:
    """Take an own script off the shelf; it can be brought back.

    Raises:
        Refused: it is shipped, or not on the shelf any more.
    """
    _outside_a_drill(ctx)
    found = next((one for one in shelf(ctx) if one.reference == reference and one.own), None)
    if found is None:
        gaps = {"script": reference}
        raise Refused(Message(N_("{script} is no script of the house that is on the shelf"), gaps))
    body = {"sha256": found.script.sha256}
    with _locked(ctx) as folder, ctx.store.write() as connection:
        ctx.record(connection, "drill.script.withdraw", f"drill-script/{reference}", body)
        _put_away(folder, found.script)


def put_away(ctx: Context) -> tuple[Away, ...]:
    """Scripts that were replaced or withdrawn, the newest first."""
    found = []
    for path in (_folder(ctx) / EARLIER).glob(FILES):
        try:
            script = drill_from(parse(path.read_bytes(), path.name))
            when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except (OSError, FileFaults, KeyError, ValueError):
            continue  # no script that was ever kept here
        found.append(Away(path.name, script.id, script.version, script.title, when, len(script.injects)))
    return tuple(sorted(found, key=lambda one: one.kept_at, reverse=True))


def bring_back(ctx: Context, file: str) -> Kept:
    """Put a script on the shelf again; one of the same id and version that stands there is put away for it.

    Raises:
        Refused: it is not among those put away. FileFaults: it does not fit the plans of today any more.
    """
    if file not in {one.file for one in put_away(ctx)}:
        raise Refused(Message(N_("{file} is not among the scripts that were put away"), {"file": file}))
    path = _folder(ctx) / EARLIER / file
    kept = keep(ctx, file, path.read_bytes())
    path.unlink(missing_ok=True)
    return kept


def shelf(ctx: Context) -> tuple[ShelvedDrill, ...]:
    """Every script, own ones first, each id together, its newest version first."""
    found = ctx.content.library.shelved_drills()
    return tuple(sorted(found, key=lambda one: (not one.own, one.script.id, not one.played)))


def spoken(fault: Exception, say: Speaker) -> list[tuple[str, str]]:
    """What is wrong with a file: (place, what) of each fault, in a language."""
    if isinstance(fault, SheetFaults):
        return [(one.place.spoken(say), say(one.message)) for one in fault.faults]
    if isinstance(fault, FileFaults):
        found = []
        for one in fault.faults:
            place = say("line {line}", line=one.line) + (f" · {one.field}" if one.field else "")
            what = say(one.message)
            hint = say(one.suggestion) if one.suggestion else ""
            found.append((place, say("{message} ({suggestion})", message=what, suggestion=hint) if hint else what))
        return found
    first = fault.args[0] if fault.args else ""
    return [("", say(first) if isinstance(first, Message) else str(first))]


# Files ------------------------------------------------------------------------------------------------


def _outside_a_drill(ctx: Context) -> None:
    if ctx.profile.kind == "drill":
        raise Refused(Message(N_("this is the place of a drill; prepare scripts in the live workspace or a demo")))


def _folder(ctx: Context) -> Path:
    return ctx.content.home / FOLDER


@contextmanager
def _locked(ctx: Context) -> Iterator[Path]:
    """The folder, for one change at a time: what is replaced is what was there."""
    folder = _folder(ctx)
    (folder / EARLIER).mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _put_on_shelf(ctx: Context, kept: Kept, text: bytes) -> Kept:
    script = drill_from(parse(text, kept.reference))
    with _locked(ctx) as folder, ctx.store.write() as connection:
        there = next((one for one in shelf(ctx) if one.own and one.reference == kept.reference), None)
        if there is None and len(list(folder.glob(FILES))) >= MOST_OWN:
            gaps = {"most": MOST_OWN}
            raise Refused(Message(N_("there are {most} scripts of the house; withdraw some first"), gaps))
        body = {
            "sha256": script.sha256,
            "replaces": there.script.sha256 if there else "",
            "injects": len(script.injects),
        }
        ctx.record(connection, "drill.script.keep", f"drill-script/{kept.reference}", body)
        written = folder / EARLIER / f".{script.sha256[:12]}.new"
        written.write_bytes(text)
        if there is not None:
            _put_away(folder, there.script)
        os.replace(written, folder / f"{kept.reference}.drill.yaml")
    return kept


def _put_away(folder: Path, script: DrillScript) -> None:
    for path in folder.glob(FILES):
        if hashlib.sha256(path.read_bytes()).hexdigest() == script.sha256:
            name = f"{script.id}@{script.version}.{script.sha256[:12]}.drill.yaml"
            os.replace(path, folder / EARLIER / name)


__all__ = [
    "Away",
    "FileFaults",
    "Kept",
    "NotOnShelf",
    "Refused",
    "SheetFaults",
    "ShelvedDrill",
    "bring_back",
    "checked",
    "copied",
    "keep",
    "new",
    "put_away",
    "shelf",
    "spoken",
    "text_of",
    "validate_workbook",
    "withdraw",
    "workbook_of",
]
