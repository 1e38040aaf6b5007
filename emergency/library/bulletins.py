"""Templates of bulletins and the limits of their figures, from ``data/bulletins``.

A template stands in ``<audience>.<kind>.yaml``, in both languages, with gaps named after figures
of the ledger. It holds no number of its own: every number in a bulletin comes from the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from emergency.domain.bulletin import GAP, LANGUAGES, NUMBER, gaps
from emergency.domain.ledger import FIGURES, Limit, Limits
from emergency.domain.level import METRICS
from emergency.domain.playbook import AUDIENCES
from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.incident_kinds import kind_ids
from emergency.library.reading import DURATION, seconds
from emergency.library.schema import near, shown
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message

T = TypeVar("T")

FORMAT, LIMITS_FORMAT = "bulletin/1.0", "limits/1.0"
KEYS = {
    "format",
    "id",
    "version",
    "title",
    "audience",
    "kind",
    "levels",
    "incidents",
    "answers",
    "subject",
    "body",
    "by_level",
}
NEEDED = ("id", "version", "title", "audience", "kind", "subject", "body")
EVERY = "any"  # audience of a template that serves all
BY_LEVEL = "{by_level}"


@dataclass(frozen=True)
class Template:
    """One prepared bulletin.

    Attributes:
        levels: response levels it is meant for; incidents: kinds of incident, empty = all.
        answers: names by which playbooks ask for it.
        subject, body: language -> text with gaps; a line that begins with ``? `` is used only
            where the ledger has all its figures.
        by_level: level -> language -> the lines that stand where the body says ``{by_level}``.
    """

    id: str
    version: str
    title: Mapping[str, str]
    audience: str
    kind: str
    levels: tuple[int, ...]
    incidents: tuple[str, ...]
    answers: tuple[str, ...]
    subject: Mapping[str, str]
    body: Mapping[str, str]
    by_level: Mapping[int, Mapping[str, str]]

    def body_at(self, level: int | None) -> dict[str, str]:
        """The text of a level, still with its gaps."""
        more = self.by_level.get(level or 3, {})
        return {lang: text.replace(BY_LEVEL, more.get(lang, "").strip()).strip() for lang, text in self.body.items()}


def load_template(path: Path) -> Template:
    """Read one template.

    Raises:
        FileFaults: with every fault and its line.
    """
    document = strict_yaml.load(path)
    if not isinstance(document.value, Mapping) or document.value.get("format") != FORMAT:
        raise FileFaults(document.path, [document.fault((), Message("a bulletin begins with format: bulletin/1.0"))])
    faults = list(_faults(document, path.name.removesuffix(".yaml")))
    if faults:
        raise FileFaults(document.path, faults)
    raw = document.value
    return Template(
        id=raw["id"],
        version=raw["version"],
        title=raw["title"],
        audience=raw["audience"],
        kind=raw["kind"],
        levels=tuple(raw.get("levels") or (1, 2, 3)),
        incidents=tuple(raw.get("incidents") or ()),
        answers=tuple(raw.get("answers") or ()),
        subject=raw["subject"],
        body=raw["body"],
        by_level={int(level): texts for level, texts in (raw.get("by_level") or {}).items()},
    )


def load_templates(folder: Path) -> tuple[tuple[Template, ...], tuple[FileFaults, ...]]:
    """Every template that is in order, by name, and what is wrong with the others."""
    found = [fresh(path, _template_or_faults) for path in sorted(folder.glob("*.*.yaml"))]
    good = tuple(one for one in found if isinstance(one, Template))
    return good, tuple(one for one in found if isinstance(one, FileFaults))


def _template_or_faults(path: Path) -> Template | FileFaults:
    try:
        return load_template(path)
    except FileFaults as faults:
        return faults


def fresh(path: Path, read: Callable[[Path], T]) -> T:
    """A file read once per state on disk: strict YAML takes its time, and a room asks at every look."""
    state = path.stat() if path.exists() else None
    found: T = _remembered(path, read, state.st_mtime_ns if state else 0, state.st_size if state else 0)
    return found


@lru_cache(maxsize=128)
def _remembered(path: Path, read: Callable[[Path], Any], _changed_ns: int, _size: int) -> Any:
    return read(path)


def _faults(document: Document, name: str) -> Iterator[Fault]:
    raw = document.value
    for key in raw:
        if key not in KEYS:
            gaps_ = {"key": key, "allowed": ", ".join(sorted(KEYS))}
            message = Message("{key} is not known here; allowed: {allowed}", gaps_)
            yield document.fault((key,), message, near(key, sorted(KEYS)))
    for key in NEEDED:
        if not raw.get(key):
            yield document.fault((), Message("{key} is missing", {"key": key}))
    if raw.get("id") != name or name != f"{raw.get('audience')}.{raw.get('kind')}":
        gaps_ = {"name": name}
        yield document.fault(
            ("id",), Message("the file is called {name}: id, audience and kind must say the same", gaps_)
        )
    yield from _words(document, "audience", [raw.get("audience")], (*AUDIENCES, EVERY))
    yield from _words(document, "incidents", raw.get("incidents") or (), kind_ids(Path(document.path).parent.parent))
    yield from _words(document, "levels", raw.get("levels") or (), (1, 2, 3))
    for key in ("title", "subject", "body"):
        if key in raw:
            yield from _text(document, (key,), raw[key], with_gaps=key != "title")
    for level, texts in (raw.get("by_level") or {}).items():
        yield from _words(document, "by_level", [level], ("1", "2", "3"))
        yield from _text(document, ("by_level", level), texts, with_gaps=True)
    if raw.get("by_level") and isinstance(raw.get("body"), Mapping):
        for lang, text in raw["body"].items():
            if BY_LEVEL not in str(text):
                yield document.fault(
                    ("body", lang), Message("by_level is given, but the text has no {gap}", {"gap": BY_LEVEL})
                )


def _words(document: Document, key: str, found: Any, allowed: Any) -> Iterator[Fault]:
    for word in found:
        if word not in allowed:
            gaps_ = {"found": shown(word), "allowed": ", ".join(map(str, allowed))}
            yield document.fault((key,), Message("found {found}; allowed: {allowed}", gaps_), near(word, allowed))


def _text(document: Document, at: Path_, texts: Any, with_gaps: bool) -> Iterator[Fault]:
    if (
        not isinstance(texts, Mapping)
        or set(texts) != set(LANGUAGES)
        or not all(isinstance(t, str) for t in texts.values())
    ):
        yield document.fault(at, Message("both languages are needed: zh and en, each a text"))
        return
    if not with_gaps:
        return
    for lang, text in texts.items():
        yield from _gap_faults(document, (*at, lang), text)
    if set(gaps(texts["en"])) != set(gaps(texts["zh"])):
        odd = sorted(set(gaps(texts["en"])) ^ set(gaps(texts["zh"])))
        message = Message("only one language has {gaps}; both must tell the same", {"gaps": ", ".join(odd)})
        yield document.fault(at, message)


def _gap_faults(document: Document, at: Path_, text: str) -> Iterator[Fault]:
    known = {*FIGURES, *METRICS}
    for figure in gaps(text):
        if figure not in known:
            message = Message("{figure} is no figure of the ledger", {"figure": figure})
            yield document.fault(at, message, near(figure, sorted(known)))
    bare = GAP.sub("", text).replace(BY_LEVEL, "")
    if "{" in bare or "}" in bare:
        yield document.fault(
            at, Message("a single brace stands here; a gap is written {gap}", {"gap": "{claims.reported}"})
        )
    typed = NUMBER.search(bare)
    if typed:
        message = Message("the number {number} is typed in; let a gap draw it from the ledger", {"number": typed[0]})
        yield document.fault(at, message)


def load_limits(path: Path) -> Limits:
    """How old figures may be and how far sources may differ.

    Raises:
        FileFaults: with every fault and its line.
    """
    document = strict_yaml.load(path)
    raw = document.value
    if (
        not isinstance(raw, Mapping)
        or raw.get("format") != LIMITS_FORMAT
        or not isinstance(raw.get("figures"), Mapping)
    ):
        message = Message("limits of figures begin with format: limits/1.0 and then figures:")
        raise FileFaults(document.path, [document.fault((), message)])
    faults = [fault for figure, row in raw["figures"].items() for fault in _limit_faults(document, figure, row)]
    if "*" not in raw["figures"]:
        faults.append(document.fault(("figures",), Message('a row "*" for every other figure is missing')))
    if faults:
        raise FileFaults(document.path, faults)
    return Limits({figure: _limit(row) for figure, row in raw["figures"].items()})


def _limit_faults(document: Document, figure: str, row: Any) -> Iterator[Fault]:
    at: Path_ = ("figures", figure)
    if not isinstance(row, Mapping) or not {"stale", "tolerance"} <= set(row) <= {"stale", "tolerance", "compare"}:
        yield document.fault(
            at, Message("a limit is written {shape}", {"shape": "{stale: 6h, tolerance: 0.02, compare: 1h}"})
        )
        return
    for key in ("stale", "compare"):
        span = str(row.get(key, "1h"))
        if span != "never" and not DURATION.fullmatch(span):
            found = {"found": shown(row[key])}
            yield document.fault((*at, key), Message("found {found}; allowed: a span such as 30m, 2h or 1d12h", found))
    if (
        isinstance(row["tolerance"], bool)
        or not isinstance(row["tolerance"], int | float)
        or not 0 <= row["tolerance"] < 1
    ):
        yield document.fault((*at, "tolerance"), Message("a tolerance is a part from 0 to below 1, such as 0.02"))


def _limit(row: Mapping[str, Any]) -> Limit:
    stale = None if row["stale"] == "never" else seconds(row["stale"]) // 60
    return Limit(stale, float(row["tolerance"]), seconds(str(row.get("compare", "2h"))) // 60)


def measure_names(path: Path) -> dict[str, Mapping[str, str]]:
    """Relief measure -> its name in both languages, as ``data/relief-measures.yaml`` has them."""
    raw = strict_yaml.load(path).value
    return {str(row["id"]): row["name"] for row in raw.get("measures", ())}
