"""What the room says of scripts, of faults and of changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from emergency.console.rooms import drill_prepare
from emergency.console.rooms.drill_prepare import CHOSEN, SAID, act, follow, title
from emergency.documents.msel_changes import CellFault, Place, SheetFaults
from emergency.service.context import Conflict, Refused
from emergency.service.drill_house import Kept
from emergency.texts import Message, speaker


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(drill_prepare.st, "session_state", kept)
    return kept


def desk(language: str = "en") -> Any:
    return SimpleNamespace(say=speaker(language))


def shelved(version: str, own: bool, played: bool) -> Any:
    script = SimpleNamespace(title={"en": "Outage", "zh": "中断"}, version=version)
    return SimpleNamespace(script=script, own=own, played=played)


def test_two_scripts_of_one_id_are_told_apart_in_the_list() -> None:
    assert title(desk(), shelved("1.1.0", True, True)) == "Outage · 1.1.0 · own"
    assert title(desk(), shelved("1.0.0", False, False)) == "Outage · 1.0.0 · a newer version is there"
    assert title(desk("zh_CN"), shelved("1.0.0", False, False)) == "中断 · 1.0.0 · 已有更新版本"


def test_a_refused_file_leaves_its_faults_and_a_taken_one_its_changes(state: dict[str, Any]) -> None:
    faults = SheetFaults(
        [
            CellFault(
                Place("Events", 3, "B", "Scenario time"),
                Message("{given} is no time; write T+0:25 or 25m", {"given": "soon"}),
            )
        ]
    )

    def refuse(fault: Exception) -> Any:
        raise fault

    assert not act(desk(), lambda: refuse(faults))
    assert state[SAID] is faults
    assert not act(desk(), lambda: refuse(Refused(Message("{script} is no script of the house that is on the shelf"))))
    assert act(desk(), lambda: Kept("ours@1.0.0"), "done")
    assert state[SAID] == ("done", Kept("ours@1.0.0"))
    with pytest.raises(Conflict):  # what nobody foresaw is not swallowed
        act(desk(), lambda: refuse(Conflict("x")))


def test_the_script_that_was_made_just_now_is_chosen_once(state: dict[str, Any]) -> None:
    state["drill-prepare.next"] = "ours@1.0.0"
    follow()
    assert state == {CHOSEN: "ours@1.0.0"}
    state[CHOSEN] = "another"
    follow()
    assert state[CHOSEN] == "another"
