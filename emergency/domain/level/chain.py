"""Who confirms a level: the authority the plan names, then its deputy, then the next graver tier.

A role is the id of an authority, ``province-gm``, or of its deputy, ``province-gm/deputy``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from emergency.domain.level.rules import LEVELS

DEPUTY = "/deputy"


@dataclass(frozen=True)
class Step:
    """One person in the chain, and how long they have once they were asked.

    tier: the level whose authority they are (or stand in for).
    """

    authority: str
    deputy: bool
    tier: int
    within_s: int

    @property
    def role(self) -> str:
        return role_of(self.authority, self.deputy)


def role_of(authority: str, deputy: bool) -> str:
    return authority + DEPUTY if deputy else authority


def chain(
    authority: Mapping[int, str], within_s: Mapping[int, int], level: int, deputies: Collection[str] | None = None
) -> tuple[Step, ...]:
    """Everyone to be asked to confirm a level, in order; nobody stands in it twice.

    Args:
        authority: level -> who confirms it; a level may be left out.
        within_s: level -> seconds its authority has.
        deputies: authorities that have a deputy; after another the next tier is asked at once. None: each has one.

    Raises:
        ValueError: no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is not one of 1, 2, 3")
    found: dict[str, Step] = {}
    for tier in range(level, 0, -1):
        if tier in authority:
            for deputy in (False, True) if deputies is None or authority[tier] in deputies else (False,):
                step = Step(authority[tier], deputy, tier, within_s.get(tier, within_s.get(level, 0)))
                found.setdefault(step.role, step)
    return tuple(found.values())


def next_step(steps: Sequence[Step], asked: Collection[str], due_us: int | None, now_us: int) -> Step | None:
    """Whom to ask now: the first at once, each further one when the one before has let their time pass.

    Args:
        asked: roles that have been asked so far.
        due_us: until when the last of them has time; None while nobody has been asked.
    """
    if due_us is not None and now_us < due_us:
        return None
    return next((step for step in steps if step.role not in asked), None)


def ran_out(steps: Sequence[Step], asked: Collection[str], due_us: int | None, now_us: int) -> bool:
    """Whether the whole chain was asked and nobody answered in time; false where nobody can be asked."""
    everyone = bool(steps) and all(step.role in asked for step in steps)
    return everyone and due_us is not None and now_us >= due_us


def tier_needed(proposed: int | None, wanted: int | None, in_force: int | None) -> int | None:
    """The level whose authority must decide: the gravest of what is proposed, wanted and given up.

    Deciding against a proposed Ⅱ, or down from Ⅱ, is for those who may confirm Ⅱ.
    """
    given_up = in_force if in_force and (wanted is None or wanted > in_force) else None
    return min((one for one in (proposed, wanted, given_up) if one), default=None)


def may_decide(authority: Mapping[int, str], tier: int | None, role: str, asked: Collection[str]) -> bool:
    """Whether a role may decide now what takes the authority of a tier.

    The authority of that level or of a graver one always may; a deputy once they have been asked,
    which is when the time of the one before has run out.

    Args:
        asked: roles that have been asked in the asking that runs.
    """
    if tier is None or not authority:
        return True
    principals = {who for level, who in authority.items() if level <= tier}
    if not principals:  # the plan names nobody so high: the gravest it names decides
        principals = {authority[min(authority)]}
    if role in principals:
        return True
    return role.endswith(DEPUTY) and role.removesuffix(DEPUTY) in principals and role in asked
