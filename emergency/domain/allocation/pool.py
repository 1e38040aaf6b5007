"""Who can go, what asks for people, and what the coordinator insists on.

A slot is one person for one shift. An adjuster with several skills is still
one supply: skills and licences only decide which cells may be served.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from emergency.texts import N_, Message

T = TypeVar("T")
PRIORITIES = range(1, 10)  # 1 = most urgent
# Codes of ISO 639 as rosters have them; another word is said as it is written.
LANGUAGES: Mapping[str, str] = {
    "en": N_("English"),
    "es": N_("Spanish"),
    "zh": N_("Mandarin"),
    "yue": N_("Cantonese"),
    "vi": N_("Vietnamese"),
    "ug": N_("Uyghur"),
    "bo": N_("Tibetan"),
    "mn": N_("Mongolian"),
    "ko": N_("Korean"),
}


class AllocationRefused(ValueError):
    """Pool, cells, pins or standing plan contradict themselves; correct every fault listed."""

    def __init__(self, faults: Iterable[Message]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Adjuster:
    """One person who inspects losses, with the slots this person can still work.

    base_region: where the person sets out from. authority_minor: the largest loss the person may settle (核损权限),
        None = no limit known. home_region: where the person is based, "" = where they set out from.
    """

    adjuster_id: str
    base_region: str
    skills: frozenset[str]
    licences: frozenset[str]
    slots: int = 1
    authority_minor: int | None = None
    languages: frozenset[str] = frozenset()
    home_region: str = ""

    @property
    def home(self) -> str:
        return self.home_region or self.base_region

    def may_settle(self, cell: Cell) -> bool:
        """Whether the person's authority covers the claims of a cell."""
        return cell.above_minor is None or self.authority_minor is None or self.authority_minor > cell.above_minor


@dataclass(frozen=True)
class Cell:
    """What one incident asks for in one region and line.

    worths: (slots, minutes each) by what the claims of a slot are worth, dearest first: leaving one open
        costs so many minutes. Slots beyond those listed cost what the last one does. Empty: the slots are
        priced by the cell's priority alone, above any drive.
    home: only people based in the region may fill it: those held back there in reserve.
    above_minor: its claims lie above this amount of `currency`, and whoever settles them on the spot needs a limit
        above it; None = any limit will do. Anybody may still look at them: then they are referred, and a slot
        costs `referral_minutes` more.
    language: only people who speak it may fill the cell, "" = any.
    post: going from one cell of a post to another is no move; "" = the cell is a post of its own.
    """

    cell_id: str
    incident: str
    region: str
    line: str
    licence: str  # "" = none needed
    slots: int
    priority: int  # 1 = most urgent
    worths: tuple[tuple[int, int], ...] = ()
    home: bool = False
    above_minor: int | None = None
    currency: str = ""
    referral_minutes: int = 0
    language: str = ""
    post: str = ""

    @property
    def wants_authority(self) -> bool:
        """Whether it makes a difference here who may settle: above everybody's limit it makes none."""
        return self.above_minor is not None and self.referral_minutes > 0

    def __post_init__(self) -> None:
        # A stored plan brings them back as lists.
        object.__setattr__(self, "worths", tuple((int(slots), int(minutes)) for slots, minutes in self.worths))


@dataclass(frozen=True)
class Pin:
    """The coordinator's word: this adjuster works at least one slot of the cell, or none of them.

    by: who said so, "" = not known; it decides nothing, but whoever says the opposite is told.
    """

    adjuster_id: str
    cell_id: str
    kind: Literal["must", "must_not"]
    by: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ("must", "must_not"):
            raise ValueError(f"pin {self.kind!r} is not one of must, must_not")


@dataclass(frozen=True)
class AtLeast:
    """The coordinator's word: no fewer than this many slots of the cell are filled. by: who said so, "" = not known."""

    cell_id: str
    slots: int
    by: str = ""


@dataclass(frozen=True)
class Assignment:
    """Slots of one adjuster in one cell; `minutes` is the travel time from base, one way."""

    adjuster_id: str
    cell_id: str
    slots: int
    minutes: int = 0


@dataclass(frozen=True)
class Wishes:
    """Pins and the standing plan, ordered by adjuster. Built by `checked`."""

    must: dict[str, tuple[str, ...]] = field(default_factory=dict)
    must_not: dict[str, frozenset[str]] = field(default_factory=dict)
    at_least: dict[str, int] = field(default_factory=dict)
    incumbent: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


def checked(
    pool: Iterable[Adjuster],
    cells: Iterable[Cell],
    incumbent: Iterable[Assignment],
    pins: Iterable[Pin | AtLeast],
) -> tuple[tuple[Adjuster, ...], tuple[Cell, ...], Wishes]:
    """Pool and cells in the order of their ids, with pins and standing plan gathered.

    The order of ids is what makes the order of rows meaningless.

    Raises:
        AllocationRefused: with every fault of the four inputs.
    """
    people = tuple(sorted(pool, key=lambda a: a.adjuster_id))
    asked = tuple(sorted(cells, key=lambda c: c.cell_id))
    placed, said = tuple(incumbent), tuple(pins)
    known = {a.adjuster_id for a in people}, {c.cell_id for c in asked}
    faults = [
        *_pool_faults(people),
        *_cell_faults(asked),
        *_incumbent_faults(placed, *known),
        *_pin_faults(said, *known),
    ]
    if faults:
        raise AllocationRefused(faults)
    return people, asked, _wishes(placed, said)


def surviving(
    incumbent: Iterable[Assignment], pool: Iterable[Adjuster], cells: Iterable[Cell]
) -> tuple[Assignment, ...]:
    """The part of a standing plan whose people and cells are still there; the rest fell ill or was cleared."""
    people, asked = {a.adjuster_id for a in pool}, {c.cell_id for c in cells}
    return tuple(a for a in incumbent if a.adjuster_id in people and a.cell_id in asked)


