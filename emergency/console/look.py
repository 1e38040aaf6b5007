"""The visual language of the console: functions that only draw.

Calm ground, one blue accent; red, amber and green stand for a state and never
alone – a sign or a word says the same. Whatever comes from outside passes
through `esc` on its way into the page; the markup around it is constant.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import streamlit as st

from emergency.texts import Speaker

TONES = ("plain", "ok", "watch", "bad")
# A state is told by a sign as well, for eyes that do not see the colour.
_SIGNS = {"plain": "", "ok": "✓", "watch": "!", "bad": "‼"}
# The terms of the norm, for whoever reads another language.
OFFICIAL = {1: "一级响应", 2: "二级响应", 3: "三级响应"}
SIDEBAR_PX = 208
_STYLE = (Path(__file__).parent / "look.css").read_text("utf-8")

# Template marks and line separators that would be live where a page pastes text into script.
_LIVE = {"\\": "&#92;", "`": "&#96;", "${": "&#36;{", "\u2028": " ", "\u2029": " "}


def esc(text: object) -> str:
    """Text from anywhere, made harmless in HTML, in an attribute and in a script's template."""
    safe = html.escape(str(text), quote=True)
    for mark, harmless in _LIVE.items():
        safe = safe.replace(mark, harmless)
    return safe


_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: object) -> str:
    """Text from anywhere as a label or a caption: no picture, link or formula of Markdown comes to life in it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


@dataclass(frozen=True)
class LevelBadge:
    """The response level, in words; ``level`` None where no response is open.

    A proposed level that nobody confirmed yet is drawn as an outline. ``term``: the official one, as a tooltip.
    """

    level: int | None
    words: str
    proposed: bool = False
    term: str = ""

    def __post_init__(self) -> None:
        if self.level not in (None, 1, 2, 3):
            raise ValueError(f"level {self.level!r} is not one of 1, 2, 3 or None")


@dataclass(frozen=True)
class ClassLine:
    """The regulator's event class, a value of its own beside the level; never a badge."""

    name: str
    value: str
    tag: str = ""


@dataclass(frozen=True)
class Kpi:
    """One number that matters: what it is, its value and how it came or where it should be."""

    label: str
    value: str
    note: str = ""
    tone: str = "plain"
    help: str = ""

    def __post_init__(self) -> None:
        _known(self.tone)


@dataclass(frozen=True)
class Change:
    """Something that happened, with its clock time."""

    at: str
    text: str


def begin(say: Speaker | None = None) -> None:
    """Put the style on the page; call once, first thing, in every run of the main script.

    The page itself is set up with ``st.set_page_config(layout="wide", initial_sidebar_state=SIDEBAR_PX)``.
    """
    st.html(f"<style>{_STYLE}{_words(say) if say else ''}</style>")


def _words(say: Speaker) -> str:
    """Words that Streamlit writes itself and offers no setting for, put in the language of the page."""
    limit = say("or drop it here · up to {mb} MB", mb=st.get_option("server.maxUploadSize"))
    return f":root {{ --em-choose-file: {_quoted(say('Choose a file'))}; --em-file-limit: {_quoted(limit)}; }}"


def _quoted(text: str) -> str:
    """Text as a string of CSS that cannot end early."""
    return '"' + "".join(c if c.isalnum() or c in " ·." else f"\\{ord(c):x} " for c in text) + '"'


def level_badge(say: Speaker, level: int | None, *, proposed: bool = False, provisional: bool = False) -> LevelBadge:
    """The badge of a response level in its fixed words: Response level Ⅱ, Ⅱ 二级响应.

    In English the official term is told to whoever points at it. What nobody has confirmed, proposed or in force
    for the time being, is an outline and says so.
    """
    words = {
        None: say("No response open"),
        1: say("Response level Ⅰ"),
        2: say("Response level Ⅱ"),
        3: say("Response level Ⅲ"),
    }[level]
    term = "" if say.language == "zh_CN" else OFFICIAL.get(level or 0, "")
    if provisional:
        return LevelBadge(level, say("{level}, provisional", level=words), True, term)
    return LevelBadge(level, say("{level}, proposed", level=words) if proposed else words, proposed, term)


