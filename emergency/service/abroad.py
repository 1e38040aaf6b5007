"""Rows of a file that do not fit the workspace they come into: taken, counted apart, and said in the receipt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from emergency.intake.accounts import ClaimChunk, Flag
from emergency.intake.mapping import ClaimMapping
from emergency.service.context import Context
from emergency.service.figures import rate_of
from emergency.texts import N_, Message

OFF_MAP = N_("the map of this workspace ({set}) does not have their regions: they count under “Outside this map”")
AT_RATE = N_("this workspace counts in {home}: one {currency} counts as {rate}")


def abroad(ctx: Context, mapping: ClaimMapping, chunk: ClaimChunk, placed: pd.DataFrame) -> Iterator[Flag]:
    """What of a chunk of placed claims lies off the workspace's map, or is in other money.

    Args:
        placed: CLAIM_COLUMNS + PLACED_COLUMNS, placed by the mapping's own set of regions.
    """
    if mapping.regions and mapping.regions != ctx.profile.region_set:
        codes = placed["region"].astype("string")
        unknown = [code for code in codes.dropna().unique() if not ctx.regions.known(code)]
        note, header = Message(OFF_MAP, {"set": ctx.regions.title}), _header(mapping, chunk, "region_given")
        yield from _flag("outside_map", header, note, placed, codes, codes.isin(unknown))
    # A currency without an amount changes no sum.
    amounts = placed["estimated_minor"].notna() | placed["paid_minor"].notna()
    money, home = placed["currency"].astype("string").where(amounts), ctx.profile.currency
    for currency in (str(c) for c in money.dropna().unique() if c != home):
        rate = rate_of(ctx, currency, ctx.now())
        note = Message(AT_RATE, {"home": home, "currency": currency, "rate": f"{rate or 0:.4g} {home}"})
        yield from _flag(
            "foreign_currency", _header(mapping, chunk, "currency"), note, placed, money, money == currency
        )


def _flag(
    code: str, header: str, note: Message, placed: pd.DataFrame, said: pd.Series[str], where: pd.Series[bool]
) -> Iterator[Flag]:
    at = np.flatnonzero(where.fillna(False).to_numpy(dtype=bool))
    if at.size:
        cells = tuple(said.iloc[at])
        numbers = tuple(placed["row"].to_numpy()[at].tolist())
        yield Flag(header, cells[0], code, note, numbers, cells)


def _header(mapping: ClaimMapping, chunk: ClaimChunk, column: str) -> str:
    """The file's own name of a column, empty where it has none."""
    known = mapping.columns.get(column)
    return next((h for h in known.headers if h in chunk.header), "") if known else ""
