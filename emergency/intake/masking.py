"""What may be shown of a person in a preview: enough to recognise a row, too little to call anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from emergency.intake.footers import unnamed
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
# Usual surnames; a column of short words that mostly begin with one of them is a column of names.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎雷龙史陶贺毛段郝顾龚邵覃武钱戴严莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申"
    "欧殷詹关焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季成霍苗裴盛冉游阳曲翁骆蓝冷靳辛管祁房路涂简赖褚柴应鲍华连娄蒲穆桂瞿边卜谷"
)
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,6}·[\u4e00-\u9fff]{1,8}")
# What ends like this is a place or a thing, whatever surname it begins with.
_NO_NAME = tuple("区县市镇乡村路街省州险车房店厂司校院号类型因害灾水雨风雪火震损赔案中元年月日等级")
_WESTERN_NAME = re.compile(r"[A-Z][a-z'’-]+(?:,? [A-Z]\.?)?,? [A-Z][A-Za-z'’-]+")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)([1-9]\d{2})\d{11}(\d{3}[\dXx])(?!\d)")
_CARD = re.compile(r"(?<!\d)(\d{4})\d{8,11}(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}-?)\d{4}(\d{3,4})(?!\d)")
_AMERICAN = re.compile(r"(?<![\w.])\(?([2-9]\d{2})(?:\)\s?|[ .-])\d{3}[ .-](\d{4})(?!\d)")
_SOCIAL = re.compile(r"(?<![\d-])\d{3}-\d{2}-(\d{4})(?![\d-])")
_PLATE = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])[·-]?[A-Z0-9]{3,4}([A-Z0-9]{2})(?![A-Z0-9])"
)
_MAIL = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+\.[\w.-]+)")
# A name in front of its phone, or with a form of address behind it.
_ANY_SURNAME = "[" + "".join(sorted(_SURNAMES)) + "]"
_ADDRESSED = re.compile(
    rf"(?<![\u4e00-\u9fff])({_ANY_SURNAME})[\u4e00-\u9fff]{{1,2}}"
    r"(?=[\s:：,，/(（]{0,3}1[3-9]\d[ -]?\d{4}[ -]?\d{4})"
    rf"|({_ANY_SURNAME})[\u4e00-\u9fff]{{1,2}}(?=先生|女士|小姐|师傅)"
)
_KEPT = 4
# A column read as a place is one, whatever it is headed.
_READ_AS = {"place": "place"}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMERAL = r"(?:[0-9０-９]+|[一二三四五六七八九十百〇零]+(?=\s*(?:号|室|栋|幢|单元|弄|层|户|座)))"
# Numbers that lead to a door: all in a Chinese address but those of trunk roads, kilometres and metro lines.
_HOUSE = re.compile(
    rf"(?<![A-Za-z0-9０-９]){_NUMERAL}(?![0-9０-９]|\s*(?:国道|省道|县道|公里|千米|号线|[Kk]m|年|月|日|时))"
)
_STREET_NUMBER = re.compile(r"(?<![\w-])\d{1,6}[A-Za-z]?(?=\s+[A-Za-z])")
# An address wherever it stands: a road, a village or an estate with a number of a house, a flat or a group behind it.
_CHINESE_ADDRESS = re.compile(
    r"(?:[路街巷弄道村屯庄镇乡里园苑城湾]|胡同|小区|社区|公寓|大厦|广场|花园)[^,，;；。]{0,14}?"
    r"(?:[0-9０-９]+|[一二三四五六七八九十百〇零]+)(?:[-－][0-9０-９]+)*\s*(?:号|室|栋|幢|单元|弄|楼|座|组|户)"
    r"(?:[院楼]?\s*-?(?:[0-9０-９]+|[一二三四五六七八九十百〇零]+(?=[号室栋幢单弄楼层座组户]))[号室栋幢单元弄楼层座组户]{0,2})*"
)
_WESTERN_ADDRESS = re.compile(
    r"(?<![\w-])\d{1,6}[A-Za-z]?(?=\s+(?:[NSEW]\.?\s+)?(?:[\w.'-]+\s+){1,4}?"
    r"(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Ct|Court|Way|Pkwy|Parkway|Hwy|Highway|Cir|Circle"
    r"|Pl|Place|Ter|Terrace|Trl|Trail|Loop|Sq|Square)\b)",
    re.I,
)
_FLAT = re.compile(r"\b(Apt|Unit|Suite|Ste|Lot|Room|Rm|#)(\.?\s*#?)[A-Za-z]?\d+[A-Za-z]?\b", re.I)


def scrub(text: str) -> str:
    """Free text with what leads to a person masked wherever it stands, the rest as it is.

    Identity numbers, phones, cards, mail addresses and number plates; names before a phone or a form of address
    and behind a role with a colon; house numbers of what reads like an address.
    """
    text = _ADDRESSED.sub(lambda found: (found[1] or found[2]) + "*" * (len(found[0]) - 1), text)
    text = _IDENTITY.sub(r"\1***********\2", text)
    text = _MOBILE.sub(r"\1****\2", text)
    text = _CARD.sub(r"\1********\2", text)
    text = _LANDLINE.sub(r"\1****\2", text)
    text = _AMERICAN.sub(r"\1-***-\2", _SOCIAL.sub(r"***-**-\1", text))
    text = _PLATE.sub(r"\1***\2", _MAIL.sub(r"\1***@\2", text))
    text = _CHINESE_ADDRESS.sub(lambda found: _HOUSE.sub("**", found[0]), text)
    text = unnamed(text)
    return _FLAT.sub(r"\1\2**", _WESTERN_ADDRESS.sub("**", text)) if _WESTERN_ADDRESS.search(text) else text


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
    """An address down to its street: ``金水区花园路12号3-302`` → ``金水区花园路**号**-**``."""
    plain = scrub(text)
    if _HAN.search(plain):
        plain = _HOUSE.sub("**", plain)
    return _FLAT.sub(r"\1\2**", _STREET_NUMBER.sub("**", plain))


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


def looks_like_names(cells: Sequence[str]) -> bool:
    """Whether what stands in a column are names of persons, whatever its header says."""
    filled = [text for cell in cells if (text := cell.strip())]
    if not filled or (len(filled) > 5 and len(set(filled)) < len(filled) / 2):
        return False  # words of a vocabulary come back, persons rarely
    return sum(map(_is_name, filled)) >= 0.7 * len(filled)


def _is_name(text: str) -> bool:
    if text.isascii():
        return bool(_WESTERN_NAME.fullmatch(text))
    surnamed = text[0] in _SURNAMES or text[:2] in _DOUBLE or "·" in text
    return bool(_HAN_NAME.fullmatch(text)) and surnamed and not text.endswith(_NO_NAME)


def masked_rows(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    personal: Mapping[str, Sequence[str]],
    taken: Mapping[str, str] = MappingProxyType({}),
    looked_at: Sequence[Sequence[str]] = (),
) -> list[list[str]]:
    """Rows as they may be shown: by what a header says, what its column is read as, and what its cells look like.

    Args:
        taken: header -> claim column it is read as; a place is masked as one whatever it is headed.
        looked_at: rows by which columns of names are found out; a column that is read as something is none.
    """
    kinds = [kind_of(name, personal) or _READ_AS.get(taken.get(name, ""), "") for name in header]
    for i, name in enumerate(header):
        if not kinds[i] and name not in taken and looks_like_names([row[i] for row in looked_at if i < len(row)]):
            kinds[i] = "name"
    ways = {"name": masked_name, "number": masked_number, "place": masked_place, "": scrub}
    return [
        [ways[kinds[i] if i < len(kinds) else ""](cell) if cell else "" for i, cell in enumerate(row)] for row in rows
    ]
