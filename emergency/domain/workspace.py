"""A workspace: one world of claims, people and decisions, apart from all others.

The live workspace is one, each demo and each drill is another. What differs
between them is kept here as a profile, never as an ``if`` in the code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

KINDS = ("live", "demo", "drill")
NAME = re.compile(r"[a-z][a-z0-9-]{0,47}")


@dataclass(frozen=True)
class Profile:
    """What a workspace is and how its figures are to be read.

    Attributes:
        kind: live, demo or drill; a drill prefixes every outgoing message and wears a watermark.
        title: name in both languages, ``{"en": …, "zh": …}``.
        note: what must be said beside every figure ("reconstructed from public figures").
        region_set: id of the region set its claims are placed in.
        region_level: the level of that set shown on the map and used for demand.
        timezone: IANA name used on screen.
        currency: ISO 4217 code its totals are shown in.
        figures: ``claims`` (rows of the claims table) or ``bulletins`` (published totals).
        own_share: part of industry figures taken as our own; 1.0 where figures are our own.
        pool: folder name under ``data/pool`` its roster came from, empty for none.
        view: west, south, east, north in degrees, shown when the map first opens.
    """

    kind: str
    title: Mapping[str, str]
    region_set: str
    region_level: str
    timezone: str
    currency: str
    note: Mapping[str, str] = field(default_factory=dict)
    figures: str = "claims"
    own_share: float = 1.0
    pool: str = ""
    view: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"workspace kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if not 0 < self.own_share <= 1:
            raise ValueError(f"own_share {self.own_share} must lie above 0 and at most 1")

    @property
    def language(self) -> str:
        """What its files are written in where nobody says: Chinese where the money is yuan."""
        return "zh_CN" if self.currency == "CNY" else "en"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Profile:
        known = {f.name for f in fields(cls)}
        values = {k: v for k, v in raw.items() if k in known}
        if values.get("view"):
            values["view"] = tuple(values["view"])
        return cls(**values)


def check_name(name: str) -> str:
    """The name, if it may name a workspace.

    Raises:
        ValueError: anything but lower-case letters, digits and hyphens, a letter first.
    """
    if not NAME.fullmatch(name):
        raise ValueError(
            f"workspace name {name!r}: use a lower-case letter, then letters, digits or hyphens (at most 48)"
        )
    return name
