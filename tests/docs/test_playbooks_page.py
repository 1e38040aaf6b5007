"""docs/playbooks.md: its example is a plan that may be approved, its lists are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from emergency.domain.act import ACTS
from emergency.domain.resource_kind import NOT_IN_STOCK
from emergency.library import Library

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/playbooks.md").read_text("utf-8")


def test_the_example_may_be_approved_as_it_stands() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert [str(fault) for fault in Library(ROOT).check_playbook(example.encode(), "example")] == []


def test_every_act_and_kind_it_names_is_one() -> None:
    part = PAGE.partition("### What proves a task done")[2].partition("###")[0]
    named = set(re.findall(r"`([a-z]+(?:\.[a-z]+)+)`", part))
    assert named
    assert named <= set(ACTS)
    assert set(NOT_IN_STOCK) <= set(re.findall(r"`([a-z_]+)`", PAGE))


def test_every_shipped_plan_is_named_by_its_number() -> None:
    assert "Eleven plans" in PAGE
    assert len(list((ROOT / "playbooks").glob("*.playbook.yaml"))) == 11
