"""data/SOURCES.md lists every file of data/regions, data/claims and data/pool, with its rows."""

import json
import re

import pyarrow.parquet as pq

ROW = re.compile(r"^\| `([^`]+)` \| (\S+) \|", re.MULTILINE)


def rows(path):
    if path.suffix == ".csv":
        return len(path.read_text(encoding="utf-8").splitlines()) - 1
    if path.suffix == ".parquet":
        return pq.read_metadata(path).num_rows
    return len(json.loads(path.read_text(encoding="utf-8"))["features"])


def test_every_file_is_listed_with_its_rows(repository):
    data = repository / "data"
    listed = dict(ROW.findall((data / "SOURCES.md").read_text(encoding="utf-8")))
    here = {
        p
        for folder in ("regions", "claims", "pool")
        for p in (data / folder).rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    found = {path: name for name in listed for path in data.glob(name)}
    assert here - set(found) == set(), "files without a line in data/SOURCES.md"
    assert len(found) == len(listed), "lines in data/SOURCES.md without a file"
    counted = {name: str(rows(path)) for path, name in found.items() if listed[name] != "-"}
    assert counted == {name: n for name, n in listed.items() if n != "-"}
