"""Claims above what the person who goes there may settle: they are referred, and who could settle them is named.

An authority limit (核损权限) keeps nobody from looking at a loss. It decides whether the loss is settled on the spot
or goes up to somebody who has to look at it again, which costs time; that time is the price.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from emergency.domain.allocation.groups import NOWHERE
from emergency.domain.allocation.pool import LANGUAGES, Cell
from emergency.domain.allocation.solution import Solution
from emergency.domain.money import short_money
from emergency.texts import Message

NAMED_CELLS = 3


@dataclass(frozen=True)
class Referral:
    """Slots of a cell worked by people whose authority does not reach its claims. ``minutes``: what that costs."""

    cell_id: str
    slots: int
    minutes: int
    reason: Message
    detail: Mapping[str, int]


def asked_of(cell: Cell) -> dict[str, Any]:
    """Gaps for sentences about what a cell asks beyond skill and licence."""
    language = Message(LANGUAGES.get(cell.language, cell.language))
    found: dict[str, Any] = {"line": Message(cell.line), "language": language}
    if cell.above_minor is not None:
        found["amount"] = short_money(cell.above_minor, cell.currency)
    return found


def referrals(solution: Solution) -> tuple[Referral, ...]:
    """One entry for each cell with referred slots, in the order of the cells."""
    if not solution.able.refers:
        return ()
    rows, columns, slots = solution.busy
    minutes = solution.able.referral[solution.groups.profile[rows], columns]
    found = []
    for column in np.unique(columns[minutes > 0]).tolist():
        mine = (columns == column) & (minutes > 0)
        count, cost = int(slots[mine].sum()), int((slots * minutes)[mine].sum())
        found.append(_told(solution, column, count, cost))
    return tuple(found)


def _told(solution: Solution, column: int, count: int, minutes: int) -> Referral:
    """Who could settle these claims, and where they are instead."""
    cell, able, pool = solution.cells[column], solution.able, solution.pool
    fit = able.may[:, column] & (able.referral[:, column] == 0)
    people, places = solution.handed
    theirs = fit[able.profile_of[people]]
    where = Counter(places[theirs].tolist())
    here, idle = where.pop(column, 0), where.pop(NOWHERE, 0)
    holders = len({pool[n].adjuster_id for n in people[theirs].tolist()})
    elsewhere = sum(where.values())
    detail = {"people": holders, "here": here, "elsewhere": elsewhere, "idle": idle}
    gaps: dict[str, Any] = {**asked_of(cell), **detail, "count": count, "minutes": minutes}
    if not holders:
        text = Message(
            "{count} more for {line} with authority above {amount} would settle on the spot what is referred now: "
            "nobody who may come has it",
            gaps,
        )
        return Referral(cell.cell_id, count, minutes, text, detail)
    most = sorted(where, key=lambda place: (-where[place], place))[:NAMED_CELLS]
    gaps["cells"] = ", ".join(f"{solution.cells[place].cell_id} {where[place]}" for place in most) or "–"
    text = Message(
        "{count} more for {line} with authority above {amount} would settle on the spot what is referred now: of "
        "{people} people with it who may come {here} are here, {elsewhere} elsewhere (most in {cells}), {idle} idle, "
        "whose going there would cost more than the referrals",
        gaps,
    )
    if not idle:
        text = Message(
            "{count} more for {line} with authority above {amount} would settle on the spot what is referred now: of "
            "{people} people with it who may come {here} are here, {elsewhere} elsewhere (most in {cells})",
            gaps,
        )
    return Referral(cell.cell_id, count, minutes, text, detail)
