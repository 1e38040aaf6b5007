"""The published figures behind the two demos, read from ``data/claims``."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from emergency.domain.instant import to_us
from emergency.domain.reconstruction import ArrivalCurve, DailyCounts, PaidQuantiles
from emergency.library.faults import Fault, FileFaults
from emergency.texts import N_, Message

HOUSTON = ZoneInfo("America/Chicago")
BEIJING = ZoneInfo("Asia/Shanghai")
HENAN = "410000"
QUANTILE_COLUMNS = ("p10_usd", "p25_usd", "p50_usd", "p75_usd", "p90_usd")
WAN_FEN = 10_000 * 100
UNUSABLE = N_("this row of published figures cannot be used: {cause}; data/SOURCES.md lists the columns")
T = TypeVar("T")


@dataclass(frozen=True)
class HarveyFigures:
    """What is published about the flood claims of Harvey 2017, and may be shown with its source."""

    counts: DailyCounts
    quantiles: Mapping[str, PaidQuantiles]
    curve: ArrivalCurve


@dataclass(frozen=True)
class Snapshot:
    """Totals of one bulletin, as published at the time.

    Attributes:
        as_of: the bulletin's own time, UTC.
        region: code of the region the totals cover.
        scope: whose claims are counted ("industry": all insurers).
        estimated_minor, paid_minor: fen; None where the bulletin does not say.
        confidence: S seen in the source, M from memory.
    """

    as_of: datetime
    region: str
    reported_claims: int
    estimated_minor: int | None
    settled_claims: int | None
    paid_minor: int | None
    scope: str
    source_url: str
    confidence: str
    note: str


@dataclass(frozen=True)
class TimelineEntry:
    """One dated fact of a past disaster, with its source."""

    at: datetime
    kind: str
    place: str
    text: str
    value: str
    source_url: str
    confidence: str


def harvey(folder: Path) -> HarveyFigures:
    """Read the three files of ``data/claims/harvey-2017``.

    Raises:
        FileFaults: rows that cannot be used, all of them, by file and line.
    """
    return HarveyFigures(
        counts=_counts(folder / "harvey_2017_claims_by_county_day.csv"),
        quantiles=_quantiles(folder / "harvey_2017_paid_quantiles_by_county.csv"),
        curve=_curve(folder / "houston_2017_flood_reports_by_hour.csv"),
    )


def snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """The industry-wide totals of Henan over all lines, in order of time, from ``bulletins.csv``."""
    rows = _read(folder / "bulletins.csv", lambda row: (row, _snapshot(row)))
    chosen = [s for row, s in rows if row["line"] == "all" and row["region"] == "Henan" and _industry(row["scope"])]
    return tuple(sorted(chosen, key=lambda s: s.as_of))


def timeline(folder: Path) -> tuple[TimelineEntry, ...]:
    """What happened in Henan in July 2021, in order of time, from ``timeline.csv``."""
    return tuple(sorted(_read(folder / "timeline.csv", _entry), key=lambda e: e.at))


def split_weights(folder: Path) -> dict[str, int]:
    """Region code → weight of the illustrative split, from ``illustrative-split.csv``."""
    return dict(_read(folder / "illustrative-split.csv", lambda row: (row["code"], int(row["weight"]))))


def illustrative_split(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split a total over regions in proportion to weights, so that the parts add up to it.

    The largest remainders get what rounding leaves over; equal ones by code. This is an
    illustration (示意拆分): no source gives these parts, and they are never shown as if one did.

    Raises:
        ValueError: no weight above 0, or a negative total or weight.
    """
    if total < 0 or any(w < 0 for w in weights.values()):
        raise ValueError("neither the total nor a weight of a split may be negative")
    whole = sum(weights.values())
    if whole == 0:
        raise ValueError("a split needs at least one weight above 0")
    parts = {code: total * weight // whole for code, weight in weights.items()}
    left = total - sum(parts.values())
    by_remainder = sorted(weights, key=lambda code: (-(total * weights[code] % whole), code))
    for code in by_remainder[:left]:
        parts[code] += 1
    return parts


def _read(path: Path, make: Callable[[dict[str, str]], T]) -> list[T]:
    """The rows of a CSV file as values.

    Raises:
        FileFaults: all rows that cannot be used, by line.
    """
    found, faults = [], []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            try:
                found.append(make(row))
            except (KeyError, ValueError, TypeError, AttributeError) as cause:
                message = Message(UNUSABLE, {"cause": repr(cause)})
                faults.append(Fault(path.name, reader.line_num, 0, "", message))
    if faults:
        raise FileFaults(path.name, faults)
    return found


@dataclass(frozen=True)
class _County:
    code: str
    state: str
    day: date
    claims: int
    lon: float
    lat: float


def _county(row: dict[str, str]) -> _County:
    # A mean position without a county is no position to scatter claims around.
    known = row["county_fips"] != "Unknown"
    lon, lat = (float(row[c]) if known and row[c] else float("nan") for c in ("mean_lon", "mean_lat"))
    day = date.fromisoformat(row["loss_date"])
    return _County(row["county_fips"] if known else "", row["state"], day, int(row["claims"]), lon, lat)


def _counts(path: Path) -> DailyCounts:
    rows = _read(path, _county)
    # A claim of an unknown county is known to lie in its state: the first two digits of its counties.
    states = {row.state: row.code[:2] for row in rows if row.code}
    return DailyCounts(
        county=tuple(row.code or states[row.state] for row in rows),
        day_start_us=tuple(_midnight(row.day) for row in rows),
        day_end_us=tuple(_midnight(row.day + timedelta(days=1)) for row in rows),
        claims=tuple(row.claims for row in rows),
        lon=tuple(row.lon for row in rows),
        lat=tuple(row.lat for row in rows),
    )


def _midnight(day: date) -> int:
    return to_us(datetime(day.year, day.month, day.day, tzinfo=HOUSTON))


def _quantiles(path: Path) -> dict[str, PaidQuantiles]:
    def one(row: dict[str, str]) -> tuple[str, PaidQuantiles]:
        minor = tuple(int(row[column]) * 100 for column in QUANTILE_COLUMNS)
        return row["county_fips"], PaidQuantiles(int(row["sample_claims"]), minor)

    return dict(_read(path, one))


def _curve(path: Path) -> ArrivalCurve:
    def one(row: dict[str, str]) -> tuple[int, int]:
        return to_us(datetime.fromisoformat(row["hour_local"]).replace(tzinfo=HOUSTON)), int(row["reports"])

    hours = _read(path, one)
    return ArrivalCurve(tuple(h for h, _ in hours), tuple(n for _, n in hours))


def _industry(scope: str) -> bool:
    return scope.startswith("industry")


def _snapshot(row: dict[str, str]) -> Snapshot:
    return Snapshot(
        as_of=datetime.fromisoformat(row["as_of"]).replace(tzinfo=BEIJING).astimezone(ZoneInfo("UTC")),
        region=HENAN,
        reported_claims=int(row["reported_claims"]),
        estimated_minor=_wan(row["est_loss_wan_cny"]),
        settled_claims=int(row["settled_claims"]) if row["settled_claims"] else None,
        paid_minor=_wan(row["paid_wan_cny"]),
        scope=row["scope"],
        source_url=row["source_url"],
        confidence=row["conf"],
        note=row["note"],
    )


def _wan(text: str) -> int | None:
    return int(text) * WAN_FEN if text else None


def _entry(row: dict[str, str]) -> TimelineEntry:
    return TimelineEntry(
        at=datetime.fromisoformat(row["t"]).replace(tzinfo=BEIJING).astimezone(ZoneInfo("UTC")),
        kind=row["kind"],
        place=row["place"],
        text=row["text"],
        value=row["value"],
        source_url=row["source_url"],
        confidence=row["conf"],
    )
