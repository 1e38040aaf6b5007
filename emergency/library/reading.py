"""Pieces that all three formats share, from a document that fits its schema to domain values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from emergency.domain.level.condition import Condition
from emergency.domain.level.metric import METRICS, SCALES, FactError, scale_of
from emergency.domain.level.metric import rank as rank_of
from emergency.library.faults import Fault
from emergency.library.schema import near, shown
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import N_, Message

DURATION = re.compile(r"(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
ALL_LEVELS = (1, 2, 3)
FEW, NEAREST = 12, 5  # names that a fault prints whole, and of a longer list
ELAPSED = "sim.elapsed"  # drill time so far, written as a span


def seconds(span: str) -> int:
    """``1d12h`` → 129600.

    Raises:
        ValueError: no such span.
    """
    match = DURATION.fullmatch(span)
    if not match:
        raise ValueError(f"{span!r} is not a span such as 30m, 2h or 1d12h")
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def by_level(value: str | Mapping[str, str], levels: tuple[int, ...] = ALL_LEVELS) -> dict[int, int]:
    """A span, one for all levels or one each → level -> seconds."""
    if isinstance(value, str):
        return dict.fromkeys(levels, seconds(value))
    return {int(level): seconds(span) for level, span in value.items()}


def int_levels(value: Mapping[str, Any]) -> dict[int, Any]:
    return {int(level): one for level, one in value.items()}


def condition(raw: Mapping[str, Any]) -> Condition:
    """The condition written in a file; a schema has checked its form."""
    for join in ("all", "any"):
        if join in raw:
            return Condition(join=join, parts=tuple(condition(part) for part in raw[join]))
    if "not" in raw:
        return Condition(join="not", parts=(condition(raw["not"]),))
    value = tuple(raw["value"]) if raw["op"] == "in" else raw["value"]
    return Condition(raw["metric"], raw["op"], value)


def condition_faults(document: Document, at: Path_) -> Iterator[Fault]:
    """Values in a condition that are not on their metric's scale, or of the wrong kind."""
    raw = value_at(document, at)
    for join in ("all", "any"):
        for place, _ in enumerate(raw.get(join, ())):
            yield from condition_faults(document, (*at, join, place))
    if "not" in raw:
        yield from condition_faults(document, (*at, "not"))
    if raw.get("metric") == ELAPSED:
        yield from _span(document, (*at, "value"), raw["value"])
    elif "metric" in raw:
        several = raw["value"] if isinstance(raw["value"], list) else [raw["value"]]
        for one in several:
            yield from value_faults(document, (*at, "value"), raw["metric"], one)


def _span(document: Document, at: Path_, found: Any) -> Iterator[Fault]:
    if not isinstance(found, str) or not DURATION.fullmatch(found):
        message = Message("found {found}; allowed: a span such as 30m, 2h or 1d12h", {"found": shown(found)})
        yield document.fault(at, message)


def value_faults(document: Document, at: Path_, metric: str, value: Any, threshold: bool = False) -> Iterator[Fault]:
    """A value that its metric cannot have: off the scale, or text where a number belongs.

    The value of an unlisted metric may be anything, but a threshold is then a number.
    """
    scale = scale_of(metric)
    if scale:
        try:
            rank_of(metric, value)
        except FactError as error:
            yield document.fault(at, error.message, near(value, SCALES[scale[0]]))
    elif (threshold or metric in METRICS) and (isinstance(value, bool) or not isinstance(value, (int, float))):
        gaps = {"metric": metric, "found": shown(value)}
        yield document.fault(at, Message("{metric} is a number; found {found}", gaps))


def value_at(document: Document, at: Path_) -> Any:
    value = document.value
    for key in at:
        value = value[key]
    return value


def real_date(document: Document, at: Path_) -> Iterator[Fault]:
    """A date that looks right but is not in the calendar."""
    raw = value_at(document, at)
    try:
        date.fromisoformat(raw)
    except ValueError:
        yield document.fault(at, Message("found {found}, which is not in the calendar", {"found": shown(raw)}))


def twice(document: Document, at: Path_, key: str = "id") -> Iterator[Fault]:
    """Entries of a list that carry the same id."""
    first: dict[Any, int] = {}
    for place, entry in enumerate(value_at(document, at)):
        if entry[key] in first:
            line, _ = document.mark((*at, first[entry[key]]))
            gaps = {"id": entry[key], "line": line}
            yield document.fault((*at, place, key), Message("{id} is already used in line {line}", gaps))
        first.setdefault(entry[key], place)


def unknown(document: Document, at: Path_, word: Any, allowed: Any, listed: str = "") -> Fault:
    """A reference to something that is not there.

    Args:
        listed: the command that lists all that is allowed, where that is more than a fault should print: the
            nearest few are named then.
    """
    names = list(map(str, allowed))
    if listed and len(names) > FEW:
        nearest = get_close_matches(str(word), names, n=NEAREST)
        gaps = {"found": shown(word), "count": len(names), "command": listed}
        hint = Message("did you mean {word}?", {"word": ", ".join(nearest)}) if nearest else None
        text = N_("found {found}, which is none of the {count} names that are known here; `{command}` lists them")
        return document.fault(at, Message(text, gaps), hint)
    gaps = {"found": shown(word), "allowed": ", ".join(names)}
    return document.fault(at, Message("found {found}; allowed: {allowed}", gaps), near(word, names))
