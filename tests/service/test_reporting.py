"""Reports of a flood in Henan: filled from facts, kept while written, frozen when handed in."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import docx
import pytest
from pypdf import PdfReader

from emergency.domain.incident import Incident
from emergency.service import clocks, report_check, report_export, reporting
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.grading import confirm_level, evaluate
from emergency.service.importing import receive
from emergency.service.incident_report import kinds
from emergency.service.report_words import PERILS, pair
from emergency.service.response import open_incident, perform, record_fact, tasks
from emergency.service.stand_down import stand_down
from emergency.store import incidents, journal, records, reports
from tests.service.worlds import claims

NOON = datetime.fromisoformat("2017-08-28T12:00:00-05:00")


@pytest.fixture
def henan(ctx: Context, flood: Incident) -> Context:
    """Half an hour after the discovery: 10 claims of 100 000 yuan, two dead as the hospital says."""
    place = replace(
        flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",), place="郑州市 / Zhengzhou"
    )
    open_incident(ctx, replace(place, cause="特大暴雨"))
    yuan = later(replace(ctx, profile=replace(ctx.profile, currency="CNY")), 0.5)
    receive(
        yuan,
        claims("48201", 10, minor=10_000_000, hours_ago=24).assign(currency="CNY"),
        source="s",
        incident_id="HENAN",
    )
    record_fact(yuan, "industry.payout.property_estimated", 60_000_000, incident_id="HENAN", source="bureau")
    record_fact(yuan, "casualties.deaths", 2, incident_id="HENAN", source="市应急管理局")
    return yuan


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(NOON + timedelta(hours=hours)))


def text_of(prepared: reporting.Prepared, field: str) -> dict[str, str]:
    return dict(next(f.filled.text for f in prepared.fields if f.filled.field.id == field))


def hand_in(ctx: Context, kind: str = "first", **more: str) -> dict[str, object]:
    return reporting.submit(ctx, reporting.prepare(ctx, "HENAN", kind), via="portal", **more)  # type: ignore[arg-type]


def test_a_first_report_is_filled_from_the_facts_in_both_languages(henan: Context) -> None:
    found = reporting.prepare(henan, "HENAN", "first")
    assert (found.language, found.authority.id, found.number) == ("zh", "nfra", 1)
    assert text_of(found, "place") == {"zh": "郑州市。", "en": "Zhengzhou."}
    assert text_of(found, "occurred_at")["zh"] == "2017年8月28日12时00分发生，2017年8月28日12时00分发现。"
    assert "重大（Ⅱ级）" in text_of(found, "nature")["zh"]
    consequences = text_of(found, "consequences")
    assert "死亡2人，受伤【待补：受伤人数】" in consequences["zh"]
    assert "2 dead, [still missing: injured] injured" in consequences["en"]


def test_the_course_of_events_is_told_as_an_official_would_with_scope_and_every_step_of_the_response(
    henan: Context,
) -> None:
    with henan.store.write() as connection:
        known = incidents.get(connection, "HENAN")
        assert known is not None
        incidents.change(connection, replace(known, scope="郑州市主城区积水，地铁停运"))
    boss = replace(henan, actor=Actor("chen", "Chen Yu", "hq-commander"))
    confirm_level(boss, "HENAN", 3, reason="the dyke is weak")
    confirm_level(later(boss, 3), "HENAN", 2, reason="it has broken")
    course = text_of(reporting.prepare(later(boss, 30), "HENAN", "first"), "course")
    assert course["zh"] == (
        "2017年8月28日12时00分，郑州市发生洪水灾害（洪水），影响范围：郑州市主城区积水，地铁停运，初步原因：特大暴雨。"
        "我公司于当日12时00分获悉有关情况，当日12时30分启动Ⅲ级（三级）响应，当日15时00分提升至Ⅱ级（二级）响应。"
    )
    assert "opened a level Ⅲ response at 12:30 the same day, raised it to a level Ⅱ response at 15:00" in course["en"]
    assert "地铁停运" in text_of(reporting.prepare(boss, "HENAN", "first"), "impact")["zh"]
    over = later(boss, 40)
    stand_down(over, "HENAN", "the water has gone")
    ended = text_of(reporting.prepare(over, "HENAN", "final"), "course")["zh"]
    assert ended.endswith("8月30日4时00分终止响应。"), ended


def test_industry_deaths_stand_beside_our_own_with_source_and_time(henan: Context) -> None:
    record_fact(
        henan, "industry.casualties.insured_deaths", 12, incident_id="HENAN", source="河南监管局", as_of=NOON
    )
    text = text_of(reporting.prepare(henan, "HENAN", "first"), "consequences")["zh"]
    assert "死亡2人" in text
    assert "另据河南监管局，截至2017年8月28日12时00分，全行业死亡12人。" in text
    found = {f["metric"]: f for f in hand_in(henan)["figures"]}  # type: ignore[attr-defined]
    assert (found["industry.dead"]["value"], found["industry.dead"]["as_of"]) == (12, NOON.astimezone(UTC).isoformat())


def test_where_nobody_named_a_place_the_regions_in_scope_stand_for_it(ctx: Context, flood: Incident) -> None:
    open_incident(ctx, replace(flood, incident_id="NOWHERE", jurisdiction="CN-410000", place=""))
    found = reporting.prepare(ctx, "NOWHERE", "first")
    assert text_of(found, "place")["en"].startswith("Harris")


def test_every_figure_of_a_report_names_its_source_and_time(henan: Context) -> None:
    paper = reporting.paper_of(henan, reporting.prepare(henan, "HENAN", "first"))
    cited = {one.name: (one.shown, one.source, one.as_of) for one in paper.cited}
    assert cited["死亡人数"] == ("2人", "市应急管理局", "2017年8月28日12时30分")
    assert all(one.source and one.as_of for one in paper.cited)
    digits = next(e for e in paper.entries if e.id == "consequences").text
    assert all(shown in digits for name, (shown, _, _) in cited.items() if name in ("死亡人数", "报案件数"))


def test_what_no_fact_gives_is_marked_and_can_still_be_handed_in(henan: Context) -> None:
    found = reporting.prepare(henan, "HENAN", "first")
    assert {gap for _, gap in found.missing} == {
        "casualties.injured",
        "regions",
        "unit",
        "signatory",
        "contact",
        "phone",
    }
    row = hand_in(henan)
    assert "【待补：签发人】" in str(row["text"])
    assert len(row["missing"]) == 6  # type: ignore[arg-type]


def test_what_somebody_writes_is_kept_and_the_facts_stay_at_hand(henan: Context) -> None:
    assert reporting.save_field(henan, "HENAN", "first", "help", "请协调冲锋舟10艘。", 0) == 1
    field = next(f for f in reporting.prepare(henan, "HENAN", "first").fields if f.filled.field.id == "help")
    assert (field.text, field.written, field.by) == ("请协调冲锋舟10艘。", True, "chen")
    reporting.discard(henan, "HENAN", "first", "help")
    field = next(f for f in reporting.prepare(henan, "HENAN", "first").fields if f.filled.field.id == "help")
    assert (field.written, field.version) == (False, 0)


def test_two_people_in_one_field_are_told_of_each_other(henan: Context) -> None:
    reporting.save_field(henan, "HENAN", "first", "help", "boats", 0)
    wang = replace(henan, actor=Actor("wang"))
    with pytest.raises(Conflict, match="chen changed this field at .*boats"):
        reporting.save_field(wang, "HENAN", "first", "help", "pumps", 0)
    assert reporting.save_field(wang, "HENAN", "first", "help", "pumps", 1) == 2


def test_a_report_handed_in_is_frozen_recorded_and_settles_clock_and_task(henan: Context) -> None:
    confirm_level(henan, "HENAN", 3, reason="as the branch says")
    row = hand_in(henan, person="值班员王")
    assert (row["state"], row["number"]) == ("in_time", 1)
    assert row["sha256"] == hashlib.sha256(str(row["text"]).encode()).hexdigest()
    record_fact(henan, "casualties.deaths", 9, incident_id="HENAN", source="press")
    (kept,) = reporting.handed(henan, "HENAN")
    assert "死亡2人" in kept["text"], "facts that change later do not change it"
    with henan.store.read() as connection:
        (entry,) = journal.entries_of(connection, subject="HENAN", action="report.submit")
    body = entry.facts()
    assert (body["to"], body["kind"], body["sha256"], body["person"]) == ("nfra", "first", row["sha256"], "值班员王")
    done = {t["task_id"]: t["state"] for t in tasks(henan, "HENAN")}
    assert done["regulator-first"] == "done"
    (first,) = [c for c in clocks.running_clocks(henan, evaluate(henan, "HENAN")) if c.kind == "first"]
    assert (first.met, first.clock.met_by) == (True, "HENAN/first/1")


def test_late_is_late_by_the_second_and_says_so(henan: Context) -> None:
    row = hand_in(later(henan, 2.001))
    assert row["state"] == "late"


def test_a_call_is_recorded_afterwards_with_its_own_time_and_who_took_it(henan: Context) -> None:
    one = later(henan, 1)
    record_fact(one, "industry.payout.property_estimated", 2e9, incident_id="HENAN", source="bureau")
    prepared = reporting.prepare(one, "HENAN", "phone")
    with pytest.raises(Refused, match="who took the call"):
        reporting.submit(one, prepared, via="phone", handed_at=later(henan, 0.4).now())
    with pytest.raises(Refused, match="future"):
        reporting.submit(one, prepared, via="phone", person="李", handed_at=later(henan, 2).now())
    with pytest.raises(Refused, match="before the incident"):
        reporting.submit(one, prepared, via="phone", person="李", handed_at=later(henan, -1).now())
    row = reporting.submit(one, prepared, via="phone", person="李", handed_at=later(henan, 0.4).now())
    assert (row["state"], row["person"]) == ("in_time", "李")


def test_two_people_who_hand_in_the_same_report_make_one_report(henan: Context) -> None:
    mine, theirs = (reporting.prepare(henan, "HENAN", "first") for _ in range(2))
    reporting.submit(henan, mine, via="portal")
    with pytest.raises(Conflict, match="chen handed in number 1"):
        reporting.submit(replace(henan, actor=Actor("wang")), theirs, via="portal")
    assert len(reporting.handed(henan, "HENAN")) == 1


def test_a_correction_is_a_report_of_its_own_that_names_the_old_one_and_meets_no_clock(henan: Context) -> None:
    old = hand_in(henan)
    record_fact(henan, "casualties.deaths", 3, incident_id="HENAN", source="市应急管理局")
    new = hand_in(later(henan, 3), corrects="HENAN/first/1")
    assert (new["number"], new["state"], new["due_us"]) == (2, "correction", None)
    assert "更正：本报告更正HENAN/first/1" in str(new["text"])
    kept = {r["report_id"]: r["text"] for r in reporting.handed(later(henan, 3), "HENAN")}
    assert kept["HENAN/first/1"] == old["text"]
    (first,) = [
        c for c in clocks.running_clocks(later(henan, 3), evaluate(later(henan, 3), "HENAN")) if c.kind == "first"
    ]
    assert first.clock.met_by == "HENAN/first/1"
    with pytest.raises(Refused, match="no report"):
        hand_in(later(henan, 4), corrects="HENAN/first/9")


def test_a_follow_up_says_what_changed_since_the_last(henan: Context) -> None:
    hand_in(henan)
    ten = later(henan, 10)
    record_fact(ten, "casualties.deaths", 5, incident_id="HENAN", source="市应急管理局")
    changes = text_of(reporting.prepare(ten, "HENAN", "follow_up"), "changes")
    assert changes["zh"].startswith("与2017年8月28日12时30分报告相比：")
    assert "死亡人数 2人 → 5人（+3）" in changes["zh"]
    assert "deaths 2 → 5 (+3)" in changes["en"]


def test_the_cause_somebody_wrote_once_stands_in_the_reports_that_follow(ctx: Context, flood: Incident) -> None:
    open_incident(ctx, replace(flood, incident_id="HENAN", jurisdiction="CN-410000", cause=""))
    hand_in(ctx)
    assert "待补" in text_of(reporting.prepare(ctx, "HENAN", "final"), "initial_cause")["zh"]
    reporting.save_field(ctx, "HENAN", "first", "initial_cause", "上游水库溃坝。", 0)
    hand_in(later(ctx, 1))
    assert text_of(reporting.prepare(later(ctx, 2), "HENAN", "final"), "initial_cause")["zh"] == "上游水库溃坝。"


def test_who_reports_is_remembered_for_the_next_report(henan: Context) -> None:
    reporting.save_field(henan, "HENAN", "first", "unit", "河南分公司", 0)
    hand_in(henan)
    found = reporting.prepare(henan, "HENAN", "follow_up")
    assert text_of(found, "unit")["zh"] == "河南分公司"
    assert "contact" in {gap for _, gap in found.missing}


@pytest.mark.parametrize("by_hand", [True, False])
def test_the_final_report_feeds_the_closure_of_the_playbook(henan: Context, by_hand: bool) -> None:
    if by_hand:
        hand_in_final(henan)
    else:
        perform(henan, "HENAN", "report.submit", {"to": "nfra", "kind": "final", "fields": {"place": "郑州"}})
    with henan.store.read() as connection:
        known = {
            f["metric"]: f["value"] for f in incidents.facts(connection, incident_id="HENAN", now_us=henan.now_us())
        }
    assert known["regulator.final_report"] == "submitted"


def hand_in_final(ctx: Context, despite: str = "the plan asks for it before the end") -> dict[str, object]:
    """Every gap is said to be unknowable, with the reason."""
    found = reporting.prepare(ctx, "HENAN", "final")
    while found.missing:
        report_check.declare(ctx, found, *found.missing[0], "核查中")
        found = reporting.prepare(ctx, "HENAN", "final")
    return reporting.submit(ctx, found, via="portal", despite=despite)


def test_a_final_report_with_gaps_is_refused_until_each_is_filled_or_said_to_be_unknowable(henan: Context) -> None:
    with pytest.raises(Refused, match="no gaps"):
        hand_in(henan, "final", despite="it is over")
    found = reporting.prepare(henan, "HENAN", "final")
    field, gap = next(pair for pair in found.missing if pair[1] == "casualties.injured")
    with pytest.raises(Refused, match="say why"):
        report_check.declare(henan, found, field, gap, " ")
    report_check.declare(henan, found, field, gap, "医院尚在统计")
    again = reporting.prepare(henan, "HENAN", "final")
    text = next(f.text for f in again.fields if f.filled.field.id == field)
    assert "受伤（无法提供：医院尚在统计）" in text
    assert (field, gap) not in again.missing
    reporting.save_field(henan, "HENAN", "final", "place", "【待补：地点】一带", 0)
    assert ("place", "place") in reporting.prepare(henan, "HENAN", "final").missing, "a mark left in a text is a gap"
    row = hand_in_final(henan)
    assert "【待补" not in str(row["text"])


def test_a_final_report_while_the_response_runs_or_others_are_owed_asks_for_the_reason(henan: Context) -> None:
    boss = replace(henan, actor=Actor("chen", "Chen Yu", "province-gm"))
    confirm_level(boss, "HENAN", 2, reason="the dyke is weak")
    said = [str(one) for one in report_check.objections(henan, reporting.prepare(henan, "HENAN", "final"))]
    assert "level Ⅱ is still in force" in said[0]
    assert "other reports are owed, the first: Regulator first report" in said[1] or "Internal report" in said[1]
    with pytest.raises(Refused, match="still in force"):
        hand_in_final(henan, despite=" ")
    row = hand_in_final(henan, despite="the closure of the plan asks for it")
    with henan.store.read() as connection:
        entry = next(iter(journal.entries_of(connection, subject="HENAN", action="report.submit")))
    assert entry.facts()["despite"] == "the closure of the plan asks for it"
    assert row["state"] == "unasked", "nothing asked for it yet"
    assert not report_check.objections(henan, reporting.prepare(henan, "HENAN", "first"))


def test_a_report_that_went_before_its_clock_is_in_time_wherever_it_is_shown_once_the_clock_runs(
    henan: Context,
) -> None:
    hand_in_final(henan)
    assert [r["state"] for r in reporting.handed(henan, "HENAN")] == ["unasked"]
    stand_down(replace(later(henan, 1), actor=Actor("chen", "Chen Yu", "hq-commander")), "HENAN", "over")
    after = later(henan, 2)
    assert [r["state"] for r in reporting.handed(after, "HENAN")] == ["in_time"]
    assert {c.state for c in clocks.running_clocks(after, evaluate(after, "HENAN")) if c.kind == "final"} == {"in_time"}


def test_a_situation_report_is_published_given_out_and_starts_the_next(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims("48201", 10, minor=10_000_000), source="s", incident_id=flood.incident_id)
    record_fact(ctx, "casualties.insured_deaths", 3, incident_id=flood.incident_id, source="coroner")
    confirm_level(ctx, flood.incident_id, 2)
    prepared = reporting.prepare(ctx, flood.incident_id, "situation")
    row = reporting.submit(ctx, prepared, via="console")
    assert row["state"] == "in_time", "what fell due before the level was confirmed was asked of nobody"
    with ctx.store.read() as connection:
        sent = [m for m in records.messages(connection) if m["event_key"] == f"report/{row['report_id']}"]
        kept = reports.clocks(connection, flood.incident_id)
    assert len(sent) == 1
    assert {c.number: c.state(ctx.now_us()) for c in kept if c.kind == "situation"} == {1: "in_time", 2: "running"}
    pdf = PdfReader(io.BytesIO(report_export.kept_file(ctx, row["report_id"], "pdf")))
    assert len(pdf.pages) <= 2
    assert row["sha256"][:20] in pdf.pages[0].extract_text().replace("\n", "")


def test_word_pdf_and_text_say_the_same_and_never_change(henan: Context) -> None:
    row = hand_in(henan)
    name = str(row["report_id"])
    files = {form: report_export.kept_file(henan, name, form) for form in report_export.FORMATS}
    assert files == {form: report_export.kept_file(later(henan, 9), name, form) for form in files}
    assert files["txt"].decode() == row["text"]
    cells = [c.text for t in docx.Document(io.BytesIO(files["docx"])).tables for r in t.rows for c in r.cells]
    pages = "".join(p.extract_text() for p in PdfReader(io.BytesIO(files["pdf"])).pages).replace("\n", "")
    for words in ("死亡2人，受伤【待补：受伤人数】", "市应急管理局", "郑州市。"):
        assert any(words in cell for cell in cells), words
        assert words in pages, words
    assert any("2 dead" in cell for cell in cells), "the English stands beside it"
    with pytest.raises(Refused, match="format"):
        report_export.kept_file(henan, name, "odt")


def test_a_report_names_every_peril_of_the_house_in_words_of_both_languages(ctx: Context) -> None:
    perils = [peril for kind in kinds(ctx) for peril in kind.perils]
    assert perils
    for peril in perils:
        words = pair(PERILS[peril])
        assert words["zh"] != words["en"] and "_" not in words["en"], peril
