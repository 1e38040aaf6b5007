"""Report forms (``data/reports/*.report.yaml``) and when people are reminded (``reminders.yaml``)."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from emergency.domain.report_form import Authority, Field, Form, Line, Reminders
from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.reading import DURATION, seconds
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import N_, Message

TOP = {"format", "id", "version", "addressee", "title", "authorities", "kinds", "fields", "source"}
NEEDED = TOP - {"source", "authorities"}
FIELD = {"id", "title", "kinds", "required", "by", "lines", "hint"}
LINE = {"zh", "en", "if", "unless"}


def load_form(path: Path) -> Form:
    """Read one report form.

    Raises:
        FileFaults: everything that is wrong with it, with lines.
    """
    document = strict_yaml.load(path)
    faults = list(_form_faults(document))
    if faults:
        raise FileFaults(document.path, faults)
    return _form(document)


def load_forms(folder: Path) -> tuple[Form, ...]:
    """Every form of a folder, read again when a file has changed."""
    return tuple(_once(path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.report.yaml")))


@lru_cache(maxsize=64)
def _once(path: Path, _changed_ns: int) -> Form:
    return load_form(path)


def load_reminders(path: Path) -> Reminders:
    """When people are reminded. Raises FileFaults where the file is broken."""
    return _reminders_once(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _reminders_once(path: Path, _changed_ns: int) -> Reminders:
    document = strict_yaml.load(path)
    raw = document.value
    faults = [
        _fault(document, (key, to), N_("a span such as 30m, 2h or 1d12h is needed; found {found}"), found=str(span))
        for key in ("soon", "again")
        for to, span in raw.get(key, {}).items()
        if not isinstance(span, str) or not DURATION.fullmatch(span)
    ]
    if faults:
        raise FileFaults(document.path, faults)
    spans = {key: {to: seconds(span) for to, span in raw.get(key, {}).items()} for key in ("soon", "again")}
    return Reminders(spans["soon"], spans["again"], f"{path.name}, {raw.get('date', '')}")


def _form(document: Document) -> Form:
    raw = document.value
    return Form(
        id=raw["id"],
        version=raw["version"],
        addressee=raw["addressee"],
        title=raw["title"],
        kinds=raw["kinds"],
        authorities=tuple(
            Authority(one["id"], one["name"], tuple(one["jurisdiction"])) for one in raw.get("authorities", ())
        ),
        fields=tuple(_field(one, tuple(raw["kinds"])) for one in raw["fields"]),
        source=raw.get("source", ""),
    )


def _field(raw: Mapping[str, Any], kinds: tuple[str, ...]) -> Field:
    return Field(
        id=raw["id"],
        title=raw["title"],
        kinds=tuple(raw.get("kinds", kinds)),
        required=tuple(raw.get("required", ())),
        by_person=raw.get("by") == "person",
        lines=tuple(
            Line(
                {"zh": one["zh"], "en": one["en"]},
                tuple(_several(one.get("if"))),
                tuple(_several(one.get("unless"))),
            )
            for one in raw.get("lines", ())
        ),
        hint=raw.get("hint", {}),
    )


def _several(found: Any) -> Sequence[str]:
    return () if found is None else [found] if isinstance(found, str) else list(found)


# What is wrong with a form --------------------------------------------------------------------------


def _form_faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    if not isinstance(raw, dict):
        yield _fault(document, (), N_("a report form is a mapping of keys"))
        return
    for key in sorted(NEEDED - set(raw)):
        yield _fault(document, (), N_("missing: {key}"), key=key)
    for key in sorted(k for k in set(raw) - TOP if not k.startswith("x-")):
        yield _fault(
            document, (key,), N_("key {key} is not known here; allowed: {allowed}"), key=key, allowed=_all(TOP)
        )
    kinds = raw.get("kinds", {})
    for place, one in enumerate(raw.get("fields", ())):
        yield from _field_faults(document, ("fields", place), one, set(kinds))
    names = [one.get("id") for one in raw.get("fields", ()) if isinstance(one, dict)]
    for name in sorted({str(n) for n in names if names.count(n) > 1}):
        yield _fault(document, ("fields",), N_("field {field} stands here twice"), field=name)


def _field_faults(document: Document, at: Path_, raw: Any, kinds: set[str]) -> Iterator[Fault]:
    if not isinstance(raw, dict) or not {"id", "title"} <= set(raw):
        yield _fault(document, at, N_("a field needs id and title"))
        return
    for key in sorted(set(raw) - FIELD):
        yield _fault(
            document, (*at, key), N_("key {key} is not known here; allowed: {allowed}"), key=key, allowed=_all(FIELD)
        )
    for key in ("kinds", "required"):
        for kind in (k for k in raw.get(key, ()) if k not in kinds):
            yield _fault(document, (*at, key), N_("kind {kind} is not among {allowed}"), kind=kind, allowed=_all(kinds))
    for place, line in enumerate(raw.get("lines", ())):
        yield from _line_faults(document, (*at, "lines", place), line)


def _line_faults(document: Document, at: Path_, line: Any) -> Iterator[Fault]:
    if not isinstance(line, dict) or not {"zh", "en"} <= set(line) or set(line) - LINE:
        yield _fault(document, at, N_("a line has zh and en, and may have if and unless"))
        return
    chinese, english = gaps(line["zh"]), gaps(line["en"])
    if chinese != english:
        yield _fault(
            document,
            at,
            N_("both languages must leave the same gaps; Chinese has {zh}, English {en}"),
            zh=_all(chinese),
            en=_all(english),
        )


def gaps(text: str) -> frozenset[str]:
    """Names of the gaps of a line: ``{claims.total}`` gives claims.total."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _all(names: Any) -> str:
    return ", ".join(sorted(names)) or "–"


def _fault(document: Document, at: Path_, text: str, **values: str) -> Fault:
    return document.fault(at, Message(text, values))
