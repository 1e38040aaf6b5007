"""Journal: every act, and the proof that none was changed afterwards."""

from __future__ import annotations

import csv
import io

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame
from emergency.domain.act import ACTS
from emergency.domain.instant import from_us
from emergency.service.records import Entry, harmless, journal_entries, messages, verify_journal
from emergency.service.task_board import evidence
from emergency.texts import N_

MOST = 500
# Entries the console writes of itself, beside the acts of people.
OTHER_ACTS = {
    "alert.receive": N_("Alert received"),
    "allocation.propose": N_("Plan proposed"),
    "allocation.withdraw": N_("Plan taken back"),
    "claims.import": N_("Claims file imported"),
    "claims.import.stop": N_("Claims import stopped"),
    "clock.again": N_("Situation report asked for again"),
    "clock.late": N_("Reporting clock ran out"),
    "clock.miss": N_("Report missed"),
    "clock.move": N_("Demo time moved"),
    "clock.remind": N_("Reminded of a report"),
    "clock.start": N_("Reporting clock began"),
    "clock.supersede": N_("Reporting clock superseded by a shorter one"),
    "demo.load": N_("Demo loaded"),
    "drill.end": N_("Drill ended"),
    "drill.finish": N_("Drill finished and scored"),
    "drill.inject": N_("Inject delivered"),
    "drill.refused": N_("Act refused"),
    "drill.start": N_("Drill started"),
    "fact.record": N_("Figure entered"),
    "incident.impact": N_("The disaster has struck"),
    "incident.open": N_("Incident reported"),
    "incident.confirm": N_("Confirmed: the incident is real"),
    "incident.unconfirm": N_("Confirmation taken back"),
    "incident.correct": N_("Report corrected"),
    "incident.withdraw": N_("Report withdrawn"),
    "incident.restore": N_("Incident restored"),
    "incident.code": N_("Catastrophe code set"),
    "incident.link": N_("Incidents put under one command"),
    "incident.unlink": N_("Incident let stand by itself"),
    "incident.take_over": N_("Lead of linked incidents taken over"),
    "claims.join": N_("Claims joined"),
    "claims.join.undo": N_("Joining taken back"),
    "claims.join.stop": N_("Rule of joining ended"),
    "claims.place": N_("Claims placed"),
    "claims.place.undo": N_("Placing taken back"),
    "level.ask": N_("Asked to confirm the level"),
    "level.joint": N_("Province activated jointly"),
    "level.lower.ask": N_("Asked to lower a proposed Ⅰ"),
    "level.lower.withdraw": N_("Request to lower withdrawn"),
    "level.propose": N_("Level proposed by the rules"),
    "level.provisional": N_("Level in force provisionally"),
    "level.take_back": N_("Level decision taken back"),
    "playbook.open": N_("Playbook opened"),
    "pool.load": N_("Roster and stock loaded"),
    "pool.offline": N_("Resource not available"),
    "incident.reopen": N_("Incident reopened"),
    "incident.stand_down": N_("Response ended"),
    "measure.end": N_("Relief measure ended"),
    "measure.extend": N_("Relief measure: another end"),
    "measure.lapse": N_("Relief measure ended by its time"),
    "measure.remind": N_("Reminded of a relief measure's end"),
    "measure.restore": N_("Relief measure restored at stand-down"),
    "measure.resume": N_("Relief measure resumed"),
    "measure.reword": N_("Relief measure: customer text changed"),
    "measure.undo": N_("Relief measure taken back"),
    "people.recall": N_("People called out again"),
    "people.release": N_("People released"),
    "review.open": N_("After-action review opened"),
    "task.add": N_("Task added"),
    "task.assign": N_("Task assigned"),
    "task.drop": N_("Task dropped"),
    "task.due": N_("Task due at another time"),
    "task.escalate": N_("Late task taken upwards"),
    "task.hand_back": N_("Task handed back"),
    "task.miss": N_("Task missed"),
    "task.repeat": N_("Task due again"),
    "task.take": N_("Task taken"),
    "task.complete": N_("Task done"),
    "task.reopen": N_("Task opened again"),
    "workspace.describe": N_("Workspace described"),
    "playbook.draft": N_("Playbook drafted"),
    "playbook.write": N_("Another person writes in a draft"),
    "playbook.discard": N_("Draft put away"),
    "playbook.restore": N_("Draft brought back"),
    "playbook.approve": N_("Playbook approved"),
    "playbook.retire": N_("Playbook retired"),
    "playbook.unretire": N_("Playbook brought back"),
    "playbook.feedback": N_("Feedback on a playbook"),
    "playbook.feedback.settle": N_("Feedback settled"),
    "playbook.remind": N_("Reminder of a review"),
    "post.leave": N_("Post left"),
    "post.offer": N_("Hand-over offered"),
    "post.offer.withdraw": N_("Hand-over withdrawn"),
    "post.transfer": N_("Post handed over"),
    "duty.plan": N_("Shift planned"),
    "duty.cancel": N_("Shift cancelled"),
    "duty.restore": N_("Shift brought back"),
    "callout.exhausted": N_("Nobody left to call"),
    "callout.silent": N_("Call-out without an answer"),
    "callout.withdraw": N_("Call-out withdrawn"),
    "rollcall.answer": N_("Roll call answered"),
    "bulletin.begin": N_("Bulletin begun"),
    "bulletin.edit": N_("Bulletin edited"),
    "bulletin.submit": N_("Bulletin handed in for approval"),
    "bulletin.approve": N_("Bulletin approved"),
    "bulletin.send_back": N_("Bulletin sent back"),
    "bulletin.drop": N_("Bulletin put away"),
    "bulletin.choose_source": N_("Source of a figure chosen"),
    "bulletin.keep_back": N_("Bulletin held back"),
    "bulletin.nag": N_("Reminded of a bulletin"),
    "rumour.hear": N_("Rumour heard"),
    "rumour.answer": N_("Answer to a rumour written"),
    "rumour.approve": N_("Answer to a rumour approved"),
    "rumour.publish": N_("Answer to a rumour published"),
    "rumour.close": N_("Rumour closed"),
    "rumour.nag": N_("Reminded of a rumour"),
    "outbox.again": N_("Message tried again"),
    "warning.list": N_("List of customers to warn drawn up"),
    "mapping.save": N_("Mapping of columns kept"),
    "key.create": N_("Key of the interface made"),
    "key.revoke": N_("Key of the interface withdrawn"),
}


