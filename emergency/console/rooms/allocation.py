"""Allocation: the plan on the map, its price, who stays short and why; publish and take back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.components.dispatch_map import Label, Legend, Move, dispatch_map
from emergency.console.desk import Desk
from emergency.console.rooms import (
    allocation_ahead,
    allocation_compare,
    allocation_course,
    allocation_frontier,
    allocation_goods,
    allocation_instructions,
    allocation_languages,
    allocation_moving,
    allocation_roads,
    frame,
)
from emergency.console.rooms.allocation_words import LINE_NAMES, SAID, act_button, refusal, target
from emergency.console.rooms.geography import geometry_of, points_of, view_of
from emergency.domain.allocation.reserve import is_reserve
from emergency.service import allocation, comparing, dispatching, moving
from emergency.service.allocation import REMOTE
from emergency.service.context import Refused
from emergency.service.figures import figures
from emergency.service.moving import Group
from emergency.service.plan_body import read_message, waits
from emergency.service.planning import Price, price, why
from emergency.service.records import harmless

SHORT_FIRST, SENT_FIRST, MOST_ROWS = 6, 10, 400  # rows of the table before all of it is asked for
Row = list[str | look.Cell]
ON_SITE = "on site/"  # stands before a region where people are who set out from there


def show(desk: Desk) -> None:
    say = desk.say
    drafts, in_force = comparing.drafts(desk.ctx), allocation.plan_in_force(desk.ctx)
    draft = allocation_compare.on_the_table(desk, drafts)
    shown = draft or in_force
    title = say("Allocation")
    if shown:
        title = say(
            "Allocation · draft {plan}" if draft else "Allocation · plan {plan} in force",
            plan=shown["plan_id"],
        )
    frame.header(desk, title)
    _notice()
    found = moving.groups(desk.ctx, shown) if shown else ()
    left, right = st.columns([2.5, 1], gap="small")
    with left:
        _map(desk, shown, found)
        allocation_roads.panel(desk)
        allocation_languages.panel(desk, shown)
        allocation_instructions.panel(desk, shown)
    with right:
        with st.container():
            allocation_compare.picker(desk, drafts)
        minutes = _propose(desk)
        curve = st.container()
        if shown:
            _price(desk, price(desk.ctx, shown, in_force if draft else None), draft)
        _publish(desk, draft, in_force)
    if in_force:
        allocation_course.panel(desk, in_force)
    allocation_compare.panel(desk, drafts, in_force)
    if shown:
        allocation_moving.form(desk, shown, found)
        if draft:
            allocation_moving.changes(desk, in_force, shown)
        _moves(desk, shown)
        allocation_ahead.shifts(desk, shown)
        _why(desk, shown)
        allocation_ahead.gaps(desk, shown, _named)
    allocation_goods.panel(desk)
    with curve:  # measured last: nobody waits for it to publish or to move somebody
        allocation_frontier.panel(desk, minutes)


def _notice() -> None:
    """A word about the last act, shown once after the page was drawn anew."""
    said = st.session_state.pop(SAID, None)
    with st.container():  # there with or without a word: what stands below keeps its place
        if said:
            look.notice(*said)


def _propose(desk: Desk) -> int:
    """The slider and the button; returns the price of moving somebody, in minutes."""
    say = desk.say
    minutes = st.slider(
        say("Move someone only if it saves more than (minutes)"),
        0,
        120,
        allocation.STABILITY_MINUTES,
        5,
        key="stability",
    )
    if st.button(say("Propose a plan"), key="propose", width="stretch"):
        try:
            with st.spinner(say("Solving over all open incidents …")):
                allocation.propose(desk.ctx, stability_minutes=minutes)
        except Refused as fault:
            st.session_state[SAID] = ("warning", refusal(desk, fault))
        st.rerun()
    return minutes


def _told(draft: Mapping[str, Any], in_force: Mapping[str, Any] | None) -> int:
    """How many people hear of it: all who are sent, or, where a plan is in force, those for whom something changes."""
    after, before = _posts(draft), _posts(in_force) if in_force else {}
    return sum(before.get(who) != after.get(who) for who in {*before, *after})


def _posts(plan: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Person -> where they are sent and what for; nobody held back at home."""
    cells = {c["cell_id"]: (c["incident"], c["region"], c["line"]) for c in plan["body"]["cells"]}
    sent = (a for a in plan["body"]["assignments"] if not is_reserve(a["cell_id"]))
    return {a["adjuster_id"]: cells[a["cell_id"]] for a in sent}


