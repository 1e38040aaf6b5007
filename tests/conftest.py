"""What every test may ask for: databases, a browser, a running server, places for files.

The fixtures stand in tests/fixtures, one file per thing that is started.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.fixtures.postgres",
    "tests.fixtures.ready",
    "tests.fixtures.played",
    "tests.fixtures.browser",
    "tests.fixtures.server",
]

HOMES = "EMERGENCY_TEST_HOMES"
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 6 * 2**30
REPOSITORY = Path(__file__).resolve().parents[1]

# Deadlines measure the neighbours on a busy machine, not our code.
settings.register_profile("short", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("short"), max_examples=2_000)


def _write_to_memory() -> None:
    """Thousands of small databases are made and thrown away: twenty times faster in memory than on a disk."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return  # also in a worker, which has it from the first process
    if shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


# Before anything asks for a temporary folder.
_write_to_memory()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="let faults, soaks and Hypothesis run long")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("thorough") else "short")
    _leave_home(config)


def _leave_home(config: pytest.Config) -> None:
    """No test may meet the store of the person who runs it."""
    for name in [n for n in os.environ if n.startswith("EMERGENCY_") and not n.startswith("EMERGENCY_TEST_")]:
        del os.environ[name]
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    if not worker:
        # Workers end without cleaning up, so the first process makes one folder for all and removes it.
        os.environ[HOMES] = tempfile.mkdtemp(prefix="emergency-home-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ[HOMES], ignore_errors=True))
    os.environ["EMERGENCY_HOME"] = str(Path(os.environ[HOMES], worker or "first"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the browser or the server goes to one worker, which starts them once; so do played drills."""
    for item in items:
        if "play" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("drills"))
        if {"chromium", "server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def thorough(request: pytest.FixtureRequest) -> bool:
    """True under ``make faults`` and ``make soak``: take minutes, not seconds."""
    return bool(request.config.getoption("thorough"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds the whole project."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data(repository: Path) -> Path:
    """Real files that may not be shipped; they lie beside the repository where somebody has them."""
    folder = repository.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the folder shared/data beside the repository, which is not here")
    return folder


@pytest.fixture(scope="session")
def artefacts(repository: Path) -> Path:
    """Where pictures of the console are kept after a run: ``build/screenshots``."""
    folder = repository / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}"
