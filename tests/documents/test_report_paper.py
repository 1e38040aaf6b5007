"""A report as text, Word and PDF, from values alone: the golden words of both languages."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import docx
import pytest
from pypdf import PdfReader

from emergency.documents.docx import docx_bytes
from emergency.documents.pdf import pdf_bytes
from emergency.documents.report_paper import report_story
from emergency.domain.report_text import Cited, Entry, Paper, ordinal, plain_text
from emergency.texts import speaker

DATE = datetime(2021, 7, 20, 10, 0, tzinfo=UTC)
CHINESE = Paper(
    title={"zh": "突发事件信息首报", "en": "First report"},
    to={"zh": "河南监管局", "en": "Henan bureau"},
    incident={"zh": "河南暴雨", "en": "Henan rain"},
    language="zh",
    number=1,
    entries=[
        Entry("type", {"zh": "类型", "en": "Type"}, "自然灾害", "natural disaster"),
        Entry("help", {"zh": "需协助事项", "en": "Help needed"}, "冲锋舟10艘 <b>", ""),
    ],
    cited=[Cited("报案件数", "2,066件", "本公司理赔系统", "2021年7月20日18时00分")],
    handed="2021年7月20日18时00分",
    missing=["死亡人数"],
)
ENGLISH = Paper(
    title=CHINESE.title,
    to=CHINESE.to,
    incident=CHINESE.incident,
    language="en",
    number=2,
    entries=[Entry("type", {"zh": "类型", "en": "Type"}, "natural disaster", "自然灾害")],
    cited=[Cited("claims", "2,066", "own claims system", "20 Jul 2021 18:00")],
    corrects="H/first/1 (20 Jul 2021 18:00)",
)
GOLDEN_ZH = """突发事件信息首报（第1号）
报送：河南监管局
事件：河南暴雨
报送时间：2021年7月20日18时00分

一、类型：自然灾害
二、需协助事项：冲锋舟10艘 <b>

数据来源：
报案件数 2,066件：本公司理赔系统，截至2021年7月20日18时00分
"""
GOLDEN_EN = """First report (no. 2)
To: Henan bureau
Incident: Henan rain
Correction of H/first/1 (20 Jul 2021 18:00)

1. Type: natural disaster

Sources of the figures:
claims 2,066: own claims system, as of 20 Jul 2021 18:00
"""


def test_the_plain_text_is_ready_for_the_portal() -> None:
    assert plain_text(CHINESE) == GOLDEN_ZH
    assert plain_text(ENGLISH) == GOLDEN_EN
    assert [ordinal(n) for n in (1, 10, 11, 19)] == ["一", "十", "十一", "十九"]


def both(paper: Paper, language: str, sha256: str = "") -> tuple[str, str]:
    story = report_story(paper, speaker(language), DATE, sha256)
    document = docx.Document(io.BytesIO(docx_bytes(story)))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    word = "\n".join([*(p.text for p in document.paragraphs), *cells, document.sections[0].footer.paragraphs[0].text])
    pages = PdfReader(io.BytesIO(pdf_bytes(story))).pages
    assert len(pages) == 1
    return word, pages[0].extract_text()


@pytest.mark.parametrize(
    ("paper", "language", "words"),
    [
        (
            CHINESE,
            "zh_CN",
            [
                "突发事件信息首报",
                "报送：河南监管局",
                "一、类型",
                "自然灾害",
                "Type: natural disaster",
                "冲锋舟10艘 <b>",
                "待补：死亡人数",
                "数据来源",
                "2,066件",
                "本公司理赔系统",
                "正文 sha256 " + "a" * 64,
            ],
        ),
        (
            ENGLISH,
            "en",
            [
                "First report",
                "To: Henan bureau",
                "1. Type",
                "natural disaster",
                "类型: 自然灾害",
                "Corrects H/first/1 (20 Jul 2021 18:00)",
                "own claims system",
                "sha256 of the text " + "a" * 64,
            ],
        ),
    ],
)
def test_word_and_pdf_say_the_same(paper: Paper, language: str, words: list[str]) -> None:
    word, pdf = both(paper, language, "a" * 64)
    flat = pdf.replace("\n", "")
    for one in words:
        assert one in word, one
        assert one in flat, one


def test_a_draft_says_that_it_is_one() -> None:
    word, pdf = both(ENGLISH, "en")
    assert "draft, not handed in" in word
    assert "draft, not handed in" in pdf


def test_the_same_report_gives_the_same_bytes() -> None:
    story = report_story(CHINESE, speaker("zh_CN"), DATE)
    assert docx_bytes(story) == docx_bytes(story)
    assert pdf_bytes(story) == pdf_bytes(story)
