"""The commands that make, list and revoke API keys."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from emergency.service.keys import SCOPES, create_key, every_key, revoke_key

Open = Callable[[argparse.Namespace], Any]
Show = Callable[..., None]


def key_commands(command: Any, group: Any, open_context: Open, show: Show) -> None:
    """Add ``key create | list | revoke``.

    Args:
        command, group: how the command line adds a command, and a group of them.
        open_context: the workspace the arguments name.
        show: prints an answer as JSON or as lines.
    """

    def create(arguments: argparse.Namespace) -> int:
        made = create_key(open_context(arguments), arguments.source, arguments.scope)
        scopes = sorted(made.key.scopes)
        answer = {"key_id": made.key.key_id, "key": made.secret, "source": made.key.source, "scopes": scopes}
        lines = [
            f"{made.secret}",
            f"  {made.key.key_id} for source {made.key.source}: {', '.join(scopes)}",
            "  keep it now: it is not stored and cannot be shown again",
        ]
        show(arguments, answer, lines)
        return 0

    def every(arguments: argparse.Namespace) -> int:
        rows = every_key(open_context(arguments))
        lines = [
            f"{r.key_id}  {r.source:20} {','.join(r.scopes):36} made {r.created_at:%Y-%m-%d} by {r.created_by}"
            + (f", revoked {r.revoked_at:%Y-%m-%d}" if r.revoked_at else "")
            for r in rows
        ]
        show(arguments, [r.to_json() for r in rows], lines or ["no keys yet: emergency key create --source NAME"])
        return 0

    def revoke(arguments: argparse.Namespace) -> int:
        revoke_key(open_context(arguments), arguments.key_id)
        show(arguments, {"revoked": arguments.key_id}, [f"{arguments.key_id} is revoked"])
        return 0

    keys = group("key", "Keys of the HTTP API")
    made = command(keys, "create", create, "Make a key; it is shown once")
    made.add_argument("--source", required=True, help="whose claims it writes and reads; * reads those of all")
    made.add_argument(
        "--scope", action="append", required=True, help=f"what it may do, repeatable: {', '.join(SCOPES)}"
    )
    command(keys, "list", every, "List the keys, never the secrets")
    command(keys, "revoke", revoke, "End a key").add_argument("key_id")
