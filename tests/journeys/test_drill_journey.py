"""A drill in two browsers: one directs, one plays; the clock is moved, the player acts, and the report is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from emergency.console.desk import ROOMS
from tests.journeys.commander import WAIT, Commander

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]
SCRIPT = "Core claims outage: tabletop"
COMING = "Guangxi reports"  # the third inject, which players must not know of before it comes
CODE_WORDS = "Code for controllers and evaluators"


def key(person: Commander, name: str) -> None:
    person.click(person.page.locator(f".st-key-{name} button").first, name)


def workspace_of(page: Page) -> str:
    page.wait_for_url("**/drill_desk?*workspace=drill-*", timeout=WAIT)
    return parse_qs(urlsplit(page.url).query)["workspace"][0]


def begin(director: Commander) -> str:
    """From the list of scripts to a desk with its clock at zero; returns the workspace."""
    say = director.say
    director.arrive("drills", "Drills")
    director.act_as("Zhao Lin")
    director.choose(say("Script"), SCRIPT)
    director.click(director.main.get_by_text(say("Nobody acts (lower bound)"), exact=True).first, "no robots")
    key(director, "play-people")
    expect(director.page.locator(".st-key-startex button")).to_be_visible(timeout=WAIT)
    director.shot("before")
    return workspace_of(director.page)


def sit_down(player: Commander, workspace: str) -> None:
    say = player.say
    player.page.goto(f"{player.address}/drill_desk?workspace={workspace}&lang={player.language}")
    player.sees(say("Your name"))
    player.choose(say("Role"), "Commander")
    player.page.get_by_role("textbox", name=say("Your name"), exact=True).fill("Wang Min")
    player.press(say("Sit down"))
    player.sees(say("The drill has not begun. What reaches you will stand here."))
    player.shot("seat")


def sees_nothing_to_come(player: Commander, workspace: str) -> None:
    """Every room of the drill wears its mark, and none of them tells a player what is to come."""
    for room in ROOMS:
        player.page.goto(f"{player.address}/{room}?workspace={workspace}&lang={player.language}")
        expect(player.page.get_by_role("heading", level=1)).to_have_text(player.say(ROOMS[room]), timeout=WAIT)
        player.still()
        expect(player.page.locator(".em-exercise").first).to_be_visible(timeout=WAIT)
        expect(player.page.get_by_text(COMING)).to_have_count(0)
        expect(player.page.get_by_text(CODE_WORDS)).to_have_count(0)
        expect(player.page.locator(".st-key-pause, .st-key-resume, .st-key-endex")).to_have_count(0)


def test_a_drill_in_two_browsers_from_start_to_report(
    server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    director = Commander(open_page(), server, "en", artefacts, "drill-director")
    player = Commander(open_page(), server, "en", artefacts, "drill-player")
    workspace = begin(director)
    sit_down(player, workspace)

    # The clock runs; what comes to others is not the commander's.
    key(director, "startex")
    expect(director.page.locator(".st-key-pause button")).to_be_visible(timeout=WAIT)
    director.sees("Core system alarm")
    director.sees(COMING)
    expect(director.main.get_by_text("Wang Min").first).to_be_visible(timeout=WAIT)
    sees_nothing_to_come(player, workspace)

    # Half an hour is jumped over; the commander is told, and the clock stands while they read.
    key(director, "jump-next")
    key(director, "pause")
    expect(director.page.locator(".st-key-resume button")).to_be_visible(timeout=WAIT)
    player.walk("Drill desk")
    player.sees("Guangdong has been down for 30 minutes.")
    player.shot("inbox")
    player.press(player.say("Read"))
    player.sees(player.say("read by {person}", person="Wang Min"))

    # They decide in the room where they would on the day; the desk sees it answered.
    key(director, "resume")
    player.walk("Response")
    player.click(player.page.locator(".st-key-take-role button").first, "act as the one who decides")
    player.click(player.page.locator(".st-key-confirm button").first, "confirm")
    player.hears("is in force; its tasks are laid out.")
    player.shot("confirmed")
    expect(director.page.locator(".em-drill-card.ok").first).to_contain_text("timeliness 100", timeout=WAIT)
    expect(director.page.locator(".em-drill-card.ok").first).to_contain_text("accuracy 100")
    director.shot("desk")

    # An hour later the director ends it; nobody acts any more, and the report is there.
    director.page.locator("[data-testid=stPopover] button", has_text=director.say("End")).first.click()
    key(director, "endex")
    read = director.page.locator(".st-key-read-report button")
    expect(read).to_be_visible(timeout=WAIT)
    director.shot("over")
    read.click()
    objectives = director.page.get_by_role("heading", name=director.say("Objectives"), exact=True)
    expect(objectives).to_be_visible(timeout=WAIT)
    director.shot("report")
    player.walk("Drill desk")
    player.sees(player.say("The drill is over. Thank you; the hotwash begins."))
