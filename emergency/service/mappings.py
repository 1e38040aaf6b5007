"""How a strange file is to be read: proposed, looked at with masked rows, saved under a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from emergency.domain.record import COLUMNS_OF
from emergency.intake.cells import numbers
from emergency.intake.columns import AMOUNTS, COORDINATES, DATE_ORDERS, UNITS
from emergency.intake.columns import UNIT_NAMES as AMOUNT_UNITS
from emergency.intake.faults import FileFault, MappingFault
from emergency.intake.mapping import ClaimMapping, claim_mapping
from emergency.intake.masking import masked_rows
from emergency.intake.propose import Proposal, spoken_against
from emergency.intake.propose import propose as propose_columns
from emergency.intake.sniff import ENCODINGS, Sample, rows_if_few
from emergency.intake.units import said_unit
from emergency.intake.words import halves, lookup
from emergency.library.mapping import save_mapping
from emergency.service.context import Context, Refused
from emergency.service.drafts import (
    COLUMN_NAMES,
    JOINED,
    KIND_NAMES,
    WORDED,
    Draft,
    by_step,
    nowhere,
    raw_mapping,
    words,
)
from emergency.service.left_open import either_order, left_out, readable, shifted, system_of
from emergency.service.names import names_of
from emergency.service.saved_mappings import SHOWN_ROWS, Seen, fitting, seen, unit_questions
from emergency.texts import Message

# Words of one column that are offered one by one; more than this is no column of words.
MOST_WORDS = 24
_NAME = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff_-]{0,39}")


@dataclass(frozen=True)
class Proposed:
    """A proposal with everything needed to show it; no cell names a person.

    Attributes:
        rows: ten of the file's rows, masked.
        fitting: mappings that read the file as it is.
        spoken: words of the file whose meaning is asked -> as they may be shown.
        rows_in_file: how many, 0 = more than were looked at.
        against: why a mapping that knows the headers must not read the file, where none fits.
    """

    proposal: Proposal
    draft: Draft
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    fitting: tuple[str, ...]
    spoken: Mapping[str, str]
    rows_in_file: int = 0
    against: tuple[Message, ...] = ()

    @property
    def questions(self) -> tuple[Message, ...]:
        return open_questions(self)

    def to_json(self) -> dict[str, Any]:
        first = self.proposal.reading
        return {
            "kind": self.proposal.kind,
            "rows_are": self.proposal.rows_are,
            "encoding": first.encoding,
            "encoding_sure": self.proposal.sure_of_encoding,
            "readings": {r.encoding: r.header for r in self.proposal.readings if not self.proposal.sure_of_encoding},
            "header": list(self.header),
            "columns": {
                c: {"header": " + ".join(g.headers), "headers": list(g.headers)}
                | {"points": g.points, "by_cells": g.by_cells}
                for c, g in self.proposal.columns.items()
            },
            "unknown_headers": list(self.proposal.unknown),
            "units": {c: self.draft.units.get(c) for c in AMOUNTS if c in self.draft.columns},
            "units_said": {c: said.words for c, said in self.proposal.said.items()},
            "timezone": self.draft.timezone,
            "currency": self.draft.currency,
            "date_order": self.proposal.date_order or None,
            "coordinates_exchanged": self.proposal.swapped,
            "fitting_mappings": list(self.fitting),
            "words": {
                c: {self.spoken[word]: meaning for word, meaning in words_of(self, c, self.draft).items()}
                for c in WORDED
                if c in self.draft.columns
            },
            "questions": [str(q) for q in self.questions],
            "warnings": [str(w) for w in warnings(self)],
            "rows": [list(row) for row in self.rows],
        }


def propose(ctx: Context, path: Path, encoding: str = "", rows_are: str = "") -> Proposed:
    """How a file seems to be meant, with ten masked rows.

    Args:
        encoding: as a person chose it; rows_are: what a row of the file is, as a person chose it.

    Raises:
        FileFault: nothing in it can be read as a table.
    """
    synonyms = ctx.content.library.synonyms()
    proposal = propose_columns(path, names_of(ctx, synonyms), words(ctx), encoding, rows_are)
    first = proposal.reading
    chosen = bool(encoding) and not first.marked
    draft = _draft(ctx, proposal, first.encoding if chosen else "")
    spoken = [shown_words(ctx, draft.columns[c], list(said)) for c, said in draft.words.items()]
    fit, against = fitting(ctx, proposal)
    return Proposed(
        proposal=proposal,
        draft=draft,
        header=first.header,
        rows=shown_rows(ctx, proposal, draft.headers),
        fitting=fit,
        against=against,
        spoken={word: shown for one in spoken for word, shown in one.items()},
        rows_in_file=rows_if_few(path, first),
    )


def shown_rows(ctx: Context, proposal: Proposal, columns: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The first rows as they may be shown, by the columns chosen so far (claim column -> headers)."""
    return shown_sample(ctx, proposal.reading, SHOWN_ROWS, columns)


