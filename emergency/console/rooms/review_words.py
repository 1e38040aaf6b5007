"""What the screens of the Review room share: the case before them, its words, and what the last act said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame
from emergency.console.rooms.task_acts import attempt as do
from emergency.domain.drill.words import BAND_TONES, BANDS
from emergency.domain.improvement import Item
from emergency.service.improvements import issue_text
from emergency.service.reviewing import INCIDENT, Subject, Words

SAID = "review-said"
OPEN = "review.open"
Row = list[str | look.Cell]


@dataclass(frozen=True)
class Case:
    """One review open on a desk: its subject and its record."""

    desk: Desk
    subject: Subject
    record: Mapping[str, Any]

    @property
    def words(self) -> Words:
        return Words(self.record, self.desk.say)

    @property
    def real(self) -> bool:
        return self.subject.kind == INCIDENT

    def key(self, name: str) -> str:
        """A field's key, one for each subject."""
        return f"review.{name}.{self.subject.kind}.{self.subject.id}"


def lead_to(subject: Subject, step: str, workspace: str) -> None:
    """Walk to a step of one review, in the workspace that keeps it."""
    st.session_state[OPEN] = (f"{subject.kind}/{subject.id}", step)
    frame.go("review", workspace)


def notice() -> None:
    said = st.session_state.pop(SAID, None)
    if said:
        look.notice(*said)


def attempt(desk: Desk, act: Callable[[], object], done: str) -> None:
    do(desk, act, done, SAID)


def issue(desk: Desk, item: Item, words: Words | None = None) -> str:
    """The issue of an item; with the case at hand, roles and acts are named in it."""
    text = issue_text(desk.ctx, item)
    if isinstance(text, str):
        return text
    return words.spoken(dict(item.issue)) if words else desk.say(text)


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def band(desk: Desk, letter: str | None) -> look.Cell:
    if letter not in BANDS:
        return look.Cell(desk.say("not rated"), framed=True)
    return look.Cell(desk.say(BANDS[letter]), BAND_TONES[letter], framed=True)
