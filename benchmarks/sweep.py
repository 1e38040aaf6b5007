"""Headless plays a minute, on one worker and on two: `python -m benchmarks.sweep [SCRIPT] [--plays N]`.

The same jobs on 1 and on 2 processes, after one play on each worker to read the content; the rows are compared, too.
The ratio is of the same run on the same machine: 2.0 would be linear. A machine that is busy with something else has
no second core to give; the load is printed beside the figure.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from emergency.bootstrap import build
from emergency.config import Config
from emergency.service import sweep
from emergency.service.context import Actor


def main(script: str, plays: int) -> float:
    with tempfile.TemporaryDirectory() as home:
        running = build(Config(home=Path(home)))
        ctx = running.context("live", Actor("bench"))
        jobs = sweep.jobs_for(ctx, script, runs=plays)
        running.close()
        print(f"{script}, {plays} plays each, {os.cpu_count()} cores, load {os.getloadavg()}")
        seconds, rows = {}, {}
        for workers in (1, 2):
            seconds[workers], rows[workers] = timed(jobs, workers)
            print(f"{workers} workers: {seconds[workers]:.1f} s, {60 * plays / seconds[workers]:.1f} plays a minute")
    assert rows[1] == rows[2], "the numbers depend on the number of workers"
    ratio = seconds[1] / seconds[2]
    print(f"2 workers are {ratio:.2f} times as fast as 1: {ratio / 2:.2f} × linear; the rows are the same")
    return ratio / 2


def timed(jobs: list[sweep.Job], workers: int) -> tuple[float, list[dict[str, Any]]]:
    with sweep.executor(workers=workers) as found:
        list(found.map(sweep.play_one, jobs[:workers]))  # each worker reads playbooks, rules and regions once
        begun = time.perf_counter()
        rows = sweep.sweep(jobs, found)
        return time.perf_counter() - begun, rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("script", nargs="?", default="typhoon-gd-2026")
    parser.add_argument("--plays", type=int, default=16)
    arguments = parser.parse_args()
    main(arguments.script, arguments.plays)
