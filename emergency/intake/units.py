"""Units of money as files state them: in a header, in a line over it, in a row of units under it.

A mapping says in which unit it reads an amount; what the file itself says is held against that. Nothing is
ever turned from one unit into another because of it: where the two differ, a person decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from emergency.intake.columns import UNIT_NAMES, UNITS
from emergency.texts import Message

# 元 and ¥ are written for several currencies, never for dollars.
YUAN = "元"
_CURRENCIES: Mapping[str, tuple[str, ...]] = {
    "CNY": ("人民币元", "元人民币", "人民币", "rmb", "cny", "renminbi"),
    "USD": ("usdollars", "dollars", "dollar", "美元", "美金", "usd", "us$", "$"),
    "HKD": ("港元", "港币", "hkd", "hk$"),
    "EUR": ("欧元", "euros", "euro", "eur", "€"),
    "GBP": ("英镑", "gbp", "£"),
    "JPY": ("日元", "jpy", "yen"),
    "MOP": ("澳门元", "mop"),
    "TWD": ("新台币", "台币", "twd", "nt$"),
    YUAN: ("yuan", "元", "圆", "¥"),
}
_CODES = {word: code for code, words in _CURRENCIES.items() for word in words}
_SCALES = {"thousands": 1e3, "thousand": 1e3, "000s": 1e3, "000": 1e3, "k": 1e3, "millions": 1e6, "million": 1e6}
_SCALES |= {"000000": 1e6, "mn": 1e6, "mio": 1e6, "m": 1e6, "billions": 1e9, "billion": 1e9, "bn": 1e9}
_SCALES |= {"1000": 1e3, "10000": 1e4, "1000000": 1e6, "100000000": 1e8}  # RMB 10,000 is 万元
_TENS = {"": 1.0, "十": 1e1, "百": 1e2, "千": 1e3}
_MYRIADS = {"": 1.0, "万": 1e4, "亿": 1e8, "万亿": 1e12}
_SIMPLIFIED = str.maketrans("萬億圓單額幣爲為數為", "万亿元单额币为为数为")
_CURRENCY = "|".join(re.escape(word) for word in sorted(_CODES, key=len, reverse=True))
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_MONEY = (
    rf"(?P<before>{_CURRENCY})?(?P<tens>[十百千])?(?P<myriads>万亿|[万亿])?(?P<scale>{_SCALE})?"
    rf"(?:of)?(?P<after>{_CURRENCY})?"
)
# What stands around the unit itself: 金额单位：人民币万元, amounts are in thousands of dollars, 以万元计.
_WHOLE = re.compile(
    r"(?:金额|数额|货币|计量|计价)*(?:单位|币种|币别|unitsof|units|unit|amounts|amount|figures|values|all|currency)?"
    rf"[:=]?(?:均|以|按|为|是|are|is|in|stated|shown)*[:=]?(?:{_MONEY})"
    rf"(?:计|计价|为单位|整)?"
)
_FEN = ("分", "cents", "cent", "fen", "minorunits")
_IN_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_SEPARATED = re.compile(r"[\s_/:,;|-]+")
_AT_END = re.compile(r"(?<!单)(?:人民币)?[十百千]?[万亿]?(?:美|港|欧|日)?元(?:人民币)?$")
# Sentences over a table that say what its amounts are in.
_SAID = (
    re.compile(
        r"(?:单位|币种|币别|\bunits?|\bcurrency)\s*[:：=]?\s*(?:均?为|是|are|is|in)?\s*"
        r"(?P<said>[^\s()\[\]【】〔〕。;；!]+(?:\s+(?:of\s+)?[\w,]+)?)"
    ),
    re.compile(r"(?:以|按)\s*(?P<said>[^\s,，。()]{1,8}?)\s*(?:为单位|计)"),
    re.compile(
        r"金额(?:单位)?(?:均|以|按|为|是|[:：\s])*(?P<said>[十百千]?[万亿]?(?:美|港|欧|日)?元)(?=$|[\s,，。;；)计])"
    ),
    re.compile(
        r"\b(?P<said>in\s+(?:(?:us\$|\$|usd|rmb|cny|eur|gbp|hkd)\s*)?(?:thousand|million|billion)s?"
        r"(?:\s+of\s+(?:us\s+)?[\w$]+|\s+(?:us\$|\$|us\s+dollars?|usd|dollars?|rmb|cny|yuan|eur|euros?|gbp|hkd))?)"
    ),
    re.compile(r"(?P<said>(?:(?:us\$|\$|usd|rmb|cny|eur|gbp|hkd)\s*['’`]?|['’`]|\bin\s+)000s?)(?=$|[\s,.;)])"),
)
# Words of a currency that say nothing of the size: 币种：人民币 over amounts in 万元 is no contradiction.
_SIZED = ("元", "圆", "$", "dollar", "单位", "unit", "yuan")
_BETWEEN = re.compile(r"[、,，/;；]|和|及|或")
_LONGEST_SHOWN = 40
# Cells that are looked at over a header; a table is no book.
MOST_TITLES, LONGEST_TITLE = 200, 200


@dataclass(frozen=True)
class Said:
    """A unit as a file states it.

    Attributes:
        words: as they stand there; factor: whole units of currency in one, 0 = minor units.
        currency: ISO code, `YUAN`, or ``""`` where only the size is said.
        sized: False where only the currency is said.
    """

    words: str
    factor: float
    currency: str = ""
    sized: bool = True

    @property
    def unit(self) -> str:
        """The unit of a mapping that means it, ``""`` where there is none."""
        if not self.sized:
            return ""
        if self.factor == 1:
            return {"USD": "usd", "CNY": "yuan", YUAN: "yuan"}.get(self.currency, "whole")
        return next((name for name, (factor, _) in UNITS.items() if factor == self.factor), "")

    @property
    def code(self) -> str:
        """ISO code of the currency, as far as it is certain."""
        return "" if self.currency == YUAN else self.currency

    def agrees(self, unit: str, currency: str) -> bool:
        """Whether amounts read in `unit`, in a file of `currency` ("" = each row names its own), are read so."""
        factor, fits = UNITS[unit]
        fits = fits or currency
        if self.sized and factor != self.factor:
            return False
        if self.currency == YUAN:
            return fits != "USD" or unit == "whole"
        return not self.currency or not fits or self.currency == fits


@dataclass(frozen=True)
class Around:
    """What stands around a header: `titles` over it, and the row `under` it where that holds no digit."""

    titles: tuple[str, ...] = ()
    under: tuple[str, ...] = ()

    @classmethod
    def of(cls, records: Sequence[Sequence[str]], at: int) -> Around:
        """Of the top of a table whose header is record ``at``."""
        over = (cell.strip()[:LONGEST_TITLE] for record in records[:at] for cell in record if cell.strip())
        row = [cell.strip()[:LONGEST_TITLE] for cell in (records[at + 1] if len(records) > at + 1 else ())]
        plain = not any(c.isdigit() for cell in row for c in cell.removesuffix("000"))
        return cls(tuple(islice(over, MOST_TITLES)), tuple(row) if plain and any(map(unit_of, row)) else ())

    def under_column(self, at: int) -> Said | None:
        return unit_of(self.under[at]) if at < len(self.under) else None

    @property
    def stated(self) -> tuple[Said, ...]:
        """Every unit of money the lines over the header state, each once; of one size the one that names its money."""
        found = [_sized(one) for title in self.titles for one in _stated(title)]
        named = {one.factor for one in found if one.sized and one.currency}
        whole = [one for one in found if one.currency or one.factor not in named]
        return tuple({(one.factor, one.currency, one.sized): one for one in whole}.values())


def unit_of(text: str) -> Said | None:
    """A text that is a unit and nothing else: ``万元``, ``金额单位:人民币万元``, ``USD thousands``."""
    spelt = _plain(text)
    if not spelt or len(spelt) > 40:
        return None
    bare = re.sub(r"^(?:单位|unit|in)?:?", "", spelt)
    if bare in _FEN:
        return Said(_shown(text), 0.0)
    match = _WHOLE.fullmatch(spelt)
    return _of(match, text) if match else None


def _of(match: re.Match[str], text: str) -> Said | None:
    before, after = match["before"] or "", match["after"] or ""
    chinese = _TENS[match["tens"] or ""] * _MYRIADS[match["myriads"] or ""]
    scale = match["scale"] or ""
    if not (before or after or scale or chinese > 1):
        return None
    if scale == "m" and not (before or after):
        return None  # metres as likely as millions
    codes = [_CODES[word] for word in (before, after) if word]
    certain = [code for code in codes if code != YUAN] or codes or [""]
    return Said(_shown(text), chinese * _SCALES.get(scale, 1.0), certain[0])


def unit_in(header: str) -> Said | None:
    """The unit a header names: in brackets, behind a sign that parts it off, or at its end."""
    spelt = unicodedata.normalize("NFKC", header).casefold().strip()
    parts = _SEPARATED.split(spelt)
    tails = (" ".join(parts[at:]) for at in range(1, len(parts)))
    found = next((said for part in (*_IN_BRACKETS.findall(spelt), *tails) if (said := unit_of(part))), None)
    if found is None and (end := _AT_END.search(_plain(re.sub(r"[(\[【].*[)\]】]$", "", spelt) or spelt))):
        found = unit_of(end[0])
    return found


def said_unit(header: str) -> str:
    """The mapping's unit for what an amount's header names, ``估损金额(万元)`` -> ``wan``; ``""`` where none."""
    found = unit_in(header)
    return found.unit if found else ""


def _stated(title: str) -> Iterator[Said]:
    if title.strip().isdigit():
        return
    if (whole := unit_of(title)) is not None:
        yield whole
        return
    spelt = unicodedata.normalize("NFKC", title).casefold().translate(_SIMPLIFIED)
    yield from (said for part in _IN_BRACKETS.findall(spelt) if (said := unit_of(part)) is not None)
    for pattern in _SAID:
        for match in pattern.finditer(spelt):
            words = str(match["said"]).strip(",，. ")
            parts = [words] if unit_of(words) else [part for part in _BETWEEN.split((words.split() or [""])[0]) if part]
            for part in parts:
                if (one := unit_of(part)) is not None:
                    yield replace(one, words=_shown(match[0][: match[0].rfind(part) + len(part)]))


def _sized(said: Said) -> Said:
    """Of a line over the table: whether it says the size, or the currency alone."""
    alone = said.factor == 1 and not any(word in said.words.casefold() for word in _SIZED)
    return replace(said, sized=not (alone or any(w in said.words for w in ("币种", "币别", "幣種", "幣別"))))


def _plain(text: str) -> str:
    spelt = unicodedata.normalize("NFKC", text).casefold().translate(_SIMPLIFIED)
    spelt = re.sub(r"(?<=\d),(?=\d{3})", "", spelt)
    return "".join(c for c in spelt if not c.isspace() and c not in "\ufeff\u200b'’`.").strip("()[]【】〔〕")


def _shown(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_SHOWN]


def contradiction(header: str, at: int, around: Around, unit: str, currency: str) -> tuple[Said, bool] | None:
    """What the file says of an amount's unit against how it is read, and whether a line over the header says so.

    A column's own word, in its header or in the row of units under it, wins over the lines above the table.
    """
    own = unit_in(header) or around.under_column(at)
    if own is not None:
        return None if own.agrees(unit, currency) else (own, False)
    differing = [said for said in around.stated if not said.agrees(unit, currency)]
    return (differing[0], True) if differing else None


def said_units(columns: Mapping[str, str], header: Sequence[str], around: Around) -> dict[str, Said]:
    """What a file says of the unit of each amount (its column -> header), where it says one thing.

    A column's own word comes first; two different ones over the table say nothing.
    """
    stated = [said for said in around.stated if said.sized]
    above = stated[0] if len(stated) == 1 else None
    said = {
        column: unit_in(name) or (around.under_column(header.index(name)) if name in header else None) or above
        for column, name in columns.items()
    }
    return {column: one for column, one in said.items() if one is not None}


def differs(header: str, said: Said, above: bool, mapping: str, unit: str) -> Message:
    """The refusal: both units, and what to do."""
    values = {"header": header, "said": said.words, "mapping": mapping, "unit": Message(UNIT_NAMES[unit])}
    if above:
        return Message(
            "over its header the file says “{said}”, but mapping {mapping} reads {header} in {unit}: have a mapping"
            " proposed from this file, which takes its unit (in Intake, or by `emergency claims propose FILE --save"
            " NAME`); where the line does not speak of this column, write the unit into its header",
            values,
        )
    return Message(
        "column {header} is in {said}, but mapping {mapping} reads it in {unit}: have a mapping proposed from this"
        " file, which takes its unit (in Intake, or by `emergency claims propose FILE --save NAME`)",
        values,
    )
