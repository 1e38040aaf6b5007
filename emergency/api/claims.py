"""Claims in, batch by batch; one claim out, masked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from emergency.api.batch import read_batch
from emergency.api.bodies import read_body, takes
from emergency.api.callers import Caller, caller_with
from emergency.api.models import BatchOut, ClaimBatch, ClaimOut, Reason, RowOut
from emergency.api.problems import FieldFault, Trouble, answers
from emergency.service.context import Conflict, Refused
from emergency.service.feed import MOST_TOGETHER, BatchReceipt, Feed
from emergency.service.feed_rows import Fault, flagged
from emergency.service.importing import NoClaimsHere
from emergency.service.keys import CLAIMS_READ, CLAIMS_WRITE
from emergency.service.lookup import masked_claim
from emergency.texts import N_, Message, Speaker

MOST_BYTES = 8 * 1024 * 1024
EXAMPLES = {
    "one claim": {
        "value": {
            "claims": [
                {
                    "report_no": "R-2026-000123",
                    "line": "property",
                    "cause": "flood",
                    "loss_at": "2026-07-20T06:00:00+08:00",
                    "reported_at": "2026-07-20T08:30:00+08:00",
                    "channel": "phone",
                    "region_given": "410105",
                    "place": "郑州市金水区花园路1号",
                    "estimated_minor": "1250000",
                    "currency": "CNY",
                }
            ]
        }
    }
}

router = APIRouter(tags=["claims"])
feed = Feed()
# Writers beyond these wait outside, so that readers always find a thread.
writers = CapacityLimiter(2 * MOST_TOGETHER)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,200}$",
        description="A name for this batch: sent again with the same body, it gets the same answer and writes nothing",
    ),
]


@router.post(
    "/v1/claims",
    summary="Send a batch of claims, at most 1,000",
    response_model=BatchOut,
    responses=answers(401, 403, 409, 413, 415, 422, 500),
    openapi_extra=takes(ClaimBatch, EXAMPLES),
)
async def post_claims(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(CLAIMS_WRITE))],
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """The batch is written whole in one transaction, and answered after the commit.

    A row that cannot be used – a word that is none of those allowed, a field misspelt, a loss in
    the future, a latitude of 200° – is rejected by itself, with field and reason, and the others
    are taken. Only a body that is no batch at all is refused whole (422). A claim without a usable
    place is taken and waits for one. A report number the source sent before updates its claim when
    something changed, and is a duplicate when nothing did. `flags` name what looks wrong about a
    row that was taken all the same.
    """
    body = await read_body(request, MOST_BYTES)
    receipt, flags = await to_thread.run_sync(_take, caller, body, idempotency_key, limiter=writers)
    if receipt.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return _answer(receipt, flags, caller.say)


def _take(
    caller: Caller, body: bytes, idempotency_key: str | None
) -> tuple[BatchReceipt, Mapping[int, Sequence[Fault]]]:
    """What became of every row, and what looks wrong about some."""
    batch = read_batch(body, caller.say)
    if batch.source is not None and batch.source != caller.key.source:
        raise _other_source()
    rows = batch.rows
    try:
        receipt = feed.take(
            caller.ctx,
            caller.key,
            rows,
            sha256=hashlib.sha256(body).hexdigest(),
            incident_id=batch.incident,
            faults=batch.faults,
            idem_key=idempotency_key,
        )
        return receipt, flagged(rows, caller.ctx.content.library.suspect(), caller.ctx.profile.currency)
    except Conflict as fault:
        text = N_("This Idempotency-Key was used for another request; give every batch a key of its own.")
        raise Trouble(409, Message(text)) from fault
    except NoClaimsHere as fault:
        raise Trouble(409, fault.args[0]) from fault
    except Refused as fault:
        unknown = caller.say(N_("there is no such incident in this workspace; GET /api/v1/incidents lists them"))
        wrong = FieldFault(field="incident", code="unknown_incident", reason=unknown)
        raise Trouble(
            422, Message(N_("Nothing was written. Mend what is named in errors and send again.")), [wrong]
        ) from fault


def _other_source() -> Trouble:
    return Trouble(
        403, Message(N_("The key belongs to another source; claims of each source come with a key of its own."))
    )


def _answer(receipt: BatchReceipt, flags: Mapping[int, Sequence[Fault]], say: Speaker) -> dict[str, Any]:
    def told(faults: Sequence[Fault]) -> list[Reason]:
        return [Reason(field=f.field, code=f.code, reason=say(f.message)) for f in faults]

    counts = receipt.counts()
    results = [
        RowOut(
            index=r.index,
            report_no=r.report_no,
            result=r.result,  # type: ignore[arg-type]
            located=r.located if r.result in ("new", "updated") else None,
            reasons=told(r.faults),
            flags=[] if r.result == "rejected" else told(flags.get(r.index, ())),
        )
        for r in receipt.results
    ]
    return {"batch": receipt.batch, "accepted": counts["new"] + counts["updated"], **counts, "results": results}


@router.get(
    "/v1/claims/{report_no:path}",
    summary="One claim, masked",
    response_model=ClaimOut,
    responses=answers(401, 403, 404, 422, 500),
)
def get_claim(
    caller: Annotated[Caller, Depends(caller_with(CLAIMS_READ, "source"))],
    report_no: Annotated[str, Path(max_length=200, examples=["R-2026-000123"])],
    source: Annotated[
        str | None, Query(max_length=64, description="Whose claim; needed by a key for all sources")
    ] = None,
) -> dict[str, Any]:
    """Policy number, place and point are shown in part only; `masked` names them."""
    wanted = source or caller.key.source
    if not caller.key.owns(wanted):
        raise _other_source()
    found = masked_claim(caller.ctx, wanted, report_no)
    if found is None:
        raise Trouble(404, Message(N_("No claim of this source has that report number.")))
    return found
