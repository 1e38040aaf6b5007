"""The region an address names: Chinese ones by a kept parser of addresses, others by region names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emergency.geo.regions import RegionSet

_CODE = re.compile(r"\d{6}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_COUNTY = re.compile(r" (county|parish|borough|census area|municipality|city)$")
_STATE = re.compile(r"[a-z]{2}\b")
# Towns that bear the name of a county of their state and do not lie in it: without the word County such a
# name is not certain. Kept by hand; the place gazetteer of the US Census Bureau is where to check one.
_TOWNS_ELSEWHERE = {
    "al": "jackson marion",
    "ar": "conway benton fulton marion lincoln searcy van-buren",
    "az": "maricopa pima",
    "co": "las-animas",
    "fl": "hernando lee",
    "ga": "macon decatur jackson lumpkin monroe jasper jefferson madison douglas franklin washington forsyth",
    "ia": "des-moines marion jefferson monroe osceola fremont keokuk",
    "id": "boise lincoln teton",
    "il": "clinton marion henry washington hamilton monroe",
    "in": "marion madison decatur jasper franklin knox washington lawrence",
    "ks": "ottawa wichita cherokee johnson",
    "ky": "franklin jackson marion russell",
    "la": "jackson franklin washington",
    "ma": "franklin",
    "me": "franklin lincoln washington",
    "mi": "mason oscoda",
    "mn": "cook becker clearwater",
    "mo": "jackson washington clinton butler oregon camden",
    "ms": "jackson marion quitman walthall union",
    "mt": "lincoln custer",
    "nc": "henderson jackson washington franklin graham madison columbus cleveland beaufort lenoir hertford davidson"
    " rockingham",
    "ne": "lincoln douglas valley",
    "nh": "merrimack sullivan",
    "ny": "clinton fulton hamilton monroe greene ontario",
    "oh": "hamilton warren fairfield franklin logan madison monroe montgomery ottawa union huron vinton clinton",
    "ok": "choctaw cleveland comanche cherokee noble haskell delaware marshall",
    "or": "jefferson",
    "pa": "columbia montgomery bradford",
    "tn": "jackson franklin henderson decatur benton madison rutherford",
    "tx": "anderson austin bowie burleson caldwell cameron crockett crosby franklin henderson houston hunt jefferson"
    " kenedy marion milam rusk sherman taylor terrell tyler yoakum",
    "vt": "essex washington",
    "wa": "pacific",
    "wi": "monroe portage washburn",
    "wy": "laramie big-horn",
}
_NOT_CERTAIN = frozenset(
    f"{town.replace('-', ' ')}, {state}" for state, towns in _TOWNS_ELSEWHERE.items() for town in towns.split()
)
_ROAD = re.compile(r"[东西南北中]{0,2}(?:路|街|大道|大街|巷|道)")
# Districts of Taiwan and Hong Kong, which the set does not divide, by their names without 区: a name that one
# of them bears too is not certain either. Source: the lists of districts their own governments publish.
_DISTRICTS = """
    中正 大同 中山 万华 信义 松山 大安 南港 北投 内湖 士林 文山 仁爱 安乐 暖暖 七堵 板桥 三重 中和 永和 新庄
    新店 土城 芦洲 汐止 树林 莺歌 三峡 淡水 瑞芳 五股 泰山 林口 深坑 石碇 坪林 三芝 石门 八里 平溪 双溪 贡寮
    金山 万里 乌来 桃园 中坜 大溪 杨梅 芦竹 大园 龟山 八德 龙潭 平镇 新屋 观音 复兴 中 东 南 西 北 北屯 西屯
    南屯 太平 大里 雾峰 乌日 丰原 后里 石冈 东势 和平 新社 潭子 大雅 神冈 大肚 沙鹿 龙井 梧栖 清水 大甲 外埔
    中西 安南 安平 永康 归仁 新化 左镇 玉井 楠西 南化 仁德 关庙 龙崎 官田 麻豆 佳里 西港 七股 将军 学甲 北门
    新营 后壁 白河 东山 六甲 下营 柳营 盐水 善化 大内 山上 新市 安定 新兴 前金 苓雅 盐埕 鼓山 旗津 前镇 三民
    楠梓 小港 左营 仁武 大社 冈山 路竹 阿莲 田寮 燕巢 桥头 梓官 弥陀 永安 湖内 凤山 大寮 林园 鸟松 大树 旗山
    美浓 六龟 内门 杉林 甲仙 桃源 那玛夏 茂林 茄萣 香山 湾仔 九龙城 观塘 深水埗 黄大仙 油尖旺 葵青 荃湾 屯门
    元朗 大埔 沙田 西贡 离岛
