"""An exercise goes on by what it began with, whatever is edited meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emergency.library import Library
from emergency.library.frozen import frozen

OUTAGE, SCRIPT = "core-claims-outage", "core-outage-2026"


@pytest.fixture
def root(repository: Path, tmp_path: Path) -> Path:
    for folder in ("data/rules", "playbooks", "drills"):
        shutil.copytree(repository / folder, tmp_path / folder)
    return tmp_path


def hashes(library: Library) -> tuple[str, str, str]:
    return library.drill(SCRIPT).sha256, library.playbook(OUTAGE).sha256, library.rules("default").sha256


def test_script_plan_and_rules_stay_as_they_were_and_all_others_are_todays(root: Path) -> None:
    today = Library(root)
    files = {
        "script": root / "drills/core-outage-2026.drill.yaml",
        "playbook": root / "playbooks/core-outage.playbook.yaml",
        "rules": root / "data/rules" / Path(today.rules("default").path).name,
    }
    then = frozen(today, *(path.read_text("utf-8") for path in files.values()))
    before = hashes(then)
    assert before == hashes(today)
    for path in files.values():
        path.write_text(path.read_text("utf-8") + "# edited while people play\n", "utf-8")
    assert not set(hashes(today)) & set(before)
    assert hashes(then) == before
    kind = today.playbook(OUTAGE).incident_types[0]
    assert then.playbooks_for(kind)[0].sha256 == before[1]
    assert {book.id for book in then.playbooks()} == {book.id for book in today.playbooks()}
