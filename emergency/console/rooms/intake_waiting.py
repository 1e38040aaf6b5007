"""Intake: messages that came before their claim, by source, and what to do where the claim never comes."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.service.waiting_messages import WaitingMessages, mark, waiting_messages


def show(desk: Desk) -> None:
    """The table, where any message waits."""
    say, found = desk.say, _found(desk)
    if not found:
        return
    look.section(say("Messages that wait for their claim"))
    heads = [say("Of the source"), say("Messages"), say("Claims"), say("The first since"), say("Report numbers")]
    look.table([*heads, say("Here under another source")], [_row(desk, one) for one in found], numbers=[1, 2])
    st.caption(say("A message is applied by itself as soon as its claim comes in from the same source."))
    for one in found:
        if one.elsewhere:
            other = max(one.elsewhere, key=lambda source: one.elsewhere[source])
            text = say(
                "Claims that messages of {source} wait for are here as claims of {other}. If they are the same, import"
                " the messages again by “propose it from this file” and choose {other} under “About claims of”.",
                source=one.source,
                other=other,
            )
            st.warning(look.plain(text))


def _found(desk: Desk) -> tuple[WaitingMessages, ...]:
    """Counted once for each thing that came in: a million messages take a second."""
    key = (desk.ctx.store.name, mark(desk.ctx))
    kept = st.session_state.get("messages-waiting")
    if not kept or kept[0] != key:
        kept = key, waiting_messages(desk.ctx)
        st.session_state["messages-waiting"] = kept
    found: tuple[WaitingMessages, ...] = kept[1]
    return found


def _row(desk: Desk, one: WaitingMessages) -> list[str | look.Cell]:
    more = " …" if one.claims > len(one.numbers) else ""
    known = desk.say(", ").join(f"{source} {n:,}" for source, n in one.elsewhere.items())
    return [
        one.source,
        look.Cell(f"{one.messages:,}", "watch"),
        f"{one.claims:,}",
        desk.clock_text(one.since),
        ", ".join(one.numbers) + more,
        look.Cell(known, "watch") if known else "–",
    ]
