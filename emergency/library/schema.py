"""A document held against its JSON Schema; what does not fit is said in our words, with lines.

The schemas in ``schemas/`` are the published contract of the three formats. A
``$comment`` beside a pattern names the entry of `PATTERN_WORDS` that describes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from emergency.library.faults import Fault
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import N_, Message

SCHEMAS = Path(__file__).parent / "schemas"
KINDS = ("level-rules", "playbook", "drill")
LONGEST = 60  # characters of a found value that are worth showing
CLOCK_TIME = re.compile(r"(\d{1,2}):(\d{2})")

PATTERN_WORDS: Mapping[str, str] = {
    "duration": N_("a span such as 30m, 2h or 1d12h"),
    "slug": N_("a name of lower-case letters, digits, - and _"),
    "mark": N_("a short mark such as O1 or I03"),
    "version": N_("a version of three numbers such as 1.2.0"),
    "date": N_('a date in quotes such as "2026-09-23"'),
    "instant": N_('an instant in quotes with its offset such as "2026-09-23T08:00:00+08:00"'),
    "metric": N_("a metric such as claims.last_24h"),
    "region": N_('a region code in quotes: "440000" (GB/T 2260), "48" or "48201" (FIPS)'),
    "jurisdiction": N_("a country or region such as CN or US-TX"),
    "currency": N_("a currency code such as CNY"),
    "reference": N_("a name and a version such as default@1.0.0 or default@^1.0"),
    "form": N_("a form such as ICS-209"),
    "kind": N_("a kind in lower-case letters and _ such as tow_truck"),
    "edge": N_('two region codes such as "441700-440800"'),
    "format level-rules": N_("level-rules/1.0"),
    "format playbook": N_("playbook/1.0"),
    "format drill": N_("drill/1.0"),
}
TYPE_WORDS: Mapping[str, str] = {
    "object": N_("a mapping"),
    "array": N_("a list"),
    "string": N_("text"),
    "number": N_("a number"),
    "integer": N_("a whole number"),
    "boolean": N_("true or false"),
}
BOUND_WORDS: Mapping[str, str] = {
    "minimum": N_("{bound} or more"),
    "maximum": N_("{bound} or less"),
    "exclusiveMinimum": N_("more than {bound}"),
    "exclusiveMaximum": N_("less than {bound}"),
}


def check(document: Document, kind: str) -> list[Fault]:
    """Every fault of a document against the schema of its kind; empty where it fits."""
    if not isinstance(document.value, Mapping):
        gaps = {"found": shown(document.value), "kind": kind}
        return [document.fault((), Message("found {found}; a {kind} file is a mapping that begins with format:", gaps))]
    # A missing key is reported once per key by the validator and once per mapping by us.
    faults: dict[tuple[str, str], Fault] = {}
    for error in _validator(kind).iter_errors(document.value):
        for fault in _faults(document, error):
            faults.setdefault((fault.field, str(fault.message)), fault)
    return list(faults.values())


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{kind}-1.0.schema.json").read_text("utf-8"))
    return Draft202012Validator(schema)


def shown(value: Any) -> str:
    """A found value as it may stand in a message."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "{" + ", ".join(map(str, value))[:LONGEST] + "}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def near(word: Any, allowed: Iterable[Any]) -> Message | None:
    """“did you mean …?”, where one of the allowed words is close."""
    found = get_close_matches(str(word), [str(one) for one in allowed], n=1, cutoff=0.6)
    return Message("did you mean {word}?", {"word": found[0]}) if found else None


# From a validator's error to our faults -----------------------------------------------------------


def _faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    at: Path_ = tuple(error.absolute_path)
    if error.validator in ("oneOf", "anyOf"):
        for deeper in _likeliest(error):
            words = _words_of_forms(error, deeper)
            if len(words) > 1:
                yield document.fault(tuple(deeper.absolute_path), *_not_among(deeper.instance, words))
            else:
                yield from _faults(document, deeper)
        if not error.context:
            yield document.fault(
                at, Message("found {found}, which fits several forms", {"found": shown(error.instance)})
            )
        return
    if error.validator == "additionalProperties":
        yield from _unknown_keys(document, at, error)
        return
    if error.validator == "required":
        asked: Any = error.validator_value
        present: Any = error.instance
        missing = [key for key in asked if key not in present]
        gaps = {"missing": ", ".join(missing)}
        yield document.fault(at, Message("missing: {missing}", gaps), _misspelt(missing, error))
        return
    if "propertyNames" in error.absolute_schema_path:
        at = (*at, str(error.instance))
    yield document.fault(at, *_said(error))


def _unknown_keys(document: Document, at: Path_, error: ValidationError) -> Iterator[Fault]:
    known = _keys(error)
    present: Any = error.instance
    for key, value in present.items():
        if key in known or key.startswith("x-"):
            continue
        suggestion = near(key, [one for one in known if one not in present])
        if value is None and not suggestion:
            suggestion = Message("a half-width comma inside braces splits text: use quotes or full-width ，")
        gaps = {"key": key, "allowed": ", ".join(known)}
        yield document.fault((*at, key), Message("key {key} is not known here; allowed: {allowed}", gaps), suggestion)


