"""A boat is asked for, a plan for goods finds the depot, is published into the ledger and taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emergency.texts import speaker
from tests.journeys.test_walk import WAIT, settled, shot

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
ROOM = {"locale": "en-US", "viewport": {"width": 1440, "height": 1600}}


def test_what_is_asked_for_is_planned_published_and_taken_back(
    server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    say = speaker("en")
    page = open_page(f"{server}/pool?workspace=harvey&lang=en", **ROOM)
    page.get_by_text(say("Requests for goods"), exact=True).click(timeout=WAIT)
    page.get_by_role("button", name=say("Ask for them")).click(timeout=WAIT)
    expect(page.get_by_text(say("Asked. Logistics commits a depot.")).first).to_be_visible(timeout=WAIT)

    page.goto(f"{server}/allocation?workspace=harvey&lang=en")
    page.locator(".st-key-goods-propose button").click(timeout=WAIT)
    publish = page.locator(".st-key-goods-publish button")
    expect(publish).to_have_text(say("Publish: commit {more}, release {fewer}", more=1, fewer=0), timeout=WAIT)
    settled(page)
    shot(page, artefacts, "goods-draft")
    publish.click()
    expect(page.get_by_text("is in force; the ledger holds the pieces.").first).to_be_visible(timeout=WAIT)
    settled(page)
    page.locator(".st-key-goods-withdraw button").click()
    expect(page.get_by_text("every request stands as before.").first).to_be_visible(timeout=WAIT)
