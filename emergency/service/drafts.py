"""What a person decides about a strange file, and the mapping that comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emergency.domain.record import COLUMNS_OF, EITHER_OF, NEEDED_OF, STEP_AMOUNT
from emergency.intake.columns import AMOUNTS, INSTANTS, VOCABULARIES, Column
from emergency.intake.words import folded
from emergency.service.context import Context
from emergency.texts import N_, Message

# Kind of file -> what a row of it is.
KIND_NAMES: Mapping[str, str] = {
    "claims": N_("claims: one loss a row"),
    "messages": N_("messages about claims: a step or an amount a row"),
    "policies": N_("policies in force, by region"),
    "casualties": N_("official casualty figures"),
}
# Columns that may be joined from several of a file, and from how many: a place's parts, a day and its time.
JOINED: Mapping[str, int] = {"place": 6, **dict.fromkeys(INSTANTS, 2)}
# Columns of words a person is asked about; an unknown channel is just that.
# Sources of the mappings that come with the console.
_SHIPPED = ("openfema-nfip", "plain", "zh-common")
WORDED = ("line", "status", "kind")
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
    "policy_from": N_("first day of the policy"),
    "policy_until": N_("last day of the policy"),
    "kind": N_("step or kind of message"),
    "at": N_("time of the step"),
    "outstanding_minor": N_("outstanding"),
    "amount_minor": N_("amount of the step"),
    "note": N_("note"),
    "policies": N_("number of policies"),
    "sum_insured_minor": N_("sum insured"),
    "own_share": N_("own share"),
    "as_of": N_("as of"),
    "missing": N_("missing persons"),
    "serious": N_("seriously injured persons"),
    "said_by": N_("said by"),
}


@dataclass(frozen=True)
class Draft:
    """What a person decides about a file; complete enough to be saved once `open_questions` is empty.

    Attributes:
        columns: claim column -> header, of several that are joined the first.
        more: claim column -> the headers joined behind it, in order: the parts of a place, the time of a day.
        parts: lon and lat -> which number of a shared column.
        units: amount column -> unit.
        encoding: kept in the mapping only where the headers do not prove it.
        line: of all rows, where no column says it.
        source: of the claims that messages speak of; the mapping's own name where it is empty.
        words: column -> word of the file -> what it means, "" = rows with it are rejected.
        unknown: column -> what a word means that nobody has named, "" = rejected.
    """

    columns: Mapping[str, str]
    units: Mapping[str, str]
    timezone: str
    currency: str
    more: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    coordinates: str = "wgs84"
    date_order: str = "ymd"
    encoding: str = ""
    regions: str = ""
    line: str = ""
    rows_are: str = "claims"
    source: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """Claim column -> every header it is taken from, in order."""
        return {column: (header, *self.more.get(column, ())) for column, header in self.columns.items() if header}

    @property
    def columns_of_kind(self) -> tuple[str, ...]:
        return COLUMNS_OF[self.rows_are]

    @property
    def needed(self) -> tuple[str, ...]:
        return NEEDED_OF[self.rows_are]

    @property
    def either(self) -> tuple[str, ...]:
        """Columns of which one is needed and none is chosen."""
        found = EITHER_OF.get(self.rows_are, ())
        return () if any(self.columns.get(name) for name in found) else found


def nowhere(draft: Draft, rows: int = 0) -> tuple[Message, ...]:
    """That no chosen column says where the claims of a file are; ``rows`` of it, 0 = not known."""
    said = {column for column, header in draft.columns.items() if header}
    if draft.rows_are != "claims" or said & {"place", "region_given"} or {"lon", "lat"} <= said:
        return ()
    if not rows:
        return (Message("No column says where: all claims will wait in the queue of those without a place."),)
    values = {"n": rows}
    return (Message("No column says where: all {n} claims will wait in the queue of those without a place.", values),)


def by_step(draft: Draft) -> tuple[Message, ...]:
    """How one column of amounts for all steps is read."""
    header = draft.columns.get(STEP_AMOUNT) if draft.rows_are == "messages" else None
    text = N_(
        "{header} is taken by the step of its row: up to approval as the estimated loss, at a payment, an advance and"
        " the closing as paid to date. Amounts at other steps are not taken, and the receipt names them."
    )
    return (Message(text, {"header": header}),) if header else ()


def words(ctx: Context) -> dict[str, Column]:
    """Column -> the tables of words of the shipped mappings, merged."""
    known = ctx.content.library.mappings()
    merged: dict[str, dict[str, dict[str, str]]] = {name: {"values": {}, "contains": {}} for name in VOCABULARIES}
    for source in ctx.content.library.synonyms()["words_from"]:
        for name, tables in merged.items():
            column = known.get(source, ({}, Path()))[0].get("columns", {}).get(name, {})
            for kind, table in tables.items() if isinstance(column, Mapping) else ():
                table.update({k: v for k, v in column.get(kind, {}).items() if k not in table})
    for name, table in ctx.content.library.synonyms().get("words", {}).items():
        merged[name]["contains"].update({k: v for k, v in table.items() if k not in merged[name]["contains"]})
    return {name: Column(name, values=t["values"], contains=t["contains"]) for name, t in merged.items()}


def raw_mapping(ctx: Context, name: str, draft: Draft) -> dict[str, Any]:
    """The draft as the content of a mapping file."""
    tables = words(ctx)
    columns: dict[str, Any] = {}
    for column in draft.columns_of_kind:
        header = draft.columns.get(column)
        if header:
            columns[column] = _column(column, header, draft, tables)
    raw: dict[str, Any] = {
        "format": "mapping/1.0",
        "kind": draft.rows_are,
        "id": name,
        "version": "1.0.0",
        "title": {"en": name, "zh": name},
        "source": draft.source or name,
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
    if "line" not in columns and "line" in draft.columns_of_kind:
        raw["constants"] = {"line": draft.line or "property"}
    return raw


def _column(column: str, header: str, draft: Draft, tables: Mapping[str, Column]) -> dict[str, Any]:
    more = list(draft.more.get(column, ()))
    found: dict[str, Any] = {"join": [header, *more]} if more else {"from": header}
    if column in AMOUNTS:
        found["unit"] = draft.units.get(column, "")
    if column in draft.parts:
        found["part"] = draft.parts[column]
    if column == "region_given" and draft.rows_are == "claims":
        found["digits"] = 5 if draft.regions == "us" else 6
    if column in VOCABULARIES:
        found |= _worded(column, draft, tables[column])
    return found


def _worded(column: str, draft: Draft, table: Column) -> dict[str, Any]:
    """A column of words: what a person said of the file's own words wins over the shipped tables."""
    said = {word: meaning for word, meaning in draft.words.get(column, {}).items() if meaning}
    refused = {folded(word) for word, meaning in draft.words.get(column, {}).items() if not meaning}
    values = {w: m for w, m in table.values.items() if folded(w) not in refused}
    # Part of a word decides only where no word of the file was given up: it might hold one of these.
    contains = {p: m for p, m in table.contains.items() if not any(folded(p) in word for word in refused)}
    found: dict[str, Any] = {"values": values | said}
    if contains:
        found["contains"] = contains
    unknown = draft.unknown.get(column, "unknown" if column == "channel" else "")
    if column == "kind":
        return found
    blank = {"line": draft.line or "property", "status": "reported", "channel": "unknown"}[column]
    return found | {"default": unknown or blank, "unknown": "default" if unknown else "reject"}


def claim_sources(ctx: Context) -> list[str]:
    """Sources of claims that messages may speak of, those a person named here first."""
    known = ctx.content.library.mappings().values()
    found = [raw["source"] for raw, _ in known if raw.get("kind", "claims") == "claims" and "source" in raw]
    return sorted(dict.fromkeys(map(str, found)), key=lambda name: (name in _SHIPPED, name))
