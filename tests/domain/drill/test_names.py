"""What scripts write as ids is said in words, in both languages; a house's own id stays as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.act import ACTS
from emergency.domain.drill.names import CAPABILITIES, CHANNELS, POINTS, SENDERS, comes, condition, in_reserve
from emergency.domain.drill.script import INJECT_CHANNELS, DrillScript
from emergency.domain.level.condition import Condition
from emergency.library.drills import load_drill
from emergency.texts import speaker
from tests.domain.drill.scripts import HOUR, inject, script

SHIPPED = [load_drill(path) for path in sorted((Path(__file__).parents[3] / "drills").glob("*.yaml"))]


def after(span: str, op: str = "ge") -> Condition:
    return Condition("sim.elapsed", op, span)


@pytest.mark.parametrize("drill", SHIPPED, ids=lambda one: one.id)
def test_every_id_of_a_shipped_script_has_a_name(drill: DrillScript) -> None:
    asked = [one for _, one in drill.expectations()]
    assert {one.sender for one in drill.injects} - set(SENDERS) - set(drill.players) == set()
    assert {one.capability for one in drill.objectives} <= set(CAPABILITIES)
    assert {one.action for one in asked} <= set(ACTS)
    marked = [one.accuracy for one in asked if one.accuracy]
    assert {p for one in marked for p in (*one.must, *one.must_not, *one.required, *one.rules)} <= set(POINTS)
    assert set(INJECT_CHANNELS) == set(CHANNELS)


@pytest.mark.parametrize("drill", SHIPPED, ids=lambda one: one.id)
def test_when_a_branch_or_a_reserve_comes_is_said_without_ids(drill: DrillScript) -> None:
    for one in drill.injects:
        found = comes(drill, one)
        assert (found is None) is (one.when is None)
        for language in ("en", "zh_CN"):
            said = "" if found is None else speaker(language)(found)
            assert not [word for word in ("sim.", "policy.", "allocation.", "reserve.", "claims.") if word in said], (
                said
            )
        assert in_reserve(drill, one) is one.id.startswith("R"), one.id


def test_a_branch_names_its_condition() -> None:
    both = Condition(join="all", parts=(after("5h30m"), Condition("policy.payee_double_check", "eq", "off")))
    drill = script(inject("B01", at_s=None, when=both))
    found = comes(drill, drill.injects[0])
    assert found is not None
    # 5.5 hours lie after the end of this drill of four: it is never reached by itself.
    assert str(found) == "in reserve: the director sends it by hand"
    longer = script(inject("B01", at_s=None, when=both), duration_s=8 * HOUR)
    found = comes(longer, longer.injects[0])
    assert found is not None
    assert str(found) == "on condition: from T+05:30 on and second check of the payee: off"
    assert speaker("zh_CN")(found) == "条件：T+05:30 起且收款人双人复核：未启用"


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (Condition(join="not", parts=(after("4h", "lt"),)), "not (before T+04:00)"),
        (Condition("claims.total", "ge", 250), "claims so far ≥ 250"),
        (Condition("allocation.surveyor.committed", "eq", 0), "surveyors committed = 0"),
        (Condition("house.own", "in", ("a", "b")), "house.own ∈ a, b"),
    ],
)
def test_a_condition_is_said_as_people_say_it(one: Condition, text: str) -> None:
    assert str(condition(one)) == text
