"""The after-action report as Word and PDF, read back with other programs."""

from __future__ import annotations

import io
import re
import zipfile

import docx
import pytest
from pypdf import PdfReader

from emergency.documents.after_action import after_action
from emergency.documents.blocks import Story, Table
from emergency.documents.docx import docx_bytes
from emergency.documents.drill_words import Words, offset
from emergency.documents.pdf import pdf_bytes
from emergency.domain.drill import accuracy
from emergency.domain.drill.record import message_record
from emergency.texts import speaker
from tests.documents.small import HOSTILE, run

# In the order of page 1: verdict, objectives, gaps. O1: time 80, accuracy 70; O2: nothing done, outcome half way.
FIRST_PAGE = {
    "en": [
        "After-action report: Two hours of rain",
        "Roles are scored, not named people",
        "drill time from 2026-09-23 08:00 (UTC+08:00)",
        "nobody sat in: Commander",
        "Roles and counts only",
        "Not passed",
        "unable to be performed",
        "Timeliness",
        "Accuracy",
        "Effectiveness",
        "Objectives",
        "S · some challenges",
        "U · unable to perform",
        "The three largest gaps",
        "Planning did not do it (Commit an allocation plan)",
        "100 points",
    ],
    "zh_CN": [
        "两小时降雨",
        "评分对象为岗位",
        "演练时间自 2026-09-23 08:00 (UTC+08:00) 起，历时 4 小时",
        "无人就座：总指挥",
        "未通过",
        "及时性",
        "准确性",
        "有效性",
        "演练目标",
        "三大差距",
        "研判与计划",
        "100 分",
    ],
}
WHOLE = {
    "en": [
        "T+00:36:00",
        "Commander took 36 min, the limit was 30 min (Confirm the response level)",
        "#11",
        "Level Ⅰ was higher than the Ⅱ called for",
        "Nobody moved",
        "Hindsight",
        "Improvement plan (drafts)",
        "Left out of the score",
        "a" * 64,
        "emergency drill score run.jsonl --json",
    ],
    "zh_CN": ["T+00:36:00", "#11", "定级 Ⅰ 高于应定的 Ⅱ", "改进计划（草案）", "未计入评分", "a" * 64],
}


def story(language: str, title: str = "Two hours of rain") -> Story:
    return after_action(run(title), speaker(language))


