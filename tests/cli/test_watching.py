from __future__ import annotations

import os
import signal

import pytest

from emergency.cli.watching import Bar, bar_line, stopping
from emergency.service.progress import Progress

HALF = Progress(rows=420_000, bytes_read=42, bytes_total=100, seconds=8.2)


def test_a_bar_says_share_rows_pace_and_time_left() -> None:
    line = bar_line(HALF)
    assert line == f"[{'#' * 10:<24}]  42%  420,000 of about 1,000,000 rows  51,220 rows/s  0:11 left"


def test_where_standard_error_is_a_file_a_bar_is_a_line_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(drawn=True)
    for _ in range(3):
        bar.show(HALF)
    bar.close()
    assert capsys.readouterr().err == bar_line(HALF) + "\n"


def test_no_bar_is_drawn_unasked(capsys: pytest.CaptureFixture[str]) -> None:
    Bar(drawn=False).show(HALF)
    assert capsys.readouterr().err == ""


def test_the_first_ctrl_c_is_a_wish_and_the_second_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopping() as wish:
        assert not wish.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        assert wish.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().err.count("what is in stays") == 1
