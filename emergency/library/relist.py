"""A list at the top of a content file with entries added, taken out or written anew; every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from emergency.library import strict_yaml
from emergency.library.edit import Span, written
from emergency.library.reading import DURATION
from emergency.library.strict_yaml import Path_, scalar

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
# Keys of an entry that are lists of mappings, one line each.
_LINES = ("expects", "effects")


def changed(before: Any, after: Any, at: Path_ = ()) -> dict[Path_, Any] | None:
    """New values by their place, as `edit.edited` takes them; None where an entry has to be written anew."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        if not before.keys() <= after.keys():
            return None
        found: dict[Path_, Any] = {}
        for key, value in after.items():
            if key not in before and isinstance(value, (Mapping, list)):
                return None
            more = changed(before[key], value, (*at, key)) if key in before else {(*at, key): value}
            if more is None:
                return None
            found |= more
        return found
    if isinstance(before, list) and isinstance(after, list):
        if [_id(one) for one in before] != [_id(one) for one in after]:
            return None
        parts = [changed(one, other, (*at, n)) for n, (one, other) in enumerate(zip(before, after, strict=True))]
        return None if None in parts else {key: value for part in parts if part for key, value in part.items()}
    return {} if before == after else {at: after}


def _id(one: Any) -> Any:
    return one.get("id") if isinstance(one, Mapping) else one


def relisted(raw: bytes, key: str, entries: Sequence[int | Mapping[str, Any]], path: str) -> bytes:
    """The file with these entries under a key.

    Args:
        entries: the place of an entry that stays as it is written, with the comments above it, or one to be written.

    Raises:
        FileFaults: the file is not strict YAML.
        KeyError: there is no such list, or it is written so that nothing can be put in safely.
    """
    before = strict_yaml.parse(raw, path).value
    text = raw.decode("utf-8-sig")
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    names = {name.value: (name, value) for name, value in root.value}
    if key not in names or not isinstance(names[key][1], yaml.SequenceNode):
        raise KeyError(f"{path} has no list of {key}")
    name, node = names[key]
    lines = text.splitlines(keepends=True)
    if node.flow_style or not node.value:
        begin, end, indent, kept = name.start_mark.line, last_line(node) + 1, "  ", []
        old = before[key]
        entries = [old[one] if isinstance(one, int) else one for one in entries]
    else:
        ends = [last_line(item) + 1 for item in node.value]
        begins = [name.start_mark.line + 1, *ends[:-1]]
        kept = [lines[first:last] for first, last in zip(begins, ends, strict=True)]
        begin, end, indent = name.start_mark.line, ends[-1], " " * node.start_mark.column
    new = [f"{key}:\n" if entries else f"{key}: []\n"]
    for one in entries:
        new += kept[one] if isinstance(one, int) else [entry(one, indent)]
    if new and not new[-1].endswith("\n"):
        new[-1] += "\n"
    if kept:
        new[0] = lines[begin] if entries else new[0]
    made = "".join([*lines[:begin], *_whole(new), *lines[end:]])
    out = (b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + made.encode()
    wanted = [before[key][one] if isinstance(one, int) else _plain(one) for one in entries]
    if strict_yaml.parse(out, path).value != {**before, key: wanted}:
        raise KeyError(f"{path}: the changes do not fit how the file is written; make them by hand")
    return out


def _whole(lines: Sequence[str]) -> list[str]:
    """Each ends its line: the last entry of a file may have had no end of line."""
    return [line if line.endswith("\n") else line + "\n" for line in lines]


def last_line(node: Any) -> int:
    """The last line on which something of a node stands, counted from 0."""
    if not node.value or isinstance(node, yaml.ScalarNode) or node.flow_style:
        mark = node.end_mark
        return int(mark.line) - (mark.column == 0 and mark.line > node.start_mark.line)
    last = node.value[-1]
    return last_line(last[1] if isinstance(last, tuple) else last)


def entry(value: Mapping[str, Any], indent: str) -> str:
    """A list entry as scripts write it: an inject by its keys on lines of their own, anything else on one line."""
    if "body" not in value:
        return f"{indent}- {flow(value)}\n"
    lines = []
    for key, one in value.items():
        if key in _LINES and one and all(isinstance(part, Mapping) for part in one):
            lines += [f"{key}:", *(f"  - {flow(part)}" for part in one)]
        else:
            lines.append(f"{key}: {flow(one)}")
    return indent + "- " + f"\n{indent}  ".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    plain = isinstance(value, str) and (_PLAIN.fullmatch(value) or DURATION.fullmatch(value)) and scalar(value) == value
    return str(value) if plain else written(value)


def _plain(value: Any) -> Any:
    """As the file gives it back."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Span) else value
