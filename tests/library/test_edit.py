"""One value of a content file is changed, every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.library.edit import Span, edited
from emergency.library.strict_yaml import parse

RAW = b"""# a comment
id: one   # kept
at: 30m
flow: {zh: "\xe6\x97\xa7", n: 3}
block:
  text: |
    two
    lines
  last: x
list:
  - {at: 1h}
  - at: 2h
"""


@pytest.mark.parametrize(
    ("at", "value", "line"),
    [
        (("id",), "two", 'id: "two"   # kept'),
        (("at",), Span("1h30m"), "at: 1h30m"),
        (("flow", "zh"), "新", 'flow: {zh: "新", n: 3}'),
        (("flow", "n"), 4.5, 'flow: {zh: "旧", n: 4.5}'),
        (("flow", "en"), "new", 'flow: {zh: "旧", n: 3, en: "new"}'),
        (("block", "text"), "one", '  text: "one"'),
        (("block", "more"), "m", '  more: "m"'),
        (("list", 1, "at"), Span("3h"), "  - at: 3h"),
    ],
)
def test_one_value_changes_and_its_comment_stays(at: tuple[str | int, ...], value: object, line: str) -> None:
    made = edited(RAW, {at: value}, "x.yaml").decode()
    assert line in made.splitlines()
    assert made.startswith("# a comment\n") and "last: x" in made


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_any_text_comes_back_as_it_was_written(text: str) -> None:
    made = edited(RAW, {("flow", "zh"): text, ("id",): text}, "x.yaml")
    assert parse(made, "x.yaml").value["flow"]["zh"] == text


@pytest.mark.parametrize("at", [("nothing", "x"), ("list", 7), ("list", 7, "at"), ("id", "x")])
def test_a_path_that_leads_nowhere_is_refused(at: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError):
        edited(RAW, {at: "x"}, "x.yaml")


def test_a_byte_order_mark_stays() -> None:
    assert edited(b"\xef\xbb\xbfid: a\n", {("id",): "b"}, "x.yaml") == b'\xef\xbb\xbfid: "b"\n'
