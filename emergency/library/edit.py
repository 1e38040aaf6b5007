"""Changing single values of a content file and leaving every other byte of it, comments included, as it was."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import yaml

from emergency.library import strict_yaml
from emergency.library.strict_yaml import Path_

SEEN = "\u3000"  # the space of Chinese text, which Python counts among what cannot be printed


class Span(str):
    """A span such as ``1h30m``: text that is written without quotes."""


def edited(raw: bytes, changes: Mapping[Path_, Any], path: str) -> bytes:
    """The file with new values at these places.

    Args:
        changes: path of keys and places from 0 -> text, `Span` or number. A key that is missing in an existing
            mapping is added at its end.

    Raises:
        FileFaults: the file is not strict YAML.
        KeyError: a path leads nowhere.
    """
    before = strict_yaml.parse(raw, path).value
    text = raw.decode("utf-8-sig")
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    pieces = [_piece(root, at, value, text) for at, value in changes.items()]
    for begin, end, new in sorted(pieces, reverse=True):
        text = text[:begin] + new + text[end:]
    made = (b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + text.encode()
    if strict_yaml.parse(made, path).value != _wanted(before, changes):
        raise KeyError(f"{path}: the changes do not fit how the file is written; make them by hand")
    return made


def _piece(root: Any, at: Path_, value: Any, text: str) -> tuple[int, int, str]:
    """Where the new text goes: from, to, what."""
    parent = _node(root, at[:-1])
    found = _child(parent, at[-1])
    if found is not None:
        begin, end = found.start_mark.index, found.end_mark.index
        return begin, end, written(value) + ("\n" if found.style in ("|", ">") else "")
    if not isinstance(parent, yaml.MappingNode) or not parent.value:
        raise KeyError(f"{'/'.join(map(str, at))} leads nowhere")
    first_key, last = parent.value[0][0], parent.value[-1][1]
    entry = f"{at[-1]}: {written(value)}"
    if parent.flow_style:
        return last.end_mark.index, last.end_mark.index, f", {entry}"
    # Before the first key, on a line of its own: the end of a block is hard to see, its beginning is not.
    place = first_key.start_mark
    return place.index, place.index, entry + "\n" + " " * place.column


def _node(root: Any, at: Path_) -> Any:
    for key in at:
        root = _child(root, key)
        if root is None:
            raise KeyError(f"{'/'.join(map(str, at))} leads nowhere")
    return root


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def written(value: Any) -> str:
    """A value as YAML: text in double quotes, spans and numbers plain."""
    if isinstance(value, Span):
        return str(value)
    if not isinstance(value, str):
        return json.dumps(value)
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == SEEN else f"\\U{ord(c):08x}" for c in text)


def _wanted(before: Any, changes: Mapping[Path_, Any]) -> Any:
    wanted = copy.deepcopy(before)
    for at, value in changes.items():
        here = wanted
        for key in at[:-1]:
            here = here[key]
        here[at[-1]] = value
    return wanted


def with_approval(raw: bytes, by: str, on: str, review_due: str, path: str) -> bytes:
    """A playbook file marked as approved; a file without an approval gets one before its owner.

    Raises:
        FileFaults: the file is not strict YAML.
        KeyError: it is not written as one key on a line, so that nothing can be put in safely.
    """
    before = strict_yaml.parse(raw, path)
    given = {"by": by, "on": on, "review_due": review_due}
    if "approved" in before.value:
        changes: dict[Path_, Any] = {("approved", key): value for key, value in given.items()}
        return edited(raw, {**changes, ("status",): Span("approved")}, path)
    line, column = before.marks.get(("owner",), (0, 0))
    if column != 1:
        raise KeyError(f"{path}: owner must stand at the beginning of a line of its own")
    lines = raw.decode("utf-8").split("\n")
    entry = "approved: {" + ", ".join(f"{key}: {written(value)}" for key, value in given.items()) + "}"
    made = "\n".join([*lines[: line - 1], entry, *lines[line - 1 :]]).encode()
    if strict_yaml.parse(made, path).value != {**before.value, "approved": given}:
        raise KeyError(f"{path}: the approval does not fit how the file is written; put it in by hand")
    return edited(made, {("status",): Span("approved")}, path)
