"""A person at the console in a browser: walks, chooses, types, presses, and waits for what the room says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError, expect

from emergency.texts import Speaker, speaker

WAIT = 120_000  # the first page of a cold server on a loaded machine
LIST = 8_000  # a list of choices opens at once; later it was closed again by a page drawn anew
BEGINS = 5_000  # a page that has not begun to work after so many milliseconds had done it unseen


class Commander:
    """One browser page; every step ends when the page has answered, and leaves a picture where asked.

    ``took``: what was done, and the seconds from the hand to the finished page.
    """

    def __init__(self, page: Page, address: str, language: str, pictures: Path, name: str = "command") -> None:
        self.page, self.address, self.language = page, address, language
        self.pictures, self.name = pictures, name
        self.say: Speaker = speaker(language)
        page.set_default_timeout(WAIT)
        page.set_default_navigation_timeout(WAIT)
        self.started, self.shots = time.monotonic(), 0
        self.took: list[tuple[str, float]] = []

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def main(self) -> Locator:
        return self.page.locator("[data-testid=stMain]")

    @contextmanager
    def doing(self, what: str, *, answers: bool = True) -> Iterator[None]:
        """Time one act until the page has answered; within a form it answers only when that is sent."""
        began = time.monotonic()
        yield
        if answers:
            self.settled()
        self.took.append((what, time.monotonic() - began))

    def settled(self) -> None:
        """Streamlit marks the page while it works; wait until it begins, if it does, and until it is done."""
        with suppress(TimeoutError):
            self.page.wait_for_selector("[data-test-script-state=running]", timeout=BEGINS)
        self.still()

    def still(self) -> None:
        done = self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
        expect(done).to_have_count(1, timeout=WAIT)
        expect(self.page.locator("[data-testid=stException]")).to_have_count(0)

    def shot(self, name: str) -> None:
        self.shots += 1
        file = f"{self.name}-{self.language}-{self.shots:02d}-{name}.png"
        self.page.screenshot(path=self.pictures / file)

    # Walking --------------------------------------------------------------------------------------

    def arrive(self, room: str, title: str) -> None:
        with self.doing(f"open {room}"):
            self.page.goto(f"{self.address}/{room}?workspace=live&lang={self.language}")
            expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(title), timeout=WAIT)

    def walk(self, title: str) -> None:
        with self.doing(f"walk to {title}"):
            self.page.get_by_role("link", name=self.say(title), exact=True).click()
            expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(title), timeout=WAIT)

    def act_as(self, name: str, role: str = "") -> None:
        """Another person sits down: the name and the role in the sidebar."""
        box = self.page.get_by_role("textbox", name=self.say("You act as"), exact=True)
        with self.doing("act as"):
            box.fill(name)
            box.press("Enter")
        if role:
            self.choose(self.say("In the role of"), role)

    # Hands ----------------------------------------------------------------------------------------

    def choose(self, label: str, text: str, within: Locator | None = None) -> None:
        """Pick from a list by typing a part of the words; a list that closed because the page was drawn is reopened."""
        box = (within or self.page).get_by_role("combobox", name=label, exact=True).first
        if text in box.input_value():
            return
        with self.doing(f"choose {label}: {text}", answers=not _in_form(box)):
            for patience in (LIST, LIST, *[3 * LIST] * 5):  # a page that is drawn meanwhile closes the list each time
                box.click()
                box.fill(text)
                with suppress(TimeoutError):
                    self.page.get_by_role("option", name=text).first.click(timeout=patience)
                    return
                self.page.keyboard.press("Escape")
            raise AssertionError(f"“{label}” offers no “{text}”")

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        """Type into a field; leaving it hands it over."""
        box = (within or self.page).get_by_role("textbox", name=label, exact=True).first
        with self.doing(f"write {label}", answers=not _in_form(box)):
            box.fill(text)
            box.blur()

    def number(self, value: int, within: Locator) -> None:
        within.locator("[data-testid=stNumberInput] input").first.fill(str(value))

    def press(self, label: str, within: Locator | None = None) -> None:
        self.click((within or self.page).get_by_role("button", name=label, exact=True).first, label)

    def click(self, button: Locator, what: str) -> None:
        with self.doing(f"press {what}"):
            button.click()

    # Eyes -----------------------------------------------------------------------------------------

    def hears(self, text: str) -> None:
        """The room says it, at its head, which is drawn before the rest."""
        alert = self.page.locator("[data-testid=stAlert]", has_text=text).first
        expect(alert).to_be_visible(timeout=WAIT)
        self.still()

    def sees(self, text: str) -> None:
        try:
            expect(self.main.get_by_text(text).first).to_be_visible(timeout=WAIT)
        except AssertionError as unseen:
            self.shot("unseen")
            said = self.page.locator("[data-testid=stAlert]").all_inner_texts()
            fields = {
                box.get_attribute("aria-label") or "": box.input_value() for box in self.main.locator("input").all()
            }
            raise AssertionError(
                f"“{text}” is not to be seen; the room says {said}, its fields hold {fields}"
            ) from unseen

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
        return part


def _in_form(box: Locator) -> bool:
    return box.locator("xpath=ancestor::*[@data-testid='stForm']").count() > 0
