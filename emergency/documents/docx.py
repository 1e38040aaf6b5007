"""A story as a Word document."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from emergency.documents.blocks import Bars, Block, Bullets, Heading, PageBreak, Para, Story, Table

WIDTH_MM = 180  # A4 less the margins
LATIN, CHINESE = "Arial", "Microsoft YaHei"
FILLS = {"ok": "DDEFE3", "watch": "FBEBCF", "bad": "F6D9D5"}
SIZES = {"notice": 8.5, "verdict": 15, "body": 10, "note": 9}
INK, MUTED, FILL, EMPTY, HEAD = "1B2733", "5B6875", "2F6DB3", "E4E9EE", "EEF2F5"
STEPS = 20  # a bar is this many cells
FIXED = (1980, 1, 1, 0, 0, 0)


def docx_bytes(story: Story) -> bytes:
    """The document; the same story gives the same bytes."""
    document = docx.Document()
    _page(document, story)
    writers: dict[type, Any] = {
        Heading: _heading,
        Para: _para,
        Bullets: _bullets,
        Table: _table,
        Bars: _bars,
        PageBreak: _break,
    }
    for block in story.blocks:
        writers[type(block)](document, block)
    written = io.BytesIO()
    document.save(written)
    return fixed_zip(written.getvalue())


def fixed_zip(raw: bytes) -> bytes:
    """The same archive with every file dated alike, so that equal content is equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as found, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name in found.namelist():
            entry = zipfile.ZipInfo(name, FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, found.read(name))
    return packed.getvalue()


def _page(document: Any, story: Story) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(SIZES["body"])
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)
    style.paragraph_format.space_after = Pt(4)
    for level in range(1, 3):
        _chinese(document.styles[f"Heading {level}"])
    _chinese(document.styles["Title"])
    about = document.core_properties
    about.title, about.author, about.comments = story.title, "emergency", ""
    about.language = story.language.replace("_", "-")
    about.created = about.modified = story.date.replace(tzinfo=None)
    _footer(section.footer.paragraphs[0], story.footer)


def _chinese(style: Any) -> None:
    style.font.name = LATIN
    style.font.color.rgb = RGBColor.from_string(INK)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:eastAsia"), CHINESE)


def _footer(paragraph: Any, text: str) -> None:
    _run(paragraph, f"{text} · ", 8, MUTED)
    run = paragraph.add_run()
    run.font.size = Pt(8)
    for kind in ("begin", None, "end"):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = "PAGE"
        run._r.append(part)


def _run(paragraph: Any, text: str, size: float, colour: str = INK, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold
    run.font.color.rgb = RGBColor.from_string(colour)


def _heading(document: Any, block: Heading) -> None:
    document.add_heading(block.text, block.level)


def _para(document: Any, block: Para) -> None:
    quiet = block.kind in ("notice", "note")
    paragraph = document.add_paragraph()
    _run(paragraph, block.text, SIZES[block.kind], MUTED if quiet else INK, bold=block.kind == "verdict")
    paragraph.paragraph_format.keep_with_next = block.kind == "note"


def _bullets(document: Any, block: Bullets) -> None:
    for text in block.texts:
        paragraph = document.add_paragraph(style="List Bullet")
        _run(paragraph, text, SIZES["note"])
        paragraph.paragraph_format.space_after = Pt(1)


def _break(document: Any, _: Block) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _table(document: Any, block: Table) -> None:
    table = document.add_table(rows=1, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.LEFT, False
    widths = [Mm(WIDTH_MM * share / sum(block.widths)) for share in block.widths]
    for place, text in enumerate(block.head):
        _cell(table.rows[0].cells[place], text, widths[place], place in block.numbers, HEAD, bold=True)
    _repeat(table.rows[0])
    for number, row in enumerate(block.rows):
        cells = table.add_row().cells
        marked, tone = block.tones.get(number, (-1, ""))
        for place, text in enumerate(row):
            fill = FILLS.get(tone, "") if place == marked else ""
            _cell(cells[place], text, widths[place], place in block.numbers, fill)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _cell(cell: Any, text: str, width: Any, number: bool, fill: str, bold: bool = False) -> None:
    cell.width = width
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph, text, 8.5, bold=bold)
    if fill:
        _shade(cell, fill)


def _shade(cell: Any, fill: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """The head stands again on each page the table goes on to."""
    again = OxmlElement("w:tblHeader")
    again.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(again)


def _bars(document: Any, block: Bars) -> None:
    """Each bar is a row of cells, filled from the left: shown everywhere, and no picture to lose."""
    table = document.add_table(rows=0, cols=STEPS + 2)
    table.autofit = False
    for bar in block.bars:
        cells = table.add_row().cells
        _cell(cells[0], bar.label, Mm(34), False, "", bold=True)
        _cell(cells[-1], bar.shown, Mm(20), True, "", bold=True)
        full = 0 if bar.points is None else round(STEPS * bar.points / 100)
        for place in range(STEPS):
            cells[place + 1].width = Mm((WIDTH_MM - 54) / STEPS)
            _shade(cells[place + 1], FILL if place < full else EMPTY)
    document.add_paragraph().paragraph_format.space_after = Pt(2)
