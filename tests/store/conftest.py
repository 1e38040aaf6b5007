from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency.store.store import Store, Workspaces


@pytest.fixture
def workspaces(database_url: str, tmp_path: Path) -> Iterator[Workspaces]:
    found = Workspaces(tmp_path, database_url)
    yield found
    found.close()


@pytest.fixture
def store(workspaces: Workspaces) -> Store:
    return workspaces.open("live")
