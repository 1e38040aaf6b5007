"""Goods asked for, committed, taken back and called off by hand; what the fund says to who may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emergency.texts import speaker
from tests.journeys.test_walk import WAIT, settled, shot

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def _view(page: Page, number: int) -> None:
    page.locator("[data-testid=stMain] [data-testid=stButtonGroup]").first.locator("button").nth(number).click()
    settled(page)


def test_two_boats_are_asked_for_committed_from_the_nearest_depot_and_given_back(
    server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    say = speaker("en")
    page = open_page(f"{server}/pool?workspace=harvey&lang=en", locale="en-US")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Pool"), timeout=WAIT)
    settled(page)
    boats = page.locator(".em-table tr", has_text="Boats").first
    before = boats.inner_text()
    shot(page, artefacts, "pool-goods")

    _view(page, 1)
    form = page.locator("[data-testid=stForm]", has_text=say("Ask for them"))
    form.get_by_label(say("Pieces")).fill("2")
    form.get_by_role("button", name=say("Ask for them")).click()
    card = page.locator("[class*=st-key-em-card-watch-goods]", has_text="Boats × 2").first
    expect(card).to_be_visible(timeout=WAIT)
    settled(page)
    card.get_by_role("button", name=say("Commit")).click()
    offered = page.locator("[data-testid=stPopoverBody]")
    expect(offered.get_by_text(re.compile(r"\d+ available, \d+\.\d h away")).first).to_be_visible(timeout=WAIT)
    shot(page, artefacts, "pool-offers")
    offered.get_by_role("button", name=say("Commit"), exact=True).click()
    committed = page.locator("[class*=st-key-em-card-plain-goods]", has_text="Boats × 2").first
    expect(committed).to_contain_text("committed, from", timeout=WAIT)
    settled(page)
    shot(page, artefacts, "pool-requests")
    committed.get_by_role("button", name=say("Undo")).click()
    expect(page.get_by_text(say("The last step is taken back."))).to_be_visible(timeout=WAIT)
    settled(page)
    # Another journey may have asked for goods on this server: only this request is looked at.
    waiting = page.locator("[class*=st-key-em-card-watch-goods]", has_text="Boats × 2")
    waiting.get_by_role("button", name=say("Call off")).click()
    expect(page.get_by_text(re.compile(r"Request \d+: called off\."))).to_be_visible(timeout=WAIT)
    settled(page)
    expect(waiting).to_have_count(0)
    _view(page, 0)
    again = re.compile(re.sub(r"\s+", r"\\s*", before))
    expect(page.locator(".em-table tr", has_text="Boats").first).to_have_text(again)


def test_no_money_before_a_level_is_confirmed_and_what_was_typed_stays(
    server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    say = speaker("zh_CN")
    page = open_page(f"{server}/pool?workspace=zhengzhou&lang=zh_CN", locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Pool"), timeout=WAIT)
    settled(page)
    _view(page, 3)
    form = page.locator("[data-testid=stForm]", has_text=say("Ask for it"))
    form.get_by_label(say("For")).fill("租用冲锋舟")
    form.get_by_label(say("Payee")).fill("某某公司")
    form.get_by_label(say("Amount in {currency}", currency="CNY")).fill("五万")
    form.get_by_role("button", name=say("Ask for it")).click()
    expect(page.get_by_text(re.compile("“五万”不是有效金额"))).to_be_visible(timeout=WAIT)
    settled(page)
    expect(form.get_by_label(say("For"))).to_have_value("租用冲锋舟")
    shot(page, artefacts, "pool-fund-refused")


def test_somebody_lent_today_is_entered_and_counted_at_once(
    server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    say = speaker("en")
    page = open_page(f"{server}/pool?workspace=harvey&lang=en", locale="en-US")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Pool"), timeout=WAIT)
    settled(page)
    _view(page, 4)
    ready = page.locator(".em-kpi", has_text=say("Can be sent out today"))
    before = ready.inner_text()
    page.locator(".st-key-person-save button").click()
    expect(page.get_by_text("Give an id and a name")).to_be_visible(timeout=WAIT)
    settled(page)
    page.get_by_label(say("Person's name")).fill("Ana Ruiz")
    page.get_by_label(say("Sent by")).fill("Gulf Mutual")
    page.get_by_label(say("Licences")).fill("TX")
    limit = page.get_by_role("spinbutton", name=say("Authority limit ({currency})", currency="USD"))
    limit.fill("50000")
    page.get_by_label(say("Skills")).click()
    page.get_by_role("option", name=say("property")).click()
    page.keyboard.press("Escape")
    page.locator(".st-key-person-save button").click()
    expect(page.get_by_text("Ana Ruiz is on the roster and in the next proposal.")).to_be_visible(timeout=WAIT)
    settled(page)
    expect(ready).not_to_have_text(before)
    expect(page.locator(".em-kpi", has_text=say("From outside"))).to_contain_text("Gulf Mutual 1")
    shot(page, artefacts, "pool-roster")
