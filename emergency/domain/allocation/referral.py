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

from emergency.domain.allocation.asking import beyond_everybody
from emergency.domain.allocation.groups import NOWHERE
from emergency.domain.allocation.pool import LANGUAGES, Cell
from emergency.domain.allocation.solution import Solution
from emergency.domain.money import short_money
from emergency.texts import Message

NAMED_CELLS = 3


@dataclass(frozen=True)
class Referral:
    """Slots of a cell worked by people whose authority does not reach its claims.

    minutes: what that costs; 0 where nobody's authority does, and it makes no difference who goes.
    """

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
    beyond = _beyond_everybody(solution)
    if not solution.able.refers and not beyond:
        return ()
    rows, columns, slots = solution.busy
    minutes = solution.able.referral[solution.groups.profile[rows], columns]
    found = []
    referred = (minutes > 0) | np.isin(columns, beyond)
    for column in np.unique(columns[referred]).tolist():
        mine = (columns == column) & referred
        count, cost = int(slots[mine].sum()), int((slots * minutes)[mine].sum())
        found.append(_told(solution, column, count, cost))
    return tuple(found)


def _beyond_everybody(solution: Solution) -> list[int]:
    """Columns whose claims lie above what anybody of the pool may settle."""
    limit = beyond_everybody(a.authority_minor for a in solution.pool)
    asked = enumerate(solution.cells)
    return [n for n, c in asked if limit is not None and c.above_minor is not None and c.above_minor >= limit]


def _told(solution: Solution, column: int, count: int, minutes: int) -> Referral:
    """Who could settle these claims, and where they are instead."""
    cell, able, pool = solution.cells[column], solution.able, solution.pool
    if not minutes:
        nobody = {"people": 0, "here": 0, "elsewhere": 0, "idle": 0}
        reason = Message(
            "nobody in the house may settle claims above {amount}: they are referred, whoever looks at them",
            {**asked_of(cell), "count": count},
        )
        return Referral(cell.cell_id, count, 0, reason, nobody)
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