def _publish(desk: Desk, draft: Mapping[str, Any] | None, in_force: Mapping[str, Any] | None) -> None:
    say = desk.say
    if draft:
        people = _told(draft, in_force)
        act_button(
            desk,
            say("Publish to {count} people", count=people) if people else say("Publish; nobody is called anew"),
            "publish",
            partial(dispatching.commit, desk.ctx, draft["plan_id"]),
            say("Published; the slots are held."),
            primary=True,
        )
        allocation_moving.put_away(desk, draft)
    if in_force:
        # Where a plan was in force before, its places are held again: the heading names it.
        act_button(
            desk,
            say("Take plan {plan} back", plan=in_force["plan_id"]),
            "withdraw",
            partial(dispatching.withdraw, desk.ctx, in_force["plan_id"]),
            say("Taken back; its people are told, and who stood somewhere before stands there again."),
        )


def _price(desk: Desk, costs: tuple[Price, ...], draft: Mapping[str, Any] | None) -> None:
    say, costs = desk.say, tuple(p for p in costs if p.always or not p.nothing)
    look.section(say("If you publish this") if draft else say("The plan in force"))
    if any(p.before for p in costs):
        rows: list[list[str | look.Cell]] = [[say(p.name), p.before, look.Cell(p.after, p.tone)] for p in costs]
        look.table([say("Figure"), say("now"), say("draft")], rows, numbers=[1, 2])
        return
    look.table([say("Figure"), ""], [[say(p.name), p.after] for p in costs], numbers=[1])


def _map(desk: Desk, shown: Mapping[str, Any] | None, found: Sequence[Group]) -> None:
    say = desk.say
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]} if shown else {}
    needed: Counter[str] = Counter()
    beyond: Counter[str] = Counter()  # sent there by hand, more than anything asks for
    for cell in cells.values():
        if shown and cell["region"] != REMOTE and waits(cell["cell_id"]):
            more = shown["body"].get("beyond", {}).get(cell["cell_id"], 0)
            needed[cell["region"]] += cell["slots"] - more
            beyond[cell["region"]] += more
    if not shown:  # what is asked for, before anybody is sent
        incident = desk.incident()
        known = figures(desk.ctx, incident.incident_id if incident else None)
        needed.update(allocation.needed_by_region(desk.ctx, known))
    short: Counter[str] = Counter({} if shown else needed)
    for s in shown["body"]["shortages"] if shown else ():
        if not waits(s["cell_id"]):
            continue
        short[cells[s["cell_id"]]["region"]] += s["slots"]
    dispatch_map(
        "allocation-map",
        say,
        Legend.covering(say("slots needed"), max(needed.values(), default=0)),
        {code: float(n) for code, n in needed.items()},
        value_texts={
            code: say("{given} of {needed} slots", given=n - short[code] + beyond[code], needed=n)
            for code, n in needed.items()
        },
        labels=[
            Label(code, f"{n - short[code] + beyond[code]}/{n}", "short" if short[code] else "ok")
            for code, n in needed.most_common(16)
        ],
        markers=allocation_moving.markers(desk, found),
        on_moved=lambda moved: allocation_moving.dropped(found, shown, moved) if shown else None,
        on_picked=lambda region: allocation_moving.picked(shown, region) if shown else None,
        on_picked_marker=lambda marker: allocation_moving.taken(found, shown, marker) if shown else None,
        lines=_lines(desk, shown, cells) if shown else [],
        hatched=set(needed) if desk.ctx.profile.figures == "bulletins" else (),
        view=view_of(desk),
        fit=desk.ctx.store.name,
        height=520,
        **geometry_of(desk),
        points=points_of(desk),
    )
    st.caption(
        desk.say(
            "Pills: slots filled / asked. Blue numbers: people on the way from a base. Drag people or a base with "
            "free people onto a region to move some. Nobody travels more than {hours} h one way (house rule).",
            hours=allocation.policy_of(desk.ctx).duty_limit_minutes // 60,
        )
    )


def _flows(desk: Desk, shown: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any], list[Mapping[str, Any]]]]:
    """(base, cell, assignments) with the largest groups first; who is on site comes from there."""
    homes = {a["adjuster_id"]: a["base_id"] for a in allocation.roster(desk.ctx)}
    homes |= {who: f"{ON_SITE}{region}" for who, region in shown["body"].get("here", {}).items()}
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]}
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for a in shown["body"]["assignments"]:
        groups.setdefault((homes.get(a["adjuster_id"], "?"), a["cell_id"]), []).append(a)
    found = [(base, cells[cell], people) for (base, cell), people in groups.items()]
    return sorted(found, key=lambda g: (-len(g[2]), g[0], g[1]["cell_id"]))


def _lines(desk: Desk, shown: Mapping[str, Any], cells: Mapping[str, Any]) -> list[Move]:
    places = {b["base_id"]: (b["lon"], b["lat"]) for b in allocation.bases(desk.ctx)}
    totals: Counter[tuple[str, str]] = Counter()
    for base, cell, people in _flows(desk, shown):
        if base.startswith(ON_SITE) and base != f"{ON_SITE}{cell['region']}":
            places.setdefault(base, desk.ctx.regions.point(base.removeprefix(ON_SITE)))
        if cell["region"] != REMOTE and base in places and not is_reserve(cell["cell_id"]):
            totals[base, cell["region"]] += len(people)
    return [
        Move(places[base], desk.ctx.regions.point(region), count) for (base, region), count in totals.most_common(30)
    ]


