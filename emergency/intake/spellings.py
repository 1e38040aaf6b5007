"""Days and times as people and other programs spell them, put into the one spelling that instants are read from."""

from __future__ import annotations

import re

from emergency.intake.moments import clock

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT = (
    *("january", "february", "march", "april", "june", "july", "august", "september", "sept", "october"),
    *("november", "december"),
)
_NAME = r"([A-Za-z]{3,9}|\d{1,2} *月)\.?"
# 17时5分许, 5点半, 8点整: said of a time, no part of it.
_ABOUT = re.compile(r"(?:许|左右|前后|整|钟)+$")
_HALF_HOUR = re.compile(r"(?<=\d)([点时])半")
_HAN_GAPS = re.compile(r" *([年月日时点分秒]) *")
_WEEKDAY = re.compile(
    r" *[(\[]?(?:星期|礼拜|周)[一二三四五六日天][)\]]? *"
    r"|^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +",
    re.IGNORECASE,
)
# Behind a sign it would be a number of something, 20260720-0017.
_RUN = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]+(?=\d)|(?=[上下早中晚凌傍夜深清午]))(.+)", re.IGNORECASE)
_DAY_NAMED = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[-/ ]*{_NAME},? *[-/ ] *(\d{{4}}|\d\d)(?!\d)(.*)", re.IGNORECASE)
_NAMED_DAY = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})(?!\d)(.*)", re.IGNORECASE)
_YEAR_NAMED = re.compile(rf"(\d{{4}})[-/ ]+{_NAME}[-/ ]+(\d{{1,2}})(?!\d)(.*)", re.IGNORECASE)
_TWO_DIGITS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{2})(?!\d)(.*)")
# How Oracle writes a clock: 05.30.00.000000 PM, 05.30.00.000000000 下午.
_DOTTED = re.compile(r"(\d{1,2})\.(\d{2})\.(\d{2})(?:\.\d+)?(?: *(AM|PM|上午|下午))?", re.IGNORECASE)


def plainly(text: str, order: str) -> str:
    """A narrow cell as ``2026-07-20 17:05:00``, or nearer to it; ``""`` where nothing about it is to be changed.

    Args:
        order: of the mapping; a year of two digits is read only where the order says which number it is.
    """
    spelt = _HAN_GAPS.sub(r"\1", _WEEKDAY.sub(" ", text, count=1).strip())
    spelt = _HALF_HOUR.sub(r"\g<1>30分", _ABOUT.sub("", spelt))
    spelt = _day(spelt) or _short_year(spelt, order) or spelt
    return spelt if spelt != text else ""


def has_short_year(text: str) -> bool:
    """11/18/26: which of its numbers is the year is open until an order is named."""
    return bool(_TWO_DIGITS.fullmatch(text))


def _day(text: str) -> str:
    """The spellings in which no number can be taken for another: 20260720, 20-Jul-26, July 20, 2026."""
    if match := _RUN.fullmatch(text):
        return _with_clock(*match.groups())
    for shape, (year, month, day) in ((_DAY_NAMED, (3, 2, 1)), (_NAMED_DAY, (3, 1, 2)), (_YEAR_NAMED, (1, 2, 3))):
        if (match := shape.fullmatch(text)) and (number := _month(match[month])):
            return _with_clock(_whole(match[year]), number, match[day], match[4])
    return ""


def _month(name: str) -> str:
    """The number of a month's name, whole or of three letters or ``7月``; "" for another word."""
    if name[0].isdigit():
        return name.rstrip("月 ")
    spelt = name.casefold()
    return str(_MONTHS.index(spelt[:3]) + 1) if spelt in _SPELT or spelt in _MONTHS else ""


def _short_year(text: str, order: str) -> str:
    match = _TWO_DIGITS.fullmatch(text) if order != "ymd" else None
    if not match:
        return ""
    month, day = (match[1], match[3]) if order == "mdy" else (match[3], match[1])
    return _with_clock(_whole(match[4]), month, day, match[5])


def _whole(year: str) -> str:
    """A year of two digits is of 1970 to 2069, as POSIX has it."""
    return year if len(year) == 4 else f"{'19' if year >= '70' else '20'}{year}"


def _with_clock(year: str, month: str, day: str, rest: str) -> str:
    at = rest.strip(" ,T")
    if match := _DOTTED.fullmatch(at):
        half = match[4] or ""
        at = f"{match[1]}:{match[2]}:{match[3]}"
        at = f"{half}{at}" if half in ("上午", "下午") else f"{at} {half}".strip()
    return f"{year}-{int(month):02}-{int(day):02}" + (f" {clock(at) or at}" if at else "")
