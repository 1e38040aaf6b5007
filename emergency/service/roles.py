"""The roles a person may act in: those of the plan, who confirms by it, their deputies – and what each is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emergency.domain.incident import Incident
from emergency.domain.level import DEPUTY
from emergency.domain.playbook import Playbook
from emergency.library.authorities import load_authorities, load_deputies
from emergency.service.context import Context
from emergency.service.task_plan import playbook_of

Text = Mapping[str, str]
COORDINATOR = "coordinator"


def titles(ctx: Context) -> Mapping[str, Text]:
    """Authorities of all playbooks by id, with their titles."""
    return load_authorities(ctx.content.data / "rules" / "authorities.csv")


def deputies(ctx: Context) -> Mapping[str, Text]:
    """Authorities that have a deputy, with the deputy's title: who would stand in for themselves is none."""
    return load_deputies(ctx.content.data / "rules" / "authorities.csv")


def title_of(ctx: Context, incident: Incident, role: str) -> Text:
    """A role in words: of the playbook, an authority, or an authority's deputy; an unknown one by its id."""
    return titled(role, roles_for(ctx, incident) | roles_elsewhere(ctx, role), titles_of(ctx))


@dataclass(frozen=True)
class Titles:
    """Titles of authorities and of those who stand in for them."""

    principals: Mapping[str, Text]
    deputies: Mapping[str, Text]


def titles_of(ctx: Context) -> Titles:
    return Titles(titles(ctx), deputies(ctx))


def titled(role: str, known: Mapping[str, Text], named: Titles) -> Text:
    if role in known:
        return known[role]
    principal = role.removesuffix(DEPUTY)
    found = named.principals.get(principal, {"en": principal, "zh": principal})
    if role == principal:
        return found
    # Somebody may have been asked in the name of a deputy who is no longer in the house's file.
    return named.deputies.get(principal) or {"en": f"Deputy: {found['en']}", "zh": f"{found['zh']}（副职代行）"}


def roles_for(ctx: Context, incident: Incident | None) -> dict[str, Text]:
    """Every role one may act in: those of the playbook, its authorities and their deputies."""
    found: dict[str, Text] = {COORDINATOR: {"en": "Coordinator", "zh": "协调员"}}
    playbook = playbook_of(ctx, incident) if incident else None
    if playbook is None:
        return found
    found |= {name: role.title for name, role in playbook.roles.items()}
    for role, title in _authorities(ctx, playbook).items():
        found.setdefault(role, title)
    return found


def _authorities(ctx: Context, playbook: Playbook) -> dict[str, Text]:
    """Who confirms by a playbook, each with the deputy it has."""
    named = titles_of(ctx)
    found: dict[str, Text] = {}
    for level in sorted(playbook.activation.authority, reverse=True):
        one = playbook.activation.authority[level]
        for role in (one, one + DEPUTY) if one in named.deputies else (one,):
            found.setdefault(role, titled(role, {}, named))
    return found


def roles_elsewhere(ctx: Context, role: str) -> dict[str, Text]:
    """A role that another playbook of the house knows, with its title there; empty where none does.

    Whoever goes from one incident to another keeps their role; it decides nothing where the plan does not name it.
    """
    for playbook in ctx.content.library.playbooks():
        if role in playbook.roles:
            return {role: playbook.roles[role].title}
        if role.removesuffix(DEPUTY) in playbook.activation.authority.values():
            found = _authorities(ctx, playbook)
            return {role: found[role]} if role in found else {}
    return {}


def in_plan(ctx: Context, incident: Incident, role: str) -> bool:
    """Whether a role is one of the incident's own plan; a coordinator's, and another plan's, is not."""
    return role != COORDINATOR and role in roles_for(ctx, incident)
