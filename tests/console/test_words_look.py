"""What people wrote or heard stays text in the drawn bulletin, and every figure is linked to its entry."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from emergency.console.rooms.words_look import _marked
from emergency.domain.bulletin import loose_numbers, render
from emergency.domain.ledger import Entry, ledger_of
from emergency.texts import speaker

NOON = datetime(2021, 7, 22, 4, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
DESK: Any = SimpleNamespace(say=speaker("en"), clock_text=lambda at: f"{at:%H:%M}")
HOSTILE = ["<img src=x onerror=alert(1)>", "</p><script>alert(1)</script>", '" onmouseover="alert(1)', "`${alert(1)}`"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_bulletin_becomes_markup(text: str) -> None:
    entries = ledger_of([Entry("incident.place", {"en": text, "zh": text}, "text", text, NOON)])
    done = render(f"{text} at {{incident.place}} 300 {{casualties.deaths}}", entries, "en", ZONE)
    drawn = _marked(DESK, done, loose_numbers(done, entries, "en", ZONE))
    assert "<img" not in drawn and "<script" not in drawn and "${" not in drawn and '"alert' not in drawn
    assert '" onmouseover' not in drawn


def test_a_figure_says_its_source_and_time_a_typed_number_is_marked_a_gap_stands_out() -> None:
    entries = ledger_of([Entry("claims.open", 1234, "claims", "claims", NOON, {"en": "our claims", "zh": "本系统"})])
    done = render("{claims.open} open, 300 typed, {casualties.deaths} dead", entries, "en", ZONE)
    drawn = _marked(DESK, done, loose_numbers(done, entries, "en", ZONE))
    assert '<u title="Claims open: our claims, as of 04:00">1,234</u>' in drawn
    assert '<mark title="typed by hand; not in the ledger">300</mark>' in drawn
    assert '<del title="no source gives this figure">{casualties.deaths}</del>' in drawn
