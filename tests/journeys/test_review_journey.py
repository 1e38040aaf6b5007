"""A drill that was played is reviewed in five steps: noted, rated, reported and mended, by whom it has to be."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.journeys.commander import WAIT, Commander

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
SCRIPT = "Core claims outage: tabletop"
HERE = ZoneInfo("Asia/Shanghai")  # of the live workspace
SEED = 61  # a run of its own: other journeys of this server may play the same script
TRAINER, OWNER, OTHER = "Sun Qi", "Zhou Bo", "Qian Hua"
ISSUE = "The manual log was opened late"


def play(person: Commander, manner: str) -> None:
    """A run without a clock, and its report."""
    say = person.say
    person.walk("Drills")
    person.choose(say("Script"), SCRIPT)
    person.click(person.main.get_by_text(say(manner), exact=True).first, manner)
    seed = person.page.get_by_role("spinbutton", name=say("Seed"), exact=True)
    with person.doing("seed"):
        seed.fill(str(SEED))
        seed.press("Enter")
    person.click(person.page.locator(".st-key-run-drill button").first, "play")
    expect(person.page.get_by_role("heading", name=say("Objectives"), exact=True)).to_be_visible(timeout=WAIT)


def part(person: Commander, name: str) -> None:
    """A view of the room, or a step of the review: the buttons in a row."""
    group = person.main.locator("[data-testid=stButtonGroup]")
    person.click(group.get_by_text(person.say(name), exact=True).first, name)


def form_with(person: Commander, button: str) -> Locator:
    """By its words, not its role: an open list hides the rest of the page from those who ask for roles."""
    words = re.compile(f"^{re.escape(person.say(button))}$")
    sent = person.page.locator("[data-testid=stFormSubmitButton]", has_text=words)
    return person.page.locator("[data-testid=stForm]", has=sent)


def download(person: Commander, name: str) -> bytes:
    with person.page.expect_download(timeout=WAIT) as found:
        person.page.get_by_role("button", name=person.say(name), exact=True).click()
    return Path(found.value.path()).read_bytes()


def test_a_drill_is_reviewed_in_five_steps(server: str, open_page: Callable[..., Page], artefacts: Path) -> None:
    person = Commander(open_page(), server, "en", artefacts, "review")
    person.arrive("drills", "Drills")
    person.act_as(TRAINER)
    play(person, "Robots act as people would")

    person.walk("Review")
    hotwash(person)
    self_rating(person)
    panel(person)
    report(person)
    corrective_action(person)
    calendar(person)
    print(f"review journey: {person.seconds:.0f} s; slowest {max(person.took, key=lambda one: one[1])}")


def hotwash(person: Commander) -> None:
    say = person.say
    part(person, "1 Hotwash")
    form = form_with(person, "Take down")
    form.get_by_text(say("to change"), exact=True).click()
    person.write(say("What was said"), ISSUE, form)
    person.press(say("Take down"), form)
    person.hears(say("Taken down."))
    person.sees(ISSUE)
    person.shot("hotwash")


def self_rating(person: Commander) -> None:
    say = person.say
    part(person, "2 Self-rating")
    form = form_with(person, "Hand in")
    person.choose(say("Role you played"), "Commander", form)  # robots played, so nobody's seat is known
    for group in form.locator("[data-testid=stRadio]").all():
        group.get_by_text("4", exact=True).click()
    person.write(say("What you wish for"), "A list of telephone numbers on paper", form)
    person.press(say("Hand in"), form)
    person.hears(say("Handed in; thank you."))
    person.sees("A list of telephone numbers on paper")
    person.shot("self-rating")


def panel(person: Commander) -> None:
    """Two are appointed; the first to seal sees nobody's rating, with the second both are open."""
    say = person.say
    part(person, "3 Evaluators' panel")
    for name in (TRAINER, OTHER):
        form = form_with(person, "Appoint")
        person.write(say("Name, as they act in the console"), name, form)
        person.press(say("Appoint"), form)
        person.hears(say("Appointed; they rate under their own name."))
    rate(person, TRAINER, say("S · some challenges"))
    person.sees(say("Still rating: {names}. Ratings are shown once everybody has sealed.", names=OTHER))
    person.act_as(OTHER)
    rate(person, OTHER, say("M · major challenges"))
    person.sees(say("Panel and machine"))
    person.sees(say("{steps} band apart", steps=1))
    person.shot("panel")


