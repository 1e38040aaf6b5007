"""What may be wrong with a claim that a feed sends, beyond what the form of the request forbids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emergency.domain.instant import to_us
from emergency.texts import N_, Message

Row = Mapping[str, Any]

# A sender's clock may run ahead a little; a notice must not be lost for that.
AHEAD_US = 5 * 60 * 1_000_000
EARLIEST_US = to_us(datetime(1900, 1, 1, tzinfo=UTC))
LARGEST_MINOR = 10**15
TEXTS = ("report_no", "policy_no", "cause", "place", "region_given")


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be used: the field, a code for programs, words for people."""

    field: str
    code: str
    message: Message


def checked(rows: Sequence[Row], now_us: int) -> dict[int, tuple[Fault, ...]]:
    """Faults by row, only of rows that have some."""
    found = ((i, tuple(_faults(row, now_us))) for i, row in enumerate(rows))
    return {i: faults for i, faults in found if faults}


def _faults(row: Row, now_us: int) -> Iterator[Fault]:
    if not row["report_no"].strip():
        yield Fault("report_no", "missing", Message(N_("a claim needs its report number")))
    for name in TEXTS:
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in row.get(name) or ""):
            yield Fault(name, "control_character", Message(N_("holds control characters; send plain text")))
    for name in ("loss_at", "reported_at"):
        yield from _instant(name, row.get(name), now_us)
    for name in ("estimated_minor", "paid_minor"):
        yield from _amount(name, row.get(name))
    yield from _point(row.get("lon"), row.get("lat"))


def _instant(name: str, at_us: int | None, now_us: int) -> Iterator[Fault]:
    if at_us is None:
        return
    if at_us > now_us + AHEAD_US:
        yield Fault(name, "in_future", Message(N_("lies in the future; is the offset right?")))
    elif at_us < EARLIEST_US:
        yield Fault(name, "too_early", Message(N_("lies before 1900; is the year right?")))


def _amount(name: str, minor: int | None) -> Iterator[Fault]:
    if minor is None:
        return
    if abs(minor) > LARGEST_MINOR:
        yield Fault(name, "too_large", Message(N_("is too large for one claim; amounts are in minor units")))
    elif minor < 0 and name == "estimated_minor":
        yield Fault(name, "negative", Message(N_("an estimate is never below zero")))


def _point(lon: float | None, lat: float | None) -> Iterator[Fault]:
    """Degrees that are none. Half a point is no fault: the claim is taken, and waits for a place."""
    if lon is not None and lat is not None and abs(lon) <= 90 < abs(lat) <= 180:
        yield Fault("lat", "exchanged", Message(N_("lon and lat seem to be exchanged; lon comes first")))
        return
    for name, value, limit in (("lon", lon, 180), ("lat", lat, 90)):
        if value is not None and abs(value) > limit:
            yield Fault(name, "off_the_globe", Message(N_("lies off the globe; send degrees in WGS84")))
