"""How goods are planned: ``data/rules/goods.yaml`` → `GoodsRules`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.reading import seconds
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "goods/1.0"
ROWS = ("stability_minutes", "solve_seconds", "max_travel", "ages_after", "claims_of", "cost_per_use", "kits")
SPANS, TABLES = ROWS[2:4], ROWS[4:]
CREW = "crew"  # the part of a kit that is people


@dataclass(frozen=True)
class Share:
    """Claims of something no claim says: so many per cent of a line."""

    line: str
    percent: int


@dataclass(frozen=True)
class Kit:
    """What goes out together from one depot: ``parts`` of stock, and ``people`` with one of the ``skills``."""

    kit_id: str
    name: Mapping[str, str]
    stands_for: str
    parts: Mapping[str, int]
    people: int
    skills: frozenset[str]

    @property
    def crew(self) -> str:
        """The name its people go by among the pieces of a depot."""
        return f"{CREW}:{self.kit_id}"

    @property
    def all_parts(self) -> dict[str, int]:
        return {**self.parts, **({self.crew: self.people} if self.people else {})}


@dataclass(frozen=True)
class GoodsRules:
    """Prices and bundles of goods.

    ages_after_minutes: a request that has waited so long counts one priority more, 0 = none ages. cost_yuan: kind ->
    whole yuan a piece costs when it is used.
    """

    stability_minutes: int
    solve_seconds: int
    max_travel_minutes: int
    ages_after_minutes: int
    claims_of: Mapping[str, Share]
    cost_yuan: Mapping[str, int]
    kits: Mapping[str, Kit]

    def kit_for(self, kind: str) -> Kit | None:
        return next((kit for kit in self.kits.values() if kit.stands_for == kind), None)


def load_goods_rules(path: Path) -> GoodsRules:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    raw = rule_file.load(path, FORMAT, _faults, ROWS).value
    return GoodsRules(
        raw["stability_minutes"]["value"],
        raw["solve_seconds"]["value"],
        seconds(raw["max_travel"]["span"]) // 60,
        seconds(raw["ages_after"]["span"]) // 60,
        {word: Share(row["line"], row["percent"]) for word, row in raw["claims_of"].items()},
        {kind: row["yuan"] for kind, row in raw["cost_per_use"].items()},
        {kit: _kit(kit, row) for kit, row in raw["kits"].items()},
    )


def _kit(kit_id: str, raw: Mapping[str, Any]) -> Kit:
    crew = raw.get("crew", {})
    return Kit(
        kit_id,
        raw["name"],
        raw["stands_for"],
        dict(raw["parts"]),
        crew.get("people", 0),
        frozenset(crew.get("skills", ())),
    )


def _faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    for row in ("stability_minutes", "solve_seconds"):
        yield from _number(document, (row,), raw.get(row), "value")
    for name in SPANS:
        row = raw.get(name)
        span = row.get("span") if isinstance(row, dict) else None
        yield from rule_file.span_faults(document, (name,), span)
        yield from rule_file.source_faults(document, (name,), row)
    for table in (table for table in TABLES if not isinstance(raw.get(table), dict)):
        yield document.fault(
            (table,), Message("{row} needs rows; write an empty table where there are none", {"row": table})
        )
    for table, key in (("claims_of", "percent"), ("cost_per_use", "yuan")):
        for word, row in _rows(raw, table):
            yield from _number(document, (table, word), row, key)
    for kit, row in _rows(raw, "kits"):
        yield from _kit_faults(document, kit, row)


def _rows(raw: Mapping[str, Any], table: str) -> list[tuple[str, Any]]:
    found = raw.get(table)
    return list(found.items()) if isinstance(found, dict) else []


def _number(document: Document, path: tuple[str, ...], row: Any, key: str) -> Iterator[Fault]:
    yield from rule_file.count_faults(document, path, row.get(key) if isinstance(row, dict) else None)
    yield from rule_file.source_faults(document, path, row)


def _kit_faults(document: Document, kit: str, row: Any) -> Iterator[Fault]:
    path = ("kits", kit)
    yield from rule_file.source_faults(document, path, row)
    parts = row.get("parts") if isinstance(row, dict) else None
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(parts, dict) or not parts or any(not isinstance(n, int) or n < 1 for n in parts.values()):
        yield document.fault(path, Message("kit {kit} needs parts, of each one or more", {"kit": kit}))
        return
    if not isinstance(name, dict) or not (name.get("en") and name.get("zh")):
        yield document.fault(path, Message("kit {kit} needs a name in Chinese and in English", {"kit": kit}))
    if row.get("stands_for") not in parts:
        yield document.fault(path, Message("kit {kit} stands for one of its own parts", {"kit": kit}))
