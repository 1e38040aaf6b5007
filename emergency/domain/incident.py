"""An incident: something that touches many claims, from report to stand-down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# The norm's six kinds, ch. 6 §1.1; they are the keys of the level-rule files.
KINDS = (
    "natural_disaster",
    "accident",
    "public_health",
    "system_failure",
    "customer_complaint",
    "contract_dispute",
)


@dataclass(frozen=True)
class Incident:
    """What is known of an incident.

    Attributes:
        occurred_at, discovered_at: not the same; reporting clocks start at discovery.
        opened_at: when it was opened in the console.
        response_level: the company's level in force, 1 (gravest) to 3, or None. The regulator's
            event class is never stored in the same field.
        provisional: the level is in force only because nobody confirmed it in time.
        playbook: ``id@version`` once opened.
        regions: codes of the regions in scope.
        jurisdiction: country and province the rules look at, "CN-410000", "US-TX".
    """

    incident_id: str
    kind: str
    perils: tuple[str, ...]
    title: Mapping[str, str]
    jurisdiction: str
    regions: tuple[str, ...]
    occurred_at: datetime
    discovered_at: datetime
    opened_at: datetime
    cat_code: str = ""
    place: str = ""
    cause: str = ""
    reporter: str = ""
    impact_at: datetime | None = None
    closed_at: datetime | None = None
    response_level: int | None = None
    playbook: str = ""
    activated_at: datetime | None = None
    version: int = 1
    provisional: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"incident kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if not any(self.title.values()):
            raise ValueError("an incident needs a title in Chinese or English")
        if self.discovered_at < self.occurred_at:
            raise ValueError(
                f"discovered {self.discovered_at.isoformat()} before it occurred {self.occurred_at.isoformat()}; "
                "check both times"
            )
        if self.response_level not in (None, 1, 2, 3):
            raise ValueError(f"response level {self.response_level!r} must be 1, 2, 3 or none")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
