"""How a bulletin is drawn: every number underlined and linked to its entry, typed ones marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.bulletin import Loose, Rendered, shown
from emergency.domain.ledger import Entry, Problem, chosen, figure_name
from emergency.domain.playbook_words import CHANNEL_NAMES
from emergency.service.words_ledger import Ledger
from emergency.texts import N_

STYLE = """<style>
.em-paper { background: #fff; border: 1px solid #dde4ec; border-radius: 10px; padding: 10px 14px; font-size: 13.5px; }
.em-paper h3 { margin: 0 0 4px; padding: 0; font-size: 14px; font-weight: 600; }
.em-paper small { display: block; margin-bottom: 4px; font-size: 12px; color: #5b6b80; }
.stHtml .em-paper p { margin: 0; font-size: 13.5px; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.55; }
.em-paper u { text-decoration: underline #0b57d0; text-underline-offset: 3px; cursor: help; }
.em-paper mark { background: #fff2c2; color: #6b5200; border-bottom: 2px dashed #9a5b00; }
.em-paper del { background: #fbe3e1; color: #b3261e; text-decoration: none; }
.em-ledger { max-height: 620px; overflow-y: auto; }
.em-ledger code { display: block; padding: 0; font-size: 12px; color: #5b6b80; background: none; }
.em-ledger table { table-layout: fixed; }
.em-ledger td { overflow-wrap: break-word; } .em-ledger th { white-space: normal; }
.em-ledger code { font-family: inherit; overflow-wrap: anywhere; }
.em-ledger tr.used td { background: #f2f7ff; }
</style>"""
SPOKEN = {"en": "en", "zh": "zh_CN"}
HEADS = {"en": "English", "zh": "中文"}
CHANNELS = {**CHANNEL_NAMES, "folder": N_("folder of files")}


def channel(desk: Desk, name: str) -> str:
    """A channel in words; one of the company's own by the name it gave it."""
    return desk.say(CHANNELS[name]) if name in CHANNELS else name


def paper(desk: Desk, lang: str, title: Rendered, body: Rendered, loose: Sequence[Loose]) -> None:
    """One language of a bulletin as it would be read."""
    look_ = _marked(desk, body, loose)
    st.html(
        f'{STYLE}<div class="em-paper" lang="{lang}"><small>{HEADS[lang]}</small>'
        f"<h3>{_marked(desk, title, ())}</h3><p>{look_}</p></div>"
    )


def _marked(desk: Desk, text: Rendered, loose: Iterable[Loose]) -> str:
    """The text with its figures underlined; whatever it says passes through `esc`."""
    spots = [(link.start, link.end, "u", entry_words(desk, link.entry)) for link in text.links]
    for one in loose:
        spots.append((one.start, one.end, "mark", _loose_words(desk, one)))
    for figure in text.missing:
        start = text.text.find("{" + figure + "}")
        while start >= 0:
            words = desk.say("no source gives this figure")
            spots.append((start, start + len(figure) + 2, "del", words))
            start = text.text.find("{" + figure + "}", start + 1)
    parts, last = [], 0
    for start, end, tag, words in sorted(spots):
        parts.append(look.esc(text.text[last:start]))
        parts.append(f'<{tag} title="{look.esc(words)}">{look.esc(text.text[start:end])}</{tag}>')
        last = end
    return "".join([*parts, look.esc(text.text[last:])])


def _loose_words(desk: Desk, one: Loose) -> str:
    if one.figures:
        return desk.say("typed by hand; the ledger has it as {gap}", gap="{" + one.figures[0] + "}")
    return desk.say("typed by hand; not in the ledger")


def entry_words(desk: Desk, entry: Entry) -> str:
    say = desk.say
    values = {
        "figure": say(figure_name(entry.figure)),
        "source": say.of(entry.source_name) or entry.source,
        "time": desk.clock_text(entry.as_of),
    }
    return say("{figure}: {source}, as of {time}", **values)


def ledger_table(desk: Desk, ledger: Ledger, used: Sequence[str], wrong: Sequence[Problem]) -> None:
    """Every figure there is to write with, those of the text first."""
    say, now = desk.say, desk.ctx.now()
    bad = {p.figure for p in wrong}
    order = [*[f for f in used if f in ledger], *[f for f in ledger if f not in used]]
    rows = "".join(_ledger_row(desk, f, ledger[f], f in used, f in bad, now) for f in order)
    heads = "".join(f"<th>{look.esc(h)}</th>" for h in (say("Figure"), say("Value, age and source")))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    st.html(f'{STYLE}<div class="em-table em-ledger">{table}</div>')


def _ledger_row(desk: Desk, figure: str, entries: Sequence[Entry], used: bool, bad: bool, now: datetime) -> str:
    lang = "zh" if desk.say.language == "zh_CN" else "en"
    found = chosen(entries)
    assert found is not None
    name = f"{look.esc(desk.say(figure_name(figure)))}<code>{{{look.esc(figure)}}}</code>"
    shown_ = "".join(_entry_html(desk, e, lang, now) for e in entries[:3])
    if bad:
        shown_ = f'<span class="em-bad">{shown_}</span>'
    return f"<tr{' class=used' if used else ''}><td>{name}</td><td>{shown_}</td></tr>"


def _entry_html(desk: Desk, entry: Entry, lang: str, now: datetime) -> str:
    value = look.esc(shown(entry, lang, desk.zone)[:90])
    source = look.esc((desk.say.of(entry.source_name) or entry.source)[:48])
    return f"<div>{value}</div><code>{look.esc(age(desk, now, entry.as_of))} · {source}</code>"


def age(desk: Desk, now: datetime, at: datetime) -> str:
    """How old a figure is, in words short enough for a column."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return desk.say("now")
    if minutes < 90:
        return desk.say("{minutes} min ago", minutes=minutes)
    if minutes < 48 * 60:
        return desk.say("{hours} h ago", hours=minutes // 60)
    return desk.say("{days} days ago", days=minutes // 1440)
