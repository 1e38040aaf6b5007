"""Tables are read by a child: what it hands over is what stands in the file, and it ends with whoever asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from emergency.intake import apart
from emergency.intake.apart import Child, Rows, _batch, gave_up
from emergency.intake.claims import read_claims
from emergency.intake.faults import FileFault
from emergency.intake.sniff import samples
from emergency.intake.table import open_table
from tests.intake.files import mapping, read, without_child, write

HEADER = ["report_no", "line", "loss_time", "loss_place"]
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=6), max_size=12)


def large(path: Path, rows: int = 200_000) -> Path:
    return write(path, HEADER, *([f"A{n}", "motor", "2021-07-20", "Main Street"] for n in range(rows)))


def runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


@settings(max_examples=8, deadline=None)
@given(rows=ROWS, chunk_rows=st.sampled_from([1, 3, 1_000]))
def test_what_comes_through_the_pipe_is_what_the_readers_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], chunk_rows: int
) -> None:
    path = write(tmp_path_factory.mktemp("files") / "claims.csv", HEADER, ["A1", "motor", "2021-07-20", "here"], *rows)
    through = read(path, chunk_rows=chunk_rows)
    with without_child():
        here = read(path, chunk_rows=chunk_rows)
    assert_frame_equal(through.claims, here.claims)
    assert (through.rejects, through.duplicates, through.rows) == (here.rejects, here.duplicates, here.rows)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Process ids of every child that is started."""
    started: list[int] = []
    launch = apart.launched

    def noted(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = launch(module, *arguments)
        started.append(process.pid)
        return process

    monkeypatch.setattr(apart, "launched", noted)
    return started


def test_whoever_stops_reading_ends_the_child_at_once(tmp_path: Path, children: list[int]) -> None:
    chunks = read_claims(large(tmp_path / "claims.csv"), mapping("plain"))
    next(chunks)
    (child,) = children
    assert runs(child)
    started = time.monotonic()
    chunks.close()
    assert time.monotonic() - started < 1
    assert not Path(f"/proc/{child}").exists(), "ended and reaped"


def test_a_file_whose_header_is_refused_leaves_no_child(tmp_path: Path, children: list[int]) -> None:
    path = write(tmp_path / "claims.csv", [*HEADER, "report_no"], ["A1", "motor", "2021-07-20", "here", "B"])
    with pytest.raises(FileFault, match="two columns are headed"):
        open_table(path, mapping("plain"))
    assert children
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_a_child_that_is_killed_leaves_whole_batches_and_a_reason(tmp_path: Path, children: list[int]) -> None:
    path = large(tmp_path / "claims.csv")
    chunks = read_claims(path, mapping("plain"))
    taken = [len(next(chunks).claims)]
    os.kill(children[0], signal.SIGKILL)
    with pytest.raises(FileFault) as told:
        taken += [len(chunk.claims) for chunk in chunks]
    assert told.value.messages == (gave_up(path),)
    assert set(taken) == {20_000}
    assert len(taken) < 10
    assert not Path(f"/proc/{children[0]}").exists()


def test_a_child_beyond_its_processor_time_is_a_reason(tmp_path: Path, children: list[int]) -> None:
    path = large(tmp_path / "claims.csv")
    table = open_table(path, mapping("plain"))
    subprocess.run(["prlimit", "--pid", str(children[0]), "--cpu=0:1"], check=True)
    with pytest.raises(FileFault, match="cannot be read to its end"):
        for _ in table.batches(1):
            pass


ORPHAN = """
import sys, time
from pathlib import Path
from emergency.intake import apart
launch = apart.launched
def noted(*a):
    process = launch(*a)
    print(process.pid, flush=True)
    return process
apart.launched = noted
from tests.intake.files import mapping
from emergency.intake.table import open_table
table = open_table(Path(sys.argv[1]), mapping("plain"))
if sys.argv[2] == "rows":
    batches = table.batches(100)
    next(batches)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("at", ["header", "rows"])
def test_a_child_ends_when_whoever_started_it_is_killed(tmp_path: Path, repository: Path, at: str) -> None:
    command = [sys.executable, "-c", ORPHAN, str(large(tmp_path / "claims.csv")), at]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository) as process:
        assert process.stdout
        try:
            child = int(process.stdout.readline())
            assert process.stdout.readline() == "ready\n"
            assert runs(child)
        finally:
            process.kill()
            process.wait()
        until(lambda: not runs(child))


def test_ctrl_c_is_not_for_the_child(tmp_path: Path, children: list[int]) -> None:
    """A terminal sends it to the whole group; the child waits for its parent to decide."""
    open_table(large(tmp_path / "claims.csv", 10), mapping("plain")).close()
    table = open_table(tmp_path / "claims.csv", mapping("plain"))
    assert os.getpgid(children[-1]) != os.getpgid(0)
    table.close()


def test_long_rows_come_in_smaller_batches(tmp_path: Path) -> None:
    """No batch is larger than can be held, however many rows were asked for."""
    place = "x" * 100_000
    path = write(tmp_path / "claims.csv", HEADER, *([f"A{n}", "motor", "2021-07-20", place] for n in range(600)))
    sizes = [chunk.rows_read for chunk in read_claims(path, mapping("plain"))]
    assert sum(sizes) == 600
    assert len(sizes) > 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_preview_is_read_by_a_child_too(tmp_path: Path, children: list[int], encoding: str) -> None:
    path = write(tmp_path / "x.csv", ["报案号", "险种", "出险时间"], ["A1", "车险", "2021-07-20"], encoding=encoding)
    kind, found = samples(path, {"report_no": ["报案号"], "line": ["险种"]})
    assert (kind, found[0].encoding, found[0].header[0]) == ("text", encoding, "报案号")
    assert len(children) == 1


def test_a_large_file_is_not_read_by_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = large(tmp_path / "claims.csv", 50_000)
    rows, own = Rows(path, [path], mapping("plain")), time.process_time()
    assert sum(batch.size for batch in rows.batches(20_000)) == 50_000
    assert time.process_time() - own < 0.5
    assert 30 < rows.child.peak_mb < 200


# -- a child that was taken over by its file ---------------------------------------------------------


def said(**changes: Any) -> tuple[dict[str, Any], memoryview]:
    """One column, one row that says "ab", with lies."""
    told = {"rows": 1, "bytes": [2], "broken": [], "share": 0.5} | changes
    return told, memoryview(bytearray(changes.pop("body", b"\0\0\0\0\2\0\0\0ab")))


def test_an_honest_batch_is_taken() -> None:
    assert _batch(*said(), 1, 10).columns()[0].to_pylist() == ["ab"]


@pytest.mark.parametrize(
    "lie",
    [
        {"rows": 2},
        {"rows": -1},
        {"rows": 10**12},
        {"rows": "1"},
        {"bytes": [3]},
        {"bytes": [-2]},
        {"bytes": []},
        {"bytes": [2, 2]},
        {"bytes": None},
        {"body": b"\0\0\0\0\2\0\0\0"},
        {"body": b"\0\0\0\0\x7f\0\0\0ab"},
        {"body": b"\2\0\0\0\0\0\0\0ab"},
        {"body": b"\0\0\0\0\2\0\0\0\xff\xfe"},
        {"broken": [[5, {"code": "nul", "why": {"id": "x", "values": {}}, "cells": []}]]},
        {"broken": [[0, {"code": "nul", "why": {"id": "{file.__class__}", "values": {}}, "cells": []}]]},
        {"broken": [[7, {}]]},
    ],
)
def test_a_batch_that_cannot_be_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        _batch(*said(**lie), 1, 10)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"garbage",
        apart.FRAME.pack(0xFFFFFFFF, 0),
        apart.FRAME.pack(2, 0xFFFFFFFF) + b"{}",
        apart.FRAME.pack(4, 0) + b"null",
        apart.FRAME.pack(7, 0) + b"{broken",
        apart.FRAME.pack(12, 0) + b'{"header":1}',
        apart.FRAME.pack(len(b'{"fault":{"id":"Send money","values":{}}}'), 0)
        + b'{"fault":{"id":"Send money","values":{}}}',
    ],
)
def test_a_child_that_talks_nonsense_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frame: bytes) -> None:
    talk = f"import sys; sys.stdout.buffer.write({frame!r}); sys.stdout.flush()"

    def liar(*_: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", talk], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(apart, "launched", liar)
    path = write(tmp_path / "claims.csv", HEADER)
    with pytest.raises(FileFault) as told:
        Rows(path, [path], mapping("plain"))
    assert told.value.messages == (gave_up(path),)


def test_a_sentence_that_is_not_ours_is_not_said() -> None:
    assert apart._sentence({"id": "Call this number", "values": {}}) is None
    assert apart._sentence({"id": "{file} is empty", "values": {"x": 1}}) is None, "its gap is not filled"
    assert str(apart._sentence({"id": "{file} is empty", "values": {"file": "x"}})) == "x is empty"
    assert (
        json.dumps(str(apart._sentence({"id": "{file} is empty", "values": {"file": "y" * 9_999}}))).count("y") < 3_000
    )


def test_closing_twice_is_no_fault_and_leaves_no_process(tmp_path: Path) -> None:
    path = write(tmp_path / "claims.csv", HEADER)
    child = Child(path, {"read": [str(path)], "mapping": mapping("plain"), "padded": False})
    child.close()
    child.close()
    assert child._process.poll() is not None
