"""What the code says, and what the catalogues say of it.

``python -m tests.house.messages`` prints an empty entry for every message without Chinese,
by room, ready to be pasted into ``emergency/texts/zh_CN/<room>.po``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from string import Formatter

from emergency.texts import catalogue
from tests.house.source import Module, product

# The calls whose first argument is a message: the constructor, the mark, and a speaker's two names.
SAYING = ("Message", "N_", "say", "t")


@dataclass(frozen=True)
class Said:
    """One message in the code: its English, where it stands, and the values given with it.

    ``given`` is None where they cannot be read from the call (a mark, a variable, ``**values``).
    """

    id: str
    at: str
    room: str
    given: frozenset[str] | None


@dataclass(frozen=True)
class Computed:
    """A message put together while running, which no catalogue can hold."""

    at: str


def gaps(text: str) -> frozenset[str]:
    """Names of the gaps of a message: ``"{n:,} of {region.name}"`` → n, region.

    Raises:
        ValueError: braces that ``str.format`` does not accept.
    """
    names = (name for _, name, _, _ in Formatter().parse(text) if name is not None)
    return frozenset(name.split(".")[0].split("[")[0] for name in names)


def said(modules: Iterable[Module]) -> Iterator[Said | Computed]:
    """Every message literal of these modules, and every place where one is computed."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _name(node.func) in SAYING:
                first = node.args[0] if node.args else _keyword(node, "id")
                for text in _texts(first):
                    yield _found(module, node, text)


def _found(module: Module, node: ast.Call, text: str | None) -> Said | Computed:
    if text is None:
        return Computed(module.at(node))
    return Said(text, module.at(node), module.room, _given(node))


def _texts(node: ast.expr | None) -> Iterator[str | None]:
    """The literals an expression may be; None for one that is put together on the way."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value:
            yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)
    elif isinstance(node, ast.JoinedStr | ast.BinOp):
        yield None


def _given(node: ast.Call) -> frozenset[str] | None:
    name = _name(node.func)
    if name == "N_":
        return None
    if name == "Message":
        values = node.args[1] if len(node.args) > 1 else _keyword(node, "values")
        if values is None:
            return frozenset()
        keys = values.keys if isinstance(values, ast.Dict) else [None]
        names = [k.value if isinstance(k, ast.Constant) else None for k in keys]
    else:
        names = [k.arg for k in node.keywords]
    return None if None in names else frozenset(str(n) for n in names)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in node.keywords if k.arg == name), None)


def without_chinese(modules: Iterable[Module]) -> list[Said]:
    """Messages with no Chinese text, each once, by room and place."""
    chinese = catalogue("zh_CN")
    missing: dict[str, Said] = {}
    for one in said(modules):
        if isinstance(one, Said) and not (one.id in chinese and chinese[one.id].string):
            missing.setdefault(one.id, one)
    return sorted(missing.values(), key=lambda one: one.room)


def stubs(messages: Iterable[Said]) -> str:
    """Entries for a .po file, the Chinese left empty."""
    lines = []
    for room, group in groupby(messages, key=lambda one: one.room):
        lines.append(f"# ---- {room}.po")
        lines += [f'#: {one.at}\nmsgid {_quoted(one.id)}\nmsgstr ""\n' for one in group]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


if __name__ == "__main__":
    print(stubs(without_chinese(product())))
