"""Playbooks without a console: check files, list the shelf, take a version out as a file."""

from __future__ import annotations

import argparse
from typing import Any

from emergency import bootstrap
from emergency.cli.answering import BadInput, answer_with
from emergency.texts import LANGUAGES, speaker


def playbook_commands(command: Any, group: Any) -> None:
    """``emergency playbook check|list|export``."""
    into = group("playbook", "Playbooks")
    checked = command(into, "check", playbook_check, "Check playbook files: every fault with line and suggestion")
    checked.add_argument("files", nargs="+")
    checked.add_argument("--language", choices=tuple(LANGUAGES), default="en")
    command(into, "list", playbook_list, "List every playbook version on the shelf")
    export = command(into, "export", playbook_export, "Write the file of a version, shipped or approved in the console")
    export.add_argument("reference", help="earthquake, or earthquake@1.0.0")
    export.add_argument("--out", required=True, metavar="FILE")


def playbook_check(arguments: argparse.Namespace) -> int:
    """0 every file may be approved; 2 at least one may not."""
    from emergency.service.playbook_reading import check_file

    library, say = bootstrap.start().content.library, speaker(arguments.language)
    answer = [check_file(library, name, say) for name in arguments.files]

    def lines() -> list[str]:
        found = []
        for one in answer:
            found += [f"{'ok  ' if one['ok'] else 'FAIL'} {one['file']}", *(f"     {f}" for f in one["faults"])]
        return found

    answer_with(arguments, answer, lines)
    return 0 if all(one["ok"] for one in answer) else 2


def playbook_list(arguments: argparse.Namespace) -> int:
    from emergency.service.playbook_reading import shelf

    answer = [one.to_json() for one in shelf(bootstrap.start().content.library)]
    answer_with(
        arguments,
        answer,
        lambda: [
            f"{one['id']}@{one['version']}  {one['status']:9} review due {one['review_due'] or '–':10} "
            f"{one['title'].get('en') or one['title']['zh']}"
            for one in answer
        ],
    )
    return 0


def playbook_export(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from emergency.service.playbook_reading import text_of

    text = text_of(bootstrap.start().content.library, arguments.reference)
    if not text:
        raise BadInput(f"the text of {arguments.reference} is not here; `emergency playbook list` shows what there is")
    Path(arguments.out).write_text(text, encoding="utf-8")
    answer_with(arguments, {"file": arguments.out, "bytes": len(text.encode())}, [f"wrote {arguments.out}"])
    return 0
