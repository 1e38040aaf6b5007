"""Organisation: who holds which post, who was called, who is planned next, who is safe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import duty, frame, roll_call
from emergency.console.rooms.intake_mapping import spoken
from emergency.console.rooms.once_form import Once, once
from emergency.console.rooms.record_look import persons
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.organisation import CommandStretch, Post
from emergency.service import callouts
from emergency.service import organisation as posts
from emergency.service import roll_call as safety
from emergency.service.callouts import Call
from emergency.service.context import Conflict, Refused
from emergency.service.organisation import Handover, Organisation
from emergency.service.response import every_incident
from emergency.service.roll_call import RollCall
from emergency.texts import N_

GROUP_NAMES = {
    "command_centre": N_("Command centre"),
    "response_team": N_("Response team"),
    "customer_support": N_("Customer support"),
    "logistics": N_("Logistics"),
}


def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Organisation"))
    incident = desk.incident()
    _said()
    if incident is None:
        st.info(say("No incident is open here. Report one in Response; its organisation then stands here."))
        return
    found = posts.organisation(desk.ctx, incident.incident_id)
    calls = callouts.calls(desk.ctx, incident.incident_id)
    rolls = safety.rolls(desk.ctx, incident.incident_id)
    _command(desk, found)
    _numbers(desk, found, calls, rolls)
    _waiting(desk, found, calls)
    _board(desk, found, calls)
    _acts(desk, found)
    with st.container(key="em-stack-people"):
        left, right = st.columns([1, 1], gap="medium")
    with left:
        duty.section(desk, found, act)
    with right:
        roll_call.section(desk, incident.incident_id, rolls, found, act)
    _history(desk, found, calls)


def _command(desk: Desk, found: Organisation) -> None:
    """Under whose command the incident is, and what is under its own."""
    say = desk.say
    if found.led_by is not None:
        text = say(
            "Led by incident “{incident}”: its command centre commands here as well. The other posts are this "
            "incident's own.",
            incident=say.of(found.led_by.title),
        )
        st.info(look.plain(text))
    elif found.leads:
        names = say(", ").join(say.of(one.title) for one in found.leads)
        st.info(look.plain(say("This command centre also commands: {incidents}.", incidents=names)))


def _said() -> None:
    kind, text = st.session_state.pop("organisation-said", ("", ""))
    if kind:
        look.notice(kind, text)


def act(desk: Desk, what: Callable[[], object], done: str) -> None:
    """Do one thing, keep the word on it for the next run of the page, and draw the page anew."""
    try:
        what()
    except (Refused, Conflict, ValueError) as fault:
        st.session_state["organisation-said"] = ("error", spoken(desk, fault))
    else:
        st.session_state["organisation-said"] = ("success", done)
    st.rerun()


def title_of(desk: Desk, found: Organisation, role: str) -> str:
    return desk.say.of(found.roles[role].title) if role in found.roles else role


def _numbers(desk: Desk, found: Organisation, calls: tuple[Call, ...], rolls: tuple[RollCall, ...]) -> None:
    say, now = desk.say, desk.ctx.now()
    every = [post for group in found.groups for post in group.posts]
    held = [post for post in every if not post.vacant]
    tired = [post for post in held if post.tone(now, found.rules) != "plain"]
    asked = [c for c in calls if c.state == "asked"]
    commander = next((p.holder.person for p in every if p.role == found.commander and p.holder), None)
    roll = rolls[0] if rolls else None
    kpis = [
        look.Kpi(
            say("In command"), commander or "–", "" if commander else say("vacant"), "plain" if commander else "bad"
        ),
        look.Kpi(
            say("Posts held"),
            f"{len(held)} / {len(every)}",
            say("{n} vacant", n=len(every) - len(held)),
            "ok" if len(held) == len(every) else "watch",
        ),
        look.Kpi(
            say("Rest due"),
            str(len(tired)),
            ", ".join(p.holder.person for p in tired if p.holder) or say("nobody within the hour"),
            "watch" if tired else "plain",
            help=say(
                "A turn lasts {hours} hours at most ({source}).",
                hours=_hours(found.rules.time_in_role),
                source=found.rules.sources.get("time_in_role", ""),
            ),
        ),
        look.Kpi(
            say("Calls waiting"), str(len(asked)), ", ".join(c.person for c in asked), "watch" if asked else "plain"
        ),
        _roll_kpi(desk, roll),
    ]
    look.kpi_strip(kpis)


def _roll_kpi(desk: Desk, roll: RollCall | None) -> look.Kpi:
    say = desk.say
    if roll is None:
        return look.Kpi(say("Roll call"), "–", say("none yet"))
    summary = roll.summary
    found = summary.asked - len(summary.missing) - len(summary.unreachable)
    tone = "ok" if summary.complete else "bad" if roll.answer_by <= desk.ctx.now() else "watch"
    return look.Kpi(say("Accounted for"), f"{found} / {summary.asked}", desk.clock_text(roll.opened_at), tone)


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:g}"


def _waiting(desk: Desk, found: Organisation, calls: tuple[Call, ...]) -> None:
    """What somebody has to answer: hand-overs to take, calls to answer."""
    offers = [h for h in found.handovers if h.state == "offered"]
    asked = [c for c in calls if c.state == "asked"]
    cards: list[Callable[[], None]] = [lambda h=h: _offer(desk, found, h) for h in offers]  # type: ignore[misc]
    cards += [lambda c=c: _call(desk, found, c) for c in asked]  # type: ignore[misc]
    if not cards:
        return
    look.section(desk.say("Waiting for an answer"))
    for start in range(0, len(cards), 3):
        for column, draw in zip(st.columns(3, gap="small"), cards[start : start + 3], strict=False):
            with column:
                draw()


def _offer(desk: Desk, found: Organisation, offer: Handover) -> None:
    say, key = desk.say, offer.handover_id
    title = say("{taker} takes over {role}?", taker=offer.taker, role=title_of(desk, found, offer.role))
    small = say("offered by {giver}, {time}", giver=offer.giver, time=desk.clock_text(offer.offered_at))
    if offer.entered_by and offer.entered_by != offer.giver:
        small += " · " + say("entered by {name}", name=persons(desk, [offer.entered_by])[0])
    with look.needs_card(f"offer-{key}", title, offer.note, small, "watch"):
        if st.button(say("Take over"), key=f"take-{key}", type="primary"):
            done = say("{person} holds the post now; everybody in a post is told.", person=offer.taker)
            act(desk, lambda: posts.take_over(desk.ctx, found.incident_id, key), done)
        if st.button(say("Withdraw"), key=f"keep-{key}"):
            done = say("The hand-over is withdrawn.")
            act(desk, lambda: posts.withdraw_handover(desk.ctx, found.incident_id, key), done)


def _call(desk: Desk, found: Organisation, call: Call) -> None:
    say, key, incident_id = desk.say, call.call_id, found.incident_id
    late = call.answer_by <= desk.ctx.now()
    text = say("Answer by {time}.", time=desk.clock_text(call.answer_by))
    then = (
        say("Then {names} is asked.", names=call.others[0]) if call.others else say("Nobody is left to ask after that.")
    )
    title = say("{person} called for {role}", person=call.person, role=title_of(desk, found, call.role))
    with look.needs_card(f"call-{key}", title, f"{text} {then}", "", "bad" if late else "watch"):
        if st.button(say("Accepted"), key=f"yes-{key}", type="primary"):
            done = say("{person} holds the post now.", person=call.person)
            act(desk, lambda: callouts.answer_call(desk.ctx, incident_id, key, accepted=True), done)
        if st.button(say("Declined"), key=f"no-{key}"):
            done = say("Recorded; the next one is asked.")
            act(desk, lambda: callouts.answer_call(desk.ctx, incident_id, key, accepted=False), done)
        if st.button(say("Withdraw"), key=f"stop-{key}"):
            act(desk, lambda: callouts.withdraw_call(desk.ctx, incident_id, key), say("The call is withdrawn."))


def _board(desk: Desk, found: Organisation, calls: tuple[Call, ...]) -> None:
    """Every post in one table, group by group, in the order of the norm."""
    say = desk.say
    called = {c.role: c.person for c in calls if c.state == "asked"}
    rows = [
        [say(GROUP_NAMES[group.name]) if not place else "", *_post(desk, found, post, called.get(post.role))]
        for group in found.groups
        for place, post in enumerate(group.posts)
    ]
    look.section(say("The four groups"))
    heads = [
        say("Group"),
        say("Post"),
        say("Holder"),
        say("In the post"),
        say("Rest due"),
        say("Then"),
        say("Deputies"),
    ]
    look.table(heads, rows)


def _post(desk: Desk, found: Organisation, post: Post, called: str | None) -> list[str | look.Cell]:
    say, now = desk.say, desk.ctx.now()
    deputies = say(", ").join(d.person for d in post.deputies) or "–"
    relief = post.relief[0] if post.relief else None
    then = say("{person} from {time}", person=relief.person, time=desk.clock_text(relief.start)) if relief else "–"
    if post.holder is None:
        state = say("called: {person}", person=called) if called else say("vacant")
        empty = look.Cell(state, "watch" if called else "bad", framed=True)
        return [say.of(post.title), empty, "–", "–", then, deputies]
    return [
        say.of(post.title),
        post.holder.person,
        say("{hours} h", hours=f"{post.in_role(now).total_seconds() / 3600:.1f}"),
        look.Cell(desk.clock_text(post.rest_due), post.tone(now, found.rules)),
        then,
        deputies,
    ]


def _acts(desk: Desk, found: Organisation) -> None:
    """One post, and what can be done with it."""
    say = desk.say
    by_role = {post.role: post for group in found.groups for post in group.posts}
    look.section(say("Change a post"))
    with st.container(border=True):
        chooser, form = st.columns([1, 2.4], gap="medium")
        first = found.vacant[0] if found.vacant else next(iter(by_role))
        role = chooser.selectbox(
            say("Post"),
            list(by_role),
            index=list(by_role).index(first),
            format_func=lambda key: title_of(desk, found, key),
            key=f"post.{found.incident_id}",
        )
        post = by_role[role]
        ways = (
            [N_("Appoint"), N_("Call out"), N_("Add a deputy")]
            if post.vacant
            else [
                N_("Hand over"),
                N_("Relieve"),
                N_("Add a deputy"),
            ]
        )
        way = chooser.radio(say("What"), ways, format_func=say, horizontal=True, label_visibility="collapsed")
        with form, once(f"post-{way}", f"post-{found.incident_id}-{role}-{way}", border=False) as one:
            _form(desk, found, role, way, one)


def _form(desk: Desk, found: Organisation, role: str, way: str, one: Once) -> None:
    say, ctx, key = desk.say, desk.ctx, found.incident_id
    if way == "Relieve":
        standing = next(p.holder for g in found.groups for p in g.posts if p.role == role)
        reason = st.text_input(say("Reason"))
        if st.form_submit_button(say("Relieve {person}", person=standing.person if standing else "–")) and standing:
            done = say("The post is vacant. Ended turns can be taken back in the history below.")
            act(desk, one.taking(lambda: posts.relieve(ctx, key, standing.holding_id, reason)), done)
        return
    label = say("Who is called, in order (one name per line)") if way == "Call out" else say("Person")
    person = st.text_area(label, height=68) if way == "Call out" else st.text_input(label)
    note = ""
    if way == "Hand over":
        note = st.text_area(say("What they must know (goes into the record)"), height=68)
    if not st.form_submit_button(say(way), type="primary"):
        return
    if way == "Appoint":
        done = say("{person} holds the post now.", person=person)
        act(desk, one.taking(lambda: posts.appoint(ctx, key, role, person)), done)
    elif way == "Add a deputy":
        done = say("{person} deputises.", person=person)
        act(desk, one.taking(lambda: posts.appoint(ctx, key, role, person, deputy=True)), done)
    elif way == "Hand over":
        done = say("Offered to {person}; command changes when they take it.", person=person)
        act(desk, one.taking(lambda: posts.offer_handover(ctx, key, role, person, note)), done)
    else:
        names = tuple(person.splitlines())
        done = say("Called; the answer is awaited above.")
        act(desk, one.taking(lambda: callouts.call_out(ctx, key, role, names)), done)


def _history(desk: Desk, found: Organisation, calls: tuple[Call, ...]) -> None:
    say = desk.say
    if not found.past and not calls and not found.commands:
        return
    with st.expander(say("History: who held which post, who was called")):
        _commands(desk, found)
        rows: list[list[str | look.Cell]] = [
            [
                desk.clock_text(h.since),
                desk.clock_text(h.until),
                title_of(desk, found, h.role),
                h.person,
                say(_ENDS[h.ended]) if h.ended in _ENDS else h.ended,
                h.note or "–",
            ]
            for h in reversed(found.past)
        ]
        if rows:
            heads = [say("From"), say("Until"), say("Post"), say("Person"), say("Ended"), say("Hand-over note")]
            look.table(heads, rows)
            last = max(found.past, key=lambda h: (h.until or h.since, h.holding_id))
            if last.ended not in ("handed over", "moved", "led"):
                label = say("Put {person} back", person=last.person)
                if st.button(label, key="reinstate"):
                    done = say("{person} holds the post now.", person=last.person)
                    act(desk, lambda: posts.reinstate(desk.ctx, found.incident_id, last.holding_id), done)
        if calls:
            look.table(
                [say("Asked"), say("Post"), say("Person"), say("Answer"), say("Note")],
                [
                    [
                        desk.clock_text(c.asked_at),
                        title_of(desk, found, c.role),
                        c.person,
                        say(_ANSWERS[c.state]) + (f" {desk.clock_text(c.answered_at)}" if c.answered_at else ""),
                        c.note or "–",
                    ]
                    for c in calls
                ],
            )


def _commands(desk: Desk, found: Organisation) -> None:
    """Who commanded this incident at which level when."""
    say = desk.say
    if not found.commands:
        return
    led = any(one.led for one in found.commands)
    where = {i.incident_id: say.of(i.title) for i in every_incident(desk.ctx)} if led else {}
    rows: list[list[str | look.Cell]] = [
        [
            desk.clock_text(one.since),
            desk.clock_text(one.until),
            one.person,
            _level(desk, one),
            where.get(one.held_at, one.held_at) if one.led else "–",
            one.note or "–",
        ]
        for one in reversed(found.commands)
    ]
    heads = [say("From"), say("Until"), say("In command"), say("Level"), say("Led by"), say("Hand-over note")]
    look.table(heads, rows)


def _level(desk: Desk, one: CommandStretch) -> str:
    mark = LEVEL_MARK.get(one.level or 0, "–")
    return desk.say("{level}, provisional", level=mark) if one.provisional else mark


_ENDS = {
    "relieved": N_("relieved"),
    "handed over": N_("handed over"),
    "moved": N_("took the post itself"),
    "stood down": N_("stood down"),
    "led": N_("led by another incident"),
}
_ANSWERS = {
    "asked": N_("awaited"),
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "silent": N_("no answer"),
    "withdrawn": N_("withdrawn"),
}
