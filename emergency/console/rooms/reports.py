"""Reports: what is owed to whom by when, and what was handed in."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.console.rooms import frame


def show(desk: Desk) -> None:
    frame.header(desk, desk.say("Reports"))
