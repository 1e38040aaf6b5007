"""What places ask of people beyond line and licence: authority for large losses, a language somebody asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale

from emergency import texts
from emergency.domain.allocation import Cell
from emergency.domain.allocation.asking import amounts_that_matter, beyond_everybody, by_authority, with_language
from emergency.domain.allocation.pool import LANGUAGES
from emergency.domain.claim import LINES
from emergency.service.context import Context, Refused
from emergency.service.weighing import Piles
from emergency.store import incidents, pool
from emergency.texts import N_, Message, speaker

LANGUAGE = "pool.language"  # a fact of a region: so many of those sent for a line speak a language
Wish = tuple[str, str, str]  # region, line, language


@dataclass(frozen=True)
class LanguageAsked:
    """So many of the people sent for a line in a region speak a language. ``by``: who asked, ``reason``: why."""

    region: str
    line: str
    language: str
    people: int
    by: str
    reason: str


def spoken(text: str) -> frozenset[str]:
    """The languages of a roster's entry, by code where they are written by name: "es; English" → es, en."""
    return frozenset(_spoken_in_order(text))


def languages_written(text: str) -> str:
    """The same as the roster keeps them: codes parted by ";", in the order they were written."""
    return ";".join(dict.fromkeys(_spoken_in_order(text)))


def _spoken_in_order(text: str) -> list[str]:
    codes = _codes()
    words = (word.strip().casefold() for word in re.split(r"[;,/、，；]", text))
    return [codes.get(word, word) for word in words if word]


@cache
def _codes() -> Mapping[str, str]:
    """What a language is called in either language of the console -> its code."""
    return {speaker(one)(name).casefold(): code for one in texts.LANGUAGES for code, name in LANGUAGES.items()}


def unknown_languages(text: str, roster: Iterable[str]) -> tuple[str, ...]:
    """Words of a roster's entry that are neither a code of ISO 639 nor a language which the roster has already."""
    known = {*LANGUAGES, *Locale("en").languages, *(word for entry in roster for word in spoken(entry))}
    return tuple(sorted(spoken(text) - known))


@dataclass(frozen=True)
class Limits:
    """Amounts in minor units of the workspace's money that part the people of the roster by their authority, rising.

    beyond: the one above which nobody of them may settle, None where somebody has no limit.
    """

    amounts: tuple[int, ...] = ()
    beyond: int | None = None


def limits_of(ctx: Context) -> Limits:
    """The limits of everybody of the roster who surveys, whether they can be sent out today or not."""
    with ctx.store.read() as connection:
        rows = pool.adjusters(connection)
    held = {r["authority_minor"] for r in rows if any(skill in LINES for skill in r["skills"])}
    return Limits(amounts_that_matter(held), beyond_everybody(held))


def parted(ctx: Context, cells: Sequence[Cell], piles: Piles, limits: Limits) -> tuple[Cell, ...]:
    """Cells parted by the authority their claims ask for, then by the languages somebody asked for."""
    scale, visits = ctx.content.library.worth().scale, ctx.content.library.visits_per_slot()
    wishes, found = languages_asked(ctx), list[Cell]()
    for cell in cells:
        pile = piles.get((cell.region, cell.line), {})
        above = {limits.amounts[passed - 1]: pile[passed] for passed in pile if passed}
        each, money = visits.get(cell.line, 1), ctx.profile.currency
        some = by_authority(cell, above, pile.get(0, ()), each, scale, money, limits.beyond)
        for wish in wishes:
            if (wish.region, wish.line) == (cell.region, cell.line):
                some = with_language(some, wish.language, wish.people)
        found += some
    return tuple(found)


def languages_asked(ctx: Context) -> tuple[LanguageAsked, ...]:
    """What was asked last of each region, line and language; where nobody is asked for any more it is left out."""
    with ctx.store.read() as connection:
        rows = incidents.every_fact(connection, metric=LANGUAGE, now_us=ctx.now_us())
    newest: dict[Wish, Mapping[str, Any]] = {
        (str(r["region"]), r["value"]["line"], r["value"]["language"]): r for r in rows
    }
    return tuple(
        LanguageAsked(*wish, int(row["value"]["people"]), row["actor"], row["source"])
        for wish, row in sorted(newest.items())
        if row["value"]["people"]
    )


def ask_for_language(ctx: Context, region: str, line: str, language: str, people: int, reason: str) -> None:
    """From now on so many of those sent to a region for a line speak a language; 0 takes it back.

    Raises:
        Refused: no such region or line, no language, fewer than nobody, or no reason.
    """
    words = spoken(language)
    if not ctx.regions.known(region):
        raise Refused(Message(N_("{region} is not on this map; choose a region of it"), {"region": region}))
    if line not in LINES:
        raise Refused(Message(N_("choose the line people are asked for")))
    if len(words) != 1:
        raise Refused(Message(N_("name one language; ask for two of them one after the other")))
    if people < 0:
        raise Refused(Message(N_("as few as nobody can be asked for, not fewer")))
    if not reason.strip():
        raise Refused(Message(N_("say why the language is needed; somebody will ask")))
    now, value = ctx.now(), {"line": line, "language": next(iter(words)), "people": people}
    with ctx.store.write() as connection:
        incidents.add_fact(
            connection,
            incident_id=None,
            metric=LANGUAGE,
            value=value,
            region=region,
            source=reason.strip(),
            as_of=now,
            recorded=now,
            actor=ctx.actor.id,
        )
        ctx.record(connection, LANGUAGE, region, {**value, "reason": reason.strip()})


def languages_known(ctx: Context) -> tuple[str, ...]:
    """Languages the roster names, and the common ones."""
    with ctx.store.read() as connection:
        rows = pool.adjusters(connection)
    return tuple(sorted({*LANGUAGES, *(word for row in rows for word in spoken(row["language"]))}))
