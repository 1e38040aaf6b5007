"""How right an act was, 0 to 100, by the kind of truth its expectation names.

Each function takes what was done and what would have been right and returns a
`Rating`; none knows when it was done or by whom.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.texts import Message

# Distance between the confirmed and the true level; minus = too low, which hurts people and costs more.
LEVEL_POINTS: Mapping[int, float] = {0: 100.0, 1: 70.0, 2: 30.0, -1: 40.0, -2: 0.0}
NO_LEVEL = 4  # "no response" stands one step below Ⅲ
RATING_POINTS: Mapping[str, float] = {"P": 100.0, "S": 80.0, "M": 60.0, "U": 0.0}
DOUBLE_BOOKING, DOUBLE_BOOKING_CAP = "no_double_booking", 50.0
FORBIDDEN_CAP = 40.0


@dataclass(frozen=True)
class Rating:
    """points: 0 to 100, or None = not rated, which is left out and shown as n/a.

    breach: something was done that is never allowed (a forbidden promise, a double booking).
    """

    points: float | None
    note: Message
    breach: bool = False

    def __post_init__(self) -> None:
        if self.points is not None and not 0 <= self.points <= 100:
            raise ValueError(f"a rating is 0 to 100 points or None, not {self.points}")


def unrated(why: Message) -> Rating:
    return Rating(None, why)


def ordinal_level(given: Any, truth: int | None) -> Rating:
    """Levels run from 1 (gravest) to 3; None means that no level was due or declared."""
    declared, right = _level(given), NO_LEVEL if truth is None else truth
    distance = max(-2, min(2, right - declared))
    words = {"given": _level_name(declared), "truth": _level_name(right)}
    if distance == 0:
        return Rating(100.0, Message("Level {given} was right", words))
    if distance > 0:
        return Rating(
            LEVEL_POINTS[distance], Message("Level {given} was higher than the {truth} called for", words)
        )
    return Rating(
        LEVEL_POINTS[distance], Message("Level {given} was lower than the {truth} called for", words)
    )


def set_f1(given: Collection[Any], truth: Collection[str]) -> Rating:
    """F1 of the set named against the true set."""
    named, right = {str(x) for x in given}, {str(x) for x in truth}
    hits = len(named & right)
    points = 200.0 * hits / (len(named) + len(right)) if named or right else 100.0
    missing, extra = ", ".join(sorted(right - named)), ", ".join(sorted(named - right))
    note = Message(
        "{hits} of {truth} named; missing: {missing}; too many: {extra}",
        {"hits": hits, "truth": len(right), "missing": missing or "–", "extra": extra or "–"},
    )
    return Rating(points, note)


def numeric(given: Any, truth: float, tolerance: float) -> Rating:
    """100 within the tolerance (a relative error), falling linearly to 0 at three times of it.

    Where the truth is 0 there is no relative error and the difference itself is compared.
    """
    try:
        value = float(given)
    except (TypeError, ValueError):
        return Rating(0.0, Message("No number was given; {truth} was right", {"truth": truth}))
    error = abs(value - truth) / (abs(truth) or 1.0)
    note = Message("{value} was given; {truth} was right", {"value": value, "truth": truth})
    if error <= tolerance:
        return Rating(100.0, note)
    if tolerance <= 0:
        return Rating(0.0, note)
    return Rating(max(0.0, 100.0 * (3 * tolerance - error) / (2 * tolerance)), note)


def fields(given: Mapping[str, Any], required: Sequence[str], hidden: Mapping[str, Any]) -> Rating:
    """Share of the required fields that are filled and, where the truth is known, filled rightly."""
    empty = [name for name in required if str(given.get(name, "") or "").strip() == ""]
    wrong = [
        name
        for name in required
        if name not in empty and name in hidden and str(given[name]) != str(hidden[name])
    ]
    right = len(required) - len(empty) - len(wrong)
    note = Message(
        "{right} of {required} fields right; empty: {empty}; wrong: {wrong}",
        {
            "right": right,
            "required": len(required),
            "empty": ", ".join(empty) or "–",
            "wrong": ", ".join(wrong) or "–",
        },
    )
    return Rating(100.0 * right / len(required), note)


def constraints(body: Mapping[str, Any], rules: Sequence[str]) -> Rating:
    """Share of assignments that keep the rules; a double booking leaves 50 at most.

    body: what the committed plan recorded: ``assignments`` (how many) and
    ``violations``, per rule the assignments that break it (their ids, or how many).
    """
    if "violations" not in body or "assignments" not in body:
        return unrated(Message("The plan was not checked against the rules"))
    total = _count(body["assignments"])
    if total == 0:
        return Rating(0.0, Message("The plan assigned nobody"))
    broken = {rule: body["violations"].get(rule, ()) for rule in rules}
    named = {str(x) for found in broken.values() if not isinstance(found, int) for x in found}
    violating = min(total, len(named) + sum(found for found in broken.values() if isinstance(found, int)))
    doubled = _count(broken.get(DOUBLE_BOOKING, 0)) > 0
    points = 100.0 * (1 - violating / total)
    note = Message(
        "{violating} of {total} assignments break a rule", {"violating": violating, "total": total}
    )
    return Rating(min(points, DOUBLE_BOOKING_CAP) if doubled else points, note, breach=doubled)


def checklist(covered: Collection[str], must: Sequence[str], must_not: Sequence[str]) -> Rating:
    """Share of the points that must be made; one that must not be made leaves 40 at most."""
    said = {str(x) for x in covered}
    missing = [point for point in must if point not in said]
    forbidden = [point for point in must_not if point in said]
    points = 100.0 * (len(must) - len(missing)) / len(must)
    note = Message(
        "missing: {missing}; must not be said: {forbidden}",
        {"missing": ", ".join(missing) or "–", "forbidden": ", ".join(forbidden) or "–"},
    )
    return Rating(min(points, FORBIDDEN_CAP) if forbidden else points, note, breach=bool(forbidden))


def evaluators(ratings: Mapping[str, str]) -> Rating:
    """Mean of what the evaluators rated, P/S/M/U; disagreement is shown, not averaged away."""
    if not ratings:
        return unrated(Message("No evaluator has rated this yet"))
    wrong = sorted(set(ratings.values()) - set(RATING_POINTS))
    if wrong:
        raise ValueError(f"rating {wrong[0]!r} is not one of P, S, M, U")
    points = sum(RATING_POINTS[band] for band in ratings.values()) / len(ratings)
    spoken = ", ".join(f"{who} {band}" for who, band in sorted(ratings.items()))
    if len(set(ratings.values())) > 1:
        return Rating(points, Message("Evaluators disagree: {ratings}", {"ratings": spoken}))
    return Rating(points, Message("Rated by evaluators: {ratings}", {"ratings": spoken}))


def _level(given: Any) -> int:
    """A level as a number; anything that is no level counts as none declared."""
    text = str(given)
    return int(text) if text in ("1", "2", "3") else NO_LEVEL


def _level_name(level: int) -> Any:
    return {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}.get(level) or Message("no response")


def _count(found: Any) -> int:
    return found if isinstance(found, int) else len(found)
