"""What a list of people and goods would change is said in words: all of a new person, the clock of the wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emergency.bootstrap import build
from emergency.config import Config
from emergency.console.desk import Desk
from emergency.console.rooms import pool_list
from emergency.domain.pool_difference import Change
from emergency.service.context import Actor, FixedClock
from emergency.service.pool_words import TABLES, Codes
from emergency.texts import speaker
from tests.service.conftest import NOON, TEXAS

BASE = {"base_id": "BTR", "name": "Baton Rouge", "name_zh": "", "region": "22033", "lon": "-91.1", "lat": "30.4"}
IDA = dict.fromkeys(TABLES["adjusters"].columns, "") | {
    "adjuster_id": "H-8",
    "name": "Ida New",
    "base_id": "BTR",
    "skills": "motor",
    "licences": "LA;TX",
    "slots": "2",
    "language": "es;en",
    "status": "available",
    "pattern": "weekdays",
    "rest_until": "2017-08-30T13:00:00+00:00",
    "origin": "own",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    running = build(Config(home=tmp_path / "home"))
    running.content.workspaces.open("texas")
    opened = running.context("texas", Actor("chen", "Chen Yu", "hq-commander"))
    ctx = replace(opened, profile=TEXAS, clock=FixedClock(NOON))
    yield Desk(speaker("en"), ctx, running)
    running.close()


def row(desk: Desk, change: Change) -> list[str]:
    cells = pool_list._row(desk, Codes(desk.ctx, [BASE]), change)
    return [cell if isinstance(cell, str) else cell.text for cell in cells]


def test_of_a_new_person_everything_that_was_entered_is_shown(desk: Desk) -> None:
    what, which, cells = row(desk, Change("adjusters", ("H-8",), None, IDA))
    assert (what, which) == ("new", "H-8 Ida New")
    for said in ("Base: BTR Baton Rouge", "Licences: LA, TX", "Language: es;en", "Shifts per planning period: 2"):
        assert said in cells
    assert "Rests until: 30 Aug 2017 08:00" in cells
    assert "Turn: " in cells
    assert "Authority limit: no limit" in cells
    assert "Note" not in cells


def test_a_limit_that_falls_away_is_no_limit_in_words(desk: Desk) -> None:
    change = Change("adjusters", ("H-8",), IDA | {"authority": "25000"}, IDA)
    assert row(desk, change)[2] == "Authority limit: $25.00 k → no limit"
    assert "无限额" in row(replace(desk, say=speaker("zh_CN")), change)[2]


def test_a_base_is_called_by_its_number_and_its_name_once(desk: Desk) -> None:
    assert row(desk, Change("bases", ("BTR",), None, BASE))[1] == "BTR Baton Rouge"
