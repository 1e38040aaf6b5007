"""Where a level and a class come from: rule by rule, province by province, and what was proposed when."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import figure_doubts, frame, record_look, tag_suggest
from emergency.console.rooms.level_words import FAULTS, LEVELS, TONES, figure, mark, said, spoken, way_ahead
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import Grade, InCommand, Indicator, LevelStretch, metric_name
from emergency.domain.level.history import KINDS
from emergency.service import authority, deciding
from emergency.service.command_history import jointly_active
from emergency.service.grading import Evaluation, ProvinceGrade
from emergency.service.joint import withdraw_joint
from emergency.service.level_facts import ESTIMATES, INDUSTRY, MARKET_SHARE
from emergency.service.proposing import proposals
from emergency.texts import N_

BASES = {
    "industry": N_("industry figure"),
    "estimated": N_("industry figure, estimated from market share"),
    "own": N_("own figures: a floor"),
}
SHORT_BASES = {"industry": N_("industry"), "estimated": N_("estimated"), "own": N_("own, a floor")}

# They grow by themselves while an outage lasts.
OUTAGES = ("outage.one_province_minutes", "outage.multi_province_minutes")


def response(desk: Desk, evaluation: Evaluation) -> None:
    """The company's own level: every row that is known, and what it rests on."""
    _trace(desk, desk.say("Response level – the company's own rules"), evaluation.response, evaluation)
    upper = evaluation.upper
    if upper is not None and upper.level != evaluation.response.level:
        st.caption(desk.say("On the upper ends of the estimates it would be {level}.", level=_level(desk, upper.level)))
    _forecast(desk, evaluation)
    figure_doubts.show(desk)


def by_law(desk: Desk, evaluation: Evaluation) -> None:
    """The regulator's class, with a badge of its own, and the tags that figures speak for."""
    say, grade = desk.say, evaluation.event_class
    tag_suggest.show(desk, evaluation, "response-said")
    if grade is None:
        look.section(say("Event class – the regulator's scale"))
        st.html(look.pill(say("not applicable"), "plain"))
        st.caption(say(evaluation.class_note) if evaluation.class_note else "")
        return
    word = say(frame.class_word(grade))
    known = frame.has_figures(grade)
    basis = say(BASES[evaluation.class_basis]) if known else ""
    head = look.esc(say("Event class – the regulator's scale"))
    st.html(
        f'<div class="em-class-badge"><h2 class="em-section">{head}</h2>'
        f"<b>{look.esc(word)}</b>" + (f"<mark>{look.esc(basis)}</mark></div>" if basis else "</div>")
    )
    _trace(desk, "", grade, evaluation)
    if evaluation.class_basis == "own" and known:
        text = N_("On our own figures only, so a floor: enter an industry figure with its source, or our market share.")
        if MARKET_SHARE in evaluation.facts:
            text = N_("On our own figures only, so a floor: our market share is known, our own payout is not yet.")
        st.caption(say(text))


def _level(desk: Desk, level: int | None) -> str:
    return desk.say(LEVELS[level])


def _trace(desk: Desk, title: str, grade: Grade, evaluation: Evaluation) -> None:
    say = desk.say
    currency = desk.ctx.content.library.rules(grade.rules).currency
    if title:
        look.section(title)
    known = sorted((i for i in grade.indicators if i.value is not None), key=lambda i: (i.level or 9, -(i.ratio or 0)))
    if known:
        heads = [say("Row"), say("Indicator"), say("Value"), say("Reached"), say("Threshold"), say("To the next level")]
        look.table(heads, [_indicator(desk, i, currency, evaluation, grade) for i in known], numbers=[2, 4])
    else:
        st.caption(say("No figure of these rules is known yet; enter one below."))
    lines = []
    if ahead := way_ahead(desk, grade):
        lines.append(say("Next: {ahead}", ahead=ahead))
    if any(i.metric in OUTAGES and i.value for i in known):
        lines.append(say("Minutes of an outage go on counting until the system is entered as up, or 0 minutes are."))
    if unknown := [say(metric_name(i.metric)) for i in grade.indicators if i.value is None]:
        lines.append(say("Not known: {names}", names=say("; ").join(dict.fromkeys(unknown))))
    lines.append(_sources(desk, grade, evaluation))
    st.caption("  \n".join(lines))


