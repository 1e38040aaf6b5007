"""Every hostile file ends soon, in little memory, with words: some rows, or a reason; never a traceback."""

from __future__ import annotations

import csv
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.intake import guarded as unpacking
from emergency.intake.apart import Child
from emergency.intake.claims import read_claims, write_rejects
from emergency.intake.faults import IntakeFault
from emergency.intake.guarded import asked
from emergency.intake.rejects import guarded
from emergency.service import mappings
from emergency.service.context import Actor, Context
from emergency.texts import speaker
from tests.faults import corpus
from tests.intake.files import NOW_US, mapping

pytestmark = pytest.mark.faults
MOST_SECONDS, MOST_MB = 3.0, 200
_MB = 1024


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return corpus.write(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    running: Running = build(Config(home=tmp_path_factory.mktemp("home")))
    yield running.context("live", Actor("tester"))
    running.close()


def peak_mb() -> float:
    """High-water mark of this process since it was last reset."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / _MB
    raise AssertionError("no VmHWM here")


def reset_peak() -> float:
    Path("/proc/self/clear_refs").write_text("5")
    return peak_mb()


def read(path: Path) -> tuple[int, int, str]:
    """(rows taken, rows handed back, reason why nothing could be read)."""
    taken = refused = 0
    try:
        for chunk in read_claims(path, mapping("zh-common"), now_us=NOW_US):
            taken += len(chunk.claims)
            refused += len(chunk.rejects) + len(chunk.duplicates)
    except IntakeFault as fault:
        return taken, refused, str(fault)
    return taken, refused, ""


def propose(ctx: Context, path: Path) -> str:
    try:
        found = mappings.propose(ctx, path)
    except IntakeFault as fault:
        return str(fault)
    return f"{len(found.header)} columns"


@dataclass(frozen=True)
class Cost:
    """Of one file, read or looked at: processor seconds with its children's, and the most memory of either side."""

    name: str
    seconds: float
    grown_mb: float
    child_mb: int


def processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@pytest.fixture
def child_peaks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What every child says it held at most, unpacking or reading."""
    peaks: list[int] = []
    close, ask = Child.close, unpacking.asked

    def noted_close(child: Child) -> None:
        peaks.append(child.peak_mb)
        close(child)

    def noted_ask(*arguments: Any) -> Any:
        answer = ask(*arguments)
        peaks.append(int(answer.get("peak_mb", 0)))
        return answer

    monkeypatch.setattr(Child, "close", noted_close)
    monkeypatch.setattr(unpacking, "asked", noted_ask)
    return peaks


@pytest.mark.timeout(900)
@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="memory is measured by /proc of Linux")
def test_every_file_ends_soon_in_little_memory_with_a_reason(
    files: list[Path], ctx: Context, child_peaks: list[int]
) -> None:
    """Processor time, ours and the children's: on a busy machine the clock measures the neighbours."""
    assert len(files) >= 60
    read(next(f for f in files if f.name == "good.xlsx"))  # libraries are loaded once, by nobody's fault
    propose(ctx, next(f for f in files if f.name == "good.json"))
    costs: list[Cost] = []
    silent = []
    for path in files:
        for act in (read, lambda path: (0, 0, propose(ctx, path))):
            before, started = reset_peak(), processor()
            child_peaks.clear()
            taken, refused, reason = act(path)
            costs.append(Cost(path.name, processor() - started, peak_mb() - before, max(child_peaks, default=0)))
            print(
                f"{costs[-1].seconds:5.2f} s {costs[-1].grown_mb:4.0f} + {costs[-1].child_mb:3} MB  {path.name:36}",
                end="",
            )
            print(f"{taken}/{refused} {reason[:80]!r}")
            silent += [] if reason or taken + refused else [path.name]
    slowest = sorted(costs, key=lambda c: -c.seconds)[:5]
    largest = sorted(costs, key=lambda c: -max(c.grown_mb, c.child_mb))[:5]
    print("slowest:", ", ".join(f"{c.name} {c.seconds:.2f} s" for c in slowest))
    print("largest:", ", ".join(f"{c.name} {c.grown_mb:.0f} MB here, {c.child_mb} MB in its child" for c in largest))
    assert not [c for c in costs if c.seconds > MOST_SECONDS or max(c.grown_mb, c.child_mb) > MOST_MB]
    assert not silent, "ended without a word"
    assert not Path("/tmp/emergency-climbed").exists()


def test_the_child_that_unpacks_stays_small(files: list[Path], tmp_path: Path) -> None:
    for path in files:
        kind = "xlsx" if ".xlsx" in path.name or path.name.startswith("xlsx") else "json"
        if kind == "xlsx" or path.suffix in (".json", ".geojson"):
            answer = asked(path, kind, str(tmp_path))
            assert answer.get("peak_mb", 0) < MOST_MB, f"{path.name}: {answer}"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bomb.xlsx", "unpacks to more than 256 MB"),
        ("lying-sizes.xlsx", "damaged or no Excel workbook|unpacks to more"),
        ("billion-laughs.xlsx", "declares XML entities"),
        ("outside-entity.xlsx", "declares XML entities"),
        ("outside-entity-utf-16.xlsx", "declares XML entities"),
        ("outside-dtd.xlsx", "declares XML entities"),
        ("cut.xlsx", "damaged or no Excel workbook"),
        ("old-excel.xls", "save it as .xlsx"),
        ("big5.csv", "not UTF-8 .* headers of mapping zh-common: .* Big5: 報"),
        ("deep.json", "nested too deeply"),
        ("cut.json", "no sound JSON"),
        ("list-of-numbers.json", "no list of objects"),
        ("one-huge-line-under-a-header.csv", "longer than a million characters"),
    ],
)
def test_the_reason_names_the_trouble(files: list[Path], name: str, says: str) -> None:
    import re

    assert re.search(says, read(next(f for f in files if f.name == name))[2])


def test_what_is_handed_back_is_no_formula(files: list[Path], tmp_path: Path) -> None:
    (chunk,) = read_claims(next(f for f in files if f.name == "formulas-rejected.csv"), mapping("zh-common"))
    target = tmp_path / "rejects.csv"
    write_rejects(target, chunk.rejects, chunk.header, speaker("zh_CN"))
    with target.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")]


@pytest.mark.parametrize("cell", [*corpus.FORMULAS])
def test_no_export_lets_a_formula_through(cell: str) -> None:
    assert guarded(cell).startswith("'")
