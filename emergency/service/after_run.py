"""What follows by itself once a run is kept: what it exercised, who trained, and what it shows of earlier items."""

from __future__ import annotations

from emergency.service import exercises, improvements
from emergency.service.context import Context
from emergency.service.improvements import Proof


def learn(ctx: Context, run_id: str) -> list[Proof]:
    """Keep exercise, training and proofs of a run; done twice, it is the same."""
    exercises.keep_run(ctx, run_id)
    return improvements.keep_proofs(ctx, run_id)
