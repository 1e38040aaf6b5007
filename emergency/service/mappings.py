"""How a strange file is to be read: proposed, looked at with masked rows, saved under a name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from emergency.domain.claim import CLAIM_COLUMNS
from emergency.intake.columns import AMOUNTS, COORDINATES, DATE_ORDERS, UNITS, VOCABULARIES, Column
from emergency.intake.faults import FileFault, IntakeFault, MappingFault
from emergency.intake.headers import checked, find_header, positions
from emergency.intake.mapping import ClaimMapping, claim_mapping
from emergency.intake.masking import masked_rows
from emergency.intake.propose import Proposal
from emergency.intake.propose import propose as propose_columns
from emergency.intake.sniff import ENCODINGS
from emergency.library.mapping import save_mapping
from emergency.service.context import Context, Refused
from emergency.texts import N_, Message

SHOWN_ROWS = 10
COLUMNS = tuple(name for name in CLAIM_COLUMNS if name != "row")
NEEDED = ("report_no", "loss_at")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Draft:
    """What a person decides about a file; complete enough to be saved once `open_questions` is empty.

    Attributes:
        columns: claim column -> header.
        parts: lon and lat -> which number of a shared column.
        units: amount column -> unit.
        encoding: kept in the mapping only where the headers do not prove it.
    """

    columns: Mapping[str, str]
    units: Mapping[str, str]
    timezone: str
    currency: str
    parts: Mapping[str, int] = field(default_factory=dict)
    coordinates: str = "wgs84"
    date_order: str = "ymd"
    encoding: str = ""
    regions: str = ""
    line: str = ""  # one line for the whole file, where no column says it


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
            "questions": [str(q) for q in self.questions],
            "rows": [list(row) for row in self.rows],
        }


def propose(ctx: Context, path: Path, encoding: str = "") -> Proposed:
    """How a file seems to be meant, with ten masked rows.

    Raises:
        FileFault: nothing in it can be read as a table.
    """
    synonyms = ctx.content.library.synonyms()
    proposal = propose_columns(path, synonyms["columns"], words(ctx), encoding)
    first = proposal.reading
    rows = masked_rows(first.header, first.rows[:SHOWN_ROWS], synonyms["personal"])
    chosen = bool(encoding) and not first.marked
    return Proposed(
        proposal=proposal,
        draft=_draft(ctx, proposal, first.encoding if chosen or not proposal.sure_of_encoding else ""),
        header=first.header,
        rows=tuple(map(tuple, rows)),
        fitting=_fitting(ctx, proposal),
    )


def _draft(ctx: Context, proposal: Proposal, encoding: str) -> Draft:
    place = ctx.content.library.synonyms()["places"].get(ctx.profile.region_set, {})
    chinese = any(not h.isascii() for h in proposal.reading.header)
    home = ctx.content.library.synonyms()["places"]["cn"] if chinese else place
    currency = "CNY" if set(proposal.units.values()) & {"yuan"} else home.get("currency", ctx.profile.currency)
    return Draft(
        columns={c: g.header for c, g in proposal.columns.items()},
        units=dict(proposal.units),
        parts={c: g.part for c, g in proposal.columns.items() if g.part},
        timezone=home.get("timezone", ctx.profile.timezone),
        currency=currency,
        date_order=proposal.date_order or "mdy",
        encoding=encoding,
        regions="cn" if chinese else ctx.profile.region_set,
        line="" if "line" in proposal.columns else "property",
    )


def words(ctx: Context) -> dict[str, Column]:
    """Claim column -> the tables of words of the shipped mappings, merged."""
    known = ctx.content.library.mappings()
    merged: dict[str, dict[str, dict[str, str]]] = {name: {"values": {}, "contains": {}} for name in VOCABULARIES}
    for source in ctx.content.library.synonyms()["words_from"]:
        for name, tables in merged.items():
            column = known.get(source, ({}, Path()))[0].get("columns", {}).get(name, {})
            for kind, table in tables.items():
                table.update({k: v for k, v in column.get(kind, {}).items() if k not in table})
    return {name: Column(name, values=t["values"], contains=t["contains"]) for name, t in merged.items()}


def _fitting(ctx: Context, proposal: Proposal) -> tuple[str, ...]:
    """Mappings that can read the file as it is, the one that reads most of it first."""
    header = proposal.reading.header
    found: list[tuple[int, str]] = []
    for name, (raw, path) in ctx.content.library.mappings().items():
        try:
            mapping = claim_mapping(raw, path)
            if mapping.kind != "claims" or find_header([header], mapping) is None:
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
        for name in NEEDED
        if not draft.columns.get(name)
    ]
    asked += [
        Message("In which unit is {header}? Units are never guessed.", {"header": draft.columns[name]})
        for name in AMOUNTS
        if draft.columns.get(name) and not draft.units.get(name)
    ]
    if not proposed.proposal.sure_of_encoding and not draft.encoding:
        asked.append(Message("Which encoding is right? Choose the one under which the rows can be read."))
    return tuple(asked)


def raw_mapping(ctx: Context, name: str, draft: Draft) -> dict[str, Any]:
    """The draft as the content of a mapping file."""
    tables = words(ctx)
    columns: dict[str, Any] = {}
    for column in COLUMNS:
        header = draft.columns.get(column)
        if header:
            columns[column] = _column(column, header, draft, tables)
    raw: dict[str, Any] = {
        "format": "mapping/1.0",
        "id": name,
        "version": "1.0.0",
        "title": {"en": name, "zh": name},
        "source": name,
        "timezone": draft.timezone,
        "currency": draft.currency,
        "columns": columns,
    }
    if draft.regions:
        raw["regions"] = draft.regions
    if draft.date_order != "ymd":
        raw["date_order"] = draft.date_order
    if draft.encoding:
        raw["encoding"] = draft.encoding
    if draft.coordinates != "wgs84":
        raw["coordinates"] = {"system": draft.coordinates}
    if "line" not in columns:
        raw["constants"] = {"line": draft.line or "property"}
    return raw


def _column(column: str, header: str, draft: Draft, tables: Mapping[str, Column]) -> dict[str, Any]:
    found: dict[str, Any] = {"from": header}
    if column in AMOUNTS:
        found["unit"] = draft.units.get(column, "")
    if column in draft.parts:
        found["part"] = draft.parts[column]
    if column == "region_given":
        found["digits"] = 5 if draft.regions == "us" else 6
    if column in tables:
        found["values"] = dict(tables[column].values)
        if tables[column].contains:
            found["contains"] = dict(tables[column].contains)
        found["default"] = {"line": draft.line or "property", "status": "reported", "channel": "unknown"}[column]
    return found


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
                "{name} cannot be the name of a mapping: use small letters, digits, - and _, 40 at most",
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


COLUMN_NAMES: Mapping[str, str] = {
    "report_no": N_("report number"),
    "policy_no": N_("policy number"),
    "line": N_("line of business"),
    "cause": N_("cause of loss"),
    "loss_at": N_("time of loss"),
    "reported_at": N_("time of report"),
    "channel": N_("channel"),
    "place": N_("place of loss, in words"),
    "region_given": N_("region code"),
    "lon": N_("longitude"),
    "lat": N_("latitude"),
    "currency": N_("currency of the row"),
    "estimated_minor": N_("estimated loss"),
    "paid_minor": N_("paid"),
    "injured": N_("injured persons"),
    "dead": N_("dead persons"),
    "status": N_("state of the claim"),
}

__all__ = [
    "AMOUNTS",
    "COLUMNS",
    "COLUMN_NAMES",
    "COORDINATES",
    "DATE_ORDERS",
    "ENCODINGS",
    "UNITS",
    "Draft",
    "FileFault",
    "MappingFault",
    "Proposed",
    "mapping_of",
    "masked_preview",
    "open_questions",
    "propose",
    "raw_mapping",
    "save",
]
