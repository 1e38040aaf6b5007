"""Every hostile file ends soon, in little memory, with words: some rows, or a reason; never a traceback."""

from __future__ import annotations

import csv
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency.bootstrap import Running, build
from emergency.config import Config
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


@pytest.mark.timeout(900)
@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="memory is measured by /proc of Linux")
def test_every_file_ends_soon_in_little_memory_with_a_reason(files: list[Path], ctx: Context) -> None:
    assert len(files) >= 60
    read(next(f for f in files if f.name == "good.xlsx"))  # libraries are loaded once, by nobody's fault
    propose(ctx, next(f for f in files if f.name == "good.json"))
    wrong = []
    for path in files:
        before, started = reset_peak(), time.process_time()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken, refused, reason = read(path)
        proposed = propose(ctx, path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = time.process_time() - started + after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
        grown = peak_mb() - before
        said = reason or taken + refused
        print(f"{path.name:40} {spent:5.2f} s {grown:5.0f} MB  {taken}/{refused} {reason[:70]!r} {proposed[:50]!r}")
        # Two readings, so twice the time; processor time, because a busy machine is not the file's fault.
        if spent > 2 * MOST_SECONDS or grown > MOST_MB or not said:
            wrong.append(f"{path.name}: {spent:.1f} s, {grown:.0f} MB, {reason}")
    assert not wrong, "\n".join(wrong)
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
        ("big5.csv", "no header row of mapping zh-common"),
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