def _indicator(desk: Desk, i: Indicator, currency: str, evaluation: Evaluation, grade: Grade) -> list[str | look.Cell]:
    say = desk.say
    ahead = "–"
    if i.step is not None:
        distance = figure(desk, i.step.metric, i.step.distance, currency)
        if grade.value == "class":
            ahead = say("{distance} to “{class_}”", distance=distance, class_=say(frame.CLASS_WORDS[i.step.level]))
        else:
            ahead = say("{distance} to {mark}", distance=distance, mark=mark(i.step.level))
    return [
        str(i.row.number) if i.row else "–",
        _told(desk, i, evaluation, grade),
        figure(desk, i.metric, i.value, currency) + _original(desk, i.metric, evaluation),
        _reached(desk, i.level, grade),
        figure(desk, i.metric, i.threshold, currency),
        ahead,
    ]


def _reached(desk: Desk, level: int | None, grade: Grade) -> str | look.Cell:
    """A level as its mark in a frame; a class in words, so that nobody takes one for the other."""
    if grade.value == "class":
        return desk.say(frame.CLASS_WORDS[level]) if level else "–"
    return look.Cell(mark(level), TONES[level], framed=level is not None)


def _told(desk: Desk, i: Indicator, evaluation: Evaluation, grade: Grade) -> str:
    """What an indicator is, what keeps it from counting, and what its value and thresholds rest on."""
    parts = [desk.say(metric_name(i.metric))]
    parts += [desk.say(i.note)] if i.note else []
    parts += [_origin(desk, i, evaluation, grade)]
    if i.row is not None and not i.row.calibrated:
        parts.append(desk.say("default, to be calibrated"))
    return " · ".join(filter(None, parts))


def _origin(desk: Desk, i: Indicator, evaluation: Evaluation, grade: Grade) -> str:
    """How sure a figure is, and who said it."""
    basis = evaluation.basis.get(i.metric, "own") if grade.value == "class" else "own"
    origin = evaluation.origins.get(i.metric if basis == "own" else INDUSTRY + i.metric)
    parts = [desk.say(SHORT_BASES[basis])] if grade.value == "class" else []
    if origin is not None:
        if origin.estimate not in ("stated", "share"):
            parts.append(desk.say(ESTIMATES[origin.estimate]))
        if origin.said_by:
            parts.append(
                desk.say("{source}, {time}", source=_short(origin.said_by), time=desk.clock_text(origin.as_of))
            )
    return ", ".join(parts)


def _short(source: str) -> str:
    """An address by its house; the journal has it whole."""
    return urlsplit(source).netloc if source.startswith(("http://", "https://")) else source


def _original(desk: Desk, metric: str, evaluation: Evaluation) -> str:
    """The figure as it came, where the rules read it in another currency."""
    found = next((c for c in evaluation.conversions if c.metric == metric), None)
    return f" ({desk.money(round(found.amount * 100), found.currency)})" if found and found.amount else ""


def _sources(desk: Desk, grade: Grade, evaluation: Evaluation) -> str:
    say = desk.say
    to = desk.ctx.content.library.rules(grade.rules).currency
    parts = [
        say(
            "Rules {rules}@{version}, file hash {hash}",
            rules=grade.rules,
            version=grade.version,
            hash=grade.sha256[:10],
        )
    ]
    seen = {c.to_currency: c for c in evaluation.conversions if c.to_currency == to}
    parts += [
        say(
            "money converted {old}→{new} at {rate} ({day}, {source})",
            old=c.currency,
            new=c.to_currency,
            rate=c.rate,
            day=c.rate_date,
            source=c.source,
        )
        for c in seen.values()
    ]
    return " · ".join(parts)


