"""What may be shown of a person in a preview: enough to recognise a row, too little to call anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from emergency.intake.headers import bare, normal

# Surnames of two characters; of any other Chinese name the first character is the surname.
_DOUBLE = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "端木",
    "东方",
    "独孤",
)
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)([1-9]\d{2})\d{11}(\d{3}[\dXx])(?!\d)")
_CARD = re.compile(r"(?<!\d)(\d{4})\d{8,11}(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}-?)\d{4}(\d{3,4})(?!\d)")
_MAIL = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+\.[\w.-]+)")
_KEPT = 4
# House, door and floor numbers, as written after a Chinese and before a western street.
_HOUSE = re.compile(r"[0-9０-９]+(?=\s*(?:号|室|栋|幢|单元|弄|楼|层|座))")
_STREET_NUMBER = re.compile(r"(?<!\d)\d{1,6}(?=\s+[A-Za-z])")


def scrub(text: str) -> str:
    """Free text with identity numbers, phones, cards and mail addresses masked, the rest as it is."""
    text = _IDENTITY.sub(r"\1***********\2", text)
    text = _MOBILE.sub(r"\1****\2", text)
    text = _CARD.sub(r"\1********\2", text)
    text = _LANDLINE.sub(r"\1****\2", text)
    return _MAIL.sub(r"\1***@\2", text)


def masked_name(name: str) -> str:
    """``张三`` → ``张*``, ``欧阳修文`` → ``欧阳**``, ``Anna Smith`` → ``A*** S****``."""
    name = name.strip()
    if name.isascii():
        return " ".join(word[:1] + "*" * (len(word) - 1) for word in name.split())
    kept = 2 if name[:2] in _DOUBLE and len(name) > 2 else 1
    return name[:kept] + "*" * max(1, min(len(name) - kept, 6))


def masked_number(text: str) -> str:
    """The first three and last four of a number, of a short one the last two."""
    text = text.strip()
    if len(text) < 2 * _KEPT:
        return "*" * max(0, len(text) - 2) + text[-2:] if len(text) > 2 else "*" * len(text)
    return text[:3] + "*" * (len(text) - 3 - _KEPT) + text[-_KEPT:]


def masked_place(text: str) -> str:
    """An address down to its street: ``金水区花园路12号3室`` → ``金水区花园路**号**室``."""
    return _STREET_NUMBER.sub("**", _HOUSE.sub("**", scrub(text)))


def kind_of(header: str, personal: Mapping[str, Sequence[str]]) -> str:
    """``name``, ``number`` or ``place`` for a column that leads to a person, else ``""``.

    Args:
        personal: kind -> headers, as in ``data/mappings/synonyms.yaml``.
    """
    spelt = normal(header)
    # A number's header often holds a name's (报案人电话), so numbers are asked for first.
    for kind in ("number", "name", "place"):
        for word in personal.get(kind, ()):
            wanted = normal(word)
            chinese = not wanted.isascii()
            if spelt == wanted or bare(header) == wanted or (chinese and wanted in spelt):
                return kind
            if not chinese and len(wanted) > 3 and wanted in spelt and not spelt.endswith(("no", "number")):
                return kind
    return ""


def masked_rows(
    header: Sequence[str], rows: Sequence[Sequence[str]], personal: Mapping[str, Sequence[str]]
) -> list[list[str]]:
    """Rows as they may be shown: personal columns masked, numbers of persons masked in all others."""
    kinds = [kind_of(name, personal) for name in header]
    ways = {"name": masked_name, "number": masked_number, "place": masked_place, "": scrub}
    return [
        [ways[kinds[i] if i < len(kinds) else ""](cell) if cell else "" for i, cell in enumerate(row)] for row in rows
    ]
