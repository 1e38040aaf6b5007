"""Alerts over two counties of Texas, Harris (48201) and Galveston (48167), at noon on 29 August 2017."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from emergency.cli import main
from emergency.domain.incident import Incident
from emergency.service.alerts import FileAnswer, import_file, in_force, metrics_in_force, receive
from emergency.service.context import Context
from emergency.service.grading import evaluate
from emergency.service.records import journal_entries, verify_journal
from emergency.service.response import record_fact
from tests.intake.alerts.messages import area, cap, gdacs, info
from tests.intake.alerts.test_feeds import ATOM, entry

HARRIS, GALVESTON = "48201", "48167"
REFERS = "nws@example.org,A-1,2017-08-29T08:00:00-05:00"


def take(ctx: Context, *messages: bytes) -> list[FileAnswer]:
    return [receive(ctx, message, f"m{n}.xml") for n, message in enumerate(messages)]


def over(county: str, **changes: str) -> str:
    return info(areas=area(SAME=f"0{county}"), **changes)


def states(ctx: Context) -> set[str]:
    return {text["headline"] for alert in in_force(ctx) for text in alert.texts}


def test_an_alert_is_kept_with_the_regions_it_hits(ctx: Context) -> None:
    (answer,) = take(ctx, cap())
    assert answer.ok
    assert (answer.alerts[0]["receipt"], answer.alerts[0]["state"]) == ("new", "in_force")
    (alert,) = in_force(ctx)
    assert HARRIS in alert.regions
    assert (alert.severity, alert.colour, alert.peril) == ("Severe", "orange", "flood")
    assert alert.area is not None
    assert alert.place is not None


def test_the_same_message_twice_is_one_alert_and_one_entry(ctx: Context) -> None:
    first, again = take(ctx, cap(), cap(sent="2017-08-29T13:00:00+00:00"))
    assert (first.alerts[0]["receipt"], again.alerts[0]["receipt"]) == ("new", "duplicate")
    assert again.ok
    assert len(in_force(ctx)) == 1
    assert [e.action for e in journal_entries(ctx)].count("alert.receive") == 1
    assert verify_journal(ctx).ok


@pytest.mark.parametrize(("kind", "state"), [("Update", "updated"), ("Cancel", "cancelled")])
@pytest.mark.parametrize("late", [False, True])
def test_a_later_message_ends_the_one_it_refers_to_also_when_it_comes_first(
    ctx: Context, kind: str, state: str, late: bool
) -> None:
    first = cap("A-1", infos=info(headline="first"))
    second = cap("A-2", kind=kind, sent="2017-08-29T09:00:00-05:00", references=REFERS, infos=info(headline="second"))
    answers = take(ctx, *((second, first) if late else (first, second)))
    told = {a["identity"].split(",")[1]: a["state"] for answer in answers for a in answer.alerts}
    assert states(ctx) == ({"second"} if kind == "Update" else set())
    assert told["A-2"] == ("in_force" if kind == "Update" else "cancelled")
    if late:
        assert told["A-1"] == state
    else:
        assert answers[1].alerts[0]["ends"] == ["nws@example.org,A-1,2017-08-29T13:00:00Z"]


def test_a_reference_with_another_time_or_zone_still_refers(ctx: Context) -> None:
    wrong = REFERS.replace("08:00:00-05:00", "08:26:00-05:00")
    take(ctx, cap(), cap("A-2", kind="Cancel", sent="2017-08-29T09:00:00-05:00", references=wrong, infos=""))
    assert in_force(ctx) == ()


def test_another_sender_s_number_is_another_message(ctx: Context) -> None:
    other = REFERS.replace("nws@", "someone@")
    take(ctx, cap(), cap("A-2", kind="Cancel", sent="2017-08-29T09:00:00-05:00", references=other, infos=""))
    assert len(in_force(ctx)) == 1


def test_a_chain_of_updates_leaves_the_last_in_whatever_order_it_comes(ctx: Context) -> None:
    chain = [
        cap(f"B{n}-{number}", kind="Update" if number else "Alert", sent=f"2017-08-29T0{7 + number}:00:00-05:00",
            references=f"nws@example.org,B{n}-{number - 1},2017-08-29T0{6 + number}:00:00-05:00" if number else "",
            infos=info(headline=f"{n}-{number}"))
        for n in range(6) for number in range(3)
    ]  # fmt: skip
    for n, order in enumerate(permutations(range(3))):
        take(ctx, *(chain[3 * n + number] for number in order))
    assert states(ctx) == {f"{n}-2" for n in range(6)}


def test_an_alert_ends_when_its_issuer_says(ctx: Context, at: Callable[[Context, str], Context]) -> None:
    take(ctx, cap(infos=info(expires="2017-08-29T13:00:00-05:00")))
    assert len(in_force(at(ctx, "2017-08-29T12:59:59-05:00"))) == 1
    assert in_force(at(ctx, "2017-08-29T13:00:00-05:00")) == ()
    assert in_force(at(ctx, "2017-08-29T07:59:59-05:00")) == (), "not yet sent"


def test_what_is_over_when_it_comes_is_kept_as_expired(ctx: Context) -> None:
    (answer,) = take(ctx, cap(infos=info(expires="2017-08-29T09:00:00-05:00")))
    assert (answer.ok, answer.alerts[0]["state"]) == (True, "expired")


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft"])
@pytest.mark.parametrize("kind", ["live", "demo", "drill"])
def test_what_is_not_actual_enters_at_most_a_drill(ctx: Context, kind: str, status: str) -> None:
    here = replace(ctx, profile=replace(ctx.profile, kind=kind))
    (answer,) = take(here, cap(status=status))
    assert answer.ok is ((kind, status) == ("drill", "Exercise"))
    assert answer.ok or f"status {status} is kept out" in answer.reason()
    assert len(in_force(here)) == int(answer.ok)
    assert all(alert.exercise for alert in in_force(here))


def test_an_exercise_that_cancels_cannot_end_a_real_alert(ctx: Context) -> None:
    take(ctx, cap(), cap("A-2", status="Exercise", kind="Cancel", sent="2017-08-29T09:00:00-05:00", references=REFERS))
    assert len(in_force(ctx)) == 1


def test_gdacs_goes_on_about_one_event_and_an_older_episode_changes_nothing(ctx: Context) -> None:
    answers = take(ctx, gdacs(level="Orange", hour=12), gdacs(level="Red", hour=15), gdacs(level="Green", hour=13))
    assert [a.alerts[0]["receipt"] for a in answers] == ["new", "updated", "duplicate"]
    (alert,) = in_force(ctx)
    assert (alert.colour, HARRIS in alert.regions) == ("red", True)


def test_the_level_rules_read_the_alerts_that_hit_the_incident(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "exposure.policies_in_footprint", 42_000, incident_id=flood.incident_id, source="portfolio")
    assert evaluate(ctx, flood.incident_id).proposed is None
    take(ctx, gdacs(level="Orange", hour=12))
    found = evaluate(ctx, flood.incident_id)
    assert (found.proposed, found.response.decided_by.metric) == (3, "alert.gdacs")
    take(ctx, gdacs(level="Red", hour=15))
    assert evaluate(ctx, flood.incident_id).proposed == 2


def test_an_alert_elsewhere_counts_for_nothing_here(ctx: Context, flood: Incident) -> None:
    take(ctx, gdacs(point="40.7 -74.0"))  # New York
    assert metrics_in_force(ctx, flood.regions, ctx.now()) == {}
    assert "alert.gdacs" not in evaluate(ctx, flood.incident_id).facts


def test_of_one_voice_the_newest_counts_for_a_region_and_of_several_the_gravest(ctx: Context) -> None:
    def warn(number: str, severity: str, county: str, hour: int, sender: str = "a@cn") -> bytes:
        block = info("暴雨", severity=severity, issuer="河南省气象台", areas=area(SAME=f"0{county}"))
        return cap(number, sender=sender, sent=f"2017-08-29T{hour:02}:00:00-05:00", infos=block)

    def read(*scope: str) -> str | None:
        found = metrics_in_force(ctx, scope, ctx.now()).get("alert.cma.rainstorm")
        return found.value if found else None

    take(ctx, warn("1", "Extreme", HARRIS, 8), warn("2", "Moderate", HARRIS, 9), warn("3", "Severe", GALVESTON, 7))
    assert (read(HARRIS), read(GALVESTON), read(HARRIS, GALVESTON)) == ("yellow", "orange", "orange")
    take(ctx, warn("4", "Extreme", HARRIS, 6, sender="b@cn"))
    assert read(HARRIS) == "red", "another voice"
    assert read("48") == "red", "a state holds its counties"
    assert read("22019") is None


def test_each_info_block_counts_for_its_own_place_and_time(ctx: Context, at: Callable[[Context, str], Context]) -> None:
    red = info("暴雨", severity="Extreme", issuer="河南省气象台", areas=area(SAME=f"0{HARRIS}"),
               expires="2017-08-29T13:00:00-05:00")  # fmt: skip
    blue = info("暴雨", severity="Minor", issuer="河南省气象台", areas=area(SAME=f"0{GALVESTON}"))
    take(ctx, cap(infos=red + blue))
    later = at(ctx, "2017-08-29T14:00:00-05:00")

    def value(here: Context, *scope: str) -> str | None:
        found = metrics_in_force(here, scope, here.now()).get("alert.cma.rainstorm")
        return found.value if found else None

    assert (value(ctx, HARRIS), value(ctx, GALVESTON)) == ("red", "blue")
    assert (value(later, HARRIS), value(later, GALVESTON)) == (None, "blue")


def test_of_a_warning_and_an_entered_figure_the_newer_counts(
    ctx: Context, flood: Incident, at: Callable[[Context, str], Context]
) -> None:
    early, late = at(ctx, "2017-08-29T06:00:00-05:00"), at(ctx, "2017-08-29T11:00:00-05:00")
    record_fact(early, "alert.gdacs", "Green", incident_id=flood.incident_id, source="by telephone")
    take(ctx, gdacs(level="Orange", hour=13))  # 08:00 in Texas
    assert evaluate(ctx, flood.incident_id).facts["alert.gdacs"] == "Orange"
    record_fact(late, "alert.gdacs", "Red", incident_id=flood.incident_id, source="by telephone")
    assert evaluate(ctx, flood.incident_id).facts["alert.gdacs"] == "Red"


def test_the_gravest_chinese_warning_of_any_kind_is_known_to_the_rules(ctx: Context, flood: Incident) -> None:
    take(ctx, cap(infos=info("高温", severity="Severe", issuer="河南省气象台", areas=area(SAME=f"0{HARRIS}"))))
    facts = evaluate(ctx, flood.incident_id).facts
    assert facts["alert.cma.any"] == "orange"


def test_the_command_prints_one_object_per_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMERGENCY_HOME", str(tmp_path / "home"))
    (tmp_path / "a.cap").write_bytes(cap())
    (tmp_path / "b.xml").write_bytes(b"<html/>")
    from emergency import bootstrap

    bootstrap.stop()
    files = [str(tmp_path / name) for name in ("a.cap", "b.xml", "missing.cap")]
    try:
        code = main(["alerts", "import", *files, "--json"])
    finally:
        bootstrap.stop()
    said = capsys.readouterr()
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert code == 2
    assert [set(row) for row in rows] == [{"file", "ok", "alerts", "reason"}] * 3
    assert [row["ok"] for row in rows] == [True, False, False]
    assert rows[0]["alerts"][0]["identity"].startswith("nws@example.org,A-1")
    assert "begins with" in rows[1]["reason"]
    assert "No such file" in rows[2]["reason"]
    assert "Traceback" not in said.err


def test_of_a_list_of_links_the_documents_beside_it_are_taken_and_the_others_are_named(
    ctx: Context, tmp_path: Path
) -> None:
    links = "".join(entry(f'<link href="http://127.0.0.1:9/caps/{name}"/>') for name in ("a.cap", "b.cap"))
    (tmp_path / "list.atom").write_text(f"{ATOM}{links}</feed>")
    (tmp_path / "a.cap").write_bytes(cap(infos=over(HARRIS)))
    answer = import_file(ctx, tmp_path / "list.atom")
    assert [a["identity"].split(",")[1] for a in answer.alerts] == ["A-1"]
    assert answer.reason() == (
        "1 entries only link to their alert; nothing is fetched, save the linked file beside the list: "
        "http://127.0.0.1:9/caps/b.cap"
    )
    assert import_file(ctx, tmp_path / "a.cap").fresh == 0


def test_every_stored_message_gives_an_alert_or_a_one_line_reason(ctx: Context, shared_data: Path) -> None:
    files = sorted((shared_data / "cap").iterdir())
    assert len(files) == 47
    for file in files:
        answer = import_file(ctx, file).to_json()
        assert answer["ok"] is bool(answer["alerts"]), file.name
        assert answer["ok"] or answer["reason"], file.name
        assert "\n" not in answer["reason"], file.name
        json.dumps(answer)
    assert not any(import_file(ctx, file).fresh for file in files), "the second time changes nothing"
    assert verify_journal(ctx).ok
