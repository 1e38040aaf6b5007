"""Tasks as a graph: the critical path, slack, the next of a repeating task, who is told of a late one.

Instants are integer microseconds since 1970 in UTC (``*_us``), spans whole seconds (``*_s``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

STATES = ("open", "done", "dropped", "missed")
# What a task looks like to the person who reads the board.
LOOKS = ("late", "ready", "waiting", "done", "missed", "dropped")
STEPS = ("deputy", "commander", "next_tier")
SECOND_US = 1_000_000


@dataclass(frozen=True)
class TaskRules:
    """The house's own rules of tasks.

    Attributes:
        work_s: work a task is taken to need where nobody said.
        review_s: after stand-down, until the review is due where the playbook has no task for it.
        escalate_s: level -> step -> seconds after the due time.
        sources: row -> where the figure is from.
    """

    work_s: int
    review_s: int
    escalate_s: Mapping[int, Mapping[str, int]]
    sources: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.work_s <= 0 or self.review_s <= 0:
            raise ValueError("the work of a task and the time for a review are at least a second")


@dataclass(frozen=True)
class Step:
    """A task still to be done, as the schedule sees it.

    Attributes:
        after: predecessors that are still to be done.
        work_s: how long the work takes once it can begin.
        due_us: its due time, or None where it has none yet.
        within_s: it is due so long after its last predecessor; None where it counts from elsewhere.
        opens_us: it cannot begin before; None where it can at once.
    """

    id: str
    work_s: int
    after: tuple[str, ...] = ()
    due_us: int | None = None
    within_s: int | None = None
    opens_us: int | None = None
    critical: bool = False

    def __post_init__(self) -> None:
        if self.work_s < 0:
            raise ValueError(f"task {self.id}: work of {self.work_s} s cannot be negative")


@dataclass(frozen=True)
class Schedule:
    """What follows from the graph at an instant.

    Attributes:
        path: the longest remaining chain that ends in ``target``, first task first.
        target: the critical task with the latest due time; None where none is left.
        finish_us: task -> when it can be done at the earliest, everybody starting now.
        due_us: task -> its due time, or the one that follows if its predecessors end as early as they can.
        slack_s: task -> how long it may still wait without making a due time after it late; negative
            where it is too late already, None where nothing after it has a due time.
    """

    path: tuple[str, ...]
    target: str | None
    finish_us: Mapping[str, int]
    due_us: Mapping[str, int | None]
    slack_s: Mapping[str, int | None]


def schedule(steps: Sequence[Step], now_us: int) -> Schedule:
    """The critical path and the slack of every task still to be done.

    Predecessors that are not among the steps count as done.

    Raises:
        ValueError: tasks that wait for one another in a ring.
    """
    known = {step.id: step for step in steps}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(known)
    graph.add_edges_from((before, s.id) for s in steps for before in s.after if before in known)
    if not nx.is_directed_acyclic_graph(graph):
        ring = " → ".join(sorted({one for edge in nx.find_cycle(graph) for one in edge[:2]}))
        raise ValueError(f"these tasks wait for one another: {ring}")
    order = list(nx.lexicographical_topological_sort(graph))
    finish, due = _forward(order, known, graph, now_us)
    slack = _slack(order, known, graph, finish, due)
    target = _target(known.values(), due)
    path = _longest(order, known, graph, target, slack) if target else ()
    return Schedule(path, target, finish, due, slack)


def _forward(
    order: Sequence[str], known: Mapping[str, Step], graph: nx.DiGraph[str], now_us: int
) -> tuple[dict[str, int], dict[str, int | None]]:
    finish: dict[str, int] = {}
    due: dict[str, int | None] = {}
    for one in order:
        step = known[one]
        before_us = max((finish[b] for b in graph.predecessors(one)), default=now_us)
        begin_us = max(now_us, before_us, step.opens_us or now_us)
        finish[one] = begin_us + step.work_s * SECOND_US
        due[one] = step.due_us
        if step.due_us is None and step.within_s is not None:
            due[one] = before_us + step.within_s * SECOND_US
    return finish, due


def _slack(
    order: Sequence[str],
    known: Mapping[str, Step],
    graph: nx.DiGraph[str],
    finish: Mapping[str, int],
    due: Mapping[str, int | None],
) -> dict[str, int | None]:
    latest: dict[str, int] = {}
    for one in reversed(order):
        asked = [latest[n] - known[n].work_s * SECOND_US for n in graph.successors(one) if n in latest]
        own = due[one]
        limits = asked + ([own] if own is not None else [])
        if limits:
            latest[one] = min(limits)
    return {one: (latest[one] - finish[one]) // SECOND_US if one in latest else None for one in order}


def _target(steps: Iterable[Step], due: Mapping[str, int | None]) -> str | None:
    ends = [(at_us, step.id) for step in steps if step.critical and (at_us := due[step.id]) is not None]
    return max(ends)[1] if ends else None


def _longest(
    order: Sequence[str],
    known: Mapping[str, Step],
    graph: nx.DiGraph[str],
    target: str,
    slack: Mapping[str, int | None],
) -> tuple[str, ...]:
    """The chain with the most work that ends in the target; of equal ones the one with less slack."""
    among = nx.ancestors(graph, target) | {target}
    work: dict[str, int] = {}
    came: dict[str, str | None] = {}
    for one in (o for o in order if o in among):
        before = sorted(
            (b for b in graph.predecessors(one) if b in among),
            key=lambda b: (-work[b], slack[b] if slack[b] is not None else float("inf"), b),
        )
        came[one] = before[0] if before else None
        work[one] = known[one].work_s + (work[before[0]] if before else 0)
    path: list[str] = []
    here: str | None = target
    while here is not None:
        path.append(here)
        here = came[here]
    return tuple(reversed(path))


@dataclass(frozen=True)
class Occurrence:
    """One time a repeating task is asked for.

    due_us: None where its clock has not started. ended_us: when it was done or dropped; None while
    it is open, and where it was missed.
    """

    number: int
    due_us: int | None
    state: str = "open"
    ended_us: int | None = None
    opens_us: int | None = None

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"occurrence {self.number}: state {self.state!r} is not one of {', '.join(STATES)}")


def repeats(series: Sequence[Occurrence], every_s: int, now_us: int) -> tuple[tuple[int, ...], tuple[Occurrence, ...]]:
    """What a repeating task asks for now: (numbers of occurrences that are missed, new occurrences).

    The next one appears when the last is done or dropped, or when the last falls due, whichever is
    first; it is due one span after it. An occurrence is missed when it is still open as the next falls
    due. Asked again at the same instant with its answer carried out, it asks for nothing.
    """
    if every_s <= 0:
        raise ValueError(f"a task repeats every {every_s} s; give a span of at least a second")
    every_us = every_s * SECOND_US
    known = sorted(series, key=lambda o: o.number)
    new: list[Occurrence] = []
    last = known[-1]
    while (follows := _next(last, every_us, now_us)) is not None:
        new.append(follows)
        last = follows
    late = [o.number for o in (*known, *new) if o.state == "open" and _over(o, every_us, now_us)]
    return tuple(late), tuple(new)


def _next(last: Occurrence, every_us: int, now_us: int) -> Occurrence | None:
    ended = last.state != "open"
    if not ended and (last.due_us is None or now_us < last.due_us):
        return None
    begun_us = last.due_us if last.due_us is not None else last.ended_us
    if begun_us is None:
        return None
    return Occurrence(last.number + 1, begun_us + every_us, opens_us=last.due_us)


def _over(one: Occurrence, every_us: int, now_us: int) -> bool:
    return one.due_us is not None and one.due_us + every_us <= now_us


def steps_due(due_us: int | None, now_us: int, after_s: Mapping[str, int], told: Iterable[str] = ()) -> tuple[str, ...]:
    """The steps of escalation a late task has reached and nobody has taken yet, in order.

    Args:
        after_s: step -> seconds after the due time at which it is taken.
    """
    if due_us is None or now_us < due_us:
        return ()
    taken = set(told)
    return tuple(s for s in STEPS if s in after_s and s not in taken and now_us >= due_us + after_s[s] * SECOND_US)


def look(state: str, due_us: int | None, waits: bool, now_us: int) -> str:
    """How a task stands: late before waiting, because a late one needs somebody whatever it waits for."""
    if state != "open":
        return state
    if due_us is not None and due_us < now_us:
        return "late"
    return "waiting" if waits else "ready"
