"""The figures everything else stands on: open claims by region and line at an instant.

Two kinds of workspace give them: one counts its own claims, one replays totals that
others have published. Both come out as the same table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from emergency.domain.instant import from_us, to_us
from emergency.domain.suspect import HUNDREDTHS
from emergency.library import NotOnShelf
from emergency.library.figures import illustrative_split
from emergency.service.context import Context
from emergency.store import asof, claims, incidents

# 72 h until survey is our own service target; the norm sets none (house rule, 2026-11).
OVERDUE_HOURS = 72
HOUR_US = 3_600_000_000
MONEY = ("estimated_minor", "paid_minor", "payout_minor", "doubted_minor")


@dataclass(frozen=True)
class Published:
    """The newest published total at an instant; money in minor units of the workspace's currency."""

    region: str
    as_of: datetime
    reported_claims: int
    settled_claims: int | None
    estimated_minor: int | None
    paid_minor: int | None
    scope: str
    source: str
    note: str


@dataclass(frozen=True)
class Foreign:
    """Estimates that came in another currency than the workspace's.

    Attributes:
        claims: how many; estimated_minor: their sum in their own currency.
        rate: what one unit counts for in the workspace's currency; None: there is no rate, and their
            amounts are in no sum.
    """

    currency: str
    claims: int
    estimated_minor: int
    rate: Decimal | None


@dataclass(frozen=True)
class Figures:
    """Open claims per region and line.

    Attributes:
        table: columns of `emergency.store.claims.counts`, region missing = unlocated; money in the
            workspace's currency throughout.
        published: where the figures are others' totals, the newest of them.
        illustrative: True where the split by region is drawn for illustration only.
        off_map: regions of the table that the workspace's map does not have.
        foreign: what was turned into the workspace's currency, or could not be.
    """

    as_of: datetime
    table: pd.DataFrame
    published: Published | None = None
    illustrative: bool = False
    off_map: frozenset[str] = frozenset()
    foreign: tuple[Foreign, ...] = ()

    @property
    def located(self) -> pd.DataFrame:
        """What lies in a region of the map."""
        return self.table[self.table["region"].notna() & ~self.table["region"].isin(self.off_map)]

    @property
    def outside(self) -> pd.DataFrame:
        """What lies in regions that the map does not have: claims of another country, say."""
        return self.table[self.table["region"].isin(self.off_map)]

    @property
    def unlocated(self) -> int:
        return int(self.table.loc[self.table["region"].isna(), "open"].sum())


def figures(ctx: Context, incident_id: str | None = None, at: datetime | None = None) -> Figures:
    """Figures as they were known at an instant, now unless given."""
    now = at or ctx.now()
    if ctx.profile.figures == "bulletins":
        return _from_bulletins(ctx, now)
    now_us = to_us(now)
    overdue_us = OVERDUE_HOURS * HOUR_US
    asked: dict[str, Any] = {"overdue_us": overdue_us, "incident": incident_id, "most": most_for_one(ctx)}
    with ctx.store.read() as connection:
        if ctx.known_at is not None:
            table = asof.counts(connection, at_us=now_us, **asked)
        else:
            table = claims.counts(connection, now_us=now_us, **asked)
    foreign = _in_one_currency(ctx, table, now)
    unknown = frozenset(str(c) for c in table["region"].dropna().unique() if not ctx.regions.known(c))
    return Figures(now, table, off_map=unknown, foreign=foreign)


def most_for_one(ctx: Context) -> dict[str, int]:
    """Currency -> minor units; an estimate of one claim above that is doubted."""
    return {currency: most * HUNDREDTHS for currency, most in ctx.content.library.suspect().one_most.items()}


