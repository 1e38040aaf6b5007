import csv
import subprocess
import sys
from collections import Counter

import pytest

from emergency.geo.china import install_cn_points
from emergency.geo.regions import RegionSets
from emergency.library.faults import FileFaults
from emergency.library.pools import SEAT_SKILLS, load_pool, pools
from emergency.texts import speaker

BASES = "base_id,name,name_zh,region,lon,lat\nHOU,Houston,休斯敦,48201,-95.37,29.76\n"
PEOPLE = "adjuster_id,name,base_id,skills,licences,slots,language\nA-1,Ann Example,HOU,property;home,TX;LA,2,en\n"
STOCK = "depot,kind,total\nHOU,drone,3\n"


def pool(folder, bases=BASES, people=PEOPLE, stock=STOCK, readme="# Synthetic pool\n"):
    folder = folder / "tiny"
    folder.mkdir()
    for name, text in {"bases.csv": bases, "adjusters.csv": people, "stock.csv": stock, "README.md": readme}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_pool_is_its_three_files(tmp_path):
    found = load_pool(pool(tmp_path))
    assert (found.name, found.synthetic) == ("tiny", True)
    assert found.bases[0].region == "48201"
    assert found.adjusters[0].skills == {"property", "home"}
    assert found.adjusters[0].licences == {"TX", "LA"}
    assert found.adjusters[0].slots == 2
    assert (found.stock[0].kind, found.stock[0].total) == ("drone", 3)


def test_a_pool_that_does_not_call_itself_synthetic_is_not(tmp_path):
    assert not load_pool(pool(tmp_path, readme="# Our own people\n")).synthetic


def test_all_faults_are_said_at_once_with_file_and_line(tmp_path):
    people = PEOPLE + "A-1,,DAL,juggling,,0,en\n"
    stock = STOCK + "HOU,Tow Truck,many\nHOU,drone,1\n"
    with pytest.raises(FileFaults) as caught:
        load_pool(pool(tmp_path, people=people, stock=stock))
    said = [str(fault) for fault in caught.value.faults]
    assert len(said) == 8
    for start in (
        "adjusters.csv:3: adjuster_id: A-1 is there twice; it was first in line 2",
        "adjusters.csv:3: name: must not be empty",
        "adjusters.csv:3: base_id: 'DAL' is no base",
        "adjusters.csv:3: skills: 'juggling' is no skill; use motor, property",
        "adjusters.csv:3: slots: '0' is not a number from 1 to 1000",
        "stock.csv:3: kind: 'Tow Truck' is not a kind",
        "stock.csv:3: total: 'many' is not a number",
        "stock.csv:4: kind: HOU drone is there twice",
    ):
        assert any(text.startswith(start) for text in said), (start, said)


