"""Coordinators who book the same people at once: ``python -m tests.faults.coordinator``, one process each.

They begin together, try as often as asked, and say as JSON what they saw. All are forked from one process
that has read the program once: eight starts would take longer than the race.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select, tuple_

from emergency.store import plans
from emergency.store.incidents import Conflict
from emergency.store.store import Connection, Store, Workspaces

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PEOPLE = 20
Slot = dict[str, Any]

# What a careless hand would have made of assignment_slot: the columns that count, no key.
KEYLESS = Table(
    "slot_without_key",
    MetaData(),
    Column("adjuster_id", Text, nullable=False),
    Column("shift", Text, nullable=False),
    Column("plan_id", Integer, nullable=False),
)


class Taken(Exception):
    """The careless hand looked and saw the slot taken."""


def wishes(seed: int, tries: int, shifts: int) -> Iterator[list[tuple[str, str]]]:
    """What each try asks for: one or two people for one to three shifts in a row."""
    dice = Random(seed)
    for _ in range(tries):
        first, length = dice.randrange(shifts), dice.randint(1, 3)
        people = dice.sample(range(PEOPLE), dice.choice([1, 1, 2]))
        yield [(f"A-{p:02}", f"S-{s:02}") for p in people for s in range(first, min(first + length, shifts))]


def guarded(connection: Connection, slots: list[Slot]) -> None:
    plans.hold(connection, slots)


def naive(connection: Connection, slots: list[Slot]) -> None:
    """Look, think for a moment, write."""
    wanted = [(slot["adjuster_id"], slot["shift"]) for slot in slots]
    held = select(func.count()).where(tuple_(KEYLESS.c.adjuster_id, KEYLESS.c.shift).in_(wanted))
    if connection.execute(held).scalar_one():
        raise Taken
    time.sleep(0.005)
    connection.execute(insert(KEYLESS), [{c.name: slot[c.name] for c in KEYLESS.c} for slot in slots])


def book(store: Store, wanted: list[tuple[str, str]], hold: Callable[[Connection, list[Slot]], None]) -> int:
    """A draft and its slots in one transaction; the number of the plan."""
    with store.write() as connection:
        body = {"slots": wanted}
        plan_id = plans.add_draft(connection, shift=wanted[0][1], based_on=None, created=NOON, actor="chen", body=body)
        rest = {"cell_id": "c", "incident_id": "i", "region": "48201", "line": "property", "minutes": 0}
        hold(connection, [{"adjuster_id": a, "shift": s, "plan_id": plan_id, **rest} for a, s in wanted])
        return plan_id


def coordinate(home: str, url: str, tries: int, shifts: int, way: str, gate: Any, seed: int) -> dict[str, list[Any]]:
    """One process: open the store, wait for the others, book."""
    workspaces = Workspaces(Path(home), url)
    store, hold = workspaces.open("live"), {"guarded": guarded, "naive": naive}[way]
    seen: dict[str, list[Any]] = {"booked": [], "refused": [], "errors": []}
    gate.wait(60)
    for wanted in wishes(seed, tries, shifts):
        try:
            seen["booked"].append((book(store, wanted, hold), wanted))
        except (Conflict, Taken) as refusal:
            seen["refused"].append((str(refusal), wanted))
        except Exception as error:
            seen["errors"].append(repr(error))
    workspaces.close()
    return seen


def main(home: str, url: str, coordinators: int, tries: int, shifts: int, way: str) -> None:
    fork = multiprocessing.get_context("fork")
    with fork.Manager() as manager, fork.Pool(coordinators) as pool:
        one = partial(coordinate, home, url, tries, shifts, way, manager.Barrier(coordinators))
        print(json.dumps(pool.map(one, range(coordinators), chunksize=1)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *(int(word) for word in sys.argv[3:6]), sys.argv[6])
