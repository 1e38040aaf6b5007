"""YAML read strictly: what is written is what is meant.

Only the core of YAML 1.2: no dates, no yes/no, no sexagesimal or octal numbers
(``12:30`` and ``010`` stay text), keys always text, no duplicate keys, no
anchors, aliases or tags, one document, UTF-8, at most 1 MiB. Infinity and
not-a-number stay text too: no content field means them.

Every node keeps its line and column, so that later faults can point at it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from emergency.library.faults import Fault, FileFaults
from emergency.texts import Message

LIBYAML = getattr(yaml, "CSafeLoader", None)
LARGEST_BYTES = 1 << 20
DEEPEST = 40
TRUE_FALSE = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NULL = {"", "~", "null", "Null", "NULL"}
# A leading zero is a code ("010000" is a region), never a number.
INT = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?", re.ASCII)
MOST_DIGITS = 300

Path_ = tuple[str | int, ...]
Mark = tuple[int, int]


@dataclass(frozen=True)
class Document:
    """A file as it was read.

    Attributes:
        value: dicts, lists, text, numbers, truth values and None.
        marks: path of keys and places -> (line, column) of the key or item, from 1.
        path: the file as it was named; sha256: of its bytes.
    """

    value: Any
    marks: Mapping[Path_, Mark]
    path: str
    sha256: str

    def mark(self, at: Path_) -> Mark:
        """Where a field stands; for a field that is missing, where its parent stands."""
        while at and at not in self.marks:
            at = at[:-1]
        return self.marks.get(at, (1, 1))

    def fault(self, at: Path_, message: Message, suggestion: Message | None = None) -> Fault:
        line, column = self.mark(at)
        return Fault(self.path, line, column, "/".join(map(str, at)), message, suggestion)


def load(path: Path) -> Document:
    """Read one file.

    Raises:
        FileFaults: it is not there, too large, not UTF-8, or not strict YAML.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        gaps = {"reason": error.strerror or str(error)}
        message = Message("cannot be read: {reason}; check the name and the rights", gaps)
        raise FileFaults(str(path), [Fault(str(path), 0, 0, "", message)]) from error
    return parse(raw, str(path))


def parse(raw: bytes, path: str) -> Document:
    """Read the bytes of a file; `path` is how faults name it.

    Raises:
        FileFaults: too large, not UTF-8, or not strict YAML.
    """
    text = _text(raw, path)
    node: Any = _Built(_checked_events(text, path)).get_single_node()
    reader = _Reader(path)
    value = reader.read(node, ())
    if reader.faults:
        raise FileFaults(path, reader.faults)
    return Document(value, reader.marks, path, hashlib.sha256(raw).hexdigest())


