"""The facts a level is held against: of the whole incident, and of each province it lies in.

Own figures are counted from claims, by own share where a share is known; figures nobody counts are
entered with their source. An industry figure stands beside our own, never in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from emergency.domain.drill.facts import ONE, PROVINCES, SEVERAL, SYSTEM, Change
from emergency.domain.drill.facts import facts as grown
from emergency.domain.figure_value import is_number, readable
from emergency.domain.folding import Folded, Part, fold
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.level import METRICS, unit_of
from emergency.domain.suspect import Doubt, apart_doubt, counted_doubt, floor_doubt, unreadable
from emergency.service.alerts import in_force, metrics_in_force, touched
from emergency.service.context import Context
from emergency.service.figures import Figures
from emergency.store import incidents, levels, messages, words
from emergency.texts import N_

INJURY_LINES = ("personal_injury", "health")
# Facts said of the whole industry carry this before the metric's name; forecasts the other one.
INDUSTRY, FORECAST = "industry.", "forecast."
# Our part of the market, above 0 to 1, with its source; from it and our own payout the industry's is estimated.
MARKET_SHARE = "own.market_share"
UPPER = "upper"  # confidence of a figure that is the upper end of an estimate
ADDITIVE = ("money", "persons", "claims", "count")
# Figures of a span that moves on: an older one is of another span.
WINDOWS = ("claims.last_24h",)
GROWING = (SYSTEM, PROVINCES, ONE, SEVERAL)
ESTIMATES = {
    "counted": N_("counted"),
    "central": N_("central estimate"),
    "upper": N_("upper estimate"),
    "stated": N_("as stated"),
    "share": N_("estimated from market share"),
}


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from: who said it, when it held, how sure (a key of ESTIMATES)."""

    said_by: str
    as_of: datetime
    estimate: str


