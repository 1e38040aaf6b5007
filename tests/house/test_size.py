"""Files that need no table of contents, functions that fit on a screen."""

import ast

from tests.house.source import PACKAGE, REPOSITORY, product

FILE_LINES = 400
FUNCTION_LINES = 60
CODE = (".py", ".js", ".css", ".html")


def test_no_file_of_code_is_longer_than_four_hundred_lines() -> None:
    lengths = {
        path.relative_to(REPOSITORY).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*")
        if path.suffix in CODE
    }
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_sixty_lines() -> None:
    """A docstring counts: it is read too. A migration is one list of tables and may be longer."""
    long = [
        f"{module.at(node)}: {node.name}, {node.end_lineno - node.lineno + 1} lines"
        for module in product()
        if "/migrations/" not in module.path
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno >= FUNCTION_LINES
    ]
    assert not long, "\n".join(long)
