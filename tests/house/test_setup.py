"""The set-up scripts say what to do where a machine lacks something, and tell the truth at the end."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import REPOSITORY

EVERYDAY = {"bash", "cat", "dirname", "grep", "id", "mkdir", "rm", "sed", "sh", "tail", "tee", "uname"}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the set-up scripts alone, its name with a space as some homes have."""
    folder = tmp_path / "my clone"
    shutil.copytree(REPOSITORY / ".ci", folder / ".ci")
    return folder


def commands(folder: Path, **scripts: str) -> str:
    """A PATH that holds the shell's everyday commands and these scripts, nothing else."""
    folder.mkdir()
    # Scripts in place of a command, never both: writing to a link would write to the machine's own file.
    for name in EVERYDAY - set(scripts):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, text in scripts.items():
        with (folder / name).open("x") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def run(command: list[str], path: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path, "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_without_python_one_is_told_where_to_get_it(clone: Path, tmp_path: Path) -> None:
    answer = run(["sh", str(clone / ".ci/venv")], commands(tmp_path / "bin"))
    assert answer.returncode == 1
    assert "Python 3.11 or newer is needed" in answer.stderr
    assert "apt-get install python3" in answer.stderr


def test_a_python_that_is_too_old_or_a_placeholder_is_passed_over(clone: Path, tmp_path: Path) -> None:
    path = commands(
        tmp_path / "bin", python3="exit 1", **{"python3.12": "echo 'not installed' >&2; exit 127"}
    )
    answer = run(["sh", str(clone / ".ci/venv")], path)
    assert answer.returncode == 1
    assert "Python 3.11 or newer is needed" in answer.stderr


def test_a_bare_debian_python_is_told_which_package_it_lacks(clone: Path, tmp_path: Path) -> None:
    lacks_venv = 'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.13;; esac'
    answer = run(["sh", str(clone / ".ci/venv")], commands(tmp_path / "bin", python3=lacks_venv))
    assert answer.returncode == 1
    assert "apt-get install python3-venv" in answer.stderr
    assert "python3.13-venv" in answer.stderr
    assert not (clone / ".venv").exists()


def test_without_a_browser_the_tests_do_not_begin(clone: Path, tmp_path: Path) -> None:
    """An ordinary person's account: nothing can be installed, Playwright cannot download either."""
    (clone / ".venv").mkdir()
    commands(clone / ".venv/bin", python="echo 'No Chromium can be started' >&2; exit 1", playwright="exit 1")
    answer = run(["sh", str(clone / ".ci/browser")], commands(tmp_path / "bin", id="echo 1000"))
    assert answer.returncode == 1
    assert "No Chromium can be started" in answer.stderr
    assert "apt-get install chromium" in answer.stderr


@pytest.mark.parametrize(("ends", "status"), [("exit 0", 0), ("echo 'make: *** [test] Error 1'; exit 2", 2)])
def test_the_run_closes_with_the_words_of_pytest(clone: Path, tmp_path: Path, ends: str, status: int) -> None:
    closing = "=== short test summary info ===\\nFAILED tests/x.py::y\\n=== 1 failed, 2 passed in 3.00s ==="
    path = commands(
        tmp_path / "bin", make=f'test "$1" = test || exit 9\necho linting\nprintf "{closing}\\n"\n{ends}'
    )
    answer = run([str(shutil.which("bash")), str(clone / ".ci/run")], path)
    assert answer.returncode == status
    assert answer.stdout.splitlines()[-1] == "=== 1 failed, 2 passed in 3.00s ==="
