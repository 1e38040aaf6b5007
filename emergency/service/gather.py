"""Work handed in by many threads at once, done in groups: one transaction serves a whole group.

A feed's batch costs much the same whether it holds fifty claims or five hundred, and a commit
waits for the disk once either way. While one group is being written the next one gathers, so
the busier the door the larger the groups, and a lone batch waits for nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Waiting(Generic[Item, Answer]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = False
        self.fault: BaseException | None = None
        self.answers: list[Answer] = []


class Gatherer(Generic[Item, Answer]):
    """Does items in groups, each group whole or not at all, each item exactly once.

    Args:
        work: does a group and answers each of its items, in order. When it fails for a group,
            nothing of the group must remain; every item is then done by itself, so that one
            that cannot be done does not take others with it.
        marks: what an item touches. Two items with a mark in common are never in one group.
        most: items in one group.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Answer]],
        marks: Callable[[Item], frozenset[Hashable]],
        most: int,
    ) -> None:
        self._work, self._marks, self._most = work, marks, most
        self._changed = threading.Condition()
        self._waiting: list[_Waiting[Item, Answer]] = []
        self._busy = False

    def submit(self, item: Item) -> Answer:
        """Do the item with whatever else is waiting; returns when it is done.

        Raises:
            what `work` raised for this item alone.
        """
        mine: _Waiting[Item, Answer] = _Waiting(item)
        with self._changed:
            self._waiting.append(mine)
        while group := self._lead_or_wait(mine):
            try:
                self._do(group)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
        if mine.fault is not None:
            raise mine.fault
        return mine.answers[0]

    def _lead_or_wait(self, mine: _Waiting[Item, Answer]) -> list[_Waiting[Item, Answer]]:
        """The next group, if it falls to this thread to do it; nothing once its own item is done."""
        with self._changed:
            self._changed.wait_for(lambda: mine.done or not self._busy)
            if mine.done:
                return []
            self._busy = True
            return self._take()

    def _take(self) -> list[_Waiting[Item, Answer]]:
        """The longest waiting, and all that can go with it; the order among those that touch stays."""
        touched: set[Hashable] = set()
        group: list[_Waiting[Item, Answer]] = []
        left: list[_Waiting[Item, Answer]] = []
        for one in self._waiting:
            marks = self._marks(one.item)
            fits = len(group) < self._most and not touched & marks
            (group if fits else left).append(one)
            touched |= marks
        self._waiting = left
        return group

    def _do(self, group: Sequence[_Waiting[Item, Answer]]) -> None:
        try:
            answers = self._work([one.item for one in group])
        except BaseException as fault:
            if len(group) > 1:
                for one in group:
                    self._do([one])
                return
            group[0].fault = fault
        else:
            for one, answer in zip(group, answers, strict=True):
                one.answers.append(answer)
        for one in group:
            one.done = True
