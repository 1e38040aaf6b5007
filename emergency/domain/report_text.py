"""A report as text: numbered fields, then every figure with its source, as it is pasted into a portal or frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from emergency.domain.report_form import Text

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Cited:
    """A figure the report states. as_of: local time in words, as the source gave it."""

    name: str
    shown: str
    source: str
    as_of: str


@dataclass(frozen=True)
class Entry:
    """One field as handed in: its title, its text, and the same in the other language where it was not rewritten."""

    id: str
    title: Text
    text: str
    beside: str = ""


@dataclass(frozen=True)
class Paper:
    """A whole report in one official language (``zh`` or ``en``), ready to be shown, printed or frozen.

    Attributes:
        mark: of an exercise, else empty.
        number: of its kind, 1 first; corrects: what it replaces, in words.
        handed: local time it was handed in, empty for a draft.
        missing: titles of what no fact gave and nobody wrote.
    """

    title: Text
    to: Text
    incident: Text
    language: str
    number: int
    entries: Sequence[Entry]
    cited: Sequence[Cited]
    handed: str = ""
    mark: str = ""
    corrects: str = ""
    missing: Sequence[str] = field(default_factory=tuple)


def ordinal(place: int) -> str:
    """一 … 十, 十一 … 十九 for headings of fields."""
    return NUMERALS[place - 1] if place <= 10 else "十" + NUMERALS[place - 11]


def plain_text(paper: Paper) -> str:
    """The report as plain text in its official language."""
    chinese = paper.language == "zh"
    lines = [f"{paper.mark}{_title(paper)}"]
    lines.append(("报送：" if chinese else "To: ") + paper.to[paper.language])
    # Whoever reported it wrote the title in their own language, perhaps in that alone.
    title = paper.incident.get(paper.language) or next(iter(paper.incident.values()))
    lines.append(("事件：" if chinese else "Incident: ") + title)
    if paper.handed:
        lines.append(("报送时间：" if chinese else "Handed in: ") + paper.handed)
    if paper.corrects:
        lines.append(("更正：本报告更正" if chinese else "Correction of ") + paper.corrects)
    lines.append("")
    for place, entry in enumerate(paper.entries, 1):
        head = f"{ordinal(place)}、{entry.title['zh']}：" if chinese else f"{place}. {entry.title['en']}: "
        lines.append(head + entry.text)
    if paper.cited:
        lines += ["", "数据来源：" if chinese else "Sources of the figures:"]
        lines += [_cited(one, chinese) for one in paper.cited]
    return "\n".join(lines) + "\n"


def _title(paper: Paper) -> str:
    if paper.language == "zh":
        return f"{paper.title['zh']}（第{paper.number}号）"
    return f"{paper.title['en']} (no. {paper.number})"


def _cited(one: Cited, chinese: bool) -> str:
    if chinese:
        return f"{one.name} {one.shown}：{one.source}，截至{one.as_of}"
    return f"{one.name} {one.shown}: {one.source}, as of {one.as_of}"
