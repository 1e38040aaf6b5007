"""A drill that people play: one clock, each step once, nobody sees what is to come, and live stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emergency.bootstrap import Running
from emergency.domain.act import ACTS
from emergency.service import drill_board, drill_course, drill_live, drill_seats, drill_tick
from emergency.service.allocation import roster
from emergency.service.context import Actor, Context, Refused
from emergency.service.demo import stock_pool
from emergency.service.drill_course import open_drill
from emergency.service.drill_log import export, score_log
from emergency.service.drill_seats import Seat
from emergency.service.drills import report, runs
from emergency.service.grading import confirm_level
from emergency.service.records import journal_entries, messages, verify_journal
from emergency.service.response import every_incident, perform
from emergency.service.running import context
from emergency.store import drill_live as rows

MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
OUTAGE = "core-outage-2026"
SYSTEM = Actor("system", "System", "system")
MINUTE = 60


class Wall:
    """A wall clock that somebody moves."""

    def __init__(self) -> None:
        self.instant = MORNING

    def now(self) -> datetime:
        return self.instant

    def on(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class House:
    """A house in which one drill is played: its workspace, its director, and the timetable's hand."""

    def __init__(self, running: Running, script: str = OUTAGE, **begun: Any) -> None:
        self.running, self.wall = running, Wall()
        self.live = running.context("live", Actor("trainer"))
        begun = {"auto": "none", "origin": None} | begun
        answer = drill_live.start(replace(self.live, clock=self.wall), script, "Zhao Lin", **begun)
        self.answer, self.name, self.code = answer, answer["workspace"], answer["code"]
        self.director = self.seat(answer["token"])

    @property
    def ctx(self) -> Context:
        return context(self.running.content, self.name, SYSTEM, self.wall)

    def seat(self, token: str) -> Seat:
        found = drill_seats.seat_of(self.ctx, token)
        assert found is not None
        return found

    def sit(self, kind: str, role: str = "", person: str = "Wang Min") -> Seat:
        return self.seat(drill_seats.take(self.ctx, kind, role, person, self.code))

    def plays(self, role: str, as_role: str = "") -> Context:
        """A player at their desk."""
        return drill_seats.in_seat(self.ctx, self.sit("player", role), as_role or role)

    def look(self) -> None:
        drill_tick.keep_time(self.ctx)

    def goes_on(self, wall_s: int) -> None:
        """Time passes, and the timetable looks every two seconds; over a long time, after the first look, every
        twenty, which changes nothing (a minute is a gap) but how long this takes."""
        step, later = 2, 2 if wall_s <= 60 else 20
        while wall_s > 0:
            self.wall.on(min(step, wall_s))
            self.look()
            wall_s, step = wall_s - step, later

    def sent(self) -> dict[str, int]:
        with self.ctx.store.read() as connection:
            return {d["inject_id"]: d["at_s"] for d in rows.deliveries(connection) if d["turn"] == 0}

    def acts(self, action: str) -> list[dict[str, Any]]:
        found = reversed(journal_entries(self.ctx, 10_000))
        return [e.facts() for e in found if e.action == action]

    def offset_s(self) -> int:
        return open_drill(self.ctx).now_s


@pytest.fixture
def house(running: Running) -> House:
    return House(running)


@pytest.fixture
def going(house: House) -> House:
    """The outage has begun; four drill seconds pass in one of the wall."""
    drill_live.startex(house.ctx, house.director)
    return house


def test_a_drill_waits_for_its_director_and_then_begins_at_its_own_hour(house: House) -> None:
    house.wall.on(600)
    house.look()
    assert (house.offset_s(), house.sent(), every_incident(house.ctx)) == (0, {}, [])
    drill_live.startex(house.ctx, house.director)
    assert house.sent() == {"I01": 0}
    assert [i.incident_id for i in every_incident(house.ctx)] == ["DRILL-core-outage-2026"]
    house.goes_on(60)
    assert house.ctx.now() == open_drill(house.ctx).script.clock.start + timedelta(seconds=240)
    with pytest.raises(Refused, match="started already"):
        drill_live.startex(house.ctx, house.director)


