"""What is asked: from open claims by region and line to cells with slots and a priority."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields

from emergency.domain.allocation.pool import Cell

# House rules (2026-11). The times are the ages at which a claim not yet surveyed has missed its survey
# (72 h) or its first contact (24 h); shares are per cent of the cell's open claims.
URGENT_AGE_HOURS = 72
PRESSING_AGE_HOURS = 24
URGENT_OVERDUE_PERCENT = 25
SEVERE_PERCENT = 10


@dataclass(frozen=True)
class OpenClaims:
    """Aggregate of one region and line: claims open and not yet surveyed."""

    region: str
    line: str
    unsurveyed: int
    overdue: int = 0  # of these, past their due time
    oldest_hours: int = 0
    severe: int = 0  # of these, with injured people or a total loss
    weights: tuple[tuple[int, int], ...] = ()  # (weight, claims): how much each waits to be surveyed, see `Weights`

    def __post_init__(self) -> None:
        if self.weights and sum(claims for _, claims in self.weights) != self.unsurveyed:
            raise ValueError("the weights must be of all unsurveyed claims, no more and no fewer")
        for field in fields(self)[2:-1]:
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} is {getattr(self, field.name)}; it must be 0 or more")
        if max(self.overdue, self.severe) > self.unsurveyed:
            raise ValueError("overdue and severe claims are part of the unsurveyed; they cannot be more")


@dataclass(frozen=True)
class Weights:
    """How a claim that waits for its survey weighs against a drive (house rule, 2026-11).

    Weights are in tenths of an ordinary claim, whole numbers. minutes_per_claim: driving an ordinary claim is
    worth, about the time of its survey. injured: somebody was hurt or died. large: a loss above the line's
    limit. due_soon: added where it is due within a day. per_day_late: added for each day begun beyond its due
    time, so that nobody waits for ever. expected: a slot a playbook asks where no claim is open yet. referral:
    minutes for each claim above the authority of whoever is sent, as somebody else has to look at it again.
    """

    minutes_per_claim: int = 100
    ordinary: int = 10
    large: int = 20
    injured: int = 60
    due_soon: int = 20
    per_day_late: int = 30
    expected: int = 5
    referral: int = 30

    def of(self, *, injured: bool, large: bool, hours_to_due: float) -> int:
        """Weight of one claim; ``hours_to_due`` is negative once it is late."""
        weight = self.injured if injured else self.large if large else self.ordinary
        if hours_to_due < 24:
            weight += self.due_soon
        return weight + self.per_day_late * max(0, math.ceil(-hours_to_due / 24))

    def in_days(self, *, injured: bool, large: bool, days_late: int) -> int:
        """The same by days: -1 more than a day left, 0 due within a day, n the nth day beyond."""
        hours = 48.0 if days_late < 0 else 1.0 if days_late == 0 else 1.0 - 24 * days_late
        return self.of(injured=injured, large=large, hours_to_due=hours)

    def minutes(self, weight: int) -> int:
        return weight * self.minutes_per_claim // self.ordinary


def slot_worths(
    weights: Iterable[tuple[int, int]], visits: int, slots: int, scale: Weights
) -> tuple[tuple[int, int], ...]:
    """(slots, minutes each), dearest first: the heaviest claims are surveyed first, ``visits`` in a slot.

    Slots beyond those the claims fill are worth what a playbook's own wish is.
    """
    found: list[list[int]] = []

    def add(count: int, minutes: int) -> None:
        if found and found[-1][1] == minutes:
            found[-1][0] += count
        elif count:
            found.append([count, minutes])

    room, worth, used = visits, 0, 0
    for weight, claims in sorted(weights, reverse=True):
        taken = min(claims, room) if room < visits else 0
        worth, room, claims = worth + taken * weight, room - taken, claims - taken
        if room == 0:
            add(1, scale.minutes(worth))
            room, worth, used = visits, 0, used + 1
        add(claims // visits, scale.minutes(weight * visits))
        used += claims // visits
        if claims % visits:
            worth, room = worth + claims % visits * weight, room - claims % visits
    if room < visits:
        add(1, scale.minutes(worth))
        used += 1
    wished = min(
        scale.minutes(scale.expected * visits), found[-1][1] if found else scale.minutes(scale.expected * visits)
    )
    add(slots - used, wished)
    return tuple((count, minutes) for count, minutes in found)


def cells_from_open_claims(
    counts: Iterable[OpenClaims],
    incident: str,
    visits_per_slot: Mapping[str, int],
    minimum: Mapping[tuple[str, str], int] | None = None,
    licence_of: Callable[[str, str], str] = lambda region, line: "",
    scale: Weights | None = None,
) -> tuple[Cell, ...]:
    """One cell per region and line with something to ask, in the order of cell ids.

    Slots are the visits the open claims need, or what the playbook asks if that is more. Where only the
    playbook asks, no claim waits and the cell is least urgent.

    Args:
        visits_per_slot: visits one person makes in one shift, by line.
        minimum: slots the playbook asks, by (region, line).
        licence_of: the licence a region and line demand, "" = none.
        scale: price slots by the weights of their claims; None: by the cell's priority.

    Raises:
        ValueError: a region and line given twice, or a line without visits per slot.
    """
    floors = dict(minimum or {})
    waiting: dict[tuple[str, str], OpenClaims] = {}
    for count in counts:
        if (count.region, count.line) in waiting:
            raise ValueError(f"open claims of {count.region}, {count.line} are given twice; add them up first")
        waiting[count.region, count.line] = count
    missing = sorted({line for _, line in waiting if visits_per_slot.get(line, 0) < 1})
    if missing:
        raise ValueError(f"visits_per_slot must be 1 or more for every line; missing: {', '.join(missing)}")
    cells = []
    for region, line in sorted({*waiting, *floors}):
        claims = waiting.get((region, line), OpenClaims(region, line, 0))
        needed = -(-claims.unsurveyed // visits_per_slot.get(line, 1))
        slots = max(needed, floors.get((region, line), 0))
        if slots:
            cell_id = f"{incident}/{region}/{line}"
            licence = licence_of(region, line)
            visits = visits_per_slot.get(line, 1)
            worths = slot_worths(_weighed(claims, scale), visits, slots, scale) if scale else ()
            cells.append(Cell(cell_id, incident, region, line, licence, slots, priority_of(claims), worths))
    return tuple(cells)


def _weighed(claims: OpenClaims, scale: Weights) -> tuple[tuple[int, int], ...]:
    """The weights given, or, where only counts are known, what these let say."""
    if claims.weights or not claims.unsurveyed:
        return claims.weights
    late = scale.ordinary + scale.due_soon + scale.per_day_late
    return ((late, claims.overdue), (scale.ordinary, claims.unsurveyed - claims.overdue))


def priority_of(claims: OpenClaims) -> int:
    """1 to 3 by age, overdue share and severity (house rule).

    1: the oldest claim has waited 72 h or a quarter is overdue. 2: the oldest has waited 24 h or any is
    overdue. 3: the rest. One step more urgent where a tenth or more is severe. Age alone reaches 1, so a
    lone old claim in a remote place cannot wait for ever.
    """
    total = claims.unsurveyed
    if total == 0:
        return 3
    if claims.oldest_hours >= URGENT_AGE_HOURS or claims.overdue * 100 >= URGENT_OVERDUE_PERCENT * total:
        return 1
    pressing = claims.oldest_hours >= PRESSING_AGE_HOURS or claims.overdue > 0
    severe = claims.severe * 100 >= SEVERE_PERCENT * total
    return max(1, 3 - pressing - severe)
