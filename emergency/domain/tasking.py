"""Tasks as a graph: the critical path, slack, the next of a repeating task, who is told of a late one.

Instants are integer microseconds since 1970 in UTC (``*_us``), spans whole seconds (``*_s``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

STATES = ("open", "done", "dropped", "missed")
# What a task looks like to the person who reads the board.
LOOKS = ("late", "ready", "waiting", "done", "missed", "dropped", "ended")
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
        path: the chain of least slack, first task first: what decides when ``target`` can be done.
        target: the critical task with the least time to spare before it is due, of equal ones the one due
            last; None where none is left.
        finish_us: task -> when it can be done at the earliest, everybody starting now.
        due_us: task -> its due time, or the one that follows if its predecessors end when they are due.
        slack_s: task -> how long it may still wait without making a due time after it late; negative
            where it is too late already, None where nothing after it has a due time.
        latest_us: task -> when it has to be done at the latest, so that nothing after it is late.
        wanted_for: task -> the task whose due time says so; often the task itself.
    """

    path: tuple[str, ...]
    target: str | None
    finish_us: Mapping[str, int]
    due_us: Mapping[str, int | None]
    slack_s: Mapping[str, int | None]
    latest_us: Mapping[str, int]
    wanted_for: Mapping[str, str]


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
    latest, wanted = _latest(order, known, graph, due)
    slack = {one: (latest[one] - finish[one]) // SECOND_US if one in latest else None for one in order}
    target = _target(known.values(), finish, due)
    path = _binding(graph, target, finish, slack) if target else ()
    return Schedule(path, target, finish, due, slack, latest, wanted)


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
            due[one] = _allowed(graph.predecessors(one), finish, due, before_us) + step.within_s * SECOND_US
    return finish, due


def _allowed(
    before: Iterable[str], finish: Mapping[str, int], due: Mapping[str, int | None], begin_us: int
) -> int:
    """When predecessors may end at the latest: no step is due before the one it waits for."""
    return max((max(finish[b], at_us if (at_us := due[b]) is not None else 0) for b in before), default=begin_us)


def _latest(
    order: Sequence[str], known: Mapping[str, Step], graph: nx.DiGraph[str], due: Mapping[str, int | None]
) -> tuple[dict[str, int], dict[str, str]]:
    """Backwards through the graph: when each may end at the latest, and the task that wants it so."""
    latest: dict[str, int] = {}
    wanted: dict[str, str] = {}
    for one in reversed(order):
        limits = [
            (latest[n] - known[n].work_s * SECOND_US, wanted[n]) for n in sorted(graph.successors(one)) if n in latest
        ]
        own = due[one]
        if own is not None:
            limits.insert(0, (own, one))
        if limits:
            latest[one], wanted[one] = min(limits, key=lambda limit: limit[0])
    return latest, wanted


def _target(steps: Iterable[Step], finish: Mapping[str, int], due: Mapping[str, int | None]) -> str | None:
    ends = [(at_us - finish[s.id], -at_us, s.id) for s in steps if s.critical and (at_us := due[s.id]) is not None]
    return min(ends)[2] if ends else None


def _binding(
    graph: nx.DiGraph[str], target: str, finish: Mapping[str, int], slack: Mapping[str, int | None]
) -> tuple[str, ...]:
    """Backwards from the target along whatever ends last, which is what it waits for; of equal ones the tighter."""
    path = [target]
    while before := sorted(graph.predecessors(path[-1])):
        path.append(min(before, key=lambda b: (-finish[b], s if (s := slack[b]) is not None else float("inf"))))
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


def steps_due(
    due_us: int | None, now_us: int, after_s: Mapping[str, int], told: Iterable[str] = (), asked_us: int = 0
) -> tuple[str, ...]:
    """The steps of escalation a late task has reached and nobody has taken yet, in order.

    Args:
        after_s: step -> seconds after the due time at which it is taken.
        asked_us: since when the task is asked for; nobody has let time pass in which they were not asked.
    """
    if due_us is None or now_us < due_us:
        return ()
    taken, late_us = set(told), max(due_us, asked_us)
    return tuple(s for s in STEPS if s in after_s and s not in taken and now_us >= late_us + after_s[s] * SECOND_US)


def look(state: str, due_us: int | None, waits: bool, now_us: int) -> str:
    """How a task stands: late before waiting, because a late one needs somebody whatever it waits for."""
    if state != "open":
        return state
    if due_us is not None and due_us < now_us:
        return "late"
    return "waiting" if waits else "ready"
