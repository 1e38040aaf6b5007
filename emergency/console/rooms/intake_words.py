"""Intake: what the words of a file mean – its lines of business, its states; nothing is taken silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from emergency.console.desk import Desk
from emergency.domain.claim import LINES, STATUSES
from emergency.domain.record import MESSAGE_KINDS
from emergency.service import mappings
from emergency.service.mappings import COLUMN_NAMES, MOST_WORDS, WORDED, Draft, Proposed
from emergency.texts import N_

LINE_NAMES: Mapping[str, str] = {
    "motor": N_("motor"),
    "property": N_("property"),
    "home": N_("home"),
    "agriculture": N_("agriculture"),
    "engineering": N_("engineering"),
    "marine": N_("marine"),
    "liability": N_("liability"),
    "personal_injury": N_("personal injury"),
    "health": N_("health"),
}
STEP_NAMES: Mapping[str, str] = {
    "reported": N_("reported"),
    "registered": N_("registered"),
    "surveyed": N_("surveyed"),
    "assessed": N_("assessed"),
    "approved": N_("approved"),
    "paid": N_("paid out"),
    "closed": N_("closed"),
    "cancelled": N_("cancelled"),
    "declined": N_("denied"),
    "supplement": N_("papers asked for or handed in"),
    "advance": N_("paid in advance"),
    "figures": N_("amounts only"),
}
CHOICES: Mapping[str, tuple[str, ...]] = {"line": LINES, "status": STATUSES, "kind": MESSAGE_KINDS}


def ask(desk: Desk, prefix: str, proposed: Proposed, draft: Draft) -> Draft:
    """What each word of the chosen columns means; words nobody names are rejected, and it says so."""
    words, unknown = {}, {}
    for column in WORDED:
        header = draft.columns.get(column)
        if not header:
            continue
        found = _found(desk, proposed, column, header)
        if len(found) > MOST_WORDS:
            continue
        words[column], unknown[column] = _column(desk, f"{prefix}.{column}.{header}", column, header, found)
    return replace(draft, words=words, unknown=unknown)


def _found(desk: Desk, proposed: Proposed, column: str, header: str) -> Mapping[str, str]:
    if header == proposed.draft.columns.get(column):
        return proposed.draft.words.get(column, {})
    return mappings.meanings(desk.ctx, proposed, column, header)


def _column(desk: Desk, prefix: str, column: str, header: str, found: Mapping[str, str]) -> tuple[dict[str, str], str]:
    say = desk.say
    names = LINE_NAMES if column == "line" else STEP_NAMES
    lost = [word for word, meaning in found.items() if not meaning]
    title = say("{header}: what its words mean as {column}", header=header, column=say(COLUMN_NAMES[column]))
    if lost:
        title += say(" – {n} not known yet", n=len(lost))
    said: dict[str, str] = {}
    with st.expander(title, expanded=bool(lost)):
        places = st.columns(4)
        order = [*lost, *(word for word in found if word not in lost)]
        shown = mappings.shown_words(desk.ctx, header, order)
        for i, word in enumerate(order):
            options = ["", *CHOICES[column]]
            said[word] = places[i % 4].selectbox(
                shown[word][:40],
                options,
                index=options.index(found[word]) if found[word] in options else 0,
                format_func=lambda key: say(names[key]) if key else say("reject these rows"),
                key=f"{prefix}.word.{word}",
            )
        rest = ""
        if column != "kind":
            rest = places[len(order) % 4].selectbox(
                say("Any other word"),
                ["", *CHOICES[column]],
                format_func=lambda key: say(names[key]) if key else say("reject these rows"),
                key=f"{prefix}.rest",
                help=say("Of words that are not in the rows looked at. Rows taken so are flagged in the receipt."),
            )
    return said, rest
