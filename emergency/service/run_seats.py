"""Who sat where in the drill of a kept run, and what its evaluators noted: read from the drill's own workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergency.service.context import Context
from emergency.service.reviewing import RUN, Subject
from emergency.store import drill_live, records

LEADING = ("director", "controller")
EVALUATOR, PLAYER = "evaluator", "player"
Row = dict[str, Any]


def seats_of(ctx: Context, subject: Subject) -> list[Row]:
    """Seats of the drill in the order in which they were taken, also those left; none where nobody sat, or where the
    workspace is gone or holds another run by now."""
    return _read(ctx, subject)[0]


def notes_of(ctx: Context, subject: Subject) -> list[Row]:
    """What was noted with the drill's time and stands: ``{"at_s", "about", "text", "author", "code"}``, oldest first.

    code: of the evaluator as the script names the seat; director or controller where they led it.
    """
    seats, notes = _read(ctx, subject)
    codes = {one["seat_id"]: one["role"] or one["kind"] for one in seats}
    return [
        {key: note[key] for key in ("at_s", "about", "text", "author")} | {"code": codes.get(note["seat_id"], "–")}
        for note in sorted(notes, key=lambda one: (one["at_s"], one["note_id"]))
    ]


def _read(ctx: Context, subject: Subject) -> tuple[list[Row], list[Row]]:
    with ctx.store.read() as connection:
        run = records.run(connection, subject.id) if subject.kind == RUN else None
    if run is None or not ctx.content.workspaces.exists(run["workspace"]):
        return [], []
    with ctx.content.workspaces.open(run["workspace"]).read() as theirs:
        course = drill_live.course(theirs)
        if course is None or course["run_id"] != subject.id:
            return [], []
        return drill_live.seats(theirs, also_left=True), drill_live.notes(theirs)


def directors(ctx: Context, subject: Subject) -> list[str]:
    """Who led the drill of a run."""
    return [one["person"] for one in seats_of(ctx, subject) if one["kind"] in LEADING]


def same(one: str, other: str) -> bool:
    """Whether two names are one person's, written with other spaces or letters."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def sat_as(ctx: Context, subject: Subject, person: str) -> str:
    """The role a person sat in last in this run; "" where they did not play."""
    roles = [one["role"] for one in seats_of(ctx, subject) if one["kind"] == PLAYER and same(one["person"], person)]
    return str(roles[-1]) if roles else ""


def notes_about(note: Mapping[str, Any], objective: str, score: Mapping[str, Any]) -> bool:
    """Whether a note is about an objective: named itself, or by an inject or expected action that is its."""
    asked = [e for e in score["expectations"] if note["about"] in (e["id"], e["inject"])]
    return note["about"] == objective or any(e["objective"] == objective for e in asked)