def _moves(desk: Desk, shown: Mapping[str, Any]) -> None:
    say = desk.say
    names = {b["base_id"]: b for b in allocation.bases(desk.ctx)}
    chinese = say.language == "zh_CN"

    def base_name(base: str) -> str:
        if base.startswith(ON_SITE):
            return say("on site in {place}", place=desk.region(base.removeprefix(ON_SITE)))
        row = names.get(base)
        return base if row is None else (row["name_zh"] if chinese else "") or row["name"]

    look.section(say("Who goes where"))
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]}
    short = _open_rows(desk, shown, cells)
    sent: list[Row] = []
    for base, cell, people in _flows(desk, shown):
        minutes = max(p["minutes"] for p in people)
        sent.append(
            [
                base_name(base),
                target(desk, cell),
                say(LINE_NAMES[cell["line"]]),
                str(len(people)),
                say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60) if minutes else "–",
                say("urgency {priority}", priority=cell["priority"]),
            ]
        )
    heads = [say("From"), say("To"), say("Line"), say("People"), say("Travel"), say("Reason")]
    first = [*short[:SHORT_FIRST], *sent[:SENT_FIRST]]
    look.table(heads, first, numbers=[3, 4])
    if len(first) < len(short) + len(sent):
        heading = say("All: {short} short or referred, {sent} on the way", short=len(short), sent=len(sent))
        with st.expander(heading, key="allocation-all"), st.container(height=420, border=False):
            look.table(heads, [*short, *sent][:MOST_ROWS], numbers=[3, 4])
            if len(short) + len(sent) > MOST_ROWS:
                st.caption(say("{count} more rows; the file below has all.", count=len(short) + len(sent) - MOST_ROWS))
    _download(desk, shown)


def _open_rows(desk: Desk, shown: Mapping[str, Any], cells: Mapping[str, Any]) -> list[Row]:
    """What stays short, the most first, then what is referred; each with its reason."""
    say, rows = desk.say, list[Row]()
    told = [
        *((s, look.Cell(say("{count} short", count=s["slots"]), "bad")) for s in shown["body"]["shortages"]),
        *((r, look.Cell(say("{count} referred", count=r["slots"]), "watch")) for r in _referrals(shown)),
    ]
    for one, count in sorted(told, key=lambda pair: (pair[1].tone != "bad", -pair[0]["slots"])):
        cell = cells[one["cell_id"]]
        reason = _named(desk, say(read_message(one["reason"])), cells)
        rows.append(["–", target(desk, cell), say(LINE_NAMES[cell["line"]]), count, "–", reason])
    return rows


def _referrals(shown: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = shown["body"].get("referrals", ())
    return found


def _named(desk: Desk, text: str, cells: Mapping[str, Any]) -> str:
    """A sentence with places in it instead of the ids of cells."""
    for cell_id in sorted(cells, key=len, reverse=True):
        if cell_id in text:
            cell = cells[cell_id]
            name = desk.say("{place}, {line}", place=target(desk, cell), line=desk.say(LINE_NAMES[cell["line"]]))
            text = text.replace(cell_id, name)
    return text


def _download(desk: Desk, shown: Mapping[str, Any]) -> None:
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]}
    table = pd.DataFrame(
        [
            {
                **a,
                "region": cells[a["cell_id"]]["region"],
                "line": cells[a["cell_id"]]["line"],
                "shift": shown["shift"],
            }
            for a in shown["body"]["assignments"]
        ]
    )
    st.download_button(
        desk.say("Save the list of people"),
        _csv(table),
        f"plan-{shown['plan_id']}.csv",
        "text/csv",
    )


def _csv(table: pd.DataFrame) -> bytes:
    """The table for a spreadsheet; no name in it becomes a formula."""
    safe = table.map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
    return safe.to_csv(index=False).encode("utf-8-sig")


def _why(desk: Desk, shown: Mapping[str, Any]) -> None:
    say = desk.say
    people = [a for a in shown["body"]["assignments"] if a["cell_id"].split("/")[-1] not in ("fnol_agent",)]
    if not people:
        return
    look.section(say("Why here?"))
    by_id = {a["adjuster_id"]: a["cell_id"] for a in people}
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]}
    chosen = st.selectbox(
        say("Person"),
        sorted(by_id),
        index=None,
        placeholder=say("choose somebody"),
        format_func=lambda key: f"{key} → {target(desk, cells[by_id[key]])}",
        label_visibility="collapsed",
    )
    if chosen:
        for sentence in why(desk.ctx, shown, chosen):
            st.text(_named(desk, say(sentence), cells))

