"""Where a person sits: their language, the workspace before them, and the context of their acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from emergency import bootstrap
from emergency.bootstrap import Running
from emergency.domain.incident import Incident
from emergency.service.authority import COORDINATOR
from emergency.service.context import Actor, Context
from emergency.service.response import every_incident
from emergency.service.running import describe_workspaces
from emergency.texts import LANGUAGES, N_, Speaker, speaker

CURRENCY_MARKS = {"USD": "$", "CNY": "¥"}
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
    "playbooks": N_("Playbooks"),
    "drills": N_("Drills"),
    "journal": N_("Journal"),
}
# How the sidebar groups them: the name of a group, and its rooms in order.
GROUPS = (
    (N_("Command"), ("situation", "response", "reports", "tasks", "organisation", "measures", "words")),
    (N_("Claims and forces"), ("intake", "allocation")),
    (N_("Prepare and learn"), ("playbooks", "drills", "journal")),
)


@dataclass(frozen=True)
class Desk:
    """One person's view for one run of a page."""

    say: Speaker
    ctx: Context
    running: Running

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
            return f"{local.month}月{local.day}日 {local:%H:%M}"
        return f"{local.day} {local:%b %Y %H:%M}"

    def money(self, minor: int, currency: str | None = None) -> str:
        """Money short enough for a strip: $1.12 bn, ¥58.27 亿."""
        mark = CURRENCY_MARKS.get(currency or self.ctx.profile.currency, "")
        amount = minor / 100
        steps = ((1e8, "亿"), (1e4, "万")) if self.say.language == "zh_CN" else ((1e9, " bn"), (1e6, " M"), (1e3, " k"))
        for size, word in steps:
            if abs(amount) >= size:
                return f"{mark}{amount / size:,.2f}{word}"
        return f"{mark}{amount:,.0f}"

    def region(self, code: str | None) -> str:
        if not code:
            return self.say("no place")
        return self.ctx.regions.name(code, self.say.language) if self.ctx.regions.known(code) else code

    def incident(self) -> Incident | None:
        """The incident chosen in the sidebar, else the first open one."""
        known = every_incident(self.ctx)
        chosen = st.session_state.get(f"incident.{self.ctx.store.name}")
        found = next((i for i in known if i.incident_id == chosen), None)
        return found or next((i for i in known if i.is_open), None) or (known[0] if known else None)


def browser_language() -> str:
    """简体中文 for a Chinese browser, English for every other."""
    locale = (st.context.locale or "").lower()
    return "zh_CN" if locale.startswith("zh") else "en"


def open_desk() -> Desk:
    """The desk of this session; language and workspace stand in the address, so a reload keeps them."""
    running = bootstrap.running()
    asked = st.query_params.get("lang", "")
    language = st.session_state.setdefault("language", asked if asked in LANGUAGES else browser_language())
    names = [name for name, _ in describe_workspaces(running.content)]
    workspace = st.session_state.get("workspace") or st.query_params.get("workspace", "")
    if workspace not in names:
        fitting = "zhengzhou" if language == "zh_CN" else "harvey"
        workspace = fitting if fitting in names else "live"
    st.session_state["workspace"] = workspace
    # Pages come and go, the address stays with the person.
    st.query_params.from_dict({"lang": language, "workspace": workspace})
    say = speaker(language)
    actor = st.session_state.setdefault("actor", say("Coordinator"))
    role = st.session_state.get(role_key(workspace)) or COORDINATOR
    return Desk(say, running.context(workspace, Actor(actor, actor, role)), running)


def role_key(workspace: str) -> str:
    """Where the role a person acts in is remembered, one for each workspace."""
    return f"role.{workspace}"
