"""The region an address names: the finest that is certain, never a guess among namesakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.geo.addresses import regions_of
from emergency.geo.regions import RegionSets


@pytest.fixture(scope="module")
def china(tmp_path_factory: pytest.TempPathFactory) -> RegionSets:
    return RegionSets(Path("data/regions"), tmp_path_factory.mktemp("regions"))


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("郑州市金水区花园路1号", "410105"),
        ("河南省新乡卫辉市", "410781"),
        ("郑州航空港区", "410100"),
        ("北京朝阳区建国路", "110105"),
        ("朝阳区建国路", None),  # Beijing, Changchun …: nobody said which
        ("鼓楼区", None),
        ("南京鼓楼区", "320106"),
        ("长春 朝阳区", "220104"),
        ("延边延吉市", "222401"),
        ("中山区", "210202"),  # there is one only
        ("郑东新区", None),
        ("", None),
        (None, None),
        ("<script>alert(1)</script>", None),
    ],
)
def test_a_chinese_address_gives_what_is_certain_of_it(
    china: RegionSets, address: str | None, code: str | None
) -> None:
    assert regions_of(china.get("cn"), [address]) == [code]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("12 Main St, Harris County, TX 77002", "48201"),
        ("Galveston, TX", "48167"),
        ("Springfield", None),
        ("Houston", None),
    ],
)
def test_an_american_address_needs_its_state(china: RegionSets, address: str, code: str | None) -> None:
    assert regions_of(china.get("us"), [address]) == [code]
