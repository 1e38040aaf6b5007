"""Makes the synthetic pools beside this file: ``python data/pool/generate.py``.

Nobody in them exists: names are drawn from lists of common names. The same seed gives the
same files. Sizes are house rules of 2026-11, chosen so that the load of the demos lies
between the published 3 and 95 claims for one adjuster (see data/SOURCES.md).
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20260101
Rows = list[tuple[object, ...]]

FIRST = """Aaron Abigail Adam Alice Amber Andrea Angela Anita Anthony Ashley Barbara Benjamin Beth Brandon Brenda Brian
Caleb Carla Carlos Caroline Casey Catherine Charles Cheryl Chris Claire Colin Craig Crystal Cynthia Daniel Darren David
Dawn Deborah Denise Derek Diana Donald Donna Douglas Dylan Edward Elaine Elena Emily Eric Erin Ethan Eva Frances Frank
Gabriel Gary Gina Glenn Gloria Grace Gregory Hannah Heather Helen Henry Holly Ian Irene Isaac Jacob James Janet Jason
Jeffrey Jennifer Jeremy Jessica Joan Joel John Jordan Joseph Joyce Judith Julia Justin Karen Katherine Keith Kelly
Kenneth Kevin Kyle Larry Laura Leah Leonard Linda Lisa Logan Louise Lucas Luis Lydia Marcus Margaret Maria Mark Martha
Martin Mary Matthew Megan Melissa Michael Miguel Miriam Monica Nancy Natalie Nathan Nicole Nina Noah Nora Oscar Pamela
Patricia Patrick Paul Peter Philip Rachel Ralph Raymond Rebecca Renee Richard Robert Rosa Ruth Ryan Samuel Sandra Sara
Scott Sean Sharon Sheila Simon Sofia Stacy Stephen Susan Tara Teresa Thomas Tiffany Timothy Tina Todd Tracy Valerie
Vanessa Victor Vincent Virginia Walter Wendy William Yolanda Zachary"""
LAST = """Abbott Acosta Adkins Alvarez Archer Atkins Bailey Baldwin Ballard Barnes Barrera Bates Becker Benson Bishop
Blair Boone Bowers Bradley Brewer Briggs Brooks Bryant Burke Burton Cabrera Caldwell Cannon Carver Castillo Chambers
Chavez Christensen Clayton Coleman Conway Cortez Crawford Cross Daniels Dawson Delgado Dixon Dominguez Doyle Drake
Duncan Durham Elliott Ellis Espinoza Estrada Farmer Ferguson Fields Finley Fleming Fletcher Flores Fowler Franklin
Frazier Fuentes Gallagher Garner Gibbs Gilbert Glover Goodwin Graham Greene Griffith Guerrero Hale Hammond Hanson
Harmon Hardin Harper Hayes Henson Herrera Hobbs Holland Hopkins Horton Hubbard Hughes Ingram Jennings Juarez Keller
Kemp Kirby Knox Lambert Larson Lawson Leon Lindsey Logan Lowery Lucero Maddox Maldonado Manning Marsh Mathis Maxwell
McBride McCoy McKinney Mejia Mendoza Mercer Miles Molina Montoya Moody Morales Morrow Mosley Munoz Nash Newton Norris
Ochoa Odom Orozco Owens Padilla Page Parrish Patton Payne Pena Perkins Pittman Porter Potter Powell Pruitt Quinn
Ramsey Reese Reyes Rhodes Riggs Rios Robbins Rojas Rowe Salas Sandoval Sawyer Schultz Sellers Sharp Shelton Silva
Simmons Skinner Snyder Solis Sparks Stokes Strickland Summers Sutton Swanson Tate Terrell Thornton Townsend Trevino
Valdez Vargas Vaughn Velasquez Wade Walsh Warner Watts Weaver Webb Whitaker Wilcox Woodard Wyatt Yates Zamora"""
SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢郭洪曾周叶廖徐何罗梁邓冯彭朱钟范苏韩卢方石姚谭江孙赵马高宋唐董袁于余潘杜戴"
GIVEN = """志明 建华 文涛 晓燕 丽娟 俊杰 伟强 雪梅 秀英 国栋 海波 佳琪 思远 雅婷 子轩 春花 立新 永康 红霞 少华 振宇
嘉欣 慧敏 宏伟 静怡 浩然 晓峰 淑芬 泽林 美玲 家豪 玉兰 启明 诗涵 光辉 明珠 卫东 凤英 世杰 梦瑶 庆丰 婉仪 锦荣 燕萍
学文 月华 景行 若兰 承志 素珍 德胜 巧云 新民 依林 凯旋 桂芳 云飞 佩珊 立群 冬梅 兆基 蕙兰 伯言 晓彤 正平 少芬 瑞祥 雨晴
鸿志 秋菊 敬之 舒畅 友谅 绍辉 润生 锦华 翠莲 耀祖 乐天 惠珍 培元 清源 晨曦 星河 安琪 奕辰 书瑶 致远
思齐 长青 若谷 知行"""

SEATS = ("fnol_agent", "it_engineer", "counsellor")
FIELD = (
    ("property", "home"),
    ("property",),
    ("property", "home", "liability"),
    ("property", "home"),
    ("property", "home", "motor"),
    ("motor",),
)


class People:
    """Draws people nobody is, each name once."""

    def __init__(self, prefix: str, chinese: bool) -> None:
        self.random = random.Random(f"{SEED} {prefix}")
        self.prefix, self.chinese = prefix, chinese
        self.seen: set[str] = set()
        self.rows: Rows = []

    def name(self) -> str:
        pick = self.random.choice
        while True:
            found = (
                pick(SURNAMES) + pick(GIVEN.split()) if self.chinese else f"{pick(FIRST.split())} {pick(LAST.split())}"
            )
            if found not in self.seen:
                self.seen.add(found)
                return found

    def add(
        self, base: str, n: int, skills: Sequence[Sequence[str]], licences: Sequence[Sequence[str]] = ((),)
    ) -> None:
        """Add ``n`` people at a base, going round the given skills; licences are drawn."""
        for i in range(n):
            number = f"{self.prefix}-{len(self.rows) + 1:03d}"
            language = self.language()
            licence = self.random.choice(licences)
            words = ";".join(skills[i % len(skills)]), ";".join(licence)
            self.rows.append((number, self.name(), base, *words, 1, language, *self.papers(number, skills[0])))

    def papers(self, number: str, skills: Sequence[str]) -> tuple[str, int | str]:
        """Number in a register that does not exist, and authority limit; who sits at a desk has neither.

        Drawn apart from the names, which stay who they were. Limits are house rules of 2026-11.
        """
        if skills[0] in SEATS:
            return "", ""
        limits = (20_000, 50_000, 200_000) if self.chinese else (25_000, 50_000, 100_000)
        return f"SYN-{number}", random.Random(f"{SEED} {number}").choice(limits)

    def language(self) -> str:
        if self.chinese:
            return "zh"
        return "es" if self.random.random() < 0.2 else "en"


def stocked(sizes: dict[str, int]) -> Rows:
    """What the norm wants in every stock: communication, first aid, office supplies; terminals for the field."""
    return [
        *((base, "satellite_phone", max(1, n // 10)) for base, n in sizes.items()),
        *((base, "first_aid_kit", max(2, n // 4)) for base, n in sizes.items()),
        *((base, "office_kit", max(1, n // 10)) for base, n in sizes.items()),
        *((base, "field_terminal", n) for base, n in sizes.items()),
    ]


PEOPLE = "adjuster_id,name,base_id,skills,licences,slots,language,registration,authority"


def write(folder: str, bases: Rows, people: Rows, stock: Rows) -> None:
    target = HERE / folder
    target.mkdir(exist_ok=True)
    table(target / "bases.csv", "base_id,name,name_zh,region,lon,lat", bases)
    table(target / "adjusters.csv", PEOPLE, people)
    table(target / "stock.csv", "depot,kind,total", stock)


def table(path: Path, header: str, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def texas() -> None:
    """216 field adjusters and 24 seats: 14,889 claims are about 83 for each who may assess property."""
    bases: Rows = [
        ("SAT", "San Antonio", "圣安东尼奥", "48029", -98.4936, 29.4241),
        ("AUS", "Austin", "奥斯汀", "48453", -97.7431, 30.2672),
        ("DAL", "Dallas", "达拉斯", "48113", -96.797, 32.7767),
        ("BRY", "Bryan", "布赖恩", "48041", -96.3698, 30.6744),
        ("LCH", "Lake Charles", "查尔斯湖", "22019", -93.2174, 30.2266),
        ("BTR", "Baton Rouge", "巴吞鲁日", "22033", -91.1871, 30.4515),
        ("HOU", "Houston", "休斯敦", "48201", -95.3698, 29.7604),
        ("CRP", "Corpus Christi", "科珀斯克里斯蒂", "48355", -97.3964, 27.8006),
    ]
    texan, cajun = [["TX"], ["TX"], ["TX"], ["TX", "LA"]], [["LA"], ["TX", "LA"]]
    people = People("TX", chinese=False)
    sizes = {"SAT": 34, "AUS": 26, "DAL": 44, "BRY": 12, "LCH": 14, "BTR": 18, "HOU": 52, "CRP": 16}
    for base, n in sizes.items():
        people.add(base, n, FIELD, cajun if base in ("LCH", "BTR") else texan)
    people.add("DAL", 16, [["fnol_agent"]], texan)
    people.add("SAT", 4, [["it_engineer"]])
    people.add("AUS", 4, [["counsellor"]], texan)
    stock: Rows = [*texas_stock(sizes), *stocked(sizes)]
    write("texas-synthetic", bases, people.rows, stock)


def texas_stock(sizes: dict[str, int]) -> Iterator[tuple[str, str, int]]:
    for base, n in sizes.items():
        yield base, "vehicle", n * 3 // 4
        yield base, "drone", max(2, n // 10)
        yield base, "moisture_meter", n
    yield from (("DAL", "generator", 10), ("HOU", "generator", 6), ("SAT", "mobile_claims_center", 3))
    yield from (("BTR", "mobile_claims_center", 1), ("HOU", "boat", 4), ("CRP", "boat", 3))


GUANGDONG: Rows = [
    ("GZ", "Guangzhou", "广州", "440100", 113.2644, 23.1291),
    ("SZ", "Shenzhen", "深圳", "440300", 114.0579, 22.5431),
    ("ZH", "Zhuhai", "珠海", "440400", 113.5767, 22.2707),
    ("ST", "Shantou", "汕头", "440500", 116.6822, 23.3541),
    ("FS", "Foshan", "佛山", "440600", 113.1214, 23.0215),
    ("SG", "Shaoguan", "韶关", "440200", 113.5972, 24.8104),
    ("JM", "Jiangmen", "江门", "440700", 113.0819, 22.5787),
    ("ZJ", "Zhanjiang", "湛江", "440800", 110.3594, 21.2707),
    ("MM", "Maoming", "茂名", "440900", 110.9252, 21.6627),
    ("ZQ", "Zhaoqing", "肇庆", "441200", 112.4651, 23.0469),
    ("HZ", "Huizhou", "惠州", "441300", 114.4161, 23.1116),
    ("YJ", "Yangjiang", "阳江", "441700", 111.9822, 21.8579),
    ("DG", "Dongguan", "东莞", "441900", 113.7518, 23.0207),
    ("ZS", "Zhongshan", "中山", "442000", 113.3926, 22.5176),
]


def guangdong() -> None:
    """182 people: 134 surveyors over 14 cities, 36 phone agents, 6 engineers, 6 counsellors."""
    people = People("GD", chinese=True)
    sizes = {"GZ": 24, "SZ": 18, "ZH": 8, "ST": 8, "FS": 14, "SG": 4, "JM": 9, "ZJ": 11, "MM": 8, "ZQ": 5}
    sizes |= {"HZ": 7, "YJ": 6, "DG": 8, "ZS": 4}
    for base, n in sizes.items():
        farming = base in ("ZJ", "MM", "YJ", "JM", "SG", "ZQ")
        people.add(base, n, RURAL if farming else URBAN)
    people.add("GZ", 24, [["fnol_agent"]])
    people.add("FS", 12, [["fnol_agent"]])
    people.add("GZ", 6, [["it_engineer"]])
    people.add("SZ", 3, [["counsellor"]])
    people.add("ZJ", 3, [["counsellor"]])
    write("gd-2026-q3", GUANGDONG, people.rows, guangdong_stock(sizes))


URBAN = (("motor",), ("motor", "property"), ("motor",), ("property", "engineering"), ("motor", "personal_injury"))
RURAL = (("motor",), ("agriculture",), ("motor", "property"), ("motor", "personal_injury"), ("agriculture", "property"))


def guangdong_stock(sizes: dict[str, int]) -> Rows:
    drones = {"GZ": 8, "ZJ": 12, "MM": 6, "YJ": 4, "JM": 4, "SG": 2}
    tows = {"GZ": 30, "SZ": 24, "FS": 16, "DG": 12, "ZJ": 12, "MM": 8, "YJ": 8, "JM": 10, "ZH": 8, "ST": 8}
    storage = {"GZ": 4, "SZ": 3, "FS": 2, "ZJ": 3, "YJ": 2, "JM": 2}
    return [
        *((base, "vehicle", n * 2 // 3) for base, n in sizes.items()),
        *((base, "drone", n) for base, n in drones.items()),
        *((base, "tow_truck", n) for base, n in tows.items()),
        *((base, "storage_site", n) for base, n in storage.items()),
        ("GZ", "generator", 8),
        ("ZJ", "generator", 4),
        ("GZ", "raincoat", 600),
        ("ZJ", "raincoat", 300),
        ("ZJ", "boat", 6),
        ("GZ", "mobile_claims_center", 2),
        *stocked(sizes),
    ]


HENAN: Rows = [
    ("ZZ", "Zhengzhou", "郑州", "410100", 113.6254, 34.7466),
    ("KF", "Kaifeng", "开封", "410200", 114.3073, 34.7973),
    ("LY", "Luoyang", "洛阳", "410300", 112.454, 34.6197),
    ("AY", "Anyang", "安阳", "410500", 114.3924, 36.0976),
    ("XX", "Xinxiang", "新乡", "410700", 113.9268, 35.303),
    ("XC", "Xuchang", "许昌", "411000", 113.8523, 34.0357),
    ("NY", "Nanyang", "南阳", "411300", 112.5283, 32.9908),
    ("SQ", "Shangqiu", "商丘", "411400", 115.6564, 34.4142),
    ("ZK", "Zhoukou", "周口", "411600", 114.697, 33.6259),
]


def henan() -> None:
    """660 people: at 10 % of the province's peak of 545,800 claims, 91 for each of 600 in the field."""
    people = People("HA", chinese=True)
    sizes = {"ZZ": 190, "KF": 40, "LY": 80, "AY": 50, "XX": 70, "XC": 40, "NY": 50, "SQ": 35, "ZK": 45}
    for base, n in sizes.items():
        people.add(base, n, CITY if base == "ZZ" else PLAIN)
    people.add("ZZ", 48, [["fnol_agent"]])
    people.add("ZZ", 6, [["it_engineer"]])
    people.add("ZZ", 6, [["counsellor"]])
    stock: Rows = [
        *((base, "vehicle", n * 2 // 3) for base, n in sizes.items()),
        *((base, "tow_truck", max(4, n // 2)) for base, n in sizes.items()),
        *((base, "drone", max(2, n // 12)) for base, n in sizes.items()),
        ("ZZ", "storage_site", 8),
        ("XX", "storage_site", 3),
        ("LY", "storage_site", 2),
        ("ZZ", "generator", 10),
        ("ZZ", "boat", 12),
        ("XX", "boat", 6),
        ("ZZ", "mobile_claims_center", 3),
        *stocked(sizes),
    ]
    write("henan-synthetic", HENAN, people.rows, stock)


SHANDONG: Rows = [
    ("JN", "Jinan", "济南", "370100", 117.1205, 36.6512),
    ("QD", "Qingdao", "青岛", "370200", 120.3826, 36.0671),
    ("ZB", "Zibo", "淄博", "370300", 118.0548, 36.8131),
    ("DY", "Dongying", "东营", "370500", 118.6747, 37.4337),
    ("YT", "Yantai", "烟台", "370600", 121.4479, 37.4638),
    ("WF", "Weifang", "潍坊", "370700", 119.1619, 36.7069),
    ("BZ", "Binzhou", "滨州", "371600", 117.9708, 37.3821),
]


def shandong() -> None:
    """150 people: 108 who see the injured, the sick and what was damaged, 24 phone agents, 6 engineers, 12 counsellors.

    Small on purpose: the accident and the illness that are drilled with it ask for skills that are scarce.
    """
    people = People("SD", chinese=True)
    sizes = {"JN": 28, "QD": 26, "ZB": 14, "DY": 10, "YT": 12, "WF": 12, "BZ": 6}
    for base, n in sizes.items():
        people.add(base, n, CARE)
    people.add("JN", 16, [["fnol_agent"]])
    people.add("QD", 8, [["fnol_agent"]])
    people.add("JN", 6, [["it_engineer"]])
    people.add("JN", 6, [["counsellor"]])
    people.add("QD", 6, [["counsellor"]])
    drones = {"JN": 3, "ZB": 2, "DY": 2}
    stock: Rows = [
        *((base, "vehicle", n * 2 // 3) for base, n in sizes.items()),
        *((base, "drone", n) for base, n in drones.items()),
        ("JN", "generator", 4),
        ("JN", "mobile_claims_center", 2),
        *stocked(sizes),
    ]
    write("shandong-synthetic", SHANDONG, people.rows, stock)


CARE = (
    ("personal_injury", "health"),
    ("motor", "property"),
    ("health",),
    ("liability", "property"),
    ("personal_injury", "motor"),
    ("liability", "engineering"),
)
CITY = (
    ("motor",),
    ("motor",),
    ("motor", "property"),
    ("motor",),
    ("property", "engineering"),
    ("motor", "personal_injury"),
)
PLAIN = (("motor",), ("motor", "agriculture"), ("motor", "property"), ("motor",), ("agriculture",))

if __name__ == "__main__":
    texas()
    guangdong()
    henan()
    shandong()