def _text(raw: bytes, path: str) -> str:
    if len(raw) > LARGEST_BYTES:
        raise _refused(path, 0, 0, Message("larger than 1 MiB; split it or leave out what is not needed"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refused(path, line, 0, Message("not UTF-8; save the file as UTF-8")) from error


def _refused(path: str, line: int, column: int, message: Message, suggestion: Message | None = None) -> FileFaults:
    return FileFaults(path, [Fault(path, line, column, "", message, suggestion)])


# Before building anything: a file must not be able to grow or to nest without end -----------------


def _checked_events(text: str, path: str) -> list[yaml.Event]:
    """Read by libyaml where it is built in, ten times as fast.

    What it does not read is read again by PyYAML's own parser, whose words about faults are these. So is a file with
    tabs or marks of byte order within, with which libyaml is less strict.
    """
    if LIBYAML is not None and "\t" not in text and "\ufeff" not in text:
        with suppress(FileFaults):
            return _read_events(text, path, LIBYAML)
    return _read_events(text, path, yaml.SafeLoader)


def _read_events(text: str, path: str, loader: Any) -> list[yaml.Event]:
    faults: list[Fault] = []
    events: list[yaml.Event] = []
    depth = documents = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            events.append(event)
            documents += isinstance(event, yaml.DocumentStartEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            message = _forbidden(event, depth, documents)
            if message:
                line, column = _place(event.start_mark)
                faults.append(Fault(path, line, column, "", message))
                if depth > DEEPEST:
                    break
    except yaml.YAMLError as error:
        raise FileFaults(path, [*faults, _syntax(error, text, path)]) from error
    if documents == 0:
        raise _refused(path, 1, 1, Message("the file is empty"))
    if faults:
        raise FileFaults(path, faults)
    return events


class _Built(Composer, Resolver):
    """Nodes from events that were read already: scanning is nine tenths of the work and is done once."""

    def __init__(self, events: list[yaml.Event]) -> None:
        Composer.__init__(self)
        Resolver.__init__(self)
        self.events = events
        self.at = 0

    def check_event(self, *kinds: type) -> bool:
        return self.at < len(self.events) and (not kinds or isinstance(self.events[self.at], kinds))

    def peek_event(self) -> yaml.Event:
        return self.events[self.at]

    def get_event(self) -> yaml.Event:
        self.at += 1
        return self.events[self.at - 1]


def _forbidden(event: Any, depth: int, documents: int) -> Message | None:
    if depth > DEEPEST:
        return Message("nested deeper than {most} levels", {"most": DEEPEST})
    if documents > 1:
        return Message("a second document begins here; one file holds one document")
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return Message("anchors and aliases (& and *) are not allowed; write the value out")
    if getattr(event, "tag", None):
        return Message("tags ({tag}) are not allowed; take it out", {"tag": event.tag})
    return None


def _place(mark: Any) -> Mark:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _syntax(error: yaml.YAMLError, text: str, path: str) -> Fault:
    """The parser's complaint in our words; nearly always a sign of text that needs quotes."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        return Fault(path, line, 0, "", Message("a control character stands here; delete it"))
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = _place(mark)
    problem = getattr(error, "problem", None) or str(error)
    here = text.splitlines()[line - 1] if 0 < line <= len(text.splitlines()) else ""
    message = Message("not YAML here: {problem}", {"problem": problem})
    return Fault(path, line, column, "", message, _try(here))


def _try(line: str) -> Message:
    if "\t" in line:
        return Message("indent with spaces, not with tabs")
    return Message('put text in "quotes", or use full-width ，：？ in Chinese text')


# Building -----------------------------------------------------------------------------------------


class _Reader:
    """Turns nodes into values and remembers where each stood."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.marks: dict[Path_, Mark] = {}
        self.faults: list[Fault] = []

    def read(self, node: Any, at: Path_) -> Any:
        self.marks.setdefault(at, _place(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*at, place)) for place, item in enumerate(node.value)]
        return node.value if node.style else scalar(node.value)

    def _item(self, node: yaml.Node, at: Path_) -> Any:
        self.marks[at] = _place(node.start_mark)
        return self.read(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, at, Message("a key must be plain text, not a list or a mapping"))
                continue
            key = str(key_node.value)
            if key in found:
                message = Message("key {key} stands here twice; keep one", {"key": key})
                self._refuse(key_node, (*at, key), message)
                continue
            self.marks[(*at, key)] = _place(key_node.start_mark)
            found[key] = self.read(value_node, (*at, key))
        return found

    def _refuse(self, node: yaml.Node, at: Path_, message: Message) -> None:
        line, column = _place(node.start_mark)
        self.faults.append(Fault(self.path, line, column, "/".join(map(str, at)), message))


def scalar(text: str) -> Any:
    """A plain scalar by the core rules: null, truth value, number, else the text itself."""
    if text in NULL:
        return None
    if text in TRUE_FALSE:
        return TRUE_FALSE[text]
    if len(text) > MOST_DIGITS:
        return text
    if INT.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        value = float(text)
        return value if value not in (float("inf"), float("-inf")) else text
    return text
