"""What a person writes for a number is read as they meant it, or not at all."""

from __future__ import annotations

import pytest

from emergency.domain.written_number import digits_of, minor_of
from emergency.texts import Message, speaker


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("50000", 5_000_000),
        ("50,000.00", 5_000_000),
        ("1,234,567.8", 123_456_780),
        ("１２，３４５．６７", 1_234_567),
        ("1，234", 123_400),
        (" 0.05 ", 5),
        ("", 0),
        ("90071992547409931.11", 9_007_199_254_740_993_111),
    ],
)
def test_an_amount_is_read_to_the_cent(written: str, minor: int) -> None:
    assert minor_of(written) == minor


@pytest.mark.parametrize(
    "written",
    [
        "1,00",
        "12,3456.78",
        "1e3",
        "1.234",
        "1,2345",
        ",100",
        "1_000",
        "-5",
        "+5",
        "1 000",
        "1.",
        ".5",
        "٣",
        "ten",
        "1,000,00",
    ],
)
def test_what_is_no_amount_is_named_and_never_guessed_at(written: str) -> None:
    with pytest.raises(ValueError, match="is no amount") as caught:
        minor_of(written)
    said = caught.value.args[0]
    assert isinstance(said, Message)
    for language in ("en", "zh_CN"):
        told = speaker(language)(said)
        assert written in told and "12,345.67" in told


def test_a_number_of_another_kind_is_freed_of_its_commas_only_where_they_part_thousands() -> None:
    assert [digits_of(text) for text in ("1,234.567", "-12", "１２", "1,00", "1e3", "1_000", "", "nan")] == [
        "1234.567",
        "-12",
        "12",
        *[None] * 5,
    ]
