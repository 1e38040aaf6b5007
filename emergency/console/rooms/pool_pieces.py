"""Pieces by serial number and batches by batch number: what expires, what must be tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.console.rooms.pool_goods import choose, depot_name
from emergency.console.rooms.task_acts import attempt
from emergency.domain.resource_kind import resource_name
from emergency.service.goods import Shelf
from emergency.service.goods_items import Due, drop_item, items, put_item


def panel(desk: Desk, shelves: Sequence[Shelf], soon: Sequence[Due]) -> None:
    say = desk.say
    left, right = st.columns([1.8, 1], gap="medium")
    names = {s.depot: depot_name(desk, s) for s in shelves}
    urgent = {(d.kind, d.item, d.what): d for d in soon}
    listed = items(desk.ctx)
    with left:
        if not listed:
            st.caption(say("None listed. Enter drones by serial number, first-aid kits by batch."))
        else:
            look.table(
                [say("Kind"), say("Number"), say("Depot"), say("Pieces"), say("Expires"), say("Next test due")],
                [
                    [
                        say(resource_name(row["kind"])),
                        str(row["item"]),
                        names.get(row["depot"], "–"),
                        f"{row['count']:,}",
                        _day(row["expires_on"], urgent.get((row["kind"], row["item"], "expires"))),
                        _day(row["test_due_on"], urgent.get((row["kind"], row["item"], "test"))),
                    ]
                    for row in listed
                ],
                numbers=[3],
            )
    with right:
        _piece_form(desk, shelves)
        _drop_form(desk, listed)


def _day(text: str, found: Due | None) -> look.Cell:
    if found is None:
        return look.Cell(text or "–")
    return look.Cell(text, tone="bad" if found.days_left < 0 else "watch")


def _piece_form(desk: Desk, shelves: Sequence[Shelf]) -> None:
    say = desk.say
    look.section(say("Enter or change one"))
    with once("pool-piece") as form:
        depot, kind = choose(desk, shelves, form.key)
        first, second = st.columns([1.6, 1])
        item = first.text_input(say("Serial or batch number"), key=f"{form.key}.item")
        count = second.number_input(say("Pieces"), 1, 1_000_000, 1, key=f"{form.key}.count")
        first, second = st.columns(2)
        expires = first.text_input(say("Expires"), key=f"{form.key}.expires", placeholder="2027-06-30")
        test = second.text_input(say("Next test due"), key=f"{form.key}.test", placeholder="2027-01-15")
        if st.form_submit_button(say("Enter")):
            days = {"expires_on": expires.strip(), "test_due_on": test.strip()}
            attempt(
                desk,
                form.taking(lambda: put_item(desk.ctx, depot, kind, item, count=int(count), **days)),
                say("Entered."),
            )


def _drop_form(desk: Desk, listed: Sequence[Mapping[str, Any]]) -> None:
    say = desk.say
    if not listed:
        return
    with st.expander(say("Take one off the list")):
        chosen = {f"{say(resource_name(r['kind']))} · {r['item']}": r for r in listed}
        picked = chosen[st.selectbox(say("Number"), list(chosen), key="pool.drop")]
        if st.button(say("Take off")):
            attempt(desk, lambda: drop_item(desk.ctx, picked["kind"], picked["item"]), say("Taken off the list."))
