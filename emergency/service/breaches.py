"""Claims that pass the survey target within a shift, and how many of them a plan cannot visit in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.allocation import Cell
from emergency.service.context import Context
from emergency.service.figures import HOUR_US, OVERDUE_HOURS
from emergency.service.plan_body import Waiting, waits
from emergency.store import claims


def waiting_by_post(ctx: Context, cells: Sequence[Cell]) -> Waiting | None:
    """The claims that wait where cells ask for people; None where only others' totals are known."""
    if ctx.profile.figures == "bulletins":
        return None
    now = ctx.now()
    left_us = int((_midnight(ctx, now) - now).total_seconds()) * 1_000_000
    places = {(c.incident, c.region, c.line): c.post or c.cell_id for c in cells if waits(c.cell_id)}
    every: dict[str, int] = {}
    due: dict[str, int] = {}
    with ctx.store.read() as connection:
        for incident in sorted({c.incident for c in cells if waits(c.cell_id)}):
            table = claims.counts(
                connection,
                now_us=ctx.now_us(),
                overdue_us=max(0, OVERDUE_HOURS * HOUR_US - left_us),
                incident=incident or None,
            )
            rows: Any = table.itertuples(index=False)
            for row in rows:
                post = places.get((incident, str(row.region), str(row.line)))
                if post is not None:
                    every[post] = every.get(post, 0) + int(row.unsurveyed)
                    due[post] = due.get(post, 0) + int(row.overdue)
    return Waiting(every, due)


def _midnight(ctx: Context, now: datetime) -> datetime:
    """The end of the shift: one a day, by the local date."""
    local = now.astimezone(ZoneInfo(ctx.profile.timezone))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def breaches(body: Mapping[str, Any]) -> int | None:
    """Claims due within the shift beyond the visits a plan pays for where they lie; due claims are visited first.

    None where the plan does not say what is due.
    """
    if body.get("due") is None:
        return None
    posts: dict[str, str] = {c["cell_id"]: c.get("post") or c["cell_id"] for c in body["cells"]}
    lines: dict[str, str] = {posts[c["cell_id"]]: c["line"] for c in body["cells"]}
    filled: dict[str, int] = {}
    for a in body["assignments"]:
        filled[posts[a["cell_id"]]] = filled.get(posts[a["cell_id"]], 0) + a["slots"]
    visits: Mapping[str, int] = body["visits"]
    due: Mapping[str, int] = body["due"]
    return sum(max(0, n - filled.get(post, 0) * visits.get(lines[post], 0)) for post, n in due.items())
