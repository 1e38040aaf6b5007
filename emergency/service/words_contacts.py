"""The contact list and its test: everybody is written to, who did not answer by when is known.

Names and addresses stay in their tables; the journal holds numbers and roles alone.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.service.context import Context, Notice, Refused
from emergency.service.outbox import send_notice
from emergency.service.telling import deliver
from emergency.service.words_due import reminder
from emergency.store import words
from emergency.texts import Message

# Headings of a contact list, in either language; several rows of one id are one person's channels.
HEADINGS = {
    "contact_id": ("id", "no", "编号", "工号"),
    "role": ("role", "岗位", "角色", "职务"),
    "name": ("name", "姓名"),
    "channel": ("channel", "渠道"),
    "address": ("address", "地址", "号码", "联系方式"),
}
MOST = 5_000
WAIT = (5, 24 * 60)


@dataclass(frozen=True)
class TestReport:
    """How a contact test went; ``waiting`` are those who have not answered."""

    __test__ = False  # not one of pytest's

    test_id: int
    started: datetime
    due: datetime
    closed: datetime | None
    started_by: str
    rows: tuple[Mapping[str, Any], ...]

    @property
    def answered(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(r for r in self.rows if r["answered_us"] is not None)

    @property
    def waiting(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(r for r in self.rows if r["answered_us"] is None)

    @property
    def in_time(self) -> int:
        return sum(r["answered_us"] <= to_us(self.due) for r in self.answered)

    @property
    def half_answered_minutes(self) -> float | None:
        """Minutes until half of those asked had answered; None where half have not."""
        took = sorted(r["answered_us"] for r in self.answered)
        place = (len(self.rows) + 1) // 2
        return None if len(took) < place or not took else (took[place - 1] - to_us(self.started)) / 60e6


def take_contacts(ctx: Context, data: bytes, name: str) -> int:
    """Replace the contact list by a CSV file; returns how many people are in it.

    Raises:
        Refused: a heading is missing, or a row is not whole; the line is named.
    """
    people = _people(data)
    with ctx.store.write() as connection:
        count = words.replace_contacts(connection, people)
        roles = dict(sorted(Counter(p["role"] for p in people).items()))
        ctx.record(connection, "contacts.take", "contacts", {"file": name, "people": count, "roles": roles})
    return count


def _people(data: bytes) -> list[dict[str, Any]]:
    reader = csv.reader(io.StringIO(decoded(data)))
    columns = _columns(next(reader, []))
    people: dict[str, dict[str, Any]] = {}
    for line, row in enumerate(reader, start=2):
        if not any(cell.strip() for cell in row):
            continue
        found = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        empty = [name for name, value in found.items() if not value]
        if empty:
            gaps = {"line": line, "columns": ", ".join(empty)}
            raise Refused(Message("line {line} of the contact list is not whole: {columns} missing", gaps))
        person = people.setdefault(
            found["contact_id"],
            {"contact_id": found["contact_id"], "role": found["role"], "name": found["name"], "channels": []},
        )
        person["channels"].append([found["channel"], found["address"]])
        if len(people) > MOST:
            raise Refused(Message("a contact list holds {most} people at most", {"most": MOST}))
    if not people:
        raise Refused(Message("the contact list is empty"))
    return list(people.values())


def decoded(data: bytes) -> str:
    """Text of a small table: UTF-8, else GB 18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError as fault:
            raise Refused(Message("the file is neither UTF-8 nor GBK; save it as UTF-8")) from fault


def _columns(heads: Sequence[str]) -> dict[str, int]:
    found = {}
    for name, known in HEADINGS.items():
        places = [at for at, head in enumerate(heads) if head.strip().lower() in (*known, name)]
        if not places:
            gaps = {"column": name, "known": " / ".join(known)}
            raise Refused(Message("the contact list has no column {column}; call it one of {known}", gaps))
        found[name] = places[0]
    return found


