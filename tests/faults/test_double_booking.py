"""Eight coordinators at once book from the same twenty people: nobody is ever in two plans in one shift."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from emergency.store import plans
from emergency.store.store import Store, Workspaces
from tests.faults.coordinator import KEYLESS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

COORDINATORS = 8
NAMED = re.compile(r"(A-\d\d) \((S-\d\d), #(\d+)\)")
Slot = tuple[str, str, int]


@dataclass(frozen=True)
class Race:
    """What the eight say they saw, added up."""

    booked: list[tuple[int, list[tuple[str, str]]]]
    refused: list[tuple[str, list[tuple[str, str]]]]
    errors: list[str]

    @property
    def slots(self) -> set[Slot]:
        return {(person, shift, plan_id) for plan_id, wanted in self.booked for person, shift in wanted}

    @property
    def double(self) -> list[tuple[str, str]]:
        """People told to more than one plan for the same shift."""
        times = Counter((person, shift) for person, shift, _ in self.slots)
        return [who for who, count in times.items() if count > 1]


def race(repository: Path, home: Path, url: str, tries: int, way: str) -> Race:
    """Let eight processes go at once and gather what they say."""
    words = [str(home), url, str(COORDINATORS), str(tries), str(max(3, tries // 24)), way]
    command = [sys.executable, "-m", "tests.faults.coordinator", *words]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, start_new_session=True) as running:
        try:
            said = json.loads(running.communicate(timeout=500)[0])
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
    told: dict[str, list[Any]] = {key: [row for one in said for row in one[key]] for key in said[0]}
    booked = [(plan_id, [(person, shift) for person, shift in wanted]) for plan_id, wanted in told["booked"]]
    refused = [(words, [(person, shift) for person, shift in wanted]) for words, wanted in told["refused"]]
    return Race(booked, refused, told["errors"])


@pytest.fixture
def tries(thorough: bool) -> int:
    """Of each coordinator: 4,800 in all when there is time, 480 otherwise."""
    return 600 if thorough else 60


def written(store: Store) -> tuple[set[Slot], set[Slot]]:
    """Slots in the table, and slots the drafts of that database say they hold."""
    with store.read() as connection:
        held = {(s["adjuster_id"], s["shift"], s["plan_id"]) for s in plans.slots(connection)}
        drafts = plans.every(connection)
    return held, {(person, shift, d["plan_id"]) for d in drafts for person, shift in d["body"]["slots"]}


def test_eight_processes_never_book_a_person_twice_and_every_refusal_names_who(
    repository: Path, tmp_path: Path, database_url: str, tries: int
) -> None:
    workspaces = Workspaces(tmp_path, database_url)
    store = workspaces.open("live")
    seen = race(repository, tmp_path, database_url, tries, "guarded")
    held, drafted = written(store)
    workspaces.close()
    print(f"{len(seen.booked)} booked, {len(seen.refused)} refused, {len(seen.double)} double, {seen.errors[:3]}")

    assert seen.errors == []
    assert len(seen.booked) + len(seen.refused) == COORDINATORS * tries
    assert len(seen.booked) >= 20 and len(seen.refused) >= 20, "a race without both says nothing"
    assert seen.double == []
    # Nothing half written: every plan told to be booked stands whole, a refused one left no trace.
    assert held == seen.slots == drafted
    for words, wanted in seen.refused:
        named = {(person, shift, int(plan_id)) for person, shift, plan_id in NAMED.findall(words)}
        assert named and named <= held, words
        assert {(person, shift) for person, shift, _ in named} <= set(wanted), words


def test_without_the_key_looking_before_writing_books_people_twice(
    repository: Path, tmp_path: Path, postgres_url: str, tries: int
) -> None:
    """The control: were this one green, the race above would prove nothing."""
    workspaces = Workspaces(tmp_path, postgres_url)
    store = workspaces.open("live")
    with store.write() as connection:
        KEYLESS.create(connection)
    seen = race(repository, tmp_path, postgres_url, tries, "naive")
    with store.read() as connection:
        held = [(row.adjuster_id, row.shift) for row in connection.execute(select(KEYLESS))]
    workspaces.close()
    print(f"{len(seen.booked)} booked, {len(seen.refused)} refused, {len(seen.double)} double, {seen.errors[:3]}")

    assert seen.errors == []
    assert seen.double, "the careless way was not caught: the race is too tame"
    assert sorted(seen.double) == sorted(who for who, times in Counter(held).items() if times > 1)
