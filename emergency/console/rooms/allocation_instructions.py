"""Standing instructions of the coordinator: somebody works in a place, never does, or so many do at least."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import LINE_NAMES, SAID, act_button, lines_by_need
from emergency.console.rooms.geography import places_at_work
from emergency.console.rooms.once_form import once
from emergency.console.rooms.task_acts import attempt
from emergency.domain.allocation.instructions import KINDS, Instruction
from emergency.service import allocation, instructions
from emergency.service.plan_body import read_message, waits
from emergency.texts import N_, Message

KIND_NAMES = {
    "must_not": N_("never works there"),
    "must": N_("works there"),
    "at_least": N_("so many work there at least"),
}


def panel(desk: Desk, shown: Mapping[str, Any] | None) -> None:
    """What holds, with the form, folded: how many hold stands in the heading."""
    say, said = desk.say, instructions.instructions(desk.ctx)
    with st.expander(say("Instructions that hold: {count}", count=len(said)), key="allocation-instructions"):
        st.caption(
            say(
                "Every proposal keeps to them until they are taken back. Where fewer are asked for than at least "
                "wanted, all of them count."
            )
        )
        names = {row["adjuster_id"]: row["name"] for row in allocation.roster(desk.ctx)}
        for n, one in enumerate(said):
            line, button = st.columns([3, 1], vertical_alignment="center")
            line.text(_told(desk, one, names) + _asked(desk, one, shown))
            with button:
                act = partial(instructions.take_back, desk.ctx, one)
                done = say("Taken back; the next proposal is free of it.")
                act_button(desk, say("Take it back"), f"instruction-{n}", act, done)
        for broken in (shown or {}).get("body", {}).get("broken", ()):
            st.warning(say("Could not be kept: {reason}", reason=_reason(desk, read_message(broken["reason"]), names)))
        _form(desk, shown, names)


def _reason(desk: Desk, reason: Message, names: Mapping[str, str]) -> str:
    """Why an instruction could not be kept, with the region and the person by name."""
    values = dict(reason.values)
    if "region" in values:
        values["region"] = desk.region(str(values["region"]))
    if "id" in values:
        values["id"] = named(str(values["id"]), names)
    return desk.say(Message(reason.id, values))


def _told(desk: Desk, one: Instruction, names: Mapping[str, str]) -> str:
    say = desk.say
    gaps = {
        "place": desk.region(one.region),
        "line": say(LINE_NAMES[one.line]),
        "person": named(one.adjuster_id, names),
        "people": one.people,
        "by": one.by,
        "reason": one.reason,
    }
    if one.kind == "at_least":
        return say("{place}, {line}: {people} people at least – {reason} ({by})", **gaps)
    if one.kind == "must":
        return say("{person} works in {place}, {line} – {reason} ({by})", **gaps)
    return say("{person} never works in {place}, {line} – {reason} ({by})", **gaps)


def _asked(desk: Desk, one: Instruction, shown: Mapping[str, Any] | None) -> str:
    """Said where the plan that is shown asks for fewer in a place than are wanted at least."""
    if one.kind != "at_least" or shown is None:
        return ""
    here = [c for c in shown["body"]["cells"] if (c["region"], c["line"]) == (one.region, one.line)]
    asked = sum(c["slots"] for c in here if waits(c["cell_id"]))
    return "" if asked >= one.people else desk.say(" · only {asked} asked for there in this plan", asked=asked)


def named(adjuster_id: str, names: Mapping[str, str]) -> str:
    """A person by name and id: two may have one name."""
    name = names.get(adjuster_id, "")
    return f"{name} · {adjuster_id}" if name and name != adjuster_id else adjuster_id


def _form(desk: Desk, shown: Mapping[str, Any] | None, names: Mapping[str, str]) -> None:
    say, ctx = desk.say, desk.ctx
    # Which fields there are depends on it, so it stands before the form.
    kind = st.segmented_control(
        say("Instruction"),
        KINDS,
        default=KINDS[0],
        key="instruction.kind",
        format_func=lambda one: say(KIND_NAMES[one]),
        required=True,
    )
    with once("instruction") as form:
        first, second, third = st.columns([1.4, 1.4, 1])
        who: str | None = None
        people = 0
        if kind == "at_least":
            people = int(first.number_input(say("People at least"), 1, 10_000, 1, key=f"{form.key}.people"))
        else:
            who = first.selectbox(
                say("Person"),
                sorted(names, key=lambda key: (names[key], key)),
                index=None,
                format_func=lambda key: named(key, names),
                key=f"{form.key}.who",
                placeholder=say("type a name"),
            )
        region = second.selectbox(
            say("Region"),
            places_at_work(desk),
            index=None,
            format_func=desk.region,
            key=f"{form.key}.region",
            placeholder=say("type a name"),
        )
        line = third.selectbox(
            say("Line"), lines_by_need(shown), format_func=lambda one: say(LINE_NAMES[one]), key=f"{form.key}.line"
        )
        reason = st.text_input(say("because"), key=f"{form.key}.reason")
        if st.form_submit_button(say("Give the instruction")):
            attempt(
                desk,
                form.taking(
                    lambda: instructions.instruct(
                        ctx, region or "", str(line), kind, reason, adjuster_id=who or "", people=people
                    )
                ),
                say("Given; the next proposal keeps to it."),
                SAID,
            )
