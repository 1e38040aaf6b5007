"""What a plan goes by: roads that are shut, people held back, claims still to come, and what next best for a gap.

Four people of Houston may work in Texas. Harris asks for three, Galveston for three; the two counties touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.service import allocation, dispatching, reserve, roads
from emergency.service.ahead import curve_of
from emergency.service.context import Context, Refused
from emergency.service.gaps import answers
from emergency.service.importing import receive
from emergency.service.planning import plan_figures
from emergency.service.records import journal_entries
from emergency.service.response import mark_impact
from emergency.store import plans
from emergency.texts import speaker
from tests.service.test_moving import GALVESTON, HARRIS, people, stored
from tests.service.worlds import claims


@pytest.fixture
def flooded(ctx: Context, flood: Incident) -> Context:
    receive(ctx, claims(HARRIS, 20), source="s", incident_id=flood.incident_id)
    receive(ctx, claims(GALVESTON, 20, prefix="G"), source="s", incident_id=flood.incident_id)
    return ctx


def minutes(ctx: Context, one: str, other: str) -> int | None:
    return roads.travel_by_road(ctx, {one, other}).minutes(one, other)


def shut(ctx: Context, one: str, other: str, percent: int = 0, hours: int = 3) -> None:
    roads.close_road(ctx, one, other, ctx.now() + timedelta(hours=hours), "police", percent)


def test_a_shut_road_is_gone_round_until_it_is_open_again(ctx: Context) -> None:
    usual = minutes(ctx, HARRIS, GALVESTON)
    shut(ctx, HARRIS, GALVESTON)
    (trouble,) = roads.troubles(ctx)
    assert (trouble.ends, trouble.percent, trouble.source) == ((GALVESTON, HARRIS), 0, "police")
    round_about = minutes(ctx, HARRIS, GALVESTON)
    assert usual is not None and round_about is not None and round_about > usual
    assert roads.round_about(ctx, [(HARRIS, GALVESTON, usual)]) == {(HARRIS, GALVESTON)}
    assert roads.round_about(ctx, [(HARRIS, GALVESTON, round_about)]) == frozenset()
    roads.open_road(ctx, trouble, "police")
    assert (roads.troubles(ctx), minutes(ctx, HARRIS, GALVESTON)) == ((), usual)
    assert [e.action for e in journal_entries(ctx, limit=2)] == ["road.report", "road.report"]


def test_a_slow_road_takes_longer_and_the_newest_word_counts(ctx: Context) -> None:
    usual = minutes(ctx, HARRIS, GALVESTON)
    shut(ctx, HARRIS, GALVESTON)
    shut(ctx, GALVESTON, HARRIS, percent=99)
    slow = minutes(ctx, HARRIS, GALVESTON)
    assert usual is not None and slow is not None and usual <= slow <= usual + 2
    assert [t.percent for t in roads.troubles(ctx)] == [99]


@pytest.mark.parametrize(
    ("one", "other", "percent", "hours", "said"),
    [
        (HARRIS, "99999", 0, 3, "not on this map"),
        (HARRIS, HARRIS, 0, 3, "two ends"),
        (HARRIS, GALVESTON, 0, -1, "gone by"),
        (HARRIS, GALVESTON, 100, 3, "0 to 99"),
    ],
)
def test_what_is_no_road_is_refused_and_nothing_kept(
    ctx: Context, one: str, other: str, percent: int, hours: int, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        shut(ctx, one, other, percent, hours)
    assert roads.troubles(ctx) == ()


def test_a_plan_made_before_a_road_was_shut_breaks_a_rule_where_it_is_published(flooded: Context) -> None:
    draft = allocation.propose(flooded)
    assert people(draft)[GALVESTON] == 2
    shut(flooded, HARRIS, GALVESTON)
    dispatching.commit(flooded, draft.plan_id)
    commit = next(e for e in journal_entries(flooded, limit=5) if e.action == "allocation.commit")
    assert len(commit.facts()["violations"]["blocked_edges"]) == 2


def test_people_held_back_stay_at_home_and_are_not_called_out(flooded: Context) -> None:
    reserve.hold_back(flooded, HARRIS, 3, "second storm expected")
    draft = allocation.propose(flooded)
    body = stored(flooded, draft.plan_id)["body"]
    held = [a for a in body["assignments"] if a["cell_id"] == f"reserve/{HARRIS}"]  # type: ignore[index]
    assert len(held) == 3 and sum(people(draft).values()) == 4
    dispatching.commit(flooded, draft.plan_id)
    with flooded.store.read() as connection:
        assert len(plans.slots(connection, draft.shift)) == 1
    figures = plan_figures(flooded, stored(flooded, draft.plan_id), None)
    assert (figures["filled"], figures["reserve"]) == (1, 4)  # three held back, and the one of Louisiana
    reserve.hold_back(flooded, HARRIS, 0, "it turned north")
    assert reserve.floors(flooded) == {}
    assert sum(people(allocation.propose(flooded)).values()) == 4


@pytest.mark.parametrize(("region", "count", "reason"), [("99999", 1, "x"), (HARRIS, -1, "x"), (HARRIS, 1, " ")])
def test_a_reserve_needs_a_place_a_number_and_a_reason(ctx: Context, region: str, count: int, reason: str) -> None:
    with pytest.raises(Refused):
        reserve.hold_back(ctx, region, count, reason)


def test_who_is_left_over_goes_ahead_of_claims_still_to_come(ctx: Context, flood: Incident) -> None:
    """Eight claims, and the flood struck this minute: most of it is still to come."""
    receive(ctx, claims(GALVESTON, 8), source="s", incident_id=flood.incident_id)
    mark_impact(ctx, flood.incident_id)
    draft = allocation.propose(ctx)
    ahead = [c for c in draft.cells if c.cell_id.endswith("/ahead")]
    assert [(c.region, c.line) for c in ahead] == [(GALVESTON, "property")]
    body = stored(ctx, draft.plan_id)["body"]
    assert not [s for s in body["shortages"] if s["cell_id"].endswith("/ahead")]  # type: ignore[index]
    figures = plan_figures(ctx, stored(ctx, draft.plan_id), None)
    sent_ahead = [a for a in draft.plan.assignments if a.cell_id.endswith("/ahead")]
    assert (figures["ahead"], figures["short"]) == (len(sent_ahead), 0)
    first, second, third = body["outlook"]  # type: ignore[index]
    assert first["waiting"] == 8 and second["waiting"] == 8 - first["surveyed"] + first["arriving"]
    assert third["number"] == 3


def test_nothing_is_expected_where_only_others_totals_are_known(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims(GALVESTON, 8), source="s", incident_id=flood.incident_id)
    bulletins = replace(ctx, profile=replace(ctx.profile, figures="bulletins"))
    assert curve_of(bulletins, flood) is None and curve_of(ctx, flood) is not None


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_gap_is_told_what_would_fill_it(flooded: Context, language: str) -> None:
    draft = allocation.propose(flooded)
    short = draft.plan.shortages[0]
    say = speaker(language)
    told = [say(sentence) for sentence in answers(flooded, stored(flooded, draft.plan_id), short.cell_id)]
    if language == "en":
        assert told[0].startswith("1 open: people who may serve: 4")
        assert told[1].startswith("Next best: one of these filled all the same costs the whole plan ")
        assert any("licensed in TX, from Galveston, TX: 4 claims a shift" in line for line in told), told
        assert told[-1].startswith("A generator or any other goods clear none of these: what is short here is people.")
    else:
        assert told[0].startswith("缺 1 个班次")
