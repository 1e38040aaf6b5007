"""Runs against runs of the same drill: figures with their intervals, and a word only where it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms.review_words import Row, number
from emergency.domain.drill.comparison import FIGURE_NAMES, LEAST_RUNS, VERDICTS, Change, Share
from emergency.domain.drill.played import PLAYED, by_people, played
from emergency.domain.drill.words import MANNERS, duration
from emergency.domain.instant import from_us
from emergency.service import drill_compare as service
from emergency.service.context import Refused
from emergency.service.panel import must_rate_first
from emergency.service.reviewing import RUN, Subject
from emergency.texts import N_

BASES = {
    "seeds": N_("{count} pairs of the same seed"),
    "samples": N_("{count} runs on the smaller side"),
    "actions": N_("{count} expected actions"),
}
BASES_OF_ONE = {
    "seeds": N_("one pair of the same seed"),
    "samples": N_("one run on the smaller side"),
    "actions": N_("one expected action"),
}
TONES = {"improved": "ok", "declined": "bad", "unclear": "plain", "few": "plain"}


def show(desk: Desk) -> None:
    say = desk.say
    known = service.comparable(desk.ctx)
    groups = {key: _told(desk, runs) for key, runs in known.items() if not drill_seat.tells(desk, key[0])}
    if not any(len(runs) > 1 for runs in groups.values()):
        st.info(
            say("Two runs of one drill are needed. Play it again: the same seed is a replay, another a parallel form.")
        )
        return
    options = [key for key, runs in groups.items() if len(runs) > 1]
    chosen = st.selectbox(
        say("Drill"), options, key="compare.drill",
        format_func=lambda key: f"{say.of(groups[key][-1]['title'])} · {key[1]}.x",
    )  # fmt: skip
    runs = groups[chosen]
    names = {run["run_id"]: _name(desk, run) for run in runs}
    left, right = st.columns(2)
    before = left.multiselect(
        say("Before"), list(names), [runs[0]["run_id"]], format_func=names.__getitem__,
        key=f"compare.before.{chosen[0]}", placeholder=say("choose"),
    )  # fmt: skip
    after = right.multiselect(
        say("After"), list(names), [runs[-1]["run_id"]], format_func=names.__getitem__,
        key=f"compare.after.{chosen[0]}", placeholder=say("choose"),
    )  # fmt: skip
    try:
        found = service.compare_runs(desk.ctx, before, after)
    except Refused as fault:
        look.notice("warning", say(fault.args[0]))
    else:
        _changes(desk, found)
        _who_played(desk, [run for run in runs if run["run_id"] in (*before, *after)], before)
    _course(desk, runs)


def _told(desk: Desk, runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those whose score this person may not see yet: an evaluator rates and seals first."""
    return [run for run in runs if not must_rate_first(desk.ctx, Subject(RUN, run["run_id"]))]


def _name(desk: Desk, run: dict[str, Any]) -> str:
    say, score = desk.say, run["score"]
    points = say("not rated") if score["overall"] is None else f"{score['overall']} {score['band']}"
    manner = say(PLAYED[played(run)]) if run["auto"] == "people" else say(MANNERS.get(run["auto"], run["auto"]))
    return (
        f"{desk.clock_text(from_us(run['finished_us']))} · {manner} · {say('seed {seed}', seed=run['seed'])} · {points}"
    )


def _who_played(desk: Desk, runs: list[dict[str, Any]], before: Sequence[str]) -> None:
    """Which roles people played in each run: what robots did beside them says nothing of anybody's skill."""
    say, rows = desk.say, list[Row]()
    for run in runs:
        told, people = run["review"]["overview"], by_people(run)
        named = {role: say.of(told["roles"].get(role, {})) or role for role in told["players"]}
        side = say("Before") if run["run_id"] in before else say("After")
        theirs, others = ([name for role, name in named.items() if (role in people) is sat] for sat in (True, False))
        rows.append([side, _name(desk, run), say(", ").join(theirs) or "–", say(", ").join(others) or "–"])
    look.table([say("Side"), say("Run"), say("People played"), say("Robots or nobody played")], rows)
    if len({played(run) for run in runs}) > 1:
        st.caption(say("People and robots stand on the two sides here; the difference is not what people learnt."))


