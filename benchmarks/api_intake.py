"""Claims over HTTP against the bare database: `python -m benchmarks.api_intake [CLAIMS] [CLIENTS]`.

The console runs as it is shipped, in a process of its own; clients send batches of 50 over kept
connections, each the next one when it has its answer. The reference is `sqlite3.executemany` of
the same rows into the same table, one durable commit for every batch, measured in the same run
on an empty store. Then the same again with the server killed half way (signal 9): every claim
that was acknowledged before must be there after the restart, and sending all batches once more must
give the acknowledged ones the answer they had and end with every claim there once.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from emergency.bootstrap import build
from emergency.config import Config
from emergency.service.context import Actor
from emergency.service.keys import create_key
from emergency.service.running import live_profile_for, save_profile

BATCH = 50
PATIENCE_SECONDS = 120
LINES = ("motor", "property", "home", "agriculture")


def batches(claims: int, seed: int = 1) -> list[tuple[str, bytes]]:
    """(idempotency key, body) of every batch: claims scattered around Houston."""
    dice = Random(seed)
    rows = [
        {
            "report_no": f"R{seed}-{n:07}",
            "policy_no": f"P{dice.randrange(10**9):09}",
            "line": dice.choice(LINES),
            "cause": "flood",
            "loss_at": f"2017-08-{dice.randint(26, 29)}T{dice.randrange(24):02}:00:00-05:00",
            "reported_at": f"2017-08-30T{dice.randrange(24):02}:{dice.randrange(60):02}:00-05:00",
            "channel": "phone",
            "place": f"{dice.randint(1, 9999)} Main Street",
            "lon": round(dice.uniform(-97, -94.5), 5),
            "lat": round(dice.uniform(29.0, 30.5), 5),
            "currency": "USD",
            "estimated_minor": dice.randint(10_000, 9_000_000),
        }
        for n in range(claims)
    ]
    cut = [rows[at : at + BATCH] for at in range(0, claims, BATCH)]
    return [(f"batch-{seed}-{n}", json.dumps({"claims": part}).encode()) for n, part in enumerate(cut)]


class Console:
    """A console of its own on a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None
        self.key = self._prepared()

    def _prepared(self) -> str:
        """A live workspace in the United States, so that points are held against outlines, and a key to it."""
        running = build(Config(home=self.home))
        ctx = save_profile(running.context("live", Actor("benchmark")), live_profile_for("us"))
        made = create_key(ctx, "bench", ["claims.write"])
        running.close()
        return made.secret

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "EMERGENCY_HOME": str(self.home)}

    def start(self) -> None:
        command = [sys.executable, "-m", "emergency.cli", "serve", "--no-demo", "--port", str(self.port)]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            assert self.process.poll() is None, (self.home / "server.log").read_text()[-2000:]
            with suppress(OSError):
                if self._asked("/api/v1/health") == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not answer in time")

    def _asked(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def stored(self) -> list[str]:
        """Report numbers in the store, read past the server."""
        with sqlite3.connect(f"file:{self.home / 'live.sqlite'}?mode=ro", uri=True) as store:
            found = [row[0] for row in store.execute("SELECT report_no FROM claim")]
        store.close()
        return found


class Sending:
    """Several clients that send batches until there are none left, or nobody answers any more."""

    def __init__(self, console: Console, work: Sequence[tuple[str, bytes]], clients: int) -> None:
        self.console, self.work, self.clients = console, work, clients
        self.answered: dict[str, dict[str, object]] = {}
        self.seconds: list[float] = []
        self._next = 0
        self._lock = threading.Lock()

    def run(self, watch: Callable[[Sending], None] | None = None) -> float:
        """Send everything; returns the seconds it took. ``watch`` is called in this thread meanwhile."""
        started = time.perf_counter()
        threads = [threading.Thread(target=self._client) for _ in range(self.clients)]
        for thread in threads:
            thread.start()
        if watch:
            watch(self)
        for thread in threads:
            thread.join()
        return time.perf_counter() - started

    def _take(self) -> tuple[str, bytes] | None:
        with self._lock:
            self._next += 1
            return self.work[self._next - 1] if self._next <= len(self.work) else None

    def _client(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.console.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.console.key}", "Content-Type": "application/json"}
        while (one := self._take()) is not None:
            name, body = one
            started = time.perf_counter()
            try:
                connection.request("POST", "/api/v1/claims", body, {**headers, "Idempotency-Key": name})
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                return  # the server is gone: this batch was not acknowledged
            assert response.status == 200, answer
            with self._lock:
                self.answered[name] = answer
                self.seconds.append(time.perf_counter() - started)
        connection.close()

    def acknowledged(self) -> set[str]:
        """Report numbers whose sender was told that they are kept."""
        return {row["report_no"] for answer in self.answered.values() for row in answer["results"]}


def bare_seconds(source: Path, folder: Path) -> tuple[float, int]:
    """The same rows by `executemany` into the same empty table, a durable commit for each batch."""
    target = folder / "bare.sqlite"
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as store:
        tables = [
            r[0] for r in store.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'claim' AND sql NOT NULL")
        ]
        rows = store.execute("SELECT * FROM claim ORDER BY claim_id").fetchall()
    store.close()
    bare = sqlite3.connect(target, isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    for text in tables:
        bare.execute(text)
    marks = ", ".join("?" * len(rows[0]))
    started = time.perf_counter()
    for at in range(0, len(rows), BATCH):
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany(f"INSERT INTO claim VALUES ({marks})", rows[at : at + BATCH])
        bare.execute("COMMIT")
    seconds = time.perf_counter() - started
    bare.close()
    return seconds, len(rows)


@dataclass(frozen=True)
class Toll:
    """What a kill cost; all but the first must be 0.

    Attributes:
        acknowledged: claims whose senders had been told that they are kept.
        lost: of them, those that are not there after the restart.
        changed: batches that got another answer when they were sent again.
        twice, missing: claims in the end, after everything was sent again.
    """

    acknowledged: int
    lost: int
    changed: int
    twice: int
    missing: int


def killed_half_way(console: Console, work: Sequence[tuple[str, bytes]], clients: int) -> Toll:
    """Kill the server after half of the batches, start it again, send all batches once more under their keys."""
    before = Sending(console, work, clients)

    def watch(sending: Sending) -> None:
        while len(sending.answered) < len(work) // 2:
            time.sleep(0.002)
        console.kill()

    before.run(watch)
    kept = before.acknowledged()
    console.start()
    lost = len(kept - set(console.stored()))
    assert len(before.answered) < len(work), "the kill came too late: every batch had been answered"
    again = Sending(console, work, clients)
    again.run()
    everything = {row["report_no"] for _, body in work for row in json.loads(body)["claims"]}
    stored = console.stored()
    mine = [number for number in stored if number in everything]
    return Toll(
        acknowledged=len(kept),
        lost=lost,
        changed=sum(again.answered.get(name) != answer for name, answer in before.answered.items()),
        twice=len(mine) - len(set(mine)),
        missing=len(everything - set(stored)),
    )


def _waits(hundredths: Sequence[float]) -> str:
    return f"p50 {hundredths[49] * 1000:.0f} ms, p99 {hundredths[98] * 1000:.0f} ms a batch"


def main(claims: int = 20_000, clients: int = 16) -> None:
    home = Path(tempfile.mkdtemp(prefix="emergency-api-"))
    console = Console(home)
    try:
        console.start()
        Sending(console, batches(1_000, seed=0), clients).run()  # regions loaded, code compiled
        sending = Sending(console, batches(claims), clients)
        seconds = sending.run()
        assert len(sending.acknowledged()) == claims
        bare, rows = bare_seconds(home / "live.sqlite", home)
        slow = statistics.quantiles(sending.seconds, n=100)
        print(f"{claims:,} claims in batches of {BATCH}, {clients} clients, SQLite, synchronous=FULL")
        print(f"HTTP API             {claims / seconds:10,.0f} claims/s   {_waits(slow)}")
        print(f"bare executemany     {rows / bare:10,.0f} claims/s   one commit for each batch")
        print(f"ratio                {(seconds / claims) / (bare / rows):10.1f}")
        toll = killed_half_way(console, batches(claims // 2, seed=2), clients)
        print(f"killed (signal 9) half way: {toll.acknowledged:,} acknowledged, {toll.lost} lost;")
        print(f"all sent again: {toll.changed} answers changed, {toll.twice} claims twice, {toll.missing} missing")
        assert not (toll.lost or toll.changed or toll.twice or toll.missing)
    finally:
        console.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
