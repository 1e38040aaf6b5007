"""At 1024 px, the narrowest screen the console is made for, a form answers the first press of its button."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys import stories
from tests.journeys.command_steps import enter, meet, report
from tests.journeys.commander import Commander

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def test_figures_are_entered_on_a_narrow_screen(server: str, open_page: Callable[..., Page], artefacts: Path) -> None:
    page = open_page(locale="en-US", viewport={"width": 1024, "height": 768})
    person = Commander(page, server, "en", artefacts, "narrow")
    report(person, stories.DISPUTE)
    enter(person, stories.DISPUTE.figure, stories.DISPUTE.value)
    meet(person, stories.DISPUTE.conditions)
    person.shot("entered")
