"""Answers that say what is wrong: problem documents (RFC 9457), in the reader's language.

They hold our own sentences and names of fields, never what was sent: a key, a claim or a stack
of calls has no place in an answer or in the log of whoever receives it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from emergency.service.feed_rows import Fault
from emergency.texts import N_, Message, Speaker, speaker

log = logging.getLogger(__name__)

TITLES = {
    400: N_("The request cannot be read"),
    401: N_("A key is needed"),
    403: N_("This key may not do that"),
    404: N_("There is nothing here"),
    405: N_("This address takes other methods"),
    409: N_("The request does not fit what was sent before"),
    413: N_("The request is too large"),
    415: N_("The request must be JSON"),
    422: N_("The request cannot be used as it is"),
    500: N_("The server failed"),
}
# Faults of form, by the name pydantic gives them; whatever is not here is said in general words.
FORMS = {
    "missing": N_("is missing"),
    "extra_forbidden": N_("is no field of this request"),
    "json_invalid": N_("is no valid JSON"),
    "literal_error": N_("is not one of: {expected}"),
    "string_type": N_("must be text"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("is longer than {max_length} characters"),
    "string_pattern_mismatch": N_("does not have the form {pattern}"),
    "list_type": N_("must be a list"),
    "too_short": N_("must hold at least {min_length}"),
    "int_type": N_("must be a whole number"),
    "float_type": N_("must be a number"),
    "finite_number": N_("must be a number"),
    "greater_than_equal": N_("must be at least {ge}"),
    "less_than_equal": N_("must be at most {le}"),
    "model_type": N_("must be an object"),
    "not_an_instant": N_("must be a time with its offset, for example 2026-07-20T08:30:00+08:00"),
    "not_an_amount": N_("must be a whole number of minor units, as a number or as text"),
    "not_a_value": N_("must be a number, text, true or false"),
}
OTHERWISE = N_("does not have the form this field needs")
QUOTED = re.compile(r"'([^']*)'")
# More faults than this help nobody mend a request.
MOST_FAULTS = 100


class FieldFault(BaseModel):
    """One thing that is wrong; ``row`` counts from 0 and is there for batches only."""

    model_config = ConfigDict(extra="forbid")
    row: int | None = Field(default=None, description="Place in the batch, from 0")
    field: str = Field(description="Name of the field, empty where the whole row or request is meant")
    code: str = Field(description="For programs; it does not change with the language")
    reason: str = Field(description="For people, in the language of Accept-Language")


class Problem(BaseModel):
    """What is wrong with a request and what to do, as RFC 9457 writes it."""

    model_config = ConfigDict(extra="forbid")
    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldFault] = Field(default=[], description="At most 100")


class Trouble(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self,
        status: int,
        detail: Message | str,
        faults: Sequence[FieldFault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(str(detail))
        self.status, self.detail, self.faults, self.headers = status, detail, faults, headers


def language(request: Request) -> str:
    """zh_CN where the reader asks for Chinese first, else English."""
    first = request.headers.get("accept-language", "").split(",")[0].strip().lower()
    return "zh_CN" if first.startswith("zh") else "en"


def problem(
    request: Request,
    status: int,
    detail: Message | str,
    faults: Sequence[FieldFault] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    say = speaker(language(request))
    title = TITLES.get(status, TITLES[400])
    found = Problem(
        type=f"urn:emergency:problem:{status}",
        title=say(title),
        status=status,
        detail=say(detail) if isinstance(detail, Message) else detail,
        errors=list(faults[:MOST_FAULTS]),
    )
    return JSONResponse(
        found.model_dump(), status, {"Cache-Control": "no-store", **(headers or {})}, "application/problem+json"
    )


def form_faults(errors: Iterable[Any], say: Speaker) -> list[FieldFault]:
    """What pydantic found, in our words: row, field, code, reason; nothing of what was sent."""
    return [_form_fault(error, say) for error in errors]


def _form_fault(error: Any, say: Speaker) -> FieldFault:
    row, fault = _read(error)
    return FieldFault(row=row, field=fault.field, code=fault.code, reason=say(fault.message))


def row_fault(error: Any) -> Fault:
    """What pydantic found wrong with a field of one row."""
    return _read(error)[1]


def _read(error: Any) -> tuple[int | None, Fault]:
    """Row, where there is one, and what is wrong."""
    path = [part for part in error["loc"] if part not in ("body", "query", "path", "header")]
    row = next((part for part in path if isinstance(part, int)), None)
    # The names of the models a value was held against stand in the path as well; fields are plain words.
    names = [str(part) for part in path if isinstance(part, str)]
    if row is not None:
        names = names[1:]
    values = {k: v for k, v in error.get("ctx", {}).items() if k != "error"}
    if error["type"] == "literal_error":  # pydantic writes 'a', 'b' or 'c', in English whoever reads
        values["expected"] = ", ".join(QUOTED.findall(values["expected"]))
    text = FORMS.get(error["type"], OTHERWISE)
    return row, Fault(".".join(names), error["type"], Message(text, values))


def install(service: FastAPI) -> None:
    """Answer every fault of this application with a problem."""

    @service.exception_handler(Trouble)
    def trouble(request: Request, fault: Trouble) -> JSONResponse:
        return problem(request, fault.status, fault.detail, fault.faults, fault.headers)

    @service.exception_handler(RequestValidationError)
    def malformed(request: Request, fault: RequestValidationError) -> JSONResponse:
        found = form_faults(fault.errors(), speaker(language(request)))
        return problem(request, 422, Message(N_("Mend what is named in errors and send again.")), found)

    @service.exception_handler(HTTPException)
    def refused(request: Request, fault: HTTPException) -> JSONResponse:
        detail = Message(N_("The addresses and methods of this API stand at /api/docs."))
        return problem(request, fault.status_code, detail, headers=fault.headers)

    @service.exception_handler(Exception)
    def failed(request: Request, fault: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=fault)
        detail = Message(N_("Send it again, a batch under the same Idempotency-Key; the trace is in the server's log."))
        return problem(request, 500, detail)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems an operation may answer with, for the specification."""
    return {
        status: {
            "description": TITLES[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
