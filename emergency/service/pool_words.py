"""What the tables of a pool are called in a spreadsheet: sheets, columns and coded cells, in either language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from emergency.domain.resource_kind import RESOURCE_KINDS
from emergency.domain.staffing import ORIGINS, STATUSES
from emergency.domain.written_number import digits_of
from emergency.intake.masking import scrub
from emergency.intake.words import SPOKEN
from emergency.library.pools import (
    ADJUSTERS,
    BASES,
    ITEMS,
    MORE_OF_ADJUSTERS,
    MORE_OF_STOCK,
    SKILLS,
    STOCK,
)
from emergency.service import licences
from emergency.service.asking import languages_written
from emergency.service.context import Context
from emergency.texts import LANGUAGES, N_, Message, Speaker, speaker

Row = Mapping[str, str]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of a pool. needed: columns without which it is no such table; key: what tells its rows apart."""

    name: str
    title: str
    key: Key
    needed: Key
    more: Key = ()

    @property
    def columns(self) -> Key:
        return (*self.needed, *self.more)


TABLES: Mapping[str, Table] = {
    one.name: one
    for one in (
        Table("bases", N_("Bases"), ("base_id",), BASES),
        Table("adjusters", N_("Roster"), ("adjuster_id",), ADJUSTERS, MORE_OF_ADJUSTERS),
        Table("stock", N_("Stock in depots"), ("depot", "kind"), STOCK, MORE_OF_STOCK),
        Table("items", N_("Pieces and batches"), ("kind", "item"), ITEMS),
    )
}
NOTES = N_("Notes on the columns")
HEADS: Mapping[str, str] = {
    "base_id": N_("Base no."),
    "name_zh": N_("Base name (Chinese)"),
    "region": N_("Region code"),
    "lon": N_("Longitude"),
    "lat": N_("Latitude"),
    "adjuster_id": N_("Person no."),
    "name": N_("Person's name"),
    "skills": N_("Skills"),
    "licences": N_("Licences"),
    "slots": N_("Shifts per planning period"),
    "language": N_("Language"),
    "registration": N_("Registration no."),
    "authority": N_("Authority limit"),
    "status": N_("Status"),
    "pattern": N_("Turn"),
    "pattern_from": N_("First day of the turn"),
    "rest_until": N_("Rests until"),
    "origin": N_("Where from"),
    "lender": N_("Sent by"),
    "lent_until": N_("Here until"),
    "note": N_("Note"),
    "depot": N_("Depot"),
    "kind": N_("Kind"),
    "total": N_("In stock, total"),
    "reorder_at": N_("Reorder point"),
    "out_of_service": N_("Out of service"),
    "item": N_("Serial or batch no."),
    "count": N_("Pieces"),
    "expires_on": N_("Expires"),
    "test_due_on": N_("Next test due"),
}
# Columns of one name in two tables that are called otherwise in one of them.
OWN_HEADS: Mapping[tuple[str, str], str] = {
    ("bases", "name"): N_("Base name (English)"),
    ("adjusters", "base_id"): N_("Base"),
}
# What lists of people and goods head these columns with besides.
ALSO: Mapping[str, Sequence[str]] = {
    "base_id": ("基地", "所属基地", "基地编码", "base"),
    "name_zh": ("基地名称", "中文名称"),
    "region": ("区域代码", "地区代码", "区划代码", "行政区划"),
    "adjuster_id": ("人员", "工号", "员工编号", "id", "person"),
    "name": ("名字", "英文名称", "name"),
    "skills": ("险种", "险种技能", "技能险种"),
    "slots": ("班次", "可排班次"),
    "registration": ("登记号", "执业登记号", "公估从业登记号"),
    "authority": ("核损额度", "定损权限"),
    "pattern": ("班制",),
    "origin": ("人员来源",),
    "lender": ("派出机构",),
    "lent_until": ("支援截止日",),
    "note": ("说明",),
    "depot": ("仓库", "仓储点编号"),
    "kind": ("物资类型", "种类"),
    "total": ("总数", "在库数", "数量"),
    "item": ("序列号", "批次号", "编号"),
    "count": ("数量",),
    "expires_on": ("有效期",),
    "test_due_on": ("下次检测日",),
}
SEATS = {"fnol_agent": N_("report-taking seats"), "it_engineer": N_("IT engineers"), "counsellor": N_("counsellors")}
SKILL_NAMES: Mapping[str, str] = {skill: SEATS.get(skill) or SPOKEN[skill] for skill in SKILLS}
KIND_NAMES: Mapping[str, str] = {kind: one.name for kind, one in RESOURCE_KINDS.items()}
# Coded columns: what their ids are called. A cell of several has them parted by any of BETWEEN.
CODED: Mapping[str, Mapping[str, str]] = {
    "skills": SKILL_NAMES,
    "status": STATUSES,
    "origin": ORIGINS,
    "kind": KIND_NAMES,
}
SEVERAL = ("skills", "licences")
DAYS = ("pattern_from", "lent_until", "expires_on", "test_due_on")
NUMBERS = ("authority", "slots", "total", "reorder_at", "out_of_service", "count")
MYRIADS = re.compile(r"([^万萬]*[^万萬\s])\s*[万萬]元?")
LONGEST_NUMBER = 20  # digits: what is longer is no number of people, pieces or money
LONGEST_SHOWN = 120
BETWEEN = re.compile(r"[;；,，、/|\n]+")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def head(table: str, column: str) -> str:
    """The message that heads a column."""
    return OWN_HEADS.get((table, column)) or HEADS[column]


