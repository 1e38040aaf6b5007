"""The master scenario events list of a drill as a spreadsheet.

Sheets: events (the columns a trainer expects), expected actions, objectives, the script as a whole, and the words that
may be used. Rows of the first three may be added, taken out and changed. What is worked out from other cells is shown
only; what a row does not say – effects, how an act is scored – stays as the script has it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from emergency.documents.cells import harmless
from emergency.documents.docx import fixed_zip
from emergency.documents.msel_words import drop_downs, word_lists
from emergency.domain.act import ACTS
from emergency.domain.drill.names import CAPABILITIES, CHANNELS, SENDERS, comes
from emergency.domain.drill.script import DrillScript, Inject
from emergency.texts import N_, Speaker

Path_ = tuple[str | int, ...]
Roles = Mapping[str, Mapping[str, str]]
EVERYBODY = N_("all players")
# A cell may be: shown only, the name of its row, a text, a time, a number, yes or no, a code such as O1, or a word.
SHOWN, ID, TEXT, TIME, NUMBER, YES, CODE, WORD = "shown", "id", "text", "time", "number", "yes", "code", "word"
KINDS = {
    "contextual": N_("contextual"),
    "expected_action": N_("expected action"),
    "contingency": N_("contingency"),
}
# What the words of a column stand for; roles are those of the script's plan.
WORDS: Mapping[str, Mapping[str, str]] = {
    "kinds": KINDS,
    "channels": CHANNELS,
    "senders": SENDERS,
    "acts": {act: one.title for act, one in ACTS.items()},
    "capabilities": CAPABILITIES,
    "roles": {},
}


@dataclass(frozen=True)
class Column:
    """key: where in its entry of the script a cell stands; () = nowhere, it is worked out. words: a key of `WORDS`.

    optional: a new row may leave it empty.
    """

    title: str
    width: int
    kind: str = SHOWN
    key: Path_ = ()
    words: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Sheet:
    """title and columns are message ids; the first column names the row. key: of the list in the script."""

    title: str
    columns: Sequence[Column]
    key: str = field(default="", compare=False)


EVENTS = Sheet(
    N_("Events"),
    (
        Column(N_("Event no"), 9, ID, ("id",)),
        Column(N_("Scenario time"), 14, TIME, ("at",)),
        Column(N_("Wall time"), 11),
        Column(N_("Event type"), 16, WORD, ("kind",), "kinds"),
        Column(N_("Description (Chinese)"), 46, TEXT, ("body", "zh"), optional=True),
        Column(N_("Description (English)"), 46, TEXT, ("body", "en"), optional=True),
        Column(N_("Delivery method"), 12, WORD, ("channel",), "channels"),
        Column(N_("Responsible controller"), 18, WORD, ("from",), "senders"),
        Column(N_("Recipient player"), 16, WORD, ("to",), "roles"),
        Column(N_("Expected player action"), 34),
        Column(N_("Objective"), 12),
        Column(N_("Core capability"), 18),
        Column(N_("Status"), 10),
        Column(N_("Notes for evaluators"), 36, TEXT, ("notes",), optional=True),
    ),
    "injects",
)
ACTIONS = Sheet(
    N_("Expected actions"),
    (
        Column(N_("Expected action"), 12, ID, ("id",)),
        Column(N_("Inject"), 9, CODE, ("inject",)),
        Column(N_("Role"), 18, WORD, ("role",), "roles"),
        Column(N_("Act to be done"), 34, WORD, ("action",), "acts"),
        Column(N_("Objective"), 12, CODE, ("objective",)),
        Column(N_("Within"), 12, TIME, ("within",)),
        Column(N_("Weight"), 9, NUMBER, ("weight",)),
        Column(N_("Critical"), 9, YES, ("critical",), optional=True),
    ),
    "expects",
)
OBJECTIVES = Sheet(
    N_("Objectives"),
    (
        Column(N_("Objective"), 12, ID, ("id",)),
        Column(N_("Core capability"), 18, WORD, ("capability",), "capabilities"),
        Column(N_("Text (Chinese)"), 46, TEXT, ("text", "zh"), optional=True),
        Column(N_("Text (English)"), 46, TEXT, ("text", "en"), optional=True),
        Column(N_("Weight"), 9, NUMBER, ("weight",)),
    ),
    "objectives",
)
SHEETS = (EVENTS, ACTIONS, OBJECTIVES)
# The sheet of the script as a whole: a line for each field, its name and its value.
SCRIPT, FIELD, VALUE = N_("Script"), N_("Field"), N_("Value")
MADE_FROM, FINGERPRINT = N_("Made from"), N_("Fingerprint")
FIELDS = (
    Column(N_("Id"), 24, CODE, ("id",)),
    Column(N_("Version"), 60, CODE, ("version",)),
    Column(N_("Title (Chinese)"), 60, TEXT, ("title", "zh"), optional=True),
    Column(N_("Title (English)"), 60, TEXT, ("title", "en"), optional=True),
    Column(N_("Scenario (Chinese)"), 60, TEXT, ("scenario", "zh"), optional=True),
    Column(N_("Scenario (English)"), 60, TEXT, ("scenario", "en"), optional=True),
    Column(N_("Duration"), 60, TIME, ("clock", "duration")),
    Column(N_("Drill time to wall time"), 60, NUMBER, ("clock", "speed")),
    Column(MADE_FROM, 60),
    Column(FINGERPRINT, 60),
)


@dataclass(frozen=True)
class Cell:
    """What stands in a cell; seconds: of a time."""

    value: str | float
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
    words = word_lists(say, [sheet.columns for sheet in SHEETS], WORDS, _roles(script, say, roles or {}))
    script_page(book, script, say)
    drop_downs(book, say, SHEETS, words)
    book.properties.creator = "emergency"
    book.properties.title = say.of(script.title)
    book.properties.created = script.clock.start.replace(tzinfo=None)
    written = io.BytesIO()
    book.save(written)
    return _undated(written.getvalue(), script.clock.start)


def script_page(book: Any, script: DrillScript, say: Speaker) -> None:
    """The script as a whole, one field a line."""
    page = book.create_sheet(say(SCRIPT))
    page.append([say(FIELD), say(VALUE)])
    for column, cell in zip(FIELDS, script_cells(script), strict=True):
        page.append([say(column.title), cell.value])
        written = page.cell(page.max_row, 2)
        written.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        if column.kind != SHOWN:
            written.fill = PatternFill("solid", fgColor="FFFBF3DF")
        if column.kind in (TIME, CODE):
            written.number_format = "@"
    for place, width in enumerate((24, 60), 1):
        page.cell(1, place).font = Font(bold=True)
        page.column_dimensions[get_column_letter(place)].width = width


def script_cells(script: DrillScript) -> list[Cell]:
    """The values of `FIELDS`."""
    return [
        Cell(script.id),
        Cell(script.version),
        *_texts(script.title),
        *_texts(script.scenario),
        Cell(clock(script.clock.duration_s), script.clock.duration_s),
        Cell(script.clock.speed),
        Cell(f"{script.id}@{script.version}"),
        Cell(script.sha256),
    ]


def _roles(script: DrillScript, say: Speaker, roles: Roles) -> list[str]:
    return [_role(one, say, roles) for one in script.players]


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
        EVENTS: [_event(script, inject, say, roles) for inject in script.injects],
        ACTIONS: [row for inject in script.injects for row in _actions(inject, say, roles)],
        OBJECTIVES: [
            [Cell(one.id), Cell(_named(CAPABILITIES, one.capability, say)), *_texts(one.text), Cell(one.weight)]
            for one in script.objectives
        ],
    }


def _event(script: DrillScript, inject: Inject, say: Speaker, roles: Roles) -> list[Cell]:
    capabilities = {one.id: _named(CAPABILITIES, one.capability, say) for one in script.objectives}
    asked = list(dict.fromkeys(e.objective for e in inject.expects))
    if inject.at_s is None:
        waits = comes(script, inject)
        when = Cell(safe(say(waits)) if waits else "")
        wall = ""
    else:
        when = Cell("T+" + clock(inject.at_s), inject.at_s)
        wall = clock(round(inject.at_s / script.clock.speed))
    return [
        Cell(inject.id),
        when,
        Cell(wall),
        Cell(say(KINDS[inject.kind])),
        *_texts(inject.body),
        Cell(_named(CHANNELS, inject.channel, say)),
        Cell(_named(SENDERS, inject.sender, say)),
        Cell(_role(inject.to, say, roles)),
        Cell(safe("; ".join(f"{e.id} {_act(e.action, say)}" for e in inject.expects))),
        Cell(", ".join(asked)),
        Cell(", ".join(dict.fromkeys(capabilities[o] for o in asked if o in capabilities))),
        Cell(say(N_("pending"))),
        Cell(safe(inject.notes)),
    ]


def _actions(inject: Inject, say: Speaker, roles: Roles) -> Iterator[list[Cell]]:
    for one in inject.expects:
        yield [
            Cell(one.id),
            Cell(inject.id),
            Cell(_role(one.role, say, roles)),
            Cell(_act(one.action, say)),
            Cell(one.objective),
            Cell(clock(one.within_s), one.within_s),
            Cell(one.weight),
            Cell(say("yes") if one.critical else say("no")),
        ]


def _texts(text: Mapping[str, str]) -> list[Cell]:
    return [Cell(safe(text.get(language, ""))) for language in ("zh", "en")]


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
