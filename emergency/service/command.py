"""Whose command an incident is under: its own, or that of the incident that leads it.

Under one command there is one command centre. Its posts are held at the leading incident; the other
groups of a led incident stay its own, because a data leak needs other people than a typhoon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.incident import leading
from emergency.domain.organisation import HOLDER
from emergency.domain.playbook import Role
from emergency.service.context import Context
from emergency.service.release import call_off
from emergency.service.task_plan import playbook_of
from emergency.store import incident_links, incidents, people
from emergency.store.store import Connection

COMMANDER = "commander"
CENTRE = "command_centre"
LED = "led"  # why a turn ended: the post is held at the leading incident from now on
# Without a playbook every group still has one post: an emergency does not wait for a plan.
STANDING = {
    role.id: role
    for role in (
        Role(COMMANDER, CENTRE, {"en": "Commander", "zh": "总指挥"}),
        Role("claims-ops", "response_team", {"en": "Claims operations", "zh": "理赔处置"}),
        Role("customer-care", "customer_support", {"en": "Customer support", "zh": "客户支持"}),
        Role("logistics", "logistics", {"en": "Logistics", "zh": "后勤保障"}),
    )
}


@dataclass(frozen=True)
class Command:
    """Where the posts of an incident are held.

    own, above: the roles of its own playbook, and of the leading incident's; the same where nothing leads it.
    """

    incident_id: str
    leading_id: str
    own: Mapping[str, Role]
    above: Mapping[str, Role]

    @property
    def led(self) -> bool:
        return self.leading_id != self.incident_id

    def seat(self, role: str) -> tuple[str, str]:
        """The incident at which a post is held, and what it is called there."""
        if not self.led:
            return self.incident_id, role
        if role == commander_of(self.own):
            return self.leading_id, commander_of(self.above)
        if _in_centre(self.above, role) and (role not in self.own or _in_centre(self.own, role)):
            return self.leading_id, role
        return self.incident_id, role

    @property
    def shared(self) -> frozenset[str]:
        """Own posts that are held at the leading incident."""
        return frozenset(role for role in self.own if self.seat(role)[0] != self.incident_id)

    @property
    def centre(self) -> frozenset[str]:
        """Posts of the leading incident that are held for this one as well; none where nothing leads it."""
        return frozenset(role for role in self.above if self.led and self.seat(role) == (self.leading_id, role))

    @property
    def roles(self) -> dict[str, Role]:
        """The posts of one board: the common command centre, then the incident's own."""
        common = {role: self.above[role] for role in self.above if role in self.centre}
        return common | {role: found for role, found in self.own.items() if role not in self.shared}


def _in_centre(roles: Mapping[str, Role], role: str) -> bool:
    return role in roles and roles[role].group == CENTRE


def commander_of(roles: Mapping[str, Role]) -> str:
    """The post that commands: of that name, else the first of the command centre."""
    if COMMANDER in roles:
        return COMMANDER
    return next(role.id for role in roles.values() if role.group == CENTRE)


def roles_in(ctx: Context, connection: Connection, incident_id: str) -> Mapping[str, Role]:
    """The roles of an incident's own playbook, or one in each group."""
    incident = incidents.get(connection, incident_id)
    playbook = playbook_of(ctx, incident) if incident else None
    return playbook.roles if playbook else STANDING


def command_of(ctx: Context, connection: Connection, incident_id: str) -> Command:
    """Where the posts of an incident are held now."""
    above = leading(incident_links.links(connection), incident_id)
    own = roles_in(ctx, connection, incident_id)
    return Command(incident_id, above, own, own if above == incident_id else roles_in(ctx, connection, above))


def holdings(connection: Connection, command: Command) -> list[dict[str, Any]]:
    """Every turn in every post of a board: the incident's own, and those of the command centre it is under."""
    mine = people.holdings(connection, command.incident_id)
    if not command.led:
        return mine
    common = [h for h in people.holdings(connection, command.leading_id) if h["role"] in command.centre]
    return [*mine, *common]


def standing(ctx: Context, connection: Connection, incident_id: str, role: str, as_: str = HOLDER) -> list[str]:
    """Who holds (or deputises in) a post of an incident now, wherever it is held."""
    where, post = command_of(ctx, connection, incident_id).seat(role)
    rows = people.holdings(connection, where)
    return [h["person"] for h in rows if (h["role"], h["until_us"], h["standing"]) == (post, None, as_)]


def follow_links(ctx: Context, connection: Connection, incident_id: str) -> None:
    """Make the posts of an incident follow its links, in the transaction that changed them.

    Who held a post that the leading incident now holds stands aside; who stood aside stands in it again
    once it is the incident's own, unless somebody else does.
    """
    incident = incidents.get(connection, incident_id)
    if incident is None or not incident.is_open:
        return
    command = command_of(ctx, connection, incident_id)
    for row in people.holdings(connection, incident_id):
        if row["until_us"] is None and row["role"] in command.shared:
            people.end_holding(connection, row["holding_id"], until_us=ctx.now_us(), ended=LED)
            _record(ctx, connection, "post.leave", row, {"reason": LED, "leading": command.leading_id})
    call_off(ctx, connection, incident_id, roles=command.shared)
    for turn in _stood_aside(people.holdings(connection, incident_id), command.shared):
        kept = {key: turn[key] for key in ("incident_id", "role", "person", "standing")}
        people.hold(connection, **kept, from_us=ctx.now_us())
        _record(ctx, connection, "post.take", turn, {"standing": turn["standing"], "undo": True})


def _record(
    ctx: Context, connection: Connection, action: str, row: Mapping[str, Any], more: Mapping[str, Any]
) -> None:
    body = {"incident": row["incident_id"], "role": row["role"], "person": row["person"], **more}
    ctx.record(connection, action, f"{row['incident_id']}/{row['role']}", body)


def _stood_aside(rows: Sequence[Mapping[str, Any]], shared: frozenset[str]) -> list[Mapping[str, Any]]:
    """Of the posts that are the incident's own, the turns that the last link ended; none where somebody stands."""
    found: list[Mapping[str, Any]] = []
    for role in dict.fromkeys(row["role"] for row in rows if row["role"] not in shared):
        turns = [row for row in rows if row["role"] == role]
        last_us = max((row["until_us"] for row in turns if row["until_us"] is not None), default=None)
        if all(row["until_us"] is not None for row in turns):
            found += [row for row in turns if row["ended"] == LED and row["until_us"] == last_us]
    return found


def take_along(ctx: Context, connection: Connection, incident_id: str, person: str) -> None:
    """Who commanded until now goes on commanding where the lead has gone, if nobody commands there."""
    role = commander_of(roles_in(ctx, connection, incident_id))
    if standing(ctx, connection, incident_id, role):
        return
    row = {"incident_id": incident_id, "role": role, "person": person, "standing": HOLDER}
    people.hold(connection, **row, from_us=ctx.now_us())
    _record(ctx, connection, "post.take", row, {"standing": HOLDER})
