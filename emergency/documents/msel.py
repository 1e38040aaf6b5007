"""The master scenario events list of a drill as a spreadsheet.

Three sheets: events (the columns a trainer expects), expected actions, objectives. Texts, times, weights and
evaluators' notes may be changed; everything else is shown and stays as the script has it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from emergency.documents.cells import harmless
from emergency.documents.docx import fixed_zip
from emergency.domain.act import ACTS
from emergency.domain.drill.names import CAPABILITIES, CHANNELS, SENDERS, comes
from emergency.domain.drill.script import DrillScript, Inject
from emergency.texts import N_, Speaker

Path_ = tuple[str | int, ...]
Roles = Mapping[str, Mapping[str, str]]
EVERYBODY = N_("all players")
# A cell may be: shown only, a text, a time, or a number.
SHOWN, TEXT, TIME, NUMBER = "shown", "text", "time", "number"


@dataclass(frozen=True)
class Column:
    title: str
    width: int
    kind: str = SHOWN


@dataclass(frozen=True)
class Sheet:
    """title and columns are message ids; the first column names the row."""

    title: str
    columns: Sequence[Column]


EVENTS = Sheet(
    N_("Events"),
    (
        Column(N_("Event no"), 9),
        Column(N_("Scenario time"), 14, TIME),
        Column(N_("Wall time"), 11),
        Column(N_("Event type"), 16),
        Column(N_("Description (Chinese)"), 46, TEXT),
        Column(N_("Description (English)"), 46, TEXT),
        Column(N_("Delivery method"), 12),
        Column(N_("Responsible controller"), 18),
        Column(N_("Recipient player"), 16),
        Column(N_("Expected player action"), 34),
        Column(N_("Objective"), 12),
        Column(N_("Core capability"), 18),
        Column(N_("Status"), 10),
        Column(N_("Notes for evaluators"), 36, TEXT),
    ),
)
ACTIONS = Sheet(
    N_("Expected actions"),
    (
        Column(N_("Expected action"), 12),
        Column(N_("Inject"), 9),
        Column(N_("Role"), 18),
        Column(N_("Act to be done"), 34),
        Column(N_("Objective"), 12),
        Column(N_("Within"), 12, TIME),
        Column(N_("Weight"), 9, NUMBER),
        Column(N_("Critical"), 9),
    ),
)
OBJECTIVES = Sheet(
    N_("Objectives"),
    (
        Column(N_("Objective"), 12),
        Column(N_("Core capability"), 18),
        Column(N_("Text (Chinese)"), 46, TEXT),
        Column(N_("Text (English)"), 46, TEXT),
        Column(N_("Weight"), 9, NUMBER),
    ),
)
SHEETS = (EVENTS, ACTIONS, OBJECTIVES)
KINDS = {
    "contextual": N_("contextual"),
    "expected_action": N_("expected action"),
    "contingency": N_("contingency"),
}


@dataclass(frozen=True)
class Cell:
    """What stands in a cell; path: where in the script it is kept, None = shown only."""

    value: str | float
    path: Path_ | None = None
    seconds: int | None = None


def msel_bytes(script: DrillScript, say: Speaker, roles: Roles | None = None) -> bytes:
    """The spreadsheet in one language; the same script gives the same bytes.

    Args:
        roles: role of the playbook -> its title; a role that has none is shown by its id.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet, rows in msel_tables(script, say, roles or {}).items():
        page = book.create_sheet(say(sheet.title))
        page.append([say(column.title) for column in sheet.columns])
        for row in rows:
            page.append([cell.value for cell in row])
        _look(page, sheet)
    book.properties.creator = "emergency"
    book.properties.title = say.of(script.title)
    book.properties.created = script.clock.start.replace(tzinfo=None)
    written = io.BytesIO()
    book.save(written)
    return _undated(written.getvalue(), script.clock.start)


def _undated(raw: bytes, start: datetime) -> bytes:
    """The hour of saving replaced by the drill's own."""
    packed = io.BytesIO()
    modified = rf"\g<1>{start:%Y-%m-%dT%H:%M:%SZ}\g<2>".encode()
    with zipfile.ZipFile(io.BytesIO(raw)) as found, zipfile.ZipFile(packed, "w") as made:
        for name in found.namelist():
            part = found.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)", modified, part)
            made.writestr(name, part)
    return fixed_zip(packed.getvalue())


