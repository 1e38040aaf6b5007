"""A sender killed with signal 9 between handing a message over and writing that down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from emergency.bootstrap import build
from emergency.config import Config
from emergency.service import outbox
from emergency.service.context import Actor, Context, Notice
from emergency.service.running import WallClock
from tests.notify.receivers import Posts, web

SENDER = """
import sys
from pathlib import Path
from emergency.bootstrap import build
from emergency.config import Config
from emergency.service import outbox
from emergency.service.context import Actor
outbox.HELD_S = 0
running = build(Config(home=Path(sys.argv[1]), channels=Path(sys.argv[2])))
outbox.send_queued(running.context("live", Actor("system")))
"""


def sender(home: Path, channels: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SENDER, str(home), str(channels)])


def killed_on_receipt(home: Path, channels: Path, posts: Posts) -> None:
    """Start a sender and kill it while the receiver holds its message and has not answered yet."""
    got, dead = threading.Event(), threading.Event()

    def hold(_count: int) -> None:
        got.set()
        dead.wait(30)

    posts.on_post = hold
    process = sender(home, channels)
    assert got.wait(60), "the message did not arrive"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    dead.set()
    posts.on_post = lambda _count: None


@pytest.mark.faults
def test_a_message_handed_over_by_a_killed_sender_goes_again_under_its_key(tmp_path: Path, thorough: bool) -> None:
    home, channels = tmp_path / "home", tmp_path / "channels.yaml"
    with web() as posts:
        channels.write_text(f'format: channels/1.0\nchannels:\n  press: {{kind: webhook, url: "{posts.address}"}}\n')
        running = build(Config(home=home, channels=channels))
        ctx = running.context("live", Actor("chen"))
        assert isinstance(ctx.clock, WallClock)
        with ctx.store.write() as connection:
            for n in range(3):
                outbox.send_notice(ctx, connection, Notice(f"bulletin/{n}", "media", "press", "Flood", f"text {n}"))
        kills = 5 if thorough else 2
        for _ in range(kills):
            killed_on_receipt(home, channels, posts)
        assert sender(home, channels).wait(60) == 0
        assert states(ctx) == ["sent"] * 3, "no message is lost"
        keys = [h["idempotency-key"] for h in posts.headers]
        assert len(keys) == 3 + kills and len(set(keys)) == 3, "each double carries the key of the first"
        assert sender(home, channels).wait(60) == 0
        assert len(posts.headers) == 3 + kills, "what was written down as sent does not go again"
        running.close()


def states(ctx: Context) -> list[str]:
    return [row["state"] for row in outbox.deliveries(ctx)]
