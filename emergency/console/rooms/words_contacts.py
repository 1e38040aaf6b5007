"""The contact list and its test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.instant import from_us, to_us
from emergency.service import words_contacts as contacts
from emergency.service.words_contacts import TestReport


def section(desk: Desk, act: Any) -> None:
    say = desk.say
    people, found = contacts.contact_list(desk.ctx), contacts.report(desk.ctx)
    left, right = st.columns([1.7, 1], gap="medium")
    with right:
        _start(desk, people, found, act)
        _take(desk, act)
    with left:
        if found is None:
            look.section(say("Contact list"))
            _people(desk, people)
        else:
            _report(desk, found, act)


def _people(desk: Desk, people: list[dict[str, Any]]) -> None:
    say = desk.say
    if not people:
        st.caption(say("The contact list is empty. Bring in a CSV with the columns id, role, name, channel, address."))
        return
    rows: list[list[str | look.Cell]] = [
        [p["contact_id"], p["role"], p["name"], ", ".join(channel for channel, _ in p["channels"])]
        for p in people[:200]
    ]
    look.table([say("No."), say("Role"), say("Name of the person"), say("Channels")], rows)


def _start(desk: Desk, people: list[dict[str, Any]], found: TestReport | None, act: Any) -> None:
    say = desk.say
    look.section(say("Hold a test"))
    if found is not None and found.closed is None:
        if st.button(say("End the test now"), key="contact-close"):
            act(
                desk,
                lambda: contacts.close_test(desk.ctx, found.test_id),
                say("The test has ended; its result is in the journal."),
            )
        return
    with st.form("contact-test"):
        minutes = st.number_input(say("Minutes to answer"), contacts.WAIT[0], contacts.WAIT[1], 30)
        note = st.text_input(say("A word to add"))
        label = say("Write to {count} people", count=len(people))
        if st.form_submit_button(label, width="stretch", disabled=not people):
            act(desk, lambda: contacts.start_test(desk.ctx, int(minutes), note), say("The test is on its way."))


def _take(desk: Desk, act: Any) -> None:
    say = desk.say
    with st.expander(say("Replace the contact list")):
        file = st.file_uploader(say("CSV: id, role, name, channel, address; one row per channel"), type=["csv"])
        if file is not None and st.button(say("Replace"), key="contact-take"):
            act(
                desk,
                lambda: contacts.take_contacts(desk.ctx, file.getvalue(), file.name),
                say("The contact list is replaced."),
            )


def _report(desk: Desk, found: TestReport, act: Any) -> None:
    say = desk.say
    until = desk.clock_text(found.due)
    title = say("Test {number}, answers until {time}", number=found.test_id, time=until)
    look.section(title)
    half = found.half_answered_minutes
    gaps = {"answered": len(found.answered), "asked": len(found.rows), "in_time": found.in_time}
    parts = [say("{answered} of {asked} answered, {in_time} in time", **gaps)]
    if half is not None:
        parts.append(say("half of them within {minutes} min", minutes=f"{half:.0f}"))
    parts.append(say("ended {time}", time=desk.clock_text(found.closed)) if found.closed else say("running"))
    st.text(" · ".join(parts))
    look.table(
        [say("Role"), say("Name of the person"), say("Channels"), say("Answered")],
        [_row(desk, found, r) for r in found.rows],
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if found.waiting and found.closed is None:
            _acknowledge(desk, found, act)
        name = f"contact-test-{found.test_id}.csv"
        st.download_button(say("Report as CSV"), contacts.csv_report(found), name, "text/csv", key="contact-report")


def _row(desk: Desk, found: TestReport, r: Mapping[str, Any]) -> list[str | look.Cell]:
    say = desk.say
    channels = ", ".join(channel for channel, _ in r["channels"])
    if r["answered_us"] is None:
        state = look.Cell(say("no answer"), "watch" if found.closed is None else "bad", framed=True)
    else:
        late = r["answered_us"] > to_us(found.due)
        when = desk.clock_text(from_us(r["answered_us"]), day=False)
        state = look.Cell(say("{time}, late", time=when) if late else when, "watch" if late else "ok", framed=True)
    return [r["role"], r["name"], channels, state]


def _acknowledge(desk: Desk, found: TestReport, act: Any) -> None:
    say = desk.say
    names = {r["contact_id"]: f"{r['role']} · {r['name']}" for r in found.waiting}
    who = st.selectbox(say("Who answered"), list(names), format_func=lambda key: names[key], key="contact-who")
    how = st.text_input(say("How"), key=f"contact-how-{len(found.answered)}")
    if st.button(say("Answered"), key="contact-answered"):
        act(desk, lambda: contacts.acknowledge(desk.ctx, found.test_id, who, how), say("Written down."))