def _forecast(desk: Desk, evaluation: Evaluation) -> None:
    """What is expected to come stands apart: it is counted nowhere."""
    if not evaluation.forecast:
        return
    currency = desk.ctx.profile.currency
    told = [
        f"{desk.say(metric_name(metric))} {figure(desk, metric, value, currency)}"
        for metric, value in sorted(evaluation.forecast.items())
    ]
    st.caption(desk.say("Forecast, not counted: {figures}", figures=desk.say("; ").join(told)))


# Provinces ----------------------------------------------------------------------------------------


def provinces(desk: Desk, evaluation: Evaluation, history: tuple[LevelStretch, ...]) -> None:
    """One grade per province, and the whole; a neighbour near the threshold is offered to be raised as well."""
    if not evaluation.provinces:
        return
    say = desk.say
    joint = jointly_active(history)
    look.section(say("By province"))
    heads = [say("Province"), say("Response level"), say("Why"), say("To the next level"), say("Event class")]
    rows = [_province(desk, one, joint) for one in evaluation.provinces]
    whole = evaluation.response
    rows.append(
        [
            say("the whole incident"),
            look.Cell(mark(whole.level), TONES[whole.level], framed=True),
            _why(desk, whole),
            way_ahead(desk, whole) or "–",
            _class_word(desk, evaluation.event_class, evaluation.class_basis),
        ]
    )
    look.table(heads, rows)
    for one in evaluation.provinces:
        if one.joint and one.jurisdiction not in joint:
            _offer(desk, evaluation, one)
    for place, level in joint.items():
        _withdraw(desk, evaluation, place, level)


def _province(desk: Desk, one: ProvinceGrade, joint: dict[str, int | None]) -> list[str | look.Cell]:
    level: str | look.Cell = look.Cell(mark(one.response.level), TONES[one.response.level], framed=True)
    if one.jurisdiction in joint:
        together = joint[one.jurisdiction]
        level = look.Cell(desk.say("{mark}, jointly", mark=mark(together)), TONES[together], framed=True)
    return [
        desk.region(one.province),
        level,
        _why(desk, one.response),
        way_ahead(desk, one.response) or "–",
        _class_word(desk, one.event_class, one.class_basis),
    ]


def _why(desk: Desk, grade: Grade) -> str:
    by = grade.decided_by
    if by is None:
        return "–"
    currency = desk.ctx.content.library.rules(grade.rules).currency
    return f"{desk.say(metric_name(by.metric))} {figure(desk, by.metric, by.value, currency)}"


def _class_word(desk: Desk, grade: Grade | None, basis: str) -> str:
    if grade is None:
        return "–"
    word = desk.say(frame.class_word(grade))
    return f"{word} ({desk.say(SHORT_BASES[basis])})" if frame.has_figures(grade) else word


def _offer(desk: Desk, evaluation: Evaluation, one: ProvinceGrade) -> None:
    say = desk.say
    names = say("; ").join(say(metric_name(metric)) for metric in one.near)
    title = say("{place} stands at four fifths of {mark}", place=desk.region(one.province), mark=mark(one.joint))
    text = say(
        "{names}: near the threshold a neighbour has reached. It may be activated together with it.", names=names
    )
    with look.needs_card(f"joint-{one.province}", title, text, "", "plain"):
        if st.button(say("Activate jointly"), key=f"joint-button-{one.province}"):
            try:
                deciding.activate_jointly(desk.ctx, evaluation, one.jurisdiction)
                said("success", say("{place} is activated jointly.", place=desk.region(one.province)))
            except FAULTS as fault:
                said("error", spoken(desk, fault))
            st.rerun()


