"""Step 2: participants rate themselves and say what they wish; role by role, never a league of people."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.rooms.review_words import Case, Row, attempt, number
from emergency.service import hotwash
from emergency.service.hotwash import HIGHEST, LOW, LOWEST, QUESTIONS, Voice


def show(case: Case) -> None:
    left, right = st.columns([1, 1.25], gap="medium")
    found = hotwash.voices(case.desk.ctx, case.subject)
    with left:
        _form(case, next((v for v in found if v.person == case.desk.ctx.actor.id), None))
    with right:
        _all(case, found)


def _form(case: Case, mine: Voice | None) -> None:
    desk, say = case.desk, case.desk.say
    look.section(say("Your own rating"))
    st.caption(say("You answer as {name}; a second answer takes the place of the first.", name=desk.ctx.actor.id))
    roles = list(case.record["review"]["overview"]["roles"]) or [desk.ctx.actor.role]
    begin = mine.role if mine else hotwash.role_of(desk.ctx, case.subject)
    # Another answer begins another form: the fields hold what was said last.
    key = f"{case.key('voice')}.{mine.version if mine else 0}.{desk.ctx.actor.id}"
    with st.form(f"voice-{key}"):
        role = st.selectbox(
            say("Role you played"), roles, index=roles.index(begin) if begin in roles else None,
            format_func=case.words.role, key=f"{key}.seat", placeholder=say("choose"),
        )  # fmt: skip
        marks = {
            name: st.radio(
                say(text), range(LOWEST, HIGHEST + 1), horizontal=True, key=f"{key}.mark.{name}",
                index=mine.marks[name] - LOWEST if mine and name in mine.marks else None,
            )
            for name, text in QUESTIONS.items()
        }  # fmt: skip
        st.caption(say("1 not at all · 5 fully"))
        well = st.text_area(say("What went well"), mine.well if mine else "", key=f"{key}.well", height=70)
        badly = st.text_area(say("What went badly"), mine.badly if mine else "", key=f"{key}.badly", height=70)
        wish = st.text_area(say("What you wish for"), mine.wish if mine else "", key=f"{key}.wish", height=70)
        if st.form_submit_button(say("Hand in"), type="primary", width="stretch"):
            given = {name: mark for name, mark in marks.items() if mark is not None}
            attempt(
                desk,
                lambda: hotwash.say_it(desk.ctx, case.subject, role or "", given, well=well, badly=badly, wish=wish),
                say("Handed in; thank you."),
            )


def _all(case: Case, found: list[Voice]) -> None:
    say = case.desk.say
    look.section(say("What participants say"))
    if not found:
        st.caption(say("Nobody has answered yet."))
        return
    means = hotwash.means(found)
    rows: list[Row] = [
        [
            say(QUESTIONS[name]),
            look.Cell(number(mean), "watch" if mean is not None and mean < LOW else "plain"),
            f"{sum(v.marks.get(name, HIGHEST) < LOW for v in found)}",
        ]
        for name, mean in means.items()
    ]
    look.table([say("Self-rating, 1 to 5"), say("Mean"), say("Below 3")], rows, numbers=[1, 2])
    st.caption(say("Answers: {count}.", count=len(found)))
    told: list[Row] = [
        [case.words.role(v.role), name, text]
        for v in found
        for name, text in ((say("Went well"), v.well), (say("Went badly"), v.badly), (say("Wish"), v.wish))
        if text
    ]
    if told:
        look.table([say("Role"), "", say("What they say")], told)
