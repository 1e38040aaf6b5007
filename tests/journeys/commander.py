"""A person at the console in a browser: walks, chooses, types, presses, and waits for what the room says."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError, expect

from emergency.texts import Speaker, speaker

WAIT = 120_000  # the first page of a cold server on a loaded machine
BEGINS = 1_200  # a page that has not begun to work after so many milliseconds had nothing to do


class Commander:
    """One browser page; every step ends when the page has answered, and leaves a picture where asked."""

    def __init__(self, page: Page, address: str, language: str, pictures: Path) -> None:
        self.page, self.address, self.language, self.pictures = page, address, language, pictures
        self.say: Speaker = speaker(language)
        page.set_default_timeout(WAIT)
        page.set_default_navigation_timeout(WAIT)
        self.started, self.shots = time.monotonic(), 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def main(self) -> Locator:
        return self.page.locator("[data-testid=stMain]")

    def settled(self) -> None:
        """Streamlit marks the page while it works; wait until it begins, if it does, and until it is done."""
        with suppress(TimeoutError):
            self.page.wait_for_selector("[data-test-script-state=running]", timeout=BEGINS)
        done = self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
        expect(done).to_have_count(1, timeout=WAIT)
        expect(self.page.locator("[data-testid=stException]")).to_have_count(0)

    def shot(self, name: str) -> None:
        self.shots += 1
        self.page.screenshot(path=self.pictures / f"command-{self.language}-{self.shots:02d}-{name}.png")

    # Walking --------------------------------------------------------------------------------------

    def arrive(self, room: str, title: str) -> None:
        self.page.goto(f"{self.address}/{room}?workspace=live&lang={self.language}")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(title), timeout=WAIT)
        self.settled()

    def walk(self, title: str) -> None:
        self.page.get_by_role("link", name=self.say(title), exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(title), timeout=WAIT)
        self.settled()

    def act_as(self, name: str, role: str = "") -> None:
        """Another person sits down: the name and the role in the sidebar."""
        box = self.page.get_by_role("textbox", name=self.say("You act as"), exact=True)
        box.fill(name)
        box.press("Enter")
        self.settled()
        if role:
            self.choose(self.say("In the role of"), role)

    # Hands ----------------------------------------------------------------------------------------

    def choose(self, label: str, text: str, within: Locator | None = None) -> None:
        """Pick from a list by typing a part of the words."""
        box = (within or self.page).get_by_role("combobox", name=label, exact=True).first
        box.click()
        box.fill(text)
        self.page.get_by_role("option", name=text).first.click()
        self.settled()

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        """Type into a field; leaving it hands it over."""
        box = (within or self.page).get_by_role("textbox", name=label, exact=True).first
        box.fill(text)
        box.press("Tab")
        self.settled()

    def number(self, value: int, within: Locator) -> None:
        within.locator("[data-testid=stNumberInput] input").first.fill(str(value))

    def press(self, label: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=label, exact=True).first.click()
        self.settled()

    def hears(self, text: str) -> None:
        """The room says it, at its head."""
        alert = self.page.locator("[data-testid=stAlert]", has_text=text).first
        expect(alert).to_be_visible(timeout=WAIT)
        self.settled()

    def sees(self, text: str) -> None:
        expect(self.main.get_by_text(text).first).to_be_visible(timeout=WAIT)

    def form(self, label: str) -> Locator:
        """The form that has a field of this name."""
        field = self.page.get_by_label(label, exact=True)
        return self.page.locator("[data-testid=stForm]", has=field).first

    def unfold(self, label: str) -> Locator:
        """Open a folded part of the room and return it."""
        part = self.page.locator("[data-testid=stExpander]", has_text=label).first
        expect(part).to_be_visible(timeout=WAIT)
        if part.locator("details[open]").count() == 0:
            part.locator("summary").click()
            self.settled()
        return part
