"""Alerts that come by themselves as files dropped in a folder; see `alert_poll` for lists that are asked."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from emergency.service.alerts import FileAnswer, import_file
from emergency.service.context import Context
from emergency.service.watch import regrade

log = logging.getLogger(__name__)

TAKEN, REFUSED = "taken", "refused"
# A file that was written to a moment ago may not be whole yet.
SETTLED_SECONDS = 2
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
MOST_FILES = 200  # in one go


def take_folder(ctx: Context, folder: Path, *, wall_s: float) -> list[FileAnswer]:
    """Take in what lies in a folder; files move to ``taken/`` or ``refused/``, the latter with their reason.

    Args:
        wall_s: seconds since 1970 by the clock that stamps the files.
    """
    if not folder.is_dir():
        log.warning("the alert folder %s is not there; make it, or change EMERGENCY_ALERT_FOLDER", folder)
        return []
    answers = []
    for path in sorted(filter(lambda p: _ready(p, wall_s), folder.iterdir()))[:MOST_FILES]:
        answer = import_file(ctx, path)
        _put_away(path, answer)
        answers.append(answer)
    grade_again(ctx, answers)
    return answers


def _ready(path: Path, wall_s: float) -> bool:
    if path.name.startswith(".") or path.suffix.lower() in UNFINISHED or path.is_symlink() or not path.is_file():
        return False
    return wall_s - path.stat().st_mtime >= SETTLED_SECONDS


def _put_away(path: Path, answer: FileAnswer) -> None:
    """Move the file out of the way; where that fails it is met again, which changes nothing."""
    target = path.parent / (TAKEN if answer.ok else REFUSED)
    try:
        target.mkdir(exist_ok=True)
        place = target / path.name
        number = 1
        while place.exists():
            number += 1
            place = target / f"{path.stem}-{number}{path.suffix}"
        os.replace(path, place)
        if not answer.ok:
            place.with_name(place.name + ".reason.txt").write_text(answer.reason() + "\n", encoding="utf-8")
    except OSError as fault:
        log.warning("%s stays where it is: %s", path, fault)


def grade_again(ctx: Context, answers: Sequence[FileAnswer]) -> None:
    """News may raise a level; it is not kept waiting for the next round."""
    if any(answer.fresh for answer in answers):
        regrade(ctx)
