"""How far an import has come, and how it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

# Asked after every chunk: True ends the import there, and what is in stays in.
Stop = Callable[[], bool]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Progress:
    """How far a file has been read and kept.

    Attributes:
        rows: data rows whose fate is in the store; bytes_read of bytes_total: where in the file they end.
        seconds: since the import began.
    """

    rows: int
    bytes_read: int
    bytes_total: int
    seconds: float

    @property
    def share(self) -> float:
        """Part of the file that is done, 0 to 1."""
        return min(1.0, self.bytes_read / self.bytes_total) if self.bytes_total else 0.0

    @property
    def rows_expected(self) -> int:
        """Rows of the whole file, if the rest is like what was read; 0 before anything was."""
        return round(self.rows / self.share) if self.share else 0

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """At the pace so far; 0 while nothing has been read."""
        return self.seconds * (1 - self.share) / self.share if self.share else 0.0


def never() -> bool:
    return False


def ahead(items: Generator[Item]) -> Generator[Item]:
    """The same items, each made on a thread of its own while the one before is still in use.

    At most one is made ahead, so no more than two are held. Whoever leaves early waits for the one
    that is being made.
    """
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
