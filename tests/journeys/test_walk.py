"""The whole walk in a real browser, in both languages: import, map, level, plan, commit, drill, report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emergency.texts import Speaker, speaker

pytestmark = pytest.mark.journey
WAIT = 60_000
LEVELS = ("Level Ⅰ", "Level Ⅱ", "Level Ⅲ")
CLAIMS = """report_no,line,loss_time,report_time,region,lon,lat,estimated,currency,cause
J-1,property,2017-08-27 08:00,2017-08-27 12:00,48201,-95.37,29.76,25000,USD,flood
J-2,property,2017-08-27 08:00,2017-08-27 12:30,48167,-94.80,29.30,18000,USD,flood
J-2,property,2017-08-27 08:00,2017-08-27 12:30,48167,-94.80,29.30,18000,USD,flood
J-3,property,no day,2017-08-27 12:30,48167,-94.80,29.30,18000,USD,flood
"""


def shot(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png")


def walk_to(page: Page, say: Speaker, room: str) -> None:
    page.get_by_role("link", name=say(room), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(say(room), timeout=WAIT)
    settled(page)


def settled(page: Page) -> None:
    """Streamlit shows that it is working; wait until it is not."""
    page.wait_for_timeout(300)
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0, timeout=WAIT)


def decide(page: Page, say: Speaker) -> None:
    """Sit down in the role that is named, confirm the level that is proposed, and see it in force."""
    # A button with a help text stands in the page twice, one of them for the help.
    page.locator(".st-key-take-role button").first.click()
    confirm = page.locator(".st-key-confirm button")
    expect(confirm).to_be_visible(timeout=WAIT)
    level = next(one for one in LEVELS if say("Confirm {level}", level=say(one)) == confirm.inner_text().strip())
    confirm.click()
    done = say("{level} is in force; its tasks are laid out.", level=say(level))
    expect(page.locator("[data-testid=stAlert]", has_text=done)).to_be_visible(timeout=WAIT)
    settled(page)


@pytest.mark.parametrize(("locale", "language"), [("en-US", "en"), ("zh-CN", "zh_CN")])
def test_the_walk(
    locale: str, language: str, server: str, open_page: Callable[..., Page], artefacts: Path, tmp_path: Path
) -> None:
    say = speaker(language)
    page = open_page(f"{server}/?workspace=harvey", locale=locale)
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Situation"), timeout=WAIT)
    settled(page)
    expect(page.locator(".dispatch-map canvas").first).to_be_visible(timeout=WAIT)
    shot(page, artefacts, f"situation-{language}")

    # A file comes in; every row is accounted for.
    walk_to(page, say, "Intake")
    file = tmp_path / "claims.csv"
    file.write_text(CLAIMS.replace("J-", f"{language}-"), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=say("Import"), exact=True).click()
    expect(page.get_by_text(say("Save the rejects, to mend and import again")).first).to_be_visible(timeout=WAIT)
    table = page.locator(".em-table").first
    for label, number in ((say("in the file"), "4"), (say("new"), "2"), (say("rejected"), "1")):
        expect(table.locator("tr", has_text=label).first).to_contain_text(number)
    shot(page, artefacts, f"intake-{language}")

    # The rules propose a level and show on what; whoever may decide it sits down, decides, and can take it back.
    walk_to(page, say, "Response")
    expect(page.get_by_text(say("Response level – the company's own rules")).first).to_be_visible(timeout=WAIT)
    shot(page, artefacts, f"response-{language}")
    decide(page, say)
    shot(page, artefacts, f"response-in-force-{language}")
    page.locator(".st-key-take-back button").click()
    expect(page.locator(".st-key-confirm button")).to_be_visible(timeout=WAIT)

    # A plan is proposed, seen, published and taken back.
    walk_to(page, say, "Allocation")
    page.locator(".st-key-propose button").click()
    publish = page.locator(".st-key-publish button")
    expect(publish).to_be_visible(timeout=WAIT)
    settled(page)
    shot(page, artefacts, f"allocation-draft-{language}")
    publish.click()
    expect(page.get_by_text(say("Published; the slots are held.")).first).to_be_visible(timeout=WAIT)
    settled(page)
    shot(page, artefacts, f"allocation-{language}")
    page.locator(".st-key-withdraw button").click()
    back = say("Taken back; its people are told, and who stood somewhere before stands there again.")
    expect(page.get_by_text(back).first).to_be_visible(timeout=WAIT)

    # A drill is run and its report read.
    walk_to(page, say, "Drills")
    page.locator(".st-key-run-drill button").click()
    expect(page.get_by_role("heading", name=say("Objectives"), exact=True)).to_be_visible(timeout=2 * WAIT)
    settled(page)
    shot(page, artefacts, f"drill-{language}")

    # Every act of the walk is an entry, and the chain is whole.
    walk_to(page, say, "Journal")
    expect(page.locator("[data-testid=stAlert]")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text(say("Plan taken back")).first).to_have_count(1)
    shot(page, artefacts, f"journal-{language}")


@pytest.mark.parametrize(
    ("locale", "heading", "title"),
    [("zh-CN", "态势", "河南“7·20”特大暴雨"), ("en-US", "Situation", "Hurricane Harvey")],
)
def test_the_console_opens_in_the_browsers_language_on_the_demo_that_fits_it(
    locale: str, heading: str, title: str, server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    page = open_page(server, locale=locale)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading, timeout=WAIT)
    expect(page.locator(".em-title p")).to_contain_text(title)
    settled(page)
    page.wait_for_timeout(1500)
    shot(page, artefacts, f"opens-{locale}")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("workspace", ["harvey", "zhengzhou", "live"])
def test_every_room_opens_in_every_workspace_without_an_error_or_a_request_outside(
    workspace: str, language: str, server: str, open_page: Callable[..., Page], artefacts: Path
) -> None:
    page = open_page(f"{server}/?workspace={workspace}&lang={language}")
    say = speaker(language)
    for room in ("Situation", "Intake", "Response", "Allocation", "Drills", "Journal"):
        if room != "Situation":
            walk_to(page, say, room)
        expect(page.get_by_role("heading", level=1)).to_contain_text(say(room), timeout=WAIT)
        settled(page)
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        shot(page, artefacts, f"rooms/{workspace}-{room.lower()}-{language}-1440")
        page.set_viewport_size({"width": 1024, "height": 768})
        page.wait_for_timeout(500)
        shot(page, artefacts, f"rooms/{workspace}-{room.lower()}-{language}-1024")
        page.set_viewport_size({"width": 1440, "height": 900})


def test_the_api_documentation_asks_no_other_host(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{server}/api/docs")
    expect(page.get_by_text("Emergency and catastrophe response console").first).to_be_visible(timeout=WAIT)
