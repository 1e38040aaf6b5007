"""Playbooks that were approved in the console: text from the store, read as strictly as a file.

The library does not know the store. Whoever puts the house together hands it a `Source`, which says what has been
approved and what has been retired; the shelf reads the texts and keeps what it has read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from emergency.domain.playbook import Playbook
from emergency.library import schema, strict_yaml
from emergency.library.faults import FileFaults
from emergency.library.playbooks import meaning, playbook_from, read_playbook
from emergency.library.reference import version_of
from emergency.library.strict_yaml import Document


@dataclass(frozen=True)
class Approved:
    """The text of one approved version."""

    id: str
    version: str
    text: str
    sha256: str


@dataclass(frozen=True)
class House:
    """What the house decided about its plans.

    retired: playbook id -> the newest version that is out of use; those before it are as well.
    """

    approved: tuple[Approved, ...] = ()
    retired: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    def __call__(self) -> House:
        """What is approved and retired at this moment."""


def nothing_yet() -> House:
    return House()


def file_plan(path: Path) -> tuple[Document, Playbook]:
    """A playbook file with its marks.

    Raises:
        FileFaults: everything that keeps it from being read.
    """
    document = read_playbook(path)
    return document, playbook_from(document)


@lru_cache(maxsize=256)
def approved_plan(one: Approved) -> tuple[Document, Playbook]:
    """An approved text as a plan.

    Raises:
        FileFaults: the text cannot be read; approval lets none such through.
    """
    return _read(one.text, f"{one.id}@{one.version}")


def plan_from(text: str, name: str) -> Playbook:
    """Any text as a plan.

    Raises:
        FileFaults: everything that keeps it from being read.
    """
    return _read(text, name)[1]


def _read(text: str, name: str) -> tuple[Document, Playbook]:
    document = strict_yaml.parse(text.encode("utf-8", "surrogatepass"), name)
    faults = schema.check(document, "playbook") or list(meaning(document))
    if faults:
        raise FileFaults(document.path, faults)
    return document, playbook_from(document)


def in_use(plan: Playbook, house: House) -> Playbook:
    """The plan, marked as retired where the house took it out of use."""
    last = house.retired.get(plan.id)
    if last is None or version_of(plan.version) > version_of(last) or plan.status == "retired":
        return plan
    return replace(plan, status="retired")
