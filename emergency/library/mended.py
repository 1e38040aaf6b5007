"""A document whose faults of form are filled in, so that the rest of it can be checked in the same go.

What was filled in means nothing: a later fault that stands there, or that follows from what had to be left out, is
not told.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from emergency.library.faults import Fault
from emergency.library.schema import SCHEMAS
from emergency.library.strict_yaml import Document, Path_

ROUNDS = 12  # a sample may itself be filled in once more
# A text of the right form for each pattern, by the ``$comment`` beside it.
WORDS: Mapping[str, str] = {
    "duration": "1m",
    "slug": "x-filled",
    "version": "1.0.0",
    "instant": "2026-01-01T00:00:00+08:00",
    "metric": "filled",
    "region": "000000",
    "currency": "CNY",
    "reference": "filled@1",
    "edge": "000000-000001",
    "format drill": "drill/1.0",
}
LONG = "9999d"  # as a drill's length: nothing then seems to lie after its end
SUMS = ("objectives", "weights", "bands", "regions")


@dataclass(frozen=True)
class Mended:
    """touched: where something was filled in or left out, as ``injects/3/at``."""

    document: Document
    touched: frozenset[str] = frozenset()

    def trusts(self, fault: Fault) -> bool:
        """Whether a fault of the mended document is one of the file as well."""
        at = fault.field
        return not any(_about(at, place) for place in self.touched) and not self._follows(at)

    def _follows(self, at: str) -> bool:
        """A name is unknown, or nothing serves an objective, because what would have said it was left out."""
        keys = at.split("/")
        parts = [place.split("/") for place in self.touched]
        if keys[-1] == "objective" or "objectives" in keys[1:]:
            return any(one[0] == "objectives" for one in parts)
        if keys[-1] in ("role", "to"):
            return any(one[0] == "players" for one in parts)
        if keys[-1] in ("set", "metric") or keys[:2] == ["initial_state", "facts"]:
            return any({"effects", "when", "facts"} & {*one} or one in (["injects"],) for one in parts)
        return keys[0] == "objectives" and len(keys) == 2 and any("injects" in one for one in parts)


def _about(at: str, place: str) -> bool:
    """A fault at what was filled in, below it, directly above it, or of a sum it belongs to."""
    if at == place or at.startswith(place + "/") or not at:
        return True
    if not place.startswith(at + "/"):
        return False
    return place.count("/") == at.count("/") + 1 or at.rpartition("/")[2] in SUMS


def mended(document: Document, kind: str) -> Mended | None:
    """The document with every fault of form filled in; None where that cannot be done."""
    if not isinstance(document.value, Mapping):
        return None
    schema = json.loads((SCHEMAS / f"{kind}-1.0.schema.json").read_text("utf-8"))
    filler = _Filler(schema, copy.deepcopy(document.value))
    for _ in range(ROUNDS):
        errors = list(Draft202012Validator(schema).iter_errors(filler.value))
        if not errors:
            return Mended(replace(document, value=filler.value), frozenset(filler.touched))
        for error in errors:
            filler.fill(error)
    return None


class _Filler:
    def __init__(self, schema: Mapping[str, Any], value: Any) -> None:
        self.schema, self.value = schema, value
        self.touched: set[str] = set()
        self._numbers = count(1)

    def fill(self, error: ValidationError) -> None:
        at: Path_ = tuple(error.absolute_path)
        schema: Any = error.schema
        found = self._at(at)
        if error.validator == "required" and isinstance(found, dict):
            asked: Any = error.validator_value
            for key in asked:
                if key not in found:
                    self._put((*at, key), schema["properties"].get(key, {}))
        elif "propertyNames" in error.absolute_schema_path and isinstance(found, dict):
            self._leave_out(found, at, str(error.instance))
        elif error.validator == "additionalProperties" and isinstance(found, dict):
            for key in [one for one in found if one not in schema.get("properties", {}) and not one.startswith("x-")]:
                self._leave_out(found, at, key)
        else:
            self._put(at, schema)

    def _leave_out(self, found: dict[str, Any], at: Path_, key: str) -> None:
        found.pop(key, None)
        self.touched.add("/".join(map(str, (*at, key))))

    def _at(self, at: Path_) -> Any:
        value = self.value
        for key in at:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None  # another fault of the same round took it away
        return value

    def _put(self, at: Path_, schema: Mapping[str, Any]) -> None:
        parent = self._at(at[:-1])
        if at and isinstance(parent, (dict, list)):
            parent[at[-1]] = LONG if at == ("clock", "duration") else self._sample(schema)  # type: ignore[index]
            self.touched.add("/".join(map(str, at)))

    def _sample(self, schema: Mapping[str, Any]) -> Any:
        """The smallest value of the right form."""
        if "$ref" in schema:
            return self._sample(self.schema["$defs"][schema["$ref"].rpartition("/")[2]])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        for join in ("oneOf", "anyOf"):
            if join in schema:
                return self._sample(schema[join][0])
        kind = schema.get("type", "string")
        return self._of_type(kind if isinstance(kind, str) else kind[0], schema)

    def _of_type(self, kind: str, schema: Mapping[str, Any]) -> Any:
        if kind == "object":
            made = {key: self._sample(schema["properties"][key]) for key in schema.get("required", ())}
            if not made and schema.get("minProperties"):
                names = list(schema.get("properties", {}))
                values = schema.get("additionalProperties")
                key = names[-1] if names else str(self._sample(schema.get("propertyNames", {})))
                made[key] = self._sample(schema["properties"][key] if names else values if values else {})
            return made
        if kind == "array":
            return [self._sample(schema["items"]) for _ in range(schema.get("minItems", 0))]
        if kind in ("number", "integer"):
            return min(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1), schema.get("maximum", 10**9))
        if kind == "boolean":
            return False
        if schema.get("$comment") == "mark":
            return f"Z-filled-{next(self._numbers)}"
        return WORDS.get(schema.get("$comment", ""), "filled")
