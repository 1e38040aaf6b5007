"""A process that looks after the clocks is killed again and again; every mark is given once, whole or not at all."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from emergency.bootstrap import build
from emergency.config import Config
from emergency.domain.incident import Incident
from emergency.service.clock_watch import clock_chores
from emergency.service.context import Actor
from emergency.service.records import verify_journal
from emergency.service.response import open_incident, record_fact
from emergency.store import journal, records, reports

INCIDENTS = 12
LOOP = """
import sys
from pathlib import Path
from emergency.bootstrap import build
from emergency.config import Config
from emergency.service.clock_watch import clock_chores
from emergency.service.running import SYSTEM
running = build(Config(home=Path(sys.argv[1])))
ctx = running.context("live", SYSTEM)
print("ready", flush=True)
while True:
    clock_chores(ctx)
"""


def test_no_clock_fires_twice_or_half_however_often_the_server_dies(tmp_path: Path, thorough: bool) -> None:
    running = build(Config(home=tmp_path / "home"))
    ctx = running.context("live", Actor("chen"))
    began = datetime.now(UTC) - timedelta(hours=3)
    for number in range(INCIDENTS):
        name = f"FIRE-{number}"
        open_incident(
            ctx,
            Incident(name, "accident", (), {"en": "Fire", "zh": "火灾"}, "CN-410000", ("410100",), began, began, began),
        )
        record_fact(ctx, "industry.payout.property_estimated", 60_000_000, incident_id=name, source="bureau")
    dice = random.Random(720)
    for _ in range(20 if thorough else 6):
        child = subprocess.Popen(
            [sys.executable, "-c", LOOP, str(tmp_path / "home")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(dice.uniform(0.2, 3.0))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    clock_chores(ctx)  # what the last of them left undone
    with ctx.store.read() as connection:
        marks = Counter(
            f"clock/{m['incident_id']}/{m['clock_id']}/{m['mark']}"
            for n in range(INCIDENTS)
            for m in reports.marks(connection, f"FIRE-{n}")
        )
        told = Counter(
            m["event_key"] for m in records.messages(connection, 10_000) if m["event_key"].startswith("clock/")
        )
        late = sum(e.action == "clock.late" for e in journal.entries(connection))
    assert marks == told, "a mark and its notice are one"
    assert set(marks.values()) == {1}
    # Each: the first report, and of the internal ones those a level asks for; all past their limit.
    assert {key.split("/")[1] for key in marks} == {f"FIRE-{n}" for n in range(INCIDENTS)}
    assert late == len(marks)
    assert verify_journal(ctx).ok
    running.close()
