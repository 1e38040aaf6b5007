"""Is the console up? Open to everybody, and says nothing else."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str


@router.get("/v1/health", summary="Is the console up?")
def health() -> Health:
    return Health(status="ok")
