"""Requests for goods, from asking to return, and what the plan asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.console.rooms.pool_goods import depot_name, kinds_known
from emergency.console.rooms.task_acts import attempt
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.resource_kind import resource_name
from emergency.domain.stock_ledger import STATE_NAMES, STEPS
from emergency.service import goods
from emergency.service.goods import Shelf, Wish


def panel(desk: Desk, shelves: Sequence[Shelf], asked: Sequence[Mapping[str, Any]]) -> None:
    say, incident = desk.say, desk.incident()
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        look.section(say("Under way"))
        if not asked:
            st.caption(say("Nobody has asked for anything."))
        for row in asked:
            _card(desk, row)
        _ended(desk)
    with right:
        if incident is None or not incident.is_open:
            st.caption(say("No incident is open, so there is nobody to send goods to."))
            return
        places = goods.busiest_first(desk.ctx, incident)
        _wishes(desk, incident, goods.wishes(desk.ctx, incident), places)
        _ask_form(desk, incident, shelves, places)


def _card(desk: Desk, row: Mapping[str, Any]) -> None:
    say, ctx, number = desk.say, desk.ctx, row["request_id"]
    waiting = row["state"] == "requested"
    depot = next((depot_name(desk, s) for s in goods.shelves(ctx) if s.depot == row["depot"]), row["depot"])
    title = say(
        "{what} × {count} for {place}",
        count=row["count"],
        what=say(resource_name(row["kind"])),
        place=desk.region(row["region"]),
    )
    state = say(STATE_NAMES[row["state"]])
    text = state if waiting else say("{state}, from {depot}", state=state, depot=depot)
    small = say(
        "No. {number}, {who}, {time}",
        number=number,
        who=row["changed_by"],
        time=desk.clock_text(from_us(row["changed_us"])),
    )
    with look.needs_card(
        f"goods-{number}", title, text, " · ".join(filter(None, [small, row["note"]])), "watch" if waiting else "plain"
    ):
        for act in goods.next_steps(row):
            if act == "commit":
                _commit(desk, row)
            elif act == "take_back":
                _take_back(desk, row)
            elif st.button(say(STEPS[act].title), key=f"goods-{act}-{number}"):
                _step(desk, row, act)
        if row["version"] > 1 and st.button(say("Undo"), key=f"goods-undo-{number}"):
            attempt(desk, lambda: goods.undo(ctx, number, version=row["version"]), say("The last step is taken back."))


def _step(desk: Desk, row: Mapping[str, Any], act: str, **more: Any) -> None:
    say, number = desk.say, row["request_id"]
    done = say("Request {number}: {act}.", number=number, act=say(STATE_NAMES[STEPS[act].after]))
    attempt(desk, lambda: goods.step(desk.ctx, number, act, version=row["version"], **more), done)


def _commit(desk: Desk, row: Mapping[str, Any]) -> None:
    say, number = desk.say, row["request_id"]
    with st.popover(say("Commit"), type="primary"):
        offers = {o.shelf.depot: o for o in goods.offers(desk.ctx, row)}
        if not offers:
            st.caption(say("No depot has any of these available."))
            return

        def told(depot: str) -> str:
            offer = offers[depot]
            name, hours = depot_name(desk, offer.shelf), f"{offer.minutes / 60:.1f}"
            return say(
                "{depot}: {n} available, {hours} h away", depot=name, n=offer.shelf.balance.available, hours=hours
            )

        depot = st.radio(say("Depot, the nearest first"), list(offers), format_func=told, key=f"goods-depot-{number}")
        most = min(row["count"], offers[depot].shelf.balance.available)
        count = st.number_input(say("Pieces"), 1, most, most, key=f"goods-count-{number}-{depot}")
        if count < row["count"]:
            st.caption(say("The other {n} wait on as a request of their own.", n=row["count"] - int(count)))
        if st.button(say("Commit"), key=f"goods-commit-{number}", type="primary"):
            _step(desk, row, "commit", depot=depot, count=int(count))


def _take_back(desk: Desk, row: Mapping[str, Any]) -> None:
    say, number = desk.say, row["request_id"]
    with st.popover(say("Is back"), type="primary"):
        first, second = st.columns(2)
        damaged = first.number_input(say("damaged"), 0, row["count"], 0, key=f"goods-damaged-{number}")
        used = second.number_input(say("used up"), 0, row["count"], 0, key=f"goods-used-{number}")
        if st.button(say("Is back"), key=f"goods-back-{number}", type="primary"):
            _step(desk, row, "take_back", damaged=int(damaged), used=int(used))


def _ended(desk: Desk) -> None:
    say = desk.say
    ended = [r for r in goods.requests(desk.ctx) if r["state"] in ("returned", "cancelled", "refused")]
    if not ended:
        return
    with st.expander(say("Ended ({n})", n=len(ended))):
        look.table(
            [say("No."), say("What"), say("Place"), say("State"), say("By"), say("Time")],
            [
                [
                    str(r["request_id"]),
                    f"{r['count']:,} {say(resource_name(r['kind']))}",
                    desk.region(r["region"]),
                    say(STATE_NAMES[r["state"]]),
                    r["changed_by"],
                    desk.clock_text(from_us(r["changed_us"])),
                ]
                for r in reversed(ended)
            ],
        )


def _wishes(desk: Desk, incident: Incident, wishes: Sequence[Wish], places: Sequence[str]) -> None:
    say = desk.say
    look.section(say("What the plan asks for"))
    if not wishes:
        st.caption(say("Nothing before a level is confirmed."))
        return
    look.table(
        [say("Kind"), say("Asked"), say("Requested"), say("Bound"), say("Missing")],
        [
            [
                say(resource_name(w.kind)),
                f"{w.asked:,}",
                f"{w.requested:,}",
                f"{w.bound:,}",
                look.Cell(f"{w.missing:,}", tone="watch" if w.missing else "plain"),
            ]
            for w in wishes
        ],
        numbers=[1, 2, 3, 4],
    )
    missing = [w for w in wishes if w.missing]
    label = say("Ask for all that is missing, to {place}", place=desk.region(places[0])) if places else ""
    if missing and places and st.button(label, key="goods-ask-all"):
        attempt(
            desk,
            lambda: [goods.ask(desk.ctx, incident.incident_id, w.kind, w.missing, places[0]) for w in missing],
            say("{n} requests are under way.", n=len(missing)),
        )


def _ask_form(desk: Desk, incident: Incident, shelves: Sequence[Shelf], places: Sequence[str]) -> None:
    say = desk.say
    look.section(say("Ask for goods"))
    kinds = kinds_known(shelves)
    with once("pool-ask") as form:
        kind = st.selectbox(say("Kind"), kinds, format_func=lambda k: say(resource_name(k)), key=f"{form.key}.kind")
        first, second = st.columns([1, 1.6])
        count = first.number_input(say("Pieces"), 1, 1_000_000, 1, key=f"{form.key}.count")
        region = second.selectbox(say("For"), places, format_func=desk.region, key=f"{form.key}.region")
        note = st.text_input(say("Note"), key=f"{form.key}.note")
        if st.form_submit_button(say("Ask for them"), type="primary"):
            attempt(
                desk,
                form.taking(lambda: goods.ask(desk.ctx, incident.incident_id, kind, int(count), region, note)),
                say("Asked. Logistics commits a depot."),
            )
