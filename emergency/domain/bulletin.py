"""Bulletins: words around figures of the ledger.

A text holds gaps named after figures, ``{claims.reported}``. Rendering fills them and keeps,
for every figure in the finished text, where it stands and which entry of the ledger it is;
a gap that cannot be filled stays visible as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from emergency.domain.instant import from_us
from emergency.domain.ledger import Entry, Ledger, chosen
from emergency.domain.playbook import Comms

LANGUAGES = ("en", "zh")
GAP = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\}")
STATES = ("draft", "submitted", "approved", "sent", "dropped")
LEVEL_WORDS = {
    1: {"en": "Level I", "zh": "一级（Ⅰ级）"},
    2: {"en": "Level II", "zh": "二级（Ⅱ级）"},
    3: {"en": "Level III", "zh": "三级（Ⅲ级）"},
}
MONEY_STEPS = {
    "en": ((10**9, " billion"), (10**6, " million")),
    "zh": ((10**8, "亿"), (10**4, "万")),
}
MONEY_NAMES = {"CNY": {"en": "CNY ", "zh": "元"}, "USD": {"en": "USD ", "zh": "美元"}}


# Rendering ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """Characters ``start`` to ``end`` of a text are this entry of the ledger."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True)
class Rendered:
    """A finished text; ``missing`` are figures that no source has given."""

    text: str
    links: tuple[Link, ...] = ()
    missing: tuple[str, ...] = ()


def gaps(text: str) -> tuple[str, ...]:
    """Figures a text asks for, in the order of their first mention."""
    return tuple(dict.fromkeys(GAP.findall(text)))


def render(
    text: str, ledger: Ledger, language: str, zone: tzinfo, choices: Mapping[str, str] | None = None
) -> Rendered:
    """Fill the gaps of a text; figures that are text themselves are not searched for gaps again."""
    parts: list[str] = []
    links: list[Link] = []
    missing: list[str] = []
    length = last = 0
    for gap in GAP.finditer(text):
        parts.append(text[last : gap.start()])
        length += gap.start() - last
        entry = chosen(ledger.get(gap[1], ()), (choices or {}).get(gap[1]))
        filled = gap[0] if entry is None else shown(entry, language, zone)
        if entry is None:
            missing.append(gap[1])
        else:
            links.append(Link(length, length + len(filled), entry))
        parts.append(filled)
        length += len(filled)
        last = gap.end()
    parts.append(text[last:])
    return Rendered("".join(parts), tuple(links), tuple(dict.fromkeys(missing)))


def shown(entry: Entry, language: str, zone: tzinfo) -> str:
    """A figure as it stands in a text of this language."""
    value = entry.value
    if entry.unit == "text":
        return str(value.get(language) or value.get("en") or value.get("zh") or "")
    if entry.unit == "money":
        return _money(int(value), entry.currency, language)
    if entry.unit == "instant":
        local = from_us(int(value)).astimezone(zone)
        return (
            f"{local.month}月{local.day}日{local:%H:%M}"
            if language == "zh"
            else f"{local:%H:%M} on {local.day} {local:%B}"
        )
    if entry.unit == "level":
        return LEVEL_WORDS[int(value)][language]
    return f"{value:,}"


def _money(minor: int, currency: str, language: str) -> str:
    """Two places of the largest unit that fits; the ledger keeps the exact amount."""
    mark = MONEY_NAMES.get(currency, {"en": f"{currency} ", "zh": currency})[language]
    for size, word in MONEY_STEPS[language]:
        if abs(minor) >= size * 100:
            # Whole hundredths of the unit, halves to even, without a float on the way.
            hundredths = round_half_even(minor, size)
            number = f"{hundredths // 100:,}.{hundredths % 100:02d}"
            return f"{mark}{number}{word}" if language == "en" else f"{number}{word}{mark}"
    whole = f"{round_half_even(minor, 100):,}"
    return f"{mark}{whole}" if language == "en" else f"{whole}{mark}"


def round_half_even(value: int, by: int) -> int:
    """``value / by`` as the nearest whole number, a half to the even one."""
    whole, rest = divmod(value, by)
    return whole + (rest * 2 > by or (rest * 2 == by and whole % 2 == 1))


# Numbers typed by hand ----------------------------------------------------------------------------

_DIGITS = r"[0-9０-９]+(?:[.,:/．，：][0-9０-９]+)*(?:[%％]|余?[十百千万亿]+)?"
# 3万 is one number. 三百人 and 十二件 are numbers, 万一 and 一个 are words.
_CHINESE = (
    r"(?:[两二三四五六七八九十百千万亿][零〇一二三四五六七八九十百千万亿]*|一[零〇一二三四五六七八九十百千万亿]+)"
    r"(?=余?多?[人名件起户元辆处栋个天日周月小时分亿万])"
)
_ENGLISH = (
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?|billions?)\b"
)
NUMBER = re.compile(f"{_DIGITS}|{_CHINESE}|{_ENGLISH}", re.IGNORECASE)


@dataclass(frozen=True)
class Loose:
    """A number in a text that is no entry of the ledger; ``figures`` have the same value and may be meant."""

    start: int
    end: int
    text: str
    figures: tuple[str, ...] = ()


def loose_numbers(rendered: Rendered, ledger: Ledger, language: str, zone: tzinfo) -> tuple[Loose, ...]:
    """Numbers typed by hand, with the figures of the ledger they look like."""
    same: dict[str, list[str]] = {}
    for figure, entries in ledger.items():
        for entry in entries:
            if entry.unit != "text":
                same.setdefault(_plain(shown(entry, language, zone)), []).append(figure)
    return tuple(
        Loose(
            start, end, rendered.text[start:end], tuple(dict.fromkeys(same.get(_plain(rendered.text[start:end]), ())))
        )
        for start, end in _outside(rendered)
    )


def _outside(rendered: Rendered) -> Iterator[tuple[int, int]]:
    """Numbers of the parts that are not linked; a number never reaches over the edge of a figure."""
    last = 0
    for start, end in [(link.start, link.end) for link in rendered.links] + [(len(rendered.text),) * 2]:
        for found in NUMBER.finditer(rendered.text, last, start):
            yield found.start(), found.end()
        last = end


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(",", "").strip().lower()


# When the next one is due -------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """The next bulletin of one row of the playbook. ``due_at`` None: nothing more is asked for."""

    row: Comms
    due_at: datetime | None
    last_at: datetime | None
    repeat_s: int | None


def next_due(
    row: Comms,
    level: int,
    activated_at: datetime,
    discovered_at: datetime,
    deadlines_s: Mapping[str, int],
    sent: Sequence[datetime],
) -> Due | None:
    """When a row's next bulletin is due at a level; None where the row is not meant for the level.

    The first counts from activation, one tied to a deadline of the rules from discovery;
    each further one from the one before.
    """
    if level not in row.levels:
        return None
    repeat_s = row.repeat_every_s.get(level)
    if sent:
        last = max(sent)
        return Due(row, last + timedelta(seconds=repeat_s) if repeat_s else None, last, repeat_s)
    if row.deadline:
        within_s = deadlines_s.get(row.deadline)
        return Due(row, None if within_s is None else discovered_at + timedelta(seconds=within_s), None, repeat_s)
    return Due(row, activated_at + timedelta(seconds=row.first_s[level]), None, repeat_s)