def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Journal"))
    entries = journal_entries(desk.ctx, MOST)
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
        _evidence(desk)
        wanted = st.text_input(say("Find"), placeholder=say("person, act or subject"), label_visibility="collapsed")
        found = [
            e for e in entries if wanted.lower() in f"{e.actor} {e.action} {_act(desk, e)} {e.subject} {e.body}".lower()
        ]
        st.dataframe(_table(desk, found), hide_index=True, height=560)
        if len(entries) == MOST:
            st.caption(say("The newest {count} entries; the file has them too.", count=MOST))
    _outgoing(desk)


def _evidence(desk: Desk) -> None:
    """The one line somebody came from another room to see."""
    say, seq = desk.say, st.session_state.get("journal.entry")
    if seq is None:
        return
    found = evidence(desk.ctx, seq)
    look.section(say("Entry {seq}", seq=seq))
    st.dataframe(_table(desk, [found] if found else []), hide_index=True)
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


def _table(desk: Desk, entries: list[Entry]) -> pd.DataFrame:
    say = desk.say
    return pd.DataFrame(
        {
            say("No."): [e.seq for e in entries],
            say("Happened"): [desk.clock_text(from_us(e.happened_us)) for e in entries],
            say("Recorded"): [desk.clock_text(from_us(e.recorded_us)) for e in entries],
            say("Who"): [e.actor for e in entries],
            say("Act"): [_act(desk, e) for e in entries],
            say("Subject"): [e.subject for e in entries],
            say("Details"): [_details(e) for e in entries],
        }
    )


def _act(desk: Desk, entry: Entry) -> str:
    """The act in words where it has any; the file keeps its name."""
    known = ACTS.get(entry.action)
    return desk.say(known.title if known else OTHER_ACTS.get(entry.action, entry.action))


def _details(entry: Entry) -> str:
    """The body's plain values in one line; whole in the file."""
    plain = {k: v for k, v in entry.facts().items() if isinstance(v, str | int | float) and v != ""}
    return " · ".join(f"{key} {value}" for key, value in plain.items())


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


def _outgoing(desk: Desk) -> None:
    say = desk.say
    queued = messages(desk.ctx)
    look.section(say("Messages that went out"))
    if not queued:
        st.caption(say("None yet."))
        return
    states = {
        "queued": say("waiting"),
        "sent": say("sent"),
        "dead": say("not delivered"),
        "withdrawn": say("held back"),
    }
    st.dataframe(
        pd.DataFrame(
            {
                say("Time"): [desk.clock_text(from_us(m["queued_us"])) for m in queued],
                say("To"): [m["audience"] for m in queued],
                say("Subject"): [m["subject"] for m in queued],
                say("State"): [states[m["state"]] for m in queued],
                say("Tries"): [m["tries"] for m in queued],
            }
        ),
        hide_index=True,
    )
