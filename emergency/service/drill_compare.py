"""Runs of one drill against one another, and their course over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.drill.comparison import Change, Share, Trend, compare, median_time_s, on_time, trend
from emergency.service.context import Context, Refused
from emergency.store import records
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Side:
    """One group of runs: how many, share of actions on time and median time to act, over all of them."""

    runs: int
    on_time: Share
    median_s: float | None


@dataclass(frozen=True)
class Comparison:
    """same_seeds: a replay, which measures memory; other seeds are a parallel form, which measures skill."""

    changes: tuple[Change, ...]
    before: Side
    after: Side
    same_seeds: bool


def major(version: str) -> str:
    return version.split(".")[0]


def comparable(ctx: Context) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Runs by drill and major version, each group from the oldest to the newest."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with ctx.store.read() as connection:
        for run in reversed(records.runs(connection)):
            found.setdefault((run["drill_id"], major(run["drill_version"])), []).append(run)
    return found


def compare_runs(ctx: Context, before: Sequence[str], after: Sequence[str]) -> Comparison:
    """Two groups of kept runs.

    Raises:
        Refused: an empty group, an unknown run, a run on both sides, or runs of different drills.
    """
    with ctx.store.read() as connection:
        known = {run["run_id"]: run for run in records.runs(connection)}
    missing = [one for one in (*before, *after) if one not in known]
    if missing:
        raise Refused(Message(N_("there is no run {run} here"), {"run": missing[0]}))
    return compare_sides([known[one] for one in before], [known[one] for one in after])


def compare_sides(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Comparison:
    """As `compare_runs`, for runs at hand: ``{"run_id", "drill_id", "drill_version", "seed", "score", "review"}``."""
    if not before or not after:
        raise Refused(Message(N_("choose at least one run on each side")))
    if {r["run_id"] for r in before} & {r["run_id"] for r in after}:
        raise Refused(Message(N_("a run cannot stand on both sides")))
    drills = {(r["drill_id"], major(r["drill_version"])) for r in (*before, *after)}
    if len(drills) > 1:
        raise Refused(Message(N_("only runs of one drill and major version can be compared")))
    return Comparison(
        compare(before, after),
        _side(before),
        _side(after),
        {r["seed"] for r in before} == {r["seed"] for r in after},
    )


def _side(runs: Sequence[dict[str, Any]]) -> Side:
    """All runs of a side as one, their actions pooled."""
    pooled = {"expectations": [e for run in runs for e in run["score"]["expectations"]]}
    end_s = max(run["review"]["overview"]["duration_s"] for run in runs)
    return Side(len(runs), on_time(pooled), median_time_s(pooled, end_s))


def course(runs: Sequence[dict[str, Any]]) -> Trend:
    """The overall points of rated runs in order of time."""
    return trend([run["score"]["overall"] for run in runs if run["score"]["overall"] is not None])


__all__ = ["Change", "Comparison", "comparable", "compare_runs", "compare_sides", "course", "major"]
