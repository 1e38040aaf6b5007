"""Relief measures and the rules of tasks: ``data/relief-measures.yaml``, ``data/rules/tasking.yaml``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from emergency.domain.level.rules import LEVELS
from emergency.domain.relief import ReliefMeasure, ReliefMeasures
from emergency.domain.tasking import STEPS, TaskRules
from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.reading import DURATION, by_level, int_levels, seconds
from emergency.library.schema import near
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message

MEASURES_FORMAT = "relief-measures/1.0"
TASKS_FORMAT = "task-rules/1.0"
KEYS = {"id", "kind", "name", "changes", "text", "authority", "lasts", "cost", "source"}
MAY = {"limit", "lines"}


def load_relief_measures(path: Path) -> ReliefMeasures:
    """Read the measures.

    Raises:
        FileFaults: everything that is wrong with the file.
    """
    return _remembered(path, _measures_from, *_state(path))


def load_task_rules(path: Path) -> TaskRules:
    """Read the rules of tasks.

    Raises:
        FileFaults: everything that is wrong with the file.
    """
    return _remembered(path, _tasks_from, *_state(path))


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0  # reading says in its own words that the file is missing
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=16)
def _remembered(path: Path, read: Callable[[Path], Any], _changed_ns: int, _size: int) -> Any:
    return read(path)


def _measures_from(path: Path) -> ReliefMeasures:
    document = strict_yaml.load(path)
    _no_faults(document, _measure_faults(document))
    raw = document.value
    found: dict[str, ReliefMeasure] = {}
    for place, one in enumerate(raw["measures"]):
        try:
            measure = _measure(one)
        except ValueError as error:
            raise FileFaults(document.path, [document.fault(("measures", place), Message(str(error)))]) from error
        found[measure.id] = measure
    return ReliefMeasures(found, seconds(raw["remind_before"]["span"]))


def _measure(one: dict[str, Any]) -> ReliefMeasure:
    return ReliefMeasure(
        id=one["id"],
        kind=one["kind"],
        name=one["name"],
        changes=one["changes"],
        text=one["text"],
        authority={level: tuple(roles) for level, roles in int_levels(one["authority"]).items()},
        lasts_s=seconds(one["lasts"]),
        cost=one["cost"],
        source=one["source"],
        limit_minor={currency: int(units) * 100 for currency, units in one.get("limit", {}).items()},
        lines=tuple(one.get("lines", ())),
    )


def _measure_faults(document: Document) -> Iterator[Fault]:
    yield from _format(document, MEASURES_FORMAT)
    raw = document.value
    if not isinstance(raw, dict) or not isinstance(raw.get("measures"), list):
        yield document.fault(("measures",), Message("the file needs a list of measures"))
        return
    yield from _sourced(document, ("remind_before",))
    seen: set[str] = set()
    for place, one in enumerate(raw["measures"]):
        at: Path_ = ("measures", place)
        if not isinstance(one, dict):
            yield document.fault(at, Message("the file needs a list of measures"))
            continue
        for key in sorted(KEYS - set(one)):
            yield document.fault(at, Message("the measure lacks {key}", {"key": key}))
        for key in sorted(set(one) - KEYS - MAY):
            gaps = {"found": key, "allowed": ", ".join(sorted(KEYS | MAY))}
            yield document.fault((*at, key), Message("found {found}; allowed: {allowed}", gaps), near(key, KEYS | MAY))
        if one.get("id") in seen:
            yield document.fault((*at, "id"), Message("there are two measures {id}", {"id": str(one["id"])}))
        seen.add(str(one.get("id")))
        if "lasts" in one:
            yield from _spans(document, (*at, "lasts"), one["lasts"])


def _tasks_from(path: Path) -> TaskRules:
    document = strict_yaml.load(path)
    _no_faults(document, _task_faults(document))
    raw = document.value
    steps = {step: by_level(raw["escalation"][step]["after"]) for step in STEPS}
    sources = {step: raw["escalation"][step]["source"] for step in STEPS}
    return TaskRules(
        work_s=seconds(raw["work"]["span"]),
        review_s=seconds(raw["review"]["span"]),
        escalate_s={level: {step: steps[step][level] for step in STEPS} for level in LEVELS},
        sources={"work": raw["work"]["source"], "review": raw["review"]["source"], **sources},
    )


def _task_faults(document: Document) -> Iterator[Fault]:
    yield from _format(document, TASKS_FORMAT)
    for row in ("work", "review"):
        yield from _sourced(document, (row,))
    steps = document.value.get("escalation") if isinstance(document.value, dict) else None
    for step in STEPS:
        one = steps.get(step) if isinstance(steps, dict) else None
        levels = one.get("after") if isinstance(one, dict) else None
        whole = isinstance(levels, dict) and {str(level) for level in levels} == {"1", "2", "3"}
        if not isinstance(one, dict) or not isinstance(levels, dict) or not whole:
            gaps = {"step": step}
            yield document.fault(("escalation",), Message("{step} needs a span for level 1, 2 and 3", gaps))
            continue
        for level, span in levels.items():
            yield from _spans(document, ("escalation", step, "after", level), span)
        if not str(one.get("source", "")).strip():
            yield document.fault(("escalation", step), Message("the source is missing; say where the figure is from"))


def _format(document: Document, expected: str) -> Iterator[Fault]:
    if not isinstance(document.value, dict) or document.value.get("format") != expected:
        yield document.fault(("format",), Message("the first line is {format}", {"format": f"format: {expected}"}))


def _sourced(document: Document, at: Path_) -> Iterator[Fault]:
    one = document.value.get(at[0]) if isinstance(document.value, dict) else None
    if not isinstance(one, dict) or set(one) != {"span", "source"}:
        yield document.fault(at, Message("{row} needs a span and its source", {"row": str(at[0])}))
    else:
        yield from _spans(document, (*at, "span"), one["span"])


def _spans(document: Document, at: Path_, found: Any) -> Iterator[Fault]:
    if not isinstance(found, str) or not DURATION.fullmatch(found):
        message = Message("found {found}; allowed: a span such as 30m, 2h or 1d12h", {"found": str(found)})
        yield document.fault(at, message)


def _no_faults(document: Document, faults: Iterator[Fault]) -> None:
    if found := list(faults):
        raise FileFaults(document.path, found)
