"""Which saved mappings read a file, and what each would make of its first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from emergency.intake.columns import AMOUNTS, UNIT_NAMES, Column
from emergency.intake.faults import FileFault, IntakeFault
from emergency.intake.headers import checked, find_header, positions, unread_amounts
from emergency.intake.mapping import ClaimMapping, claim_mapping
from emergency.intake.masking import masked_rows
from emergency.intake.propose import Proposal
from emergency.intake.table import open_table
from emergency.intake.units import contradiction
from emergency.service.context import Context
from emergency.service.drafts import COLUMN_NAMES, WORDED, Draft
from emergency.texts import N_, Message

SHOWN_ROWS = 10
# Rows whose cells tell which columns name a person.
_LOOKED_AT = 200


@dataclass(frozen=True)
class Seen:
    """A file as a saved mapping reads it, opened as the import opens it; no cell names a person.

    Attributes:
        taken: what each column of the header is read as; empty = not read.
        rows: ten of the file's rows, masked.
        unread_money: headers of amounts the mapping does not read.
        refused: why the import would not begin; everything else is empty then.
    """

    header: tuple[str, ...] = ()
    taken: tuple[tuple[Message, ...], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    unread_money: tuple[str, ...] = ()
    refused: tuple[Message, ...] = ()


def fitting(ctx: Context, proposal: Proposal) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """Mappings that can read the file as it is, the one that reads most of it first; and where there is none, why
    one that knows its headers must not.

    One that reads none of the amounts the file holds does not read the file.
    """
    reading = proposal.reading
    found: list[tuple[int, str]] = []
    against: list[tuple[int, Message]] = []
    for name, mapping in _every(ctx):
        if find_header([reading.header], mapping) is None or mapping.encoding not in ("", reading.encoding):
            continue
        try:
            checked(reading.header, mapping, reading.around)
        except FileFault as fault:
            against.append((-len(mapping.columns), _set_aside(fault.messages[0])))
            continue
        if not unread_money(proposal, mapping) or any(positions(reading.header, c) for c in _amounts(mapping)):
            found.append((-len(_read_by(reading.header, mapping)), name))
    why = min(against, key=lambda one: one[0], default=None)
    return tuple(name for _, name in sorted(found)), (why[1],) if why and not found else ()


def _set_aside(why: Message) -> Message:
    """Why a mapping does not read the file, said beside a proposal that does: there is nothing left to do about it."""
    if not {"mapping", "header", "unit", "said"} <= why.values.keys():
        return why
    text = N_("Mapping {mapping} is not used here: it reads {header} in {unit}, and the file says “{said}”.")
    return Message(text, why.values)


def unit_questions(proposal: Proposal, draft: Draft) -> list[Message]:
    """Units a person chose although the file says another: the import would refuse them."""
    found, reading = [], proposal.reading
    currency = "" if draft.columns.get("currency") else draft.currency
    for name in AMOUNTS:
        header, unit = draft.columns.get(name, ""), draft.units.get(name, "")
        if header not in reading.header or unit not in UNIT_NAMES:
            continue
        if against := contradiction(header, reading.header.index(header), reading.around, unit, currency):
            values = {"header": header, "said": against[0].words, "unit": Message(UNIT_NAMES[unit])}
            text = N_(
                "The file says “{said}” of {header}, but it would be read in {unit}: make them agree, or mend the file."
            )
            found.append(Message(text, values))
    return found


def _every(ctx: Context) -> list[tuple[str, ClaimMapping]]:
    found = []
    for name, (raw, path) in ctx.content.library.mappings().items():
        try:
            found.append((name, claim_mapping(raw, path)))
        except IntakeFault:
            continue
    return found


def _amounts(mapping: ClaimMapping) -> list[Column]:
    return [column for name, column in mapping.columns.items() if name in AMOUNTS]


def unread_money(proposal: Proposal, mapping: ClaimMapping) -> tuple[str, ...]:
    """Headers that hold amounts of the file and are read as nothing."""
    header = proposal.reading.header
    read = _read_by(header, mapping)
    proposed = {guess.header for name, guess in proposal.columns.items() if name in AMOUNTS}
    plain = unread_amounts(header, mapping)
    return tuple(h for i, h in enumerate(header) if h in plain or (i not in read and h in proposed))


def _read_by(header: Sequence[str], mapping: ClaimMapping) -> set[int]:
    return {at for column in mapping.columns.values() for at in positions(header, column)}


def seen(ctx: Context, path: Path, name: str, proposal: Proposal, encoding: str = "") -> Seen:
    """The first rows under a saved mapping, or why it cannot read the file.

    Args:
        encoding: as a person chose it.
    """
    raw, where = ctx.content.library.mappings()[name]
    try:
        mapping = claim_mapping(raw, where)
        mapping = replace(mapping, encoding=encoding or mapping.encoding)
        header, rows = _top(path, mapping)
    except IntakeFault as fault:
        return Seen(refused=fault.messages)
    taken: dict[int, list[str]] = {}
    for column in mapping.columns.values():
        for at in positions(header, column):
            taken.setdefault(at, []).append(column.name)
    return Seen(
        header=header,
        taken=tuple(tuple(_as(name, mapping) for name in taken.get(at, ())) for at in range(len(header))),
        rows=_masked(ctx, header, rows, taken),
        unread_money=unread_money(proposal, mapping),
    )


def _top(path: Path, mapping: ClaimMapping) -> tuple[tuple[str, ...], list[list[str]]]:
    """Header and first whole rows, by the very reader of the import."""
    with closing(open_table(path, mapping)) as table:
        batch = next(iter(table.batches(_LOOKED_AT)), None)
        columns = [c.to_pylist() for c in batch.columns()] if batch is not None else []
        return table.header, [list(row) for row in islice(zip(*columns, strict=True), _LOOKED_AT)]


def _as(column: str, mapping: ClaimMapping) -> Message:
    """What a column is taken as; of an amount, in which unit."""
    name = Message(COLUMN_NAMES[column])
    if column not in AMOUNTS:
        return name
    return Message("{column}, in {unit}", {"column": name, "unit": Message(UNIT_NAMES[mapping.columns[column].unit])})


def _masked(
    ctx: Context, header: Sequence[str], rows: Sequence[Sequence[str]], taken: Mapping[int, Sequence[str]]
) -> tuple[tuple[str, ...], ...]:
    personal = ctx.content.library.synonyms()["personal"]
    # A column of words is looked at for names all the same; a place stays one whatever else it is.
    known = {header[at]: name for at, names in taken.items() for name in names if name not in WORDED}
    known |= {header[at]: "place" for at, names in taken.items() if "place" in names}
    return tuple(map(tuple, masked_rows(header, rows[:SHOWN_ROWS], personal, known, rows)))
