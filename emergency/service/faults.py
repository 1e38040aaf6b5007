"""Everything that means "this cannot be done as asked", for commands that answer with exit code 2."""

from __future__ import annotations

from emergency.documents.msel_changes import SheetFaults
from emergency.domain.allocation.plan_tables import TableRefused
from emergency.domain.level import FactError, FactFaults
from emergency.geo.regions import UnknownRegionSet
from emergency.intake.faults import IntakeFault
from emergency.library import FileFaults, NotOnShelf
from emergency.service.context import Conflict, Refused

INPUT_FAULTS: tuple[type[Exception], ...] = (
    Conflict,
    FactError,
    FactFaults,
    FileFaults,
    IntakeFault,
    NotOnShelf,
    Refused,
    SheetFaults,
    TableRefused,
    UnknownRegionSet,
)
