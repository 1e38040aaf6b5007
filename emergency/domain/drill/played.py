"""Who played a run: people or robots, role by role; only what people did trains, exercises and proves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from emergency.domain.instant import to_us
from emergency.texts import N_

PEOPLE, MIXED, ROBOTS, REAL = "people", "mixed", "robots", "real"
PLAYED: Mapping[str, str] = {
    PEOPLE: N_("people in every role"),
    MIXED: N_("people, and robots in the other roles"),
    ROBOTS: N_("robots alone"),
    REAL: N_("it happened"),
}
# Why the figure of a run is shown and proves nothing.
EARLY = "early"
WHY_NOT: Mapping[str, str] = {
    ROBOTS: N_("a robot played the role: no proof"),
    EARLY: N_("begun before the work was declared done: no proof"),
}


def by_people(record: Mapping[str, Any]) -> frozenset[str]:
    """Roles of a kept run in which people sat; none where it was played without a clock."""
    held: Mapping[str, Any] = record["review"].get("overview", {}).get("held", {})
    return frozenset(role for role, people in held.get("roles", {}).items() if people)


def played(record: Mapping[str, Any]) -> str:
    """By whom a kept run was played: people, mixed, robots; real where it happened."""
    if record.get("kind") == "incident":
        return REAL
    people = by_people(record)
    if not people:
        return ROBOTS
    return PEOPLE if people >= set(record["review"]["overview"].get("players", ())) else MIXED


def begun_us(record: Mapping[str, Any]) -> int | None:
    """When the clock of a kept run was started or an incident happened, by the wall; None without people."""
    held: Mapping[str, Any] = record["review"].get("overview", {}).get("held", {})
    if "started_us" in held:
        return int(held["started_us"])
    return to_us(datetime.fromisoformat(held["from"])) if "from" in held else None


def roles_of(source: str, score: Mapping[str, Any], otherwise: str = "") -> frozenset[str]:
    """The roles a finding is about: of an expected action its own, of an objective all that were asked for in it.

    Args:
        source: an expected action, an outcome or an objective; anything else is about everybody.
        otherwise: the role where nobody was asked for anything.
    """
    asked = score.get("expectations", ())
    if own := {e["role"] for e in asked if e["id"] == source}:
        return frozenset(own)
    objectives = {o["objective"] for o in score.get("outcomes", ()) if o["id"] == source and o.get("objective")}
    wanted = objectives | {source}
    whole = {e["role"] for e in asked if e["objective"] in wanted}
    if whole:
        return frozenset(whole)
    return frozenset({otherwise}) if otherwise else frozenset(e["role"] for e in asked)


def why_no_proof(
    record: Mapping[str, Any], roles: Collection[str], declared_us: int | None, *, robot_answered: bool
) -> str:
    """Why a run proves nothing of a finding: robots, early; "" where it is proof.

    Args:
        roles: that the finding is about.
        declared_us: when its work was last said to be done, by the wall; None where it has not been.
        robot_answered: the very act was a robot's, though somebody sat in the role at another time.
    """
    if played(record) != REAL and (robot_answered or not roles or not by_people(record) >= set(roles)):
        return ROBOTS
    begun = begun_us(record)
    return "" if declared_us is not None and begun is not None and begun >= declared_us else EARLY
