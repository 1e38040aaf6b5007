"""The next version of a plan in a real browser: faults while typing, kept through a reload, approved by another."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emergency.service.record_words import NAMELESS
from emergency.texts import speaker
from tests.journeys.test_walk import WAIT, settled, shot

pytestmark = pytest.mark.journey


def put(page: Page, old: str, new: str) -> None:
    """Type over the first place where the text says so, as a person would."""
    found = page.locator(".plan-editor textarea").evaluate(
        """(area, [old, put]) => {
            const at = area.value.indexOf(old);
            if (at < 0) return false;
            area.focus();
            area.setSelectionRange(at, at + old.length);
            return document.execCommand("insertText", false, put);
        }""",
        [old, new],
    )
    assert found, old


@pytest.mark.parametrize(
    ("locale", "language", "plan"), [("en-US", "en", "large-accident"), ("zh-CN", "zh_CN", "contract-dispute")]
)
def test_a_plan_is_written_mended_and_put_in_force(
    locale: str, language: str, plan: str, server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    from emergency.library import Library

    say = speaker(language)
    title = say.of(Library(Path(__file__).parents[2]).playbook(plan).title)
    page = open_page(f"{server}/playbooks?workspace=harvey&lang={language}", locale=locale)
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Playbooks"), timeout=WAIT)
    settled(page)
    page.get_by_text(title, exact=True).first.click()
    expect(page.locator(".pb-head h2")).to_have_text(title, timeout=WAIT)
    settled(page)
    shot(page, artefacts, f"playbooks-{language}")

    page.get_by_role("button", name=say("Write the next version"), exact=True).click()
    editor = page.locator(".plan-editor textarea")
    expect(editor).to_be_visible(timeout=WAIT)
    expect(page.locator(".plan-editor .faults h4")).to_have_text(say("No faults: it may be approved"), timeout=WAIT)
    put(page, "role: planning,", "role: planing,")
    expect(page.locator(".plan-editor .faults button").first).to_contain_text(
        say("did you mean {word}?", word="planning"), timeout=WAIT
    )
    expect(page.locator(".plan-editor .gutter .wrong")).to_have_count(1)
    shot(page, artefacts, f"playbook-edit-{language}")

    # What was typed is in the store: a new page finds it.
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Playbooks"), timeout=WAIT)
    settled(page)
    page.get_by_text(title, exact=True).first.click()
    settled(page)
    page.get_by_text(say("Write"), exact=True).first.click()
    expect(editor).to_be_visible(timeout=WAIT)
    # The editor is there a moment before its text has come.
    expect(editor).to_have_value(re.compile("role: planing,"), timeout=WAIT)
    put(page, "role: planing,", "role: planning,")
    expect(page.locator(".plan-editor .faults h4")).to_have_text(say("No faults: it may be approved"), timeout=WAIT)

    approver = page.get_by_label(say("Approved by (name)"))
    approver.fill(NAMELESS)
    page.get_by_role("button", name=say("Approve and put in force")).click()
    expect(page.locator("[data-testid=stAlert]").first).to_contain_text(NAMELESS, timeout=WAIT)
    approver.fill("Wang Fang")
    page.get_by_role("button", name=say("Approve and put in force")).click()
    expect(page.locator(".pb-head .pb-ref")).to_have_text(f"{plan} 1.1.0", timeout=WAIT)
    expect(page.locator(".pb-head .em-pill")).to_contain_text(say("in force"))
    expect(page.locator(".pb-facts")).to_contain_text("Wang Fang")
    shot(page, artefacts, f"playbook-in-force-{language}")
