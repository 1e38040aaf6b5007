"""YAML means what it says, and what it may not say is refused with its line."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emergency.library import strict_yaml
from emergency.library.faults import FileFaults
from emergency.library.strict_yaml import LARGEST_BYTES, load, parse, scalar

ROOT = Path(__file__).parents[2]


def value(text: str) -> Any:
    return parse(text.encode(), "f.yaml").value


def told(text: str | bytes) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        parse(text.encode() if isinstance(text, str) else text, "f.yaml")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12:30", "12:30"),  # 750 under YAML 1.1
        ("010", "010"),  # 8
        ("010000", "010000"),
        ("no", "no"),  # False
        ("on", "on"),
        ("2026-09-23", "2026-09-23"),  # a date
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ("0x1F", "0x1F"),
        ("true", True),
        ("~", None),
        ("0.70", 0.7),
        ("-3", -3),
        ("1e3", 1000.0),
        ("'3'", "3"),
    ],
)
def test_scalars_are_those_of_the_core(written: str, meant: Any) -> None:
    found = value(f"key: {written}")["key"]
    assert (found, type(found)) == (meant, type(meant))


def test_keys_are_text() -> None:
    assert value("3: a\non: b\ntrue: c") == {"3": "a", "on": "b", "true": "c"}


def test_every_field_keeps_its_line_and_column() -> None:
    document = parse(b"a: 1\ntasks:\n  - {id: x, due: {from: task}}\n  - id: y\n", "f.yaml")
    assert document.mark(("tasks", 0, "due", "from")) == (3, 19)
    assert document.mark(("tasks", 1)) == (4, 5)
    assert document.mark(("tasks", 1, "title")) == (4, 5)  # missing: where its parent stands
    assert len(document.sha256) == 64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: a: key a stands here twice; keep one"),
        ("a: &x 1\nb: *x\n", "f.yaml:1: anchors and aliases (& and *) are not allowed; write the value out"),
        ("a: !!int '3'\n", "f.yaml:1: tags (tag:yaml.org,2002:int) are not allowed; take it out"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: a second document begins here; one file holds one document"),
        ("", "f.yaml:1: the file is empty"),
        ("# nothing\n", "f.yaml:1: the file is empty"),
        ("? [a, b]\n: 1\n", "f.yaml:1: a key must be plain text, not a list or a mapping"),
        ("a: \x07\n", "f.yaml:1: a control character stands here; delete it"),
    ],
)
def test_what_is_not_strict_is_refused(text: str, message: str) -> None:
    assert told(text)[0] == message


def test_all_duplicates_are_told_at_once() -> None:
    assert len(told("a: 1\na: 2\nb: {c: 1, c: 2}\n")) == 2


def test_chinese_punctuation_is_explained() -> None:
    (fault,) = told('hotwash: [{zh: 哪一步最慢?为什么?, en: "x": y}]\n')
    assert fault.startswith("f.yaml:1: not YAML here")
    assert "use full-width ，：？ in Chinese text" in fault


def test_tabs_are_explained() -> None:
    assert "indent with spaces" in told("a:\n\t- b\n")[0]


def test_a_file_that_is_not_utf_8_says_where() -> None:
    assert told("a: 1\nb: 台风\n".encode("gb18030")) == ["f.yaml:2: not UTF-8; save the file as UTF-8"]


def test_a_file_may_begin_with_a_byte_order_mark() -> None:
    assert parse(b"\xef\xbb\xbfa: 1\n", "f.yaml").value == {"a": 1}


def test_size_and_depth_have_a_limit(tmp_path: Path) -> None:
    assert "larger than 1 MiB" in told(b"#" * (LARGEST_BYTES + 1))[0]
    assert "nested deeper than 40 levels" in told("[" * 100_000)[0]
    with pytest.raises(FileFaults, match="cannot be read: No such file"):
        load(tmp_path / "none.yaml")


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    grown = zip("abcdefg", "bcdefgh", strict=True)
    bomb = "a: &a [x]\n" + "".join(f"{now}: &{now} [{', '.join(['*' + past] * 9)}]\n" for past, now in grown)
    assert all("anchors and aliases" in fault for fault in told(bomb))


@given(st.text(max_size=40))
def test_a_scalar_never_fails(text: str) -> None:
    assert isinstance(scalar(text), (str, int, float, bool, type(None)))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_our_words(raw: bytes) -> None:
    with contextlib.suppress(FileFaults):
        parse(raw, "f.yaml")


WRITTEN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(WRITTEN, st.booleans())
def test_the_fast_parser_and_the_strict_one_read_the_same_at_the_same_places(value: object, flow: bool) -> None:
    raw = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow).encode()
    assert outcome(raw, yaml.CSafeLoader) == outcome(raw, None)


@pytest.mark.parametrize("file", sorted(ROOT.glob("[dp]*/**/*.yaml")), ids=lambda file: file.name)
def test_every_shipped_file_is_read_the_same_by_both(file: Path) -> None:
    assert outcome(file.read_bytes(), yaml.CSafeLoader) == outcome(file.read_bytes(), None)


def outcome(raw: bytes, loader: object) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "LIBYAML", loader)
        try:
            return parse(raw, "f.yaml")
        except FileFaults as faults:
            return str(faults)
