"""Reading what was sent: counted while it comes in, parsed only when it is small enough."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from emergency.api.problems import Trouble, form_faults
from emergency.texts import N_, Message, Speaker

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The whole body.

    Raises:
        Trouble: it is no JSON by its content type (415), or larger than allowed (413); of a body
            that is too large not more than the limit is ever held.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Trouble(415, Message(N_("Send application/json, in UTF-8.")))
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_bytes:
        raise _too_large(most_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise _too_large(most_bytes)
    return bytes(body)


def _too_large(most_bytes: int) -> Trouble:
    text = Message(N_("At most {bytes} bytes are taken in one request; send smaller batches."), {"bytes": most_bytes})
    # The rest of the body is not read, so the connection cannot be used again.
    return Trouble(413, text, headers={"Connection": "close"})


def parsed(model: type[Model], body: bytes, say: Speaker) -> Model:
    """The body as a model.

    Raises:
        Trouble: 422 with every fault, by row and field.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as fault:
        errors = fault.errors(include_url=False, include_input=False)
        detail = Message(N_("Nothing was written. Mend what is named in errors and send again."))
        raise Trouble(422, detail, form_faults(errors, say)) from None


def takes(model: type[BaseModel], examples: dict[str, Any]) -> dict[str, Any]:
    """The specification of a body that we read ourselves."""
    content = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}, "examples": examples}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def schemas(*models: type[BaseModel]) -> dict[str, Any]:
    """The schemas of models that no signature names, as components of the specification."""
    wanted = [(model, "validation") for model in models]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    defined: dict[str, Any] = found["$defs"]
    return defined
