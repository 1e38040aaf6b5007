"""Opening a workspace and making the context every other call is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from emergency.domain.drill.clock import DrillClock, jump, pause, resume, set_speed, standing_at
from emergency.domain.workspace import Profile
from emergency.library.frozen import frozen
from emergency.service.alert_places import place_again
from emergency.service.context import (
    Actor,
    Clock,
    Content,
    Context,
    ExerciseNotifier,
    LiveNotifier,
    Refused,
    WallClock,
)
from emergency.store.store import Store, read_setting, write_setting
from emergency.texts import N_, Message

FILES = "drill.files"  # setting of a drill's workspace: its files as they were at the start
SYSTEM = Actor("system", "System", "system")

LIVE = Profile(
    kind="live",
    title={"en": "Live", "zh": "实战"},
    region_set="cn",
    region_level="city",
    timezone="Asia/Shanghai",
    currency="CNY",
)
# What the live workspace becomes when its first claims lie in another country.
LIVE_BY_REGIONS: Mapping[str, Mapping[str, Any]] = {
    "us": {
        "region_level": "county",
        "timezone": "America/Chicago",
        "currency": "USD",
        # The contiguous states; Alaska reaches across 180° and would make the first view the whole world.
        "view": (-125.0, 24.3, -66.8, 49.5),
    },
    "cn": {"region_level": "city", "timezone": "Asia/Shanghai", "currency": "CNY", "view": None},
}


@dataclass(frozen=True)
class WorkspaceClock:
    """The wall clock seen through a demo's or drill's own clock."""

    setting: DrillClock
    wall: Clock

    def now(self) -> datetime:
        return self.setting.now(self.wall.now())


def context(content: Content, workspace: str, actor: Actor, wall: Clock | None = None) -> Context:
    """A context on a workspace that exists; the live one is made when it is first asked for.

    Raises:
        Refused: no such workspace.
    """
    if workspace != "live" and not content.workspaces.exists(workspace):
        gaps = {"workspace": workspace, "known": ", ".join(content.workspaces.names()) or "–"}
        text = N_("there is no workspace {workspace}; known: {known}. `emergency demo` makes the demos")
        raise Refused(Message(text, gaps))
    store = content.workspaces.open(workspace)
    profile = _profile(store)
    clock = _clock(store, wall or WallClock())
    content = _as_begun(content, store) if profile.kind == "drill" else content
    notifier = ExerciseNotifier() if profile.kind == "drill" else LiveNotifier()
    return Context(actor, clock, store, notifier, content, profile)


def on_time(ctx: Context) -> Context:
    """The same context by the workspace's clock as it is set now: a director may have moved it since."""
    if ctx.profile.kind == "live":
        return ctx
    wall = ctx.clock.wall if isinstance(ctx.clock, WorkspaceClock) else ctx.clock
    return replace(ctx, clock=_clock(ctx.store, wall))


def _as_begun(content: Content, store: Store) -> Content:
    """A drill goes on by the script, the plan and the rules it began with."""
    texts: dict[str, str] = {name.split(" ")[0]: text for name, text in store.setting(FILES, {}).items()}
    if texts.keys() < {"drill", "playbook", "rules"} or not all(texts.values()):
        return content
    return replace(content, library=frozen(content.library, texts["drill"], texts["playbook"], texts["rules"]))


def _profile(store: Store) -> Profile:
    raw = store.setting("profile")
    return Profile.from_json(raw) if raw else LIVE


def _clock(store: Store, wall: Clock) -> Clock:
    raw = store.setting("clock")
    return WorkspaceClock(DrillClock.from_json(raw), wall) if raw else wall


def describe_workspaces(content: Content) -> list[tuple[str, Profile]]:
    """Every workspace with its profile: live first, then demos, then drills."""
    names = set(content.workspaces.names()) | {"live"}
    found = [(name, _profile(content.workspaces.open(name))) for name in names]
    order = {"live": 0, "demo": 1, "drill": 2}
    return sorted(found, key=lambda item: (order[item[1].kind], item[0]))


def save_profile(ctx: Context, profile: Profile, clock_at: datetime | None = None) -> Context:
    """Write a workspace's profile, and for a demo the instant at which its clock stands."""
    with ctx.store.write() as connection:
        write_setting(connection, "profile", profile.to_json())
        if clock_at is not None:
            write_setting(connection, "clock", standing_at(clock_at).to_json())
    described = context(ctx.content, ctx.store.name, ctx.actor)
    with ctx.store.write() as connection:
        described.record(connection, "workspace.describe", ctx.store.name, {"profile": profile.to_json()})
    place_again(described)
    return described


def move_clock(ctx: Context, act: str, value: Any = None) -> Context:
    """Move a demo's clock: pause, resume, speed, jump (forward only) or set (also back).

    Raises:
        Refused: the live workspace, whose clock is the wall's.
    """
    if ctx.profile.kind == "live":
        raise Refused(Message("the live workspace keeps real time; open a demo or a drill to move its clock"))
    wall = ctx.clock.wall if isinstance(ctx.clock, WorkspaceClock) else WallClock()
    now = wall.now()
    with ctx.store.write() as connection:
        clock = DrillClock.from_json(read_setting(connection, "clock"))
        moved = {
            "pause": lambda: pause(clock, now),
            "resume": lambda: resume(clock, now),
            "speed": lambda: set_speed(clock, now, float(value)),
            "jump": lambda: jump(clock, now, value),
            "set": lambda: standing_at(value),
        }[act]()
        write_setting(connection, "clock", moved.to_json())
        ctx.record(connection, "clock.move", ctx.store.name, {"act": act, "value": str(value)})
    return context(ctx.content, ctx.store.name, ctx.actor, wall)


def live_profile_for(region_set: str) -> Profile:
    return replace(LIVE, region_set=region_set, **LIVE_BY_REGIONS[region_set])


def watermark(profile: Profile) -> Message | None:
    if profile.kind == "drill":
        return Message(N_("【演练】EXERCISE – nothing here reaches the real world"))
    return None
