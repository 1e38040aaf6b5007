"""Documents of a kept run, through the doors the console and the command line use."""

from __future__ import annotations

import io
import json
import re

import docx
import pytest
from pypdf import PdfReader

from emergency.service.context import Actor, Context, Refused
from emergency.service.drills import run_script
from emergency.service.reports import document, file_name, moments, replay
from emergency.texts import speaker
from tests.fixtures.played import Answer, Play


@pytest.fixture
def kept(play: Play) -> tuple[Context, Answer]:
    running, run = play("core-outage-2026")
    return running.context("live", Actor("trainer")), run


def test_the_report_in_both_formats_and_languages_names_the_overall_score(kept: tuple[Context, Answer]) -> None:
    live, run = kept
    overall = f"{run['score']['overall']}"
    for language, words in (("en", "After-action report"), ("zh_CN", "演练总结报告")):
        word = docx.Document(io.BytesIO(document(live, run["run"], "docx", language)))
        text = "\n".join(p.text for p in word.paragraphs)
        assert words in text and overall in text
        page = PdfReader(io.BytesIO(document(live, run["run"], "pdf", language))).pages[0].extract_text()
        assert overall in page


def test_the_same_script_and_seed_give_the_same_documents_byte_for_byte(kept: tuple[Context, Answer]) -> None:
    live, run = kept
    first = [document(live, run["run"], form, "zh_CN") for form in ("docx", "pdf", "html")]
    run_script(live, "core-outage-2026")
    assert [document(live, run["run"], form, "zh_CN") for form in ("docx", "pdf", "html")] == first


def test_the_map_ends_with_what_the_field_had_left(kept: tuple[Context, Answer]) -> None:
    live, run = kept
    shown = replay(live, run["run"], speaker("en"))
    assert {place.code for place in shown.places} == {"440000", "450000"}
    assert shown.frames[0].label == "T+00:00:00" and shown.frames[-1].label == "T+04:00:00"
    # 90 reports an hour for four hours, and in a drill of the telephone nobody surveys: all are open.
    assert sum(shown.frames[-1].claims.values()) == 360
    told = [line for frame in shown.frames for line in frame.happened]
    assert len(told) == len(run["review"]["timeline"])
    assert told[0].startswith("T+00:00:00 ")


def test_the_replay_of_a_texan_drill_has_its_counties_outlines(play: Play) -> None:
    running, run = play("harvey-2026", "best")
    live = running.context("live", Actor("trainer"))
    shown = replay(live, run["run"], speaker("en"))
    outlined = {place.name for place in shown.places if place.outline}
    assert {"Harris, TX", "Galveston, TX"} <= outlined
    assert max(sum(frame.people.values()) for frame in shown.frames) > 0
    page = document(live, run["run"], "html").decode()
    data = json.loads(re.split(r'id="replay">', page)[1].split("</script>")[0])
    assert len(data["frames"]) == len(shown.frames)
    assert len(page) < 1_500_000


def test_the_map_is_shown_at_most_97_times() -> None:
    for end_s in (600, 3600, 4 * 3600, 48 * 3600, 14 * 86_400):
        seconds = moments(end_s)
        assert seconds[0] == 0 and seconds[-1] == end_s
        assert len(seconds) <= 98
        assert seconds == sorted(set(seconds))


def test_a_format_nobody_writes_is_refused(kept: tuple[Context, Answer]) -> None:
    live, run = kept
    with pytest.raises(Refused, match="odt is not one of docx, pdf, html"):
        document(live, run["run"], "odt")
    assert file_name({"run_id": "r"}, "pdf", "en") == "r.en.pdf"
