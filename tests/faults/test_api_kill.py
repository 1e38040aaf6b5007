"""The server killed with signal 9 while clients send: what was acknowledged is there, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.api_intake import BATCH, Console, batches, killed_half_way


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    home = tmp_path / "home"
    home.mkdir()
    found = Console(home)
    found.start()
    yield found
    found.stop()


@pytest.mark.faults
@pytest.mark.timeout(1200)
def test_no_acknowledged_claim_is_lost_when_the_server_is_killed(console: Console, thorough: bool) -> None:
    """Then everything is sent again under its keys: the same answers, every claim there once."""
    for seed in range(8 if thorough else 1):
        toll = killed_half_way(console, batches(4_000 if thorough else 1_000, seed=seed), clients=6)
        assert toll.acknowledged >= BATCH
        assert (toll.lost, toll.changed, toll.twice, toll.missing) == (0, 0, 0, 0)
