"""The form of a key, what is kept of it, and what it may do."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.access import keys, masking


@given(st.binary(min_size=32, max_size=32))
def test_every_secret_becomes_a_key_of_one_form_and_no_two_the_same(secret: bytes) -> None:
    text = keys.written(secret)
    assert re.fullmatch(r"emk_[\w-]{43}", text) and keys.well_formed(text)
    assert text != keys.written(bytes([secret[0] ^ 1]) + secret[1:])


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_fewer_or_more_bits_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        keys.written(b"x" * size)


@pytest.mark.parametrize(
    "text", ["", "emk_", "emk_" + "A" * 42, "emk_" + "A" * 44, "EMK_" + "A" * 43, "emk_" + "é" * 43]
)
def test_other_texts_are_no_keys(text: str) -> None:
    assert not keys.well_formed(text)


def test_what_is_kept_is_the_plain_sha256() -> None:
    text = keys.written(b"\0" * 32)
    assert keys.digest(text) == hashlib.sha256(text.encode()).hexdigest()
    assert keys.same(keys.digest(text), keys.digest(text)) and not keys.same(keys.digest(text), keys.digest("x"))


@pytest.mark.parametrize(
    ("source", "scopes", "says"),
    [
        ("feed", {"claims.delete"}, "claims.delete"),
        ("feed", set(), "use one or more of"),
        ("a b", {"claims.read"}, "letters"),
        ("", {"claims.read"}, "letters"),
        ("*", {"claims.write"}, "one source"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_what_is_allowed(source: str, scopes: set[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        keys.Key("k", source, frozenset(scopes))


def test_scopes_may_be_written_one_by_one_or_with_commas() -> None:
    assert keys.scopes(["claims.read,claims.write", " facts.write "]) == set(keys.SCOPES)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("郑州市金水区花园路1号", "郑州市金水***"),
        ("12 Main Street", "***"),
        ("Main Street 12", "Main S***"),
        ("路1", "路***"),
        ("ab", "a***"),
        ("", ""),
        (None, None),
    ],
)
def test_a_place_is_shown_up_to_its_number_and_never_whole(place: str | None, shown: str | None) -> None:
    assert masking.place(place) == shown


@given(st.text(min_size=1, max_size=40))
def test_at_most_half_of_a_text_is_shown(text: str) -> None:
    for mask in (masking.number, masking.place):
        shown = (mask(text) or "").replace(masking.HIDDEN, "", 1)
        assert len(shown) <= len(text) / 2


def test_a_point_is_shown_to_about_a_kilometre() -> None:
    assert masking.degrees(113.66128) == 113.66
    assert masking.degrees(None) is None
