"""What is asked: from open claims by region and line to cells with slots and a priority."""

from __future__ import annotations

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

    def __post_init__(self) -> None:
        for field in fields(self)[2:]:
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} is {getattr(self, field.name)}; it must be 0 or more")
        if max(self.overdue, self.severe) > self.unsurveyed:
            raise ValueError("overdue and severe claims are part of the unsurveyed; they cannot be more")


def cells_from_open_claims(
    counts: Iterable[OpenClaims],
    incident: str,
    visits_per_slot: Mapping[str, int],
    minimum: Mapping[tuple[str, str], int] | None = None,
    licence_of: Callable[[str, str], str] = lambda region, line: "",
) -> tuple[Cell, ...]:
    """One cell per region and line with something to ask, in the order of cell ids.

    Slots are the visits the open claims need, or what the playbook asks if that is more. Where only the
    playbook asks, no claim waits and the cell is least urgent.

    Args:
        visits_per_slot: visits one person makes in one shift, by line.
        minimum: slots the playbook asks, by (region, line).
        licence_of: the licence a region and line demand, "" = none.

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
            cells.append(Cell(cell_id, incident, region, line, licence, slots, priority_of(claims)))
    return tuple(cells)


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
