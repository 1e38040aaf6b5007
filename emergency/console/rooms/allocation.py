"""Allocation: the plan on the map, its price, who stays short and why; publish and take back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.components.dispatch_map import Label, Legend, Move, dispatch_map
from emergency.console.desk import Desk
from emergency.console.rooms import frame
from emergency.console.rooms.geography import geometry_of, markers_of, points_of, view_of
from emergency.domain.allocation import Policy
from emergency.domain.claim import LINES
from emergency.service import allocation, dispatching
from emergency.service.allocation import REMOTE
from emergency.service.context import Conflict, Refused
from emergency.service.figures import figures
from emergency.service.planning import Price, price, why
from emergency.service.records import harmless
from emergency.texts import N_, Message

DUTY_HOURS = Policy().duty_limit_minutes // 60
LINE_NAMES = {
    "motor": N_("motor"),
    "property": N_("property"),
    "home": N_("home"),
    "agriculture": N_("agriculture"),
    "engineering": N_("engineering"),
    "marine": N_("marine"),
    "liability": N_("liability"),
    "personal_injury": N_("personal injury"),
    "health": N_("health"),
    "fnol_agent": N_("report-taking seats"),
    "it_engineer": N_("IT engineers"),
    "counsellor": N_("counsellors"),
}


def show(desk: Desk) -> None:
    say = desk.say
    draft = allocation.latest_draft(desk.ctx)
    in_force = allocation.plan_in_force(desk.ctx)
    if draft and in_force and draft["plan_id"] < in_force["plan_id"]:
        draft = None
    shown = draft or in_force
    title = say("Allocation")
    if shown:
        title = say(
            "Allocation · draft {plan}" if draft else "Allocation · plan {plan} in force",
            plan=shown["plan_id"],
        )
    frame.header(desk, title)
    _notice()
    left, right = st.columns([2.5, 1], gap="small")
    with left:
        _map(desk, shown)
    with right:
        _propose(desk)
        if shown:
            _price(desk, price(desk.ctx, shown, in_force if draft else None), draft)
        _publish(desk, draft, in_force)
    if shown:
        _moves(desk, shown)
        _why(desk, shown)


def _notice() -> None:
    """A word about the last act, shown once after the page was drawn anew."""
    said = st.session_state.pop("allocation-said", None)
    if said:
        getattr(st, said[0])(said[1])


def _propose(desk: Desk) -> None:
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
            st.session_state["allocation-said"] = ("warning", str(fault))
        st.rerun()


def _publish(desk: Desk, draft: Mapping[str, Any] | None, in_force: Mapping[str, Any] | None) -> None:
    say = desk.say
    if draft:
        people = len({a["adjuster_id"] for a in draft["body"]["assignments"]})
        if st.button(say("Publish to {count} people", count=people), type="primary", key="publish", width="stretch"):
            _act(
                desk,
                lambda: dispatching.commit(desk.ctx, draft["plan_id"]),
                say("Published; the slots are held."),
            )
    if in_force and st.button(say("Take plan {plan} back", plan=in_force["plan_id"]), key="withdraw", width="stretch"):
        _act(
            desk,
            lambda: dispatching.withdraw(desk.ctx, in_force["plan_id"]),
            say("Taken back; the slots are free."),
        )


def _act(desk: Desk, act: Any, done: str) -> None:
    try:
        act()
        st.session_state["allocation-said"] = ("success", done)
    except (Refused, Conflict) as fault:
        st.session_state["allocation-said"] = ("error", str(fault))
    st.rerun()


def _price(desk: Desk, costs: tuple[Price, ...], draft: Mapping[str, Any] | None) -> None:
    say = desk.say
    look.section(say("If you publish this") if draft else say("The plan in force"))
    if any(p.before for p in costs):
        rows: list[list[str | look.Cell]] = [[say(p.name), p.before, look.Cell(p.after, p.tone)] for p in costs]
        look.table([say("Figure"), say("now"), say("draft")], rows, numbers=[1, 2])
        return
    look.table([say("Figure"), ""], [[say(p.name), p.after] for p in costs], numbers=[1])


def _map(desk: Desk, shown: Mapping[str, Any] | None) -> None:
    say = desk.say
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]} if shown else {}
    needed: Counter[str] = Counter()
    for cell in cells.values():
        if cell["region"] != REMOTE:
            needed[cell["region"]] += cell["slots"]
    if not shown:  # what is asked for, before anybody is sent
        incident = desk.incident()
        known = figures(desk.ctx, incident.incident_id if incident else None)
        needed.update(allocation.needed_by_region(desk.ctx, known))
    short: Counter[str] = Counter({} if shown else needed)
    for s in shown["body"]["shortages"] if shown else ():
        short[cells[s["cell_id"]]["region"]] += s["slots"]
    dispatch_map(
        "allocation-map",
        say,
        Legend.covering(say("slots needed"), max(needed.values(), default=0)),
        {code: float(n) for code, n in needed.items()},
        value_texts={
            code: say("{given} of {needed} slots", given=n - short[code], needed=n) for code, n in needed.items()
        },
        labels=[
            Label(code, f"{n - short[code]}/{n}", "short" if short[code] else "ok")
            for code, n in needed.most_common(16)
        ],
        markers=markers_of(desk),
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
            "Pills: slots filled / asked. Blue numbers: people on the way from a base. "
            "Nobody travels more than {hours} h one way (house rule).",
            hours=DUTY_HOURS,
        )
    )


def _flows(desk: Desk, shown: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any], list[Mapping[str, Any]]]]:
    """(base, cell, assignments) with the largest groups first."""
    homes = {a["adjuster_id"]: a["base_id"] for a in allocation.roster(desk.ctx)}
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
        if cell["region"] != REMOTE and base in places:
            totals[base, cell["region"]] += len(people)
    return [
        Move(places[base], desk.ctx.regions.point(region), count) for (base, region), count in totals.most_common(30)
    ]


def _moves(desk: Desk, shown: Mapping[str, Any]) -> None:
    say = desk.say
    names = {b["base_id"]: b for b in allocation.bases(desk.ctx)}
    chinese = say.language == "zh_CN"

    def base_name(base: str) -> str:
        row = names.get(base)
        return base if row is None else (row["name_zh"] if chinese else "") or row["name"]

    look.section(say("Who goes where"))
    rows: list[list[str | look.Cell]] = []
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]}
    for s in sorted(shown["body"]["shortages"], key=lambda s: -s["slots"]):
        cell = cells[s["cell_id"]]
        rows.append(
            [
                "–",
                _target(desk, cell),
                say(LINE_NAMES[cell["line"]]),
                look.Cell(say("{count} short", count=s["slots"]), "bad"),
                "–",
                _named(desk, say(_message(s["reason"])), cells),
            ]
        )
    for base, cell, people in _flows(desk, shown):
        minutes = max(p["minutes"] for p in people)
        rows.append(
            [
                base_name(base),
                _target(desk, cell),
                say(LINE_NAMES[cell["line"]]),
                str(len(people)),
                say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60) if minutes else "–",
                say("urgency {priority}", priority=cell["priority"]),
            ]
        )
    heads = [say("From"), say("To"), say("Line"), say("People"), say("Travel"), say("Reason")]
    look.table(heads, rows[:60], numbers=[3])
    if len(rows) > 60:
        st.caption(say("{count} more rows; the file below has all.", count=len(rows) - 60))
    _download(desk, shown)


def _named(desk: Desk, text: str, cells: Mapping[str, Any]) -> str:
    """A sentence with places in it instead of the ids of cells."""
    for cell_id in sorted(cells, key=len, reverse=True):
        if cell_id in text:
            cell = cells[cell_id]
            text = text.replace(cell_id, f"{_target(desk, cell)} ({desk.say(LINE_NAMES[cell['line']])})")
    return text


def _target(desk: Desk, cell: Mapping[str, Any]) -> str:
    return desk.say("at the desk, anywhere") if cell["region"] == REMOTE else desk.region(cell["region"])


def _message(stored: Mapping[str, Any]) -> Message:
    values = {k: _message(v) if isinstance(v, dict) and "id" in v else v for k, v in stored["values"].items()}
    return Message(stored["id"], values)


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
        format_func=lambda key: f"{key} → {_target(desk, cells[by_id[key]])}",
        label_visibility="collapsed",
    )
    if chosen:
        for sentence in why(desk.ctx, shown, chosen):
            st.text(_named(desk, say(sentence), cells))


assert set(LINES) <= set(LINE_NAMES)
