"""The console's frame: sidebar, rooms, and what every room shares."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.components import name_keeper
from emergency.console.desk import GROUPS, ROOMS, Desk, incident_key, keep_who, open_desk, role_key
from emergency.console.rooms import (
    allocation,
    drill_desk,
    drills,
    frame,
    intake,
    journal,
    measures,
    organisation,
    playbooks,
    pool,
    pressed,
    reports,
    response,
    review,
    situation,
    tasks,
    words,
)
from emergency.console.rooms.kept import keep_choices
from emergency.domain.workspace import Profile
from emergency.service import watch
from emergency.service.authority import COORDINATOR, roles_elsewhere, roles_for
from emergency.service.context import FileFaults
from emergency.service.response import every_incident
from emergency.service.running import describe_workspaces
from emergency.texts import LANGUAGES, N_, Speaker, speaker

ICONS = {
    "situation": ":material/radar:",
    "response": ":material/assignment:",
    "reports": ":material/schedule:",
    "tasks": ":material/checklist:",
    "organisation": ":material/groups:",
    "measures": ":material/volunteer_activism:",
    "words": ":material/campaign:",
    "intake": ":material/download:",
    "allocation": ":material/swap_horiz:",
    "pool": ":material/inventory_2:",
    "playbooks": ":material/menu_book:",
    "drills": ":material/play_circle:",
    "review": ":material/fact_check:",
    "drill_desk": ":material/timer:",
    "journal": ":material/receipt_long:",
}
FEW = 3  # faults of a file that are told; the command line tells them all
# Letters of a title that the field in the sidebar has room for.
TITLE_ROOM = {"en": 13, "zh_CN": 8}
# The language's own name is in the tooltip; the sidebar is narrow.
SHORT = {"en": "EN", "zh_CN": "中文"}
SHOW = {
    "situation": situation.show,
    "response": response.show,
    "reports": reports.show,
    "tasks": tasks.show,
    "organisation": organisation.show,
    "measures": measures.show,
    "words": words.show,
    "intake": intake.show,
    "allocation": allocation.show,
    "pool": pool.show,
    "playbooks": playbooks.show,
    "drills": drills.show,
    "review": review.show,
    "drill_desk": drill_desk.show,
    "journal": journal.show,
}


log = logging.getLogger(__name__)

# A file of our own: Streamlit would fetch a named icon or an emoji from elsewhere.
EMBLEM = Path(__file__).parent / "emblem.svg"


def console() -> None:
    pressed.begin_run()
    desk = drill_seat.seated(open_desk())
    st.set_page_config(
        page_title=desk.say("Emergency response"),
        page_icon=str(EMBLEM),
        layout="wide",
        initial_sidebar_state=look.SIDEBAR_PX,
    )
    look.begin(desk.say)
    _keep_up(desk)
    pages = {
        name: st.Page(
            partial(_room, desk, name),
            title=desk.say(title),
            icon=ICONS[name],
            url_path=name if i else "home",
            default=not i,
        )
        for i, (name, title) in enumerate(ROOMS.items())
    }
    first = next(iter(ROOMS))
    # The default page lives at "/"; its own name must not lead to "page not found".
    alias = st.Page(partial(_room, desk, first), title=desk.say(ROOMS[first]), url_path=first, visibility="hidden")
    st.session_state["pages"] = pages
    groups = {desk.say(title): [pages[name] for name in names] for title, names in GROUPS}
    groups[desk.say(GROUPS[0][0])].append(alias)
    chosen = st.navigation(groups, expanded=True)
    keep_choices(chosen.url_path, desk.say.language)
    _sidebar(desk)
    chosen.run()


def _room(desk: Desk, name: str) -> None:
    """A room; one that fails says so in both languages, and what to do, in place of a bare error of the machine."""
    try:
        if drill_seat.told_here(desk):
            frame.bare(desk, desk.say(ROOMS[name]), "")
            st.info(desk.say(drill_seat.PLAYS_IT))
        else:
            SHOW[name](desk)
    except Exception as fault:
        log.exception("room %s of %s could not be drawn", name, desk.ctx.store.name)
        other = speaker(next(code for code in LANGUAGES if code != desk.say.language))
        for say in (desk.say, other):
            look.notice("error", _failed(say, name, fault))
        st.button(desk.say("Show it again"), key=f"again-{name}")


def _failed(say: Speaker, name: str, fault: Exception) -> str:
    if isinstance(fault, FileFaults):
        broken = "; ".join(one.spoken(say) for one in fault.faults[:FEW])
        return say(
            "{room} needs a file of rules that is not in order: {faults}. Mend it and show the room again; the other "
            "rooms go on, and nothing is lost.",
            room=say(ROOMS[name]),
            faults=broken,
        )
    text = N_(
        "{room} cannot be shown just now; nothing is lost and the other rooms go on. Show it again; if it stays so, "
        "look at the figures entered last in the Journal and enter the odd one anew. For whoever looks after "
        "the server: {fault}, details in its log."
    )
    return say(text, room=say(ROOMS[name]), fault=type(fault).__name__)


def _keep_up(desk: Desk) -> None:
    """What happened since the last look is graded, in demos and drills too; nearly free where nothing did."""
    try:
        # Whoever looks, it is the console itself that grades: also for those who only watch a drill.
        watch.keep_up(replace(desk.ctx, may_act=True))
    except Exception:
        log.exception("the levels of %s were not brought up to date; it is tried again", desk.ctx.store.name)


def _sidebar(desk: Desk) -> None:
    say = desk.say
    with st.sidebar:
        known = describe_workspaces(desk.running.content)
        titles = told_apart({name: _workspace_title(desk, name, profile) for name, profile in known})
        if desk.in_drill:
            drill_seat.strip(desk)
        st.selectbox(say("Workspace"), list(titles), key="workspace", format_func=lambda name: titles.get(name, name))
        incidents = every_incident(desk.ctx)
        if len(incidents) > 1:
            named = told_apart({i.incident_id: say.of(i.title) for i in incidents})
            key = incident_key(desk.ctx.store.name)
            st.selectbox(say("Incident"), list(named), key=key, format_func=lambda id_: named.get(id_, id_))
            if (incident := desk.incident()) and len(title := say.of(incident.title)) > TITLE_ROOM[say.language]:
                st.caption(look.plain(title))  # the field cuts it
        if desk.seat is not None:  # who sits in a drill said their name when they sat down
            st.caption(look.plain(say("You sit here as {person}", person=desk.seat.person)))
        else:
            st.text_input(
                say("You act as"),
                key="actor",
                max_chars=name_keeper.MOST_SIGNS,
                placeholder=say("your name"),
                help=say("Your name goes into the journal with every act."),
            )
        _role(desk)
        keep_who(desk)
        st.segmented_control(
            "语言 · Language",
            list(LANGUAGES),
            default=desk.say.language,
            key="language",
            help=" · ".join(LANGUAGES.values()),
            format_func=lambda code: SHORT[code],
            required=True,
        )


def _role(desk: Desk) -> None:
    """The roles of the open playbook, its authorities and their deputies; and the one held before, of another plan."""
    roles = roles_for(desk.ctx, desk.incident())
    if desk.ctx.actor.role not in roles:
        roles |= roles_elsewhere(desk.ctx, desk.ctx.actor.role)
    roles = drill_seat.roles(desk, roles)
    key = role_key(desk.ctx.store.name)
    if st.session_state.get(key) not in roles:
        st.session_state[key] = desk.ctx.actor.role if desk.ctx.actor.role in roles else COORDINATOR
    st.selectbox(
        desk.say("In the role of"),
        list(roles),
        list(roles).index(st.session_state[key]),
        key=key,
        format_func=lambda role: desk.say.of(roles[role]),
        help=desk.say("Who confirms a level is said by the plan; a deputy may once their time has come."),
    )


def told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles by id, with the id behind those that are alike: a list gives back the first of two of the same words."""
    count = Counter(titles.values())
    return {key: f"{title} · {key}" if count[title] > 1 else title for key, title in titles.items()}


def _workspace_title(desk: Desk, name: str, profile: Profile) -> str:
    title = desk.say.of(profile.title)
    return f"{desk.say('Drill')} · {title}" if profile.kind == "drill" else title


if __name__ == "__main__":
    console()
