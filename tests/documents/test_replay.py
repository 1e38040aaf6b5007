"""A drill on a map, opened in a real browser that may not ask anybody for anything."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from emergency.documents.replay import Frame, Place, Replay, esc, replay_html
from emergency.texts import speaker
from tests.documents.small import HOSTILE

SQUARE = {"type": "Polygon", "coordinates": [[[-96, 29], [-95, 29], [-95, 30], [-96, 30], [-96, 29]]]}
TEMPLATE = "{{ 7*7 }} {% raw %} {# gone #} {% endraw %}"


def replay(hostile: str = "Harris") -> Replay:
    return Replay(
        title=f"Drill map: {hostile}",
        mark="【演练】EXERCISE",
        credit="U.S. Census Bureau",
        places=[Place("48201", hostile, -95.4, 29.8, SQUARE), Place("48167", "Galveston", -94.9, 29.3)],
        frames=[
            Frame("T+00:00:00", {"48201": 3}, {}, ["I01 rain"]),
            Frame("T+01:00:00", {"48201": 12, "48167": 4}, {"48201": 2}, [f"level {hostile}"]),
        ],
    )


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_page_moves_with_the_slider_and_asks_nobody(open_page: Any, tmp_path: Path, language: str) -> None:
    path = tmp_path / "replay.html"
    path.write_text(replay_html(replay(HOSTILE + TEMPLATE), speaker(language)), encoding="utf-8")
    page = open_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(path.as_uri())
    page.wait_for_selector("#happened li")
    assert page.inner_text("#claims") == "3"
    assert page.locator("path.leaflet-interactive[fill='#d9643f']").count() == 1
    page.locator("#time").press("End")
    assert page.inner_text("#label") == "T+01:00:00"
    assert (page.inner_text("#claims"), page.inner_text("#people")) == ("16", "2")
    assert page.locator("path.leaflet-interactive[fill='#d9643f']").count() == 2
    # Hostile text stood in title, list and place, and stayed text everywhere.
    assert HOSTILE.strip() in page.inner_text("h1") or "alert(1)" in page.inner_text("h1")
    assert "{{ 7*7 }}" in page.inner_text("h1") and "{{ 7*7 }}" in page.inner_text("#happened")
    assert page.locator("b", has_text="alert").count() == 0
    page.click("#play")
    assert page.inner_text("#label") == "T+00:00:00"
    page.wait_for_selector("#label:has-text('T+01:00:00')")
    assert asked == [path.as_uri()]
    assert faults == []


def test_the_same_replay_is_the_same_text() -> None:
    assert replay_html(replay(), speaker("en")) == replay_html(replay(), speaker("en"))


def test_no_address_outside_the_file_is_named_for_loading() -> None:
    page = replay_html(replay(), speaker("en"))
    assert not re.findall(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)\s*=|@import", page)
    assert "url(" not in page.split("<script>")[0]
    assert "default-src 'none'" in page


def test_the_data_can_not_end_its_script() -> None:
    page = replay_html(replay("</script><script>alert(1)</script>"), speaker("en"))
    block = page.split('id="replay">')[1].split("</script>")[0]
    assert json.loads(block)["places"][0][0] == "</script><script>alert(1)</script>"
    assert "alert(1)" not in page.replace(block, "").replace("&lt;/script&gt;&lt;script&gt;alert(1)", "")


@pytest.mark.parametrize("text", ["`", "${x}", "\\n", "<b>", '"', "'", "&", "\u2028", "\u2029", "{{x}}", "{%x%}"])
def test_escaped_text_ends_no_literal_no_tag_and_no_template(text: str) -> None:
    import html

    safe = esc(text)
    assert not set(safe) & set("`\\<>\"'{\u2028\u2029")
    assert html.unescape(safe) == text


def test_a_place_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for 99999"):
        Replay("t", "m", "c", [Place("1", "a", 0, 0)], [Frame("T", {"99999": 1}, {})])
