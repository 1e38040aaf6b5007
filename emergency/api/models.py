"""What is sent and answered, field by field; the specification at /api/docs is made of this."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from emergency.domain.claim import CHANNELS, LINES, PRECISIONS, STATUSES
from emergency.domain.instant import to_us
from emergency.domain.record import MESSAGE_KINDS
from emergency.domain.suspect import KINDS as DOUBTS

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,18}", re.ASCII)


def _instant(value: Any) -> datetime:
    """RFC 3339; a leap second is the second after the one before it."""
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match:
        day, hour, minute, second, fraction, zone = match.groups()
        leap = timedelta(seconds=second == "60")
        text = f"{day}T{hour}:{minute}:{'59' if leap else second}.{(fraction or '0')[:6]:0<6}{zone.upper()}"
        try:
            found = datetime.fromisoformat(text) + leap
            to_us(found)
        except (ValueError, OverflowError):
            pass
        else:
            return found
    raise PydanticCustomError("not_an_instant", "not an instant")


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 400.0 is the whole number 400, while it is small enough to be exact."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53 else value


def _amount(value: Any) -> int:
    value = _whole(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return int(value)
    raise PydanticCustomError("not_an_amount", "not an amount")


def _scalar(value: Any) -> Any:
    if isinstance(value, str | bool | int | float):
        return value
    raise PydanticCustomError("not_a_value", "not a value")


Instant = Annotated[
    Any,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "RFC 3339, offset required"}),
]
Amount = Annotated[
    Any,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?[0-9]{1,18}$"}],
            "description": "Minor units of the currency (fen, cents), as a number or as text",
        }
    ),
]
Persons = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(_whole)]
Scalar = Annotated[
    Any,
    BeforeValidator(_scalar),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "maxLength": 200}, {"type": "boolean"}]}),
]


class Sent(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class ClaimIn(Sent):
    """One claim as its source knows it now; fields left out are unknown."""

    report_no: Annotated[str, Field(min_length=1, max_length=200, description="报案号, the source's own number")]
    line: Literal[LINES]  # type: ignore[valid-type]
    policy_no: Annotated[str, Field(max_length=200)] | None = None
    cause: Annotated[str, Field(max_length=200, description="Peril or cause in the source's words")] | None = None
    loss_at: Instant | None = None
    reported_at: (
        Annotated[Instant, Field(description="When the customer reported; left out: when it came in")] | None
    ) = None
    channel: Literal[CHANNELS] | None = None  # type: ignore[valid-type]
    place: Annotated[str, Field(max_length=500, description="Where, in words")] | None = None
    region_given: Annotated[str, Field(max_length=20, description="Region code of the workspace's set")] | None = None
    lon: Annotated[float, Field(description="Degrees, WGS84")] | None = None
    lat: Annotated[float, Field(description="Degrees, WGS84")] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217; left out: the workspace's")] | None = (
        None
    )
    estimated_minor: Amount | None = None
    paid_minor: Annotated[Amount, Field(description="May be below zero: recoveries")] | None = None
    injured: Persons | None = None
    dead: Persons | None = None
    status: Literal[STATUSES] | None = None  # type: ignore[valid-type]

    def columns(self) -> dict[str, Any]:
        """The fields that were sent, as claim columns."""
        found = {name: value for name, value in self.__dict__.items() if value is not None}
        for name in ("loss_at", "reported_at"):
            if name in found:
                found[name] = to_us(found[name])
        found["report_no"] = self.report_no.strip()
        if "cause" in found:
            found["cause"] = found["cause"].lower()
        return found


# A row of another form is not written and answered by itself, so a batch may hold any.
ROW: Any = {
    "anyOf": [
        {"$ref": "#/components/schemas/ClaimIn"},
        {"description": "Any other row is rejected by itself, with field and reason; the others are taken"},
    ]
}


class ClaimBatch(Sent):
    claims: Annotated[list[ClaimIn], Field(min_length=1, max_length=1000, json_schema_extra={"items": ROW})]
    incident: (
        Annotated[str, Field(min_length=1, max_length=200, description="Incident these claims belong to")] | None
    ) = None
    source: (
        Annotated[str, Field(min_length=1, max_length=64, description="Whose claims; must be the key's source")] | None
    ) = None


class FactIn(Sent):
    """A figure no claim carries."""

    metric: Annotated[
        str, Field(min_length=1, max_length=100, description="A metric of the rules, industry.… or own.…")
    ]
    value: Annotated[Scalar, Field(description="Money in whole units of the workspace's currency")]
    source: Annotated[str, Field(pattern=r"\S", max_length=200, description="Who said it")]
    incident: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    region: Annotated[str, Field(max_length=20, description="Region code")] | None = None
    place: Annotated[str, Field(max_length=200, description="Where, in words; kept in the note")] | None = None
    as_of: Annotated[Instant, Field(description="When it held; left out: now")] | None = None
    confidence: Literal["confirmed", "reported", "estimated", "central", "upper"] | None = None
    note: Annotated[str, Field(max_length=1000)] | None = None


class Reason(BaseModel):
    field: str
    code: str
    reason: str


class DoubtOut(BaseModel):
    """Something that was taken and most likely is wrong: shown to people, never changed."""

    code: Literal[tuple(DOUBTS)]  # type: ignore[valid-type]
    where: str = Field(description="Metric and place: casualties.deaths@48201; nothing after the @: everywhere")
    reason: str = Field(description="For people, in the language of Accept-Language")


class RowOut(BaseModel):
    index: int = Field(description="Place in the batch, from 0")
    report_no: str
    result: Literal["new", "updated", "duplicate", "rejected"]
    located: bool | None = Field(description="false: taken, and waits for a place; null: not written")
    reasons: list[Reason] = Field(description="Why it was rejected")
    flags: list[Reason] = Field(description="What looks wrong about a row that was taken or known; look at it")


class BatchOut(BaseModel):
    """Where every row went: rows = new + updated + duplicates + rejected, accepted = new + updated."""

    batch: str
    rows: int
    new: int
    updated: int
    accepted: int
    duplicates: int
    rejected: int
    unlocated: int = Field(description="Of the accepted, those that wait for a place")
    results: list[RowOut]


class FactOut(BaseModel):
    metric: str
    value: Scalar
    as_of: str
    doubts: list[DoubtOut] = Field(description="What looks wrong about this metric, with what is known now")


class ToldOut(BaseModel):
    kind: Literal[MESSAGE_KINDS]  # type: ignore[valid-type]
    at: str = Field(description="By the source's own time")


class MadeOut(BaseModel):
    """What made the version that is shown."""

    at: str | None = Field(description="When it was written here")
    by: Literal["sender", "messages", "placing", "unknown"] = Field(
        description="The claim as it was sent, messages about it, or somebody who placed it"
    )
    messages: list[ToldOut] = Field(description="Those that made it, in the order of their times")


class ClaimOut(BaseModel):
    """A claim with part of what could name a person hidden."""

    source: str
    report_no: str
    version: int
    incident: str | None
    policy_no: str | None = Field(description="The last four characters")
    line: Literal[LINES]  # type: ignore[valid-type]
    cause: str | None
    loss_at: str | None
    reported_at: str | None
    keyed_at: str
    channel: Literal[CHANNELS]  # type: ignore[valid-type]
    place: str | None = Field(description="Its beginning, up to the first digit")
    region: str | None
    precision: Literal[PRECISIONS]  # type: ignore[valid-type]
    lon: float | None = Field(description="Two decimals, about a kilometre")
    lat: float | None = Field(description="Two decimals, about a kilometre")
    currency: str | None
    estimated_minor: int | None
    paid_minor: int | None
    injured: int | None
    dead: int | None
    status: Literal[STATUSES]  # type: ignore[valid-type]
    masked: list[str] = Field(description="Fields of which a part is hidden")
    made: MadeOut


class RegionOut(BaseModel):
    code: str
    name: str
    name_zh: str
    open: int
    overdue: int
    last_hour: int
    last_24h: int
    estimated_minor: int
    doubted_minor: int = Field(description="Of the estimate, what single claims of a doubted amount make up")
    assigned: int = Field(description="Shift slots committed there")
    needed: int = Field(description="Shift slots its open claims ask for")
    short: int


class ForeignOut(BaseModel):
    """Estimates that came in another currency; the sums hold them at the house's rate of the day."""

    currency: str
    claims: int
    estimated_minor: int = Field(description="In their own currency")
    rate: float | None = Field(description="What one unit counts for; null: the house has no rate, and no sum has them")


