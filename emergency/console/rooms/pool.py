"""The pool: people, goods by depot and what is asked of them, single pieces and batches, and the emergency fund."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame, pool_fund, pool_goods, pool_list, pool_people, pool_pieces, pool_requests
from emergency.console.rooms.task_acts import notice
from emergency.domain.resource_kind import resource_name
from emergency.service import fund, goods, people_entry
from emergency.service.allocation import bases
from emergency.service.goods import Shelf
from emergency.service.goods_items import SOON_DAYS, Due, due
from emergency.texts import N_

VIEWS = {
    "goods": N_("Goods"),
    "requests": N_("Requests for goods"),
    "pieces": N_("Pieces and batches"),
    "fund": N_("Emergency fund"),
    "people": N_("Roster"),
}


def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Pool"))
    notice()
    shelves, soon = goods.shelves(desk.ctx), due(desk.ctx)
    asked = goods.requests(desk.ctx, open_only=True)
    key = f"pool.view.{desk.ctx.store.name}"
    st.session_state.setdefault(key, "goods")
    people = people_entry.members(desk.ctx) if st.session_state[key] == "people" else []
    if st.session_state[key] == "people":
        pool_people.figures(desk, people)
    else:
        _figures(desk, shelves, soon, asked)
    view = st.segmented_control(
        say("View"),
        list(VIEWS),
        key=key,
        required=True,
        format_func=lambda name: say(VIEWS[name]),
        label_visibility="collapsed",
    )
    if view == "people":
        pool_people.panel(desk, people)
    elif view == "fund":
        pool_fund.panel(desk)
    elif not shelves:
        st.info(say("No goods are in stock yet. Bring in the list of the house below."))
    elif view == "requests":
        pool_requests.panel(desk, shelves, asked)
    elif view == "pieces":
        pool_pieces.panel(desk, shelves, soon)
    else:
        pool_goods.panel(desk, shelves)
    pool_list.panel(desk, empty=not shelves and not bases(desk.ctx))


def _figures(desk: Desk, shelves: Sequence[Shelf], soon: Sequence[Due], asked: Sequence[Mapping[str, Any]]) -> None:
    say = desk.say
    low = [s for s in shelves if s.low]
    waiting = [r for r in asked if r["state"] == "requested"]
    late = [d for d in soon if d.days_left < 0]
    books = fund.standing(desk.ctx, pool_fund.currency(desk))
    look.kpi_strip(
        [
            look.Kpi(
                say("Requests without a depot"),
                f"{len(waiting)}",
                say("of {n} under way", n=len(asked)),
                "watch" if waiting else "plain",
            ),
            look.Kpi(
                say("Below the reorder point"),
                f"{len(low)}",
                say(", ").join(dict.fromkeys(say(resource_name(s.kind)) for s in low)) or say("none"),
                "watch" if low else "plain",
            ),
            look.Kpi(
                say("Expire or to be tested"),
                f"{len(soon)}",
                say("{late} late, the rest within {days} days", late=len(late), days=SOON_DAYS),
                "bad" if late else "plain",
            ),
            look.Kpi(
                say("Free in the fund"),
                desk.money(books.free, books.currency),
                say(
                    "{reserved} reserved, {spent} spent",
                    reserved=desk.money(books.reserved, books.currency),
                    spent=desk.money(books.spent, books.currency),
                ),
            ),
        ]
    )
