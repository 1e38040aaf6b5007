"""Every hostile alert ends soon, in little memory, with an alert or a reason of one line; nothing is fetched."""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency.bootstrap import build
from emergency.config import Config
from emergency.intake.alerts.apart import measured
from emergency.service.alerts import import_file
from emergency.service.context import Actor, Context
from tests.faults import corpus
from tests.faults.test_corpus import MOST_MB, MOST_SECONDS, peak_mb, reset_peak

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return corpus.write_alerts(tmp_path_factory.mktemp("alerts"))


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    running = build(Config(home=tmp_path_factory.mktemp("home")))
    yield running.context("live", Actor("tester"))
    running.close()


def cpu_seconds() -> float:
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + child.ru_utime + child.ru_stime


@pytest.mark.timeout(900)
@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="memory is measured by /proc of Linux")
def test_every_alert_ends_soon_in_little_memory_with_an_alert_or_a_reason(
    files: list[Path], ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise AssertionError("something was asked of the network")

    monkeypatch.setattr(socket.socket, "connect", none)
    import_file(ctx, next(f for f in files if f.name == "good.cap"))  # libraries are loaded once, by nobody's fault
    wrong, slowest, largest = [], 0.0, 0.0
    for path in files:
        before, started = reset_peak(), cpu_seconds()
        answer = import_file(ctx, path)
        spent, grown = cpu_seconds() - started, peak_mb() - before
        _, child_mb = measured(path.read_bytes())
        slowest, largest = max(slowest, spent), max(largest, grown, child_mb)
        print(f"{path.name:32} {spent:5.2f} s {grown:4.0f} MB, child {child_mb:4} MB  {answer.reason()[:90]!r}")
        said = answer.ok or ("\n" not in answer.reason() and answer.reason())
        if spent > MOST_SECONDS or max(grown, child_mb) > MOST_MB or not said:
            wrong.append(f"{path.name}: {spent:.1f} s, {grown:.0f} MB, child {child_mb} MB, {answer.reason()}")
    print(f"{len(files)} alerts: slowest {slowest:.2f} s, largest {largest:.0f} MB")
    assert not wrong, "\n".join(wrong)


def test_no_hostile_alert_leads_to_a_file_of_this_machine(files: list[Path], ctx: Context) -> None:
    secret = Path("/etc/passwd").read_text().splitlines()[0]
    for name in ("outside-entity.cap", "included.cap", "links-that-climb.atom", "outside-entity-utf-16.cap"):
        answer = import_file(ctx, next(f for f in files if f.name == name))
        assert secret not in str(answer.to_json())