@dataclass(frozen=True)
class Known:
    """The facts of one scope; money in whole units of the workspace's currency.

    Attributes:
        own: metric -> value, our own and what is said of the place.
        industry: metric -> figure of the whole industry, as published or estimated from our share.
        upper: metric -> upper end of an estimate, where somebody gave one.
        forecast: metric -> what is expected to come; shown, never counted.
        origins: metric -> where it comes from; of an industry figure under ``industry.`` and the metric.
    """

    own: Mapping[str, Any]
    industry: Mapping[str, Any] = field(default_factory=dict)
    upper: Mapping[str, Any] = field(default_factory=dict)
    forecast: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def for_class(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Facts for the regulator's class, and the basis of each: our own figure is a floor of the industry's."""
        facts = dict(self.own)
        basis = dict.fromkeys(self.own, "own")
        for metric, value in self.industry.items():
            floor = self.own.get(metric)
            numbers = isinstance(value, int | float | Decimal) and isinstance(floor, int | float | Decimal)
            if not numbers or Decimal(str(value)) >= Decimal(str(floor)):
                facts[metric] = value
                origin = self.origins.get(INDUSTRY + metric)
                basis[metric] = "estimated" if origin and origin.estimate == "share" else "industry"
        return facts, basis


class Grounds:
    """What the store knows of one incident at an instant, read once; `known` folds it for a scope."""

    def __init__(self, ctx: Context, incident: Incident, figures: Figures) -> None:
        self.ctx, self.incident, self.figures = ctx, incident, figures
        now_us = to_us(figures.as_of)
        with ctx.store.read() as connection:
            self.recorded = incidents.facts(connection, incident_id=incident.incident_id, now_us=now_us)
            self.policies = messages.policies(connection)
            more = levels.outstanding(connection, now_us=now_us, incident=incident.incident_id)
            last_us = words.last_claim_us(connection, incident.incident_id, now_us)
        # When our own figures last changed: the newest claim, or the others' totals that are shown.
        self.counted_us = to_us(figures.published.as_of) if figures.published else last_us or 0
        self._province: dict[str | None, str | None] = {None: None}
        self.warnings = in_force(ctx, figures.as_of) if self.policies else ()
        self.table = self._own_payout(figures.table, more)

    # -- places --

    def province_of(self, code: str | None) -> str | None:
        """The province (or state) a region lies in; None where it is not known."""
        if code not in self._province:
            regions = self.ctx.regions
            self._province[code] = regions.at_level(str(code), regions.levels[0]) if regions.known(code) else None
        return self._province[code]

    def provinces(self) -> tuple[str, ...]:
        """Provinces in the incident's scope, and those its claims lie in."""
        with_claims = self.table["region"].dropna().unique() if len(self.table) else ()
        codes = {self.province_of(str(c)) for c in (*self.incident.regions, *with_claims)}
        return tuple(sorted(c for c in codes if c))

    def _in(self, code: str | None, province: str | None) -> bool:
        return province is None or self.province_of(code) == province

    # -- our share --

    def _own_payout(self, table: pd.DataFrame, more: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """The figures with a column ``own_minor``: payout by own share, in the workspace's currency."""
        table = table.copy()
        extra = self._extra(more)
        keys = [(_code(r), str(li)) for r, li in zip(table["region"], table["line"], strict=True)]
        shares = self._shares(set(keys))
        table["own_minor"] = [
            round((int(paid) + extra.pop(key, 0)) * shares[key])
            for key, paid in zip(keys, table["payout_minor"], strict=True)
        ]
        return table

    def _extra(self, more: Sequence[Mapping[str, Any]]) -> dict[tuple[str | None, str], int]:
        home, found = self.ctx.profile.currency, dict[tuple[str | None, str], int]()
        for row in more:
            rate = Decimal(1)
            if row["currency"] not in (None, home):
                rates = self.ctx.content.library.rates()
                rate = rates.between(self.figures.as_of.date(), str(row["currency"]), home).value
            key = (row["region"], str(row["line"]))
            found[key] = found.get(key, 0) + round(int(row["more_minor"]) * rate)
        return found

    def _shares(self, keys: Iterable[tuple[str | None, str]]) -> dict[tuple[str | None, str], Decimal]:
        """Our share of the policies of a region and line, of the nearest region that says; 1 where none does."""
        said = {(str(p["region"]), str(p["line"])): Decimal(str(p["own_share"])) for p in self.policies}
        regions = self.ctx.regions
        found = {}
        for region, line in keys:
            above = (region, *(regions.ancestors(region) if said and regions.known(region) else ())) if region else ()
            found[region, line] = next((said[c, line] for c in above if (c, line) in said), Decimal(1))
        return found

    # -- one scope --

    def known(self, province: str | None = None) -> Known:
        """Facts of the whole incident, or of one province of it."""
        own = self._counted(province)
        origins = {
            metric: Origin("", self.figures.as_of, "counted" if unit_of(metric) != "money" else "central")
            for metric in own
        }
        scope = self.incident.regions if province is None else self._scope(province)
        warned = metrics_in_force(self.ctx, scope, self.figures.as_of)
        for metric, said in warned.items():
            own[metric], origins[metric] = said.value, Origin("", from_us(said.sent_us), "stated")
        self._at_stake(own, origins, scope)
        # Of a warning and a figure somebody entered, the newer counts.
        rows = [r for r in self._rows(province) if not _outlived(r, warned)]
        counted, stated = {m: v for m, v in own.items() if m not in warned}, self._stated(rows, province)
        upper = self._folded([r for r in rows if r["confidence"] == UPPER], province)
        industry: dict[str, Any] = {}
        forecast: dict[str, Any] = {}
        for metric, one in stated.items():
            if metric in counted and not self._outweighs(metric, one, counted[metric]):
                continue
            origin = Origin(str(one.row["source"]), from_us(int(one.row["as_of_us"])), _estimate(one.row))
            place, name = _sorted_out(metric, own, industry, forecast)
            place[name], origins[metric] = one.value, origin
        self._floored(own, origins)
        self._estimated(own, industry, origins, stated.get(MARKET_SHARE))
        own = _grown(own, rows, self.figures.as_of)
        plain = {m: one.value for m, one in upper.items() if m in METRICS}
        return Known(own, industry, plain, forecast, origins)

    def _stated(self, rows: Sequence[Mapping[str, Any]], province: str | None) -> dict[str, Folded]:
        return self._folded([r for r in rows if r["confidence"] != UPPER], province)

    # -- what was entered beside what is counted --

    def _outweighs(self, metric: str, said: Folded, counted: Any) -> bool:
        """Whether an entered figure counts before our own claims.

        Claims are a floor: no entered amount takes away from what they come to. Persons may stand in several
        claims, so a count of persons made after the last claim is believed, lower as well; of figures for a span
        of time, and of others' totals that we split ourselves, the newer counts.
        """
        if not is_number(said.value):
            return False
        newer = int(said.row["as_of_us"]) >= self.counted_us
        if metric in WINDOWS or self.figures.illustrative:
            return newer
        if unit_of(metric) == "persons" and newer:
            return True
        return Decimal(str(said.value)) >= Decimal(str(counted))

    def _floored(self, own: dict[str, Any], origins: dict[str, Origin]) -> None:
        """A figure that is part of another is its floor: of those who died, the insured are some."""
        for part, whole in self.ctx.content.library.suspect().floors.items():
            if is_number(own.get(part)) and (own.get(whole) is None or own[whole] < own[part]):
                own[whole] = own[part]
                if part in origins:
                    origins[whole] = origins[part]

    def doubts(self) -> Iterator[Doubt]:
        """Entered figures of the whole incident that differ from what our own claims come to, or cannot be read."""
        for row in self.recorded:
            if not readable(str(row["metric"]), row["value"]):
                yield unreadable(_plain_of(row), row["value"], str(row["source"]))
        counted, rows = self._counted(None), self._rows(None)
        for metric, said in self._stated(rows, None).items():
            plain = metric.removeprefix(INDUSTRY).removeprefix(FORECAST)
            if said.apart:
                which = "parts" if said.value == said.apart[1] else "whole"
                yield apart_doubt(plain, said.apart, which)
            if metric in counted and is_number(said.value) and Decimal(str(said.value)) != counted[metric]:
                holds = self._outweighs(metric, said, counted[metric])
                yield counted_doubt(metric, said.value, counted[metric], str(said.row["source"]), said_counts=holds)
        own = self._without_floors()
        for part, whole in self.ctx.content.library.suspect().floors.items():
            if is_number(own.get(part)) and is_number(own.get(whole)) and own[whole] < own[part]:
                yield floor_doubt(part, own[part], whole, own[whole])

    def _without_floors(self) -> dict[str, Any]:
        """Our own figures of the whole incident before one is made the floor of another."""
        own = self._counted(None)
        for metric, said in self._stated(self._rows(None), None).items():
            if metric not in own or self._outweighs(metric, said, own[metric]):
                own[metric] = said.value
        return own

    def _rows(self, province: str | None) -> list[dict[str, Any]]:
        """Entered figures of a scope; what is said of no place counts for the whole alone."""
        # What was kept before its value was looked at stops nothing; it is named among the doubts.
        plain = [r for r in self.recorded if not isinstance(r["value"], dict)]
        usable = [r for r in plain if readable(str(r["metric"]), r["value"])]
        if province is None:
            return usable
        return [r for r in usable if r["region"] is not None and self.province_of(r["region"]) == province]

    def _folded(self, rows: Sequence[Mapping[str, Any]], province: str | None) -> dict[str, Folded]:
        """Metric -> value and the row it rests on: what is said of the whole, or the sum of its parts.

        Persons and money of parts add up; of anything else the newest counts.
        """
        found: dict[str, Folded] = {}
        for metric in dict.fromkeys(str(r["metric"]) for r in rows):
            mine = [r for r in rows if r["metric"] == metric]
            if not _adds_up(metric, mine):
                found[metric] = Folded(mine[-1]["value"], mine[-1], len(mine))
                continue
            placed = [Part(self._place(r, province), r["value"], n, r) for n, r in enumerate(mine)]
            found[metric] = fold({one.place: one for one in placed}.values(), self._above)
        return found

    def _place(self, row: Mapping[str, Any], province: str | None) -> str:
        return "" if row["region"] in (None, province) else str(row["region"])

    def _above(self, code: str) -> tuple[str, ...]:
        return tuple(self.ctx.regions.ancestors(code)) if self.ctx.regions.known(code) else ()

    def _scope(self, province: str) -> tuple[str, ...]:
        return tuple(c for c in self.incident.regions if self.province_of(c) == province) or (province,)

    def _counted(self, province: str | None) -> dict[str, Any]:
        table = self.table
        if province is not None and len(table):
            table = table[[self._in(_code(r), province) for r in table["region"]]]
        if not len(table):
            return {}
        injury = table["line"].isin(INJURY_LINES)
        own: dict[str, Any] = {
            "claims.last_24h": int(table["last_24h"].sum()),
            "loss.estimated_gross": Decimal(int(table["estimated_minor"].sum())) / 100,
            "payout.property_estimated": Decimal(int(table.loc[~injury, "own_minor"].sum())) / 100,
            "payout.injury_estimated": Decimal(int(table.loc[injury, "own_minor"].sum())) / 100,
        }
        if not self.figures.illustrative:
            own["regions.prefectures"] = int(table.loc[table["open"] > 0, "region"].nunique())
        if dead := int(table["dead"].sum()):
            own["casualties.insured_deaths"] = dead
        return own

    def _at_stake(self, own: dict[str, Any], origins: dict[str, Origin], scope: Sequence[str]) -> None:
        """Policies where warnings in force lie; a group known only for a wider region counts whole."""
        if not self.policies:
            return
        hits = [
            s.regions for s in in_force(self.ctx, self.figures.as_of) if touched(self.ctx.regions, s.regions, scope)
        ]
        footprint = sorted({code for codes in hits for code in codes})
        regions = self.ctx.regions
        held = [p for p in self.policies if footprint and touched(regions, footprint, [str(p["region"])])]
        held = [p for p in held if touched(regions, scope, [str(p["region"])])]
        own["exposure.policies_in_footprint"] = sum(int(p["policies"]) for p in held)
        origins["exposure.policies_in_footprint"] = Origin("", self.figures.as_of, "counted")

    def _estimated(
        self,
        own: Mapping[str, Any],
        industry: dict[str, Any],
        origins: dict[str, Origin],
        share: Folded | None,
    ) -> None:
        """The industry's payout from our own and our part of the market, where nobody has published it."""
        if share is None or not is_number(share.value) or not 0 < share.value <= 1:
            return
        for metric in ("payout.property_estimated", "payout.injury_estimated"):
            if metric in own and metric not in industry:
                whole = Decimal(str(own[metric])) / Decimal(str(share.value))
                industry[metric] = whole.quantize(Decimal("0.01"))
                # Where it comes from is the reckoning, not who said how large our share is.
                reckoned = f"{Decimal(str(own[metric])):,.0f} ÷ {float(share.value) * 100:g} %"
                by = f"{reckoned} ({share.row['source']})"
                origins[INDUSTRY + metric] = Origin(by, from_us(int(share.row["as_of_us"])), "share")


def _code(region: Any) -> str | None:
    return None if region is None or region != region else str(region)


def _outlived(row: Mapping[str, Any], warned: Mapping[str, Any]) -> bool:
    return row["metric"] in warned and row["as_of_us"] < warned[row["metric"]].sent_us


def _plain_of(row: Mapping[str, Any]) -> str:
    return str(row["metric"]).removeprefix(INDUSTRY).removeprefix(FORECAST)


def _estimate(row: Mapping[str, Any]) -> str:
    return str(row["confidence"]) if row["confidence"] in ESTIMATES else "stated"


def _sorted_out(
    metric: str, own: dict[str, Any], industry: dict[str, Any], forecast: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    if metric.startswith(INDUSTRY):
        return industry, metric.removeprefix(INDUSTRY)
    if metric.startswith(FORECAST) and metric not in METRICS:
        return forecast, metric.removeprefix(FORECAST)
    return own, metric


def _adds_up(metric: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    plain = metric.removeprefix(INDUSTRY).removeprefix(FORECAST)
    numbers = all(is_number(r["value"]) for r in rows)
    return numbers and plain in METRICS and unit_of(plain) in ADDITIVE


def _grown(own: dict[str, Any], rows: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """Facts that follow from others with time: an outage grows older by itself."""
    changes = [
        Change(int(r["as_of_us"]) // 1_000_000, str(r["metric"]), r["value"]) for r in rows if r["metric"] in GROWING
    ]
    return grown(changes, to_us(now) // 1_000_000, own)
