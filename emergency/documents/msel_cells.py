"""What a trainer typed into a cell of the list of events, as a value of the script."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from unicodedata import normalize

from emergency.documents.cells import harmless
from emergency.documents.msel import CODE, EVERYBODY, ID, NUMBER, TIME, WORD, WORDS, YES, Cell, Column, Roles
from emergency.texts import LANGUAGES, N_, Message, speaker

CLOCK = re.compile(r"(?:T\+)?(\d{1,4}):([0-5]?\d)(?::([0-5]?\d)(?:\.\d+)?)?", re.IGNORECASE)
# How a spreadsheet gives a time of more than a day away: as days and a clock, or as a date of its own calendar.
DAYS = re.compile(r"(\d{1,3}) days?(?:, (\d{1,2}):([0-5]\d):([0-5]\d)(?:\.\d+)?)?")
DATED = re.compile(r"(1899|1900|1904)-\d\d-\d\d(?: \d\d:\d\d:\d\d)?")
FIRST_DAYS = {"1899": date(1899, 12, 31), "1900": date(1899, 12, 31), "1904": date(1904, 1, 1)}
SPAN = re.compile(r"(?=\d)(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m(?:in)?)?(?:(\d{1,7})s)?", re.IGNORECASE)
SERIAL = re.compile(r"\d{0,3}\.\d+(?:[eE]-\d{1,2})?|0|\de-\d{1,2}", re.IGNORECASE)
DAY_S, HOUR_S = 86_400, 3600
UNSAVED = "#FORMULA!"  # a formula whose result was never saved
LONGEST = 32_767  # characters a cell holds
YESSES, NOES = {"yes", "y", "true", "1", "x", "是", "√", "✓"}, {"no", "n", "false", "0", "", "否"}
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,62}")
FEW = 12

Value = str | int | float | bool


class Unread(ValueError):
    """A cell that cannot be read; the message says what may stand there."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Seconds(int):
    """A time as it was read."""


def same(cell: Cell, given: str) -> bool:
    """Whether a cell still says what was written into it."""
    if isinstance(cell.value, str):
        return plain(given).strip() == plain(cell.value[:LONGEST]).strip()
    try:
        return float(given) == float(cell.value)
    except ValueError:
        return False


def plain(given: str) -> str:
    return given.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")


def value(column: Column, given: str, roles: Roles) -> Value:
    """What a cell says.

    Raises:
        Unread: it is nothing its column can take.
    """
    text = normalize("NFKC", given).strip() if column.kind != "text" else given
    if text == UNSAVED:
        raise Unread(Message("holds a formula without its result; save the file in Excel, or type the value itself"))
    if column.kind == TIME:
        return _time(text)
    if column.kind == NUMBER:
        return _number(text)
    if column.kind == YES:
        return _yes(text)
    if column.kind == WORD:
        return _word(column, text, roles)
    return text if column.kind in (ID, CODE) else _unsafe(plain(given))


def _time(text: str) -> Seconds:
    found = seconds(text)
    if found is None:
        raise Unread(Message("{given} is no time; write T+0:25 or 25m", {"given": text}))
    return Seconds(found)


def seconds(text: str) -> int | None:
    """A time as a trainer types it, T+26:30, 26:30, 1d2h30m, or as a spreadsheet keeps it: a share of a day."""
    if found := CLOCK.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        return hours * HOUR_S + minutes * 60 + rest
    if found := DAYS.fullmatch(text):
        days, hours, minutes, rest = (int(part or 0) for part in found.groups())
        return days * DAY_S + hours * HOUR_S + minutes * 60 + rest
    if found := DATED.fullmatch(text):
        return _dated(text, FIRST_DAYS[found[1]])
    if SERIAL.fullmatch(text):
        return round(float(text) * DAY_S)
    if found := SPAN.fullmatch(text.replace(" ", "")):
        units = zip(found.groups(), (DAY_S, HOUR_S, 60, 1), strict=True)
        return sum(int(count or 0) * unit for count, unit in units)
    return None


def _dated(text: str, first: date) -> int | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found.toordinal() - first.toordinal()) * DAY_S + found.hour * HOUR_S + found.minute * 60 + found.second


def _number(text: str) -> int | float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Unread(Message("{given} is no number", {"given": text}))
    return int(found) if found.is_integer() else found


def _yes(text: str) -> bool:
    word = text.lower()
    if word not in YESSES | NOES:
        raise Unread(Message("{given} is neither yes nor no", {"given": text}))
    return word in YESSES


def _word(column: Column, text: str, roles: Roles) -> str:
    known = {_key(word): name for name, word in reversed(words(column, roles))}
    if (name := known.get(_key(text))) is not None:
        return name
    if column.words in ("senders", "capabilities", "roles"):
        if NAME.fullmatch(text):
            return text
        hint = N_("{given} is not on the sheet of lists; a name of your own is small letters, digits and -")
        raise Unread(Message(hint, {"given": text}))
    raise Unread(Message("{given} is not on the sheet of lists; choose one of the words there", {"given": text}))


def words(column: Column, roles: Roles) -> list[tuple[str, str]]:
    """Name of the script, and how a cell may say it: by the name itself, or in any language of the console."""
    if column.words == "roles":
        titles = [(role, speaker(one).of(title)) for role, title in roles.items() for one in LANGUAGES]
        return [
            *((role, role) for role in ("all", *roles)),
            *(("all", speaker(x)(EVERYBODY)) for x in LANGUAGES),
            *titles,
        ]
    known: Mapping[str, str] = WORDS[column.words]
    return [*((name, name) for name in known), *((n, speaker(one)(w)) for n, w in known.items() for one in LANGUAGES)]


def _key(text: str) -> str:
    return normalize("NFKC", text).strip().casefold()


def _unsafe(text: str) -> str:
    """Without the apostrophe that kept a spreadsheet from taking the text for a formula."""
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text
