"""The stock ledger: where the goods of one kind at one depot are, and how a request for them goes its way.

Goods are available, committed (held for an incident, at the depot or with it), in transit (there or back) or out
of service; what is bought or used up comes from and goes to the outside. Every change is a move from one of these
to another, so that a balance is what its moves add up to and no piece is ever in two places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emergency.texts import N_, Message

AVAILABLE, COMMITTED, IN_TRANSIT, OUT_OF_SERVICE, OUTSIDE = PLACES = (
    "available",
    "committed",
    "in_transit",
    "out_of_service",
    "outside",
)
PLACE_NAMES: Mapping[str, str] = {
    AVAILABLE: N_("available"),
    COMMITTED: N_("committed"),
    IN_TRANSIT: N_("in transit"),
    OUT_OF_SERVICE: N_("out of service"),
    OUTSIDE: N_("outside the stock"),
}
STATES = ("requested", "committed", "in_transit", "deployed", "returning", "returned", "cancelled", "refused")
OPEN = STATES[:5]
STATE_NAMES: Mapping[str, str] = {
    "requested": N_("requested"),
    "committed": N_("committed"),
    "in_transit": N_("on its way there"),
    "deployed": N_("deployed"),
    "returning": N_("on its way back"),
    "returned": N_("returned"),
    "cancelled": N_("called off"),
    "refused": N_("refused"),
}


class Short(Exception):
    """There is less than a move takes; ``message`` says how much there is."""

    def __init__(self, place: str, there: int, asked: int) -> None:
        gaps = {"there": there, "asked": asked, "place": Message(PLACE_NAMES[place])}
        self.message = Message("only {there} are {place}, not {asked}", gaps)
        super().__init__(str(self.message))


@dataclass(frozen=True)
class Balance:
    """Pieces of one kind at one depot; all of them are somewhere."""

    total: int = 0
    committed: int = 0
    in_transit: int = 0
    out_of_service: int = 0

    def __post_init__(self) -> None:
        if min(self.total, self.committed, self.in_transit, self.out_of_service, self.available) < 0:
            raise ValueError(f"a balance is never below zero: {self}")

    @property
    def available(self) -> int:
        return self.total - self.committed - self.in_transit - self.out_of_service

    def at(self, place: str) -> int:
        return int(getattr(self, place))

    def moved(self, source: str, target: str, count: int) -> Balance:
        """The balance after a move.

        Raises:
            Short: the source has less. ValueError: no such move.
        """
        if count < 1 or source == target or {source, target} - set(PLACES):
            raise ValueError(f"{count} from {source!r} to {target!r} is no move")
        if source != OUTSIDE and self.at(source) < count:
            raise Short(source, self.at(source), count)
        change = {source: -count, target: count}
        return Balance(
            self.total + change.get(OUTSIDE, 0) * -1,
            *(self.at(place) + change.get(place, 0) for place in (COMMITTED, IN_TRANSIT, OUT_OF_SERVICE)),
        )


@dataclass(frozen=True)
class Move:
    """So many pieces of a kind at a depot from one place to another."""

    depot: str
    kind: str
    source: str
    target: str
    count: int

    @property
    def back(self) -> Move:
        """The move that takes this one back."""
        return Move(self.depot, self.kind, self.target, self.source, self.count)


def replayed(moves: Iterable[Move]) -> dict[tuple[str, str], Balance]:
    """(depot, kind) → what all moves since the first add up to."""
    found: dict[tuple[str, str], Balance] = {}
    for move in moves:
        key = (move.depot, move.kind)
        found[key] = found.get(key, Balance()).moved(move.source, move.target, move.count)
    return found


@dataclass(frozen=True)
class Step:
    """One act on a request: from which state to which, and what it moves; ``source`` "" moves nothing."""

    act: str
    title: str
    before: str
    after: str
    source: str = ""
    target: str = ""


STEPS: Mapping[str, Step] = {
    step.act: step
    for step in (
        Step("commit", N_("Commit"), "requested", "committed", AVAILABLE, COMMITTED),
        Step("dispatch", N_("Send off"), "committed", "in_transit", COMMITTED, IN_TRANSIT),
        Step("arrive", N_("Has arrived"), "in_transit", "deployed", IN_TRANSIT, COMMITTED),
        Step("send_back", N_("Send home"), "deployed", "returning", COMMITTED, IN_TRANSIT),
        Step("take_back", N_("Is back"), "returning", "returned", IN_TRANSIT, AVAILABLE),
        Step("release", N_("Release"), "committed", "cancelled", COMMITTED, AVAILABLE),
        Step("cancel", N_("Call off"), "requested", "cancelled"),
        Step("refuse", N_("Refuse"), "requested", "refused"),
    )
}


def steps_from(state: str) -> tuple[Step, ...]:
    """What can be done with a request in that state."""
    return tuple(step for step in STEPS.values() if step.before == state)


def moves_of(step: Step, depot: str, kind: str, count: int, *, damaged: int = 0, used: int = 0) -> tuple[Move, ...]:
    """What a step moves; of what comes back, some may be damaged and some used up.

    Raises:
        ValueError: more damaged or used than came back, or pieces lost on another step.
    """
    if damaged < 0 or used < 0 or damaged + used > count or ((damaged or used) and step.act != "take_back"):
        raise ValueError(f"{damaged} damaged and {used} used of {count} cannot be")
    if not step.source:
        return ()
    parts = ((step.target, count - damaged - used), (OUT_OF_SERVICE, damaged), (OUTSIDE, used))
    return tuple(Move(depot, kind, step.source, target, part) for target, part in parts if part)
