"""One message in both languages to those it is for, queued in the transaction of the act it tells of.

The contact list says by which channels and addresses a person or a role is reached. Who is on no list is
told through the house's own channel; what is not set up goes into the folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.instant import from_us
from emergency.library.authorities import load_authorities
from emergency.service.context import Context, Notice
from emergency.service.outbox import send_notice
from emergency.service.task_plan import playbook_of
from emergency.store import incident_links, incidents, outbox, people, pool, words
from emergency.store.store import Connection
from emergency.texts import LANGUAGES, Message, speaker

INSIDE = "staff"  # the channel of the house itself, and the word for everybody in it
DEPUTY_OF = "/deputy"
Contact = Mapping[str, Any]


def local(ctx: Context, us: int) -> str:
    """An instant on the clock of this workspace's people, with its offset."""
    return f"{from_us(us).astimezone(ZoneInfo(ctx.profile.timezone)):%Y-%m-%d %H:%M %z}"


def tell(
    ctx: Context,
    connection: Connection,
    key: str,
    audience: str,
    subject: Message,
    text: Message,
    *,
    to: Iterable[str] | None = None,
    incident_id: str = "",
) -> bool:
    """Queue it once per key, Chinese first; False where it is in the outbox already.

    Args:
        to: roles, people or ids of adjusters; those that ``audience`` names where nothing is said.
        incident_id: whose posts the roles are; their holders are told.
    """
    spoken = [(speaker(name)(subject), speaker(name)(text)) for name in sorted(LANGUAGES, reverse=True)]
    subjects, texts = zip(*spoken, strict=True)
    notice = Notice(key, audience, INSIDE, " / ".join(dict.fromkeys(subjects)), "\n".join(dict.fromkeys(texts)))
    return deliver(ctx, connection, notice, audience.split(", ") if to is None else to, incident_id)


def deliver(ctx: Context, connection: Connection, notice: Notice, to: Iterable[str], incident_id: str = "") -> bool:
    """Queue a notice once per key, to each channel with the addresses of those it is for."""
    if outbox.keyed(connection, [notice.event_key]):
        return False  # the contact list may have changed since; nobody is told twice
    found, missing = _reach(ctx, connection, list(dict.fromkeys(to)), incident_id)
    ways: dict[str, list[str]] = {}
    for channel, address in (pair for one in found for pair in one["channels"]):
        ways.setdefault(channel, []).append(address)
    if missing or not ways:
        ways[notice.channel] = []  # its own list
    for channel, addresses in ways.items():
        send_notice(ctx, connection, replace(notice, channel=channel), list(dict.fromkeys(addresses)))
    return True


def _reach(
    ctx: Context, connection: Connection, to: Sequence[str], incident_id: str
) -> tuple[list[Contact], list[str]]:
    """(contacts of those it is for, those that no contact was found of)."""
    known: list[Contact] = list(words.contacts(connection))
    if not known:
        return [], list(to)
    if INSIDE in to:
        return known, []
    names = _Names(ctx, connection, incident_id)
    found: dict[str, Contact] = {}
    missing = []
    for one in to:
        mine = _of(known, names, one)
        found |= {contact["contact_id"]: contact for contact in mine}
        missing += [] if mine else [one]
    # A post nobody deputises in is named beside those who are told instead of it.
    return list(found.values()), [one for one in missing if not (found and one.endswith(DEPUTY_OF))]


def _of(known: Sequence[Contact], names: _Names, one: str) -> list[Contact]:
    """A person by name or id, the holders of a post, else whoever the list has under the role."""
    persons = names.persons(one)
    found = [c for c in known if persons & {c["contact_id"], c["name"]}]
    roles = names.roles(one)
    return found or [c for c in known if c["role"] in roles]


class _Names:
    """What one and the same person or role is called: id, name, title, and who holds the post now."""

    def __init__(self, ctx: Context, connection: Connection, incident_id: str) -> None:
        incident = incidents.get(connection, incident_id) if incident_id else None
        playbook = playbook_of(ctx, incident) if incident else None
        self.titles = dict(load_authorities(ctx.content.data / "rules" / "authorities.csv"))
        self.titles |= {name: role.title for name, role in (playbook.roles if playbook else {}).items()}
        self.adjusters = {a["adjuster_id"]: a["name"] for a in pool.adjusters(connection)}
        head = incident_links.links(connection).get(incident_id, incident_id)
        held = [h for one in {incident_id, head} - {""} for h in people.holdings(connection, one)]
        self.held = [(h["role"], h["person"]) for h in held if h["until_us"] is None and h["standing"] == "holder"]

    def persons(self, one: str) -> set[str]:
        return {one, self.adjusters.get(one, one), *(person for role, person in self.held if role == one)}

    def roles(self, one: str) -> set[str]:
        return {one, *self.titles.get(one, {}).values()}
