"""The region an address names: the finest that is certain, never a guess among namesakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.geo.addresses import _NOT_CERTAIN, regions_of
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
        ("河南省 郑州市 金水区 花园路1号", "410105"),
        ("河南省 郑州市 金水区 河南省郑州市金水区花园路1号", "410105"),
        ("河南 郑州 金水 花园路1号", "410100"),  # Jinshui may be a road or a village as well
        ("河南省 郑州市 花园路1号", "410100"),
        ("辽宁省 大连市 中山区 人民路1号", "210202"),
        ("北京市 北京市 朝阳区 建国路", "110105"),
        ("北京市 市辖区 朝阳区 建国路", "110105"),
        ("河南省 省直辖县级行政区划 济源市 黄河路", "419001"),
        ("北京朝阳区建国路", "110105"),
        ("朝阳区建国路", None),  # Beijing, Changchun …: nobody said which
        ("鼓楼区", None),
        ("南京鼓楼区", "320106"),
        ("长春 朝阳区", "220104"),
        ("延边延吉市", "222401"),
        ("中山区人民路1号", None),  # Dalian's and Taipei's
        ("大连市中山区人民路1号", "210202"),
        ("辽宁中山区", "210202"),
        ("朝阳区北京路3号", None),  # a road named after a city says nothing about the city
        ("朝阳", None),
        ("辽宁朝阳", "211300"),
        ("吉林", "220000"),
        ("新乡", "410700"),
        ("市中区", None),
        ("济南市中区", "370103"),
        ("新华区", None),
        ("沧州市新华区", "130902"),
        ("长安区", None),
        ("西安市长安区", "610116"),
        ("南山区科技园", None),  # Shenzhen's and Hegang's
        ("深圳市南山区科技园", "440305"),
        ("西湖区", None),
        ("杭州西湖区文三路", "330106"),
        ("金山区", None),
        ("上海市金山区", "310116"),
        ("金水区", "410105"),  # there is one only
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
        ("1 Main St, Houston, TX 77002", None),  # the city lies in Harris County, Houston County elsewhere
        ("1 Main St, Houston, Harris, TX, 77002", "48201"),
        ("Houston County, TX", "48225"),
        ("Austin, TX", None),
        ("12 Seawall Blvd, Galveston, Texas", "48167"),
        ("Harris County, Texas 77002", "48201"),
    ],
)
def test_an_american_address_needs_its_state(china: RegionSets, address: str, code: str | None) -> None:
    assert regions_of(china.get("us"), [address]) == [code]


def test_a_town_that_is_not_certain_has_the_name_of_a_county_of_its_state(china: RegionSets) -> None:
    us = china.get("us")
    assert not _NOT_CERTAIN - {us.name(code, "en").casefold() for code in us.codes()}
