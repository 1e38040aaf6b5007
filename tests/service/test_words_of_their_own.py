"""Two things that are called the same in one language have each their own word in the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emergency.console.desk import ROOMS
from emergency.domain.level import metric_name
from emergency.domain.report_form import TAGS
from emergency.service.words_approval import STATES
from emergency.texts import Message, speaker

say = speaker("zh_CN")
CATALOGUES = Path(__file__).resolve().parents[2] / "emergency" / "texts" / "zh_CN"


def test_a_tag_is_no_figure_and_an_approved_bulletin_no_approved_claim() -> None:
    assert say(Message(TAGS["closure"])) == "网点停业"
    assert say(metric_name("outlet.closed_hours")) == "网点停业时长"
    assert say(Message(STATES["approved"])) == "已批准"
    assert say(Message("approved")) == "已核赔"


@pytest.mark.parametrize(
    ("catalogue", "gone", "field"),
    [
        ("words.po", "“受理”", ROOMS["intake"]),
        ("level-duty.po", "“以何身份”", "In the role of"),
        ("figures-mend.po", "“录入数据”", "Enter a figure"),
    ],
)
def test_a_sentence_that_sends_somebody_to_a_field_names_it_as_it_is_named(
    catalogue: str, gone: str, field: str
) -> None:
    text = (CATALOGUES / catalogue).read_text("utf-8")
    assert gone not in text
    assert re.search(f"请在“{say(field)}”中", text), say(field)