def _in_one_currency(ctx: Context, table: pd.DataFrame, now: datetime) -> tuple[Foreign, ...]:
    """Turn the money of every row into the workspace's currency, by the house's dated rate.

    Two currencies are never added: amounts nobody here has a rate for are left out, and it is said.
    """
    home, found = ctx.profile.currency, []
    for currency in (str(c) for c in table["currency"].dropna().unique() if c != home):
        rate, rows = rate_of(ctx, currency, now), table["currency"] == currency
        estimated = int(table.loc[rows, "estimated_minor"].sum())
        found.append(Foreign(currency, int(table.loc[rows, "claims"].sum()), estimated, rate))
        for column in MONEY:
            table.loc[rows, column] = [round(int(v) * (rate or 0)) for v in table.loc[rows, column]]
    return tuple(found)


def rate_of(ctx: Context, currency: str, at: datetime) -> Decimal | None:
    """What one unit of a currency is worth in the workspace's own; None where the house has no rate."""
    try:
        return ctx.content.library.rates().between(at.date(), currency, ctx.profile.currency).value
    except NotOnShelf:
        return None


def snapshots(ctx: Context) -> tuple[Published, ...]:
    """Every published total known now, oldest first; empty where we count our own claims."""
    if ctx.profile.figures != "bulletins":
        return ()
    with ctx.store.read() as connection:
        rows = incidents.facts(connection, incident_id=None, now_us=ctx.now_us())
    found = [_newest([r]) for r in rows]
    return tuple(one for one in found if one is not None)


def _from_bulletins(ctx: Context, now: datetime) -> Figures:
    """Published totals, split over regions by the workspace's own illustrative weights."""
    now_us = to_us(now)
    with ctx.store.read() as connection:
        rows = incidents.facts(connection, incident_id=None, now_us=now_us)
    published = _newest(rows)
    if published is None:
        return Figures(now, _empty(), None, True)
    weights = ctx.store.setting("split", {})
    earlier = _newest([r for r in rows if r["as_of_us"] <= now_us - 24 * HOUR_US])
    open_now = _open(published)
    split = illustrative_split(round(open_now * ctx.profile.own_share), weights)
    loss = illustrative_split(round((published.estimated_minor or 0) * ctx.profile.own_share), weights)
    fresh = max(0, published.reported_claims - (earlier.reported_claims if earlier else 0))
    fresh_split = illustrative_split(round(fresh * ctx.profile.own_share), weights)
    table = pd.DataFrame(
        [
            {
                "region": region,
                "line": "motor",
                "currency": ctx.profile.currency,
                "claims": split[region],
                "open": split[region],
                "unsurveyed": split[region],
                "overdue": 0,
                "last_hour": 0,
                "last_24h": fresh_split[region],
                "estimated_minor": loss[region],
                "paid_minor": 0,
                "payout_minor": loss[region],
                "dead": 0,
                "doubted": 0,
                "doubted_minor": 0,
                "oldest_us": to_us(published.as_of),
            }
            for region in sorted(weights)
        ]
    )
    return Figures(now, table, published, True)


def _open(published: Published) -> int:
    return published.reported_claims - (published.settled_claims or 0)


def _newest(rows: list[dict[str, object]]) -> Published | None:
    snapshots = [r for r in rows if r["metric"] == "bulletin.snapshot"]
    if not snapshots:
        return None
    row = snapshots[-1]
    value = row["value"]
    assert isinstance(value, Mapping)
    return Published(
        region=str(row["region"]),
        as_of=from_us(int(row["as_of_us"])),  # type: ignore[call-overload]
        reported_claims=int(value["reported_claims"]),
        settled_claims=value.get("settled_claims"),
        estimated_minor=value.get("estimated_minor"),
        paid_minor=value.get("paid_minor"),
        scope=str(value.get("scope", "")),
        source=str(row["source"]),
        note=str(row["note"]),
    )


def _empty() -> pd.DataFrame:
    columns = ["region", "line", "currency", "claims", "open", "unsurveyed", "overdue", "last_hour", "last_24h"]
    money = ["estimated_minor", "paid_minor", "payout_minor"]
    return pd.DataFrame({c: [] for c in [*columns, *money, "dead", "doubted", "doubted_minor", "oldest_us"]})


def hours_since(instant_us: float | None, now: datetime) -> int | None:
    if instant_us is None or math.isnan(instant_us):
        return None
    return int((now - from_us(int(instant_us))).total_seconds() // 3600)
