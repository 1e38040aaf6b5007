"""Which way a message goes: the channels an installation has set up, the folder for everything else."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emergency.notify.chat import Chat
from emergency.notify.folder import Folder
from emergency.notify.mail import Mail
from emergency.notify.parcel import Carrier, NotCarried
from emergency.notify.webhook import Webhook
from emergency.texts import Message

# What a channel's entry may say, by kind; `to` and `kind` may stand in all.
KEYS: Mapping[str, frozenset[str]] = {
    "smtp": frozenset({"host", "port", "from", "security", "account", "password"}),
    "webhook": frozenset({"url", "headers", "secret"}),
    "apprise": frozenset({"url"}),
    "folder": frozenset(),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "smtp": ("host", "from"),
    "webhook": ("url",),
    "apprise": ("url",),
    "folder": (),
}
PORTS = {"none": 25, "starttls": 587, "tls": 465}
_FROM_ENVIRONMENT = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


@dataclass(frozen=True)
class Ways:
    """The ways out of one workspace.

    Only a live workspace is ever given `channels`: whatever a drill or a demo sends ends in its folder.
    """

    folder: Folder
    channels: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, *, live: bool, folder: Path, channels: Mapping[str, Mapping[str, Any]]) -> Ways:
        return cls(Folder(folder), channels if live else {})

    def way(self, channel: str) -> Carrier:
        """The carrier of a channel.

        Raises:
            NotCarried: its entry names a variable of the environment that is not set.
        """
        entry = self.channels.get(channel)
        return self.folder if entry is None else _carrier(entry, self.folder)


def _carrier(entry: Mapping[str, Any], folder: Folder) -> Carrier:
    entry = {key: _filled(value) for key, value in entry.items()}
    to = tuple(entry.get("to") or ())
    if entry["kind"] == "smtp":
        security = entry.get("security", "starttls")
        return Mail(
            host=entry["host"],
            port=int(entry.get("port") or PORTS[security]),
            sender=entry["from"],
            to=to,
            security=security,
            account=entry.get("account", ""),
            password=entry.get("password", ""),
        )
    if entry["kind"] == "webhook":
        return Webhook(entry["url"], dict(entry.get("headers") or {}), entry.get("secret", ""), to)
    return Chat(entry["url"], to) if entry["kind"] == "apprise" else folder


def _filled(value: Any) -> Any:
    """``${NAME}`` from the environment, so that a secret need not stand in the file."""
    if isinstance(value, Mapping):
        return {key: _filled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one) for one in value]
    return _FROM_ENVIRONMENT.sub(_of_environment, value) if isinstance(value, str) else value


def _of_environment(found: re.Match[str]) -> str:
    value = os.environ.get(found[1])
    if value is None:
        raise NotCarried(Message("the environment variable {name} is not set", {"name": found[1]}))
    return value


__all__ = ["KEYS", "NEEDED", "Carrier", "NotCarried", "Ways"]
