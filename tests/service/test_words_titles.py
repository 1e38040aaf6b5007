"""A bulletin speaks one language, also of an incident that was named in another."""

from __future__ import annotations

from dataclasses import replace

from emergency.domain.incident import Incident
from emergency.service.context import Context
from emergency.service.words_ledger import titles_of


def test_an_incident_named_in_chinese_alone_is_called_by_kind_and_place_in_english(
    ctx: Context, flood: Incident
) -> None:
    chinese = replace(flood, title={"zh": "休斯敦洪水"}, regions=("48201",))
    assert titles_of(ctx, chinese) == {"en": "natural disaster, Harris, TX", "zh": "休斯敦洪水"}


def test_an_incident_named_in_both_keeps_its_names(ctx: Context, flood: Incident) -> None:
    assert titles_of(ctx, flood) == {"en": "Flood", "zh": "洪水"}


def test_an_incident_without_a_place_is_called_by_its_kind(ctx: Context, flood: Incident) -> None:
    titles = titles_of(ctx, replace(flood, title={"zh": "停机"}, kind="system_failure", regions=()))
    assert titles["en"] == "system failure"
