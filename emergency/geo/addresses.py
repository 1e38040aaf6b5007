"""The region an address names: Chinese ones by a kept parser of addresses, others by region names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emergency.geo.regions import RegionSet

_CODE = re.compile(r"\d{6}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_COUNTY = re.compile(r" (county|parish|borough|census area|municipality|city)$")
_STATE = re.compile(r"[a-z]{2}\b")


def regions_of(regions: RegionSet, addresses: Iterable[str | None]) -> list[str | None]:
    """The finest region each address names for sure; None where it names none.

    A place that only its name's like could be (a district called 中山区 in four cities) gives
    what is certain of it, the city or province if those are named, else nothing.
    """
    texts = [" ".join((a or "").split()) for a in addresses]
    distinct = list(dict.fromkeys(t for t in texts if t))
    chinese = [t for t in distinct if _HAN.search(t)] if regions.id == "cn" else []
    found = dict(zip(chinese, _chinese(regions, chinese), strict=True)) if chinese else {}
    if regions.id != "cn":
        names = _names(regions.id, regions)
        found = {t: _by_name(names, t) for t in distinct}
    return [found.get(t) for t in texts]


def _chinese(regions: RegionSet, texts: list[str]) -> list[str | None]:
    import cpca  # builds its tree of names on import: not for those who never parse

    codes = cpca.transform(texts)["adcode"].tolist()
    found = [_known(regions, str(code)) if isinstance(code, str) else None for code in codes]
    return [_sure(regions, code, text) if code else None for code, text in zip(found, texts, strict=True)]


def _sure(regions: RegionSet, code: str, text: str) -> str | None:
    """The code, unless its name stands for several places and the text does not say which.

    The parser has a favourite among namesakes; a favourite is a guess.
    """
    if len(_namesakes(regions.id, regions)[regions.name(code, "zh_CN")]) < 2:
        return code
    above = [_stem(regions.name(one, "zh_CN")) for one in regions.ancestors(code)]
    return code if any(name in text for name in above) else None


@lru_cache(maxsize=4)
def _namesakes(_id: str, regions: RegionSet) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code in {code for level in regions.levels for code in regions.codes(level)}:
        found.setdefault(regions.name(code, "zh_CN"), set()).add(code)
    return found


def _stem(name: str) -> str:
    """郑州 of 郑州市, 内蒙古 of 内蒙古自治区: how people write it."""
    return name[:2] if len(name) < 4 else re.sub(r"(省|市|地区|盟|[\u4e00-\u9fff]族.*|维吾尔.*|自治.*)$", "", name)


def _known(regions: RegionSet, code: str) -> str | None:
    """The code itself, or the city or province around it where the set does not have it."""
    if not _CODE.fullmatch(code):
        return None
    return next((c for c in (code, code[:4] + "00", code[:2] + "0000") if regions.known(c)), None)


@lru_cache(maxsize=4)
def _names(_id: str, regions: RegionSet) -> dict[str, str]:
    """``harris, tx`` → code, for names that stand once."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    for code in regions.codes():
        name = regions.name(code, "en").casefold()
        twice |= {name} & names.keys()
        names[name] = code
    return {name: code for name, code in names.items() if name not in twice}


def _by_name(names: dict[str, str], text: str) -> str | None:
    parts = [p.strip() for p in text.casefold().split(",")]
    for part, after in pairwise(parts):
        state = _STATE.match(after)
        if state and (code := names.get(f"{_COUNTY.sub('', part)}, {state[0]}")):
            return code
    return names.get(text.casefold())
