"""A table of facts, one incident per row, graded row by row.

The table comes as parsed CSV rows, all text. Every fault of it is found before
anything is graded, and all are raised at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from emergency.domain.level.grading import Grade, grade
from emergency.domain.level.indicator import Distance, Indicator, plain_number
from emergency.domain.level.metric import METRICS, FactError, rank, scale_of, unit_of
from emergency.domain.level.rules import RuleSet
from emergency.domain.level.trace import ahead, trace
from emergency.texts import Message

KEYS = ("event_id", "incident_type")
MONEY_UNITS: Mapping[str, int] = {"yuan": 1, "wan": 10_000}
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
LARGEST = Decimal(10) ** 18


class FactFaults(ValueError):
    """The table cannot be graded; `faults` says why, each with row and column."""

    def __init__(self, faults: Sequence[Message]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def level_table(
    rows: Sequence[Mapping[str, Any]],
    rule_sets: Sequence[RuleSet],
    money_unit: str = "yuan",
    *,
    traced: bool = False,
    kinds: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """Grade every row by every rule set, in the order of the rows, then of the rule sets.

    Args:
        rows: ``event_id``, ``incident_type`` and one column per metric; an empty cell = unknown.
        money_unit: unit of the money columns, ``yuan`` or ``wan`` (ten thousand), in the
            rules' currency. The conversion is exact.
        kinds: kinds of incident there are, beside those the rule sets have rows for.

    Returns:
        Per row and rule set ``{"row", "event_id", "rules", "level", "decided_by": {"metric",
        "value", "threshold"} | None, "to_next": {"level", "metric", "value", "threshold",
        "distance"} | None}``, ready for JSON, and ``"note"`` where there is something to say; with
        `traced` also ``"trace": {"value", "file", "version", "sha256", "row", "source",
        "calibrated"}`` and ``"ahead"``, the way to the next level as a sentence. Rows count from 1.

    Raises:
        FactFaults: every fault of the table.
    """
    if money_unit not in MONEY_UNITS:
        raise FactFaults([_unknown_word(Message("money unit"), money_unit, tuple(MONEY_UNITS))])
    known = {*METRICS, *(metric for rules in rule_sets for metric in rules.metrics())}
    faults = list(_column_faults(rows, known))
    allowed = list(dict.fromkeys((*(kind for rules in rule_sets for kind in rules.types), *kinds)))
    readings: list[dict[str, Any]] = []
    for place, row in enumerate(rows, start=1):
        faults += [_at(place, column, fault) for column, fault in _key_faults(row, allowed)]
        readings.append(_facts(place, row, known, MONEY_UNITS[money_unit], faults))
    if faults:
        raise FactFaults(faults)
    return [
        _answer(place, str(row["event_id"]).strip(), grade(rules, str(row["incident_type"]).strip(), facts), traced)
        for place, (row, facts) in enumerate(zip(rows, readings, strict=True), start=1)
        for rules in rule_sets
    ]


# Reading ------------------------------------------------------------------------------------------


def _column_faults(rows: Sequence[Mapping[str, Any]], known: set[str]) -> Iterator[Message]:
    columns = list(dict.fromkeys(str(column) for row in rows for column in row if column is not None))
    for key in KEYS:
        if rows and key not in columns:
            yield Message("column {column} is missing; every table needs it", {"column": key})
    for column in columns:
        if column not in known and column not in KEYS:
            yield _unknown_word(Message("column"), column, (*KEYS, *sorted(known)))


def _unknown_word(what: Message, found: str, allowed: Sequence[str]) -> Message:
    near = get_close_matches(found, allowed, n=1)
    gaps = {"what": what, "found": found, "allowed": ", ".join(allowed), "near": near[0] if near else ""}
    if near:
        return Message("{what} {found} is not known; did you mean {near}? Allowed: {allowed}", gaps)
    return Message("{what} {found} is not known; allowed: {allowed}", gaps)


def _facts(
    place: int, row: Mapping[str, Any], known: set[str], money_factor: int, faults: list[Message]
) -> dict[str, Any]:
    """The row's facts; what cannot be read is added to the faults."""
    if row.get(None):  # type: ignore[call-overload]  # csv.DictReader keeps surplus cells under None
        faults.append(_at(place, "", Message("more cells than the header has columns")))
    facts: dict[str, Any] = {}
    for column in (column for column in row if column in known):
        text = _text(row[column])
        if not text:
            continue
        try:
            facts[column] = _fact(column, text, money_factor)
        except FactError as error:
            faults.append(_at(place, column, error.message))
    return facts


def _key_faults(row: Mapping[str, Any], kinds: Sequence[str]) -> Iterator[tuple[str, Message]]:
    if "event_id" in row and not _text(row["event_id"]):
        yield "event_id", Message("is empty; give every row an event id")
    if "incident_type" in row and _text(row["incident_type"]) not in kinds:
        yield "incident_type", _unknown_word(Message("incident type"), _text(row["incident_type"]), kinds)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _at(place: int, column: str, fault: Message) -> Message:
    return Message("row {row}, column {column}: {fault}", {"row": place, "column": column or "?", "fault": fault})


def _fact(metric: str, text: str, money_factor: int) -> Decimal | str | bool:
    if scale_of(metric):
        rank(metric, text)
        return text
    if metric not in METRICS and not NUMBER.fullmatch(text):
        return {"true": True, "false": False}.get(text.lower(), text)
    value = _number(metric, text)
    return value * money_factor if unit_of(metric) == "money" else value


def _number(metric: str, text: str) -> Decimal:
    gaps = {"found": text}
    if not NUMBER.fullmatch(text):
        raise FactError(
            Message("{found} is not a number; write digits and a decimal point only, or leave it empty", gaps)
        )
    value = Decimal(text)
    if abs(value) >= LARGEST:
        raise FactError(Message("{found} is too large to be meant; allowed is less than 10^18", gaps))
    if value < 0:
        raise FactError(Message("{found} is negative; allowed is 0 or more, or an empty cell for unknown", gaps))
    return value


# Answering ----------------------------------------------------------------------------------------


def _answer(place: int, event_id: str, result: Grade, traced: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "row": place,
        "event_id": event_id,
        "rules": result.rules,
        "level": result.level,
        "decided_by": _decided(result.decided_by),
        "to_next": _next(result.to_next),
    }
    if traced:
        answer |= {"trace": trace(result), "ahead": str(ahead(result) or "")}
    return {**answer, "note": str(result.note)} if result.note else answer


def _decided(one: Indicator | None) -> dict[str, Any] | None:
    if one is None:
        return None
    value = plain_number(one.value) if isinstance(one.value, Decimal) else one.value
    return {"metric": one.metric, "value": value, "threshold": one.threshold}


def _next(step: Distance | None) -> dict[str, Any] | None:
    if step is None:
        return None
    names = ("level", "metric", "value", "threshold", "distance")
    return {name: getattr(step, name) for name in names}
