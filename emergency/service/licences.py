"""Licences as the map asks for them: a person's licence must be the letters of the region, or they serve nowhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from emergency.geo.regions import RegionSet


def written(regions: RegionSet, licence: str) -> str:
    """A licence as the map writes it, whatever its case, width and spaces; the name of its region stands for it too.

    "tx", " T X" and "Texas" give "TX"; what no region asks for stays as it was written.
    """
    return _known(regions).get(_folded(licence), licence.strip())


def unasked(regions: RegionSet, licences: Iterable[str]) -> tuple[str, ...]:
    """Those of some licences that no region of the map asks for, sorted."""
    asked = frozenset(_known(regions).values())
    return tuple(sorted(set(licences) - asked))


@lru_cache(maxsize=8)
def _known(regions: RegionSet) -> Mapping[str, str]:
    """Folded letters and names -> letters; a map whose regions ask for no licence has none."""
    found: dict[str, str] = {}
    for level in regions.levels:
        rows = regions.frame(level)[["abbreviation", "name", "name_zh"]]
        for letters, *names in rows[rows["abbreviation"] != ""].itertuples(index=False):
            found |= {_folded(str(text)): str(letters) for text in names if text}
    return found | {_folded(letters): letters for letters in found.values()}


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