def folded(text: str) -> str:
    """As it is compared: whatever the width, the case, the spaces and the signs between."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@cache
def columns_by_head(table: str) -> Mapping[str, str]:
    """Folded heading -> column, in both languages and as the ids write it."""
    found: dict[str, str] = {}
    for column in TABLES[table].columns:
        own = (column, *(speaker(one)(head(table, column)) for one in LANGUAGES), *ALSO.get(column, ()))
        for text in own:
            found.setdefault(folded(text), column)
    return found


@cache
def titles() -> Mapping[str, str]:
    """Folded title of a sheet, or name of a file -> table; the notes are ""."""
    found = {folded(speaker(one)(NOTES)): "" for one in LANGUAGES}
    for name, table in TABLES.items():
        found |= {folded(text): name for text in (name, f"{name}.csv", *(speaker(s)(table.title) for s in LANGUAGES))}
    return found | {folded("查勘定损员"): "adjusters", folded("人员"): "adjusters", folded("库存"): "stock"}


class Codes:
    """Words of coded cells as ids, and back, for one workspace: its bases and turns have names too."""

    def __init__(self, ctx: Context, bases: Iterable[Row]) -> None:
        self.bases = {row["base_id"]: {"en": row["name"], "zh": row["name_zh"] or row["name"]} for row in bases}
        self.zone, self.regions = ZoneInfo(ctx.profile.timezone), ctx.regions
        self.turns = {name: dict(one.title) for name, one in ctx.content.library.staffing().patterns.items()}
        self._ids = {
            column: {folded(text): code for code, name in names.items() for text in (code, *_both(name))}
            for column, names in CODED.items()
        }
        for column, pairs in (("base_id", self.bases), ("depot", self.bases), ("pattern", self.turns)):
            self._ids[column] = self._unambiguous(pairs)

    @staticmethod
    def _unambiguous(pairs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Two bases of one name are told apart by their ids alone."""
        found: dict[str, str] = {}
        twice = set()
        for code, names in pairs.items():
            for text in {folded(name) for name in names.values()}:
                twice |= {text} if text in found else set()
                found[text] = code
        return {text: code for text, code in found.items() if text not in twice} | {folded(one): one for one in pairs}

    def code(self, table: str, column: str, cell: str) -> str:
        """A cell as the tables write it; what is not known stays as it was written."""
        if column in SEVERAL:
            parts = [part.strip() for part in BETWEEN.split(cell) if part.strip()]
            known = self._ids.get(column, {})
            if column == "licences":
                return ";".join(sorted({licences.written(self.regions, part) for part in parts}))
            return ";".join(sorted({known.get(folded(part), part) for part in parts}))
        if column in DAYS and (day := _DAY.fullmatch(cell)):
            return f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}"
        if column == "base_id" and table == "bases":
            return cell
        if column == "rest_until":
            return self._instant(cell)
        if column in NUMBERS:
            return _number(cell)
        if column == "language":
            return languages_written(cell)
        return self._ids.get(column, {}).get(folded(cell), cell)

    def _instant(self, cell: str) -> str:
        """A spreadsheet keeps no offset; without one it is the clock of the workspace."""
        try:
            found = datetime.fromisoformat(cell)
        except ValueError:
            return cell
        return found.isoformat() if found.tzinfo else found.replace(tzinfo=self.zone).isoformat()

    def word(self, say: Speaker, column: str, cell: str) -> str:
        """An id as it is called, free text without what leads to a person, whatever has no name as it is."""
        if column in SEVERAL:
            names = CODED.get(column, {})
            return say(", ").join(say(names[one]) if one in names else one for one in cell.split(";") if one)
        if column in CODED:
            return say(CODED[column][cell]) if cell in CODED[column] else cell
        if column in ("note", "lender"):
            return scrub(cell)
        pairs = self.turns if column == "pattern" else self.bases if column in ("base_id", "depot") else {}
        return say.of(pairs[cell]) if cell in pairs else cell


def _number(cell: str) -> str:
    """A whole number as the forms read it: 75,000 is 75000, and 5万 is 50000; anything else stays as it was written."""
    written = unicodedata.normalize("NFKC", cell).strip()
    several = MYRIADS.fullmatch(written)
    plain = digits_of(several[1] if several else written)
    if plain is None or len(plain) > LONGEST_NUMBER:
        return cell
    number = Decimal(plain) * (10_000 if several else 1)
    return f"{int(number)}" if number == int(number) else cell


def in_words(message: Message, column: str) -> Message:
    """A message that lists codes of a column, with their names where it is not spoken in English."""
    names, say = CODED.get(column, {}), speaker("zh_CN")
    spoken = {
        gap: {"en": text, "zh": say(", ").join(say(names.get(one, one)) for one in text.split(", "))}
        for gap, text in message.values.items()
        if gap in ("known", "near") and isinstance(text, str)
    }
    return Message(message.id, {**message.values, **spoken}) if names else message


def masked(message: Message) -> Message:
    """What is said of a cell, with nothing in it that leads to a person: somebody's phone may stand in any column."""
    return Message(
        message.id, {k: _clipped(k, scrub(v)) if isinstance(v, str) else v for k, v in message.values.items()}
    )


def _clipped(gap: str, text: str) -> str:
    """What somebody wrote in a cell, short enough to be read; lists of what is allowed stay whole."""
    return text if gap in ("known", "near") or len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _both(name: str) -> tuple[str, ...]:
    return tuple(speaker(one)(name) for one in LANGUAGES)
