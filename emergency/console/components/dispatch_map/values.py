"""What is drawn on the dispatch map and what comes back from it, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Seven oranges, light to dark: lightness alone orders them, so they hold in grey
# print and for colour-blind eyes. Nothing and unknown are pale blue-grey.
COLOURS = ("#fbe3cf", "#f9cba6", "#f4a978", "#e8814f", "#d05a36", "#a5361f", "#6e1c12")
TONES = ("ok", "short", "late", "plain")
KINDS = ("base", "team", "adjuster", "supply", "alert")


@dataclass(frozen=True)
class Legend:
    """One layer of the map: its name and where a class of colour begins.

    ``bounds`` are the lower bounds of the second to the seventh class, rising; the
    first class takes everything above 0. ``labels`` stand under the swatches: one
    for "nothing", then one per class.
    """

    name: str
    bounds: tuple[float, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.bounds) > len(COLOURS) - 1:
            raise ValueError(f"{len(self.bounds)} bounds; a legend has at most {len(COLOURS) - 1}")
        if list(self.bounds) != sorted(set(self.bounds)) or (self.bounds and self.bounds[0] <= 0):
            raise ValueError(f"bounds {self.bounds} must be above 0 and rise")
        if len(self.labels) != len(self.bounds) + 2:
            raise ValueError(f"{len(self.labels)} labels for {len(self.bounds) + 2} colours")

    @classmethod
    def covering(cls, name: str, largest: float, label: Callable[[float], str] = "{:,.0f}".format) -> Legend:
        """Classes at round numbers (1, 2, 5, 10 …) for figures from 0 to ``largest``.

        The classes change only when the largest figure passes a round number, so a
        live map keeps its colours from one refresh to the next.
        """
        bounds = _round_bounds(largest)
        first = "> 0" if not bounds else f"< {label(bounds[0])}"
        last = [f"{label(bound)}{'+' if bound == bounds[-1] else ''}" for bound in bounds]
        return cls(name, bounds, ("0", first, *last))

    @property
    def colours(self) -> tuple[str, ...]:
        """As many colours as classes, the darkest always among them."""
        classes = len(self.bounds) + 1
        if classes == 1:
            return (COLOURS[2],)
        step = (len(COLOURS) - 1) / (classes - 1)
        return tuple(COLOURS[round(rank * step)] for rank in range(classes))


def _round_bounds(largest: float) -> tuple[float, ...]:
    """The six largest of 1, 2, 5, 10, 20 … that are not above half of ``largest``."""
    numbers: list[float] = []
    power = 1
    while power <= max(largest, 1):
        numbers += [n for n in (power, 2 * power, 5 * power) if 1 < n <= largest / 2]
        power *= 10
    return tuple(numbers[-6:])


@dataclass(frozen=True)
class Label:
    """A pill inside a region, such as 96/128; its tone is ok, short, late or plain."""

    code: str
    text: str
    tone: str = "plain"

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise ValueError(f"tone {self.tone!r} is not one of {', '.join(TONES)}")


@dataclass(frozen=True)
class Marker:
    """A base, a team, an adjuster, a supply or an alert at a place."""

    id: str
    lon: float
    lat: float
    name: str
    kind: str = "base"
    draggable: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is not one of {', '.join(KINDS)}")


@dataclass(frozen=True)
class Move:
    """An arrow of the plan: ``count`` people from one (lon, lat) to another."""

    origin: tuple[float, float]
    target: tuple[float, float]
    count: int
    label: str = ""


@dataclass(frozen=True)
class PointRegion:
    """A region known by its place only, drawn as a circle."""

    code: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class View:
    """What the map shows at first, in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Moved:
    """A marker let go by the operator; ``region`` is the code under it, None outside all regions."""

    id: str
    lon: float
    lat: float
    region: str | None


Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Drawing:
    """An area on the map: its corners as (longitude, latitude), or shapes that came from elsewhere.

    Attributes:
        active: a click on the map adds a corner.
        shapes: GeoJSON geometry that is shown and not changed here.
    """

    corners: Corners = ()
    active: bool = False
    shapes: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What the operator did just before this run; None where nothing was done."""

    picked: str | None = None
    picked_marker: str | None = None
    moved: Moved | None = None
