"""An import killed with signal 9 or stopped with Ctrl-C: whole chunks are in, and everybody is told which."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from benchmarks.claims_bulk import write_claims
from emergency.bootstrap import Running
from emergency.service.context import Actor, Context
from emergency.service.housekeeping import put_in_order
from emergency.service.importing import import_claims, mapping_named
from emergency.service.records import imports, journal_entries, verify_journal
from emergency.service.running import live_profile_for, save_profile
from emergency.store.tables import claim
from tests.service.conftest import running

__all__ = ["running"]

ROWS, CHUNK = 120_000, 20_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "claims.csv"
    write_claims(path, ROWS)
    return path


@pytest.fixture
def live(running: Running) -> Context:
    return save_profile(running.context("live", Actor("chen", "Chen Yu")), live_profile_for("us"))


@contextmanager
def command(live: Context, database_url: str, file: Path) -> Iterator[subprocess.Popen[str]]:
    """``emergency claims import`` as a process of its own, on the same store."""
    process = subprocess.Popen(
        [sys.executable, "-m", "emergency.cli", "claims", "import", str(file), "--json", "--progress"],
        env={**os.environ, "EMERGENCY_HOME": str(live.content.home), "EMERGENCY_DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def chunks_in(live: Context) -> int:
    found = imports(live)
    return int(found[0]["chunks"]) if found else 0


def stored(live: Context) -> dict[str, Any]:
    """Claims by the import that wrote them last, and the highest version."""
    with live.store.read() as connection:
        by = dict(connection.execute(select(claim.c.import_id, func.count()).group_by(claim.c.import_id)).fetchall())
        return {"by": by, "version": connection.execute(select(func.max(claim.c.version))).scalar_one()}


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_of_a_killed_import_whole_chunks_are_in_and_its_receipt_says_how_many(
    live: Context, database_url: str, file: Path
) -> None:
    with command(live, database_url, file) as process:
        until(lambda: chunks_in(live) >= 2)
        process.kill()
        process.wait()
    (receipt,) = imports(live)
    kept = receipt["chunks"] * CHUNK
    assert (receipt["state"], receipt["rows"], receipt["new"]) == ("stopped", kept, kept)
    assert stored(live) == {"by": {receipt["import_id"]: kept}, "version": 1}
    unlocated = select(func.count()).where(claim.c.region.is_(None))
    with live.store.read() as connection:
        assert receipt["unlocated"] == connection.execute(unlocated).scalar_one()

    put_in_order(live)
    put_in_order(live)
    stops = [e for e in journal_entries(live) if e.action == "claims.import.stop"]
    assert [e.facts()["rows"] for e in stops] == [kept], "said once, with the counts"

    again = import_claims(live, file, mapping_named(live, "plain"))
    assert (again.state, again.rows, again.new, again.duplicates) == ("done", ROWS, ROWS - kept, kept)
    assert stored(live) == {"by": {receipt["import_id"]: kept, again.import_id: ROWS - kept}, "version": 1}
    assert verify_journal(live).ok


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_ctrl_c_ends_an_import_after_the_chunk_in_hand_with_its_receipt(
    live: Context, database_url: str, file: Path
) -> None:
    with command(live, database_url, file) as process:
        until(lambda: chunks_in(live) >= 1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    receipt = json.loads(out)
    assert (process.returncode, receipt["state"]) == (130, "stopped")
    assert "stopping after this chunk" in err
    assert "rows/s" in err
    assert 0 < receipt["rows"] < ROWS
    assert receipt["rows"] % CHUNK == 0
    assert stored(live)["by"] == {receipt["import_id"]: receipt["rows"]}
    (kept,) = imports(live)
    assert (kept["state"], kept["rows"], kept["finished_us"] is not None) == ("stopped", receipt["rows"], True)
