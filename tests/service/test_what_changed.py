"""What changed is told in names: of figures, people and incidents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emergency.domain.incident import Incident
from emergency.service.context import Context
from emergency.service.figures import figures
from emergency.service.response import open_incident, record_fact
from emergency.service.what_changed import changes
from emergency.texts import speaker


def lines(ctx: Context, incident: Incident, language: str = "en") -> list[str]:
    say = speaker(language)
    return [say(text) for _, text in changes(ctx, figures(ctx, incident.incident_id), incident.incident_id)]


def record(ctx: Context, action: str, subject: str, body: dict[str, object]) -> None:
    with ctx.store.write() as connection:
        ctx.record(connection, action, subject, body)


def test_an_act_of_another_incident_names_it_and_one_of_this_does_not(ctx: Context, flood: Incident) -> None:
    other = open_incident(ctx, replace(flood, incident_id="OUT-1", kind="system_failure", title={"en": "Outage"}))
    assert lines(ctx, flood) == ["Incident opened · Outage", "Incident opened"]
    assert lines(ctx, other) == ["Incident opened", "Incident opened · Flood"]


@pytest.mark.parametrize(
    ("metric", "value", "english", "chinese"),
    [
        ("complaint.unresolved", 7, "Complaints not yet answered = 7", "投诉"),
        ("loss.estimated_gross", 582_700_000, "= $582.70 M", "$5.83亿"),
    ],
)
def test_a_figure_is_told_by_its_name(
    ctx: Context, flood: Incident, metric: str, value: object, english: str, chinese: str
) -> None:
    record_fact(ctx, metric, value, incident_id=flood.incident_id, source="desk")
    assert english in lines(ctx, flood)[0]
    assert metric not in lines(ctx, flood, "zh_CN")[0]
    assert chinese in lines(ctx, flood, "zh_CN")[0]


def test_ids_of_the_trade_are_told_in_words(ctx: Context, flood: Incident) -> None:
    record(ctx, "level.propose", "FLOOD-1", {"level": None})
    record(ctx, "report.submit", "FLOOD-1", {"incident": "FLOOD-1", "to": "headquarters"})
    record(ctx, "comms.send", "FLOOD-1", {"incident": "FLOOD-1", "audience": "government"})
    assert lines(ctx, flood)[:3] == [
        "Bulletin sent to authorities",
        "Report submitted to headquarters",
        "The rules give no level",
    ]


def test_the_end_the_way_back_and_who_commands_are_told(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "house.contact", "Li Na", source="desk")
    here: dict[str, object] = {"incident": "FLOOD-1"}
    record(ctx, "command.transfer", "FLOOD-1/commander", here | {"giver": "Li Na", "taker": "Chen Yu"})
    record(ctx, "post.take", "FLOOD-1/logistics", here | {"person": "Wu Di"})
    record(ctx, "measure.end", "FLOOD-1/measure/1", here | {"name": "fast_lane"})
    record(ctx, "incident.stand_down", "FLOOD-1", here | {"level_before": 2})
    record(ctx, "incident.reopen", "FLOOD-1", here | {"level": 2})
    assert lines(ctx, flood) == [
        "Incident reopened at Ⅱ",
        "Response ended, it stood at Ⅱ",
        "Relief measure ended: Fast lane",
        "Command handed to Chen Yu",
        "Incident opened",
    ]


def test_a_level_two_people_lowered_and_a_correction_are_called_that(ctx: Context, flood: Incident) -> None:
    lowered = {"incident": "FLOOD-1", "level": 2, "proposed": 1, "kind": "overridden", "second_actor": "li"}
    record(ctx, "level.confirm", "FLOOD-1", lowered)
    record(ctx, "comms.send", "FLOOD-1", {"incident": "FLOOD-1", "audience": "customers", "corrects": 3})
    assert lines(ctx, flood, "zh_CN")[:2] == ["已向客户发布更正", "由两人决定为Ⅱ级（建议Ⅰ级）"]
