"""Two coordinators at one plan: what is pressed is what was read, whatever the other has done meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from emergency.texts import speaker
from tests.journeys.commander import WAIT

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
SAY = speaker("en")


def sit_down(page: Page, server: str, name: str) -> Page:
    page.goto(f"{server}/allocation?workspace=harvey&lang=en")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Allocation", timeout=WAIT)
    box = page.get_by_role("textbox", name="You act as", exact=True)
    box.fill(name)
    box.press("Enter")
    page.wait_for_timeout(1500)
    return page


def press(page: Page, label: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=label, exact=isinstance(label, str)).first.click()


def number_shown(page: Page) -> int:
    found = re.search(r"draft (\d+)", page.get_by_role("heading", level=1).inner_text())
    assert found is not None
    return int(found.group(1))


def propose(page: Page) -> int:
    """The number of one's own new draft; another journey may have left drafts or a plan in force."""
    head = page.get_by_role("heading", level=1)
    before = head.inner_text()
    press(page, SAY("Propose a plan"))
    expect(head).not_to_have_text(before, timeout=WAIT)
    expect(head).to_contain_text("draft", timeout=WAIT)
    return number_shown(page)


def hears(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("[data-testid=stAlert]", has_text=text).first).to_be_visible(timeout=WAIT)


def test_what_is_pressed_is_what_was_read(server: str, open_page: Callable[..., Page]) -> None:
    ana = sit_down(open_page(locale="en-US"), server, "Ana")
    first = propose(ana)
    ben = sit_down(open_page(locale="en-US"), server, "Ben")
    expect(ben.get_by_role("heading", level=1)).to_contain_text(f"draft {first}", timeout=WAIT)
    second = propose(ana)

    # Ben still reads the first draft, and publishes that one.
    press(ben, re.compile(r"Publish to \d+ people"))
    hears(ben, SAY("Published; the slots are held."))
    expect(ben.get_by_role("heading", level=1)).to_contain_text(f"plan {first} in force", timeout=WAIT)

    # Ana's page still shows the second, made before that: she is told who published what, and nothing is lost.
    press(ana, re.compile(r"Publish to \d+ people"))
    hears(ana, re.compile(rf"plan {first} by Ben was published at .*, after plan {second} was made", re.IGNORECASE))

    # Both look at the plan in force; Ana takes it back, and Ben's button, pressed later, says that she has.
    expect(ben.get_by_role("button", name=f"Take plan {first} back")).to_be_visible(timeout=WAIT)
    press(ana, f"Take plan {first} back")
    hears(ana, SAY("Taken back; its people are told, and who stood somewhere before stands there again."))
    press(ben, f"Take plan {first} back")
    hears(ben, re.compile(rf"plan {first} is taken back, not in force \(Ana, .*\)", re.IGNORECASE))
