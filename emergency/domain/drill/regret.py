"""The regret of a decision: what the plan that stood cost above the best that could be known at that minute.

Both are priced on the same instance – the demand, people, roads, standing plan and instructions of that minute – by the
same engine and in the same minutes, so a regret is never below 0, and 0 is a plan as good as any that could be known.
It says nothing of luck: what came afterwards is in no instance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from emergency.domain.allocation import Assignment, Cell, Plan
from emergency.domain.allocation.ahead import is_ahead
from emergency.domain.allocation.appraisal import Bill, appraised, left_standing
from emergency.domain.drill.instance import Instance
from emergency.domain.drill.script import Inject, Text
from emergency.domain.drill.words import PARTS, WORK
from emergency.texts import N_, Message

SHIFT_S = 12 * 3600  # the plan that stands is looked at twice a day, as plans are made (house rule, 2026-11)
TOP_REASONS = 3
PLAN = "allocation.commit"
PUBLISHED, STOOD = "published", "stood"


@dataclass(frozen=True)
class Decision:
    """A plan that was published, or that none was: at a moment when one could be expected the one before stood.

    at_s: second of the drill. role: whose plan it was, "" where nobody made one. plan: the number of the plan in
    force, None = there was none. by_hand: people were moved by hand in it.
    instance, placed: what could be known, and who was put where; placed None = nobody was sent anywhere.
    void: why it cannot be judged; then there is no instance.
    """

    at_s: int
    kind: str
    role: str = ""
    plan: int | None = None
    by_hand: bool = False
    instance: Instance | None = None
    placed: tuple[Assignment, ...] | None = None
    void: Message | None = None

    def __post_init__(self) -> None:
        if (self.instance is None) == (self.void is None):
            raise ValueError(f"the decision at {self.at_s} s needs an instance, or a reason why it has none")


@dataclass(frozen=True)
class Regret:
    """A decision with its cost, the cost of the best plan, and what made the difference; None where it is void.

    parts: of the regret, by the names of PARTS; they add up to it, and each alone may be below 0, as where a plan that
    leaves more claims waiting drives less.
    """

    decision: Decision
    cost: Bill | None
    best: Bill | None
    parts: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[Message, ...] = ()

    @property
    def minutes(self) -> int | None:
        return None if self.cost is None or self.best is None else self.cost.total - self.best.total


def looks(asked_s: Sequence[int], end_s: int, after_s: int = 0) -> tuple[int, ...]:
    """The seconds at which the plan that stands is looked at, so that doing nothing is not free.

    Every twelve hours from the start, and whenever the time for a plan that was asked for has run out.

    Args:
        asked_s: when the time of each expected plan runs out.
        after_s: only those later than this second.
    """
    return tuple(sorted({s for s in (*range(SHIFT_S, end_s, SHIFT_S), *asked_s) if after_s < s < end_s}))


def plans_due(inject: Inject, delivered_s: int) -> tuple[int, ...]:
    """When the time runs out for the plans an inject asks for."""
    return tuple(delivered_s + one.within_s for one in inject.expects if one.action == PLAN)


def regret_of(decision: Decision, places: Mapping[str, Text]) -> Regret:
    """Solve the instance of a decision and hold it against that; places: region -> its name."""
    if decision.instance is None:
        return Regret(decision, None, None)
    best = decision.instance.best()
    placed = left_standing(best) if decision.placed is None else decision.placed
    cost, least = appraised(best, placed), appraised(best, best.assignments)
    parts = _parts(best, cost, least, places)
    return Regret(decision, cost, least, parts, tuple(_reasons(best, cost, least, places)))


def _parts(best: Plan, cost: Bill, least: Bill, places: Mapping[str, Text]) -> dict[str, int]:
    """Claims that wait, empty seats, drives, changed places, and all else: reserve, referrals, instructions."""
    found = dict.fromkeys(PARTS, 0)
    for cell in best.solution.cells:
        name = "other" if cell.home else "claims" if cell.region in places else "seats"
        found[name] += cost.open[cell.cell_id] - least.open[cell.cell_id]
    found["travel"] = cost.travel - least.travel
    found["moved"] = cost.moved - least.moved
    found["other"] += cost.referred + cost.unkept - least.referred - least.unkept
    return found


# Why --------------------------------------------------------------------------------------------------


def _reasons(best: Plan, cost: Bill, least: Bill, places: Mapping[str, Text]) -> Iterator[Message]:
    """The largest differences first, then the place with most people whom the best plan does not send there."""
    if cost.total == least.total:
        return
    found = [*_left_open(best, cost, least, places), *_dearer(cost, least)]
    yield from (words for _, words in sorted(found, key=lambda pair: -pair[0])[:TOP_REASONS])
    surplus: Counter[tuple[str, str, bool, bool]] = Counter()
    for cell in best.solution.cells:
        surplus[_kind(cell)] += cost.filled[cell.cell_id] - least.filled[cell.cell_id]
    most = max(surplus, key=lambda kind: (surplus[kind], kind), default=None)
    if most is not None and surplus[most] > 0:
        gaps = {"place": _place(most, places), "n": surplus[most]}
        yield Message("{place}: {n} more than in the best plan", gaps)


def _kind(cell: Cell) -> tuple[str, str, bool, bool]:
    """Cells of one place that are told as one: claims that wait, those still to come, and the reserve apart."""
    return cell.region, cell.line, is_ahead(cell.cell_id), cell.home


def _left_open(best: Plan, cost: Bill, least: Bill, places: Mapping[str, Text]) -> Iterator[tuple[int, Message]]:
    worth: Counter[tuple[str, str, bool, bool]] = Counter()
    fewer: Counter[tuple[str, str, bool, bool]] = Counter()
    for cell in best.solution.cells:
        worth[_kind(cell)] += cost.open[cell.cell_id] - least.open[cell.cell_id]
        fewer[_kind(cell)] += least.filled[cell.cell_id] - cost.filled[cell.cell_id]
    for kind, minutes in sorted(worth.items()):
        if minutes > 0:
            gaps = {"place": _place(kind, places), "n": fewer[kind], "minutes": minutes}
            if fewer[kind] > 0:
                yield minutes, Message("{place}: {n} fewer than in the best plan, worth {minutes:,} min", gaps)
            else:
                yield minutes, Message("{place}: what is left open is worth {minutes:,} min more", gaps)


def _place(kind: tuple[str, str, bool, bool], places: Mapping[str, Text]) -> Message | Text:
    """A place in words; seats are nowhere and have no name."""
    region, line, ahead, home = kind
    name = places.get(region)
    if name is None:
        return Message(WORK.get(line, line))
    if home:
        return Message("{place}, held in reserve at home", {"place": dict(name)})
    gaps = {"place": dict(name), "line": Message(WORK.get(line, line))}
    if ahead:
        return Message("{place}, {line}, claims still to come", gaps)
    return Message("{place}, {line}", gaps)


def _dearer(cost: Bill, least: Bill) -> Iterator[tuple[int, Message]]:
    told = (
        (cost.travel - least.travel, N_("the drives are {minutes:,} min longer than in the best plan")),
        (cost.moved - least.moved, N_("more people change their place than in the best plan: {minutes:,} min")),
        (cost.referred - least.referred, N_("more claims are referred than in the best plan: {minutes:,} min")),
        (cost.unkept - least.unkept, N_("standing instructions are not kept that could be: {minutes:,} min")),
    )
    yield from ((minutes, Message(text, {"minutes": minutes})) for minutes, text in told if minutes > 0)
