"""Bulletins: what is said to whom, from one ledger of facts."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.console.rooms import frame


def show(desk: Desk) -> None:
    frame.header(desk, desk.say("Bulletins"))
