"""What the workbook of a pool says of its own columns: the sheet a list is filled in by."""

from __future__ import annotations

from collections.abc import Mapping

from emergency.service.context import Context
from emergency.service.pool_words import KIND_NAMES, SKILL_NAMES, TABLES, Codes, head
from emergency.texts import N_, Message, Speaker

EXAMPLE = N_("Example")
HEADS = (N_("Sheet"), N_("Column"), N_("May be empty"), N_("What is entered"), EXAMPLE)
YES, NO = N_("yes"), N_("no")
ONCE = N_("what tells it apart; twice is refused")
DAY = N_("a day: 2026-07-20, or a date of the spreadsheet")
# (table, column) -> what is entered, an example.
SAID: Mapping[tuple[str, str], tuple[str, str]] = {
    ("bases", "base_id"): (ONCE, "ZZ"),
    ("bases", "name"): (N_("name in English; where there is none, the Chinese one"), "Zhengzhou"),
    ("bases", "name_zh"): (N_("name in Chinese"), "郑州"),
    ("bases", "region"): (N_("code of the county or city it lies in"), "410100"),
    ("bases", "lon"): (N_("degrees, WGS84"), "113.6254"),
    ("bases", "lat"): (N_("degrees, WGS84"), "34.7466"),
    ("adjusters", "adjuster_id"): (ONCE, "HA-001"),
    ("adjusters", "name"): (N_("one person a row"), "彭正平"),
    ("adjusters", "base_id"): (N_("number or name of a base"), "ZZ"),
    ("adjusters", "skills"): (N_("one or more of {known}, parted by ;"), "motor;property"),
    ("adjusters", "licences"): (N_("letters of the states, parted by ;"), "TX;LA"),
    ("adjusters", "slots"): (N_("1 to 1000; empty is 1"), "1"),
    ("adjusters", "language"): (N_("codes of ISO 639, parted by ;"), "zh;en"),
    ("adjusters", "registration"): (N_("number in the register of loss adjusters"), "SYN-HA-001"),
    ("adjusters", "authority"): (
        N_("largest loss they may settle, in whole {currency}; empty: no limit, not allowed for people from outside"),
        "50000",
    ),
    ("adjusters", "status"): (N_("available, resting or off; empty is available"), "available"),
    ("adjusters", "pattern"): (N_("a turn: {turns}; empty is every day"), "four_two"),
    ("adjusters", "pattern_from"): (DAY, "2026-07-20"),
    ("adjusters", "rest_until"): (
        N_("an instant; without an offset by the clock of this workspace"),
        "2026-07-20 08:00",
    ),
    ("adjusters", "origin"): (N_("own, external or mutual_aid; empty is own"), "own"),
    ("adjusters", "lender"): (N_("the firm or branch that sends people from outside"), ""),
    ("adjusters", "lent_until"): (DAY, "2026-08-20"),
    ("adjusters", "note"): (N_("a remark of your own"), ""),
    ("stock", "depot"): (N_("number or name of a base"), "ZZ"),
    ("stock", "kind"): (N_("one of {kinds}, or a kind of your own in lower-case letters and _"), "vehicle"),
    ("stock", "total"): (N_("all there are, those out on incidents too"), "12"),
    ("stock", "reorder_at"): (N_("below how many available ones more are ordered; empty is never"), "4"),
    ("stock", "out_of_service"): (N_("how many of the total are being mended or tested"), "1"),
    ("items", "depot"): (N_("number or name of a base"), "ZZ"),
    ("items", "kind"): (N_("a kind of the sheet of stock"), "drone"),
    ("items", "item"): (N_("serial number of a piece, or number of a batch"), "SN-1"),
    ("items", "count"): (N_("1 for a piece; of all numbers of a kind no more than are in stock"), "1"),
    ("items", "expires_on"): (DAY, "2027-06-30"),
    ("items", "test_due_on"): (DAY, "2026-12-01"),
}
MUST = ("base_id", "name", "region", "lon", "lat", "adjuster_id", "skills", "depot", "kind", "total", "item", "count")


def notes(ctx: Context, say: Speaker, titles: Mapping[str, str], codes: Codes) -> list[list[str]]:
    """A row for each column: sheet, column, whether it may be empty, what is entered, an example."""
    turns = {name: one.title for name, one in ctx.content.library.staffing().patterns.items()}
    gaps = {
        "known": _listed(say, SKILL_NAMES),
        "kinds": _listed(
            say, {kind: name for kind, name in KIND_NAMES.items() if kind in ("vehicle", "drone", "boat")}
        ),
        "turns": say(", ").join(f"{name} {say.of(title)}" for name, title in turns.items()),
        "currency": ctx.profile.currency,
    }
    rows = []
    for (table, column), (text, example) in SAID.items():
        called = column if say.language == "en" else say(head(table, column))
        empty = NO if column in MUST else YES
        as_it_is = say.language == "en" or column in ("base_id", "depot")  # a number, whatever base bears it here
        shown = example if as_it_is else codes.word(say, column, example)
        rows.append([titles[table], called, say(empty), say(Message(text, gaps)), shown])
    return rows


def _listed(say: Speaker, names: Mapping[str, str]) -> str:
    """Ids with their names; in English the ids are words."""
    if say.language == "en":
        return ", ".join(names)
    return say(", ").join(say(name) for name in names.values())


assert {(table.name, column) for table in TABLES.values() for column in table.columns} == set(SAID)
