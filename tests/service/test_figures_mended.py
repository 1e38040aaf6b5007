"""Figures that are wrong, old or at odds: one door, no room stopped, the level never lowered by an old word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.service import clock_watch, clocks, words_ledger
from emergency.service.apart import each
from emergency.service.closure import closure
from emergency.service.context import Context, FixedClock, Refused
from emergency.service.doubts import doubts_about, figure_doubts
from emergency.service.feed_facts import FactRefused, Figure, take_figure
from emergency.service.grading import evaluate
from emergency.service.importing import receive
from emergency.service.report_facts import gather
from emergency.service.response import open_incident, record_fact
from emergency.service.tag_suggestions import set_aside, suggestions
from emergency.service.watch import regrade
from emergency.store import reports
from emergency.store.tables import fact
from emergency.texts import Message, speaker
from tests.service.worlds import claims

DEATHS, INSURED, LOSS = "casualties.deaths", "casualties.insured_deaths", "loss.estimated_gross"
GATHERING = "complaint.gathering_persons"
HARRIS, ORANGE = "48201", "48361"


@pytest.fixture
def yuan(ctx: Context) -> Context:
    return replace(ctx, profile=replace(ctx.profile, currency="CNY"))


def enter(ctx: Context, incident: Incident, metric: str, value: Any, **more: Any) -> None:
    said = {"source": "county", "incident_id": incident.incident_id, "as_of": ctx.now(), **more}
    take_figure(ctx, Figure(metric, value, **said))


def ago(ctx: Context, hours: float) -> Any:
    return ctx.now() - timedelta(hours=hours)


def smuggled(ctx: Context, incident: Incident, metric: str, value: Any) -> None:
    """A value as it was kept before anybody looked at it."""
    with ctx.store.write() as connection:
        connection.execute(
            insert(fact).values(
                incident_id=incident.incident_id,
                metric=metric,
                value=json.dumps(value),
                region=None,
                source="slip",
                as_of_us=to_us(ctx.now()),
                recorded_us=to_us(ctx.now()),
                actor="chen",
                confidence="",
                note="",
            )
        )


def complaint(ctx: Context, flood: Incident, name: str = "COMPLAINT") -> Incident:
    return open_incident(
        ctx,
        replace(flood, incident_id=name, kind="customer_complaint", perils=(), jurisdiction="CN-410000"),
    )


# One door -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", [GATHERING, "complaint.unresolved"])
@pytest.mark.parametrize("value", ["一百人左右", -5])
def test_what_is_no_figure_is_refused_at_every_door_in_the_readers_language(
    ctx: Context, flood: Incident, metric: str, value: Any
) -> None:
    with pytest.raises(FactRefused):
        enter(ctx, flood, metric, value)
    with pytest.raises(Refused) as told:
        record_fact(ctx, metric, value, incident_id=flood.incident_id, source="hall")
    message = told.value.args[0]
    assert isinstance(message, Message) and "未录入" in speaker("zh_CN")(message)
    assert figure_doubts(ctx, flood.incident_id) == ()


@pytest.mark.parametrize("metric", [GATHERING, "complaint.unresolved", "outage.one_province_minutes", LOSS])
def test_an_unreadable_figure_that_is_kept_stops_nothing_and_is_named(
    ctx: Context, flood: Incident, metric: str
) -> None:
    smuggled(ctx, flood, metric, "一百人左右")
    assert evaluate(ctx, flood.incident_id).facts.get(metric) is None
    assert closure(ctx, flood).lines and words_ledger.ledger(ctx, flood)
    assert gather(ctx, evaluate(ctx, flood.incident_id), "first")
    (doubt,) = doubts_about(ctx, metric, flood.incident_id)
    assert doubt.kind == "unreadable" and "一百人左右" in speaker("zh_CN")(doubt.message)


def test_one_incident_that_cannot_be_graded_keeps_no_other_from_its_level_and_its_clocks(
    ctx: Context, flood: Incident, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = complaint(ctx, flood, "A-BAD")
    from emergency.service import watch

    def broken(ctx: Context, incident_id: str, at: Any = None) -> Any:
        if incident_id == bad.incident_id:
            raise ValueError("no figure")
        return evaluate(ctx, incident_id, at)

    monkeypatch.setattr(watch, "evaluate", broken)
    monkeypatch.setattr(clock_watch, "evaluate", broken)
    enter(ctx, flood, LOSS, 10**12)
    assert [one.incident.incident_id for one in regrade(ctx)] == [flood.incident_id]
    assert bad.incident_id in caplog.text
    clock_watch.clock_chores(ctx)
    with ctx.store.read() as connection:
        assert reports.clocks(connection, flood.incident_id)


# Old and new --------------------------------------------------------------------------------------


def test_an_old_word_lowers_no_newer_count_and_the_difference_is_named(yuan: Context, flood: Incident) -> None:
    """A million entered as of twenty hours ago; the claims come to 2.04 billion."""
    receive(
        yuan, claims(HARRIS, 2, minor=102_000_000_000).assign(currency="CNY"), source="s", incident_id=flood.incident_id
    )
    before = evaluate(yuan, flood.incident_id)
    enter(yuan, flood, LOSS, 1_000_000, as_of=ago(yuan, 20))
    after = evaluate(yuan, flood.incident_id)
    assert (after.facts[LOSS], after.proposed) == (2_040_000_000, before.proposed)
    (doubt,) = [d for d in figure_doubts(yuan, flood.incident_id) if d.kind == "counted"]
    assert "1,000,000" in str(doubt.message) and "2,040,000,000" in str(doubt.message)
    enter(yuan, flood, LOSS, 3_000_000_000, as_of=ago(yuan, 20))
    assert evaluate(yuan, flood.incident_id).facts[LOSS] == 3_000_000_000, "claims are a floor, no ceiling"
    assert gather(yuan, evaluate(yuan, flood.incident_id), "first")["loss.estimated"].value == 3_000_000_000


def test_a_span_of_time_counts_as_it_was_counted_last(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims(HARRIS, 3), source="s", incident_id=flood.incident_id)
    enter(ctx, flood, "claims.last_24h", 500, as_of=ago(ctx, 20))
    assert evaluate(ctx, flood.incident_id).facts["claims.last_24h"] == 3
    later = replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=5)))
    enter(later, flood, "claims.last_24h", 500)
    assert evaluate(later, flood.incident_id).facts["claims.last_24h"] == 500


def test_a_newer_total_corrects_the_places_and_both_numbers_are_named(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, DEATHS, 8, region=HARRIS, as_of=ago(ctx, 3))
    enter(ctx, flood, DEATHS, 7, region=ORANGE, as_of=ago(ctx, 2))
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 15
    enter(ctx, flood, DEATHS, 10, source="ministry", as_of=ago(ctx, 1))
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 10
    told = [str(d.message) for d in figure_doubts(ctx, flood.incident_id) if d.kind == "parts"]
    assert len(told) == 1 and "10" in told[0] and "15" in told[0]


# Parts of a whole ---------------------------------------------------------------------------------


def test_insured_dead_are_the_least_number_of_dead_everywhere(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, DEATHS, 2)
    enter(ctx, flood, INSURED, 8, source="claims desk")
    found = evaluate(ctx, flood.incident_id)
    assert (found.facts[DEATHS], found.facts[INSURED]) == (8, 8)
    for metric in (DEATHS, INSURED):
        (doubt,) = [d for d in doubts_about(ctx, metric, flood.incident_id) if d.kind == "floor"]
    assert "8" in speaker("zh_CN")(doubt.message) and "2" in speaker("zh_CN")(doubt.message)
    assert gather(ctx, found, "first")["casualties.dead"].value == 8


@pytest.mark.parametrize("figure", [DEATHS, INSURED])
def test_words_with_either_number_wait_until_somebody_says_which_holds(
    ctx: Context, flood: Incident, figure: str
) -> None:
    from emergency.domain.ledger import problems

    enter(ctx, flood, DEATHS, 2, source="hall", as_of=ago(ctx, 3))
    enter(ctx, flood, INSURED, 8, source="hall")
    known = words_ledger.ledger(ctx, flood)
    (problem,) = problems([figure], known, words_ledger.limits(ctx), ctx.now())
    assert problem.kind == "contradictory" and {one.value for one in problem.entries} == {2, 8}
    enter(ctx, flood, DEATHS, 9, source="hall")
    assert problems([figure], words_ledger.ledger(ctx, flood), words_ledger.limits(ctx), ctx.now()) == ()


# Class, report, end -------------------------------------------------------------------------------


def test_a_kind_the_scale_does_not_cover_has_no_class_and_says_so(yuan: Context, flood: Incident) -> None:
    found = evaluate(yuan, complaint(yuan, flood).incident_id)
    assert found.event_class is None and found.class_note is not None
    assert "不适用" in speaker("zh_CN")(found.class_note)
    clocks.set_tag(yuan, "COMPLAINT", "siege", on=True, source="branch")
    assert [c.kind for c in clocks.running_clocks(yuan, evaluate(yuan, "COMPLAINT")) if c.clock.to == "regulator"]


@pytest.mark.parametrize(("metric", "mark"), [("loss.direct", "直接损失"), (LOSS, "")])
def test_the_report_says_the_loss_the_level_rests_on(yuan: Context, flood: Incident, metric: str, mark: str) -> None:
    enter(yuan, flood, metric, 120_000_000, source="应急管理局")
    told = gather(yuan, evaluate(yuan, flood.incident_id), "first")["loss.estimated"]
    assert told.shown["zh"].startswith("1.20亿元") and mark in told.shown["zh"]
    assert told.source["zh"] == "应急管理局"


def test_before_any_task_exists_nothing_is_said_of_tasks(ctx: Context, flood: Incident) -> None:
    other = replace(flood, incident_id="ODD", kind="contract_dispute", perils=())
    lines = {line.metric: line for line in closure(ctx, open_incident(ctx, other)).lines}
    assert (lines["tasks.critical_open"].value, lines["tasks.critical_open"].met) == (None, None)


KINDS = ("natural_disaster", "accident", "public_health", "system_failure", "customer_complaint", "contract_dispute")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tagged", [False, True])
def test_every_kind_ends_with_the_report_that_closes_it(ctx: Context, flood: Incident, kind: str, tagged: bool) -> None:
    one = replace(flood, incident_id="ONE", kind=kind, perils=(), jurisdiction="CN-410000", regions=("410000",))
    one = open_incident(ctx, one)
    if tagged:
        clocks.set_tag(ctx, "ONE", "siege", on=True, source="branch")
    asked = {line.metric for line in closure(ctx, one).lines} & {"regulator.final_report", "internal.final_report"}
    assert len(asked) == 1
    if tagged:
        assert asked == {"regulator.final_report"}


def test_an_entered_count_of_open_tasks_or_claims_does_not_stand_over_the_count_itself(
    ctx: Context, flood: Incident
) -> None:
    receive(ctx, claims(HARRIS, 3), source="s", incident_id=flood.incident_id)
    enter(ctx, flood, "backlog.open_claims", 0, as_of=ago(ctx, 5))
    from emergency.service import closure as room

    known = room._known(ctx, flood, evaluate(ctx, flood.incident_id))
    assert known["backlog.open_claims"][0] == 3
    assert "0" in str(known["backlog.open_claims"][1])


# Tags ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "value", "tags"),
    [
        (GATHERING, 99, []),
        (GATHERING, 150, ["siege"]),
        ("outage.one_province_minutes", 179, []),
        ("outage.one_province_minutes", 200, ["sensitive"]),
    ],
)
def test_figures_suggest_a_tag_that_a_person_confirms_or_sets_aside(
    ctx: Context, flood: Incident, metric: str, value: int, tags: list[str]
) -> None:
    one = complaint(ctx, flood)
    enter(ctx, one, metric, value)
    assert [s.tag for s in suggestions(ctx, evaluate(ctx, one.incident_id))] == tags
    assert clocks.tags(ctx, one.incident_id) == [], "nothing is set by itself"
    for tag in tags:
        set_aside(ctx, one.incident_id, tag)
        assert suggestions(ctx, evaluate(ctx, one.incident_id)) == () and clocks.tags(ctx, one.incident_id) == []
        clocks.set_tag(ctx, one.incident_id, tag, on=True, source="branch")
        assert suggestions(ctx, evaluate(ctx, one.incident_id)) == () and clocks.tags(ctx, one.incident_id) == [tag]


def test_where_no_rule_of_classes_holds_no_tag_is_suggested(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, GATHERING, 150)
    assert suggestions(ctx, evaluate(ctx, flood.incident_id)) == ()


def test_of_many_incidents_the_odd_one_is_logged_and_the_others_go_on(
    ctx: Context, flood: Incident, caplog: pytest.LogCaptureFixture
) -> None:
    odd = complaint(ctx, flood, "ODD")

    def work(incident: Incident) -> int:
        if incident.incident_id == odd.incident_id:
            raise ValueError("no figure")
        return 1

    assert each(ctx, [odd, flood], work) == 1 and "ODD" in caplog.text
