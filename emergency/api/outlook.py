"""The situation for other systems: figures by region, incidents, a layer for a GIS."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from emergency.api.callers import Caller, caller_with
from emergency.api.models import IncidentsOut, RegionsOut
from emergency.api.problems import Trouble, answers
from emergency.service.context import Refused
from emergency.service.keys import CLAIMS_READ
from emergency.service.lookup import incidents_answer, regions_answer, situation_layer, situation_of
from emergency.service.situation import Situation
from emergency.texts import N_, Message

router = APIRouter(tags=["situation"])
Reader = Annotated[Caller, Depends(caller_with(CLAIMS_READ, "incident"))]
IncidentId = Annotated[
    str | None, Query(max_length=200, description="One incident; left out: the first open one, or all claims")
]
READING = answers(401, 403, 404, 422, 500)


def _situation(caller: Caller, incident: str | None) -> Situation:
    try:
        return situation_of(caller.ctx, incident)
    except Refused as fault:
        raise Trouble(404, Message(N_("There is no such incident in this workspace."))) from fault


@router.get(
    "/v1/regions/summary",
    summary="Open claims, people and shortage by region",
    response_model=RegionsOut,
    responses=READING,
)
def regions_summary(caller: Reader, incident: IncidentId = None) -> dict[str, Any]:
    """Money in minor units of `currency`, people in slots of the current shift."""
    return regions_answer(caller.ctx, _situation(caller, incident), caller.say)


@router.get(
    "/v1/incidents",
    summary="Incidents with level, class and clocks",
    response_model=IncidentsOut,
    responses=answers(401, 403, 422, 500),
)
def incidents(
    caller: Annotated[Caller, Depends(caller_with(CLAIMS_READ, "open"))],
    open: Annotated[bool, Query(description="Only those that are open")] = False,
) -> dict[str, Any]:
    """The response level is the company's own, the event class the regulator's: two values, never one."""
    return {"incidents": incidents_answer(caller.ctx, caller.say, open_only=open)}


class GeoJson(JSONResponse):
    media_type = "application/geo+json"


LAYER: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features", "as_of", "currency", "open", "unlocated"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "as_of": {"type": "string", "format": "date-time"},
        "incident": {"type": ["string", "null"]},
        "currency": {"type": "string"},
        "open": {"type": "integer"},
        "unlocated": {"type": "integer"},
        "outside_map": {"type": "integer"},
        "doubted_minor": {"type": "integer"},
        "foreign": {"type": "array", "items": {"type": "object"}},
        "estimated_minor": {"type": "integer"},
        "illustrative": {"type": "boolean"},
        "source": {"type": "string", "description": "Where the outlines come from"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": "string", "description": "Region code"},
                    "geometry": {"type": ["object", "null"]},
                    "properties": {"type": "object"},
                },
            },
        },
    },
}


@router.get(
    "/v1/situation.geojson",
    summary="The situation as a map layer",
    response_class=GeoJson,
    responses={
        **READING,
        200: {
            "description": "GeoJSON, RFC 7946, degrees WGS84",
            "content": {"application/geo+json": {"schema": LAYER}},
        },
    },
)
def situation_geojson(caller: Reader, incident: IncidentId = None) -> GeoJson:
    """One feature for each region with claims, its figures as properties, for QGIS, ArcGIS and others."""
    return GeoJson(situation_layer(caller.ctx, _situation(caller, incident)), headers={"Cache-Control": "no-store"})
