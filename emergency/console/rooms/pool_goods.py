"""Goods by depot: the ledger, what happens at a depot, reorder points."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.console.rooms.task_acts import attempt
from emergency.domain.instant import from_us
from emergency.domain.resource_kind import NOT_IN_STOCK, RESOURCE_KINDS, part_of, resource_name
from emergency.domain.stock_ledger import PLACE_NAMES, Balance
from emergency.service import goods
from emergency.service.goods import GOODS, Shelf, added_up
from emergency.texts import N_

DEPOT_ACTS = {
    "receive": N_("Goods received"),
    "write_off": N_("Used up or lost"),
    "to_service": N_("Out of service"),
    "from_service": N_("Mended, back in service"),
}
MOVES_SHOWN = 12


def depot_name(desk: Desk, shelf: Shelf) -> str:
    return desk.say.of(shelf.depot_name)


def kinds_known(shelves: Sequence[Shelf]) -> list[str]:
    """Kinds in stock first, then the usual ones."""
    usual = [kind for kind in RESOURCE_KINDS if part_of(kind) in GOODS and kind not in NOT_IN_STOCK]
    return list(dict.fromkeys([*(s.kind for s in shelves), *usual]))


def panel(desk: Desk, shelves: Sequence[Shelf]) -> None:
    say = desk.say
    left, right = st.columns([1.8, 1], gap="medium")
    with left:
        kinds = list(dict.fromkeys(s.kind for s in shelves))
        chosen = st.pills(
            say("Kind"),
            kinds,
            format_func=lambda kind: say(resource_name(kind)),
            key="pool.kind",
            label_visibility="collapsed",
        )
        if chosen is None:
            _by_kind(desk, shelves)
        else:
            _by_depot(desk, [s for s in shelves if s.kind == chosen])
        st.caption(
            say("Available + committed + in transit + out of service = total, at every depot and at every moment.")
        )
        odd = goods.unbalanced(desk.ctx)
        if odd:
            names = say(", ").join(f"{depot} {say(resource_name(kind))}" for depot, kind in odd)
            st.error(say("Not what the moves add up to: {names}. Somebody wrote past the console.", names=names))
    with right:
        _depot_form(desk, shelves)
        _reorder_form(desk, shelves)


def _heads(desk: Desk) -> list[str]:
    say = desk.say
    return [say("Available"), say("Committed"), say("In transit"), say("Out of service"), say("Total")]


def _parts(found: Balance, low: bool) -> list[str | look.Cell]:
    parts = (found.committed, found.in_transit, found.out_of_service, found.total)
    return [look.Cell(f"{found.available:,}", tone="watch" if low else "plain"), *(f"{part:,}" for part in parts)]


def _by_kind(desk: Desk, shelves: Sequence[Shelf]) -> None:
    say, rows = desk.say, []
    for kind in dict.fromkeys(s.kind for s in shelves):
        of = [s for s in shelves if s.kind == kind]
        low = [s for s in of if s.low]
        names = say(", ").join(depot_name(desk, s) for s in low)
        rows.append([say(resource_name(kind)), *_parts(added_up(of), bool(low)), f"{len(of)}", names or "–"])
    heads = [say("Kind"), *_heads(desk), say("Depots"), say("Below the reorder point")]
    look.table(heads, rows, numbers=[1, 2, 3, 4, 5, 6])


def _by_depot(desk: Desk, shelves: Sequence[Shelf]) -> None:
    say = desk.say
    look.table(
        [say("Depot"), *_heads(desk), say("Reorder at")],
        [
            [depot_name(desk, s), *_parts(s.balance, s.low), "–" if s.reorder_at is None else f"{s.reorder_at:,}"]
            for s in shelves
        ],
        numbers=[1, 2, 3, 4, 5, 6],
    )


def choose(desk: Desk, shelves: Sequence[Shelf], key: str) -> tuple[str, str]:
    """A depot and a kind; a kind may be new to a depot."""
    say = desk.say
    depots = {s.depot: depot_name(desk, s) for s in shelves}
    kinds = kinds_known(shelves)
    first, second = st.columns(2)
    depot = first.selectbox(say("Depot"), list(depots), format_func=depots.__getitem__, key=f"{key}.depot")
    kind = second.selectbox(say("Kind"), kinds, format_func=lambda kind: say(resource_name(kind)), key=f"{key}.kind")
    return depot, kind


def _depot_form(desk: Desk, shelves: Sequence[Shelf]) -> None:
    say = desk.say
    look.section(say("At a depot"))
    with once("pool-depot") as form:
        act = st.selectbox(
            say("What happened"), list(DEPOT_ACTS), format_func=lambda a: say(DEPOT_ACTS[a]), key=f"{form.key}.act"
        )
        depot, kind = choose(desk, shelves, form.key)
        count = st.number_input(say("Pieces"), 1, 1_000_000, 1, key=f"{form.key}.count")
        note = st.text_input(say("Note"), key=f"{form.key}.note", placeholder=say("delivery note, cause"))
        if st.form_submit_button(say("Enter")):
            attempt(
                desk,
                form.taking(lambda: goods.at_depot(desk.ctx, act, depot, kind, int(count), note)),
                say("Entered in the stock ledger."),
            )


def _reorder_form(desk: Desk, shelves: Sequence[Shelf]) -> None:
    say = desk.say
    with st.expander(say("Reorder points and the ledger of one kind")):
        with once("pool-reorder", border=False) as form:
            depot, kind = choose(desk, shelves, form.key)
            at = st.number_input(say("Reorder below (0 = never)"), 0, 1_000_000, 0, key=f"{form.key}.at")
            if st.form_submit_button(say("Set")):
                set_to = int(at) or None
                attempt(
                    desk,
                    form.taking(lambda: goods.set_reorder(desk.ctx, depot, kind, set_to)),
                    say("Reorder point set."),
                )
        chosen = {f"{s.depot} {s.kind}": s for s in shelves}
        picked = st.selectbox(
            say("Ledger of"),
            list(chosen),
            format_func=lambda k: f"{depot_name(desk, chosen[k])} · {say(resource_name(chosen[k].kind))}",
            key="pool.ledger",
        )
        _ledger(desk, chosen[picked])


def _ledger(desk: Desk, shelf: Shelf) -> None:
    say = desk.say
    rows = goods.moves(desk.ctx, shelf.depot, shelf.kind)[-MOVES_SHOWN:]
    look.table(
        [say("Time"), say("From"), say("To"), say("Pieces"), say("By")],
        [
            [
                desk.clock_text(from_us(row["at_us"])) if row["at_us"] else say("in stock when the ledger began"),
                say(PLACE_NAMES[row["source"]]),
                say(PLACE_NAMES[row["target"]]),
                f"{row['count']:,}",
                row["actor"] or "–",
            ]
            for row in reversed(rows)
        ],
        numbers=[3],
    )
