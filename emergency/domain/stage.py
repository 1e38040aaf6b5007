"""How far claims have come: the stages of a claim's life, how many reached each and how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from emergency.domain.claim import STATUSES

# The way of a claim, and the ways it may end beside it.
WAY = ("reported", "registered", "surveyed", "assessed", "approved", "paid", "closed")
ASIDE = tuple(s for s in STATUSES if s not in WAY)
HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes:
        standing: claims whose state this is now.
        reached: claims a message says reached it, or that report it themselves.
        hours: median hours from the stage before that the claim reached, None where no claim tells.
        timed: claims those hours are of.
        from_report_hours: median hours from the report.
    """

    name: str
    standing: int
    reached: int
    hours: float | None
    timed: int
    from_report_hours: float | None


def stages(
    steps: Iterable[tuple[int, str, int]], reported: Mapping[int, int], standing: Mapping[str, int]
) -> tuple[Stage, ...]:
    """The stages in order, those aside last.

    Args:
        steps: claim, kind of message, its first time by the source, microseconds UTC.
        reported: claim -> when it was reported, by the source.
        standing: state -> claims in it now.
    """
    times = _by_claim(steps, reported)
    return tuple(_stage(name, times, standing) for name in (*WAY, *ASIDE))


def _by_claim(steps: Iterable[tuple[int, str, int]], reported: Mapping[int, int]) -> dict[int, dict[str, int]]:
    times: dict[int, dict[str, int]] = {claim: {"reported": at} for claim, at in reported.items()}
    for claim, kind, at in steps:
        if kind in STATUSES:
            # The claim's own time of report counts before a message's.
            times.setdefault(claim, {}).setdefault(kind, at)
    return times


def _stage(name: str, times: Mapping[int, Mapping[str, int]], standing: Mapping[str, int]) -> Stage:
    reached = [t for t in times.values() if name in t]
    since = [hours for t in reached if (hours := _since_last(name, t)) is not None]
    report = [(t[name] - t["reported"]) / HOUR_US for t in reached if "reported" in t and name != "reported"]
    return Stage(
        name=name,
        standing=standing.get(name, 0),
        reached=len(reached),
        hours=round(median(since), 1) if since else None,
        timed=len(since),
        from_report_hours=round(median(report), 1) if report else None,
    )


def _since_last(name: str, times: Mapping[str, int]) -> float | None:
    """Hours since the latest stage before it; a source that says the later stage first gives none."""
    before = WAY[: WAY.index(name)] if name in WAY else WAY
    earlier = [times[stage] for stage in before if stage in times and times[stage] <= times[name]]
    return (times[name] - max(earlier)) / HOUR_US if earlier else None
