"""Where a person sits: their language, the workspace before them, and the context of their acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from emergency import bootstrap
from emergency.bootstrap import Running
from emergency.console.components import name_keeper
from emergency.domain.incident import Incident
from emergency.domain.money import short_money
from emergency.service.authority import COORDINATOR, roles_elsewhere, roles_for
from emergency.service.context import Actor, Context
from emergency.service.drill_seats import Seat
from emergency.service.record_words import NAMELESS
from emergency.service.response import every_incident
from emergency.service.running import describe_workspaces
from emergency.texts import LANGUAGES, N_, Speaker, speaker

# A field for a day takes any of these and the acts say what is wrong with one: Streamlit says so in English only.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
# The names of the rooms in the address bar and in "needs you" cards.
ROOMS = {
    "situation": N_("Situation"),
    "response": N_("Response"),
    "reports": N_("Reports"),
    "tasks": N_("Tasks"),
    "organisation": N_("Organisation"),
    "measures": N_("Relief measures"),
    "words": N_("Bulletins"),
    "intake": N_("Intake"),
    "allocation": N_("Allocation"),
    "pool": N_("Pool"),
    "playbooks": N_("Playbooks"),
    "drills": N_("Drills"),
    "review": N_("Review"),
    "drill_desk": N_("Drill desk"),
    "journal": N_("Journal"),
}
# How the sidebar groups them: the name of a group, and its rooms in order.
GROUPS = (
    (N_("Command"), ("situation", "response", "reports", "tasks", "organisation", "measures", "words")),
    (N_("Claims and forces"), ("intake", "allocation", "pool")),
    (N_("Prepare and learn"), ("playbooks", "drills", "drill_desk", "review", "journal")),
)
# Where a room leads to a workspace: its field stands in the sidebar, which is drawn before any room.
ASKED = "workspace-asked"


@dataclass(frozen=True)
class Desk:
    """One person's view for one run of a page."""

    say: Speaker
    ctx: Context
    running: Running
    seat: Seat | None = None  # of this browser, in a drill that people play
    in_drill: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.ctx.profile.timezone)

    def clock_text(self, instant: datetime | None, *, day: bool = True) -> str:
        """An instant as the people of this workspace read it on their wall."""
        if instant is None:
            return "–"
        local = instant.astimezone(self.zone)
        if not day:
            return f"{local:%H:%M}"
        if self.say.language == "zh_CN":
            # Of another year than the workspace's own the year stands there: 7月20日 of 2021 is not this July's.
            year = "" if local.year == self.ctx.now().astimezone(self.zone).year else f"{local.year}年"
            return f"{year}{local.month}月{local.day}日 {local:%H:%M}"
        return f"{local.day} {local:%b %Y %H:%M}"

    def money(self, minor: int, currency: str | None = None) -> str:
        """Money short enough for a strip: $1.12 bn, ¥58.27 亿."""
        return self.say.of(short_money(minor, currency or self.ctx.profile.currency))

    def region(self, code: str | None) -> str:
        if not code:
            return self.say("no place")
        if not self.ctx.regions.known(code):
            return self.say("{code}, outside this map", code=code)
        return self.ctx.regions.label(code, self.say.language)

    def incident(self) -> Incident | None:
        """The incident chosen in the sidebar, else the first open one."""
        known = every_incident(self.ctx)
        chosen = st.session_state.get(incident_key(self.ctx.store.name))
        found = next((i for i in known if i.incident_id == chosen), None)
        return found or next((i for i in known if i.is_open), None) or (known[0] if known else None)


def browser_language() -> str:
    """简体中文 for a Chinese browser, English for every other."""
    locale = (st.context.locale or "").lower()
    return "zh_CN" if locale.startswith("zh") else "en"


def open_desk() -> Desk:
    """The desk of this session; language, workspace and incident stand in the address, so a reload keeps them."""
    running = bootstrap.running()
    asked = st.query_params.get("lang", "")
    if st.session_state.get("language") not in LANGUAGES:  # none yet, or a browser handed back a list it had not drawn
        st.session_state["language"] = asked if asked in LANGUAGES else browser_language()
    language = str(st.session_state["language"])
    names = [name for name, _ in describe_workspaces(running.content)]
    asked = st.session_state.pop(ASKED, "")  # another room led here
    workspace = asked or st.session_state.get("workspace") or st.query_params.get("workspace", "")
    if workspace not in names:
        fitting = "zhengzhou" if language == "zh_CN" else "harvey"
        workspace = fitting if fitting in names else "live"
    st.session_state["workspace"] = workspace
    _remember(workspace)
    desk = _desk(running, speaker(language), workspace)
    _keep_address(desk, language, workspace)
    return desk


def _remember(workspace: str) -> None:
    """At the first look of a session: what the address and the browser have kept of the one before."""
    if "roles" not in st.session_state:
        who = name_keeper.known()
        st.session_state["name"], st.session_state["roles"] = who.name, dict(who.roles)
        if asked := st.query_params.get("incident"):
            st.session_state[incident_key(workspace)] = asked
    # A field that was not drawn for once has lost its value.
    st.session_state.setdefault("actor", st.session_state["name"])


def _desk(running: Running, say: Speaker, workspace: str) -> Desk:
    """The role is one that a playbook of the house knows; what a browser says may be of another time."""
    name = st.session_state["actor"].strip() or NAMELESS
    role = st.session_state.get(role_key(workspace)) or st.session_state["roles"].get(workspace, COORDINATOR)
    desk = Desk(say, running.context(workspace, Actor(name, name, role)), running)
    known = role in roles_for(desk.ctx, desk.incident()) or roles_elsewhere(desk.ctx, role)
    if role != COORDINATOR and not known:
        return Desk(say, running.context(workspace, Actor(name, name, COORDINATOR)), running)
    return desk


def _keep_address(desk: Desk, language: str, workspace: str) -> None:
    """Pages come and go, the address stays with the person."""
    kept = {"lang": language, "workspace": workspace}
    key, incident = incident_key(workspace), desk.incident()
    if incident is not None:
        kept["incident"] = incident.incident_id
        if key in st.session_state:
            st.session_state[key] = incident.incident_id  # an address may name one that is not there
    st.query_params.from_dict(kept)


def keep_who(desk: Desk) -> None:
    """The browser remembers the name and the roles as they stand in the fields now."""
    workspace = desk.ctx.store.name
    roles = st.session_state["roles"] | {workspace: st.session_state.get(role_key(workspace)) or COORDINATOR}
    st.session_state["roles"] = roles
    name = st.session_state["name"] = st.session_state["actor"].strip()
    name_keeper.keep(name_keeper.Who(name, roles))


def incident_key(workspace: str) -> str:
    """Where the chosen incident is remembered, one for each workspace."""
    return f"incident.{workspace}"


def role_key(workspace: str) -> str:
    """Where the role a person acts in is remembered, one for each workspace."""
    return f"role.{workspace}"
