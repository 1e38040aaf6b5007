"""At which figures an event tag is suggested: ``data/rules/tags.yaml`` → `TagRule`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emergency.domain.report_form import TAGS
from emergency.domain.tag_rule import TagRule
from emergency.library import rule_file
from emergency.library.faults import Fault
from emergency.library.reading import condition, value_faults
from emergency.library.strict_yaml import Document
from emergency.texts import Message

FORMAT = "tag-rules/1.0"
FIELDS = {"tag", "metric", "op", "value", "source"}
OPS = ("ge", "gt", "le", "lt", "eq")


def load_tag_rules(path: Path) -> tuple[TagRule, ...]:
    """Read the file.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = rule_file.load(path, FORMAT, _faults)
    return tuple(TagRule(one["tag"], condition(one), one["source"]) for one in document.value["rules"])


def _faults(document: Document) -> Iterator[Fault]:
    raw = document.value
    if not isinstance(raw.get("rules"), list):
        yield document.fault(("rules",), Message("{row} needs a value and its source", {"row": "rules"}))
        return
    for place, one in enumerate(raw["rules"]):
        yield from _row(document, place, one)


def _said(source: Any) -> bool:
    """Both languages, neither empty."""
    return isinstance(source, dict) and set(source) == {"zh", "en"} and all(str(one).strip() for one in source.values())


def _row(document: Document, place: int, one: Any) -> Iterator[Fault]:
    if not isinstance(one, dict) or set(one) != FIELDS or not _said(one["source"]):
        gaps = {"row": f"rules/{place}", "fields": ", ".join(sorted(FIELDS))}
        yield document.fault(("rules", place), Message("{row} needs {fields}", gaps))
        return
    for name, allowed in (("tag", tuple(TAGS)), ("op", OPS)):
        if one[name] not in allowed:
            gaps = {"found": str(one[name]), "allowed": ", ".join(allowed)}
            yield document.fault(("rules", place, name), Message("found {found}; allowed: {allowed}", gaps))
    yield from value_faults(document, ("rules", place, "value"), one["metric"], one["value"], threshold=True)
