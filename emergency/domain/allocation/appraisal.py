"""What any placing of people costs, by the objective the engine minimises: the price of a plan nobody solved for.

A placing is held against the best plan of the same instance, whose network already has every price. It can never come
out below: the places that count in it – able people, no more than a cell asks – are one flow of that network, and all
else in it only costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from emergency.domain.allocation.eligibility import Ints
from emergency.domain.allocation.groups import NOWHERE
from emergency.domain.allocation.plan import Plan
from emergency.domain.allocation.pool import Assignment
from emergency.domain.allocation.solution import Solution
from emergency.domain.allocation.solve import solved


@dataclass(frozen=True)
class Bill:
    """A placing in minutes, part by part.

    unserved: what the slots left open are worth; travel: the drives one way; moved: the price of changed posts;
    referred: of claims that go up to somebody else; unkept: of standing instructions that are not kept.
    filled, open: cell -> slots that count, and what its open slots are worth.
    """

    unserved: int
    travel: int
    moved: int
    referred: int
    unkept: int
    filled: Mapping[str, int]
    open: Mapping[str, int]

    @property
    def total(self) -> int:
        return self.unserved + self.travel + self.moved + self.referred + self.unkept


def appraised(best: Plan, placed: Iterable[Assignment]) -> Bill:
    """The bill of a placing in the instance a plan was solved for; that of its own assignments adds up to its cost.

    Whoever cannot serve where they are put, or is more than the cell asks, fills nothing; their drive counts all the
    same. People and cells the instance does not know are left out.

    Args:
        placed: who is where; the minutes said in it are not read, but those of the instance.
    """
    solution = best.solution
    able, groups, policy = solution.able, solution.groups, solution.policy
    rows, columns = _slots(solution, placed)
    profile = groups.profile[rows]
    fit = able.may[profile, columns] if len(rows) else np.zeros(0, dtype=bool)
    minutes, referral = able.minutes[profile, columns], able.referral[profile, columns]
    moved = int((~groups.stays(groups.standing[rows], columns)).sum()) if solution.wishes.incumbent else 0
    filled = _capped(solution, np.bincount(columns[fit], minlength=len(solution.cells)))
    kept = _capped(solution, np.bincount(columns[groups.must[rows] == columns], minlength=len(solution.cells)))
    strays = int(groups.supply[groups.must != NOWHERE].sum()) - int(kept.sum())
    left = [_left_open(solution, column, int(count)) for column, count in enumerate(filled)]
    ids = [cell.cell_id for cell in solution.cells]
    return Bill(
        unserved=sum(worth for worth, _ in left),
        travel=int(minutes[minutes > 0].sum()),
        moved=moved * policy.stability_minutes,
        referred=int(referral[fit].sum()),
        unkept=(strays + sum(floors for _, floors in left)) * policy.broken_pin_minutes,
        filled=dict(zip(ids, filled.tolist(), strict=True)),
        open=dict(zip(ids, (worth for worth, _ in left), strict=True)),
    )


def _capped(solution: Solution, counts: Ints) -> Ints:
    """No more than a cell asks."""
    return np.minimum(counts, np.array([cell.slots for cell in solution.cells], dtype=np.int64))


def _left_open(solution: Solution, column: int, filled: int) -> tuple[int, int]:
    """What the slots of a cell left open are worth, and how many of them somebody insisted on."""
    cell, dearest = solution.cells[column], solution.policy.broken_pin_minutes
    worth = floors = 0
    for slots, price in solution.policy.slot_prices(
        cell, min(solution.wishes.at_least.get(cell.cell_id, 0), cell.slots)
    ):
        left = slots - min(filled, slots)
        filled -= slots - left
        insisted = price >= dearest
        worth += left * (price - dearest if insisted else price)
        floors += left if insisted else 0
    return worth, floors


def _slots(solution: Solution, placed: Iterable[Assignment]) -> tuple[Ints, Ints]:
    """(group, cell) of every slot that is put somewhere."""
    number = {cell.cell_id: column for column, cell in enumerate(solution.cells)}
    wanted: dict[str, list[int]] = {}
    for one in placed:
        if one.cell_id in number:
            wanted.setdefault(one.adjuster_id, []).extend([number[one.cell_id]] * one.slots)
    of: dict[str, list[int]] = {}
    for group, members in enumerate(solution.groups.members):
        for person in members:
            of.setdefault(solution.pool[person].adjuster_id, []).append(group)
    pairs = [pair for who, columns in sorted(wanted.items()) for pair in _matched(solution, of.get(who, []), columns)]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _matched(solution: Solution, free: list[int], columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each place with a slot of the person: first those bound to it, then those that stand in its post, then the rest.

    One that is bound elsewhere has strayed whatever it is given; among the others only the post makes a difference.
    """
    keys, posts = solution.groups.keys, solution.groups.posts
    left = sorted(columns)

    def bound(group: int, column: int) -> bool:
        return keys[group].must == column

    def stands(group: int, column: int) -> bool:
        return keys[group].standing != NOWHERE and bool(posts[keys[group].standing] == posts[column])

    for fits in (bound, stands, lambda group, column: True):
        for column in tuple(left):
            group = next((group for group in free if fits(group, column)), None)
            if group is not None:
                free.remove(group)
                left.remove(column)
                yield group, column


def left_standing(best: Plan) -> tuple[Assignment, ...]:
    """The placing in which nobody is sent anywhere: each in the post where the standing plan has them.

    Within a post everybody does what is worth most there, and whoever is at home counts for the reserve held there.
    """
    solution = best.solution
    network, groups, end = solution.network, solution.groups, solution.network.runs[1]
    rows, columns = network.tails[:end], network.heads[:end] - network.groups
    home = np.array([cell.home for cell in solution.cells], dtype=bool)
    standing = groups.standing[rows]
    keep = np.ones(len(network.tails), dtype=bool)
    keep[:end] = groups.stays(standing, columns) | ((standing == NOWHERE) & home[columns])
    costs = network.costs.copy()
    costs[:end] -= solution.able.minutes[groups.profile[rows], columns]  # who stands there has been sent already
    arcs = {name: getattr(network, name)[keep] for name in ("tails", "heads", "capacities", "ties")}
    flow = solved(replace(network, costs=costs[keep], **arcs))
    found: dict[tuple[str, str], int] = {}
    kept = int(keep[:end].sum())
    placed: list[list[int]] = [[] for _ in groups.keys]
    for arc in np.flatnonzero(flow[:kept]).tolist():
        placed[int(arcs["tails"][arc])] += [int(arcs["heads"][arc]) - network.groups] * int(flow[arc])
    for key, members, taken in zip(groups.keys, groups.members, placed, strict=True):
        idle = [key.standing] * (len(members) - len(taken))
        for person, column in zip(members, [*sorted(taken), *idle], strict=True):
            if column != NOWHERE:
                pair = solution.pool[person].adjuster_id, solution.cells[column].cell_id
                found[pair] = found.get(pair, 0) + 1
    return tuple(Assignment(who, cell, slots) for (who, cell), slots in sorted(found.items()))
