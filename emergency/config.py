"""Settings of one installation, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Config:
    """Where things are kept and what may leave the machine.

    Attributes:
        home: folder for stores, regions, rejects, outgoing messages (``EMERGENCY_HOME``).
        database_url: SQLAlchemy address of a PostgreSQL database, or None for SQLite files
            in ``home`` (``EMERGENCY_DATABASE_URL``; ``sqlite:///…`` names the file of the live store).
        content: the project folder with ``playbooks/``, ``drills/`` and ``data/``.
        alert_folder: alert files dropped here are taken into the live workspace (``EMERGENCY_ALERT_FOLDER``).
        alert_feeds: addresses of alert lists to ask for news, separated by blanks; empty = nothing is
            fetched (``EMERGENCY_ALERT_FEEDS``).
        alert_hosts: servers, beside a list's own, whose documents are read where such a list links to them:
            ``https://host`` or the host alone, separated by blanks (``EMERGENCY_ALERT_HOSTS``).
        channels: file that says how messages leave, see docs; without it they become files in
            ``home/outgoing`` (``EMERGENCY_CHANNELS``).
        executor: where sweeps of drills run: empty = processes of this machine, ``tcp://host:8786`` = the Dask
            cluster with that scheduler (``EMERGENCY_EXECUTOR``).
        tile_url: map background; empty = none, nothing is fetched (``EMERGENCY_TILE_URL``).
    """

    home: Path
    database_url: str | None = None
    content: Path = PROJECT
    tile_url: str = ""
    alert_folder: Path | None = None
    alert_feeds: tuple[str, ...] = ()
    alert_hosts: tuple[str, ...] = ()
    channels: Path | None = None
    executor: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        env = os.environ if environment is None else environment
        return cls(
            home=Path(env.get("EMERGENCY_HOME") or Path.home() / ".emergency").expanduser().absolute(),
            database_url=env.get("EMERGENCY_DATABASE_URL") or None,
            tile_url=env.get("EMERGENCY_TILE_URL", ""),
            alert_folder=_folder(env.get("EMERGENCY_ALERT_FOLDER", "")),
            alert_feeds=tuple(env.get("EMERGENCY_ALERT_FEEDS", "").split()),
            alert_hosts=tuple(env.get("EMERGENCY_ALERT_HOSTS", "").split()),
            channels=_folder(env.get("EMERGENCY_CHANNELS", "")),
            executor=env.get("EMERGENCY_EXECUTOR", "").strip(),
        )

    @property
    def data(self) -> Path:
        return self.content / "data"


def _folder(written: str) -> Path | None:
    return Path(written).expanduser().absolute() if written.strip() else None
