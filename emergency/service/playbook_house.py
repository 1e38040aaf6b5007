"""What the house decided about its playbooks, for the shelf: approved versions and retired plans of the live store."""

from __future__ import annotations

import threading

from emergency.library.house_plans import Approved, House
from emergency.store import playbooks
from emergency.store.store import Workspaces

LIVE = "live"


class ApprovedPlans:
    """Reads the live store when asked, and its texts again only where something changed.

    Playbooks belong to the house: demos and drills open the same versions as the live workspace. Nothing is made by
    asking: before there is a live workspace, nothing has been approved.
    """

    def __init__(self, workspaces: Workspaces) -> None:
        self.workspaces = workspaces
        self._kept: tuple[tuple[int, int, int], House] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> House:
        if not self.workspaces.exists(LIVE):
            return House()
        with self.workspaces.open(LIVE).read() as connection:
            stamp = playbooks.stamp(connection)
            with self._lock:
                if self._kept is None or self._kept[0] != stamp:
                    approved = tuple(
                        Approved(row["playbook_id"], row["version"], row["text"], row["sha256"])
                        for row in playbooks.versions(connection)
                    )
                    retired = {row["playbook_id"]: row["version"] for row in playbooks.retired(connection)}
                    self._kept = (stamp, House(approved, retired))
                return self._kept[1]
