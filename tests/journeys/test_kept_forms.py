"""What somebody has begun to write stands there again: after another room, in the other language, after a kill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emergency.texts import speaker
from tests.fixtures.server import serving
from tests.journeys.commander import WAIT, Commander

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
TITLE = "Levee breach at Addicks"


def test_a_report_begun_is_there_again_over_rooms_languages_and_a_stopped_server(
    open_page: Callable[..., Page], artefacts: Path, tmp_path: Path
) -> None:
    with serving(tmp_path) as address:
        person = Commander(open_page(locale="en-US"), address, "en", artefacts, "kept")
        person.arrive("response", "Response")
        person.write(person.say("What happened?"), TITLE)
        person.choose(person.say("Kind"), "system failure")
        person.walk("Tasks")
        person.walk("Journal")
        person.walk("Response")
        stands(person, "system failure")
        with person.doing("the other language"):
            person.page.get_by_text("中文", exact=True).click()
        chinese = speaker("zh_CN")
        expect(person.page.get_by_role("textbox", name=chinese("What happened?"))).to_have_value(TITLE, timeout=WAIT)
        expect(person.page.get_by_role("combobox", name=chinese("Kind"), exact=True)).to_have_value("系统故障")
        person.shot("chinese")
    with serving(tmp_path) as address:  # another process, another session
        person = Commander(open_page(locale="en-US"), address, "en", artefacts, "kept-again")
        person.arrive("response", "Response")
        stands(person, "system failure")
        person.sees("not sent yet")
        person.press(person.say("Begin anew"))
        expect(person.page.get_by_role("textbox", name=person.say("What happened?"))).to_have_value("", timeout=WAIT)
        person.shot("anew")


def stands(person: Commander, kind: str) -> None:
    expect(person.page.get_by_role("textbox", name=person.say("What happened?"))).to_have_value(TITLE, timeout=WAIT)
    expect(person.page.get_by_role("combobox", name=person.say("Kind"), exact=True)).to_have_value(kind)