@pytest.mark.parametrize(
    ("bases", "says"),
    [
        ("base_id,name\nHOU,Houston\n", "bases.csv:1: the columns are base_id, name; they must be"),
        (BASES + "DAL,Dallas\n", "bases.csv:3: the row has more or fewer cells"),
        (BASES.replace("-95.37", "nan"), "bases.csv:2: lon: 'nan' is not a number from -180 to 180"),
        ("", "bases.csv:1: the columns are ; they must be"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path, bases, says):
    with pytest.raises(FileFaults) as caught:
        load_pool(pool(tmp_path, bases=bases))
    assert says in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    folder = pool(tmp_path)
    (folder / "stock.csv").unlink()
    with pytest.raises(FileFaults, match=r"stock\.csv: the pool has no such file"):
        load_pool(folder)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_table_a_spreadsheet_saved_in_another_encoding_is_a_fault_with_the_remedy(tmp_path, encoding):
    folder = pool(tmp_path)
    path = folder / "bases.csv"
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    with pytest.raises(FileFaults) as caught:
        load_pool(folder)
    (said,) = map(str, caught.value.faults)  # and not that every person and every depot has no base
    assert "bases.csv: not UTF-8 (byte " in said and "CSV UTF-8" in said


def test_a_missing_pool_says_which_there_are(tmp_path):
    pool(tmp_path)
    with pytest.raises(FileNotFoundError, match="known: tiny"):
        load_pool(tmp_path / "huge")


def test_faults_are_spoken_in_chinese_too(tmp_path):
    with pytest.raises(FileFaults) as caught:
        load_pool(pool(tmp_path, stock="depot,kind,total\nDAL,drone,1\n"))
    said = caught.value.faults[0].spoken(speaker("zh_CN"))
    assert said == "stock.csv:2: depot: 基地清单中没有 'DAL'，请先在其中登记，或改填已有基地"


def test_every_shipped_pool_is_synthetic_says_so_and_stands_in_known_regions(repository, tmp_path):
    install_cn_points(tmp_path)
    sets = RegionSets(repository / "data" / "regions", tmp_path)
    names = pools(repository / "data" / "pool")
    assert names == ("gd-2026-q3", "henan-synthetic", "shandong-synthetic", "texas-synthetic")
    for name in names:
        found = load_pool(repository / "data" / "pool" / name)
        regions = sets.get("us" if name.startswith("texas") else "cn")
        assert found.synthetic
        assert all(regions.known(base.region) for base in found.bases)
        assert len({a.name for a in found.adjusters}) == len(found.adjusters)
        assert set(SEAT_SKILLS) <= {skill for a in found.adjusters for skill in a.skills}


def test_the_load_of_the_demo_lies_between_the_published_3_and_95_claims_for_one_adjuster(repository):
    folder = repository / "data" / "claims" / "harvey-2017" / "harvey_2017_claims_by_county_day.csv"
    with folder.open(encoding="utf-8") as file:
        claims = sum(int(row["claims"]) for row in csv.DictReader(file))
    people = load_pool(repository / "data" / "pool" / "texas-synthetic").adjusters
    assert 3 <= claims / sum("property" in a.skills for a in people) <= 95


def test_every_field_adjuster_of_texas_has_the_letters_of_a_state(repository):
    people = load_pool(repository / "data" / "pool" / "texas-synthetic").adjusters
    bare = Counter(skill for a in people if not a.licences for skill in a.skills)
    assert set(bare) == {"it_engineer"}


def test_the_generator_makes_the_shipped_files_again(repository, tmp_path):
    copy = tmp_path / "generate.py"
    copy.write_bytes((repository / "data" / "pool" / "generate.py").read_bytes())
    subprocess.run([sys.executable, str(copy)], check=True)
    made = sorted(p.relative_to(tmp_path) for p in tmp_path.glob("*/*.csv"))
    assert len(made) == 12
    for path in made:
        assert (tmp_path / path).read_bytes() == (repository / "data" / "pool" / path).read_bytes(), path


def test_a_kind_almost_like_a_usual_one_is_a_slip_and_one_of_ones_own_is_not(tmp_path):
    with pytest.raises(FileFaults) as caught:
        load_pool(pool(tmp_path, stock="depot,kind,total\nHOU,genrator,2\nHOU,sand_bag,400\n"))
    assert [str(fault) for fault in caught.value.faults] == [
        "stock.csv:2: kind: 'genrator' is no usual kind; generator is. A kind of your own needs a name less like it"
    ]


def test_two_rows_of_one_registration_number_are_one_person_twice(tmp_path):
    head, row = PEOPLE.splitlines()
    rows = [
        f"{row},R-7",
        row.replace("A-1", "A-2") + ",R-7",
        row.replace("A-1", "A-3") + ",",
        row.replace("A-1", "A-4") + ",",
    ]
    with pytest.raises(FileFaults) as caught:
        load_pool(pool(tmp_path, people="\n".join([f"{head},registration", *rows]) + "\n"))
    assert [str(fault) for fault in caught.value.faults] == [
        "adjusters.csv:3: registration: R-7 is there twice; it was first in line 2"
    ]