def shown_sample(
    ctx: Context, sample: Sample, rows: int, columns: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> tuple[tuple[str, ...], ...]:
    """Rows of one way to read a file, with nothing in them that leads to a person."""
    personal = ctx.content.library.synonyms()["personal"]
    # A column of words is looked at for names all the same: it may have been chosen by mistake.
    taken = {header: column for column, headers in columns.items() if column not in WORDED for header in headers}
    taken |= dict.fromkeys(columns.get("place", ()), "place")
    return tuple(map(tuple, masked_rows(sample.header, sample.rows[:rows], personal, taken, sample.rows)))


def shown_words(ctx: Context, header: str, said: Sequence[str]) -> dict[str, str]:
    """Words of a column -> as they may be shown: a column of names chosen by mistake shows none."""
    cells = [[word] for word in said]
    masked = masked_rows([header], cells, ctx.content.library.synonyms()["personal"], looked_at=cells)
    return {word: shown[0] for word, shown in zip(said, masked, strict=True)}


def _draft(ctx: Context, proposal: Proposal, encoding: str) -> Draft:
    regions = _regions(ctx, proposal)
    home = ctx.content.library.synonyms()["places"].get(regions, {})
    said = {found.code for found in proposal.said.values()} - {""}
    lined = "line" in COLUMNS_OF[proposal.rows_are] and "line" not in proposal.columns
    system = system_of(proposal)
    draft = Draft(
        columns={c: g.header for c, g in readable(proposal, system).items()},
        units=dict(proposal.units),
        more={c: g.more for c, g in proposal.columns.items() if g.more},
        parts={c: g.part for c, g in proposal.columns.items() if g.part},
        coordinates=system if system in COORDINATES else "wgs84",
        timezone=home.get("timezone", ctx.profile.timezone),
        currency=said.pop() if len(said) == 1 else home.get("currency", ctx.profile.currency),
        date_order="mdy" if "mdy" in proposal.orders else proposal.orders[0],
        encoding=encoding,
        regions=regions,
        line="property" if lined else "",
        rows_are=proposal.rows_are,
    )
    return replace(draft, words=_known_words(ctx, proposal, draft))


def _regions(ctx: Context, proposal: Proposal) -> str:
    """The region set a file's places lie in: by its language, by its points, else the workspace's own."""
    if any(not h.isascii() for h in proposal.reading.header):
        return "cn"
    lon, lat = (_degrees(proposal, name) for name in ("lon", "lat"))
    own, *others = dict.fromkeys((ctx.profile.region_set, *ctx.content.regions.names()))
    if not len(lon) or len(lon) != len(lat):
        return own
    shares = {name: _inside(ctx.content.regions.get(name).bounds, lon, lat) for name in (own, *others)}
    best = max(others, key=lambda name: shares[name], default=own)
    return best if shares[best] > shares[own] else own


def _degrees(proposal: Proposal, column: str) -> Any:
    guess = proposal.columns.get(column)
    if guess is None:
        return []
    at = proposal.reading.header.index(guess.header)
    cells = pa.array([row[at] for row in proposal.reading.rows], pa.string())
    return numbers(halves(cells, guess.part)).values


def _inside(bounds: tuple[float, float, float, float], lon: Any, lat: Any) -> float:
    """Share of the points that lie in a box; of a box round half the globe, points of it count half."""
    west, south, east, north = bounds
    found = float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean())
    return found / 2 if east - west > 180 else found