def _withdraw(desk: Desk, evaluation: Evaluation, jurisdiction: str, level: int | None) -> None:
    """A joint activation, and the way out of it."""
    say = desk.say
    codes = {one.jurisdiction: one.province for one in evaluation.provinces}
    place = desk.region(codes[jurisdiction]) if jurisdiction in codes else jurisdiction
    title = say("{place} is jointly active at {mark}", place=place, mark=mark(level))
    text = say("Its own figures are graded beside it. Withdrawn, it stands by its own level again.")
    form = f"joint-form-{evaluation.incident.incident_id}-{jurisdiction}"
    with look.needs_card(f"joint-{jurisdiction}", title, text, "", "plain"), st.form(form):
        reason = st.text_input(say("Why?"))
        if st.form_submit_button(say("Withdraw the joint activation")):
            try:
                withdraw_joint(desk.ctx, evaluation.incident, jurisdiction, reason)
                said("success", say("{place} stands by its own level again.", place=place))
            except FAULTS as fault:
                said("error", spoken(desk, fault))
            st.rerun()


# History ------------------------------------------------------------------------------------------


def history_table(desk: Desk, incident: Incident, stretches: tuple[LevelStretch, ...]) -> None:
    """Who commanded at which level when, and every proposal behind it."""
    say = desk.say
    if stretches:
        look.section(say("Who commanded at which level when"))
        heads = [say("From"), say("Until"), say("Level"), say("Decided"), say("By"), say("Command")]
        rows_ = [row for one in reversed(stretches) for row in _stretch(desk, incident, one)]
        look.table([*heads, say("Reason or hand-over note")], rows_)
    rows = proposals(desk.ctx, incident.incident_id)
    if rows:
        with st.expander(say("Every proposal kept ({count})", count=len(rows))):
            heads = [say("Time"), say("For"), say("Value"), say("Level"), say("Row"), say("Figure"), say("Rules")]
            look.table(heads, [_kept(desk, row) for row in rows])


def _stretch(desk: Desk, incident: Incident, one: LevelStretch) -> list[list[str | look.Cell]]:
    """A row for each who commanded in it, the latest first; the decision stands in the row it was taken in."""
    turns = one.commanders or (InCommand("", one.since, one.until),)
    return [_turn(desk, incident, one, turn, place == 0) for place, turn in reversed(list(enumerate(turns)))]


def _turn(
    desk: Desk, incident: Incident, one: LevelStretch, turn: InCommand, decided: bool
) -> list[str | look.Cell]:
    say = desk.say
    role = say.of(authority.title_of(desk.ctx, incident, one.role)) if one.role and not one.provisional else ""
    names = record_look.persons(desk, (one.actor, one.second_actor))
    who = " + ".join(names) if not one.provisional else say("nobody")
    where = f" · {one.jurisdiction}" if one.jurisdiction else ""
    person = record_look.persons(desk, [turn.person])[0] if turn.person else say("vacant")
    return [
        desk.clock_text(turn.since),
        desk.clock_text(turn.until) if turn.until else say("now"),
        look.Cell(mark(one.level) + where, TONES[one.level], framed=True),
        look.Cell(say(KINDS[one.kind]), "watch" if one.provisional else "plain") if decided else "–",
        " · ".join(filter(None, (who, role))) if decided else "–",
        person if one.commanders else "–",
        " · ".join(filter(None, (one.reason if decided else "", turn.note))) or "–",
    ]


def _kept(desk: Desk, row: dict[str, Any]) -> list[str | look.Cell]:
    say, grade = desk.say, row["grade"]
    by = grade.get("decided_by") or {}
    value = say("event class") if row["value"] == "class" else say("response level")
    told = ""
    if by:
        currency = desk.ctx.content.library.rules(grade["rules"]).currency
        told = f"{say(metric_name(by['metric']))} {figure(desk, by['metric'], by['value'], currency)}"
        if grade.get("estimate"):
            told += f" ({say(ESTIMATES[grade['estimate']])})"
    level = say(frame.CLASS_WORDS[row["level"]]) if row["value"] == "class" else mark(row["level"])
    return [
        desk.clock_text(from_us(row["proposed_us"])),
        row["jurisdiction"] or say("the whole incident"),
        value,
        level,
        str(by.get("row") or "–"),
        told or "–",
        f"{grade['rules']}@{grade['version']}",
    ]
