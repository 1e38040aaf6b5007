"""Forms that keep what was typed until it is taken, and instants that stay as a person set them.

Streamlit knows a field by its key; without one it is known by its label and first value, and a first value of "now"
makes another field of it each minute. So every field here has a key, counted up once the form has been taken: a
refused form stands as it was, a taken one is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from emergency.console.desk import FIRST_DAY, LAST_DAY, Desk

TURNS = "once-form."


@dataclass(frozen=True)
class Once:
    """One form as it stands; ``key`` names it until it is taken, and begins the key of every field with one."""

    name: str
    key: str

    def taking(self, act: Callable[[], object]) -> Callable[[], object]:
        """The act, and the form emptied where it was not refused."""

        def taken() -> object:
            found = act()
            self.done()
            return found

        return taken

    def done(self) -> None:
        """It was taken: the next one begins empty."""
        st.session_state[TURNS + self.name] = _turn(self.name) + 1


def _turn(name: str) -> int:
    return int(st.session_state.get(TURNS + name, 0))


def named(name: str) -> Once:
    """The form of this name as it stands now."""
    return Once(name, f"{name}-{_turn(name)}")


@contextmanager
def once(label: str, name: str = "", *, border: bool = True) -> Iterator[Once]:
    """A form that is emptied by `Once.done` alone.

    Args:
        label: first part of its key, for style sheets and tests.
        name: what it is counted under; ``label`` where left out.
    """
    found = named(name or label)
    with st.form(f"{label}-{_turn(found.name)}", border=border):
        yield found


def first(key: str, value: datetime) -> datetime:
    """What a field begins with: said once, and the same at every later draw of it."""
    kept: datetime = st.session_state.setdefault(f"{key}.first", value)
    return kept


def instant(
    desk: Desk,
    key: str,
    day: str,
    time: str,
    *,
    ahead: bool = False,
    start: datetime | None = None,
    places: Sequence[Any] = (),
) -> datetime:
    """Day and time in the workspace's own zone; as set, or ``start`` (now) where nobody touched it.

    Args:
        ahead: an instant to come may be chosen.
        places: the two columns it stands in; two of its own where left out.
    """
    now = desk.ctx.now().astimezone(desk.zone)
    begun = first(key, (start or now).astimezone(desk.zone).replace(second=0, microsecond=0))
    left, right = places or st.columns(2)
    last = LAST_DAY if ahead else max(now, begun).date()
    on = left.date_input(day, begun.date(), key=f"{key}.day", min_value=FIRST_DAY, max_value=last)
    at = right.time_input(time, begun.time(), key=f"{key}.time", step=60)
    if not ahead and (on, at) == (begun.date(), begun.time()):
        return now  # untouched means now, whenever it is sent
    found = datetime.combine(on, at, tzinfo=desk.zone)
    return found if ahead else min(found, now)
