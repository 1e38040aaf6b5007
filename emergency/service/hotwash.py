"""Straight after the end: what people say, and how they rate themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean
from typing import Any

from emergency.service.context import Conflict, Context, Refused
from emergency.service.reviewing import Subject
from emergency.service.run_seats import same, sat_as
from emergency.store import reviews as store
from emergency.texts import N_, Message

TOPICS: Mapping[str, str] = {
    "keep": N_("to keep"),
    "change": N_("to change"),
    "question": N_("open question"),
}
# What everybody is asked; 1 not at all, 5 fully.
QUESTIONS: Mapping[str, str] = {
    "role": N_("I knew what my role had to do"),
    "information": N_("I had what I needed to know in time"),
    "plan": N_("The plan fitted what happened"),
    "together": N_("We worked well with one another"),
    "means": N_("People, goods and the console were enough for it"),
}
LOWEST, HIGHEST = 1, 5
LOW = 3.0  # a mean below it is a finding of its own


@dataclass(frozen=True)
class Voice:
    """What one participant said. marks: question -> 1 to 5."""

    person: str
    role: str
    marks: Mapping[str, int]
    well: str
    badly: str
    wish: str
    version: int


@dataclass(frozen=True)
class Note:
    note_id: int
    topic: str
    text: str
    author: str


def notes(ctx: Context, subject: Subject) -> list[Note]:
    with ctx.store.read() as connection:
        rows = store.notes(connection, subject.key)
    return [Note(r["note_id"], r["topic"], r["text"], r["author"]) for r in rows]


def add_note(ctx: Context, subject: Subject, topic: str, text: str) -> int:
    """Take down what was said; returns the note's number.

    Raises:
        Refused: no words, or an unknown topic.
    """
    if topic not in TOPICS or not text.strip():
        raise Refused(Message(N_("write what was said, and whether it is to be kept, to be changed or a question")))
    with ctx.store.write() as connection:
        number = store.add_note(
            connection, subject.key, topic=topic, text=text.strip(), author=ctx.actor.id, noted_us=ctx.now_us()
        )
        ctx.record(connection, "review.note", subject.id, {"note": number, "topic": topic, "text": text.strip()})
    return number


def withdraw_note(ctx: Context, subject: Subject, note_id: int, *, back: bool = False) -> None:
    """Take a note away, or put it back.

    Raises:
        Conflict: somebody did so already.
    """
    with ctx.store.write() as connection:
        if not store.withdraw_note(connection, note_id, None if back else ctx.now_us()):
            raise Conflict(Message(N_("somebody has changed this note in the meantime")))
        ctx.record(connection, "review.note.withdraw", subject.id, {"note": note_id, "undo": back})


def voices(ctx: Context, subject: Subject) -> list[Voice]:
    with ctx.store.read() as connection:
        rows = store.voices(connection, subject.key)
    return [
        Voice(r["person"], r["role"], dict(r["marks"]), r["well"], r["badly"], r["wish"], r["version"]) for r in rows
    ]


def say_it(
    ctx: Context, subject: Subject, role: str, marks: Mapping[str, int], *, well: str, badly: str, wish: str
) -> None:
    """A participant's own rating and words, once each; a later one takes the place of the first.

    Raises:
        Refused: nobody named, a question without an answer, or a mark outside 1 to 5.
    """
    person = " ".join(ctx.actor.id.split())
    if not person or not role.strip():
        raise Refused(Message(N_("say who you are and which role you played")))
    if set(marks) != set(QUESTIONS) or not all(LOWEST <= m <= HIGHEST for m in marks.values()):
        raise Refused(Message(N_("answer every question with 1 to 5")))
    words: dict[str, Any] = {"well": well.strip(), "badly": badly.strip(), "wish": wish.strip()}
    with ctx.store.write() as connection:
        before = next((v for v in store.voices(connection, subject.key) if v["person"] == person), None)
        kept = store.keep_voice(
            connection,
            subject.key,
            person,
            before["version"] if before else None,
            role=role.strip(),
            marks=dict(marks),
            said_us=ctx.now_us(),
            **words,
        )
        if not kept:
            raise Conflict(Message(N_("your rating was kept from another window just now; look at it again")))
        ctx.record(connection, "review.voice", subject.id, {"person": person, "of": role.strip(), "marks": dict(marks)})


def role_of(ctx: Context, subject: Subject) -> str:
    """The role that who looks had in it: their seat in the drill, or the post they held; "" where they had none."""
    if seat := sat_as(ctx, subject, ctx.actor.id):
        return seat
    with ctx.store.read() as connection:
        rows = store.trainings(connection)
    here = [r for r in rows if (r["subject_kind"], r["subject_id"]) == subject.key]
    mine = [r["role"] for r in here if same(r["person"], ctx.actor.id)]
    return str(mine[0]) if mine else ""


def means(found: list[Voice]) -> dict[str, float | None]:
    """Question -> mean of everybody's marks; None where nobody answered."""
    return {
        name: round(mean(v.marks[name] for v in found if name in v.marks), 1) if found else None for name in QUESTIONS
    }


__all__ = ["LOW", "QUESTIONS", "TOPICS", "Note", "Voice", "add_note", "means", "notes", "role_of", "say_it", "voices"]
