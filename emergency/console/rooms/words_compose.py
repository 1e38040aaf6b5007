"""One bulletin: its text, what it looks like in both languages, its figures, its approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.components.typing_keeper import keep_typing
from emergency.console.desk import Desk
from emergency.console.rooms import words_look
from emergency.console.rooms.once_form import once
from emergency.console.rooms.pressed import as_read
from emergency.console.rooms.record_look import persons
from emergency.domain.bulletin import shown
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.ledger import FIGURES, Problem, figure_name
from emergency.service import outbox, typed, words, words_approval, words_ledger
from emergency.service.context import FileFaults, Refused
from emergency.service.feed_facts import Figure, take_figure
from emergency.service.words_due import AUDIENCE_NAMES
from emergency.texts import N_, Message

LANGUAGES = ("zh", "en")


def composer(desk: Desk, incident: Incident | None, rows: list[dict[str, Any]], act: Any) -> None:
    """The bulletin that was opened, else the first that waits."""
    say = desk.say
    row = next((r for r in rows if r["bulletin_id"] == st.session_state.get("words-open")), None)
    if row is not None and row["incident_id"] is None:
        incident = None
    live = words_ledger.ledger(desk.ctx, incident)
    if row is None or row["state"] in ("sent", "dropped"):
        _house(desk, live, act)
        look.section(say("Ledger of figures"))
        st.caption(
            say(
                "Every bulletin draws its numbers from here; a gap such as {gap} fills itself.", gap="{claims.reported}"
            )
        )
        words_look.ledger_table(desk, live, (), ())
        return
    _head(desk, row)
    left, right = st.columns([1.65, 1], gap="medium")
    with left:
        subject, body, channels, languages = _editor(desk, row)
        changed = subject != row["subject"] or body != row["body"]
        seen = words.preview(desk.ctx, row, live=live, **({"subject": subject, "body": body} if changed else {}))
        for column, lang in zip(st.columns(2, gap="small"), LANGUAGES, strict=True):
            with column:
                words_look.paper(desk, lang, seen.subject[lang], seen.body[lang], seen.loose[lang])
        _loose(desk, seen)
        settled = changed or channels != row["channels"] or languages != row["languages"]
        _buttons(desk, row, act, (subject, body, channels, languages), settled, seen.problems)
    with right:
        _problems(desk, row, seen.problems, act)
        _house(desk, live, act)
        look.section(say("Ledger of figures"))
        words_look.ledger_table(desk, live, words.used_by(subject, body), seen.problems)


def _head(desk: Desk, row: Mapping[str, Any]) -> None:
    say = desk.say
    audience = say(AUDIENCE_NAMES[row["audience"]])
    title = say("Bulletin {number} to {audience}", number=row["bulletin_id"], audience=audience)
    look.section(title + (say(", corrects {number}", number=row["corrects"]) if row["corrects"] else ""))
    parts = [
        say(words_approval.STATES[row["state"]]),
        say("figures read {time}", time=desk.clock_text(from_us(row["read_us"]))),
        say("written by {names}", names=say(", ").join(persons(desk, row["authors"]))),
        say("to be approved by {role}", role=words_approval.role_title(desk.ctx, row)),
    ]
    if row["approver"]:
        parts.append(say("approved by {role}", role=persons(desk, [row["approver"]])[0]))
    if row["note"]:
        parts.append(say("sent back: {note}", note=row["note"]))
    st.text(" · ".join(parts))


def _form(row: Mapping[str, Any]) -> str:
    """The name under which a person's unsaved text is kept."""
    return f"bulletin/{row['bulletin_id']}"


def _unsaved(desk: Desk, row: Mapping[str, Any], mark: str) -> Mapping[str, Any]:
    """What this person left unsaved, and the way back to the bulletin; empty where there is nothing."""
    say = desk.say
    left = typed.kept(desk.ctx, _form(row))
    if left is None:
        return {}
    text = say("Your text of {time} is not saved yet.", time=desk.clock_text(left.at))
    if left.values["version"] != row["version"]:
        text += " " + say("The bulletin was changed meanwhile: saving puts yours in its place.")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(text)
        st.button(say("Put my text away"), key="words-anew", type="tertiary", on_click=_anew, args=(desk, row, mark))
    return left.values


def _anew(desk: Desk, row: Mapping[str, Any], mark: str) -> None:
    typed.let_go(desk.ctx, _form(row))
    for key in [str(one) for one in st.session_state if str(one).startswith("typed-") and str(one).endswith(mark)]:
        del st.session_state[key]


def _keep_typed(desk: Desk, row: Mapping[str, Any], now: Mapping[str, Any], left: Mapping[str, Any]) -> None:
    """Keep what differs from the bulletin; nothing of it is lost with the room, the page or the server."""
    said = {key: left[key] for key in now} if left else {key: row[key] for key in now}
    if dict(now) == said:
        return
    ways_kept = now["channels"] == row["channels"] and now["languages"] == row["languages"]
    if ways_kept and not words.reworded(row, now["subject"], now["body"]):
        typed.let_go(desk.ctx, _form(row))
        return
    typed.keep(desk.ctx, _form(row), {**now, "version": row["version"]})


