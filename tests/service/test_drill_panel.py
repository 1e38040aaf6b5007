"""Who evaluated a drill is asked to rate it when it is over: once, and before they can see a score."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from emergency.bootstrap import Running
from emergency.documents.after_action import after_action
from emergency.documents.blocks import Table
from emergency.service import drill_live, drill_seats, drill_tick, hotwash, run_seats
from emergency.service.context import Actor, Context
from emergency.service.learning import learning, told
from emergency.service.panel import Sheet, must_rate_first, panel, rate, seal
from emergency.service.panel_lead import dismiss, leads
from emergency.service.records import journal_entries
from emergency.service.reviewing import RUN, Subject, record_of
from emergency.texts import speaker
from tests.service.test_drill_live import House


@pytest.fixture
def going(running: Running) -> House:
    """An accident with two seats for evaluators: the first watches all four objectives, the second O1 and O4."""
    house = House(running, "large-accident-2026")
    drill_live.startex(house.ctx, house.director)
    return house


def who(ctx: Context, name: str) -> Context:
    return replace(ctx, actor=Actor(name, name, ""))


def asked(house: House) -> dict[str, tuple[str, ...]]:
    return {one.evaluator: one.objectives for one in panel(house.live, subject(house)).sheets}


def subject(house: House) -> Subject:
    return Subject(RUN, house.answer["run"])


def appointments(house: House) -> list[str]:
    return [e.facts()["evaluator"] for e in journal_entries(house.live, 1000) if e.action == "review.appoint"]


def test_who_sits_as_evaluator_at_the_end_rates_what_they_watched_and_nobody_else_does(going: House) -> None:
    for seat, person in (("eval-b", "Li Na"), ("eval-b", "Wu Bo"), ("eval-a", "wu bo"), ("eval-a", "Gone Early")):
        going.sit("evaluator", seat, person)
    for kind, role in (("observer", ""), ("controller", ""), ("player", "commander")):
        going.sit(kind, role, f"the {kind}")
    away = next(s for s in drill_seats.seats(going.ctx) if s["person"] == "Gone Early")
    drill_seats.clear(going.ctx, going.director, away["seat_id"])
    drill_live.end(going.ctx, going.director)
    left = next(s for s in drill_seats.seats(going.ctx) if s["person"] == "Li Na")
    drill_seats.clear(going.ctx, going.director, left["seat_id"])
    drill_tick.score_ended(going.ctx)
    assert asked(going) == {"Li Na": ("O1", "O4"), "Wu Bo": ("O1", "O2", "O3", "O4")}
    assert must_rate_first(who(going.live, "Li Na"), subject(going))
    assert not must_rate_first(who(going.live, "the player"), subject(going))


def test_a_server_killed_after_the_run_was_kept_asks_nobody_twice(
    going: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    going.sit("evaluator", "eval-a", "Li Na")
    going.sit("evaluator", "eval-b", "Wu Bo")
    drill_live.end(going.ctx, going.director)

    def killed(*_given: Any, **_more: Any) -> None:
        raise ConnectionResetError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(drill_tick.rows, "change_course", killed)
        with pytest.raises(ConnectionResetError):
            drill_tick.score_ended(going.ctx)
    assert sorted(asked(going)) == ["Li Na", "Wu Bo"], "with the run itself, not after it"
    directing = who(going.live, going.director.person)
    assert leads(directing, subject(going)) and not leads(who(going.live, "Li Na"), subject(going))
    dismiss(directing, subject(going), "Wu Bo")
    assert drill_tick.score_ended(going.ctx) == going.answer["run"]
    assert drill_tick.score_ended(going.ctx) is None
    assert sorted(asked(going)) == ["Li Na"], "whom somebody took off is not put back"
    assert sorted(appointments(going)) == ["Li Na", "Wu Bo"]


def test_a_server_killed_before_the_run_is_kept_asks_afterwards(going: House, monkeypatch: pytest.MonkeyPatch) -> None:
    going.sit("evaluator", "eval-a", "Li Na")
    drill_live.end(going.ctx, going.director)

    def killed(*_given: Any, **_more: Any) -> None:
        raise ConnectionResetError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("emergency.service.drills.appoint_seated", killed)
        with pytest.raises(ConnectionResetError):
            drill_tick.score_ended(going.ctx)
    assert asked(going) == {}
    drill_tick.score_ended(going.ctx)
    assert list(asked(going)) == ["Li Na"]


def test_who_played_is_asked_about_the_role_they_sat_in(going: House) -> None:
    seat = going.sit("player", "claims-ops", "Zhao Lei")
    going.sit("player", "commander", "Wang Wei")
    drill_live.end(going.ctx, going.director)
    drill_tick.score_ended(going.ctx)
    roles = {name: hotwash.role_of(who(going.live, name), subject(going)) for name in ("wang  wei", "Zhao Lei", "Ann")}
    assert roles == {"wang  wei": "commander", "Zhao Lei": "claims-ops", "Ann": ""}
    assert seat.role == "claims-ops"


def test_what_was_noted_in_the_drill_stands_beside_the_ratings_and_in_the_report(going: House) -> None:
    li, wu = going.sit("evaluator", "eval-a", "Li Na"), going.sit("evaluator", "eval-b", "Wu Bo")
    script = going.live.content.library.drill("large-accident-2026")
    asked = next(e for _, e in script.expectations() if e.objective == "O1")
    for seat, text, about in ((li, "read the rules aloud", "O1"), (wu, "took the call", asked.id), (wu, "calm", "")):
        drill_seats.note(going.ctx, seat, text, about)
    drill_live.end(going.ctx, going.director)
    drill_tick.score_ended(going.ctx)
    record = record_of(going.live, subject(going))
    assert learning(going.live, subject(going), record)["observations"] == [], "while they are still to rate"
    notes = run_seats.notes_of(going.live, subject(going))
    assert [(n["author"], n["code"]) for n in notes] == [("Li Na", "eval-a"), ("Wu Bo", "eval-b"), ("Wu Bo", "eval-b")]
    assert [run_seats.notes_about(n, "O1", record["score"]) for n in notes] == [True, True, False]
    for name in ("Li Na", "Wu Bo"):
        own = who(going.live, name)
        for objective in asked_of(own, going):
            rate(own, subject(going), sheet(own, going), objective, "S")
        seal(own, subject(going), sheet(own, going))
    found = learning(going.live, subject(going), record)["observations"]
    assert [(n["at_s"], n["about"], n["text"], n["code"]) for n in found] == [
        (0, "O1", "read the rules aloud", "eval-a"),
        (0, asked.id, "took the call", "eval-b"),
        (0, "", "calm", "eval-b"),
    ]
    story = after_action(told(going.live, subject(going)), speaker("en"))
    (table,) = [b for b in story.blocks if isinstance(b, Table) and b.head[-1] == "Noted by"]
    assert list(table.rows[0][2:]) == ["read the rules aloud", "eval-a"]
    assert "Li Na" not in str(table.rows)
    assert table.rows[1][1].startswith(f"{asked.id} ")


def sheet(ctx: Context, house: House) -> Sheet:
    found = panel(ctx, subject(house)).mine
    assert found is not None
    return found


def asked_of(ctx: Context, house: House) -> tuple[str, ...]:
    return sheet(ctx, house).objectives


def test_a_drill_without_evaluators_appoints_nobody(going: House) -> None:
    drill_live.end(going.ctx, going.director)
    drill_tick.score_ended(going.ctx)
    assert asked(going) == {} and appointments(going) == []
