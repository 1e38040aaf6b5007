"""An incident is commanded while the console dies again and again: no confirmed act is lost, no clock fires twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emergency.bootstrap import build
from emergency.config import Config
from emergency.domain.incident import Incident
from emergency.service.context import Actor, Context
from emergency.service.grading import confirm_level
from emergency.service.records import verify_journal
from emergency.service.response import open_incident, record_fact
from emergency.store import journal, records, reports
from tests.faults.commander import CHORES, WORD

REPOSITORY = Path(__file__).parents[2]
INCIDENT = "STORM-1"


def open_storm(ctx: Context) -> None:
    """A typhoon found three hours ago, past its first reports, at level Ⅰ with its playbook's tasks laid out."""
    began = datetime.now(UTC) - timedelta(hours=3)
    open_incident(
        ctx,
        Incident(
            INCIDENT,
            "natural_disaster",
            ("typhoon",),
            {"en": "Typhoon", "zh": "台风"},
            "CN-440000",
            ("440000",),
            began,
            began,
            began,
        ),
    )
    record_fact(ctx, "casualties.insured_deaths", 12, incident_id=INCIDENT, source="province")
    record_fact(ctx, "industry.payout.property_estimated", 1_200_000_000, incident_id=INCIDENT, source="bureau")
    confirm_level(ctx, INCIDENT, 1)


def work_until_killed(home: Path, seed: int, dice: random.Random) -> list[tuple[str, str]]:
    """(action, mark) of everything the process confirmed before it was killed in the middle of some later act."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.commander", str(home), str(seed)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        text=True,
    )
    assert child.stdout is not None
    with child.stdout as said:
        assert said.readline() == "ready\n", "the console did not start; its traceback is above"
        lines = [said.readline() for _ in range(dice.randint(2, 8))]
        killer = threading.Timer(dice.uniform(0, 0.5), child.send_signal, [signal.SIGKILL])
        killer.start()
        # A line that is cut off was not confirmed to anybody.
        lines += [line for line in said if line.endswith("\n")]
    child.wait()
    assert child.returncode == -signal.SIGKILL, "it ended by itself; its traceback is above"
    return [(action, mark) for action, _, mark in (line.strip().partition(" ") for line in lines)]


@pytest.mark.faults
@pytest.mark.timeout(1200)
def test_whatever_was_confirmed_is_there_and_no_clock_fires_twice(tmp_path: Path, thorough: bool) -> None:
    running = build(Config(home=tmp_path / "home"))
    ctx = running.context("live", Actor("chen", "Chen Yu", "hq-commander"))
    open_storm(ctx)
    dice = random.Random(720)
    confirmed: list[tuple[str, str]] = []
    for seed in range(20 if thorough else 3):
        confirmed += work_until_killed(tmp_path / "home", seed, dice)
    for chore in CHORES:  # what the last of them left undone
        chore(ctx)
    with ctx.store.read() as connection:
        entries = list(journal.entries(connection))
        marks = [(m["clock_id"], m["mark"]) for m in reports.marks(connection, INCIDENT)]
        told = [m["event_key"] for m in records.messages(connection, 100_000)]
    kept = Counter(
        (e.action, word) for e in entries for word in e.body.replace('"', " ").split() if word.startswith(WORD + "-")
    )
    assert len(confirmed) >= 6, "it did work between the kills"
    assert [act for act in confirmed if not kept[act]] == [], "confirmed, and lost"
    # A post taken is left under another mark; every other act stands once.
    assert {act: n for act, n in kept.items() if n > 1 and act[0] not in ("post.take", "post.leave")} == {}
    assert marks, "clocks fired while it was killed"
    assert len(marks) == len(set(marks)), "a clock fired twice"
    clock_notices = [key for key in told if key.startswith("clock/")]
    assert len(clock_notices) == len(set(clock_notices)) == len(marks), "each mark and its notice are one"
    assert verify_journal(ctx).ok
    running.close()
