"""What can be asked of an incident before its response ends.

A closure condition may look at anything the level rules look at, and at what the console itself knows of the work
done. A metric that nothing gives a value could never be met, so it is refused before a plan is approved.
"""

from __future__ import annotations

from collections.abc import Mapping

from emergency.domain.level.metric import METRICS
from emergency.texts import N_, Message

WORK_METRICS: Mapping[str, str] = {
    "backlog.survey_hours": N_("Hours of survey work waiting"),
    "backlog.open_claims": N_("Claims still open"),
    "claims.closed_ratio": N_("Share of claims closed"),
    "tasks.critical_open": N_("Critical tasks still open"),
    "regulator.final_report": N_("Final report to the regulator"),
    "internal.final_report": N_("Final internal report"),
    "regulator.complaints_open": N_("Complaints passed on by the regulator, still open"),
    "reconcile.unmatched": N_("Claims taken by hand, not yet matched"),
    "system.core_claims.up_minutes": N_("Minutes the core claims system has been up"),
    "care.uncontacted": N_("Injured and bereaved customers not yet spoken to"),
    "complaint.unresolved": N_("Complaints not yet answered"),
    "complaint.quiet_hours": N_("Hours without a new complaint of this kind"),
    "data.persons_not_told": N_("Persons of a leak not yet told"),
    "data.leak_stopped": N_("Leak stopped"),
    "dispute.unsettled": N_("Disputes not yet settled"),
    "staff.missing": N_("Own people not yet accounted for"),
}
# Everything a closure condition may name -> its name in words.
CLOSURE_METRICS: Mapping[str, str] = {**{one.id: one.name for one in METRICS.values()}, **WORK_METRICS}
STATES: Mapping[str, str] = {
    "submitted": N_("handed in"),
    "yes": N_("yes"),
    "no": N_("no"),
}


def closure_name(metric: str) -> Message:
    """The metric in words; an unlisted one speaks for itself by its id."""
    return Message(CLOSURE_METRICS[metric]) if metric in CLOSURE_METRICS else Message("{metric}", {"metric": metric})
