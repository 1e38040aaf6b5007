"""A day in one column and its time of day in another, put together as one text that can be read as a time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

import pyarrow as pa

from emergency.intake.cells import Texts, narrow

_ZONE = r"(?: *(Z|[+-]\d{2}:?\d{2}))?"
_SECONDS = r"(?:[:分](?:(\d{1,2})(?:[.,](\d)\d{0,8})?秒?)?)?"
_CLOCK = re.compile(rf"(\d{{1,2}})[:时点](?:(\d{{1,2}}){_SECONDS})?{_ZONE}", re.IGNORECASE)
_DIGITS = re.compile(r"(\d{1,2})(\d{2})|(\d{2})(\d{2})(\d{2})")
_TWELVE = re.compile(rf"(\d{{1,2}})(?::(\d{{2}})(?::(\d{{2}})(?:\.0+)?)?)? *([ap])\.?m\.?{_ZONE}", re.IGNORECASE)
# Parts of a day, and the hours each may mean. 12 in the morning or the evening, 1 in the evening: nobody knows.
_PARTS = {
    "凌晨": range(8),
    "早上": range(12),
    "早晨": range(12),
    "清晨": range(12),
    "清早": range(12),
    "早": range(12),
    "上午": range(12),
    "中午": range(10, 15),
    "午后": range(12, 20),
    "下午": range(12, 24),
    "傍晚": range(15, 21),
    "晚上": range(17, 24),
    "晚间": range(17, 24),
    "夜里": range(18, 24),
    "夜间": range(18, 24),
    "深夜": range(20, 24),
    "晚": range(17, 24),
}
_HALF_DAY = re.compile(rf"({'|'.join(_PARTS)}) *(.+)")
_IN_ONE = re.compile(r"(\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?)(?:,? +|,|T|(?=\D))(.+)", re.IGNORECASE)
# A part of a day, as a number Excel has not been told to show as a time; and the days it begins to count at.
_FRACTION = re.compile(r"0?\.\d+|0")
_FIRST_DAYS = re.compile(r"(?:1899-12-3[01]|1900-01-0[01])[ T]")
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.0+)?")


def moments(days: Texts, times: Texts) -> Texts:
    """Day and time of each row with one blank between; what is no time of day stays as it is and cannot be read."""
    pairs = zip(days.to_pylist(), times.to_pylist(), strict=True)
    return pa.array([_together(day, time) for day, time in pairs], pa.string())


@lru_cache(maxsize=65_536)
def _together(day: str, time: str) -> str:
    if not day or not time:
        return day  # a time without its day says nothing
    found = _day(day)
    time = time.removeprefix(f"{found} ")  # a spreadsheet that shows 14:30 may hold the day as well
    at = clock(time)
    if at and at == clock(found.partition(" ")[2]):
        return found  # both columns hold the whole of it
    return f"{found} {at or time}"


@lru_cache(maxsize=4_096)
def _day(cell: str) -> str:
    text = _MIDNIGHT.sub("", narrow(cell))
    if match := _COMPACT.fullmatch(text):
        return "-".join(match.groups())
    if match := _SERIAL.fullmatch(text):
        return (datetime(1899, 12, 30) + timedelta(days=int(match[1]))).strftime("%Y-%m-%d")  # noqa: DTZ001  a day
    return text


@lru_cache(maxsize=65_536)
def clock(cell: str) -> str:
    """A time of day as ``14:30:00``, with its offset where one is written; ``""`` where the cell is none.

    Read are 14:30, 14时30分, 2:30 PM, 下午2:30, 1430, and 0.604 as spreadsheets keep it.
    """
    text = _FIRST_DAYS.sub("", narrow(cell).strip())
    if _FRACTION.fullmatch(text):
        minutes, seconds = divmod(round(float(text) * 86_400), 60)
        return _checked(*divmod(minutes, 60), seconds)
    if match := _CLOCK.fullmatch(text):
        return _clock(match)
    if match := _DIGITS.fullmatch(text):
        hour, minute, second = (match[1], match[2], 0) if match[1] else (match[3], match[4], match[5])
        return _checked(int(hour), int(minute), int(second))
    return _half_day(text)


def whole_day(text: str) -> str:
    """Day and time of one cell as ``8/27/2017 14:15:00``, where the time is of half a day; else ``""``."""
    match = _IN_ONE.fullmatch(text)
    at = _half_day(match[2].strip()) if match else ""
    return f"{match[1]} {at}" if match and at else ""


def _half_day(text: str) -> str:
    """2:15 PM, 下午3时20分; ``""`` where it is no such time or leaves the half of the day open."""
    if match := _TWELVE.fullmatch(text):
        return _halved(match, match[4].lower() == "p")
    if (match := _HALF_DAY.fullmatch(text)) and (inner := _CLOCK.fullmatch(match[2])):
        hour = _hour(int(inner[1]), match[1])
        return clock(f"{hour}{match[2][inner.end(1) :]}") if hour is not None else ""
    return ""


def _hour(said: int, part: str) -> int | None:
    """The hour of 24 that is said in a part of the day, None where it cannot be."""
    if said == 12 and part == "凌晨":
        return 0
    meant = (said, said + 12) if said < 12 else (said,)
    return next((hour for hour in meant if hour in _PARTS[part]), None)


def _clock(match: re.Match[str]) -> str:
    """To the nearest second: 14:30 that was part of a day comes back as 14:29:59.9856."""
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    fits = minute < 60 and second < 60
    if (match[4] or "0") < "5" or not fits:
        return _checked(hour, minute, second, match[5] or "")
    minute, second = divmod(hour * 3600 + minute * 60 + second + 1, 60)
    return _checked(*divmod(minute, 60), second, match[5] or "")


def _halved(match: re.Match[str], late: bool) -> str:
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    return _checked(hour % 12 + 12 * late, minute, second, match[5] or "") if hour <= 12 else ""


def _checked(hour: int, minute: int, second: int, offset: str = "") -> str:
    fits = hour < 24 and minute < 60 and second < 60
    return f"{hour:02}:{minute:02}:{second:02}{offset}" if fits else ""
