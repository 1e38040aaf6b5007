"""A report small enough to check by hand: two expectations, one act, one outcome, two decisions."""

from __future__ import annotations

import json
from typing import Any

from emergency.domain.drill.answer import Act, Delivery
from emergency.domain.drill.regret import regret_of
from emergency.domain.drill.review import after_action, timeline
from emergency.domain.drill.scoring import OutcomeValue, score
from tests.domain.drill.scripts import HOUR, MINUTE, expectation, inject, level, outcome, script
from tests.domain.drill.test_regret import PLACES, instance, sent, stood

HOSTILE = "`${alert(1)}` </script><b>&\u2028"
ROLES = {"commander": {"en": "Commander", "zh": "总指挥"}, "planning": {"en": "Planning", "zh": "研判与计划"}}


def run(title: str = "Two hours of rain") -> dict[str, Any]:
    """A run as it is kept: Ⅰ declared after 36 of 30 minutes where Ⅱ was right, a plan nobody committed."""
    drill = script(
        inject("I1", expectation("E1", weight=10, accuracy=level(2))),
        inject("I2", expectation("E2", objective="O2", action="allocation.commit", role="planning"), at_s=HOUR),
        outcomes=(outcome(),),
    )
    acts = [Act(36 * MINUTE, "commander", "wang", "level.confirm", {"level": 1}, entry=11)]
    arrived = [Delivery("I1", 0, entry=10), Delivery("I2", HOUR, entry=12)]
    made = [regret_of(one, PLACES) for one in (sent(instance(), ("ann", "B"), by_hand=True), stood(instance()))]
    scored = score(drill, acts, arrived, {"K1": OutcomeValue(0.6, 0.2, 1.0, 0.9)}, decisions=made)
    review = after_action(drill, scored, timeline(drill, acts, arrived, scored), ROLES)
    kept = {
        "run_id": "small-0123456789ab",
        "drill_id": "small",
        "drill_version": "1.0.0",
        "title": {"en": title, "zh": "两小时降雨"},
        "auto": "scripted",
        "seed": 7,
        "files": {"drill small@1.0.0": "a" * 64},
        "score": scored.to_json(),
        "review": review.to_json(),
    }
    return dict(json.loads(json.dumps(kept)))
