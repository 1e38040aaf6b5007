"""A story as a PDF. Chinese is set in STSong-Light, which every reader of PDF brings itself: no font file is needed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak as Break
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from emergency.documents.blocks import Bars, Bullets, Heading, PageBreak, Para, Story, Table

CHINESE, LATIN, BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN - 12  # the frame keeps 6 points on either side
INK, MUTED = colors.HexColor("#1b2733"), colors.HexColor("#5b6875")
FILL, EMPTY, HEAD = colors.HexColor("#2f6db3"), colors.HexColor("#e4e9ee"), colors.HexColor("#eef2f5")
LINE = colors.HexColor("#c9d1d9")
TONES = {"ok": "#ddefe3", "watch": "#fbebcf", "bad": "#f6d9d5"}


def pdf_bytes(story: Story) -> bytes:
    """The document; the same story gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    written = io.BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=18 * mm,
        title=story.title,
        author="emergency",
        lang=story.language.replace("_", "-"),
        invariant=1,
    )
    paint = _Painter(story.language == "zh_CN")
    flow = [part for block in story.blocks for part in paint.block(block)]
    foot = _foot(story.footer)
    document.build(flow, onFirstPage=foot, onLaterPages=foot)
    return written.getvalue()


def fonted(text: str, bold: bool = False) -> str:
    """Markup in which whatever Latin type lacks is set in the Chinese font."""
    latin = BOLD if bold else LATIN
    return "".join(f'<font name="{latin if plain else CHINESE}">{escape(run)}</font>' for plain, run in _runs(text))


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Stretches that Latin type can show, and those it cannot."""
    for found in re.finditer(r"[\x20-\x7e\xa0-\xff–—’‘“”…\n]+|[^\x20-\x7e\xa0-\xff–—’‘“”…\n]+", text):
        run = found.group()
        yield ord(run[0]) < 0x100 or run[0] in "–—’‘“”…", run


def _foot(text: str) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFillColor(MUTED)
        x = MARGIN
        for plain, run in _runs(text):
            font = LATIN if plain else CHINESE
            canvas.setFont(font, 8)
            canvas.drawString(x, 9 * mm, run)
            x += pdfmetrics.stringWidth(run, font, 8)
        canvas.setFont(LATIN, 8)
        canvas.drawRightString(A4[0] - MARGIN, 9 * mm, str(document.page))
        canvas.restoreState()

    return draw


class _Painter:
    """Turns blocks into flowables; Chinese breaks lines between any two characters."""

    def __init__(self, chinese: bool) -> None:
        self.wrap = "CJK" if chinese else None

    def block(self, block: Any) -> list[Any]:
        paint: dict[type, Callable[[Any], list[Any]]] = {
            Heading: self.heading,
            Para: self.para,
            Bullets: self.bullets,
            Table: self.table,
            Bars: self.bars,
            PageBreak: lambda _: [Break()],
        }
        return paint[type(block)](block)

    def style(self, size: float, colour: Any = INK, before: float = 0, after: float = 3, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(
            "text",
            fontName=CHINESE if self.wrap else LATIN,
            fontSize=size,
            leading=size * 1.35,
            textColor=colour,
            spaceBefore=before,
            spaceAfter=after,
            wordWrap=self.wrap,
            **more,
        )

    def heading(self, block: Heading) -> list[Any]:
        size = (19, 13, 11)[block.level]
        style = self.style(size, before=(0, 11, 7)[block.level], after=4, keepWithNext=1)
        return [Paragraph(fonted(block.text, bold=True), style)]

    def para(self, block: Para) -> list[Any]:
        size = {"notice": 8, "verdict": 14, "body": 9.5, "note": 8.5}[block.kind]
        colour = MUTED if block.kind in ("notice", "note") else INK
        style = self.style(size, colour, before=3, keepWithNext=1 if block.kind == "note" else 0)
        return [Paragraph(fonted(block.text, bold=block.kind == "verdict"), style)]

    def bullets(self, block: Bullets) -> list[Any]:
        style = self.style(9, after=1.5, leftIndent=10, bulletIndent=1)
        return [Paragraph(fonted(text), style, bulletText="•") for text in block.texts]

    def table(self, block: Table) -> list[Any]:
        left, right = self.style(8, after=0), self.style(8, after=0, alignment=TA_RIGHT)
        styles = [right if place in block.numbers else left for place in range(len(block.head))]
        cells = [[Paragraph(fonted(text, bold=True), style) for text, style in zip(block.head, styles, strict=True)]]
        cells += [
            [Paragraph(fonted(text), style) for text, style in zip(row, styles, strict=True)] for row in block.rows
        ]
        rules: list[Any] = [
            ("GRID", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (-1, 0), HEAD),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *((side, (0, 0), (-1, -1), 3) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")),
        ]
        for row, (column, tone) in block.tones.items():
            if tone in TONES:
                rules.append(("BACKGROUND", (column, row + 1), (column, row + 1), colors.HexColor(TONES[tone])))
        widths = [WIDTH * share / sum(block.widths) for share in block.widths]
        return [Grid(cells, colWidths=widths, repeatRows=1, style=rules), Spacer(1, 4)]

    def bars(self, block: Bars) -> list[Any]:
        label, shown = self.style(10, after=0), self.style(10, after=0, alignment=TA_RIGHT)
        long = WIDTH - 130
        rows = []
        for bar in block.bars:
            drawing = Drawing(long, 11)
            drawing.add(Rect(0, 0, long, 11, fillColor=EMPTY, strokeColor=None))
            if bar.points is not None:
                drawing.add(Rect(0, 0, long * bar.points / 100, 11, fillColor=FILL, strokeColor=None))
            rows.append([Paragraph(fonted(bar.label, True), label), drawing, Paragraph(fonted(bar.shown, True), shown)])
        return [Grid(rows, colWidths=[80, long, 50], style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")]), Spacer(1, 2)]
