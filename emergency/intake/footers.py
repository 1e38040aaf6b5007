"""Who signed a list: 制表人：张三  审核：李四, Prepared by: …; no row of the list, and names in any text."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Who does what to a list; a row that is to be a footer has one of these.
_SIGNS = "制表|填表|填报|编制|编表|审核|复核|核对|校对|审批|批准|核准|签发|经办|报送|上报|负责|主管"
_LABEL = (
    rf"(?:(?:单位|部门|公司|机构|统计|财务|分管|业务){{0,2}}(?:{_SIGNS}|统计|联系)(?:人员|人|员|者|领导)?"
    r"|(?:制表|填表|填报|报送|上报|报出|打印|统计|审核)(?:日期|时间|单位|部门|机构)|联系(?:电话|方式)|电话|手机|日期"
    r"|签字|签名|签章|盖章|公章)(?:[(（][^()（）]{1,8}[)）])?"
)
_EN_SIGNS = r"(?:prepared|compiled|checked|reviewed|approved|authori[sz]ed|signed)\s+by"
_EN_LABEL = rf"(?:{_EN_SIGNS}|printed\s+(?:on|at)|signature|date|phone|tel\.?)"
_MARK = r"\s*[:：]\s*"
_ANY = rf"(?:{_LABEL}|{_EN_LABEL})"
# What is said of a label: all up to the next one; a colon only within a time of day.
_SAID = rf"(?:(?!{_ANY}{_MARK})(?:\d{{1,2}}[:：]\d{{2}}|[^:：])){{0,60}}"
_HAN = "\u4e00-\u9fff"
_CELL = re.compile(rf"\s*(?:{_ANY}{_MARK}{_SAID}|{_LABEL}\s+[{_HAN}·]{{2,4}}(?:[\s,，;；/、|]+|$))+", re.I)
_SIGNED = re.compile(rf"(?:{_SIGNS})|{_EN_SIGNS}", re.I)
# A label whose name stands in the next cell.
_OPEN = re.compile(rf"\s*(?:{_ANY}{_MARK}|(?:{_SIGNS})(?:人员|人|员|者)|{_EN_SIGNS}|日期|制表日期|填表日期)\s*", re.I)
_FIRST = re.compile(_ANY, re.I)
_NAME = re.compile(rf"[{_HAN}·]{{2,6}}|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){{0,3}}")
_DAY = re.compile(r"\d{2,4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,4}\s*日?")
# A name behind a role and a colon, in whatever text: its first character is left.
_BEHIND_ROLE = re.compile(
    rf"((?:{_SIGNS}|统计|联系|报案|投保|被保险|驾驶|查勘|定损|受害|收款|领款|户主)(?:人员|人|员|者)?"
    rf"(?:[(（][^()（）]{{1,8}}[)）])?{_MARK})([{_HAN}])((?:\s?(?!{_ANY}{_MARK})[{_HAN}·]){{1,3}})"
    rf"(?=[^{_HAN}]|$|{_ANY}{_MARK})"
    rf"|((?i:{_EN_SIGNS}){_MARK})([A-Z])([\w.'’-]*(?: [A-Z][\w.'’-]*){{0,3}})",
)


LONGEST = 400  # characters: no signature is longer, and a cell may be a megabyte


def is_footer(cells: Sequence[str]) -> bool:
    """Whether a row says who made, checked or approved the list, and nothing else."""
    if any(len(cell) > LONGEST for cell in cells):
        return False
    filled = [cell.strip() for cell in cells if cell.strip(" -—/")]
    if not filled or not any(map(_SIGNED.search, filled)):
        return False
    open_label = False
    for cell in filled:
        if _OPEN.fullmatch(cell):
            open_label = True
        elif _CELL.fullmatch(cell) or (open_label and (_NAME.fullmatch(cell) or _DAY.fullmatch(cell))):
            open_label = False
        else:
            return False
    return True


def label_of(cells: Sequence[str]) -> str:
    """The first label of a footer, which names nobody."""
    first = next(cell.strip() for cell in cells if cell.strip(" -—/"))
    found = _FIRST.match(first)
    return found[0] if found else ""


def unnamed(text: str) -> str:
    """A text without the names behind a role: ``制表人：张三`` → ``制表人：张*``."""
    return _BEHIND_ROLE.sub(_first_left, text) if ":" in text or "：" in text else text


def _first_left(found: re.Match[str]) -> str:
    label, first, rest = found.groups()[:3] if found[1] else found.groups()[3:]
    return f"{label}{first}{'*' * len(rest.replace(' ', ''))}"
