"""One pool, all incidents: who goes where, what stays short and why.

demand (what is asked) → network (who may go, at what price) → solve → plan → explain.
"""

from emergency.domain.allocation.groups import BrokenPin
from emergency.domain.allocation.plan import Move, Plan, allocate
from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import (
    Adjuster,
    AllocationRefused,
    Assignment,
    AtLeast,
    Cell,
    Pin,
    surviving,
)
from emergency.domain.allocation.shortage import Shortage
from emergency.domain.allocation.travel import GreatCircleTravel, Travel, TravelTable, great_circle_minutes

__all__ = [
    "Adjuster",
    "AllocationRefused",
    "Assignment",
    "AtLeast",
    "BrokenPin",
    "Cell",
    "GreatCircleTravel",
    "Move",
    "Pin",
    "Plan",
    "Policy",
    "Shortage",
    "Travel",
    "TravelTable",
    "allocate",
    "great_circle_minutes",
    "surviving",
]
