"""What the columns of strange files go by, and where their places may lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from emergency.geo.addresses import regions_of
from emergency.intake.joins import Joins
from emergency.intake.pairs import CHINA, Box
from emergency.intake.propose import Names
from emergency.service.context import Context


def names_of(ctx: Context, synonyms: Mapping[str, Any]) -> dict[str, Names]:
    """The shapes nothing but a list of its own kind has come first."""
    numbered, against = {"report_no": synonyms["signs"]["report_no"]}, synonyms.get("against", {})
    joins = Joins(**synonyms.get("joins", {}))
    clocks = replace(joins, places=())
    others = {kind: Names(columns, numbered, against, clocks) for kind, columns in synonyms["record_columns"].items()}
    claims = Names(
        synonyms["columns"],
        synonyms["signs"],
        against,
        joins,
        boxes=partial(_boxes, ctx),
        questions=synonyms.get("questions", {}),
        located=partial(_located, ctx),
    )
    return {"claims": claims, **others}


def _located(ctx: Context, texts: Sequence[str]) -> float:
    """Share of texts that name a region: in Chinese one of China, else one of the workspace's regions."""
    chinese = any("\u4e00" <= c <= "\u9fff" for text in texts for c in text)
    regions = ctx.content.regions.get("cn" if chinese else ctx.profile.region_set)
    found = regions_of(regions, texts)
    return sum(code is not None for code in found) / len(found)


def _boxes(ctx: Context) -> list[Box]:
    """Where the places of a file may lie: in the workspace's regions, in China, in any other."""
    sets = dict.fromkeys((ctx.profile.region_set, *ctx.content.regions.names()))
    own, *others = (ctx.content.regions.get(name).bounds for name in sets)
    return [own, CHINA, *others]
