"""Level-rule files (``*.levels.yaml``) → `RuleSet`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from emergency.domain.level import Floor, Linkage, Modifier, ReportingClock, Row, RuleSet
from emergency.domain.level.metric import METRICS
from emergency.domain.level.rules import monotone
from emergency.library import schema, strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.reading import condition, condition_faults, real_date, seconds, value_faults
from emergency.library.schema import near
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message

LEVEL_KEYS = ("3", "2", "1")
OWN_PREFIX = "own."  # a company's own metrics, which carry no name and no scale of ours


def load_rules(path: Path) -> RuleSet:
    """Read a level-rule file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = strict_yaml.load(path)
    faults = schema.check(document, "level-rules") or list(_meaning(document))
    if faults:
        raise FileFaults(document.path, faults)
    return rules_from(document)


def rules_from(document: Document) -> RuleSet:
    raw = document.value
    jurisdiction = raw.get("jurisdiction", "*")
    return RuleSet(
        id=raw["id"],
        version=raw["version"],
        types={kind: _rows(document, kind, rows) for kind, rows in raw["types"].items() if not _own_key(kind)},
        value=raw.get("value", "response"),
        jurisdiction=("*",) if jurisdiction == "*" else tuple(jurisdiction),
        currency=raw.get("currency", "CNY"),
        combine=raw["combine"],
        linkage=Linkage(raw["linkage"]["ratio"], raw["linkage"]["scope"]) if "linkage" in raw else Linkage(),
        scale={key: value for key, value in raw.get("scale", {}).items() if not _own_key(key)},
        modifiers=tuple(Modifier(condition(one["when"]), one["factor"]) for one in raw.get("modifiers", ())),
        reporting=tuple(_clock(one, place) for place, one in enumerate(raw["reporting"], 1)),
        title=raw.get("title", {}),
        sha256=document.sha256,
        path=PurePath(document.path).name,
    )


def _own_key(key: str) -> bool:
    return key.startswith("x-")


def _rows(document: Document, kind: str, rows: list[Mapping[str, Any]]) -> tuple[Row, ...]:
    return tuple(_row(raw, place + 1, document.mark(("types", kind, place))[0]) for place, raw in enumerate(rows))


def _row(raw: Mapping[str, Any], number: int, line: int) -> Row:
    floor = raw.get("floor")
    return Row(
        metric=raw["metric"],
        op=raw["op"],
        thresholds={int(level): raw[level] for level in LEVEL_KEYS if level in raw},
        number=number,
        floor=Floor(floor["metric"], {int(k): floor[k] for k in LEVEL_KEYS if k in floor}) if floor else None,
        requires=condition(raw["requires"]) if "requires" in raw else None,
        pre_event=raw.get("pre_event", False),
        source=raw.get("source", ""),
        house_rule=raw.get("house_rule", False),
        date=raw.get("date", ""),
        line=line,
    )


def _clock(raw: Mapping[str, Any], number: int) -> ReportingClock:
    return ReportingClock(
        when=condition(raw["when"]),
        deadlines_s={kind: seconds(span) for kind, span in raw["deadlines"].items()},
        strive=tuple(raw.get("strive", ())),
        every_s={kind: seconds(span) for kind, span in raw.get("every", {}).items()},
        origins=dict(raw.get("from", {})),
        source=raw.get("source", ""),
        number=number,
    )


# What a schema cannot see -------------------------------------------------------------------------


def _meaning(document: Document) -> Iterator[Fault]:
    raw = document.value
    for kind, rows in raw["types"].items():
        for place, row in enumerate(rows if not _own_key(kind) else ()):
            yield from _row_faults(document, ("types", kind, place), row)
    for place, _ in enumerate(raw.get("modifiers", ())):
        yield from condition_faults(document, ("modifiers", place, "when"))
    for place, clock in enumerate(raw["reporting"]):
        yield from condition_faults(document, ("reporting", place, "when"))
        for kind in clock.get("strive", ()):
            if kind not in clock["deadlines"]:
                gaps = {"kind": kind, "allowed": ", ".join(clock["deadlines"])}
                message = Message("{kind} has no deadline here to strive for; allowed: {allowed}", gaps)
                yield document.fault(("reporting", place, "strive"), message, near(kind, clock["deadlines"]))
        for key in ("every", "from"):
            for kind in (kind for kind in clock.get(key, ()) if kind not in clock["deadlines"]):
                gaps = {"kind": kind, "allowed": ", ".join(clock["deadlines"])}
                message = Message("{kind} has no deadline in this row; allowed: {allowed}", gaps)
                yield document.fault(("reporting", place, key, kind), message, near(kind, clock["deadlines"]))


def _row_faults(document: Document, at: Path_, row: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _metric_faults(document, (*at, "metric"), row["metric"])
    levels = [level for level in LEVEL_KEYS if level in row]
    if not levels:
        yield document.fault(at, Message("no threshold; give at least one of 3:, 2: and 1:"))
    metric = row["metric"]
    wrong = [one for level in levels for one in value_faults(document, (*at, level), metric, row[level], True)]
    yield from wrong
    if not wrong:
        yield from _order_faults(document, at, row, levels)
    if row.get("pre_event") and "1" in row:
        message = Message("a pre_event row gives level 2 at most")
        yield document.fault((*at, "1"), message, Message("take out 1:, or take out pre_event"))
    if "floor" in row:
        yield from _floor_faults(document, (*at, "floor"), row["floor"], levels)
    if "requires" in row:
        yield from condition_faults(document, (*at, "requires"))
    yield from _origin_faults(document, at, row)


def _metric_faults(document: Document, at: Path_, metric: str) -> Iterator[Fault]:
    if metric not in METRICS and not metric.startswith(OWN_PREFIX):
        gaps = {"metric": metric, "prefix": OWN_PREFIX}
        message = Message("metric {metric} is not known; a metric of your own begins with {prefix}", gaps)
        yield document.fault(at, message, near(metric, METRICS))


def _order_faults(document: Document, at: Path_, row: Mapping[str, Any], levels: list[str]) -> Iterator[Fault]:
    falling = row["op"] in ("le", "lt")
    if not monotone(row["metric"], {int(level): row[level] for level in levels}, falling):
        values = ", ".join(f"{level}: {row[level]}" for level in levels)
        gaps = {"values": values}
        if falling:
            message = Message("thresholds must fall from level 3 to level 1; found {values}", gaps)
        else:
            message = Message("thresholds must rise from level 3 to level 1; found {values}", gaps)
        yield document.fault((*at, levels[0]) if levels else at, message)


def _floor_faults(document: Document, at: Path_, floor: Mapping[str, Any], levels: list[str]) -> Iterator[Fault]:
    yield from _metric_faults(document, (*at, "metric"), floor["metric"])
    given = [level for level in LEVEL_KEYS if level in floor]
    for level in given:
        if level not in levels:
            gaps = {"level": level}
            yield document.fault((*at, level), Message("a floor for level {level}, which the row does not give", gaps))
    values = [floor[level] for level in given]
    if values != sorted(values):
        message = Message("a floor must not fall from level 3 to level 1")
        yield document.fault(at, message)


def _origin_faults(document: Document, at: Path_, row: Mapping[str, Any]) -> Iterator[Fault]:
    if "date" in row:
        yield from real_date(document, (*at, "date"))
    if row.get("house_rule") and "date" not in row:
        message = Message("a house rule says since when")
        yield document.fault(at, message, Message('add date: "2026-11-22"'))
