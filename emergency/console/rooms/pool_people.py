"""People of the pool: who can be sent out today and why the others cannot; somebody entered the same day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import FIRST_DAY, LAST_DAY, Desk
from emergency.console.rooms.allocation_words import LINE_NAMES
from emergency.console.rooms.once_form import once
from emergency.console.rooms.task_acts import attempt
from emergency.domain.staffing import ORIGINS, STATUSES
from emergency.service import people_entry
from emergency.service.allocation import bases
from emergency.service.people_entry import ALL_SKILLS, Member, Person
from emergency.texts import N_

UNDO = "people.undo"
GONE = "people.gone"
FILTERS = {
    "": N_("everybody"),
    "ready": N_("in the next proposal"),
    "out": N_("not today"),
    "elsewhere": N_("from outside"),
    "seats": N_("other seats"),
}
SEATS = ("fnol_agent", "it_engineer", "counsellor")
PREFIX = {"own": "P", "external": "X", "mutual_aid": "M"}


def _key(desk: Desk, name: str) -> str:
    return f"{name}.{desk.ctx.store.name}"


def panel(desk: Desk, everyone: Sequence[Member]) -> None:
    left, right = st.columns([1.8, 1], gap="medium")
    with left:
        chosen = _table(desk, _filtered(desk, everyone))
        _status(desk, chosen)
        _undo(desk)
    with right:
        _form(desk, everyone, chosen)
        _rules(desk)


def figures(desk: Desk, everyone: Sequence[Member]) -> None:
    """How many can be sent out today, above the room's views."""
    say = desk.say
    ready = [m for m in everyone if m.why_out is None]
    away = Counter(m.person.origin for m in everyone)
    look.kpi_strip(
        [
            look.Kpi(say("Can be sent out today"), f"{len(ready)}", say("of {n} on the roster", n=len(everyone))),
            look.Kpi(
                say("Not today"),
                f"{len(everyone) - len(ready)}",
                say("at rest, off shift, released or off duty"),
                "watch" if len(everyone) > len(ready) else "plain",
            ),
            look.Kpi(say("From outside"), f"{away['external'] + away['mutual_aid']}", _senders(desk, everyone)),
        ]
    )


def _senders(desk: Desk, everyone: Sequence[Member]) -> str:
    count = Counter(m.person.lender for m in everyone if m.person.origin != "own")
    return desk.say(", ").join(f"{name} {n}" for name, n in count.most_common(3)) or desk.say("nobody")


def _filtered(desk: Desk, everyone: Sequence[Member]) -> list[Member]:
    say, key = desk.say, f"people.view.{desk.ctx.store.name}"
    st.session_state.setdefault(key, "")
    with st.container(horizontal=True, gap="small"):
        view = st.segmented_control(
            say("Show"),
            list(FILTERS),
            key=key,
            required=True,
            format_func=lambda name: say(FILTERS[name]),
            label_visibility="collapsed",
            width="content",
        )
        asked = st.text_input(
            say("Find"), key="people.find", placeholder=say("name or id"), label_visibility="collapsed", width=170
        ).strip()
    found = [m for m in everyone if asked.lower() in f"{m.person.adjuster_id} {m.person.name}".lower()]
    tests = {
        "": lambda m: True,
        "ready": lambda m: m.why_out is None,
        "out": lambda m: m.why_out is not None,
        "elsewhere": lambda m: m.person.origin != "own",
        "seats": lambda m: bool(set(m.person.skills) & set(SEATS)),
    }
    return [m for m in found if tests[view or ""](m)]


def _table(desk: Desk, shown: Sequence[Member]) -> list[Member]:
    """The rows that were marked."""
    say = desk.say
    if not shown:
        st.caption(say("Nobody."))
        return []
    marks = st.dataframe(
        pd.DataFrame([_row(desk, m) for m in shown]),
        key=f"people.rows.{len(shown)}.{sum(m.version for m in shown)}",
        hide_index=True,
        height=min(38 + 35 * len(shown), 420),
        on_select="rerun",
        selection_mode="multi-row",
    )
    return [shown[n] for n in marks["selection"]["rows"] if n < len(shown)]


def _row(desk: Desk, m: Member) -> dict[str, Any]:
    say, one = desk.say, m.person
    pattern = desk.ctx.content.library.staffing().patterns.get(one.pattern)
    limit = "–" if one.authority_minor is None else desk.money(one.authority_minor)
    return {
        say("Person"): one.adjuster_id,
        say("Person's name"): one.name,
        say("Today"): say("in the next proposal") if m.why_out is None else say(m.why_out),
        say("Base"): say.of(m.base),
        say("Skills"): say(", ").join(say(LINE_NAMES[s]) for s in one.skills),
        say("Licences"): ", ".join(one.licences) or "–",
        say("Registration no."): one.registration or "–",
        say("Authority limit"): limit,
        say("Language"): one.language or "–",
        say("Turn"): say.of(pattern.title) if pattern else say("every day"),
        say("From"): say(ORIGINS[one.origin]) + (f" · {one.lender}" if one.lender else ""),
        say("Note"): one.note or "–",
    }


