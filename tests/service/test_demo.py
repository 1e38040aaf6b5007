from __future__ import annotations

from datetime import datetime

import pytest

from emergency.bootstrap import Running
from emergency.service.context import Actor
from emergency.service.demo import load_demo
from emergency.service.figures import figures, snapshots
from emergency.service.grading import evaluate
from emergency.service.running import move_clock
from emergency.service.situation import situation

REPORTED = [30_000, 40_000, 60_000, 176_900, 412_300, 545_800, 513_200]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The store is held on both databases elsewhere; here the content is."""
    return sqlite_url


def test_harvey_has_exactly_the_published_claims_and_loading_it_again_changes_nothing(running: Running) -> None:
    first = load_demo(running.content, "harvey")
    assert first["claims"] == 14_889
    assert load_demo(running.content, "harvey") == first


def test_harvey_says_that_it_is_reconstructed_in_both_languages(running: Running) -> None:
    note = load_demo(running.content, "harvey")["note"]
    assert "econstructed from public figures" in note["en"]
    assert "a part of that storm" in note["en"]
    assert "公开数字重建" in note["zh"]


def test_moving_the_demos_time_shows_what_was_known_then(running: Running) -> None:
    load_demo(running.content, "harvey")
    ctx = running.context("harvey", Actor("chen"))
    early = move_clock(ctx, "set", datetime.fromisoformat("2017-08-27T12:00:00-05:00"))
    late = move_clock(early, "set", datetime.fromisoformat("2017-09-30T12:00:00-05:00"))
    assert situation(early).open < 1_500 < situation(late).open == 14_889


def test_zhengzhou_replays_the_seven_published_totals_and_the_count_falls_at_the_end(running: Running) -> None:
    load_demo(running.content, "zhengzhou")
    ctx = move_clock(
        running.context("zhengzhou", Actor("chen")), "set", datetime.fromisoformat("2021-08-26T12:00:00+08:00")
    )
    assert [s.reported_claims for s in snapshots(ctx)] == REPORTED
    known = figures(ctx)
    assert known.illustrative
    assert known.published is not None
    assert known.published.reported_claims == 513_200
    # Open = reported − settled, our assumed tenth of it, split without losing one.
    assert int(known.table["open"].sum()) == round((513_200 - 346_000) * 0.1)


def test_zhengzhou_is_particularly_major_on_industry_figures_from_the_first_billion(running: Running) -> None:
    load_demo(running.content, "zhengzhou")
    ctx = running.context("zhengzhou", Actor("chen"))
    before = move_clock(ctx, "set", datetime.fromisoformat("2021-07-21T13:00:00+08:00"))
    assert evaluate(before, "ZHENGZHOU-720").event_class.level is None  # type: ignore[union-attr]
    after = move_clock(before, "set", datetime.fromisoformat("2021-07-21T23:00:00+08:00"))
    found = evaluate(after, "ZHENGZHOU-720")
    assert found.event_class is not None
    assert (found.event_class.level, found.class_basis) == (1, "industry")
