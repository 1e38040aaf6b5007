"""What the drill desk says of the score, by seat."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from emergency.console.rooms.drill_board_look import how_well, marks
from emergency.service.drill_seats import DIRECTOR, EVALUATOR, Seat
from emergency.texts import speaker

DESK: Any = SimpleNamespace(say=speaker("en"))
LIMIT: Any = SimpleNamespace(within_s=90 * 60)
ANSWER = SimpleNamespace(taken_s=61 * 60, timeliness=100.0, accuracy=85.0, expectation=LIMIT)
ASKED: Any = SimpleNamespace(answer=ANSWER)
BOARD: Any = SimpleNamespace(marks=SimpleNamespace(timeliness=68.0, accuracy=85.0))


def test_an_evaluator_reads_how_long_an_act_took_and_no_points_of_the_machine() -> None:
    director, evaluator = Seat(1, DIRECTOR, "", "Zhao Lin"), Seat(2, EVALUATOR, "eval-a", "Li Wei")
    assert how_well(DESK, director, ASKED) == "61 of 90 min · timeliness 100 · accuracy 85"
    assert how_well(DESK, evaluator, ASKED) == "61 of 90 min"
    assert [one.value for one in marks(DESK, director, BOARD)] == ["68", "85"]
    assert [one.value for one in marks(DESK, evaluator, BOARD)] == ["–", "–"]
