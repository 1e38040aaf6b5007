"""Each planning benchmark still runs, and the whole plan and the bare solver find one optimum. Not how fast."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("benchmarks.allocation", "60", "12", "1"), "end to end"),
        (("benchmarks.allocation", "900", "30", "1"), "same optimum"),
        (("benchmarks.roads", "--set", "us"), "networkx"),
    ],
)
def test_it_runs_to_its_end_and_its_own_checks_hold(words: tuple[str, ...], told: str) -> None:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
