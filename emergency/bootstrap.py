"""Puts one running console together from its settings; the only place that knows all rooms."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial

from emergency.config import Config
from emergency.geo.china import ExtraMissing
from emergency.geo.regions import RegionSets
from emergency.library import Library
from emergency.service.context import Actor, Content, Context
from emergency.service.import_jobs import ImportJobs
from emergency.service.playbook_house import ApprovedPlans
from emergency.service.running import context
from emergency.store.store import Workspaces


@dataclass(frozen=True)
class Running:
    """What a server's lifespan, a command or a test holds while it lives."""

    config: Config
    content: Content
    lock: threading.Lock = field(default_factory=threading.Lock)
    imports: ImportJobs = field(default_factory=ImportJobs)

    def context(self, workspace: str, actor: Actor) -> Context:
        # Making a workspace's tables twice at once would be wasteful, not wrong.
        with self.lock:
            return context(self.content, workspace, actor)

    def close(self) -> None:
        self.imports.close()  # each ends after the chunk in hand
        self.content.workspaces.close()


def build(config: Config | None = None) -> Running:
    """Open the stores and read the content of an installation."""
    config = config or Config.from_environment()
    config.home.mkdir(parents=True, exist_ok=True)
    workspaces = Workspaces(config.home, config.database_url)
    regions = RegionSets(config.data / "regions", config.home)
    content = Content(
        library=Library(config.content, config.home, ApprovedPlans(workspaces), partial(codes_beside, regions)),
        regions=regions,
        data=config.data,
        home=config.home,
        workspaces=workspaces,
        channels=config.channels,
    )
    return Running(config, content)


def codes_beside(regions: RegionSets, code: str) -> Collection[str]:
    """All codes of the map that a code of this length belongs to; empty where that map is not here."""
    try:
        found = regions.get("cn" if len(code) == 6 else "us")
    except (LookupError, ExtraMissing):
        return ()
    return sorted({one for level in found.levels for one in found.codes(level)})


_running: Running | None = None


def start(config: Config | None = None) -> Running:
    """Build once for this process; the lifespan of the server calls it."""
    global _running
    if _running is None:
        _running = build(config)
    return _running


def running() -> Running:
    """What the server's lifespan built.

    Raises:
        RuntimeError: no server is running in this process.
    """
    if _running is None:
        raise RuntimeError("the console has not been started; use `emergency serve` (or bootstrap.start() in a test)")
    return _running


def stop() -> None:
    global _running
    if _running is not None:
        _running.close()
        _running = None
