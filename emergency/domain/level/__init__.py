"""Facts become a level by written rules, with the reasons.

`grade` reads one incident, `level_table` a whole table; `RuleSet` is a rule file.
"""

from emergency.domain.level.chain import DEPUTY, Step, chain, may_decide, next_step, ran_out, role_of, tier_needed
from emergency.domain.level.condition import Condition, Facts, words
from emergency.domain.level.grading import Grade, grade, may_step_down, still_near
from emergency.domain.level.history import InCommand, LevelStretch, laid_end_to_end
from emergency.domain.level.indicator import Distance, Indicator
from emergency.domain.level.metric import METRICS, FactError, Metric, metric_name, scale_of, unit_of
from emergency.domain.level.rules import (
    CLASS_NAME,
    LEVEL_MARK,
    LEVELS,
    RESPONSE_NAME,
    Floor,
    Linkage,
    Modifier,
    Override,
    ReportingClock,
    Row,
    RuleSet,
    covers,
    level_name,
    reporting_clocks,
)
from emergency.domain.level.step_down import StepDown, calm_since, milder, step_down
from emergency.domain.level.table import MONEY_UNITS, FactFaults, level_table

__all__ = [
    "CLASS_NAME",
    "DEPUTY",
    "LEVELS",
    "LEVEL_MARK",
    "METRICS",
    "MONEY_UNITS",
    "RESPONSE_NAME",
    "Condition",
    "Distance",
    "FactError",
    "FactFaults",
    "Facts",
    "Floor",
    "Grade",
    "InCommand",
    "Indicator",
    "LevelStretch",
    "Linkage",
    "Metric",
    "Modifier",
    "Override",
    "ReportingClock",
    "Row",
    "RuleSet",
    "Step",
    "StepDown",
    "calm_since",
    "chain",
    "covers",
    "grade",
    "laid_end_to_end",
    "level_name",
    "level_table",
    "may_decide",
    "may_step_down",
    "metric_name",
    "milder",
    "next_step",
    "ran_out",
    "reporting_clocks",
    "role_of",
    "scale_of",
    "step_down",
    "still_near",
    "tier_needed",
    "unit_of",
    "words",
]
