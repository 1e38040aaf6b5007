from __future__ import annotations

from dataclasses import replace

import pytest

from emergency.domain.incident import Incident
from emergency.service.clocks import running_clocks
from emergency.service.context import Actor, Context, Refused
from emergency.service.grading import confirm_level, evaluate, level_history
from emergency.service.importing import receive
from emergency.service.records import journal_entries, verify_journal
from emergency.service.response import record_fact, tasks
from tests.service.worlds import claims


def test_money_is_converted_by_a_dated_rate_and_said_so(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims("48201", 10, minor=10_000_000), source="s", incident_id=flood.incident_id)
    found = evaluate(ctx, flood.incident_id)
    loss = next(c for c in found.conversions if c.metric == "loss.estimated_gross")
    assert (loss.amount, loss.currency, loss.to_currency) == (1_000_000, "USD", "CNY")
    assert loss.converted == loss.amount * loss.rate
    assert loss.rate_date <= "2017-08-29"
    assert found.response.level == 3, "5 to 50 million yuan is Ⅲ in default.levels"


def test_texas_has_no_event_class_and_the_reason_is_said(ctx: Context, flood: Incident) -> None:
    found = evaluate(ctx, flood.incident_id)
    assert found.event_class is None
    assert "CN" in str(found.class_note)
    assert "US-TX" in str(found.class_note)


def test_confirming_opens_the_playbook_and_lays_out_its_tasks_with_due_times(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "casualties.insured_deaths", 3, incident_id=flood.incident_id, source="county coroner")
    assert evaluate(ctx, flood.incident_id).proposed == 2
    confirm_level(ctx, flood.incident_id, 2)
    rows = tasks(ctx, flood.incident_id)
    assert evaluate(ctx, flood.incident_id).incident.response_level == 2
    assert len(rows) >= 10
    assert any(r["due_at"] for r in rows)
    done = [r for r in rows if r["state"] == "done"]
    assert any(e["action"] == "level.confirm" for r in done for e in r["evidence"]), "the act itself is the evidence"


def test_a_higher_level_adds_tasks_and_loses_no_done_one(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "casualties.insured_deaths", 1, incident_id=flood.incident_id, source="coroner")
    confirm_level(ctx, flood.incident_id, 3)
    before = {r["task_id"]: r["state"] for r in tasks(ctx, flood.incident_id)}
    record_fact(ctx, "casualties.insured_deaths", 10, incident_id=flood.incident_id, source="coroner")
    confirm_level(ctx, flood.incident_id, 1)
    after = {r["task_id"]: r["state"] for r in tasks(ctx, flood.incident_id)}
    assert set(before) <= set(after)
    assert all(after[t] == "done" for t, state in before.items() if state == "done")


def test_deciding_otherwise_needs_a_reason(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "casualties.insured_deaths", 1, incident_id=flood.incident_id, source="coroner")
    with pytest.raises(Refused, match="reason"):
        confirm_level(ctx, flood.incident_id, 2)
    confirm_level(ctx, flood.incident_id, 2, reason="the river is still rising")
    assert level_history(ctx, flood.incident_id)[-1].reason == "the river is still rising"


def test_a_figure_without_a_source_is_refused(ctx: Context, flood: Incident) -> None:
    with pytest.raises(Refused, match="source"):
        record_fact(ctx, "casualties.insured_deaths", 1, incident_id=flood.incident_id, source=" ")


def test_in_china_the_class_stands_beside_the_level_and_industry_figures_count(ctx: Context, flood: Incident) -> None:
    from emergency.service.response import open_incident

    henan = open_incident(ctx, replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",)))
    yuan = replace(ctx, profile=replace(ctx.profile, currency="CNY"))
    assert evaluate(yuan, henan.incident_id).class_basis == "own"
    record_fact(
        yuan, "industry.payout.property_estimated", 1_000_000_000, incident_id="HENAN", source="provincial bureau"
    )
    found = evaluate(yuan, henan.incident_id)
    assert found.event_class is not None
    assert (found.event_class.level, found.class_basis) == (1, "industry")
    assert found.response.level is None, "an industry figure is not our own loss"


def test_regulator_clocks_start_at_discovery_and_a_report_meets_them(ctx: Context, flood: Incident) -> None:
    from emergency.service.response import open_incident, perform

    henan = open_incident(ctx, replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",)))
    yuan = replace(ctx, profile=replace(ctx.profile, currency="CNY"))
    record_fact(yuan, "industry.payout.property_estimated", 2e9, incident_id="HENAN", source="bureau")
    clocks = {c.kind: c for c in running_clocks(yuan, evaluate(yuan, "HENAN")) if c.strive}
    assert (clocks["phone"].due_at - henan.discovered_at).total_seconds() == 30 * 60
    assert (clocks["first"].due_at - henan.discovered_at).total_seconds() == 3600
    assert clocks["first"].strive
    perform(yuan, "HENAN", "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "郑州"}})
    first = next(c for c in running_clocks(yuan, evaluate(yuan, "HENAN")) if c.kind == "first")
    assert first.missed, "submitted a day after discovery: recorded as late, not hidden"


def test_every_act_is_an_entry_with_its_actor_and_the_chain_is_whole(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "casualties.insured_deaths", 1, incident_id=flood.incident_id, source="coroner")
    confirm_level(replace(ctx, actor=Actor("wang", role="branch-claims-manager")), flood.incident_id, 3)
    acts = [(e.action, e.actor) for e in reversed(journal_entries(ctx))]
    assert ("incident.open", "chen") in acts
    assert ("fact.record", "chen") in acts
    assert ("level.confirm", "wang") in acts
    assert verify_journal(ctx).ok
