"""First in, first out, with several workers: when is each job done?

The one piece of arithmetic behind every result of a drill: exact to the
second, no chance in it, the same for a survey in a county and a call centre.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]
NEVER = np.iinfo(np.int64).max  # the second at which a job nobody does is done


@dataclass(frozen=True)
class Shift:
    """An unbroken span in which one worker takes jobs of these lines."""

    from_s: int
    until_s: int
    lines: frozenset[str]


def serve(
    arrival_s: Sequence[int], lines: Sequence[str], shifts: Sequence[Shift], job_seconds: Mapping[str, int]
) -> Seconds:
    """When each job is done: first in, first out per line, several workers, exact to the second.

    A worker free for several lines takes the job that has waited longest; a job
    that finds several workers idle goes to the one with the fewest lines.
    Shapes: one arrival (sorted) and one line per job. Jobs nobody can finish: NEVER.
    """
    done = np.full(len(arrival_s), NEVER, np.int64)
    order = sorted(shifts, key=lambda s: (len(s.lines), s.from_s, s.until_s, sorted(s.lines)))
    free = [(shift.from_s, worker) for worker, shift in enumerate(order)]
    heapq.heapify(free)
    waiting: dict[str, deque[int]] = {line: deque() for line in job_seconds}
    idle: dict[str, list[int]] = {line: [] for line in job_seconds}
    busy = [True] * len(order)

    def begin(worker: int, job: int, at: int) -> None:
        done[job] = at + job_seconds[lines[job]]
        busy[worker] = True
        heapq.heappush(free, (int(done[job]), worker))

    def release(worker: int, at: int) -> None:
        fitting = [
            line
            for line in sorted(order[worker].lines & job_seconds.keys())
            if at + job_seconds[line] <= order[worker].until_s
        ]
        heads = [waiting[line][0] for line in fitting if waiting[line]]
        if heads:
            job = min(heads)
            waiting[lines[job]].popleft()
            begin(worker, job, at)
            return
        busy[worker] = False
        for line in fitting:
            heapq.heappush(idle[line], worker)

    for job, at in enumerate(arrival_s):
        while free and free[0][0] <= at:
            released_s, worker = heapq.heappop(free)
            release(worker, released_s)
        line = lines[job]
        chosen = _idle_worker(idle[line], busy, order, at + job_seconds[line])
        if chosen is None:
            waiting[line].append(job)
        else:
            begin(chosen, job, at)
    while free and any(waiting.values()):
        released_s, worker = heapq.heappop(free)
        release(worker, released_s)
    return done


def _idle_worker(idle: list[int], busy: Sequence[bool], shifts: Sequence[Shift], end_s: int) -> int | None:
    """The next idle worker who can be done by ``end_s``; those who cannot are dropped for good,
    because time only goes on."""
    while idle:
        worker = heapq.heappop(idle)
        if not busy[worker] and shifts[worker].until_s >= end_s:
            return worker
    return None
