"""Alert lists that are asked for news, where a setting names them, and the documents they only link to.

A document is read once an hour at most while its list names it: what it says is kept by its issuer's
number, so that reading it again changes nothing.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from emergency.intake.alerts.apart import read_apart
from emergency.intake.alerts.fetch import fetch
from emergency.intake.alerts.linked import origin, set_origins, target
from emergency.intake.alerts.reading import Reading
from emergency.intake.faults import FileFault
from emergency.service.alert_watch import grade_again
from emergency.service.alerts import FileAnswer, take
from emergency.service.context import Context
from emergency.store.store import read_setting, write_setting
from emergency.texts import N_, Message

log = logging.getLogger(__name__)

FOLLOWED = "alerts.followed"  # setting: list -> document -> when it was read; both by their digests
MOST_FOLLOWED = 50  # documents of one list in one round
ROUND_SECONDS = 120  # for the documents of one list
AGAIN_US = 3600 * 1_000_000


def poll(ctx: Context, urls: Sequence[str], hosts: Sequence[str] = ()) -> list[FileAnswer]:
    """Ask each list once; a list that gives no answer is logged and does not stop the others.

    Args:
        hosts: servers beside a list's own whose documents may be asked for, as the setting names them.
    """
    allowed = set_origins(hosts)
    answers = [_ask(ctx, url, allowed) for url in urls]
    grade_again(ctx, answers)
    return answers


def _ask(ctx: Context, url: str, allowed: frozenset[str]) -> FileAnswer:
    name = url.split("?")[0]
    try:
        answer = fetch(url)
    except FileFault as fault:
        log.warning("alerts: %s", fault)
        return FileAnswer(name, (), fault.messages)
    round_ = _Round(ctx, url, allowed, answer.private)
    taken = take(ctx, round_.follow(read_apart(answer.data)), name)
    round_.close()
    for reason in round_.failed:
        log.warning("alerts: %s", reason)
    return taken


def _digest(text: str) -> str:
    """An address may hold a key; its digest does not."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@dataclass
class _Round:
    """The documents of one list, this time."""

    ctx: Context
    url: str
    allowed: frozenset[str]
    private: bool
    read: dict[str, int] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)
    failed: list[Message] = field(default_factory=list)

    def follow(self, reading: Reading) -> Reading:
        """The reading and what its documents say; a list in a list is not followed further."""
        if not reading.links:
            return reading
        found, late, until = Reading(reading.alerts, reading.reasons), 0, time.monotonic() + ROUND_SECONDS
        for number, address in enumerate(self._due(reading.links)):
            if number >= MOST_FOLLOWED or time.monotonic() > until:
                late += 1
                continue
            document = self._document(address)
            found += Reading(document.alerts, document.reasons)
        return found + Reading(reasons=tuple(self._left(late)))

    def _due(self, links: Sequence[str]) -> Iterator[str]:
        """Addresses to be asked now; those that were read a short while ago are only kept in mind."""
        with self.ctx.store.read() as connection:
            before = read_setting(connection, FOLLOWED, {}).get(_digest(self.url), {})
        for link in dict.fromkeys(links):
            address = target(self.url, link, self.allowed)
            if address is None:
                self.elsewhere.append(link)
            elif 0 <= self.ctx.now_us() - before.get(_digest(address), -AGAIN_US) < AGAIN_US:
                self.read[_digest(address)] = before[_digest(address)]
            else:
                yield address

    def _document(self, address: str) -> Reading:
        public_only = not self.private and origin(address) not in self.allowed
        try:
            answer = fetch(address, public_only=public_only)
        except FileFault as fault:
            self.failed += fault.messages
            return Reading(reasons=fault.messages)
        self.read[_digest(address)] = self.ctx.now_us()
        return read_apart(answer.data)

    def _left(self, late: int) -> Iterator[Message]:
        if self.elsewhere:
            text = N_(
                "{count} entries link to another server, which is not asked; if it is meant, "
                "add it to EMERGENCY_ALERT_HOSTS: {link}"
            )
            yield Message(text, {"count": len(self.elsewhere), "link": self.elsewhere[0][:160]})
        if late:
            yield Message(N_("{count} linked alerts are left for the next round"), {"count": late})

    def close(self) -> None:
        """Keep in mind what was read; only now that its alerts are stored."""
        if not self.read:
            return
        with self.ctx.store.write() as connection:
            known = read_setting(connection, FOLLOWED, {})
            write_setting(connection, FOLLOWED, {**known, _digest(self.url): self.read})
