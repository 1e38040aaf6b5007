"""Alert files are read by a child with limits, like every other file from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from emergency.intake.alerts.carry import unpacked
from emergency.intake.alerts.guard import MOST_BYTES
from emergency.intake.alerts.reading import Reading
from emergency.texts import N_, Message

# Beyond the child's own limit of processor time: for a machine that is busy, or a child that sleeps.
PATIENCE_SECONDS = 60
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


def read_apart(data: bytes) -> Reading:
    """The alerts of one file; a file that takes its reader down is a reason, not a fault of ours."""
    reading, _ = measured(data)
    return reading


def measured(data: bytes) -> tuple[Reading, int]:
    """The reading, and the megabytes its reader held at most (0 where it died)."""
    clean = {k: v for k, v in os.environ.items() if k in KEPT}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "emergency.intake.alerts.child"],
            input=data[: MOST_BYTES + 1],
            capture_output=True,
            env=clean | {"PYTHONPATH": str(Path(__file__).parents[3])},
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return _refused(N_("the file takes too long to read; an alert is read in a moment")), 0
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return _refused(N_("the file takes too long to read; an alert is read in a moment")), 0
    try:
        answer = json.loads(done.stdout)
        return unpacked(answer), int(answer["peak_mb"])
    except (ValueError, KeyError, TypeError, AttributeError):
        if b"MemoryError" in done.stderr:
            return _refused(N_("the file takes more memory to read than any alert needs")), 0
        return _refused(N_("the file cannot be read: its reader gave up on it")), 0


def _refused(reason: str) -> Reading:
    return Reading(reasons=(Message(reason),))
