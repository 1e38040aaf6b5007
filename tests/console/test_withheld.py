"""Who plays a drill reads nothing of earlier plays of its script until it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.console.desk import Desk
from emergency.service import drill_live, drill_seats
from emergency.service.context import Actor
from emergency.service.drills import run_script
from emergency.service.improvements import add_item
from emergency.service.reviewing import RUN, Subject
from emergency.texts import speaker

OUTAGE = "core-outage-2026"
WITHHELD = "You play this script now; its reports open again when the drill is over."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a page shows does not depend on the database."""
    return sqlite_url


@pytest.fixture
def running(tmp_path: Path, ready_url: str) -> Iterator[Running]:
    found = build(Config(home=tmp_path / "home", database_url=ready_url))
    yield found
    found.close()


class Played:
    """A script that robots have played, and that people play now."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.live = running.context("live", Actor("Wang Min", "Wang Min", "coordinator"))
        self.runs = [run_script(self.live, OUTAGE, auto="none", seed=seed) for seed in (1,)]
        add_item(self.live, Subject(RUN, self.runs[0]["run"]), "The commander was late", element="training")
        self.begun = drill_live.start(self.live, OUTAGE, "Zhao Lin", auto="none", origin=None)
        director = drill_seats.seat_of(self.drill, self.begun["token"])
        assert director is not None
        self.director = director

    @property
    def drill(self) -> Any:
        return self.running.context(self.begun["workspace"], Actor("system"))

    def seat(self, kind: str, role: str) -> dict[str, str]:
        """What the browser keeps of a seat."""
        token = drill_seats.take(self.drill, kind, role, "Wang Min", self.begun["code"])
        return {f"seat/{self.begun['workspace']}": token}

    def sees(self, page: Any, roles: dict[str, str], workspace: str = "live", **state: str) -> list[str]:
        """Everything that a page says to a browser."""
        ctx = self.running.context(workspace, self.live.actor)
        test = AppTest.from_function(page, args=(Desk(speaker("en"), ctx, self.running),), default_timeout=120)
        test.session_state["roles"] = roles
        for key, value in state.items():
            test.session_state[key.replace("_", ".")] = value
        test.run()
        assert not test.exception, test.exception
        drawn = [one for kind in ("info", "caption", "markdown", "text") for one in test.get(kind)]
        words = [str(getattr(one, "value", "")) for one in drawn]
        words += [option for box in test.selectbox for option in box.options]
        return [word for word in words if not word.lstrip().startswith("<style")]


@pytest.fixture
def played(running: Running) -> Played:
    return Played(running)


def review_page(desk: object) -> None:
    from emergency.console.rooms import review

    review.show(desk)  # type: ignore[arg-type]


def room_page(desk: object) -> None:
    from emergency.console import main

    main._room(desk, "journal")  # type: ignore[arg-type]


def test_a_player_reads_no_review_of_an_earlier_play_of_the_script_and_reads_it_again_afterwards(
    played: Played,
) -> None:
    seat = played.seat("player", "commander")
    for step in ("hotwash", "panel", "report"):
        found = played.sees(review_page, seat, review_step=step)
        assert WITHHELD in found
        assert not [word for word in found if "E01" in word or "limit" in word], found
    assert WITHHELD not in played.sees(review_page, {}, review_step="hotwash")
    drill_live.startex(played.drill, played.director)
    drill_live.end(played.drill, played.director)
    assert WITHHELD not in played.sees(review_page, seat, review_step="hotwash")


def test_neither_comparison_nor_items_nor_readiness_nor_the_retest_tells_a_player_of_it(played: Played) -> None:
    seat = played.seat("player", "commander")
    run_script(played.live, OUTAGE, auto="none", seed=2)
    need_two = "Two runs of one drill are needed."
    assert any(need_two in word for word in played.sees(review_page, seat, review_view="compare"))
    assert not any(need_two in word for word in played.sees(review_page, {}, review_view="compare"))
    assert any("The commander was late" in word for word in played.sees(review_page, {}, review_view="items"))
    assert not any("The commander was late" in word for word in played.sees(review_page, seat, review_view="items"))
    open_board, board = (played.sees(review_page, roles, review_view="readiness") for roles in ({}, seat))
    assert WITHHELD in board and WITHHELD not in open_board
    assert any("No drill was played" in word for word in board)
    assert not any("No drill was played" in word for word in open_board)


def test_the_place_of_an_earlier_play_is_closed_to_a_player_too(played: Played) -> None:
    place = played.runs[0]["workspace"]
    assert WITHHELD in played.sees(room_page, played.seat("player", "commander"), place)
    assert WITHHELD not in played.sees(room_page, {}, place)
    assert WITHHELD not in played.sees(room_page, played.seat("player", "commander"), "live")
