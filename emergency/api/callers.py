"""Who calls: the key in the Authorization header, the workspace it opens, what it may do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from emergency import bootstrap
from emergency.api.problems import FieldFault, Trouble, language
from emergency.domain.workspace import NAME
from emergency.service.context import Actor, Context, Refused
from emergency.service.keys import Key, key_of, workspace_is_there
from emergency.texts import N_, Message, Speaker, speaker

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key made by `emergency key create`; it opens the workspace it was made in.",
)
Workspace = Annotated[
    str,
    Query(pattern=f"^{NAME.pattern}$", description="Workspace: live, a demo or a drill", examples=["live"]),
]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


@dataclass(frozen=True)
class Caller:
    """A request whose key was found good; acts go into the journal as ``api:<key id>``."""

    key: Key
    ctx: Context
    say: Speaker


def caller_with(scope: str, *parameters: str) -> Callable[..., Caller]:
    """A dependency: the caller, once key and scope are in order. It runs before any body is read.

    Args:
        parameters: what the operation takes in its query, beside the workspace. Others are
            refused: a misspelt one would give other figures than were asked for.
    """

    def caller(request: Request, credentials: Credentials, workspace: Workspace = "live") -> Caller:
        key, ctx = _opened(credentials, workspace)
        _no_others(request, {"workspace", *parameters})
        if not key.may(scope):
            detail = Message(
                N_("The key has no scope {scope}; make one that has: emergency key create --scope {scope}"),
                {"scope": scope},
            )
            raise Trouble(403, detail)
        return Caller(key, ctx, speaker(language(request)))

    return caller


def _no_others(request: Request, known: set[str]) -> None:
    if set(request.query_params) <= known:
        return
    say = speaker(language(request))
    reason = say(N_("holds a parameter that is none; known: {known}"), known=", ".join(sorted(known)))
    fault = FieldFault(field="query", code="extra_forbidden", reason=reason)
    raise Trouble(422, Message(N_("Mend what is named in errors and send again.")), [fault])


def _opened(credentials: HTTPAuthorizationCredentials | None, workspace: str) -> tuple[Key, Context]:
    """The key and its workspace. An unknown key and an unknown workspace get the same answer."""
    if credentials is None:
        raise _no_key(Message(N_("Send the header “Authorization: Bearer emk_…”.")))
    unknown = _no_key(Message(N_("No key in force opens this workspace. Check the key, and the workspace parameter.")))
    running = bootstrap.running()
    if not workspace_is_there(running.content, workspace):
        raise unknown
    try:
        ctx = running.context(workspace, Actor("api", "HTTP API", "feed"))
    except (Refused, ValueError):
        raise unknown from None
    key = key_of(ctx, credentials.credentials)
    if key is None:
        raise unknown
    return key, running.context(workspace, Actor(f"api:{key.key_id}", key.source, "feed"))


def _no_key(detail: Message) -> Trouble:
    return Trouble(401, detail, headers={"WWW-Authenticate": "Bearer"})
