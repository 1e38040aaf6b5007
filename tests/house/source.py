"""The project's own files, as the tests of this folder read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "emergency"


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the repository, ``emergency/cli.py``, and what it says."""

    path: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """First folder or file under emergency/; ``app`` for app.py."""
        return self.path.removesuffix(".py").removeprefix("emergency/").split("/")[0]

    def at(self, node: ast.AST) -> str:
        """``emergency/cli.py:12``, as an editor understands it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every module named by an import, wherever it stands in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node, node.module or ""


def parse(text: str, path: str) -> Module:
    return Module(path, ast.parse(text, path))


@cache
def product() -> tuple[Module, ...]:
    """Every module of the product: emergency/ and app.py."""
    paths = [*sorted(PACKAGE.rglob("*.py")), *REPOSITORY.glob("app.py")]
    return tuple(parse(p.read_text(encoding="utf-8"), p.relative_to(REPOSITORY).as_posix()) for p in paths)


@cache
def kept_files() -> tuple[Path, ...]:
    """Files git keeps or would keep: committed ones and new ones that are not ignored."""
    command = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git does not know this folder; the check is for a clone")
    paths = (REPOSITORY / name for name in listed.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())
