"""Words of the head of a room and of its figures, where little is known yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.console.rooms import frame
from emergency.domain.level import Grade, grade
from emergency.domain.level.trace import ahead
from emergency.library.rules import load_rules
from emergency.texts import speaker

RULES = Path(__file__).parents[2] / "data" / "rules" / "nfra-2022-15.levels.yaml"


def classed(**facts: float) -> Grade:
    return grade(load_rules(RULES), "natural_disaster", facts)


def test_nothing_is_below_the_scale_as_long_as_no_figure_says_so() -> None:
    assert frame.class_word(classed()) == frame.NO_BASIS
    assert frame.class_word(classed(**{"casualties.insured_deaths": 1})) == frame.CLASS_WORDS[None]
    assert frame.class_word(classed(**{"casualties.insured_deaths": 5})) == "Fairly major"


@pytest.mark.parametrize(("deaths", "name"), [(1, "较大"), (6, "重大"), (12, "特别重大")])
def test_the_way_to_a_class_is_said_by_the_name_of_the_class(deaths: int, name: str) -> None:
    found = classed(**{"casualties.insured_deaths": deaths})
    said = ahead(found)
    assert said is not None
    told = speaker("zh_CN")(said)
    assert f"“{name}”" in told and "级" not in told
