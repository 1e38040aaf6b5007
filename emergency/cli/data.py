"""What comes in: regions, claims, alerts."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from emergency import bootstrap
from emergency.cli.answering import BadInput, answer_with, context
from emergency.cli.watching import STOPPED, Bar, stopping
from emergency.service.receipts import FlagLine

if TYPE_CHECKING:
    from emergency.service.context import Context
    from emergency.service.record_files import RecordReceipt

# Amounts whose unit is said by an option.
UNITS = ("yuan", "thousand", "wan", "million", "yi", "usd", "whole", "minor")
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")
KINDS = ("claims", "messages", "policies", "casualties")
DATE_ORDERS = ("ymd", "mdy", "dmy")
COORDINATES = ("wgs84", "gcj02")
AMOUNTS = ("estimated", "paid", "outstanding", "sum_insured", "amount")


def regions_list(arguments: argparse.Namespace) -> int:
    sets = bootstrap.start().content.regions
    answer = [sets.describe(name) for name in sets.names()]
    answer_with(arguments, answer, lambda: [f"{a['id']:10} {a['title']}  {a['levels']}" for a in answer])
    return 0


def regions_install(arguments: argparse.Namespace) -> int:
    from emergency.service.regions import install

    path = install(bootstrap.start().content, arguments.name, arguments.id)
    answer_with(arguments, {"installed": arguments.name, "path": str(path)}, [f"installed {arguments.name} in {path}"])
    return 0


def claims_propose(arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    from emergency.service import mappings

    ctx = context(arguments)
    if not arguments.file.is_file():
        raise BadInput(f"{arguments.file}: no such file")
    proposed = mappings.propose(ctx, arguments.file, arguments.encoding, arguments.kind)
    given = {f"{name}_minor": getattr(arguments, f"{name}_unit") for name in AMOUNTS}
    units = {**proposed.draft.units, **{k: v for k, v in given.items() if v}}
    source = _about(ctx, arguments.about, proposed.draft.rows_are, saved=bool(arguments.save))
    chosen = {"coordinates": arguments.coordinates, "date_order": arguments.date_order}
    draft = replace(proposed.draft, units=units, source=source, **{k: v for k, v in chosen.items() if v})
    proposed = replace(proposed, draft=draft)
    answer = proposed.to_json()
    if arguments.save:
        if proposed.questions:
            raise BadInput(
                "not saved: " + "; ".join(map(str, proposed.questions)) + " Say it by an option of this command"
                " (--help lists them), or choose in the Intake room."
            )
        answer["saved"] = str(mappings.save(ctx, arguments.save, proposed.draft))
    answer_with(
        arguments,
        answer,
        lambda: [
            f"{answer['kind']}, {answer['encoding']}{'' if answer['encoding_sure'] else ' (not certain: look)'}",
            *(f"read as --encoding {name}: {' '.join(head)[:90]}" for name, head in answer["readings"].items()),
            *(
                f"{column:16} ← {found['header']}  ({found['points']}){_unit(answer, column)}"
                for column, found in answer["columns"].items()
            ),
            *(f"not read: {header}" for header in answer["unknown_headers"]),
            *(f"to be said: {question}" for question in answer["questions"]),
            *(f"look: {warning}" for warning in answer["warnings"]),
            *(f"already read by mapping {name}" for name in answer["fitting_mappings"]),
            *([f"saved: {answer['saved']}"] if "saved" in answer else []),
        ],
    )
    return 0


def _unit(answer: dict[str, Any], column: str) -> str:
    """The unit an amount is read in, and what in the file says so."""
    unit, said = answer["units"].get(column), answer["units_said"].get(column)
    return f"  in {unit}" + (f", the file says “{said}”" if said else "") if unit else ""


def _about(ctx: Context, named: str, rows_are: str, *, saved: bool) -> str:
    """The source of the claims that messages speak of; nothing for other rows."""
    from emergency.service.drafts import claim_sources

    if rows_are != "messages":
        return ""
    known = claim_sources(ctx)
    if named in known:
        return named
    if named or saved:
        said = f"there are no claims of a source {named!r}" if named else "not saved: whose claims are these about?"
        raise BadInput(f"{said} Name it by --about; known: {', '.join(known)}")
    return ""


def claims_import(arguments: argparse.Namespace) -> int:
    from emergency.service.importing import import_claims, mapping_named
    from emergency.service.record_files import RecordReceipt, import_records

    if not arguments.file.is_file():
        raise BadInput(f"{arguments.file}: no such file")
    ctx = context(arguments)
    mapping = mapping_named(ctx, arguments.mapping or _default(ctx, arguments), arguments.encoding)
    if mapping.kind != arguments.kind:
        raise BadInput(f"mapping {mapping.name!r} reads {mapping.kind}: add --kind {mapping.kind}, or name another")
    bar = Bar(drawn=arguments.progress or (sys.stderr.isatty() and not arguments.json))
    with closing(bar), stopping() as wish:
        receipt = (import_claims if mapping.kind == "claims" else import_records)(
            ctx,
            arguments.file,
            mapping,
            incident_id=arguments.incident,
            progress=bar.show,
            stop=wish.is_set,
        )
    answer_with(
        arguments,
        receipt.to_json(),
        lambda: [
            f"{receipt.rows:,} rows = {receipt.new:,} new + {receipt.updated:,} updated"
            f" + {receipt.duplicates:,} duplicates + {receipt.rejected:,} rejected",
            *(
                [*_followed(receipt), *(f"look: {doubt}" for doubt in receipt.doubts)]
                if isinstance(receipt, RecordReceipt)
                else [f"{receipt.unlocated:,} of the accepted have no place yet"]
            ),
            *(f"rejected: {_line(r)}" for r in receipt.rejects[:10]),
            *(f"look: {_line(f)}" for f in receipt.flags[:10]),
            *([f"rejects: {receipt.rejects_file}"] if receipt.rejects_file else []),
            *([f"every such row: {receipt.rows_file}"] if receipt.rows_file else []),
            *(["stopped: these rows are in; import the file again to go on"] if receipt.state == "stopped" else []),
        ],
    )
    return STOPPED if receipt.state == "stopped" else 0


# Mappings of our own column names: what is meant where nobody names one.
PLAIN = {"claims": "plain", "messages": "plain-messages"}


def _default(ctx: Context, arguments: argparse.Namespace) -> str:
    """The mapping of our own column names; where that does not read the file, what to do instead is said.

    Raises:
        BadInput: names the mappings that read it, and how one is proposed.
    """
    from emergency.service import mappings

    proposed = mappings.propose(ctx, arguments.file, arguments.encoding, arguments.kind)
    plain, file = PLAIN.get(arguments.kind, ""), arguments.file
    if plain in proposed.fitting:
        return plain
    if plain and not mappings.seen(ctx, file, plain, proposed.proposal, arguments.encoding).refused:
        return plain
    kinds = {name: ctx.content.library.mappings()[name][0].get("kind", "claims") for name in proposed.fitting}
    ways = [
        f"`emergency claims import {file} --mapping {name}{'' if kind == 'claims' else f' --kind {kind}'}`"
        for name, kind in kinds.items()
    ]
    reads = f"these do: {'; '.join(ways[:4])}" if ways else "no other mapping does either"
    raise BadInput(
        f"{file}: no mapping was named, and {plain or 'none of the console'} does not read it; {reads}."
        f" `emergency claims propose {file}` proposes one from the file, and --save NAME keeps it"
    )


def _followed(receipt: RecordReceipt) -> list[str]:
    if receipt.kind != "messages":
        return []
    waiting = f"{receipt.waiting:,} messages wait for claims of {receipt.source} that are not here yet"
    return [f"{receipt.claims_changed:,} claims follow; {waiting}"]


def _line(found: FlagLine) -> str:
    """One kind of rows, as ``rows 7, 9 … (12): 险种 “船险”: not in the mapping's table, …``."""
    numbers = ", ".join(map(str, found.shown_rows[:5])) + (" …" if found.rows > 5 else "")
    example = "" if found.alike or not found.row_numbers else f"for example row {found.shown_rows[0]}: "
    where = f"{found.field} {example}“{found.value}”: " if found.field else example
    return f"rows {numbers} ({found.rows:,}): {where}{found.note}" if found.row_numbers else str(found.note)


def alerts_import(arguments: argparse.Namespace) -> int:
    """One line per file, so that a long list can be read as it comes."""
    from emergency.service.alerts import import_file

    ctx = context(arguments)
    all_ok = True
    for path in arguments.files:
        answer = import_file(ctx, path)
        all_ok &= answer.ok
        if arguments.json:
            print(json.dumps(answer.to_json(), ensure_ascii=False), flush=True)
        else:
            print(f"{'ok  ' if answer.ok else 'none'} {path}: {len(answer.alerts)} alerts  {answer.reason()}".rstrip())
            for a in answer.alerts:
                print(f"     {a['receipt']:9} {a['severity']:8} {a['colour']:6} {a['headline'] or a['event']}")
        if not answer.ok:
            print(f"emergency: {path}: {answer.reason()}", file=sys.stderr)
    return 0 if all_ok else 2