def test_injects_bear_their_own_second_however_late_somebody_looks(going: House) -> None:
    going.goes_on(448)
    going.wall.on(4)  # half a minute of drill time between two looks
    going.look()
    assert going.sent() == {"I01": 0, "I02": 30 * MINUTE}


def test_paused_time_counts_for_nobody_and_firing_does_not_wait_for_it(going: House) -> None:
    going.goes_on(60)
    drill_live.pause(going.ctx, going.director)
    going.wall.on(3600)
    going.look()
    assert going.offset_s() == 240
    drill_live.fire(going.ctx, going.director, "I03")
    assert going.sent() == {"I01": 0, "I03": 240}
    drill_live.resume(going.ctx, going.director)
    going.goes_on(400)
    assert going.sent()["I02"] == 30 * MINUTE, "the first inject after a pause comes at its time"
    assert [a["act"] for a in going.acts("drill.clock")] == ["pause", "resume"]


def test_a_jump_brings_what_was_due_on_the_way_in_order_and_a_new_speed_counts_from_now(going: House) -> None:
    drill_live.jump(going.ctx, going.director, 36 * MINUTE)
    assert list(going.sent().items()) == [("I01", 0), ("I02", 36 * MINUTE), ("I03", 36 * MINUTE)]
    drill_live.set_speed(going.ctx, going.director, 60)
    going.goes_on(60)
    assert going.offset_s() == 96 * MINUTE
    with pytest.raises(Refused, match="forward only"):
        drill_live.jump(going.ctx, going.director, 60)


def test_held_then_let_go_comes_late_and_is_nobodys_to_answer_for(going: House) -> None:
    drill_live.hold(going.ctx, going.director, "I02")
    going.goes_on(600)
    assert "I02" not in going.sent()
    drill_live.release(going.ctx, going.director, "I02")
    going.goes_on(2)
    late = next(a for a in going.acts("drill.inject") if a["inject"] == "I02")
    assert (late["late_by"], late["late_s"]) == ("held", 10 * MINUTE + 8)
    drill_live.end(going.ctx, going.director)
    assert drill_tick.score_ended(going.ctx)
    score = runs(going.live)[0]["score"]
    by_id = {e["id"]: e for e in score["expectations"]}
    assert by_id["E01"]["void"] and not by_id["E02"]["void"]


def test_what_is_struck_out_never_comes_and_can_be_let_in_again(going: House) -> None:
    drill_live.skip(going.ctx, going.director, "I02")
    drill_live.jump(going.ctx, going.director, 34 * MINUTE)
    assert "I02" not in going.sent()
    drill_live.release(going.ctx, going.director, "I02")
    going.goes_on(2)
    assert "I02" in going.sent()


def test_sent_again_is_read_again_and_counts_once(going: House) -> None:
    seat = going.sit("player", "it-ops")
    drill_live.resend(going.ctx, going.director, "I01")
    with pytest.raises(Refused, match="sent already"):
        drill_live.fire(going.ctx, going.director, "I01")
    with pytest.raises(Refused, match="not sent yet"):
        drill_live.resend(going.ctx, going.director, "I03")
    assert [(m["inject_id"], m["kind"]) for m in drill_seats.inbox(going.ctx, seat)] == [
        ("I01", "again"),
        ("I01", "inject"),
    ]
    assert len(going.acts("drill.inject")) == 1


def test_each_seat_reads_its_own_inbox_and_what_the_director_makes_up_for_all(going: House) -> None:
    it_ops, risk = going.sit("player", "it-ops"), going.sit("player", "risk")
    assert drill_live.spontaneous(going.ctx, going.director, "all", "A customer films the queue.") == "S01"
    assert drill_live.spontaneous(going.ctx, going.director, "risk", "The bureau calls.") == "S02"
    assert [m["inject_id"] for m in drill_seats.inbox(going.ctx, it_ops)] == ["S01", "I01"]
    assert [m["inject_id"] for m in drill_seats.inbox(going.ctx, risk)] == ["S02", "S01"]
    assert drill_seats.unread(going.ctx, risk) == 2
    for message in drill_seats.inbox(going.ctx, risk):
        drill_seats.mark_read(going.ctx, risk, message["delivery_id"])
    assert drill_seats.unread(going.ctx, risk) == 0
    drill_seats.mark_read(going.ctx, risk, drill_seats.inbox(going.ctx, it_ops)[1]["delivery_id"])
    assert drill_seats.unread(going.ctx, it_ops) == 1, "nobody reads another's mail"