def _editor(desk: Desk, row: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str], list[str], list[str]]:
    say, mark = desk.say, f"{row['bulletin_id']}-{row['version']}"
    subject, body = {}, {}
    left = _unsaved(desk, row, mark)
    with st.expander(say("Text and gaps"), expanded=row["state"] == "draft" or bool(left)):
        if row["state"] != "draft":
            st.caption(say("A change makes it a draft again; it then needs approval anew."))
        first = {**row, **left}
        order = LANGUAGES if say.language == "zh_CN" else LANGUAGES[::-1]
        for lang, tab in zip(order, st.tabs([words_look.HEADS[lang] for lang in order]), strict=True):
            key = f"{lang}-{mark}"
            subject[lang] = tab.text_input(say("Headline"), first["subject"].get(lang, ""), key=f"typed-subject-{key}")
            text = first["body"].get(lang, "")
            body[lang] = tab.text_area(say("Text"), text, height=230, key=f"typed-body-{key}")
        channels, languages = _ways(desk, row, first, mark)
    _keep_typed(desk, row, {"subject": subject, "body": body, "channels": channels, "languages": languages}, left)
    keep_typing("typed-keeper")
    return subject, body, channels, languages


def _ways(
    desk: Desk, row: Mapping[str, Any], first: Mapping[str, Any], mark: str
) -> tuple[list[str], list[str]]:
    """By which channels, and in which languages, it goes out."""
    say = desk.say
    left, right = st.columns(2)
    languages = right.multiselect(
        say("Send in"),
        LANGUAGES,
        [lang for lang in LANGUAGES if lang in first["languages"]],
        format_func=lambda lang: words_look.HEADS[lang],
        key=f"typed-languages-{mark}",
        placeholder=say("choose"),
    )
    if row["corrects"]:
        named = say(", ").join(words_look.channel(desk, one) for one in row["channels"])
        left.caption(say("Goes to everyone who got the wrong one: {channels}", channels=named))
        return row["channels"], languages
    options = list(dict.fromkeys([*row["channels"], *first["channels"], *_channels(desk), "folder"]))
    channels = left.multiselect(
        say("Channels"),
        options,
        first["channels"],
        key=f"typed-channels-{mark}",
        format_func=lambda name: words_look.channel(desk, name),
        placeholder=say("choose"),
    )
    return channels, languages


def _channels(desk: Desk) -> list[str]:
    try:
        return list(outbox.channel_names(desk.ctx))
    except FileFaults:
        return []


def _loose(desk: Desk, seen: words.Preview) -> None:
    typed = sorted({one.text for several in seen.loose.values() for one in several})
    if typed:
        names = ", ".join(typed)
        st.warning(
            desk.say(
                "Typed by hand and not drawn from the ledger: {numbers}. Use a gap, or take it out.", numbers=names
            )
        )