def page_header(
    title: str,
    subtitle: str,
    level_badge: LevelBadge | None = None,
    class_line: ClassLine | None = None,
    clock_line: tuple[str, str, str] | None = None,
    as_of_line: tuple[str, str] | None = None,
    watermark: str | None = None,
    clock_help: str = "",
    more_clocks: Sequence[tuple[str, str, str]] = (),
) -> None:
    """The head of every room; level, clock and as-of time stand in the same corner everywhere.

    Args:
        clock_line: what is due, the time left, and a tone (plain, ok, watch, bad).
        as_of_line: the time the figures belong to, and how fresh they are.
        watermark: of an exercise, across the page.
        clock_help: shows when somebody points at the clock or reaches it by keyboard.
        more_clocks: of other addressees, as clock_line; one small line each.
    """
    st.html(
        _header_html(title, subtitle, level_badge, class_line, clock_line, as_of_line, clock_help, more_clocks)
        + (_watermark_html(watermark) if watermark else "")
    )


def _header_html(
    title: str,
    subtitle: str,
    badge: LevelBadge | None,
    class_line: ClassLine | None,
    clock_line: tuple[str, str, str] | None,
    as_of_line: tuple[str, str] | None,
    clock_help: str = "",
    more_clocks: Sequence[tuple[str, str, str]] = (),
) -> str:
    corner = [_badge_html(badge, class_line)] if badge else []
    if clock_line:
        what, left, tone = clock_line
        told = f'<div class="em-help" role="note">{esc(clock_help)}</div>' if clock_help else ""
        reach = ' tabindex="0"' if clock_help else ""
        more = "".join(f"<small>{esc(name)} {_toned(span, mood)}</small>" for name, span, mood in more_clocks)
        corner.append(
            f'<div class="em-clock"{reach}><strong>{esc(what)}</strong><br>{_toned(left, tone)}{more}{told}</div>'
        )
    if as_of_line:
        when, fresh = as_of_line
        corner.append(f"<div><strong>{esc(when)}</strong><br>{esc(fresh)}</div>")
    return (
        f'<div class="em-head"><div class="em-title"><h1>{esc(title)}</h1><p>{esc(subtitle)}</p></div>'
        f'<div class="em-corner">{"".join(corner)}</div></div>'
    )


def _badge_html(badge: LevelBadge, class_line: ClassLine | None) -> str:
    look = f"level-{badge.level or 'none'}{' proposed' if badge.proposed else ''}"
    below = ""
    if class_line:
        tag = f" <mark>{esc(class_line.tag)}</mark>" if class_line.tag else ""
        below = f'<div class="em-class">{esc(class_line.name)} <b>{esc(class_line.value)}</b>{tag}</div>'
    told = f' title="{esc(badge.term)}"' if badge.term else ""
    return f'<div class="em-level"><span class="{look}"{told}>{esc(badge.words)}</span>{below}</div>'


def _watermark_html(text: str) -> str:
    return f'<div class="em-exercise" role="note">{esc(text)}</div>'


def kpi_strip(kpis: Sequence[Kpi]) -> None:
    """The numbers that matter, side by side; a help text shows on hover and on focus."""
    rows = " em-by-2" if len(kpis) in (2, 4, 8) else ""
    st.html(f'<div class="em-kpis{rows}">{"".join(map(_kpi_html, kpis))}</div>')


def _kpi_html(kpi: Kpi) -> str:
    help_text = f'<div class="em-help" role="note">{esc(kpi.help)}</div>' if kpi.help else ""
    reach = ' tabindex="0"' if kpi.help else ""
    return (
        f'<div class="em-kpi"{reach}><div class="em-label">{esc(kpi.label)}</div>'
        f'<div class="em-value">{_toned(kpi.value, kpi.tone)}</div>'
        f'<div class="em-note">{esc(kpi.note)}</div>{help_text}</div>'
    )


