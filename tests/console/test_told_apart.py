"""Two things of the same name are told apart in a list: it would give back the first of them."""

from __future__ import annotations

from emergency.console.main import told_apart


def test_titles_that_are_alike_bear_their_id() -> None:
    titles = {"live": "Live", "drill-a-7": "Drill · Outage", "drill-a-people": "Drill · Outage"}
    assert told_apart(titles) == {
        "live": "Live",
        "drill-a-7": "Drill · Outage · drill-a-7",
        "drill-a-people": "Drill · Outage · drill-a-people",
    }
