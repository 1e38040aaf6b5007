"""The course of one slot after its plan is published: called → acknowledged → on site → released.

A person may decline instead, or be called back when the plan changes. What ends keeps its key for the shift:
whoever was released or declined is free again from the next shift on, not for another place in this one.
"""

from __future__ import annotations

from collections.abc import Mapping

from emergency.texts import N_

CALLED, ACKNOWLEDGED, ON_SITE = "called", "acknowledged", "on_site"
RELEASED, DECLINED, RECALLED = "released", "declined", "recalled"
# Somebody counts on them; the others are done.
LIVE = (CALLED, ACKNOWLEDGED, ON_SITE)
ENDED = (RELEASED, DECLINED, RECALLED)
# Ended by what they did themselves: not to be sent out again within the shift.
SPENT = (RELEASED, DECLINED)

# Act -> (states it begins in, state it leads to).
ACTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "acknowledge": ((CALLED,), ACKNOWLEDGED),
    "arrive": ((CALLED, ACKNOWLEDGED), ON_SITE),  # who has arrived has answered
    "release": ((ACKNOWLEDGED, ON_SITE), RELEASED),
    "decline": ((CALLED, ACKNOWLEDGED), DECLINED),
}

STATE_NAMES: Mapping[str, str] = {
    CALLED: N_("called out"),
    ACKNOWLEDGED: N_("acknowledged"),
    ON_SITE: N_("on site"),
    RELEASED: N_("released"),
    DECLINED: N_("cannot come"),
    RECALLED: N_("called back"),
}
"""State -> what it is called."""


def after(state: str, act: str) -> str | None:
    """The state an act leads to, or None where it cannot be done in this state."""
    begins, ends = ACTS[act]
    return ends if state in begins else None