def _keys(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    return list(schema.get("properties", {}))


def _pattern_words(error: ValidationError) -> Message | None:
    schema: Any = error.schema
    words = PATTERN_WORDS.get(schema.get("$comment", ""))
    return Message(words) if words else None


def _misspelt(missing: Sequence[str], error: ValidationError) -> Message | None:
    known = _keys(error)
    present: Any = error.instance
    for key in present:
        close = get_close_matches(key, missing, n=1) if key not in known else []
        if close:
            return Message("write {word} for {key}", {"word": close[0], "key": key})
    return None


def _said(error: ValidationError) -> tuple[Message, Message | None]:
    """What was found, what is allowed, and one thing to try."""
    found = {"found": shown(error.instance)}
    rule = str(error.validator)
    asked: Any = error.validator_value
    if rule in ("enum", "const"):
        return _not_among(error.instance, asked if rule == "enum" else [asked])
    if rule == "pattern":
        return _not_like(error, found)
    if rule == "type":
        names = [asked] if isinstance(asked, str) else list(asked)
        words = _pattern_words(error) or _either([Message(TYPE_WORDS.get(name, name)) for name in names])
        return Message("found {found}; allowed: {allowed}", {**found, "allowed": words}), _quotes(error, names)
    if rule in BOUND_WORDS:
        words = Message(BOUND_WORDS[rule], {"bound": asked})
        return Message("found {found}; allowed: {allowed}", {**found, "allowed": words}), None
    if rule in ("minItems", "minProperties", "minLength"):
        return Message("too little stands here; at least {least} is needed", {"least": asked}), None
    if rule == "uniqueItems":
        return Message("the same entry stands here twice; keep one"), None
    return Message("found {found}, which does not fit ({rule})", {**found, "rule": rule}), None


def _not_among(found: Any, allowed: Sequence[Any]) -> tuple[Message, Message | None]:
    gaps = {"found": shown(found), "allowed": ", ".join(map(str, allowed))}
    return Message("found {found}; allowed: {allowed}", gaps), near(found, allowed)


def _not_like(error: ValidationError, found: Mapping[str, Any]) -> tuple[Message, Message | None]:
    words = _pattern_words(error) or Message("{rule}", {"rule": error.validator_value})
    # 12:30 is read as text on purpose; whoever wrote it meant a span.
    clock = CLOCK_TIME.fullmatch(str(error.instance)) if "duration" in str(error.schema) else None
    suggestion = None
    if clock:
        word = f"{int(clock[1])}h{int(clock[2])}m"
        suggestion = Message("did you mean {word}?", {"word": word})
    return Message("found {found}; allowed: {allowed}", {**found, "allowed": words}), suggestion


def _quotes(error: ValidationError, names: Sequence[str]) -> Message | None:
    scalar = isinstance(error.instance, (int, float)) or error.instance is None
    if names == ["string"] and scalar:
        return Message('put text in "quotes", or use full-width ，：？ in Chinese text')
    return None


def _either(words: Sequence[Message]) -> Message:
    spoken = words[0]
    for word in words[1:]:
        spoken = Message("{left} or {right}", {"left": spoken, "right": word})
    return spoken


# Several forms are allowed: which one was meant? --------------------------------------------------


def _likeliest(error: ValidationError) -> list[ValidationError]:
    """The errors of the form that the writer most likely meant."""
    branches: dict[int, list[ValidationError]] = {}
    for deeper in error.context or ():
        branches.setdefault(int(deeper.relative_schema_path[0]), []).append(deeper)
    if not branches:
        return []
    return max(branches.values(), key=lambda errors: _likeness(error.instance, errors))


def _words_of_forms(error: ValidationError, deeper: ValidationError) -> list[Any]:
    """The words that tell the forms apart, where one of them was meant and none was written."""
    if deeper.validator != "const" or not deeper.relative_path:
        return []
    others = [one for one in error.context or () if one.relative_path == deeper.relative_path]
    return [one.validator_value for one in others if one.validator == "const"]


def _likeness(instance: Any, errors: Sequence[ValidationError]) -> tuple[int, int, int, int]:
    """Right type first, then known keys and the word that tells forms apart, then the fewest errors."""
    wrong_type = any(one.validator == "type" and not one.relative_path for one in errors)
    other_word = sum(one.validator == "const" and len(one.relative_path) == 1 for one in errors)
    not_listed = sum(one.validator == "enum" and len(one.relative_path) == 1 for one in errors)
    unknown = [one for one in errors if one.validator == "additionalProperties" and not one.relative_path]
    known = len(instance) if isinstance(instance, Mapping) else 0
    for one in unknown:
        known -= sum(key not in _keys(one) for key in instance)
    return (-wrong_type, known - 10 * other_word, -not_listed, -len(errors))
