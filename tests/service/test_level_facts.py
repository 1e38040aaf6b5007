"""What a level is held against: payout by own share, deaths, provinces, the class's floor, exposure, forecasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from emergency.domain.incident import Incident
from emergency.service import deciding, joint, proposing, watch
from emergency.service.alerts import receive as receive_alerts
from emergency.service.command_history import jointly_active
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.grading import Evaluation, evaluate, level_history
from emergency.service.importing import mapping_named, receive
from emergency.service.record_files import import_records
from emergency.service.records import journal_entries
from emergency.service.response import open_incident, record_fact
from emergency.store import journal, messages
from emergency.store.store import write_setting
from tests.intake.alerts.messages import cap
from tests.service.worlds import NOON_US, claims

PROPERTY, DEATHS, LOSS = "payout.property_estimated", "casualties.insured_deaths", "loss.estimated_gross"
HARRIS, CAMERON_LA, ORANGE_TX = "48201", "22023", "48361"


@pytest.fixture
def yuan(ctx: Context) -> Context:
    """The same workspace with its money in yuan, so that no rate stands between a figure and a threshold."""
    return replace(ctx, profile=replace(ctx.profile, currency="CNY"))


@pytest.fixture
def henan(yuan: Context, flood: Incident) -> Incident:
    return open_incident(yuan, replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",)))


def fact(ctx: Context, incident: Incident, metric: str, value: Any, **more: Any) -> None:
    said = {"source": "bureau", "as_of": ctx.now(), **more}
    record_fact(ctx, metric, value, incident_id=incident.incident_id, **said)


def paid(ctx: Context, incident: Incident, frame: Any) -> Evaluation:
    receive(ctx, frame, source="s", incident_id=incident.incident_id)
    return evaluate(ctx, incident.incident_id)


# Payout and persons -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "estimated", "already", "payout"),
    [
        ("assessed", 500, 200, 500),  # 200 paid, 300 outstanding
        ("assessed", 200, 500, 500),  # never less than was paid
        ("closed", 500, 200, 200),
        ("closed", 500, None, 500),
        ("declined", 500, None, 0),
        ("cancelled", 500, 20, 20),
    ],
)
def test_payout_is_paid_plus_outstanding(
    yuan: Context, flood: Incident, status: str, estimated: int, already: int | None, payout: int
) -> None:
    frame = claims(HARRIS, 1, minor=estimated * 100).assign(status=status, currency="CNY")
    if already is not None:
        frame["paid_minor"] = already * 100
    assert paid(yuan, flood, frame).facts[PROPERTY] == payout


def test_a_message_about_the_outstanding_amount_counts_instead_of_the_estimate(yuan: Context, flood: Incident) -> None:
    frame = claims(HARRIS, 2, minor=50_000).assign(status="assessed", currency="CNY", paid_minor=10_000)
    paid(yuan, flood, frame)
    told = {"kind": "figures", "recorded_us": NOON_US, "estimated_minor": None, "paid_minor": None, "note": ""}
    rows = [
        {"source": "s", "report_no": f"C-{HARRIS}-0", "at_us": NOON_US - ago, "outstanding_minor": amount, **told}
        for ago, amount in ((3, 90_000), (2, 70_000))
    ]
    with yuan.store.write() as connection:
        messages.keep_messages(connection, [row | {"import_id": "m"} for row in rows])
    assert evaluate(yuan, flood.incident_id).facts[PROPERTY] == (100 + 700) + 500


def test_payout_counts_by_own_share_and_the_gross_loss_does_not(yuan: Context, flood: Incident) -> None:
    share = {"policies": 10, "sum_insured_minor": 1, "currency": "CNY", "own_share": 0.4, "as_of_us": NOON_US}
    with yuan.store.write() as connection:
        messages.keep_policies(connection, [{"region": "48", "line": "property", "import_id": "p", **share}])
    found = paid(yuan, flood, claims(HARRIS, 3, minor=10_000).assign(currency="CNY"))
    assert (found.facts[PROPERTY], found.facts[LOSS]) == (Decimal(120), Decimal(300))


def test_deaths_count_persons_not_claims(ctx: Context, flood: Incident) -> None:
    frame = claims(HARRIS, 2).assign(dead=[3, 0])
    assert paid(ctx, flood, frame).facts[DEATHS] == 3


def test_a_casualty_list_and_claims_that_name_the_same_persons_are_not_added(
    ctx: Context, flood: Incident, tmp_path: Path
) -> None:
    """Three insured dead in two claims; the county counts five dead, those three among them."""
    paid(ctx, flood, claims(HARRIS, 2).assign(dead=[2, 1]))
    path = tmp_path / "dead.csv"
    path.write_text("地区,死亡人数,截止时间,发布单位\nHarris,5,2017-08-28 12:00,County\n", encoding="utf-8")
    import_records(ctx, path, mapping_named(ctx, "zh-casualties"), incident_id=flood.incident_id)
    found = evaluate(ctx, flood.incident_id)
    assert (found.facts[DEATHS], found.facts["casualties.deaths"]) == (3, 5)
    # One of them has a claim on a second policy: whoever has held the names beside each other says how many.
    receive(ctx, claims(HARRIS, 1, prefix="D").assign(dead=1), source="t", incident_id=flood.incident_id)
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 4
    fact(ctx, flood, DEATHS, 3, source="names compared")
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 3


def test_payout_and_deaths_are_graded_by_incident_and_by_province(yuan: Context, flood: Incident) -> None:
    """Texas: 200 paid + 300 outstanding, one dead; Louisiana: 100 outstanding, two dead; another incident: 900."""
    other = open_incident(yuan, replace(flood, incident_id="OTHER"))
    texas = claims(HARRIS, 1, minor=50_000).assign(status="assessed", currency="CNY", paid_minor=20_000, dead=1)
    receive(yuan, texas, source="t", incident_id=flood.incident_id)
    louisiana = claims(CAMERON_LA, 1, minor=10_000, prefix="L").assign(currency="CNY", dead=2)
    receive(yuan, louisiana, source="l", incident_id=flood.incident_id)
    elsewhere = claims(HARRIS, 1, minor=90_000, prefix="O").assign(currency="CNY")
    receive(yuan, elsewhere, source="o", incident_id=other.incident_id)
    found = evaluate(yuan, flood.incident_id)
    assert (found.facts[PROPERTY], found.facts[DEATHS]) == (600, 3)
    by = {one.jurisdiction: (one.facts[PROPERTY], one.facts[DEATHS]) for one in found.provinces}
    assert by == {"US-TX": (500, 1), "US-LA": (100, 2)}
    assert evaluate(yuan, other.incident_id).facts[PROPERTY] == 900


def test_figures_of_parts_add_up_and_are_never_more_than_the_whole_says(ctx: Context, flood: Incident) -> None:
    fact(ctx, flood, DEATHS, 2, region=HARRIS)
    fact(ctx, flood, DEATHS, 1, region=ORANGE_TX)
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 3
    fact(ctx, flood, DEATHS, 4)
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 4
    fact(ctx, flood, DEATHS, 5, region=HARRIS)
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 6
    fact(ctx, flood, DEATHS, 7, region="48")
    assert evaluate(ctx, flood.incident_id).facts[DEATHS] == 7, "counties lie in the state and are not counted twice"


def test_a_forecast_stands_apart_and_decides_nothing(yuan: Context, flood: Incident) -> None:
    fact(yuan, flood, f"forecast.{PROPERTY}", 10**12)
    found = evaluate(yuan, flood.incident_id)
    assert found.forecast == {PROPERTY: 10**12}
    assert found.proposed is None and PROPERTY not in found.facts


def test_the_upper_end_of_an_estimate_is_shown_beside_the_central_one(yuan: Context, flood: Incident) -> None:
    fact(yuan, flood, LOSS, 6_000_000, confidence="central")
    fact(yuan, flood, LOSS, 60_000_000, confidence="upper")
    found = evaluate(yuan, flood.incident_id)
    assert (found.proposed, found.upper.level if found.upper else None) == (3, 2)
    assert found.estimate_of(LOSS) == "central"


# Class --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("industry", "level", "basis"), [(None, 3, "own"), (9_999_999, 3, "own"), (50_000_000, 2, "industry")]
)
def test_our_own_figures_are_a_floor_of_the_class(
    yuan: Context, henan: Incident, industry: int | None, level: int, basis: str
) -> None:
    paid(yuan, henan, claims("410105", 1, minor=1_000_000_000).assign(currency="CNY"))
    if industry is not None:
        fact(yuan, henan, f"industry.{PROPERTY}", industry)
    found = evaluate(yuan, henan.incident_id)
    assert found.event_class is not None
    assert (found.event_class.level, found.class_basis) == (level, basis)
    assert found.response.level == 3, "an industry figure is not our own loss"


@pytest.mark.parametrize(("share", "level"), [(0.2, 2), (0.2001, 3)])
def test_from_our_share_of_the_market_the_industrys_is_estimated_and_marked(
    yuan: Context, henan: Incident, share: float, level: int
) -> None:
    paid(yuan, henan, claims("410105", 1, minor=1_000_000_000).assign(currency="CNY"))
    fact(yuan, henan, "own.market_share", share, source="association yearbook 2025")
    found = evaluate(yuan, henan.incident_id)
    assert found.event_class is not None
    assert (found.event_class.level, found.class_basis) == (level, "estimated")
    assert found.estimate_of(PROPERTY) == "share"
    reckoned = f"10,000,000 ÷ {share * 100:g} % (association yearbook 2025)"
    assert found.origins[f"industry.{PROPERTY}"].said_by == reckoned
    fact(yuan, henan, f"industry.{PROPERTY}", 1_000_000_000)
    told = evaluate(yuan, henan.incident_id)
    assert told.event_class is not None and told.event_class.level == 1
    assert told.class_basis == "industry", "what is published counts before what is estimated"


# Provinces ----------------------------------------------------------------------------------------


def two_states(ctx: Context, flood: Incident, louisiana_minor: int) -> Evaluation:
    """Texas beyond 5 million yuan, Louisiana with so much."""
    receive(ctx, claims(HARRIS, 1, minor=600_000_000).assign(currency="CNY"), source="t", incident_id=flood.incident_id)
    frame = claims(CAMERON_LA, 1, minor=louisiana_minor, prefix="L").assign(currency="CNY")
    receive(ctx, frame, source="l", incident_id=flood.incident_id)
    return evaluate(ctx, flood.incident_id)


def test_each_province_has_a_grade_of_its_own_beside_the_whole(yuan: Context, flood: Incident) -> None:
    found = two_states(yuan, flood, 4_400_000_000)
    by = {one.jurisdiction: one.response.level for one in found.provinces}
    assert by == {"US-TX": 3, "US-LA": 3}
    assert found.proposed == 2, "together they pass 50 million, neither does alone"
    fact(yuan, flood, DEATHS, 3, region=CAMERON_LA)
    again = evaluate(yuan, flood.incident_id)
    assert {one.jurisdiction: one.response.level for one in again.provinces} == {"US-TX": 3, "US-LA": 2}


def test_in_one_province_the_whole_says_it_all(ctx: Context, flood: Incident) -> None:
    assert paid(ctx, flood, claims(HARRIS, 3)).provinces == ()


@pytest.mark.parametrize(("minor", "offered"), [(399_999_999, None), (400_000_000, 3)])
def test_a_neighbour_at_four_fifths_is_offered_for_joint_activation(
    yuan: Context, flood: Incident, minor: int, offered: int | None
) -> None:
    found = two_states(yuan, flood, minor)
    louisiana = next(one for one in found.provinces if one.jurisdiction == "US-LA")
    assert (louisiana.response.level, louisiana.joint) == (None, offered)
    if offered is None:
        with pytest.raises(Refused, match="not offered"):
            deciding.activate_jointly(yuan, found, "US-LA")
        return
    assert louisiana.near == (LOSS,)
    with pytest.raises(Refused, match="Claims manager of the branch"):
        deciding.activate_jointly(replace(yuan, actor=Actor("li")), found, "US-LA")
    deciding.activate_jointly(yuan, found, "US-LA")
    (stretch,) = level_history(yuan, flood.incident_id)
    assert (stretch.kind, stretch.level, stretch.jurisdiction) == ("joint", 3, "US-LA")
    assert "22" in evaluate(yuan, flood.incident_id).incident.regions
    with pytest.raises(Refused, match="jointly active already"):
        deciding.activate_jointly(yuan, found, "US-LA")


def test_a_joint_activation_is_withdrawn_with_a_reason_and_may_be_made_again(yuan: Context, flood: Incident) -> None:
    found = two_states(yuan, flood, 400_000_000)
    deciding.activate_jointly(yuan, found, "US-LA")
    with pytest.raises(Refused, match="say why"):
        joint.withdraw_joint(yuan, found.incident, "US-LA", " ")
    with pytest.raises(Refused, match="Claims manager of the branch"):
        joint.withdraw_joint(replace(yuan, actor=Actor("li")), found.incident, "US-LA", "the water falls")
    later = replace(yuan, clock=FixedClock(yuan.now() + timedelta(hours=2)))
    joint.withdraw_joint(later, found.incident, "US-LA", "the water falls")
    raised, gone = level_history(later, flood.incident_id)
    assert (raised.until, gone.kind, gone.level, gone.reason) == (
        later.now(),
        "joint_withdrawn",
        None,
        "the water falls",
    )
    assert jointly_active(level_history(later, flood.incident_id)) == {}
    with yuan.store.read() as connection:
        (line,) = journal.entries_of(connection, subject=flood.incident_id, action="level.joint.withdraw")
    assert (line.facts()["place"], line.facts()["before"], line.facts()["reason"]) == ("US-LA", 3, "the water falls")
    with pytest.raises(Refused, match="not jointly active now"):
        joint.withdraw_joint(later, found.incident, "US-LA", "again")
    deciding.activate_jointly(later, evaluate(later, flood.incident_id), "US-LA")
    assert jointly_active(level_history(later, flood.incident_id)) == {"US-LA": 3}


def test_a_province_far_away_is_not_adjacent(ctx: Context) -> None:
    assert ctx.regions.adjacent("48", "22") and ctx.regions.adjacent("22", "48")
    assert not ctx.regions.adjacent("48", "06") and not ctx.regions.adjacent("48", "48")


# Warnings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policies", "level"), [(999, None), (1000, 2)])
def test_a_weather_row_needs_our_own_exposure_and_gives_two_at_most(
    yuan: Context, flood: Incident, policies: int, level: int | None
) -> None:
    group = {"line": "property", "sum_insured_minor": 1, "currency": "CNY", "own_share": 1.0, "as_of_us": NOON_US}
    with yuan.store.write() as connection:
        messages.keep_policies(connection, [{"region": HARRIS, "policies": policies, "import_id": "p", **group}])
        elsewhere = {"region": "06037", "policies": 10**6, "import_id": "p", **group}
        messages.keep_policies(connection, [elsewhere])
    _warn(yuan, HARRIS)
    found = evaluate(yuan, flood.incident_id)
    assert found.facts["exposure.policies_in_footprint"] == policies
    assert found.proposed == level


def _warn(ctx: Context, region: str) -> None:
    """A red warning of the national observatory over one region, as it stands in the store."""
    from emergency.store import alerts

    with ctx.store.write() as connection:
        alerts.add(
            connection,
            {
                "source": "cap",
                "identity": "x,1",
                "references": [],
                "message": "alert",
                "event": "台风",
                "peril": "typhoon",
                "severity": "Extreme",
                "colour": "red",
                "headline": "台风红色预警",
                "sent_us": NOON_US - 10**9,
                "onset_us": None,
                "expires_us": NOON_US + 10**12,
                "regions": [region],
                "area": None,
                "metrics": {"alert.central.typhoon_rainstorm": "red"},
                "body": {
                    "sender": "cma",
                    "status": "Actual",
                    "scope": "Public",
                    "note": "",
                    "place": None,
                    "infos": [
                        {
                            "language": "zh-CN",
                            "issuer": "中央气象台",
                            "all_clear": False,
                            "expires_us": NOON_US + 10**12,
                            "regions": [region],
                            "metrics": {"alert.central.typhoon_rainstorm": "red"},
                        }
                    ],
                },
                "received_us": NOON_US - 10**9,
                "state": "in_force",
            },
        )


# Proposals kept -----------------------------------------------------------------------------------


def test_every_change_by_any_door_is_graded_and_kept_with_its_trace(yuan: Context, henan: Incident) -> None:
    assert watch.keep_up(yuan), "the first look"
    receive(yuan, claims("410105", 1, minor=1_000_000_000).assign(currency="CNY"), source="s", incident_id="HENAN")
    (found,) = watch.keep_up(yuan)
    assert found.proposed == 3
    fact(yuan, henan, DEATHS, 3)
    (found,) = watch.keep_up(yuan)
    assert found.proposed == 2
    newest = proposing.proposals(yuan, "HENAN")[0]
    assert (newest["value"], newest["level"]) == ("response", 2)
    trace = newest["grade"]
    assert (trace["file"], trace["decided_by"]["metric"], trace["decided_by"]["value"]) == (
        "default.levels.yaml",
        DEATHS,
        3,
    )
    assert trace["decided_by"]["threshold"] == 3 and trace["decided_by"]["row"] and trace["estimate"] == "stated"
    assert trace["to_next"]["level"] == 1 and trace["steps"]
    assert {row["value"] for row in proposing.proposals(yuan, "HENAN")} == {"response", "class"}


def test_nothing_new_writes_nothing_and_costs_no_look(ctx: Context, flood: Incident) -> None:
    watch.keep_up(ctx)
    before = len(journal_entries(ctx))
    for _ in range(3):
        assert watch.keep_up(ctx) == []
    assert len(journal_entries(ctx)) == before


@pytest.mark.parametrize(("minutes", "looked"), [(9.9, False), (10, True)])
def test_a_figure_that_grows_by_itself_is_seen_within_ten_minutes(
    ctx: Context, flood: Incident, minutes: float, looked: bool
) -> None:
    outage = open_incident(ctx, replace(flood, incident_id="OUT", kind="system_failure", perils=()))
    fact(ctx, outage, "outage.one_province_minutes", 25)
    watch.keep_up(ctx)
    later = replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes)))
    assert bool(watch.keep_up(later)) is looked
    if looked:
        assert evaluate(later, "OUT").proposed == 3


def test_an_evaluation_older_than_the_last_look_writes_nothing(ctx: Context, flood: Incident) -> None:
    with ctx.store.write() as connection:
        write_setting(connection, watch.GRADED, {"seq": 10**6, "at_us": ctx.now_us()})
    fact(ctx, flood, DEATHS, 3)
    assert watch.regrade(ctx) == []
    assert proposing.proposals(ctx, flood.incident_id) == []


def test_an_alert_is_graded_when_it_comes(ctx: Context, flood: Incident) -> None:
    watch.keep_up(ctx)
    receive_alerts(ctx, cap(), "one.cap")
    with ctx.store.read() as connection:
        from emergency.store import levels, store

        seen = store.read_setting(connection, watch.GRADED)
        assert levels.anything_since(connection, seen["seq"], watch.OURS)