def pdf_pages(raw: bytes) -> list[str]:
    """Text page by page without blanks: a PDF has no words, only places, and breaks lines where it likes."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(raw)).pages]


def docx_text(raw: bytes) -> str:
    document = docx.Document(io.BytesIO(raw))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_page_one_of_the_pdf_says_what_who_decides_needs(language: str) -> None:
    first = pdf_pages(pdf_bytes(story(language)))[0]
    places = [first.find(text.replace(" ", "")) for text in FIRST_PAGE[language]]
    assert -1 not in places, dict(zip(FIRST_PAGE[language], places, strict=True))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_rest_of_the_pdf_holds_the_record_and_its_proof(language: str) -> None:
    whole = "".join(pdf_pages(pdf_bytes(story(language))))
    assert [text for text in WHOLE[language] if text.replace(" ", "") not in whole] == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_word_says_the_same_as_the_pdf(language: str) -> None:
    text = docx_text(docx_bytes(story(language)))
    assert [wanted for wanted in (*FIRST_PAGE[language], *WHOLE[language]) if wanted not in text] == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("make", [docx_bytes, pdf_bytes])
def test_the_same_run_gives_the_same_bytes(make, language: str, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    first = make(story(language))
    # Another day: nothing in the file may come from today's clock.
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: __import__("time").gmtime(1_900_000_000))
    assert make(story(language)) == first


def test_the_first_page_says_when_and_which_roles_people_played_and_nobodys_name() -> None:
    played = run()
    played["review"]["overview"] |= {
        "area": {"en": "Guangdong", "zh": "广东省"},
        "held": {
            "from": "2026-11-23T09:00:00+08:00", "until": "2026-11-23T10:06:00+08:00",
            "roles": {"planning": 2}, "evaluators": 1,
        },
    }  # fmt: skip
    for language, wanted in {
        "en": [
            "2026-11-23 09:00 (UTC+08:00) to 2026-11-23 10:06 (UTC+08:00), 1 h 6 min; drill time from 2026-09-23",
            "Guangdong",
            "played by people: Planning (2)",
        ],
        "zh_CN": ["2026-11-23 09:00 (UTC+08:00) 至", "历时 1 小时 6 分", "广东省", "由人员参演：研判与计划（2 人）"],
    }.items():
        made = after_action(played, speaker(language))
        first = pdf_pages(pdf_bytes(made))[0]
        assert [text for text in wanted if text.replace(" ", "") not in first] == []
        assert "wang" not in docx_text(docx_bytes(made)), "who acted stands in the training records"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_spans_have_one_form_all_through_the_report(language: str) -> None:
    text = docx_text(docx_bytes(story(language)))
    text = re.sub(r"T\+\d+:\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d \(UTC[+-]\d\d:\d\d\)", "", text)
    assert re.findall(r"\d+:\d\d", text) == []


def test_every_point_of_the_score_leads_to_its_entry_in_the_journal() -> None:
    tables = [block for block in story("en").blocks if isinstance(block, Table) and "Journal entry" in block.head]
    assert [row[-1] for row in tables[0].rows] == ["#11", "–"]
    assert [(row[0], row[-1]) for row in tables[1].rows] == [
        ("T+00:00:00", "#10"),
        ("T+00:36:00", "#11"),
        ("T+01:00:00", "#12"),
    ]


def test_outcomes_stand_between_nobody_moved_and_hindsight() -> None:
    table = next(b for b in story("en").blocks if isinstance(b, Table) and "Hindsight" in b.head)
    cells = dict(zip(table.head, table.rows[0], strict=True))
    assert [cells[name] for name in ("Played", "Nobody moved", "Hindsight")] == ["60.0 %", "20.0 %", "100.0 %"]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "Plan 1 published by Planning, people moved by hand", "Plan 1 left as it was"),
        ("zh_CN", "研判与计划下达方案 1（含人工调整）", "方案 1 未作调整"),
    ],
)
def test_every_decision_stands_beside_the_best_that_could_be_known(language: str, first: str, second: str) -> None:
    table = next(b for b in story(language).blocks if isinstance(b, Table) and any("330" in row for row in b.rows))
    assert [row[:6] for row in table.rows] == [
        ["T+00:00:00", first, "490", "160", "330", "206.2"],
        ["T+12:00:00", second, "500", "160", "340", "212.5"],
    ]
    assert ("Aville, motor" if language == "en" else "甲县·车险") in table.rows[0][6]


def test_no_figure_of_an_outcome_is_called_a_regret() -> None:
    table = next(b for b in story("en").blocks if isinstance(b, Table) and "Hindsight" in b.head)
    assert dict(zip(table.head, table.rows[0], strict=True))["Engine twice a day"] == "90.0 %"
    assert not [name for name in table.head if "egret" in name]


def test_a_run_kept_before_decisions_were_judged_has_a_report_without_them() -> None:
    former = run()
    del former["score"]["decisions"], former["score"]["regret"]
    former["score"]["outcomes"][0] |= {"knowable": 0.9, "regret": -0.2}
    text = docx_text(docx_bytes(after_action(former, speaker("en"))))
    assert "Decisions about people" not in text and "-20" not in text


def test_text_that_looks_like_markup_stays_text() -> None:
    hostile = story("en", HOSTILE)
    assert "${alert(1)}" in docx_text(docx_bytes(hostile))
    assert "</script><b>&" in "".join(pdf_pages(pdf_bytes(hostile)))


def test_word_is_a_whole_archive_dated_by_the_drill() -> None:
    raw = docx_bytes(story("en"))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
    assert docx.Document(io.BytesIO(raw)).core_properties.created.replace(tzinfo=None) == story("en").date.replace(
        tzinfo=None
    )


def test_a_run_kept_before_there_was_an_overview_still_has_a_report() -> None:
    old = run()
    del old["review"]["overview"]
    assert "Not passed" in docx_text(docx_bytes(after_action(old, speaker("en"))))


def test_drill_time_is_told_to_the_second() -> None:
    assert [offset(s) for s in (0, 59, 3661, 360_000)] == ["T+00:00:00", "T+00:00:59", "T+01:01:01", "T+100:00:00"]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (accuracy.fields({"a": "1", "b": "2"}, ["a", "b"], {}), "2 of 2 fields right"),
        (accuracy.fields({"a": "1"}, ["a", "b"], {"a": "2"}), "0 of 2 fields right; empty: b; wrong: a"),
        (accuracy.set_f1(["x"], ["x", "y"]), "1 of 2 named; left out: y"),
        (accuracy.checklist(["a"], ["a"], ["no"]), "every point made"),
        (accuracy.checklist(["a", "no"], ["a"], ["no"]), "must not be said: no"),
    ],
)
def test_a_list_with_nothing_in_it_is_not_told(kept: accuracy.Rating, told: str) -> None:
    words = Words({"score": {}, "review": {"objectives": []}}, speaker("en"))
    assert words.spoken(message_record(kept.note) or {}) == told
