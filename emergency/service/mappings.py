"""How a strange file is to be read: proposed, looked at with masked rows, saved under a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from emergency.domain.record import COLUMNS_OF
from emergency.intake.cells import numbers
from emergency.intake.columns import AMOUNTS, COORDINATES, DATE_ORDERS, UNITS
from emergency.intake.faults import FileFault, IntakeFault, MappingFault
from emergency.intake.headers import checked, find_header, positions
from emergency.intake.mapping import ClaimMapping, claim_mapping
from emergency.intake.masking import masked_rows
from emergency.intake.propose import Names, Proposal
from emergency.intake.propose import propose as propose_columns
from emergency.intake.sniff import ENCODINGS
from emergency.intake.words import halves, lookup
from emergency.library.mapping import save_mapping
from emergency.service.context import Context, Refused
from emergency.service.drafts import COLUMN_NAMES, KIND_NAMES, WORDED, Draft, raw_mapping, words
from emergency.texts import Message

SHOWN_ROWS = 10
# Words of one column that are offered one by one; more than this is no column of words.
MOST_WORDS = 24
_NAME = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff_-]{0,39}")


@dataclass(frozen=True)
class Proposed:
    """A proposal with everything needed to show it; no cell names a person."""

    proposal: Proposal
    draft: Draft
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    fitting: tuple[str, ...]

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
            "header": list(self.header),
            "columns": {c: {"header": g.header, "points": g.points} for c, g in self.proposal.columns.items()},
            "unknown_headers": list(self.proposal.unknown),
            "units": {c: self.draft.units.get(c) for c in AMOUNTS if c in self.draft.columns},
            "timezone": self.draft.timezone,
            "currency": self.draft.currency,
            "date_order": self.proposal.date_order or None,
            "coordinates_exchanged": self.proposal.swapped,
            "fitting_mappings": list(self.fitting),
            "words": {c: words_of(self, c, self.draft) for c in WORDED if c in self.draft.columns},
            "questions": [str(q) for q in self.questions],
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
    proposal = propose_columns(path, _names(synonyms), words(ctx), encoding, rows_are)
    first = proposal.reading
    chosen = bool(encoding) and not first.marked
    return Proposed(
        proposal=proposal,
        draft=_draft(ctx, proposal, first.encoding if chosen else ""),
        header=first.header,
        rows=tuple(map(tuple, masked_rows(first.header, first.rows[:SHOWN_ROWS], synonyms["personal"]))),
        fitting=_fitting(ctx, proposal),
    )


def _names(synonyms: Mapping[str, Any]) -> dict[str, Names]:
    """The shapes nothing but a list of its own kind has come first."""
    numbered = {"report_no": synonyms["signs"]["report_no"]}
    others = {kind: Names(columns, numbered) for kind, columns in synonyms["record_columns"].items()}
    return {"claims": Names(synonyms["columns"], synonyms["signs"]), **others}


def _draft(ctx: Context, proposal: Proposal, encoding: str) -> Draft:
    regions = _regions(ctx, proposal)
    home = ctx.content.library.synonyms()["places"].get(regions, {})
    said = {UNITS[unit][1] for unit in proposal.units.values()} - {""}
    lined = "line" in COLUMNS_OF[proposal.rows_are] and "line" not in proposal.columns
    draft = Draft(
        columns={c: g.header for c, g in proposal.columns.items()},
        units=dict(proposal.units),
        parts={c: g.part for c, g in proposal.columns.items() if g.part},
        timezone=home.get("timezone", ctx.profile.timezone),
        currency=said.pop() if len(said) == 1 else home.get("currency", ctx.profile.currency),
        date_order=proposal.date_order or "mdy",
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


def _fitting(ctx: Context, proposal: Proposal) -> tuple[str, ...]:
    """Mappings that can read the file as it is, the one that reads most of it first."""
    header = proposal.reading.header
    found: list[tuple[int, str]] = []
    for name, (raw, path) in ctx.content.library.mappings().items():
        try:
            mapping = claim_mapping(raw, path)
            if find_header([header], mapping) is None:
                continue
            checked(header, mapping)
        except IntakeFault:
            continue
        if mapping.encoding in ("", proposal.reading.encoding):
            found.append((-len(_read_by(header, mapping)), name))
    return tuple(name for _, name in sorted(found))


def _read_by(header: Sequence[str], mapping: ClaimMapping) -> set[int]:
    return {at for column in mapping.columns.values() for at in positions(header, column)}


def open_questions(proposed: Proposed, draft: Draft | None = None) -> tuple[Message, ...]:
    """What a person must still say before the file can be read."""
    draft = draft or proposed.draft
    asked = [
        Message("Which column is the {column}?", {"column": Message(COLUMN_NAMES[name])})
        for name in draft.needed
        if not draft.columns.get(name)
    ]
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
    if not proposed.proposal.sure_of_encoding and not draft.encoding:
        asked.insert(0, Message("Which encoding is right? Choose the one under which the rows can be read."))
    return tuple(asked)


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
    with ctx.store.write() as connection:
        ctx.record(connection, "mapping.save", name, {"file": path.name, "columns": dict(draft.columns)})
    return path


def masked_preview(ctx: Context, rejects: Path, rows: int = 50) -> pd.DataFrame:
    """The first rows of a reject file as they may be shown."""
    found = pd.read_csv(rejects, dtype=str, nrows=rows, keep_default_na=False, on_bad_lines="skip")
    names = [str(c) for c in found.columns]
    masked = masked_rows(names, found.to_numpy().tolist(), ctx.content.library.synonyms()["personal"])
    return pd.DataFrame(masked, columns=names)


__all__ = [
    "AMOUNTS",
    "COLUMN_NAMES",
    "COORDINATES",
    "DATE_ORDERS",
    "ENCODINGS",
    "KIND_NAMES",
    "MOST_WORDS",
    "UNITS",
    "WORDED",
    "Draft",
    "FileFault",
    "MappingFault",
    "Proposed",
    "mapping_of",
    "masked_preview",
    "meanings",
    "open_questions",
    "propose",
    "raw_mapping",
    "save",
    "words_of",
]
