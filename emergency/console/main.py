"""The console's frame: sidebar, rooms, and what every room shares."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import streamlit as st

from emergency.console import look
from emergency.console.desk import GROUPS, ROOMS, Desk, open_desk, role_key
from emergency.console.rooms import (
    allocation,
    drills,
    intake,
    journal,
    measures,
    organisation,
    playbooks,
    reports,
    response,
    situation,
    tasks,
    words,
)
from emergency.domain.workspace import Profile
from emergency.service import watch
from emergency.service.authority import COORDINATOR, roles_for
from emergency.service.response import every_incident
from emergency.service.running import describe_workspaces
from emergency.texts import LANGUAGES

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
    "playbooks": ":material/menu_book:",
    "drills": ":material/play_circle:",
    "journal": ":material/receipt_long:",
}
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
    "playbooks": playbooks.show,
    "drills": drills.show,
    "journal": journal.show,
}


log = logging.getLogger(__name__)

# A file of our own: Streamlit would fetch a named icon or an emoji from elsewhere.
EMBLEM = Path(__file__).parent / "emblem.svg"


def console() -> None:
    desk = open_desk()
    st.set_page_config(
        page_title=desk.say("Emergency response"),
        page_icon=str(EMBLEM),
        layout="wide",
        initial_sidebar_state=look.SIDEBAR_PX,
    )
    look.begin()
    _keep_up(desk)
    pages = {
        name: st.Page(
            partial(SHOW[name], desk),
            title=desk.say(title),
            icon=ICONS[name],
            url_path=name if i else "home",
            default=not i,
        )
        for i, (name, title) in enumerate(ROOMS.items())
    }
    first = next(iter(ROOMS))
    # The default page lives at "/"; its own name must not lead to "page not found".
    alias = st.Page(partial(SHOW[first], desk), title=desk.say(ROOMS[first]), url_path=first, visibility="hidden")
    st.session_state["pages"] = pages
    groups = {desk.say(title): [pages[name] for name in names] for title, names in GROUPS}
    groups[desk.say(GROUPS[0][0])].append(alias)
    chosen = st.navigation(groups)
    _sidebar(desk)
    chosen.run()


def _keep_up(desk: Desk) -> None:
    """What happened since the last look is graded, in demos and drills too; nearly free where nothing did."""
    try:
        watch.keep_up(desk.ctx)
    except Exception:
        log.exception("the levels of %s were not brought up to date; it is tried again", desk.ctx.store.name)


def _sidebar(desk: Desk) -> None:
    say = desk.say
    with st.sidebar:
        known = describe_workspaces(desk.running.content)
        titles = {name: _workspace_title(desk, name, profile) for name, profile in known}
        st.selectbox(say("Workspace"), list(titles), key="workspace", format_func=lambda name: titles.get(name, name))
        incidents = every_incident(desk.ctx)
        if len(incidents) > 1:
            st.selectbox(
                say("Incident"),
                [i.incident_id for i in incidents],
                key=f"incident.{desk.ctx.store.name}",
                format_func=lambda key: say.of(next(i.title for i in incidents if i.incident_id == key)),
            )
        st.text_input(say("You act as"), key="actor", help=say("Your name goes into the journal with every act."))
        _role(desk)
        st.segmented_control(
            "语言 · Language",
            list(LANGUAGES),
            key="language",
            help=" · ".join(LANGUAGES.values()),
            format_func=lambda code: SHORT[code],
            required=True,
        )


def _role(desk: Desk) -> None:
    """The roles of the open playbook, its authorities and their deputies."""
    roles = roles_for(desk.ctx, desk.incident())
    key = role_key(desk.ctx.store.name)
    if st.session_state.get(key) not in roles:
        st.session_state[key] = desk.ctx.actor.role if desk.ctx.actor.role in roles else COORDINATOR
    st.selectbox(
        desk.say("In the role of"),
        list(roles),
        key=key,
        format_func=lambda role: desk.say.of(roles[role]),
        help=desk.say("Who confirms a level is said by the plan; a deputy may once their time has come."),
    )


def _workspace_title(desk: Desk, name: str, profile: Profile) -> str:
    title = desk.say.of(profile.title)
    return f"{desk.say('Drill')} · {title}" if profile.kind == "drill" else title


if __name__ == "__main__":
    console()
