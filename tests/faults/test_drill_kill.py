"""The server dies again and again while people play a drill of sixty injects: sixty of sixty, each once, in order."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.service import drill_live, drill_seats, drill_tick
from emergency.service.context import Actor, Context
from emergency.service.drill_course import open_drill
from emergency.service.drill_seats import Seat
from emergency.service.records import journal_entries, verify_journal
from emergency.service.running import SYSTEM
from emergency.store import drill_live as rows

REPOSITORY = Path(__file__).parents[2]
INJECTS, APART_S = 60, 120
# Two hours of drill time in about a minute of the wall, for a drill that the kills must meet while it runs.
SPEED = 120
WAYS = ("catch_up", "shift")


def sixty_injects(folder: Path) -> Path:
    """A shipped drill with an inject every two minutes, each of which changes a figure and asks for an act."""
    raw = yaml.safe_load((REPOSITORY / "drills" / "core-outage-2026.drill.yaml").read_text("utf-8"))
    raw["id"], raw["clock"]["duration"] = "sixty-2026", "4h"
    raw["injects"] = [
        {
            "id": f"I{number:02d}",
            "at": f"{number * APART_S // 60}m",
            "kind": "expected_action",
            "from": "monitor",
            "to": "claims-ops",
            "channel": "system",
            "body": {"en": f"Message {number}", "zh": f"消息{number}"},
            "effects": [{"set": "casualties.injured", "value": number}],
            "expects": [
                {
                    "id": f"E{number:02d}",
                    "role": "claims-ops",
                    "action": "report.publish",
                    "objective": "O1" if number % 2 else "O2",
                    "within": "10m",
                    "weight": 1,
                }
            ],
        }
        for number in range(INJECTS)
    ]
    path = folder / "sixty.drill.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def house(tmp_path: Path) -> Running:
    return build(Config(home=tmp_path / "home"))


def keep_time_until_killed(home: Path, seconds: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.drill_server", str(home)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        text=True,
    )
    assert child.stdout is not None
    with child.stdout as said:
        assert said.readline() == "ready\n", "the timetable did not start; its traceback is above"
        time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    child.wait()


def decide(ctx: Context, director: Seat, dice: random.Random) -> bool:
    """The director answers where a new server has found the gap of the one before."""
    if open_drill(ctx).course.gap is None:
        return False
    drill_live.answer_gap(ctx, director, dice.choice(WAYS))
    return True


@pytest.mark.faults
@pytest.mark.timeout(1200)
def test_sixty_of_sixty_once_and_in_order_however_often_the_server_dies(
    house: Running, tmp_path: Path, thorough: bool
) -> None:
    live = house.context("live", Actor("trainer"))
    made = drill_live.start(live, sixty_injects(tmp_path), "Zhao Lin", auto="best", speed=SPEED)

    def ctx() -> Context:
        return house.context(made["workspace"], SYSTEM)

    director = drill_seats.seat_of(ctx(), made["token"])
    assert director is not None
    drill_live.startex(ctx(), director)
    dice, asked = random.Random(720), 0
    for _ in range(10 if thorough else 2):
        keep_time_until_killed(tmp_path / "home", dice.uniform(2.5, 7))
        asked += decide(ctx(), director, dice)
    end_s = open_drill(ctx()).script.clock.duration_s
    drill_tick.keep_time(ctx())
    asked += decide(ctx(), director, dice)
    if open_drill(ctx()).now_s < end_s:
        drill_live.jump(ctx(), director, end_s)
    drill_tick.keep_time(ctx())
    with ctx().store.read() as connection:
        sent = [d["inject_id"] for d in rows.deliveries(connection)]
        steps = rows.steps(connection)
    entries = list(reversed(journal_entries(ctx(), 100_000)))
    assert sent == [f"I{number:02d}" for number in range(INJECTS)], "sixty of sixty, in order"
    told = [e.facts()["inject"] for e in entries if e.action == "drill.inject"]
    assert told == sent, "each delivery is one entry"
    acts = Counter(e.actor for e in entries if e.action == "report.publish")
    assert acts == {"robot-claims-ops": INJECTS}, "each act of a robot once"
    changed = [e.facts()["value"] for e in entries if e.action == "fact.record"]
    assert Counter(changed) == Counter(range(INJECTS)), "each effect once"
    claims = [e.facts() for e in entries if e.action == "claims.import"]
    assert sum(c["rows"] for c in claims) == sum(c["new"] for c in claims) == 360, "each claim once"
    assert all(one["done_us"] for one in steps if one["kind"] != "evidence")
    assert asked, "somebody was asked what becomes of the time nobody kept"
    assert verify_journal(ctx()).ok
    house.close()