@contextmanager
def needs_card(key: str, title: str, text: str = "", small: str = "", tone: str = "plain") -> Iterator[None]:
    """A decision that waits for somebody; the room puts its buttons inside, in a row.

    ``key`` is unique on the page. Tone: bad (now), watch (soon), plain, ok (done).
    """
    _known(tone)
    sign = f'<span class="em-card-sign em-{tone}">{_SIGNS[tone]}</span>' if _SIGNS[tone] else ""
    parts = f'<div class="em-card-title">{sign}{esc(title)}</div>'
    parts += f"<p>{esc(text)}</p>" if text else ""
    parts += f"<small>{esc(small)}</small>" if small else ""
    with st.container(border=True, key=f"em-card-{tone}-{key}", gap="xsmall"):
        st.html(f'<div class="em-card">{parts}</div>')
        with st.container(horizontal=True, gap="xsmall"):
            yield


def notice(kind: str, text: str) -> None:
    """What the last act brought: once, at the head of the room, and in sight of whoever has scrolled down.

    kind: success, info, warning or error.
    """
    # Refusals are written as parts of a sentence; the name of a file is said as it is.
    if "." not in text.partition(" ")[0].rstrip(".:,;"):
        text = text[:1].upper() + text[1:]
    # The style keeps it at the upper edge of what is seen; a message floating over the page would hide the clocks.
    with st.container(key=f"em-notice-{crc32((kind + text).encode())}"):
        getattr(st, kind)(text)


def section(title: str) -> None:
    """A small heading inside a room."""
    st.html(f'<h2 class="em-section">{esc(title)}</h2>')


def pill(text: str, tone: str = "plain") -> str:
    """A state in a small frame, as HTML for `table` and `line`."""
    _known(tone)
    sign = f" {_SIGNS[tone]}" if _SIGNS[tone] else ""
    return f'<span class="em-pill {tone}">{esc(text)}{sign}</span>'


@dataclass(frozen=True)
class Cell:
    """One cell of a table: a text with a tone; framed as a pill where asked."""

    text: str
    tone: str = "plain"
    framed: bool = False

    def __post_init__(self) -> None:
        _known(self.tone)


SHORT = 6  # characters


def table(heads: Sequence[str], rows: Iterable[Sequence[str | Cell]], *, numbers: Sequence[int] = ()) -> None:
    """A quiet table for reading; for sorting and choosing rows use ``st.dataframe``.

    Args:
        numbers: positions of the columns that hold figures, set flush right.
    """
    st.html(_table_html(heads, rows, frozenset(numbers)))


def _table_html(heads: Sequence[str], rows: Iterable[Sequence[str | Cell]], numbers: frozenset[int]) -> str:
    def cell(tag: str, place: int, inner: str, short: bool = False) -> str:
        look = "em-num" if place in numbers else "em-short" if short else ""
        return f"<{tag}{f' class={look}' if look else ''}>{inner}</{tag}>"

    head = "".join(cell("th", place, esc(text)) for place, text in enumerate(heads))

    def line(row: Sequence[str | Cell]) -> str:
        return "".join(cell("td", place, _cell_html(value), _is_short(value)) for place, value in enumerate(row))

    body = "".join(f"<tr>{line(row)}</tr>" for row in rows)
    return f'<div class="em-table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


# A day is read in one piece; browsers break it at its hyphens.
_DAY = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?![\w-])")


def _is_short(value: str | Cell) -> bool:
    """A word or two stay in one line beside a column of sentences; in Chinese they would stand one above the other."""
    return len(value if isinstance(value, str) else value.text) <= SHORT


def _cell_html(value: str | Cell) -> str:
    if isinstance(value, str):
        found = esc(value)
    else:
        found = pill(value.text, value.tone) if value.framed else _toned(value.text, value.tone)
    return _DAY.sub(r'<span class="em-short">\g<0></span>', found)


def changed_list(changes: Iterable[Change]) -> None:
    """What happened lately, newest first as handed in."""
    rows = "".join(f"<li><time>{esc(c.at)}</time><span>{esc(c.text)}</span></li>" for c in changes)
    st.html(f'<ul class="em-changes">{rows}</ul>')


def _toned(text: Any, tone: str) -> str:
    _known(tone)
    if tone == "plain":
        return f"<span>{esc(text)}</span>"
    return f'<span class="em-{tone}">{esc(text)}<i aria-hidden="true">{_SIGNS[tone]}</i></span>'


def _known(tone: str) -> None:
    if tone not in TONES:
        raise ValueError(f"tone {tone!r} is not one of {', '.join(TONES)}")
