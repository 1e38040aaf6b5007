"""Corrections: to everyone who may have got the wrong one, naming what was wrong and what is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.bulletin import shown
from emergency.domain.instant import from_us
from emergency.domain.ledger import Entry, chosen, figure_name
from emergency.service import words, words_ledger
from emergency.service.context import Context, Refused
from emergency.service.words_due import correction_template
from emergency.store import outbox
from emergency.texts import Message, speaker

SPEAKERS = {"en": "en", "zh": "zh_CN"}
BETWEEN = {"en": "; ", "zh": "；"}


def reached(ctx: Context, number: int) -> list[tuple[str, tuple[str, ...]]]:
    """(channel, addresses) of everyone who may have got a bulletin."""
    with ctx.store.read() as connection:
        rows = outbox.perhaps_read(connection, [words.subject_of(number)])
    return [(row["channel"], row["recipients"]) for row in rows]


def correct(ctx: Context, number: int, *, figures: Sequence[str] = (), said: str = "", right: str = "") -> int:
    """Begin the correction of a sent bulletin; returns its number. It needs approval like any other.

    What has not gone out yet of the wrong one is kept back at once.

    Args:
        figures: figures of the wrong bulletin that were wrong; right is what the ledger says now.
        said, right: words that were wrong and what they should have been.

    Raises:
        Refused: it was not sent, nothing is named as wrong, or the ledger still says the same.
    """
    row = words.get(ctx, number)
    if row["state"] != "sent":
        raise Refused(Message("bulletin {number} has not been sent; change it instead", {"number": number}))
    if not figures and not (said.strip() and right.strip()):
        raise Refused(Message("name what was wrong: a figure, or the words and what they should have been"))
    incident = words.incident_of(ctx, row)
    live = words_ledger.ledger(ctx, incident)
    _must_differ(row, live, figures)
    template = correction_template(ctx)
    wrong, better = _wrong(ctx, row, figures, said), _right(figures, right)
    body = {lang: text.replace("{correction.right}", better[lang]) for lang, text in template.body.items()}
    source, at = words.subject_of(number), from_us(row["sent_us"])
    own = [
        Entry("correction.said", wrong, "text", source, at),
        Entry("correction.sent_at", row["sent_us"], "instant", source, at),
    ]
    _keep_back(ctx, row)
    got = reached(ctx, number)
    if not got:
        raise Refused(Message("nobody has got bulletin {number}: it is kept back now", {"number": number}))
    return words.begin(
        ctx,
        incident,
        audience=row["audience"],
        kind="correction",
        subject=template.subject,
        body=body,
        template=f"{template.id}@{template.version}",
        comms_id=row["comms_id"],
        channels=list(dict.fromkeys(channel for channel, _ in got)),
        own=own,
        recipients=[[channel, list(addresses)] for channel, addresses in got],
        corrects=number,
        known=live,
    )


def _keep_back(ctx: Context, row: Mapping[str, Any]) -> None:
    with ctx.store.write() as connection:
        stopped = outbox.stop(connection, [words.subject_of(row["bulletin_id"])])
        if stopped:
            facts = {"incident": row["incident_id"], "messages": stopped}
            ctx.record(connection, "bulletin.keep_back", words.subject_of(row["bulletin_id"]), facts)


def _must_differ(row: Mapping[str, Any], live: words_ledger.Ledger, figures: Sequence[str]) -> None:
    then = words.known_to(row)
    for figure in figures:
        before, now = _as_said(row, then, figure), chosen(live.get(figure, ()))
        if before is None or now is None or before.value == now.value:
            text = Message(
                "{figure}: the ledger says the same still; enter what is right first", {"figure": figure_name(figure)}
            )
            raise Refused(text)


def _as_said(row: Mapping[str, Any], then: words_ledger.Ledger, figure: str) -> Entry | None:
    return chosen(then.get(figure, ()), row["choices"].get(figure, {}).get("source"))


def _wrong(ctx: Context, row: Mapping[str, Any], figures: Sequence[str], said: str) -> dict[str, str]:
    then, zone = words.known_to(row), ZoneInfo(ctx.profile.timezone)
    found = {}
    for lang, speaking in SPEAKERS.items():
        entries = [e for f in figures if (e := _as_said(row, then, f))]
        parts = [f"{speaker(speaking)(figure_name(e.figure))} {shown(e, lang, zone)}" for e in entries]
        found[lang] = BETWEEN[lang].join([*parts, *([said.strip()] if said.strip() else [])])
    return found


def _right(figures: Sequence[str], right: str) -> dict[str, str]:
    """Figures stay gaps, so that what is right comes from the ledger."""
    found = {}
    for lang, speaking in SPEAKERS.items():
        parts = [f"{speaker(speaking)(figure_name(f))} {{{f}}}" for f in figures]
        found[lang] = BETWEEN[lang].join([*parts, *([right.strip()] if right.strip() else [])])
    return found
