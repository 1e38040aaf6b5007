"""Work from many threads in groups: everything once, nothing together that touches."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.service.gather import Gatherer

Item = tuple[int, int]  # (name, what it touches)


class Worker:
    """Remembers its groups; the first waits until the others stand in the queue."""

    def __init__(self, bad: frozenset[int] = frozenset()) -> None:
        self.groups: list[list[int]] = []
        self.bad = bad
        self.inside = 0
        self.started, self.go = threading.Event(), threading.Event()

    def __call__(self, group: Sequence[Item]) -> list[str]:
        self.inside += 1
        assert self.inside == 1, "two groups at once"
        try:
            self.started.set()
            assert self.go.wait(10)
            if self.bad & {name for name, _ in group}:
                raise OSError("bad one in the group")
            self.groups.append([name for name, _ in group])
            return [f"did {name}" for name, _ in group]
        finally:
            self.inside -= 1


def play(items: list[Item], worker: Worker, most: int = 100) -> list[object]:
    """One thread each, the first of them at work before the others come; answers or faults."""
    door: Gatherer[Item, str] = Gatherer(worker, lambda item: frozenset({item[1]}), most)

    def submit(item: Item) -> object:
        try:
            return door.submit(item)
        except OSError as fault:
            return fault

    with ThreadPoolExecutor(len(items)) as threads:
        first = threads.submit(submit, items[0])
        assert worker.started.wait(10)
        rest = [threads.submit(submit, item) for item in items[1:]]
        while len(door._waiting) < len(items) - 1:
            pass
        worker.go.set()
        return [f.result(10) for f in [first, *rest]]


def test_what_waits_goes_together_and_a_lone_item_waits_for_nobody() -> None:
    worker = Worker()
    assert play([(n, n) for n in range(6)], worker) == [f"did {n}" for n in range(6)]
    assert worker.groups[0] == [0]
    assert sorted(worker.groups[1]) == [1, 2, 3, 4, 5]


def test_a_group_has_its_limit() -> None:
    worker = Worker()
    play([(n, n) for n in range(8)], worker, most=3)
    assert [len(g) for g in worker.groups] == [1, 3, 3, 1]


def test_one_that_fails_fails_alone() -> None:
    worker = Worker(bad=frozenset({3}))
    answers = play([(n, n) for n in range(6)], worker)
    assert [isinstance(a, OSError) for a in answers] == [n == 3 for n in range(6)]
    assert sorted(n for g in worker.groups for n in g) == [0, 1, 2, 4, 5]


@pytest.mark.timeout(60)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=9), st.integers(1, 4))
def test_everything_is_done_once_and_what_touches_never_together(touched: list[int], most: int) -> None:
    worker = Worker()
    answers = play(list(enumerate(touched)), worker, most)
    assert answers == [f"did {n}" for n in range(len(touched))]
    assert sorted(n for g in worker.groups for n in g) == list(range(len(touched)))
    for group in worker.groups:
        assert len({touched[n] for n in group}) == len(group) <= most
