"""Why a cell stays short: the first test on the way from the pool to the cell that leaves too few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from emergency.domain.allocation.eligibility import Bools, Ints
from emergency.domain.allocation.pool import Cell
from emergency.domain.allocation.referral import asked_of
from emergency.domain.allocation.solution import Solution
from emergency.texts import Message

NAMED_CELLS = 3  # as many takers as a sentence can carry; `detail` has all


@dataclass(frozen=True)
class Shortage:
    """Open slots of a cell. `detail` counts people (and slots by cell, under "taken:<cell>")."""

    cell_id: str
    slots: int
    reason: Message
    code: str
    detail: Mapping[str, int]


def shortages(solution: Solution) -> tuple[Shortage, ...]:
    """One entry per short cell, in the order of the cells."""
    columns = np.flatnonzero(solution.short).tolist()
    return tuple(_explained(solution, column) for column in columns)


def _explained(solution: Solution, column: int) -> Shortage:
    cell, able = solution.cells[column], solution.able
    skilled = able.skilled[:, column]
    papers = skilled & able.licensed[:, column] & able.at_home[:, column]
    licensed = papers & able.speaks[:, column]
    within = licensed & able.within[:, column]
    may = able.may[:, column]
    masks = {"skilled": skilled, "papers": papers, "licensed": licensed, "within": within, "may": may}
    counts = {name: int(able.people @ mask) for name, mask in masks.items()}
    if not counts["may"]:
        code, reason, detail = _nobody(solution, column, counts, licensed)
    else:
        code, reason, detail = _all_used(solution, column, counts["may"], may)
    slots = int(solution.short[column])
    if not cell.language:
        del counts["papers"]
    return Shortage(cell.cell_id, slots, _needed(cell, slots, reason), code, {**counts, **detail})


def _needed(cell: Cell, slots: int, reason: Message) -> Message:
    """The reason, after what kind of person is missing where a cell asks more than a skill and a licence."""
    gaps = {**asked_of(cell), "count": slots, "reason": reason}
    if cell.wants_authority and cell.language:
        return Message("{count} more for {line} with authority above {amount}, speaking {language}: {reason}", gaps)
    if cell.wants_authority:
        return Message("{count} more for {line} with authority above {amount}: {reason}", gaps)
    return Message("{count} more for {line} speaking {language}: {reason}", gaps) if cell.language else reason


def _nobody(
    solution: Solution, column: int, counts: Mapping[str, int], licensed: Bools
) -> tuple[str, Message, dict[str, int]]:
    """The reason where not one person may serve the cell."""
    cell = solution.cells[column]
    line = Message(cell.line)
    if not counts["skilled"]:
        return "no_skill", Message("nobody in the pool has the skill {line}", {"line": line}), {}
    if cell.language and counts["papers"] and not counts["licensed"]:
        gaps = {**asked_of(cell), "people": counts["papers"]}
        return "no_language", Message("people who could serve: {people}, none speaks {language}", gaps), {}
    if not counts["papers"] and cell.home:
        text = Message("nobody who could be held back is based in {region}", {"region": cell.region})
        return "nobody_at_home", text, {}
    if not counts["papers"]:
        gaps = {"line": line, "licence": cell.licence, "people": counts["skilled"]}
        text = Message("people with the skill {line}: {people}, licensed for {licence}: none", gaps)
        return "no_licence", text, {}
    if not counts["within"]:
        return _out_of_reach(solution, cell, counts["licensed"], solution.able.minutes[licensed, column])
    gaps = {"people": counts["within"]}
    return "forbidden", Message("people within reach: {people}, all kept away by pins", gaps), {}


def _out_of_reach(solution: Solution, cell: Cell, people: int, minutes: Ints) -> tuple[str, Message, dict[str, int]]:
    gaps: dict[str, int | str] = {"people": people, "region": cell.region}
    known = minutes[minutes >= 0]
    if not known.size:
        text = Message("people who could serve: {people}, none has a way to {region}", gaps)
        return "no_way", text, {}
    nearest, limit = int(known.min()), solution.policy.duty_limit_minutes
    gaps |= {"nearest": nearest, "limit": limit}
    text = Message(
        "people who could serve: {people}, all beyond the duty limit of {limit} minutes; "
        "the nearest is {nearest} minutes away",
        gaps,
    )
    return "beyond_duty_limit", text, {"nearest_minutes": nearest}


def _all_used(solution: Solution, column: int, people: int, may: Bools) -> tuple[str, Message, dict[str, int]]:
    """The reason where some may serve: every slot of theirs works already, or the drive outweighs the claims."""
    rows, columns, slots = solution.busy
    idle = solution.groups.supply - np.bincount(rows, weights=slots, minlength=len(solution.groups.keys)).astype(int)
    free = np.flatnonzero((idle > 0) & may[solution.groups.profile])
    if free.size:
        return _not_worth(solution, column, people, int(idle[free].sum()), free)
    theirs = slots * may[solution.groups.profile[rows]]
    taken = np.bincount(columns, weights=theirs, minlength=len(solution.cells)).astype(np.int64)
    here, taken[column] = int(taken[column]), 0
    order = np.argsort(-taken, kind="stable")[: np.count_nonzero(taken)].tolist()
    named = dict(zip((solution.cells[taker].cell_id for taker in order), taken[order].tolist(), strict=True))
    detail = {"here": here, **{f"taken:{cell_id}": count for cell_id, count in named.items()}}
    if not order:
        text = Message("people who may serve: {people}; all their slots work here", {"people": people})
        return "all_here", text, detail
    gaps = {"people": people, "here": here, "elsewhere": sum(named.values())}
    gaps_with_cells = {**gaps, "cells": ", ".join(f"{c} {n}" for c, n in list(named.items())[:NAMED_CELLS])}
    if solution.cells[column].worths:
        text = Message(
            "people who may serve: {people}, none idle; slots here: {here}, elsewhere, where their claims weigh "
            "more for the drive: {elsewhere} (most in {cells})",
            gaps_with_cells,
        )
        return "used_for_more", text, detail
    if int(solution.priorities[order].max()) > solution.cells[column].priority:
        text = Message(
            "people who may serve: {people}, none idle; slots here: {here}, "
            "elsewhere: {elsewhere}, some held by pins (most in {cells})",
            gaps_with_cells,
        )
        return "held_by_pins", text, detail
    text = Message(
        "people who may serve: {people}, none idle; slots here: {here}, on cells as urgent or more "
        "urgent: {elsewhere} (most in {cells})",
        gaps_with_cells,
    )
    return "used_as_urgent", text, detail


def _not_worth(
    solution: Solution, column: int, people: int, idle: int, free: Ints
) -> tuple[str, Message, dict[str, int]]:
    """Somebody is idle and may serve, but even the nearest drives longer than the next open slot is worth."""
    able, profiles = solution.able, solution.groups.profile[free]
    best = profiles[int(np.argmin(able.effort(profiles, column)))]
    nearest, referral = int(able.minutes[best, column]), int(able.referral[best, column])
    cell = solution.cells[column]
    filled = cell.slots - int(solution.short[column])
    prices = [price for count, price in solution.policy.slot_prices(cell) for _ in range(count)]
    detail = {"idle": idle, "nearest_minutes": nearest, "worth_minutes": prices[filled]}
    if referral:
        text = Message(
            "people who may look at them: {people}, slots idle: {idle}, but the best of these would refer what they "
            "find: {nearest} minutes of driving and {referral} of referral outweigh claims worth {worth}",
            {"people": people, "idle": idle, "nearest": nearest, "referral": referral, "worth": prices[filled]},
        )
        return "no_authority", text, {**detail, "referral_minutes": referral}
    text = Message(
        "people who may serve: {people}, slots idle: {idle}; the nearest drives {nearest} minutes one way and the "
        "claims of the next slot are worth {worth}",
        {"people": people, "idle": idle, "nearest": nearest, "worth": prices[filled]},
    )
    return "not_worth_the_drive", text, detail
