"""Intake: what one claim said before and says now, and how far all claims have come."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.intake_words import LINE_NAMES, STEP_NAMES
from emergency.domain.stage import ASIDE
from emergency.service.claim_history import ClaimHistory, Told, Version, claim_history, claim_stages
from emergency.service.mappings import COLUMN_NAMES
from emergency.texts import N_

PRECISION_NAMES = {
    "point": N_("point"),
    "region": N_("region"),
    "parent": N_("parent region"),
    "none": N_("no place yet"),
}
CHANNEL_NAMES = {
    "phone": N_("phone"),
    "app": N_("app"),
    "wechat": N_("WeChat"),
    "web": N_("web page"),
    "branch": N_("branch office"),
    "agent": N_("agent"),
    "api": N_("interface"),
    "import": N_("file"),
    "unknown": N_("unknown"),
}
OWN_NAMES = {"region": N_("region"), "precision": N_("precision"), "incident_id": N_("incident")}


def stages(desk: Desk) -> None:
    """Stages of the claims of the incident before this desk; of all where there is none."""
    say = desk.say
    incident = desk.incident()
    found = claim_stages(desk.ctx, incident.incident_id if incident else None)
    if not any(s.standing or s.reached for s in found):
        return
    look.section(say("How far the claims have come"))
    shown = [s for s in found if s.standing or s.reached or s.name not in ASIDE]

    def hours(value: float | None) -> str:
        return "–" if value is None else f"{value:,.1f}"

    look.table(
        [
            say("Stage"),
            say("Standing here"),
            say("Reached by messages"),
            say("Hours from the stage before (median)"),
            say("Hours from the report (median)"),
        ],
        [
            [
                say(STEP_NAMES[s.name]),
                f"{s.standing:,}",
                f"{s.reached:,}",
                f"{hours(s.hours)} ({s.timed:,})" if s.hours is not None else "–",
                hours(s.from_report_hours),
            ]
            for s in shown
        ],
        numbers=[1, 2, 3, 4],
    )
    st.caption(say("By the source's own times; in brackets the claims the hours are of."))


def history(desk: Desk) -> None:
    """A claim by its report number."""
    say = desk.say
    look.section(say("History of one claim"))
    place, _ = st.columns([1, 2])
    number = place.text_input(say("Report number"), key="history-number", placeholder=say("as the source writes it"))
    if not number.strip():
        return
    found = claim_history(desk.ctx, number)
    if not found:
        st.warning(say("No claim has the number {number} in this workspace.", number=number.strip()))
    for one in found:
        _claim(desk, one)


def _claim(desk: Desk, found: ClaimHistory) -> None:
    say = desk.say
    first = found.versions[0]
    st.caption(
        say(
            "Source {source} · policy {policy} · reported {reported}, keyed {keyed} · house numbers are masked",
            source=found.source,
            policy=found.policy_no or "–",
            reported=desk.clock_text(found.versions[-1].values["reported_at"]),
            keyed=desk.clock_text(first.keyed_at),
        )
    )
    heads = [say("Version"), say("Written"), say("Brought by"), *(_name(desk, c) for c in _columns(found))]
    look.table(heads, [_row(desk, v, found) for v in reversed(found.versions)])
    if found.told:
        look.table(
            [
                say("Stage or message"),
                say("Time of the source"),
                say("Came in"),
                "",
                say("Estimated"),
                say("Outstanding"),
                say("Paid"),
                say("Note"),
            ],
            [_message(desk, told, found.currency) for told in found.told],
            numbers=[4, 5, 6],
        )
    else:
        st.caption(say("No message has come about this claim."))


def _columns(found: ClaimHistory) -> list[str]:
    """What always matters, and whatever changed."""
    always = ("line", "status", "channel", "place", "region", "precision", "estimated_minor", "paid_minor")
    changed = {name for version in found.versions for name in version.changed}
    return [*always, *(n for n in found.versions[0].values if n in changed and n not in always)]


def _name(desk: Desk, column: str) -> str:
    text = desk.say(OWN_NAMES.get(column) or COLUMN_NAMES[column])
    return text[:1].upper() + text[1:]


def _row(desk: Desk, version: Version, found: ClaimHistory) -> list[str | look.Cell]:
    row: list[str | look.Cell] = [f"{version.number}", desk.clock_text(version.since), _made_by(desk, version)]
    for column in _columns(found):
        text = _text(desk, column, version.values[column], found.currency)
        row.append(look.Cell(text, "watch") if column in version.changed else text)
    return row


def _made_by(desk: Desk, version: Version) -> str:
    """A file, the messages that made it and theirs, or who placed the claim."""
    say = desk.say
    by = " · ".join(filter(None, (version.brought_by, version.actor)))
    if version.messages:
        steps = say(", ").join(say(STEP_NAMES[m.kind]) + " " + desk.clock_text(m.at) for m in version.messages)
        return say("message: {steps} ({by})", steps=steps, by=by) if by else say("message: {steps}", steps=steps)
    if version.placed:
        placed = N_("place given · {actor}") if version.values["region"] else N_("place taken back · {actor}")
        return say(placed, actor=version.actor)
    return by or say("a message, or an act in this room")


def _text(desk: Desk, column: str, value: Any, currency: str) -> str:
    say = desk.say
    if value is None or value == "":
        return "–"
    if column.endswith("_at"):
        return desk.clock_text(value)
    if column.endswith("_minor"):
        return desk.money(value, currency)
    if column == "region":
        return desk.region(value)
    known = {"line": LINE_NAMES, "status": STEP_NAMES, "channel": CHANNEL_NAMES, "precision": PRECISION_NAMES}
    return say(known[column].get(value, value)) if column in known else str(value)


def _message(desk: Desk, told: Told, currency: str) -> list[str | look.Cell]:
    say = desk.say
    amounts = (told.estimated_minor, told.outstanding_minor, told.paid_minor)
    return [
        say(STEP_NAMES[told.kind]),
        desk.clock_text(told.at),
        desk.clock_text(told.recorded_at),
        look.Cell(say("came late"), "watch", framed=True) if told.late else "",
        *("–" if a is None else desk.money(a, currency) for a in amounts),
        told.note or "–",
    ]
