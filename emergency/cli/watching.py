"""Watching a long command: a bar on standard error, and Ctrl-C that ends it at a good place."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emergency.service.progress import Progress

STOPPED = 130  # exit code of a command that Ctrl-C or a TERM signal ended; what it says is in, is in
BAR_WIDTH = 24
LINE_SECONDS = 1.0  # where standard error is a file, one line a second is enough


def bar_line(p: Progress) -> str:
    """``[####…] 42%  420,000 of about 1,000,000 rows  51,300 rows/s  0:11 left``."""
    filled = "#" * round(BAR_WIDTH * p.share)
    minutes, seconds = divmod(round(p.seconds_left), 60)
    return (
        f"[{filled:<{BAR_WIDTH}}] {p.share:4.0%}  {p.rows:,} of about {p.rows_expected:,} rows"
        f"  {p.rows_per_second:,.0f} rows/s  {minutes}:{seconds:02} left"
    )


class Bar:
    """Draws progress in place on a terminal, as lines elsewhere."""

    def __init__(self, *, drawn: bool) -> None:
        self.drawn, self.terminal = drawn, sys.stderr.isatty()
        self.last, self.open = 0.0, False

    def show(self, progress: Progress) -> None:
        now = time.monotonic()
        if not self.drawn or (not self.terminal and now - self.last < LINE_SECONDS):
            return
        self.last = now
        if self.terminal:
            print(f"\r\x1b[K{bar_line(progress)}", end="", file=sys.stderr, flush=True)
            self.open = True
        else:
            print(bar_line(progress), file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.open:
            print(file=sys.stderr)
        self.open = False


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C or TERM signal; a second Ctrl-C interrupts at once."""
    wish = threading.Event()

    def asked(number: int, _frame: Any) -> None:
        if wish.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        wish.set()
        print("\nstopping after this chunk; what is in stays (Ctrl-C again: at once)", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
