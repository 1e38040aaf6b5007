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


def test_no_function_runs_longer_than_sixty_lines() -> None:
    """Signature and docstring are read, not traced; a migration is one list of tables and may be longer."""
    long = [
        f"{module.at(node)}: {node.name}, {length(node)} lines"
        for module in product()
        if "/migrations/" not in module.path
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement to the last, a docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
