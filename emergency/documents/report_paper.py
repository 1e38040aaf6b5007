"""A report to the regulator, an internal report or a situation report, as a story.

The official text stands in one column, the same in the other language beside it where the facts give it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from emergency.documents.blocks import Block, Heading, Para, Story, Table
from emergency.domain.report_text import Paper, ordinal
from emergency.texts import Speaker


def report_story(paper: Paper, say: Speaker, date: datetime, sha256: str = "") -> Story:
    """The story of one report; ``say`` speaks the official language.

    Args:
        date: the instant the file is dated with.
        sha256: of the text as it was handed in, empty for a draft.
    """
    title = f"{paper.mark}{paper.title[paper.language]}"
    foot = say("sha256 of the text {hash}", hash=sha256) if sha256 else say("draft, not handed in")
    return Story(title, say.language, foot, date, tuple(_blocks(paper, say, title)))


def _blocks(paper: Paper, say: Speaker, title: str) -> Iterator[Block]:
    yield Heading(title, 0)
    yield Para(" · ".join(_head(paper, say)), "note")
    if paper.corrects:
        yield Para(say("Corrects {report}", report=paper.corrects), "verdict")
    if paper.missing:
        yield Para(say("Still missing: {names}", names=say(", ").join(paper.missing)), "notice")
    yield _fields(paper, say)
    if paper.cited:
        yield Heading(say("Sources of the figures"), 2)
        rows = [[one.name, one.shown, one.source, one.as_of] for one in paper.cited]
        yield Table([say("Figure"), say("Value"), say("Source"), say("As of")], rows, [26, 26, 38, 24], frozenset({1}))


def _head(paper: Paper, say: Speaker) -> Iterator[str]:
    yield say("To: {name}", name=paper.to[paper.language])
    yield say("Incident: {title}", title=say.of(paper.incident))
    yield say("No. {number}", number=paper.number)
    if paper.handed:
        yield say("Handed in {time}", time=paper.handed)


def _fields(paper: Paper, say: Speaker) -> Table:
    chinese = paper.language == "zh"
    other = "en" if chinese else "zh"
    rows = []
    for place, entry in enumerate(paper.entries, 1):
        number = f"{ordinal(place)}、" if chinese else f"{place}. "
        beside = f"{entry.title[other]}: {entry.beside}" if entry.beside else ""
        rows.append([number + entry.title[paper.language], entry.text, beside])
    beside = "English" if chinese else "中文"
    return Table([say("Field"), say("Text as handed in") if paper.handed else say("Text"), beside], rows, [24, 60, 46])
