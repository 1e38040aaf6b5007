"""The file of channels (``EMERGENCY_CHANNELS``): how messages leave this installation.

Its faults never repeat a value: a value may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emergency.library import strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.schema import near
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import N_, Message

FORMAT = "channels/1.0"
ALWAYS = frozenset({"kind", "to"})
WORDS = {"to": N_("a list"), "headers": N_("a mapping"), "port": N_("a number")}
SECURITY = ("none", "starttls", "tls")


def load_channels(
    path: Path, keys: Mapping[str, frozenset[str]], needed: Mapping[str, tuple[str, ...]]
) -> dict[str, dict[str, Any]]:
    """Channel name -> its entry.

    Args:
        keys: kind of channel -> what its entry may say; needed: what it must say.

    Raises:
        FileFaults: with every fault and its line.
    """
    document = strict_yaml.load(path)
    faults = list(_faults(document, keys, needed))
    if faults:
        raise FileFaults(document.path, faults)
    return {str(name): dict(entry) for name, entry in document.value["channels"].items()}


def _faults(
    document: Document, keys: Mapping[str, frozenset[str]], needed: Mapping[str, tuple[str, ...]]
) -> Iterator[Fault]:
    raw = document.value
    if not isinstance(raw, Mapping) or raw.get("format") != FORMAT or not isinstance(raw.get("channels"), Mapping):
        yield document.fault((), Message("a file of channels begins with format: channels/1.0 and then channels:"))
        return
    for name, entry in raw["channels"].items():
        at: Path_ = ("channels", name)
        if not isinstance(entry, Mapping) or entry.get("kind") not in keys:
            found = entry.get("kind") if isinstance(entry, Mapping) else None
            gaps = {"allowed": ", ".join(keys)}
            yield document.fault(at, Message("a channel needs its kind: {allowed}", gaps), near(found, list(keys)))
            continue
        yield from _entry_faults(document, at, entry, keys[entry["kind"]] | ALWAYS, needed[entry["kind"]])


def _entry_faults(
    document: Document, at: Path_, entry: Mapping[str, Any], allowed: frozenset[str], needed: tuple[str, ...]
) -> Iterator[Fault]:
    for key in entry:
        if key not in allowed:
            gaps = {"key": key, "allowed": ", ".join(sorted(allowed))}
            message = Message("{key} is not known here; allowed: {allowed}", gaps)
            yield document.fault((*at, key), message, near(key, sorted(allowed)))
    for key in needed:
        if not entry.get(key):
            yield document.fault(at, Message("{key} is missing", {"key": key}))
    for key, value in entry.items():
        shape: type | tuple[type, ...] = {"to": list, "headers": Mapping, "port": int}.get(key, str)
        if key in allowed and not isinstance(value, shape):
            words = WORDS.get(key, N_("text in quotes"))
            yield document.fault((*at, key), Message("{key} must be {words}", {"key": key, "words": Message(words)}))
    if entry.get("security", "none") not in SECURITY:
        gaps = {"key": "security", "allowed": ", ".join(SECURITY)}
        yield document.fault((*at, "security"), Message("{key} must be one of {allowed}", gaps))