def contact_list(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return words.contacts(connection)


def start_test(ctx: Context, within_minutes: int, note: str = "") -> int:
    """Write to everybody on the list; returns the number of the test.

    Raises:
        Refused: the list is empty, or another test is running.
    """
    if not WAIT[0] <= within_minutes <= WAIT[1]:
        raise Refused(Message("give people between {least} and {most} minutes", {"least": WAIT[0], "most": WAIT[1]}))
    due_us = ctx.now_us() + within_minutes * 60_000_000
    with ctx.store.write() as connection:
        people = words.contacts(connection)
        if not people:
            raise Refused(Message("the contact list is empty"))
        if words.contact_tests(connection, open_only=True):
            raise Refused(Message("a contact test is running; close it first"))
        number = words.add_test(
            connection, people, note=note, started_us=ctx.now_us(), due_us=due_us, started_by=ctx.actor.id
        )
        for person in people:
            for place, (channel, address) in enumerate(person["channels"]):
                key = f"contact-test/{number}/{person['contact_id']}/{place}"
                send_notice(ctx, connection, _letter(ctx, key, channel, number, due_us, note), [address])
        facts = {"people": len(people), "due_us": due_us, "note": note}
        ctx.record(connection, "contacts.test", f"contact-test/{number}", facts)
    return number


def _letter(ctx: Context, key: str, channel: str, number: int, due_us: int, note: str) -> Notice:
    until = from_us(due_us).strftime("%H:%M UTC")
    text = (
        f"这是应急通讯录测试（编号 {number}），并非真实事件。收到后请在 {until} 前向应急值班室回复编号确认。\n"
        f"This is test {number} of the emergency contact list, not a real event. Please confirm the number to the"
        f" duty desk before {until}."
    )
    return Notice(key, "contacts", channel, f"通讯录测试 Contact test {number}", f"{text}\n{note}".strip())


def acknowledge(ctx: Context, number: int, contact_id: str, how: str = "") -> bool:
    """Write down that somebody answered; False where they had already, or were not asked."""
    with ctx.store.write() as connection:
        values = {"answered_us": ctx.now_us(), "how": how.strip(), "taken_by": ctx.actor.id}
        if not words.take_answer(connection, number, contact_id, **values):
            return False
        ctx.record(connection, "contacts.answer", f"contact-test/{number}", {"contact": contact_id})
    return True


def take_back(ctx: Context, number: int, contact_id: str) -> None:
    """An acknowledgement written down by mistake."""
    with ctx.store.write() as connection:
        words.drop_answer(connection, number, contact_id)
        ctx.record(connection, "contacts.answer_back", f"contact-test/{number}", {"contact": contact_id})


def report(ctx: Context, number: int | None = None) -> TestReport | None:
    """How a test went, the newest unless named; None where there has been none."""
    with ctx.store.read() as connection:
        found = [t for t in words.contact_tests(connection) if number in (None, t["test_id"])]
        if not found:
            return None
        test = found[0]
        rows = words.answers(connection, test["test_id"])
    closed = None if test["closed_us"] is None else from_us(test["closed_us"])
    started, due = from_us(test["started_us"]), from_us(test["due_us"])
    return TestReport(test["test_id"], started, due, closed, test["started_by"], tuple(rows))


def close_test(ctx: Context, number: int) -> bool:
    """End a test and write its result down; False where it had ended."""
    with ctx.store.write() as connection:
        if not words.close_test(connection, number, ctx.now_us()):
            return False
        rows = words.answers(connection, number)
        silent = sorted(r["contact_id"] for r in rows if r["answered_us"] is None)
        facts = {"asked": len(rows), "answered": len(rows) - len(silent), "silent": silent}
        ctx.record(connection, "contacts.close", f"contact-test/{number}", facts)
        gaps = {"number": number, "answered": len(rows) - len(silent), "asked": len(rows)}
        text = Message("Contact test {number} has ended: {answered} of {asked} answered", gaps)
        notice = reminder(ctx, f"contact-test/{number}/end", ["logistics"], None, text)
        deliver(ctx, connection, notice, ["logistics"])
    return True


def end_due_tests(ctx: Context) -> int:
    """Close tests whose time is up."""
    with ctx.store.read() as connection:
        due = [t for t in words.contact_tests(connection, open_only=True) if t["due_us"] <= ctx.now_us()]
    return sum(close_test(ctx, t["test_id"]) for t in due)


def csv_report(found: TestReport) -> bytes:
    """The report as a table for a spreadsheet."""
    from emergency.documents.cells import harmless

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "role", "name", "channels", "answered_at", "minutes", "in_time", "how"])
    for r in found.rows:
        at = None if r["answered_us"] is None else from_us(r["answered_us"])
        minutes = "" if at is None else f"{(at - found.started) / timedelta(minutes=1):.1f}"
        in_time = "" if at is None else "yes" if at <= found.due else "no"
        channels = "; ".join(channel for channel, _ in r["channels"])
        cells = [
            r["contact_id"],
            r["role"],
            r["name"],
            channels,
            at.isoformat() if at else "",
            minutes,
            in_time,
            r["how"],
        ]
        writer.writerow([harmless(cell) for cell in cells])
    return ("\ufeff" + out.getvalue()).encode()
