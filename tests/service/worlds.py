"""Claims of small worlds, as columns."""

from __future__ import annotations

import pandas as pd

HOUR_US = 3_600_000_000
# 2017-08-29T12:00:00-05:00
NOON_US = 1_504_026_000_000_000


def claims(county: str, count: int, *, hours_ago: int = 2, minor: int = 100_000, prefix: str = "C") -> pd.DataFrame:
    """Property claims of one county, all reported so many hours before noon."""
    return pd.DataFrame(
        {
            "report_no": [f"{prefix}-{county}-{n}" for n in range(count)],
            "line": "property",
            "cause": "flood",
            "reported_at": NOON_US - hours_ago * HOUR_US,
            "loss_at": NOON_US - (hours_ago + 1) * HOUR_US,
            "region_given": county,
            "currency": "USD",
            "estimated_minor": minor,
        }
    )
