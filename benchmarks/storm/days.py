"""The days after landfall: each morning a plan, then the same work in the same order whoever planned."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from benchmarks.storm.dispatch import NOWHERE, Dispatch, Morning
from benchmarks.storm.world import DAY, DUTY, LINES, MORNING, SURVEY_WITHIN, Ints, World

LAST_DAY = 60


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one stream under one policy."""

    surveyed: Ints  # (claims,) minute the survey ended, -1 = never
    surveyor: Ints  # (claims,) person
    drives: Ints  # (rows: day, person, minutes, cell) of every shift worked
    moves: int  # to another county
    switches: int  # to another cell, county moves included


def run(world: World, dispatch: Dispatch) -> Outcome:
    """Let the days pass until nothing is open. Nobody sleeps at home: people stay in the county they worked in."""
    surveyed = np.full(len(world.cell), -1, dtype=np.int64)
    surveyor = np.full(len(world.cell), -1, dtype=np.int64)
    place, standing = world.home.copy(), np.full(len(world.home), NOWHERE, dtype=np.int64)
    drives: list[tuple[int, int, int, int]] = []
    moves = switches = 0
    for day in range(LAST_DAY):
        open_now = surveyed < 0
        if not open_now.any():
            break
        morning = Morning(world, day, place.copy(), standing.copy(), _known(world, open_now, day))
        sent = dispatch(morning)
        out = np.flatnonzero(sent != NOWHERE)
        county = sent[out] // len(LINES)
        drive = morning.minutes[place[out], county]
        drives += zip([day] * len(out), out.tolist(), drive.tolist(), sent[out].tolist(), strict=True)
        moves += int((place[out] != world.size.bases + county).sum())
        switches += int((standing[out] != sent[out]).sum())
        _work(world, morning.now, sent, out, drive, surveyed, surveyor)
        place[out] = world.size.bases + county
        standing[out] = sent[out]
    return Outcome(surveyed, surveyor, np.array(drives, dtype=np.int64).reshape(-1, 4), moves, switches)


def _known(world: World, open_now: np.ndarray, day: int) -> Ints:
    return np.flatnonzero(open_now & (world.reported <= day * DAY + MORNING))


def _work(world: World, now: int, sent: Ints, out: Ints, drive: Ints, surveyed: Ints, surveyor: Ints) -> None:
    """One shift: in each cell the person free first takes the most pressing claim reported by then."""
    end = now + DUTY
    coming = np.flatnonzero((surveyed < 0) & (world.reported < end))
    by_cell = _by(world.cell[coming], coming)
    crews = _by(sent[out], np.arange(len(out)))
    for cell, crew in crews.items():
        free = [(now + int(drive[n]), int(out[n])) for n in crew]
        heapq.heapify(free)
        later = by_cell.get(cell, [])[::-1]  # reports rise with the number, so the next one is last
        waiting: list[tuple[bool, int]] = []
        while free and (later or waiting):
            at, person = heapq.heappop(free)
            while later and world.reported[later[-1]] <= at:
                claim = later.pop()
                heapq.heappush(waiting, (bool(world.severity[claim] < 3), claim))
            if not waiting:
                heapq.heappush(free, (int(world.reported[later[-1]]), person))
                continue
            done = at + int(world.takes[waiting[0][1]])
            if done <= end:
                claim = heapq.heappop(waiting)[1]
                surveyed[claim], surveyor[claim] = done, person
                heapq.heappush(free, (done, person))


def _by(keys: Ints, values: Ints) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        found.setdefault(key, []).append(value)
    return found


def figures(world: World, outcome: Outcome) -> dict[str, float]:
    """The figures a policy is judged by. A claim never surveyed counts as of the last day."""
    done = np.where(outcome.surveyed < 0, LAST_DAY * DAY, outcome.surveyed)
    late = done - world.reported - SURVEY_WITHIN
    in_time = late <= 0
    return {
        "days to clear": float(done.max() // DAY + 1),
        "surveyed < 72 h, %": 100 * float(in_time.mean()),
        "severity 3 < 72 h, %": 100 * float(in_time[world.severity == 3].mean()),
        "breach-days": float(np.ceil(np.maximum(late, 0) / DAY).sum()),
        "travel hours": float(outcome.drives[:, 2].sum()) / 60,
        "travel hours after the first way": _after_the_first_way(outcome) / 60,
        "moves": float(outcome.moves),
        "switches": float(outcome.switches),
        "never surveyed": float((outcome.surveyed < 0).sum()),
    }


def _after_the_first_way(outcome: Outcome) -> float:
    """Minutes driven beyond everybody's first way from home to the claims, which no plan can save."""
    _, first = np.unique(outcome.drives[:, 1], return_index=True)  # drives are in the order of days
    return float(outcome.drives[:, 2].sum() - outcome.drives[first, 2].sum())