def _status(desk: Desk, chosen: Sequence[Member]) -> None:
    """One word for everybody marked."""
    say = desk.say
    if not chosen:
        st.caption(say("Mark rows to change their status; mark one to change all that is said of it."))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for status, name in STATUSES.items():
            label = say("{n}: {status}", n=len(chosen), status=say(name))
            if st.button(label, key=f"people-{status}"):
                _set(desk, chosen, status, None)
        if st.button(say("{n}: rest until tomorrow 08:00", n=len(chosen)), key="people-rest"):
            _set(desk, chosen, "available", _tomorrow(desk))


def _tomorrow(desk: Desk) -> datetime:
    local = desk.ctx.now().astimezone(desk.zone)
    return datetime.combine(local.date().fromordinal(local.date().toordinal() + 1), time(8), tzinfo=desk.zone)


def _set(desk: Desk, chosen: Sequence[Member], status: str, rest_until: datetime | None) -> None:
    versions = {m.person.adjuster_id: m.version for m in chosen}

    def act() -> None:
        st.session_state[_key(desk, UNDO)] = people_entry.set_status(desk.ctx, versions, status, rest_until)

    attempt(desk, act, desk.say("Status changed for {n} people.", n=len(chosen)))


def _undo(desk: Desk) -> None:
    gone: Person | None = st.session_state.get(_key(desk, GONE))
    if gone and st.button(desk.say("Put {id} back on the roster", id=gone.adjuster_id), key="people-back"):

        def back() -> None:
            people_entry.enter(desk.ctx, gone)
            st.session_state.pop(_key(desk, GONE), None)

        attempt(desk, back, desk.say("{id} is on the roster again.", id=gone.adjuster_id))
    before: tuple[Person, ...] = st.session_state.get(_key(desk, UNDO), ())
    if before and st.button(desk.say("Take the last change back ({n} people)", n=len(before)), key="people-undo"):

        def act() -> None:
            people_entry.put_back(desk.ctx, before)
            st.session_state.pop(_key(desk, UNDO), None)

        attempt(desk, act, desk.say("Taken back."))


def _form(desk: Desk, everyone: Sequence[Member], chosen: Sequence[Member]) -> None:
    """A new person, or the one that is marked."""
    say = desk.say
    known = chosen[0] if len(chosen) == 1 else None
    look.section(say("Change {id}", id=known.person.adjuster_id) if known else say("Somebody new, in the pool at once"))
    depots = {
        b["base_id"]: b["name_zh"] if say.language == "zh_CN" and b["name_zh"] else b["name"] for b in bases(desk.ctx)
    }
    if not depots:
        st.info(say("There is no base yet. Bring in the list of the house below."))
        return
    name = f"person-{known.person.adjuster_id}-{known.version}" if known else "person-new"
    with once(name, border=True) as form:
        person = _fields(desk, form.key, known.person if known else None, depots, everyone)
        if st.form_submit_button(say("Change") if known else say("Enter"), type="primary", key="person-save"):
            _save(desk, form, person, known)
    if known and st.button(say("Take {id} off the roster", id=known.person.adjuster_id), key="person-remove"):
        who = known.person.adjuster_id

        def act() -> None:
            people_entry.remove(desk.ctx, who)
            st.session_state[_key(desk, GONE)] = known.person

        attempt(desk, act, say("{id} is off the roster.", id=who))


def _save(desk: Desk, form: Any, person: Person, known: Member | None) -> None:
    say = desk.say
    if known is None:
        done = say("{name} is on the roster and in the next proposal.", name=person.name) + _unasked(desk, person)
        attempt(desk, form.taking(lambda: people_entry.enter(desk.ctx, person)), done)
        return

    def act() -> None:
        st.session_state[_key(desk, UNDO)] = (people_entry.change(desk.ctx, person, known.version),)

    attempt(desk, form.taking(act), say("Changed.") + _unasked(desk, person))


def _unasked(desk: Desk, person: Person) -> str:
    """What to look at again in what was entered."""
    odd = people_entry.unasked_licences(desk.ctx, person)
    text = N_("No region of this map asks for the licence {licence}; check it.")
    return f" {desk.say(text, licence=desk.say(', ').join(odd))}" if odd else ""


