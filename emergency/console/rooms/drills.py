"""Drills: choose a script, play it on a copy of today's roster, read the after-action report."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import drill_begin, drill_outcomes, drill_prepare, frame
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.words import BAND_TONES, BANDS, DIMENSIONS, ROBOTS
from emergency.domain.instant import from_us
from emergency.service.context import FileFaults, Refused
from emergency.service.drills import run_script, runs, shelf
from emergency.service.panel import must_rate_first
from emergency.service.reports import FORMATS, document, file_name
from emergency.service.reviewing import RUN, Subject, Words, offset
from emergency.texts import N_, Message

VIEWS = {"play": N_("Play a drill"), "prepare": N_("Prepare a drill")}
WHO = {"scripted": N_("robots"), "best": N_("best engine"), "none": N_("nobody"), "people": N_("People play")}


def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Drills"))
    said = st.session_state.pop("drill-said", None)
    if said:
        st.error(said)
    drill_prepare.follow()
    view = st.segmented_control(
        say("View"),
        list(VIEWS),
        default="play",
        required=True,
        format_func=lambda key: say(VIEWS[key]),
        key="drills.view",
        label_visibility="collapsed",
    )
    if view == "prepare":
        drill_prepare.show(desk)
        return
    left, right = st.columns([1, 1.9], gap="medium")
    with left:
        drill_begin.going_on(desk)
        _choose(desk)
        chosen = _past(desk)
    with right:
        if chosen is None:
            st.info(say("Play a drill; its after-action report appears here."))
        elif drill_seat.tells(desk, chosen["drill_id"]):
            st.info(say(drill_seat.PLAYS_IT))
        else:
            after_action(desk, chosen)


def _choose(desk: Desk) -> None:
    say = desk.say
    look.section(say("Play a drill"))
    on_shelf = shelf(desk.ctx)
    known = {name: one.script for name, one in on_shelf.items()}
    if not known:
        st.warning(say("No drill script is in order; `emergency drill validate drills/*.yaml` says what is wrong."))
        return
    chosen = st.selectbox(
        say("Script"),
        drill_begin.near_first(desk, known),
        format_func=lambda key: drill_prepare.title(desk, on_shelf[key]),
    )
    script = known[chosen]
    st.caption(look.plain(say.of(script.scenario)))
    st.caption(_extent(desk, script))
    auto = st.radio(say("Who plays the empty seats?"), list(ROBOTS), format_func=lambda key: say(ROBOTS[key]))
    seed = st.number_input(
        say("Seed"),
        value=script.clock.seed,
        step=1,
        help=say("The same seed replays the same claims; another one is a parallel form."),
    )
    fork = st.checkbox(
        say("Use today's roster and stock of this workspace"),
        value=drill_begin.people_here(desk, script),
        help=say("Otherwise the roster that the script names."),
    )
    if st.button(say("Play without a clock"), type="primary", key="run-drill", width="stretch"):
        bar = st.progress(0.0, look.plain(say("Playing {title} …", title=say.of(script.title))))

        def progress(share: float, what: Message) -> None:
            bar.progress(share, say(what))

        try:
            answer = run_script(
                desk.ctx,
                chosen,
                auto=auto,
                seed=int(seed),
                origin=desk.ctx if fork else None,
                progress=progress,
            )
            st.session_state["drill-run"] = answer["run"]
        except (Refused, FileFaults) as fault:
            st.session_state["drill-said"] = str(fault)
        bar.empty()
        st.rerun()
    drill_begin.begin(desk, script, auto, int(seed), fork)


def _extent(desk: Desk, script: DrillScript) -> str:
    """How long it takes and how many people it wants."""
    say = desk.say
    team = [role for role, who in script.players.items() if who == "team"]
    parts = [
        say("{n} roles to play", n=len(team)),
        say("{n} injects", n=len(script.injects)),
        say("{n} objectives", n=len(script.objectives)),
    ]
    return look.plain(" · ".join([drill_begin.span(desk, script), *parts]))


def _past(desk: Desk) -> dict[str, Any] | None:
    say = desk.say
    past = runs(desk.ctx)
    if not past:
        return None
    look.section(say("Runs so far"))
    by_id = {r["run_id"]: r for r in past}
    wanted = st.session_state.get("drill-run")
    options = list(by_id)
    chosen = st.radio(
        say("Runs so far"),
        options,
        index=options.index(wanted) if wanted in by_id else 0,
        format_func=lambda key: _run_name(desk, by_id[key]),
        label_visibility="collapsed",
    )
    return by_id.get(chosen)


def _run_name(desk: Desk, run: dict[str, Any]) -> str:
    overall = run["score"]["overall"]
    who = desk.say(WHO.get(run["auto"], run["auto"]))
    shown = desk.say("not rated") if overall is None else f"{overall} {run['score']['band']}"
    if must_rate_first(desk.ctx, Subject(RUN, run["run_id"])):
        shown = "–"
    name = f"{desk.say.of(run['title'])} · {who} · {desk.say('seed {seed}', seed=run['seed'])} · {shown}"
    return look.plain(name)


def after_action(desk: Desk, run: dict[str, Any]) -> None:
    """The report: verdict, three bars, objectives, gaps, timeline, how to recompute it."""
    say, score = desk.say, run["score"]
    look.section(say("After-action report: {title}", title=say.of(run["title"])))
    if must_rate_first(desk.ctx, Subject(RUN, run["run_id"])):
        st.info(say("You are an evaluator of this run: rate and seal your sheet in the Review room first."))
        return
    overall = score["overall"]
    look.kpi_strip(
        [
            look.Kpi(
                say("Overall"),
                "–" if overall is None else f"{overall}",
                say(BANDS[score["band"]]) if score["band"] in BANDS else say("not rated"),
                BAND_TONES.get(score["band"], "plain"),
            ),
            *(_dimension(desk, run, name) for name in DIMENSIONS),
        ]
    )
    _verdict(desk, run)
    _objectives(desk, run)
    _gaps(desk, run)
    _timeline(desk, run)
    drill_outcomes.led(desk, run)
    drill_outcomes.show(desk, run)
    _documents(desk, run)
    st.caption(
        say(
            "Run {run}, seed {seed}, played {time}; drill workspace {workspace}. "
            "The same file and seed give the same report.",
            run=run["run_id"],
            seed=run["seed"],
            time=desk.clock_text(from_us(run["finished_us"])),
            workspace=run["workspace"],
        )
    )


def _documents(desk: Desk, run: dict[str, Any]) -> None:
    """Documents are made when asked for: the map replay plays the field again, which takes a moment."""
    say, key = desk.say, f"drill-documents-{run['run_id']}-{desk.say.language}"
    if key not in st.session_state:
        if not st.button(say("Prepare documents"), key=f"prepare-{run['run_id']}"):
            return
        try:
            st.session_state[key] = {form: document(desk.ctx, run["run_id"], form, say.language) for form in FORMATS}
        except Refused as fault:
            st.warning(str(fault))
            return
    names = {
        "docx": say("After-action report (Word)"),
        "pdf": say("After-action report (PDF)"),
        "html": say("Map replay (HTML)"),
    }
    for column, (form, made) in zip(st.columns(len(names)), st.session_state[key].items(), strict=True):
        name = file_name(run, form, say.language)
        column.download_button(names[form], made, name, FORMATS[form][1], key=f"{key}-{form}", width="stretch")


def _dimension(desk: Desk, run: dict[str, Any], name: str) -> look.Kpi:
    value = run["score"][name]
    return look.Kpi(desk.say(DIMENSIONS[name]), "–" if value is None else f"{value}", desk.say("of 100"))


def _verdict(desk: Desk, run: dict[str, Any]) -> None:
    words = Words(run, desk.say)
    st.text(words.spoken(run["review"]["verdict"]))
    for reason in words.reasons():
        st.caption(look.plain(reason))


def _objectives(desk: Desk, run: dict[str, Any]) -> None:
    say, score = desk.say, run["score"]
    texts = {o["id"]: o["text"] for o in run["review"]["objectives"]}
    look.section(say("Objectives"))
    look.table(
        [say("Objective"), say("Rating"), say("Score"), *(say(n) for n in DIMENSIONS.values())],
        [
            [
                f"{o['id']} {say.of(texts.get(o['id'], {}))}",
                look.Cell(
                    say(BANDS[o["band"]]) if o["band"] in BANDS else say("not rated"),
                    BAND_TONES.get(o["band"], "plain"),
                    framed=True,
                ),
                _number(o["score"]),
                *(_number(o[name]) for name in DIMENSIONS),
            ]
            for o in score["objectives"]
        ],
        numbers=[2, 3, 4, 5],
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value}"


def _gaps(desk: Desk, run: dict[str, Any]) -> None:
    say, words = desk.say, Words(run, desk.say)
    gaps = run["review"]["gaps"][:3]
    if not gaps:
        return
    look.section(say("The three largest gaps"))
    look.table(
        [say("Gap"), say("Dimension"), say("Points lost")],
        [[words.spoken(g["text"]), say(DIMENSIONS[g["dimension"]]), f"{g['lost']}"] for g in gaps],
        numbers=[2],
    )


def _timeline(desk: Desk, run: dict[str, Any]) -> None:
    say, words = desk.say, Words(run, desk.say)
    look.section(say("Timeline"))
    rows = run["review"]["timeline"]
    kinds = {"inject": say("inject"), "act": say("act")}
    st.dataframe(
        pd.DataFrame(
            {
                say("Drill time"): [offset(r["at_s"]) for r in rows],
                say("Kind"): [kinds[r["kind"]] for r in rows],
                say("Role"): [words.role(r["role"]) for r in rows],
                say("What"): [words.what(r) for r in rows],
                say("Answers"): [", ".join(r["answers"]) for r in rows],
            }
        ),
        hide_index=True,
        height=min(420, 40 + 35 * len(rows)),
    )
