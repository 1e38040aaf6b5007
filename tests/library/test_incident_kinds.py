"""The kinds of incident are a file: the norm's six are in it, a kind of one's own is added by writing it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emergency.domain.level import grade
from emergency.library import FileFaults, Library
from emergency.library.incident_kinds import load_kinds

ROOT = Path(__file__).parents[2]
OURS = """
  - id: reputation
    title: {zh: 声誉事件, en: reputation}
"""


def library(tmp_path: Path, kinds: str = "") -> Library:
    """The shipped rules and plans, with these kinds added to the file."""
    for part in ("data/rules", "playbooks", "data/pool"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shipped = (ROOT / "data/incident-kinds.yaml").read_text("utf-8")
    (tmp_path / "data/incident-kinds.yaml").write_text(shipped + kinds, "utf-8")
    return Library(tmp_path)


def test_the_six_kinds_of_the_norm_are_in_the_file_in_both_languages() -> None:
    found = load_kinds(ROOT / "data/incident-kinds.yaml")
    assert [kind.title["zh"] for kind in found if kind.norm] == [
        "自然灾害",
        "意外事故",
        "突发公共卫生事件",
        "系统故障",
        "客户投诉",
        "合同争议",
    ]
    assert all(kind.perils and kind.causes for kind in found)


def test_a_kind_of_our_own_is_written_into_the_file(tmp_path: Path) -> None:
    found = library(tmp_path, OURS)
    assert found.incident_kinds()[-1].id == "reputation"
    graded = grade(found.rules("default"), "reputation", {"claims.last_24h": 10**6})
    assert graded.level is None
    assert "no rows for this type" in str(graded.note)


def test_rules_for_a_kind_that_is_not_in_the_file_are_told_with_their_line(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    rules = tmp_path / "data/rules/default.levels.yaml"
    rules.write_text(rules.read_text("utf-8").replace("\n  accident:", "\n  acident:"), "utf-8")
    with pytest.raises(FileFaults) as told:
        shelf.rule_sets()
    (fault,) = told.value.faults
    assert "acident stands not in incident-kinds.yaml" in str(fault.message)
    assert rules.read_text("utf-8").splitlines()[fault.line - 1].strip() == "acident:"
    assert "accident" in str(fault.suggestion)


def test_a_plan_for_a_kind_that_is_not_in_the_file_is_left_out_and_named(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    (plan,) = (tmp_path / "playbooks").glob("core-outage.playbook.yaml")
    text = plan.read_text("utf-8").replace("system_failure", "system_failur", 1)
    plan.write_text(text, "utf-8")
    assert "core-outage" not in {book.id for book in shelf.playbooks()}
    assert any("system_failur stands not in" in str(f.message) for f in shelf.check_playbook(text.encode(), "p"))


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ("\n  - id: Reputation\n", "needs an id of small letters"),
        ("\n  - id: accident\n    title: {zh: 一, en: one}\n", "accident stands twice"),
        ("\n  - id: ours\n", "the title is needed in both languages"),
        ("\n  - id: ours\n    title: {zh: 一}\n", "the title is needed in both languages"),
        ("\n  - id: ours\n    title: {zh: 一, en: one}\n    peril: [x]\n", "found peril; allowed"),
        ("\n  - id: ours\n    title: {zh: 一, en: one}\n    perils: [Big Flood]\n", "perils are a list of ids"),
        ("\n  - id: ours\n    title: {zh: 一, en: one}\n    causes: [rain]\n", "each cause is needed in both"),
    ],
)
def test_what_is_wrong_with_a_kind_is_said(tmp_path: Path, kinds: str, said: str) -> None:
    with pytest.raises(FileFaults, match=said):
        library(tmp_path, kinds).incident_kinds()


@pytest.mark.parametrize(
    ("text", "said"), [("a: 1", "the first line is"), ("format: incident-kinds/1.0", "no kind of")]
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "k.yaml").write_text(text, "utf-8")
    with pytest.raises(FileFaults, match=said):
        load_kinds(tmp_path / "k.yaml")
