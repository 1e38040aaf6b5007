"""A mapping says how one source's columns become claims.

It is content, kept as ``data/mappings/<name>.mapping.yaml`` (format
``mapping/1.0``) and written by claims people; what each file assumes stands in
its own comments. This module turns the raw mapping into a `ClaimMapping` that
is whole, or says every fault at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.claim import STATUSES
from emergency.domain.record import COLUMNS_OF, EITHER_OF, NEEDED_OF
from emergency.intake.columns import (
    ABSENT,
    AMOUNTS,
    COORDINATES,
    DATE_ORDERS,
    FALLBACKS,
    INSTANTS,
    UNITS,
    VOCABULARIES,
    Column,
    StatusRule,
)
from emergency.intake.faults import MappingFault
from emergency.texts import N_, Message

FORMAT = "mapping/1."
_TOP = (
    *("format", "kind", "id", "version", "title", "source", "regions", "timezone", "currency", "encoding"),
    *("date_order", "absent", "coordinates", "columns", "constants"),
)
_COLUMN = (
    *("from", "sum", "join", "required", "values", "contains", "default", "unknown", "unit", "otherwise"),
    *("rules", "as", "digits", "part"),
)


@dataclass(frozen=True)
class ClaimMapping:
    """How one source's files are read.

    Attributes:
        name: what ``--mapping`` calls it.
        kind: claims, messages, policies or casualties: what a row of the file is.
        source: the source's key; with the report number it names a claim for good.
        timezone: IANA zone of times without an offset.
        currency: ISO 4217 code of rows that name none.
        columns: claim column -> where it comes from.
        constants: claim column -> one value for every row.
        regions: id of the region set its places lie in, empty = the workspace's.
        rounded_degrees: grid its coordinates are rounded to, 0 = exact.
        coordinates: ``wgs84``, or ``gcj02`` where they come from a Chinese web map.
        encoding: fixed encoding, empty = found out and proved by the headers.
        date_order: ``ymd`` or, for 7/20/2021, ``mdy`` or ``dmy``.
        absent: cells that mean "nothing", lower case.
    """

    name: str
    source: str
    timezone: str
    currency: str
    columns: Mapping[str, Column]
    kind: str = "claims"
    version: str = "1.0.0"
    title: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    regions: str = ""
    rounded_degrees: float = 0.0
    coordinates: str = "wgs84"
    encoding: str = ""
    date_order: str = "ymd"
    absent: frozenset[str] = frozenset(ABSENT)

    def __post_init__(self) -> None:
        faults = [*_whole(self)]
        if faults:
            raise MappingFault(*faults)

    @property
    def required_headers(self) -> tuple[tuple[str, ...], ...]:
        """Alternatives by required column: a file must show one header of each group, of a join the first."""
        needed = [c for c in self.columns.values() if c.required]
        return tuple(c.headers[:1] if c.combine == "join" else c.headers for c in needed)


def _whole(mapping: ClaimMapping) -> list[Message]:
    faults = []
    for needed in NEEDED_OF[mapping.kind]:
        if needed not in mapping.columns:
            faults.append(_say("columns", N_("{column} is missing: a claim needs it"), column=needed))
    either = EITHER_OF.get(mapping.kind, ())
    if either and not set(either) & mapping.columns.keys():
        faults.append(_say("columns", N_("one of {columns} is missing"), columns=", ".join(either)))
    lined = "line" in COLUMNS_OF[mapping.kind]
    if lined and "line" not in mapping.constants and not _always_gives(mapping.columns.get("line")):
        faults.append(
            _say("columns.line", N_("give a default, a constant or required: true; a claim needs a line"))
        )
    for name in AMOUNTS:
        column = mapping.columns.get(name)
        fits = UNITS[column.unit][1] if column and column.unit in UNITS else ""
        if fits and ("currency" in mapping.columns or fits != mapping.currency):
            faults.append(
                _say(
                    f"columns.{name}.unit",
                    N_("{unit} means {fits}, but the currency is {currency}; use the unit whole"),
                    unit=column.unit if column else "",
                    fits=fits,
                    currency=mapping.currency,
                )
            )
    return faults


def _always_gives(column: Column | None) -> bool:
    return column is not None and (column.default is not None or column.required)


def _say(where: str, text: str, **values: Any) -> Message:
    return Message("{where}: {fault}", {"where": where, "fault": Message(text, values)})


def claim_mapping(raw: Mapping[str, Any], path: Path | str) -> ClaimMapping:
    """The mapping in a file read by the strict YAML reader.

    Raises:
        MappingFault: every fault of the file, each with its place in it and what is allowed.
    """
    return _Reading(raw, Path(path)).mapping()


class _Reading:
    """One pass over a raw mapping, collecting faults."""

    def __init__(self, raw: Mapping[str, Any], path: Path) -> None:
        self.raw, self.path = raw, path
        found = str(raw.get("kind", "claims")) if isinstance(raw, Mapping) else "claims"
        self.kind = found if found in COLUMNS_OF else "claims"
        self.faults: list[Message] = []

    def wrong(self, where: str, text: str, **values: Any) -> None:
        self.faults.append(_say(f"{self.path.name}: {where}" if where else self.path.name, text, **values))

    def mapping(self) -> ClaimMapping:
        if not isinstance(self.raw, Mapping):
            self.wrong("", N_("a mapping file holds keys and values, starting with format: mapping/1.0"))
            raise MappingFault(*self.faults)
        raw = self.raw
        self.known(raw, _TOP, "")
        if not str(raw.get("format", "")).startswith(FORMAT):
            self.wrong("format", N_("must be mapping/1.0, found {found}"), found=raw.get("format", ""))
        self.one_of(str(raw.get("kind", "claims")), tuple(COLUMNS_OF), "kind")
        given: dict[str, Any] = {
            "kind": self.kind,
            "name": self.text(raw, "id"),
            "source": self.text(raw, "source"),
            "timezone": self.zone(self.text(raw, "timezone")),
            "currency": self.currency(self.text(raw, "currency"), "currency"),
            "columns": self.columns(raw.get("columns")),
            "version": str(raw.get("version", "1.0.0")),
            "title": self.table(raw.get("title", {}), "title"),
            "constants": self.constants(raw.get("constants", {})),
            "regions": str(raw.get("regions", "")),
            "rounded_degrees": self.rounding(raw.get("coordinates", {})),
            "coordinates": self.coordinates(raw.get("coordinates", {})),
            "encoding": self.encoding(str(raw.get("encoding", ""))),
            "date_order": self.one_of(str(raw.get("date_order", "ymd")), DATE_ORDERS, "date_order"),
            "absent": frozenset((*ABSENT, *(t.lower() for t in self.texts(raw.get("absent", []), "absent")))),
        }
        if self.faults:
            raise MappingFault(*self.faults)
        try:
            return ClaimMapping(**given)
        except MappingFault as fault:
            named = (Message("{where}: {fault}", {"where": self.path.name, "fault": m}) for m in fault.messages)
            raise MappingFault(*named) from None

    # -- single values -------------------------------------------------------------------------

    def known(self, raw: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
        for key in raw:
            if key not in allowed and not str(key).startswith("x-"):
                self.wrong(
                    where, N_("{key} is not known here; allowed: {allowed}"), key=key, allowed=", ".join(allowed)
                )

    def text(self, raw: Mapping[str, Any], key: str) -> str:
        found = raw.get(key)
        if not isinstance(found, str) or not found.strip():
            self.wrong(key, N_("is missing: give a text"))
            return ""
        return found.strip()

    def texts(self, raw: Any, where: str) -> tuple[str, ...]:
        found = raw if isinstance(raw, list) else [raw]
        if not all(isinstance(t, str | int | float) and not isinstance(t, bool) for t in found):
            self.wrong(where, N_("must be a text or a list of texts"))
            return ()
        return tuple(str(t) for t in found)

    def table(self, raw: Any, where: str) -> dict[str, str]:
        if not isinstance(raw, Mapping) or any(isinstance(v, Mapping | list) for v in raw.values()):
            self.wrong(where, N_("must be a table of texts, one `from: to` a line"))
            return {}
        return {str(k): str(v) for k, v in raw.items()}

    def one_of(self, found: str, allowed: tuple[str, ...], where: str) -> str:
        if found not in allowed:
            self.wrong(where, N_("{found} is not one of {allowed}"), found=found, allowed=", ".join(allowed))
        return found

    def zone(self, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            if name:
                self.wrong("timezone", N_("{found} is no IANA time zone; write it like Asia/Shanghai"), found=name)
        return name

    def currency(self, code: str, where: str) -> str:
        if code and not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            self.wrong(where, N_("{found} is no ISO 4217 code; write it like CNY"), found=code)
        return code

    def encoding(self, name: str) -> str:
        return self.one_of(name, ("", "utf-8", "gb18030", "big5", "utf-16", "cp1252"), "encoding")

    def rounding(self, raw: Any) -> float:
        if not isinstance(raw, Mapping):
            self.wrong("coordinates", N_("must be a table such as rounded_degrees: 0.1"))
            return 0.0
        self.known(raw, ["rounded_degrees", "system"], "coordinates")
        found = raw.get("rounded_degrees", 0)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 5:
            self.wrong("coordinates.rounded_degrees", N_("must be degrees from 0 to 5, found {found}"), found=found)
            return 0.0
        return float(found)

    def coordinates(self, raw: Any) -> str:
        system = raw.get("system", "wgs84") if isinstance(raw, Mapping) else "wgs84"
        return self.one_of(str(system), COORDINATES, "coordinates.system")

    # -- columns -------------------------------------------------------------------------------

    def constants(self, raw: Any) -> dict[str, str]:
        table = self.table(raw, "constants")
        for name, value in table.items():
            self.claim_column(name, f"constants.{name}")
            self.vocabulary(name, value, f"constants.{name}")
        return table

    def claim_column(self, name: str, where: str) -> None:
        if name not in COLUMNS_OF[self.kind]:
            allowed = ", ".join(COLUMNS_OF[self.kind])
            self.wrong(where, N_("{found} is no column of a claim; allowed: {allowed}"), found=name, allowed=allowed)

    def vocabulary(self, name: str, value: str, where: str) -> None:
        if name in VOCABULARIES:
            self.one_of(value, VOCABULARIES[name], where)
        if name == "currency":
            self.currency(value, where)

    def columns(self, raw: Any) -> dict[str, Column]:
        if not isinstance(raw, Mapping) or not raw:
            self.wrong("columns", N_("is missing: one entry for each claim column"))
            return {}
        return {str(name): self.column(str(name), entry) for name, entry in raw.items()}

    def column(self, name: str, raw: Any) -> Column:
        where = f"columns.{name}"
        self.claim_column(name, where)
        if isinstance(raw, str | list):
            raw = {"from": raw}
        if not isinstance(raw, Mapping):
            self.wrong(where, N_("must be a header or a table with from, sum or join"))
            return Column(name)
        self.known(raw, _COLUMN, where)
        combine, headers = self.headers(raw, where)
        values = self.table(raw.get("values", {}), f"{where}.values")
        contains = self.table(raw.get("contains", {}), f"{where}.contains")
        default = None if raw.get("default") is None else str(raw["default"])
        for value in (*values.values(), *contains.values(), *([] if default is None else [default])):
            self.vocabulary(name, value, where)
        return Column(
            name=name,
            headers=headers,
            combine=combine,
            required=self.flag(raw.get("required", self.needed(name)), f"{where}.required"),
            values=values,
            contains=contains,
            default=default if default is not None else FALLBACKS.get(name),
            refuse_unknown=self.refused(name, raw.get("unknown", "default"), where),
            unit=self.unit(name, raw.get("unit"), where),
            otherwise=self.otherwise(name, raw.get("otherwise"), where),
            rules=self.rules(name, raw.get("rules", []), where),
            as_date=self.as_date(name, raw.get("as"), where),
            digits=self.digits(name, raw.get("digits"), where),
            part=self.part(name, raw.get("part"), where),
        )

    def needed(self, name: str) -> bool:
        """Whether rows without a column are rejected: one of two that may stand for each other only by itself."""
        either = EITHER_OF.get(self.kind, ())
        alone = name in either and not any(other in self.raw.get("columns", {}) for other in either if other != name)
        return alone or name in NEEDED_OF[self.kind]

    def headers(self, raw: Mapping[str, Any], where: str) -> tuple[str, tuple[str, ...]]:
        ways = [way for way in ("from", "sum", "join") if way in raw]
        if len(ways) > 1 or (not ways and not raw.get("rules")):
            self.wrong(where, N_("give exactly one of from, sum, join"))
        if not ways:
            return "first", ()
        headers = self.texts(raw[ways[0]], f"{where}.{ways[0]}")
        return {"from": "first"}.get(ways[0], ways[0]), headers

    def flag(self, raw: Any, where: str) -> bool:
        if not isinstance(raw, bool):
            self.wrong(where, N_("must be true or false"))
        return raw is True

    def refused(self, name: str, raw: Any, where: str) -> bool:
        if raw != "default" and name not in VOCABULARIES:
            self.wrong(f"{where}.unknown", N_("only line, status, channel and kind may say what an unknown word means"))
        return self.one_of(str(raw), ("default", "reject"), f"{where}.unknown") == "reject"

    def unit(self, name: str, raw: Any, where: str) -> str:
        if name not in AMOUNTS:
            if raw is not None:
                self.wrong(f"{where}.unit", N_("only amounts have a unit"))
            return ""
        if raw is None:
            allowed = ", ".join(UNITS)
            self.wrong(f"{where}.unit", N_("is missing: units are never guessed; allowed: {allowed}"), allowed=allowed)
            return ""
        return self.one_of(str(raw), tuple(UNITS), f"{where}.unit")

    def otherwise(self, name: str, raw: Any, where: str) -> str:
        if raw is None:
            return ""
        if name != "estimated_minor" or raw != "paid_minor":
            self.wrong(f"{where}.otherwise", N_("only estimated_minor may fall back, and only on paid_minor"))
        return str(raw)

    def as_date(self, name: str, raw: Any, where: str) -> bool:
        if raw is not None and (name not in INSTANTS or raw != "date"):
            self.wrong(f"{where}.as", N_("only loss_at and reported_at may say as: date"))
        return raw == "date"

    def digits(self, name: str, raw: Any, where: str) -> int | None:
        if raw is None:
            return None
        if name != "region_given" or isinstance(raw, bool) or not isinstance(raw, int) or not 2 <= raw <= 12:
            self.wrong(f"{where}.digits", N_("only region_given has digits, from 2 to 12"))
            return None
        return raw

    def part(self, name: str, raw: Any, where: str) -> int:
        if raw is None:
            return 0
        if name not in ("lon", "lat") or raw not in (1, 2):
            self.wrong(f"{where}.part", N_("only lon and lat have a part, 1 or 2"))
            return 0
        return int(raw)

    def rules(self, name: str, raw: Any, where: str) -> tuple[StatusRule, ...]:
        if not raw:
            return ()
        if name != "status" or not isinstance(raw, list) or not all(isinstance(r, Mapping) for r in raw):
            self.wrong(f"{where}.rules", N_("only status has rules, a list of tables"))
            return ()
        return tuple(self.rule(r, f"{where}.rules[{i}]") for i, r in enumerate(raw, 1))

    def rule(self, raw: Mapping[str, Any], where: str) -> StatusRule:
        self.known(raw, ["filled", "older_than_days", "as_of", "is"], where)
        days = raw.get("older_than_days")
        if ("filled" in raw) == (days is not None):
            self.wrong(where, N_("give exactly one of filled, older_than_days"))
        if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 0):
            self.wrong(where, N_("older_than_days must be a whole number of days"))
            days = None
        return StatusRule(
            status=self.one_of(str(raw.get("is", "")), STATUSES, f"{where}.is"),
            filled=self.texts(raw.get("filled", []), f"{where}.filled"),
            older_than_days=days,
            as_of=str(raw.get("as_of", "")),
        )
