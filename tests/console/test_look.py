"""The look: what it draws, that nothing from outside runs in it, that it can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from emergency.console import look
from emergency.texts import speaker
from tests.console.demo.world import PAYLOADS
from tests.console.test_dispatch_map import show

OpenPage = Callable[..., Page]
browser = pytest.mark.xdist_group("browser")


@given(st.text())
def test_escaped_text_holds_nothing_that_is_live_in_html_or_in_a_script(text: str) -> None:
    safe = look.esc(text)
    assert not set("<>\"'`\\\u2028\u2029") & set(safe)
    assert "${" not in safe


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_stays_text_in_every_function(payload: str) -> None:
    def script() -> None:
        import streamlit as st

        from emergency.console import look
        from emergency.texts import speaker

        p = st.session_state["payload"]
        badge = look.LevelBadge(2, p)
        look.page_header(p, p, badge, look.ClassLine(p, p, p), (p, p, "bad"), (p, p), watermark=p)
        look.kpi_strip([look.Kpi(p, p, p, "watch", p)])
        with look.needs_card("one", p, p, p, "bad"):
            st.button(speaker("en")("Zoom in"))
        look.section(p)
        look.table([p], [[p], [look.Cell(p, "ok")], [look.Cell(p, "bad", framed=True)]])
        look.changed_list([look.Change(p, p)])

    page = AppTest.from_function(script)
    page.session_state["payload"] = payload
    page.run()
    assert not page.exception
    drawn = [element.proto.body for element in page.get("html")]
    assert len(drawn) == 6
    assert all(payload not in body for body in drawn)
    assert all("window.hit" in body for body in drawn)


@browser
def test_nothing_from_outside_runs_in_the_look(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "hostile=1&drill=1&proposed=1")
    for kpi in page.locator(".em-kpi").all():
        kpi.hover()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert page.locator(".stHtml").locator("img, script, svg, b[onmouseover]").count() == 0
    expect(page.locator(".em-title h1")).to_have_text(PAYLOADS[0])


@browser
@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_nothing_is_smaller_than_twelve_pixels_or_cut_at_the_side(
    open_page: OpenPage, trial: str, lang: str, size: tuple[int, int]
) -> None:
    page = show(open_page, f"{trial}", f"lang={lang}&drill=1&plan=1")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_timeout(500)
    small = page.evaluate(
        """() => {
            const found = [];
            const look = (node) => {
                for (const one of node.querySelectorAll('*')) {
                    if (one.shadowRoot) look(one.shadowRoot);
                    const own = [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
                    const text = !['STYLE', 'SCRIPT', 'TITLE'].includes(one.tagName);
                    const seen = own && text && one.getClientRects().length;
                    const px = parseFloat(getComputedStyle(one).fontSize);
                    if (seen && px < 12) found.push(one.outerHTML.slice(0, 200));
                }
            };
            look(document.body);
            return found;
        }"""
    )
    assert small == []
    wide = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
    )
    assert wide <= 0


@browser
def test_a_help_text_is_reached_without_a_mouse(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    text = page.get_by_text("reached within a day of the report")
    expect(text).to_be_hidden()
    page.locator(".em-kpi[tabindex='0']").focus()
    expect(text).to_be_visible()


@browser
def test_streamlits_own_buttons_for_developers_are_not_there(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    for name in ("stAppDeployButton", "stMainMenu"):
        expect(page.get_by_test_id(name)).to_have_count(0)


@pytest.mark.parametrize(
    ("lang", "level", "words"),
    [
        ("en", 1, "Response level Ⅰ"),
        ("zh_CN", 2, "Ⅱ 二级响应"),
        ("zh_CN", None, "未启动响应"),
        ("en", None, "No response open"),
    ],
)
def test_a_level_is_always_said_in_words(lang: str, level: int | None, words: str) -> None:
    assert look.level_badge(speaker(lang), level).words == words


def test_a_proposed_level_says_so() -> None:
    assert look.level_badge(speaker("en"), 1, proposed=True).words == "Response level Ⅰ, proposed"
    assert look.level_badge(speaker("zh_CN"), 1, proposed=True).words == "Ⅰ 一级响应（建议）"


@pytest.mark.parametrize("tone", ["ok", "watch", "bad"])
def test_a_state_is_told_by_a_sign_beside_its_colour(tone: str) -> None:
    assert {"ok": "✓", "watch": "!", "bad": "‼"}[tone] in look.pill("x", tone)


def test_a_colour_that_is_no_state_is_refused() -> None:
    with pytest.raises(ValueError, match="plain, ok, watch, bad"):
        look.Kpi("a", "b", tone="red")
    with pytest.raises(ValueError, match="1, 2, 3 or None"):
        look.LevelBadge(4, "Ⅳ")


def test_the_official_term_of_a_level_is_told_beside_english_words_and_not_among_them() -> None:
    assert look.level_badge(speaker("en"), 2).term == "二级响应"
    assert look.level_badge(speaker("zh_CN"), 2).term == ""


def test_what_an_act_brought_is_said_once() -> None:
    def script() -> None:
        from emergency.console import look

        look.notice("error", "nobody approves what they wrote")

    page = AppTest.from_function(script).run()
    assert [one.value for one in page.error] == ["Nobody approves what they wrote"]
    assert len(page.toast) == 0


def test_the_name_of_a_file_is_said_as_it_is() -> None:
    def script() -> None:
        from emergency.console import look

        look.notice("error", look.plain("pool_2.xlsx is damaged"))

    page = AppTest.from_function(script).run()
    assert page.error[0].value.startswith("pool")


@browser
def test_what_an_act_brought_stays_in_sight_of_who_has_scrolled_down(open_page: OpenPage, trial: str) -> None:
    """The head with its clocks goes away and the word on the act does not; it hides neither."""
    page = show(open_page, trial, "acted=1")
    page.set_viewport_size({"width": 1024, "height": 500})
    said = page.locator("[data-testid=stAlert]", has_text="Task done.")
    head, word = page.locator(".em-head").bounding_box(), said.bounding_box()
    assert head and word and word["y"] >= head["y"] + head["height"]
    page.locator("ul.em-changes").scroll_into_view_if_needed()
    expect(page.locator(".em-head")).not_to_be_in_viewport()
    expect(said).to_be_in_viewport()


def test_the_upload_field_speaks_the_language_of_the_page() -> None:
    """Streamlit offers no setting for its words; the style puts ours over parts it names."""

    def script() -> None:
        import streamlit as st

        from emergency.console import look
        from emergency.texts import speaker

        look.begin(speaker(st.session_state["language"]))

    for language, words in (("zh_CN", "选择文件"), ("en", "Choose a file")):
        app = AppTest.from_function(script, default_timeout=30)
        app.session_state["language"] = language
        style = app.run().get("html")[0].proto.body
        assert f'--em-choose-file: "{words}"' in style
        assert "200 MB" in style
    bundle = Path(streamlit.__file__).parent / "static" / "static" / "js"
    script_text = "".join(p.read_text("utf-8") for p in bundle.glob("FileUploader*.js"))
    for part in ("stFileUploaderDropzone`", "stFileUploaderDropzoneInstructions`"):
        assert part in script_text, "Streamlit has renamed the part that look.css puts words over"


def test_a_day_in_a_table_is_not_broken_at_its_hyphens() -> None:
    drawn = look._table_html(
        ["Day"], [["last 2026-11-23, 80 points"], [look.Cell("2026-11-23 09:00")], ["run-2026-11-23-x"]], frozenset()
    )
    assert drawn.count('<span class="em-short">2026-11-23') == 2
    assert "run-2026-11-23-x" in drawn
