"""From report to stand-down by clicks and typing alone: every kind of the norm, two of them in every run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys import stories
from tests.journeys.command_steps import command
from tests.journeys.commander import Commander
from tests.journeys.stories import Story

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]
LOCALES = {"en": "en-US", "zh_CN": "zh-CN"}
REST = (
    (stories.HEALTH, "zh_CN"),
    (stories.COMPLAINTS, "en"),
    (stories.LEAK, "zh_CN"),
    (stories.DISPUTE, "en"),
    (stories.ACCIDENT, "zh_CN"),
)

Walk = Callable[[Story, str], None]


@pytest.fixture
def walk(server: str, open_page: Callable[..., Page], artefacts: Path) -> Walk:
    """Walk a story in a language; prints how long it took, and every click that was slow."""

    def walk(story: Story, language: str) -> None:
        page = open_page(locale=LOCALES[language])
        person = Commander(page, server, language, artefacts, f"command-{story.name}")
        command(person, story)
        slow = sorted(((s, what) for what, s in person.took if s > 1.5), reverse=True)
        print(f"\n{story.name}, report to journal: {person.seconds:.0f} s in {len(person.took)} acts")
        print("\n".join(f"  {s:.1f} s {what}" for s, what in slow))

    return walk


def test_an_outage_in_chinese_from_report_to_stand_down(walk: Walk) -> None:
    walk(stories.OUTAGE, "zh_CN")


def test_a_typhoon_in_english_from_report_to_stand_down(walk: Walk) -> None:
    walk(stories.TYPHOON, "en")


@pytest.mark.soak
@pytest.mark.parametrize(("story", "language"), REST, ids=lambda value: getattr(value, "name", value))
def test_every_other_kind_from_report_to_stand_down(story: Story, language: str, walk: Walk, thorough: bool) -> None:
    if not thorough:
        pytest.skip("long; run by make soak")
    walk(story, language)