def _changes(desk: Desk, found: service.Comparison) -> None:
    say = desk.say
    kind = (
        say("The same seeds on both sides: a replay, which measures memory.")
        if found.same_seeds
        else say("Other seeds: a parallel form, which measures skill.")
    )
    st.caption(kind)
    heads = [
        say("Figure"), say("Before"), say("After"), say("Difference"), say("95 % interval"), say("Compared"),
        say("In words"),
    ]  # fmt: skip
    look.table(heads, [_row(desk, one) for one in found.changes], numbers=[1, 2, 3, 4])
    sides = (found.before, found.after)
    rows = [
        [say("Expected actions on time"), *(_share(desk, side.on_time) for side in sides)],
        [say("Median time to act"), *(_time(desk, side.median_s) for side in sides)],
    ]
    look.table([say("Over all runs of a side"), say("Before"), say("After")], rows, numbers=[1, 2])
    st.caption(
        say(
            "A word is said only where the 95 % interval leaves 0 out, and with {least} runs or more on each side. "
            "Actions that were missed count as not done until the end.",
            least=LEAST_RUNS,
        )
    )


def _row(desk: Desk, one: Change) -> list[Any]:
    say, gap = desk.say, one.difference
    return [
        say(FIGURE_NAMES[one.figure]),
        number(one.before),
        number(one.after),
        "–" if gap is None else f"{gap:+.1f}",
        "–" if one.low is None or one.high is None else f"{one.low:+.1f} … {one.high:+.1f}",
        say((BASES_OF_ONE if one.count == 1 else BASES)[one.basis], count=one.count),
        look.Cell(say(VERDICTS[one.verdict]), TONES[one.verdict], framed=True),
    ]


def _share(desk: Desk, one: Share) -> str:
    if one.low is None or one.high is None:
        return "–"
    shares = {"hits": one.hits, "count": one.count, "low": f"{100 * one.low:.0f}", "high": f"{100 * one.high:.0f}"}
    return desk.say("{hits} of {count} ({low}–{high} %)", **shares)


def _time(desk: Desk, seconds: float | None) -> str:
    return desk.say("half never acted") if seconds is None else desk.say(duration(round(seconds)))


def course_chart(values: Sequence[float], run: str, overall: str) -> alt.Chart:
    """A dot for each run, with room beside the first and the last and above and below: none is cut by the edge."""
    frame = pd.DataFrame({run: range(1, len(values) + 1), overall: values})
    places = alt.Scale(domain=[0.5, len(values) + 0.5], nice=False)
    points = alt.Scale(domain=[-4, 104], nice=False)
    return (
        alt.Chart(frame)
        .mark_circle(size=70, opacity=1, color="#0b57d0")
        .encode(
            x=alt.X(f"{run}:Q", scale=places, axis=alt.Axis(values=list(frame[run])[:: max(1, len(values) // 12)])),
            y=alt.Y(f"{overall}:Q", scale=points, axis=alt.Axis(values=[0, 25, 50, 75, 100])),
            tooltip=[run, overall],
        )
        .properties(height=200)
    )


def _course(desk: Desk, runs: list[dict[str, Any]]) -> None:
    """All runs in order of time: dots, and from five on whether there is a direction."""
    say, found = desk.say, service.course(runs)
    if len(found.values) < 2:
        return
    look.section(say("All runs in order of time"))
    st.altair_chart(course_chart(found.values, say("Run"), say("Overall")), key="compare.course")
    if found.slope is None:
        st.caption(say("Fewer than five runs: no line is drawn through them."))
        return
    words = say(
        "{slope} points per run ({low} … {high}): {verdict}.",
        slope=f"{found.slope:+.1f}",
        low=f"{found.low:+.1f}",
        high=f"{found.high:+.1f}",
        verdict=say(VERDICTS[found.verdict]),
    )
    if found.limits:
        low, high = found.limits
        words += say(" A run outside {low} to {high} is out of the ordinary.", low=f"{low:.0f}", high=f"{high:.0f}")
    st.caption(words)