class RegionsOut(BaseModel):
    as_of: str
    incident: str | None = Field(description="The incident the figures belong to; null: all claims")
    currency: str
    open: int
    unlocated: int = Field(description="Open claims without a place, in no region below")
    outside_map: int = Field(description="Open claims in regions that the workspace's map does not have")
    estimated_minor: int
    doubted_minor: int = Field(description="Of the estimate, what single claims of a doubted amount make up")
    foreign: list[ForeignOut]
    illustrative: bool = Field(description="true: the split by region is drawn for illustration only")
    regions: list[RegionOut]
    doubts: list[DoubtOut] = Field(description="What looks wrong about the figures entered or published")


class ClockOut(BaseModel):
    kind: str
    title: str
    due_at: str
    strive: bool = Field(description="true: a target (力争); false: a limit (不迟于)")
    met_at: str | None
    missed: bool


class LevelOut(BaseModel):
    """The company's own response level 响应级别, 1 the gravest; people confirm what rules propose."""

    confirmed: int | None
    confirmed_mark: str | None
    provisional: bool = Field(description="In force only because nobody confirmed it in time")
    proposed: int | None
    proposed_mark: str | None
    reason: str | None
    rules: str
    clocks: list[ClockOut]


class ClassOut(BaseModel):
    """The regulator's event class 灾害事故等级; on own figures it is a floor."""

    class_: int | None = Field(alias="class")
    mark: str | None
    basis: Literal["industry", "estimated", "own"]
    reason: str | None
    rules: str
    clocks: list[ClockOut]


class IncidentOut(BaseModel):
    incident_id: str
    title: dict[str, str]
    kind: str
    perils: list[str]
    cat_code: str
    jurisdiction: str
    regions: list[str]
    place: str
    scope: str
    cause: str
    occurred_at: str
    discovered_at: str
    confirmed_at: str | None = Field(description="When a person confirmed that it is real; null: not yet")
    leading: str | None = Field(description="The incident under whose command it is; null: its own, or it leads")
    closed_at: str | None
    as_of: str
    playbook: str | None
    response_level: LevelOut
    event_class: ClassOut | None = Field(description="null: no class rules cover the jurisdiction or the kind")


class IncidentsOut(BaseModel):
    incidents: list[IncidentOut]
