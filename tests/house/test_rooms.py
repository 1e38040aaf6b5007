"""The rooms stay apart: who may import whom, and what the deciding room may not touch."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, REPOSITORY, Module, parse, product

# Foreign packages that one or two rooms know; the others get values.
ONLY_IN = {
    "alembic": {"store"},
    "apprise": {"notify"},
    "apscheduler": {"jobs"},
    "branca": {"documents"},
    "fastapi": {"api"},
    "folium": {"documents"},
    "geopandas": {"geo", "intake"},
    "psycopg": {"store"},
    "sqlalchemy": {"store"},
    "sqlite3": {"store"},
    "streamlit": {"console", "app"},
    "yaml": {"library"},
}
DOMAIN_PACKAGES = {"numpy", "scipy", "networkx", "ortools"}
# What of the standard library reads, writes, draws dice, knows the time or runs beside.
NOT_IN_DOMAIN = {
    "asyncio",
    "concurrent",
    "ctypes",
    "fcntl",
    "getpass",
    "glob",
    "http",
    "io",
    "logging",
    "mmap",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "select",
    "shutil",
    "signal",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
    "zoneinfo",
}
SEEDED = {"BitGenerator", "Generator", "PCG64", "PCG64DXSM", "Philox", "SeedSequence"}


def test_every_folder_of_code_is_a_package() -> None:
    """import-linter does not see the others."""
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert sorted(f for f in folders if not (f / "__init__.py").exists()) == []


def test_the_contracts_of_import_linter_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    if answer.returncode:
        pytest.fail(answer.stdout + answer.stderr, pytrace=False)


def strangers(module: Module) -> Iterator[str]:
    """Imports of a foreign package by a room that must not know it."""
    for node, name in module.imports():
        package = name.split(".")[0]
        if module.room not in ONLY_IN.get(package, {module.room}):
            yield f"{module.at(node)}: {package} belongs to {' and '.join(sorted(ONLY_IN[package]))}"


def test_each_foreign_package_is_known_to_its_room_alone() -> None:
    wrong = [fault for module in product() for fault in strangers(module)]
    assert not wrong, "\n".join(wrong)


def worldly(module: Module) -> Iterator[str]:
    """Where a deciding module reads, writes, throws dice or looks at the clock."""
    for node, name in module.imports():
        if not _thoughtful(name):
            yield f"{module.at(node)}: imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and (fault := _worldly_call(node)):
            yield f"{module.at(node)}: calls {fault}"


def _thoughtful(name: str) -> bool:
    package, _, rest = name.partition(".")
    if package == "emergency":
        return rest.split(".")[0] in ("domain", "texts")
    return package in DOMAIN_PACKAGES or package in sys.stdlib_module_names - NOT_IN_DOMAIN


def _worldly_call(node: ast.Call) -> str:
    name = ast.unparse(node.func)
    owner, _, last = name.rpartition(".")
    clock = last in ("now", "utcnow", "today") and owner.split(".")[-1] in ("datetime", "date")
    dice = owner.endswith("random") and last not in SEEDED and not (last == "default_rng" and node.args)
    return name if clock or dice or name in ("open", "print", "input", "default_rng") else ""


def test_the_domain_decides_and_does_nothing_else() -> None:
    domain = [module for module in product() if module.room == "domain"]
    assert domain
    wrong = [fault for module in domain for fault in worldly(module)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from random import Random",
        "import pandas as pd",
        "from pathlib import Path",
        "from emergency.config import load",
        "from emergency.store import engine",
        "seen = datetime.now(UTC)",
        "seen = datetime.datetime.now()",
        "seen = date.today()",
        "text = open('x').read()",
        "print('x')",
        "x = np.random.rand()",
        "x = np.random.default_rng()",
    ],
)
def test_a_worldly_line_in_the_domain_is_seen(line: str) -> None:
    assert list(worldly(parse(line, "emergency/domain/sample.py")))


def test_a_thoughtful_line_in_the_domain_is_let_through() -> None:
    text = """
import json
from datetime import UTC, datetime
import numpy as np
from ortools.graph.python import min_cost_flow
from emergency.texts import Message
from emergency.domain.claim import LINES
rng = np.random.default_rng(seed)
later = datetime.fromtimestamp(5, UTC)
"""
    assert list(worldly(parse(text, "emergency/domain/sample.py"))) == []


def test_a_stranger_is_named_with_its_place() -> None:
    module = parse("x = 1\nfrom sqlalchemy import text", "emergency/service/sample.py")
    assert list(strangers(module)) == ["emergency/service/sample.py:2: sqlalchemy belongs to store"]
    assert not list(strangers(parse("import sqlalchemy", "emergency/store/sample.py")))
    assert not list(strangers(parse("import streamlit as st", "app.py")))