def rate(person: Commander, name: str, band: str) -> None:
    say = person.say
    person.sees(say("Your sheet, {name}", name=name))
    open_ = person.page.get_by_role("button", name=say("Keep"), exact=True)
    expect(open_).not_to_have_count(0)
    for left in reversed(range(open_.count())):
        form = form_with(person, "Keep").first
        form.get_by_text(band, exact=True).click()
        person.press(say("Keep"), form)
        expect(open_).to_have_count(left, timeout=WAIT)
        person.still()
    person.press(say("Seal my ratings"))
    person.hears(say("Sealed."))


def report(person: Commander) -> None:
    say = person.say
    part(person, "4 Report")
    text = "Whoever is on call opens the log before the first hour is over."
    form = form_with(person, "Keep")
    person.write(say("What is to be learnt from this?"), text, form)
    person.press(say("Keep"), form)
    person.hears(say("Kept."))
    person.press(say("Prepare documents"))
    paper, pages = download(person, "After-action report (Word)"), download(person, "After-action report (PDF)")
    with ZipFile(io.BytesIO(paper)) as word:
        assert text in word.read("word/document.xml").decode()
    assert "Core claims outage" in PdfReader(io.BytesIO(pages)).pages[0].extract_text()
    person.page.keyboard.press("Home")
    person.shot("report")
    person.press(say("Publish the report"))
    person.hears(say("Published."))


def corrective_action(person: Commander) -> None:
    """From an issue to a closed item: its owner does the work, somebody else judges and closes it."""
    say = person.say
    part(person, "5 Corrective actions")
    form = form_with(person, "Add")
    person.write(say("Issue"), ISSUE, form)
    person.press(say("Add"), form)
    person.hears(say("Added."))
    person.choose(say("Work on item"), ISSUE)
    form = form_with(person, "Keep")
    person.write(say("Root cause"), "Nobody had the form at hand", form)
    person.write(say("Corrective action"), "A box with forms at every desk", form)
    person.write(say("Owner"), OWNER, form)
    person.write(say("What was done"), "Forty boxes stand where they should", form)
    person.press(say("Keep"), form)
    person.hears(say("Kept."))
    person.act_as(OWNER)
    for step in ("Begin the work", "It is done: have it checked"):
        person.press(say(step))
        person.hears(say("Moved on."))
    person.press(say("The proof is there"))
    person.hears(f"Nothing is counted here, so somebody other than {OWNER} judges it")
    person.act_as(OTHER)
    person.press(say("The proof is there"))
    person.hears(say("Moved on."))
    person.act_as(OWNER)
    person.press(say("Close"))
    person.hears(f"{OWNER} owns this item; somebody else looks at it and closes it")
    person.act_as(OTHER)
    person.press(say("Close"))
    person.hears(say("Moved on."))
    person.sees(say("Closed by {who}; its owner is {owner}.", who=OTHER, owner=OWNER))
    person.shot("closed")


def calendar(person: Commander) -> None:
    say = person.say
    part(person, "Drill calendar")
    form = form_with(person, "Plan and invite")
    person.choose(say("Drill"), SCRIPT, form)
    day = date.today() + timedelta(days=40)
    form.get_by_label(say("Day"), exact=True).get_by_role("spinbutton").first.click()
    person.page.keyboard.type(f"{day:%Y%m%d}")  # year, month, day: each moves on to the next
    person.write(say("Place"), "Room 7", form)
    person.press(say("Plan and invite"), form)
    person.hears(say("Planned. Nobody is invited yet: hand on the invitation that is beside the date."))
    person.choose(say("Work on date"), f"{day.day} {day:%b}")
    event = Calendar.from_ical(download(person, "Invitation (.ics)")).walk("VEVENT")[0]
    held = event.decoded("DTSTART").astimezone(HERE).date()
    assert (str(event["LOCATION"]), held) == ("Room 7", day)
    person.shot("calendar")
