"""Prepare a drill: copy a script, take it out as a file or a workbook, bring it back checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import once_form
from emergency.console.rooms.pressed import as_read
from emergency.service import drill_house
from emergency.service.drill_house import Away, FileFaults, Kept, NotOnShelf, Refused, SheetFaults, ShelvedDrill
from emergency.service.drill_names import LISTS, names
from emergency.service.msel_told import told
from emergency.texts import N_

SAID, CHOSEN, FILES = "drill-prepare.said", "drill-prepare.script", "drill-prepare.files"
MOST_TOLD, MOST_AWAY = 40, 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOW = N_(
    "Begin with a script that is near to what you want: copy it under an id of your own, change its events in the "
    "workbook, and upload that. Whoever knows the script file may change that instead. A file is kept only when "
    "nothing in it is wrong."
)


def show(desk: Desk) -> None:
    say = desk.say
    if desk.ctx.profile.kind == "drill":
        st.info(say("This is the place of a drill. Choose the live workspace or a demo to prepare one."))
        return
    playing = drill_seat.plays_now(desk)
    found = [one for one in drill_house.shelf(desk.ctx) if not drill_seat.tells(desk, one.script.id, playing)]
    st.caption(say(HOW))
    _said(desk)
    left, right = st.columns([1, 1], gap="large")
    with left:
        chosen = _take_out(desk, found)
        _copy(desk, chosen)
    with right:
        _bring_in(desk)
        _away(desk, playing)
    _shelf(desk, found)
    _names(desk)


def act(desk: Desk, what: Callable[[], Any], done: str = "") -> bool:
    """Do it and keep what is to be said when the page is drawn again; whether it was done."""
    try:
        found = what()
    except (FileFaults, SheetFaults, Refused, NotOnShelf) as fault:
        st.session_state[SAID] = fault
        return False
    st.session_state[SAID] = (done, found)
    return True


def _said(desk: Desk) -> None:
    """What became of the last act: every fault with its place, or every change that was taken."""
    say, what = desk.say, st.session_state.get(SAID)
    if isinstance(what, (Refused, NotOnShelf)):
        look.notice("error", drill_house.spoken(what, say)[0][1])
    elif isinstance(what, Exception):
        faults = drill_house.spoken(what, say)
        look.notice(
            "error", say("Nothing was kept: {n} faults. Mend them in the file and upload it again.", n=len(faults))
        )
        look.table([say("Where"), say("What is wrong")], faults[:MOST_TOLD])
        if len(faults) > MOST_TOLD:
            st.caption(say("{n} more", n=len(faults) - MOST_TOLD))
    elif what:
        done, found = what
        look.notice("success", say(done, script=found.reference) if isinstance(found, Kept) else say(done))
        if isinstance(found, Kept):
            _changes(desk, found)


def _changes(desk: Desk, kept: Kept) -> None:
    say, rows = desk.say, told(kept.changes, desk.say)
    if kept.replaced:
        st.caption(say("The version before is kept under “Replaced or withdrawn”."))
    if rows:
        look.table([say("Changed"), say("Now")], rows[:MOST_TOLD])
    if len(rows) > MOST_TOLD:
        st.caption(say("{n} more", n=len(rows) - MOST_TOLD))
    for note in kept.notes[:MOST_TOLD]:
        st.caption(look.plain(note.spoken(say)))


def _take_out(desk: Desk, found: Sequence[ShelvedDrill]) -> ShelvedDrill | None:
    """Choose a script and take it out; one of the house may be withdrawn."""
    say = desk.say
    look.section(say("Take a script out"))
    by_name = {one.reference: one for one in found}
    if not by_name:
        st.warning(say("No drill script is in order; `emergency drill validate drills/*.yaml` says what is wrong."))
        return None
    if st.session_state.get(CHOSEN) not in by_name:
        st.session_state.pop(CHOSEN, None)
    name = st.selectbox(say("Script"), list(by_name), format_func=lambda key: title(desk, by_name[key]), key=CHOSEN)
    one = by_name[name]
    yaml, book = _files(desk, one)
    columns = st.columns(2)
    columns[0].download_button(
        say("Workbook (Excel)"), book, f"{name}.xlsx", XLSX, key=f"book-{name}", width="stretch"
    )
    columns[1].download_button(
        say("Script file (YAML)"), yaml, f"{name}.drill.yaml", "application/yaml", key=f"yaml-{name}", width="stretch"
    )
    if one.own and as_read(desk, say("Withdraw"), "withdraw-script", (name, one.script.sha256)):
        done = N_("It is put away; it can be brought back under “Replaced or withdrawn”.")
        act(desk, lambda: drill_house.withdraw(desk.ctx, name), done)
        st.rerun()
    return one


def title(desk: Desk, one: ShelvedDrill) -> str:
    """A script in a list: its name, its version, and what sets it apart from another of that name."""
    say = desk.say
    marks = [say("own")] if one.own else []
    marks += [] if one.played else [say("a newer version is there")]
    return " · ".join([say.of(one.script.title), one.script.version, *marks])


def _files(desk: Desk, one: ShelvedDrill) -> tuple[bytes, bytes]:
    """The script and its workbook, made once for each state of it."""
    key = (one.reference, one.script.sha256, desk.say.language)
    kept = st.session_state.get(FILES)
    if kept is None or kept[0] != key:
        library = desk.ctx.content.library
        yaml = drill_house.text_of(library, one.reference)[1]
        kept = (key, yaml, drill_house.workbook_of(library, one.reference, desk.say.language))
        st.session_state[FILES] = kept
    return kept[1], kept[2]


def _copy(desk: Desk, chosen: ShelvedDrill | None) -> None:
    say = desk.say
    if chosen is None:
        return
    look.section(say("Copy it under a name of your own"))
    with once_form.once("copy-script") as form:
        drill_id = st.text_input(
            say("Id"), key=f"{form.key}.id", placeholder="our-typhoon-2027", help=say("small letters, digits, - and _")
        )
        chinese = st.text_input(say("Title (Chinese)"), key=f"{form.key}.zh")
        english = st.text_input(say("Title (English)"), key=f"{form.key}.en")
        go = st.form_submit_button(say("Copy"), type="primary")
    if go:
        words = {"zh": chinese, "en": english}
        done = N_("The script {script} is on the shelf. Take out its workbook now.")
        if act(desk, lambda: drill_house.new(desk.ctx, chosen.reference, drill_id, words), done):
            form.done()
            st.session_state.pop(CHOSEN, None)
            st.session_state["drill-prepare.next"] = f"{drill_id.strip()}@{drill_house.FIRST_VERSION}"
        st.rerun()


def follow() -> None:
    """A script that was made just now is the chosen one; widgets of the last run may not be changed any more."""
    if (wanted := st.session_state.pop("drill-prepare.next", None)) is not None:
        st.session_state[CHOSEN] = wanted


def _bring_in(desk: Desk) -> None:
    say, form = desk.say, once_form.named("drill-file")
    look.section(say("Bring it back"))
    file = st.file_uploader(
        say("Script (YAML) or its workbook (.xlsx)"),
        type=["xlsx", "yaml", "yml"],
        key=f"{form.key}.file",
    )
    words = say("Check it and put it on the shelf")
    if st.button(words, type="primary", key="keep-script", disabled=file is None) and file is not None:
        done = N_("The script {script} is on the shelf and can be played.")
        if act(desk, lambda: drill_house.keep(desk.ctx, file.name, bytes(file.getbuffer())), done):
            form.done()
            found = st.session_state[SAID][1]
            st.session_state["drill-prepare.next"] = found.reference
        st.rerun()


def _away(desk: Desk, playing: frozenset[str]) -> None:
    say = desk.say
    away = [one for one in drill_house.put_away(desk.ctx) if not drill_seat.tells(desk, one.id, playing)]
    if not away:
        return
    look.section(say("Replaced or withdrawn"))
    for one in away[:MOST_AWAY]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(look.plain(_name(desk, one)))
            if st.button(say("Bring back"), key=f"back-{one.file}"):
                done = N_("The script {script} is on the shelf again.")
                act(desk, partial(drill_house.bring_back, desk.ctx, one.file), done)
                st.rerun()
    if len(away) > MOST_AWAY:
        st.caption(say("{n} more", n=len(away) - MOST_AWAY))


def _name(desk: Desk, one: Away) -> str:
    events = desk.say("{n} injects", n=one.injects)
    return f"{desk.say.of(one.title)} · {one.id}@{one.version} · {events} · {desk.clock_text(one.kept_at)}"


def _shelf(desk: Desk, found: Sequence[ShelvedDrill]) -> None:
    say = desk.say
    look.section(say("Every script"))
    look.table(
        [say("Title"), say("Id and version"), say("Came from"), say("Is played"), say("Injects")],
        [
            [
                say.of(one.script.title),
                one.reference,
                say("own") if one.own else say("shipped"),
                say("yes") if one.played else say("no: a newer version is there"),
                str(len(one.script.injects)),
            ]
            for one in found
        ],
        numbers=[4],
    )


def _names(desk: Desk) -> None:
    """The words of the script file; whoever works in the workbook has lists in its cells."""
    say = desk.say
    with st.expander(say("Names a script may use")):
        which = st.selectbox(
            say("List"), list(LISTS), format_func=lambda key: say(LISTS[key]), key="drill-prepare.names"
        )
        look.table([say("Name"), say("What it means")], names(desk.ctx.content.library, which, say))
