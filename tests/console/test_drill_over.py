"""When a drill is over, its desk leads everybody to the review of that very run, where it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.console.desk import ASKED, Desk
from emergency.console.rooms import drill_desk, review_words
from emergency.service import drill_live, drill_seats, drill_tick
from emergency.service.context import Actor
from emergency.service.drills import run_script
from emergency.texts import speaker

OUTAGE = "core-outage-2026"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a page shows does not depend on the database."""
    return sqlite_url


@pytest.fixture
def running(tmp_path: Path, ready_url: str) -> Iterator[Running]:
    found = build(Config(home=tmp_path / "home", database_url=ready_url))
    yield found
    found.close()


def over_page(desk: object, seat: object) -> None:
    from emergency.console.rooms import drill_desk

    drill_desk._over(desk, seat, scored=True)  # type: ignore[arg-type]


def review_page(desk: object) -> None:
    from emergency.console.rooms import review

    review.show(desk)  # type: ignore[arg-type]


def page(function: Any, *given: object, **state: Any) -> AppTest:
    test = AppTest.from_function(function, args=given, default_timeout=120)
    for key, value in ({"roles": {}, "pages": {"review": None}} | state).items():
        test.session_state[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


@pytest.mark.parametrize(("kind", "step"), [("director", "report"), ("evaluator", "panel")])
def test_the_button_opens_the_report_of_the_run_that_is_over_and_no_other(
    running: Running, kind: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = running.context("live", Actor("Zhao Lin", "Zhao Lin", "coordinator"))
    begun = drill_live.start(live, OUTAGE, "Zhao Lin", auto="none")
    drill = running.context(begun["workspace"], Actor("system"))
    director = drill_seats.seat_of(drill, begun["token"])
    assert director is not None
    drill_live.startex(drill, director)
    token = drill_seats.take(drill, "evaluator", "eval-a", "Li Na", begun["code"])
    drill_live.end(drill, director)
    drill_tick.score_ended(drill)
    run_script(live, OUTAGE, auto="none", seed=7)  # a newer run of the same script stands above it
    seat = director if kind == "director" else drill_seats.seat_of(drill, token)
    monkeypatch.setattr(drill_desk.frame.st, "switch_page", lambda page: None)
    test = page(over_page, Desk(speaker("en"), drill, running), seat)
    test.button(key="read-report").click().run()
    assert test.session_state[ASKED] == "live"
    opened = test.session_state[review_words.OPEN]
    assert opened == (f"run/{begun['run']}", step)
    person = test.session_state["actor"]
    there = running.context("live", Actor(person, person, "coordinator"))
    shown = page(review_page, Desk(speaker("en"), there, running), **{review_words.OPEN: opened})
    assert shown.session_state["review.subject"] == f"run/{begun['run']}"
    said = "\n".join(str(getattr(one, "value", "")) for kind in ("html", "markdown", "info") for one in shown.get(kind))
    assert ("Objectives" if kind == "director" else "Your sheet, Li Na") in said
