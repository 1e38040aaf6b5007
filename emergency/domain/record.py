"""What else sources send besides first notices: messages about claims, policies in force, casualties.

Like `emergency.domain.claim`: names and dtypes of columns that intake, store and service agree on.
Instants are integer microseconds since 1970 in UTC, money is integer minor units.
"""

from __future__ import annotations

from collections.abc import Mapping

from emergency.domain.claim import CLAIM_COLUMNS, STATUSES

# What a message says happened: a step of the claim's life, or something beside it.
MESSAGE_KINDS = (
    *STATUSES,
    "supplement",  # 补正: papers asked for or handed in
    "advance",  # 预付: paid ahead of the decision
    "figures",  # amounts as of a date, nothing else
)

RECORD_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "messages": {
        "report_no": "string",
        "kind": "string",  # one of MESSAGE_KINDS
        "at": "Int64",  # the source's own time
        "currency": "string",
        "estimated_minor": "Int64",
        "outstanding_minor": "Int64",
        "paid_minor": "Int64",  # paid to date, not this payment alone
        "note": "string",
    },
    "policies": {
        "region_given": "string",
        "line": "string",  # one of LINES
        "policies": "Int64",
        "sum_insured_minor": "Int64",
        "currency": "string",
        "own_share": "float64",  # 0 to 1
        "as_of": "Int64",
        "policy_no": "string",  # of a list with one policy a row; such rows are added up by region and line
    },
    "casualties": {
        "region_given": "string",
        "dead": "Int64",  # to date, like the others
        "missing": "Int64",
        "injured": "Int64",
        "serious": "Int64",  # seriously injured
        "as_of": "Int64",
        "said_by": "string",
    },
}
# The amount of one step, where a file has a single column of amounts: what it is follows from the kind. At another
# kind it does not.
STEP_AMOUNT = "amount_minor"
AMOUNT_OF_KIND: Mapping[str, str] = {
    **dict.fromkeys(("reported", "registered", "surveyed", "assessed", "approved"), "estimated_minor"),
    **dict.fromkeys(("paid", "closed", "advance"), "paid_minor"),
}
# First and last day of the policy: a claim is held against them as it comes in; they are not kept.
POLICY_DAYS = ("policy_from", "policy_until")
# Kind of file -> columns a mapping may name, and those it must.
COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    "claims": (*(c for c in CLAIM_COLUMNS if c != "row"), *POLICY_DAYS),
    **{kind: tuple(columns) for kind, columns in RECORD_COLUMNS.items()},
    "policies": (*RECORD_COLUMNS["policies"], *POLICY_DAYS),
    "messages": (*RECORD_COLUMNS["messages"], STEP_AMOUNT),
}
NEEDED_OF: Mapping[str, tuple[str, ...]] = {
    "claims": ("report_no", "loss_at"),
    "messages": ("report_no", "kind", "at"),
    "policies": ("region_given", "sum_insured_minor"),
    "casualties": ("as_of",),
}
# One of them is needed as well: how many policies a row stands for, or the number of the one it is.
EITHER_OF: Mapping[str, tuple[str, ...]] = {"policies": ("policies", "policy_no")}
