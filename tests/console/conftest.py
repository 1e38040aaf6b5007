"""The trial page, served by a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.console.demo.world import grid
from tests.fixtures.server import DIRECT, free_port

ROOT = Path(__file__).parents[2]


@contextmanager
def serving_trial(regions: Path, log: Path) -> Iterator[str]:
    """Address of the trial page on a free port, over one file of regions."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "tests/console/demo/app.py", f"--server.port={port}"]
    environment = {**os.environ, "DEMO_REGIONS": str(regions), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, f"{address}/_stcore/health", log)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    give_up = time.monotonic() + 90
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with DIRECT.open(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the trial page did not start:\n{log.read_text(errors='replace')[-3000:]}", pytrace=False)


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The trial page over the grid of sixteen squares."""
    folder = tmp_path_factory.mktemp("trial")
    regions = folder / "grid.geojson"
    regions.write_text(json.dumps(grid()), "utf-8")
    with serving_trial(regions, folder / "trial.log") as address:
        yield address
