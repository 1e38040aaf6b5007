"""Two columns of numbers that can only be a longitude and a latitude, whatever they are headed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from emergency.intake.cells import narrow
from emergency.intake.units import said_unit

# West, south, east, north in degrees.
Box = tuple[float, float, float, float]
# East and north of China: longitudes and latitudes that cannot be mistaken for each other.
CHINA: Box = (73.0, 3.0, 136.0, 54.0)
_DEGREES = re.compile(r"[+-]?\d{1,3}\.\d{2,}")
# Cells of a column of degrees that are written with two decimals or more; a few end in a nought cut off.
_EXACT = 0.7
_MONEY = re.compile(r"[额费款价率值元]|温|重|面积|amount|amt|premium|price|cost|deduct|limit|paid|reserve|value", re.I)


def degrees_pair(free: Mapping[str, Sequence[str]], boxes: Callable[[], Sequence[Box]]) -> tuple[str, str] | None:
    """The headers of longitude and latitude, by the first box into which exactly one column of each fits.

    Args:
        free: header -> cells of the columns that are nothing else.
        boxes: gives where the places of the file may lie.
    """
    columns = {h: found for h, values in free.items() if not _is_money(h) and (found := _read(values))}
    if len(columns) < 2:
        return None
    for west, south, east, north in map(_narrowed, boxes()):
        lon = [h for h, values in columns.items() if west <= min(values) and max(values) <= east]
        lat = [h for h, values in columns.items() if south <= min(values) and max(values) <= north]
        if len(lon) == len(lat) == 1 and lon != lat:
            return lon[0], lat[0]
    return None


def _is_money(header: str) -> bool:
    return bool(said_unit(header) or _MONEY.search(header))


def _read(values: Sequence[str]) -> list[float]:
    """The numbers of a column of decimals that differ; none where one cell is none."""
    cells = [narrow(value).strip() for value in values]
    exact = sum(bool(_DEGREES.fullmatch(cell)) for cell in cells)
    if len(set(cells)) < 2 or exact < _EXACT * len(cells):
        return []
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return []


def _narrowed(box: Box) -> Box:
    """A box round half the globe, for the sake of islands beyond the date line, is cut to its west."""
    west, south, east, north = box
    return (west, south, 0.0, north) if east - west > 180 else box
