"""Twenty people from one county to another by hand on the map, knowing what it costs, and taken back.

People who were sent out acknowledge, arrive and are released; two plans lie side by side.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from emergency.texts import speaker
from tests.journeys.test_walk import WAIT, settled, shot

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def _middle(one: Locator) -> tuple[float, float]:
    box = one.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _drag(page: Page, one: Locator, onto: Locator) -> None:
    (x, y), (to_x, to_y) = _middle(one), _middle(onto)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=5)
    page.mouse.move(to_x, to_y, steps=10)
    page.mouse.up()


def test_twenty_people_are_dragged_to_another_county_priced_and_put_away(
    server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    say = speaker("en")
    page = open_page(
        f"{server}/allocation?workspace=harvey&lang=en", locale="en-US", viewport={"width": 1440, "height": 1300}
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text(say("Allocation"), timeout=WAIT)
    settled(page)
    page.locator(".st-key-propose button").click(timeout=WAIT)
    expect(page.locator(".st-key-put-away button")).to_be_visible(timeout=WAIT)
    settled(page)
    before = page.get_by_role("heading", level=1).inner_text()
    harris = page.locator("[aria-label*=' in Harris']").first
    expect(harris).to_be_visible(timeout=WAIT)

    started = time.monotonic()
    _drag(page, harris, page.locator("[aria-label*=' in Galveston']").first)
    people = page.get_by_label(say("People to move")).first
    expect(people).to_be_enabled(timeout=WAIT)
    settled(page)
    people.fill("20")
    people.press("Enter")
    expect(page.get_by_text("the nearest 20 go")).to_be_visible(timeout=WAIT)
    settled(page)
    page.locator(".st-key-move-go button").click()
    expect(page.get_by_text("has them moved; look at its price").first).to_be_visible(timeout=WAIT)
    seconds = time.monotonic() - started
    print(f"\ntwenty people from Harris to Galveston, priced: {seconds:.0f} s (browser and server on this machine)")
    settled(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(before)
    shot(page, artefacts, "allocation-moved")

    page.locator(".st-key-put-away button").click()
    expect(page.get_by_text(say("Put away; it stays in the list of plans."))).to_be_visible(timeout=WAIT)


def _said(page: Page, text: str) -> None:
    expect(page.locator("[class*=st-key-em-notice]").filter(has_text=text).first).to_be_visible(timeout=WAIT)
    settled(page)


def test_people_acknowledge_arrive_and_are_released_and_the_plan_is_taken_back(
    server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    say = speaker("en")
    page = open_page(
        f"{server}/allocation?workspace=harvey&lang=en", locale="en-US", viewport={"width": 1440, "height": 1600}
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text(say("Allocation"), timeout=WAIT)
    settled(page)
    page.locator(".st-key-propose button").click(timeout=WAIT)
    expect(page.locator(".st-key-publish button")).to_be_visible(timeout=WAIT)
    settled(page)
    page.locator(".st-key-publish button").click()
    _said(page, say("Published; the slots are held."))
    # The curve of the slider comes last and moves what stands below it.
    expect(page.get_by_text("A higher price than").first).to_be_visible(timeout=WAIT)
    page.wait_for_timeout(2000)
    settled(page)
    for act, later in (("acknowledge", "arrive"), ("arrive", "release"), ("release", "undo")):
        page.locator(f".st-key-course-{act} button").click()
        _said(page, "Entered for ")
        expect(page.locator(f".st-key-course-{later} button")).to_be_enabled(timeout=WAIT)
        expect(page.locator(f".st-key-course-{act} button")).to_be_disabled(timeout=WAIT)
    shot(page, artefacts, "allocation-released")
    page.locator(".st-key-course-undo button").click()
    _said(page, "Taken back for ")
    expect(page.locator(".st-key-course-release button")).to_be_enabled(timeout=WAIT)

    _two_plans(page)
    shot(page, artefacts, "allocation-side-by-side")
    page.locator(".st-key-put-away button").click()
    _said(page, say("Put away; it stays in the list of plans."))
    page.locator(".st-key-withdraw button").click()
    _said(page, say("Taken back; its people are told, and who stood somewhere before stands there again."))


def _two_plans(page: Page) -> None:
    """Two proposals, one of them taken with a reason; the other is among those not chosen."""
    say = speaker("en")
    for _ in range(2):
        before = page.get_by_role("heading", level=1).inner_text()
        page.locator(".st-key-propose button").click(timeout=WAIT)
        expect(page.get_by_role("heading", level=1)).not_to_have_text(before, timeout=WAIT)
        settled(page)
    expect(page.get_by_text(say("Two plans side by side"))).to_be_visible(timeout=WAIT)
    page.locator(".st-key-take-right button").click()
    _said(page, "Say why the other plan is not taken")
    page.get_by_label(say("Why the other is not taken")).fill("the newer one knows the noon claims")
    page.locator(".st-key-take-right button").click()
    _said(page, "is kept for the review")
    expect(page.get_by_text("Plans not chosen: 1")).to_be_visible(timeout=WAIT)
