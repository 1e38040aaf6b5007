"""Facts of a drill: the metrics level rules and conditions ask for, at one second.

They come from three sides: what injects and people set, what follows from it
with time (an outage grows older), and what is counted from the claims so far.
A metric that nobody knows is absent, which is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from emergency.domain.drill.stream import Columns, true_rows
from emergency.domain.level.metric import SCALES

DAY = 86_400
SYSTEM, PROVINCES = "system.core_claims", "system.core_claims.provinces"
ONE, SEVERAL = "outage.one_province_minutes", "outage.multi_province_minutes"
PERSON_LINES = ("personal_injury", "health")
COLOURS = SCALES["warning colour"]


@dataclass(frozen=True)
class Change:
    """From this second on, the fact has this value."""

    at_s: int
    metric: str
    value: Any


def facts(changes: Sequence[Change], now_s: int, seen: Mapping[str, Any]) -> dict[str, Any]:
    """All metrics known at a second; ``changes`` sorted by time, later ones ignored.

    Counted figures (``seen``) give way to what was set: a script that sets a
    figure means it.
    """
    past = [change for change in changes if change.at_s <= now_s]
    known = {**seen, **{change.metric: change.value for change in past}}
    known.update(_outage_minutes(past, now_s))
    known.update(_any_alert(known))
    known["sim.elapsed"] = now_s
    return known


def of_claims(claims: Columns, now_s: int, committed: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What the claims up to a second amount to, noise taken out, money in whole currency units.

    claims: the columns of all streams; committed: people and pieces committed by kind.
    """
    rows = true_rows(claims) & (claims["arrival_s"] <= now_s)
    last_day = rows & (claims["arrival_s"] > now_s - DAY)
    hurt = np.isin(claims["line"].astype(str), PERSON_LINES)
    found: dict[str, Any] = {
        "claims.total": int(rows.sum()),
        "claims.last_24h": int(last_day.sum()),
        "loss.estimated_gross": _money(claims, rows),
        "payout.injury_estimated": _money(claims, rows & hurt),
        "payout.property_estimated": _money(claims, rows & ~hurt),
        # GB/T 2260: the first four digits name the prefecture.
        "regions.prefectures": len({str(code)[:4] for code in claims["truth_region"][last_day]}),
    }
    found.update({f"allocation.{kind}.committed": count for kind, count in (committed or {}).items()})
    return found


def _money(claims: Columns, rows: Any) -> float:
    return float(Decimal(int(claims["estimated_minor"][rows].sum())) / 100)


def _outage_minutes(past: Sequence[Change], now_s: int) -> dict[str, int]:
    """Whole minutes the core system has been down, in one province and in two or more.

    A script may also state the minutes outright ("second province down over 30
    min"); they go on growing while the system is down. Once it is up, the
    outage is over and both are 0.
    """
    down_since: int | None = None
    several_since: int | None = None
    provinces, told = 1, False
    for change in past:
        if change.metric == SYSTEM:
            told = True
            still = down_since if down_since is not None else change.at_s
            down_since = still if change.value == "down" else None
        elif change.metric == PROVINCES:
            provinces = int(change.value)
        elif change.metric in (ONE, SEVERAL):
            told = True
            if not change.value:  # told that there is none
                down_since = None if change.metric == ONE else down_since
                several_since = None
                continue
            began = change.at_s - int(change.value) * 60
            down_since = began if change.metric == ONE or down_since is None else down_since
            several_since = began if change.metric == SEVERAL else several_since
        several_since = _several(several_since, down_since, provinces, change.at_s)
    if not told:
        return {}
    return {ONE: _minutes(down_since, now_s), SEVERAL: _minutes(several_since, now_s)}


def _several(since: int | None, down_since: int | None, provinces: int, at_s: int) -> int | None:
    if down_since is None:
        return None
    return at_s if since is None and provinces >= 2 else since


def _minutes(since: int | None, now_s: int) -> int:
    return 0 if since is None else (now_s - since) // 60


def _any_alert(known: Mapping[str, Any]) -> dict[str, str]:
    """The gravest national weather warning of any kind, unless it was set itself."""
    colours = [known[name] for name in known if name.startswith("alert.cma.") and known[name] in COLOURS]
    if not colours or "alert.cma.any" in known:
        return {}
    return {"alert.cma.any": max(colours, key=COLOURS.index)}