"""
_ELSEWHERE = frozenset(f"{name}区" for name in _DISTRICTS.split())


def regions_of(regions: RegionSet, addresses: Iterable[str | None]) -> list[str | None]:
    """The finest region each address names for sure; None where it names none.

    A place that only its name's like could be (a district called 中山区 in four cities) gives
    what is certain of it, the city or province if those are named, else nothing.
    """
    texts = [" ".join((a or "").split()) for a in addresses]
    distinct = list(dict.fromkeys(t for t in texts if t))
    chinese = [t for t in distinct if _HAN.search(t)] if regions.id == "cn" else []
    found = dict(zip(chinese, _chinese(regions, chinese), strict=True)) if chinese else {}
    if regions.id != "cn":
        names = _names(regions.id, regions)
        states = _states(regions.id, regions)
        found = {t: _by_name(names, states, t) for t in distinct}
    return [found.get(t) for t in texts]


def _chinese(regions: RegionSet, texts: list[str]) -> list[str | None]:
    import cpca  # builds its tree of names on import: not for those who never parse

    codes = cpca.transform(texts)["adcode"].tolist()
    found = [_known(regions, str(code)) if isinstance(code, str) else None for code in codes]
    return [_sure(regions, code, text) if code else None for code, text in zip(found, texts, strict=True)]


def _sure(regions: RegionSet, code: str, text: str) -> str | None:
    """The code, unless what the text writes stands for several places and it does not say which.

    The parser has a favourite among namesakes; a favourite is a guess. Said is what stands before the
    name: 北京路 behind it is a road, wherever that road runs.
    """
    if not regions.ancestors(code):
        return code
    name, stem = regions.name(code, "zh_CN"), _stem(regions.name(code, "zh_CN"))
    at = text.find(name)
    alike = _namesakes(regions.id, regions)[name if at >= 0 else stem]
    abroad = at >= 0 and name in _ELSEWHERE
    if not abroad and all(one == code or code in regions.ancestors(one) for one in alike):
        return code
    before = text[: at if at >= 0 else max(text.find(stem), 0)]
    above = (_stem(regions.name(one, "zh_CN")) for one in regions.ancestors(code))
    return code if any(_said(one, before) for one in above) else None


def _said(name: str, text: str) -> bool:
    """Whether a text says a city or province, and not a road named after it."""
    return any(not _ROAD.match(text, found.end()) for found in re.finditer(re.escape(name), text))


@lru_cache(maxsize=4)
def _namesakes(_id: str, regions: RegionSet) -> dict[str, set[str]]:
    """Places by their full name, and by what is left of it as people write it."""
    found: dict[str, set[str]] = {}
    for code in {code for level in regions.levels for code in regions.codes(level)}:
        name = regions.name(code, "zh_CN")
        for spelt in {name, _stem(name)}:
            found.setdefault(spelt, set()).add(code)
    return found


def _stem(name: str) -> str:
    """郑州 of 郑州市, 内蒙古 of 内蒙古自治区: how people write it."""
    return name[:2] if len(name) < 4 else re.sub(r"(省|市|地区|盟|[\u4e00-\u9fff]族.*|维吾尔.*|自治.*)$", "", name)


def _known(regions: RegionSet, code: str) -> str | None:
    """The code itself, or the city or province around it where the set does not have it."""
    if not _CODE.fullmatch(code):
        return None
    return next((c for c in (code, code[:4] + "00", code[:2] + "0000") if regions.known(c)), None)


@lru_cache(maxsize=4)
def _names(_id: str, regions: RegionSet) -> dict[str, str]:
    """``harris, tx`` → code, for names that stand once."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    for code in regions.codes():
        name = regions.name(code, "en").casefold()
        twice |= {name} & names.keys()
        names[name] = code
    return {name: code for name, code in names.items() if name not in twice}


@lru_cache(maxsize=4)
def _states(_id: str, regions: RegionSet) -> dict[str, str]:
    """``texas`` → ``tx``: the letters behind the names of a state's counties."""
    found: dict[str, str] = {}
    for code in regions.codes():
        letters = regions.name(code, "en").casefold().rpartition(", ")[2]
        for above in regions.ancestors(code) if _STATE.fullmatch(letters) else ():
            found[regions.name(above, "en").casefold()] = letters
    return found


def _by_name(names: dict[str, str], states: dict[str, str], text: str) -> str | None:
    parts = [p.strip() for p in text.casefold().split(",")]
    for part, after in pairwise(parts):
        state = _STATE.match(after)
        letters = state[0] if state else states.get(after.rstrip(" 0123456789-"), "")
        name = _COUNTY.sub("", part)
        spelt = f"{name}, {letters}"
        if letters and (name != part or spelt not in _NOT_CERTAIN) and (code := names.get(spelt)):
            return code
    return None if text.casefold() in _NOT_CERTAIN else names.get(text.casefold())