def _wishes(placed: tuple[Assignment, ...], said: tuple[Pin | AtLeast, ...]) -> Wishes:
    must: dict[str, list[str]] = {}
    must_not: dict[str, list[str]] = {}
    for pin in said:
        if isinstance(pin, Pin):
            (must if pin.kind == "must" else must_not).setdefault(pin.adjuster_id, []).append(pin.cell_id)
    standing: dict[str, list[tuple[str, int]]] = {}
    for place in placed:
        standing.setdefault(place.adjuster_id, []).append((place.cell_id, place.slots))
    return Wishes(
        must={a: tuple(sorted(c)) for a, c in must.items()},
        must_not={a: frozenset(c) for a, c in must_not.items()},
        at_least={pin.cell_id: pin.slots for pin in said if isinstance(pin, AtLeast)},
        incumbent={a: tuple(sorted(c)) for a, c in standing.items()},
    )


def _pool_faults(people: tuple[Adjuster, ...]) -> Iterator[Message]:
    for adjuster_id in _repeated(a.adjuster_id for a in people):
        yield Message("adjuster {id} stands twice in the pool; keep one row", {"id": adjuster_id})
    for adjuster in people:
        if adjuster.slots < 1:
            yield Message(
                "adjuster {id} has {slots} slots; it must be 1 or more, or leave the row out",
                {"id": adjuster.adjuster_id, "slots": adjuster.slots},
            )


def _cell_faults(cells: tuple[Cell, ...]) -> Iterator[Message]:
    for cell_id in _repeated(c.cell_id for c in cells):
        yield Message("cell {id} stands twice in the demand; keep one row", {"id": cell_id})
    for cell in cells:
        if cell.slots < 1:
            yield Message(
                "cell {id} asks {slots} slots; it must be 1 or more, or leave the row out",
                {"id": cell.cell_id, "slots": cell.slots},
            )
        if cell.priority not in PRIORITIES:
            yield Message(
                "cell {id} has priority {priority}; allowed are 1 (most urgent) to 9",
                {"id": cell.cell_id, "priority": cell.priority},
            )
        if cell.referral_minutes < 0:
            yield Message("a referral in cell {id} cannot cost less than nothing", {"id": cell.cell_id})
        minutes = [worth for _, worth in cell.worths]
        if minutes != sorted(minutes, reverse=True) or any(n < 1 or worth < 0 for n, worth in cell.worths):
            yield Message(
                "the worths of cell {id} must fall and be 0 or more, of 1 slot or more each", {"id": cell.cell_id}
            )


def _incumbent_faults(placed: tuple[Assignment, ...], people: set[str], cells: set[str]) -> Iterator[Message]:
    for adjuster_id, cell_id in _repeated((p.adjuster_id, p.cell_id) for p in placed):
        yield Message("the standing plan has {id} in {cell} twice; keep one row", {"id": adjuster_id, "cell": cell_id})
    for place in placed:
        if place.adjuster_id not in people:
            yield Message("the standing plan names adjuster {id}, who is not in the pool", {"id": place.adjuster_id})
        if place.cell_id not in cells:
            yield Message("the standing plan names cell {id}, which is not in the demand", {"id": place.cell_id})
        if place.slots < 1:
            yield Message(
                "the standing plan gives {id} {slots} slots in {cell}; it must be 1 or more",
                {"id": place.adjuster_id, "slots": place.slots, "cell": place.cell_id},
            )


def _pin_faults(said: tuple[Pin | AtLeast, ...], people: set[str], cells: set[str]) -> Iterator[Message]:
    yield from contradictions(said)
    whats = [(p.adjuster_id, p.cell_id, p.kind) if isinstance(p, Pin) else ("", p.cell_id, "") for p in said]
    for _, cell_id, _ in _repeated(whats):
        yield Message("the pins say the same twice about cell {id}; keep one", {"id": cell_id})
    for pin in said:
        if isinstance(pin, Pin) and pin.adjuster_id not in people:
            yield Message("a pin names adjuster {id}, who is not in the pool", {"id": pin.adjuster_id})
        if pin.cell_id not in cells:
            yield Message("a pin names cell {id}, which is not in the demand", {"id": pin.cell_id})
        if isinstance(pin, AtLeast) and pin.slots < 1:
            yield Message(
                "a pin asks at least {slots} slots in {id}; it must be 1 or more",
                {"slots": pin.slots, "id": pin.cell_id},
            )


def contradictions(said: Iterable[Pin | AtLeast]) -> Iterator[Message]:
    """Every pair of pins that sends a person where the other keeps them out."""
    whose: dict[tuple[str, str], Pin] = {}
    for pin in (p for p in said if isinstance(p, Pin)):
        other = whose.setdefault((pin.adjuster_id, pin.cell_id), pin)
        if other.kind != pin.kind:
            yield contradiction(pin, other)


def contradiction(pin: Pin, other: Pin) -> Message:
    """Two pins that cannot both hold, with who said which."""
    sends, keeps = (pin, other) if pin.kind == "must" else (other, pin)
    gaps = {"id": pin.adjuster_id, "cell": pin.cell_id}
    if not sends.by and not keeps.by:
        return Message("{id} must and must not work in {cell}; take one of the two pins out", gaps)
    told = {**gaps, "one": sends.by or "–", "other": keeps.by or "–"}
    return Message(
        "{id} must work in {cell} ({one} said so) and must not ({other} said so); take one of the two out", told
    )


def _repeated(values: Iterable[T]) -> list[T]:
    return [value for value, times in Counter(values).items() if times > 1]
