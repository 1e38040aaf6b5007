"""Step 1, a minute after the end: the verdict, what went well, what cost most, and what people say of it."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.look import esc
from emergency.console.rooms.once_form import once
from emergency.console.rooms.review_words import Case, attempt, band, number
from emergency.domain.drill.words import BAND_TONES, DIMENSIONS
from emergency.service import hotwash
from emergency.service.hotwash import TOPICS

SHOWN = 3


def show(case: Case) -> None:
    _figures(case)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        _findings(case)
    with right:
        _notes(case)


def _figures(case: Case) -> None:
    say, score = case.desk.say, case.record["score"]
    verdict = band(case.desk, score["band"]).text
    asked = [e for e in score["expectations"] if not e["void"]]
    done, in_time = sum(e["performed"] for e in asked), sum(e["timeliness"] == 100 for e in asked)
    look.kpi_strip(
        [
            look.Kpi(say("Overall"), number(score["overall"]), verdict, BAND_TONES.get(score["band"], "plain")),
            *(look.Kpi(say(name), number(score[key]), say("of 100")) for key, name in DIMENSIONS.items()),
            look.Kpi(
                say("Expected actions done"),
                f"{done} / {len(asked)}",
                say("{count} of them in time", count=in_time),
                "ok" if done == len(asked) else "watch",
            ),
        ]
    )


def _findings(case: Case) -> None:
    say, review, words = case.desk.say, case.record["review"], case.words
    st.text(words.spoken(review["verdict"]))
    for reason in words.reasons():
        st.caption(look.plain(reason))
    look.section(say("What went well"))
    good = [words.spoken(one) for one in review["strengths"]]
    _list(good[:SHOWN] or [say("none found")])
    if len(good) > SHOWN:
        st.caption(say("and {count} more", count=len(good) - SHOWN))
    look.section(say("The three largest gaps"))
    gaps = review["gaps"][:SHOWN]
    if not gaps:
        st.caption(say("Nothing cost points."))
        return
    rows = [[words.spoken(g["text"]), say(DIMENSIONS[g["dimension"]]), number(g["lost"])] for g in gaps]
    look.table([say("Gap"), say("Dimension"), say("Points lost")], rows, numbers=[2])


def _list(texts: list[str]) -> None:
    st.html(f'<ul class="em-list">{"".join(f"<li>{esc(text)}</li>" for text in texts)}</ul>')


def _notes(case: Case) -> None:
    say, ctx = case.desk.say, case.desk.ctx
    if case.record["review"]["hotwash"]:
        look.section(say("Questions for the hotwash"))
        _list([say.of(question) for question in case.record["review"]["hotwash"]])
    look.section(say("What people say"))
    for one in hotwash.notes(ctx, case.subject):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"hotwash-{one.note_id}"):
            st.html(f"{look.pill(say(TOPICS[one.topic]))} {esc(one.text)} <small>{esc(one.author)}</small>")
            if st.button(say("Take away"), key=f"note-away-{one.note_id}"):
                _away(case, one.note_id)
    _undo(case)
    with once("hotwash-note", case.key("note")) as form:
        topic = st.radio(
            say("What kind of remark"), list(TOPICS), format_func=lambda key: say(TOPICS[key]), horizontal=True,
            key=f"{form.key}.topic", label_visibility="collapsed",
        )  # fmt: skip
        text = st.text_area(say("What was said"), key=f"{form.key}.text", height=80)
        if st.form_submit_button(say("Take down"), type="primary"):
            act = form.taking(lambda: hotwash.add_note(ctx, case.subject, topic or "", text))
            attempt(case.desk, act, say("Taken down."))


def _away(case: Case, note_id: int) -> None:
    st.session_state[case.key("away")] = note_id
    done = case.desk.say("Taken away; it can be put back below.")
    attempt(case.desk, lambda: hotwash.withdraw_note(case.desk.ctx, case.subject, note_id), done)


def _undo(case: Case) -> None:
    key, say = case.key("away"), case.desk.say
    if key not in st.session_state or not st.button(say("Put the last one back"), key="note-back"):
        return
    number_ = st.session_state.pop(key)
    attempt(
        case.desk,
        lambda: hotwash.withdraw_note(case.desk.ctx, case.subject, number_, back=True),
        say("Put back."),
    )
