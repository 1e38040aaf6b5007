"""What has gone out: delivery by channel, dead letters, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import record_look, words_look
from emergency.console.rooms.record_look import persons
from emergency.domain.instant import from_us
from emergency.domain.ledger import figure_name
from emergency.service import outbox, words
from emergency.service.record_words import reader
from emergency.service.words_correction import correct
from emergency.service.words_due import AUDIENCE_NAMES
from emergency.texts import N_

STATES = {
    "queued": (N_("waiting to go"), "plain"),
    "sending": (N_("on its way"), "plain"),
    "sent": (N_("delivered"), "ok"),
    "dead": (N_("not delivered"), "bad"),
    "withdrawn": (N_("kept back"), "watch"),
}
CARRIERS = {
    "folder": N_("file"),
    "smtp": N_("mail"),
    "webhook": N_("web address"),
    "apprise": N_("messaging service"),
}


def sent(desk: Desk, rows: list[dict[str, Any]], dead: list[dict[str, Any]], act: Any) -> None:
    say = desk.say
    _dead(desk, dead, act)
    gone = [r for r in rows if r["state"] == "sent"]
    look.section(say("Sent bulletins"))
    if not gone:
        st.caption(say("Nothing has been sent yet."))
    else:
        _table(desk, gone)
        left, right = st.columns([1, 1], gap="medium")
        with left:
            _read(desk, gone)
        with right:
            _correct(desk, gone, act)
    _others(desk)


def _table(desk: Desk, gone: list[dict[str, Any]]) -> None:
    say = desk.say
    went = words.deliveries_of(desk.ctx, [r["bulletin_id"] for r in gone])
    corrected = {r["corrects"]: r["bulletin_id"] for r in gone if r["corrects"]}
    table: list[list[str | look.Cell]] = []
    for r in gone:
        number = r["bulletin_id"]
        mark = say("corrects {number}", number=r["corrects"]) if r["corrects"] else ""
        if number in corrected:
            mark = say("corrected by {number}", number=corrected[number])
        for n, delivery in enumerate(went[number]):
            table.append([*_bulletin_cells(desk, r, mark, n == 0), *_delivery_cells(desk, delivery)])
    heads = [
        say("No."),
        say("To"),
        say("Sent"),
        say("Written / approved / sent"),
        say("Channel"),
        say("State"),
        say("Tries"),
        say("Who got it"),
    ]
    look.table(heads, table, numbers=[6])


def _bulletin_cells(desk: Desk, r: Mapping[str, Any], mark: str, first: bool) -> list[str | look.Cell]:
    if not first:
        return ["", "", "", ""]
    number = f"{r['bulletin_id']} · {mark}" if mark else str(r["bulletin_id"])
    when = desk.clock_text(from_us(r["sent_us"]))
    hands = [desk.say(", ").join(persons(desk, r["authors"])), *persons(desk, [r["approver"], r["sent_by"]])]
    return [number, desk.say(AUDIENCE_NAMES[r["audience"]]), when, " / ".join(hands)]


def _delivery_cells(desk: Desk, delivery: Mapping[str, Any]) -> list[str | look.Cell]:
    say = desk.say
    words_, tone = STATES[delivery["state"]]
    if delivery["carried_by"] == "folder":  # somebody still has to hand it on
        words_ = N_("in the folder")
    way = say(CARRIERS[delivery["carried_by"]]) if delivery["carried_by"] else ""
    name = words_look.channel(desk, delivery["channel"])
    channel = f"{name} – {way}" if way else name
    count = len(delivery["recipients"])
    got = say("{count} addresses", count=count) if count else say("the channel's own list")
    if delivery["carried_by"] == "folder":
        got = got if count else say("nobody yet: to be handed on")
    return [
        channel,
        look.Cell(say(words_), tone, framed=True),
        str(delivery["tries"]),
        got if delivery["state"] == "sent" else "–",
    ]


def _dead(desk: Desk, dead: list[dict[str, Any]], act: Any) -> None:
    """Messages no try could deliver; a person looks and sends them again."""
    say = desk.say
    if not dead:
        return
    look.section(say("Dead letters"))
    for row in dead[:20]:
        why = say(row["why"]) if row["why"] else ""
        channel = words_look.channel(desk, row["channel"])
        title = say("{channel}: {subject}", channel=channel, subject=row["subject"])
        small = say("{tries} tries, queued {time}", tries=row["tries"], time=desk.clock_text(from_us(row["queued_us"])))
        number = row["outbox_id"]
        with look.needs_card(f"dead-{number}", title, why, small, "bad"):
            if st.button(say("Try again"), key=f"again-{number}"):
                act(
                    desk,
                    lambda n=number: outbox.send_again(desk.ctx, n),
                    say("It goes again within a quarter of a minute."),
                )


def _read(desk: Desk, gone: list[dict[str, Any]]) -> None:
    say = desk.say
    look.section(say("As it was read"))
    chosen = st.selectbox(
        say("Bulletin"),
        [r["bulletin_id"] for r in gone],
        format_func=lambda n: _name(desk, gone, n),
        key="words-read",
        label_visibility="collapsed",
    )
    row = next(r for r in gone if r["bulletin_id"] == chosen)
    seen = words.preview(desk.ctx, row)
    for lang in row["languages"]:
        words_look.paper(desk, lang, seen.subject[lang], seen.body[lang], seen.loose[lang])


def _name(desk: Desk, gone: list[dict[str, Any]], number: int) -> str:
    row = next(r for r in gone if r["bulletin_id"] == number)
    audience = desk.say(AUDIENCE_NAMES[row["audience"]])
    return f"{number} · {audience} · {desk.clock_text(from_us(row['sent_us']))}"


def _correct(desk: Desk, gone: list[dict[str, Any]], act: Any) -> None:
    say = desk.say
    look.section(say("Correct a bulletin"))
    st.caption(say("A correction goes to everyone who got the wrong one; what has not gone yet is kept back at once."))
    number = st.session_state.get("words-read") or gone[0]["bulletin_id"]
    row = next((r for r in gone if r["bulletin_id"] == number), gone[0])
    figures = [f for f in words.known_to(row) if not f.startswith(("correction.", "ledger."))]
    with st.form(f"correct-{row['bulletin_id']}"):
        st.text(_name(desk, gone, row["bulletin_id"]))
        wrong = st.multiselect(
            say("Figures that were wrong"),
            figures,
            format_func=lambda f: say(figure_name(f)),
            placeholder="–",
            filter_mode="contains",
            select_all=False,
        )
        said = st.text_input(say("Words that were wrong"))
        right = st.text_input(say("What they should have been"))
        if st.form_submit_button(say("Begin the correction")):
            act(
                desk,
                lambda: _begun(desk, row["bulletin_id"], wrong, said, right),
                say("The correction waits in Write and approve."),
            )


def _begun(desk: Desk, number: int, wrong: list[str], said: str, right: str) -> None:
    st.session_state["words-open"] = correct(desk.ctx, number, figures=wrong, said=said, right=right)


def _others(desk: Desk) -> None:
    """Call-outs, reminders and the like: the same outbox, the same delivery."""
    say = desk.say
    names = reader(desk.ctx)
    rows = [d for d in outbox.deliveries(desk.ctx) if not d["event_key"].startswith("bulletin/")][:40]
    with st.expander(say("Other messages of the outbox ({count})", count=len(rows))):
        table: list[list[str | look.Cell]] = []
        for d in rows:
            cells = _delivery_cells(desk, d)
            why = say(d["why"]) if d["why"] else ""
            to = record_look.listed(desk, names.people(d["audience"]))
            table.append([desk.clock_text(from_us(d["queued_us"])), to, d["subject"], *cells[:3], why])
        heads = [say("Queued"), say("To"), say("Subject"), say("Channel"), say("State"), say("Tries"), say("Why")]
        look.table(heads, table, numbers=[5])