def test_seats_that_see_what_is_to_come_take_the_directors_code(house: House) -> None:
    for kind, role in (("director", ""), ("controller", ""), ("evaluator", "eval-a")):
        with pytest.raises(Refused, match="code"):
            drill_seats.take(house.ctx, kind, role, "Li", "")
        assert house.sit(kind, role).sees_injects
    player = house.seat(drill_seats.take(house.ctx, "player", "risk", "Li"))
    observer = house.seat(drill_seats.take(house.ctx, "observer", "", "Gu"))
    assert not player.sees_injects and not observer.sees_injects
    for seat in (player, observer, house.sit("evaluator", "eval-a")):
        for act in (drill_live.startex, drill_live.pause, drill_live.end):
            with pytest.raises(Refused, match="only the director"):
                act(house.ctx, seat)
    with pytest.raises(Refused, match="no such seat"):
        drill_seats.take(house.ctx, "player", "emperor", "Li")
    with pytest.raises(Refused, match="your name"):
        drill_seats.take(house.ctx, "player", "risk", "  ")


def test_who_watches_cannot_act_and_who_plays_acts_in_their_own_role(going: House) -> None:
    incident = "DRILL-core-outage-2026"
    watching = [None, going.sit("observer"), going.sit("evaluator", "eval-a")]
    for seat in watching:
        with pytest.raises(Refused, match="you watch this drill"):
            perform(drill_seats.in_seat(going.ctx, seat, "it-ops"), incident, "system.failover", {})
    it_ops = going.plays("it-ops", "commander")
    assert it_ops.actor.role == "it-ops", "a role that is not theirs is not taken"
    perform(it_ops, incident, "system.failover", {})
    assert going.plays("commander", "cio").actor.role == "cio", "who declares the level decides as its authority"


def test_notes_bear_the_drills_time_and_are_their_writers(going: House) -> None:
    going.goes_on(60)
    first, second = going.sit("evaluator", "eval-a", "Sun"), going.sit("controller", "", "Gu")
    number = drill_seats.note(going.ctx, first, "Nobody looked at the licences.", "E02")
    drill_seats.note(going.ctx, second, "The phones ring.")
    assert [(n["text"], n["at_s"]) for n in drill_seats.notes(going.ctx, first)] == [
        ("Nobody looked at the licences.", 240)
    ]
    assert len(drill_seats.notes(going.ctx, going.director)) == 2
    drill_seats.take_back_note(going.ctx, first, number)
    assert drill_seats.notes(going.ctx, first) == []
    with pytest.raises(Refused, match="evaluators"):
        drill_seats.note(going.ctx, going.sit("player", "risk"), "I saw it")


def play_to_the_end(house: House) -> dict[str, Any]:
    """The commander and claims operations answer at once; then the hours pass at full speed."""
    incident = "DRILL-core-outage-2026"
    perform(house.plays("claims-ops"), incident, "policy.enable", {"name": "manual_fnol"})
    drill_live.jump(house.ctx, house.director, 31 * MINUTE)
    commander = house.sit("player", "commander")
    confirm_level(drill_seats.in_seat(house.ctx, commander, "it-duty-manager"), incident, 3)
    drill_live.jump(house.ctx, house.director, 36 * MINUTE)
    confirm_level(drill_seats.in_seat(house.ctx, commander, "cio"), incident, 2)
    drill_live.jump(house.ctx, house.director, 4 * 60 * MINUTE)
    house.goes_on(2)
    run = drill_tick.score_ended(house.ctx)
    assert run is not None and drill_tick.score_ended(house.ctx) is None
    return report(house.live, run)


