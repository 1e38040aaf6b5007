import pytest

from emergency.domain.money import short_money


@pytest.mark.parametrize(
    ("minor", "currency", "english", "chinese"),
    [
        (58_270_000_000, "CNY", "¥582.70 M", "¥5.83亿"),
        (112_000_000_000, "USD", "$1.12 bn", "$11.20亿"),
        (1_234_567, "USD", "$12.35 k", "$1.23万"),
        (99_900, "CNY", "¥999", "¥999"),
        (-5_000_000_00, "CNY", "¥-5.00 M", "¥-500.00万"),
        (250_000, "HKD", "HKD 2.50 k", "HKD 2,500"),
    ],
)
def test_money_is_said_as_each_language_counts(minor: int, currency: str, english: str, chinese: str) -> None:
    assert short_money(minor, currency) == {"en": english, "zh": chinese}
