"""Reports as files: Word, PDF and plain text for the portal."""

from __future__ import annotations

from datetime import datetime

from emergency.documents.docx import docx_bytes
from emergency.documents.pdf import pdf_bytes
from emergency.documents.report_paper import report_story
from emergency.domain.instant import from_us
from emergency.domain.report_form import LANGUAGE_KEYS
from emergency.domain.report_text import Paper, plain_text
from emergency.service.context import Context, Refused
from emergency.service.reporting import Prepared, paper_kept, paper_of
from emergency.store import reports
from emergency.texts import N_, Message, speaker

# Format -> media type.
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
}


def kept_file(ctx: Context, report_id: str, form: str) -> bytes:
    """A report as it was handed in; the same report gives the same bytes.

    Raises:
        Refused: no such report or format.
    """
    with ctx.store.read() as connection:
        row = reports.one(connection, report_id)
    if row is None:
        raise Refused(Message(N_("there is no report {report}"), {"report": report_id}))
    if form == "txt":
        return str(row["text"]).encode()
    return _bytes(paper_kept(ctx, report_id), form, from_us(row["recorded_us"]), row["sha256"])


def draft_file(ctx: Context, prepared: Prepared, form: str) -> bytes:
    """The form as it stands, before it is handed in."""
    paper = paper_of(ctx, prepared)
    return plain_text(paper).encode() if form == "txt" else _bytes(paper, form, prepared.as_of, "")


def file_name(incident_id: str, kind: str, number: int, form: str) -> str:
    return f"{incident_id}-{kind}-{number}.{form}"


def _bytes(paper: Paper, form: str, date: datetime, sha256: str) -> bytes:
    if form not in ("docx", "pdf"):
        raise Refused(
            Message(N_("format {form} is not one of {formats}"), {"form": form, "formats": ", ".join(FORMATS)})
        )
    language = next(name for name, key in LANGUAGE_KEYS.items() if key == paper.language)
    story = report_story(paper, speaker(language), date, sha256)
    return docx_bytes(story) if form == "docx" else pdf_bytes(story)
