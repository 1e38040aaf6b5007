"""Figures that do not look right are named, wherever they came from; and each operational figure reaches the rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from emergency.domain.incident import Incident
from emergency.service.context import Context
from emergency.service.doubts import doubts_about, figure_doubts
from emergency.service.feed_facts import FactRefused, Figure, take_figure
from emergency.service.grading import evaluate
from emergency.service.response import open_incident
from emergency.store import incidents

TEN = datetime.fromisoformat("2017-08-29T10:00:00-05:00")


def enter(ctx: Context, incident: Incident, metric: str, value: Any, **more: Any) -> None:
    given = {"source": "county", "as_of": TEN, **more}
    take_figure(ctx, Figure(metric, value, incident_id=incident.incident_id, **given))


def said(ctx: Context, incident: Incident) -> list[str]:
    return [str(d.message) for d in figure_doubts(ctx, incident.incident_id)]


def test_figures_that_fit_are_not_doubted(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, "casualties.deaths", 3)
    enter(ctx, flood, "casualties.deaths", 5, as_of=TEN + timedelta(hours=1))
    enter(ctx, flood, "complaint.last_24h", 9)
    enter(ctx, flood, "complaint.last_24h", 2, as_of=TEN + timedelta(hours=1))
    assert figure_doubts(ctx, flood.incident_id) == ()


def test_deaths_that_fall_are_named_with_the_source(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, "casualties.deaths", 5)
    enter(ctx, flood, "casualties.deaths", 3, as_of=TEN + timedelta(hours=1))
    assert said(ctx, flood) == ["Deaths falls from 5 to 3, though it counts to date; ask county"]
    assert [d.kind for d in doubts_about(ctx, "casualties.deaths", flood.incident_id)] == ["falls"]
    assert doubts_about(ctx, "casualties.serious", flood.incident_id) == ()


def test_missing_persons_who_are_found_are_no_doubt(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, "casualties.missing", 8)
    enter(ctx, flood, "casualties.missing", 1, as_of=TEN + timedelta(hours=1))
    assert doubts_about(ctx, "casualties.missing", flood.incident_id) == ()


def test_a_loss_and_a_number_of_reports_that_do_not_go_together_are_named(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, "industry.claims.reported_total", 5_643)
    enter(ctx, flood, "industry.loss.direct", 16_600_000_000)
    (doubt,) = doubts_about(ctx, "industry.loss.direct", flood.incident_id)
    assert doubt.kind == "average"
    assert "2,941,698 a report" in str(doubt.message)
    # Our own figure is not held against the industry's number of reports.
    enter(ctx, flood, "loss.direct", 16_600_000_000)
    assert len(figure_doubts(ctx, flood.incident_id)) == 1


def test_parts_are_held_against_the_total_of_the_same_source_and_time(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, "casualties.deaths", 10)
    enter(ctx, flood, "casualties.deaths", 4, region="48201")
    enter(ctx, flood, "casualties.deaths", 3, region="48167")
    assert said(ctx, flood) == ["Deaths: the parts come to 7, the total says 10"]
    enter(ctx, flood, "casualties.deaths", 6, region="48167", source="press")  # another source: another count
    assert len([s for s in said(ctx, flood) if "parts" in s]) == 1


def test_a_published_total_that_falls_is_named(ctx: Context, flood: Incident) -> None:
    def publish(reports: int, hour: int) -> None:
        with ctx.store.write() as connection:
            incidents.add_fact(
                connection,
                incident_id=None,
                metric="bulletin.snapshot",
                value={"reported_claims": reports, "estimated_minor": reports * 2_000_000},
                region="48",
                source="bureau",
                as_of=TEN + timedelta(hours=hour),
                recorded=TEN,
                actor="chen",
            )

    publish(545_800, 0)
    publish(513_200, 1)
    assert said(ctx, flood) == [
        "Published number of reports falls from 545,800 to 513,200, though it counts to date; ask bureau"
    ]


@pytest.mark.parametrize(
    ("metric", "value", "code"),
    [
        ("staff.absence_rate", 15, "not_a_share"),
        ("hotline.answer_rate", 85, "not_a_share"),
        ("hotline.answer_rate", 1.4, "not_a_share"),
        ("own.market_share", 1.4, "not_a_share"),
        ("own.market_share", 0, "not_a_share"),
        ("own.market_share", "most of it", "wrong_value"),
        ("hotline.answer_rate", -0.1, "negative"),
        ("outage.one_province_minutes", 10_000_000, "too_long"),
        ("outlet.closed_hours", 100_000, "too_long"),
        ("complaint.gathering_persons", 3.5, "not_whole"),
        ("complaint.gathering_persons", 8_000_000_000, "too_large"),
        ("media.reach", "galactic", "wrong_value"),
        ("gov.relief_response", 2, "wrong_value"),
        ("casualties.deaths", "three", "wrong_value"),
        ("casualties.deaths", True, "wrong_value"),
        ("weather.mood", 1, "unknown_metric"),
    ],
)
def test_nonsense_is_refused_with_the_reason(ctx: Context, flood: Incident, metric: str, value: Any, code: str) -> None:
    with pytest.raises(FactRefused) as refused:
        enter(ctx, flood, metric, value)
    assert [f.code for f in refused.value.faults] == [code]


@pytest.mark.parametrize(
    ("kind", "metric", "value", "level"),
    [
        ("system_failure", "outage.one_province_minutes", 200, 2),
        ("system_failure", "outage.multi_province_minutes", 200, 1),
        ("system_failure", "hotline.answer_rate", 0.25, 1),
        ("natural_disaster", "hotline.answer_rate", 0.7, 3),
        ("public_health", "staff.absence_rate", 0.31, 2),
        ("customer_complaint", "complaint.gathering_persons", 21, 2),
        ("customer_complaint", "media.reach", "national", 1),
        ("natural_disaster", "gov.relief_response", "III", 2),
        ("natural_disaster", "casualties.serious", 12, 2),
    ],
)
def test_each_figure_no_claim_carries_reaches_the_level(
    ctx: Context, kind: str, metric: str, value: Any, level: int
) -> None:
    incident = open_incident(
        ctx,
        Incident(
            incident_id="I-1",
            kind=kind,
            perils=("flood",) if kind == "natural_disaster" else (),
            title={"en": "Something", "zh": "某事"},
            jurisdiction="US-TX",
            regions=("48201",),
            occurred_at=TEN,
            discovered_at=TEN,
            opened_at=TEN,
        ),
    )
    assert evaluate(ctx, incident.incident_id).proposed is None
    enter(ctx, incident, metric, value, region=None, confidence="reported", place="Houston")
    assert evaluate(ctx, incident.incident_id).proposed == level


def test_a_forecast_and_a_share_of_the_market_may_be_entered(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, "forecast.loss.direct", 5_000_000)
    enter(ctx, flood, "own.market_share", 0.12)
    with pytest.raises(FactRefused):
        enter(ctx, flood, "forecast.staff.absence_rate", 12)


def test_an_own_payout_larger_than_the_own_gross_loss_is_doubted(ctx: Context, flood: Incident) -> None:
    enter(ctx, flood, "loss.estimated_gross", 4_200_000)
    enter(ctx, flood, "payout.property_estimated", 9_000_000)
    assert [s for s in said(ctx, flood) if "9,000,000 is more than" in s and "4,200,000" in s]
    enter(ctx, flood, "loss.estimated_gross", 12_000_000)
    assert not [s for s in said(ctx, flood) if "is more than" in s]
