"""The names a drill script may use, with what they mean: facts, figures of an outcome, acts."""

from __future__ import annotations

from emergency.domain.act import ACTS
from emergency.domain.drill.facts import PROVINCES, SYSTEM
from emergency.domain.drill.measures import KNOWN_METRICS, METRIC_NAMES
from emergency.domain.drill.names import FACTS, fact
from emergency.domain.level.metric import METRICS
from emergency.domain.playbook_closure import WORK_METRICS
from emergency.library import Library
from emergency.library.drill_references import COUNTED, POLICY
from emergency.texts import N_, Message, Speaker

LISTS = {
    "facts": N_("Facts that an inject sets or a condition asks for"),
    "outcomes": N_("Figures an outcome is measured by"),
    "acts": N_("Acts that are expected of players"),
}


def names(library: Library, which: str, say: Speaker) -> list[tuple[str, str]]:
    """(name, what it means) of every entry of a list of `LISTS`, in order of the names; "" where nothing is said."""
    if which == "acts":
        return [(act, say(one.title)) for act, one in sorted(ACTS.items())]
    if which == "outcomes":
        return [(one, say(METRIC_NAMES[one]) if one in METRIC_NAMES else "") for one in sorted(KNOWN_METRICS)]
    of_rules = {metric for rules in library.rule_sets() for metric in rules.metrics()}
    measures = {POLICY + one for one in library.measures() or ()}
    every = {*METRICS, *COUNTED, *WORK_METRICS, SYSTEM, PROVINCES, *of_rules, *measures}
    return [(one, _meaning(one, say)) for one in sorted(every)]


def _meaning(metric: str, say: Speaker) -> str:
    if metric in WORK_METRICS:
        return say(WORK_METRICS[metric])
    known = metric in METRICS or metric in FACTS or metric in METRIC_NAMES
    message: Message = fact(metric)
    return say(message) if known else ""
