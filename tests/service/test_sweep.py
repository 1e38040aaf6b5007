"""A sweep gives the same rows whoever plays them, and goes on where it was stopped."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from emergency.bootstrap import build
from emergency.config import Config
from emergency.service import sweep
from emergency.service.context import Actor, Context, Refused

SCRIPT = "core-outage-2026"


class InPlace(Executor):
    """One worker: this process. played: the jobs it was given; it stops before the one after the last of ``most``."""

    def __init__(self, most: int = 99) -> None:
        self.played: list[Any] = []
        self.most = most

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        found: Future[Any] = Future()
        if len(self.played) < self.most:
            self.played.append(args[0])
            found.set_result(fn(*args, **kwargs))
        else:
            found.set_exception(KeyboardInterrupt())
        return found


def command(home: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A sweep of a command of its own: what a test has done to this process is not handed on to its workers."""
    environment = {**os.environ, "EMERGENCY_HOME": str(home), "EMERGENCY_DATABASE_URL": "", "TMPDIR": str(home)}
    home.mkdir(exist_ok=True)
    return [sys.executable, "-m", "emergency.cli", "drill", "sweep", SCRIPT, *arguments], environment


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A house of its own; every play has its own store anyway."""
    running = build(Config(home=tmp_path_factory.mktemp("sweep-house")))
    yield running.context("live", Actor("test"))
    running.close()


@pytest.fixture(scope="module")
def two_plays(ctx: Context) -> Any:
    """Two plays of one worker, played once for all tests that hold others against them."""
    return json.loads(json.dumps(sweep.sweep(sweep.jobs_for(ctx, SCRIPT, runs=2), InPlace())))


def test_one_worker_and_two_processes_give_the_same_rows(two_plays: list[dict[str, Any]], tmp_path: Path) -> None:
    line, environment = command(tmp_path / "home", "--runs", "2", "--json", "--workers", "2")
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == two_plays
    assert [row["seed"] for row in two_plays] == [7, 8]
    assert all(row["overall"] is not None for row in two_plays)
    (variant,) = sweep.summary(two_plays)
    assert (variant.runs, variant.staffing, variant.rules) == (2, 100, "")


def test_a_dask_cluster_gives_the_same_rows(two_plays: list[dict[str, Any]], ctx: Context) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the package distributed, no part of the house")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        jobs = sweep.jobs_for(ctx, SCRIPT, runs=2)
        with sweep.executor(cluster.scheduler_address) as found:
            assert sweep.sweep(jobs, found) == two_plays


def test_a_sweep_that_was_stopped_goes_on_and_plays_nothing_twice(
    two_plays: list[dict[str, Any]], ctx: Context, tmp_path: Path
) -> None:
    out, jobs = tmp_path / "sweep.json", sweep.jobs_for(ctx, SCRIPT, runs=2)
    with pytest.raises(KeyboardInterrupt):
        sweep.sweep(jobs, InPlace(most=1), plays=sweep.kept(ctx, jobs, out))
    part = tmp_path / "sweep.json.part"
    part.write_bytes(part.read_bytes() + b'{"seed": 8, "auto": "scr')  # what a kill tears off
    rest, told = InPlace(), list[int]()
    plays = sweep.kept(ctx, jobs, out)
    assert not out.exists()
    assert json.loads(json.dumps(sweep.sweep(jobs, rest, told.append, plays))) == two_plays
    assert [job.seed for job in rest.played] == [8]
    assert told == [1, 2]
    plays.finish({out: b"{}"})
    assert not part.exists() and sorted(path.name for path in tmp_path.glob("sweep*")) == ["sweep.json"]


def test_plays_by_other_rules_are_not_gone_on_with(ctx: Context, tmp_path: Path) -> None:
    out, jobs = tmp_path / "sweep.json", sweep.jobs_for(ctx, SCRIPT, runs=1)
    sweep.kept(ctx, jobs, out)
    part = tmp_path / "sweep.json.part"
    part.write_text(part.read_text().replace("made_of", "made of"))
    with pytest.raises(Refused, match="other rules"):
        sweep.kept(ctx, jobs, out)


def test_a_killed_sweep_leaves_whole_lines_no_answer_and_no_process(
    two_plays: list[dict[str, Any]], tmp_path: Path
) -> None:
    home, out = tmp_path / "home", tmp_path / "sweep.json"
    line, environment = command(home, "--runs", "2", "--workers", "1", "--out", str(out))
    part = tmp_path / "sweep.json.part"
    process = subprocess.Popen(line, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(lambda: part.exists() and part.read_bytes().count(b"\n") == 2)  # the head and one play
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        wait_for(lambda: not alive(process.pid))
    finally:
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
    assert not out.exists() and not list(home.glob("sweep-*"))
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=240)
    assert "1 of 2 plays were done before" in done.stderr
    assert json.loads(out.read_text())["rows"] == two_plays
    assert not part.exists()
    heads, only = csv.reader((tmp_path / "sweep.csv").read_text("utf-8-sig").splitlines())
    found = dict(zip(heads, only, strict=True))
    assert (found["runs"], found["rules"]) == ("2", "shipped")
    assert float(found["overall"]) == pytest.approx(sum(row["overall"] for row in two_plays) / 2, abs=0.01)


def wait_for(true: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.1)


def alive(group: int) -> bool:
    """Whether a process of the sweep is left over, its workers included."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_rules_to_try_stand_in_for_those_of_the_house(
    two_plays: list[dict[str, Any]], ctx: Context, tmp_path: Path
) -> None:
    rules = tmp_path / "slower"
    rules.mkdir()
    shipped = (ctx.content.library.root / "data" / "rules" / "worth.yaml").read_text("utf-8")
    (rules / "worth.yaml").write_text(shipped + "\n# to be tried\n", "utf-8")
    jobs = sweep.jobs_for(ctx, SCRIPT, runs=1, rules=["", str(rules)])
    library = sweep._shelf(jobs[1].root, jobs[1].home, jobs[1].rules)[0]
    assert (library.root / "data" / "rules" / "worth.yaml").read_text("utf-8").endswith("# to be tried\n")
    (row,) = sweep.sweep(jobs[1:], InPlace())
    assert row == {**two_plays[0], "rules": "slower"}
    house, tried = sweep.summary([two_plays[0], row])
    assert (house.rules, tried.rules, tried.histogram) == ("", "slower", house.histogram)


def test_what_cannot_be_swept_is_refused(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="at least one run"):
        sweep.jobs_for(ctx, "typhoon-gd-2026", runs=0)
    with pytest.raises(Refused, match="at least one run"):
        sweep.jobs_for(ctx, "typhoon-gd-2026", runs=1, staffing=[0])
    with pytest.raises(Refused):
        sweep.jobs_for(ctx, "nowhere", runs=1)
    with pytest.raises(Refused, match="no folder of rules"):
        sweep.jobs_for(ctx, SCRIPT, runs=1, rules=[str(tmp_path / "none")])


def test_a_cluster_without_its_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused, match="distributed"), sweep.executor("tcp://nowhere:8786"):
        pass
