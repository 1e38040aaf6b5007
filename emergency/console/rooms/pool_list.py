"""The pool as a workbook: saved, and a mended one looked at before it is taken over, and taken back afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st
from openpyxl.utils import get_column_letter

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.pressed import pressed
from emergency.console.rooms.task_acts import attempt
from emergency.domain.pool_difference import Change
from emergency.service import pool_take, pools
from emergency.service.context import Refused
from emergency.service.pool_list import LARGEST_MB, NO_ROWS, Listed, read
from emergency.service.pool_take import Preview, Taken
from emergency.service.pool_words import TABLES, Codes, head, masked
from emergency.texts import N_, Message

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIST, TURN, TAKEN = "pool-list", "pool-list.turn", "pool-list.taken"
WHATS = {"new": (N_("new"), "ok"), "changed": (N_("changed"), "plain"), "gone": (N_("taken off"), "watch")}
SCOPE = {True: N_("is taken off"), False: N_("stays")}
MOST_ROWS, MOST_FAULTS = 300, 60
HIGH = 12  # rows beyond which a table is looked at in a frame of its own


def _key(desk: Desk, name: str) -> str:
    return f"{name}.{desk.ctx.store.name}"


def panel(desk: Desk, *, empty: bool) -> None:
    """Saving and bringing in; of a list that was brought in, what it would change.

    Args:
        empty: there is nothing in the pool yet; then it is open.
    """
    say = desk.say
    key = f"{_key(desk, LIST)}.{st.session_state.get(_key(desk, TURN), 0)}"
    # A notice at the head of the room has it drawn anew, and shut; whoever has brought something in has it open.
    is_open = empty or bool(st.session_state.get(key))
    with st.expander(say("The pool as a workbook: save it, change it, bring it in"), expanded=is_open):
        left, right = st.columns(2, gap="medium")
        with left:
            _save(desk, empty)
        with right:
            files = st.file_uploader(
                say("Bring in a list of people and goods (.xlsx, or the tables as .csv)"),
                type=["xlsx", "csv"],
                accept_multiple_files=True,
                max_upload_size=LARGEST_MB,
                key=key,
            )
            st.caption(say("Nothing is written before you have seen what would change."))
    if files:
        _preview(desk, files)
    else:
        _receipt(desk)


def _save(desk: Desk, empty: bool) -> None:
    say = desk.say
    st.caption(
        say("One sheet each of bases, roster, stock and pieces, still empty; the last sheet explains every column.")
        if empty
        else say("One sheet each of bases, roster, stock and pieces; the last sheet explains every column.")
    )
    day = desk.ctx.now().astimezone(desk.zone).date().isoformat()
    st.download_button(
        say("Save an empty workbook (.xlsx)") if empty else say("Save the pool (.xlsx)"),
        lambda: pools.workbook(desk.ctx, say.language),
        f"pool-{desk.ctx.store.name}-{day}.xlsx",
        WORKBOOK,
        key="pool-workbook",
        on_click="ignore",
    )


def _listed(desk: Desk, files: Sequence[Any]) -> Listed | None:
    """What was handed in, read once; None where it cannot be read, and that is said."""
    key = (desk.ctx.store.name, *(file.file_id for file in files))
    kept = st.session_state.get(LIST)
    if kept and kept[0] == key:
        return kept[1]
    try:
        with tempfile.TemporaryDirectory(prefix="emergency-pool-") as folder:
            paths = []
            for n, file in enumerate(files):
                Path(folder, str(n)).mkdir()
                paths.append(Path(folder, str(n), Path(file.name).name[-120:]))
                paths[-1].write_bytes(file.getbuffer())
            found = read(paths)
    except Refused as fault:
        look.notice("error", look.plain(desk.say(fault.args[0])))
        return None
    st.session_state[LIST] = (key, found)
    return found


def _preview(desk: Desk, files: Sequence[Any]) -> None:
    say = desk.say
    listed = _listed(desk, files)
    if listed is None:
        return
    look.section(say("What this list would change"))
    whole = st.segmented_control(
        say("Who and what is not in the list"),
        list(SCOPE),
        default=True,
        required=True,
        format_func=lambda way: say(SCOPE[way]),
        key=f"{LIST}.whole",
    )
    found = pool_take.compare(desk.ctx, listed, whole=whole is not False)
    empty = [Message(NO_ROWS, {"sheet": title}) for name, title in listed.empty.items() if found.before[name]]
    for note in [*listed.notes, *empty]:
        st.caption(look.plain(say(note)))
    if found.faults:
        _faults(desk, found)
        return
    if not found.changes:
        look.notice("info", say("0 changes: the list says what the pool says."))
    else:
        _warned(desk, found)
        for warning in found.warnings:
            st.warning(look.plain(say(masked(warning))))
        _button(desk, found)
    _counts(desk, found)
    _details(desk, found)


def _warned(desk: Desk, found: Preview) -> None:
    gone, before = len(found.of("adjusters", "gone")), len(found.before["adjusters"])
    if gone * 2 > before:
        text = desk.say(
            "{gone} of {n} people are not in this list and would be taken off. If it is only a part of the roster,"
            " choose that who is not in it stays.",
            gone=gone,
            n=before,
        )
        st.warning(text)


def _button(desk: Desk, found: Preview) -> None:
    say = desk.say
    one = len(found.changes) == 1
    many = say("Take this list over: {n} changes", n=f"{len(found.changes):,}")
    label = say("Take this list over: 1 change") if one else many
    was = pressed(label, "pool-take", found, type="primary")
    if was is None:
        return

    def act() -> None:
        st.session_state[_key(desk, TAKEN)] = pool_take.take(desk.ctx, was)
        st.session_state[_key(desk, TURN)] = st.session_state.get(_key(desk, TURN), 0) + 1

    many = say("Taken over: {n} changes.", n=f"{len(was.changes):,}")
    attempt(desk, act, say("Taken over: 1 change.") if len(was.changes) == 1 else many)


def _receipt(desk: Desk) -> None:
    """What was taken over last, and the way back."""
    taken: Taken | None = st.session_state.get(_key(desk, TAKEN))
    if taken is None:
        return
    say = desk.say
    look.section(say("Taken over from {file}", file=taken.name))
    _counts(desk, taken)

    def back() -> None:
        pool_take.take_back(desk.ctx, taken)
        st.session_state.pop(_key(desk, TAKEN), None)

    if st.button(say("Take the whole list back"), key="pool-take-back"):
        attempt(desk, back, say("Taken back; people and goods are as they were before the list."))


def _counts(desk: Desk, found: Preview | Taken) -> None:
    say = desk.say

    def number(table: str, what: str) -> look.Cell:
        n = sum(c.table == table and c.what == what for c in found.changes)
        return look.Cell(f"{n:,}", "watch" if n and what == "gone" else "plain")

    rows: list[list[str | look.Cell]] = [
        [
            say(table.title),
            *(number(name, what) for what in WHATS),
            f"{sum(stay.table == name for stay in found.stays):,}",
        ]
        for name, table in TABLES.items()
    ]
    heads = [say("Sheet"), *(say(name) for name, _ in WHATS.values()), say("not in the list, stays all the same")]
    look.table(heads, rows, numbers=[1, 2, 3, 4])


def _details(desk: Desk, found: Preview) -> None:
    say = desk.say
    names = {**found.before["bases"], **{c.key: c.after for c in found.of("bases") if c.after}}
    codes = Codes(desk.ctx, names.values())
    for name, table in TABLES.items():
        changes = found.of(name)
        stays = [stay for stay in found.stays if stay.table == name]
        if not changes and not stays:
            continue
        look.section(say(table.title))
        if name == "stock":
            st.caption(
                say(
                    "What was counted otherwise is booked in the stock ledger. What is committed or in transit is part"
                    " of the total and stays where it is."
                )
            )
        rows: list[list[str | look.Cell]] = [
            [look.Cell(say("stays"), framed=True), stay.name, say(stay.why)] for stay in stays
        ]
        rows += [_row(desk, codes, change) for change in changes[:MOST_ROWS]]
        _framed(rows, [say("What"), say("Which"), say("What changes")])
        if len(changes) > MOST_ROWS:
            st.caption(say("{n} more are not shown here.", n=f"{len(changes) - MOST_ROWS:,}"))


def _framed(rows: Sequence[Sequence[str | look.Cell]], heads: Sequence[str]) -> None:
    with st.container(height=460 if len(rows) > HIGH else "content", border=False):
        look.table(heads, rows)


def _row(desk: Desk, codes: Codes, change: Change) -> list[str | look.Cell]:
    say, (word, tone) = desk.say, WHATS[change.what]
    row = change.after or change.before or {}
    shown = _shower(desk, codes)
    key = TABLES[change.table].key
    which = row[key[0]] if change.table == "bases" else " · ".join(shown(column, row[column]) for column in key)
    if change.table in ("adjusters", "bases"):
        which += f" {row['name_zh'] or row['name'] if say.language == 'zh_CN' and 'name_zh' in row else row['name']}"
    if change.what == "changed":
        cells = [
            say("{label}: {value}", label=say(head(change.table, c)), value=f"{shown(c, a)} → {shown(c, b)}")
            for c, a, b in change.fields
        ]
    else:
        # All that is not empty, and an empty limit, which is one that was not set.
        told = [c for c in TABLES[change.table].columns if (row[c] or c == "authority") and c not in (*key, "name")]
        cells = [say("{label}: {value}", label=say(head(change.table, c)), value=shown(c, row[c])) for c in told]
    return [look.Cell(say(word), tone, framed=True), which, " · ".join(cells)]


def _shower(desk: Desk, codes: Codes) -> Callable[[str, str], str]:
    def shown(column: str, cell: str) -> str:
        if column == "authority" and cell.isdigit():
            return desk.money(int(cell) * 100)
        if column == "authority" and not cell:
            return desk.say("no limit")
        if column == "rest_until" and cell:
            return desk.clock_text(datetime.fromisoformat(cell))
        if column in ("base_id", "depot") and cell in codes.bases:
            return f"{cell} {codes.word(desk.say, column, cell)}"
        return codes.word(desk.say, column, cell) or "–"

    return shown


def _faults(desk: Desk, found: Preview) -> None:
    """Where each is, and what to do; nothing is taken over before all are mended."""
    say = desk.say
    n = len(found.faults)
    many = say("{n} faults in the list; mend them and bring it in again. Nothing was changed.", n=n)
    one = say("1 fault in the list; mend it and bring it in again. Nothing was changed.")
    look.notice("error", one if n == 1 else many)
    rows = []
    for fault in found.faults[:MOST_FAULTS]:
        given = next((one for one in found.listed.tables.values() if one.title == fault.path), None)
        column = given.heads.get(fault.field, fault.field) if given else fault.field
        letter = get_column_letter(fault.column) if fault.column else ""
        place = " ".join(filter(None, (letter, column)))
        rows.append([fault.path, f"{fault.line}" if fault.line else "–", place or "–", say(masked(fault.message))])
    _framed(rows, [say("Sheet"), say("Row"), say("Column"), say("What is wrong, and what to do")])
    if n > MOST_FAULTS:
        st.caption(say("{n} more are not shown here.", n=n - MOST_FAULTS))
