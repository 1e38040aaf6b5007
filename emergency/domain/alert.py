"""An alert: an issuer's warning with its area, severity and time, and what the level rules read in it.

Values follow CAP 1.2 (OASIS, ITU-T X.1303): an alert has one or more info blocks, each for a
language, an area or both. Positions are (longitude, latitude) in degrees WGS84 from here on;
CAP writes them the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from emergency.domain.level.metric import SCALES

SOURCES = ("cap", "gdacs", "usgs")
STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
MESSAGES = ("alert", "update", "cancel")
SEVERITIES = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")  # mildest first
COLOURS = ("green", "blue", "yellow", "orange", "red")  # mildest first
# What a severity is worth where the issuer names no colour (China's four colours against CAP's words).
COLOUR_OF_SEVERITY: Mapping[str, str] = {
    "Unknown": "",
    "Minor": "blue",
    "Moderate": "yellow",
    "Severe": "orange",
    "Extreme": "red",
}
# How long an alert stands whose issuer names no end. House rule, 2026-11-22.
HOURS_WITHOUT_END: Mapping[str, int] = {"cap": 24, "gdacs": 96, "usgs": 168}

Point = tuple[float, float]
Ring = tuple[Point, ...]

CENTRAL, PROVINCIAL, CITY, COUNTY = "central", "provincial", "city", "county"
_CENTRAL = re.compile(r"中央气象台|国家气象中心|中国气象局|China Meteorological Administration")
_PROVINCIAL = re.compile(r"(省|自治区)气象[台局]|^(北京|天津|上海|重庆)市?气象[台局]")
_COUNTY = re.compile(r"[县区旗]气象[台局]")
_CITY = re.compile(r"市气象[台局]")
# Numbers of China's national warning platform begin with the issuer's GB/T 2260 code and its kind.
_PLATFORM_NUMBER = re.compile(r"^(\d{6})41600000")
# 11B01 and 11B03 are the platform's codes of typhoon and rainstorm.
_HAZARDS = (
    ("typhoon", re.compile(r"台风|热带风暴|热带气旋|typhoon|tropical (storm|cyclone)|\b11B01\b", re.I)),
    ("rainstorm", re.compile(r"暴雨|rainstorm|torrential rain|\b11B03\b", re.I)),
)
_PERILS = (
    ("hurricane", re.compile(r"hurricane", re.I)),
    *_HAZARDS,
    ("tsunami", re.compile(r"海啸|tsunami", re.I)),
    ("earthquake", re.compile(r"地震|earthquake|seismic", re.I)),
    ("flood", re.compile(r"洪水|山洪|内涝|渍涝|flood|inundation|inondation", re.I)),
    ("tornado", re.compile(r"龙卷|tornado", re.I)),
    ("snow", re.compile(r"暴雪|降雪|寒潮|结冰|snow|blizzard|winter storm|ice storm|freez", re.I)),
    ("hail", re.compile(r"冰雹|\bhail", re.I)),
    ("thunderstorm", re.compile(r"雷|thunderstorm", re.I)),
    ("rainstorm", re.compile(r"heavy rain|rainfall", re.I)),
    ("wind", re.compile(r"大风|\bwind|\bgale|\bgust|\bsquall", re.I)),
    ("heat", re.compile(r"高温|\bheat", re.I)),
    ("drought", re.compile(r"干旱|drought", re.I)),
    ("wildfire", re.compile(r"火险|火灾|fire", re.I)),
    ("volcano", re.compile(r"火山|volcan", re.I)),
    ("landslide", re.compile(r"地质灾害|滑坡|泥石流|landslide|debris flow", re.I)),
)
_ALL_CLEAR = re.compile(r"解除")
_COLOUR_NAME = re.compile(r"colou?r|awareness_level|alert ?level|颜色", re.I)
_COLOUR_WORD = re.compile(r"\b(red|orange|yellow|blue|green)\b|([红橙黄蓝])", re.I)
_COLOUR_HEADLINE = re.compile(r"([红橙黄蓝])色")
_CHINESE: Mapping[str, str] = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}


@dataclass(frozen=True)
class Circle:
    """Everything within ``km`` of a place; 0 km is the place itself."""

    lon: float
    lat: float
    km: float


@dataclass(frozen=True)
class Area:
    """Where an info block holds: the union of its polygons, circles and coded places.

    Attributes:
        rings: outer rings, closed, at least four points each.
        excluded: rings taken out again.
        geocodes: (system, value) pairs as the issuer wrote them.
    """

    description: str = ""
    rings: tuple[Ring, ...] = ()
    excluded: tuple[Ring, ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for ring in (*self.rings, *self.excluded):
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ValueError(f"a ring of {len(ring)} points must be closed and have at least four")


@dataclass(frozen=True)
class Info:
    """One info block: what is warned of, how gravely, where and until when."""

    event: str
    severity: str = "Unknown"
    language: str = ""
    urgency: str = ""
    certainty: str = ""
    responses: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    onset: datetime | None = None
    expires: datetime | None = None
    issuer: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    areas: tuple[Area, ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r} is not one of {', '.join(SEVERITIES)}")

    @property
    def colour(self) -> str:
        """The colour the issuer names, in a parameter or in the headline; else by severity; "" for none."""
        for name, value in self.parameters:
            found = _COLOUR_WORD.search(value) if _COLOUR_NAME.search(name) else None
            if found:
                return (found[1] or _CHINESE[found[2]]).lower()
        spoken = _COLOUR_HEADLINE.search(self.headline)
        return _CHINESE[spoken[1]] if spoken else COLOUR_OF_SEVERITY[self.severity]

    @property
    def all_clear(self) -> bool:
        """The block says that the danger is over."""
        return "AllClear" in self.responses or bool(_ALL_CLEAR.search(self.headline))

    @property
    def subject(self) -> str:
        """Event, its codes and headline in one text, for the words hazards are known by."""
        return " ".join((self.event, *(value for _, value in self.codes), self.headline))

    @property
    def peril(self) -> str:
        """The peril in the words of playbooks and incidents; "" where none is recognised."""
        return next((peril for peril, words in _PERILS if words.search(self.subject)), "")


@dataclass(frozen=True)
class Alert:
    """A message of an issuer.

    Attributes:
        identity: what makes it the same message when it comes again (`cap_identity`, or the
            event's number of GDACS and USGS, where a newer message takes the older one's place).
        references: identities of earlier messages it updates or cancels.
        status: one of STATUSES; only Actual is meant for the world.
        message: alert, update or cancel.
    """

    source: str
    identity: str
    sender: str
    status: str
    message: str
    sent: datetime
    infos: tuple[Info, ...]
    references: tuple[str, ...] = ()
    scope: str = "Public"
    note: str = ""

    def __post_init__(self) -> None:
        for name, allowed in (("source", SOURCES), ("status", STATUSES), ("message", MESSAGES)):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} {getattr(self, name)!r} is not one of {', '.join(allowed)}")
        if self.sent.tzinfo is None:
            raise ValueError(f"sent {self.sent.isoformat()} has no time zone")
        if not self.infos and self.message != "cancel":
            raise ValueError("an alert without an info block warns of nothing")

    @property
    def gravest(self) -> Info | None:
        """The info block with the highest severity, the first where several have it."""
        return max(self.infos, key=lambda info: SEVERITIES.index(info.severity), default=None)

    @property
    def colour(self) -> str:
        """The gravest colour over the info blocks."""
        found = [info.colour for info in self.infos if info.colour]
        return max(found, key=COLOURS.index, default="")

    @property
    def onset(self) -> datetime | None:
        return min((info.onset for info in self.infos if info.onset), default=None)

    @property
    def expires(self) -> datetime:
        """When the last of its info blocks ends."""
        return max((end_of(self, info) for info in self.infos), default=self.sent)


def end_of(alert: Alert, info: Info) -> datetime:
    """When an info block ends: as the issuer says, else by HOURS_WITHOUT_END."""
    if info.expires:
        return info.expires
    begun = info.onset if alert.source == "usgs" and info.onset else alert.sent
    return begun + timedelta(hours=HOURS_WITHOUT_END[alert.source])


def cap_identity(sender: str, identifier: str, sent: datetime) -> str:
    """Sender, number and time of a CAP message in one text; the time in UTC, however it was written."""
    offset = sent.utcoffset()
    if offset is None:
        raise ValueError(f"sent {sent.isoformat()} has no time zone")
    return f"{sender},{identifier},{(sent - offset).replace(tzinfo=None).isoformat()}Z"


def numbered(identity: str) -> str:
    """Sender and number without the time: what a reference is matched by.

    A sender may not use a number twice, and senders often write a referred time wrongly.
    """
    return identity.rpartition(",")[0] or identity


def admitted(workspace_kind: str, status: str) -> bool:
    """May a message of this status enter a workspace of this kind (live, demo, drill)?"""
    return status == "Actual" or (status == "Exercise" and workspace_kind == "drill")


def metrics(alert: Alert, info: Info) -> dict[str, str]:
    """What the level rules read in one info block: metric → step of its scale; empty for none."""
    if alert.message == "cancel" or info.all_clear:
        return {}
    if alert.source == "usgs":
        return _scaled({"alert.pager": info.colour}, "PAGER alert")
    if alert.source == "gdacs" or "gdacs" in alert.sender.lower():
        return _scaled({"alert.gdacs": info.colour.capitalize()}, "GDACS alert")
    return _scaled(_weather(alert, info), "warning colour")


def _scaled(found: Mapping[str, str], scale: str) -> dict[str, str]:
    return {metric: step for metric, step in found.items() if step in SCALES[scale]}


def _weather(alert: Alert, info: Info) -> dict[str, str]:
    """Warnings of China's weather service; a county's own signal is shown, but decides no level."""
    issuer = issuer_level(alert, info)
    if issuer in ("", COUNTY):
        return {}
    hazard = next((name for name, words in _HAZARDS if words.search(info.subject)), "other")
    found = {f"alert.cma.{hazard}": info.colour}
    if issuer == CENTRAL and hazard != "other":
        found["alert.central.typhoon_rainstorm"] = info.colour
    return found


def issuer_level(alert: Alert, info: Info) -> str:
    """Which observatory of China's weather service speaks: central, provincial, city, county; "" for none.

    By its name; a city by name alone may be a county-level city, which its number or the codes of
    its area show.
    """
    name = info.issuer
    for level, words in ((CENTRAL, _CENTRAL), (PROVINCIAL, _PROVINCIAL), (COUNTY, _COUNTY)):
        if words.search(name):
            return level
    number = _PLATFORM_NUMBER.match(alert.identity.split(",")[1] if "," in alert.identity else "")
    codes = [number[1]] if number else [v for a in info.areas for _, v in a.geocodes if re.fullmatch(r"\d{6}", v)]
    if number and not _CITY.search(name):
        return CENTRAL if number[1] in ("000000", "100000") else _level_of_code(number[1])
    if _CITY.search(name):
        return CITY if not codes or any(code.endswith("00") for code in codes) else COUNTY
    return ""


def _level_of_code(code: str) -> str:
    if code.endswith("0000"):
        return PROVINCIAL
    return CITY if code.endswith("00") else COUNTY


def gravest(values: Iterable[str], metric: str) -> str:
    """The highest of several steps of one metric's scale."""
    scale = {"alert.gdacs": "GDACS alert", "alert.pager": "PAGER alert"}.get(metric, "warning colour")
    return max(values, key=SCALES[scale].index)