def _look(page: Any, sheet: Sheet) -> None:
    page.freeze_panes = "B2"
    page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight = "landscape", 1, 0
    page.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"
    for place, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(place)].width = column.width
        page.cell(1, place).font = Font(bold=True)
        for row in page.iter_rows(2, page.max_row, place, place):
            row[0].alignment = Alignment(wrap_text=True, vertical="top")
            if column.kind != SHOWN:
                row[0].fill = PatternFill("solid", fgColor="FFFBF3DF")
            if column.kind == TIME:
                row[0].number_format = "@"


def msel_tables(script: DrillScript, say: Speaker, roles: Roles) -> dict[Sheet, list[list[Cell]]]:
    """Every sheet with its rows, the head left out."""
    return {
        EVENTS: [_event(script, place, say, roles) for place in range(len(script.injects))],
        ACTIONS: [row for place, inject in enumerate(script.injects) for row in _actions(place, inject, say, roles)],
        OBJECTIVES: [
            [
                Cell(one.id),
                Cell(_named(CAPABILITIES, one.capability, say)),
                *_texts(one.text, ("objectives", place, "text")),
                Cell(one.weight, ("objectives", place, "weight")),
            ]
            for place, one in enumerate(script.objectives)
        ],
    }


def _event(script: DrillScript, place: int, say: Speaker, roles: Roles) -> list[Cell]:
    inject, at = script.injects[place], ("injects", place)
    capabilities = {one.id: _named(CAPABILITIES, one.capability, say) for one in script.objectives}
    asked = list(dict.fromkeys(e.objective for e in inject.expects))
    if inject.at_s is None:
        waits = comes(script, inject)
        when = Cell(safe(say(waits)) if waits else "")
        wall = ""
    else:
        when = Cell("T+" + clock(inject.at_s), (*at, "at"), inject.at_s)
        wall = clock(round(inject.at_s / script.clock.speed))
    return [
        Cell(inject.id),
        when,
        Cell(wall),
        Cell(say(KINDS[inject.kind])),
        *_texts(inject.body, (*at, "body")),
        Cell(_named(CHANNELS, inject.channel, say)),
        Cell(_named(SENDERS, inject.sender, say)),
        Cell(_role(inject.to, say, roles)),
        Cell(safe("; ".join(f"{e.id} {_act(e.action, say)}" for e in inject.expects))),
        Cell(", ".join(asked)),
        Cell(", ".join(dict.fromkeys(capabilities[o] for o in asked if o in capabilities))),
        Cell(say(N_("pending"))),
        Cell(safe(inject.notes), (*at, "notes")),
    ]


def _actions(place: int, inject: Inject, say: Speaker, roles: Roles) -> Iterator[list[Cell]]:
    for number, one in enumerate(inject.expects):
        at = ("injects", place, "expects", number)
        yield [
            Cell(one.id),
            Cell(inject.id),
            Cell(_role(one.role, say, roles)),
            Cell(_act(one.action, say)),
            Cell(one.objective),
            Cell(clock(one.within_s), (*at, "within"), one.within_s),
            Cell(one.weight, (*at, "weight")),
            Cell(say("yes") if one.critical else say("no")),
        ]


def _texts(text: Mapping[str, str], at: Path_) -> list[Cell]:
    return [Cell(safe(text.get(language, "")), (*at, language)) for language in ("zh", "en")]


def _named(names: Mapping[str, str], id: str, say: Speaker) -> str:
    return say(names[id]) if id in names else safe(id)


def _role(role: str, say: Speaker, roles: Roles) -> str:
    return safe(say.of(roles[role])) if role in roles else say(EVERYBODY) if role == "all" else safe(role)


def _act(action: str, say: Speaker) -> str:
    return say(ACTS[action].title) if action in ACTS else safe(action)


def safe(text: str) -> str:
    """Text no spreadsheet takes for a formula, without what its format cannot hold."""
    return harmless(ILLEGAL_CHARACTERS_RE.sub("", text))


def clock(seconds: int) -> str:
    """h:mm, or h:mm:ss where seconds matter."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}" + (f":{left:02d}" if left else "")
