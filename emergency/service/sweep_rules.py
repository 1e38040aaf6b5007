"""Other rules to play by: a folder whose files stand in for the house's own of the same name."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from emergency.service.context import Refused
from emergency.texts import N_, Message

RULES = Path("data", "rules")


def checked(root: Path, folder: str) -> Path:
    """The folder, if it holds rule files and nothing else.

    Raises:
        Refused: it is none, it is empty, or a file in it has a name that no rule file of the house has.
    """
    found = Path(folder)
    names = sorted(path.name for path in found.iterdir()) if found.is_dir() else []
    known = sorted(path.name for path in (root / RULES).iterdir())
    strange = sorted(set(names) - set(known))
    if not names or strange:
        text = N_("{folder} is no folder of rules to try: it holds {found}; rule files are named {known}")
        gaps = {"folder": folder, "found": ", ".join(strange) or "–", "known": ", ".join(known)}
        raise Refused(Message(text, gaps))
    return found.resolve()


def root_with(root: Path, folder: str) -> Path:
    """The project folder, with the rules of ``folder`` laid over its own; the same for the life of the process."""
    return Path(_laid(root, folder).name) if folder else root


@cache
def _laid(root: Path, folder: str) -> tempfile.TemporaryDirectory[str]:
    held = tempfile.TemporaryDirectory(prefix="sweep-rules-")
    made = Path(held.name)
    (made / RULES).mkdir(parents=True)
    for path in root.iterdir():
        if path.name in ("playbooks", "drills"):
            (made / path.name).symlink_to(path)
    for path in (root / "data").iterdir():
        if path.name != RULES.name:
            (made / "data" / path.name).symlink_to(path)
    own = {path.name: path for path in (root / RULES).iterdir()}
    for name, path in {**own, **{path.name: path for path in Path(folder).iterdir()}}.items():
        (made / RULES / name).symlink_to(path)
    return held


__all__ = ["checked", "root_with"]