def _known_words(ctx: Context, proposal: Proposal, draft: Draft) -> dict[str, dict[str, str]]:
    """Column -> word in the file -> what the shipped tables make of it, "" where they do not know it."""
    tables = {name: lookup(column) for name, column in words(ctx).items()}
    found = {}
    for column in WORDED:
        if column in draft.columns:
            said = _words_in(proposal, draft.columns[column])
            found[column] = {word: tables[column](word) or "" for word in said}
    return found


def _words_in(proposal: Proposal, header: str) -> list[str]:
    """Different words of a column of the sample, the most frequent first."""
    if header not in proposal.reading.header:
        return []
    at = proposal.reading.header.index(header)
    said = Counter(cell for row in proposal.reading.rows if (cell := row[at].strip()))
    return [word for word, _ in said.most_common()]


def words_of(proposed: Proposed, column: str, draft: Draft) -> dict[str, str]:
    """Words under the header chosen for a column, and what each means; "" = rows with it are rejected."""
    header = draft.columns.get(column, "")
    if header == proposed.draft.columns.get(column):
        return dict(proposed.draft.words.get(column, {}))
    return dict.fromkeys(_words_in(proposed.proposal, header), "")


def meanings(ctx: Context, proposed: Proposed, column: str, header: str) -> dict[str, str]:
    """Words under a header as the shipped tables read them, for a column whose header was changed."""
    table = lookup(words(ctx)[column])
    return {word: table(word) or "" for word in _words_in(proposed.proposal, header)}


def open_questions(proposed: Proposed, draft: Draft | None = None) -> tuple[Message, ...]:
    """What a person must still say before the file can be read."""
    draft = draft or proposed.draft
    asked = [
        Message("Which column is the {column}?", {"column": Message(COLUMN_NAMES[name])})
        for name in draft.needed
        if not draft.columns.get(name)
    ]
    if draft.either:
        first, second = (Message(COLUMN_NAMES[name]) for name in draft.either)
        asked.append(Message("Which column is the {first} or the {second}?", {"first": first, "second": second}))
    asked += [
        Message("In which unit is {header}? Units are never guessed.", {"header": draft.columns[name]})
        for name in AMOUNTS
        if draft.columns.get(name) and not draft.units.get(name)
    ]
    asked += [
        Message("{header} is in {unit_currency}, but the currency below is {currency}: make them agree.", gaps)
        for name in AMOUNTS
        if draft.columns.get(name) and (gaps := _clash(draft, name))
    ]
    asked += [*unit_questions(proposed.proposal, draft), *_twice(draft)]
    if not proposed.proposal.sure_of_encoding and not draft.encoding:
        asked.insert(0, Message("Which encoding is right? Choose the one under which the rows can be read."))
    return tuple(asked)


def _twice(draft: Draft) -> list[Message]:
    """Columns that stand for an amount and for something else: a sum is one thing only."""
    found = []
    names = [name for name in draft.columns_of_kind if draft.columns.get(name)]
    for first, second in combinations(names, 2):
        header = draft.columns[first]
        if header == draft.columns[second] and {first, second} & set(AMOUNTS):
            gaps = {"header": header, "first": Message(COLUMN_NAMES[first]), "second": Message(COLUMN_NAMES[second])}
            found.append(Message("{header} cannot be both {first} and {second}: choose another column for one.", gaps))
    return found


