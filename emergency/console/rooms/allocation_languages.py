"""People asked for who speak a language: so many of those sent to a region for a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import LINE_NAMES, SAID, lines_by_need
from emergency.console.rooms.geography import places_at_work
from emergency.console.rooms.once_form import once
from emergency.console.rooms.task_acts import attempt
from emergency.domain.allocation.pool import LANGUAGES
from emergency.service import asking


def panel(desk: Desk, shown: Mapping[str, Any] | None) -> None:
    """What was asked, with the form, folded: how many are asked for stands in the heading."""
    say, wishes = desk.say, asking.languages_asked(desk.ctx)
    people = sum(w.people for w in wishes)
    heading = say("Languages: {people} asked for · large losses by authority limit", people=people)
    with st.expander(heading, key="allocation-languages"):
        st.caption(
            say(
                "Claims above somebody's authority limit go to people who may settle them, as far as that pays; the "
                "others are referred. The limits stand in the Pool room, the price of a referral in "
                "data/rules/worth.yaml."
            )
        )
        if wishes:
            look.table(
                [say("Region"), say("Line"), say("Language"), say("People"), say("because"), say("Said by")],
                [
                    [
                        desk.region(w.region),
                        say(LINE_NAMES[w.line]),
                        _language(desk, w.language),
                        f"{w.people:,}",
                        w.reason,
                        w.by,
                    ]
                    for w in wishes
                ],
                numbers=[3],
            )
        _form(desk, shown)


def _language(desk: Desk, code: str) -> str:
    return desk.say(LANGUAGES.get(code, code))


def _form(desk: Desk, shown: Mapping[str, Any] | None) -> None:
    say, ctx = desk.say, desk.ctx
    with once("language") as form:
        first, second, third, fourth = st.columns([1.4, 1.2, 1.2, 0.8])
        region = first.selectbox(
            say("Region"),
            places_at_work(desk),
            index=None,
            format_func=desk.region,
            key=f"{form.key}.region",
            placeholder=say("type a name"),
        )
        line = second.selectbox(
            say("Line"), lines_by_need(shown), format_func=lambda one: say(LINE_NAMES[one]), key=f"{form.key}.line"
        )
        language = third.selectbox(
            say("Language"),
            asking.languages_known(ctx),
            index=None,
            format_func=lambda code: _language(desk, code),
            key=f"{form.key}.language",
            placeholder=say("choose a language"),
        )
        people = fourth.number_input(say("People (0 = none any more)"), 0, 10_000, 1, key=f"{form.key}.people")
        reason = st.text_input(say("because"), key=f"{form.key}.reason")
        if st.form_submit_button(say("Ask for the language")):
            attempt(
                desk,
                form.taking(
                    lambda: asking.ask_for_language(ctx, region or "", str(line), language or "", int(people), reason)
                ),
                say("Set; the next proposal keeps to it."),
                SAID,
            )
