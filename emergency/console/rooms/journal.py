"""Journal: every act, and the proof that none was changed afterwards."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import frame, record_look
from emergency.domain.instant import from_us
from emergency.service.record_words import Reader, reader
from emergency.service.records import Entry, harmless, journal_entries, messages, verify_journal
from emergency.service.task_board import evidence
from emergency.texts import N_

MOST, SHOWN = 500, 200
LONGEST = 600  # letters of the details; the file has all of them
MESSAGE_STATES = {
    "queued": N_("waiting"),
    "sending": N_("on its way"),
    "sent": N_("sent"),
    "dead": N_("not delivered"),
    "withdrawn": N_("held back"),
}
def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Journal"))
    entries = [entry for entry in journal_entries(desk.ctx, MOST) if drill_seat.may_read(desk, entry)]
    names = reader(desk.ctx)
    with st.container(key="em-stack-journal"):
        left, right = st.columns([3, 1], gap="small")
    with right:
        _proof(desk)
        st.download_button(
            say("Save as CSV"),
            _csv(desk, entries),
            f"journal-{desk.ctx.store.name}.csv",
            "text/csv",
            width="stretch",
        )
    with left:
        _evidence(desk, names)
        wanted = st.text_input(say("Find"), placeholder=say("person, act or subject"), label_visibility="collapsed")
        lines = [(e, _line(desk, names, e)) for e in entries]
        found = [cells for entry, cells in lines if _says(entry, cells, wanted.lower())]
        if found:
            _table(desk, found[:SHOWN], "journal-table")
        else:
            st.caption(say("No entry says that."))
        if len(found) > SHOWN:
            text = N_("The newest {shown} of {count}; find others by a word of theirs.")
            st.caption(say(text, shown=SHOWN, count=len(found)))
        if len(entries) == MOST:
            st.caption(say("The newest {count} entries; the file has them too.", count=MOST))
    _outgoing(desk, names)


def _says(entry: Entry, cells: list[str], wanted: str) -> bool:
    """Found by what is read and by what is kept, ids included."""
    return wanted in " ".join([*cells, entry.actor, entry.action, entry.subject, entry.body]).lower()


def _evidence(desk: Desk, names: Reader) -> None:
    """The one line somebody came from another room to see."""
    say, seq = desk.say, st.session_state.get("journal.entry")
    if seq is None:
        return
    found = evidence(desk.ctx, seq)
    look.section(say("Entry {seq}", seq=seq))
    if found:
        _table(desk, [_line(desk, names, found)], "journal-entry")
    if st.button(say("Show all")):
        del st.session_state["journal.entry"]
        st.rerun()


def _proof(desk: Desk) -> None:
    say = desk.say
    look.section(say("Is the record whole?"))
    verdict = verify_journal(desk.ctx)
    if verdict.ok:
        st.success(say("{count} entries, the chain is whole.", count=f"{verdict.entries:,}"))
        st.caption(say("Head: {hash}", hash=verdict.head[:16] + "…"))
        st.caption(
            say("Write the head down outside this machine; with it nobody can exchange the whole journal unseen.")
        )
    else:
        st.error(
            say(
                "The chain breaks at entry {seq}. Keep this file as it is and call the auditor.",
                seq=verdict.first_bad,
            )
        )


def _table(desk: Desk, lines: list[list[str]], key: str) -> None:
    say = desk.say
    heads = [say("No."), say("Happened"), say("Recorded"), say("Who"), say("Act"), say("About"), say("Details")]
    with st.container(key=key):
        look.table(heads, lines, numbers=[0])


def _line(desk: Desk, names: Reader, entry: Entry) -> list[str]:
    """One entry in words; ids, and whatever else its body has, stand in the file."""
    told = names.told(entry)
    return [
        str(entry.seq),
        desk.clock_text(from_us(entry.happened_us)),
        desk.clock_text(from_us(entry.recorded_us)),
        record_look.spoken(desk, told.who),
        record_look.act(desk, entry),
        record_look.about(desk, told),
        record_look.facts(desk, told)[:LONGEST],
    ]


def _csv(desk: Desk, entries: list[Entry]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["seq", "happened", "recorded", "actor", "action", "subject", "body", "prev", "hash"])
    for e in entries:
        row = [
            e.seq,
            from_us(e.happened_us).isoformat(),
            from_us(e.recorded_us).isoformat(),
            e.actor,
            e.action,
            e.subject,
            e.body,
            e.prev,
            e.hash,
        ]
        writer.writerow([harmless(str(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _state(desk: Desk, message: Mapping[str, Any]) -> str:
    """What only lies in the folder has reached nobody yet; a person hands it on."""
    if message["state"] == "sent" and message["carried_by"] == "folder":
        return desk.say("in the folder")
    return desk.say(MESSAGE_STATES[message["state"]])


def _outgoing(desk: Desk, names: Reader) -> None:
    say = desk.say
    queued = messages(desk.ctx)
    look.section(say("Messages that went out"))
    if not queued:
        st.caption(say("None yet."))
        return
    rows: list[list[str | look.Cell]] = [
        [
            desk.clock_text(from_us(m["queued_us"])),
            record_look.listed(desk, names.people(m["audience"])),
            m["subject"],
            _state(desk, m),
            str(m["tries"]),
        ]
        for m in queued[:SHOWN]
    ]
    with st.container(key="journal-messages"):
        look.table([say("Time"), say("To"), say("Headline"), say("State"), say("Tries")], rows, numbers=[4])
