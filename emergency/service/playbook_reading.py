"""Reading playbooks: what is on the shelf, what a text lacks, how two versions differ, where the norm is met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from emergency.domain.norm_clauses import CLAUSES, Clause, places
from emergency.domain.playbook import Playbook
from emergency.domain.playbook_difference import Difference, differences
from emergency.library import FileFaults, Library, NotOnShelf
from emergency.library.faults import Fault
from emergency.library.house_plans import plan_from
from emergency.texts import Speaker

REVIEW_AHEAD_DAYS = 30


@dataclass(frozen=True)
class Shelved:
    """One version on the shelf, as lists show it."""

    plan: Playbook
    newest: bool
    in_force: bool

    @property
    def reference(self) -> str:
        return f"{self.plan.id}@{self.plan.version}"

    def to_json(self) -> dict[str, Any]:
        approved = self.plan.approved
        return {
            "id": self.plan.id,
            "version": self.plan.version,
            "title": dict(self.plan.title),
            "status": self.plan.status,
            "in_force": self.in_force,
            "incident_types": list(self.plan.incident_types),
            "review_due": approved.review_due.isoformat() if approved else None,
            "sha256": self.plan.sha256,
        }


def shelf(library: Library) -> tuple[Shelved, ...]:
    """Every version, by id, the newest first; in force is what a new incident would open."""
    plans = library.playbooks()
    newest = {plan.id: plan.version for plan in reversed(plans)}
    force = {plan.id: plan.version for plan in reversed(plans) if plan.status == "approved"}
    return tuple(
        Shelved(plan, plan.version == newest[plan.id], plan.version == force.get(plan.id)) for plan in plans
    )


def text_of(library: Library, reference: str) -> str:
    """The file of a version, comments and all.

    Raises:
        NotOnShelf: no such playbook.
    """
    return library.playbook_text(library.playbook(reference).sha256)


def check_text(library: Library, text: str, name: str) -> tuple[Fault, ...]:
    """Every fault of a text, in line order; never raises."""
    return library.check_playbook(text.encode("utf-8", "surrogatepass"), name)


def check_file(library: Library, name: str, say: Speaker) -> dict[str, Any]:
    """One file checked: ``{"file", "ok", "faults"}``, the faults as lines of text."""
    path = Path(name)
    if not path.is_file():
        return {"file": name, "ok": False, "faults": [f"{name}: {say('no such file')}"]}
    with path.open("rb") as file:
        faults = library.check_playbook(file.read((1 << 20) + 1), name)
    return {"file": name, "ok": not faults, "faults": [fault.spoken(say) for fault in faults]}


def plan_of(text: str, name: str) -> Playbook | None:
    """A text as a plan, or None where it cannot be read yet."""
    try:
        return plan_from(text, name)
    except FileFaults:
        return None


def compared(before: Playbook, after: Playbook) -> tuple[Difference, ...]:
    return differences(before, after)


@dataclass(frozen=True)
class Coverage:
    """One clause of the norm and where a plan meets it."""

    clause: Clause
    places: tuple[str, ...]


def coverage(plan: Playbook) -> tuple[Coverage, ...]:
    return tuple(Coverage(clause, places(clause, plan)) for clause in CLAUSES)


def days_to_review(plan: Playbook, today: date) -> int | None:
    """Days until the review is due, negative when overdue; None where none is set."""
    return (plan.approved.review_due - today).days if plan.approved else None


__all__ = [
    "REVIEW_AHEAD_DAYS",
    "Clause",
    "Coverage",
    "Difference",
    "Fault",
    "NotOnShelf",
    "Shelved",
    "check_file",
    "check_text",
    "compared",
    "coverage",
    "days_to_review",
    "plan_of",
    "shelf",
    "text_of",
]