def _buttons(
    desk: Desk, row: Mapping[str, Any], act: Any, draft: Any, changed: bool, problems: tuple[Problem, ...]
) -> None:
    say, ctx, number, version = desk.say, desk.ctx, row["bulletin_id"], row["version"]
    subject, body, channels, languages = draft
    state = row["state"]
    why_not = words_approval.why_not(ctx, row) if state == "submitted" else None
    if state == "submitted" and why_not is None and problems:
        why_not = problems[0].message
    with st.container(horizontal=True, gap="small"):
        label = say("Save") if changed else say("Read the figures again")
        if st.button(label, key="words-save", type="primary" if changed else "secondary"):
            what = {"subject": subject, "body": body, "channels": channels, "languages": languages}
            act(desk, lambda: _save(desk, row, what), say("Saved; the figures were read again."))
        read = (number, version)
        if state == "draft" and as_read(desk, say("Ask for approval"), "words-submit", read, disabled=changed):
            act(desk, lambda: words_approval.submit(ctx, number), say("It waits for approval now."))
        if state == "submitted" and _approve_button(desk, why_not, changed, read):
            act(desk, lambda: words_approval.approve(ctx, number, version), say("Approved; it can be sent."))
        send = state == "approved"
        if send and as_read(desk, say("Send now"), "words-send", read, type="primary", disabled=changed):
            act(desk, lambda: words_approval.send(ctx, number), say("Sent; the outbox delivers it."))
        if st.button(say("Put away"), key="words-drop"):
            act(desk, lambda: words_approval.drop(ctx, number), say("Put away; the journal keeps it."))
        if st.button(say("Close"), key="words-close"):
            st.session_state.pop("words-open", None)
            st.rerun()
    if why_not is not None and not problems:
        st.caption(look.plain(say("Not for you to approve: {why}.", why=why_not)))
    if row["state"] in ("submitted", "approved"):
        with st.form(f"back-{number}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            note = st.text_input(say("What has to change?"))
            if st.form_submit_button(say("Send back")):
                act(desk, lambda: words_approval.send_back(ctx, number, note), say("Sent back to its writers."))


def _save(desk: Desk, row: Mapping[str, Any], what: Mapping[str, Any]) -> None:
    """What was refused is still kept as typed."""
    words.edit(desk.ctx, row["bulletin_id"], row["version"], **what)
    typed.let_go(desk.ctx, _form(row))


def _approve_button(desk: Desk, why_not: Message | None, changed: bool, read: tuple[int, int]) -> bool:
    """Greyed where this person may not, with the reason; the act itself refuses all the same."""
    say = desk.say
    return as_read(
        desk,
        say("Approve"),
        "words-approve",
        read,
        type="primary",
        disabled=changed or why_not is not None,
        help=say(why_not) if why_not is not None else None,
    )


def _problems(desk: Desk, row: Mapping[str, Any], found: tuple[Problem, ...], act: Any) -> None:
    """What blocks it, each with the act that lifts the block."""
    say = desk.say
    for place, problem in enumerate(found):
        with look.needs_card(f"block-{place}", say(problem.message), tone="bad"):
            if problem.kind in ("contradictory", "stale"):
                _choose(desk, row, problem, act)
            elif problem.kind == "missing":
                enter_form(desk, problem.figure, row["incident_id"], act, f"missing-{place}")
    for figure, choice in row["choices"].items():
        who = persons(desk, [choice["actor"]])[0]
        gaps = {"figure": figure_name(figure), "source": choice["source"], "who": who, "why": choice["why"]}
        st.caption(look.plain(say("{figure}: {who} answers for {source} ({why})", **gaps)))


def _choose(desk: Desk, row: Mapping[str, Any], problem: Problem, act: Any) -> None:
    say, number = desk.say, row["bulletin_id"]
    lang = "zh" if say.language == "zh_CN" else "en"
    known = {e.source: e for e in problem.entries}
    with st.form(f"choose-{problem.figure}", border=False):
        source = st.selectbox(
            say("Source that holds"),
            list(known),
            format_func=lambda s: (
                f"{shown(known[s], lang, desk.zone)} – {say.of(known[s].source_name) or s}, "
                f"{words_look.age(desk, desk.ctx.now(), known[s].as_of)}"
            ),
        )
        why = st.text_input(say("Why (kept with the bulletin)"))
        if st.form_submit_button(say("I answer for this one")):
            done = say("The block is lifted; the choice is recorded.")
            act(desk, lambda: words.choose_source(desk.ctx, number, problem.figure, source, why), done)


def enter_form(desk: Desk, figure: str, incident_id: str | None, act: Any, key: str) -> None:
    """Enter a figure with its source, where it is missed."""
    say = desk.say
    unit = FIGURES.get(figure, ("", "count"))[1]
    with once(key, f"{key}-{figure}", border=False) as form:
        typed: Any = (
            st.text_input(say("Value"))
            if unit == "text"
            else st.number_input(say("Value"), value=None, step=1.0)
        )
        source = st.text_input(say("Source"))
        if st.form_submit_button(say("Enter")):
            done = say("Entered; read the figures again to use it.")
            act(desk, form.taking(lambda: _enter(desk, figure, unit, typed, source, incident_id)), done)


def _enter(desk: Desk, figure: str, unit: str, typed: Any, source: str, incident_id: str | None) -> None:
    """One figure by the door all figures come in by; an empty field is not a zero."""
    value = typed.strip() if unit == "text" else typed
    if value in (None, ""):
        raise Refused(Message(N_("Not entered: no value was given. Where it is known to be none, enter 0.")))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    scope = None if figure.startswith("house.") else incident_id
    take_figure(desk.ctx, Figure(figure, value, source.strip(), scope))


HOUSE = ("house.name", "house.hotline", "house.website", "house.contact")


def _house(desk: Desk, live: words_ledger.Ledger, act: Any) -> None:
    """What every bulletin needs of the house: asked for once, where it is missing."""
    say = desk.say
    missing = [figure for figure in HOUSE if figure not in live]
    if not missing:
        return
    title, text = (
        say("Say who is speaking"),
        say("Nearly every bulletin names the company and its hotline; enter them once."),
    )
    with look.needs_card("house", title, text, tone="watch"), st.form("house", border=False):
        left, right = st.columns(2)
        typed = {f: (left, right)[n % 2].text_input(say(FIGURES[f][0])) for n, f in enumerate(missing)}
        if st.form_submit_button(say("Keep"), type="primary"):
            act(desk, lambda: _keep(desk, typed), say("Kept for every bulletin of this workspace."))


def _keep(desk: Desk, typed: Mapping[str, str]) -> None:
    for figure, text in typed.items():
        if text.strip():
            take_figure(desk.ctx, Figure(figure, text.strip(), desk.ctx.actor.id))
