"""An incident is reported in a minute, confirmed, corrected and linked; each of it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from emergency.bootstrap import Running
from emergency.domain.incident import Incident
from emergency.service import compound
from emergency.service import incident_correction as correction
from emergency.service.alerts import in_force, receive
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.grading import evaluate
from emergency.service.incident_report import (
    Report,
    alert_named,
    from_alert,
    jurisdiction_of,
    kinds,
    report,
    settle_region_set,
)
from emergency.service.records import journal_entries, verify_journal
from emergency.service.response import every_incident
from tests.intake.alerts.messages import area, cap, info
from tests.service.conftest import NOON

At = Callable[[Context, str], Context]


def flooding(**changes: object) -> Report:
    plain = Report(
        kind="natural_disaster",
        title={"en": "Flooding along the bayou"},
        occurred_at=NOON - timedelta(hours=3),
        regions=("48201", "48167"),
        perils=("flood",),
        place="Houston, north side",
        scope="about 300 homes",
        cause="river flood",
        reporter="Branch Houston",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def acts(ctx: Context, *actions: str) -> list[str]:
    return [e.action for e in reversed(journal_entries(ctx, 100)) if e.action in actions]


def test_a_report_needs_no_number_no_province_and_no_second_time(ctx: Context) -> None:
    opened = report(ctx, flooding())
    assert opened.incident_id == "NATURAL-DISASTER-20170829-1"
    assert opened.jurisdiction == "US-TX"
    assert (opened.discovered_at, opened.confirmed_at) == (NOON, None)
    assert (opened.place, opened.scope, opened.cause, opened.reporter) == (
        *("Houston, north side", "about 300 homes", "river flood", "Branch Houston"),
    )
    assert every_incident(ctx) == [opened]
    assert evaluate(ctx, opened.incident_id).incident == opened
    assert verify_journal(ctx).ok


@pytest.mark.parametrize("kind", ["natural_disaster", "accident", "public_health", "system_failure",
                                  "customer_complaint", "contract_dispute"])  # fmt: skip
def test_an_incident_of_every_kind_opens_also_without_a_place(ctx: Context, kind: str) -> None:
    opened = report(ctx, Report(kind=kind, title={"zh": "事件"}, occurred_at=NOON))
    assert (opened.kind, opened.jurisdiction) == (kind, "US")
    assert evaluate(ctx, opened.incident_id).response.level is None


def test_every_kind_of_the_file_is_offered(ctx: Context) -> None:
    assert len(kinds(ctx)) >= 6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "weather"}, "weather is no kind of incident"),
        ({"title": {"en": "  "}}, "say in a few words what happened"),
        ({"regions": ("410000",)}, "410000 is no region of this workspace's map .United States: states and counties."),
        ({"occurred_at": NOON + timedelta(hours=1)}, "discovered before it occurred"),
        ({"discovered_at": NOON + timedelta(hours=1)}, "the time lies ahead"),
        ({"occurred_at": NOON.replace(year=1917), "discovered_at": NOON}, "more than 20 years ago"),
        ({"cause": "x" * 401}, "400 characters at most"),
        ({"place": "a\0b"}, "no control signs"),
        ({"under": "NONE"}, "there is no incident NONE"),
    ],
)
def test_what_cannot_be_reported_says_what_to_do_and_writes_nothing(
    ctx: Context, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        report(ctx, flooding(**changes))
    assert every_incident(ctx) == []
    assert acts(ctx, "incident.open") == []


def test_the_same_report_pressed_twice_is_one_incident(ctx: Context) -> None:
    opened = report(ctx, flooding())
    with pytest.raises(Refused, match=f"reported already, as {opened.incident_id}"):
        report(ctx, flooding())
    other = report(ctx, flooding(title={"en": "A levee broke"}))
    assert other.incident_id == "NATURAL-DISASTER-20170829-2"


def test_of_regions_in_several_states_the_rules_of_one_are_chosen(ctx: Context) -> None:
    assert jurisdiction_of(ctx, ("22019", "48201")) == "US-LA"
    assert jurisdiction_of(ctx, ("22019", "48201"), "48") == "US-TX"
    assert jurisdiction_of(ctx, ("48",)) == "US-TX"


def test_an_alert_fills_the_report(ctx: Context) -> None:
    message = cap(infos=info(headline="Flash flood in Harris County", issuer="NWS Houston", areas=area(SAME="048201")))
    receive(ctx, message, "a.cap")
    (alert,) = in_force(ctx)
    said = from_alert(ctx, alert)
    assert (said.title, said.perils, said.regions) == ({"en": "Flash flood in Harris County"}, ("flood",), ("48201",))
    assert (said.reporter, said.discovered_at, said.occurred_at) == ("NWS Houston", NOON, alert.sent)
    opened = report(ctx, said)
    assert opened.alert_id == alert.alert_id
    assert alert_named(ctx, alert.alert_id) == alert
    assert alert_named(ctx, 99) is None


def test_occurred_discovered_and_confirmed_are_three_times(ctx: Context, at: At) -> None:
    opened = report(ctx, flooding(discovered_at=NOON - timedelta(hours=1)))
    later = at(ctx, "2017-08-29T14:00:00-05:00")
    confirmed = correction.confirm(later, opened.incident_id)
    assert (confirmed.occurred_at, confirmed.discovered_at, confirmed.confirmed_at) == (
        NOON - timedelta(hours=3),
        NOON - timedelta(hours=1),
        later.now(),
    )
    assert confirmed.confirmed_by == "chen"
    with pytest.raises(Refused, match="chen confirmed .* already"):
        correction.confirm(ctx, opened.incident_id)
    back = correction.confirm(ctx, opened.incident_id, real=False)
    assert (back.confirmed_at, back.confirmed_by) == (None, "")
    with pytest.raises(Refused, match="is not confirmed"):
        correction.confirm(ctx, opened.incident_id, real=False)
    assert acts(ctx, "incident.confirm", "incident.unconfirm") == ["incident.confirm", "incident.unconfirm"]


def test_who_knows_that_it_is_real_confirms_with_the_report(ctx: Context) -> None:
    opened = report(ctx, flooding(real=True))
    assert (opened.confirmed_at, opened.confirmed_by) == (NOON, "chen")
    assert acts(ctx, "incident.open", "incident.confirm") == ["incident.open", "incident.confirm"]


def test_a_correction_is_kept_and_taken_back(ctx: Context) -> None:
    opened = report(ctx, flooding())
    fixed = correction.correct(ctx, opened.incident_id, opened.version, cause="levee", kind="accident")
    assert (fixed.cause, fixed.kind, fixed.version) == ("levee", "accident", opened.version + 1)
    (change,) = correction.corrections(ctx, opened.incident_id)
    assert (change.actor, dict(change.before)) == ("chen", {"kind": "natural_disaster", "cause": "river flood"})
    back = correction.undo_correction(ctx, opened.incident_id, change.change_id)
    assert (back.cause, back.kind) == ("river flood", "natural_disaster")
    entry = next(e for e in journal_entries(ctx, 9) if e.action == "incident.correct" and not e.facts().get("undo"))
    assert (entry.facts()["before"], entry.facts()["after"]["cause"]) == (
        {"kind": "natural_disaster", "cause": "river flood"},
        "levee",
    )


def test_corrected_regions_bring_the_rules_of_their_place(ctx: Context) -> None:
    opened = report(ctx, flooding())
    assert correction.correct(ctx, opened.incident_id, 1, regions=("22019",)).jurisdiction == "US-LA"


def test_who_comes_second_is_told_who_was_faster_and_what_they_did(ctx: Context) -> None:
    opened = report(ctx, flooding())
    other = replace(ctx, actor=Actor("wang", "Wang"))
    correction.correct(other, opened.incident_id, opened.version, cause="levee")
    with pytest.raises(Conflict, match=r"wang changed .* meanwhile \(Report corrected"):
        correction.correct(ctx, opened.incident_id, opened.version, cause="rain")
    assert every_incident(ctx)[0].cause == "levee"


def test_a_correction_that_was_corrected_again_is_not_taken_back_blindly(ctx: Context) -> None:
    opened = report(ctx, flooding())
    fixed = correction.correct(ctx, opened.incident_id, 1, cause="levee")
    correction.correct(replace(ctx, actor=Actor("wang")), opened.incident_id, fixed.version, cause="rain")
    first = correction.corrections(ctx, opened.incident_id)[-1]
    with pytest.raises(Refused, match="wang has changed the same since"):
        correction.undo_correction(ctx, opened.incident_id, first.change_id)
    with pytest.raises(Refused, match="no such correction"):
        correction.undo_correction(ctx, opened.incident_id, 99)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cause": "river flood"}, "nothing differs"),
        ({"kind": "weather"}, "no kind of incident"),
        ({"regions": ("x",)}, "x is no region"),
        ({"discovered_at": NOON - timedelta(days=1)}, "discovered before it occurred"),
        ({"discovered_at": NOON + timedelta(days=1)}, "the time lies ahead"),
        ({"response_level": 1}, "response_level is not corrected here"),
        ({"place": "x" * 500}, "400 characters at most"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(ctx: Context, changes: dict[str, object], said: str) -> None:
    opened = report(ctx, flooding())
    with pytest.raises(Refused, match=said):
        correction.correct(ctx, opened.incident_id, opened.version, **changes)
    assert every_incident(ctx) == [opened]


def test_a_report_made_by_mistake_is_withdrawn_and_restored(ctx: Context) -> None:
    opened = report(ctx, flooding())
    with pytest.raises(Refused, match="why the report is withdrawn"):
        correction.withdraw(ctx, opened.incident_id, " ")
    correction.withdraw(ctx, opened.incident_id, "a drill of the fire brigade")
    assert not every_incident(ctx)[0].is_open
    assert correction.is_withdrawn(ctx, opened.incident_id)
    with pytest.raises(Refused, match="closed already"):
        correction.withdraw(ctx, opened.incident_id, "again")
    correction.restore(ctx, opened.incident_id)
    assert every_incident(ctx)[0].is_open
    with pytest.raises(Refused, match="was not withdrawn"):
        correction.restore(ctx, opened.incident_id)


def test_a_response_in_force_is_stood_down_not_withdrawn(ctx: Context) -> None:
    from emergency.service.grading import confirm_level

    opened = report(ctx, flooding())
    confirm_level(ctx, opened.incident_id, 3, reason="to be safe")
    with pytest.raises(Refused, match="stand it down instead"):
        correction.withdraw(ctx, opened.incident_id, "a mistake")


def test_a_corrected_discovery_moves_the_reporting_clocks(ctx: Context) -> None:
    from emergency.service.clocks import running_clocks
    from emergency.service.grading import confirm_level

    opened = report(ctx, flooding(discovered_at=NOON - timedelta(hours=1)))
    confirm_level(ctx, opened.incident_id, 2, reason="to be safe")

    def due() -> datetime:
        clocks = running_clocks(ctx, evaluate(ctx, opened.incident_id))
        return next(c.due_at for c in clocks if c.kind == "internal")

    before = due()
    version = every_incident(ctx)[0].version
    correction.correct(ctx, opened.incident_id, version, discovered_at=NOON - timedelta(hours=2))
    assert due() == before - timedelta(hours=1)


# Under one command --------------------------------------------------------------------------------


@pytest.fixture
def three(ctx: Context) -> tuple[str, str, str]:
    """A typhoon, an outage and complaints."""
    kinds_ = ("natural_disaster", "system_failure", "customer_complaint")
    return tuple(  # type: ignore[return-value]
        report(ctx, Report(kind=k, title={"en": k}, occurred_at=NOON)).incident_id for k in kinds_
    )


def ids(found: tuple[Incident, ...]) -> list[str]:
    return [i.incident_id for i in found]


def test_incidents_come_under_one_command_and_stand_alone_again(ctx: Context, three: tuple[str, str, str]) -> None:
    typhoon, outage, complaints = three
    compound.link(ctx, outage, typhoon)
    compound.link(ctx, complaints, outage)  # what is under the typhoon is led by the typhoon
    assert ids(compound.company(ctx, complaints)) == [typhoon, complaints, outage]
    assert compound.leading_id(ctx, complaints) == typhoon
    compound.unlink(ctx, outage)
    assert ids(compound.company(ctx, outage)) == [outage]
    assert ids(compound.company(ctx, typhoon)) == [typhoon, complaints]


def test_an_incident_takes_over_and_gives_the_lead_back(ctx: Context, three: tuple[str, str, str]) -> None:
    typhoon, outage, complaints = three
    compound.link(ctx, outage, typhoon)
    compound.link(ctx, complaints, typhoon)
    before = compound.links(ctx)
    seq = compound.take_over(ctx, outage)
    assert ids(compound.company(ctx, typhoon)) == [outage, complaints, typhoon]
    compound.undo(ctx, seq)
    assert compound.links(ctx) == before


def test_what_leads_others_brings_them_along(ctx: Context, three: tuple[str, str, str]) -> None:
    typhoon, outage, complaints = three
    compound.link(ctx, complaints, outage)
    seq = compound.link(ctx, outage, typhoon)
    assert compound.links(ctx) == {complaints: typhoon, outage: typhoon}
    compound.undo(ctx, seq)
    assert compound.links(ctx) == {complaints: outage}


def test_a_link_that_makes_no_sense_is_refused(ctx: Context, three: tuple[str, str, str]) -> None:
    typhoon, outage, _ = three
    compound.link(ctx, outage, typhoon)
    for child, leading, said in (
        (typhoon, typhoon, "leads here itself"),
        (typhoon, outage, "leads here itself"),
        (outage, typhoon, "already under the command"),
        ("NONE", typhoon, "no incident NONE"),
    ):
        with pytest.raises(Refused, match=said):
            compound.link(ctx, child, leading)
    with pytest.raises(Refused, match="under nobody's command"):
        compound.take_over(ctx, typhoon)
    with pytest.raises(Refused, match="under nobody's command"):
        compound.unlink(ctx, typhoon)
    with pytest.raises(Refused, match="changed no links"):
        compound.undo(ctx, 1)


def test_links_changed_since_are_not_taken_back_blindly(ctx: Context, three: tuple[str, str, str]) -> None:
    typhoon, outage, _ = three
    seq = compound.link(ctx, outage, typhoon)
    compound.unlink(replace(ctx, actor=Actor("wang")), outage)
    with pytest.raises(Conflict, match="wang has changed the same links"):
        compound.undo(ctx, seq)


def test_a_report_comes_under_command_at_once(ctx: Context) -> None:
    first = report(ctx, flooding())
    second = report(ctx, Report("system_failure", {"en": "Outage"}, NOON, under=first.incident_id))
    assert compound.links(ctx) == {second.incident_id: first.incident_id}


# The empty live workspace -------------------------------------------------------------------------


def test_the_empty_live_workspace_works_in_either_country(running: Running) -> None:
    live = running.context("live", Actor("chen", "Chen Yu"))
    now = live.now()
    there = settle_region_set(live, "us")
    assert (there.regions.id, there.profile.currency) == ("us", "USD")
    assert there.profile.view is not None
    here = settle_region_set(there, "cn")
    opened = report(here, Report("natural_disaster", {"zh": "郑州内涝"}, now, regions=("410100",)))
    assert (opened.jurisdiction, opened.reporter) == ("CN-410000", "Chen Yu")
    assert evaluate(here, opened.incident_id).event_class is not None
    with pytest.raises(Refused, match="another map already .China: "):
        settle_region_set(here, "us")


def test_times_are_told_in_utc_whatever_zone_they_came_in(ctx: Context) -> None:
    east = datetime.fromisoformat("2017-08-29T23:00:00+08:00")
    assert report(ctx, flooding(occurred_at=east)).occurred_at == datetime.fromisoformat("2017-08-29T15:00:00+00:00")
