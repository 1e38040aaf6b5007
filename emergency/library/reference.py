"""References to versioned content: ``default@1.0.0``, ``typhoon-guangdong@^1.2``, ``flood@~1.2``.

Versions are three numbers: major (scores no longer comparable), minor (additions),
patch (wording). ``^`` takes any later version of the same major, ``~`` of the same
minor; without a sign the numbers given must agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REFERENCE = re.compile(r"([a-z0-9][a-z0-9_-]*)(?:@([\^~]?)(\d+(?:\.\d+){0,2}))?")

Version = tuple[int, ...]


def version_of(text: str) -> Version:
    """``1.10.0`` → (1, 10, 0), which sorts after (1, 9, 0)."""
    return tuple(int(part) for part in text.split("."))


@dataclass(frozen=True)
class Reference:
    """id, sign (``""``, ``^`` or ``~``) and the numbers given; no numbers = any version."""

    id: str
    sign: str = ""
    version: Version = ()

    def allows(self, version: str) -> bool:
        found, asked = version_of(version), self.version
        if not self.sign or not asked:
            return found[: len(asked)] == asked
        if self.sign == "~" and len(asked) > 1:
            return found[:2] == asked[:2] and found >= asked
        return found[0] == asked[0] and found >= asked


def parse_reference(text: str) -> Reference:
    """Read a reference.

    Raises:
        ValueError: it is not a name, or a name and a version.
    """
    match = REFERENCE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a reference; write a name and a version, such as default@^1.0")
    name, sign, version = match.groups()
    return Reference(name, sign or "", version_of(version) if version else ())
