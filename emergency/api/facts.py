"""Figures that no claim carries: outage minutes, staff absent, people gathering, industry totals."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool

from emergency.api.bodies import parsed, read_body, takes
from emergency.api.callers import Caller, caller_with
from emergency.api.models import FactIn, FactOut
from emergency.api.problems import FieldFault, Trouble, answers
from emergency.service.context import Refused
from emergency.service.doubts import doubts_about, doubts_told
from emergency.service.feed_facts import FactRefused, Figure, take_figure
from emergency.service.keys import FACTS_WRITE
from emergency.texts import N_, Message

MOST_BYTES = 64 * 1024
EXAMPLES = {
    "outage": {
        "value": {
            "metric": "outage.one_province_minutes",
            "value": 35,
            "source": "IT operations",
            "as_of": "2026-07-20T08:30:00+08:00",
            "confidence": "confirmed",
        }
    }
}

router = APIRouter(tags=["facts"])


@router.post(
    "/v1/facts",
    status_code=201,
    summary="Enter a figure the level rules look at",
    response_model=FactOut,
    responses=answers(401, 403, 413, 415, 422, 500),
    openapi_extra=takes(FactIn, EXAMPLES),
)
async def post_fact(request: Request, caller: Annotated[Caller, Depends(caller_with(FACTS_WRITE))]) -> dict[str, Any]:
    """The newest figure of a metric counts. Sending one again changes nothing but adds a line to the journal.

    A figure that looks wrong is taken as well: `doubts` says what was seen, beside what else is known.
    """
    body = await read_body(request, MOST_BYTES)
    return await run_in_threadpool(_take, caller, body)


def _take(caller: Caller, body: bytes) -> dict[str, Any]:
    sent = parsed(FactIn, body, caller.say)
    figure = Figure(
        metric=sent.metric,
        value=sent.value,
        source=sent.source.strip(),
        incident_id=sent.incident,
        region=sent.region,
        place=sent.place or "",
        as_of=sent.as_of,
        confidence=sent.confidence or "",
        note=sent.note or "",
    )
    try:
        as_of = take_figure(caller.ctx, figure)
    except FactRefused as fault:
        raise _refused(
            [FieldFault(field=f.field, code=f.code, reason=caller.say(f.message)) for f in fault.faults]
        ) from fault
    except Refused as fault:
        unknown = caller.say(N_("there is no such incident in this workspace; GET /api/v1/incidents lists them"))
        raise _refused([FieldFault(field="incident", code="unknown_incident", reason=unknown)]) from fault
    doubts = doubts_told(doubts_about(caller.ctx, sent.metric, sent.incident), caller.say)
    return {"metric": sent.metric, "value": sent.value, "as_of": as_of.isoformat(), "doubts": doubts}


def _refused(faults: list[FieldFault]) -> Trouble:
    return Trouble(422, Message(N_("Nothing was written. Mend what is named in errors and send again.")), faults)
