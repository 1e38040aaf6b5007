"""A claim as columns, and the words its fields may take.

Claims are handled in columns (one pandas frame per chunk), decisions on
aggregates; this module holds the names and dtypes that intake, geo, store and
service agree on. Instants are integer microseconds since 1970 in UTC; money is
integer minor units (fen, cents) of the row's currency.
"""

from __future__ import annotations

from collections.abc import Mapping

# Column -> pandas dtype. "Int64" and "string" may be missing; the rest never are.
CLAIM_COLUMNS: Mapping[str, str] = {
    "row": "int64",  # data row in the source, 1 = first row under the header
    "report_no": "string",  # 报案号, the source's own number
    "policy_no": "string",
    "line": "string",  # one of LINES
    "cause": "string",  # peril or cause as the source has it, lower case
    "loss_at": "Int64",
    "reported_at": "Int64",  # when the customer reported, missing where the source has no such time
    "channel": "string",  # one of CHANNELS
    "place": "string",  # free text
    "region_given": "string",  # region code as given by the source
    "lon": "float64",  # WGS84 degrees, NaN where unknown
    "lat": "float64",
    "currency": "string",  # ISO 4217
    "estimated_minor": "Int64",
    "paid_minor": "Int64",  # may be negative: recoveries
    "injured": "Int64",
    "dead": "Int64",
    "status": "string",  # one of STATUSES
}

# Added by geo, between intake and store.
PLACED_COLUMNS: Mapping[str, str] = {
    "region": "string",  # code in the workspace's region set, missing = unlocated
    "precision": "string",  # one of PRECISIONS
}

LINES = (
    "motor",
    "property",
    "home",
    "agriculture",
    "engineering",
    "marine",
    "liability",
    "personal_injury",
    "health",
)
STATUSES = (
    "reported",
    "registered",
    "surveyed",
    "assessed",
    "approved",
    "paid",
    "closed",
    "cancelled",
    "declined",
)
OPEN_STATUSES = ("reported", "registered", "surveyed", "assessed", "approved")
UNSURVEYED_STATUSES = ("reported", "registered")
CHANNELS = ("phone", "app", "wechat", "web", "branch", "agent", "api", "import", "unknown")
PRECISIONS = ("point", "region", "parent", "none")
