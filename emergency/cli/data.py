"""What comes in: regions, claims, alerts."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing

from emergency import bootstrap
from emergency.cli.answering import BadInput, answer_with, context
from emergency.cli.watching import STOPPED, Bar, stopping
from emergency.service.receipts import FlagLine


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
    proposed = mappings.propose(ctx, arguments.file, arguments.encoding)
    given = {"estimated_minor": arguments.estimated_unit, "paid_minor": arguments.paid_unit}
    units = {**proposed.draft.units, **{k: v for k, v in given.items() if v}}
    proposed = replace(proposed, draft=replace(proposed.draft, units=units))
    answer = proposed.to_json()
    if arguments.save:
        if proposed.questions:
            raise BadInput("not saved: " + "; ".join(map(str, proposed.questions)))
        answer["saved"] = str(mappings.save(ctx, arguments.save, proposed.draft))
    answer_with(
        arguments,
        answer,
        lambda: [
            f"{answer['kind']}, {answer['encoding']}{'' if answer['encoding_sure'] else ' (not certain: look)'}",
            *(f"{column:16} ← {found['header']}  ({found['points']})" for column, found in answer["columns"].items()),
            *(f"not read: {header}" for header in answer["unknown_headers"]),
            *(f"to be said: {question}" for question in answer["questions"]),
            *(f"already read by mapping {name}" for name in answer["fitting_mappings"]),
            *([f"saved: {answer['saved']}"] if "saved" in answer else []),
        ],
    )
    return 0


def claims_import(arguments: argparse.Namespace) -> int:
    from emergency.service.importing import import_claims, mapping_named
    from emergency.service.record_files import RecordReceipt, import_records

    if not arguments.file.is_file():
        raise BadInput(f"{arguments.file}: no such file")
    ctx = context(arguments)
    mapping = mapping_named(ctx, arguments.mapping)
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
                [
                    f"{receipt.claims_changed:,} claims follow; {receipt.waiting:,} messages wait for their claims",
                    *(f"look: {doubt}" for doubt in receipt.doubts),
                ]
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


def _line(found: FlagLine) -> str:
    """One kind of rows, as ``rows 7, 9 … (12): 险种 “船险”: not in the mapping's table, …``."""
    numbers = ", ".join(map(str, found.row_numbers[:5])) + (" …" if found.rows > 5 else "")
    where = f"{found.field} “{found.value}”: " if found.field else ""
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
