"""The system of coordinates a header names: points of Chinese web maps are shifted by hundreds of metres."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from emergency.texts import Message

NAMES = {"wgs84": "WGS84", "gcj02": "GCJ-02"}
# What no mapping can read: Baidu's own system, Beijing 1954 and Xi'an 1980, metres of a projection.
FOREIGN = "other"
_WORDS = (
    ("gcj02", re.compile(r"gcj|火星|国测局|高德|腾讯|amap|autonavi|搜搜")),
    (FOREIGN, re.compile(r"bd-?_?09|百度|baidu|北京54|西安80|xian80|utm|墨卡托|mercator")),
    ("wgs84", re.compile(r"wgs|cgcs2000|国家2000|2000坐标|大地2000")),
)


def said_system(headers: Iterable[str]) -> str:
    """``gcj02``, ``wgs84``, FOREIGN, or ``""`` where the headers of coordinates name no system."""
    said = ["".join(unicodedata.normalize("NFKC", header).casefold().split()) for header in headers]
    return next((system for system, words in _WORDS if any(map(words.search, said))), "")


def other_system(header: str, mapping: str, system: str) -> Message:
    return Message(
        "column {header} names a system of coordinates, but mapping {mapping} reads {system}: choose the right system "
        "in the mapping, or have the points exported again",
        {"header": header, "mapping": mapping, "system": NAMES[system]},
    )
