"""A batch of claims as it was sent: rows of good form, and what is wrong with each of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from emergency.api.models import ClaimBatch
from emergency.api.problems import Trouble, form_faults, row_fault
from emergency.service.feed import MOST_ROWS
from emergency.service.feed_rows import Fault
from emergency.texts import N_, Message, Speaker

# More reasons than this help nobody mend a row.
MOST_REASONS = 10
LONGEST_NUMBER = 200


@dataclass(frozen=True)
class SentBatch:
    """What came in one request.

    Attributes:
        rows: claim columns by name, one for each row sent; of a row of bad form its report number alone.
        faults: row -> why its form cannot be used.
    """

    incident: str | None
    source: str | None
    rows: Sequence[Mapping[str, Any]]
    faults: Mapping[int, tuple[Fault, ...]] = field(default_factory=dict)


def read_batch(body: bytes, say: Speaker) -> SentBatch:
    """The batch; a row whose form is wrong is kept as one with faults, the others are taken.

    Raises:
        Trouble: 422 where the body is no batch at all, 413 where it has too many rows.
    """
    try:
        batch = ClaimBatch.model_validate_json(body)
    except ValidationError as fault:
        return _row_by_row(body, fault.errors(include_url=False, include_input=False), say)
    return SentBatch(batch.incident, batch.source, [claim.columns() for claim in batch.claims])


def _row_by_row(body: bytes, errors: Sequence[Any], say: Speaker) -> SentBatch:
    """Rows of bad form set apart; the rest is read once more, for a model that failed gives nothing."""
    if any(error["type"] == "too_long" and error["loc"] == ("claims",) for error in errors):
        text = N_("More than {most} rows in one batch; send several batches.")
        raise Trouble(413, Message(text, {"most": f"{MOST_ROWS:,}"}))
    if not all(error["loc"][:1] == ("claims",) and len(error["loc"]) > 1 for error in errors):
        detail = Message(N_("Nothing was written. Mend what is named in errors and send again."))
        raise Trouble(422, detail, form_faults(errors, say))
    faults: dict[int, list[Fault]] = {}
    for error in errors:
        faults.setdefault(error["loc"][1], []).append(row_fault(error))
    raw = from_json(body)
    good = [row for i, row in enumerate(raw["claims"]) if i not in faults]
    read = iter(ClaimBatch.model_validate_json(to_json({"claims": good})).claims if good else ())
    rows = [_named(row) if i in faults else next(read).columns() for i, row in enumerate(raw["claims"])]
    return SentBatch(
        raw.get("incident"), raw.get("source"), rows, {i: tuple(some[:MOST_REASONS]) for i, some in faults.items()}
    )


def _named(row: Any) -> dict[str, Any]:
    """A row by its report number, where it says one."""
    number = row.get("report_no") if isinstance(row, dict) else None
    return {"report_no": number.strip()[:LONGEST_NUMBER] if isinstance(number, str) else ""}
