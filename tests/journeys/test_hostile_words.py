"""Attacks written into every field of every form, file and request: each room shows them as the words they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from emergency.bootstrap import build
from emergency.config import Config
from emergency.console.desk import ROOMS
from emergency.service import compound
from emergency.service import incident_correction as correction
from emergency.service.alerts import receive as receive_alert
from emergency.service.cat_code import set_cat_code
from emergency.service.context import Actor, Context
from emergency.service.feed import Feed
from emergency.service.grading import confirm_level
from emergency.service.importing import receive
from emergency.service.incident_report import Report, report
from emergency.service.keys import create_key, key_of
from emergency.service.response import record_fact
from tests.fixtures.server import serving
from tests.intake.alerts.messages import area, cap, info

pytestmark = pytest.mark.journey
WAIT = 60_000
# Markup, a script's template, and what Markdown would turn into a picture from elsewhere, a link or a formula.
ATTACKS = (
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=3</script>",
    "`+(window.hit=2)+`",
    "\"'><svg onload=window.hit=6>",
    "![a](http://203.0.113.7/a.png)",
    "[a](javascript:window.hit=8)",
    "$$\\href{javascript:window.hit=9}{a}$$",
)
ALL = " ".join(ATTACKS)


def hostile(ctx: Context) -> None:
    """One incident, its claims, figures, alert and decisions; whatever is a text is an attack."""
    now = ctx.now()
    opened = report(
        ctx,
        Report(
            kind="natural_disaster",
            title={"en": ALL, "zh": ALL},
            occurred_at=now - timedelta(hours=2),
            regions=("410100",),
            perils=("flood",),
            place=ALL,
            scope=ALL,
            cause=ALL,
            reporter=ALL,
        ),
    )
    other = report(ctx, Report("system_failure", {"en": ATTACKS[4], "zh": ATTACKS[4]}, now, reporter=ALL))
    compound.link(ctx, other.incident_id, opened.incident_id)
    correction.correct(ctx, opened.incident_id, opened.version, place=ALL + ".")
    set_cat_code(ctx, opened.incident_id, ATTACKS[4])
    rows = pd.DataFrame(
        {
            "report_no": [f"{n} {attack}" for n, attack in enumerate(ATTACKS)],
            "policy_no": list(ATTACKS),
            "line": "property",
            "cause": list(ATTACKS),
            "place": list(ATTACKS),
            "region_given": [None, "410105"] + [None] * (len(ATTACKS) - 2),
            "estimated_minor": 10**9,
            "currency": "CNY",
        }
    )
    receive(ctx, rows, source=ATTACKS[4], incident_id=opened.incident_id)
    key = key_of(ctx, create_key(ctx, "app", ["claims.write"]).secret)
    assert key is not None
    sent = [{"report_no": a, "line": "motor", "cause": a, "place": a, "policy_no": a} for a in ATTACKS]
    Feed().take(ctx, key, sent, sha256="x")
    for metric in ("casualties.insured_deaths", "industry.payout.property_estimated"):
        record_fact(ctx, metric, 3, incident_id=opened.incident_id, source=ALL, note=ALL)
    commander = replace(ctx, actor=Actor(ATTACKS[4], ALL, "hq-commander"))
    confirm_level(commander, opened.incident_id, 3, reason=ALL)
    escaped = ALL.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    block = info(escaped, headline=escaped, issuer=escaped, areas=area(GB2260="410100"), expires="2099-01-01T00:00:00Z")
    receive_alert(ctx, cap(escaped, sender=escaped, sent=f"{now:%Y-%m-%dT%H:%M:%S}Z", infos=block), f"{ATTACKS[0]}.cap")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = tmp_path_factory.mktemp("home")
    running = build(Config(home=home))
    try:
        hostile(running.context("live", Actor(ATTACKS[4], ALL)))
    finally:
        running.close()
    with serving(home) as address:
        yield address


@pytest.mark.timeout(900)
@pytest.mark.parametrize("room", ROOMS)
def test_no_word_of_an_attack_comes_to_life(room: str, attacked: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{attacked}/{room}?workspace=live&lang=zh_CN", locale="zh-CN")
    expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=WAIT)
    page.wait_for_timeout(2_500)
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0, timeout=WAIT)
    for folded in page.locator("details summary").all():
        folded.click()
    page.wait_for_timeout(1_500)
    assert page.evaluate("window.hit") is None
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("img[src*='203.0.113.7'], a[href^='javascript:']").count() == 0
    tables = page.locator("[data-testid=stDataFrame]")
    if tables.count():
        # What the table would write itself has not passed our guard against formulas.
        tables.first.hover()
        assert page.locator("button[aria-label='Download as CSV']:visible").count() == 0
