"""Whether the due times of a plan can be kept in their order: nothing is due before what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emergency.domain.playbook import Task

# One comes after the other, whatever happens; impact and stand-down stand apart.
IN_ORDER = ("occurrence", "discovery", "activation")


@dataclass(frozen=True)
class TooEarly:
    """At a level a task is due ``by_s`` seconds before the predecessor it waits for."""

    task: str
    before: str
    level: int
    by_s: int


def too_early(tasks: Sequence[Task]) -> Iterator[TooEarly]:
    """Tasks due before a predecessor is, each once, at the level where it is worst.

    Due times that a rule file owns, or that count from instants nobody can order, are left alone.
    """
    for task in tasks:
        found = [one for level in task.levels for one in _at(tasks, task, level)]
        if found:
            yield max(found, key=lambda one: one.by_s)


def _at(tasks: Sequence[Task], task: Task, level: int) -> Iterator[TooEarly]:
    known = {one.id: one for one in tasks if level in one.levels}
    own = _due(known, task, level, ())
    for before in (known[one] for one in task.after if one in known):
        its = _due(known, before, level, ())
        if own is not None and its is not None and its[1] > own[1] and _not_sooner(its[0], own[0]):
            yield TooEarly(task.id, before.id, level, its[1] - own[1])


def _not_sooner(origin: str, other: str) -> bool:
    if origin == other:
        return True
    return origin in IN_ORDER and other in IN_ORDER and IN_ORDER.index(origin) > IN_ORDER.index(other)


def _due(known: Mapping[str, Task], task: Task, level: int, seen: tuple[str, ...]) -> tuple[str, int] | None:
    """(origin, seconds) by which a task is due at a level; None where the plan alone cannot say."""
    within_s = task.due.within_s.get(level)
    if task.due.deadline or within_s is None or task.id in seen:
        return None
    if task.due.origin != "task":
        return task.due.origin, within_s
    waits = [_due(known, known[one], level, (*seen, task.id)) for one in task.after if one in known]
    if not waits:
        return "activation", within_s
    origins = {one[0] for one in waits if one is not None}
    if None in waits or len(origins) > 1:
        return None
    return origins.pop(), within_s + max(one[1] for one in waits if one is not None)
