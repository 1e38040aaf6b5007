"""Facts become a level by written rules, with the reasons.

`grade` reads one incident, `level_table` a whole table; `RuleSet` is a rule file.
"""

from emergency.domain.level.condition import Condition, Facts, words
from emergency.domain.level.grading import Grade, grade, may_step_down, still_near
from emergency.domain.level.indicator import Distance, Indicator
from emergency.domain.level.metric import METRICS, FactError, Metric, metric_name, scale_of, unit_of
from emergency.domain.level.rules import (
    CLASS_NAME,
    INCIDENT_TYPES,
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
from emergency.domain.level.table import MONEY_UNITS, FactFaults, level_table

__all__ = [
    "CLASS_NAME",
    "INCIDENT_TYPES",
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
    "Indicator",
    "Linkage",
    "Metric",
    "Modifier",
    "Override",
    "ReportingClock",
    "Row",
    "RuleSet",
    "covers",
    "grade",
    "level_name",
    "level_table",
    "may_step_down",
    "metric_name",
    "reporting_clocks",
    "scale_of",
    "still_near",
    "unit_of",
    "words",
]