def _fields(desk: Desk, key: str, known: Person | None, depots: dict[str, str], everyone: Sequence[Member]) -> Person:
    say = desk.say
    a, b = st.columns(2)
    origin = a.selectbox(
        say("Where from"),
        list(ORIGINS),
        index=list(ORIGINS).index(known.origin) if known else 1,
        format_func=lambda o: say(ORIGINS[o]),
        key=f"{key}.origin",
    )
    lender = b.text_input(say("Sent by"), known.lender if known else "", key=f"{key}.lender", max_chars=120)
    name = a.text_input(say("Person's name"), known.name if known else "", key=f"{key}.name", max_chars=80)
    places = list(depots)
    base = b.selectbox(
        say("Base"),
        places,
        index=places.index(known.base_id) if known else 0,
        format_func=depots.__getitem__,
        key=f"{key}.base",
    )
    skills = st.multiselect(
        say("Skills"),
        ALL_SKILLS,
        list(known.skills) if known else [],
        format_func=lambda s: say(LINE_NAMES[s]),
        key=f"{key}.skills",
        placeholder=say("choose skills"),
    )
    found = Person(
        _id(everyone, known, origin), name.strip(), base, tuple(skills), origin=origin, lender=lender.strip()
    )
    return _more(desk, key, known, replace(found, status=known.status if known else "available"))


def _id(everyone: Sequence[Member], known: Person | None, origin: str) -> str:
    if known is not None:
        return known.adjuster_id
    return people_entry.next_id({m.person.adjuster_id for m in everyone}, PREFIX[origin])


def _more(desk: Desk, key: str, known: Person | None, found: Person) -> Person:
    say, (a, b) = desk.say, st.columns(2)
    licences = a.text_input(say("Licences"), ", ".join(known.licences) if known else "", key=f"{key}.licences")
    registration = b.text_input(
        say("Registration no."), known.registration if known else "", key=f"{key}.registration", max_chars=80
    )
    limit = None if known is None or known.authority_minor is None else known.authority_minor // 100
    authority = a.number_input(
        say("Authority limit ({currency})", currency=desk.ctx.profile.currency),
        0,
        1_000_000_000_000,
        limit,
        step=10_000,
        key=f"{key}.authority",
        placeholder=say("not said"),
        help=say(
            "Needed for people from outside; 0 where they may settle nothing. Empty for one's own people: no limit."
        ),
    )
    language = b.text_input(say("Language"), known.language if known else "", key=f"{key}.language", max_chars=40)
    patterns = desk.ctx.content.library.staffing().patterns
    turns = ["", *patterns]
    pattern = a.selectbox(
        say("Turn"),
        turns,
        index=turns.index(known.pattern) if known and known.pattern in turns else 0,
        format_func=lambda p: say.of(patterns[p].title) if p else say("every day"),
        key=f"{key}.pattern",
    )
    # A date is wider than half of this form on a narrow screen.
    note = b.text_input(say("Note"), known.note if known else "", key=f"{key}.note", max_chars=200)
    first = st.date_input(
        say("First day of the turn"),
        _day(known.pattern_from if known else ""),
        key=f"{key}.first",
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
    )
    until = st.date_input(
        say("Here until"),
        _day(known.lent_until if known else ""),
        key=f"{key}.until",
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
    )
    return replace(
        found,
        licences=tuple(sorted({word.strip() for word in licences.replace("，", ",").split(",") if word.strip()})),
        registration=registration.strip(),
        authority_minor=None if authority is None else int(authority) * 100,
        language=language.strip(),
        pattern=pattern,
        pattern_from=first.isoformat() if first else "",
        lent_until=until.isoformat() if until else "",
        rest_until_us=known.rest_until_us if known else None,
        note=note.strip(),
    )


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date() if text else None


def _rules(desk: Desk) -> None:
    """What decides who is not sent out, with where it comes from."""
    say, library = desk.say, desk.ctx.content.library
    staffing, duty = library.staffing(), library.duty_rules()
    with st.expander(say("Rest and duty hours: the rules")):
        rows = [
            (
                say("Nobody is sent further, one way"),
                f"{staffing.longest_way.total_seconds() / 3600:g} h",
                "longest_way",
            ),
            (say("Days in a row"), f"{staffing.days_in_a_row}", "days_in_a_row"),
        ]
        told = [[name, value, staffing.sources[row]] for name, value, row in rows]
        told.append([say("Rest after being released"), f"{duty.rest.total_seconds() / 3600:g} h", duty.sources["rest"]])
        told += [
            [say.of(p.title), "".join("●" if d else "○" for d in p.days), p.source] for p in staffing.patterns.values()
        ]
        look.table([say("Rule"), say("Value"), say("Source")], told)
        st.caption(say("They are rows of data/rules/staffing.yaml and duty.yaml; change them there."))