def test_people_who_do_the_right_thing_at_once_earn_it_and_the_log_gives_the_same_score(
    going: House, tmp_path: Any
) -> None:
    run = play_to_the_end(going)
    assert run["auto"] == "people" and run["workspace"] == going.name
    assert (run["score"]["timeliness"], run["score"]["accuracy"], run["score"]["band"]) == (100, 100, "P")
    export(going.live, run["run_id"], tmp_path / "log.jsonl")
    assert score_log(tmp_path / "log.jsonl")["same"]
    assert verify_journal(going.ctx).ok
    with pytest.raises(Refused, match="you watch"):
        perform(going_after(going), "DRILL-core-outage-2026", "system.failover", {})


def going_after(house: House) -> Context:
    """A player who is still at their desk when the drill is over."""
    with house.ctx.store.read() as connection:
        row = next(s for s in rows.seats(connection) if s["kind"] == "player")
    seat = Seat(row["seat_id"], row["kind"], row["role"], row["person"])
    return drill_seats.in_seat(house.ctx, seat, seat.role)


def test_a_drill_ended_early_is_scored_by_what_could_be_done(going: House, tmp_path: Any) -> None:
    perform(going.plays("claims-ops"), "DRILL-core-outage-2026", "policy.enable", {"name": "manual_fnol"})
    going.goes_on(60)
    drill_live.end(going.ctx, going.director)
    run = drill_tick.score_ended(going.ctx)
    assert run is not None
    score = report(going.live, run)["score"]
    voids = {e["id"] for e in score["expectations"] if e["void"]}
    assert (voids, score["overall"]) == ({"E01", "E03"}, None), "more than a fifth is void: not rated"
    export(going.live, run, tmp_path / "log.jsonl")
    assert score_log(tmp_path / "log.jsonl")["same"]


def test_robots_fill_the_seats_that_are_empty_and_only_those(running: Running) -> None:
    house = House(running, auto="best")
    house.sit("player", "commander")
    drill_live.startex(house.ctx, house.director)
    drill_live.jump(house.ctx, house.director, 50 * MINUTE)
    acts = [e for e in journal_entries(house.ctx, 10_000) if e.actor.startswith("robot-") and e.action in ACTS]
    assert [(e.actor, e.action) for e in acts] == [("robot-claims-ops", "policy.enable")]


def test_a_jumping_robot_team_does_each_step_once(running: Running) -> None:
    house = House(running, auto="best")
    drill_live.startex(house.ctx, house.director)
    for _ in range(3):
        house.look()
    drill_live.jump(house.ctx, house.director, 60 * MINUTE)
    house.look()
    acts = [e for e in reversed(journal_entries(house.ctx, 10_000)) if e.actor.startswith("robot-")]
    done = [e.action for e in acts if e.action in ACTS]
    assert done == ["policy.enable", "level.confirm", "level.confirm"]
    claims = house.acts("claims.import")
    assert sum(a["rows"] for a in claims) == sum(a["new"] for a in claims) == 90


def killed(house: House, monkeypatch: pytest.MonkeyPatch, wall_s: float) -> None:
    """The server is away for a while, and another process looks after it."""
    house.wall.on(wall_s)
    for module in (drill_tick, drill_course):
        monkeypatch.setattr(module, "KEEPER", "another")
    house.look()


