"""Evaluators rate before they see each other or the machine; where they disagree, it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emergency.domain.drill.panel import Rated, agreement, kappa
from emergency.service import hotwash
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.learning import learning
from emergency.service.panel import appoint, must_rate_first, panel, rate, seal
from emergency.service.panel_lead import dismiss, leads, open_without, settle, unsettle
from emergency.service.readiness import readiness
from emergency.service.reviewing import RUN, Subject, record_of
from emergency.store import journal, records, reviews
from tests.service.test_improvement import keep_run


def who(ctx: Context, name: str) -> Context:
    return replace(ctx, actor=Actor(name, name, "evaluator"))


@pytest.fixture
def subject(ctx: Context) -> Subject:
    """A run with two objectives, S and U by the machine."""
    found = keep_run(ctx, "storm-1", 80.0)
    with ctx.store.write() as connection:
        run = records.run(connection, "storm-1")
        assert run is not None
        run["score"]["objectives"] = [
            {"id": "O1", "band": "S", "score": 80.0},
            {"id": "O2", "band": "U", "score": 10.0},
        ]
        records.drop_run(connection, "storm-1")
        records.add_run(connection, **run)
    for name in ("Ann", "Bo"):
        appoint(ctx, found, name, ["O1", "O2"])
    return found


def rate_all(ctx: Context, subject: Subject, name: str, first: str, second: str) -> None:
    own = who(ctx, name)
    for objective, band in (("O1", first), ("O2", second)):
        sheet = panel(own, subject).mine
        assert sheet is not None
        rate(own, subject, sheet, objective, band, "seen with own eyes")


def hand_in(ctx: Context, subject: Subject, name: str) -> None:
    own = who(ctx, name)
    sheet = panel(own, subject).mine
    assert sheet is not None
    seal(own, subject, sheet)


def test_nobody_sees_a_rating_before_everybody_has_sealed(ctx: Context, subject: Subject) -> None:
    rate_all(ctx, subject, "Ann", "P", "M")
    hand_in(ctx, subject, "Ann")
    rate_all(ctx, subject, "Bo", "S", "P")
    for name in ("Ann", "Bo", "the director"):
        seen = panel(who(ctx, name), subject)
        assert not seen.open
        assert seen.rated == ()
        assert all(not s.marks for s in seen.sheets if s.evaluator != name)
    with ctx.store.read() as connection:
        bodies = [e.facts() for e in journal.entries(connection) if e.action == "review.rate"]
    assert not any("band" in body for body in bodies)  # the journal is read by all
    hand_in(ctx, subject, "Bo")
    assert panel(who(ctx, "Bo"), subject).open


def test_who_has_not_sealed_is_to_rate_first(ctx: Context, subject: Subject) -> None:
    assert must_rate_first(who(ctx, "ann "), subject)
    assert not must_rate_first(who(ctx, "the director"), subject)
    rate_all(ctx, subject, "Ann", "P", "M")
    hand_in(ctx, subject, "Ann")
    assert not must_rate_first(who(ctx, "Ann"), subject)


def test_disagreement_is_shown_with_the_machine_beside_it(ctx: Context, subject: Subject) -> None:
    for name, first, second in (("Ann", "P", "M"), ("Bo", "S", "P")):
        rate_all(ctx, subject, name, first, second)
        hand_in(ctx, subject, name)
    one, two = panel(ctx, subject).rated
    assert (one.spread, one.panel, one.machine, one.provisional) == (1, "S", "S", False)
    assert (two.spread, two.panel, two.machine, two.from_machine, two.provisional) == (2, "M", "U", 1, True)
    found = panel(ctx, subject).agreement
    assert (found.joint, found.same, found.near, found.kappa) == (2, 0.0, 0.5, None)


def test_a_sealed_sheet_stands(ctx: Context, subject: Subject) -> None:
    rate_all(ctx, subject, "Ann", "P", "M")
    before = panel(who(ctx, "Ann"), subject).mine
    hand_in(ctx, subject, "Ann")
    assert before is not None
    with pytest.raises(Conflict, match="sealed"):
        rate(who(ctx, "Ann"), subject, before, "O1", "U")
    with pytest.raises(Refused, match="sealed and stays"):
        dismiss(ctx, subject, "Ann")
    with pytest.raises(Refused, match="say why Bo is left out"):
        dismiss(ctx, subject, "Bo")
    dismiss(ctx, subject, "Bo", "called away to a real incident")
    found = panel(ctx, subject)
    assert found.open and found.short and found.opening is not None
    assert (found.opening.without, found.opening.reason) == (("Bo",), "called away to a real incident")


def test_an_evaluator_throws_nobody_else_out_but_may_step_back(ctx: Context, subject: Subject) -> None:
    rate_all(ctx, subject, "Ann", "P", "M")
    hand_in(ctx, subject, "Ann")
    assert not leads(who(ctx, "Ann"), subject) and not leads(who(ctx, "a passer-by"), subject)
    for name in ("Ann", "a passer-by"):
        with pytest.raises(Refused, match="never by an evaluator of the same panel"):
            dismiss(who(ctx, name), subject, "Bo", "too slow")
        with pytest.raises(Refused, match="rates nothing themselves"):
            open_without(who(ctx, name), subject, "too slow")
    assert not panel(who(ctx, "Ann"), subject).open
    dismiss(who(ctx, "bo"), subject, "Bo", "I was not in the room")
    told = learning(ctx, subject, record_of(ctx, subject))["opened"]
    assert (told["without"], told["reason"], told["by"], told["short"]) == (["Bo"], "I was not in the room", "bo", True)


def test_results_opened_without_somebody_say_so_and_what_comes_later_counts_nowhere(
    ctx: Context, subject: Subject
) -> None:
    with pytest.raises(Refused, match="nobody has sealed"):
        open_without(ctx, subject, "the report is due")
    rate_all(ctx, subject, "Ann", "P", "M")
    hand_in(ctx, subject, "Ann")
    rate_all(ctx, subject, "Bo", "U", "U")
    with pytest.raises(Refused, match="say why"):
        open_without(ctx, subject, " ")
    open_without(ctx, subject, "the report is due")
    found = panel(ctx, subject)
    assert found.open and found.short
    assert all(not sheet.marks for sheet in found.sheets if sheet.evaluator == "Bo"), "not sealed, so not shown"
    hand_in(ctx, subject, "Bo")
    appoint(ctx, subject, "Cy", ["O1"])
    own = who(ctx, "Cy")
    rate(own, subject, panel(own, subject).mine, "O1", "U")  # type: ignore[arg-type]
    assert panel(ctx, subject).open, "once open, open"
    hand_in(ctx, subject, "Cy")
    one = panel(ctx, subject).rated[0]
    assert (dict(one.by), dict(one.late)) == ({"Ann": "P"}, {"Bo": "U", "Cy": "U"})
    assert (one.panel, one.spread) == ("P", 0)
    assert panel(ctx, subject).agreement.joint == 0
    with ctx.store.read() as connection:
        (entry,) = [e for e in journal.entries(connection) if e.action == "review.panel.open"]
    assert entry.facts()["without"] == ["Bo"]


def test_who_is_appointed_once_all_have_sealed_rates_afterwards(ctx: Context, subject: Subject) -> None:
    for name in ("Ann", "Bo"):
        rate_all(ctx, subject, name, "P", "M")
        hand_in(ctx, subject, name)
    appoint(ctx, subject, "Cy", ["O1"])
    found = panel(ctx, subject)
    assert found.open and not found.short
    assert [(s.evaluator, s.late) for s in found.sheets] == [("Ann", False), ("Bo", False), ("Cy", True)]


def test_what_was_far_apart_is_talked_over_and_settled(ctx: Context, subject: Subject) -> None:
    for name, first, second in (("Ann", "P", "M"), ("Bo", "S", "P")):
        with pytest.raises(Refused, match="first everybody"):
            settle(ctx, subject, "O2", "S", "the log")
        rate_all(ctx, subject, name, first, second)
        hand_in(ctx, subject, name)
    with pytest.raises(Refused, match="rates nothing themselves"):
        settle(who(ctx, "Ann"), subject, "O2", "M", "I say so")
    with pytest.raises(Refused, match="agreed on, and why"):
        settle(ctx, subject, "O2", "S", "")
    settle(ctx, subject, "O2", "S", "the log shows the act at minute 12")
    two = panel(ctx, subject).rated[1]
    assert (two.provisional, two.panel, two.result, dict(two.by)) == (False, "M", "S", {"Ann": "M", "Bo": "P"})
    (told,) = [one for one in learning(ctx, subject, record_of(ctx, subject))["panel"] if one["objective"] == "O2"]
    assert told["settled"] == {"band": "S", "reason": "the log shows the act at minute 12", "by": "chen"}
    unsettle(ctx, subject, "O2")
    assert panel(ctx, subject).rated[1].provisional
    with ctx.store.read() as connection:
        acts = [e.action for e in journal.entries_of(connection, subject=subject.id)]
    assert acts[-2:] == ["review.settle", "review.unsettle"]


def test_nobody_rates_for_another_nor_seals_half_a_sheet(ctx: Context, subject: Subject) -> None:
    sheet = panel(who(ctx, "Ann"), subject).mine
    assert sheet is not None
    with pytest.raises(Refused, match="sheet of Ann"):
        rate(who(ctx, "Bo"), subject, sheet, "O1", "P")
    with pytest.raises(Refused, match="O1, O2"):
        seal(who(ctx, "Ann"), subject, sheet)
    with pytest.raises(Refused, match="P, S, M or U"):
        rate(who(ctx, "Ann"), subject, sheet, "O9", "P")
    with pytest.raises(Conflict, match="already"):
        appoint(ctx, subject, "ANN", ["O1"])


def test_kappa_of_the_worked_example() -> None:
    """Ten objectives, seven the same, all within one step."""
    pairs = [(0, 0), (0, 0), (1, 1), (1, 1), (2, 2), (3, 3), (3, 3), (0, 1), (1, 2), (3, 2)]
    rated = [Rated(str(n), {"a": "PSMU"[a], "b": "PSMU"[b]}, None) for n, (a, b) in enumerate(pairs)]
    found = agreement(rated)
    assert (found.joint, found.same, found.near) == (10, 0.7, 1.0)
    # By hand: 3 squared steps seen; by chance 250 / 10 = 25 from the margins (3, 3, 1, 3) and (2, 3, 3, 2).
    assert found.kappa == pytest.approx(0.88)


def test_kappa_says_nothing_where_everybody_always_says_the_same() -> None:
    assert kappa([(0, 0)] * 9) is None


def test_what_people_say_is_kept_once_each_and_can_be_taken_back(ctx: Context) -> None:
    subject = keep_run(ctx, "storm-1", 80.0)
    marks = dict.fromkeys(hotwash.QUESTIONS, 4)
    hotwash.say_it(who(ctx, "Li"), subject, "commander", marks, well="calm", badly="", wish="")
    hotwash.say_it(who(ctx, "Li"), subject, "commander", marks | {"plan": 2}, well="calm", badly="late", wish="")
    hotwash.say_it(who(ctx, "Wu"), subject, "risk", marks, well="", badly="", wish="")
    found = hotwash.voices(ctx, subject)
    assert [(v.person, v.marks["plan"]) for v in found] == [("Li", 2), ("Wu", 4)]
    assert hotwash.means(found)["plan"] == 3.0
    assert hotwash.means([])["plan"] is None
    with pytest.raises(Refused, match="every question"):
        hotwash.say_it(who(ctx, "Wu"), subject, "risk", {"plan": 3}, well="", badly="", wish="")
    number = hotwash.add_note(ctx, subject, "keep", "the rota")
    hotwash.withdraw_note(ctx, subject, number)
    assert hotwash.notes(ctx, subject) == []
    hotwash.withdraw_note(ctx, subject, number, back=True)
    assert [n.text for n in hotwash.notes(ctx, subject)] == ["the rota"]
    with pytest.raises(Conflict):
        hotwash.withdraw_note(ctx, subject, number, back=True)


def test_a_review_is_about_a_run_or_an_incident() -> None:
    with pytest.raises(ValueError, match="run or an incident"):
        Subject("drill", "x")
    assert Subject(RUN, "x").key == ("run", "x")


def test_the_board_and_the_records_leave_out_what_the_viewer_is_to_rate(ctx: Context, subject: Subject) -> None:
    with ctx.store.write() as connection:
        kept = {
            "title": {"en": "Storm"}, "held_us": 1, "incident_kind": "natural_disaster", "level": 2,
            "playbook": "flood-tx@1.0.0", "roles": ["commander"], "clauses": {}, "overall": 80.0, "band": "S",
        }  # fmt: skip
        reviews.keep_exercise(connection, subject.key, **kept)
    everything = readiness(ctx)
    assert [one.id for one in everything.exercises] == ["storm-1"] and everything.left_out == 0
    seen = readiness(who(ctx, "Ann"))
    assert seen.exercises == () and seen.left_out == 1
    rate_all(ctx, subject, "Ann", "P", "M")
    hand_in(ctx, subject, "Ann")
    assert [one.id for one in readiness(who(ctx, "Ann")).exercises] == ["storm-1"]
