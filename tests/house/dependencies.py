"""What the project is built on, read from what is installed.

``python -m tests.house.dependencies`` writes constraints.txt and docs/licences.md anew
(``make pins``); the tests beside this file hold both against the installed packages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]
CONSTRAINTS = REPOSITORY / "constraints.txt"
LICENCES = REPOSITORY / "docs" / "licences.md"
PROJECT = "emergency"
# Who needs a package, the weightiest first.
USES = (("product", ""), ("China's regions", "cn"), ("tests", "test"))

# Where a package's own metadata names none: "(same as Leaflet)", whose licence file says BSD-2-Clause.
READ_BY_HAND = {"xstatic-leaflet": "BSD-2-Clause"}

HEAD = """# Licences of what the project is built on

The project itself is under the Apache License 2.0 (`LICENSE`). It carries no code of the packages
below: they are installed from a package registry beside it. The list follows the packages'
own metadata; `make pins` writes it, a test holds it against what is installed. The data files have
their own list, `data/SOURCES.md`.

| package | licence | needed by |
|---|---|---|
"""


@dataclass(frozen=True)
class Package:
    """One installed distribution: its name as published, version, and the use that needs it."""

    name: str
    version: str
    licence: str
    use: str


def packages() -> list[Package]:
    """All packages the project needs on this machine, directly or through others, by name."""
    found: dict[str, Package] = {}
    for use, extra in USES:
        for key in sorted(_closure(PROJECT, {extra} if extra else set())):
            if key not in found and key != PROJECT:
                about = metadata.distribution(key)
                found[key] = Package(about.metadata["Name"], about.version, licence(about), use)
    return [found[key] for key in sorted(found)]


def _closure(name: str, extras: set[str]) -> set[str]:
    seen: dict[str, set[str]] = {}
    waiting = [(name, frozenset(extras))]
    while waiting:
        key, wanted = waiting.pop()
        if wanted <= seen.get(key, set()) and key in seen:
            continue
        seen[key] = seen.get(key, set()) | wanted
        requirements = map(Requirement, metadata.requires(key) or ())
        waiting += [
            (canonicalize_name(r.name), frozenset(r.extras)) for r in requirements if _applies(r, seen[key])
        ]
    return set(seen)


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in {"", *extras})


def licence(about: metadata.Distribution) -> str:
    """What the package says of its licence: the SPDX expression, else classifiers, else the old field."""
    by_hand = READ_BY_HAND.get(canonicalize_name(about.metadata["Name"]))
    if by_hand:
        return by_hand
    if about.metadata["License-Expression"]:
        return str(about.metadata["License-Expression"])
    prefix = "License :: "
    named = [c.split(" :: ")[-1] for c in about.metadata.get_all("Classifier", []) if c.startswith(prefix)]
    named = [n for n in named if n != "OSI Approved"]
    old = (about.metadata["License"] or "").strip().splitlines()
    return "; ".join(named) or (old[0] if old and len(old[0]) <= 80 else "")


def pins() -> str:
    """Text of constraints.txt: one ``name==version`` per line."""
    return "".join(f"{p.name}=={p.version}\n" for p in packages())


def licence_list() -> str:
    """Text of docs/licences.md."""
    return HEAD + "".join(f"| {p.name} | {p.licence} | {p.use} |\n" for p in packages())


if __name__ == "__main__":
    CONSTRAINTS.write_text(pins(), encoding="utf-8")
    LICENCES.parent.mkdir(exist_ok=True)
    LICENCES.write_text(licence_list(), encoding="utf-8")
