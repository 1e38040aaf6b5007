"""The words a trainer may write in the list of events: a sheet of them, and drop-down lists in the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from emergency.texts import N_, Speaker

LISTS = N_("Lists")
HEADS: Mapping[str, str] = {
    "kinds": N_("Event type"),
    "channels": N_("Delivery method"),
    "senders": N_("Responsible controller"),
    "roles": N_("Role"),
    "acts": N_("Act to be done"),
    "capabilities": N_("Core capability"),
}
# A name of the house's own may be written in place of one of these.
OPEN = ("senders", "capabilities", "roles")
LAST_ROW = 500


def word_lists(
    say: Speaker, columns: Sequence[Sequence[Any]], words: Mapping[str, Mapping[str, str]], roles: Sequence[str]
) -> dict[str, list[str]]:
    """Each list in the order of its first column."""
    used = dict.fromkeys(one.words for sheet in columns for one in sheet if one.words)
    return {
        name: list(roles) if name == "roles" else list(dict.fromkeys(map(say, words[name].values()))) for name in used
    }


def drop_downs(book: Any, say: Speaker, sheets: Sequence[Any], words: Mapping[str, Sequence[str]]) -> None:
    """The sheet of words, and a list to choose from in every cell that takes one, for rows still to come as well."""
    page, title = book.create_sheet(say(LISTS)), say(LISTS)
    places = {}
    for number, (name, allowed) in enumerate(words.items(), 1):
        letter = get_column_letter(number)
        page.cell(1, number, say(HEADS[name])).font = Font(bold=True)
        page.column_dimensions[letter].width = 30
        for row, word in enumerate(allowed, 2):
            page.cell(row, number, word)
        places[name] = f"'{title}'!${letter}$2:${letter}${len(allowed) + 1}"
    for sheet in sheets:
        for number, column in enumerate(sheet.columns, 1):
            if column.words:
                letter = get_column_letter(number)
                rule = DataValidation(type="list", formula1=places[column.words], allow_blank=True)
                rule.showErrorMessage = column.words not in OPEN
                rule.add(f"{letter}2:{letter}{LAST_ROW}")
                book[say(sheet.title)].add_data_validation(rule)
