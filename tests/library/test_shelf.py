"""The library finds content by name, version and fit, and one broken draft takes nothing else away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emergency.library import FileFaults, Library, NotOnShelf
from emergency.library.reference import parse_reference
from tests.library.small import DRILL, PLAYBOOK, RULES


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    for folder in ("data/rules", "data/mappings", "playbooks", "drills"):
        (tmp_path / folder).mkdir(parents=True)
    put(tmp_path, "data/rules/default.levels.yaml", RULES)
    put(tmp_path, "playbooks/small.playbook.yaml", PLAYBOOK)
    put(tmp_path, "drills/small.drill.yaml", DRILL)
    put(tmp_path, "data/mappings/plain.mapping.yaml", "format: mapping/1.0\ncolumns: {}\n")
    return tmp_path


def put(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("reference", "version", "allowed"),
    [
        ("a@1.2.0", "1.2.0", True),
        ("a@1.2.0", "1.2.1", False),
        ("a@1.2", "1.2.9", True),
        ("a@^1.2", "1.10.0", True),  # ten is more than two
        ("a@^1.2", "1.1.9", False),
        ("a@^1.2", "2.0.0", False),
        ("a@~1.2", "1.2.7", True),
        ("a@~1.2", "1.3.0", False),
        ("a@~1", "1.3.0", True),
        ("a", "7.0.0", True),
    ],
)
def test_references_allow_versions(reference: str, version: str, allowed: bool) -> None:
    assert parse_reference(reference).allows(version) is allowed


def test_the_newest_allowed_version_is_taken(shelf: Path) -> None:
    for version in ("1.10.0", "1.9.0", "2.0.0"):
        put(shelf, f"playbooks/{version}.playbook.yaml", PLAYBOOK.replace("version: 1.2.0", f"version: {version}"))
    library = Library(shelf)
    assert library.playbook("small-storm@^1.2").version == "1.10.0"
    assert library.playbook("small-storm@1.2.0").version == "1.2.0"
    assert library.playbook("small-storm").version == "2.0.0"
    assert [one.version for one in library.playbooks()] == ["2.0.0", "1.10.0", "1.9.0", "1.2.0"]
    assert [one.version for one in library.playbooks_for("natural_disaster")] == ["2.0.0"]


def test_what_is_not_there_names_what_is(shelf: Path) -> None:
    library = Library(shelf)
    with pytest.raises(NotOnShelf, match=r"no playbook small-storm@\^3; known: small-storm@1.2.0"):
        library.playbook("small-storm@^3")
    with pytest.raises(NotOnShelf, match=r"no rule file nfra; known: default@1.0.0"):
        library.rules("nfra")
    with pytest.raises(NotOnShelf, match="no drill ; known: small-drill@1.0.0"):
        library.drill("")


def test_one_broken_draft_takes_nothing_else_away(shelf: Path) -> None:
    put(shelf, "playbooks/draft.playbook.yaml", "format: playbook/1.0\n")
    put(shelf, "playbooks/orphan.playbook.yaml", PLAYBOOK.replace("default@^1.0", "other@^1.0"))
    put(shelf, "drills/draft.drill.yaml", "not: a drill\n")
    library = Library(shelf)
    assert [one.id for one in library.playbooks()] == ["small-storm"]
    assert [one.id for one in library.drills()] == ["small-drill"]
    broken = {Path(one.path).name: str(one) for one in library.faults()}
    assert set(broken) == {"draft.playbook.yaml", "orphan.playbook.yaml", "draft.drill.yaml"}
    assert 'classification/rules: found "other@^1.0"; allowed: default@1.0.0' in broken["orphan.playbook.yaml"]


def test_a_broken_rule_file_stops_the_grading(shelf: Path) -> None:
    put(shelf, "data/rules/second.levels.yaml", RULES)
    with pytest.raises(FileFaults, match=r"default@1.0.0 is already in default.levels.yaml"):
        Library(shelf).rule_sets()


def test_an_edited_file_is_in_force_at_the_next_look(shelf: Path) -> None:
    library = Library(shelf)
    assert library.rules("default").types["natural_disaster"][0].thresholds[1] == 10
    path = shelf / "data/rules/default.levels.yaml"
    put(shelf, "data/rules/default.levels.yaml", RULES.replace("1: 10", "1: 20"))
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    assert library.rules("default").types["natural_disaster"][0].thresholds[1] == 20


def test_the_best_fit_comes_first(shelf: Path) -> None:
    city = PLAYBOOK.replace("small-storm", "city").replace('"440000"', '"441700"')
    anything = PLAYBOOK.replace("small-storm", "anything").replace("  perils: [typhoon]\n", "")
    put(shelf, "playbooks/city.playbook.yaml", city)
    put(shelf, "playbooks/anything.playbook.yaml", anything)
    library = Library(shelf)
    found = library.playbooks_for("natural_disaster", ["typhoon"], ["441702"])
    assert [one.id for one in found] == ["city", "small-storm", "anything"]
    assert [one.id for one in library.playbooks_for("natural_disaster", ["flood"], ["440100"])] == ["anything"]
    assert library.playbooks_for("accident") == ()


def test_mappings_have_the_name_of_their_file_or_their_id(shelf: Path) -> None:
    put(shelf, "data/mappings/other.mapping.yaml", "format: mapping/1.0\nid: mine\n")
    found = Library(shelf).mappings()
    assert {name: path.name for name, (_, path) in found.items()} == {
        "mine": "other.mapping.yaml",
        "plain": "plain.mapping.yaml",
    }
    put(shelf, "data/mappings/bad.mapping.yaml", "format: drill/1.0\n")
    with pytest.raises(FileFaults, match=r'bad.mapping.yaml:1: format: found "drill/1.0"'):
        Library(shelf).mappings()
