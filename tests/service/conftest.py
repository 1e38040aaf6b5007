from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.domain.incident import Incident
from emergency.domain.workspace import Profile
from emergency.service.context import Actor, Context, FixedClock
from emergency.service.response import open_incident
from emergency.service.running import save_profile
from emergency.store import pool

NOON = datetime.fromisoformat("2017-08-29T12:00:00-05:00")
TEXAS = Profile(
    kind="demo",
    title={"en": "Two counties", "zh": "两县"},
    region_set="us",
    region_level="county",
    timezone="America/Chicago",
    currency="USD",
)


@pytest.fixture
def running(tmp_path: Path, ready_url: str) -> Iterator[Running]:
    found = build(Config(home=tmp_path / "home", database_url=ready_url))
    yield found
    found.close()


@pytest.fixture
def ctx(running: Running) -> Context:
    """A workspace in Texas at noon on 29 August 2017, four adjusters in Houston, one in Louisiana."""
    made = save_profile(_open(running), TEXAS, NOON)
    with made.store.write() as connection:
        pool.replace(
            connection,
            bases=[
                {"base_id": "HOU", "name": "Houston", "name_zh": "", "region": "48201", "lon": -95.4, "lat": 29.8},
                {"base_id": "LCH", "name": "Lake Charles", "name_zh": "", "region": "22019", "lon": -93.2, "lat": 30.2},
            ],
            adjusters=[
                {
                    "adjuster_id": f"H-{n}",
                    "name": f"Houston {n}",
                    "base_id": "HOU",
                    "skills": ["property"],
                    "licences": ["TX"],
                    "slots": 1,
                }
                for n in range(1, 5)
            ]
            + [
                {
                    "adjuster_id": "L-1",
                    "name": "Lake Charles 1",
                    "base_id": "LCH",
                    "skills": ["property"],
                    "licences": ["LA"],
                    "slots": 1,
                }
            ],
            goods=[{"depot": "HOU", "kind": "drone", "total": 3}],
        )
    return made


def _open(running: Running) -> Context:
    running.content.workspaces.open("texas")
    return running.context("texas", Actor("chen", "Chen Yu", "hq-commander"))


@pytest.fixture
def flood(ctx: Context) -> Incident:
    return open_incident(
        ctx,
        Incident(
            incident_id="FLOOD-1",
            kind="natural_disaster",
            perils=("flood",),
            title={"en": "Flood", "zh": "洪水"},
            jurisdiction="US-TX",
            regions=("48201", "48167"),
            occurred_at=datetime.fromisoformat("2017-08-28T12:00:00-05:00"),
            discovered_at=datetime.fromisoformat("2017-08-28T12:00:00-05:00"),
            opened_at=NOON,
        ),
    )


class MovingClock:
    """A clock that is a millisecond further at every reading, as a real one is."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        self.instant += timedelta(milliseconds=1)
        return self.instant


@pytest.fixture
def moving(ctx: Context) -> Context:
    """The workspace in Texas on a clock that moves on at every reading."""
    return replace(ctx, clock=MovingClock(NOON))


@pytest.fixture
def at() -> Callable[[Context, str], Context]:
    """The same workspace at another instant, or for another person."""
    return lambda ctx, instant: replace(ctx, clock=FixedClock(datetime.fromisoformat(instant)))