def test_time_that_nobody_kept_stops_the_clock_and_asks_the_director(
    going: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    going.goes_on(60)
    killed(going, monkeypatch, 450)
    assert going.offset_s() == 240, "it stands where it was last seen"
    assert going.sent() == {"I01": 0}
    with pytest.raises(Refused, match="first say"):
        drill_live.fire(going.ctx, going.director, "I02")
    going.wall.on(30)
    going.look()
    assert going.offset_s() == 240, "and waits for the answer"
    assert len(going.acts("drill.gap")) == 1


@pytest.mark.parametrize(
    ("how", "sent", "offset_s"),
    [
        ("catch_up", {"I01": 0, "I02": 2280, "I03": 2280}, 2280),
        ("shift", {"I01": 0}, 240),
        ("skip", {"I01": 0}, 2280),
    ],
)
def test_the_director_says_what_becomes_of_it(
    going: House, monkeypatch: pytest.MonkeyPatch, how: str, sent: dict[str, int], offset_s: int
) -> None:
    going.goes_on(60)
    killed(going, monkeypatch, 480)
    going.wall.on(30)
    drill_live.answer_gap(going.ctx, going.director, how)
    assert (going.sent(), going.offset_s()) == (sent, offset_s)
    going.goes_on(500)
    assert ("I02" in going.sent()) is (how != "skip")
    if how == "shift":
        assert going.sent()["I02"] == 30 * MINUTE
    with pytest.raises(Refused, match="no time is missing"):
        drill_live.answer_gap(going.ctx, going.director, how)


@pytest.mark.parametrize("how", ["catch_up", "shift", "skip"])
def test_time_the_server_was_away_is_charged_to_nobody(
    going: House, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    going.goes_on(60)  # E02 was asked at 0 within 40 minutes; four have gone
    killed(going, monkeypatch, 480)
    drill_live.answer_gap(going.ctx, going.director, how)
    asked = {one.answer.expectation.id: one for one in drill_board.board(going.ctx, going.director).asked}
    assert asked["E02"].due_s - going.offset_s() == 36 * MINUTE


def test_a_jump_takes_no_time_from_what_was_asked_before(going: House) -> None:
    drill_live.jump(going.ctx, going.director, 70 * MINUTE)
    asked = {one.answer.expectation.id: one for one in drill_board.board(going.ctx, going.director).asked}
    assert asked["E02"].due_s == 110 * MINUTE
    assert perform(going.plays("claims-ops"), "DRILL-core-outage-2026", "policy.enable", {"name": "manual_fnol"})
    (one,) = (o for o in drill_board.board(going.ctx, going.director).asked if o.answer.expectation.id == "E02")
    assert one.answer.taken_s == 0 and one.answer.timeliness == 100


def test_a_long_step_of_the_same_process_is_no_gap(going: House) -> None:
    going.goes_on(60)
    going.wall.on(40)
    going.look()
    assert going.offset_s() == 400 and going.acts("drill.gap") == []


def test_a_fork_has_todays_people_and_live_is_the_same_to_the_byte(running: Running) -> None:
    live = running.context("live", Actor("trainer"))
    stock_pool(live, "gd-2026-q3")

    def image() -> Any:
        if running.content.workspaces.on_postgresql:
            from emergency.store.schema import TABLES

            with live.store.read() as connection:
                return {n: connection.exec_driver_sql(f'SELECT * FROM "{n}"').all() for n in sorted(TABLES)}
        return list(live.store.engine.raw_connection().driver_connection.iterdump())  # type: ignore[union-attr]

    before = image()
    house = House(running, auto="best", origin=live)
    assert [a["adjuster_id"] for a in roster(house.ctx)] == [a["adjuster_id"] for a in roster(live)]
    drill_live.startex(house.ctx, house.director)
    house.sit("player", "risk")
    drill_live.spontaneous(house.ctx, house.director, "risk", "The bureau calls.")
    drill_live.jump(house.ctx, house.director, 100 * MINUTE)
    drill_live.jump(house.ctx, house.director, 4 * 60 * MINUTE)
    house.goes_on(2)
    assert image() == before, "what people and robots did stays in the drill"
    assert messages(live) == [] and image() == before
    assert all(m["subject"].startswith("【演练】") for m in messages(house.ctx))


def test_a_drill_begun_in_the_workspace_of_another_is_kept_where_that_one_is(house: House) -> None:
    begun = drill_live.start(replace(house.ctx, clock=house.wall), OUTAGE, "Zhao Lin", auto="none")
    again = context(house.running.content, begun["workspace"], SYSTEM, house.wall)
    assert open_drill(again).row["home"] == "live"


def test_a_second_drill_of_the_same_script_leaves_the_first_as_it_was(running: Running) -> None:
    first, second = House(running), House(running)
    assert first.name != second.name
    assert first.answer["run"] != second.answer["run"]
    with pytest.raises(Refused, match="no drill is being played"):
        open_drill(running.context("live", Actor("trainer")))
