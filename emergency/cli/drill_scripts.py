"""Scripts of the house without a console: list, copy, check, keep, take back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from emergency import bootstrap
from emergency.cli.answering import BadInput, answer_with, context
from emergency.texts import LANGUAGES, speaker

NAMES = ("facts", "outcomes", "acts")


def script_commands(command: Any, drill: Any) -> None:
    """``emergency drill list|new|keep|withdraw|restore|names``."""
    listed = command(drill, "list", drill_list, "List every drill script, shipped and own, and which is played")
    listed.add_argument("--away", action="store_true", help="those that were replaced or withdrawn")
    new = command(drill, "new", drill_new, "Copy a script under an id of your own, on the shelf or into a file")
    new.add_argument("script", help="id of the script to begin with, or id@version")
    new.add_argument("--id", required=True, help="small letters, digits, - and _")
    new.add_argument("--title-zh", default="", metavar="TITLE")
    new.add_argument("--title-en", default="", metavar="TITLE")
    new.add_argument("--out", type=Path, metavar="FILE", help="write this file instead of putting it on the shelf")
    keep = command(drill, "keep", drill_keep, "Check scripts or their workbooks and put them on the shelf")
    keep.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .yaml script or an .xlsx workbook")
    withdraw = command(drill, "withdraw", drill_withdraw, "Take a script of your own off the shelf")
    withdraw.add_argument("script", help="id@version")
    restore = command(drill, "restore", drill_restore, "Bring back a script that was replaced or withdrawn")
    restore.add_argument("file", help="as `emergency drill list --away` names it")
    names = command(drill, "names", drill_names, "List the names a script may use")
    names.add_argument("list", choices=NAMES)
    for one in (listed, names):
        one.add_argument("--language", choices=tuple(LANGUAGES), default="en")


def drill_list(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_house import put_away, shelf

    ctx, say = context(arguments), speaker(arguments.language)
    if arguments.away:
        away: list[dict[str, Any]] = [
            {"file": one.file, "id": one.id, "version": one.version, "title": dict(one.title), "injects": one.injects}
            for one in put_away(ctx)
        ]
        answer_with(arguments, away, lambda: [f"{one['file']}  {say.of(one['title'])}" for one in away])
        return 0
    answer: list[dict[str, Any]] = [
        {
            "id": one.script.id,
            "version": one.script.version,
            "title": dict(one.script.title),
            "own": one.own,
            "played": one.played,
            "injects": len(one.script.injects),
        }
        for one in shelf(ctx)
    ]
    answer_with(
        arguments,
        answer,
        lambda: [
            f"{one['id']}@{one['version']}  {'own' if one['own'] else 'shipped':7}  "
            f"{'the id stands for it' if one['played'] else 'a newer version is there':24}  {say.of(one['title'])}"
            for one in answer
        ],
    )
    return 0


def drill_new(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_house import copied, new

    title = {"zh": arguments.title_zh, "en": arguments.title_en}
    if arguments.out:
        raw = copied(bootstrap.start().content.library, arguments.script, arguments.id, title)
        if arguments.out.exists():
            raise BadInput(f"{arguments.out} is there already; give another file with --out")
        arguments.out.write_bytes(raw)
        answer_with(arguments, {"file": str(arguments.out)}, [f"wrote {arguments.out}"])
        return 0
    kept = new(context(arguments), arguments.script, arguments.id, title)
    answer_with(arguments, {"script": kept.reference}, [f"{kept.reference} is on the shelf"])
    return 0


def drill_keep(arguments: argparse.Namespace) -> int:
    """0 all are on the shelf; 2 one is not in order, and those after it were not looked at."""
    from emergency.service.drill_house import keep

    ctx, say = context(arguments), speaker("en")
    answer: list[dict[str, Any]] = []
    for path in arguments.files:
        kept = keep(ctx, path.name, path.read_bytes())
        notes = [one.spoken(say) for one in kept.notes]
        answer.append(
            {
                "file": str(path),
                "script": kept.reference,
                "replaced": kept.replaced,
                "unchanged": kept.unchanged,
                "changes": list(kept.changes),
                "ignored": notes,
            }
        )

    def lines() -> list[str]:
        found = []
        for one in answer:
            how = "is there as it is" if one["unchanged"] else "replaced" if one["replaced"] else "is on the shelf"
            found.append(f"{one['file']}: {one['script']} {how}")
            found += [f"  {change['field']} = {change['value']}" for change in one["changes"]]
            found += [f"  not taken: {text}" for text in one["ignored"]]
        return found

    answer_with(arguments, answer, lines)
    return 0


def drill_withdraw(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_house import withdraw

    withdraw(context(arguments), arguments.script)
    lines = [f"{arguments.script} is put away; `emergency drill list --away` names it"]
    answer_with(arguments, {"script": arguments.script}, lines)
    return 0


def drill_restore(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_house import bring_back

    kept = bring_back(context(arguments), arguments.file)
    answer_with(arguments, {"script": kept.reference}, [f"{kept.reference} is on the shelf again"])
    return 0


def drill_names(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_names import names

    found = names(bootstrap.start().content.library, arguments.list, speaker(arguments.language))
    width = max(len(name) for name, _ in found)
    answer = [{"name": name, "means": means} for name, means in found]
    answer_with(arguments, answer, [f"{name:{width}}  {means}".rstrip() for name, means in found])
    return 0
