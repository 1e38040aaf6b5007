"""The kinds of incident: ``data/incident-kinds.yaml`` → `IncidentKind`, and the ids other files may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emergency.domain.incident import KIND_ID, IncidentKind
from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.schema import near
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message

FORMAT = "incident-kinds/1.0"
FILE = "incident-kinds.yaml"
SHIPPED = Path(__file__).parents[2] / "data"
KEYS = ("id", "title", "norm", "perils", "causes")


def load_kinds(path: Path) -> tuple[IncidentKind, ...]:
    """Read the file, in its order.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = rule_file.load(path, FORMAT, _faults)
    return tuple(_kind(raw) for raw in document.value["kinds"])


def kind_ids(data: Path) -> tuple[str, ...]:
    """Ids of the kinds in a data folder; the shipped ones where it has no file of its own.

    Raises:
        FileFaults: the file is broken.
    """
    own = data / FILE
    return tuple(kind.id for kind in load_kinds(own if own.exists() else SHIPPED / FILE))


def _kind(raw: Mapping[str, Any]) -> IncidentKind:
    return IncidentKind(
        id=raw["id"],
        title=dict(raw["title"]),
        norm=raw.get("norm", ""),
        perils=tuple(raw.get("perils", ())),
        causes=tuple(dict(one) for one in raw.get("causes", ())),
    )


def _faults(document: Document) -> Iterator[Fault]:
    kinds = document.value.get("kinds")
    if not isinstance(kinds, list) or not kinds:
        yield document.fault(("kinds",), Message("there is no kind of incident; give at least one under kinds:"))
        return
    seen: set[str] = set()
    for place, one in enumerate(kinds):
        yield from _kind_faults(document, ("kinds", place), one, seen)


def _kind_faults(document: Document, at: Path_, one: Any, seen: set[str]) -> Iterator[Fault]:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not KIND_ID.fullmatch(one["id"]):
        yield document.fault(at, Message("a kind needs an id of small letters, digits, - and _"))
        return
    if one["id"] in seen:
        yield document.fault((*at, "id"), Message("{id} stands twice", {"id": one["id"]}))
    seen.add(one["id"])
    for key in sorted(set(one) - set(KEYS)):
        gaps = {"found": key, "allowed": ", ".join(KEYS)}
        yield document.fault((*at, key), Message("found {found}; allowed: {allowed}", gaps), near(key, KEYS))
    if not _bilingual(one.get("title")):
        yield document.fault((*at, "title"), Message("the title is needed in both languages: {{zh: …, en: …}}"))
    perils = one.get("perils", [])
    if not isinstance(perils, list) or not all(isinstance(p, str) and KIND_ID.fullmatch(p) for p in perils):
        yield document.fault((*at, "perils"), Message("perils are a list of ids such as flood"))
    causes = one.get("causes", [])
    if not isinstance(causes, list) or not all(_bilingual(c) for c in causes):
        yield document.fault((*at, "causes"), Message("each cause is needed in both languages: {{zh: …, en: …}}"))


def _bilingual(text: Any) -> bool:
    return isinstance(text, dict) and set(text) == {"zh", "en"} and all(isinstance(v, str) and v for v in text.values())


def unknown_kinds(document: Document, named: Iterable[tuple[Path_, str]], known: Iterable[str]) -> Iterator[Fault]:
    """A fault for each kind a file names that no kind of the house is."""
    allowed = tuple(known)
    for at, kind in named:
        if kind not in allowed:
            gaps = {"found": kind, "allowed": ", ".join(allowed)}
            message = Message("incident kind {found} stands not in incident-kinds.yaml; it has {allowed}", gaps)
            yield document.fault(at, message, near(kind, allowed))
