"""Every sentence of the room has its Chinese, with the same gaps."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import emergency.domain.allocation as room
from emergency.texts import catalogue


def sentences() -> set[str]:
    paths = Path(room.__file__).parent.glob("*.py")
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    calls = (n for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Message")
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_its_chinese_with_gaps_of_the_same_names():
    chinese = catalogue("zh_CN")
    assert len(sentences()) > 40
    for sentence in sentences():
        entry = chinese.get(sentence)
        assert entry is not None and entry.string, sentence
        assert gaps(entry.string) <= gaps(sentence), sentence