def doubts(ctx: Context, draft: Draft) -> tuple[Message, ...]:
    """What a person chose although the header says something else; it is done all the same."""
    against = ctx.content.library.synonyms().get("against", {})
    return tuple(
        Message(
            "{header} says {word}, but is read as {column}. "
            "Amounts estimated and paid must not be mixed up: look again.",
            {"header": draft.columns[name], "word": word, "column": Message(COLUMN_NAMES[name])},
        )
        for name in AMOUNTS
        if draft.columns.get(name) and (word := spoken_against(draft.columns[name], against.get(name, ())))
    )


def warnings(proposed: Proposed, draft: Draft | None = None) -> tuple[Message, ...]:
    """What a person should look at before saving: what only cells speak for, and that nothing says where."""
    draft = draft or proposed.draft
    guessed = {c: g.header for c, g in proposed.proposal.columns.items() if g.by_cells}
    said = (
        *nowhere(draft, proposed.rows_in_file),
        *by_step(draft),
        *either_order(proposed.proposal, draft),
        *left_out(proposed.proposal, draft),
        *shifted(proposed.proposal, draft),
    )
    return said + tuple(
        Message(
            "{header} is taken as {column} by its cells alone: look whether that is right.",
            {"header": header, "column": Message(COLUMN_NAMES[name])},
        )
        for name, header in guessed.items()
        if draft.columns.get(name) == header
    )


def _clash(draft: Draft, name: str) -> dict[str, str]:
    """An amount whose unit belongs to one currency, in a file of another."""
    fits = UNITS[draft.units[name]][1] if draft.units.get(name) in UNITS else ""
    if not fits or fits == draft.currency:
        return {}
    return {"header": draft.columns[name], "unit_currency": fits, "currency": draft.currency}


def mapping_of(ctx: Context, name: str, draft: Draft) -> ClaimMapping:
    """The draft as a mapping, not saved.

    Raises:
        MappingFault: every fault, with what is allowed.
    """
    return claim_mapping(raw_mapping(ctx, name, draft), f"{name}.mapping.yaml")


def save(ctx: Context, name: str, draft: Draft) -> Path:
    """Keep the draft as a named mapping in the console's own folder, for every later file of this source.

    Raises:
        Refused: a name that cannot be a file's or belongs to a shipped mapping.
        MappingFault: the draft is not complete.
    """
    if not _NAME.fullmatch(name):
        raise Refused(
            Message(
                "{name} cannot be the name of a mapping: use Chinese, small letters, digits, - and _, 40 at most",
                {"name": name or "–"},
            )
        )
    folder = ctx.content.home / "mappings"
    known = ctx.content.library.mappings()
    if name in known and known[name][1].parent != folder:
        raise Refused(Message("{name} is a mapping that came with the console; choose another name", {"name": name}))
    mapping_of(ctx, name, draft)
    raw = raw_mapping(ctx, name, draft)
    path = save_mapping(folder, raw)
    columns = {column: " + ".join(headers) for column, headers in draft.headers.items()}
    with ctx.store.write() as connection:
        ctx.record(connection, "mapping.save", name, {"file": path.name, "columns": columns})
    return path


__all__ = [
    "AMOUNTS",
    "AMOUNT_UNITS",
    "COLUMN_NAMES",
    "COORDINATES",
    "DATE_ORDERS",
    "ENCODINGS",
    "JOINED",
    "KIND_NAMES",
    "MOST_WORDS",
    "UNITS",
    "WORDED",
    "Draft",
    "FileFault",
    "MappingFault",
    "Proposed",
    "Seen",
    "doubts",
    "mapping_of",
    "meanings",
    "open_questions",
    "propose",
    "raw_mapping",
    "said_unit",
    "save",
    "seen",
    "shown_rows",
    "shown_sample",
    "shown_words",
    "warnings",
    "words_of",
]
